//! A trust policy that IAM does not store: it trusts an issuer that many customers share and does not ask which of them.

use super::foreign_issuer_key::{foreign_keys, issuer_named};
use super::subjects::everybody;
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Principal, PrincipalKind, Statement};
use crate::reference;
use crate::rules::probe::{is_on, is_pool_host, naming, principals_of, storable};
use crate::simulate::unasked;

pub(super) static RULE: Rule = Rule {
    name: "shared-issuer-control",
    severity: Severity::Error,
    page: include_str!("../../../rules/trust/shared-issuer-control.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow).filter(|statement| statement.later.is_none()) {
            if naming(statement, "sts:AssumeRoleWithWebIdentity").is_some() {
                let named = principals_of(statement, PrincipalKind::Federated);
                let own: Vec<Finding> = named.filter_map(|(principal, _)| judge(statement, principal)).collect();
                let witness = if own.is_empty() { None } else { everybody(facts, role, statement) };
                // where STS refuses, too, nobody gets in
                let by_sts = |(principal, _): &(&Principal<'_>, _)| {
                    issuer_named(principal).and_then(reference::issuer).is_some_and(|issuer| issuer.required_by_sts)
                };
                let mut named = principals_of(statement, PrincipalKind::Federated);
                let witness = witness.filter(|_| !named.any(|own| by_sts(&own)));
                // what AWS may store, and lets everybody in, is that rule's
                let own = own.into_iter().filter(|finding| finding.severity == RULE.severity || witness.is_none());
                findings.extend(own.map(|finding| Finding { witness: witness.clone(), ..finding }));
            }
        }
    }
}

/// Whether IAM refuses to store a statement for an issuer, as this rule tells: then no other rule tells that everybody gets in.
pub(super) fn refuses(statement: &Statement<'_>, host: &str) -> bool {
    let mut named =
        principals_of(statement, PrincipalKind::Federated).filter(|(principal, _)| issuer_named(principal) == Some(host));
    named.any(|(principal, _)| judge(statement, principal).is_some_and(|finding| finding.severity == RULE.severity))
}

fn judge(statement: &Statement<'_>, principal: &Principal<'_>) -> Option<Finding> {
    // identity pools have rules of their own
    let host = issuer_named(principal).filter(|host| !is_pool_host(host))?;
    // where sources disagree nothing is said: who gets in is for other rules
    let unasked = unasked(statement, host).filter(|unasked| !unasked.doubtful)?;
    let issuer = reference::issuer(host)?;
    let keys: Vec<String> = unasked.keys.iter().map(|key| format!("`{key}`")).collect();
    let keys = keys.join(" or ");
    let on_keys = |own: &&Condition<'_>| unasked.keys.iter().any(|key| is_on(own, key));
    let (title, name) = (statement.title(), &issuer.name);
    let condition = statement.conditions.iter().find(on_keys);
    // a key that is meant for this issuer and names it wrongly is that rule's
    if condition.is_none() && foreign_keys(statement).iter().any(|(own, _)| is_meant(own, &unasked.keys)) {
        return None;
    }
    let mut finding = match condition {
        None => RULE.finding(
            format!(
                "{title} takes tokens of {name}, which many customers share, and does not ask for {keys}: AWS refuses to store it"
            ),
            principal.value.span(),
            "shared by many customers",
        ),
        Some(condition) => {
            let all = condition.values.iter().find(|value| matches!(value.pattern.plain(), Some("*" | "?")));
            let (span, label) = match all {
                Some(value) => (value.pattern.text.span(), "scoped to all"),
                None => (condition.operator_text.span(), "may not count"),
            };
            let message = match all {
                Some(_) => {
                    format!(
                        "the condition of {title} on `{}` lets all of {name} in: AWS refuses to store it",
                        condition.key.shown()
                    )
                }
                None => format!(
                    "{title} asks for `{}` by an operator with which AWS may refuse to store it: it wants `StringEquals`, `StringLike` or \
                     `StringEqualsIgnoreCase`",
                    condition.key.shown()
                ),
            };
            let mut finding = RULE.finding(message, span, label);
            // that other operators do not count is inferred
            if all.is_none() {
                finding.severity = Severity::Low;
            }
            finding.related.push(Label::new(principal.value.span(), "shared by many customers"));
            finding
        }
    };
    let late = if issuer.required_by_sts {
        "STS, too, refuses whoever comes by a policy without"
    } else {
        "a policy from before keeps working until it is changed, for whomever its conditions let in"
    };
    finding.help =
        Some(format!("add a condition `StringEquals` or `StringLike` on {keys} that names what is yours at {name}; {late}"));
    Some(finding)
}

/// Whether a condition, whoever its key names, is on one of the claims.
fn is_meant(condition: &Condition<'_>, keys: &[String]) -> bool {
    let claim = |key: &str| key.rsplit(':').next().map(str::to_ascii_lowercase);
    condition.key.known().is_some_and(|own| keys.iter().any(|key| claim(key) == claim(own)))
}
