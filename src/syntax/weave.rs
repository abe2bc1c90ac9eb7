//! A tree that is put together from parts of others: what a template comes to, each part at the place where it is written.

use super::{Kind, Literal, MAX_DEPTH, Node, Raw, Tree, Writing, Written};
use crate::source::{SourceId, Span};

/// A tree in the making. In a map a key, which is a string, is followed by its value.
#[derive(Debug)]
pub struct Weaver {
    source: SourceId,
    /// From which byte of the text on what stands in which source, where that is another one than before.
    elsewhere: Vec<(u32, SourceId)>,
    text: String,
    origin: Vec<u32>,
    nodes: Vec<Raw>,
    open: Vec<usize>,
    /// How many lists and maps are open that are too deep.
    skipped: usize,
}

impl Weaver {
    /// Nothing yet; what stands nowhere else stands in `source`.
    pub fn new(source: SourceId) -> Self {
        Self {
            source,
            elsewhere: Vec::new(),
            text: String::new(),
            origin: Vec::new(),
            nodes: Vec::new(),
            open: Vec::new(),
            skipped: 0,
        }
    }

    /// The number of nodes so far.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was put in.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Opens a list or map as another one: with its bracket, where that has one.
    pub fn open_as(&mut self, node: Node<'_, '_>) {
        if node.has_bracket() {
            self.open(node.kind(), node.mark());
        } else {
            self.opened(node.kind(), "  ", node.mark());
        }
    }

    /// Opens a list or map that is marked by what stands at `mark`.
    pub fn open(&mut self, kind: Kind, mark: Span) {
        self.opened(kind, if kind == Kind::List { "[ " } else { "{ " }, mark);
    }

    fn opened(&mut self, kind: Kind, bracket: &str, mark: Span) {
        if self.skipped > 0 || self.open.len() == MAX_DEPTH {
            if self.skipped == 0 {
                self.leaf(Kind::Wrong, Writing::Plain, [0, 0], |weaver| weaver.put("", mark));
            }
            self.skipped += 1;
            return;
        }
        let start = self.text.len() as u32;
        self.put(bracket, mark);
        self.open.push(self.nodes.len());
        self.nodes.push(Raw { kind, writing: Writing::Plain, quotes: [0, 0], start, end: start, next: 0 });
    }

    /// Closes the innermost list or map, which ends where `place` does.
    pub fn close(&mut self, place: Span) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(index) = self.open.pop() else { return };
        let (end, next) = (self.text.len() as u32, self.nodes.len() as u32);
        self.put(" ", place.after());
        if let Some(node) = self.nodes.get_mut(index) {
            (node.end, node.next) = (end, next);
        }
    }

    /// A scalar as it is in another tree.
    pub fn copy(&mut self, node: Node<'_, '_>) {
        let raw = node.raw();
        let [before, behind] = raw.quotes.map(u32::from);
        let tree = node.tree();
        self.leaf(raw.kind, raw.writing, raw.quotes, |weaver| {
            for at in raw.start - before..raw.end + behind {
                weaver.origin.push(tree.span(at, at).start);
            }
            weaver.stands_in(tree.source_at(raw.start));
            weaver.text.push_str(tree.slice(raw.start - before, raw.end + behind));
            tree.span(raw.end + behind, raw.end + behind)
        });
    }

    /// A node as it is in another tree, with all that is in it.
    pub fn copy_all(&mut self, node: Node<'_, '_>) {
        let mut around: Vec<Node<'_, '_>> = Vec::new();
        for own in node.within() {
            while let Some(last) = around.pop_if(|last| last.raw().next <= own.index) {
                self.close(last.span());
            }
            if let Kind::List | Kind::Map = own.kind() {
                self.open_as(own);
                around.push(own);
            } else {
                self.copy(own);
            }
        }
        while let Some(last) = around.pop() {
            self.close(last.span());
        }
    }

    /// A string of several parts. Those that stand in another source than `place` does are put in there.
    pub fn string(&mut self, parts: &[Literal<'_>], place: Span) {
        self.scalar(Kind::String, parts, place);
    }

    /// A string of which all is known: what looks like a hole or a variable in it is text.
    pub fn known(&mut self, text: &Literal<'_>) {
        self.leaf(Kind::String, Writing::Known, [0, 0], |weaver| weaver.put_parts(std::slice::from_ref(text), text.span));
    }

    /// A value that is known only later; `written` is how it is shown.
    pub fn hole(&mut self, written: &str, place: Span) {
        self.scalar(Kind::Hole, &[Literal::put_in(written, place)], place);
    }

    /// A number, a truth value or nothing, which stands at a place as a whole.
    pub fn plain(&mut self, kind: Kind, written: &str, place: Span) {
        self.scalar(kind, &[Literal::put_in(written, place)], place);
    }

    fn scalar(&mut self, kind: Kind, parts: &[Literal<'_>], place: Span) {
        let writing = if kind == Kind::String { Writing::Special } else { Writing::Plain };
        self.leaf(kind, writing, [0, 0], |weaver| weaver.put_parts(parts, place));
    }

    fn put_parts(&mut self, parts: &[Literal<'_>], place: Span) -> Span {
        self.stands_in(place.source);
        for part in parts {
            if part.span.source == place.source {
                self.origin.extend((0..part.value.len()).map(|at| part.offset_of(at)));
            } else {
                self.origin.extend((0..part.value.len()).map(|at| if at == 0 { place.start } else { place.end }));
            }
            self.text.push_str(&part.value);
        }
        place.after()
    }

    /// A string that stands at a place as a whole.
    pub fn put_in(&mut self, value: &str, place: Span) {
        self.string(&[Literal::put_in(value, place)], place);
    }

    /// A leaf whose text `write` puts in; it gives the place behind.
    fn leaf(&mut self, kind: Kind, writing: Writing, quotes: [u8; 2], write: impl FnOnce(&mut Self) -> Span) {
        if self.skipped > 0 {
            return;
        }
        let start = self.text.len() as u32 + u32::from(quotes[0]);
        let behind = write(self);
        let end = self.text.len() as u32 - u32::from(quotes[1]);
        self.put(" ", behind);
        self.nodes.push(Raw { kind, writing, quotes, start, end, next: self.nodes.len() as u32 + 1 });
    }

    /// Text whose first byte stands at the start of a place, and all others at its end.
    fn put(&mut self, text: &str, place: Span) -> Span {
        self.stands_in(place.source);
        self.text.push_str(text);
        self.origin.extend((0..text.len()).map(|at| if at == 0 { place.start } else { place.end }));
        place.after()
    }

    /// What comes next stands in a source.
    fn stands_in(&mut self, source: SourceId) {
        let last = self.elsewhere.last().map_or(self.source, |own| own.1);
        if last != source {
            self.elsewhere.push((self.text.len() as u32, source));
        }
    }

    /// The tree.
    pub fn finish<'s>(mut self) -> Tree<'s> {
        self.skipped = 0;
        while let Some(&index) = self.open.last() {
            let at = self.nodes.get(index).and_then(|node| self.origin.get(node.start as usize)).copied().unwrap_or(0);
            self.close(Span::new(self.source, at, at));
        }
        if self.nodes.is_empty() {
            let nowhere = Span::new(self.source, 0, 0);
            self.leaf(Kind::Wrong, Writing::Plain, [0, 0], |weaver| weaver.put("", nowhere));
        }
        let Self { source, elsewhere, text, origin, nodes, .. } = self;
        Tree { text: Written::woven(source, elsewhere.into(), text, &origin), source, nodes, faults: Vec::new() }
    }
}
