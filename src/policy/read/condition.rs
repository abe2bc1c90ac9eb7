//! `Condition`: operator, key, values.

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
        Some(operator)
    }

    fn keys<'s>(&mut self, operator: Option<Operator>, name: &Text<'s>, block: Node<'_, 's>, list: &mut Vec<Condition<'s>>) {
        let mut seen: Vec<(String, Span)> = Vec::new();
        for entry in block.entries() {
            let Some(key) = entry.key.text() else { continue };
            if let Some(known) = key.known() {
                // of keys that are equal in every letter the tree's reader has told
                let twin = seen.iter().find(|(own, _)| own.eq_ignore_ascii_case(known));
                if let Some(&(_, first)) = twin.filter(|(own, _)| own != known) {
                    self.faults.push(Fault::between(PolicyFault::DuplicateConditionKey, key.span(), first));
                }
                seen.push((known.to_owned(), key.span()));
            }
            let values = entry.value.items_or_self().filter_map(|value| self.operand(operator, value)).collect();
            list.push(Condition { operator, operator_text: name.clone(), key, values });
        }
    }

    fn operand<'s>(&mut self, operator: Option<Operator>, node: Node<'_, 's>) -> Option<Operand<'s>> {
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

/// Text that no ARN can equal.
fn is_no_arn(pattern: &Pattern<'_>) -> bool {
    let beginning = pattern.plain().and_then(|text| text.split(['*', '?']).next());
    beginning.is_some_and(|text| !text.starts_with("arn:") && !"arn:".starts_with(text))
}
