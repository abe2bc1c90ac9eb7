//! An identity pool that does not ask whether a user is still there.

use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};

pub(super) static RULE: Rule = Rule {
    name: "sign-out-unnoticed",
    severity: Severity::Low,
    page: include_str!("../../../rules/cognito/sign-out-unnoticed.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for provider in facts.inventory.identity_pools.iter().flat_map(|pool| &pool.providers) {
        let Some(off) = provider.server_side_check.filter(|check| !check.value) else { continue };
        findings.push(Finding {
            help: Some("set `ServerSideTokenCheck` to `true`".to_owned()),
            ..RULE.finding(
                format!(
                    "a user of `{}` who was deleted or signed out everywhere gets credentials until the token expires",
                    provider.name.shown()
                ),
                off.span,
                "the user pool is not asked",
            )
        });
    }
}
