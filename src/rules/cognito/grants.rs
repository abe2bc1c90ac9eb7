//! Who gets which role from an identity pool, and whether anybody on earth can become such a one.

use super::shared_group_trust::logins;
use crate::evaluate::Verdict;
use crate::finding::{Label, Witness};
use crate::identity::{IdentityPool, MappingType, RoleMap};
use crate::inventory::Role;
use crate::lint::Facts;
use crate::reach::client::{Picked, PoolClient, groups_of, guest_role, social_role};
use crate::simulate::{Flow, Presented, try_assume};
use crate::syntax::Text;

/// A role that an identity pool gives to somebody.
#[derive(Debug)]
pub(super) struct Grant<'i, 's> {
    pub(super) role: &'i Role<'s>,
    /// Where it is given.
    pub(super) given: &'i Text<'s>,
    /// To whom, as a phrase: "a guest", "a member of `Admin`".
    pub(super) who: String,
    pub(super) holder: Holder,
    /// What makes it so, where anybody may become such a one.
    pub(super) open: Option<Label>,
    /// The token of such a one, where it can be told.
    pub(super) witness: Option<Witness>,
}

/// What somebody has to be who gets a role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    /// Nobody in particular.
    Guest,
    /// Signed in, and no more.
    User,
    /// What only others can make of a user: a member of a group, one whom a rule is about.
    Chosen,
}

impl Grant<'_, '_> {
    /// Whether anybody on earth gets it.
    pub(super) fn is_for_anybody(&self) -> bool {
        self.open.is_some()
    }
}

/// The roles that an identity pool gives, each once: to whomever it takes the least to get it.
pub(super) fn grants<'i, 's>(
    facts: &Facts<'i, 's>,
    clients: &[PoolClient<'i, 's>],
    pool: &'i IdentityPool<'s>,
) -> Vec<Grant<'i, 's>> {
    let inventory = facts.inventory;
    let Some(map) = inventory.role_map(pool) else { return Vec::new() };
    let mut all = Vec::new();
    all.extend(guest(facts, pool, map));
    all.extend(default(facts, clients, pool, map));
    let groups = pool.providers.iter().filter_map(|provider| Some(groups_of(inventory, provider.name.known()?))).flatten();
    let of_groups = groups.filter_map(|group| Some((group.role.as_ref()?, format!("a member of `{}`", group.name.shown()))));
    let rules = map.mappings.iter().flat_map(|mapping| match &mapping.kind {
        MappingType::Rules(rules) => rules.as_slice(),
        MappingType::Token | MappingType::Unknown => &[],
    });
    let of_rules = rules.filter_map(|rule| Some((rule.role.as_ref()?, format!("a user by the rule on `{}`", rule.claim()?))));
    all.extend(of_groups.chain(of_rules).filter_map(|(given, who)| {
        let name = given.known()?;
        let role = inventory.role(name).filter(|role| takes_users(pool, name, role))?;
        Some(Grant { role, given, who, holder: Holder::Chosen, open: None, witness: None })
    }));
    let mut distinct: Vec<Grant<'i, 's>> = Vec::new();
    for grant in all {
        if !distinct.iter().any(|own| std::ptr::eq(own.role, grant.role)) {
            distinct.push(grant);
        }
    }
    distinct
}

/// Somebody who joins a pool without being asked, as a phrase, with what lets him.
pub(super) fn open_doors(facts: &Facts<'_, '_>, pool: &IdentityPool<'_>) -> Vec<(String, String, Label)> {
    let mut doors: Vec<(String, String, Label)> = Vec::new();
    for provider in &pool.providers {
        let Some(host) = provider.name.known() else { continue };
        let id = host.rsplit('/').next();
        let user_pool = facts.inventory.user_pools.iter().find(|own| own.id.known() == id);
        let open = user_pool.and_then(|own| own.admin_only).filter(|setting| !setting.value);
        if let Some(setting) = open.filter(|_| !doors.iter().any(|(own, ..)| own == host)) {
            doors.push((host.to_owned(), "anybody who signs up".to_owned(), Label::new(setting.span, "anybody may sign up")));
        }
    }
    for provider in &pool.social {
        if let Some(host) = provider.name.known() {
            let label = Label::new(provider.name.span(), "open to anybody with an account there");
            doors.push((host.to_owned(), format!("anybody with an account at `{host}`"), label));
        }
    }
    doors
}

/// Whether a role takes users of a pool, as far as its trust policy was given.
fn takes_users(pool: &IdentityPool<'_>, name: &str, role: &Role<'_>) -> bool {
    let Some((trust, id)) = role.trust.as_ref().zip(pool.id.known()) else { return true };
    // of bearers of assertions nothing is made up
    logins(pool).next().is_none()
        || logins(pool).any(|(provider, user)| {
            let token = Presented::signed_in_by(id, &provider, &user);
            matches!(
                try_assume(trust, Some(name), &token, Flow::Enhanced, &[]).verdict,
                Verdict::Allowed(_) | Verdict::Undecided(_)
            )
        })
}

fn guest<'i, 's>(facts: &Facts<'i, 's>, pool: &'i IdentityPool<'s>, map: &'i RoleMap<'s>) -> Option<Grant<'i, 's>> {
    let given = map.unauthenticated.as_ref()?;
    let name = given.known()?;
    let role = facts.inventory.role(name)?;
    let guests = pool.guests.filter(|guests| guests.value)?;
    if guest_role(facts.world(), pool.id.known()?) != Picked::Role(name.to_owned()) {
        return None;
    }
    let open = Some(Label::new(guests.span, "guests get in"));
    let who = "a guest".to_owned();
    let token = pool.id.known().map(Presented::guest);
    let witness = token.map(|token| Witness { who: who.clone(), claims: token.claims.to_json() });
    Some(Grant { role, given, who, holder: Holder::Guest, open, witness })
}

fn default<'i, 's>(
    facts: &Facts<'i, 's>,
    clients: &[PoolClient<'i, 's>],
    pool: &'i IdentityPool<'s>,
    map: &'i RoleMap<'s>,
) -> Option<Grant<'i, 's>> {
    let given = map.authenticated.as_ref()?;
    let name = given.known()?;
    let role = facts.inventory.role(name)?;
    let own: Vec<_> = clients.iter().filter(|client| std::ptr::eq(client.pool, pool)).collect();
    let gets = |picked: &Picked| matches!(picked, Picked::Role(own) if own == name);
    let grant = |who: String, open, witness| Grant { role, given, who, holder: Holder::User, open, witness };
    for (host, who, label) in open_doors(facts, pool) {
        let of_client = own.iter().filter(|client| client.host == host).map(|client| (client, client.token(&[])));
        let by_client = of_client.into_iter().find(|(client, token)| gets(&client.ask(token)));
        let by_social = || pool.id.known().is_some_and(|id| gets(&social_role(facts.world(), id, &host)));
        let is_social = pool.social.iter().any(|provider| provider.name.known() == Some(&*host));
        if by_client.is_some() || is_social && by_social() {
            let witness = by_client.map(|(_, token)| Witness { who: who.clone(), claims: token.claims.to_json() });
            return Some(grant(who, Some(label), witness));
        }
    }
    // where nobody gets it, it is nobody's
    let by_oidc = || !pool.oidc.is_empty() && takes_users(pool, name, role);
    let is_given = own.iter().any(|client| gets(&client.ask(&client.token(&[])))) || pool.developer.is_some() || by_oidc();
    is_given.then(|| grant("a signed-in user".to_owned(), None, None))
}
