//! Actions by a pattern that takes in more than it seems to.

use super::Grant;
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::reference::{Action, Level, Types, Verb};
use crate::rules::view::{Meaning, Named};

pub(super) static RULE: Rule = Rule {
    name: "wide-action-pattern",
    severity: Severity::Low,
    page: include_str!("../../../../rules/access/wide-action-pattern.md"),
};

pub(super) fn find(grant: &Grant<'_, '_, '_, '_, '_>, is_told: bool, findings: &mut Vec<Finding>) {
    let patterns = grant.view.actions.iter().filter(|own| matches!(own.meaning, Meaning::Several(_)) && !own.is_whole_service());
    let pedantic = grant.facts.is_pedantic(&RULE);
    for named in patterns {
        match hidden(grant, named) {
            Some(own) if !is_told => findings.push(of_permissions(named, own)),
            _ if pedantic => findings.extend(to_come(named)),
            _ => {}
        }
    }
}

/// An action that decides who may do what, among others that do not, on a resource that is listed.
fn hidden<'i>(grant: &Grant<'_, '_, 'i, '_, '_>, named: &Named<'i, '_, '_>) -> Option<Action<'i>> {
    let name = named.text().split_once(':').map_or("", |(_, name)| name);
    if Verb::of(name) == Verb::Reads {
        return None;
    }
    let is_of_permissions = |action: &Action<'_>| {
        let traits = action.traits();
        traits.level == Level::PermissionsManagement && traits.verb != Verb::Reads
    };
    let mut actions = named.meaning.actions();
    let own = actions.clone().find(|action| is_of_permissions(action) && meets(grant, *action))?;
    actions.any(|action| !is_of_permissions(&action)).then_some(own)
}

/// Whether an action takes one of the listed resources.
fn meets<'i>(grant: &Grant<'_, '_, 'i, '_, '_>, action: Action<'i>) -> bool {
    let mut resources = grant.view.resources.iter();
    resources.any(|own| own.is_every() || own.types_among(action.service, action.traits().types) != Types::default())
}

fn of_permissions(named: &Named<'_, '_, '_>, own: Action<'_>) -> Finding {
    let name = format!("{}:{}", own.service.prefix(), own.name);
    Finding {
        help: Some("list the actions that are meant".to_owned()),
        ..RULE.finding(
            format!("`{}` also takes in `{name}`, which decides who may do what", named.text()),
            named.span(),
            "takes it in",
        )
    }
}

/// What more is taken in, now and later; reading is left alone.
fn to_come(named: &Named<'_, '_, '_>) -> Option<Finding> {
    let actions = || named.meaning.actions();
    let writing = actions().find(|action| !matches!(action.level(), Level::Read | Level::List))?;
    Some(Finding {
        severity: Severity::Style,
        related: Vec::<Label>::new(),
        help: Some("list the actions that are meant".to_owned()),
        ..RULE.finding(
            format!(
                "`{}` stands for {} actions, among them `{}:{}`, and for those to come",
                named.text(),
                actions().count(),
                writing.service.prefix(),
                writing.name
            ),
            named.span(),
            "a pattern",
        )
    })
}
