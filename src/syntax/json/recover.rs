//! What the reader does where the text is not JSON: name the mistake once, at its place, and find a way on.
//!
//! INVARIANT: each function here takes at least one byte, adds a node or closes a bracket, or hands on to one that does, so
//! reading ends; and looking ahead is bounded, so reading stays linear.

mod brackets;
mod layout;
mod quotes;
mod template;

use super::faults::Found;
use super::{Due, Kind, MAX_DEPTH, NONE, Raw, Reader, SyntaxFault, Writing, scan};
use crate::syntax::text;
use quotes::QUOTES;

/// How far to look ahead for what a bracket or quote belongs to, in bytes.
const AHEAD: usize = 512;

impl Reader<'_> {
    #[cold]
    pub(super) fn odd_value(&mut self) -> Due {
        if self.trivia() {
            return Due::Value;
        }
        if let Some(due) = self.directive(Due::Value) {
            return due;
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
                self.at += 1;
                self.fault(SyntaxFault::ExtraComma, self.at - 1, self.at);
                Due::Value
            }
            b']' | b'}' => {
                self.comma_before_closing();
                Due::Separator
            }
            b':' | b'=' if self.in_map => {
                self.at += 1;
                self.fault(SyntaxFault::StrayText, self.at - 1, self.at);
                Due::Value
            }
            _ if self.any_quotes() || self.hole() => Due::Separator,
            b'{' => self.opening(Kind::Map),
            _ => {
                let (start, end) = (self.at, self.word_end(false));
                let (kind, fault) = judge(self.slice(start, end));
                self.push(kind, start, end);
                self.at = end + self.lone_quote(end);
                self.fault(fault, start, self.at);
                Due::Separator
            }
        }
    }

    /// What is special where the document should start.
    fn odd_root(&mut self) -> Option<Due> {
        let rest = self.rest();
        match self.byte() {
            _ if rest.is_empty() => {
                if self.faults.is_empty() {
                    self.fault(SyntaxFault::Empty, self.at, self.at);
                }
                self.nothing(self.at);
                return Some(Due::Nothing);
            }
            b'}' | b']' => {
                self.at += 1;
                self.fault(SyntaxFault::StrayBracket, self.at - 1, self.at);
            }
            b',' => {
                self.at += 1;
                self.fault(SyntaxFault::ExtraComma, self.at - 1, self.at);
            }
            b'{' => return None,
            _ if rest.starts_with(QUOTES) || text::hole_end(rest).is_some() => return None,
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
        if let Some(due) = self.directive(Due::Key) {
            return due;
        }
        match self.byte() {
            0 if self.at >= self.bytes.len() => return self.text_ends(false),
            b']' | b'}' => {
                self.comma_before_closing();
                return Due::Separator;
            }
            b',' => {
                self.at += 1;
                self.fault(SyntaxFault::ExtraComma, self.at - 1, self.at);
                return Due::Key;
            }
            b'"' if self.by_layout => {
                self.leave_by_layout(Kind::Map);
                self.string();
                return self.colon();
            }
            _ if self.any_quotes() || self.hole() => return Due::Colon,
            // doubled as in a format string
            b'{' if self.nodes.len() as u32 == self.open + 1 && self.bytes.get(self.at.wrapping_sub(1)) == Some(&b'{') => {
                self.fault(SyntaxFault::KeyNotString, self.at - 1, self.at + 1);
                self.nothing(self.at);
                return Due::Value;
            }
            // an item where a key is due: a bracket before it is lost
            b'{' if self.leave_for_item() || self.item_for_key() => return Due::Value,
            b':' | b'[' | b'{' => {
                self.fault(SyntaxFault::KeyNotString, self.at, self.at + 1);
                self.nothing(self.at);
                self.at += usize::from(self.byte() == b':');
                return Due::Value;
            }
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
        self.push(kind, start, end);
        self.at = end + self.lone_quote(end);
        self.fault(SyntaxFault::KeyNotString, start, self.at);
        Due::Colon
    }

    #[cold]
    pub(super) fn odd_colon(&mut self) -> Due {
        if self.trivia() || self.close_string_before(':') {
            return Due::Colon;
        }
        if let Some(due) = self.directive(Due::Colon) {
            return due;
        }
        let (start, due) = (self.at, self.due_at());
        match self.byte() {
            0 if start >= self.bytes.len() => return self.text_ends(true),
            b',' | b'}' | b']' => {
                self.fault(SyntaxFault::MissingColon, due, due);
                self.nothing(due);
                return Due::Separator;
            }
            b'=' | b';' => {
                self.at += if self.rest().starts_with("=>") { 2 } else { 1 };
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
        if let Some(due) = self.directive(Due::Separator) {
            return due;
        }
        let start = self.at;
        if self.byte() == b':' && (self.key_outside_map() || self.key_for_value()) {
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
        let due = self.due_at();
        match self.byte() {
            bracket @ (b'}' | b']') => return self.odd_bracket(bracket),
            b';' => {
                self.at += 1;
                self.fault(SyntaxFault::MissingComma, start, self.at);
            }
            b':' | b'=' => {
                self.at += 1;
                self.fault(SyntaxFault::StrayText, start, self.at);
            }
            b'{' if self.in_map && self.leave_for_item() => return Due::Value,
            // The bracket where a key is due tells as much as the comma would.
            b'{' | b'[' if self.in_map => {}
            // what is missing is more than a comma
            b'"' if !self.in_map && self.is_key(self.at) => {
                self.string();
                return Due::Separator;
            }
            _ if self.starts_member() => {
                if !(self.is_behind_directive()
                    || self.in_map && (self.leave_by_layout(Kind::Map) || self.leave_for_equal_key(due)))
                {
                    self.fault(SyntaxFault::MissingComma, due, due);
                }
            }
            _ => {
                self.stray_words();
                return Due::Separator;
            }
        }
        self.comma = NONE;
        if self.in_map { Due::Key } else { Due::Value }
    }

    /// Whether what stands where a comma is due looks like the next item or entry.
    fn starts_member(&self) -> bool {
        let rest = self.rest();
        if rest.starts_with(QUOTES) || rest.starts_with(['{', '[']) || text::hole_end(rest).is_some() {
            return true;
        }
        let end = self.word_end(self.in_map);
        if self.in_map {
            return self.bytes.get(scan::space_end(self.bytes, end)) == Some(&b':');
        }
        let word = self.slice(self.at, end);
        matches!(word, "true" | "false" | "null") || judge(word).0 == Kind::Number
    }

    /// Passes over words that are neither separator nor value.
    fn stray_words(&mut self) {
        if self.rest_of_string() {
            return;
        }
        let (start, mut end) = (self.at, self.at);
        while !matches!(self.byte(), 0 | b'\n' | b'\r' | b',' | b':' | b';' | b'"' | b'[' | b']' | b'{' | b'}') {
            end = self.word_end(self.in_map);
            end += self.lone_quote(end);
            self.at = end + self.bytes.iter().skip(end).take_while(|&&b| b == b' ' || b == b'\t').count();
        }
        self.at = end;
        self.fault(SyntaxFault::StrayText, start, end);
    }

    /// What comes behind the end of the document.
    fn behind(&mut self) -> Due {
        let start = self.at;
        let kind = match self.byte() {
            0 if start >= self.bytes.len() => return Due::Nothing,
            b'}' | b']' => {
                let brackets = |c| matches!(c, '}' | ']' | ' ' | '\n' | '\r' | '\t');
                let run = self.rest().trim_start_matches(brackets).len();
                let end = self.slice(start, self.bytes.len() - run).trim_end().len();
                self.at += end;
                self.fault(SyntaxFault::StrayBracket, start, self.at);
                return Due::Separator;
            }
            b',' if scan::space_end(self.bytes, start + 1) == self.bytes.len() => SyntaxFault::ExtraComma,
            // the document goes on: the bracket that closed it is one too many
            b',' if self.is_key(scan::space_end(self.bytes, start + 1)) && self.reopen_root() => return Due::Separator,
            b';' => SyntaxFault::StrayText,
            // the end of a fence
            b'`' if self.rest().trim_end() == "```" => {
                self.at += 3;
                self.fault(SyntaxFault::StrayText, start, self.at);
                return Due::Separator;
            }
            comma => {
                self.at = scan::space_end(self.bytes, self.at + usize::from(comma == b','));
                let end = match self.byte() {
                    b'{' | b'[' => self.at + 1,
                    b'"' => scan::plain_end(self.bytes, self.at + 1),
                    _ => self.word_end(false),
                };
                self.fault(SyntaxFault::SecondDocument, self.at, end + usize::from(self.bytes.get(end) == Some(&b'"')));
                return Due::Nothing;
            }
        };
        self.at += 1;
        self.fault(kind, start, self.at);
        Due::Separator
    }

    fn reopen_root(&mut self) -> bool {
        let end = self.nodes.first().filter(|root| root.kind == Kind::Map).map_or(0, |root| root.end as usize);
        let closed = end > 0 && self.bytes.get(end - 1) == Some(&b'}') && !self.faults.is_full();
        if closed {
            self.open_again(0, end);
        }
        closed
    }

    /// A hole that stands bare, with what sticks to it.
    fn hole(&mut self) -> bool {
        let Some(length) = text::hole_end(self.rest()) else { return false };
        let (start, mut end) = (self.at, self.at + length);
        // a path is part of a string
        let part = self.bytes.get(end) == Some(&b'/');
        if part || self.bytes.get(end).is_some_and(|&b| scan::in_word(b)) {
            self.at = end;
            end = self.word_end(true);
        }
        self.push(Kind::Hole, start, end);
        self.at = end;
        if part {
            self.fault(SyntaxFault::BareWord, start, end);
        }
        true
    }

    /// A comma that stands directly before the closing bracket at hand.
    fn comma_before_closing(&mut self) {
        let comma = std::mem::replace(&mut self.comma, NONE);
        if comma != NONE && self.nodes.len() as u32 - 1 != self.open && !self.is_behind_directive() {
            self.fault(SyntaxFault::ExtraComma, comma as usize, comma as usize + 1);
        }
    }

    /// Passes over a comment, or over white space that JSON does not know.
    fn trivia(&mut self) -> bool {
        let start = self.at;
        let rest = self.rest();
        let hash = rest.starts_with('#') && text::hole_end(rest).is_none();
        let (length, kind) = if rest.starts_with("//") || hash {
            (rest.lines().next().map_or(0, str::len), SyntaxFault::Comment)
        } else if let Some(inner) = rest.strip_prefix("/*") {
            (inner.find("*/").map_or(rest.len(), |end| end + 4), SyntaxFault::Comment)
        } else {
            let blank = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}');
            let odd = |c: char| blank(c) && !matches!(c, ' ' | '\n' | '\r' | '\t');
            (rest.find(|c| !odd(c)).unwrap_or(rest.len()), SyntaxFault::StrayText)
        };
        if length > 0 {
            self.at += length;
            self.fault(kind, start, self.at);
        }
        length > 0
    }

    /// The end of what stands at hand without quotes; always behind it.
    fn word_end(&self, key: bool) -> usize {
        let rest = self.rest();
        let mut length = 0;
        while let Some(c) = rest.get(length..).and_then(|rest| rest.chars().next()) {
            let ends = c.is_whitespace()
                || c.is_control()
                || matches!(c, ',' | ']' | '}' | '{' | '[' | '"' | ';' | '\u{201C}' | '\u{201D}')
                || (key && matches!(c, ':' | '='));
            let hole = if matches!(c, '$' | '{') { rest.get(length..).and_then(text::hole_end) } else { None };
            match hole {
                Some(hole) => length += hole,
                None if !ends => length += c.len_utf8(),
                None if length == 0 => return self.at + c.len_utf8(),
                None => break,
            }
        }
        self.at + length
    }

    /// Where something is due that is not there: behind the last thing that is.
    fn due_at(&self) -> usize {
        self.faults.before_trivia(self.text, self.at).max(self.nodes.last().map_or(0, end_of))
    }

    /// A node in the place of a value that is not there.
    fn nothing(&mut self, at: usize) {
        self.push(Kind::Wrong, at, at);
    }

    fn raw(&self, index: u32) -> Option<Raw> {
        self.nodes.get(index as usize).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or("")
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn fault(&mut self, kind: SyntaxFault, start: usize, end: usize) {
        self.note(Found { kind, start, end, related: None });
    }

    fn note(&mut self, found: Found) {
        // What is missing behind a string without its end was most likely taken in; behind stray text, that stands there.
        let missing = matches!(found.kind, SyntaxFault::MissingComma | SyntaxFault::MissingColon | SyntaxFault::MissingValue);
        let told =
            |last: &Found| matches!(last.kind, SyntaxFault::UnclosedString | SyntaxFault::StrayText) && last.end == found.start;
        if !(missing && self.faults.last().is_some_and(told)) {
            self.faults.add(self.text, found);
        }
    }
}

/// The end of a node with its quote.
fn end_of(node: &Raw) -> usize {
    node.end as usize + usize::from(node.quotes[1])
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
