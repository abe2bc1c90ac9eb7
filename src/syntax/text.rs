//! Strings as pieces: what is known, and holes that are known only later.

use std::borrow::Cow;
use std::ops::Range;

use super::{Kind, Raw, Tree, json};
use crate::source::Span;

pub(super) const QUOTES: [char; 6] = ['"', '\'', '\u{201C}', '\u{201D}', '\u{2018}', '\u{2019}'];

/// A string as pieces of text and holes, each with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<'s> {
    span: Span,
    pieces: Pieces<'s>,
}

/// Nearly every string is one literal; it costs no allocation.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Pieces<'s> {
    One(Piece<'s>),
    Many(Box<[Piece<'s>]>),
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

/// A stretch of text that is known only later: `${name}`, `<PLACEHOLDER>`, `{{ name }}`, `%s`, `YOUR_NAME`.
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
        Self { span, pieces: Pieces::One(Piece::Literal(Literal { value: value.into(), span, offsets: None })) }
    }

    /// The place of the whole.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Its pieces in order; one empty literal for the empty string.
    pub fn pieces(&self) -> &[Piece<'s>] {
        match &self.pieces {
            Pieces::One(piece) => std::slice::from_ref(piece),
            Pieces::Many(pieces) => pieces,
        }
    }

    /// The value, where it has no hole.
    pub fn known(&self) -> Option<&str> {
        match &self.pieces {
            Pieces::One(Piece::Literal(literal)) => Some(&literal.value),
            _ => None,
        }
    }

    /// The first hole.
    pub fn hole(&self) -> Option<&Hole<'s>> {
        self.pieces().iter().find_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Literal(_) => None,
        })
    }

    /// The value to show to people: holes as written.
    pub fn shown(&self) -> Cow<'_, str> {
        match &self.pieces {
            Pieces::One(Piece::Literal(literal)) => Cow::Borrowed(&literal.value),
            Pieces::One(Piece::Hole(hole)) => Cow::Borrowed(&hole.written),
            Pieces::Many(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(literal) => literal.value.as_ref(),
                    Piece::Hole(hole) => hole.written.as_ref(),
                })
                .collect(),
        }
    }
}

impl Literal<'_> {
    /// The place of a byte range of the value. A range that parts an escape takes in the whole escape.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let at = |index: usize| match &self.offsets {
            None => self.span.start + index as u32,
            Some(offsets) => offsets.get(index).copied().unwrap_or(self.span.end),
        };
        Span::new(self.span.source, at(range.start), at(range.end))
    }
}

pub(super) fn of<'s>(tree: &Tree<'s>, raw: Raw) -> Text<'s> {
    todo!()
}
