//! What the call of a service holds that it makes for an account which no policy names.

use crate::arn::{Arn, is_account_id};
use crate::policy::{Comparison, Condition, Operand, Policy, Statement};
use crate::prove::{Held, Values};
use crate::reference::Reference;

/// The organization of whom the resource belongs to.
const OWNER: &str = "o-0000000000";

/// An account that is nobody's whom a policy names.
const STRANGERS: [&str; 2] = ["999999999999", "888888888888"];

/// What such a call holds.
pub(super) fn foreign(policy: &Policy<'_>, reference: &Reference) -> Vec<Held> {
    let conditions = || policy.statements.iter().flat_map(|statement| &statement.conditions);
    let owner = [("aws:ResourceAccount", "111122223333"), ("aws:ResourceOrgID", OWNER)];
    let mut held: Vec<Held> =
        owner.map(|(key, value)| Held { key: key.to_owned(), values: Values::One(value.to_owned()) }).to_vec();
    for condition in conditions() {
        let Some(key) = condition.key.known() else { continue };
        let of_principal = reference.key(key).and_then(|own| own.global).is_some_and(|own| own.of_principal);
        if !of_principal && !tells_source(key) || held.iter().any(|own| own.key.eq_ignore_ascii_case(key)) {
            continue;
        }
        let own = conditions().filter(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
        let named: Vec<&str> = own.flat_map(|own| &own.values).filter_map(|own| own.pattern.plain()).collect();
        let values = if of_principal { Values::None } else { values(key, &named) };
        held.push(Held { key: key.to_owned(), values });
    }
    held
}

/// Whether a key tells for whom a service calls.
pub(super) fn tells_source(key: &str) -> bool {
    const KEYS: [&str; 9] = [
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "kms:calleraccount",
        "lambda:eventsourcetoken",
        "sts:externalid",
        "aws:referer",
    ];
    let key = key.to_ascii_lowercase();
    KEYS.contains(&key.as_str()) || key.starts_with("kms:encryptioncontext:")
}

/// The condition of a statement on the resource for which a service calls, without a negation.
pub(super) fn on_source_arn<'p, 's>(statement: &'p Statement<'s>) -> impl Iterator<Item = (&'p Condition<'s>, &'p Operand<'s>)> {
    let is_own = |own: &&Condition<'_>| {
        own.operator.is_some_and(|own| !own.negated && own.comparison != Comparison::Null)
            && own.key.known().is_some_and(|key| key.eq_ignore_ascii_case("aws:SourceArn"))
    };
    statement.conditions.iter().filter(is_own).flat_map(|own| own.values.iter().map(move |value| (own, value)))
}

fn values(key: &str, named: &[&str]) -> Values {
    let lower = key.to_ascii_lowercase();
    let stranger = STRANGERS.into_iter().find(|own| !named.contains(own)).unwrap_or(STRANGERS[0]);
    if lower == "aws:sourceaccount" {
        return Values::One(stranger.to_owned());
    }
    if lower == "aws:sourcearn" {
        let except = named.iter().filter(|own| names_somebody(own)).map(|own| (*own).to_owned()).collect();
        let forms = vec![format!("arn:*:*:*:{stranger}:*"), "arn:*:s3:::*".to_owned()];
        return Values::Like { forms, except, or_none: false };
    }
    // who wrote his address into the referer, or any other text, is no account
    let counts = |own: &&&str| match lower.as_str() {
        "aws:referer" => is_account_id(own),
        _ => !own.bytes().all(|own| own == b'*'),
    };
    let except = named.iter().filter(counts).chain([&OWNER]).map(|own| (*own).to_owned()).collect();
    Values::Like { forms: vec!["*".to_owned()], except, or_none: true }
}

/// Whether an ARN is that of one account, or of one bucket: what others cannot have.
fn names_somebody(arn: &str) -> bool {
    let Some(own) = Arn::parse(arn) else { return false };
    if own.account.is_empty() { !arn.contains(['*', '?']) || own.service != "s3" } else { !own.account.contains(['*', '?']) }
}
