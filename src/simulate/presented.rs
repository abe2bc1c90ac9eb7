//! The token that STS sees, and the condition keys that it becomes.
//!
//! A trust policy never sees a user pool's token: the identity pool trades it for one of its own.

use std::borrow::Cow;

use super::Given;
use crate::evaluate::{Context, ContextValue, holds_many};
use crate::identity::{Becomes, Claim, Claims, becomes};
use crate::policy::Instant;
use crate::reference::{self, IssuerKey, Reference, identity_pool_host};

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
        Self::of_logins(pool, amr.into_iter().map(|own| Claim::Text(own.into())).collect(), identity)
    }

    /// As [`Presented::of_pool`], where not all of `amr` is known.
    pub(super) fn of_logins(pool: &str, amr: Vec<Claim>, identity: Option<&str>) -> Self {
        let host = identity_pool_host(pool);
        let mut claims = Claims::new();
        claims.set("iss", Claim::Text(format!("https://{host}")));
        claims.set("aud", Claim::Text(pool.to_owned()));
        claims.set("sub", identity.map_or(Claim::Unknown("the identity's id"), |id| Claim::Text(id.to_owned())));
        claims.set("amr", Claim::List(amr));
        Self { host: host.to_owned(), claims }
    }

    /// Puts session tags into it, each name with a list of its value.
    pub(super) fn tag(&mut self, tags: Claims) {
        if tags.iter().next().is_some() {
            let mut own = Claims::new();
            own.set("principal_tags", Claim::Map(tags));
            self.claims.set(TAGS, Claim::Map(own));
        }
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

    /// The session tags that it carries: for each name its value. A token may hold them in one claim or in one for each.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    pub(super) fn tags(&self) -> impl Iterator<Item = (&str, ContextValue<'static>)> {
        let nested = self.of_tags("principal_tags").and_then(|tags| if let Claim::Map(list) = tags { Some(list) } else { None });
        let flat = self.claims.iter().filter_map(|(name, claim)| Some((name.strip_prefix(FLAT_TAG)?, claim)));
        nested.into_iter().flat_map(Claims::iter).chain(flat).map(|(name, claim)| {
            let value = match claim.values().as_slice() {
                [value] => one(value),
                _ => ContextValue::Unknown,
            };
            (name, value)
        })
    }

    /// A part of the claim on session tags, which may also stand in a claim of its own.
    fn of_tags(&self, part: &str) -> Option<&Claim> {
        let nested = match self.claims.get(TAGS) {
            Some(Claim::Map(own)) => own.get(part),
            _ => None,
        };
        nested.or_else(|| self.claims.get(&format!("{TAGS}/{part}")))
    }

    /// Which of its session tags go on to the roles that are taken with the session.
    fn transitive(&self) -> Vec<Cow<'_, str>> {
        self.of_tags("transitive_tag_keys").map(Claim::values).unwrap_or_default()
    }

    /// What STS refuses of its session tags, whatever the trust policy says.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    pub(super) fn beyond_limits(&self) -> Option<String> {
        const MOST: usize = 50;
        const LONGEST_NAME: usize = 128;
        const LONGEST_VALUE: usize = 256;
        let count = self.tags().count();
        if count > MOST {
            return Some(format!("the token sets {count} session tags, and STS takes {MOST} at most"));
        }
        self.tags().find_map(|(name, value)| {
            let long = value.values().any(|value| value.chars().count() > LONGEST_VALUE);
            if name.chars().count() > LONGEST_NAME {
                Some(format!("the name of the session tag `{name}` is longer than {LONGEST_NAME} characters"))
            } else {
                long.then(|| format!("the value of the session tag `{name}` is longer than {LONGEST_VALUE} characters"))
            }
        })
    }

    /// Whether a session tag goes on to the roles that are taken with the session.
    pub(super) fn is_transitive(&self, tag: &str) -> bool {
        self.transitive().iter().any(|own| own == tag)
    }

    /// The ARNs of the roles that it may be used for, where it lists them.
    pub(super) fn roles(&self) -> Option<Vec<Cow<'_, str>>> {
        Some(match self.claims.get(ROLES)? {
            Claim::Text(list) => list.split(';').map(|role| Cow::Borrowed(role.trim())).filter(|role| !role.is_empty()).collect(),
            list => list.values(),
        })
    }

    /// The source identity that it sets.
    pub(super) fn source_identity(&self) -> Option<&str> {
        self.claims.text(SOURCE_IDENTITY)
    }

    /// The call that its holder makes.
    pub(super) fn action(&self) -> &'static str {
        ASSUME
    }

    /// What the trust policy must allow beside the call itself: one action more for session tags, and one for a source identity.
    ///
    /// Source: "Passing session tags in AWS STS", "Monitor and control actions taken with assumed roles".
    pub(super) fn further_actions(&self) -> impl Iterator<Item = &'static str> {
        let tags = self.tags().next().map(|_| TAG_SESSION);
        let source = self.claims.get(SOURCE_IDENTITY).map(|_| SET_SOURCE_IDENTITY);
        tags.into_iter().chain(source)
    }

    /// Whether it is a token of identity pools.
    pub(super) fn is_of_pool(&self) -> bool {
        self.host.starts_with("cognito-identity")
    }

    /// What `aws:FederatedProvider` holds: of a provider in IAM the page and an experiment differ (`ctx-federated-provider-arn`).
    fn federated_provider(&self) -> ContextValue<'static> {
        let by_host = self.is_of_pool() || reference::issuer(&self.host).is_some_and(|issuer| issuer.is_built_in);
        if by_host { one(&self.host) } else { ContextValue::Unknown }
    }

    /// The condition keys of the session's later requests: few of the token's own stay.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
    pub(super) fn session_keys(&self) -> Context<'static> {
        let mut context = Context::new();
        let own = reference::issuer(&self.host).map_or(reference::default_issuer_keys(), |issuer| &issuer.keys);
        let mut keys = self.keys();
        for name in own.iter().filter(|key| key.in_session).map(|key| format!("{}:{}", self.host, key.name)) {
            if let Some(value) = keys.take(&name) {
                context.set(name, value);
            }
        }
        context.set("aws:FederatedProvider", self.federated_provider());
        for (tag, value) in self.tags() {
            context.set(format!("aws:PrincipalTag/{tag}"), value);
        }
        if let Some(identity) = self.source_identity() {
            context.set("sts:SourceIdentity", one(identity));
            context.set("aws:SourceIdentity", one(identity));
        }
        context
    }
}

/// The claim in which a token carries session tags.
const TAGS: &str = "https://aws.amazon.com/tags";

/// The start of a claim that carries one session tag.
const FLAT_TAG: &str = "https://aws.amazon.com/tags/principal_tags/";

/// The claim in which a token carries a source identity.
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// The claim in which a token lists the roles that it may be used for.
const ROLES: &str = "https://aws.amazon.com/roles";

pub(super) const TAG_SESSION: &str = "sts:TagSession";

pub(super) const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";

/// The call that every holder of a token makes.
const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";

const SAMPLE_USER: &str = "00000000-aaaa-4bbb-8ccc-000000000001";

fn sample_identity(pool: &str) -> String {
    format!("{}:00000000-dddd-4eee-8fff-000000000002", pool.split(':').next().unwrap_or(pool))
}

/// The condition keys of `sts:AssumeRoleWithWebIdentity` with this token of this issuer.
pub(super) fn assume_context(
    token: &Presented,
    session_name: Option<&str>,
    at: Option<Instant>,
    (reference, given): (&Reference, Given<'_>),
) -> Context<'static> {
    let mut context = token.keys();
    context.partial = true;
    context.never = Some(never_at_assume);
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
    if let Some(identity) = token.source_identity() {
        context.set("sts:SourceIdentity", one(identity));
    }
    // a token that lists roles comes here for one of them only
    context.set("sts:RoleAuthorizedByIdp", one(if token.roles().is_some() { "true" } else { "false" }));
    set_time(&mut context, at);
    add_given(&mut context, reference, given);
    context
}

/// Whether this key is never held by `sts:AssumeRoleWithWebIdentity` beyond what the token gives it: the call is not
/// signed, so it has no principal, and the keys of issuers come from the token alone.
fn never_at_assume(key: &str) -> bool {
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
pub(super) fn add_given(context: &mut Context<'static>, reference: &Reference, given: Given<'_>) {
    for (key, values) in given {
        let many = holds_many(reference, key) || matches!(context.get(key), Some(ContextValue::Many(_)));
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
        Claim::List(list) if key.many && list.iter().any(|own| matches!(own, Claim::Unknown(_))) => ContextValue::Part(values),
        _ if key.many => ContextValue::Many(values),
        _ if values.len() == 1 => values.pop().map_or(ContextValue::Unknown, ContextValue::One),
        _ => ContextValue::Unknown,
    }
}
