//! An identity provider vouches for callers that the user did not list.

use super::foreign_issuer_key::issuer_named;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PrincipalKind};
use crate::rules::probe::{principals_of, storable};

pub(super) static RULE: Rule = Rule {
    name: "unexpected-provider",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/unexpected-provider.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let listed = &facts.config.trust.providers;
    if listed.is_empty() {
        return;
    }
    for (_, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            for (principal, name) in principals_of(statement, PrincipalKind::Federated) {
                let host = issuer_named(principal);
                let is_listed = |own: &String| own == name || host.is_some_and(|host| own.eq_ignore_ascii_case(host));
                if listed.iter().any(is_listed) {
                    continue;
                }
                let what = host.unwrap_or(name);
                findings.push(Finding {
                    help: Some(format!("take it out, or add `{what}` to `providers` in `rolecall.toml`")),
                    ..RULE.finding(
                        format!(
                            "{} lets whomever `{what}` vouches for take the role, and you did not list that provider",
                            statement.title()
                        ),
                        principal.value.span(),
                        "a provider that is not listed",
                    )
                });
            }
        }
    }
}
