//! What a scalar of TOML, YAML or HCL means, and where each byte of the meaning stands.

use std::borrow::Cow;
use std::ops::Range;

/// The value of a scalar.
pub(super) struct Decoded<'s> {
    pub(super) value: Cow<'s, str>,
    /// The offset in the source of each byte of the value, and of its end.
    offsets: Vec<u32>,
}

impl<'s> Decoded<'s> {
    /// A value that is written as it is, from `start` on.
    pub(super) fn plain(value: &'s str, start: usize) -> Self {
        Self { value: Cow::Borrowed(value), offsets: (start..=start + value.len()).map(|at| at as u32).collect() }
    }

    /// A value that is written in a way of its own in `place`.
    pub(super) fn whole(value: impl Into<Cow<'s, str>>, place: Range<usize>) -> Self {
        let value = value.into();
        let mut offsets = vec![place.start as u32; value.len()];
        offsets.push(place.end as u32);
        Self { value, offsets }
    }

    /// A value that stands nowhere yet, to be put together from `start` on.
    pub(super) fn none(start: usize) -> Self {
        Self { value: Cow::Borrowed(""), offsets: vec![start as u32] }
    }

    /// Puts another value behind.
    pub(super) fn push(&mut self, other: &Decoded<'_>) {
        self.offsets.pop();
        self.value.to_mut().push_str(&other.value);
        self.offsets.extend_from_slice(&other.offsets);
    }

    /// Has it start and end where `place` does.
    pub(super) fn reach(&mut self, place: &Range<usize>) {
        if let Some(first) = self.offsets.first_mut() {
            *first = place.start as u32;
        }
        if let Some(last) = self.offsets.last_mut() {
            *last = place.end as u32;
        }
    }

    /// Takes away the white space on either side.
    pub(super) fn strip(&mut self, start: bool, end: bool) {
        let kept = self.value.len() - if start { self.value.trim_start().len() } else { self.value.len() };
        let until = if end { self.value.trim_end().len().max(kept) } else { self.value.len() };
        if (kept, until) != (0, self.value.len()) {
            self.value = Cow::Owned(self.value.get(kept..until).unwrap_or("").to_owned());
            self.offsets = self.offsets.get(kept..=until).unwrap_or(&[]).to_vec();
        }
    }

    /// Where each byte stands, and where the value ends.
    pub(super) fn places(&self) -> (&[u32], usize) {
        let (end, bytes) = self.offsets.split_last().unwrap_or((&0, &[]));
        (bytes, *end as usize)
    }
}

/// A value in the making, from the text between the quotes or of the lines.
struct Walk<'s> {
    raw: &'s str,
    /// Where `raw` starts in the source.
    start: usize,
    at: usize,
    value: String,
    offsets: Vec<u32>,
}

impl<'s> Walk<'s> {
    fn new(raw: &'s str, start: usize) -> Self {
        Self { raw, start, at: 0, value: String::with_capacity(raw.len()), offsets: Vec::with_capacity(raw.len() + 1) }
    }

    fn rest(&self) -> &'s str {
        self.raw.get(self.at..).unwrap_or("")
    }

    /// A character that is written in the next `length` bytes.
    fn put(&mut self, c: char, length: usize) {
        self.value.push(c);
        self.offsets.resize(self.value.len(), (self.start + self.at) as u32);
        self.at += length;
    }

    /// The next `length` bytes as they are.
    fn take(&mut self, length: usize) {
        let taken = self.rest().get(..length).unwrap_or("");
        self.value.push_str(taken);
        let from = self.start + self.at;
        self.offsets.extend((from..from + taken.len()).map(|at| at as u32));
        self.at += length;
    }

    /// White space that the ends of lines became, each character for one of them.
    fn put_at(&mut self, blanks: &str, ends: &[usize]) {
        for (index, c) in blanks.chars().enumerate() {
            let at = ends.get(index).or(ends.last()).unwrap_or(&self.at);
            self.value.push(c);
            self.offsets.push((self.start + at) as u32);
        }
    }

    /// The value, if it is the `expected` one: if both readers understand the text alike.
    fn done(mut self, expected: Cow<'s, str>) -> Decoded<'s> {
        self.offsets.push((self.start + self.at) as u32);
        if self.value == expected {
            return Decoded { value: expected, offsets: self.offsets };
        }
        Decoded::whole(expected, self.start..self.start + self.raw.len())
    }
}

/// What a scalar of YAML means that may be folded: plain, or what stands between `quote`s.
pub(super) fn flow<'s>(raw: &'s str, start: usize, quote: Option<char>, expected: Cow<'s, str>) -> Decoded<'s> {
    let mut walk = Walk::new(raw, start);
    while let Some(c) = walk.rest().chars().next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => {
                let (end, breaks) = blank_end(walk.rest());
                fold(&mut walk, end, breaks);
            }
            '\'' if quote == Some(c) => walk.put(c, 2),
            '\\' if quote == Some('"') => {
                if let Some((c, length)) = escape(walk.rest()) {
                    walk.put(c, length);
                } else {
                    // an escaped line end, which joins two lines
                    walk.at += 1;
                    walk.at += break_length(walk.rest());
                    let (end, breaks) = blank_end(walk.rest());
                    if breaks == 0 { walk.at += end } else { fold(&mut walk, end, breaks + 1) }
                }
            }
            c => walk.take(c.len_utf8()),
        }
    }
    walk.done(expected)
}

/// A stretch of white space: as it is within a line, else a space for one line break, and line breaks for more.
fn fold(walk: &mut Walk<'_>, length: usize, breaks: usize) {
    let end = walk.at + length;
    match breaks {
        0 => walk.take(length),
        1 => walk.put(' ', length),
        _ => {
            for _ in 1..breaks {
                walk.put('\n', 0);
            }
        }
    }
    walk.at = end;
}

/// What the lines of a block of YAML mean, which are indented by `indent` and start behind the indentation of the first.
pub(super) fn block<'s>(raw: &'s str, start: usize, indent: usize, expected: Cow<'s, str>) -> Decoded<'s> {
    let mut walk = Walk::new(raw, start);
    // the line ends behind the last content
    let mut breaks = Vec::new();
    let mut indentation = 0;
    while let Some(line) = Some(walk.rest()).filter(|rest| !rest.is_empty()) {
        let length = line.find(['\n', '\r']).unwrap_or(line.len());
        let inside = line.bytes().take(indentation).take_while(|&byte| byte == b' ').count();
        let content = line.get(inside..length).unwrap_or("");
        indentation = indent;
        if content.is_empty() {
            walk.at += length;
        } else {
            let left = expected.get(walk.value.len()..).unwrap_or("");
            let Some((between, _)) = left.split_once(content).filter(|(between, _)| is_blank(between)) else { break };
            walk.put_at(between, &breaks);
            breaks.clear();
            walk.at += inside;
            walk.take(content.len());
        }
        breaks.push(walk.at);
        walk.at += break_length(walk.rest());
    }
    let left = expected.get(walk.value.len()..).filter(|left| is_blank(left)).unwrap_or("");
    walk.put_at(left, &breaks);
    walk.at = breaks.get(left.len()).copied().unwrap_or(walk.at);
    walk.done(expected)
}

/// What stands between the quotes of a string of TOML: with escapes or as it is.
pub(super) fn toml<'s>(raw: &'s str, start: usize, escapes: bool, expected: Cow<'s, str>) -> Decoded<'s> {
    let mut walk = Walk::new(raw, start);
    while let Some(rest) = Some(walk.rest()).filter(|rest| !rest.is_empty()) {
        match rest.find('\\').filter(|_| escapes) {
            Some(0) => {
                let joined = blank_end(rest.get(1..).unwrap_or(""));
                match escape(rest) {
                    Some((c, length)) if joined.1 == 0 => walk.put(c, length),
                    _ => walk.at += 1 + joined.0,
                }
            }
            plain => walk.take(plain.unwrap_or(rest.len())),
        }
    }
    walk.done(expected)
}

/// What stands between the quotes of a string of HCL, or between two interpolations there; `None` where no other reader tells what is expected.
pub(super) fn hcl<'s>(raw: &'s str, start: usize, expected: Option<Cow<'s, str>>) -> Decoded<'s> {
    let mut walk = Walk::new(raw, start);
    while let Some(rest) = Some(walk.rest()).filter(|rest| !rest.is_empty()) {
        match rest.find(['\\', '$', '%']) {
            Some(0) => match escape(rest).filter(|_| rest.starts_with('\\')) {
                Some((c, length)) => walk.put(c, length),
                None => marker(&mut walk),
            },
            plain => walk.take(plain.unwrap_or(rest.len())),
        }
    }
    let expected = expected.unwrap_or_else(|| Cow::Owned(walk.value.clone()));
    walk.done(expected)
}

/// A part of a heredoc, of whose lines the first `indent` columns do not count; where that is known, line ends are made plain as well.
pub(super) fn heredoc<'s>(
    raw: &'s str,
    start: usize,
    indent: Option<usize>,
    at_line_start: bool,
    expected: Cow<'s, str>,
) -> Decoded<'s> {
    let mut walk = Walk::new(raw, start);
    let mut at_line_start = at_line_start;
    while let Some(line) = Some(walk.rest()).filter(|rest| !rest.is_empty()) {
        let length = line.find('\n').unwrap_or(line.len());
        if std::mem::replace(&mut at_line_start, true) {
            let columns = line.get(..length).unwrap_or("").chars().take(indent.unwrap_or(0));
            walk.at += columns.take_while(|c| c.is_whitespace() && *c != '\r').map(char::len_utf8).sum::<usize>();
        }
        while let Some(rest) = Some(walk.rest()).filter(|rest| !rest.is_empty()) {
            match rest.find(['\n', '\r', '$', '%']) {
                Some(0) if rest.starts_with("\r\n") && indent.is_some() => walk.put('\n', 2),
                Some(0) if rest.starts_with(['\n', '\r']) => walk.take(1),
                Some(0) => marker(&mut walk),
                plain => walk.take(plain.unwrap_or(rest.len())),
            }
            if walk.value.ends_with('\n') {
                break;
            }
        }
    }
    walk.done(expected)
}

/// A `$` or `%`; of three characters that would start an interpolation or a directive without the first, that does not count.
fn marker(walk: &mut Walk<'_>) {
    match walk.rest() {
        rest if rest.starts_with("$${") => walk.put('$', 2),
        rest if rest.starts_with("%%{") => walk.put('%', 2),
        _ => walk.take(1),
    }
}

/// The first backslash of a text in double quotes that starts no escape, with what follows it.
pub(super) fn bad_escape(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.find('\\')?;
        let rest = text.get(at..).unwrap_or("");
        let next = rest.get(1..).and_then(|next| next.chars().next())?;
        at += match escape(rest) {
            Some((_, length)) => length,
            None if next == '\n' || next == '\r' => 1,
            None => return Some(at..at + 1 + next.len_utf8()),
        };
    }
}

/// The character that the escape at the start of a text stands for, and how long it is; both TOML's and YAML's.
fn escape(text: &str) -> Option<(char, usize)> {
    let digits = |from: usize, count: usize| {
        let digits = text.get(from..from + count).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, 16).ok()
    };
    let c = match text.as_bytes().get(1)? {
        c @ (b'"' | b'\\' | b'/' | b' ' | b'\t') => char::from(*c),
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' => '\t',
        b'n' => '\n',
        b'v' => '\u{B}',
        b'f' => '\u{C}',
        b'r' => '\r',
        b'e' => '\u{1B}',
        b'N' => '\u{85}',
        b'_' => '\u{A0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        b'x' => return Some((char::from_u32(digits(2, 2)?)?, 4)),
        b'U' => return Some((char::from_u32(digits(2, 8)?)?, 10)),
        b'u' => {
            let unit = digits(2, 4)?;
            let low = || digits(8, 4).filter(|_| text.get(6..8) == Some("\\u")).filter(|low| (0xDC00..0xE000).contains(low));
            return match unit {
                0xD800..0xDC00 => Some((char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low()? - 0xDC00))?, 12)),
                _ => Some((char::from_u32(unit)?, 6)),
            };
        }
        _ => return None,
    };
    Some((c, 2))
}

/// Where the white space ends that a text starts with, and how many line breaks are in it.
fn blank_end(text: &str) -> (usize, usize) {
    let (mut at, mut breaks) = (0, 0);
    loop {
        let rest = text.get(at..).unwrap_or("");
        let line_end = break_length(rest);
        if line_end == 0 && !rest.starts_with([' ', '\t']) {
            return (at, breaks);
        }
        at += line_end.max(1);
        breaks += usize::from(line_end > 0);
    }
}

/// The length of the line break that a text starts with.
fn break_length(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\n' || byte == b' ')
}
