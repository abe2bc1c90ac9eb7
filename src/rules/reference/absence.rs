//! What a condition comes to where no request holds its key.

use super::view::{Key, View};
use crate::policy::{Comparison, Effect, SetPrefix, Value};

/// Whether a condition holds where the request does not hold its key; `None` where AWS does not say.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
pub(super) fn holds_without(key: &Key<'_, '_, '_>) -> Option<bool> {
    let operator = key.operator;
    if operator.comparison == Comparison::Null {
        let mut asked = key.condition.values.iter().map(|operand| match operand.value {
            Value::Bool(absent) => Some(absent),
            _ => None,
        });
        let first = asked.next().flatten().filter(|_| operator.set.is_none())?;
        return asked.all(|other| other == Some(first)).then_some(first);
    }
    match operator.set {
        Some(SetPrefix::ForAllValues) => Some(true),
        Some(SetPrefix::ForAnyValue) => (!operator.if_exists).then_some(false),
        None => Some(operator.if_exists || operator.negated),
    }
}

/// What comes of it for the statement, as the end of a sentence.
pub(super) fn consequence(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>) -> &'static str {
    match (holds_without(key), view.has_effect(Effect::Deny)) {
        (Some(false), false) => ", so the statement allows nothing",
        (Some(false), true) => ", so the statement never denies anything",
        (Some(true), false) => ", so the condition always holds and guards nothing",
        (Some(true), true) => ", so the condition always holds and the statement denies more than it seems to",
        (None, _) => "",
    }
}
