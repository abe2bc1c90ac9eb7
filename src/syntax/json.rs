//! JSON, also where it is not quite JSON: a tree and a list of faults, never a failure.
//!
//! The reader walks the text once, or twice where brackets do not match. What well-formed text needs is in this file; what is done about everything else is in
//! `recover`, out of the way of the fast path.
//!
//! A text without faults is JSON (RFC 8259), but for four liberties:
//!
//! - a leading byte order mark is passed over,
//! - numbers may lie beyond a double,
//! - a hole may stand where a value or a key is due, and a directive of a template where a member is due; a hole in a string may hold
//!   strings of its own,
//! - a text of which all brackets are doubled is one without, as it stands in a format string.
//!
//! Two things that JSON allows are faults here:
//!
//! - equal keys in one map,
//! - nesting deeper than [`MAX_DEPTH`].
//!
//! The tests hold the reader to this list: whatever the text, it agrees with `serde_json` on all else.

mod doubled;
mod faults;
mod keys;
mod recover;
mod scan;
mod string;

use std::borrow::Cow;

use super::{Kind, Literal, MAX_DEPTH, Raw, Room, SyntaxFault, Tree, Writing, Written};
use crate::source::SourceId;
use faults::Faults;

pub(super) use scan::has_special;
pub(super) use string::{unescape, unescaped};

/// Reads a text of which `source` is the number.
pub fn read(source: SourceId, text: &str) -> Tree<'_> {
    read_in(Room::default(), source, text)
}

/// As [`read`], in the room of a tree that is no longer needed.
pub fn read_in(room: Room, source: SourceId, text: &str) -> Tree<'_> {
    read_from(room, source, text, 0)
}

/// As [`read_in`], of the document that starts at a byte of the text or behind; what stands before is passed over.
pub fn read_from(room: Room, source: SourceId, text: &str, start: usize) -> Tree<'_> {
    match doubled::undoubled(text).filter(|_| start == 0) {
        Some((value, places)) => build(room, source, Written::inner(source, value, &places), 0),
        None => build(room, source, Written::Source(text), start),
    }
}

/// Reads a document that stands inside a string of another document; every span is one of the outer file.
/// `percent` says that the string is percent-encoded, as IAM's API returns policy documents.
pub fn read_inside<'s>(outer: &Literal<'s>, percent: bool) -> Tree<'s> {
    read_inside_in(&mut Room::default(), outer, percent)
}

/// As [`read_inside`], in the room of a tree that is no longer needed.
pub fn read_inside_in<'s>(room: &mut Room, outer: &Literal<'s>, percent: bool) -> Tree<'s> {
    let mut places = std::mem::take(&mut room.places);
    places.clear();
    let decoded = percent.then(|| string::percent_decoded(&outer.value, &mut places)).flatten();
    let text = decoded.map_or_else(|| outer.value.clone(), Cow::Owned);
    if places.is_empty() {
        places.extend(0..=text.len() as u32);
    }
    outer.place(&mut places);
    let written = Written::inner(outer.span.source, text, &places);
    room.places = places;
    let nodes = std::mem::take(&mut room.nodes);
    build(Room { nodes, places: Vec::new() }, outer.span.source, written, 0)
}

/// A text in which escapes stand that are to be undone.
pub fn unescaped_again<'s>(outer: &Literal<'s>) -> Literal<'s> {
    let (value, places) = string::unescape(&outer.value);
    let mut places = places.into_vec();
    outer.place(&mut places);
    Literal::at(value, outer.span, places)
}

pub(super) fn build(room: Room, source: SourceId, written: Written<'_>, start: usize) -> Tree<'_> {
    let text = written.text();
    let (mut nodes, mut found) = Reader::new(room, text, start, false).read();
    if start == 0 && found.about_brackets() && !found.is_full() && text.len() <= SECOND_LOOK {
        // the columns may tell better where a bracket is lost; of two explanations the shorter one holds
        let (other, faults) = Reader::new(Room::default(), text, start, true).read();
        if faults.count() <= found.count() {
            (nodes, found) = (other, faults);
        }
    }
    let mut tree = Tree { text: written, source, nodes, faults: Vec::new() };
    tree.faults = found.into_faults(|start, end| tree.span(start as u32, end as u32));
    if let Written::Inner(_) = tree.text {
        // what is put in begins where it is put, so that of two places the later one may come first
        tree.faults.sort_by_key(|fault| fault.span.start);
    }
    tree
}

/// Texts longer than this, in bytes, are not read a second time; nor is what stands behind a document.
const SECOND_LOOK: usize = 1 << 20;

/// No node: what is open at the outermost level, what stands for no comma.
const NONE: u32 = u32::MAX;

/// What the text owes at the place where the reader stands.
#[derive(Clone, Copy)]
enum Due {
    Value,
    /// A key, or the end of the map where none came yet.
    Key,
    Colon,
    /// A comma or a closing bracket; at the outermost level the end.
    Separator,
    Nothing,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// INVARIANT: index 0 is the root, and in a map each key, always a leaf, is followed by its value.
    nodes: Vec<Raw>,
    /// The innermost open list or map.
    /// INVARIANT: while a list or map is open, its `next` is the index of the one around it (or `NONE`).
    open: u32,
    in_map: bool,
    depth: usize,
    /// The last comma, if nothing but trivia came after it and no fault has named it.
    comma: u32,
    told_too_deep: bool,
    /// For each part of a template that is open, the list or map in which it began.
    parts: Vec<u32>,
    /// Whether the columns in which keys and brackets stand are to tell what belongs together.
    by_layout: bool,
    faults: Faults,
}

impl<'t> Reader<'t> {
    fn new(room: Room, text: &'t str, start: usize, by_layout: bool) -> Self {
        let bytes = text.as_bytes();
        let at = if start == 0 && text.starts_with('\u{FEFF}') { 3 } else { start };
        let mut nodes = room.nodes;
        nodes.clear();
        nodes.reserve(8 + ((text.len() - start.min(text.len())) / 12).min(1 << 20));
        Self {
            text,
            bytes,
            at,
            nodes,
            open: NONE,
            in_map: false,
            depth: 0,
            comma: NONE,
            told_too_deep: false,
            parts: Vec::new(),
            by_layout,
            faults: Faults::default(),
        }
    }

    fn read(mut self) -> (Vec<Raw>, Faults) {
        let mut due = Due::Value;
        loop {
            due = match due {
                Due::Value => self.value(),
                Due::Key => self.key(),
                Due::Colon => self.colon(),
                Due::Separator => self.separator(),
                Due::Nothing => return (self.nodes, self.faults),
            };
        }
    }

    fn value(&mut self) -> Due {
        match self.peek() {
            b'"' => {
                self.string();
                Due::Separator
            }
            b'{' if !self.at_braces() => self.opening(Kind::Map),
            b'[' => self.opening(Kind::List),
            b't' => self.word(b"true", Kind::Bool(true)),
            b'f' => self.word(b"false", Kind::Bool(false)),
            b'n' => self.word(b"null", Kind::Null),
            b'-' | b'0'..=b'9' => match scan::number_end(self.bytes, self.at) {
                Some(end) => self.leaf(Kind::Number, end),
                None => self.odd_value(),
            },
            _ => self.odd_value(),
        }
    }

    fn key(&mut self) -> Due {
        if self.peek() != b'"' || self.by_layout {
            return self.odd_key();
        }
        self.string();
        self.colon()
    }

    fn colon(&mut self) -> Due {
        if self.peek() != b':' {
            return self.odd_colon();
        }
        self.at += 1;
        Due::Value
    }

    fn separator(&mut self) -> Due {
        match self.peek() {
            b',' if self.open != NONE => {
                self.comma = self.at as u32;
                self.at += 1;
                if self.in_map { Due::Key } else { Due::Value }
            }
            b'}' if self.in_map && !self.by_layout => self.closing(),
            b']' if !self.in_map && self.open != NONE && !self.by_layout => self.closing(),
            _ => self.odd_separator(),
        }
    }

    /// The next byte that is no white space; 0 at the end.
    fn peek(&mut self) -> u8 {
        let byte = self.byte();
        if byte > b' ' {
            return byte;
        }
        self.at = scan::space_end(self.bytes, self.at);
        self.byte()
    }

    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Whether the bracket at hand is rather the first half of one of a template.
    fn at_braces(&self) -> bool {
        matches!(self.bytes.get(self.at + 1), Some(b'{' | b'%' | b'#'))
    }

    fn string(&mut self) {
        let start = self.at + 1;
        let end = scan::ordinary_end(self.bytes, start);
        if self.bytes.get(end) == Some(&b'"') {
            self.push_as_it_is(Writing::Plain, start, end);
        } else {
            self.rarer_string(start, end);
        }
    }

    /// A string in which something rare stands at `at`.
    #[inline(never)]
    fn rarer_string(&mut self, start: usize, at: usize) {
        let (end, special) = scan::string_end(self.bytes, at);
        if self.bytes.get(end) != Some(&b'"') {
            return self.odd_string(start, end);
        }
        self.push_as_it_is(if special { Writing::Special } else { Writing::Plain }, start, end);
        let before = self.bytes.get(end - 1).copied().unwrap_or(0);
        if special && matches!(before, b'(' | b'[' | b'{' | b',' | b' ' | b'=' | b'?' | b':') {
            self.go_on_behind_hole(start, end);
        }
    }

    /// A string that means what stands between its quotes.
    #[inline]
    fn push_as_it_is(&mut self, writing: Writing, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Raw { kind: Kind::String, writing, quotes: [1, 1], start: start as u32, end: end as u32, next });
        self.at = end + 1;
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Due {
        let end = self.at + word.len();
        let whole = self.bytes.get(self.at..end) == Some(word) && !self.bytes.get(end).is_some_and(|&b| scan::in_word(b));
        if whole { self.leaf(kind, end) } else { self.odd_value() }
    }

    fn leaf(&mut self, kind: Kind, end: usize) -> Due {
        self.push(kind, self.at, end);
        self.at = end;
        Due::Separator
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Raw { kind, writing: Writing::Plain, quotes: [0, 0], start: start as u32, end: end as u32, next });
    }

    /// A string that is not as most are.
    fn push_string(&mut self, escaped: bool, quotes: [u8; 2], start: usize, end: usize) {
        let next = self.nodes.len() as u32 + 1;
        let writing = match escaped {
            true => Writing::Escaped,
            false if scan::has_special(self.text.get(start..end).unwrap_or("")) => Writing::Special,
            false => Writing::Plain,
        };
        self.nodes.push(Raw { kind: Kind::String, writing, quotes, start: start as u32, end: end as u32, next });
    }

    fn opening(&mut self, kind: Kind) -> Due {
        if self.depth == MAX_DEPTH {
            return self.too_deep();
        }
        self.enter(kind, self.at);
        self.at += 1;
        match self.peek() {
            b'}' if kind == Kind::Map => self.closing(),
            b']' if kind == Kind::List => self.closing(),
            _ if kind == Kind::Map => Due::Key,
            _ => Due::Value,
        }
    }

    /// Opens a list or map that starts at `start`.
    fn enter(&mut self, kind: Kind, start: usize) {
        let index = self.nodes.len() as u32;
        let (at, next) = (start as u32, self.open);
        self.nodes.push(Raw { kind, writing: Writing::Plain, quotes: [0, 0], start: at, end: at, next });
        self.open = index;
        self.in_map = kind == Kind::Map;
        self.depth += 1;
    }

    fn closing(&mut self) -> Due {
        self.at += 1;
        self.leave(self.at);
        Due::Separator
    }

    /// Closes the innermost list or map, which ends at `end`.
    fn leave(&mut self, end: usize) {
        if self.in_map {
            keys::compare(self.text, &self.nodes, self.open as usize, &mut self.faults);
        }
        let next = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(self.open as usize) {
            node.end = end as u32;
            self.open = std::mem::replace(&mut node.next, next);
        }
        self.in_map = self.nodes.get(self.open as usize).is_some_and(|node| node.kind == Kind::Map);
        self.depth -= 1;
    }
}
