//! Brackets that do not match, are lost, or nest too deep.

use super::super::faults::Found;
use super::{AHEAD, Due, Kind, MAX_DEPTH, NONE, Raw, Reader, SyntaxFault, end_of, scan};

impl Reader<'_> {
    /// A closing bracket that is not the one of the innermost list or map: one is missing, or this one is wrong. What stands
    /// behind it tells which.
    pub(super) fn other_bracket(&mut self, bracket: u8) -> Due {
        let (start, due) = (self.at, self.due_at());
        let closes = |raw: Raw| raw.kind == if bracket == b'}' { Kind::Map } else { Kind::List };
        let Some(innermost) = self.raw(self.open) else { return Due::Separator };
        let around = self.raw(innermost.next);
        let related = self.bracket_of(innermost);
        if related.is_none() && around.is_some_and(closes) {
            self.leave(due);
            return Due::Separator;
        }
        let mut index = innermost.next;
        while let Some(raw) = self.raw(index).filter(|&raw| !closes(raw)) {
            index = raw.next;
        }
        let fitting = self.raw(index);
        self.note(Found { kind: SyntaxFault::StrayBracket, start, end: start + 1, related });
        if fitting.is_some_and(|raw| self.goes_on_in(self.raw(raw.next))) {
            self.leave_until(index, due);
        } else if self.goes_on_in(around) {
            self.at += 1;
            self.leave(self.at);
        } else if fitting.is_none() || self.goes_on_in(Some(innermost)) {
            self.at += 1;
        } else {
            self.leave_until(index, due);
        }
        Due::Separator
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
                let near = self.bytes.get(..self.bytes.len().min(next + AHEAD)).unwrap_or(&[]);
                let is_entry = near.get(next) == Some(&b'"') && {
                    let end = scan::plain_end(near, next + 1);
                    near.get(scan::space_end(near, end + 1)) == Some(&b':')
                };
                kind == Some(if is_entry { Kind::Map } else { Kind::List })
            }
            _ => false,
        }
    }

    fn leave_until(&mut self, index: u32, end: usize) {
        while self.open != index && self.open != NONE {
            self.leave(end);
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
            _ => {
                let related = Some((start, end));
                self.note(Found { kind: SyntaxFault::StrayText, start: self.at, end: self.at + 1, related });
                self.nodes.pop();
                self.enter(Kind::Map, start - before);
            }
        }
        self.push_string(key.escaped, key.quotes, start, end);
        self.at += 1;
        true
    }

    /// The opening bracket of a list or map; none of a map whose bracket is lost.
    fn bracket_of(&self, raw: Raw) -> Option<(usize, usize)> {
        let start = raw.start as usize;
        matches!(self.bytes.get(start), Some(b'{' | b'[')).then_some((start, start + 1))
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
        while let Some(raw) = self.raw(self.open) {
            if let Some(bracket) = self.bracket_of(raw) {
                self.note(Found { kind: SyntaxFault::UnclosedBracket, start: due, end: due, related: Some(bracket) });
            }
            self.leave(due);
        }
        Due::Nothing
    }
}
