//! A default role that users get who have no role of their own, and that is as good as a group's or better.

use super::strength::{Advantage, Scales};
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::MappingType;
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::reach::client::{Held, Picked, PoolClient, pool_clients, short};

pub(super) static RULE: Rule = Rule {
    name: "ambiguous-role-falls-back",
    severity: Severity::Low,
    page: include_str!("../../../rules/cognito/ambiguous-role-falls-back.md"),
};

/// One finding for each user pool in an identity pool, of the client where it matters most.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    let mut done: Vec<&PoolClient<'_, '_>> = Vec::new();
    for client in &clients {
        if done.iter().any(|other| other.is_beside(client)) {
            continue;
        }
        done.push(client);
        let beside: Vec<&PoolClient<'_, '_>> = clients.iter().filter(|other| other.is_beside(client)).collect();
        let any_mapped = beside.iter().any(|client| client.mapping.is_some());
        // a client without a mapping beside one with it is another rule's matter
        let counted = beside.into_iter().filter(|client| client.mapping.is_some() == any_mapped);
        let found = counted.filter_map(|client| of_client(facts, client));
        findings.extend(found.reduce(|worst, next| if next.severity > worst.severity { next } else { worst }));
    }
}

/// In which way a fallback is too good.
enum Fault<'h, 'i, 's> {
    /// It may do all that this role may, and more.
    Stronger(&'h Held<'i, 's>, Advantage),
    /// It may do what none of the roles may.
    Beyond(Advantage),
    /// It is this very role.
    Same(&'h Held<'i, 's>),
}

fn of_client(facts: &Facts<'_, '_>, client: &PoolClient<'_, '_>) -> Option<Finding> {
    let default = client.map.authenticated.as_ref()?;
    let nobody = client.token(&[]);
    let Picked::Role(fallback) = client.ask(&nobody) else { return None };
    if default.known() != Some(&*fallback) {
        return None;
    }
    let held = client.held();
    let fault = fault(facts, client, &fallback, &held)?;
    let name = short(&fallback);
    let who = match client.mapping.map(|mapping| &mapping.kind) {
        Some(MappingType::Rules(_)) => "a signed-in user whom no rule matches",
        Some(_) => "a signed-in user in no group",
        None => "every signed-in user",
    };
    let message = match &fault {
        Fault::Stronger(held, more) => {
            format!("{who} gets `{name}`, which allows {} where the role of {} does not", more.request, held.holder)
        }
        Fault::Beyond(more) => format!("{who} gets `{name}`, which allows {}, and no role that is mapped does", more.request),
        Fault::Same(held) => format!("{who} gets `{name}`, the role of {}", held.holder),
    };
    let (span, label) = match client.mapping {
        // INVARIANT: a mapping without this setting gives no role where the token does not
        Some(mapping) => (mapping.ambiguous?.span, "decides where the token does not"),
        None => (default.span(), "everybody gets this: no role mapping"),
    };
    let mut finding = RULE.finding(message, span, label);
    let related = &mut finding.related;
    if client.mapping.is_some() {
        related.push(Label::new(default.span(), "the fallback"));
    }
    match &fault {
        Fault::Stronger(held, more) => {
            related.push(Label::new(more.place, "allows more"));
            related.push(Label::new(held.role.span(), "the weaker role"));
        }
        Fault::Beyond(more) => related.push(Label::new(more.place, "allows more")),
        Fault::Same(held) => related.push(Label::new(held.role.span(), "the same role")),
    }
    related.extend(client.open_sign_up());
    finding.severity = match fault {
        Fault::Stronger(..) => Severity::High,
        Fault::Beyond(_) => Severity::Medium,
        Fault::Same(_) => Severity::Low,
    };
    finding.help = Some(match client.mapping {
        Some(_) => "set `AmbiguousRoleResolution` to `Deny`, or make the authenticated role one of its own that may do least of all"
            .to_owned(),
        None => "add a role mapping of type `Token` with `Deny`, or make the authenticated role one of its own that may do least of all"
            .to_owned(),
    });
    finding.witness = Some(Witness { who: who.to_owned(), claims: nobody.claims.to_json() });
    Some(finding)
}

fn fault<'h, 'i, 's>(
    facts: &Facts<'_, '_>,
    client: &PoolClient<'i, 's>,
    fallback: &str,
    held: &'h [Held<'i, 's>],
) -> Option<Fault<'h, 'i, 's>> {
    let same = held.iter().find(|held| held.role.known() == Some(fallback));
    let scales = Scales::new(&client.pool.id.shown());
    let others: Vec<(&Held<'_, '_>, Option<&Role<'_>>)> = held
        .iter()
        .filter(|held| held.role.known() != Some(fallback))
        .map(|held| (held, held.role.known().and_then(|arn| facts.inventory.role(arn))))
        .collect();
    if let Some(role) = facts.inventory.role(fallback) {
        let stronger = |(held, other): &(&'h Held<'i, 's>, Option<&Role<'_>>)| {
            Some(Fault::Stronger(held, scales.stronger(role, (*other)?)?))
        };
        // the last is the weakest by precedence, and what it lacks is the most telling
        if let Some(fault) = others.iter().rev().find_map(stronger) {
            return Some(fault);
        }
        let all: Option<Vec<&Role<'_>>> = others.iter().map(|(_, role)| *role).collect();
        // what none of the roles may do is not known where there may be further ones
        if let Some(all) = all.filter(|all| !all.is_empty() && same.is_none() && !client.may_hold_more()) {
            return scales.beyond(role, &all).map(Fault::Beyond);
        }
    }
    same.map(Fault::Same)
}
