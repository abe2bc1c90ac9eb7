//! An action of a service that does not exist.

use super::Check;
use super::view::{Meaning, Named, View};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reference::Reference;
use crate::spelling::nearest;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "unknown-service",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-service.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    for own in &view.actions {
        if let Meaning::NoService(prefix, name) = own.meaning {
            findings.push(finding(view, own, prefix, name));
        }
    }
}

fn finding(view: &View<'_, '_, '_>, own: &Named<'_, '_, '_>, prefix: &str, name: &str) -> Finding {
    let (label, help) = match meant(view.reference, prefix, name) {
        Some(meant) => (format!("did you mean `{meant}`?"), format!("write `{meant}:{name}`")),
        None => (String::new(), "write the prefix that the service authorization reference of AWS gives".to_owned()),
    };
    Finding {
        severity: view.severity_of_unknown(RULE.severity),
        help: Some(format!("{help}; {}", view.as_of())),
        ..RULE.finding(format!("no service has the prefix `{prefix}`"), own.part(0..prefix.len()), label)
    }
}

/// The service that was meant: of those with a prefix that is near, or with such an action, the one that has both.
fn meant<'r>(reference: &'r Reference, prefix: &str, name: &str) -> Option<&'r str> {
    let has = |service: &str| reference.service(service).is_some_and(|own| own.action(name).is_some());
    let near = nearest(prefix, reference.prefixes());
    let titled = || reference.prefixes().find(|own| has(own) && (own.contains(prefix) || prefix.contains(*own)));
    near.filter(|near| has(near)).or_else(titled).or(near)
}
