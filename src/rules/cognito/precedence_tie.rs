//! Groups of which neither comes first, though their roles differ.

use std::collections::BTreeMap;

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{Group, MappingType, id_token};
use crate::lint::{Facts, Rule};
use crate::reach::client::{Picked, PoolClient, pool_clients, short};
use crate::source::Span;

pub(super) static RULE: Rule =
    Rule { name: "precedence-tie", severity: Severity::Medium, page: include_str!("../../../rules/cognito/precedence-tie.md") };

/// One finding for each precedence of a user pool that groups with different roles share.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    // a group without a precedence comes behind all others
    let mut ties: BTreeMap<(&str, u64), Vec<&Group<'_>>> = BTreeMap::new();
    for group in facts.inventory.groups.iter().filter(|group| group.role.as_ref().is_some_and(|role| role.known().is_some())) {
        let rank = group.precedence.map_or(u64::MAX, |precedence| u64::from(precedence.value));
        if let Some(user_pool) = group.user_pool.known() {
            ties.entry((user_pool, rank)).or_default().push(group);
        }
    }
    findings.extend(ties.iter().filter_map(|((user_pool, _), groups)| of_groups(&clients, user_pool, groups)));
}

fn of_groups(clients: &[PoolClient<'_, '_>], user_pool: &str, groups: &[&Group<'_>]) -> Option<Finding> {
    let (first, rest) = groups.split_first()?;
    let tied: Vec<&Group<'_>> = rest.iter().copied().filter(|group| has_no_preferred_role(first, group)).collect();
    let second = *tied.first()?;
    let of_pool: Vec<&PoolClient<'_, '_>> =
        clients.iter().filter(|client| client.host.rsplit('/').next() == Some(user_pool)).collect();
    let by_token = of_pool.iter().find(|client| is_by_token(client));
    if by_token.is_none() && !of_pool.is_empty() {
        // nothing that was given looks at the preferred role
        return None;
    }
    let both = [*first, second];
    let what = match by_token.map(|client| client.ask(&client.token(&both))) {
        Some(Picked::Role(role)) => format!("gets the fallback `{}` unless he asks for one by `CustomRoleArn`", short(&role)),
        Some(Picked::Refused) => "gets no role unless he asks for one by `CustomRoleArn`".to_owned(),
        Some(Picked::Unknown(_)) | None => "has no preferred role".to_owned(),
    };
    let (name, other) = (first.name.shown(), second.name.shown());
    let more = match tied.len() - 1 {
        0 => String::new(),
        count => format!(" (and {count} more)"),
    };
    let message = match second.precedence {
        Some(precedence) => format!(
            "groups `{name}` and `{other}`{more} share precedence {} but not their role: a member of both {what}",
            precedence.value
        ),
        None => format!("groups `{name}` and `{other}`{more} have different roles and no precedence: a member of both {what}"),
    };
    let mut finding = RULE.finding(message, place(second), "neither comes first");
    finding.related.push(Label::new(place(first), if first.precedence.is_some() { "the same" } else { "nor has this one any" }));
    let setting = by_token.and_then(|client| client.mapping).and_then(|mapping| mapping.ambiguous);
    finding.related.extend(setting.map(|setting| Label::new(setting.span, "decides for a member of both")));
    finding.help = Some("give each group that has a role a precedence of its own; the lowest number wins".to_owned());
    let token = by_token.map_or_else(|| id_token("cognito-idp", "app-client", &both), |client| client.token(&both));
    finding.witness =
        by_token.map(|_| Witness { who: format!("a member of `{name}` and `{other}`"), claims: token.claims.to_json() });
    Some(finding)
}

fn has_no_preferred_role(first: &Group<'_>, second: &Group<'_>) -> bool {
    let claims = id_token("cognito-idp", "app-client", &[first, second]).claims;
    // two reports of one group, from different days, are no tie
    first.name.known() != second.name.known() && claims.get("cognito:preferred_role").is_none()
}

fn is_by_token(client: &PoolClient<'_, '_>) -> bool {
    client.mapping.is_some_and(|mapping| matches!(mapping.kind, MappingType::Token))
}

fn place(group: &Group<'_>) -> Span {
    group.precedence.map_or(group.name.span(), |precedence| precedence.span)
}
