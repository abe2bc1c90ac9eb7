//! What the formats for other programs have in common.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Checked;
use crate::finding::Finding;
use crate::source::Sources;
use crate::suppress::Suppression;

/// A path as programs that know the repository name it: with `/`, and without `./` in front.
pub(super) fn portable(path: &str) -> Cow<'_, str> {
    let path = if cfg!(windows) { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) };
    match path.strip_prefix("./") {
        Some(bare) => Cow::Owned(bare.to_owned()),
        None => path,
    }
}

/// What is told of a finding behind its message: the remedy, the fix and who gets through, each by its name.
pub(super) fn remedies(finding: &Finding) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let help = finding.help.as_deref().map(|help| ("help", Cow::Borrowed(help)));
    let fix = finding.fix.as_ref().map(|fix| {
        let flag = if fix.safe { "--fix" } else { "--unsafe-fixes" };
        ("fix", Cow::Owned(format!("{} (`{flag}`)", fix.what)))
    });
    let witness = finding.witness.as_ref().map(|own| ("witness", Cow::Owned(format!("{}\n{}", own.who, own.claims))));
    help.into_iter().chain(fix).chain(witness)
}

/// A finding, and why it is not reported, if it is not.
pub(super) type Judged<'c> = (&'c Finding, Option<&'c Suppression>);

/// The files that were looked at and those that could not be read, by name, each with its findings, also those that are not reported.
pub(super) fn by_file<'c>(checked: &'c Checked, sources: &'c Sources) -> Vec<(&'c str, Vec<Judged<'c>>)> {
    let mut files: BTreeMap<&str, Vec<Judged<'c>>> = checked.files.iter().map(|name| (name.as_str(), Vec::new())).collect();
    let reported = checked.findings.iter().map(|finding| (finding, None));
    let suppressed = checked.suppressed.iter().map(|own| (&own.finding, Some(&own.by)));
    for (finding, by) in reported.chain(suppressed) {
        files.entry(sources.get(finding.primary.span.source).name()).or_default().push((finding, by));
    }
    for findings in files.values_mut() {
        findings.sort_by_key(|(finding, _)| finding.primary.span);
    }
    files.into_iter().collect()
}

/// Why a finding is not reported, in words: the reason that was given, or how it is said.
pub(super) fn reason(by: &Suppression) -> Cow<'_, str> {
    match &by.reason {
        Some(reason) => Cow::Borrowed(reason),
        None => Cow::Owned(format!("known: {}", by.means.name())),
    }
}
