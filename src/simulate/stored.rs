//! Whether IAM would store a trust policy today: what it asks of statements for identity pools and for issuers that many customers
//! share. Policies from before hold until they are changed, so that is no part of any answer.
//!
//! Source: "Identity-provider controls for shared OIDC providers" of the IAM guide, "IAM roles" of the Cognito guide.

use crate::finding::Label;
use crate::policy::{Comparison, Condition, Effect, Policy, PrincipalKind, Statement};
use crate::reference::{self, Issuer};

/// What IAM would say to the statements of a trust policy that let tokens of an issuer in.
pub(super) fn refusals(policy: &Policy<'_>, host: &str) -> Vec<Label> {
    let Some(issuer) = reference::issuer(host) else { return Vec::new() };
    let of_issuer = policy.with_effect(Effect::Allow).filter(|statement| lets_in(statement, host));
    of_issuer.filter_map(|statement| Some(Label::new(statement.place(), refusal(statement, issuer, host)?))).collect()
}

/// Whether a statement asks for one of the claims that AWS wants to see asked for. Its test is one of the text: which operator, and that
/// the value is not just `*`.
pub(super) fn asks_for_required(statement: &Statement<'_>, issuer: &Issuer, host: &str) -> bool {
    issuer.required.is_empty() || issuer.required.iter().any(|key| statement.conditions.iter().any(|own| pins(own, key, host)))
}

fn refusal(statement: &Statement<'_>, issuer: &Issuer, host: &str) -> Option<String> {
    if asks_for_required(statement, issuer, host) {
        return None;
    }
    let is_pool = host.starts_with("cognito-identity");
    if is_pool && statement.conditions.is_empty() {
        return Some(format!("{}: \"A condition block must be present for the Cognito provider\"", statement.title()));
    }
    let keys: Vec<String> = issuer.required.iter().map(|key| full(key, host)).collect();
    Some(format!(
        "{} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {} which is not scoped to all",
        statement.title(),
        keys.join(" or ")
    ))
}

/// A global key has its prefix already.
fn full(key: &str, host: &str) -> String {
    if key.contains(':') { key.to_owned() } else { format!("{host}:{key}") }
}

fn pins(condition: &Condition<'_>, key: &str, host: &str) -> bool {
    let counts = condition.operator.is_some_and(|operator| {
        let by_text =
            [Comparison::StringEquals, Comparison::StringLike, Comparison::StringEqualsIgnoreCase].contains(&operator.comparison);
        by_text && !operator.negated && !operator.if_exists && operator.set.is_none()
    });
    let of_key = condition.key.known().is_none_or(|own| own.eq_ignore_ascii_case(&full(key, host)));
    let is_all = condition.values.iter().any(|value| value.pattern.plain() == Some("*"));
    counts && of_key && !is_all
}

fn lets_in(statement: &Statement<'_>, host: &str) -> bool {
    let ending = format!(":oidc-provider/{host}");
    let principals = statement.principals.iter().filter(|own| !own.negated).flat_map(|own| &own.list);
    let mut federated = principals.filter(|own| own.kind == PrincipalKind::Federated).filter_map(|own| own.value.known());
    federated.any(|own| own == host || own.ends_with(&ending))
}
