//! TOML. Tables that are written in several places are one map, in the order in which their keys are first written; a header is the
//! bracket of its table. Dates are strings.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeInteger, DeTable, DeValue, Error};

use super::builder::Builder;
use super::decode::{self, Decoded};
use super::{Kind, MAX_DEPTH, Mistake, SyntaxFault, Tree, number};
use crate::source::SourceId;

/// Reads a text of which `source` is the number.
pub fn read(source: SourceId, text: &str) -> Tree<'_> {
    let mut reader = Reader { text, builder: Builder::new(source, text) };
    if let Some(at) = too_deep(text) {
        reader.builder.too_deep(at..at + 1);
        return reader.builder.finish();
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    reader.errors(&errors);
    reader.table(table.get_ref(), 0..0, 0);
    reader.builder.finish()
}

/// Where tables and lists nest too deep to be read. Each part of a dotted key is a table, so that they can nest deeper than brackets do,
/// and the crate would run out of stack when it lets go of them.
pub(crate) fn too_deep(text: &str) -> Option<usize> {
    // what closes each open bracket, and how deep that nests: one, and one for each point of the key before it
    let mut open: Vec<(u8, usize)> = Vec::new();
    let (mut depth, mut points, mut at) = (0, 0, 0);
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'"' | b'\'' => {
                at += string_length(text.get(at..).unwrap_or(""));
                continue;
            }
            b'#' => at += text.get(at..).and_then(|rest| rest.find('\n')).unwrap_or(text.len()).saturating_sub(1),
            b'.' => points += 1,
            b',' | b'\n' => points = 0,
            b'{' | b'[' => {
                open.push((byte + 2, 1 + points));
                depth += 1 + points;
                points = 0;
            }
            b'}' | b']' => {
                depth -= open.pop_if(|(closing, _)| *closing == byte).map_or(0, |(_, levels)| levels);
                points = 0;
            }
            _ => {}
        }
        if depth + points > MAX_DEPTH {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The length of the string that a text starts with, with its quotes.
fn string_length(text: &str) -> usize {
    let (quotes, escapes) = (quotes(text), text.starts_with('"'));
    let quote = text.get(..quotes).unwrap_or("");
    let mut at = quotes;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) {
            // up to two quotes may stand before those that close
            let more = rest.chars().skip(quotes).take(quotes - 1).take_while(|&c| quote.starts_with(c)).count();
            return at + quotes + more;
        }
        match rest.chars().next() {
            Some('\n') if quotes == 1 => return at,
            Some('\\') if escapes => at += 1 + rest.chars().nth(1).filter(|&c| c != '\n').map_or(0, char::len_utf8),
            c => at += c.map_or(1, char::len_utf8),
        }
    }
    at
}

/// How many quotes a string has that a text starts with, on each side.
fn quotes(text: &str) -> usize {
    match text.as_bytes() {
        [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] => 3,
        [b'"' | b'\'', ..] => 1,
        _ => 0,
    }
}

struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
}

// INVARIANT: what calls itself here goes only as deep as the builder lets it.
impl Reader<'_> {
    /// A table whose bracket or header stands in `bracket`, and which ends at `end` unless it holds more.
    fn table(&mut self, table: &DeTable<'_>, bracket: Range<usize>, end: usize) {
        if !self.builder.open(Kind::Map, bracket) {
            return;
        }
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            self.scalar(Kind::String, key.get_ref(), key.span());
            self.value(value, key.span().end);
        }
        self.builder.close(end);
    }

    fn list(&mut self, list: &DeArray<'_>, place: Range<usize>) {
        let of_tables = list.iter().next().is_some_and(|first| first.span().start == place.start);
        let (bracket, end) = if of_tables { (place.start..place.start, 0) } else { (place.start..place.start + 1, place.end) };
        if self.builder.open(Kind::List, bracket) {
            for item in list {
                self.value(item, item.span().start);
            }
            self.builder.close(end);
        }
    }

    /// A value that is due at `due`.
    fn value(&mut self, value: &Spanned<DeValue<'_>>, due: usize) {
        let place = value.span();
        let written = self.text.get(place.clone()).unwrap_or("");
        match value.get_ref() {
            DeValue::Table(table) if written.starts_with('{') => self.table(table, place.start..place.start + 1, place.end),
            DeValue::Table(table) if written.starts_with('[') => self.table(table, place, 0),
            DeValue::Table(table) => {
                // of a dotted key or header: it starts with the next part
                let start = table.keys().map(|key| key.span().start).min().unwrap_or(place.end);
                self.table(table, start..start, 0);
            }
            DeValue::Array(list) => self.list(list, place),
            _ if written.is_empty() => self.builder.wrong(due..due),
            DeValue::String(value) => self.scalar(Kind::String, value, place),
            DeValue::Boolean(value) => {
                let name = if *value { "true" } else { "false" };
                self.builder.leaf(Kind::Bool(*value), &Decoded::whole(name, place.clone()), false, place);
            }
            DeValue::Datetime(_) => self.builder.leaf(Kind::String, &Decoded::plain(written, place.start), false, place),
            DeValue::Integer(value) => self.number(integer(value, written), written, place),
            DeValue::Float(value) => self.number(number::decimal(value.as_str()), written, place),
        }
    }

    fn number(&mut self, value: Option<Cow<'_, str>>, written: &str, place: Range<usize>) {
        let decoded = match value {
            Some(value) if value != written => Decoded::whole(value, place.clone()),
            _ => Decoded::plain(written, place.start),
        };
        self.builder.leaf(Kind::Number, &decoded, false, place);
    }

    /// A string or key, as `value` means.
    fn scalar(&mut self, kind: Kind, value: &str, place: Range<usize>) {
        let written = self.text.get(place.clone()).unwrap_or("");
        let quotes = quotes(written);
        let mut start = place.start + quotes;
        if quotes == 3 {
            // a line end directly behind the quotes does not count
            let inside = written.get(3..).unwrap_or("");
            start += if inside.starts_with("\r\n") { 2 } else { usize::from(inside.starts_with('\n')) };
        }
        let quote = written.get(..quotes).unwrap_or("");
        let closed = written.len() >= 2 * quotes && written.ends_with(quote);
        let end = if closed { place.end - quotes } else { place.end };
        let inside = self.text.get(start..end).unwrap_or("");
        let decoded = decode::toml(inside, start.min(end), written.starts_with('"'), Cow::Borrowed(value));
        self.builder.leaf(kind, &decoded, quotes > 0, place);
    }

    /// What the crate noticed: of one line only the first, for the others mostly follow from it.
    fn errors(&mut self, errors: &[Error]) {
        let end = self.text.len();
        let mut found: Vec<_> = errors.iter().map(|error| (error.span().unwrap_or(end..end), error.message())).collect();
        found.sort_by_key(|(place, _)| place.start);
        // the end of the line of the last one that is told
        let mut line_end = None;
        for (place, message) in found {
            let fault = match fault(message) {
                SyntaxFault::NotToml(Mistake::Unquoted) if place.is_empty() => SyntaxFault::NotToml(Mistake::MissingValue),
                fault => fault,
            };
            if fault == SyntaxFault::DuplicateKey || line_end.is_none_or(|line_end| place.start > line_end) {
                let rest = self.text.get(place.start..).unwrap_or("");
                line_end = Some(rest.find('\n').map_or(end, |length| place.start + length));
                self.builder.fault(fault, place);
            }
        }
    }
}

/// An integer as JSON has it.
fn integer<'s>(value: &'s DeInteger<'_>, written: &'s str) -> Option<Cow<'s, str>> {
    match value.radix() {
        10 => number::decimal(value.as_str()),
        radix => number::with_radix(written, value.as_str(), radix),
    }
}

/// The fault that the crate means.
fn fault(message: &str) -> SyntaxFault {
    const KNOWN: [(&str, Mistake); 34] = [
        ("unclosed", Mistake::UnclosedBracket),
        ("missing array opening", Mistake::StrayBracket),
        ("missing inline table opening", Mistake::StrayBracket),
        ("missing table open", Mistake::StrayBracket),
        ("missing comma", Mistake::MissingComma),
        ("extra comma", Mistake::ExtraComma),
        ("key with no value", Mistake::MissingSeparator),
        ("missing assignment", Mistake::MissingSeparator),
        ("missing value", Mistake::MissingValue),
        ("extra `=`", Mistake::ExtraSeparator),
        ("extra assignment", Mistake::ExtraSeparator),
        ("unexpected `=`", Mistake::ExtraSeparator),
        ("missing key", Mistake::BadKey),
        ("unquoted keys", Mistake::BadKey),
        ("invalid unquoted key", Mistake::BadKey),
        ("keys cannot be", Mistake::BadKey),
        ("string values must be quoted", Mistake::Unquoted),
        ("invalid boolean", Mistake::Unquoted),
        ("missing escaped value", Mistake::BadEscape),
        ("too few unicode", Mistake::BadEscape),
        ("invalid value", Mistake::BadEscape),
        ("invalid comment character", Mistake::BadCharacter),
        ("carriage return", Mistake::BadCharacter),
        ("redundant", Mistake::BadNumber),
        ("integers with a radix", Mistake::BadNumber),
        ("radix must", Mistake::BadNumber),
        ("unexpected leading zero", Mistake::BadNumber),
        ("unexpected sign", Mistake::BadNumber),
        ("`_` may only", Mistake::BadNumber),
        ("missing opening quote", Mistake::UnclosedString),
        ("unexpected key", Mistake::StrayText),
        ("unexpected content", Mistake::StrayText),
        ("invalid key-value pair", Mistake::StrayText),
        ("cannot extend value", Mistake::NoTable),
    ];
    if message.starts_with("duplicate key") {
        return SyntaxFault::DuplicateKey;
    }
    let known = KNOWN.iter().find(|(start, _)| message.starts_with(start)).map(|(_, mistake)| *mistake);
    SyntaxFault::NotToml(known.unwrap_or_else(|| match message {
        _ if message.contains("recurs") => Mistake::TooDeep,
        // of a string, the quote that is expected tells that it lacks its end
        _ if ["string, expected `\"`", "string, expected `'`"].iter().any(|end| message.ends_with(end)) => {
            Mistake::UnclosedString
        }
        _ if message.contains(" string") => Mistake::BadCharacter,
        _ if message.starts_with("invalid ") => Mistake::BadNumber,
        _ => Mistake::Other,
    }))
}
