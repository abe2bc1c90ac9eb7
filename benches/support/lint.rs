//! The lint that `rolecall check` does: take the texts in, recognise them, read the policies, run every rule.

use rolecall::config::Config;
use rolecall::finding::Severity;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::{SourceId, Sources};

/// A name and a text.
pub(crate) type Named = (String, String);

/// How much each finding matters; what was built for it is dropped.
pub(crate) fn lint(policies: &[Named]) -> Vec<Severity> {
    let (sources, ids) = taken_in(policies);
    let inventory = read(&sources, &ids);
    let facts = Facts { sources: &sources, inventory: &inventory, config: &Config::default(), reference: &Reference::default() };
    rules::run(&facts).iter().map(|finding| finding.severity).collect()
}

/// The texts as sources.
pub(crate) fn taken_in(policies: &[Named]) -> (Sources, Vec<SourceId>) {
    let mut sources = Sources::new();
    let ids = policies.iter().map(|(name, text)| sources.add(name.as_str(), text.as_str())).collect();
    (sources, ids)
}

/// What is in the sources.
pub(crate) fn read<'s>(sources: &'s Sources, ids: &[SourceId]) -> Inventory<'s> {
    let mut inventory = Inventory::new(None);
    for &id in ids {
        inventory.read(sources, id);
    }
    inventory
}

/// What the same takes that only makes a value of each text.
pub(crate) fn parse(policies: &[Named]) {
    for (_, text) in policies {
        std::hint::black_box(serde_json::from_str::<serde_json::Value>(std::hint::black_box(text)).expect("a policy"));
    }
}

/// One part, for another process to count: the lint, the parse, or nothing but what it takes to come by the policies.
pub(crate) fn part_of(part: &str, policies: &[Named]) {
    match part {
        "lint" => drop(std::hint::black_box(lint(policies))),
        "parse" => parse(policies),
        _ => {}
    }
}
