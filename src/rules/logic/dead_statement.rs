//! Statements that no request ever meets, and such that allow only what others deny.

use super::alone::{holds, holds_among, lacking_principal, may_be_denied, only, with};
use super::spared;
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Policy, PrincipalKind, Statement};
use crate::prove::{Among, Budget, Held, Question, proved_each};

pub(super) static NEVER: Rule = Rule {
    name: "statement-never-applies",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/statement-never-applies.md"),
};

pub(super) static UNDER_DENY: Rule =
    Rule { name: "allow-under-deny", severity: Severity::Medium, page: include_str!("../../../rules/logic/allow-under-deny.md") };

pub(super) fn never(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, _) in facts.inventory.all_policies().filter(|(policy, _)| policy.refusal().is_none()) {
        for statement in &policy.statements {
            if let Some(own) = spared::finding(facts, policy, statement) {
                findings.push(own);
                continue;
            }
            let Some((first, second)) = same_key(statement) else { continue };
            if !holds(&only(policy, statement), None, facts.reference) {
                continue;
            }
            let denies = matches!(statement.effect, Some((Effect::Deny, _)));
            let what = if denies { "so it denies nothing" } else { "so it allows nothing" };
            let key = first.key.shown();
            findings.push(Finding {
                severity: if denies { Severity::High } else { NEVER.severity },
                related: vec![Label::new(second.key.span(), "and this")],
                help: Some(format!(
                    "no request meets all conditions on `{key}`; values of one key that are alternatives stand in one list"
                )),
                ..NEVER.finding(
                    format!("no request meets the conditions of {}, {what}", statement.title()),
                    first.key.span(),
                    "asks for this",
                )
            });
        }
    }
}

pub(super) fn under_deny(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, _) in facts.inventory.all_policies().filter(|(policy, _)| policy.refusal().is_none()) {
        // a look before the question, which costs more
        let may = policy.with_effect(Effect::Allow).filter(|own| may_be_denied(policy, own));
        let (of_services, others): (Vec<_>, Vec<_>) = may.partition(|own| is_for_services(own));
        under_denies(facts, policy, &others, &Among::default(), findings);
        if !of_services.is_empty() {
            let keys = lacking_principal(policy.with_effect(Effect::Deny), facts.reference);
            under_denies(facts, policy, &of_services, &Among { keys, ..Among::default() }, findings);
        }
    }
}

/// The same of some statements that allow, of requests that hold certain keys or lack them.
fn under_denies<'s>(
    facts: &Facts<'_, '_>,
    policy: &Policy<'s>,
    allowing: &[&Statement<'s>],
    among: &Among,
    findings: &mut Vec<Finding>,
) {
    if allowing.is_empty() {
        return;
    }
    let asked = with(policy, policy.with_effect(Effect::Deny).chain(allowing.iter().copied()).cloned().collect());
    let question = Question { allowed_by: vec![&asked], not_by: Vec::new(), among: among.clone() };
    for (statement, is_proved) in proved_each(&question, facts.reference, Budget::default()) {
        if !is_proved || holds_among(&only(policy, statement), None, among, facts.reference) {
            continue;
        }
        let denying = denying(facts, policy, statement, among);
        let help = match among.keys.first() {
            Some(Held { key, .. }) => format!(
                "no call of a service by itself holds `{key}`: spare those in the Deny, by `\"BoolIfExists\": {{ \"aws:PrincipalIsAWSService\": \"false\" }}`, or take the Allow out"
            ),
            None => "a Deny goes before every Allow: narrow the Deny, or take the Allow out".to_owned(),
        };
        findings.push(Finding {
            related: denying.iter().map(|own| Label::new(own.place(), "denies it")).collect(),
            help: Some(help),
            ..UNDER_DENY.finding(
                format!("all that {} allows is denied in the same policy", statement.title()),
                statement.place(),
                "allows nothing",
            )
        });
    }
}

/// Whether a statement names services of AWS alone.
fn is_for_services(statement: &Statement<'_>) -> bool {
    let list = statement.principals.as_ref().filter(|own| !own.negated).map_or(&[][..], |own| &own.list);
    !list.is_empty() && list.iter().all(|own| own.kind == PrincipalKind::Service)
}

/// The first two conditions of a statement on one and the same key.
fn same_key<'p, 's>(statement: &'p Statement<'s>) -> Option<(&'p Condition<'s>, &'p Condition<'s>)> {
    let mut rest = statement.conditions.iter();
    while let Some(first) = rest.next() {
        let Some(key) = first.key.known() else { continue };
        if let Some(second) = rest.clone().find(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key))) {
            return Some((first, second));
        }
    }
    None
}

/// The statement that denies all of it by itself; all that deny, where it takes several.
fn denying<'p, 's>(
    facts: &Facts<'_, '_>,
    policy: &'p Policy<'s>,
    statement: &Statement<'s>,
    among: &Among,
) -> Vec<&'p Statement<'s>> {
    let denies: Vec<&Statement<'_>> = policy.with_effect(Effect::Deny).collect();
    let alone = only(policy, statement);
    let by_itself = denies.iter().find(|deny| holds_among(&alone, Some(&only(policy, deny)), among, facts.reference));
    by_itself.map_or_else(|| denies.clone(), |deny| vec![*deny])
}
