//! A session tag that users write themselves.

use super::pool_roles::pool_roles;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::policy::{Policy, Statement};
use crate::reach::client::{Picked, PoolClient, pool_clients};
use crate::reach::control::{Control, control};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "user-writable-tag",
    severity: Severity::High,
    page: include_str!("../../../rules/cognito/user-writable-tag.md"),
};

/// One finding for each tag of a user pool in an identity pool.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    let mut done: Vec<Span> = Vec::new();
    for client in &clients {
        let Some(map) = facts.inventory.tag_map(client.pool, client.host) else { continue };
        if map.defaults.is_some_and(|defaults| defaults.value) {
            continue;
        }
        for (tag, claim) in &map.tags {
            let (Some(name), Some(own)) = (tag.known(), claim.known()) else { continue };
            let Control::User { listed, sure } = control(client, own) else { continue };
            if !done.contains(&claim.span()) {
                done.push(claim.span());
                findings.push(of_tag(facts, client, (name, own, claim.span()), listed, sure));
            }
        }
    }
}

fn of_tag(
    facts: &Facts<'_, '_>,
    client: &PoolClient<'_, '_>,
    (tag, claim, place): (&str, &str, Span),
    listed: Option<Span>,
    sure: bool,
) -> Finding {
    let roles = pool_roles(facts.inventory, client.pool);
    let used = roles.iter().find_map(|(_, role, trust)| use_of_tag(role, trust, tag));
    let what = if used.is_some() { "on which a role's policies hang" } else { "which no policy among the inputs asks for" };
    let mut finding = RULE.finding(
        format!("a user may set `{claim}` to anything, and it becomes the session tag `{tag}`, {what}"),
        place,
        "users write this claim themselves",
    );
    finding.related.extend(used.map(|span| Label::new(span, "hangs on the tag")));
    finding.related.extend(match listed {
        Some(span) => Some(Label::new(span, "the app client lets users write it")),
        None => client.client().map(|own| Label::new(own.id.span(), "no `WriteAttributes`: all standard ones")),
    });
    finding.related.extend(client.open_sign_up());
    finding.severity = match used {
        None => Severity::Low,
        Some(_) if listed.is_none() || !sure => Severity::Medium,
        Some(_) => Severity::High,
    };
    finding.help = Some(format!(
        "take `{claim}` out of the app client's `WriteAttributes`, or make the tag of a claim that users do not write"
    ));
    let token = client.token_with(claim, "anything");
    // where no role takes the tag, nobody comes by it yet
    finding.witness = (client.ask(&token) != Picked::Refused).then(|| Witness {
        who: format!("any user of app client `{}`, who sets `{claim}`", client.title()),
        claims: token.claims.to_json(),
    });
    finding
}

/// The first statement of a role's policies that looks at a session tag.
pub(super) fn use_of_tag(role: &Role<'_>, trust: &Policy<'_>, tag: &str) -> Option<Span> {
    let session = format!("aws:PrincipalTag/{tag}");
    let request = format!("aws:RequestTag/{tag}");
    let permissions = role.permissions.iter().flat_map(|named| &named.policy.statements);
    let mut later = permissions.filter(|statement| looks_at(statement, &session));
    let mut at_once = trust.statements.iter().filter(|statement| looks_at(statement, &request));
    later.next().or_else(|| at_once.next()).map(Statement::place)
}

/// Whether a statement has a condition on a key, or a variable of that name.
fn looks_at(statement: &Statement<'_>, key: &str) -> bool {
    let asks = statement.conditions.iter().any(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
    let of_conditions = statement.conditions.iter().flat_map(|own| &own.values).map(|value| &value.pattern);
    let of_resources = statement.resources.iter().flat_map(|resources| &resources.list);
    let mut variables = of_conditions.chain(of_resources).flat_map(Pattern::variables);
    asks || variables.any(|variable| variable.key.eq_ignore_ascii_case(key))
}
