//! Whether IAM would store a trust policy today: what it asks of statements for identity pools and for issuers that many customers
//! share. Policies from before hold until they are changed, so that is no part of any answer.
//!
//! Source: "Identity-provider controls for shared OIDC providers" of the IAM guide, "IAM roles" of the Cognito guide.

use crate::finding::Label;
use crate::policy::{Comparison, Condition, Effect, Operand, Policy, PrincipalKind, Statement};
use crate::reference::{self, Issuer};

/// What IAM would say to the statements of a trust policy that let tokens of an issuer in.
pub(super) fn refusals(policy: &Policy<'_>, host: &str) -> Vec<Label> {
    let of_issuer = policy.with_effect(Effect::Allow).filter(|statement| lets_in(statement, host));
    of_issuer.filter_map(|statement| Some(Label::new(statement.place(), refusal(statement, host)?))).collect()
}

/// Whether a statement asks for one of the claims that AWS wants to see asked for. Its test is one of the text: which operator, and that
/// the value is not just `*`.
pub(super) fn asks_for_required(statement: &Statement<'_>, issuer: &Issuer, host: &str) -> bool {
    issuer.required.is_empty() || asked(statement, issuer, host) != Some(Asked::All)
}

/// What IAM misses in a statement that lets tokens of an issuer in that many customers share, so that it would not store it today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unasked {
    /// The condition keys of which one has to be asked for, in full.
    pub keys: Vec<String>,
    /// Whether `*` stands among other values, so that sources disagree.
    pub doubtful: bool,
}

/// Whether a statement that lets tokens of an issuer in lacks what IAM asks for. `host` is the issuer's host and path.
pub fn unasked(statement: &Statement<'_>, host: &str) -> Option<Unasked> {
    let issuer = reference::issuer(host)?;
    let asked = asked(statement, issuer, host).filter(|asked| *asked != Asked::Some)?;
    let keys = issuer.required.iter().map(|key| full(key, host)).collect();
    // write-shared-issuers-list
    Some(Unasked { keys, doubtful: asked == Asked::SomeOrAll })
}

/// How a statement asks for a claim.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// For certain values.
    Some,
    /// For certain values or any: whether that counts, sources disagree.
    SomeOrAll,
    /// Not at all, or for any value.
    All,
}

/// Of the claims of which one is required, how the statement asks for the one that counts most.
fn asked(statement: &Statement<'_>, issuer: &Issuer, host: &str) -> Option<Asked> {
    let each = issuer.required.iter().map(|key| {
        let conditions = statement.conditions.iter().filter(|own| compares(own) && is_on(own, key, host));
        conditions.map(scope).min().unwrap_or(Asked::All)
    });
    each.min()
}

fn refusal(statement: &Statement<'_>, host: &str) -> Option<String> {
    let Unasked { keys, doubtful } = unasked(statement, host)?;
    if host.starts_with("cognito-identity") && statement.conditions.is_empty() {
        return Some(format!("{}: \"A condition block must be present for the Cognito provider\"", statement.title()));
    }
    let must = format!(
        "{} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {} which is not scoped to all",
        statement.title(),
        keys.join(" or ")
    );
    Some(if doubtful { format!("{must}; whether `*` among other values is, sources disagree") } else { must })
}

/// A global key has its prefix already.
fn full(key: &str, host: &str) -> String {
    if key.contains(':') { key.to_owned() } else { format!("{host}:{key}") }
}

/// write-shared-issuers-operator
fn compares(condition: &Condition<'_>) -> bool {
    const BY_TEXT: [Comparison; 3] = [Comparison::StringEquals, Comparison::StringLike, Comparison::StringEqualsIgnoreCase];
    condition.operator.is_some_and(|operator| {
        BY_TEXT.contains(&operator.comparison) && !operator.negated && !operator.if_exists && operator.set.is_none()
    })
}

fn is_on(condition: &Condition<'_>, key: &str, host: &str) -> bool {
    condition.key.known().is_none_or(|own| own.eq_ignore_ascii_case(&full(key, host)))
}

/// write-shared-issuers-all
fn scope(condition: &Condition<'_>) -> Asked {
    let is_all = |value: &Operand<'_>| matches!(value.pattern.plain(), Some("*" | "?"));
    match (condition.values.iter().any(is_all), condition.values.iter().all(is_all)) {
        (_, true) => Asked::All,
        (true, false) => Asked::SomeOrAll,
        (false, _) => Asked::Some,
    }
}

fn lets_in(statement: &Statement<'_>, host: &str) -> bool {
    let ending = format!(":oidc-provider/{host}");
    let principals = statement.principals.iter().filter(|own| !own.negated).flat_map(|own| &own.list);
    let mut federated = principals.filter(|own| own.kind == PrincipalKind::Federated).filter_map(|own| own.value.known());
    federated.any(|own| own == host || own.ends_with(&ending))
}
