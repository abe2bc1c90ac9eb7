//! Brackets that do not match, are lost, or nest too deep.

use super::super::faults::Found;
use super::{AHEAD, Due, Kind, MAX_DEPTH, NONE, Raw, Reader, SyntaxFault, Writing, end_of, scan};

impl Reader<'_> {
    /// A closing bracket where the layout is to tell what it closes, or that is not the one of the innermost list or map: one
    /// is missing, or this one is wrong. What stands behind it tells which.
    pub(super) fn odd_bracket(&mut self, bracket: u8) -> Due {
        let (start, due) = (self.at, self.due_at());
        let kind = if bracket == b'}' { Kind::Map } else { Kind::List };
        let closes = |raw: Raw| raw.kind == kind;
        if self.by_layout {
            self.leave_before_bracket(kind);
        }
        if self.raw(self.open).is_some_and(closes) {
            return self.closing();
        }
        let Some(innermost) = self.raw(self.open) else { return Due::Separator };
        let around = self.raw(innermost.next);
        let related = self.bracket_of(innermost);
        let mut index = innermost.next;
        while let Some(raw) = self.raw(index).filter(|&raw| !closes(raw)) {
            index = raw.next;
        }
        let fitting = self.raw(index);
        let is_last = fitting.is_some_and(|raw| self.goes_on_in(self.raw(raw.next)));
        if !is_last && self.goes_on_in(around) {
            self.note(Found { kind: SyntaxFault::StrayBracket, start, end: start + 1, related });
            self.at += 1;
            self.leave(self.at);
        } else if !is_last && (fitting.is_none() || self.goes_on_in(Some(innermost))) {
            self.fault(SyntaxFault::StrayBracket, start, start + 1);
            self.at += 1;
        } else {
            self.close_until(index, due);
        }
        Due::Separator
    }

    /// Closes the lists and maps inside the one at `index`, of which the brackets are missing at `end`.
    pub(super) fn close_until(&mut self, index: u32, end: usize) {
        while let Some(raw) = self.raw(self.open).filter(|_| self.open != index) {
            let start = raw.start as usize;
            let related = self.bracket_of(raw).or(Some((start, start)));
            self.note(Found { kind: SyntaxFault::UnclosedBracket, start: end, end, related });
            self.leave(end);
        }
    }

    /// A map or list where a key is due: it is the next item of the list around, and the bracket before it is missing.
    pub(super) fn leave_for_item(&mut self) -> bool {
        if self.leave_by_layout(Kind::List) {
            return true;
        }
        let Some(list) = self.raw(self.open).map(|map| map.next) else { return false };
        let is_item = self.raw(list).is_some_and(|raw| raw.kind == Kind::List);
        if is_item {
            self.close_until(list, self.due_before_comma());
            self.comma = NONE;
        }
        is_item
    }

    /// A colon behind a value of a map: the bracket before that value is lost, or the value before it is.
    pub(super) fn key_for_value(&mut self) -> bool {
        let Some(&[map_key, key]) = self.nodes.last_chunk() else { return false };
        let (start, end) = (key.start as usize, key.end as usize);
        let [before, behind] = key.quotes.map(usize::from);
        let fits = self.in_map && key.kind == Kind::String && key.quotes == [1, 1] && map_key.kind == Kind::String;
        if !fits || self.due_at() != end + behind || self.depth == MAX_DEPTH {
            return false;
        }
        self.nodes.pop();
        let column = self.column(start - before);
        if column.is_some() && column == self.column_of_members(self.open) {
            let due = self.faults.before_trivia(self.text, start - before);
            self.fault(SyntaxFault::MissingValue, due, due);
            self.nothing(due);
        } else {
            self.note(Found {
                kind: SyntaxFault::LostBracket,
                start: start - before,
                end: start - before,
                related: Some((start, end)),
            });
            self.enter(Kind::Map, start - before);
        }
        self.push_string(key.writing == Writing::Escaped, key.quotes, start, end);
        self.at += 1;
        true
    }

    /// Whether what stands behind the bracket at hand goes on a list or map (or ends the text).
    fn goes_on_in(&self, around: Option<Raw>) -> bool {
        let kind = around.map(|raw| raw.kind);
        let next = scan::space_end(self.bytes, self.at + 1);
        match self.bytes.get(next) {
            None => kind.is_none(),
            Some(b']') => kind == Some(Kind::List),
            Some(b'}') => kind == Some(Kind::Map),
            Some(b',') => {
                let next = scan::space_end(self.bytes, next + 1);
                kind == Some(if self.is_key(next) { Kind::Map } else { Kind::List })
            }
            _ => false,
        }
    }

    /// Whether a string with a colon behind it starts at `at`.
    pub(super) fn is_key(&self, at: usize) -> bool {
        let near = self.bytes.get(..self.bytes.len().min(at + AHEAD)).unwrap_or(&[]);
        near.get(at) == Some(&b'"') && {
            let end = scan::plain_end(near, at + 1);
            near.get(end) == Some(&b'"') && near.get(scan::space_end(near, end + 1)) == Some(&b':')
        }
    }

    /// A key and colon outside of a map: the bracket that opens a map is lost, or the one that closes the list before the key.
    pub(super) fn key_outside_map(&mut self) -> bool {
        let Some(&key) = self.nodes.last().filter(|last| last.kind == Kind::String) else { return false };
        let (start, end) = (key.start as usize, key.end as usize);
        let [before, behind] = key.quotes.map(usize::from);
        if self.in_map || (self.open == NONE && self.nodes.len() > 1) || self.due_at() != end + behind {
            return false;
        }
        let comma = self.faults.before_trivia(self.text, start - before);
        let comma = comma - usize::from(self.slice(0, comma).ends_with(','));
        let item_end = self.faults.before_trivia(self.text, comma).max(self.nodes.iter().rev().nth(1).map_or(0, end_of));
        let after_map = matches!(self.bytes.get(..item_end).and_then(<[u8]>::last), None | Some(b'[' | b'}'));
        match self.raw(self.open) {
            Some(list) if !after_map && self.raw(list.next).is_some_and(|around| around.kind == Kind::Map) => {
                let related = self.bracket_of(list);
                self.note(Found { kind: SyntaxFault::UnclosedBracket, start: item_end, end: item_end, related });
                self.nodes.pop();
                self.leave(item_end);
            }
            _ if self.depth == MAX_DEPTH => return false,
            _ if self.pop_and_reopen(start - before) => {}
            _ => {
                let related = Some((start, end));
                let due = start - before;
                self.note(Found { kind: SyntaxFault::LostBracket, start: due, end: due, related });
                self.nodes.pop();
                self.enter(Kind::Map, start - before);
            }
        }
        self.push_string(key.writing == Writing::Escaped, key.quotes, start, end);
        self.at += 1;
        true
    }

    /// The opening bracket of a list or map, unless it is lost.
    pub(super) fn bracket_of(&self, raw: Raw) -> Option<(usize, usize)> {
        let start = raw.start as usize;
        let bracket = if raw.kind == Kind::List { b'[' } else { b'{' };
        (self.bytes.get(start) == Some(&bracket)).then_some((start, start + 1))
    }

    /// An object behind another one, where a key is due: the bracket that opens a list of both is lost.
    pub(super) fn item_for_key(&mut self) -> bool {
        if self.faults.is_full() || self.depth == MAX_DEPTH || self.due_before_comma() == self.at {
            return false;
        }
        let Some((index, first)) = self.last_child().filter(|(_, last)| last.kind == Kind::Map) else { return false };
        let Some(related) = self.bracket_of(first) else { return false };
        let start = first.start as usize;
        self.note(Found { kind: SyntaxFault::LostBracket, start, end: start, related: Some(related) });
        for raw in self.nodes.iter_mut().skip(index as usize) {
            raw.next += 1;
        }
        let list = Raw { kind: Kind::List, next: self.open, ..first };
        self.nodes.insert(index as usize, list);
        (self.open, self.in_map) = (index, false);
        self.depth += 1;
        true
    }

    /// The last thing in the innermost list or map; in a map the last value.
    fn last_child(&self) -> Option<(u32, Raw)> {
        let mut at = self.open.wrapping_add(1);
        let mut last = None;
        while let Some(raw) = self.raw(at) {
            last = Some((at, raw));
            at = raw.next;
        }
        last
    }

    fn pop_and_reopen(&mut self, key: usize) -> bool {
        let Some(last) = self.nodes.pop() else { return false };
        let reopened = self.open != NONE && self.reopen(key);
        if !reopened {
            self.nodes.push(last);
        }
        reopened
    }

    /// A key behind a map that a bracket too many has closed, as the columns tell: opens it again.
    fn reopen(&mut self, key: usize) -> bool {
        let Some((index, map)) = self.last_child().filter(|(_, last)| last.kind == Kind::Map && !self.faults.is_full()) else {
            return false;
        };
        let end = map.end as usize;
        let column = self.column(key);
        let closed = end > 0 && self.bytes.get(end - 1) == Some(&b'}') && self.column(end - 1).is_none();
        if !closed || column.is_none() || column != self.column_of_members(index) {
            return false;
        }
        self.open_again(index, end);
        true
    }

    /// Opens a list or map again, the last thing that was read, which ended at `end` with a bracket too many.
    pub(super) fn open_again(&mut self, index: u32, end: usize) {
        self.fault(SyntaxFault::StrayBracket, end - 1, end);
        if let Some(raw) = self.nodes.get_mut(index as usize) {
            raw.next = std::mem::replace(&mut self.open, index);
            self.in_map = raw.kind == Kind::Map;
        }
        self.depth += 1;
    }

    /// A list or map that is nested too deep: passes over it.
    #[cold]
    pub(in crate::syntax::json) fn too_deep(&mut self) -> Due {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 1 => break,
                b'}' | b']' => depth -= 1,
                b'"' => self.at = self.past_string(self.at),
                _ => {}
            }
        }
        self.push(Kind::Wrong, start, self.at);
        if !self.told_too_deep {
            self.told_too_deep = true;
            self.fault(SyntaxFault::TooDeep, start, start + 1);
        }
        Due::Separator
    }

    /// The text ends inside a list or map.
    pub(super) fn text_ends(&mut self, value_due: bool) -> Due {
        let due = self.due_at();
        if value_due {
            self.nothing(due);
        }
        self.close_until(NONE, due);
        Due::Nothing
    }
}
