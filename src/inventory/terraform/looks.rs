//! What something comes to in one branch of its conditions and in the other.

use super::evaluate::{Branch, Evaluation};
use crate::syntax::Tree;

/// What something comes to as often as it may be something else.
pub(super) struct Looks<'s> {
    /// Where conditions hold that are not decided, and variables have their defaults.
    pub(super) first: Tree<'s>,
    /// The same where those variables are not known whose defaults decide conditions: what differs by their values only is no other document.
    pub(super) alike: Option<Tree<'s>>,
    /// Where these conditions are decided otherwise.
    pub(super) other: Option<Tree<'s>>,
    /// Those that are not decided at all.
    pub(super) undecided: Vec<String>,
}

impl<'s> Evaluation<'_, '_, 's> {
    pub(super) fn looks(&mut self, mut made: impl FnMut(&mut Self) -> Tree<'s>) -> Looks<'s> {
        self.begin();
        let first = made(self);
        let undecided = std::mem::take(&mut self.undecided);
        let (mut alike, mut other) = (None, None);
        if self.met_open {
            self.unknown.clone_from(&self.varied);
            alike = (!self.varied.is_empty()).then(|| made(self));
            self.branch = Branch::Second;
            other = Some(made(self));
        }
        self.begin();
        Looks { first, alike, other, undecided }
    }

    fn begin(&mut self) {
        self.branch = Branch::First;
        self.met_open = false;
        self.varied.clear();
        self.unknown.clear();
        self.undecided.clear();
        self.defaults.clear();
    }
}
