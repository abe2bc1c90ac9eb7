//! Accounts that are asked for by the referer.

use super::foreign::tells_source;
use crate::arn::is_account_id;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PolicyKind, PrincipalKind};
use crate::rules::probe::principals_of;

pub(super) static RULE: Rule = Rule {
    name: "referer-for-source-account",
    severity: Severity::Low,
    page: include_str!("../../../rules/deputy/referer-for-source-account.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    let policies = policies.filter(|own| own.kind == PolicyKind::Resource && own.refusal().is_none());
    for statement in policies.flat_map(|policy| policy.with_effect(Effect::Allow)) {
        let Some((_, service)) = principals_of(statement, PrincipalKind::Service).next() else { continue };
        let is_referer = |key: &str| key.eq_ignore_ascii_case("aws:Referer");
        let mut others = statement.conditions.iter().filter_map(|own| own.key.known().filter(|own| !is_referer(own)));
        let referer = statement.conditions.iter().find(|own| own.key.known().is_some_and(is_referer));
        let Some(referer) = referer.filter(|_| !others.any(tells_source)) else { continue };
        let account = referer.values.iter().find_map(|own| own.pattern.plain().filter(|own| is_account_id(own)));
        let Some(account) = account else { continue };
        findings.push(Finding {
            help: Some(format!("write `\"aws:SourceAccount\": \"{account}\"`")),
            ..RULE.finding(
                format!("{} asks by the referer for whose account `{service}` calls", statement.title()),
                referer.key.span(),
                "a text that callers send along",
            )
        });
    }
}
