//! The token that STS sees, and the condition keys that it becomes.
//!
//! A trust policy never sees a user pool's token: the identity pool trades it for one of its own.

use std::borrow::Cow;

use super::{Flow, Given};
use crate::evaluate::{Context, ContextValue, holds_many};
use crate::identity::{Becomes, Claim, Claims, becomes};
use crate::policy::Instant;
use crate::reference::{IssuerKey, Reference, identity_pool_host};

/// A token as STS sees it, and so the trust policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Presented {
    /// The issuer's host and path: the prefix of the condition keys, and of identity pools the federated principal.
    pub host: String,
    /// Its claims.
    pub claims: Claims,
}

impl Presented {
    /// The token of an identity pool: `amr` says how the visitor signed in. `identity` is the identity's id where it
    /// is known.
    pub fn of_pool(pool: &str, amr: impl IntoIterator<Item = impl Into<String>>, identity: Option<&str>) -> Self {
        let host = identity_pool_host(pool);
        let mut claims = Claims::new();
        claims.set("iss", Claim::Text(format!("https://{host}")));
        claims.set("aud", Claim::Text(pool.to_owned()));
        claims.set("sub", identity.map_or(Claim::Unknown("the identity's id"), |id| Claim::Text(id.to_owned())));
        claims.set("amr", Claim::list(amr));
        Self { host: host.to_owned(), claims }
    }

    /// The token of a guest of an identity pool.
    pub fn guest(pool: &str) -> Self {
        Self::of_pool(pool, ["unauthenticated"], Some(&sample_identity(pool)))
    }

    /// The token of a user of an identity pool who signed in through a user pool.
    pub fn signed_in(pool: &str) -> Self {
        let region = pool.split(':').next().unwrap_or(pool);
        let provider = format!("cognito-idp.{region}.amazonaws.com/{region}_Sample123");
        Self::signed_in_to(pool, &provider)
    }

    /// The token of a user of an identity pool who signed in through this user pool, as identity pools name it.
    pub fn signed_in_to(pool: &str, user_pool: &str) -> Self {
        Self::signed_in_by(pool, user_pool, &format!("{user_pool}:CognitoSignIn:{SAMPLE_USER}"))
    }

    /// The token of a user of an identity pool who signed in through any provider, with what `amr` then says of provider and user.
    pub fn signed_in_by(pool: &str, provider: &str, user: &str) -> Self {
        Self::of_pool(pool, ["authenticated", provider, user], Some(&sample_identity(pool)))
    }

    /// The condition keys that its claims become. They are also those of the session's later requests.
    pub fn keys(&self) -> Context<'static> {
        token_keys(&self.host, &self.claims)
    }

    /// The session tags that it carries: for each name its value.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    pub(super) fn tags(&self) -> impl Iterator<Item = (&str, ContextValue<'static>)> {
        let tags = match self.claims.get("https://aws.amazon.com/tags") {
            Some(Claim::Map(own)) => own.get("principal_tags"),
            _ => None,
        };
        let list = tags.and_then(|tags| if let Claim::Map(list) = tags { Some(list) } else { None });
        list.into_iter().flat_map(Claims::iter).map(|(key, claim)| {
            let value = match claim.values().as_slice() {
                [value] => one(value),
                _ => ContextValue::Unknown,
            };
            (key, value)
        })
    }

    /// The actions that the trust policy must allow: one more for session tags, and one for a source identity.
    ///
    /// Source: "Passing session tags in AWS STS", "Monitor and control actions taken with assumed roles".
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        let tags = self.tags().next().map(|_| "sts:TagSession");
        let source = self.claims.get("https://aws.amazon.com/source_identity").map(|_| "sts:SetSourceIdentity");
        std::iter::once(ASSUME).chain(tags).chain(source)
    }
}

/// The call that every holder of a token makes.
pub(super) const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";

const SAMPLE_USER: &str = "00000000-aaaa-4bbb-8ccc-000000000001";

fn sample_identity(pool: &str) -> String {
    format!("{}:00000000-dddd-4eee-8fff-000000000002", pool.split(':').next().unwrap_or(pool))
}

/// The condition keys of `sts:AssumeRoleWithWebIdentity` with this token of this issuer.
pub(super) fn assume_context(token: &Presented, flow: Flow, at: Option<Instant>, given: Given<'_>) -> Context<'static> {
    let mut context = token.keys();
    context.partial = true;
    context.never = Some(is_never_at_assume);
    let session_name = match flow {
        Flow::Enhanced => one("CognitoIdentityCredentials"),
        Flow::Classic => ContextValue::Unknown,
    };
    context.set("sts:RoleSessionName", session_name);
    context.set("aws:SecureTransport", one("true"));
    for (key, values) in token.tags() {
        context.set(format!("aws:RequestTag/{key}"), values);
    }
    if token.tags().next().is_some() {
        let names = token.tags().map(|(key, _)| Cow::Owned(key.to_owned())).collect();
        context.set("aws:TagKeys", ContextValue::Many(names));
    }
    // what STS makes of these claims is not followed yet
    let not_followed =
        [("source_identity", "sts:SourceIdentity"), ("roles", "sts:RoleAuthorizedByIdp"), ("tags", "sts:TransitiveTagKeys")];
    for (claim, key) in not_followed {
        if token.claims.get(&format!("https://aws.amazon.com/{claim}")).is_some() {
            context.set(key, ContextValue::Unknown);
        }
    }
    set_time(&mut context, at);
    add_given(&mut context, given);
    context
}

/// Whether this key is never held by `sts:AssumeRoleWithWebIdentity` beyond what the token gives it: the call is not
/// signed, so it has no principal, and the keys of issuers come from the token alone.
pub(super) fn is_never_at_assume(key: &str) -> bool {
    const NEVER: [&str; 10] = [
        "aws:principal",
        "aws:userid",
        "aws:username",
        "aws:multifactorauth",
        "aws:tokenissuetime",
        "sts:externalid",
        "sts:durationseconds",
        "sts:transitivetagkeys",
        "sts:sourceidentity",
        "sts:roleauthorizedbyidp",
    ];
    let key = key.to_ascii_lowercase();
    is_of_issuer(&key) || NEVER.iter().any(|never| key.starts_with(never))
}

/// Whether a key is one of an issuer's: named by a host.
pub(super) fn is_of_issuer(key: &str) -> bool {
    key.rsplit_once(':').is_some_and(|(prefix, _)| prefix.contains('.'))
}

/// The time, which every request holds; unknown where none is given.
pub(super) fn set_time(context: &mut Context<'static>, at: Option<Instant>) {
    if let Some(at) = at {
        context.set("aws:CurrentTime", one(&at.to_string()));
        context.set("aws:EpochTime", one(&at.seconds().to_string()));
    }
}

/// The condition keys that the claims of a token become. Claims that are no key leave none.
fn token_keys(host: &str, claims: &Claims) -> Context<'static> {
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

/// The condition keys that the user gave.
pub(super) fn add_given(context: &mut Context<'static>, given: Given<'_>) {
    for (key, values) in given {
        let many = holds_many(&Reference::default(), key) || matches!(context.get(key), Some(ContextValue::Many(_)));
        let given = match values.as_slice() {
            [value] if !many => one(value),
            values => ContextValue::Many(values.iter().map(|value| Cow::Owned((*value).to_owned())).collect()),
        };
        context.set((*key).to_owned(), given);
    }
}

pub(super) fn one(value: &str) -> ContextValue<'static> {
    ContextValue::One(Cow::Owned(value.to_owned()))
}

/// What a condition key holds of the claim that it is made of.
fn value(key: &IssuerKey, claim: &Claim) -> ContextValue<'static> {
    let mut values: Vec<Cow<'static, str>> = claim.values().into_iter().map(|value| Cow::Owned(value.into_owned())).collect();
    match claim {
        Claim::Unknown(_) => ContextValue::Unknown,
        _ if key.many => ContextValue::Many(values),
        _ if values.len() == 1 => values.pop().map_or(ContextValue::Unknown, ContextValue::One),
        _ => ContextValue::Unknown,
    }
}
