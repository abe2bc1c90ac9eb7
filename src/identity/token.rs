//! Tokens: from the text that a user gives to claims and their issuer.
//!
//! A token is a secret. Nothing here keeps its text, and no error repeats a part of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::signature::{KeySet, Signature, Signed, algorithm, digest};
use super::wrapping::{self, Inside, TokenError, claims};
use super::{Claim, Claims};
use crate::reference;

/// What is known of a token: its claims, and what vouches for them.
#[derive(Clone, Debug)]
pub struct Token {
    /// The claims.
    pub claims: Claims,
    /// Who issued it, by its `iss`.
    pub issuer: Issuer,
    /// What it is for.
    pub kind: TokenKind,
    /// What is known of its signature.
    pub signature: Signature,
    /// The algorithm of the signature, where it is one that STS takes: `RS256`.
    pub algorithm: Option<&'static str>,
    /// The number of characters of the bare token. Claims alone have none.
    pub length: Option<usize>,
    /// What tells it from other tokens: the start of its SHA-256. Claims alone have none.
    pub digest: Option<String>,
    /// Whether it was made here, of the groups of a user: then no Lambda of the user pool has had a say.
    pub is_made: bool,
}

/// What a token is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// The ID token of a user pool: identity pools take it.
    UserPoolId,
    /// The access token of a user pool: it is for the user pool itself and for the app's own servers.
    UserPoolAccess,
    /// The token that an identity pool made for STS.
    IdentityPool,
    /// A token of another issuer.
    Oidc,
    /// Nobody says that it is his.
    NoIssuer,
}

/// Who issued a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Issuer {
    /// A Cognito user pool; the name under which identity pools know it, `cognito-idp.REGION.amazonaws.com/POOL`.
    UserPool(String),
    /// Cognito identity pools.
    IdentityPools,
    /// Another: host and path, without the scheme.
    Other(String),
    /// The token does not say.
    Missing,
}

impl Token {
    /// Reads a JWT, whatever people and tools put around it (`Bearer`, quotes, line breaks, base64, the JSON of an answer, …), or
    /// its claims as a JSON object.
    pub fn read(text: &str) -> Result<Self, TokenError> {
        Self::read_with(text, None)
    }

    /// As [`Token::read`], and checks the signature where there are keys.
    pub fn read_with(text: &str, keys: Option<&KeySet>) -> Result<Self, TokenError> {
        let text = match wrapping::unwrap(text)? {
            Inside::Claims(claims) => return Ok(Self::from_claims(claims)),
            Inside::Jwt(text) => text,
        };
        // more parts than a token has need not be counted
        let parts: Vec<&str> = text.splitn(7, '.').collect();
        match parts.as_slice() {
            [head, payload, signature] => {
                let header = claims(&decode(head)?)?;
                let signed = text.get(..head.len() + 1 + payload.len()).unwrap_or_default();
                let signature = Signature::of(Signed { header: &header, text: signed, signature }, keys);
                let own = Self::of(claims(&decode(payload)?)?, signature);
                Ok(Self { algorithm: algorithm(&header), length: Some(text.len()), digest: Some(digest(&text)), ..own })
            }
            [head, _, _, _, _] if decode(head).and_then(|header| claims(&header)).is_ok() => Err(TokenError::Encrypted),
            _ => Err(TokenError::Form),
        }
    }

    /// A token of these claims that nobody signed.
    pub fn from_claims(claims: Claims) -> Self {
        Self::of(claims, Signature::Claims)
    }

    /// As this one with other claims, which then nobody signed; one that is to be set to nothing is taken out.
    #[must_use]
    pub fn changed(&self, changes: &[(String, Option<Claim>)]) -> Self {
        let mut claims = self.claims.clone();
        for (name, claim) in changes {
            match claim {
                Some(claim) => claims.set(name.clone(), claim.clone()),
                None => claims.remove(name),
            }
        }
        Self::from_claims(claims)
    }

    /// Host and path of the issuer, without the scheme: what the condition keys start with.
    pub fn host(&self) -> Option<&str> {
        match &self.issuer {
            Issuer::UserPool(host) | Issuer::Other(host) => Some(host),
            Issuer::IdentityPools => Some(reference::identity_pool_host(self.claims.text("aud").unwrap_or_default())),
            Issuer::Missing => None,
        }
    }

    fn of(claims: Claims, signature: Signature) -> Self {
        let issuer = claims.text("iss").map_or(Issuer::Missing, Issuer::of);
        let kind = match &issuer {
            Issuer::UserPool(_) if claims.text("token_use") == Some("access") => TokenKind::UserPoolAccess,
            Issuer::UserPool(_) => TokenKind::UserPoolId,
            Issuer::IdentityPools => TokenKind::IdentityPool,
            Issuer::Other(_) => TokenKind::Oidc,
            Issuer::Missing => TokenKind::NoIssuer,
        };
        Self { claims, issuer, kind, signature, algorithm: None, length: None, digest: None, is_made: false }
    }
}

impl Issuer {
    /// The issuer of an `iss` claim.
    pub fn of(iss: &str) -> Self {
        let host = iss.strip_prefix("https://").unwrap_or(iss);
        let name = host.split('/').next().unwrap_or(host);
        let aws = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
        // the partitions have hosts of their own
        if aws && name.starts_with("cognito-identity") && name == host {
            Self::IdentityPools
        } else if aws && name.starts_with("cognito-idp.") && name != host {
            Self::UserPool(host.to_owned())
        } else {
            Self::Other(host.to_owned())
        }
    }
}

impl TokenKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPoolId => "user-pool-id",
            Self::UserPoolAccess => "user-pool-access",
            Self::IdentityPool => "identity-pool",
            Self::Oidc => "oidc",
            Self::NoIssuer => "no-issuer",
        }
    }
}

fn decode(part: &str) -> Result<String, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).map_err(|_| TokenError::Base64)?;
    String::from_utf8(bytes).map_err(|_| TokenError::Json)
}
