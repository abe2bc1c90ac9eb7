//! A condition on a key that no request for the actions of the statement holds, or only requests for some of them.

use super::absence::{consequence, holds_without};
use super::view::{Key, Meaning, Named, View, is_of_issuer};
use super::{Check, MOST_PLACES};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::policy::{Comparison, Effect};
use crate::reference::{Action, ConditionKey, Reference};

pub(super) const CHECK: Check = Check { rule: &NEVER, run };

pub(super) const SOME_CHECK: Check = Check { rule: &SOME, run: run_some };

static NEVER: Rule = Rule {
    name: "key-never-present",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/key-never-present.md"),
};

static SOME: Rule = Rule {
    name: "key-only-for-some-actions",
    severity: Severity::Low,
    page: include_str!("../../../rules/reference/key-only-for-some-actions.md"),
};

/// Whether no request for an action holds a key, as far as the reference tells.
pub(in crate::rules) fn never_holds(reference: &Reference, action: Action<'_>, key: &str) -> bool {
    reference.key(key).is_some_and(|known| comes_with_some(known, key))
        && is_sure(action, key)
        && !action.takes_key(key)
        && is_told(reference, key)
}

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let actions = || view.all_actions();
    let keys = view.keys.iter().filter(|key| is_of_requests(key) && actions().next().is_some());
    let lacking = keys.filter(|key| !view.taking(key).any(|(_, takes)| takes) && is_told(view.reference, key.name));
    findings.extend(lacking.map(|key| never(view, key, &actions().collect::<Vec<_>>())));
}

/// Only a condition that fails without its key makes an action of the list idle, and only a name that is written out is meant.
fn run_some(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    if view.actions.len() < 2 || !view.names_actions() {
        return;
    }
    for key in view.keys.iter().filter(|key| is_of_requests(key) && holds_without(key) == Some(false)) {
        let is_idle = |own: &Named<'_, '_, '_>| matches!(own.meaning, Meaning::One(action) if is_sure(action, key.name));
        let idle = view.taking(key).filter(|(own, takes)| !takes && is_idle(own)).map(|(own, _)| own);
        let idle: Vec<_> = idle.collect();
        if !idle.is_empty() && view.taking(key).any(|(_, takes)| takes) {
            findings.extend(some(view, key, &idle));
        }
    }
}

/// Whether it can be relied on that requests for an action lack a key that they are not told to hold: while a resource is made, the
/// tags that it gets may count as those that it has.
fn is_sure(action: Action<'_>, key: &str) -> bool {
    let of_new = || starts_with(key, "aws:ResourceTag/") && action.keys().any(|own| own.is("aws:TagKeys"));
    !action.is_unsure() && !of_new()
}

/// Whether a condition is on a key that comes with the requests for some actions only.
fn is_of_requests(key: &Key<'_, '_, '_>) -> bool {
    // a set operator before `Null` is a fault of its own
    let is_constant = key.operator.comparison == Comparison::Null && key.operator.set.is_some();
    key.known.is_some_and(|known| comes_with_some(known, key.name)) && !is_constant
}

/// Whether a key comes with the requests for some actions only. Other global ones, and what a session keeps of the token that
/// it began with, may be in any request.
fn comes_with_some(known: ConditionKey<'_>, key: &str) -> bool {
    let of_any = is_of_issuer(key) || starts_with(key, "saml:") || starts_with(key, UNTOLD);
    (known.global.is_none() || is_tag(key)) && !of_any
}

/// Whether the reference tells of some action that it comes with the key; a key of none is one that it tells too little of.
fn is_told(reference: &Reference, key: &str) -> bool {
    let service = key.split(':').next().and_then(|prefix| reference.service(prefix));
    is_tag(key) || service.is_some_and(|service| service.actions().any(|action| action.takes_key(key)))
}

/// The global keys of which the reference tells where they come.
fn is_tag(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:TagKeys") || starts_with(key, "aws:RequestTag/") || starts_with(key, "aws:ResourceTag/")
}

fn starts_with(key: &str, start: &str) -> bool {
    key.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
}

/// Policies that AWS itself manages ask for it with `aws-marketplace:Subscribe`, of which the reference does not tell it.
const UNTOLD: &str = "aws-marketplace:ProductId";

fn never(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>, actions: &[Action<'_>]) -> Finding {
    let prefix = actions.first().map_or("", |action| action.service.prefix());
    let what = match actions {
        [action] => format!("a request for `{}:{}` never holds `{}`", action.service.prefix(), action.name, key.name),
        _ => format!("no action of the statement comes with `{}`", key.name),
    };
    let help = "remove the condition, or ask for it in a statement on the actions that it is meant for";
    Finding {
        severity: view.severity_of_unknown(NEVER.severity),
        help: Some(format!("{help}; {}", view.reference.as_of(prefix))),
        ..NEVER.finding(format!("{what}{}", consequence(view, key)), key.condition.key.span(), "never in the request")
    }
}

fn some(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>, idle: &[&Named<'_, '_, '_>]) -> Option<Finding> {
    let (first, others) = idle.split_first()?;
    let prefix = first.meaning.service()?.prefix();
    let is_deny = view.has_effect(Effect::Deny);
    let what = if is_deny { "denied" } else { "allowed" };
    let name = first.pattern.text.shown();
    let names = match others.len() {
        0 => format!("`{name}` is never {what} here: its requests"),
        1 => format!("`{name}` and another action are never {what} here: their requests"),
        more => format!("`{name}` and {more} other actions are never {what} here: their requests"),
    };
    let shown = others.iter().take(MOST_PLACES).map(|own| Label::new(own.pattern.text.span(), "nor is this"));
    Some(Finding {
        related: [Label::new(key.condition.key.span(), "the key")].into_iter().chain(shown).collect(),
        help: Some(format!(
            "put what never holds the key into a statement without this condition; {}",
            view.reference.as_of(prefix)
        )),
        ..SOME.finding(
            format!("{names} do not hold `{}`", key.name),
            first.pattern.text.span(),
            if is_deny { "never denied here" } else { "never allowed here" },
        )
    })
}
