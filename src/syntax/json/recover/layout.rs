//! What the columns tell: of a text that people or printers have laid out, members of one list or map stand below each other.

use super::{Kind, NONE, Raw, Reader, SyntaxFault, end_of};
use crate::syntax::json::faults::Found;

/// How far a line may be indented, in bytes, for its column to tell anything.
const DEEPEST: usize = 256;

/// How many keys of a map are compared with the one at hand.
const KEYS: usize = 8;

impl Reader<'_> {
    /// A member that stands in the column of the members of a list or map farther out: those inside it end here. A key that
    /// such a map, itself an item, already has is one of the next item.
    pub(super) fn leave_by_layout(&mut self, kind: Kind) -> bool {
        let is_first = self.nodes.len() as u32 == self.open + 1;
        if is_first || self.faults.is_full() {
            return false;
        }
        let Some(column) = self.column(self.at) else { return false };
        let own = self.column_of_members(self.open);
        if own.is_some_and(|own| own <= column) {
            return false;
        }
        let belongs = |raw: Raw, index: u32| raw.kind == kind && self.column_of_members(index) == Some(column);
        let Some(index) = self.around(self.open, belongs) else { return false };
        let due = self.due_before_comma();
        self.close_until(index, due);
        self.comma = NONE;
        if kind == Kind::Map && self.repeats_key(index) {
            self.next_item(index, due);
        }
        true
    }

    /// A key that the map, an item, already has, where a comma is due: it is one of the next item.
    pub(super) fn leave_for_equal_key(&mut self, due: usize) -> bool {
        let repeats = !self.faults.is_full() && self.repeats_key(self.open);
        if repeats {
            self.next_item(self.open, due);
        }
        repeats
    }

    /// A closing bracket that starts its line in the column where the line starts that opened a list or map farther out:
    /// those inside it end here.
    pub(super) fn leave_before_bracket(&mut self, kind: Kind) {
        let Some(column) = self.column(self.at) else { return };
        let opened = |raw: Raw| self.bracket_of(raw).and_then(|(start, _)| self.line_column(start));
        if self.raw(self.open).and_then(opened).is_none_or(|own| own <= column) {
            return;
        }
        let belongs = |raw: Raw, _| raw.kind == kind && opened(raw) == Some(column);
        if let Some(index) = self.around(self.open, belongs) {
            self.close_until(index, self.due_at());
        }
    }

    /// The column of what stands at `at`, from 0 in bytes, where it is the first of its line.
    pub(super) fn column(&self, at: usize) -> Option<usize> {
        let column = self.line_column(at)?;
        (column == at - self.line_start(at)?).then_some(column)
    }

    /// The column of the members of a list or map, where the first one starts a line.
    pub(super) fn column_of_members(&self, index: u32) -> Option<usize> {
        let first = self.raw(index + 1).filter(|_| index != NONE)?;
        self.column((first.start as usize).checked_sub(usize::from(first.quotes[0]))?)
    }

    /// Where a bracket is due that is missing before the member at hand: before the comma, if there is one.
    pub(super) fn due_before_comma(&self) -> usize {
        let comma = self.comma as usize;
        let is_last = self.comma != NONE && self.nodes.last().is_some_and(|last| end_of(last) <= comma);
        if is_last { self.faults.before_trivia(self.text, comma) } else { self.due_at() }
    }

    /// The column in which the line starts that `at` lies in.
    fn line_column(&self, at: usize) -> Option<usize> {
        let line = self.bytes.get(self.line_start(at)?..at)?;
        Some(line.iter().take_while(|&&b| b == b' ' || b == b'\t').count())
    }

    fn line_start(&self, at: usize) -> Option<usize> {
        let from = at.saturating_sub(DEEPEST);
        let near = self.bytes.get(from..at)?;
        let start = near.iter().rposition(|&b| b == b'\n').map(|end| from + end + 1);
        start.or((from == 0).then_some(0))
    }

    /// The innermost list or map around the one at `index` that meets a condition.
    fn around(&self, index: u32, condition: impl Fn(Raw, u32) -> bool) -> Option<u32> {
        let mut index = self.raw(index)?.next;
        while !condition(self.raw(index)?, index) {
            index = self.raw(index)?.next;
        }
        Some(index)
    }

    /// Whether the key at hand is one of the first of the map at `map`, which is an item of a list.
    fn repeats_key(&self, map: u32) -> bool {
        let is_item = self.raw(map).and_then(|raw| self.raw(raw.next)).is_some_and(|around| around.kind == Kind::List);
        let mut at = map + 1;
        let keys = std::iter::from_fn(|| {
            let key = self.raw(at)?;
            at = self.raw(at + 1)?.next;
            Some(key)
        });
        is_item
            && self.is_key(self.at)
            && keys.take(KEYS).any(|key| {
                let written = self.slice(key.start as usize, key.end as usize);
                self.rest().get(1..).and_then(|rest| rest.strip_prefix(written)).is_some_and(|rest| rest.starts_with('"'))
            })
    }

    /// Closes the map at `map`, an item, and opens the next one, of which the bracket is lost as well.
    fn next_item(&mut self, map: u32, due: usize) {
        let Some(list) = self.raw(map).map(|raw| raw.next) else { return };
        self.close_until(list, due);
        let related = Some((self.at + 1, super::scan::plain_end(self.bytes, self.at + 1)));
        self.note(Found { kind: SyntaxFault::LostBracket, start: self.at, end: self.at, related });
        self.enter(Kind::Map, self.at);
    }
}
