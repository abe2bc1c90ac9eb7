//! Identity pools as issuers of tokens, and where those of a region issue them.
//!
//! Apart from the other issuers, which take longer to read: most policies on web identities are about pools.

use std::sync::OnceLock;

use super::Issuer;
use super::issuer::read;
use crate::source::SourceId;
use crate::syntax::{Node, json};

/// Where the identity pools of a region issue their tokens: the host is the federated principal, and the prefix of the condition
/// keys. A pool's id starts with its region.
///
/// Source: "IAM and AWS STS condition context keys", and the `GovCloud` and China pages of Cognito.
pub fn identity_pool_host(region_or_pool: &str) -> &'static str {
    let region = region_or_pool.split(':').next().unwrap_or(region_or_pool);
    let pools = facts().hosts.iter().find(|(regions, _)| region.starts_with(regions.as_str()));
    pools.map_or("cognito-identity.amazonaws.com", |(_, host)| host)
}

/// Whether AWS does not say in one way which principal a trust policy names for the identity pools of a region.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/developer-authenticated-identities.html>
pub fn has_unclear_pool_principal(region: &str) -> bool {
    !region.starts_with("us-gov-") && !facts().default_regions.iter().any(|own| own == region)
}

/// Whether users of a public provider bring an ID token to identity pools, of which mappings may ask each claim. The others bring a token that
/// only its provider can read.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html>
pub fn brings_id_token(host: &str) -> bool {
    facts().id_token_logins.iter().any(|own| own == host)
}

/// The issuer.
pub(super) fn issuer() -> &'static Issuer {
    &facts().issuer
}

static POOLS: &str = include_str!("identity-pools.json");

struct Facts {
    issuer: Issuer,
    /// How the names of regions start, and the host there; the first that fits counts.
    hosts: Vec<(String, String)>,
    /// The regions whose identity pools issue for the one host that all pages name.
    default_regions: Vec<String>,
    /// The hosts of public providers whose users bring an ID token.
    id_token_logins: Vec<String>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| {
        let tree = json::read(SourceId::NONE, POOLS);
        let list = |name: &str| tree.root().get(name).into_iter().flat_map(Node::items);
        let text = |node: Node<'_, '_>, name: &str| node.get(name).and_then(Node::string).map(Into::into);
        let hosts = list("hosts").filter_map(|host| Some((text(host, "regions")?, text(host, "host")?)));
        let texts = |name: &str| list(name).filter_map(Node::string).map(Into::into).collect();
        // it names all of its keys
        let issuer = read(tree.root().get("issuer").unwrap_or(tree.root()), None, &[]);
        Facts {
            issuer,
            hosts: hosts.collect(),
            default_regions: texts("default-regions"),
            id_token_logins: texts("id-token-logins"),
        }
    })
}
