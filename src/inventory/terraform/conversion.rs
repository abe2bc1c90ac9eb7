//! What the type of a variable makes of a value: what an object lacks is `null`, or what its type tells.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints#optional-object-type-attributes>

use super::evaluate::{At, Evaluation, Part, Value, is_null, is_unknown, null, place_of};
use crate::syntax::{Kind, Node};

/// How many types may stand in each other.
const DEEPEST: usize = 16;

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// A value of a variable as a type has it.
    pub(super) fn converted(&mut self, value: Value<'t, 's>, kind: Node<'t, 's>) -> Value<'t, 's> {
        let is_optional = |own: Node<'_, '_>| own.kind() == Kind::String && own.is("optional()");
        if kind.within().any(is_optional) { self.completed(value, kind, 0) } else { value }
    }

    fn completed(&mut self, value: Value<'t, 's>, kind: Node<'t, 's>, depth: usize) -> Value<'t, 's> {
        let Some(call) = kind.entries().next().filter(|_| depth < DEEPEST && !is_null(&value) && !is_unknown(&value)) else {
            return value;
        };
        let Some(inner) = call.value.items().next() else { return value };
        let place = place_of(&value);
        match call.key.written() {
            "list()" | "set()" => match self.list(value.clone()) {
                Some(items) => Value::List(items.into_iter().map(|own| self.completed(own, inner, depth + 1)).collect(), place),
                None => value,
            },
            "map()" => match self.entries(value.clone()) {
                Some(entries) => {
                    let entries = entries.into_iter().map(|(key, own)| (key, self.completed(own, inner, depth + 1)));
                    Value::Map(entries.collect(), place)
                }
                None => value,
            },
            "object()" => match self.entries(value.clone()) {
                Some(entries) => {
                    let attributes = inner.entries().filter_map(|own| self.filled(&entries, own.key, own.value, depth));
                    Value::Map(attributes.collect(), place)
                }
                None => value,
            },
            _ => value,
        }
    }

    /// An attribute of an object with what is given for it, or else what its type tells.
    fn filled(
        &mut self,
        given: &[(Part<'s>, Value<'t, 's>)],
        name: Node<'t, 's>,
        kind: Node<'t, 's>,
        depth: usize,
    ) -> Option<(Part<'s>, Value<'t, 's>)> {
        let key = Part::known(name.literal()?);
        let own = given.iter().find(|own| own.0.literal.value == key.literal.value);
        let mut parts = kind.get("optional()").into_iter().flat_map(Node::items);
        let (is_optional, (inner, default)) = match parts.next() {
            Some(inner) => (true, (inner, parts.next())),
            None => (false, (kind, None)),
        };
        let value = match own {
            Some((_, value)) if !is_null(value) || default.is_none() => value.clone(),
            _ => match default {
                Some(default) => Value::Node(At { module: 0, instance: 0 }, default),
                None if is_optional => null(name.span()),
                None => return None,
            },
        };
        let key = own.map_or(key, |own| own.0.clone());
        Some((key, self.completed(value, inner, depth + 1)))
    }
}
