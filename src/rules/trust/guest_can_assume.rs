//! Guests get the role of signed-in users.

use super::audience_not_pinned::is_unpinned;
use super::guests::{Cause, cause, takes_both};
use super::pool_role_without_condition::is_bare;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::rules::probe::{Door, pool_doors};
use crate::source::Span;

pub(super) static RULE: Rule =
    Rule { name: "guest-can-assume", severity: Severity::High, page: include_str!("../../../rules/trust/guest-can-assume.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for door in pool_doors(facts) {
        let Some(both) = takes_both(&door, facts) else { continue };
        let key = door.key("amr");
        let (span, label, help) = match cause(&door) {
            // without a condition on the pool either, or without any, that is what to mend first
            Some(Cause::Missing) if is_bare(&door) || is_unpinned(&door) && door.stranger(facts).is_some() => continue,
            Some(Cause::Missing) => (
                place_of_nothing(&door),
                "no condition on the sign-in",
                format!("add a condition `ForAnyValue:StringEquals` on `{key}` with `authenticated`"),
            ),
            Some(Cause::Value(operand)) => (
                operand.pattern.text.span(),
                "lets guests in",
                "take `unauthenticated` out, and give guests a role of their own".to_owned(),
            ),
            Some(Cause::Operator(condition)) => (
                condition.operator_text.span(),
                "holds for guests too",
                format!("write `ForAnyValue:StringEquals` on `{key}` with `authenticated`"),
            ),
            Some(Cause::Pattern(_)) | None => continue,
        };
        let severity = if both.closed.is_some() { Severity::Low } else { RULE.severity };
        findings.push(Finding {
            severity,
            related: both.closed.into_iter().collect(),
            help: Some(help),
            witness: Some(both.guest.witness()),
            ..RULE.finding(format!("{} takes guests as well as signed-in users", door.statement.title()), span, label)
        });
    }
}

/// What to underline where the condition is missing.
fn place_of_nothing(door: &Door<'_, '_>) -> Span {
    let audience = door.conditions("aud").first().map(|condition| condition.key.span());
    audience.or(door.statement.condition_key).unwrap_or_else(|| door.principal.value.span())
}
