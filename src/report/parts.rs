//! What the formats for other programs have in common.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Checked;
use crate::finding::Finding;
use crate::source::Sources;

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

/// The files that were looked at and those that could not be read, by name, each with its findings.
pub(super) fn by_file<'c>(checked: &'c Checked, sources: &'c Sources) -> Vec<(&'c str, Vec<&'c Finding>)> {
    let mut files: BTreeMap<&str, Vec<&Finding>> = checked.files.iter().map(|name| (name.as_str(), Vec::new())).collect();
    for finding in &checked.findings {
        files.entry(sources.get(finding.primary.span.source).name()).or_default().push(finding);
    }
    files.into_iter().collect()
}
