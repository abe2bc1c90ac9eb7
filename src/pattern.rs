//! Strings of a policy in which wildcards and variables may stand, and how they match.
//!
//! `*` and `?` mean different things in a Resource, in an ARN operator and in a plain string; [`Mode`] is that switch, and
//! evaluator and prover use the one function [`matches`].

mod glob;

use std::borrow::Cow;

use crate::source::Span;
use crate::syntax::{Piece, Text};

pub use glob::{arn_is_short, matches};

/// A string of a policy, taken apart into what it is compared by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern<'s> {
    /// As it stands in the policy.
    pub text: Text<'s>,
    /// `None` where the whole is one literal without a variable, as nearly all are.
    parts: Option<Box<[Part<'s>]>>,
}

/// One part of a [`Pattern`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part<'s> {
    /// Text in which `*` and `?` are wildcards where the place allows wildcards.
    Literal(Cow<'s, str>),
    /// `${*}`, `${?}` or `${$}`: that very character.
    Symbol(char),
    /// A policy variable: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`.
    Variable(Variable<'s>),
    /// Text that is known only later.
    Hole(Span),
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    pub fn new(text: Text<'s>, variables: bool) -> Self {
        let plain = text.known().is_some_and(|known| !variables || !known.contains("${"));
        let parts = (!plain).then(|| take_apart(&text, variables));
        Self { text, parts }
    }

    /// The whole as one literal, where it holds neither variable nor hole.
    pub fn plain(&self) -> Option<&str> {
        if self.parts.is_none() { self.text.known() } else { None }
    }

    /// Its parts, where it is not one plain literal.
    pub fn parts(&self) -> &[Part<'s>] {
        self.parts.as_deref().unwrap_or(&[])
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
        let wild = |text: &str| text.contains(['*', '?']);
        match self.plain() {
            Some(text) => wild(text),
            None => self.parts().iter().any(|part| matches!(part, Part::Literal(text) if wild(text))),
        }
    }
}

fn take_apart<'s>(text: &Text<'s>, variables: bool) -> Box<[Part<'s>]> {
    let _ = (text, variables, Piece::clone);
    todo!()
}
