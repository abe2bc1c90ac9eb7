//! Strings as pieces: what is known, and holes that are known only later.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::origin::Inner;
use super::{Kind, Raw, Tree, Writing, Written, directive, hole, json};
use crate::source::{SourceId, Span};

/// A string as pieces of text and holes, each with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<'s>(Form<'s>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Form<'s> {
    /// Bytes of the source that mean themselves, without a `${`, and not empty: nearly every string.
    Plain {
        value: &'s str,
        source: SourceId,
        start: u32,
    },
    Apart(Apart<'s>),
}

/// What does not stand in the source as it is, or has parts.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Apart<'s> {
    Part(Part<'s>),
    Other(Box<Other<'s>>),
}

/// A part of a text that was decoded from a string: without a `${` or a hole, and not empty.
#[derive(Clone, Debug)]
struct Part<'s> {
    inner: Arc<Inner<'s>>,
    start: u32,
    end: u32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Other<'s> {
    span: Span,
    /// Whether a `${` stands in it.
    reference: bool,
    /// At least one.
    pieces: Box<[Piece<'s>]>,
}

/// One part of a [`Text`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece<'s> {
    /// Text that is known.
    Literal(Literal<'s>),
    /// Text that is known only later.
    Hole(Hole<'s>),
}

/// A known stretch of text: its value, and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Literal<'s> {
    /// The value, escapes undone.
    pub value: Cow<'s, str>,
    /// Where it stands.
    pub span: Span,
    /// Where each byte of the value stands, and its end; `None` where value and source are the same bytes.
    offsets: Option<Box<[u32]>>,
}

/// A stretch of text that is known only later: `${name}`, `<PLACEHOLDER>`, `{{ name }}`, `%s`, `YOUR_NAME`, `$NAME`, `<%= name %>`,
/// `__NAME__` and the like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hole<'s> {
    /// As written, with its brackets.
    pub written: Cow<'s, str>,
    /// Where it stands.
    pub span: Span,
}

impl<'s> Text<'s> {
    /// A text that stands nowhere; `span` is the place that it was made from.
    pub fn made(value: impl Into<Cow<'s, str>>, span: Span) -> Self {
        let value = value.into();
        let reference = value.contains("${");
        let literal = Literal { value, span, offsets: None };
        Self(Form::Apart(Apart::Other(Box::new(Other { span, reference, pieces: [Piece::Literal(literal)].into() }))))
    }

    /// The place of the whole.
    pub fn span(&self) -> Span {
        match &self.0 {
            Form::Plain { value, source, start } => Span::new(*source, *start, *start + value.len() as u32),
            Form::Apart(Apart::Part(part)) => part.span(),
            Form::Apart(Apart::Other(other)) => other.span,
        }
    }

    /// The place of a byte range of the value; that of the whole, where it has a hole.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        match &self.0 {
            Form::Plain { value, .. } => Literal::plain(value, self.span()).span_of(range),
            Form::Apart(Apart::Part(part)) => match part.span_of(range.clone()) {
                span if span.is_empty() && !range.is_empty() => part.literal().around(range),
                span => span,
            },
            Form::Apart(Apart::Other(other)) => match &*other.pieces {
                [Piece::Literal(literal)] => match literal.span_of(range.clone()) {
                    span if span.is_empty() && !range.is_empty() => literal.around(range),
                    span => span,
                },
                _ => other.span,
            },
        }
    }

    /// Its pieces in order; one empty literal for the empty string.
    pub fn pieces(&self) -> Cow<'_, [Piece<'s>]> {
        match &self.0 {
            Form::Plain { value, .. } => Cow::Owned(vec![Piece::Literal(Literal::plain(value, self.span()))]),
            Form::Apart(Apart::Part(part)) => Cow::Owned(vec![Piece::Literal(part.literal())]),
            Form::Apart(Apart::Other(other)) => Cow::Borrowed(&other.pieces),
        }
    }

    /// The value, where it has no hole.
    #[inline]
    pub fn known(&self) -> Option<&str> {
        match &self.0 {
            Form::Plain { value, .. } => Some(value),
            Form::Apart(Apart::Part(part)) => Some(part.value()),
            Form::Apart(Apart::Other(other)) => match &*other.pieces {
                [Piece::Literal(literal)] => Some(&literal.value),
                _ => None,
            },
        }
    }

    /// Its pieces in order, unless it is one literal without a `${` that is not kept apart from the text around it.
    pub fn pieces_apart(&self) -> Option<&[Piece<'s>]> {
        match &self.0 {
            Form::Plain { .. } | Form::Apart(Apart::Part(_)) => None,
            Form::Apart(Apart::Other(other)) => Some(&other.pieces),
        }
    }

    /// Its holes in order.
    pub fn holes(&self) -> impl Iterator<Item = &Hole<'s>> {
        self.pieces_apart().unwrap_or(&[]).iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Literal(_) => None,
        })
    }

    /// Whether nothing of it is known.
    pub fn is_hole(&self) -> bool {
        self.pieces_apart().is_some_and(|pieces| pieces.iter().all(|piece| matches!(piece, Piece::Hole(_))))
    }

    /// Whether a `${` stands in it: the beginning of a variable or of a hole.
    pub fn holds_reference(&self) -> bool {
        matches!(&self.0, Form::Apart(Apart::Other(other)) if other.reference)
    }

    /// The value to show to people: holes as written.
    pub fn shown(&self) -> Cow<'_, str> {
        let pieces = match &self.0 {
            Form::Plain { value, .. } => return Cow::Borrowed(value),
            Form::Apart(Apart::Part(part)) => return Cow::Borrowed(part.value()),
            Form::Apart(Apart::Other(other)) => &other.pieces,
        };
        let mut parts = pieces.iter().map(|piece| match piece {
            Piece::Literal(literal) => &*literal.value,
            Piece::Hole(hole) => &*hole.written,
        });
        match &**pieces {
            [_] => Cow::Borrowed(parts.next().unwrap_or("")),
            _ => parts.collect(),
        }
    }
}

impl<'s> Part<'s> {
    fn value(&self) -> &str {
        self.inner.slice(self.start, self.end)
    }

    fn span(&self) -> Span {
        self.inner.span(self.start, self.end)
    }

    fn span_of(&self, range: Range<usize>) -> Span {
        let (start, end) = on_bounds(self.value(), range);
        self.inner.span(self.start + start as u32, self.start + end as u32)
    }

    fn literal(&self) -> Literal<'s> {
        let offsets = (self.start..=self.end).map(|at| self.inner.place(at)).collect();
        Literal { value: Cow::Owned(self.value().to_owned()), span: self.span(), offsets: Some(offsets) }
    }
}

impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.span() == other.span() && self.value() == other.value()
    }
}

impl Eq for Part<'_> {}

impl<'s> Literal<'s> {
    /// A text that stands in its source as it is.
    pub(crate) fn plain(value: &'s str, span: Span) -> Self {
        Self { value: Cow::Borrowed(value), span, offsets: None }
    }

    /// The place of a byte range of the value. A range that parts a character or an escape takes in the whole.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let (start, end) = on_bounds(&self.value, range);
        Span::new(self.span.source, self.offset_of(start), self.offset_of(end))
    }

    /// The place of a part of what was put in as a whole: that of the whole, of which the first byte is at the start and all others are at
    /// the end.
    #[cold]
    fn around(&self, range: Range<usize>) -> Span {
        let place = self.offset_of(range.start);
        let before = (0..range.start).rev().map(|at| self.offset_of(at)).find(|&at| at != place);
        Span::new(self.span.source, before.filter(|&before| before < place).unwrap_or(place), place)
    }

    /// The byte range of the value that stands at a place; `None` where no part of it begins and ends there.
    pub fn range_of(&self, place: Span) -> Option<Range<usize>> {
        let from = |first: usize, wanted: u32| (first..=self.value.len()).find(|&at| self.offset_of(at) == wanted);
        let start = from(0, place.start)?;
        let end = from(start, place.end)?;
        (place.source == self.span.source && self.value.get(start..end).is_some()).then_some(start..end)
    }

    /// Where the byte `index` of the value stands in the source, or where the value ends.
    pub(super) fn offset_of(&self, index: usize) -> u32 {
        match &self.offsets {
            None => self.span.start + index as u32,
            Some(offsets) => offsets.get(index).copied().unwrap_or(self.span.end),
        }
    }

    /// The whole text of a source.
    pub fn whole(text: &'s str, source: SourceId) -> Self {
        Self::plain(text, Span::new(source, 0, text.len() as u32))
    }

    /// Another text that was made of this one: where each byte of it, and its end, stands in the value of this one.
    #[must_use]
    pub fn rewritten(&self, value: String, places: &[usize]) -> Self {
        let places: Vec<u32> = places.iter().map(|&at| self.offset_of(at)).collect();
        let (start, end) = (places.first().copied(), places.last().copied());
        let span = Span::new(self.span.source, start.unwrap_or(self.span.start), end.unwrap_or(self.span.end));
        Self::at(value, span, places)
    }

    /// Turns places in the value into places in the source.
    pub(super) fn place(&self, places: &mut [u32]) {
        match &self.offsets {
            None => places.iter_mut().for_each(|at| *at += self.span.start),
            Some(_) => places.iter_mut().for_each(|at| *at = self.offset_of(*at as usize)),
        }
    }

    /// A value of which each byte, and the end, stands at one of these places.
    pub(super) fn at(value: String, span: Span, places: Vec<u32>) -> Self {
        Self { value: Cow::Owned(value), span, offsets: Some(places.into()) }
    }

    /// A text that is put in for what stands at a place.
    pub fn put_in(value: impl Into<Cow<'s, str>>, span: Span) -> Self {
        let value = value.into();
        let offsets = (0..=value.len()).map(|at| if at == 0 { span.start } else { span.end }).collect();
        Self { value, span, offsets: Some(offsets) }
    }

    /// The part of the value in a range of bytes.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let span = self.span_of(range.clone());
        let offsets = self.offsets.as_ref().and_then(|offsets| offsets.get(range.start..=range.end));
        let value = match &self.value {
            Cow::Borrowed(value) => Cow::Borrowed(value.get(range).unwrap_or("")),
            Cow::Owned(value) => Cow::Owned(value.get(range).unwrap_or("").to_owned()),
        };
        Self { value, span, offsets: offsets.map(Box::from) }
    }
}

/// The range with both ends on character bounds.
///
/// INVARIANT: an escape is exactly one character of the value, so its bounds are those of the character.
fn on_bounds(value: &str, range: Range<usize>) -> (usize, usize) {
    let end = range.end.min(value.len());
    let start = range.start.min(end);
    let start = (0..=start).rev().find(|&at| value.is_char_boundary(at)).unwrap_or(0);
    let end = (end..value.len()).find(|&at| value.is_char_boundary(at)).unwrap_or(value.len());
    (start, end)
}

/// A node as pieces.
#[inline]
pub(super) fn of<'s>(tree: &Tree<'s>, raw: Raw) -> Text<'s> {
    if raw.kind != Kind::Hole && raw.start < raw.end {
        match &tree.text {
            Written::Source(text) if raw.writing == Writing::Plain => {
                let value = text.get(raw.start as usize..raw.end as usize).unwrap_or("");
                return Text(Form::Plain { value, source: tree.source, start: raw.start });
            }
            // of a tree that was put together, it is left to whoever asks whether a hole stands in a string
            Written::Inner(inner) if matches!(raw.writing, Writing::Plain | Writing::Known) || is_plain(tree, raw) => {
                let part = Part { inner: Arc::clone(inner), start: raw.start, end: raw.end };
                return Text(Form::Apart(Apart::Part(part)));
            }
            _ => {}
        }
    }
    Text(Form::Apart(Apart::Other(Box::new(apart(tree, raw)))))
}

/// Whether a string means itself, without a sign that a hole or a variable starts with.
fn is_plain(tree: &Tree<'_>, raw: Raw) -> bool {
    raw.writing == Writing::Special && !json::has_special(tree.slice(raw.start, raw.end))
}

#[cold]
#[inline(never)]
fn apart<'s>(tree: &Tree<'s>, raw: Raw) -> Other<'s> {
    let whole = literal(tree, raw);
    let span = if raw.start == raw.end { tree.outer(raw) } else { whole.span };
    let reference = whole.value.contains("${");
    let pieces = match raw.kind {
        Kind::Hole => [Piece::Hole(Hole { written: whole.value, span })].into(),
        Kind::String if !matches!(raw.writing, Writing::Plain | Writing::Known) => split(whole),
        _ => [Piece::Literal(whole)].into(),
    };
    Other { span, reference, pieces }
}

/// Whether a node is a hole, or a string that holds one.
#[inline]
pub(super) fn has_hole(tree: &Tree<'_>, raw: Raw) -> bool {
    match raw.writing {
        Writing::Plain | Writing::Known => raw.kind == Kind::Hole,
        Writing::Special => next_hole(tree.slice(raw.start, raw.end), 0).is_some(),
        Writing::Escaped => next_hole(&json::unescaped(tree.slice(raw.start, raw.end)), 0).is_some(),
    }
}

/// The whole of a node as one known text.
pub(super) fn literal<'s>(tree: &Tree<'s>, raw: Raw) -> Literal<'s> {
    let span = tree.span(raw.start, raw.end);
    let (start, end) = (raw.start as usize, raw.end as usize);
    let in_source = |at: u32| tree.span(raw.start + at, raw.start + at).start;
    if raw.writing == Writing::Escaped {
        let (value, offsets) = json::unescape(tree.slice(raw.start, raw.end));
        let offsets = beginning_at(span, offsets.iter().map(|&at| in_source(at)).collect());
        return Literal { value: Cow::Owned(value), span, offsets: Some(offsets) };
    }
    let (value, offsets) = match &tree.text {
        Written::Source(text) => (Cow::Borrowed(text.get(start..end).unwrap_or("")), None),
        Written::Inner(inner) => {
            let offsets = beginning_at(span, (raw.start..=raw.end).map(|at| inner.place(at)).collect());
            (Cow::Owned(inner.slice(raw.start, raw.end).to_owned()), Some(offsets))
        }
    };
    Literal { value, span, offsets }
}

/// The places of the bytes of a text that stands in this range. Of what was put in as a whole all of them may be those of its end; then the
/// first byte stands for the whole.
fn beginning_at(span: Span, mut offsets: Box<[u32]>) -> Box<[u32]> {
    if let [first, _, ..] = &mut *offsets {
        *first = span.start;
    }
    offsets
}

/// The length of the hole that `text` starts with, of the kinds whose brackets tell them apart also outside of a string.
pub(super) fn hole_end(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'$', b'{', ..] => Some(braces_end(text)?),
        [b'{', b'{', b'{', first, ..] if first.is_ascii_alphanumeric() || *first == b' ' => {
            let (name, _) = ahead(text).get(3..)?.split_once("}}}")?;
            (!name.contains(['"', '{', '\n'])).then_some(name.len() + 6)
        }
        [b'{', b'{', ..] => {
            let (name, _) = ahead(text).get(2..)?.split_once("}}")?;
            // Doubled brackets of a document are none.
            let named = !name.trim_start().starts_with(['"', '\'', '{', '[']) && !name.trim().is_empty();
            named.then_some(name.len() + 4)
        }
        [b'<', first, ..] if first.is_ascii_alphabetic() => {
            let name = text.get(1..)?;
            let length =
                name.bytes().take(LONGEST_NAME + 1).take_while(|&b| b.is_ascii_alphanumeric() || b" _-.".contains(&b)).count();
            (length <= LONGEST_NAME && name.as_bytes().get(length) == Some(&b'>')).then_some(length + 2)
        }
        [b'%', b's', ..] => Some(2),
        // `%da` is more likely percent-encoded.
        [b'%', b'd', next @ ..] if !next.first().is_some_and(u8::is_ascii_hexdigit) => Some(2),
        _ => hole::end(text),
    }
}

/// An expression of a template as a hole, which the text around it cannot be taken for: as it is written, unless it would pass for a
/// variable or is too long.
pub(crate) fn hole_text(written: &str) -> String {
    let written = written.trim();
    let is_hole = |text: &String| hole_end(text) == Some(text.len()) && !is_variable(text);
    let forms = [format!("${{{written}}}"), format!("${{({written})}}")];
    forms.into_iter().find(is_hole).unwrap_or_else(|| "${…}".to_owned())
}

/// How long the name in a `<PLACEHOLDER>` may be.
const LONGEST_NAME: usize = 64;

/// How far to look for the end of a hole, in bytes.
const LONGEST_HOLE: usize = 1024;

/// How deep the braces of a hole may nest.
const DEEPEST_HOLE: usize = 32;

fn split(whole: Literal<'_>) -> Box<[Piece<'_>]> {
    let text = whole.value.as_ref();
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Some(hole) = next_hole(text, done) {
        if done < hole.start {
            pieces.push(Piece::Literal(whole.part(done..hole.start)));
        }
        done = hole.end;
        let Literal { value, span, .. } = whole.part(hole);
        pieces.push(Piece::Hole(Hole { written: value, span }));
    }
    if done == 0 {
        return [Piece::Literal(whole)].into();
    }
    if done < text.len() {
        pieces.push(Piece::Literal(whole.part(done..text.len())));
    }
    pieces.into()
}

/// The first hole of a text that starts at `at` or behind.
fn next_hole(text: &str, mut at: usize) -> Option<Range<usize>> {
    loop {
        at += text.as_bytes().get(at..)?.iter().position(|byte| b"$<{%Y#@_[".contains(byte))?;
        let (length, is_hole) = special(text, at);
        if is_hole {
            return Some(at..at + length);
        }
        at += length;
    }
}

/// How long the thing at `at` is, and whether it is a hole.
fn special(text: &str, at: usize) -> (usize, bool) {
    let rest = text.get(at..).unwrap_or("");
    let inside_a_word = text.as_bytes().get(..at).and_then(<[u8]>::last).is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_');
    // what a condition or loop yields is known as little as it itself
    if let Some(length) = directive::part_end(rest).or_else(|| hole::in_brackets(rest)) {
        return (length, true);
    }
    if let Some(length) = hole_end(rest).filter(|_| !(inside_a_word && rest.starts_with('_'))) {
        return (length, !is_variable(rest.get(..length).unwrap_or("")));
    }
    if !inside_a_word && (rest.starts_with("YOUR_") || rest.starts_with("YOUR-")) {
        let in_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let length = rest.bytes().take_while(|&b| in_name(b)).count();
        return (length, length > "YOUR_".len());
    }
    (1, false)
}

/// What variables of the Serverless Framework start with; no condition key does.
const SETTINGS: [&str; 9] = ["aws:accountId", "aws:region", "cf:", "env:", "opt:", "param:", "self:", "sls:", "ssm:/"];

/// Whether `${…}` is a variable that IAM fills in, not a hole of a template.
fn is_variable(written: &str) -> bool {
    let Some(inner) = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return false };
    let name = inner.split(',').next().unwrap_or("").trim();
    // what CloudFormation knows of the stack, and the Serverless Framework of its settings
    if name.contains("::") || SETTINGS.iter().any(|start| name.starts_with(start)) {
        return false;
    }
    // An expression of a template can hold a colon too, but then in quotes or behind a call.
    matches!(name, "*" | "?" | "$") || (name.contains(':') && !name.contains(['(', '"', '{']))
}

/// The length of `${…}`, whose braces may nest.
fn braces_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in ahead(text).bytes().enumerate() {
        match byte {
            b'{' if depth == DEEPEST_HOLE => return None,
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at + 1),
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn ahead(text: &str) -> &str {
    let end = (0..=LONGEST_HOLE.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}
