//! Whether one condition holds.

use std::cmp::Ordering;
use std::io::Read as _;
use std::net::{IpAddr, Ipv6Addr};

use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use base64::read::DecoderReader;

use super::fill::{self, Units};
use super::{Context, ContextValue, Gap, GapReason, Got, Truth, undocumented};
use crate::arn::Arn;
use crate::pattern::{Mode, Unit, arn_is_short, matches};
use crate::policy::{Comparison, Condition, Operand, Operator, Relation, SetPrefix, Value};
use crate::source::Span;

/// Whether a condition holds.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>
pub fn judge(condition: &Condition<'_>, context: &Context<'_>) -> Truth {
    let Some(operator) = condition.operator else {
        // A name that is no operator makes the policy one that AWS refuses, so this one is a hole.
        return Truth::Unknown(Gap { reason: GapReason::Hole, span: condition.operator_text.span() });
    };
    let Some(key) = condition.key.known() else {
        return Truth::Unknown(Gap { reason: GapReason::Hole, span: condition.key.span() });
    };
    // A key that holds no value at all is as good as absent: "a null dataset".
    let value = match context.get(key) {
        Some(ContextValue::Unknown) => return unknown(condition, operator),
        None if !context.lacks(key) => return unknown(condition, operator),
        found => found.filter(|value| matches!(value, ContextValue::Part(_)) || value.values().next().is_some()),
    };
    if condition.values.is_empty() {
        return undocumented(undocumented::EMPTY_LIST, condition.key.span());
    }
    if operator.comparison == Comparison::Null {
        return is_null(condition, operator, value);
    }
    match value {
        None => absent(condition, operator),
        // So is a set that holds but the empty string.
        Some(value) if operator.set.is_some() && !matches!(value, ContextValue::Part(_)) && is_empty(value) => {
            absent(condition, operator)
        }
        Some(value) => present(condition, operator, value, context),
    }
}

/// Whether one value of a request agrees with one value of a condition, by the positive form of an operator.
///
/// Conditions are judged by it; a report asks it which of several values it was.
pub fn compare(comparison: Comparison, operand: &Operand<'_>, value: &str, context: &Context<'_>) -> Truth {
    let mode = match comparison {
        Comparison::StringEquals => Mode::Equal,
        Comparison::StringEqualsIgnoreCase => Mode::EqualIgnoreCase,
        Comparison::StringLike => Mode::Like,
        Comparison::Arn => return compare_arn(operand, value, context),
        _ => return compare_typed(comparison, operand, value),
    };
    let holds = fill::judge(&operand.pattern, context, value, mode);
    let hangs_on_unicode = || mode == Mode::EqualIgnoreCase && !value.is_ascii() && !equal_in_ascii(operand, value, context);
    if holds == Truth::Yes && hangs_on_unicode() {
        return undocumented(undocumented::OP_STRING_IGNORE_CASE_UNICODE, operand.pattern.text.span());
    }
    holds
}

/// What a request holds for the key of a condition.
pub(super) fn got(condition: &Condition<'_>, context: &Context<'_>) -> Got {
    let Some(key) = condition.key.known() else { return Got::Unknown };
    match context.get(key) {
        Some(ContextValue::One(value)) => Got::One(value.to_string()),
        Some(ContextValue::Many(values)) => Got::Many(values.iter().map(ToString::to_string).collect()),
        Some(ContextValue::Part(values)) => Got::Part(values.iter().map(ToString::to_string).collect()),
        None if context.lacks(key) => Got::Absent,
        Some(ContextValue::Unknown) | None => Got::Unknown,
    }
}

fn undocumented(id: &'static str, span: Span) -> Truth {
    Gap::undocumented(id, span).into()
}

/// Where it is not known whether the key is there: only `Null` with both values holds either way.
fn unknown(condition: &Condition<'_>, operator: Operator) -> Truth {
    let is_null = operator.comparison == Comparison::Null && operator.set.is_none();
    let either = is_null.then(|| [true, false].map(|null| is_as_asked(condition, null)));
    match either {
        Some([Truth::Yes, Truth::Yes]) => Truth::Yes,
        _ => Truth::Unknown(Gap { reason: GapReason::Key, span: condition.key.span() }),
    }
}

fn is_empty(value: &ContextValue<'_>) -> bool {
    value.values().all(str::is_empty)
}

fn absent(condition: &Condition<'_>, operator: Operator) -> Truth {
    match operator.set {
        Some(SetPrefix::ForAllValues) => Truth::Yes,
        Some(SetPrefix::ForAnyValue) if operator.if_exists => {
            undocumented(undocumented::COND_IFEXISTS_SET, condition.operator_text.span())
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
        (None, _) => undocumented(undocumented::SET_PLAIN_ON_MANY, condition.operator_text.span()),
        (Some(set), ContextValue::Part(values)) => {
            let more = Truth::Unknown(Gap { reason: GapReason::Key, span: condition.key.span() });
            let known = values.iter().map(|value| judge_one(value));
            match set {
                SetPrefix::ForAllValues => known.fold(more, |all, own| if own == Truth::No { own } else { all }),
                SetPrefix::ForAnyValue => known.fold(more, |any, own| if own == Truth::Yes { own } else { any }),
            }
        }
        (Some(SetPrefix::ForAllValues), value) => all(value.values(), judge_one),
        (Some(SetPrefix::ForAnyValue), value) => any(value.values(), judge_one),
    }
}

fn is_null(condition: &Condition<'_>, operator: Operator, value: Option<&ContextValue<'_>>) -> Truth {
    if operator.set.is_some() {
        return undocumented(undocumented::NULL_SET_OPERATOR, condition.operator_text.span());
    }
    let asks = |null: bool| is_as_asked(condition, null);
    match value {
        Some(ContextValue::One(text)) if text.is_empty() => match (asks(true), asks(false)) {
            (null, there) if null == there => null,
            (Truth::Unknown(gap), _) | (_, Truth::Unknown(gap)) => Truth::Unknown(gap),
            _ => undocumented(undocumented::NULL_EMPTY_STRING, condition.operator_text.span()),
        },
        Some(value) => asks(is_empty(value)),
        None => asks(true),
    }
}

/// Whether one of the values of a `Null` holds where the key is null, or where it is not.
fn is_as_asked(condition: &Condition<'_>, null: bool) -> Truth {
    any(&condition.values, |operand| match operand.value {
        Value::Bool(wanted) if open_form(Comparison::Bool, operand.pattern.plain()).is_none() => (wanted == null).into(),
        Value::Later => unread(Comparison::Null, operand),
        _ => undocumented(undocumented::NULL_OTHER_VALUE, operand.pattern.text.span()),
    })
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
    let mut units = Units::new();
    if let Err(truth) = fill::fill(&operand.pattern, context, &mut units) {
        return truth;
    }
    let span = operand.pattern.text.span();
    let like = |units: &Units<'_>| matches(units.as_slice(), value, Mode::Like);
    if arn_is_short(units.as_slice()) {
        // Whatever AWS makes of it, it is hardly more than to let the missing parts be anything.
        let as_written = like(&units);
        units.push(Unit::Wild(":*"));
        return if as_written || like(&units) { undocumented(undocumented::OP_ARN_SHORT, span) } else { Truth::No };
    }
    if Arn::parse(value).is_none() && units.as_slice().iter().all(is_stars) {
        return undocumented(undocumented::OP_ARN_STAR_VALUE, span);
    }
    fill::judge(&operand.pattern, context, value, Mode::Arn)
}

fn is_stars(unit: &Unit<'_>) -> bool {
    matches!(unit, Unit::Wild(text) if text.bytes().all(|byte| byte == b'*'))
}

fn compare_typed(comparison: Comparison, operand: &Operand<'_>, value: &str) -> Truth {
    let read = match (comparison, &operand.value) {
        (_, Value::Unreadable | Value::Later | Value::Text) => return unread(comparison, operand),
        (Comparison::IpAddress, network) => value.parse::<IpAddr>().ok().map(|address| network.holds_address(address)),
        (_, Value::Binary(own)) => decodes_to(value, own),
        (_, own) => Value::parse(comparison, value).map(|value| agrees(comparison, &value, own)),
    };
    let open = open_form(comparison, operand.pattern.plain()).or_else(|| open_form(comparison, Some(value)));
    let span = operand.pattern.text.span();
    match (read, open) {
        (None, _) => undocumented(undocumented::OP_BAD_CONTEXT, span),
        (Some(_), Some(id)) => undocumented(id, span),
        (Some(holds), None) => holds.into(),
    }
}

/// Whether this is base64 of these bytes; `None` where it is no base64. Nothing is allocated for it.
fn decodes_to(text: &str, bytes: &[u8]) -> Option<bool> {
    let mut decoder = DecoderReader::new(text.as_bytes(), &STANDARD_PAD_INDIFFERENT);
    let (mut buffer, mut rest, mut is_same) = ([0; 64], bytes, true);
    loop {
        let count = decoder.read(&mut buffer).ok()?;
        let read = buffer.get(..count).filter(|read| !read.is_empty());
        let Some(read) = read else { return Some(is_same && rest.is_empty()) };
        match rest.strip_prefix(read) {
            Some(later) => rest = later,
            None => is_same = false,
        }
    }
}

/// A form of which AWS does not say that it is read, though we can.
fn open_form(comparison: Comparison, text: Option<&str>) -> Option<&'static str> {
    let text = text?;
    let (is_open, id) = match comparison {
        Comparison::Numeric(_) => (text.contains(['e', 'E']), undocumented::OP_NUMERIC_FORMAT),
        Comparison::Date(_) => {
            (text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()), undocumented::OP_DATE_YEAR_OR_EPOCH)
        }
        Comparison::Bool => (!matches!(text, "true" | "false"), undocumented::OP_BOOL_CASE),
        // whether the padding may be left out
        Comparison::Binary => (!text.len().is_multiple_of(4), undocumented::OP_BINARY_FORMAT),
        Comparison::IpAddress => {
            let address = text.split('/').next().and_then(|address| address.parse::<Ipv6Addr>().ok());
            (address.is_some_and(|address| address.to_ipv4_mapped().is_some()), undocumented::OP_IP_OTHER_FORMS)
        }
        _ => return None,
    };
    is_open.then_some(id)
}

/// Of a value in a policy that its operator cannot read, or not yet.
fn unread(comparison: Comparison, operand: &Operand<'_>) -> Truth {
    let text = &operand.pattern.text;
    match text.holes().next() {
        Some(hole) => Truth::Unknown(Gap { reason: GapReason::Hole, span: hole.span }),
        None if operand.value == Value::Later && comparison == Comparison::Bool => {
            undocumented(undocumented::VAR_BOOL, text.span())
        }
        None => undocumented(undocumented::OP_BAD_VALUE, text.span()),
    }
}

/// Whether a value is equal but for the case of ASCII letters.
fn equal_in_ascii(operand: &Operand<'_>, value: &str, context: &Context<'_>) -> bool {
    let mut units = Units::new();
    let filled = fill::fill(&operand.pattern, context, &mut units).is_ok();
    let text = |unit: &Unit<'_>| match *unit {
        Unit::Wild(text) | Unit::Exact(text) => text.to_owned(),
        Unit::Any => String::new(),
    };
    filled && units.as_slice().iter().map(text).collect::<String>().eq_ignore_ascii_case(value)
}

/// Whether a value of the request agrees with one of the policy, both as the operator reads them.
fn agrees(comparison: Comparison, value: &Value, own: &Value) -> bool {
    match (comparison, value, own) {
        (Comparison::Numeric(relation), Value::Number(value), Value::Number(own)) => holds(relation, value.cmp(own)),
        (Comparison::Date(relation), Value::Date(value), Value::Date(own)) => holds(relation, value.cmp(own)),
        _ => value == own,
    }
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
