//! `for` expressions, where what they go over is known.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/for>

use super::evaluate::{At, Evaluation, Part, Value, put_in};
use super::instance::Instance;
use crate::source::Span;
use crate::syntax::{Literal, Node};

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// What a `for` comes to, of which the parts are as the reader of HCL tells.
    pub(super) fn repetition(&mut self, at: At, sign: &str, parts: &[Node<'t, 's>], place: Span) -> Option<Value<'t, 's>> {
        let (names, parts) = parts.split_first()?;
        let (collection, parts) = parts.split_first()?;
        let names: Vec<String> = names.items().map(|own| own.written().to_owned()).collect();
        let collection = self.value(at, *collection);
        let items = self.pairs(collection, place)?;
        if sign == "[for]" {
            let (value, condition) = (*parts.first()?, parts.get(1));
            let mut all = Vec::new();
            for (key, item) in items {
                let at = self.round(at, &names, key, item)?;
                if self.is_kept(at, condition)? {
                    all.push(self.value(at, value));
                }
            }
            return Some(Value::List(all, place));
        }
        let (key_of, value, condition) = (*parts.first()?, *parts.get(1)?, parts.get(2));
        let mut all: Vec<(Part<'s>, Value<'t, 's>)> = Vec::new();
        for (key, item) in items {
            let at = self.round(at, &names, key, item)?;
            if !self.is_kept(at, condition)? {
                continue;
            }
            let key = match self.known_at(at, key_of) {
                Some(key) => Part::known(Literal::put_in(key, key_of.span())),
                None => Part::hole(self.written(key_of), key_of.span()),
            };
            let value = self.value(at, value);
            let same = all.iter_mut().find(|own| own.0.literal.value == key.literal.value && !key.is_hole);
            match (same, sign == "{for...}") {
                (Some((_, Value::List(list, _))), true) => list.push(value),
                (Some(own), _) => own.1 = value,
                (None, true) => all.push((key, Value::List(vec![value], place))),
                (None, false) => all.push((key, value)),
            }
        }
        Some(Value::Map(all, place))
    }

    /// Where one round of a `for` stands; `None` where there are too many.
    fn round(&mut self, at: At, names: &[String], key: Value<'t, 's>, item: Value<'t, 's>) -> Option<At> {
        if self.is_spent() {
            return None;
        }
        let values = if names.len() > 1 { vec![key, item] } else { vec![item] };
        let mut outer = at.instance;
        for (name, value) in names.iter().zip(values) {
            self.instances.push(Instance { name: name.clone(), key: String::new(), value, outer, is_whole: true });
            outer = self.instances.len() - 1;
        }
        Some(At { instance: outer, ..at })
    }

    fn is_kept(&mut self, at: At, condition: Option<&Node<'t, 's>>) -> Option<bool> {
        condition.map_or(Some(true), |own| self.truth(at, *own))
    }

    /// The keys or numbers of a collection with its items, where all of them are known.
    fn pairs(&mut self, value: Value<'t, 's>, place: Span) -> Option<Vec<(Value<'t, 's>, Value<'t, 's>)>> {
        let Some(mut entries) = self.entries(value.clone()) else {
            let items = self.exact(value)?.into_iter().enumerate();
            return Some(items.map(|(number, item)| (put_in(number.to_string(), place), item)).collect());
        };
        if entries.iter().any(|own| own.0.is_hole) {
            return None;
        }
        entries.sort_by(|one, other| one.0.literal.value.cmp(&other.0.literal.value));
        Some(entries.into_iter().map(|(key, value)| (Value::Text(vec![key], place), value)).collect())
    }
}
