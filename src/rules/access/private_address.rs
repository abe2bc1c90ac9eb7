//! Private addresses that are asked for without the network that they are of.

use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Statement};
use crate::rules::logic::walk::lines;

pub(super) static RULE: Rule = Rule {
    name: "private-address-of-any-network",
    severity: Severity::Medium,
    page: include_str!("../../../rules/access/private-address-of-any-network.md"),
};

/// Keys that tell the network.
const NETWORK: [&str; 6] =
    ["aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths"];

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| line.is_of("aws:VpcSourceIp") && line.statement.later.is_none()) {
        // an Allow of the addresses, or a Deny of all others
        let is_guard = line.allows() && !line.operator.negated || line.denies() && line.operator.negated;
        let denies = || line.policy.with_effect(Effect::Deny).any(|own| tells_network(own));
        if !is_guard || tells_network(line.statement) || denies() {
            continue;
        }
        findings.push(Finding {
            help: Some(
                "add `aws:SourceVpc` or `aws:SourceVpce` with your network, or `aws:VpceAccount` with your account".to_owned(),
            ),
            ..RULE.finding(
                format!("{} asks for a private address, which a stranger's network may have, too", line.statement.title()),
                line.condition.key.span(),
                "of whatever network",
            )
        });
    }
}

fn tells_network(statement: &Statement<'_>) -> bool {
    let is = |key: &str| NETWORK.iter().any(|own| own.eq_ignore_ascii_case(key));
    statement.conditions.iter().any(|own| own.key.known().is_some_and(is))
}
