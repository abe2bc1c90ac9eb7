//! The token that STS sees, and the condition keys that it becomes.
//!
//! A trust policy never sees a user pool's token: the identity pool trades it for one of its own.

use std::borrow::Cow;

use super::Given;
use crate::evaluate::{Context, ContextValue, holds_many};
use crate::identity::{Assertion, Becomes, Claim, Claims, ProviderKind, becomes};
use crate::policy::Instant;
use crate::reference::{self, IssuerKey, Reference, identity_pool_host};

/// A token as STS sees it, and so the trust policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Presented {
    /// The issuer's host and path: the prefix of the condition keys, and of identity pools the federated principal. Of an assertion the ARN
    /// of the provider.
    pub host: String,
    /// Its claims.
    pub claims: Claims,
    /// What is known of its session tags.
    pub(super) tagging: Tagging,
}

/// What is known of the session tags of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tagging {
    /// They stand in its claims.
    Told,
    /// There are some, of which the names are not known.
    Unnamed,
    /// There may be some: whether the identity pool makes any was not given.
    Perhaps,
}

impl Presented {
    /// A token of an issuer, by host and path, as it is.
    pub fn new(host: impl Into<String>, claims: Claims) -> Self {
        Self { host: host.into(), claims, tagging: Tagging::Told }
    }

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
        Self::new(host, claims)
    }

    /// An assertion, as STS reads it: its `saml:` keys, and the session tags and the source identity as claims of a token would say them.
    pub(super) fn of_assertion(assertion: &Assertion, provider: &str) -> Self {
        let mut claims = assertion.keys(Some(provider));
        let tags = assertion.tags();
        if tags.iter().next().is_some() {
            let mut own = Claims::new();
            own.set("principal_tags", Claim::Map(tags));
            if let Some(keys) = assertion.transitive_tags() {
                own.set("transitive_tag_keys", keys.clone());
            }
            claims.set(TAGS, Claim::Map(own));
        }
        if let Some(identity) = assertion.source_identity() {
            claims.set(SOURCE_IDENTITY, identity.clone());
        }
        Self::new(provider, claims)
    }

    /// A token of the same issuer with other claims.
    #[must_use]
    pub fn with(&self, claims: Claims) -> Self {
        Self { claims, ..self.clone() }
    }

    /// Puts session tags into it, each name with a list of its value.
    pub(super) fn tag(&mut self, tags: Claims) {
        if tags.iter().next().is_some() {
            let mut own = Claims::new();
            own.set("principal_tags", Claim::Map(tags));
            self.claims.set(TAGS, Claim::Map(own));
        }
    }

    /// The token with other session tags.
    #[must_use]
    pub fn with_tags(&self, tags: &[(&str, &str)]) -> Self {
        let mut own = Self::new(self.host.clone(), Claims::new());
        let others = self.claims.iter().filter(|(name, _)| *name != TAGS && !name.starts_with(FLAT_TAG));
        others.for_each(|(name, claim)| own.claims.set(name, claim.clone()));
        own.tag(tags.iter().fold(Claims::new(), |mut all, (name, value)| {
            all.set(*name, Claim::list([*value]));
            all
        }));
        own
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
        if self.is_assertion() { saml_keys(&self.claims) } else { token_keys(&self.host, &self.claims) }
    }

    /// The session tags that it carries: for each name its value. A token may hold them in one claim or in one for each.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    pub fn tags(&self) -> impl Iterator<Item = (&str, ContextValue<'static>)> {
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
        self.of_tags_in(part).or_else(|| self.claims.get(&format!("{TAGS}/{part}")))
    }

    fn of_tags_in(&self, part: &str) -> Option<&Claim> {
        match self.claims.get(TAGS) {
            Some(Claim::Map(own)) => own.get(part),
            _ => None,
        }
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
            if value == ContextValue::Unknown && self.is_several(name) {
                return Some(format!("the session tag `{name}` has not just one value"));
            }
            let long = value.values().any(|value| value.chars().count() > LONGEST_VALUE);
            if name.chars().count() > LONGEST_NAME {
                Some(format!("the name of the session tag `{name}` is longer than {LONGEST_NAME} characters"))
            } else {
                long.then(|| format!("the value of the session tag `{name}` is longer than {LONGEST_VALUE} characters"))
            }
        })
    }

    /// What is not known of whether STS takes its session tags, whatever the trust policy says.
    pub(super) fn unclear_tags(&self) -> Option<&'static str> {
        let nested = self.of_tags_in("principal_tags").is_some();
        let flat = self.claims.iter().any(|(name, _)| name.starts_with(FLAT_TAG));
        let size = |(name, value): (&str, ContextValue<'_>)| name.len() + value.values().map(str::len).sum::<usize>();
        if nested && flat {
            Some("the token carries session tags in two forms, and AWS does not say what then holds")
        } else if self.is_of_pool() && self.tags().map(size).sum::<usize>() > MOST_OF_POOL {
            Some("the session tags have more than 460 bytes, and may not fit into the token")
        } else {
            None
        }
    }

    fn is_several(&self, tag: &str) -> bool {
        let nested =
            self.of_tags("principal_tags").and_then(|tags| if let Claim::Map(list) = tags { list.get(tag) } else { None });
        let flat = || self.claims.get(&format!("{FLAT_TAG}{tag}"));
        nested.or_else(flat).is_some_and(|claim| !matches!(claim, Claim::Unknown(_)) && claim.values().len() != 1)
    }

    /// Whether any of its session tags goes on to the roles that are taken with the session.
    pub(super) fn passes_tags_on(&self) -> bool {
        self.tags().any(|(tag, _)| self.is_transitive(tag))
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
    pub fn action(&self) -> &'static str {
        if self.is_assertion() { ASSUME_WITH_SAML } else { ASSUME }
    }

    /// What the trust policy must allow beside the call itself: one action more for session tags, and one for a source identity.
    ///
    /// Source: "Passing session tags in AWS STS", "Monitor and control actions taken with assumed roles".
    pub fn further_actions(&self) -> impl Iterator<Item = &'static str> {
        let tags = (self.tagging == Tagging::Unnamed || self.tags().next().is_some()).then_some(TAG_SESSION);
        let source = self.claims.get(SOURCE_IDENTITY).map(|_| SET_SOURCE_IDENTITY);
        tags.into_iter().chain(source)
    }

    /// Whether it is a SAML assertion.
    pub fn is_assertion(&self) -> bool {
        ProviderKind::of(&self.host).is_some_and(|(kind, _)| kind == ProviderKind::Saml)
    }

    /// Whether it is a token of identity pools.
    pub(super) fn is_of_pool(&self) -> bool {
        self.host.starts_with("cognito-identity")
    }

    /// Whether it is that of a guest of an identity pool.
    fn is_guest(&self) -> bool {
        self.is_of_pool() && self.claims.get("amr").is_some_and(|amr| amr.values().iter().any(|own| own == "unauthenticated"))
    }

    /// The condition keys of the token in a session that is taken with its own: whether they stay is not said.
    ///
    /// chain-keys-after
    pub(super) fn chained_keys(&self) -> Context<'static> {
        let mut context = self.session_keys();
        let names: Vec<String> = context.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            let tag = name.strip_prefix("aws:PrincipalTag/");
            if tag.is_some_and(|tag| !self.is_transitive(tag)) || name == "aws:FederatedProvider" {
                context.take(&name);
            } else if is_of_issuer(&name) {
                context.set(name, ContextValue::Unknown);
            }
        }
        context
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
        let mut keys = self.keys();
        for key in SAML_IN_SESSION {
            if let Some(value) = keys.take(key) {
                context.set(key, value);
            }
        }
        let own = reference::issuer(&self.host).map_or(reference::default_issuer_keys(), |issuer| &issuer.keys);
        for name in own.iter().filter(|key| key.in_session).map(|key| format!("{}:{}", self.host, key.name)) {
            if let Some(value) = keys.take(&name) {
                // ctx-after-assume-guest
                context.set(name, if self.is_guest() { ContextValue::Unknown } else { value });
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

/// How many bytes the session tags of an identity pool may have together, as its console once said.
const MOST_OF_POOL: usize = 460;

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

/// The keys of an assertion that the session's later requests hold too.
const SAML_IN_SESSION: [&str; 3] = ["saml:namequalifier", "saml:sub", "saml:sub_type"];

/// The call that every bearer of an assertion makes.
const ASSUME_WITH_SAML: &str = "sts:AssumeRoleWithSAML";

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
pub(super) fn never_at_assume(key: &str) -> bool {
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
pub(super) fn is_of_issuer(key: &str) -> bool {
    key.rsplit_once(':').is_some_and(|(prefix, _)| prefix.contains('.') || prefix.eq_ignore_ascii_case("saml"))
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

/// The condition keys of an assertion, which are made already.
fn saml_keys(claims: &Claims) -> Context<'static> {
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
