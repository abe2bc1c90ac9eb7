//! Values as trees.

use super::evaluate::{At, DEEPEST, Evaluation, Goes, Part, Value, place_of};
use crate::source::Span;
use crate::syntax::{Entry, Kind, Literal, Node, Tree, Weaver, hole_text};

/// The arguments of resources that no right hangs on.
const OF_NO_MATTER: [&str; 8] =
    ["count", "depends_on", "description", "for_each", "force_detach_policies", "lifecycle", "provider", "timeouts"];

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// What a node comes to, as a tree of its own.
    pub(super) fn tree(&mut self, at: At, node: Node<'t, 's>) -> Tree<'s> {
        let value = self.value(at, node);
        self.tree_of(&value, node.span())
    }

    /// What the body of a resource comes to, without what no right hangs on.
    pub(super) fn body(&mut self, at: At, node: Node<'t, 's>) -> Tree<'s> {
        let mut weaver = Weaver::new(node.span().source);
        weaver.open_as(node);
        let is_of_matter = |own: &Entry<'_, '_>| !OF_NO_MATTER.iter().any(|name| own.key.is(name));
        self.put_entries(at, node.entries().filter(is_of_matter), &mut weaver);
        weaver.close(node.span());
        weaver.finish()
    }

    pub(super) fn tree_of(&mut self, value: &Value<'t, 's>, place: Span) -> Tree<'s> {
        let mut weaver = Weaver::new(place.source);
        self.put(value, &mut weaver);
        weaver.finish()
    }

    /// Puts a value into a tree.
    pub(super) fn put(&mut self, value: &Value<'t, 's>, weaver: &mut Weaver) {
        if self.depth >= DEEPEST {
            self.gave_up = true;
            return weaver.hole("${…}", place_of(value));
        }
        self.depth += 1;
        match value {
            Value::Node(at, node) => match node.kind() {
                Kind::Map => {
                    let goes = if node.get("Statement").is_some() { Goes::IntoPolicy } else { self.goes };
                    weaver.open_as(*node);
                    self.going(goes, |own| own.put_entries(*at, node.entries(), weaver));
                    weaver.close(node.span());
                }
                Kind::List => {
                    weaver.open_as(*node);
                    for item in node.items() {
                        let value = self.value(*at, item);
                        self.put(&value, weaver);
                    }
                    weaver.close(node.span());
                }
                _ => {
                    self.bytes += node.written().len() + 1;
                    weaver.copy(*node);
                }
            },
            Value::Text(parts, place) => put_text(parts, *place, weaver),
            Value::List(items, place) => {
                weaver.open(Kind::List, *place);
                for item in items {
                    self.put(item, weaver);
                }
                weaver.close(*place);
            }
            Value::Map(entries, place) => {
                weaver.open(Kind::Map, *place);
                for (key, value) in entries {
                    weaver.string(std::slice::from_ref(&key.literal), key.literal.span);
                    self.put(value, weaver);
                }
                weaver.close(*place);
            }
            Value::Json(inside) => self.going(Goes::IntoPolicy, |own| own.put(inside, weaver)),
            Value::Document(at, index) => self.going(Goes::IntoPolicy, |own| own.document(*at, *index, weaver)),
            Value::Plain(kind, text, place) => weaver.plain(*kind, text, *place),
            Value::Resource(at, index) => {
                let own = self.module(at.module).and_then(|own| own.resources.get(*index));
                let place = own.map_or_else(|| place_of(value), |own| own.place);
                weaver.hole(&hole_text(&self.address(*at, *index)), place);
            }
        }
        self.depth -= 1;
    }

    /// A value as JSON.
    pub(super) fn json(&mut self, value: &Value<'t, 's>) -> String {
        let mut weaver = Weaver::new(place_of(value).source);
        self.put(value, &mut weaver);
        let tree = weaver.finish();
        let mut text = String::new();
        write(tree.root(), &mut text);
        text
    }

    fn put_entries(&mut self, at: At, entries: impl Iterator<Item = Entry<'t, 's>>, weaver: &mut Weaver) {
        for entry in entries {
            if entry.key.is("dynamic") && entry.value.kind() == Kind::Map {
                self.put_dynamic(at, entry.value, weaver);
                continue;
            }
            match self.value(at, entry.key) {
                Value::Text(parts, place) => {
                    let literals: Vec<_> = parts.iter().map(|part| part.literal.clone()).collect();
                    weaver.string(&literals, place);
                }
                _ => weaver.copy(entry.key),
            }
            let value = self.value(at, entry.value);
            self.put(&value, weaver);
        }
    }

    fn put_dynamic(&mut self, at: At, dynamic: Node<'t, 's>, weaver: &mut Weaver) {
        for own in dynamic.entries() {
            let (blocks, is_open) = self.blocks_of(at, own.key, own.value);
            for (at, content) in blocks {
                weaver.copy(own.key);
                self.put(&Value::Node(at, content), weaver);
            }
            if is_open {
                weaver.string(&[Literal::put_in("${dynamic}", own.key.span())], own.key.span());
                weaver.hole("${dynamic}", own.key.span());
            }
        }
    }
}

pub(super) fn put_text(parts: &[Part<'_>], place: Span, weaver: &mut Weaver) {
    match parts {
        [hole] if hole.is_hole => weaver.hole(&hole.literal.value, place),
        parts => {
            let literals: Vec<_> = parts.iter().map(|part| part.literal.clone()).collect();
            weaver.string(&literals, place);
        }
    }
}

fn write(node: Node<'_, '_>, text: &mut String) {
    match node.kind() {
        Kind::Map => {
            text.push('{');
            for (index, entry) in node.entries().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write(entry.key, text);
                text.push(':');
                write(entry.value, text);
            }
            text.push('}');
        }
        Kind::List => {
            text.push('[');
            for (index, item) in node.items().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write(item, text);
            }
            text.push(']');
        }
        Kind::Null => text.push_str("null"),
        Kind::Number | Kind::Bool(_) => text.push_str(node.written()),
        Kind::String | Kind::Hole | Kind::Wrong => {
            text.push('"');
            for c in node.string().unwrap_or(node.written().into()).chars() {
                match c {
                    '"' | '\\' => text.extend(['\\', c]),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    c => text.push(c),
                }
            }
            text.push('"');
        }
    }
}
