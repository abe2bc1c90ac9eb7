//! The condition keys of the call that brings a token to STS.

use std::borrow::Cow;

use super::{Presented, SOURCE_IDENTITY, Tagging};
use crate::evaluate::{Context, ContextValue, holds_many};
use crate::identity::{Becomes, Claim, Claims, becomes};
use crate::policy::Instant;
use crate::reference::{IssuerKey, Reference};
use crate::simulate::Given;

/// The condition keys of `sts:AssumeRoleWithWebIdentity` with this token of this issuer.
pub(in crate::simulate) fn assume_context(
    token: &Presented,
    session_name: Option<&str>,
    at: Option<Instant>,
    (reference, given): (&Reference, Given<'_>),
) -> Context<'static> {
    let mut context = token.keys();
    context.partial = true;
    context.never = Some(if token.tagging == Tagging::Told { never_at_assume } else { never_but_tags });
    context.set("sts:RoleSessionName", session_name.map_or(ContextValue::Unknown, one));
    context.set("aws:SecureTransport", one("true"));
    context.set("aws:FederatedProvider", token.federated_provider());
    for (key, values) in token.tags() {
        context.set(format!("aws:RequestTag/{key}"), values);
    }
    if token.tags().next().is_some() {
        let names = token.tags().map(|(key, _)| Cow::Owned(key.to_owned())).collect();
        context.set("aws:TagKeys", ContextValue::Many(names));
    }
    let transitive: Vec<Cow<'static, str>> = token.transitive().into_iter().map(|own| Cow::Owned(own.into_owned())).collect();
    if !transitive.is_empty() {
        context.set("sts:TransitiveTagKeys", ContextValue::Many(transitive));
    }
    if token.claims.get(SOURCE_IDENTITY).is_some() {
        context.set("sts:SourceIdentity", token.source_identity().map_or(ContextValue::Unknown, one));
    }
    if !token.is_assertion() {
        // a token that lists roles comes here for one of them only
        context.set("sts:RoleAuthorizedByIdp", one(if token.roles().is_some() { "true" } else { "false" }));
    }
    set_time(&mut context, at);
    add_given(&mut context, reference, given);
    context
}

/// Whether this key is never held by the calls with a token or an assertion beyond what that gives it: the call is not
/// signed, so it has no principal, and the keys of issuers come from the token alone.
pub(in crate::simulate) fn never_at_assume(key: &str) -> bool {
    let starts = |with: &str| key.get(..with.len()).is_some_and(|own| own.eq_ignore_ascii_case(with));
    starts("aws:RequestTag/") || starts("aws:TagKeys") || never_but_tags(key)
}

/// As [`never_at_assume`], where the token's session tags are not known.
fn never_but_tags(key: &str) -> bool {
    const NEVER: [&str; 9] = [
        "aws:principal",
        "aws:userid",
        "aws:username",
        "aws:multifactorauth",
        "aws:tokenissuetime",
        "sts:externalid",
        "sts:durationseconds",
        "sts:transitivetagkeys",
        "sts:sourceidentity",
    ];
    let key = key.to_ascii_lowercase();
    is_of_issuer(&key) || NEVER.iter().any(|never| key.starts_with(never))
}

/// Whether a key is one of an issuer's: named by a host, or one of SAML.
pub(in crate::simulate) fn is_of_issuer(key: &str) -> bool {
    key.rsplit_once(':').is_some_and(|(prefix, _)| prefix.contains('.') || prefix.eq_ignore_ascii_case("saml"))
}

/// The time, which every request holds; unknown where none is given.
pub(in crate::simulate) fn set_time(context: &mut Context<'static>, at: Option<Instant>) {
    if let Some(at) = at {
        context.set("aws:CurrentTime", one(&at.to_string()));
        context.set("aws:EpochTime", one(&at.seconds().to_string()));
    }
}

/// The condition keys that the claims of a token become. Claims that are no key leave none.
pub(super) fn token_keys(host: &str, claims: &Claims) -> Context<'static> {
    let mut context = Context::new();
    for (name, claim) in claims.iter() {
        match becomes(host, claims, name) {
            Becomes::Keys(keys) => {
                for key in keys {
                    context.set(format!("{host}:{}", key.name), value(key, claim));
                }
            }
            Becomes::Unclear { key, .. } => context.set(format!("{host}:{}", key.name), ContextValue::Unknown),
            Becomes::ReadBySts(_) | Becomes::Nothing(_) => {}
        }
    }
    context
}

/// The condition keys of an assertion, which are made already.
pub(super) fn saml_keys(claims: &Claims) -> Context<'static> {
    let mut context = Context::new();
    for (name, claim) in claims.iter().filter(|(name, _)| name.starts_with("saml:")) {
        let values = || claim.values().into_iter().map(|value| Cow::Owned(value.into_owned())).collect();
        let value = match claim {
            Claim::Text(text) => one(text),
            Claim::List(_) => ContextValue::Many(values()),
            _ => ContextValue::Unknown,
        };
        context.set(name.to_owned(), value);
    }
    context
}

/// The condition keys that the user gave.
pub(in crate::simulate) fn add_given(context: &mut Context<'static>, reference: &Reference, given: Given<'_>) {
    for (key, values) in given {
        let many = holds_many(reference, key) || matches!(context.get(key), Some(ContextValue::Many(_)));
        let given = match values.as_slice() {
            [value] if !many => one(value),
            values => ContextValue::Many(values.iter().map(|value| Cow::Owned((*value).to_owned())).collect()),
        };
        context.set((*key).to_owned(), given);
    }
}

pub(in crate::simulate) fn one(value: &str) -> ContextValue<'static> {
    ContextValue::One(Cow::Owned(value.to_owned()))
}

/// What a condition key holds of the claim that it is made of.
fn value(key: &IssuerKey, claim: &Claim) -> ContextValue<'static> {
    let mut values: Vec<Cow<'static, str>> = claim.values().into_iter().map(|value| Cow::Owned(value.into_owned())).collect();
    match claim {
        Claim::Unknown(_) => ContextValue::Unknown,
        Claim::List(list) if key.many && list.iter().any(|own| matches!(own, Claim::Unknown(_))) => ContextValue::Part(values),
        _ if key.many => ContextValue::Many(values),
        _ if values.len() == 1 => values.pop().map_or(ContextValue::Unknown, ContextValue::One),
        _ => ContextValue::Unknown,
    }
}
