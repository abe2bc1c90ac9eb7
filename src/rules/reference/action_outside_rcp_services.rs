//! A resource control policy with actions of a service that such policies do not cover.

use super::Check;
use super::view::{Meaning, Named, View};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::policy::PolicyKind;
use crate::reference::Service;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "action-outside-rcp-services",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/action-outside-rcp-services.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    // AWS takes no `NotAction` in such a policy
    if view.policy.kind != PolicyKind::Rcp || !view.names_actions() {
        return;
    }
    for (_, group) in view.grouped(outside) {
        findings.extend(finding(view, &group));
    }
}

/// The service of an action, where such policies do not cover it.
fn outside<'i>(meaning: &Meaning<'i, '_>) -> Option<&'i str> {
    meaning.service().filter(|service| !service.has_rcps()).map(Service::prefix)
}

/// One finding for all actions of the statement that are of this service.
fn finding(view: &View<'_, '_, '_>, group: &[&Named<'_, '_, '_>]) -> Option<Finding> {
    let (first, others) = group.split_first()?;
    let service = first.meaning.service()?;
    let message = format!("resource control policies do not cover {} (`{}`)", service.title(), service.prefix());
    let help = "leave it out; a service control policy limits what your own principals may do, whatever the service";
    Some(Finding {
        severity: view.severity_of_unknown(RULE.severity),
        related: others.iter().map(|own| Label::new(own.span(), "")).collect(),
        help: Some(format!("{help}; {}", view.as_of(service.prefix()))),
        ..RULE.finding(message, first.span(), "not on AWS's list of services")
    })
}
