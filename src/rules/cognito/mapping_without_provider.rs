//! Role mappings that belong to no provider of their identity pool.

use crate::finding::{Finding, Label, Severity};
use crate::identity::{IdentityPool, Mapping};
use crate::lint::{Facts, Rule};
use crate::spelling::nearest;

pub(super) static RULE: Rule = Rule {
    name: "mapping-without-provider",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/mapping-without-provider.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let pools = &facts.inventory.identity_pools;
    for (at, pool) in pools.iter().enumerate() {
        let Some(map) = facts.inventory.role_map(pool) else { continue };
        // of several descriptions of one pool each may be the newer
        let is_same = |own: &&IdentityPool<'_>| own.id.known() == pool.id.known();
        let Some(keys) = pools.iter().filter(is_same).map(keys).collect::<Option<Vec<_>>>().map(|all| all.concat()) else {
            continue;
        };
        if pools.iter().take(at).any(|own| is_same(&own)) {
            continue;
        }
        findings.extend(map.mappings.iter().filter_map(|mapping| of_mapping(pool, mapping, &keys)));
    }
}

/// What mappings of a pool may stand under; `None` where not all of its providers are known.
fn keys(pool: &IdentityPool<'_>) -> Option<Vec<String>> {
    let of_clients = pool.providers.iter().map(|own| Some(format!("{}:{}", own.name.known()?, own.client.known()?)));
    let public = pool.social.iter().map(|own| own.name.known().map(str::to_owned));
    let arns = pool.oidc.iter().chain(&pool.saml).map(|arn| arn.known().map(str::to_owned));
    of_clients.chain(public).chain(arns).collect()
}

fn of_mapping(pool: &IdentityPool<'_>, mapping: &Mapping<'_>, keys: &[String]) -> Option<Finding> {
    let own = mapping.provider.known().filter(|own| !keys.iter().any(|key| key == own))?;
    // of a user pool the client is due as well
    let client = pool.providers.iter().find(|provider| provider.name.known() == Some(own));
    let of_pool = own.rsplit_once(':').map_or(own, |(host, _)| host);
    let beside = pool.providers.iter().find(|provider| provider.name.known() == Some(of_pool));
    let near = nearest(own, keys.iter().map(String::as_str));
    let name = pool.name.as_ref().unwrap_or(&pool.id);
    let (label, help) = match (client, near) {
        (Some(_), _) => ("no app client".to_owned(), "put a colon and the id of the app client behind it".to_owned()),
        (None, Some(near)) => (format!("did you mean `{near}`?"), format!("write `{near}`")),
        (None, None) if beside.is_some() => {
            ("not one of the pool's app clients".to_owned(), "add the app client to the pool, or take the mapping out".to_owned())
        }
        (None, None) => (
            "none of the pool's providers".to_owned(),
            "write a user pool with a colon and the app client's id, the host of a public provider, or the ARN of an OIDC or SAML provider"
                .to_owned(),
        ),
    };
    let related = client.or(beside).map(|provider| Label::new(provider.client.span(), "the pool takes this app client"));
    Some(Finding {
        related: related.into_iter().collect(),
        help: Some(help),
        ..RULE.finding(
            format!("the role mapping for `{own}` belongs to no provider of identity pool `{}`", name.shown()),
            mapping.provider.span(),
            label,
        )
    })
}
