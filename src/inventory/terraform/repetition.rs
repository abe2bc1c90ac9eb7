//! `for` expressions, where what they go over is known, and texts with directives in them.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/for>
//! <https://developer.hashicorp.com/terraform/language/expressions/strings#directives>

use super::evaluate::{At, Branch, Evaluation, Goes, Part, Value, put_in, scalar};
use super::instance::Instance;
use crate::source::Span;
use crate::syntax::{Literal, Node, hole_text};

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

    /// The text that several parts are, one behind the other.
    pub(super) fn in_parts(&mut self, at: At, parts: &[Node<'t, 's>], place: Span) -> Value<'t, 's> {
        let mut all = Vec::new();
        for part in parts {
            match self.value(at, *part) {
                Value::Text(own, _) => all.extend(own),
                Value::Node(_, node) if let Some(text) = scalar(node) => all.push(Part::known(text)),
                value => self.append(&mut all, Some(value), part.span(), "${…}"),
            }
        }
        let length: usize = all.iter().map(|part| part.literal.value.len()).sum();
        if self.is_too_long(length) { Value::Text(vec![Part::hole("${…}", place)], place) } else { Value::Text(all, place) }
    }

    /// The text that a part of a template comes to which is repeated. Where it is not known how often, the part stands there once, between
    /// the directives.
    pub(super) fn rounds(&mut self, at: At, parts: &[Node<'t, 's>], place: Span) -> Option<Value<'t, 's>> {
        let [names, collection, body, opening, closing] = parts else { return None };
        let names: Vec<String> = names.items().map(|own| own.written().to_owned()).collect();
        let items = self.going(Goes::Anywhere, |own| {
            let collection = own.value(at, *collection);
            own.pairs(collection, place)
        });
        let mut all = Vec::new();
        let Some(items) = items else {
            let directive = |own: &Node<'t, 's>| Some(Part { literal: own.literal()?, is_hole: true });
            all.extend(directive(opening));
            all.extend(self.unknown_round(at, &names, *body, place)?);
            all.extend(directive(closing));
            return Some(Value::Text(all, place));
        };
        for (key, item) in items {
            let at = self.round(at, &names, key, item)?;
            let Value::Text(own, _) = self.in_parts(at, &[*body], place) else { return None };
            all.extend(own);
        }
        Some(Value::Text(all, place))
    }

    /// One round of which nothing is known: of what hangs on it, the first branch counts, without a word.
    fn unknown_round(&mut self, at: At, names: &[String], body: Node<'t, 's>, place: Span) -> Option<Vec<Part<'s>>> {
        let hole = |name: &str| Value::Text(vec![Part::hole(hole_text(name), place)], place);
        let [key, item] = [names.first(), names.last()].map(|name| hole(name.map_or("", |own| own)));
        let at = self.round(at, names, key, item)?;
        let before = (self.branch, self.met_open, self.undecided.len(), self.varied.clone());
        self.branch = Branch::Silent;
        let value = self.in_parts(at, &[body], place);
        (self.branch, self.met_open, self.varied) = (before.0, before.1, before.3);
        self.undecided.truncate(before.2);
        let Value::Text(parts, _) = value else { return None };
        Some(parts)
    }

    /// Where one round of a `for` stands; `None` where there are too many.
    fn round(&mut self, at: At, names: &[String], key: Value<'t, 's>, item: Value<'t, 's>) -> Option<At> {
        let values = if names.len() > 1 { vec![key, item] } else { vec![item] };
        self.among(at, names.iter().cloned().zip(values))
    }

    /// Where some names stand for values; `None` where there are too many.
    pub(super) fn among(&mut self, at: At, names: impl Iterator<Item = (String, Value<'t, 's>)>) -> Option<At> {
        if self.is_spent() {
            return None;
        }
        let mut outer = at.instance;
        for (name, value) in names {
            self.instances.push(Instance { name, key: String::new(), value, outer, is_whole: true });
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
