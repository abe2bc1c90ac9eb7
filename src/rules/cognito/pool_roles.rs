//! The roles that an identity pool may hand out.

use crate::identity::{IdentityPool, MappingType};
use crate::inventory::{Inventory, Role};
use crate::policy::Policy;

use crate::reach::client::groups_of;

/// The roles that the users of an identity pool may be meant to get, each with its ARN and its trust policy: of groups, of rules, and the
/// default for signed-in users.
pub(in crate::rules) fn pool_roles<'i, 's>(
    inventory: &'i Inventory<'s>,
    pool: &'i IdentityPool<'s>,
) -> Vec<(&'i str, &'i Role<'s>, &'i Policy<'s>)> {
    let map = inventory.role_map(pool);
    let groups = pool.providers.iter().filter_map(|provider| Some(groups_of(inventory, provider.name.known()?)));
    let of_groups = groups.flatten().filter_map(|group| group.role.as_ref());
    let of_rules = map.into_iter().flat_map(|map| &map.mappings).flat_map(|mapping| match &mapping.kind {
        MappingType::Rules(rules) => rules.as_slice(),
        MappingType::Token | MappingType::Unknown => &[],
    });
    let default = map.and_then(|map| map.authenticated.as_ref());
    let mut roles: Vec<(&str, &Role<'_>, &Policy<'_>)> = Vec::new();
    for arn in of_groups.chain(of_rules.filter_map(|rule| rule.role.as_ref())).chain(default).filter_map(|arn| arn.known()) {
        let Some(role) = inventory.role(arn) else { continue };
        let Some(trust) = &role.trust else { continue };
        if !roles.iter().any(|(_, own, _)| std::ptr::eq(*own, role)) {
            roles.push((arn, role, trust));
        }
    }
    roles
}
