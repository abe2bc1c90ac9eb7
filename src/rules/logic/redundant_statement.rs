//! Statements that another one makes needless.

use super::alone::{holds, only, without};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Tested, Unit, covers};
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
        && wide.conditions.len() <= narrow.conditions.len()
        && may_cover(wide.actions.as_ref(), narrow.actions.as_ref());
    may && holds(&only(policy, narrow), Some(&only(policy, wide)), facts.reference)
        && holds(policy, Some(&without(policy, narrow)), facts.reference)
}

/// Whether the first and the last action of the one are among those of the other: a look before the question, which costs more.
fn may_cover(wide: Option<&Patterns<'_>>, narrow: Option<&Patterns<'_>>) -> bool {
    let (Some(wide), Some(narrow)) = (wide, narrow) else { return false };
    if wide.negated || narrow.negated {
        return wide.negated && narrow.list.len() >= wide.list.len();
    }
    let is_covered = |text: &str| {
        let tested = |text| [Unit::Wild(text)];
        let texts = wide.list.iter().filter_map(|own| own.plain());
        texts.into_iter().any(|own| {
            own.eq_ignore_ascii_case(text)
                || own.contains(['*', '?'])
                    && covers(
                        Tested { units: &tested(own), mode: Mode::Action },
                        Tested { units: &tested(text), mode: Mode::Action },
                    )
        })
    };
    [narrow.list.first(), narrow.list.last()].into_iter().flatten().all(|own| own.plain().is_some_and(is_covered))
}
