//! The file of findings that are known: what was found when the tool was taken up, so that only what is new is reported.

use super::{RULES, STALE, Scope, few, looked_at};
use crate::finding::{Finding, Problem};
use crate::lint::Facts;
use crate::source::{SourceId, Span};
use crate::syntax::{Kind, Node, json};

/// The findings that are known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Baseline {
    /// Each, in the order of the file.
    pub entries: Vec<Entry>,
    /// For each the path of its file, relative to the folder of the configuration; `None` where it lies outside.
    pub paths: Vec<Option<String>>,
}

/// A finding that is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// The path of the file, relative to that of the baseline.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// What makes it the same one in the next run.
    pub fingerprint: String,
    /// What the finding says; for whoever reads the file.
    pub message: String,
    /// Where it stands in the baseline.
    pub span: Span,
}

impl Baseline {
    /// The version of the form of the file.
    pub const VERSION: u32 = 1;

    /// Reads the text of a baseline. With problems there is none.
    pub fn read(source: SourceId, text: &str) -> Result<Vec<Entry>, Vec<Problem>> {
        let tree = json::read(source, text);
        let problem = |span: Span, message: &str| Problem {
            span,
            message: message.to_owned(),
            help: Some("`rolecall baseline` writes it anew".to_owned()),
        };
        if let Some(fault) = tree.faults().first() {
            return Err(vec![problem(fault.span, "the baseline is no JSON from here on")]);
        }
        let root = tree.root();
        if root.get("version").is_none_or(|version| version.written() != Self::VERSION.to_string()) {
            return Err(vec![problem(root.mark(), &format!("no baseline of version {}", Self::VERSION))]);
        }
        let Some(findings) = root.get("findings").filter(|own| own.kind() == Kind::List) else {
            return Err(vec![problem(root.mark(), "the baseline has no list `findings`")]);
        };
        let entries = findings.items().map(|item| {
            entry(item).ok_or_else(|| problem(item.mark(), "it takes `fingerprint`, `rule`, `path` and `message`, each a string"))
        });
        let (entries, problems): (Vec<_>, Vec<_>) = entries.partition(Result::is_ok);
        let problems: Vec<Problem> = problems.into_iter().filter_map(Result::err).collect();
        if problems.is_empty() { Ok(entries.into_iter().flatten().collect()) } else { Err(problems) }
    }

    /// One finding for all entries that stand for nothing any more.
    pub(super) fn complaint(&self, is_known: impl Fn(&str) -> bool, facts: &Facts<'_, '_>, scope: &Scope<'_>) -> Option<Finding> {
        if !scope.searched {
            return None;
        }
        let inputs: Vec<String> = looked_at(facts).filter_map(|own| (scope.path)(facts.sources.get(own.source).name())).collect();
        let is_told = |path: Option<&String>| scope.searched_all || path.is_some_and(|path| inputs.contains(path));
        let gone = self.entries.iter().zip(&self.paths).filter(|(entry, path)| {
            // a rule that is no more is never asked
            let asked = scope.rules.contains(&entry.rule.as_str()) || crate::rules::named(&entry.rule).is_none();
            !is_known(&entry.fingerprint) && asked && is_told(path.as_ref()) && !RULES.iter().any(|rule| rule.name == entry.rule)
        });
        let gone: Vec<Span> = gone.map(|(entry, _)| entry.span).collect();
        let first = *gone.first()?;
        let message = match gone.len() {
            1 => "one entry of the baseline stands for nothing any more".to_owned(),
            count => format!("{count} entries of the baseline stand for nothing any more"),
        };
        let finding = STALE.finding(message, first, "not found any more");
        let related = few(gone.into_iter().skip(1), "nor this");
        Some(Finding { related, help: Some("`rolecall baseline --prune` takes them out".to_owned()), ..finding })
    }
}

fn entry(item: Node<'_, '_>) -> Option<Entry> {
    let text = |key: &str| Some(item.get(key)?.string()?.into_owned());
    let span = item.get("fingerprint")?.span();
    Some(Entry { path: text("path")?, rule: text("rule")?, fingerprint: text("fingerprint")?, message: text("message")?, span })
}
