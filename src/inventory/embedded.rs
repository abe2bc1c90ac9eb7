//! Documents that stand in another text: in the fences of Markdown, in here-documents and arguments of shell scripts.

mod markdown;
mod shell;

use crate::syntax::Literal;

pub(super) use markdown::{Language, fences, holds_fence};
pub(super) use shell::documents;

/// A document in another text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Embedded<'s> {
    /// Its text, each byte of which knows where it stands.
    pub(super) text: Literal<'s>,
    /// What it goes by there: the file that it is written to, the variable that holds it, the role that it is given to.
    pub(super) name: Option<Literal<'s>>,
}
