//! A tree that is put together value by value, for the forms whose scalars mean something else than they look like.
//!
//! The text of the tree is made of the values alone, one behind the other, and its `origin` tells where each byte stands in the
//! source. So a folded line, an escape or a table that is written in several places needs nothing else of the tree.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::decode::Decoded;
use super::origin::Written;
use super::{Kind, MAX_DEPTH, Raw, SyntaxFault, Tree, Writing};
use crate::finding::Fault;
use crate::source::{SourceId, Span};

/// How many faults of one text are listed.
const MOST_FAULTS: usize = 20;

pub(super) struct Builder<'t> {
    source: SourceId,
    /// The text that is read.
    written: &'t str,
    text: String,
    origin: Vec<u32>,
    /// INVARIANT: index 0 is the root, and in a map each key, always a leaf, is followed by its value.
    nodes: Vec<Raw>,
    open: Vec<Open>,
    told_too_deep: bool,
    faults: Vec<Fault<SyntaxFault>>,
}

/// A list or map that is not closed yet.
struct Open {
    index: usize,
    /// Where that ends in the source which was last put in.
    end: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: SourceId, written: &'t str) -> Self {
        Self {
            source,
            written,
            text: String::with_capacity(written.len()),
            origin: Vec::with_capacity(written.len()),
            nodes: Vec::new(),
            open: Vec::new(),
            told_too_deep: false,
            faults: Vec::new(),
        }
    }

    /// The number of nodes so far, which is the index of the next.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many lists and maps are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Where that ends in the source which was last put into the innermost list or map.
    pub(super) fn end(&self) -> usize {
        self.open.last().map_or(0, |open| open.end)
    }

    /// Puts in a scalar that stands in `place`, with its quotes if it has any.
    pub(super) fn leaf(&mut self, kind: Kind, decoded: &Decoded, quoted: bool, place: Range<usize>) {
        let quote = u8::from(quoted);
        if quoted {
            self.put("\"", place.start);
        }
        let start = self.text.len();
        self.text.push_str(&decoded.value);
        let (offsets, end) = decoded.places();
        self.origin.extend_from_slice(offsets);
        // whether a hole stands in it is left to whoever asks
        let writing = if kind == Kind::String { Writing::Special } else { Writing::Plain };
        let node = Raw { kind, writing, quotes: [quote, quote], start: start as u32, end: self.text.len() as u32, next: 0 };
        if quoted {
            self.put("\"", end);
        }
        self.put(" ", if quoted { place.end } else { end });
        self.nodes.push(Raw { next: self.nodes.len() as u32 + 1, ..node });
        self.reach(place.end);
    }

    /// Puts in what stands for a value, where there is none.
    pub(super) fn wrong(&mut self, place: Range<usize>) {
        let written = self.written.get(place.clone()).unwrap_or("");
        self.leaf(Kind::Wrong, &Decoded::plain(written, place.start), false, place);
    }

    /// Opens a list or map, which starts with the bracket at `bracket`, or where that is empty has none. Where that would be too
    /// deep, something wrong is put in, and nothing is opened.
    pub(super) fn open(&mut self, kind: Kind, bracket: Range<usize>) -> bool {
        if self.open.len() == MAX_DEPTH {
            self.too_deep(bracket.clone());
            self.wrong(bracket);
            return false;
        }
        let start = self.text.len() as u32;
        let opening = match kind {
            _ if bracket.is_empty() => " ",
            Kind::List => "[ ",
            _ => "{ ",
        };
        self.put(opening, bracket.start);
        if let Some(last) = self.origin.last_mut().filter(|_| !bracket.is_empty()) {
            *last = bracket.end as u32;
        }
        self.open.push(Open { index: self.nodes.len(), end: bracket.end });
        self.nodes.push(Raw { kind, writing: Writing::Plain, quotes: [0, 0], start, end: start, next: 0 });
        true
    }

    /// Closes the innermost list or map, which ends at `end`, or where its last part does.
    pub(super) fn close(&mut self, end: usize) {
        let index = self.open.last().map(|open| open.index);
        self.close_block(end);
        if let Some(index) = index.filter(|&index| self.nodes.get(index).is_some_and(|node| node.kind == Kind::Map)) {
            self.compare_keys(index);
        }
    }

    /// Closes the innermost map, in which a key may stand several times.
    pub(super) fn close_block(&mut self, end: usize) {
        let Some(open) = self.open.pop() else { return };
        let (end, next) = (end.max(open.end), self.nodes.len() as u32);
        let here = self.text.len() as u32;
        self.put(" ", end);
        if let Some(node) = self.nodes.get_mut(open.index) {
            node.end = here;
            node.next = next;
        }
        self.reach(end);
    }

    /// Puts in once more what the nodes in `range` are, a value and all that is in it; their places stay those of the first time.
    pub(super) fn copy(&mut self, range: Range<usize>, place: Range<usize>) {
        let by = (self.nodes.len() - range.start) as u32;
        for index in range {
            if let Some(&node) = self.nodes.get(index) {
                self.nodes.push(Raw { next: node.next + by, ..node });
            }
        }
        self.reach(place.end);
    }

    /// Puts what `<<` names into the innermost map in its place; a key that the map has itself, or that was named before, stays what it is. Gives
    /// what was moved: where it was, and where it starts now.
    pub(super) fn merge(&mut self) -> Vec<(Range<usize>, usize)> {
        let Some(map) = self.open.last().map(|open| open.index) else { return Vec::new() };
        let end_of = |index: usize| self.nodes.get(index).map_or(usize::MAX, |node| node.next as usize);
        // the entries of a map, each from its key to the end of its value
        let entries = |first: usize, end: usize| {
            let mut at = first;
            std::iter::from_fn(move || {
                let key = at;
                at = end_of(key + 1);
                (key < end).then_some(key..at.min(end))
            })
        };
        let text = |key: usize| {
            let raw = self.nodes.get(key).filter(|raw| raw.kind == Kind::String)?;
            self.text.get(raw.start as usize..raw.end as usize)
        };
        let kind = |index: usize| self.nodes.get(index).map(|node| node.kind);
        let own: Vec<_> = entries(map + 1, self.nodes.len()).collect();
        let mut names: HashSet<&str> = own.iter().filter_map(|entry| text(entry.start)).collect();
        let mut kept = Vec::new();
        for entry in own {
            let value = entry.start + 1;
            let maps = match kind(value) {
                Some(Kind::Map) if text(entry.start) == Some("<<") => vec![value],
                Some(Kind::List) if text(entry.start) == Some("<<") => {
                    let mut at = value + 1;
                    let items = std::iter::from_fn(|| {
                        let item = at;
                        at = end_of(item);
                        (item < end_of(value)).then_some(item)
                    });
                    items.filter(|&item| kind(item) == Some(Kind::Map)).collect()
                }
                _ => {
                    kept.push(entry);
                    continue;
                }
            };
            let of_maps = maps.into_iter().flat_map(|map| entries(map + 1, end_of(map)));
            kept.extend(of_maps.filter(|merged| text(merged.start).is_none_or(|name| names.insert(name))));
        }
        let (mut nodes, mut moved) = (Vec::with_capacity(self.nodes.len() - map), Vec::with_capacity(kept.len()));
        for entry in kept {
            let start = map + 1 + nodes.len();
            let part = self.nodes.get(entry.clone()).unwrap_or(&[]);
            nodes.extend(part.iter().map(|&node| Raw { next: (node.next as usize - entry.start + start) as u32, ..node }));
            moved.push((entry, start));
        }
        self.nodes.truncate(map + 1);
        self.nodes.extend(nodes);
        moved
    }

    /// How deep the lists and maps in a range of nodes nest.
    pub(super) fn height(&self, range: Range<usize>) -> usize {
        let (mut around, mut height) = (Vec::new(), 0);
        for (index, node) in self.nodes.iter().enumerate().take(range.end).skip(range.start) {
            while around.last().is_some_and(|&next| next as usize <= index) {
                around.pop();
            }
            if let Kind::List | Kind::Map = node.kind {
                around.push(node.next);
                height = height.max(around.len());
            }
        }
        height
    }

    /// The node of a scalar as a key: whatever it is as a value, a key is a string.
    pub(super) fn copy_as_key(&mut self, index: usize, place: Range<usize>) {
        let leaf = self.nodes.get(index).copied().filter(|node| !matches!(node.kind, Kind::List | Kind::Map | Kind::Wrong));
        if let Some(node) = leaf {
            self.nodes.push(Raw { kind: Kind::String, next: self.nodes.len() as u32 + 1, ..node });
            self.reach(place.end);
        } else {
            self.fault(SyntaxFault::KeyNotString, place.clone());
            self.wrong(place);
        }
    }

    pub(super) fn fault(&mut self, kind: SyntaxFault, place: Range<usize>) {
        let fault = Fault::at(kind, self.span(place));
        self.faults.push(fault);
    }

    /// Notes a key that stands in `place` and before, where it may stand only once.
    pub(super) fn duplicate(&mut self, place: Range<usize>, first: Range<usize>) {
        let fault = Fault::between(SyntaxFault::DuplicateKey, self.span(place), self.span(first));
        self.faults.push(fault);
    }

    pub(super) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Notes, once, that something nests too deep.
    pub(super) fn too_deep(&mut self, place: Range<usize>) {
        if !std::mem::replace(&mut self.told_too_deep, true) {
            self.fault(SyntaxFault::TooDeep, place);
        }
    }

    /// The tree; what is still open ends where its last part does.
    pub(super) fn finish<'o>(mut self) -> Tree<'o> {
        while !self.open.is_empty() {
            self.close(0);
        }
        if self.nodes.is_empty() {
            self.wrong(0..0);
        }
        self.faults.sort_by_key(|fault| fault.span);
        if let Some(first) = self.faults.get(MOST_FAULTS) {
            let place = Span { end: first.span.start, ..first.span };
            self.faults.truncate(MOST_FAULTS);
            self.faults.push(Fault::at(SyntaxFault::TooMany, place));
        }
        let Self { source, text, origin, nodes, faults, .. } = self;
        Tree { text: Written::inner(source, text, &origin), source, nodes, faults }
    }

    fn put(&mut self, text: &str, at: usize) {
        self.text.push_str(text);
        self.origin.resize(self.text.len(), at as u32);
    }

    /// What is open reaches at least to `end`.
    fn reach(&mut self, end: usize) {
        if let Some(open) = self.open.last_mut() {
            open.end = open.end.max(end);
        }
    }

    fn span(&self, place: Range<usize>) -> Span {
        let on_bounds =
            |at: usize| (0..=at.min(self.written.len())).rev().find(|&at| self.written.is_char_boundary(at)).unwrap_or(0);
        Span::new(self.source, on_bounds(place.start) as u32, on_bounds(place.end) as u32)
    }

    /// Notes each key of a map that it already has.
    fn compare_keys(&mut self, map: usize) {
        let mut seen = HashMap::new();
        let mut at = map + 1;
        while let Some(key) = self.nodes.get(at) {
            let place = |raw: &Raw| Span::new(self.source, self.place(raw.start), self.place(raw.end));
            let text = self.text.get(key.start as usize..key.end as usize).unwrap_or("");
            if key.kind == Kind::String {
                let first = *seen.entry(text).or_insert(at);
                if let Some(first) = self.nodes.get(first).filter(|_| first != at) {
                    self.faults.push(Fault::between(SyntaxFault::DuplicateKey, place(key), place(first)));
                }
            }
            at = self.nodes.get(at + 1).map_or(usize::MAX, |value| value.next as usize);
        }
    }

    fn place(&self, offset: u32) -> u32 {
        self.origin.get(offset as usize).copied().unwrap_or(0)
    }
}
