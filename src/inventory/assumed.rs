//! What holes are taken to stand for.

use super::Inventory;
use crate::syntax::Tree;

/// A value for the holes of one name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumption {
    /// The name: what stands between the brackets of the hole, or the hole as it is written.
    pub name: String,
    /// The value.
    pub value: String,
    /// How the first hole is written that it stood for; none where there was no such hole.
    pub hole: Option<String>,
    /// Whether the user said so, rather than that nothing better was known.
    pub said: bool,
}

impl<'s> Inventory<'s> {
    /// Takes the holes of a name, in all that is read from now on, to stand for a value. Of two values for one name the first counts.
    pub fn assume(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.assumptions.push(Assumption { name: name.into(), value: value.into(), hole: None, said: true });
    }

    /// What holes were taken to stand for, as far as it was asked for.
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }

    /// The names of the holes in what was read, in order; only where something is taken to stand for some.
    pub fn hole_names(&self) -> &[String] {
        &self.hole_names
    }

    /// Every assumption that was made, in one clause.
    pub fn assumed(&self) -> impl Iterator<Item = String> {
        self.assumptions.iter().filter_map(|own| Some(format!("`{}` stands for `{}`", own.hole.as_ref()?, own.value)))
    }

    /// The tree of a document that starts at a byte of its text, with values in the places of its holes, where it has such.
    pub(super) fn filled(&mut self, tree: Tree<'s>, start: usize) -> Tree<'s> {
        if !self.assumptions.iter().any(|own| own.said) {
            return tree;
        }
        let (assumptions, names) = (&mut self.assumptions, &mut self.hole_names);
        let filled = tree.filled_from(start, &mut |written| {
            let name = name_of(written);
            if !names.iter().any(|own| own == name) {
                names.push(name.to_owned());
            }
            let own = assumptions.iter_mut().find(|own| own.said && (own.name == name || own.name == written))?;
            own.hole.get_or_insert_with(|| written.to_owned());
            Some(own.value.clone())
        });
        filled.unwrap_or(tree)
    }
}

/// The name in a hole: without its brackets, where it has some.
pub(super) fn name_of(written: &str) -> &str {
    let brackets = [("${", "}"), ("{{", "}}"), ("<", ">")];
    let inside = brackets.iter().find_map(|(open, close)| written.strip_prefix(open)?.strip_suffix(close));
    inside.unwrap_or(written).trim()
}
