//! What the reader does where the text is not JSON: name the mistake once, at its place, and find a way on.
//!
//! INVARIANT: each function here either takes at least one byte, adds a node, closes a bracket, or moves from a state that
//! wants more to one that wants less, so reading ends. Looking ahead is bounded, so reading stays linear.

use super::faults::Found;
use super::{Due, Kind, NONE, Raw, Reader, SyntaxFault, scan};
use crate::syntax::text::{self, QUOTES};

/// How far to look ahead for what a bracket or quote belongs to, in bytes.
const AHEAD: usize = 512;

impl Reader<'_> {
    #[cold]
    pub(super) fn odd_value(&mut self) -> Due {
        if self.trivia() {
            return Due::Value;
        }
        if self.open == NONE
            && let Some(due) = self.odd_root()
        {
            return due;
        }
        match self.byte() {
            0 if self.at >= self.bytes.len() => self.text_ends(self.in_map),
            b',' | b']' | b'}' if self.in_map => {
                let due = self.due_at();
                self.fault(SyntaxFault::MissingValue, due, due);
                self.nothing(due);
                Due::Separator
            }
            b',' => {
                self.fault(SyntaxFault::ExtraComma, self.at, self.at + 1);
                self.at += 1;
                Due::Value
            }
            b']' | b'}' => {
                self.comma_before_closing();
                Due::Separator
            }
            _ if self.other_quotes() || self.hole() => Due::Separator,
            b'{' => self.opening(Kind::Map),
            _ => {
                let (start, end) = (self.at, self.word_end(false));
                let (kind, fault) = judge(self.slice(start, end));
                self.push(kind, false, start, end);
                self.at = end + self.lone_quote(end);
                self.fault(fault, start, self.at);
                Due::Separator
            }
        }
    }

    /// What is special where the document should start.
    fn odd_root(&mut self) -> Option<Due> {
        let rest = self.slice(self.at, self.bytes.len());
        match self.byte() {
            _ if rest.is_empty() => {
                self.fault(SyntaxFault::Empty, self.at, self.at);
                self.nothing(self.at);
                return Some(Due::Nothing);
            }
            b'}' | b']' => {
                self.fault(SyntaxFault::StrayBracket, self.at, self.at + 1);
                self.at += 1;
            }
            b',' => {
                self.fault(SyntaxFault::ExtraComma, self.at, self.at + 1);
                self.at += 1;
            }
            b'{' => return None,
            _ if QUOTES.iter().any(|&quote| rest.starts_with(quote)) || text::hole_end(rest).is_some() => return None,
            _ => {
                // Words before a document: a heading, a fence, an assignment.
                let (end, word) = (rest.find(['{', '['])?, self.word_end(false));
                if judge(self.slice(self.at, word)).0 == Kind::Number {
                    return None;
                }
                let line = rest.find('\n').unwrap_or(end).min(end);
                let words = self.slice(self.at, self.at + line).trim_end().len();
                self.fault(SyntaxFault::StrayText, self.at, self.at + words);
                self.at += end;
            }
        }
        Some(Due::Value)
    }

    #[cold]
    pub(super) fn odd_key(&mut self) -> Due {
        if self.trivia() {
            return Due::Key;
        }
        match self.byte() {
            0 if self.at >= self.bytes.len() => return self.text_ends(false),
            b']' | b'}' => {
                self.comma_before_closing();
                return Due::Separator;
            }
            b',' => {
                self.fault(SyntaxFault::ExtraComma, self.at, self.at + 1);
                self.at += 1;
                return Due::Key;
            }
            b':' | b'[' => return self.value_without_key(),
            _ if self.other_quotes() || self.hole() => return Due::Colon,
            b'{' => return self.value_without_key(),
            _ => {}
        }
        let (start, end) = (self.at, self.word_end(true));
        let word = self.slice(start, end);
        if !word.chars().any(char::is_alphanumeric) {
            self.at = end;
            self.fault(SyntaxFault::StrayText, start, end);
            return Due::Key;
        }
        let kind = if judge(word).0 == Kind::Number { Kind::Number } else { Kind::String };
        self.push(kind, false, start, end);
        self.at = end + self.lone_quote(end);
        self.fault(SyntaxFault::KeyNotString, start, self.at);
        Due::Colon
    }

    fn value_without_key(&mut self) -> Due {
        self.fault(SyntaxFault::KeyNotString, self.at, self.at + 1);
        self.nothing(self.at);
        self.at += usize::from(self.byte() == b':');
        Due::Value
    }

    #[cold]
    pub(super) fn odd_colon(&mut self) -> Due {
        if self.trivia() {
            return Due::Colon;
        }
        if self.close_string_before(':') {
            return Due::Colon;
        }
        if self.at >= self.bytes.len() {
            return self.text_ends(true);
        }
        let (start, due) = (self.at, self.due_at());
        match self.byte() {
            b',' | b'}' | b']' => {
                self.fault(SyntaxFault::MissingColon, due, due);
                self.nothing(due);
                return Due::Separator;
            }
            b'=' => {
                self.at += if self.bytes.get(start + 1) == Some(&b'>') { 2 } else { 1 };
                self.fault(SyntaxFault::MissingColon, start, self.at);
            }
            b';' => {
                self.at += 1;
                self.fault(SyntaxFault::MissingColon, start, self.at);
            }
            _ => self.fault(SyntaxFault::MissingColon, due, due),
        }
        Due::Value
    }

    #[cold]
    pub(super) fn odd_separator(&mut self) -> Due {
        if self.trivia() {
            return Due::Separator;
        }
        let start = self.at;
        if self.byte() == b':' && self.imply_map() {
            return Due::Value;
        }
        if self.open == NONE {
            return self.behind();
        }
        if start >= self.bytes.len() {
            return self.text_ends(false);
        }
        if self.close_string_before(',') || (!self.in_map && self.close_string_before(':')) {
            return Due::Separator;
        }
        let next = if self.in_map { Due::Key } else { Due::Value };
        let rest = self.slice(start, self.bytes.len());
        match self.byte() {
            bracket @ (b'}' | b']') => return self.other_bracket(bracket),
            b';' => {
                self.at += 1;
                self.fault(SyntaxFault::MissingComma, start, self.at);
                self.comma = NONE;
                return next;
            }
            b':' | b'=' => {
                self.at += 1;
                self.fault(SyntaxFault::StrayText, start, self.at);
                self.comma = NONE;
                return next;
            }
            // The bracket where a key is due tells as much as the comma would.
            b'{' | b'[' if self.in_map => return Due::Key,
            b'{' | b'[' => {}
            _ if QUOTES.iter().any(|&quote| rest.starts_with(quote)) || text::hole_end(rest).is_some() => {}
            _ => {
                let end = self.word_end(self.in_map);
                let is_member = if self.in_map {
                    self.bytes.get(scan::space_end(self.bytes, end)) == Some(&b':')
                } else {
                    matches!(self.slice(start, end), "true" | "false" | "null") || judge(self.slice(start, end)).0 == Kind::Number
                };
                if !is_member {
                    self.at = end + self.lone_quote(end);
                    self.fault(SyntaxFault::StrayText, start, self.at);
                    return Due::Separator;
                }
            }
        }
        let due = self.due_at();
        self.fault(SyntaxFault::MissingComma, due, due);
        self.comma = NONE;
        next
    }

    /// What comes behind the end of the document.
    fn behind(&mut self) -> Due {
        let start = self.at;
        let (kind, end) = match self.byte() {
            0 if start >= self.bytes.len() => return Due::Nothing,
            b'}' | b']' => (SyntaxFault::StrayBracket, start + 1),
            b',' if scan::space_end(self.bytes, start + 1) == self.bytes.len() => (SyntaxFault::ExtraComma, start + 1),
            b';' => (SyntaxFault::StrayText, start + 1),
            _ => {
                self.at += usize::from(self.byte() == b',');
                self.at = scan::space_end(self.bytes, self.at);
                let end = match self.byte() {
                    b'{' | b'[' => self.at + 1,
                    b'"' => scan::plain_end(self.bytes, self.at + 1),
                    _ => self.word_end(false),
                };
                self.fault(SyntaxFault::SecondDocument, self.at, end + usize::from(self.bytes.get(end) == Some(&b'"')));
                return Due::Nothing;
            }
        };
        self.fault(kind, start, end);
        self.at = end;
        Due::Separator
    }

    /// A string with escapes, control characters or no end; `start` is behind its quote, `at` where the plain text ends.
    #[cold]
    pub(super) fn odd_string(&mut self, start: usize, mut at: usize) {
        let mut escaped = false;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => break self.at = at + 1,
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
        self.push(Kind::String, escaped, start, at);
    }

    /// A string that lacks its closing quote on its line, which ends at `line_end`.
    fn unclosed(&mut self, start: usize, line_end: usize, escaped: bool) {
        let line = self.slice(start, line_end);
        if let Some(length) = line.find(['\u{201C}', '\u{201D}']) {
            let end = start + length;
            self.push(Kind::String, escaped, start, end);
            self.at = end + '\u{201D}'.len_utf8();
            return self.fault(SyntaxFault::SmartQuotes, start - 1, self.at);
        }
        // What closes a value at the line end was hardly meant as part of it.
        let mut end = start + line.trim_end().len();
        while let Some(&last) = self.bytes.get(start..end).and_then(<[u8]>::last) {
            let opening = match last {
                b',' | b' ' => None,
                b']' => Some('['),
                b'}' => Some('{'),
                _ => break,
            };
            if opening.is_some_and(|opening| self.slice(start, end).contains(opening)) {
                break;
            }
            end -= 1;
        }
        self.push(Kind::String, escaped, start, end);
        self.at = end;
        self.fault(SyntaxFault::UnclosedString, start - 1, end);
    }

    /// A string whose closing quote is missing took in the colon or comma that is due now: it ran to the next quote on the
    /// line, as in `"Effect: "Allow"` and `["a, "b"]`, or to the line end, as in `"Effect: Allow`. Ends it before, and reads on
    /// there.
    fn close_string_before(&mut self, due: char) -> bool {
        let Some(&last) = self.nodes.last().filter(|last| last.kind == Kind::String) else { return false };
        let (start, end) = (last.start as usize, last.end as usize);
        let written = self.slice(start, end);
        let sticks = self.at == end + 1 && self.bytes.get(self.at).is_some_and(|&b| scan::in_word(b));
        let before = match self.bytes.get(end) {
            Some(b'"') if sticks => written.trim_end_matches([' ', '{', '[']).strip_suffix(due),
            Some(b'\n' | b'\r') | None if due == ':' && self.in_map => written.split_once(due).map(|(key, _)| key),
            _ => None,
        };
        let Some(before) = before else { return false };
        let (kept, stop) = (start + before.trim_end().len(), start + before.len());
        if let Some(last) = self.nodes.last_mut() {
            last.end = kept as u32;
        }
        self.at = stop;
        self.fault(SyntaxFault::UnclosedString, start.saturating_sub(1), kept);
        true
    }

    /// A string in single or typographic quotes.
    fn other_quotes(&mut self) -> bool {
        let rest = self.slice(self.at, self.bytes.len());
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
        let start = self.at + chars.next().map_or(0, |(_, c)| c.len_utf8());
        let mut escaped = false;
        while let Some((length, c)) = chars.next() {
            let end = self.at + length;
            if closing.contains(&c) {
                self.push(Kind::String, escaped, start, end);
                let outer = (self.at, end + c.len_utf8());
                self.at = outer.1;
                self.fault(kind, outer.0, outer.1);
                return true;
            }
            match c {
                '\n' => break,
                '\\' => {
                    escaped = true;
                    chars.next_if(|&(_, c)| c != '\n');
                }
                _ => {}
            }
        }
        let line = rest.find('\n').unwrap_or(rest.len());
        let end = self.at + rest.get(..line).unwrap_or("").trim_end_matches([' ', '\t', '\r', ',']).len();
        let end = end.max(start);
        self.push(Kind::String, escaped, start, end);
        self.fault(SyntaxFault::UnclosedString, self.at, end);
        self.at = end;
        true
    }

    /// A hole that stands bare, with what sticks to it.
    fn hole(&mut self) -> bool {
        let Some(length) = text::hole_end(self.slice(self.at, self.bytes.len())) else { return false };
        let mut end = self.at + length;
        if self.bytes.get(end).is_some_and(|&b| scan::in_word(b)) {
            let start = std::mem::replace(&mut self.at, end);
            end = self.word_end(true);
            self.at = start;
        }
        self.leaf(Kind::Hole, end);
        true
    }

    /// A closing bracket that is not the one of the innermost list or map: one is missing, or this one is wrong.
    fn other_bracket(&mut self, bracket: u8) -> Due {
        let start = self.at;
        let due = self.due_at();
        let closes = |raw: Raw| raw.kind == if bracket == b'}' { Kind::Map } else { Kind::List };
        let Some(top) = self.raw(self.open) else { return Due::Separator };
        let around = self.raw(top.next);
        if self.bracket_of(top).is_none() && around.is_some_and(closes) {
            self.leave(due);
            return Due::Separator;
        }
        let mut index = top.next;
        while let Some(raw) = self.raw(index).filter(|&raw| !closes(raw)) {
            index = raw.next;
        }
        let fitting = self.raw(index);
        self.note(Found { kind: SyntaxFault::StrayBracket, start, end: start + 1, related: self.bracket_of(top) });
        if fitting.is_some_and(|raw| self.goes_on_in(self.raw(raw.next))) {
            self.leave_until(index, due);
        } else if self.goes_on_in(around) {
            self.at += 1;
            self.leave(self.at);
        } else if fitting.is_none() || self.goes_on_in(Some(top)) {
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
                let member = near.get(next) == Some(&b'"') && {
                    let end = scan::plain_end(near, next + 1);
                    near.get(scan::space_end(near, end + 1)) == Some(&b':')
                };
                kind == Some(if member { Kind::Map } else { Kind::List })
            }
            _ => false,
        }
    }

    fn leave_until(&mut self, index: u32, end: usize) {
        while self.open != index && self.open != NONE {
            self.leave(end);
        }
    }

    /// A key and colon outside of a map: its opening bracket is lost. Opens a map before the key.
    fn imply_map(&mut self) -> bool {
        let Some(&key) = self.nodes.last().filter(|last| last.kind == Kind::String) else { return false };
        if self.in_map || self.depth == super::MAX_DEPTH || (self.open == NONE && self.nodes.len() > 1) {
            return false;
        }
        let quote = |c: Option<char>| c.filter(|c| QUOTES.contains(c)).map_or(0, char::len_utf8);
        let behind = quote(self.slice(key.end as usize, self.bytes.len()).chars().next());
        if self.due_at() != key.end as usize + behind {
            return false;
        }
        let quote = quote(self.slice(0, key.start as usize).chars().next_back());
        let related = Some((key.start as usize, key.end as usize));
        self.note(Found { kind: SyntaxFault::StrayText, start: self.at, end: self.at + 1, related });
        self.nodes.pop();
        self.enter(Kind::Map, key.start as usize - quote);
        self.push(Kind::String, key.escaped, key.start as usize, key.end as usize);
        self.at += 1;
        true
    }

    /// The opening bracket of a list or map; none where its map was only implied.
    fn bracket_of(&self, raw: Raw) -> Option<(usize, usize)> {
        let start = raw.start as usize;
        matches!(self.bytes.get(start), Some(b'{' | b'[')).then_some((start, start + 1))
    }

    /// A list or map that is nested too deep: passes over it.
    #[cold]
    pub(super) fn too_deep(&mut self) -> Due {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => self.at = self.past_string(self.at),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.push(Kind::Wrong, false, start, self.at);
        if !self.told_too_deep {
            self.told_too_deep = true;
            self.fault(SyntaxFault::TooDeep, start, start + 1);
        }
        Due::Separator
    }

    /// Behind the string whose content starts at `at`, or at the line end where it lacks its closing quote.
    fn past_string(&self, mut at: usize) -> usize {
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

    /// The text ends inside a list or map.
    fn text_ends(&mut self, value_due: bool) -> Due {
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

    /// A comma that stands directly before the closing bracket at hand.
    fn comma_before_closing(&mut self) {
        let comma = std::mem::replace(&mut self.comma, NONE);
        if comma != NONE && self.nodes.len() as u32 - 1 != self.open {
            self.fault(SyntaxFault::ExtraComma, comma as usize, comma as usize + 1);
        }
    }

    /// Passes over a comment, or over white space that JSON does not know.
    fn trivia(&mut self) -> bool {
        let start = self.at;
        let rest = self.slice(start, self.bytes.len());
        let kind = if rest.starts_with("//") || rest.starts_with('#') {
            self.at += rest.find('\n').map_or(rest.len(), |end| rest.get(..end).unwrap_or("").trim_end_matches('\r').len());
            SyntaxFault::Comment
        } else if let Some(inner) = rest.strip_prefix("/*") {
            self.at += inner.find("*/").map_or(rest.len(), |end| end + 4);
            SyntaxFault::Comment
        } else {
            let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}');
            let odd = |c: char| blank(c) && !matches!(c, ' ' | '\n' | '\r' | '\t');
            self.at += rest.find(|c| !odd(c)).unwrap_or(rest.len());
            SyntaxFault::StrayText
        };
        if self.at == start {
            return false;
        }
        self.fault(kind, start, self.at);
        true
    }

    /// The end of what stands at hand without quotes; always behind it.
    fn word_end(&self, key: bool) -> usize {
        let rest = self.slice(self.at, self.bytes.len());
        let mut length = 0;
        while let Some(c) = rest.get(length..).and_then(|rest| rest.chars().next()) {
            let ends = c.is_whitespace()
                || c.is_control()
                || matches!(c, ',' | ']' | '}' | '{' | '[' | '"' | ';' | '\u{201C}' | '\u{201D}')
                || (key && matches!(c, ':' | '='));
            let hole = if matches!(c, '$' | '{') { rest.get(length..).and_then(text::hole_end) } else { None };
            match hole {
                Some(hole) => length += hole,
                None if ends && length > 0 => break,
                None => {
                    length += c.len_utf8();
                    if ends {
                        break;
                    }
                }
            }
        }
        self.at + length
    }

    /// The length of a quote at `at` that closes a word which lacks the opening one.
    fn lone_quote(&self, at: usize) -> usize {
        let closes = matches!(self.bytes.get(at + 1), None | Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b']' | b'}'));
        usize::from(closes && self.bytes.get(at) == Some(&b'"'))
    }

    /// Where something is due that is not there: behind the last thing that is.
    fn due_at(&self) -> usize {
        self.faults.before_trivia(self.text, self.at)
    }

    /// A node in the place of a value that is not there.
    fn nothing(&mut self, at: usize) {
        self.push(Kind::Wrong, false, at, at);
    }

    fn raw(&self, index: u32) -> Option<Raw> {
        self.nodes.get(index as usize).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("")
    }

    fn fault(&mut self, kind: SyntaxFault, start: usize, end: usize) {
        self.note(Found { kind, start, end, related: None });
    }

    fn note(&mut self, found: Found) {
        // A string without its end most likely took in what is missing now.
        let missing = matches!(found.kind, SyntaxFault::MissingComma | SyntaxFault::MissingColon | SyntaxFault::MissingValue);
        let swallowed =
            self.faults.last().is_some_and(|last| last.kind == SyntaxFault::UnclosedString && last.end == found.start);
        if !(missing && swallowed) {
            self.faults.add(self.text, found);
        }
    }
}

/// What a text without quotes is in the place of a value.
fn judge(word: &str) -> (Kind, SyntaxFault) {
    let number = word.strip_prefix(['-', '+']).unwrap_or(word);
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, ""));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let decimal = digits(whole) && digits(part) && digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let hexadecimal = number.strip_prefix("0x").or(number.strip_prefix("0X"));
    let hexadecimal = hexadecimal.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    if hexadecimal || (decimal && mantissa.bytes().any(|b| b.is_ascii_digit())) {
        (Kind::Number, SyntaxFault::BadNumber)
    } else if word.contains(|c: char| c.is_alphanumeric() || c == '*') {
        (Kind::Wrong, SyntaxFault::BareWord)
    } else {
        (Kind::Wrong, SyntaxFault::StrayText)
    }
}
