//! Strings with odd content, odd quotes, or a quote too few.

use super::{AHEAD, Kind, Reader, SyntaxFault, scan};

/// What people put around a string.
pub(super) const QUOTES: [char; 6] = ['"', '\'', '\u{201C}', '\u{201D}', '\u{2018}', '\u{2019}'];

impl Reader<'_> {
    /// A string with escapes, control characters or no end; `start` is behind its quote, `at` where the plain text ends.
    #[cold]
    #[inline(never)]
    pub(in crate::syntax::json) fn odd_string(&mut self, start: usize, mut at: usize) {
        let mut escaped = false;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let (end, good) = scan::escape_end(self.bytes, at);
                    if !good {
                        self.fault(SyntaxFault::BadEscape, at, end);
                    }
                    escaped = true;
                    at = end;
                }
                None | Some(b'\n') => return self.unclosed(start, at, escaped),
                Some(b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => return self.unclosed(start, at, escaped),
                Some(_) => {
                    let run = self.bytes.iter().skip(at).take_while(|&&b| b < b' ' && b != b'\n' && b != b'\r').count().max(1);
                    self.fault(SyntaxFault::ControlCharacter, at, at + run);
                    at += run;
                }
            }
            at = scan::plain_end(self.bytes, at);
        }
        self.push_string(escaped, [1, 1], start, at);
        self.at = at + 1;
    }

    /// A string that lacks its closing quote on its line, which ends at `line_end`.
    fn unclosed(&mut self, start: usize, line_end: usize, escaped: bool) {
        let line = self.slice(start, line_end);
        if let Some(length) = line.find(['\u{201C}', '\u{201D}']) {
            let end = start + length;
            self.push_string(escaped, [1, 3], start, end);
            self.at = end + 3;
            return self.fault(SyntaxFault::SmartQuotes, start - 1, self.at);
        }
        // What closes a value at the line end was hardly meant as part of it.
        let mut value = line.trim_end();
        while let Some(shorter) = match value.as_bytes().last() {
            Some(b',') => value.strip_suffix(','),
            Some(b']') if !value.contains('[') => value.strip_suffix(']'),
            Some(b'}') if !value.contains('{') => value.strip_suffix('}'),
            _ => None,
        } {
            value = shorter.trim_end();
        }
        let end = start + value.len();
        self.push_string(escaped, [1, 0], start, end);
        self.at = end;
        self.fault(SyntaxFault::UnclosedString, start - 1, end);
    }

    /// A string whose closing quote is missing took in the colon or comma that is due now: it ran to the next quote on the
    /// line, as in `"Effect: "Allow"` and `["a, "b"]`, or to the line end, as in `"Effect: Allow`. Ends it before, and reads on
    /// there.
    pub(super) fn close_string_before(&mut self, due: char) -> bool {
        let Some(&last) = self.nodes.last().filter(|last| last.kind == Kind::String) else { return false };
        let (start, end) = (last.start as usize, last.end as usize);
        let written = self.slice(start, end);
        let sticks = self.at == end + 1 && self.bytes.get(self.at).is_some_and(|&b| scan::in_word(b));
        let before = match last.quotes {
            [1, 1] if sticks => written.trim_end_matches([' ', '{', '[']).strip_suffix(due),
            [1, 0] if due == ':' && self.in_map => written.split_once(due).map(|(key, _)| key),
            _ => None,
        };
        let Some(before) = before else { return false };
        let kept = before.trim_end();
        let (kept, quote, kind) = match kept.strip_suffix(['\u{201C}', '\u{201D}']) {
            Some(kept) => (start + kept.len(), 3, SyntaxFault::SmartQuotes),
            None => (start + kept.len(), 0, SyntaxFault::UnclosedString),
        };
        self.at = start + before.len();
        if let Some(last) = self.nodes.last_mut() {
            (last.end, last.quotes) = (kept as u32, [1, quote]);
        }
        self.fault(kind, start - 1, kept + usize::from(quote));
        true
    }

    /// Passes over the rest of a string that was broken over two lines; its fault is told.
    pub(super) fn rest_of_string(&mut self) -> bool {
        let broken = self.nodes.last().is_some_and(|last| last.kind == Kind::String && last.quotes == [1, 0]);
        let near = self.bytes.get(self.at..self.bytes.len().min(self.at + AHEAD)).unwrap_or(&[]);
        let Some(length) = near.iter().position(|&b| b == b'"' || b == b'\n').filter(|_| broken) else { return false };
        let behind = near.get(scan::space_end(near, length + 1));
        let ends = near.get(length) == Some(&b'"') && matches!(behind, None | Some(b',' | b']' | b'}'));
        if ends {
            self.at += length + 1;
        }
        ends
    }

    /// A string in quotes of any kind.
    pub(super) fn any_quotes(&mut self) -> bool {
        let rest = self.rest();
        let (kind, closing): (_, &[char]) = match rest.chars().next() {
            Some('"') => {
                self.string();
                return true;
            }
            Some('\'') => (SyntaxFault::SingleQuotes, &['\'']),
            Some('\u{201C}' | '\u{201D}') => (SyntaxFault::SmartQuotes, &['\u{201C}', '\u{201D}', '"']),
            Some('\u{2018}' | '\u{2019}') => (SyntaxFault::SmartQuotes, &['\u{2018}', '\u{2019}', '\'']),
            _ => return false,
        };
        let mut chars = rest.char_indices().peekable();
        let before = chars.next().map_or(0, |(_, c)| c.len_utf8());
        let (outer, start) = (self.at, self.at + before);
        let mut escaped = false;
        while let Some((length, c)) = chars.next_if(|&(_, c)| c != '\n') {
            if closing.contains(&c) {
                let (end, behind) = (outer + length, c.len_utf8());
                self.push_string(escaped, [before as u8, behind as u8], start, end);
                self.at = end + behind;
                self.fault(kind, outer, self.at);
                return true;
            }
            if c == '\\' {
                escaped = true;
                chars.next_if(|&(_, c)| c != '\n');
            }
        }
        let line = rest.lines().next().unwrap_or("");
        let end = (outer + line.trim_end_matches([' ', '\t', '\r', ',']).len()).max(start);
        self.push_string(escaped, [before as u8, 0], start, end);
        self.at = end;
        self.fault(SyntaxFault::UnclosedString, outer, end);
        true
    }

    /// The length of a quote at `at` that closes a word which lacks the opening one.
    pub(super) fn lone_quote(&self, at: usize) -> usize {
        let closes = matches!(self.bytes.get(at + 1), None | Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b']' | b'}'));
        usize::from(closes && self.bytes.get(at) == Some(&b'"'))
    }

    /// Behind the string whose content starts at `at`, or at the line end where it lacks its closing quote.
    pub(super) fn past_string(&self, mut at: usize) -> usize {
        loop {
            at = scan::plain_end(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => return at + 1,
                Some(b'\n') | None => return at,
                Some(b'\\') => at = scan::escape_end(self.bytes, at).0,
                Some(_) => at += 1,
            }
        }
    }
}
