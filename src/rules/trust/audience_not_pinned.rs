//! A token of any identity pool gets in.

use super::foreign_issuer_key::foreign_keys;
use super::pool_role_without_condition::is_bare;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::reach::address::names_domain;
use crate::rules::probe::{ASKED_FOR, Door, Probe, Provider, doors, is_on};

pub(super) static RULE: Rule = Rule {
    name: "audience-not-pinned",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/audience-not-pinned.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for door in doors(facts).iter().filter(|door| is_unpinned(door) && !is_bare_pool(door)) {
        let Some(stranger) = door.stranger(facts) else { continue };
        let key = door.key(door.audience_claim());
        let title = door.statement.title();
        let asks = door.conditions(ASKED_FOR);
        if let (Provider::Public { name, .. }, Some(condition), Some(audience)) = (
            door.provider,
            asks.first(),
            stranger.token.claims.text("aud").filter(|_| stranger.token.claims.get("azp").is_some()),
        ) {
            let own = condition.key.shown();
            findings.push(Finding {
                help: Some(format!(
                    "whoever may make a service account asks {name} for a token with any `aud`, and that is `{own}`; add a condition \
                     `StringEquals` on `{key}` with the id of your service account or application at {name}"
                )),
                witness: Some(stranger.witness()),
                ..RULE.finding(
                    format!("{title} takes the tokens of any service account of {name} that asks for the audience `{audience}`"),
                    condition.key.span(),
                    "chosen by whoever asks for the token",
                )
            });
            continue;
        }
        let (message, label, help) = match door.provider {
            Provider::Pools => (
                format!("{title} takes the tokens of any identity pool, not of yours alone"),
                "no condition on the identity pool",
                pool_help(door, &key),
            ),
            Provider::Public { name, .. } => (
                format!("{title} takes the tokens that {name} made for any application, not for yours alone"),
                "no condition on the application",
                format!("add a condition `StringEquals` on `{key}` with the id of your application at {name}"),
            ),
        };
        findings.push(Finding {
            severity: severity(&stranger),
            help: Some(help),
            witness: Some(stranger.witness()),
            ..RULE.finding(message, door.principal.value.span(), label)
        });
    }
}

/// An address in a domain of one's own keeps out all who have none there, but for what they sign in to.
fn severity(stranger: &Probe) -> Severity {
    let is_own = stranger.token.claims.text("email").is_some_and(names_domain);
    if is_own { Severity::Medium } else { RULE.severity }
}

/// A statement for identity pools without any condition is another rule's.
fn is_bare_pool(door: &Door<'_, '_>) -> bool {
    door.provider == Provider::Pools && is_bare(door)
}

/// Whether nothing in the statement so much as means to tell one pool, or application, from another.
pub(super) fn is_unpinned(door: &Door<'_, '_>) -> bool {
    let claim = door.audience_claim();
    // a condition with the key of another issuer is that rule's
    let meant = |key: &str| key.rsplit(':').next().is_some_and(|own| own.eq_ignore_ascii_case(claim));
    let misnamed = || foreign_keys(door.statement).iter().any(|(condition, _)| condition.key.known().is_some_and(meant));
    door.conditions(claim).is_empty() && !misnamed()
}

fn pool_help(door: &Door<'_, '_>, key: &str) -> String {
    format!("add a condition `StringEquals` on `{key}` with your pool's id; without it, {}", who_gets_in(door))
}

/// Which pools a door that no audience closes is open to. STS asks for conditions on both keys before it takes a token of
/// another account.
pub(super) fn who_gets_in(door: &Door<'_, '_>) -> &'static str {
    let has = |claim: &str| {
        let key = door.key(claim);
        let all = door.policy.statements.iter().flat_map(|statement| &statement.conditions);
        all.into_iter().any(|condition| is_on(condition, &key))
    };
    if has("aud") && has("amr") {
        "other identity pools get in, those of other accounts too"
    } else {
        "the other identity pools of the role's account get in"
    }
}
