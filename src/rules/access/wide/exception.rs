//! All but some.

use super::{Grant, with_others};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::rules::address::Address;
use crate::rules::view::Meaning;

pub(super) static RULE: Rule = Rule {
    name: "allowed-by-exception",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/access/allowed-by-exception.md"),
};

pub(super) fn find(grant: &Grant<'_, '_, '_, '_, '_>) -> Option<Finding> {
    let (view, title) = (grant.view, grant.view.statement.title());
    // who excepts all allows nothing, which is told by itself
    let excepts_all = (grant.actions.negated && view.actions.iter().any(|own| matches!(own.meaning, Meaning::Every)))
        || (grant.resources.negated && view.resources.iter().any(Address::is_every));
    if excepts_all || view.actions.iter().any(|own| own.pattern.plain().is_none()) {
        return None;
    }
    let first = if grant.actions.negated { view.actions.first()?.pattern } else { view.resources.first()?.pattern };
    let listed = if grant.actions.negated { grant.actions } else { grant.resources };
    let but = with_others(first.plain()?, listed.list.len() - 1);
    let (message, place, label, help) = match (grant.actions.negated, grant.resources.negated) {
        (true, true) => (
            format!("{title} allows every action but {but}, on everything but what it lists"),
            grant.actions.key,
            "and those to come",
            "list the actions and the resources that are meant; for an exception put a Deny beside them",
        ),
        (true, false) => (
            format!("{title} allows every action but {but}, also of services to come"),
            grant.actions.key,
            "and those to come",
            "list the actions that are meant; for an exception put a Deny beside them",
        ),
        _ => (
            format!("{title} allows what it lists on everything but {but}"),
            grant.resources.key,
            "and whatever is made later",
            "list the resources that are meant; for an exception put a Deny beside them",
        ),
    };
    let is_wide = grant.resources.negated || view.resources.iter().any(Address::is_every);
    Some(Finding {
        severity: if is_wide { RULE.severity } else { Severity::Low },
        related: vec![Label::new(first.text.span(), "is kept out")],
        help: Some(help.to_owned()),
        ..RULE.finding(message, place, label)
    })
}
