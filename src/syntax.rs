//! The spanned tree that every reader of text produces: a flat arena in the order of the text, never a recursion.

mod builder;
mod decode;
mod directive;
mod fill;
pub mod hcl;
mod hole;
pub mod json;
mod mistake;
mod number;
mod origin;
mod text;
pub mod toml;
mod weave;
pub mod yaml;

use std::borrow::Cow;

use crate::finding::Fault;
use crate::source::{SourceId, Span};

pub use directive::{Directive, is_directive};
use origin::Written;

pub use mistake::{Block, Mistake};
pub(crate) use text::hole_text;
pub use text::{Hole, Literal, Piece, Text};
pub use weave::Weaver;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number,
    /// A string.
    String,
    /// A list.
    List,
    /// A map; its keys are strings, in the order of the text, equal keys kept.
    Map,
    /// A value known only later, standing where a value is expected: `${var.list}`.
    Hole,
    /// Something that is no value: a bare word, or nothing where a value is due. A fault tells.
    Wrong,
}

/// What can be wrong with the form of a text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SyntaxFault {
    /// Nothing but white space.
    Empty,
    /// Two members without a comma between; at the place where it is due.
    MissingComma,
    /// A comma before the closing bracket, or one too many.
    ExtraComma,
    /// A key without a colon behind it; at the place where it is due.
    MissingColon,
    /// A key or comma with nothing behind it; at the place where the value is due.
    MissingValue,
    /// Something other than a string where a key is due.
    KeyNotString,
    /// A string without its closing quote; it ends at the line end.
    UnclosedString,
    /// An unescaped control character in a string.
    ControlCharacter,
    /// A backslash with something behind it that is no escape.
    BadEscape,
    /// A string in single quotes. Of this, of typographic quotes and of comments only the first few are listed.
    SingleQuotes,
    /// A string in typographic quotes.
    SmartQuotes,
    /// A comment.
    Comment,
    /// A word without quotes where a value is due: `True`, `None`, `undefined`.
    BareWord,
    /// A number that JSON does not know: leading zero, leading plus, hexadecimal.
    BadNumber,
    /// A list or map that is not closed where the text ends, or goes on without it; related is the opening bracket, or the
    /// empty place where that is lost too. Several that end at one place follow each other, the innermost first.
    UnclosedBracket,
    /// The opening bracket of a list or map is lost: at the place where it is due; related is the first key or item.
    LostBracket,
    /// Closing brackets that close nothing, or one that stands for another; related is then the bracket to close.
    StrayBracket,
    /// Something behind the end of the document.
    SecondDocument,
    /// Something that belongs to nothing.
    StrayText,
    /// Nested deeper than [`MAX_DEPTH`]; what lies deeper is not read.
    TooDeep,
    /// A key that the same map already has; related is the first.
    DuplicateKey,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// The text is encoded as UTF-16.
    Utf16,
    /// What makes the text no TOML.
    NotToml(Mistake),
    /// What makes the text no YAML; what follows is not read.
    NotYaml(Mistake),
    /// What makes a text, or one block of it, no HCL; that block is not read.
    NotHcl(Mistake),
    /// What another block of the same module declares already; related is the name there.
    DuplicateBlock(Block),
    /// More faults follow that are not listed.
    TooMany,
}

/// How deep lists and maps may nest.
pub const MAX_DEPTH: usize = 256;

/// A document as a tree in which each key and each value has its place.
#[derive(Debug)]
pub struct Tree<'s> {
    text: Written<'s>,
    source: SourceId,
    nodes: Vec<Raw>,
    faults: Vec<Fault<SyntaxFault>>,
}

/// The room that a tree took, for the next.
#[derive(Default, Debug)]
pub struct Room {
    nodes: Vec<Raw>,
    /// Where the bytes of its text stand.
    places: Vec<u32>,
}

/// One node in pre-order. Children of a map alternate key and value.
#[derive(Clone, Copy, Debug)]
struct Raw {
    kind: Kind,
    writing: Writing,
    /// The lengths of the quotes before and behind a string, in bytes.
    quotes: [u8; 2],
    /// For a string: what lies between the quotes.
    start: u32,
    end: u32,
    /// Index of the node behind this one and all that is in it.
    next: u32,
}

/// How a string is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Writing {
    /// As it is, without a character that a hole or a variable starts with: nearly every string.
    Plain,
    /// As it is, with such a character.
    Special,
    /// Its text differs from what it means.
    Escaped,
    /// As it is, and what looks like a hole or a variable in it is text.
    Known,
}

/// One node of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t, 's> {
    tree: &'t Tree<'s>,
    index: u32,
}

/// A key of a map with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t, 's> {
    /// The key, a string (or what stands in its place).
    pub key: Node<'t, 's>,
    /// The value.
    pub value: Node<'t, 's>,
}

impl Room {
    /// Takes back the room that a tree took from here.
    pub fn take_back(&mut self, tree: Tree<'_>) {
        self.nodes = tree.nodes;
    }
}

impl<'s> Tree<'s> {
    /// The document; of kind [`Kind::Wrong`] where the text holds none.
    pub fn root(&self) -> Node<'_, 's> {
        Node { tree: self, index: 0 }
    }

    /// What is wrong with its form, in the order of the text.
    pub fn faults(&self) -> &[Fault<SyntaxFault>] {
        &self.faults
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all; a tree always has its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The tree of a text that is the value of `outer`, at the places where that stands.
    #[must_use]
    pub fn inside(self, outer: &Literal<'_>) -> Self {
        let at = |offset: u32| outer.offset_of(offset as usize);
        let place = |span: Span| Span::new(outer.span.source, at(span.start), at(span.end));
        let moved = |fault: Fault<SyntaxFault>| Fault { span: place(fault.span), related: fault.related.map(place), ..fault };
        let faults = self.faults.iter().copied().map(moved).collect();
        Self { text: self.text.moved(outer.span.source, at), source: outer.span.source, faults, ..self }
    }

    /// Its room, for another tree.
    pub fn into_room(self) -> Room {
        Room { nodes: self.nodes, places: Vec::new() }
    }

    fn raw(&self, index: u32) -> Raw {
        const NOTHING: Raw = Raw { kind: Kind::Wrong, writing: Writing::Plain, quotes: [0, 0], start: 0, end: 0, next: u32::MAX };
        self.nodes.get(index as usize).copied().unwrap_or(NOTHING)
    }

    /// The place in the source of a range of this text.
    fn span(&self, start: u32, end: u32) -> Span {
        match &self.text {
            Written::Source(_) => Span::new(self.source, start, end),
            Written::Inner(inner) => inner.span(start, end),
        }
    }

    /// The source in which a byte of this text stands.
    fn source_at(&self, offset: u32) -> SourceId {
        match &self.text {
            Written::Source(_) => self.source,
            Written::Inner(inner) => inner.source_at(offset),
        }
    }

    /// The place of a node with its quotes.
    fn outer(&self, raw: Raw) -> Span {
        let [before, behind] = raw.quotes.map(u32::from);
        self.span(raw.start - before, raw.end + behind)
    }

    fn slice(&self, start: u32, end: u32) -> &str {
        self.text.text().get(start as usize..end as usize).unwrap_or("")
    }
}

impl<'t, 's> Node<'t, 's> {
    /// What it is.
    pub fn kind(self) -> Kind {
        self.raw().kind
    }

    /// Its place: of a string what lies between the quotes, unless that is nothing.
    pub fn span(self) -> Span {
        let raw = self.raw();
        if raw.kind == Kind::String && raw.start == raw.end { self.outer() } else { self.tree.span(raw.start, raw.end) }
    }

    /// Its place with its quotes.
    pub fn outer(self) -> Span {
        self.tree.outer(self.raw())
    }

    /// The place to underline: of a list or map never the whole, but its opening bracket, or its first part where it has none.
    pub fn mark(self) -> Span {
        let raw = self.raw();
        match raw.kind {
            Kind::List | Kind::Map if self.tree.slice(raw.start, raw.end).starts_with(['[', '{']) => {
                self.tree.span(raw.start, raw.start + 1)
            }
            Kind::List | Kind::Map if raw.next > self.index + 1 => Node { tree: self.tree, index: self.index + 1 }.mark(),
            Kind::List | Kind::Map => self.tree.span(raw.start, raw.start),
            _ => self.span(),
        }
    }

    /// Its text as written, without quotes.
    pub fn written(self) -> &'t str {
        let raw = self.raw();
        self.tree.slice(raw.start, raw.end)
    }

    /// The value of a string, escapes undone.
    pub fn string(self) -> Option<Cow<'t, str>> {
        let raw = self.raw();
        let written = self.written();
        let escaped = raw.writing == Writing::Escaped;
        let value = || if escaped { Cow::Owned(json::unescaped(written)) } else { Cow::Borrowed(written) };
        (raw.kind == Kind::String).then(value)
    }

    /// Whether this is a string of exactly this value.
    pub fn is(self, value: &str) -> bool {
        let raw = self.raw();
        raw.kind == Kind::String
            && if raw.writing == Writing::Escaped {
                self.string().is_some_and(|own| own == value)
            } else {
                self.written() == value
            }
    }

    /// A string, number or boolean as pieces of text with their places.
    #[inline]
    pub fn text(self) -> Option<Text<'s>> {
        let raw = self.raw();
        match raw.kind {
            Kind::String | Kind::Number | Kind::Bool(_) | Kind::Hole => Some(text::of(self.tree, raw)),
            _ => None,
        }
    }

    /// Whether it is a hole, or a string that holds one.
    pub fn has_hole(self) -> bool {
        text::has_hole(self.tree, self.raw())
    }

    /// What it does, where it is no value but a directive of a template: `%{ if x }`. It stands in a list as an item, and in a map as a
    /// key whose value is an empty hole.
    pub fn directive(self) -> Option<Directive> {
        let written = self.written();
        let (length, what) = directive::at(written).filter(|_| self.kind() == Kind::Hole)?;
        (length == written.len()).then_some(what)
    }

    /// A string as one known text, also where parts of it look like holes: for a document that stands inside.
    pub fn literal(self) -> Option<Literal<'s>> {
        let raw = self.raw();
        (raw.kind == Kind::String).then(|| text::literal(self.tree, raw))
    }

    /// The items of a list; nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = Node<'t, 's>> + use<'t, 's> {
        let raw = self.raw();
        let (mut index, end) = if raw.kind == Kind::List { (self.index + 1, raw.next) } else { (0, 0) };
        std::iter::from_fn(move || {
            (index < end).then(|| {
                let node = Node { tree: self.tree, index };
                index = node.raw().next;
                node
            })
        })
    }

    /// The items of a list, or the value itself where it is none: IAM takes either in most places.
    pub fn items_or_self(self) -> impl Iterator<Item = Node<'t, 's>> + use<'t, 's> {
        let alone = (self.kind() != Kind::List).then_some(self);
        alone.into_iter().chain(self.items())
    }

    /// The entries of a map in the order of the text, equal keys kept; nothing for other kinds.
    pub fn entries(self) -> impl Iterator<Item = Entry<'t, 's>> + use<'t, 's> {
        let raw = self.raw();
        let (mut index, end) = if raw.kind == Kind::Map { (self.index + 1, raw.next) } else { (0, 0) };
        std::iter::from_fn(move || {
            (index < end).then(|| {
                let key = Node { tree: self.tree, index };
                let value = Node { tree: self.tree, index: key.raw().next };
                index = value.raw().next;
                Entry { key, value }
            })
        })
    }

    /// This node and all that is in it, in the order of the text: keys, values, items.
    pub fn within(self) -> impl Iterator<Item = Node<'t, 's>> + use<'t, 's> {
        let end = self.raw().next.min(self.tree.len() as u32);
        (self.index..end).map(move |index| Node { tree: self.tree, index })
    }

    /// The texts in it that hold a hole, also as keys.
    pub fn texts_with_holes(self) -> impl Iterator<Item = Text<'s>> + use<'t, 's> {
        let within = self.index as usize..self.tree.len().min(self.raw().next as usize);
        let nodes = self.tree.nodes.get(within).unwrap_or(&[]).iter();
        nodes.filter(|raw| text::has_hole(self.tree, **raw)).map(|&raw| text::of(self.tree, raw))
    }

    /// The value of the first entry with this key.
    pub fn get(self, key: &str) -> Option<Node<'t, 's>> {
        self.entries().find(|entry| entry.key.is(key)).map(|entry| entry.value)
    }

    /// Whether it is a list or map that starts with a bracket.
    fn has_bracket(self) -> bool {
        let raw = self.raw();
        matches!(raw.kind, Kind::List | Kind::Map) && self.tree.slice(raw.start, raw.end).starts_with(['[', '{'])
    }

    /// The tree it belongs to.
    pub fn tree(self) -> &'t Tree<'s> {
        self.tree
    }

    fn raw(self) -> Raw {
        self.tree.raw(self.index)
    }
}
