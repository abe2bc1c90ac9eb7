//! Holes that are taken to stand for something: the tree of the text with that in their places.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Kind, Room, Tree, Writing, json, text};
use crate::source::SourceId;

impl Tree<'_> {
    /// The tree of the same text with values in the places of holes, by how each is written; `None` where no hole has one. A value stands
    /// where its hole does: whatever is told of it, is told of that place.
    ///
    /// In a string a value is text. Elsewhere it is JSON, or else a string. It is of use for a text that was JSON.
    pub fn filled(&self, value_of: &mut dyn FnMut(&str) -> Option<String>) -> Option<Tree<'static>> {
        let mut fillings: Vec<(usize, usize, String)> = Vec::new();
        for &raw in &self.nodes {
            if raw.kind == Kind::Hole {
                let value = value_of(self.slice(raw.start, raw.end));
                fillings.extend(value.map(|value| (raw.start as usize, raw.end as usize, as_json(value))));
            } else if raw.kind == Kind::String && raw.writing != Writing::Plain {
                for (written, place) in text::holes(self, raw) {
                    let value = value_of(&written);
                    fillings.extend(value.map(|value| (place.start, place.end, escaped(&value))));
                }
            }
        }
        if fillings.is_empty() {
            return None;
        }
        let mut filled = Filled { text: String::with_capacity(self.text.len()), places: Vec::with_capacity(self.text.len() + 1) };
        let mut done = 0;
        for (start, end, value) in fillings {
            filled.copy(&self.text, done, start);
            filled.put(&value, start, end);
            done = end;
        }
        filled.copy(&self.text, done, self.text.len());
        filled.places.push(self.text.len() as u32);
        if let Some(origin) = &self.origin {
            let end = origin.last().copied().unwrap_or(0);
            filled.places.iter_mut().for_each(|place| *place = origin.get(*place as usize).copied().unwrap_or(end));
        }
        Some(json::build(Room::default(), self.source, Cow::Owned(filled.text), Some(filled.places.into())))
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
