//! A token of any identity pool gets in.

use super::foreign_issuer_key::foreign_keys;
use super::pool_role_without_condition::is_bare;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::rules::probe::{Door, Provider, doors, is_on};

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
            help: Some(help),
            witness: Some(stranger.witness()),
            ..RULE.finding(message, door.principal.value.span(), label)
        });
    }
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
