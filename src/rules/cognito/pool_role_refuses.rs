//! Identity pools that let in somebody who gets no role there: its trust policy refuses him, or there is none.

use super::enhanced_flow_shut;
use crate::finding::{Finding, Label, Severity};
use crate::identity::{IdentityPool, MappingType};
use crate::lint::{Facts, Rule};
use crate::reach::client::{PoolClient, classic_flow, guest, pool_clients, short, social};
use crate::simulate::{Gate, GateKind, GateState, RoleRef, Simulation};
use crate::source::Span;

pub(super) static REFUSES: Rule = Rule {
    name: "pool-role-refuses",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/pool-role-refuses.md"),
};

pub(super) static WITHOUT: Rule = Rule {
    name: "pool-without-role",
    severity: Severity::Low,
    page: include_str!("../../../rules/cognito/pool-without-role.md"),
};

/// Somebody who comes to a pool, and what he gets.
struct Comer<'i, 's> {
    /// As a phrase: "a guest", "a member of `Admin`".
    who: String,
    simulation: Simulation<'i, 's>,
}

/// One finding for each role, of the first who is refused.
pub(super) fn refuses(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    for pool in &facts.inventory.identity_pools {
        let mut told: Vec<String> = Vec::new();
        for own in comers(facts, &clients, pool) {
            let Some(trust) = only_closed(&own.simulation).filter(|gate| gate.kind == GateKind::Trust) else { continue };
            let Some(role) = own.simulation.role.as_ref().filter(|role| !told.contains(&role.name)) else { continue };
            let is_told = |other: &Finding| other.rule == enhanced_flow_shut::RULE.name && is_of_trust(role, other.primary.span);
            if !findings.iter().any(is_told) {
                findings.extend(refused(&own, trust, &role.name));
            }
            told.push(role.name.clone());
        }
    }
}

/// One finding for each pool and kind of user: guests, and the signed-in.
pub(super) fn without(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    for pool in &facts.inventory.identity_pools {
        let (Some(id), Some(map)) = (pool.id.known(), facts.inventory.role_map(pool)) else { continue };
        // in the classic flow whoever comes names a role
        if classic_flow(facts.world(), id).is_none_or(|gate| gate.state != GateState::Fail) {
            continue;
        }
        let has_none = |own: &Comer<'_, '_>| {
            let (is_missing, key) = if own.who == GUEST {
                (map.unauthenticated.is_none(), "unauthenticated")
            } else {
                (map.authenticated.is_none() && map.mappings.is_empty(), "authenticated")
            };
            let closed = only_closed(&own.simulation).filter(|gate| gate.kind == GateKind::RoleMapping)?;
            is_missing.then(|| Finding {
                related: pool
                    .guests
                    .filter(|_| own.who == GUEST)
                    .map(|own| Label::new(own.span, "guests get in"))
                    .into_iter()
                    .collect(),
                help: Some(format!(
                    "add `Roles.{key}`, with a role of its own that may do least of all, or let nobody in who gets none"
                )),
                ..WITHOUT.finding(
                    format!(
                        "{} gets into identity pool `{}`, which has no role for him",
                        own.who,
                        pool.name.as_ref().unwrap_or(&pool.id).shown()
                    ),
                    closed.places.first().map_or(map.mark, |label| label.span),
                    format!("no `Roles.{key}` here"),
                )
            })
        };
        let comers = comers(facts, &clients, pool);
        for is_guest in [true, false] {
            findings.extend(comers.iter().filter(|own| (own.who == GUEST) == is_guest).find_map(has_none));
        }
    }
}

const GUEST: &str = "a guest";

/// Those who may come to a pool, each with what he gets in the enhanced flow.
fn comers<'i, 's>(facts: &Facts<'i, 's>, clients: &[PoolClient<'i, 's>], pool: &'i IdentityPool<'s>) -> Vec<Comer<'i, 's>> {
    let Some(id) = pool.id.known().filter(|_| facts.inventory.role_map(pool).is_some()) else { return Vec::new() };
    let mut all = Vec::new();
    if pool.guests.is_some_and(|guests| guests.value) {
        all.push(Comer { who: GUEST.to_owned(), simulation: guest(facts.world(), id) });
    }
    for client in clients.iter().filter(|client| std::ptr::eq(client.pool, pool)) {
        let mut add = |who: String, token| all.push(Comer { who, simulation: client.simulate(&token) });
        match client.mapping.map(|mapping| &mapping.kind) {
            Some(MappingType::Rules(rules)) => {
                for (claim, value) in rules.iter().filter_map(|rule| rule.claim().zip(rule.sample())) {
                    add(format!("a user with `{claim}` `{value}`"), client.token_with(claim, &value));
                }
            }
            Some(MappingType::Token) => {
                for group in client.groups() {
                    add(format!("a member of `{}`", group.name.shown()), client.token(&[group]));
                }
            }
            Some(MappingType::Unknown) | None => {}
        }
        add("a signed-in user".to_owned(), client.token(&[]));
    }
    for host in pool.social.iter().filter_map(|provider| provider.name.known()) {
        all.push(Comer { who: format!("a user of `{host}`"), simulation: social(facts.world(), id, host) });
    }
    all
}

/// Whether a place stands in the trust policy of a role.
fn is_of_trust(role: &RoleRef<'_, '_>, place: Span) -> bool {
    role.role.is_some_and(|role| role.trusts().any(|trust| trust.range.contains(place)))
}

/// The gate that stops somebody, where it is the only one, and no other is open.
fn only_closed<'a>(simulation: &'a Simulation<'_, '_>) -> Option<&'a Gate> {
    let mut closed = simulation.gates.iter().filter(|gate| matches!(gate.state, GateState::Fail | GateState::Unknown));
    let first = closed.next().filter(|gate| gate.state == GateState::Fail)?;
    closed.next().is_none().then_some(first)
}

fn refused(own: &Comer<'_, '_>, trust: &Gate, role: &str) -> Option<Finding> {
    let place = trust.places.first()?;
    let given = own.simulation.gates.iter().find(|gate| gate.kind == GateKind::RoleMapping);
    let mut related: Vec<Label> = trust.places.iter().skip(1).cloned().collect();
    related.extend(given.into_iter().filter_map(|gate| gate.places.first()).map(|label| Label::new(label.span, "hands it out")));
    Some(Finding {
        related,
        help: Some(format!("let the trust policy of `{}` take {}, or have the pool pick another role", short(role), own.who)),
        ..REFUSES.finding(
            format!("{} gets no credentials: the identity pool picks `{}`, but {}", own.who, short(role), own.simulation.why),
            place.span,
            place.text.clone(),
        )
    })
}
