//! Wildcards in the ids of organizations, accounts and networks.

use super::walk::{Line, lines};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::policy::{Comparison, Operator, PolicyKind};
use crate::rules::probe::fits_any_id;

pub(super) static RULE: Rule = Rule {
    name: "wildcard-in-sensitive-key",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/wildcard-in-sensitive-key.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| line.operator.comparison == Comparison::StringLike) {
        let mut wild = line.condition.values.iter().map(|own| &own.pattern).filter(|own| own.has_wildcard());
        let Some(first) = wild.next() else { continue };
        let global = facts.reference.key(line.key).and_then(|key| key.global);
        if !global.is_some_and(|global| global.sensitive) || is_told(&line, first) {
            continue;
        }
        let exact = Operator { comparison: Comparison::StringEquals, ..line.operator }.name();
        findings.push(Finding {
            related: wild.map(|own| Label::new(own.text.span(), "and here")).collect(),
            help: Some(format!("write the ids out under `{exact}`; AWS knows no valid use of a wildcard with this key")),
            ..RULE.finding(
                format!("the wildcard in `{}` also takes values of `{}` that are not yours", first.text.shown(), line.key),
                first.text.span(),
                "others fit, too",
            )
        });
    }
}

/// Whether another rule tells that strangers get in by it.
fn is_told(line: &Line<'_, '_>, pattern: &Pattern<'_>) -> bool {
    line.is_all_before_strangers()
        && pattern.plain().is_some_and(fits_any_id)
        && match line.policy.kind {
            PolicyKind::Resource => true,
            PolicyKind::Trust => line.is_of("aws:PrincipalOrgID"),
            _ => false,
        }
}
