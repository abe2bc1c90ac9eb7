//! Rules that give a role for a claim that the user writes.

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{MappingType, MatchRule};
use crate::lint::{Facts, Rule};
use crate::reach::client::{Picked, PoolClient, pool_clients, public_clients, short};
use crate::reach::control::{Control, control};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "user-writable-claim",
    severity: Severity::High,
    page: include_str!("../../../rules/cognito/user-writable-claim.md"),
};

/// One finding for each claim of each client.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for client in pool_clients(facts.world()).iter().chain(&public_clients(facts.world())) {
        let Some(MappingType::Rules(rules)) = client.mapping.map(|mapping| &mapping.kind) else { continue };
        let mut claims: Vec<&str> = Vec::new();
        for claim in rules.iter().filter_map(|rule| rule.claim()) {
            if claims.contains(&claim) {
                continue;
            }
            claims.push(claim);
            if let Control::User { listed, sure } = control(client, claim) {
                let own: Vec<&MatchRule<'_>> = rules.iter().filter(|rule| rule.claim() == Some(claim)).collect();
                findings.extend(of_claim(client, claim, &own, listed, sure));
            }
        }
    }
}

fn of_claim(
    client: &PoolClient<'_, '_>,
    claim: &str,
    rules: &[&MatchRule<'_>],
    listed: Option<Span>,
    sure: bool,
) -> Option<Finding> {
    let anyway = client.ask(&client.token(&[]));
    let mut reached = rules.iter().filter_map(|rule| {
        let value = rule.sample()?;
        let token = client.token_with(claim, &value);
        let Picked::Role(role) = client.ask(&token) else { return None };
        // where an earlier rule matches, or everybody gets the role, this rule gives nothing
        let gives = rule.role() == Some(&*role) && anyway != Picked::Role(role.clone());
        gives.then_some((rule, value, token, role))
    });
    let (rule, value, token, given) = reached.next()?;
    let message = format!("a user may set `{claim}` to `{value}` and then gets `{}`", short(&given));
    let mut finding = RULE.finding(message, rule.claim_span(), "users write this claim themselves");
    finding.related.push(Label::new(rule.role_span(), "the role that it gives"));
    finding.related.extend(reached.map(|(rule, ..)| Label::new(rule.claim_span(), "and here")));
    finding.related.extend(match listed {
        Some(span) => Some(Label::new(span, "the app client lets users write it")),
        None if client.is_public => Some(Label::new(client.provider.name.span(), "open to anybody with an account there")),
        None => client.client().map(|own| Label::new(own.id.span(), "no `WriteAttributes`: all standard ones")),
    });
    finding.related.extend(client.open_sign_up());
    if listed.is_none() || !sure {
        finding.severity = Severity::Medium;
    }
    let mut help = match listed {
        None if client.is_public => "compare `sub` or `email` with `Equals`, which nobody else has".to_owned(),
        Some(_) => format!("take `{claim}` out of the app client's `WriteAttributes`"),
        None => format!("give the app client a list of `WriteAttributes` without `{claim}`"),
    };
    if claim == "email" || claim == "phone_number" {
        help.push_str(", have a new value verified before it counts (`AttributesRequireVerificationBeforeUpdate`)");
    }
    if !client.is_public {
        help.push_str(", or give roles by group, which only an administrator changes");
    }
    finding.help = Some(help);
    let who = if client.is_public {
        format!("anybody with an account at `{}`, who sets `{claim}`", client.host)
    } else {
        format!("any user of app client `{}`, who sets `{claim}`", client.title())
    };
    finding.witness = Some(Witness { who, claims: token.claims.to_json() });
    Some(finding)
}
