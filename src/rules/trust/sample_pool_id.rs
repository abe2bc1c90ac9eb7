//! An identity pool id that is no pool's: one out of the documentation, or one of impossible form.

use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Condition, Operand};
use crate::reference;
use crate::rules::probe::{is_pool_host, is_pool_id};

pub(super) static RULE: Rule =
    Rule { name: "sample-pool-id", severity: Severity::Medium, page: include_str!("../../../rules/trust/sample-pool-id.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, _) in facts.inventory.all_policies().filter(|(policy, _)| policy.refusal().is_none()) {
        for condition in policy.statements.iter().flat_map(|statement| &statement.conditions).filter(|own| compares_pools(own)) {
            findings.extend(condition.values.iter().filter_map(|operand| judge(condition, operand)));
        }
    }
}

fn judge(condition: &Condition<'_>, operand: &Operand<'_>) -> Option<Finding> {
    let id = operand.pattern.plain().filter(|id| !id.contains(['*', '?']))?;
    let (message, label) = if reference::is_sample_pool_id(id) {
        (format!("`{id}` is an identity pool id from AWS's documentation, not one of yours"), "a sample")
    } else if !is_pool_id(id) {
        (format!("`{id}` cannot be the id of an identity pool"), "not REGION:GUID")
    } else {
        return None;
    };
    let negated = condition.operator.is_some_and(|operator| operator.negated);
    let effect = if negated { "as it stands, it sets no pool apart" } else { "as it stands, no token matches it" };
    Some(Finding {
        related: vec![Label::new(condition.key.span(), "compared with the pool's id")],
        help: Some(format!("write your own pool's id, such as `eu-west-1:` and a GUID; {effect}")),
        ..RULE.finding(message, operand.pattern.text.span(), label)
    })
}

/// Whether a condition compares the audience of identity pools, as text.
fn compares_pools(condition: &Condition<'_>) -> bool {
    let as_text = condition.operator.is_some_and(|operator| {
        matches!(operator.comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike)
    });
    // seen from its end nearly every key is another
    let key = condition.key.known().filter(|key| key.ends_with(['d', 'D'])).and_then(|key| key.rsplit_once(':'));
    as_text && key.is_some_and(|(host, claim)| claim.eq_ignore_ascii_case("aud") && is_pool_host(&host.to_ascii_lowercase()))
}
