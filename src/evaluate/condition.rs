//! Whether one condition holds.

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;

use super::fill::Filled;
use super::{Context, ContextValue, Gap, GapReason, Got, Truth, undocumented};
use crate::arn::Arn;
use crate::pattern::{Mode, Unit, arn_is_short, matches};
use crate::policy::{Comparison, Condition, Decimal, Instant, Operand, Operator, Relation, SetPrefix, Value};
use crate::source::Span;

/// Whether a condition holds.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
pub(super) fn judge(condition: &Condition<'_>, context: &Context<'_>) -> Truth {
    let Some(key) = condition.key.known() else {
        return Truth::Unknown(Gap { reason: GapReason::Hole, span: condition.key.span() });
    };
    // An operator that does not exist makes the whole policy one that AWS refuses; this is for callers that ask about a
    // condition alone.
    let Some(operator) = condition.operator else {
        return undocumented(undocumented::UNREADABLE_VALUE, condition.operator_text.span());
    };
    let value = context.get(key);
    if value == Some(&ContextValue::Unknown) || value.is_none() && context.partial {
        return Truth::Unknown(Gap { reason: GapReason::Key, span: condition.key.span() });
    }
    // A key that holds no value at all is as good as absent: "a null dataset".
    let value = value.filter(|value| value.values().next().is_some());
    if operator.comparison == Comparison::Null {
        return is_null(condition, operator, value);
    }
    if condition.values.is_empty() && operator.set.is_none() {
        return undocumented(undocumented::EMPTY_VALUE_LIST, condition.key.span());
    }
    match value {
        None => absent(condition, operator),
        Some(value) => present(condition, operator, value, context),
    }
}

/// Whether one value of a request agrees with one value of a condition, by the positive form of an operator.
///
/// [`judge`] is made of this; reports ask it which of several values it was.
pub fn compare(comparison: Comparison, operand: &Operand<'_>, value: &str, context: &Context<'_>) -> Truth {
    let mode = match comparison {
        Comparison::StringEquals => Mode::Equal,
        Comparison::StringEqualsIgnoreCase => Mode::EqualIgnoreCase,
        Comparison::StringLike => Mode::Like,
        Comparison::Arn => return compare_arn(operand, value, context),
        _ => return compare_typed(comparison, operand, value),
    };
    Filled::of(&operand.pattern, context).matches(value, mode)
}

/// What a request holds for the key of a condition.
pub(super) fn got(condition: &Condition<'_>, context: &Context<'_>) -> Got {
    match condition.key.known().map(|key| context.get(key)) {
        None => Got::Unknown,
        Some(Some(ContextValue::One(value))) => Got::One(value.to_string()),
        Some(Some(ContextValue::Many(values))) => Got::Many(values.iter().map(ToString::to_string).collect()),
        Some(Some(ContextValue::Unknown)) => Got::Unknown,
        Some(None) if context.partial => Got::Unknown,
        Some(None) => Got::Absent,
    }
}

fn undocumented(id: &'static str, span: Span) -> Truth {
    Truth::Unknown(Gap { reason: GapReason::Undocumented(id), span })
}

fn absent(condition: &Condition<'_>, operator: Operator) -> Truth {
    match operator.set {
        Some(SetPrefix::ForAllValues) => Truth::Yes,
        Some(SetPrefix::ForAnyValue) if operator.if_exists => {
            undocumented(undocumented::FOR_ANY_VALUE_IF_EXISTS, condition.operator_text.span())
        }
        // False also for a negated operator: the page on set operators says so of both forms.
        Some(SetPrefix::ForAnyValue) => Truth::No,
        None => (operator.if_exists || operator.negated).into(),
    }
}

fn present(condition: &Condition<'_>, operator: Operator, value: &ContextValue<'_>, context: &Context<'_>) -> Truth {
    // OR over the values of the policy; of a negated operator that is NOR.
    let judge_one = |value: &str| {
        let found = any(&condition.values, |operand| compare(operator.comparison, operand, value, context));
        if operator.negated { !found } else { found }
    };
    match (operator.set, value) {
        (None, ContextValue::One(value)) => judge_one(value),
        (None, ContextValue::Many(_)) => undocumented(undocumented::MULTIVALUED_PLAIN_OPERATOR, condition.operator_text.span()),
        // "A null dataset, such as an empty string".
        (Some(set), value) if value.values().all(str::is_empty) => (set == SetPrefix::ForAllValues).into(),
        (Some(SetPrefix::ForAllValues), value) => all(value.values(), judge_one),
        (Some(SetPrefix::ForAnyValue), value) => any(value.values(), judge_one),
        (None, ContextValue::Unknown) => Truth::Unknown(Gap { reason: GapReason::Key, span: condition.key.span() }),
    }
}

fn is_null(condition: &Condition<'_>, operator: Operator, value: Option<&ContextValue<'_>>) -> Truth {
    if operator.set.is_some() {
        return undocumented(undocumented::NULL_WITH_SET_PREFIX, condition.operator_text.span());
    }
    if condition.values.is_empty() {
        return undocumented(undocumented::EMPTY_VALUE_LIST, condition.key.span());
    }
    let asks = |null: bool| {
        any(&condition.values, |operand| match operand.value {
            Value::Bool(wanted) => (wanted == null).into(),
            _ => unread(operand),
        })
    };
    match value {
        None => asks(true),
        Some(value) if value.values().all(str::is_empty) => match (asks(true), asks(false)) {
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            (Truth::Unknown(gap), _) | (_, Truth::Unknown(gap)) => Truth::Unknown(gap),
            _ => undocumented(undocumented::NULL_OF_EMPTY_VALUE, condition.operator_text.span()),
        },
        Some(_) => asks(false),
    }
}

fn any<T>(items: impl IntoIterator<Item = T>, mut judge: impl FnMut(T) -> Truth) -> Truth {
    let mut found = Truth::No;
    for item in items {
        found = found.or(judge(item));
        if found == Truth::Yes {
            break;
        }
    }
    found
}

fn all<T>(items: impl IntoIterator<Item = T>, mut judge: impl FnMut(T) -> Truth) -> Truth {
    !any(items, |item| !judge(item))
}

fn compare_arn(operand: &Operand<'_>, value: &str, context: &Context<'_>) -> Truth {
    let mut filled = Filled::of(&operand.pattern, context);
    let span = operand.pattern.text.span();
    let Filled::Units(units, _) = &mut filled else {
        return filled.matches(value, Mode::Arn);
    };
    if arn_is_short(units.as_slice()) {
        // Whatever AWS makes of it, it is hardly more than to let the missing parts be anything.
        let as_written = matches(units.as_slice(), value, Mode::Like);
        units.push(Unit::Wild(":*"));
        let with_rest = matches(units.as_slice(), value, Mode::Like);
        return if as_written || with_rest { undocumented(undocumented::SHORT_ARN_PATTERN, span) } else { Truth::No };
    }
    let stars = units.as_slice().iter().all(|unit| matches!(unit, Unit::Wild(text) if text.bytes().all(|byte| byte == b'*')));
    if stars && Arn::parse(value).is_none() {
        return undocumented(undocumented::STAR_ON_OTHER_THAN_ARN, span);
    }
    filled.matches(value, Mode::Arn)
}

fn compare_typed(comparison: Comparison, operand: &Operand<'_>, value: &str) -> Truth {
    let read = match (comparison, &operand.value) {
        (Comparison::Numeric(relation), Value::Number(own)) => Decimal::parse(value).map(|value| holds(relation, value.cmp(own))),
        (Comparison::Date(relation), Value::Date(own)) => Instant::parse(value).map(|value| holds(relation, value.cmp(own))),
        (Comparison::Bool, Value::Bool(own)) => parse_bool(value).map(|value| value == *own),
        (Comparison::Binary, Value::Binary(own)) => STANDARD.decode(value).ok().map(|value| value == **own),
        (Comparison::IpAddress, Value::Network(address, prefix)) => {
            let network = IpNet::new(*address, *prefix).ok();
            // An address of the other family is in no network of this one.
            network.zip(value.parse::<IpAddr>().ok()).map(|(network, value)| network.contains(&value))
        }
        _ => return unread(operand),
    };
    match read {
        Some(holds) => holds.into(),
        None => undocumented(undocumented::UNREADABLE_REQUEST_VALUE, operand.pattern.text.span()),
    }
}

/// Of a value in a policy that its operator cannot read, or not yet.
fn unread(operand: &Operand<'_>) -> Truth {
    let text = &operand.pattern.text;
    match text.hole() {
        Some(hole) => Truth::Unknown(Gap { reason: GapReason::Hole, span: hole.span }),
        None if operand.value == Value::Later => undocumented(undocumented::VARIABLE_IN_TYPED_OPERATOR, text.span()),
        None => undocumented(undocumented::UNREADABLE_VALUE, text.span()),
    }
}

/// Letter case is not documented; AWS itself writes both `true` and `True`.
fn parse_bool(text: &str) -> Option<bool> {
    [("true", true), ("false", false)].into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn holds(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Equals => order.is_eq(),
        Relation::LessThan => order.is_lt(),
        Relation::LessThanEquals => order.is_le(),
        Relation::GreaterThan => order.is_gt(),
        Relation::GreaterThanEquals => order.is_ge(),
    }
}
