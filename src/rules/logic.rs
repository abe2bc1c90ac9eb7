//! Statements and conditions that do not do what they seem to.

pub(in crate::rules) mod address;
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

use std::collections::HashMap;

use crate::finding::{Finding, Severity};
use crate::lint::{Check, Facts};
use crate::policy::Policy;
use crate::source::Span;

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

/// Takes away what is said of statements and values beside others in a template that may leave the others out, or have something else in their
/// place.
pub(super) fn forget_parts(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let compared = [&dead_statement::NEVER, &dead_statement::UNDER_DENY, &redundant_statement::RULE, &redundant_value::RULE];
    let is_compared = |finding: &Finding| compared.iter().any(|rule| rule.name == finding.rule);
    if !findings.iter().any(is_compared) {
        return;
    }
    let mut policies: Vec<&Policy<'_>> = facts.inventory.all_policies().map(|(policy, _)| policy).collect();
    policies.sort_by_key(|policy| policy.range);
    let mut told: HashMap<(&str, Span), usize> = HashMap::new();
    for finding in findings.iter().filter(|own| is_compared(own)) {
        *told.entry((finding.rule, finding.primary.span)).or_default() += 1;
    }
    let stays = |finding: &Finding| {
        let span = finding.primary.span;
        let behind = policies.partition_point(|policy| (policy.range.source, policy.range.start) <= (span.source, span.start));
        let range = policies.get(..behind).and_then(<[_]>::last).map(|policy| policy.range);
        let own = || policies.iter().take(behind).rev().take_while(|policy| Some(policy.range) == range);
        let is_optional = own().any(|policy| policy.statements.iter().any(|own| own.optional.is_some()));
        // each branch of a condition is a policy of the same place
        let beside_others = finding.rule != dead_statement::NEVER.name;
        let times = || told.get(&(finding.rule, span)).copied().unwrap_or(0);
        let is_everywhere = || own().nth(1).is_none() || own().filter(|policy| holds(policy, span)).count() <= times();
        !is_optional && (!beside_others || is_everywhere())
    };
    let stay: Vec<bool> = findings.iter().map(|own| !is_compared(own) || stays(own)).collect();
    let mut stay = stay.into_iter();
    findings.retain(|_| stay.next().unwrap_or(true));
}

/// Leaves it to the reader which of two statements goes, where more than style is wrong with the wider one: the narrow one may be what is meant.
pub(super) fn spare_narrow(facts: &Facts<'_, '_>, findings: &mut [Finding]) {
    let is_own = |own: &Finding| own.rule == redundant_statement::RULE.name && own.fix.is_some();
    if !findings.iter().any(is_own) {
        return;
    }
    let statements = facts.inventory.all_policies().flat_map(|(policy, _)| &policy.statements);
    let ranges: HashMap<Span, Span> = statements.map(|own| (own.place(), own.range)).collect();
    let wrong = findings.iter().filter(|own| own.severity >= Severity::Low).map(|own| own.primary.span);
    let mut wrong: Vec<Span> = wrong.collect();
    wrong.sort_unstable();
    let is_told_of = |range: &Span| {
        let at = wrong.partition_point(|own| (own.source, own.start) < (range.source, range.start));
        wrong.get(at).is_some_and(|own| range.contains(*own))
    };
    for finding in findings.iter_mut().filter(|own| is_own(own)) {
        let wide = finding.related.first().and_then(|label| ranges.get(&label.span));
        if wide.is_some_and(is_told_of) {
            finding.help = Some("take one of them out: more is told of the wider one".to_owned());
            if let Some(fix) = &mut finding.fix {
                fix.safe = false;
            }
        }
    }
}

/// Whether a policy has a statement or a value at this place.
fn holds(policy: &Policy<'_>, place: Span) -> bool {
    policy.statements.iter().any(|own| {
        let patterns = own.actions.iter().chain(&own.resources).flat_map(|own| &own.list);
        let values = own.conditions.iter().flat_map(|own| &own.values).map(|own| &own.pattern);
        let principals = own.principals.iter().flat_map(|own| &own.list).map(|own| own.value.span());
        own.place() == place || patterns.chain(values).map(|own| own.text.span()).chain(principals).any(|own| own == place)
    })
}
