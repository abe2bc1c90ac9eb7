//! `Metadata.rolecall.ignore` in a template of CloudFormation: of a resource, or of the whole template.

use super::{Covers, Means, Row, malformed, named};
use crate::finding::Finding;
use crate::policy::Instant;
use crate::source::Span;
use crate::syntax::{Kind, Node, Tree};

/// Adds what the metadata of a template say, and what is wrong with it.
pub(super) fn rows(trees: &[Tree<'_>], rows: &mut Vec<Row>, told: &mut Vec<Finding>) {
    for tree in trees {
        let root = tree.root();
        let Some(resources) = root.get("Resources") else { continue };
        for owner in std::iter::once(root).chain(resources.entries().map(|entry| entry.value)) {
            let own = owner.get("Metadata").and_then(|own| own.get("rolecall")).and_then(|own| own.get("ignore"));
            for item in own.into_iter().flat_map(Node::items_or_self) {
                rows.extend(row(item, owner.outer(), told));
            }
        }
    }
}

/// What one item says of what it belongs to.
fn row(item: Node<'_, '_>, range: Span, told: &mut Vec<Finding>) -> Option<Row> {
    const HELP: &str = "write a map with `rule` and `reason`, and with `sid` and `until` where they are needed";
    let text = |key: &str| item.get(key).and_then(Node::string).map(|text| text.trim().to_owned());
    if item.kind() != Kind::Map {
        told.push(malformed("what is to be ignored is no map".to_owned(), item.mark(), "suppresses nothing", HELP));
        return None;
    }
    if let Some(entry) = item.entries().find(|entry| !["rule", "reason", "sid", "until"].iter().any(|key| entry.key.is(key))) {
        let message = format!("there is no key `{}` for what is to be ignored", entry.key.written());
        told.push(malformed(message, entry.key.span(), "no such key", HELP));
        return None;
    }
    let rule = item.get("rule");
    let named_rules: Vec<(String, Span)> = rule
        .into_iter()
        .flat_map(Node::items_or_self)
        .filter_map(|node| Some((node.string()?.into_owned(), node.span())))
        .collect();
    if named_rules.is_empty() {
        told.push(malformed("it is not told which rule is to be ignored".to_owned(), item.mark(), "no rule", HELP));
        return None;
    }
    let Some(reason) = text("reason").filter(|reason| !reason.is_empty()) else {
        told.push(malformed("a finding is suppressed without a reason".to_owned(), item.mark(), "no reason", HELP));
        return None;
    };
    let until = match item.get("until") {
        None => None,
        Some(node) => {
            let day = Instant::last_of_day(node.written());
            if day.is_none() {
                let message = format!("`{}` is no day", node.written());
                told.push(malformed(message, node.span(), "no day", "write `2027-01-31`"));
                return None;
            }
            day
        }
    };
    let borrowed: Vec<(&str, Span)> = named_rules.iter().map(|(name, span)| (name.as_str(), *span)).collect();
    let rules = named(&borrowed, told);
    let covers = match text("sid") {
        Some(sid) => Covers::Statement(range, sid),
        None => Covers::Range(range),
    };
    let place = rule.map_or(item.mark(), Node::mark);
    (!rules.is_empty()).then_some(Row { means: Means::Metadata, rules, reason, place, covers, until, is_used: false })
}
