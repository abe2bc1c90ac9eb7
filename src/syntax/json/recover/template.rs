//! Directives of templates, and holes with quotes in them.

use super::{Due, Kind, NONE, Reader, scan};
use crate::syntax::{Directive, directive, text};

impl Reader<'_> {
    /// A directive of a template: a hole that may turn out to be members, with a comma or without. Outside of the document it
    /// is passed over, as a remark is anywhere.
    pub(super) fn directive(&mut self, due: Due) -> Option<Due> {
        let (length, what) = directive::at(self.rest()).or_else(|| self.lone_hole(due))?;
        let (start, mut end) = (self.at, self.at + length);
        let is_member = self.open != NONE && what != Directive::Remark;
        let due = if is_member { self.leave_part(what, due) } else { due };
        match due {
            Due::Value if is_member => {
                if self.in_map {
                    // what comes of the whole part is the value
                    end = start + directive::part_end(self.rest()).unwrap_or(length);
                }
                self.push(Kind::Hole, start, end);
            }
            Due::Key | Due::Separator if is_member => {
                self.push(Kind::Hole, start, end);
                if self.in_map {
                    self.push(Kind::Hole, end, end);
                }
            }
            due => {
                self.at = end;
                return Some(due);
            }
        }
        self.comma = NONE;
        self.at = end;
        Some(Due::Separator)
    }

    /// Where a part of a template ends: what it opened and did not close, it shares with the next part, which opens it anew.
    fn leave_part(&mut self, what: Directive, due: Due) -> Due {
        match what {
            Directive::Opens => self.parts.push(self.open),
            Directive::Parts => {
                let level = self.parts.last().copied().filter(|&level| level != NONE && level != self.open);
                if let Some(level) = level.filter(|&level| self.is_around(level)) {
                    while self.open != level {
                        self.leave(self.at);
                    }
                    return Due::Separator;
                }
            }
            Directive::Closes => drop(self.parts.pop()),
            Directive::Stands | Directive::Remark => {}
        }
        due
    }

    /// Whether a list or map is one of those around what is open.
    fn is_around(&self, level: u32) -> bool {
        let mut index = self.open;
        while let Some(raw) = self.nodes.get(index as usize).filter(|_| index != level) {
            index = raw.next;
        }
        index == level
    }

    /// Whether the last member is a directive: what it yields may bring a comma, or take one along.
    pub(super) fn is_behind_directive(&self) -> bool {
        let mut last = self.nodes.iter().rev().filter(|raw| raw.start < raw.end || raw.kind != Kind::Hole);
        let hole = last.next().filter(|raw| raw.kind == Kind::Hole);
        hole.is_some_and(|raw| {
            let written = self.slice(raw.start as usize, raw.end as usize);
            directive::at(written).is_some() || self.own_line(raw.start as usize)
        })
    }

    /// A value that is filled in where a comma is due: on a line of its own, or directly behind an object. It brings what it needs.
    fn lone_hole(&self, due: Due) -> Option<(usize, Directive)> {
        let is_due = matches!(due, Due::Separator) && self.open != NONE;
        let behind_object = self.at > 0 && self.bytes.get(self.at - 1) == Some(&b'}');
        let length = text::hole_end(self.rest()).filter(|_| is_due && (behind_object || self.own_line(self.at)))?;
        let end = scan::space_end(self.bytes, self.at + length);
        let ends = matches!(self.bytes.get(end), None | Some(b',' | b']' | b'}' | b'{' | b'"' | b'$' | b'<' | b'%'));
        ends.then_some((length, Directive::Stands))
    }

    /// Whether nothing but white space stands before `at` on its line.
    fn own_line(&self, at: usize) -> bool {
        let before = self.bytes.get(at.saturating_sub(super::AHEAD)..at).unwrap_or(&[]);
        before.iter().rev().find(|&&byte| byte != b' ' && byte != b'\t') == Some(&b'\n')
    }

    /// Where a string ends that seems to end at a quote inside a hole, as in `"${lookup(x, "a")}"`.
    #[cold]
    pub(in crate::syntax::json) fn go_on_behind_hole(&mut self, start: usize, end: usize) {
        let Some(end) = self.end_behind_hole(start, end) else { return };
        if let Some(last) = self.nodes.last_mut() {
            last.end = end as u32;
        }
        self.at = end + 1;
    }

    fn end_behind_hole(&self, start: usize, end: usize) -> Option<usize> {
        // what goes on as JSON does is no more than that
        let behind = self.bytes.get(end + 1..).unwrap_or(&[]).iter().find(|byte| !byte.is_ascii_whitespace());
        let is_call = self.bytes.get(end.wrapping_sub(1)) == Some(&b'(');
        if matches!(behind, Some(b':' | b'}' | b']')) || behind == Some(&b',') && !is_call {
            return None;
        }
        let open = ["${", "{{", "<%="].iter().filter_map(|open| self.slice(start, end).rfind(open)).max()?;
        let rest = self.text.get(start + open..)?;
        let hole = text::hole_end(rest).filter(|&length| start + open + length > end + 1)?;
        let closed = !rest.get(..hole)?.contains(['\n', '\r']);
        let behind = scan::plain_end(self.bytes, start + open + hole);
        (closed && self.bytes.get(behind) == Some(&b'"')).then_some(behind)
    }
}
