//! Conditions on the organization of whoever holds the policy, where that of the resource is meant.

use super::walk::{Line, lines};
use crate::arn::Arn;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, PolicyKind};

pub(super) static RULE: Rule = Rule {
    name: "organization-of-holder",
    severity: Severity::Low,
    page: include_str!("../../../rules/logic/organization-of-holder.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| line.is_of("aws:PrincipalOrgID") && is_constant(line)) {
        let scp = line.policy.kind == PolicyKind::Scp;
        let (says, severity) = match (line.denies(), scp) {
            // a Deny does what a condition that nobody meets leaves it: nothing
            (true, true) => ("so the statement denies nothing there", Severity::Medium),
            (true, false) => ("so the statement denies the same whatever is called", RULE.severity),
            (false, _) if reaches_any_account(&line) => ("so the statement takes in resources of any account", Severity::Medium),
            (false, _) => ("so it keeps no resource out", RULE.severity),
        };
        let holder = if scp { "the accounts that the policy is for" } else { "whoever holds the policy" };
        let remains = if scp {
            "a service control policy holds for accounts of one organization only"
        } else {
            "as it is, the condition only tells apart in which accounts the policy is of use"
        };
        findings.push(Finding {
            severity,
            help: Some(format!("write `aws:ResourceOrgID` where resources of the organization are meant; {remains}")),
            ..RULE.finding(
                format!("`{}` is the organization of {holder}, {says}", line.key),
                line.condition.key.span(),
                "of the caller, not of the resource",
            )
        });
    }
}

/// Whether the answer is the same for all that the holder of a policy asks for: his own organization is held against ids, and nothing else
/// of the statement tells the organization or the account of the resource.
fn is_constant(line: &Line<'_, '_>) -> bool {
    let is_of_text = matches!(
        line.operator.comparison,
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike
    );
    // what is no id is told by itself
    let is_of_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_id = |text: &str| {
        let own = text.strip_prefix("o-").unwrap_or("");
        (10..=32).contains(&own.len()) && own.bytes().all(is_of_id)
    };
    let mut values = line.condition.values.iter().map(|own| &own.pattern);
    let is_limited = || {
        let mut keys = line.statement.conditions.iter().filter_map(|own| own.key.known());
        keys.any(|key| {
            ["aws:ResourceOrgID", "aws:ResourceAccount", "aws:ResourceOrgPaths"].iter().any(|own| own.eq_ignore_ascii_case(key))
        })
    };
    // all that is not negated in an Allow lets the holder through, and all that is in a Deny
    matches!(line.policy.kind, PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp)
        && is_of_text
        && line.statement.principals.is_none()
        && if line.operator.negated { line.denies() } else { line.allows() && !is_limited() }
        && values.all(|own| own.variables().next().is_none() && own.plain().is_none_or(is_id))
}

/// Whether a resource is written with a wildcard for its account.
fn reaches_any_account(line: &Line<'_, '_>) -> bool {
    let resources = line.statement.resources.iter().filter(|own| !own.negated).flat_map(|own| &own.list);
    resources.filter_map(|own| Arn::parse(own.plain()?)).any(|arn| arn.account == "*")
}
