//! A further statement of a trust policy, for one token.

use super::Refused;
use super::candidates::{Candidate, calls, lasting};
use crate::identity::Claim;
use crate::script::{Script, quoted};
use crate::simulate::{Difference, DifferenceKind, NearMiss, Part, Presented, expected_provider};

/// Whether a statement refuses for something that it names on purpose: a further statement would let the token past that.
pub(super) fn is_barred(near: &NearMiss<'_, '_>) -> bool {
    let is_of_issuer = |key: &str| key.rsplit(':').skip(1).any(|host| host.contains('.'));
    let barred = |difference: &Difference<'_, '_>| {
        let of_call = match difference.part {
            Part::Condition(condition, _) => !condition.key.known().is_some_and(is_of_issuer),
            Part::Principal(_) | Part::Action(_) => false,
        };
        let has = |kind: &DifferenceKind| difference.kinds.contains(kind);
        has(&DifferenceKind::Forbidden) || has(&DifferenceKind::Absent) || of_call && !has(&DifferenceKind::NeverPresent)
    };
    let of_others = near.failing.iter().any(|difference| matches!(difference.part, Part::Principal(_)));
    !of_others && near.failing.iter().any(barred)
}

/// A statement of its own for the token, and for as few others as can be.
pub(super) fn added(refused: &Refused<'_, '_>, script: &Script<'_, '_>) -> Option<Candidate> {
    let named = refused.policy.statements.iter().filter_map(|own| own.principals.as_ref()).flat_map(|own| &own.list);
    let mut providers = named.filter_map(|principal| principal.value.known()).filter(|value| value.contains(":oidc-provider/"));
    let provider = expected_provider(&refused.token.host, refused.role.or(providers.next()))?;
    let (conditions, pinned) = conditions(refused.token)?;
    let actions: Vec<String> = calls(refused.token).map(quoted).collect();
    let actions = if let [only] = actions.as_slice() { only.clone() } else { format!("[{}]", actions.join(", ")) };
    let statement = format!(
        "{{\"Effect\": \"Allow\", \"Principal\": {{\"Federated\": {}}}, \"Action\": {actions}, \"Condition\": {{{conditions}}}}}",
        quoted(&provider)
    );
    let words = format!("add a statement for `{provider}` that pins {pinned}");
    Some(Candidate { words, edits: script.add_statement(&statement)? })
}

/// The conditions, and the claims that they pin.
fn conditions(token: &Presented) -> Option<(String, &'static str)> {
    let claim = |name: &str| match token.claims.get(name)?.values().as_slice() {
        [value] => Some(value.clone().into_owned()),
        _ => None,
    };
    let line = |operator: &str, key: &str, value: &str| format!("{}: {{{}: {}}}", quoted(operator), quoted(key), quoted(value));
    let equal = |one: (&str, &str), other: (&str, &str)| {
        let [one, other] = [one, other].map(|(key, value)| format!("{}: {}", quoted(key), quoted(value)));
        format!("\"StringEquals\": {{{one}, {other}}}")
    };
    if token.is_assertion() {
        return Some((equal(("saml:aud", &claim("saml:aud")?), ("saml:sub", &claim("saml:sub")?)), "`saml:aud` and `saml:sub`"));
    }
    let key = |claim: &str| format!("{}:{claim}", token.host);
    let audience = claim(if token.claims.get("azp").is_some() { "azp" } else { "aud" })?;
    let logins = token.claims.get("amr").map(Claim::values).unwrap_or_default();
    if let Some(login) = logins.get(1).or(logins.first()).filter(|_| Presented::guest(&audience).host == token.host) {
        let (audience, login) =
            (line("StringEquals", &key("aud"), &audience), line("ForAnyValue:StringEquals", &key("amr"), login));
        return Some((format!("{audience}, {login}"), "`aud` and `amr`"));
    }
    let subject = claim("sub")?;
    let conditions = match lasting(&token.host, &subject) {
        Some(pattern) => {
            format!("{}, {}", line("StringEquals", &key("aud"), &audience), line("StringLike", &key("sub"), &pattern))
        }
        None => equal((&key("aud"), &audience), (&key("sub"), &subject)),
    };
    Some((conditions, "`aud` and `sub`"))
}
