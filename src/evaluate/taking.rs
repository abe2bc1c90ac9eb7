//! Which text of a statement takes in a part of a request, for whoever points at it.

use super::{Caller, Context, Truth, compare, fill, names_one};
use crate::pattern::{Mode, Pattern};
use crate::policy::{Operand, Patterns, PolicyKind, Principal, Statement};

/// The principal that names a caller; none for `NotPrincipal`.
pub fn principal_for<'p, 's>(
    kind: PolicyKind,
    statement: &'p Statement<'s>,
    caller: Caller<'_>,
    context: &Context<'_>,
) -> Option<&'p Principal<'s>> {
    let principals = statement.principals.as_ref().filter(|own| !own.negated)?;
    principals.list.iter().find(|own| names_one(kind, statement, own, caller, context) == Truth::Yes)
}

/// The pattern that takes an action; none for `NotAction`.
pub fn action_for<'p, 's>(statement: &'p Statement<'s>, action: &str, context: &Context<'_>) -> Option<&'p Pattern<'s>> {
    pattern_for(statement.actions.as_ref()?, action, Mode::Action, context)
}

/// The pattern that takes a resource; none for `NotResource`.
pub fn resource_for<'p, 's>(statement: &'p Statement<'s>, resource: &str, context: &Context<'_>) -> Option<&'p Pattern<'s>> {
    pattern_for(statement.resources.as_ref()?, resource, Mode::Resource, context)
}

/// The value of a condition on a key that a value of the request agrees with; none where the conditions on it are negated, or where the
/// request does not hold the key.
pub fn value_for<'p, 's>(statement: &'p Statement<'s>, key: &str, context: &Context<'_>) -> Option<&'p Operand<'s>> {
    let held = context.get(key)?;
    let conditions = statement.conditions.iter().filter(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
    let positive = conditions.filter_map(|own| Some((own.operator.filter(|operator| !operator.negated)?.comparison, own)));
    let agrees = |comparison, operand| held.values().any(|value| compare(comparison, operand, value, context) == Truth::Yes);
    positive
        .flat_map(|(comparison, own)| own.values.iter().map(move |operand| (comparison, operand)))
        .find_map(|(comparison, operand)| agrees(comparison, operand).then_some(operand))
}

fn pattern_for<'p, 's>(patterns: &'p Patterns<'s>, text: &str, mode: Mode, context: &Context<'_>) -> Option<&'p Pattern<'s>> {
    let taking = |own: &&Pattern<'s>| fill::judge(own, context, text, mode) == Truth::Yes;
    patterns.list.iter().filter(|_| !patterns.negated).find(taking)
}
