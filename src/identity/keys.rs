//! What becomes of the claims of a token at STS: condition keys, or nothing that a policy can see.
//!
//! Source: "IAM and AWS STS condition context keys", available keys for OIDC federation.

use super::{Claim, Claims};
use crate::reference::{self, IssuerKey};

/// What STS makes of a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Becomes {
    /// Condition keys, each of them behind the issuer's host and path.
    Keys(Vec<&'static IssuerKey>),
    /// STS reads it, and makes no condition key of the issuer of it; what it reads it for.
    ReadBySts(&'static str),
    /// It is no condition key, so no policy sees it; why, and what may serve in its place.
    Nothing(String),
    /// It is not clear whether it is this condition key.
    Unclear {
        /// The key.
        key: &'static IssuerKey,
        /// What is not clear.
        why: &'static str,
    },
}

/// What STS makes of a claim of a token. `host` is the issuer's host and path, without the scheme.
pub fn becomes(host: &str, claims: &Claims, claim: &str) -> Becomes {
    let issuer = reference::issuer(host);
    let known = issuer.map_or_else(reference::default_issuer_keys, |issuer| &issuer.keys);
    let key = |name: &str| known.iter().find(|key| key.name == name);
    let keys: Vec<&'static IssuerKey> = match claim {
        "aud" if claims.get("azp").is_none() => ["aud", "oaud"].into_iter().filter_map(key).collect(),
        "aud" => key("oaud").into_iter().collect(),
        "azp" if says_nothing(claims.get("azp")) => match key("aud") {
            Some(key) => {
                return Becomes::Unclear {
                    key,
                    why: "AWS does not say whether an `azp` that says nothing takes the place of `aud`",
                };
            }
            None => Vec::new(),
        },
        "azp" => key("aud").into_iter().collect(),
        // the key of this name is made of `aud`
        "oaud" => Vec::new(),
        name => key(name).into_iter().collect(),
    };
    if !keys.is_empty() {
        return Becomes::Keys(keys);
    }
    if let Some((_, purpose)) =
        READ.iter().find(|(name, _)| *name == claim || claim.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
    {
        return Becomes::ReadBySts(purpose);
    }
    if let Some(unclear) = issuer.and_then(|issuer| issuer.unclear.iter().find(|own| own.claim == claim))
        && let Some(key) = key(&unclear.key)
    {
        return Becomes::Unclear { key, why: &unclear.why };
    }
    let whose = issuer.map_or("this issuer", |issuer| &issuer.name);
    let none = format!("STS makes no condition key of this claim of {whose}");
    let instead = issuer.and_then(|issuer| issuer.not_keys.iter().find(|(name, _)| name == claim));
    Becomes::Nothing(match instead {
        Some((_, instead)) if !instead.is_empty() => format!("{none}; {instead}"),
        _ => none,
    })
}

/// What STS reads for its own ends.
const READ: [(&str, &str); 8] = [
    ("iss", "to find the provider"),
    ("exp", "to tell whether the token is still good"),
    ("iat", "to tell how old the token is"),
    ("nbf", "to tell whether the token is good already"),
    ("jti", "to tell tokens apart"),
    ("https://aws.amazon.com/tags", "for session tags: `aws:RequestTag/…`, `aws:TagKeys` and `sts:TransitiveTagKeys`"),
    ("https://aws.amazon.com/roles", "for the roles that the token may be used for: `sts:RoleAuthorizedByIdp`"),
    ("https://aws.amazon.com/source_identity", "for `sts:SourceIdentity`"),
];

fn says_nothing(claim: Option<&Claim>) -> bool {
    match claim {
        Some(Claim::Text(text)) => text.is_empty(),
        Some(Claim::Null) => true,
        _ => false,
    }
}
