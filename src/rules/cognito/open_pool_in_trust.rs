//! A role that takes the users of several identity pools, one of which anybody may join.

use super::grants::open_doors;
use super::pool_roles::pool_roles;
use crate::finding::{Finding, Label, Severity};
use crate::identity::IdentityPool;
use crate::lint::{Facts, Rule};
use crate::reach::client::{classic_flow, short};
use crate::rules::probe::{Door, Probe, pool_doors};
use crate::simulate::{GateState, Presented};

pub(super) static RULE: Rule = Rule {
    name: "open-pool-in-trust",
    severity: Severity::High,
    page: include_str!("../../../rules/cognito/open-pool-in-trust.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let pools = || facts.inventory.identity_pools.iter();
    let closed: Vec<&IdentityPool<'_>> = pools().filter(|pool| is_closed(facts, pool)).collect();
    let open = pools().map(|pool| Open { pool, doors: open_doors(facts, pool) });
    let open: Vec<Open<'_, '_>> = open.filter(|open| !open.doors.is_empty()).collect();
    if !closed.is_empty() && !open.is_empty() {
        findings.extend(pool_doors(facts).filter_map(|door| judge(facts, &door, &closed, &open)));
    }
}

/// A pool that anybody may join, and how.
struct Open<'i, 's> {
    pool: &'i IdentityPool<'s>,
    doors: Vec<(String, String, Label)>,
}

fn judge(facts: &Facts<'_, '_>, door: &Door<'_, '_>, closed: &[&IdentityPool<'_>], open: &[Open<'_, '_>]) -> Option<Finding> {
    let closed = closed.iter().find(|pool| may_be_meant(door, pool) && takes_user(door, pool))?;
    let (open, probe, label) = open.iter().filter(|open| may_be_meant(door, open.pool)).find_map(|open| {
        let (probe, label) = joiner(door, open)?;
        Some((open.pool, probe, label))
    })?;
    let id = open.id.known()?;
    let is_given = pool_roles(facts.inventory, open).iter().any(|(_, role, _)| std::ptr::eq(*role, door.role));
    let classic = classic_flow(facts.world(), id).filter(|gate| gate.state == GateState::Pass);
    let name = door.role.name.shown();
    let message = format!(
        "`{}` takes the users of pool `{}`, whom others choose, and of pool `{id}`, which anybody joins",
        short(&name),
        closed.id.shown()
    );
    let place = door.conditions("aud").first().map_or(door.principal.value.span(), |condition| condition.key.span());
    let mut finding = RULE.finding(message, place, "the most open of them decides");
    finding.related.push(label);
    if !is_given && classic.is_none() {
        // today the open pool gives this role to nobody, and lets nobody ask for it
        finding.severity = Severity::Low;
    } else if is_given {
        finding.severity = Severity::Medium;
    }
    finding.related.extend(classic.into_iter().flat_map(|gate| gate.places));
    finding.help = Some("make a role for each pool, and let each trust policy name just one".to_owned());
    finding.witness = Some(probe.witness());
    Some(finding)
}

/// Whether others decide on who becomes a user of a pool, as far as its providers tell.
fn is_closed(facts: &Facts<'_, '_>, pool: &IdentityPool<'_>) -> bool {
    let is_chosen = |name: &str| {
        let user_pool = facts.inventory.user_pools.iter().find(|own| own.id.known() == name.rsplit('/').next());
        user_pool.and_then(|own| own.admin_only).is_some_and(|setting| setting.value)
    };
    let names = || pool.providers.iter().map(|provider| provider.name.known());
    pool.social.is_empty() && pool.oidc.is_empty() && names().next().is_some() && names().all(|name| name.is_some_and(is_chosen))
}

fn takes_user(door: &Door<'_, '_>, pool: &IdentityPool<'_>) -> bool {
    let id = pool.id.known().unwrap_or_default();
    let names = pool.providers.iter().filter_map(|provider| provider.name.known());
    names.map(|name| probe(id, name, String::new())).any(|probe| door.takes(&probe))
}

/// Whether a statement may be about a pool: it names it, or may well match it. Of a statement that names others there is nothing to try.
fn may_be_meant(door: &Door<'_, '_>, pool: &IdentityPool<'_>) -> bool {
    let conditions = door.conditions("aud");
    let fits = |text: Option<&str>| text.is_none_or(|text| text.contains(['*', '?']) || Some(text) == pool.id.known());
    conditions
        .iter()
        .all(|own| own.operator.is_none_or(|own| own.negated) || own.values.iter().any(|own| fits(own.pattern.plain())))
}

/// Somebody who joins a pool of himself and whom the statement takes.
fn joiner(door: &Door<'_, '_>, open: &Open<'_, '_>) -> Option<(Probe, Label)> {
    let id = open.pool.id.known()?;
    open.doors.iter().find_map(|(host, who, label)| {
        let probe = probe(id, host, who.clone());
        door.takes(&probe).then(|| (probe, label.clone()))
    })
}

fn probe(pool: &str, host: &str, who: String) -> Probe {
    let user = if host.starts_with("cognito-idp.") {
        format!("{host}:CognitoSignIn:00000000-aaaa-4bbb-8ccc-000000000001")
    } else {
        format!("{host}:{pool}:some-user")
    };
    Probe { who, token: Presented::signed_in_by(pool, host, &user), audience: pool.to_owned(), fixed: 0 }
}
