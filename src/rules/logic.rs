//! Statements and conditions that do not do what they seem to.

mod address;
pub(super) mod alone;
mod dead_statement;
mod empty;
mod expired;
mod global_services;
mod hard_coded_arn;
mod holder_organization;
mod if_exists;
mod keyless;
mod redundant_statement;
mod redundant_value;
mod secure_transport;
mod sensitive_key;
mod spared;
pub(super) mod walk;
mod wildcard_without_like;

use crate::finding::Finding;
use crate::lint::{Check, Facts};

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &wildcard_without_like::RULE, run: wildcard_without_like::check },
    Check { rule: &dead_statement::NEVER, run: dead_statement::never },
    Check { rule: &dead_statement::UNDER_DENY, run: dead_statement::under_deny },
    Check { rule: &redundant_statement::RULE, run: redundant_statement::check },
    Check { rule: &redundant_value::RULE, run: redundant_value::check },
    Check { rule: &empty::LIST, run: empty::list },
    Check { rule: &empty::CONDITION, run: empty::condition },
    Check { rule: &expired::RULE, run: expired::check },
    Check { rule: &address::HOST_BITS, run: address::host_bits },
    Check { rule: &address::PRIVATE, run: address::private },
    Check { rule: &address::ANY, run: address::any },
    Check { rule: &sensitive_key::RULE, run: sensitive_key::check },
    Check { rule: &secure_transport::RULE, run: secure_transport::check },
    Check { rule: &keyless::RULE, run: keyless::check },
    Check { rule: &global_services::RULE, run: global_services::check },
    Check { rule: &if_exists::RULE, run: if_exists::check },
    Check { rule: &hard_coded_arn::RULE, run: hard_coded_arn::check },
    Check { rule: &holder_organization::RULE, run: holder_organization::check },
];

/// Takes away what is said of statements and values beside others in a template that may leave the others out.
pub(super) fn forget_parts(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let compared = [&dead_statement::NEVER, &dead_statement::UNDER_DENY, &redundant_statement::RULE, &redundant_value::RULE];
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    let templates =
        policies.filter(|policy| policy.statements.iter().any(|own| own.optional.is_some())).map(|policy| policy.range);
    let templates: Vec<_> = templates.collect();
    if !templates.is_empty() {
        let is_in_one = |finding: &Finding| templates.iter().any(|range| range.contains(finding.primary.span));
        findings.retain(|own| !(compared.iter().any(|rule| rule.name == own.rule) && is_in_one(own)));
    }
}
