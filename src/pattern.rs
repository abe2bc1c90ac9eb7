//! Strings of a policy in which wildcards and variables may stand, and how they match.
//!
//! `*` and `?` mean different things in a Resource, in an ARN operator and in a plain string; [`Mode`] is that switch, and
//! evaluator and prover use the one function [`matches()`].

mod classes;
mod find;
mod glob;
mod machine;
mod shape;
mod words;

use std::borrow::Cow;
use std::ops::Range;

use crate::source::Span;
use crate::syntax::{Literal, Piece, Text};
use words::is_wild;

pub use classes::classes;
pub use find::{Search, Tested, Wildcard, covers, find, instance};
pub use glob::{arn_is_short, matches};
pub use shape::{Field, Shape, Without};
pub use words::{alike, begins_like};

/// A string of a policy, taken apart into what it is compared by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern<'s> {
    /// As it stands in the policy.
    pub text: Text<'s>,
    /// `None` where the whole is one literal without a variable, as nearly all are.
    parts: Option<Box<Parts<'s>>>,
}

/// The parts of a pattern, apart from those many that have none.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Parts<'s>(Box<[Part<'s>]>);

/// One part of a [`Pattern`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part<'s> {
    /// Text in which `*` and `?` are wildcards where the place allows wildcards.
    Literal(Cow<'s, str>),
    /// `${*}`, `${?}` or `${$}`: that very character.
    Symbol(char),
    /// A policy variable: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`.
    Variable(Variable<'s>),
    /// A variable that is not written as one. AWS does not document what it does.
    Malformed(VariableFault, Span),
    /// Text that is known only later.
    Hole(Span),
}

/// What is wrong with a variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VariableFault {
    /// No `}`.
    Unclosed,
    /// No name.
    Empty,
    /// White space in the name.
    Blank,
    /// A default value that is not in single quotes.
    Unquoted,
    /// A character that stands in no name.
    Symbol(char),
}

/// A policy variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable<'s> {
    /// The name of the condition key.
    pub key: Cow<'s, str>,
    /// What stands for it where the request does not hold the key.
    pub default: Option<Cow<'s, str>>,
    /// With its `${` and `}`.
    pub span: Span,
}

/// A pattern whose variables have been replaced by their values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unit<'a> {
    /// Text in which `*` and `?` are wildcards.
    Wild(&'a str),
    /// Text that stands for itself.
    Exact(&'a str),
    /// Any text at all: a hole.
    Any,
}

/// How a pattern is compared with a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Equal; wildcards are plain characters.
    Equal,
    /// Equal but for the case of letters; wildcards are plain characters.
    EqualIgnoreCase,
    /// `*` is any text and `?` any one character, over the whole string.
    Like,
    /// As [`Mode::Like`], but for the case of ASCII letters: action names.
    Action,
    /// Each of the six parts of an ARN separately: no wildcard reaches past its part.
    Arn,
    /// As [`Mode::Arn`], but a `*` at the end of a part may reach beyond the colons.
    Resource,
}

impl<'s> Pattern<'s> {
    /// Takes a text apart. `variables`: whether `${…}` is a variable here, as it is from version 2012-10-17 on.
    #[inline]
    pub fn new(text: Text<'s>, variables: bool) -> Self {
        let apart = text.pieces_apart().filter(|_| text.known().is_none() || variables && text.holds_reference());
        let parts = apart.map(|pieces| Box::new(take_apart(pieces, variables)));
        Self { text, parts }
    }

    /// The whole as one literal, where it holds neither variable nor hole.
    #[inline]
    pub fn plain(&self) -> Option<&str> {
        if self.parts.is_none() { self.text.known() } else { None }
    }

    /// Its parts, where it is not one plain literal.
    pub fn parts(&self) -> &[Part<'s>] {
        self.parts.as_ref().map_or(&[], |parts| &parts.0)
    }

    /// Its variables.
    pub fn variables(&self) -> impl Iterator<Item = &Variable<'s>> {
        self.parts().iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable),
            _ => None,
        })
    }

    /// Whether a `*` or `?` stands in its known text.
    pub fn has_wildcard(&self) -> bool {
        match self.plain() {
            Some(text) => is_wild(text),
            None => self.parts().iter().any(|part| matches!(part, Part::Literal(text) if is_wild(text))),
        }
    }
}

#[cold]
fn take_apart<'s>(pieces: &[Piece<'s>], variables: bool) -> Parts<'s> {
    let mut parts = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Hole(hole) => parts.push(Part::Hole(hole.span)),
            Piece::Literal(literal) if variables => take_literal_apart(literal, &mut parts),
            Piece::Literal(literal) => parts.push(Part::Literal(literal.value.clone())),
        }
    }
    Parts(parts.into())
}

fn take_literal_apart<'s>(literal: &Literal<'s>, parts: &mut Vec<Part<'s>>) {
    let value = &literal.value;
    let plain = |range: Range<usize>| (!range.is_empty()).then(|| Part::Literal(cut(value, range)));
    let mut done = 0;
    while let Some(start) = value.get(done..).and_then(|rest| rest.find("${")).map(|at| done + at) {
        parts.extend(plain(done..start));
        let inside = start + 2;
        let Some(length) = value.get(inside..).and_then(end_of) else {
            parts.push(Part::Malformed(VariableFault::Unclosed, literal.span_of(start..value.len())));
            return;
        };
        let end = inside + length + 1;
        let name = value.get(inside..inside + length).unwrap_or("");
        parts.push(match (name, flaw(name)) {
            ("*", _) => Part::Symbol('*'),
            ("?", _) => Part::Symbol('?'),
            ("$", _) => Part::Symbol('$'),
            (_, Some(fault)) => Part::Malformed(fault, literal.span_of(start..end)),
            (_, None) => Part::Variable(variable(cut(value, inside..inside + length), literal.span_of(start..end))),
        });
        done = end;
    }
    parts.extend(plain(done..value.len()));
}

/// Where the `}` stands; one within the quotes of a default value belongs to that.
fn end_of(rest: &str) -> Option<usize> {
    let first = rest.find('}')?;
    let quoted = rest.get(..first)?.find('\'').and_then(|open| {
        let close = open + 1 + rest.get(open + 1..)?.find('\'')?;
        Some(close + rest.get(close..)?.find('}')?)
    });
    Some(quoted.unwrap_or(first))
}

fn flaw(inside: &str) -> Option<VariableFault> {
    let (name, default) = inside.split_once(',').map_or((inside, None), |(name, default)| (name, Some(default.trim())));
    if name.trim().is_empty() {
        return Some(VariableFault::Empty);
    }
    // an expression of a template, or one of the three characters
    if name.contains(['(', '"', '{']) || matches!(name, "*" | "?" | "$") {
        return None;
    }
    // behind the slash stands the key of a tag, which may hold what it likes
    let key = name.split('/').next().unwrap_or(name);
    let key = attribute_of_thing(key).unwrap_or(key);
    if key.contains(char::is_whitespace) || name.ends_with(char::is_whitespace) {
        return Some(VariableFault::Blank);
    }
    if let Some(strange) = key.chars().find(|&c| !c.is_ascii_alphanumeric() && !":._-".contains(c)) {
        return Some(VariableFault::Symbol(strange));
    }
    let is_quoted = |text: &str| text.len() > 1 && text.starts_with('\'') && text.ends_with('\'');
    default.is_some_and(|text| !is_quoted(text)).then_some(VariableFault::Unquoted)
}

/// The name of an attribute in `iot:Connection.Thing.Attributes[name]`.
///
/// <https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html>
pub fn attribute_of_thing(key: &str) -> Option<&str> {
    key.strip_prefix("iot:Connection.Thing.Attributes[")?.strip_suffix(']').filter(|name| !name.is_empty())
}

fn variable(inside: Cow<'_, str>, span: Span) -> Variable<'_> {
    match inside {
        Cow::Borrowed(text) => {
            let (key, default) = key_and_default(text);
            Variable { key: key.into(), default: default.map(Cow::Borrowed), span }
        }
        Cow::Owned(text) => {
            let (key, default) = key_and_default(&text);
            Variable { key: key.to_owned().into(), default: default.map(|text| text.to_owned().into()), span }
        }
    }
}

/// `aws:PrincipalTag/team, 'none'`
fn key_and_default(text: &str) -> (&str, Option<&str>) {
    let Some((key, default)) = text.split_once(',') else { return (text.trim(), None) };
    let default = default.trim();
    let unquoted = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    (key.trim(), Some(unquoted.unwrap_or(default)))
}

/// A part of a text, borrowed where the text is.
fn cut<'s>(value: &Cow<'s, str>, range: Range<usize>) -> Cow<'s, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or("")),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or("").to_owned()),
    }
}
