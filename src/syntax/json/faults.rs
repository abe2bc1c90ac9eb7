//! The list of what was noticed, kept short: one mistake must not fill the screen.

use crate::finding::Fault;
use crate::source::Span;
use crate::syntax::SyntaxFault;

/// How many faults of one line are listed; more are mostly consequences.
const MOST_ON_A_LINE: usize = 3;

/// How many faults of one text are listed.
const MOST: usize = 20;

/// How many comments in a row are looked back over.
const MOST_COMMENTS: usize = 64;

/// How many faults that come of one habit are listed; those that follow are the same again.
const MOST_OF_A_HABIT: usize = 4;

#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) kind: SyntaxFault,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) related: Option<(usize, usize)>,
}

#[derive(Default)]
pub(super) struct Faults {
    list: Vec<Found>,
    /// Where the first fault is that is not listed.
    unlisted: Option<usize>,
    last: usize,
    on_this_line: usize,
    /// How many strings in single and in typographic quotes there are, and how many comments.
    habits: [usize; 3],
    /// Where the comments stand.
    comments: Vec<(usize, usize)>,
}

impl Faults {
    /// Notes a fault of the form of `text`.
    pub(super) fn add(&mut self, text: &str, found: Found) {
        if let Some(count) = self.habit(found.kind) {
            *count += 1;
            let listed = *count <= MOST_OF_A_HABIT;
            if found.kind == SyntaxFault::Comment {
                self.comments.push((found.start, found.end));
            }
            if listed {
                self.push(found);
            }
            return;
        }
        if text.get(self.last..found.start).is_some_and(|between| between.contains('\n')) {
            self.on_this_line = 0;
        }
        self.last = self.last.max(found.start);
        // Brackets that are not closed are no cascade: each of them is missing.
        self.on_this_line += usize::from(found.kind != SyntaxFault::UnclosedBracket);
        if self.on_this_line > MOST_ON_A_LINE { self.leave_out(found.start) } else { self.push(found) }
    }

    /// Notes an equal key. It is a mistake of its own, never the consequence of another on its line.
    pub(super) fn add_duplicate(&mut self, start: usize, end: usize, first: (usize, usize)) {
        self.push(Found { kind: SyntaxFault::DuplicateKey, start, end, related: Some(first) });
    }

    /// The last fault noted and listed.
    pub(super) fn last(&self) -> Option<&Found> {
        self.list.last()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether so much was noticed that it no longer matters how well the rest is told.
    pub(super) fn is_full(&self) -> bool {
        self.unlisted.is_some() || self.list.len() >= MOST
    }

    /// How much there is to tell.
    pub(super) fn count(&self) -> usize {
        self.list.len() + usize::from(self.unlisted.is_some())
    }

    /// Whether a bracket is missing somewhere, or one too many.
    pub(super) fn about_brackets(&self) -> bool {
        use SyntaxFault::{LostBracket, SecondDocument, StrayBracket, UnclosedBracket};
        self.list.iter().any(|found| matches!(found.kind, UnclosedBracket | LostBracket | StrayBracket | SecondDocument))
    }

    /// Where the white space and the comments start that end at `at`.
    pub(super) fn before_trivia(&self, text: &str, at: usize) -> usize {
        let trim = |at: usize| text.get(..at).unwrap_or("").trim_end_matches([' ', '\n', '\r', '\t']).len();
        let comments = self.comments.iter().rev().take(MOST_COMMENTS);
        comments.fold(trim(at), |at, &(start, end)| if end == at { trim(start) } else { at })
    }

    /// All that is listed, in the order of the text.
    pub(super) fn into_faults(mut self, span: impl Fn(usize, usize) -> Span) -> Vec<Fault<SyntaxFault>> {
        self.shorten();
        if let Some(at) = self.unlisted {
            self.list.push(Found { kind: SyntaxFault::TooMany, start: at, end: at, related: None });
            self.list.sort_by_key(|found| found.start);
        }
        let fault = |found: Found| Fault {
            kind: found.kind,
            span: span(found.start, found.end),
            related: found.related.map(|(start, end)| span(start, end)),
        };
        self.list.into_iter().map(fault).collect()
    }

    fn habit(&mut self, kind: SyntaxFault) -> Option<&mut usize> {
        let [single, smart, comments] = &mut self.habits;
        match kind {
            SyntaxFault::SingleQuotes => Some(single),
            SyntaxFault::SmartQuotes => Some(smart),
            SyntaxFault::Comment => Some(comments),
            _ => None,
        }
    }

    fn push(&mut self, found: Found) {
        self.list.push(found);
        if self.list.len() >= 4 * MOST {
            self.shorten();
        }
    }

    /// Keeps the first ones of the text: equal keys are noticed only where their map ends.
    fn shorten(&mut self) {
        self.list.sort_by_key(|found| found.start);
        if let Some(first) = self.list.get(MOST) {
            self.leave_out(first.start);
            self.list.truncate(MOST);
        }
    }

    fn leave_out(&mut self, start: usize) {
        self.unlisted = Some(self.unlisted.map_or(start, |first| first.min(start)));
    }
}
