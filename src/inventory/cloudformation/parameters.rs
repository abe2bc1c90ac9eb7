//! The values of parameters, as templates write them.

use std::ops::Range;

use super::evaluate::{Part, Value};
use crate::source::Span;
use crate::syntax::{Literal, Node};

/// The parameters that each template has.
pub(super) const PSEUDO: [&str; 7] = [
    "AWS::AccountId",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// The default of a parameter.
pub(super) fn default(parameter: Node<'_, '_>) -> Option<String> {
    let default = parameter.get("Default")?;
    let kind = parameter.get("Type").and_then(Node::string).unwrap_or_default();
    // such a default is only the name of what holds the value
    if kind.starts_with("AWS::SSM::Parameter::Value") {
        return None;
    }
    default.text()?.known().map(str::to_owned)
}

/// Whether the value of a parameter is a list, written with commas.
pub(super) fn is_of_list(parameter: Node<'_, '_>) -> bool {
    parameter.get("Type").and_then(Node::string).is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"))
}

/// A text that is a list with commas, as the list.
pub(super) fn listed<'t, 's>(value: Value<'t, 's>, place: Span) -> Value<'t, 's> {
    let Value::Text(parts, _) = value else { return value };
    let mut items: Vec<Vec<Part<'s>>> = vec![Vec::new()];
    for part in parts {
        if part.is_hole {
            items.last_mut().into_iter().for_each(|last| last.push(part.clone()));
            continue;
        }
        for (index, text) in part.literal.value.split(',').enumerate() {
            if index > 0 {
                items.push(Vec::new());
            }
            let own = Part { literal: Literal::put_in(text.trim().to_owned(), place), is_hole: false };
            items.last_mut().into_iter().for_each(|last| last.push(own.clone()));
        }
    }
    // a hole may be a list itself, and stays what it is
    if let [only] = &*items
        && let [hole] = &**only
        && hole.is_hole
    {
        return Value::Text(only.clone(), place);
    }
    Value::List(items.into_iter().map(|item| (0, Value::Text(item, place))).collect(), place)
}

/// The next `${…}` of a text from `at` on: the whole, and what stands between the brackets.
pub(super) fn next_variable(text: &str, at: usize) -> Option<(Range<usize>, Range<usize>)> {
    let start = at + text.get(at..)?.find("${")?;
    let end = start + text.get(start..)?.find('}')?;
    Some((start..end + 1, start + 2..end))
}
