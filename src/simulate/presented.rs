//! The token that STS sees, and the condition keys that it becomes.
//!
//! A trust policy never sees a user pool's token: the identity pool trades it for one of its own.

mod context;
mod tags;

use std::borrow::Cow;

use crate::evaluate::{Context, ContextValue};
use crate::identity::{Assertion, Claim, Claims, ProviderKind};
use crate::reference::{self, identity_pool_host};
use context::{saml_keys, token_keys};
use tags::{FLAT_TAG, TAGS};

pub(super) use context::{add_given, assume_context, is_of_issuer, never_at_assume, one};

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

/// What is known of the session tags of a token. Of several logins the one of which least is known counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Tagging {
    /// They stand in its claims.
    Told,
    /// There may be some: whether the identity pool makes any was not given, and it is taken to make none.
    Perhaps,
    /// There may be some: whether the identity pool makes any was not readable, and nothing is taken for granted.
    Unread,
    /// There are some, of which the names are not known.
    Unnamed,
}

/// Whether a request that brings a token holds a condition key never, beyond what the token gives it; session tags are not among what
/// it gives.
pub fn never_held_with_token(key: &str) -> bool {
    never_at_assume(key)
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

    /// The token with a source identity.
    #[must_use]
    pub fn with_source_identity(&self, identity: &str) -> Self {
        let mut own = self.clone();
        own.claims.set(SOURCE_IDENTITY, Claim::Text(identity.to_owned()));
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

    /// The ARNs of the roles that it may be used for, where it lists them.
    pub(super) fn roles(&self) -> Option<Vec<Cow<'_, str>>> {
        Some(match self.claims.get(ROLES)? {
            Claim::Text(list) => list.split(';').map(|role| Cow::Borrowed(role.trim())).filter(|role| !role.is_empty()).collect(),
            list => list.values(),
        })
    }

    /// The source identity that it sets.
    pub fn source_identity(&self) -> Option<&str> {
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
        let own = reference::issuer(&self.host).map_or_else(reference::default_issuer_keys, |issuer| &issuer.keys);
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

/// Whether STS takes this as the name of a session, or as a source identity.
pub(super) fn is_name(name: &str) -> bool {
    (2..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

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
