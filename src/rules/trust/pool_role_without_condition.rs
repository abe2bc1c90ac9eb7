//! A statement for identity pools that IAM does not store: it has no condition at all.

use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::rules::probe::{Door, naming, pool_doors};

pub(super) static RULE: Rule = Rule {
    name: "pool-role-without-condition",
    severity: Severity::Error,
    page: include_str!("../../../rules/trust/pool-role-without-condition.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for door in pool_doors(facts).filter(|door| is_bare(door) && takes_role(door)) {
        let title = door.statement.title();
        let stranger = door.stranger(facts);
        let message = match &stranger {
            Some(_) => format!("{title} has no condition and takes the tokens of any identity pool: AWS refuses to store it"),
            None => format!("{title} is for identity pools and has no condition: AWS refuses to store it"),
        };
        findings.push(Finding {
            help: Some(format!(
                "add the conditions `StringEquals` on `{}` with your pool's id and `ForAnyValue:StringEquals` on `{}` with \
                 `authenticated` or `unauthenticated`; a policy from before keeps working until it is changed",
                door.key("aud"),
                door.key("amr")
            )),
            witness: stranger.map(|stranger| stranger.witness()),
            ..RULE.finding(message, door.principal.value.span(), "no condition at all")
        });
    }
}

/// Whether a role can be had by the statement; one that allows session tags alone needs no condition.
fn takes_role(door: &Door<'_, '_>) -> bool {
    let by_exception = door.statement.actions.as_ref().is_some_and(|actions| actions.negated);
    by_exception || naming(door.statement, "sts:AssumeRoleWithWebIdentity").is_some()
}

/// Whether a statement has no condition, and none may yet come.
pub(super) fn is_bare(door: &Door<'_, '_>) -> bool {
    door.statement.conditions.is_empty() && door.statement.condition_key.is_none() && door.statement.later.is_none()
}
