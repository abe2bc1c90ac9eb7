//! Conditions.

use super::{OF_STATEMENT, Words, did_you_mean, quoted};
use crate::finding::Fault;
use crate::policy::{Instant, Operator, Policy, PolicyFault};
use crate::rules::grammar::{
    CONDITION_SHAPE, DUPLICATE_KEY, EPOCH_DATE, MALFORMED_CONDITION_KEY, MIXED_VALUE_TYPES, NULL_IF_EXISTS,
    NULL_WITH_SET_OPERATOR, OPERATOR_CASE, SEVERAL_BOOLEANS, TAG_KEY_MISSING, UNKNOWN_OPERATOR, UNREADABLE_VALUE,
};

pub(super) fn duplicate_key(own: &str) -> Words {
    let help = "put all values into one list; names of condition keys ignore letter case, and a key may stand only once";
    let message = format!("condition key {own} stands twice under one operator");
    Words::new(&DUPLICATE_KEY, message, "again here, in other letter case", help).related("the first")
}

pub(super) fn shape(text: &str) -> Words {
    let help =
        "write `\"Condition\": { \"StringEquals\": { \"aws:username\": \"…\" } }`; a value is a string or a list of strings";
    let label = if text.starts_with(['{', 'n']) { "a string or a list of strings is due here" } else { "an object is due here" };
    Words::new(&CONDITION_SHAPE, "a condition must be operator, key and values", label, help)
}

pub(super) fn unknown_operator(nearest: Option<&str>, name: &str) -> Words {
    let message = format!("no operator {}", quoted(name));
    if OF_STATEMENT.contains(&name) {
        return Words::new(&UNKNOWN_OPERATOR, message, "belongs in the statement", "type the `}` of `Condition` before it");
    }
    let help = match nearest {
        Some(nearest) => format!("write `{nearest}`; AWS refuses the whole policy for an operator that it does not know"),
        None if name.contains(':') => {
            "put the operator outside and the key inside: `\"StringEquals\": { \"aws:…\": \"…\" }`".to_owned()
        }
        None => "write one that exists, such as `StringEquals`, `StringLike`, `ArnLike`, `Bool` or `IpAddress`".to_owned(),
    };
    Words::new(&UNKNOWN_OPERATOR, message, did_you_mean(nearest), help)
}

pub(super) fn operator_case(right: &str, own: &str) -> Words {
    let help = format!("write `{right}`; AWS has refused other letter case as `Invalid Condition type`");
    let message = format!("operator {own} in other letter case");
    Words::new(&OPERATOR_CASE, message, format!("defined as `{right}`"), help)
}

pub(super) fn null_if_exists(own: &str) -> Words {
    let help = "write `Null`: it is itself the question whether the key is there";
    Words::new(&NULL_IF_EXISTS, format!("no operator {own}"), "`Null` takes no `IfExists`", help)
}

pub(super) fn null_with_set(text: &str, own: &str) -> Words {
    let help = "write `Null` alone: `true` asks that the key is absent, `false` that it is there";
    let always = if text.to_ascii_lowercase().starts_with("forall") { "always true" } else { "always false" };
    Words::new(&NULL_WITH_SET_OPERATOR, format!("{own} asks nothing of the request"), always, help)
}

pub(super) fn several_booleans() -> Words {
    let help = "keep one; values are alternatives, so `true` and `false` together hold whatever the request says";
    Words::new(&SEVERAL_BOOLEANS, "more than one Boolean for one condition key", "a second one", help).related("the first")
}

pub(super) fn mixed_types() -> Words {
    let help = "put all values in quotes, or none; AWS's own validation calls such a list an error";
    Words::new(&MIXED_VALUE_TYPES, "values of different JSON types in one list", "another type", help).related("than this")
}

pub(super) fn epoch_date(text: &str, own: &str) -> Words {
    let help = match Instant::parse(text) {
        Some(date) => format!("write `{date}`"),
        None => "write it as a date such as `2026-11-23T00:00:00Z`".to_owned(),
    };
    Words::new(&EPOCH_DATE, format!("the date {own} is written in seconds since 1970"), "", help)
}

pub(super) fn malformed_key(text: &str, own: &str) -> Words {
    let (label, help) = if Operator::parse(text).is_some() {
        ("an operator", "put the key inside the operator: `\"StringEquals\": { \"aws:…\": \"…\" }`")
    } else if text.contains(char::is_whitespace) {
        ("white space belongs to no key", "remove the white space")
    } else {
        ("should be `prefix:name`", "write the prefix and a colon before the name, as in `aws:SourceIp` or `s3:prefix`")
    };
    Words::new(&MALFORMED_CONDITION_KEY, format!("{own} is no condition key"), label, help)
}

pub(super) fn missing_tag_key(text: &str, own: &str) -> Words {
    let help = format!("write `{}/` and the key of the tag; no request holds the key as it is", text.trim_end_matches('/'));
    Words::new(&TAG_KEY_MISSING, format!("condition key {own} names no tag"), "`/` and the key of a tag are due behind it", help)
}

pub(super) fn unreadable(fault: &Fault<PolicyFault>, expected: &str, own: &str, policy: &Policy<'_>) -> Words {
    let mut conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let operator = conditions
        .find(|condition| condition.values.iter().any(|operand| operand.pattern.text.span() == fault.span))
        .map(|condition| &condition.operator_text);
    let name = operator.map_or_else(|| "its operator".to_owned(), |operator| quoted(&operator.shown()));
    let words = Words::new(
        &UNREADABLE_VALUE,
        format!("{own} is no value for {name}"),
        format!("should be {expected}"),
        "change the value, or take an operator that fits it; what AWS does with a value that it cannot read is not documented",
    );
    match operator {
        Some(operator) => words.beside(operator.span(), "the operator that reads it"),
        None => words,
    }
}
