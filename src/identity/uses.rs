//! What takes a token: identity pools, STS, or neither.
//!
//! Sources: "Identity pools authentication flow" of the Cognito developer guide, "`AssumeRoleWithWebIdentity`" of the STS reference.

use super::{Issuer, Signature, Token, TokenKind};
use crate::reference;

/// What may take a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taker {
    /// Cognito identity pools.
    IdentityPools,
    /// `sts:AssumeRoleWithWebIdentity`.
    Sts,
}

/// Whether tokens like this one are taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// By what.
    pub taker: Taker,
    /// Whether it takes them, where all is set up for it.
    pub takes: bool,
    /// What must be set up, or why it takes none, in one clause.
    pub text: String,
}

/// What takes a token of this kind. Its times and the set-up of an account are not asked.
pub fn uses(token: &Token) -> [Use; 2] {
    let (pools, sts) = match why_none(token) {
        Some(why) => (Err(why.clone()), Err(why)),
        None => (by_pools(token), by_sts(token)),
    };
    let told = |taker, told: Result<String, String>| Use { taker, takes: told.is_ok(), text: told.unwrap_or_else(|why| why) };
    [told(Taker::IdentityPools, pools), told(Taker::Sts, sts)]
}

/// The condition keys of the token that an identity pool makes of this one: the host before them, and their names with their values,
/// or what stands there. None where no pool takes it, or it is not known what they then are.
pub fn traded(token: &Token) -> Option<(&'static str, [(&'static str, String); 3])> {
    by_pools(token).ok()?;
    let user = token.claims.text("sub").unwrap_or("SUB");
    let (region, provider, last) = match (&token.issuer, token.kind) {
        (Issuer::UserPool(host), TokenKind::UserPoolId) => {
            (host.split('.').nth(1).unwrap_or_default(), host, format!("{host}:CognitoSignIn:{user}"))
        }
        (Issuer::Other(host), _) if !reference::issuer(host).is_some_and(|issuer| issuer.is_built_in) => {
            ("", host, format!("arn:aws:iam::ACCOUNT:oidc-provider/{host}:OIDC:{user}"))
        }
        _ => return None,
    };
    let keys = [
        ("aud", "the identity pool's id".to_owned()),
        ("sub", "the identity's id".to_owned()),
        ("amr", format!("authenticated, {provider}, {last}")),
    ];
    Some((reference::identity_pool_host(region), keys))
}

const NO_ISSUER: &str = "the token has no `iss`, so nobody vouches for it";

/// Why nothing takes it, whoever issued it.
fn why_none(token: &Token) -> Option<String> {
    let is_wrong =
        matches!(token.signature, Signature::Bad(_) | Signature::Unsigned | Signature::SharedSecret | Signature::WrongAlgorithm);
    is_wrong.then(|| token.signature.to_string())
}

fn by_pools(token: &Token) -> Result<String, String> {
    let audience = audience(token);
    match (&token.issuer, token.kind) {
        (_, TokenKind::UserPoolAccess) => {
            Err("this is an access token; they take the ID token that the user pool gave beside it (`token_use` is `id`)".to_owned())
        }
        (Issuer::UserPool(host), _) => Ok(format!(
            "where the app client {audience} of `{}` is a provider of the pool; roles are picked by its claims, and the pool makes a token of its \
             own for STS",
            host.rsplit('/').next().unwrap_or(host)
        )),
        (Issuer::IdentityPools, _) => Ok(
            "as the login `cognito-identity.amazonaws.com`, where a developer's backend asked for it (`GetOpenIdTokenForDeveloperIdentity`)"
                .to_owned(),
        ),
        (Issuer::Other(_), _) if token.algorithm.is_some_and(|name| name.starts_with("ES")) => {
            Err("they check signatures of OIDC providers with RSA keys only".to_owned())
        }
        (Issuer::Other(host), _) => Ok(match reference::issuer(host) {
            Some(issuer) if issuer.is_built_in => format!("where the pool has the app {audience} of {}", issuer.name),
            _ => format!("where the pool has the IAM OIDC provider `{host}` with the client id {audience}"),
        }),
        (Issuer::Missing, _) => Err(NO_ISSUER.to_owned()),
    }
}

fn by_sts(token: &Token) -> Result<String, String> {
    let audience = audience(token);
    let signed = token.signature != Signature::Claims;
    let length = token.length.filter(|length| *length > LONGEST);
    let lacking = ["sub", "aud", "iat", "exp"].into_iter().find(|name| signed && token.claims.get(name).is_none());
    if let Some(length) = length {
        return Err(format!("the token has {length} characters, and STS takes {LONGEST} at most"));
    }
    match (&token.issuer, lacking) {
        (_, Some(name)) => Err(format!("\"Missing a required claim: {name}\"")),
        (Issuer::IdentityPools, _) => Ok("where the role's trust policy lets this identity pool in".to_owned()),
        (Issuer::Other(host), _) if reference::issuer(host).is_some_and(|issuer| issuer.is_built_in) => {
            Ok(format!("where the role's trust policy names `{host}`; no provider is needed in IAM"))
        }
        (Issuer::UserPool(host) | Issuer::Other(host), _) => Ok(format!(
            "where the role's account has the IAM OIDC provider `{host}` with the client id {audience}, and the role's trust policy names it"
        )),
        (Issuer::Missing, _) => Err(NO_ISSUER.to_owned()),
    }
}

/// The most characters of a token that STS takes.
const LONGEST: usize = 20_000;

/// Whom it was made for: `azp`, or else `aud`.
fn audience(token: &Token) -> String {
    let claim = token.claims.get("azp").or_else(|| token.claims.get("aud"));
    match claim.map(super::Claim::values).as_deref() {
        Some([only]) => format!("`{only}`"),
        _ => "that it was made for".to_owned(),
    }
}
