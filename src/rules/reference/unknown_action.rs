//! An action that its service does not have.

use super::Check;
use super::view::{Meaning, Named, View};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::policy::PolicyKind;
use crate::reference::{Operation, Service, old_action, operation};
use crate::spelling::{nearest, slips};

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule =
    Rule { name: "unknown-action", severity: Severity::Medium, page: include_str!("../../../rules/reference/unknown-action.md") };

/// What to write where an API operation stands that these actions allow.
pub(super) fn allowed_by(actions: &[&str]) -> String {
    match actions {
        [action] => format!("write `{action}`"),
        _ => format!("write those of `{}` that the requests need", actions.join("`, `")),
    }
}

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    for own in &view.actions {
        if let Meaning::NoAction(service, name) = own.meaning {
            findings.push(match operation(own.text()) {
                Some(operation) => of_operation(view, own, service, operation),
                None => finding(view, own, service, name),
            });
        }
    }
}

fn finding(view: &View<'_, '_, '_>, own: &Named<'_, '_, '_>, service: &Service, name: &str) -> Finding {
    if let Some(place) = old_action(own.text()) {
        return Finding {
            severity: Severity::Low,
            help: Some(format!("take it out; {}", view.if_unknown(service.prefix()))),
            ..RULE.finding(
                format!("`{}` is not an action that AWS lists any more; {place} held it once", own.text()),
                own.span(),
                "an old name",
            )
        };
    }
    let (label, help, near) = advice(view, service, name);
    Finding {
        fix: near.and_then(|near| view.mender().likely(own.span(), &near)),
        severity: view.severity_of_unknown(RULE.severity),
        help: Some(format!("{help}; {}", view.if_unknown(service.prefix()))),
        ..RULE.finding(format!("`{}` is not an action that AWS lists", own.text()), own.span(), label)
    }
}

fn of_operation(view: &View<'_, '_, '_>, own: &Named<'_, '_, '_>, service: &Service, operation: Operation) -> Finding {
    let actions: Vec<_> = operation.actions().collect();
    let help = allowed_by(&actions);
    let (severity, message) = if operation.sure {
        (Severity::Error, format!("`{}` is an API operation, not an action: it {}", own.text(), view.in_vain()))
    } else {
        (RULE.severity, format!("`{}` is listed as an API operation, not as an action", own.text()))
    };
    let fix = match actions.as_slice() {
        [action] => view.mender().likely(own.span(), action),
        _ => None,
    };
    Finding {
        fix,
        severity: view.severity_of_unknown(severity),
        help: Some(format!("{help}; {}", view.reference.as_of(service.prefix()))),
        ..RULE.finding(message, own.span(), format!("allowed by `{}`", actions.join("`, `")))
    }
}

/// What is to be seen, what to do, and the action that was meant: with a slip of the pen, with a name that one other service has, and otherwise.
fn advice(view: &View<'_, '_, '_>, service: &Service, name: &str) -> (String, String, Option<String>) {
    let prefix = service.prefix();
    let near = nearest(name, service.actions().map(|action| action.name)).filter(|near| slips(near, name) <= SLIGHT);
    if let Some(near) = near {
        let near = format!("{prefix}:{near}");
        return (format!("did you mean `{near}`?"), format!("write `{near}`"), Some(near));
    }
    let mut others = view.reference.actions_named(name);
    // an action of another service has no place in the policy of a resource
    let is_of_resource = view.policy.kind == PolicyKind::Resource;
    if let (Some(other), None, false) = (others.next(), others.next(), is_of_resource) {
        let (owner, name) = (other.service.prefix(), other.name);
        return (format!("`{owner}` has an action of this name"), format!("write `{owner}:{name}` if that is meant"), None);
    }
    let page = service.page().unwrap_or_else(|| "the page of the service".to_owned());
    (String::new(), format!("look the actions of `{prefix}` up on {page}"), None)
}

/// With more letters apart, a name is rather another one than misspelt.
const SLIGHT: usize = 2;
