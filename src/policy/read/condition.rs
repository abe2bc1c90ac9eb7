//! `Condition`: operator, key, values.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Reader, is_open};
use crate::finding::Fault;
use crate::pattern::Pattern;
use crate::policy::condition::{entry, nearest};
use crate::policy::{Comparison, Condition, Operand, Operator, PolicyFault, Value};
use crate::source::Span;
use crate::syntax::{Kind, Node, Text};

impl Reader {
    /// Reads a block; the answer is a hole in it that may turn out to hold further conditions.
    pub(super) fn conditions<'s>(&mut self, block: Node<'_, 's>, list: &mut Vec<Condition<'s>>) -> Option<Span> {
        let hole = |node: Node<'_, 's>| is_open(node).then(|| node.span());
        if !self.has_shape(block) {
            return hole(block);
        }
        list.reserve_exact(block.entries().map(|entry| entry.value.entries().count()).sum());
        let mut later = None;
        for entry in block.entries() {
            let Some(name) = entry.key.text() else { continue };
            let operator = self.operator(&name);
            if self.has_shape(entry.value) {
                self.keys(operator, &name, entry.value, list);
            }
            later = later.or(hole(entry.value));
        }
        later
    }

    fn operator(&mut self, name: &Text<'_>) -> Option<Operator> {
        let known = name.known()?;
        let Some(&(right, operator)) = entry(known) else {
            self.fault(PolicyFault::UnknownOperator(nearest(known)), name.span());
            return None;
        };
        if operator.is_null_if_exists() {
            self.fault(PolicyFault::NullIfExists, name.span());
        } else if right != known {
            self.fault(PolicyFault::OperatorCase(right), name.span());
        }
        if operator.comparison == Comparison::Null && operator.set.is_some() && !operator.if_exists {
            self.fault(PolicyFault::NullWithSet, name.span());
        }
        Some(operator)
    }

    fn keys<'s>(&mut self, operator: Option<Operator>, name: &Text<'s>, block: Node<'_, 's>, list: &mut Vec<Condition<'s>>) {
        self.twins(block);
        for entry in block.entries() {
            let Some(key) = entry.key.text() else { continue };
            // an operator in the place of the key is exchanged with it, and told already
            let exchanged = operator.is_none() && key.known().is_some_and(|known| Operator::parse(known).is_some());
            if entry.value.kind() != Kind::Map && !exchanged {
                self.key(&key);
            }
            let mut values = Vec::with_capacity(entry.value.items_or_self().count());
            values.extend(entry.value.items_or_self().filter_map(|value| self.operand(operator, name, value)));
            let condition = Condition { operator, operator_text: name.clone(), key, values: values.into() };
            self.together(&condition, entry.value);
            list.push(condition);
        }
    }

    /// Keys that differ in the case of letters alone. Of those that are equal in every letter the tree's reader has told.
    fn twins(&mut self, block: Node<'_, '_>) {
        if block.entries().nth(1).is_none() {
            return;
        }
        let mut seen: HashMap<String, Text<'_>> = HashMap::new();
        for key in block.entries().filter_map(|entry| entry.key.text()) {
            let Some(known) = key.known() else { continue };
            match seen.entry(known.to_ascii_lowercase()) {
                Entry::Vacant(entry) => drop(entry.insert(key)),
                Entry::Occupied(entry) if entry.get().known() == Some(known) => {}
                Entry::Occupied(entry) => {
                    self.faults.push(Fault::between(PolicyFault::DuplicateConditionKey, key.span(), entry.get().span()));
                }
            }
        }
    }

    /// The form of a condition key: `prefix:name`, and behind a slash the key of a tag.
    fn key(&mut self, key: &Text<'_>) {
        if self.has_variable(key) {
            return;
        }
        let Some(known) = key.known() else { return };
        let (own, tag) = known.split_once('/').map_or((known, None), |(own, tag)| (own, Some(tag)));
        let (prefix, name) = known.split_once(':').unwrap_or(("", ""));
        if prefix.is_empty() || name.is_empty() || prefix.contains(char::is_whitespace) || own.contains(char::is_whitespace) {
            self.fault(PolicyFault::MalformedConditionKey, key.span());
        } else if tag.is_none_or(str::is_empty) && TAG_KEYS.iter().any(|tags| tags.eq_ignore_ascii_case(own)) {
            self.fault(PolicyFault::MissingTagKey, key.span());
        }
    }

    /// Values that do not go together.
    fn together(&mut self, condition: &Condition<'_>, values: Node<'_, '_>) {
        let comparison = condition.operator.map(|operator| operator.comparison);
        let is_boolean = |operand: &&Operand<'_>| matches!(operand.value, Value::Bool(_));
        let mut booleans = condition.values.iter().filter(is_boolean);
        if matches!(comparison, Some(Comparison::Bool | Comparison::Null))
            && let (Some(first), Some(second)) = (booleans.next(), booleans.next())
        {
            let (first, second) = (first.pattern.text.span(), second.pattern.text.span());
            self.faults.push(Fault::between(PolicyFault::SeveralBooleans, second, first));
            return;
        }
        let kind_of = |node: &Node<'_, '_>| match node.kind() {
            Kind::String if !is_open(*node) => Some("text"),
            Kind::Number => Some("number"),
            Kind::Bool(_) => Some("Boolean"),
            _ => None,
        };
        let mut typed = values.items().filter_map(|node| Some((kind_of(&node)?, node.span())));
        if let Some((kind, first)) = typed.next()
            && let Some((_, other)) = typed.find(|(own, _)| *own != kind)
        {
            self.faults.push(Fault::between(PolicyFault::MixedTypes, other, first));
        }
    }

    fn operand<'s>(&mut self, operator: Option<Operator>, name: &Text<'_>, node: Node<'_, 's>) -> Option<Operand<'s>> {
        let Some(text) = node.text() else {
            if !is_open(node) {
                self.fault(PolicyFault::ConditionShape, node.mark());
            }
            return None;
        };
        let pattern = Pattern::new(text, self.variables);
        let comparison = operator.map(|operator| operator.comparison);
        let value = Value::read(comparison, &pattern);
        let never = value == Value::Unreadable || comparison == Some(Comparison::Arn) && is_no_arn(&pattern);
        if let Some(comparison) = comparison.filter(|_| never) {
            self.fault(PolicyFault::UnreadableValue(comparison.example()), node.span());
        } else {
            self.variables_of(&pattern);
            if matches!((comparison, pattern.plain()), (Some(Comparison::Date(_)), Some(text)) if is_epoch(text)) {
                self.fault(PolicyFault::EpochDate, node.span());
            }
        }
        if let Some(comparison) = comparison {
            self.variable_for(comparison, name, &pattern);
        }
        Some(Operand { pattern, value })
    }

    /// Whether a value is a map; if not, that is a fault unless it may still become one.
    fn has_shape(&mut self, node: Node<'_, '_>) -> bool {
        if node.kind() != Kind::Map && !is_open(node) {
            self.fault(PolicyFault::ConditionShape, node.mark());
        }
        node.kind() == Kind::Map
    }
}

/// Condition keys behind which the key of a tag must stand.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
pub const TAG_KEYS: [&str; 7] = [
    "aws:ResourceTag",
    "aws:RequestTag",
    "aws:PrincipalTag",
    "ec2:ResourceTag",
    "iam:ResourceTag",
    "s3:ExistingObjectTag",
    "s3:RequestObjectTag",
];

/// Seconds since 1970; four digits are a year.
fn is_epoch(text: &str) -> bool {
    text.len() != 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Text that no ARN can equal.
fn is_no_arn(pattern: &Pattern<'_>) -> bool {
    let beginning = pattern.plain().and_then(|text| text.split(['*', '?']).next());
    beginning.is_some_and(|text| !text.starts_with("arn:") && !"arn:".starts_with(text))
}
