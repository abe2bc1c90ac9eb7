//! Holes that are taken to stand for something: the tree of the text with that in their places.

use std::fmt::Write as _;

use super::origin::Written;
use super::{Kind, Literal, Node, Piece, Room, SyntaxFault, Tree, Weaver, Writing, json, text};
use crate::source::SourceId;

impl Tree<'_> {
    /// The tree of the same text with values in the places of holes, by how each is written; `None` where no hole has one. A value stands
    /// where its hole does: whatever is told of it, is told of that place.
    ///
    /// In a string a value is text. Elsewhere it is JSON, or else a string; in a text that is no JSON itself always a string.
    pub fn filled(&self, value_of: &mut dyn FnMut(&str) -> Option<String>) -> Option<Tree<'static>> {
        self.filled_from(0, value_of)
    }

    /// As [`Tree::filled`], of a document that was read from a byte of the text on.
    pub fn filled_from(&self, start: usize, value_of: &mut dyn FnMut(&str) -> Option<String>) -> Option<Tree<'static>> {
        if let Written::Inner(_) = self.text {
            return self.woven(value_of);
        }
        let mut fillings: Vec<(usize, usize, String)> = Vec::new();
        for &raw in &self.nodes {
            if raw.kind == Kind::Hole {
                let value = value_of(self.slice(raw.start, raw.end));
                fillings.extend(value.map(|value| (raw.start as usize, raw.end as usize, as_json(value))));
            } else if raw.kind == Kind::String && raw.writing != Writing::Plain {
                for hole in text::of(self, raw).holes() {
                    let value = value_of(&hole.written);
                    fillings.extend(value.map(|value| (hole.span.start as usize, hole.span.end as usize, escaped(&value))));
                }
            }
        }
        if fillings.is_empty() {
            return None;
        }
        let text = self.text.text();
        // what stands behind a document is not read with it
        let behind = self.faults.iter().find(|fault| fault.kind == SyntaxFault::SecondDocument);
        let until = behind.map_or(text.len(), |fault| fault.span.end as usize);
        let mut filled = Filled { text: String::with_capacity(until - start), places: Vec::with_capacity(until - start + 1) };
        let mut done = start;
        for (start, end, value) in fillings {
            filled.copy(text, done, start);
            filled.put(&value, start, end);
            done = end;
        }
        filled.copy(text, done, until);
        filled.places.push(until as u32);
        Some(json::build(Room::default(), self.source, Written::inner(self.source, filled.text, &filled.places), 0))
    }
}

impl Tree<'_> {
    /// As [`Tree::filled`], node by node.
    fn woven(&self, value_of: &mut dyn FnMut(&str) -> Option<String>) -> Option<Tree<'static>> {
        let mut is_filled = false;
        let mut fill = |node: Node<'_, '_>, weaver: &mut Weaver| {
            if !node.has_hole() {
                return weaver.copy(node);
            }
            let text = text::of(self, node.raw());
            let mut values = text.holes().map(|hole| value_of(&hole.written)).collect::<Vec<_>>().into_iter();
            if values.as_slice().iter().all(Option::is_none) {
                return weaver.copy(node);
            }
            is_filled = true;
            let pieces = text.pieces();
            let parts = pieces.iter().map(|piece| match piece {
                Piece::Literal(literal) => literal.clone(),
                Piece::Hole(hole) => match values.next().flatten() {
                    Some(value) => Literal::put_in(value, hole.span),
                    None => Literal::put_in(hole.written.clone(), hole.span),
                },
            });
            weaver.string(&parts.collect::<Vec<_>>(), text.span());
        };
        let mut weaver = Weaver::new(self.source);
        let mut around: Vec<Node<'_, '_>> = Vec::new();
        for node in self.root().within() {
            while let Some(last) = around.pop_if(|last| last.raw().next <= node.index) {
                weaver.close(last.span());
            }
            if let Kind::List | Kind::Map = node.kind() {
                weaver.open_as(node);
                around.push(node);
            } else {
                fill(node, &mut weaver);
            }
        }
        while let Some(last) = around.pop() {
            weaver.close(last.span());
        }
        is_filled.then(|| Tree { faults: self.faults.clone(), ..weaver.finish() })
    }
}

/// A text in the making, with the place of each of its bytes in the one that it is made of.
struct Filled {
    text: String,
    places: Vec<u32>,
}

impl Filled {
    fn copy(&mut self, text: &str, start: usize, end: usize) {
        let part = text.get(start..end).unwrap_or("");
        self.text.push_str(part);
        self.places.extend((start..start + part.len()).map(|at| at as u32));
    }

    fn put(&mut self, value: &str, start: usize, end: usize) {
        self.text.push_str(value);
        let place = |index: usize| if index == 0 { start as u32 } else { end as u32 };
        self.places.extend((0..value.len()).map(place));
    }
}

/// A value as JSON: as it is where it is some, else as a string.
fn as_json(value: String) -> String {
    let tree = json::read(SourceId::NONE, &value);
    let is_value =
        matches!(tree.root().kind(), Kind::Bool(_) | Kind::Number | Kind::List | Kind::Map) && tree.faults().is_empty();
    if is_value { value } else { format!("\"{}\"", escaped(&value)) }
}

/// A value as it stands in a string.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            // a string takes any write
            c if c.is_control() => drop(write!(text, "\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text
}
