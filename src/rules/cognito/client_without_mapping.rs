//! An app client whose users get the default role, though those of another client are mapped.

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{MappingType, Token};
use crate::lint::{Facts, Rule};
use crate::reach::client::{Picked, PoolClient, pool_clients, short};

pub(super) static RULE: Rule = Rule {
    name: "client-without-mapping",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/client-without-mapping.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    for client in clients.iter().filter(|client| client.mapping.is_none()) {
        let mapped = clients.iter().find(|other| other.mapping.is_some() && other.is_beside(client));
        findings.extend(mapped.and_then(|mapped| of_client(client, mapped)));
    }
}

/// A user, and what he gets through either client.
struct Difference {
    who: String,
    token: Token,
    here: Picked,
    there: Picked,
}

fn of_client(client: &PoolClient<'_, '_>, mapped: &PoolClient<'_, '_>) -> Option<Finding> {
    let difference = difference(client, mapped)?;
    let here = match &difference.here {
        Picked::Role(role) => format!("gets `{}`", short(role)),
        _ => "gets no role".to_owned(),
    };
    let there = match &difference.there {
        Picked::Role(role) => format!("`{}`", short(role)),
        _ => "none".to_owned(),
    };
    let (who, name, other) = (&difference.who, client.title(), mapped.title());
    let message = format!("app client `{name}` has no role mapping: {who} {here} through it, and {there} through `{other}`");
    let mut finding = RULE.finding(message, client.provider.client.span(), "no role mapping names this client");
    finding.related.extend(mapped.mapping.map(|mapping| Label::new(mapping.provider.span(), "mapped is only this one")));
    let default = client.map.authenticated.as_ref();
    finding.related.extend(default.map(|role| Label::new(role.span(), "what all its users get")));
    finding.help = Some(format!("add the mapping to `RoleMappings` once more, under `{}:{}`", client.host, client.id));
    finding.witness = Some(Witness { who: format!("{who}, through `{name}`"), claims: difference.token.claims.to_json() });
    Some(finding)
}

/// The first user for whom it matters through which client he comes: a member of a group, one whom a rule is about, or neither.
fn difference(client: &PoolClient<'_, '_>, mapped: &PoolClient<'_, '_>) -> Option<Difference> {
    let compare = |who: String, token: &dyn Fn(&PoolClient<'_, '_>) -> Token| {
        let token_here = token(client);
        let (here, there) = (client.ask(&token_here), mapped.ask(&token(mapped)));
        let is_known = ![&here, &there].iter().any(|picked| matches!(picked, Picked::Unknown(_)));
        (is_known && here != there).then_some(Difference { who, token: token_here, here, there })
    };
    let nobody = || compare("a user in no group".to_owned(), &|client| client.token(&[]));
    if let Some(MappingType::Rules(rules)) = mapped.mapping.map(|mapping| &mapping.kind) {
        let mut of_rules = rules.iter().filter_map(|rule| {
            let (claim, value) = (rule.claim()?, rule.sample()?);
            compare(format!("a user with `{claim}` `{value}`"), &|client| client.token_with(claim, &value))
        });
        return of_rules.next().or_else(nobody);
    }
    let groups = mapped.groups().into_iter();
    let mut of_groups =
        groups.filter_map(|group| compare(format!("a member of `{}`", group.name.shown()), &|client| client.token(&[group])));
    of_groups.next().or_else(nobody)
}
