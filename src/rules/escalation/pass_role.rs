//! Roles handed to services.

use super::holder::{ANYTHING, Holder, PASS};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::Statement;

pub(super) static ANY: Rule = Rule {
    name: "any-role-passed",
    severity: Severity::Medium,
    page: include_str!("../../../rules/escalation/any-role-passed.md"),
};

pub(super) static ANY_SERVICE: Rule = Rule {
    name: "role-passed-to-any-service",
    severity: Severity::Low,
    page: include_str!("../../../rules/escalation/role-passed-to-any-service.md"),
};

/// Any role, though perhaps to some services only.
pub(super) fn any(holder: &Holder<'_, '_>, findings: &mut Vec<Finding>) {
    let role = holder.in_iam(&format!("role/{ANYTHING}"));
    // with whatever service, or without one
    let whatever = || holder.allows(PASS, &role, Some((TO, "unrelated-7f3c.amazonaws.com")));
    let (place, message, severity, help) = if let Some(place) = holder.allows(PASS, &role, None).or_else(whatever) {
        (place, format!("{} can pass any role to any service", holder.title()), ANY.severity, BOTH)
    } else {
        let mut open = services(holder).into_iter().filter_map(|own| Some((holder.allows(PASS, &role, Some((TO, &own)))?, own)));
        let Some((place, service)) = open.next() else { return };
        let further = match open.count() {
            0 => String::new(),
            1 => " and another service".to_owned(),
            more => format!(" and {more} other services"),
        };
        (place, format!("{} can pass any role to `{service}`{further}", holder.title()), Severity::Low, ROLES)
    };
    // who may do everything is told of as a whole
    if !holder.may_do_everything() {
        findings.push(Finding { severity, help: Some(help.to_owned()), ..ANY.finding(message, place, "of whatever role") });
    }
}

/// Roles that are named, to whatever service.
pub(super) fn any_service(facts: &Facts<'_, '_>, holder: &Holder<'_, '_>, findings: &mut Vec<Finding>) {
    if !facts.is_pedantic(&ANY_SERVICE) || !holder.mentions(PASS) {
        return;
    }
    let role = holder.in_iam(&format!("role/{ANYTHING}"));
    let Some(place) = holder.allows_listed(PASS).filter(|_| holder.allows(PASS, &role, None).is_none()) else { return };
    findings.push(Finding {
        help: Some("add a condition on `iam:PassedToService`, with the service that is meant".to_owned()),
        ..ANY_SERVICE.finding(
            format!("{} can pass a role to whatever service the role trusts", holder.title()),
            place,
            "to any service",
        )
    });
}

/// What helps where neither the roles nor the services are named, and where the services are.
const BOTH: &str = "list the roles that are meant, and add a condition on `iam:PassedToService`";
const ROLES: &str = "list the roles that are meant";

const TO: &str = "iam:PassedToService";

/// The services that conditions name.
fn services(holder: &Holder<'_, '_>) -> Vec<String> {
    let conditions = holder.allowing().flat_map(|statement: &Statement<'_>| &statement.conditions);
    let own = conditions.filter(|own| own.key.known().is_some_and(|key| key.eq_ignore_ascii_case(TO)));
    let values = own.flat_map(|own| &own.values).filter_map(|value| value.pattern.plain());
    let mut names: Vec<String> = values.map(|text| text.replace('*', "ec2")).collect();
    names.sort();
    names.dedup();
    names
}
