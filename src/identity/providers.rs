//! Identity providers of an account as IAM describes them.

use crate::arn::Arn;
use crate::source::Span;
use crate::syntax::Text;

/// An `OpenID` Connect provider.
#[derive(Clone, Debug)]
pub struct OidcProvider<'s> {
    /// Its ARN; IAM does not print it with the rest, so it is known only where a list of the account's providers names it.
    pub arn: Option<Text<'s>>,
    /// The issuer, as IAM prints it: host and path, without the scheme.
    pub url: Text<'s>,
    /// The audiences that are taken.
    pub clients: Vec<Text<'s>>,
    /// Its opening bracket.
    pub mark: Span,
}

impl OidcProvider<'_> {
    /// The issuer without a scheme, as it stands in the ARN.
    pub fn host(&self) -> Option<&str> {
        self.url.known().map(|url| url.strip_prefix("https://").unwrap_or(url))
    }
}

/// All providers of one kind that an account has: what is not listed is not there.
#[derive(Clone, Debug)]
pub struct ProviderList<'s> {
    /// Their kind.
    pub kind: ProviderKind,
    /// Their ARNs.
    pub arns: Vec<Text<'s>>,
    /// Its opening bracket.
    pub mark: Span,
}

/// The kinds of providers in IAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProviderKind {
    /// `OpenID` Connect.
    Oidc,
    /// SAML 2.0.
    Saml,
}

impl ProviderKind {
    /// The kind that an ARN tells, and the provider's name in it.
    pub fn of(arn: &str) -> Option<(Self, &str)> {
        let arn = Arn::parse(arn).filter(|arn| arn.service == "iam")?;
        match arn.resource.split_once('/')? {
            ("oidc-provider", name) => Some((Self::Oidc, name)),
            ("saml-provider", name) => Some((Self::Saml, name)),
            _ => None,
        }
    }
}
