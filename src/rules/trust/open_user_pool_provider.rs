//! A user pool that anybody may join vouches for whoever takes the role.

use super::foreign_issuer_key::issuer_named;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{Claim, Claims, UserPool};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Policy, PrincipalKind, Statement};
use crate::rules::probe::{ask, is_on, principals_of, storable, takes};
use crate::simulate::Presented;

pub(super) static RULE: Rule = Rule {
    name: "open-user-pool-provider",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/open-user-pool-provider.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            for (principal, _) in principals_of(statement, PrincipalKind::Federated) {
                let Some(host) = issuer_named(principal).filter(|host| host.starts_with("cognito-idp.")) else { continue };
                let Some((pool, sign_up)) = open_pool(facts, host) else { continue };
                let Some(token) = newcomer(facts, (role, policy, statement), (host, pool)) else { continue };
                let message = format!(
                    "{} takes every user of user pool `{}`, and anybody may sign up there",
                    statement.title(),
                    pool.id.shown()
                );
                findings.push(Finding {
                    related: vec![sign_up],
                    help: Some(
                        "name the users by their `sub`, or put an identity pool in between, which gives roles by group; or let only \
                         administrators create users"
                            .to_owned(),
                    ),
                    witness: Some(Witness {
                        who: "somebody who has just signed up".to_owned(),
                        claims: token.claims.to_json(),
                    }),
                    ..RULE.finding(message, principal.value.span(), "takes all users of the pool")
                });
            }
        }
    }
}

/// The user pool of this host, where it was given and anybody may sign up.
fn open_pool<'i, 's>(facts: &Facts<'i, 's>, host: &str) -> Option<(&'i UserPool<'s>, Label)> {
    let id = host.rsplit('/').next()?;
    let pool = facts.inventory.user_pools.iter().find(|pool| pool.id.known() == Some(id))?;
    let setting = pool.admin_only.filter(|setting| !setting.value)?;
    Some((pool, Label::new(setting.span, "anybody may sign up")))
}

/// The token of somebody who has just signed up, through any app client that may be meant, where a statement takes it.
fn newcomer(
    facts: &Facts<'_, '_>,
    (role, policy, statement): (&Role<'_>, &Policy<'_>, &Statement<'_>),
    (host, pool): (&str, &UserPool<'_>),
) -> Option<Presented> {
    let inventory = facts.inventory;
    let key = format!("{host}:aud");
    let asked = statement.conditions.iter().filter(|condition| is_on(condition, &key)).flat_map(|condition| &condition.values);
    let asked = asked.filter_map(|value| value.pattern.plain()).filter(|text| !text.contains(['*', '?']));
    let of_provider = inventory.oidc_providers.iter().filter(|provider| provider.host() == Some(host));
    let of_provider = of_provider.flat_map(|provider| &provider.clients).filter_map(|client| client.known());
    let of_pool = inventory.clients.iter().filter(|client| client.user_pool.known() == pool.id.known());
    let of_pool = of_pool.filter_map(|client| client.id.known());
    let mut clients = asked.chain(of_provider).chain(of_pool).chain(["0example0app0client0id"]);
    clients.find_map(|client| {
        let mut claims = Claims::new();
        let iss = format!("https://{host}");
        let texts =
            [("iss", iss.as_str()), ("aud", client), ("sub", "00000000-aaaa-4bbb-8ccc-000000000001"), ("token_use", "id")];
        for (claim, value) in texts {
            claims.set(claim, Claim::Text(value.to_owned()));
        }
        let token = Presented::new(host, claims);
        takes(&ask(role, policy, &token), statement).then_some(token)
    })
}
