//! Statements that except all there is.

use super::dead_statement::NEVER;
use super::walk::{has_effect, is_star};
use crate::finding::{Finding, Severity};
use crate::lint::Facts;
use crate::policy::{Comparison, Condition, Effect, Patterns, Policy, PolicyKind, Statement, Value};
use crate::reference::Global;
use crate::source::Span;

/// A finding where a statement excepts every action or resource, or where one of its conditions spares every request.
pub(super) fn finding(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>) -> Option<Finding> {
    let denies = has_effect(statement, Effect::Deny);
    let consequence = if denies { "so it denies nothing" } else { "so it allows nothing" };
    let severity = if denies { Severity::High } else { NEVER.severity };
    let title = || statement.title();
    let excepted = [(&statement.actions, "action", "Action"), (&statement.resources, "resource", "Resource")];
    for (patterns, what, element) in excepted {
        if let Some(star) = patterns.as_ref().filter(|own| own.negated).and_then(star) {
            return Some(Finding {
                severity,
                help: Some(format!("name in `Not{element}` only what is to be left out, or write `{element}`")),
                ..NEVER.finding(format!("{} excepts every {what}, {consequence}", title()), star, "all there is")
            });
        }
    }
    let (condition, spared) = statement.conditions.iter().find_map(|own| Some((own, spared(facts, own)?)))?;
    let key = condition.key.shown();
    let (message, severity, help) = match spared {
        Spared::All => {
            let help = format!("every request holds `{key}`: name the values that are meant, or take the condition out");
            (format!("no request meets the condition of {} on `{key}`, {consequence}", title()), severity, help)
        }
        Spared::Signed => {
            let help = "name those who are to be spared; whoever asks for anonymous requests writes `Null`".to_owned();
            match policy.kind {
                PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp => {
                    (format!("{} spares every principal, {consequence}", title()), severity, help)
                }
                PolicyKind::Resource | PolicyKind::Rcp | PolicyKind::Endpoint if denies => {
                    (format!("{} spares every principal, so it denies anonymous requests only", title()), Severity::Medium, help)
                }
                _ => return None,
            }
        }
    };
    let value = condition.values.iter().find(|own| is_star(&own.pattern));
    let place = value.map_or_else(|| condition.key.span(), |own| own.pattern.text.span());
    Some(Finding { severity, help: Some(help), ..NEVER.finding(message, place, "takes in all") })
}

/// Whom a condition spares.
enum Spared {
    /// Every request.
    All,
    /// Every one that is signed.
    Signed,
}

fn spared(facts: &Facts<'_, '_>, condition: &Condition<'_>) -> Option<Spared> {
    let operator = condition.operator.filter(|own| own.set.is_none())?;
    let spares = match operator.comparison {
        Comparison::StringLike | Comparison::Arn => operator.negated && condition.values.iter().any(|own| is_star(&own.pattern)),
        Comparison::Null => matches!(&*condition.values, [own] if own.value == Value::Bool(true)),
        _ => false,
    };
    let key = condition.key.known().filter(|_| spares)?;
    match facts.reference.key(key)?.global? {
        Global { always: true, .. } => Some(Spared::All),
        // whoever asks for a key to be missing means those who have none
        Global { signed: true, .. } if operator.comparison != Comparison::Null => Some(Spared::Signed),
        _ => None,
    }
}

fn star(patterns: &Patterns<'_>) -> Option<Span> {
    patterns.list.iter().find(|own| is_star(own)).map(|own| own.text.span())
}
