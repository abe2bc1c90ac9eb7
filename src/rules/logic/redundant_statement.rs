//! Statements that another one makes needless.

use super::alone::{holds, only, without};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::policy::{Patterns, Policy, Statement};

pub(super) static RULE: Rule = Rule {
    name: "redundant-statement",
    severity: Severity::Style,
    page: include_str!("../../../rules/logic/redundant-statement.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, _) in facts.inventory.all_policies().filter(|(policy, _)| policy.refusal().is_none()) {
        let mut gone: Vec<usize> = Vec::new();
        for statement in &policy.statements {
            let others = policy.statements.iter().filter(|own| own.index != statement.index && !gone.contains(&own.index));
            let Some(wider) = others.into_iter().find(|own| is_wider(facts, policy, own, statement)) else { continue };
            gone.push(statement.index);
            findings.push(Finding {
                related: vec![Label::new(wider.place(), "says as much")],
                help: Some("take it out".to_owned()),
                ..RULE.finding(format!("{} adds nothing to {}", statement.title(), wider.title()), statement.place(), "needless")
            });
        }
    }
}

/// Whether one statement applies to all that another does, so that the policy is the same without that.
fn is_wider<'s>(facts: &Facts<'_, '_>, policy: &Policy<'s>, wide: &Statement<'s>, narrow: &Statement<'s>) -> bool {
    let effect = |own: &Statement<'_>| own.effect.map(|(effect, _)| effect);
    let may = effect(wide).is_some()
        && effect(wide) == effect(narrow)
        && asks_no_more(wide, narrow)
        && may_cover(wide.actions.as_ref(), narrow.actions.as_ref(), true)
        && may_cover(wide.resources.as_ref(), narrow.resources.as_ref(), false);
    may && holds(&only(policy, narrow), Some(&only(policy, wide)), facts.reference)
        && holds(policy, Some(&without(policy, narrow)), facts.reference)
}

/// Whether each key that the one has a condition on the other has one on, too: else a request without it, or with any value, tells them
/// apart, as a rule.
fn asks_no_more(wide: &Statement<'_>, narrow: &Statement<'_>) -> bool {
    let has = |key: &str| narrow.conditions.iter().any(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
    wide.conditions.iter().all(|own| own.key.known().is_some_and(has))
}

/// Whether the first and the last pattern of the one may be among those of the other: a look before the question, which costs more.
fn may_cover(wide: Option<&Patterns<'_>>, narrow: Option<&Patterns<'_>>, fold: bool) -> bool {
    let (Some(wide), Some(narrow)) = (wide, narrow) else { return wide.is_none() && narrow.is_none() };
    if wide.negated || narrow.negated {
        return wide.negated;
    }
    let is_covered = |own: &Pattern<'_>| {
        // what has variables is left to the question
        let Some(text) = own.plain() else { return true };
        wide.list.iter().any(|own| own.plain().is_none_or(|own| begins_like(own, text, fold)))
    };
    [narrow.list.first(), narrow.list.last()].into_iter().flatten().all(is_covered)
}

/// Whether a text begins with what a pattern has before its first wildcard, and is all of it where that has none.
fn begins_like(pattern: &str, text: &str, fold: bool) -> bool {
    let start = pattern.find(['*', '?']).unwrap_or(pattern.len());
    let (Some(own), Some(begun)) = (pattern.get(..start), text.get(..start)) else { return false };
    let same = if fold { own.eq_ignore_ascii_case(begun) } else { own == begun };
    same && (start < pattern.len() || text.len() == start)
}
