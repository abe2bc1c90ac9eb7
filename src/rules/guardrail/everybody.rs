//! Resource control policies that deny whoever asks.

use super::of_rcps;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::rules::logic::walk::is_star;

pub(super) static RULE: Rule = Rule {
    name: "rcp-denies-everybody",
    severity: Severity::Medium,
    page: include_str!("../../../rules/guardrail/rcp-denies-everybody.md"),
};

/// All of a service on every resource; less than that may be meant, and is told where that is asked for.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, statement) in of_rcps(facts) {
        let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { continue };
        if !statement.conditions.is_empty() || statement.later.is_some() {
            continue;
        }
        let whole = actions.list.iter().find(|own| own.plain().is_some_and(|own| own.ends_with(":*")));
        let whole = whole.filter(|_| !resources.negated && resources.list.iter().any(is_star));
        if whole.is_none() && !facts.is_pedantic(&RULE) {
            continue;
        }
        let place = whole.map_or_else(|| statement.place(), |own| own.text.span());
        let severity = if whole.is_some() { RULE.severity } else { Severity::Low };
        findings.push(Finding {
            severity,
            help: Some("add a condition that spares whom you mean, by `aws:PrincipalOrgID` or `aws:PrincipalArn`".to_owned()),
            ..RULE.finding(
                format!("{} denies everybody, the administrators of your own accounts as well", statement.title()),
                place,
                "no condition spares anybody",
            )
        });
    }
}
