//! User pools and identity pools as the inputs describe them, each part with its place.

use crate::source::Span;
use crate::syntax::Text;

/// A setting with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it is set.
    pub span: Span,
}

/// A Cognito user pool.
#[derive(Clone, Debug)]
pub struct UserPool<'s> {
    /// `eu-west-1_Abc123`.
    pub id: Text<'s>,
    /// Whether only administrators create users; with `false` anybody signs up.
    pub admin_only: Option<Setting<bool>>,
    /// The attributes of its users; empty where they are not given.
    pub attributes: Vec<Attribute<'s>>,
    /// The attributes of which a new value has to be verified before it takes the place of the old one.
    pub verified_first: Vec<Text<'s>>,
    /// Where a Lambda function is set that may change groups, roles and other claims before a token is made.
    pub pre_token: Option<Span>,
}

/// An attribute of a user pool's users.
#[derive(Clone, Debug)]
pub struct Attribute<'s> {
    /// `email`, `custom:department`.
    pub name: Text<'s>,
    /// Whether it may change once it is set.
    pub mutable: Option<Setting<bool>>,
}

/// A group of a user pool.
#[derive(Clone, Debug)]
pub struct Group<'s> {
    /// Its name.
    pub name: Text<'s>,
    /// The user pool's id.
    pub user_pool: Text<'s>,
    /// The ARN of its role; a group need not have one.
    pub role: Option<Text<'s>>,
    /// Zero is best; without one it comes last.
    pub precedence: Option<Setting<u32>>,
    /// Whether that is set to something that is filled in later.
    pub has_open_precedence: bool,
    /// Its opening bracket.
    pub mark: Span,
}

/// An app client of a user pool.
#[derive(Clone, Debug)]
pub struct Client<'s> {
    /// The client id: `aud` of an ID token.
    pub id: Text<'s>,
    /// The user pool's id.
    pub user_pool: Text<'s>,
    /// Its name.
    pub name: Option<Text<'s>>,
    /// The attributes that its users may set; `None` where the list is not given.
    pub write_attributes: Option<Vec<Text<'s>>>,
}

/// A Cognito identity pool.
#[derive(Clone, Debug)]
pub struct IdentityPool<'s> {
    /// `eu-west-1:uuid`: `aud` of its tokens.
    pub id: Text<'s>,
    /// Its name.
    pub name: Option<Text<'s>>,
    /// Whether guests get an identity.
    pub guests: Option<Setting<bool>>,
    /// Whether the classic flow is allowed. Not set in the API means allowed.
    pub classic: Option<Setting<bool>>,
    /// Whether that is set to something that is filled in later.
    pub has_open_classic: bool,
    /// The user pools whose ID tokens it takes.
    pub providers: Vec<Provider<'s>>,
    /// Public providers (`accounts.google.com`) with the application's id there.
    pub social: Vec<Provider<'s>>,
    /// The ARNs of OIDC providers.
    pub oidc: Vec<Text<'s>>,
    /// The ARNs of SAML providers.
    pub saml: Vec<Text<'s>>,
    /// The name under which the developer vouches for users.
    pub developer: Option<Text<'s>>,
    /// Its opening bracket.
    pub mark: Span,
}

impl IdentityPool<'_> {
    /// Whether this is its id or its name.
    pub fn is(&self, id_or_name: &str) -> bool {
        self.id.known() == Some(id_or_name) || self.name.as_ref().is_some_and(|name| name.known() == Some(id_or_name))
    }
}

/// A provider of logins to an identity pool.
#[derive(Clone, Debug)]
pub struct Provider<'s> {
    /// `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123`, or the host of a public provider.
    pub name: Text<'s>,
    /// The app client's id there.
    pub client: Text<'s>,
    /// Whether a user pool is asked if the user was signed out or deleted; a token counts until it expires where it is not.
    pub server_side_check: Option<Setting<bool>>,
}

/// The roles of an identity pool.
#[derive(Clone, Debug)]
pub struct RoleMap<'s> {
    /// The identity pool's id.
    pub pool: Text<'s>,
    /// The role of signed-in users where no mapping says otherwise.
    pub authenticated: Option<Text<'s>>,
    /// The role of guests.
    pub unauthenticated: Option<Text<'s>>,
    /// How users of one provider are mapped to roles.
    pub mappings: Vec<Mapping<'s>>,
    /// Its opening bracket.
    pub mark: Span,
}

/// How the users of one provider are mapped to roles.
#[derive(Clone, Debug)]
pub struct Mapping<'s> {
    /// The provider: `cognito-idp.REGION.amazonaws.com/POOL:CLIENT`, a public host, or a provider's ARN.
    pub provider: Text<'s>,
    /// From the token, or by rules.
    pub kind: MappingType<'s>,
    /// The value of `Type`, or the opening bracket of the mapping.
    pub kind_span: Span,
    /// What happens where that gives no single role.
    pub ambiguous: Option<Setting<Ambiguous>>,
}

/// Where a mapping takes the role from.
#[derive(Clone, Debug)]
pub enum MappingType<'s> {
    /// From the claims `cognito:preferred_role` and `cognito:roles`.
    Token,
    /// From the first rule that matches.
    Rules(Vec<MatchRule<'s>>),
    /// A `Type` that does not exist, or none.
    Unknown,
}

/// A rule of a mapping. The API asks for all four parts; what a rule without one does is not said.
#[derive(Clone, Debug)]
pub struct MatchRule<'s> {
    /// The claim's name.
    pub claim: Option<Text<'s>>,
    /// How it is compared; `None` without a type, or for one that does not exist.
    pub matching: Option<MatchType>,
    /// What it is compared with.
    pub value: Option<Text<'s>>,
    /// The ARN of the role.
    pub role: Option<Text<'s>>,
    /// Its opening bracket.
    pub mark: Span,
}

impl MatchRule<'_> {
    /// The claim's name, where it is known.
    pub fn claim(&self) -> Option<&str> {
        self.claim.as_ref()?.known()
    }

    /// What it is compared with, where that is known.
    pub fn value(&self) -> Option<&str> {
        self.value.as_ref()?.known()
    }

    /// The ARN of the role, where it is known.
    pub fn role(&self) -> Option<&str> {
        self.role.as_ref()?.known()
    }

    /// The place of the claim's name, or of the rule.
    pub fn claim_span(&self) -> Span {
        self.claim.as_ref().map_or(self.mark, Text::span)
    }

    /// The place of what it is compared with, or of the rule.
    pub fn value_span(&self) -> Span {
        self.value.as_ref().map_or(self.mark, Text::span)
    }

    /// The place of the role, or of the rule.
    pub fn role_span(&self) -> Span {
        self.role.as_ref().map_or(self.mark, Text::span)
    }

    /// A value of the claim that the rule matches.
    pub fn sample(&self) -> Option<String> {
        let value = self.value()?;
        Some(match self.matching? {
            MatchType::Equals | MatchType::Contains | MatchType::StartsWith => value.to_owned(),
            MatchType::NotEqual => if value == "example" { "other" } else { "example" }.to_owned(),
        })
    }
}

/// How a rule compares a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchType {
    /// The claim is the value.
    Equals,
    /// The claim holds the value somewhere.
    Contains,
    /// The claim starts with the value.
    StartsWith,
    /// The claim is there and is something else.
    NotEqual,
}

/// What happens where a mapping gives no single role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ambiguous {
    /// The role for signed-in users is given.
    AuthenticatedRole,
    /// The request is refused.
    Deny,
}

/// The session tags that an identity pool makes of the claims of one provider's tokens.
#[derive(Clone, Debug)]
pub struct TagMap<'s> {
    /// The identity pool's id.
    pub pool: Text<'s>,
    /// The provider, as the identity pool names it: `cognito-idp.REGION.amazonaws.com/POOL`, a public host, or a provider's ARN.
    pub provider: Text<'s>,
    /// Whether the usual tags are made, of the user's name and the app client, instead of the listed ones.
    pub defaults: Option<Setting<bool>>,
    /// Tag keys, each with the claim that gives the value.
    pub tags: Vec<(Text<'s>, Text<'s>)>,
    /// Its opening bracket.
    pub mark: Span,
}
