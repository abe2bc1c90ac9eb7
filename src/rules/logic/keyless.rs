//! A Deny that was meant for calls of AWS services and holds for everybody else.

use super::walk::{has_effect, statements};
use crate::evaluate::{Context, Truth, judge};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, PrincipalKind, Statement};

pub(super) static RULE: Rule = Rule {
    name: "keyless-callers-denied",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/keyless-callers-denied.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, statement) in statements(facts) {
        let Some(first) = statement.conditions.first() else { continue };
        let is_negated = |own: &Condition<'_>| own.operator.is_some_and(|own| own.negated);
        if !has_effect(statement, Effect::Deny) || statement.later.is_some() || !statement.conditions.iter().all(is_negated) {
            continue;
        }
        let of_service = |own: &Condition<'_>| {
            let global = own.key.known().and_then(|key| facts.reference.key(key)?.global);
            global.is_some_and(|global| global.of_service) && matches!(judge(own, &Context::new()), Truth::Yes)
        };
        if is_for_services(statement) || !statement.conditions.iter().all(of_service) {
            continue;
        }
        let key = first.key.shown();
        findings.push(Finding {
            help: Some(
                "add `\"Bool\": { \"aws:PrincipalIsAWSService\": \"true\" }`, so that the statement holds for calls of services only"
                    .to_owned(),
            ),
            ..RULE.finding(
                format!("{} denies all users and roles: only calls of AWS services hold `{key}`", statement.title()),
                first.key.span(),
                "true where the key is absent",
            )
        });
    }
}

/// Whether only services are denied.
fn is_for_services(statement: &Statement<'_>) -> bool {
    let principals = statement.principals.as_ref().filter(|own| !own.negated);
    principals.is_some_and(|own| own.list.iter().all(|own| matches!(own.kind, PrincipalKind::Service | PrincipalKind::Later)))
}
