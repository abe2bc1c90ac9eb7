//! A pattern for signed-in users that guests match too.

use super::guests::{Cause, cause, takes_both};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::rules::mend::Mender;
use crate::rules::probe::pool_doors;

pub(super) static RULE: Rule =
    Rule { name: "amr-wildcard", severity: Severity::High, page: include_str!("../../../rules/trust/amr-wildcard.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for door in pool_doors(facts) {
        let Some(Cause::Pattern(operand)) = cause(&door) else { continue };
        let Some(both) = takes_both(&door, facts) else { continue };
        let text = &operand.pattern.text;
        let severity = if both.closed.is_some() { Severity::Low } else { RULE.severity };
        findings.push(Finding {
            severity,
            fix: Mender::of(facts.sources, door.policy).write(text.span(), "authenticated"),
            related: both.closed.into_iter().collect(),
            help: Some("write `authenticated`, which no token of a guest holds".to_owned()),
            witness: Some(both.guest.witness()),
            ..RULE.finding(format!("`{}` also matches `unauthenticated`", text.shown()), text.span(), "lets guests in")
        });
    }
}
