//! Roles of several groups that one and the same token takes.

use super::pool_roles::pool_roles;
use super::strength::Scales;
use crate::evaluate::Verdict;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::IdentityPool;
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::Policy;
use crate::reach::client::{classic_flow, short};
use crate::simulate::{Flow, GateState, Presented, World, try_assume};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "shared-group-trust",
    severity: Severity::Low,
    page: include_str!("../../../rules/cognito/shared-group-trust.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for pool in &facts.inventory.identity_pools {
        if let Some(id) = pool.id.known() {
            findings.extend(of_pool(facts.world(), pool, id));
        }
    }
}

/// How many roles are named and shown; further ones are counted.
const SHOWN: usize = 4;

/// A role that a signed-in user takes.
struct OpenRole<'i, 's> {
    role: &'i Role<'s>,
    /// Its ARN, or its name where it was given without.
    name: &'i str,
    /// The statement that takes him.
    statement: Span,
}

fn of_pool(world: World<'_, '_>, pool: &IdentityPool<'_>, id: &str) -> Option<Finding> {
    let inventory = world.inventory;
    let map = inventory.role_map(pool);
    let gate = classic_flow(world, id).filter(|gate| gate.state == GateState::Pass && map.is_some());
    let flow = if gate.is_some() { Flow::Classic } else { Flow::Enhanced };
    let roles = pool_roles(inventory, pool);
    // every user of a provider gets the same token, whatever his groups
    let by_token = logins(pool).map(|(provider, user)| {
        let token = Presented::signed_in_by(id, &provider, &user);
        let open: Vec<_> = roles.iter().filter_map(|(name, role, trust)| take(name, role, trust, &token, flow)).collect();
        (token, open)
    });
    let most = by_token.reduce(|most, next| if next.1.len() > most.1.len() { next } else { most });
    let (token, open) = most.filter(|(_, open)| open.len() > 1)?;
    let order: Vec<&Role<'_>> = open.iter().map(|open| open.role).collect();
    let strongest = open.get(Scales::new(id).strongest(&order))?;
    let others: Vec<&OpenRole<'_, '_>> = open.iter().filter(|other| !std::ptr::eq(other.role, strongest.role)).collect();

    let names = names(strongest, &others);
    let message = match &gate {
        Some(_) => format!("{names} take the same token, and the classic flow lets any signed-in user pick one of them"),
        None => format!("{names} take the same token, so only the identity pool's choice keeps their users apart"),
    };
    let mut finding = RULE.finding(message, strongest.statement, "takes any signed-in user of the pool");
    finding.related.extend(others.iter().take(SHOWN).map(|other| Label::new(other.statement, "takes the same token")));
    if let Some(gate) = gate {
        finding.severity = Severity::High;
        finding.related.extend(gate.places);
        finding.related.extend(map.map(|map| Label::new(map.mark, "no `RoleMappings`")));
        finding.help = Some(
            "set `AllowClassicFlow` to `false` and map the roles with `RoleMappings`; to part the roles themselves, let each trust \
             policy ask for more than a sign-in: a user pool of its own in `amr`, or a session tag"
                .to_owned(),
        );
        let who = format!("any signed-in user, who in the classic flow names `{}`", short(strongest.name));
        finding.witness = Some(Witness { who, claims: token.claims.to_json() });
    } else {
        let mapping = map.and_then(|map| map.mappings.first());
        finding.related.extend(mapping.map(|mapping| Label::new(mapping.provider.span(), "only this keeps them apart")));
        let keep = if mapping.is_some() {
            "keep the role mapping, and set `AllowClassicFlow` to `false` for the day it goes"
        } else {
            "set `AllowClassicFlow` to `false`, for in the classic flow a user names the role himself"
        };
        finding.help = Some(format!(
            "{keep}; to part the roles themselves, let each trust policy ask for more than a sign-in: a user pool of its own in `amr`, \
             or a session tag"
        ));
    }
    Some(finding)
}

/// The providers of a pool and a user of each, as they stand in `amr`.
pub(super) fn logins(pool: &IdentityPool<'_>) -> impl Iterator<Item = (String, String)> {
    let of_user_pools = pool.providers.iter().filter_map(|provider| {
        let host = provider.name.known()?;
        Some((host.to_owned(), format!("{host}:CognitoSignIn:00000000-aaaa-4bbb-8ccc-000000000001")))
    });
    let social = pool.social.iter().filter_map(|provider| {
        let (host, client) = (provider.name.known()?, provider.client.known()?);
        Some((host.to_owned(), format!("{host}:{client}:1234567890")))
    });
    let oidc = pool.oidc.iter().filter_map(|arn| {
        let arn = arn.known()?;
        let (_, host) = arn.split_once(":oidc-provider/")?;
        Some((host.to_owned(), format!("{arn}:OIDC:1234567890")))
    });
    of_user_pools.chain(social).chain(oidc)
}

fn take<'i, 's>(
    name: &'i str,
    role: &'i Role<'s>,
    trust: &Policy<'_>,
    token: &Presented,
    flow: Flow,
) -> Option<OpenRole<'i, 's>> {
    match try_assume(trust, Some(name), token, flow, &[]).verdict {
        Verdict::Allowed(statement) => Some(OpenRole { role, name, statement: statement.place() }),
        _ => None,
    }
}

/// "`a`, `b` and 3 more"
fn names(strongest: &OpenRole<'_, '_>, others: &[&OpenRole<'_, '_>]) -> String {
    let shown: Vec<String> =
        std::iter::once(&strongest).chain(others).take(SHOWN).map(|open| format!("`{}`", short(open.name))).collect();
    let more = (others.len() + 1).saturating_sub(SHOWN);
    match (shown.as_slice(), more) {
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    }
}
