//! A group that comes first and may do less: its members take the role of their other group all the same.

use super::strength::Scales;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::MappingType;
use crate::lint::{Facts, Rule};
use crate::reach::client::{Picked, PoolClient, pool_clients, short};

pub(super) static RULE: Rule = Rule {
    name: "precedence-overridden",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/precedence-overridden.md"),
};

/// One finding for each user pool in an identity pool.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    let mut done: Vec<&PoolClient<'_, '_>> = Vec::new();
    let by_token = |client: &&PoolClient<'_, '_>| client.mapping.is_some_and(|own| matches!(own.kind, MappingType::Token));
    for client in clients.iter().filter(by_token) {
        if !done.iter().any(|other| other.is_beside(client)) {
            done.push(client);
            findings.extend(of_client(facts, client));
        }
    }
}

fn of_client(facts: &Facts<'_, '_>, client: &PoolClient<'_, '_>) -> Option<Finding> {
    let scales = Scales::new(&client.pool.id.shown());
    let groups = client.groups();
    let with_role: Vec<_> = groups
        .iter()
        .filter_map(|group| {
            let name = group.role.as_ref()?.known()?;
            Some((*group, name, facts.inventory.role(name)?))
        })
        .collect();
    for (index, (first, weak, weak_role)) in with_role.iter().enumerate() {
        for (second, strong, strong_role) in with_role.iter().skip(index + 1) {
            let comes_first = first.precedence.is_some_and(|own| second.precedence.is_none_or(|other| own.value < other.value));
            if !comes_first || weak == strong {
                continue;
            }
            let Some(more) = scales.stronger(strong_role, weak_role) else { continue };
            let token = client.token(&[first, second]);
            // the pool says that both hold: the first comes by itself, and the second by asking
            let by_itself = client.ask(&token) == Picked::Role((*weak).to_owned());
            if !by_itself || client.ask_for(&token, strong) != Picked::Role((*strong).to_owned()) {
                continue;
            }
            let (name, other) = (first.name.shown(), second.name.shown());
            let message = format!(
                "group `{name}` comes before `{other}` and may do less, but who is in both asks for `{}`, which allows {}",
                short(strong),
                more.request
            );
            let place = first.precedence.map_or(first.name.span(), |precedence| precedence.span);
            let mut finding = RULE.finding(message, place, "comes first, and is no boundary");
            finding.related.extend(second.role.as_ref().map(|role| Label::new(role.span(), "may be asked for")));
            finding.related.push(Label::new(more.place, "allows more"));
            finding.help = Some(format!(
                "precedence only picks the role for whoever does not ask; take a user out of `{other}` who is not to have its role"
            ));
            finding.witness = Some(Witness {
                who: format!("a member of `{name}` and `{other}`, with `CustomRoleArn` {}", short(strong)),
                claims: token.claims.to_json(),
            });
            return Some(finding);
        }
    }
    None
}
