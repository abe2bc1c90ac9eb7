//! Statements that another one makes needless.

use super::alone::{holds, may_cover, only};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::Mode;
use crate::policy::{Policy, Statement};

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
        && may_cover(wide.actions.as_ref(), narrow.actions.as_ref(), Mode::Action)
        && may_cover(wide.resources.as_ref(), narrow.resources.as_ref(), Mode::Resource);
    // of two with the same effect, what the one takes in the other does not change
    may && holds(&only(policy, narrow), Some(&only(policy, wide)), facts.reference)
}

/// Whether each key that the one has a condition on the other has one on, too: else a request without it, or with any value, tells them
/// apart, as a rule.
fn asks_no_more(wide: &Statement<'_>, narrow: &Statement<'_>) -> bool {
    let has = |key: &str| narrow.conditions.iter().any(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
    wide.conditions.iter().all(|own| own.key.known().is_some_and(has))
}
