//! Wildcards in the name of a service.

use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::policy::Statement;
use crate::rules::logic::walk::statements;

pub(super) static RULE: Rule = Rule {
    name: "wildcard-in-service-name",
    severity: Severity::Low,
    page: include_str!("../../../rules/access/wildcard-in-service-name.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, statement) in statements(facts) {
        findings.extend(in_actions(statement).or_else(|| in_resources(statement)));
    }
}

fn in_actions(statement: &Statement<'_>) -> Option<Finding> {
    let actions = statement.actions.as_ref().filter(|own| own.wild)?;
    let wild = actions.list.iter().find(|own| own.plain().is_some_and(is_partial_service))?;
    Some(finding(
        wild,
        "which services an action with a wildcard before the colon stands for is not documented",
        "name each service; `*` alone means every action",
    ))
}

fn in_resources(statement: &Statement<'_>) -> Option<Finding> {
    let resources = statement.resources.as_ref().filter(|own| own.wild)?;
    let is_wild = |own: &&Pattern<'_>| own.plain().and_then(service_of_arn).is_some_and(|own| own != "*" && is_partial(own));
    let wild = resources.list.iter().find(is_wild)?;
    Some(finding(
        wild,
        "the service of an ARN takes no wildcard: services yet to come may fit, too",
        "write an ARN for each service",
    ))
}

fn finding(pattern: &Pattern<'_>, message: &str, help: &str) -> Finding {
    Finding { help: Some(help.to_owned()), ..RULE.finding(message, pattern.text.span(), "a wildcard in the name of the service") }
}

fn is_partial(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// Whether a wildcard stands before the colon of an action.
fn is_partial_service(action: &str) -> bool {
    let mut is_partial = false;
    for byte in action.bytes() {
        match byte {
            b':' => return is_partial,
            b'*' | b'?' => is_partial = true,
            _ => {}
        }
    }
    false
}

fn service_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.strip_prefix("arn:")?.split(':');
    let service = parts.nth(1)?;
    // a `*` at the end stands for all that follows
    parts.next().map(|_| service)
}
