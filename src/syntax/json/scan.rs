//! Where a run of bytes ends: white space, a string, a number. Eight bytes at a time where runs are long.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = LOW << 7;

/// The first byte from `at` that is no white space of JSON.
pub(super) fn space_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b'\n' | b' ' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
        while let Some(word) = eight(bytes, at) {
            let other = word ^ repeat(b' ');
            if other != 0 {
                at += first_byte(other);
                break;
            }
            at += 8;
        }
    }
    at
}

/// The first byte from `at` that may not stand for itself in a string: a quote, a backslash, a control character.
pub(super) fn plain_end(bytes: &[u8], at: usize) -> usize {
    string_end(bytes, at).0
}

/// As [`plain_end`], and whether a sign that a hole or a variable may start with stands before it.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let mut special = false;
    loop {
        at = ordinary_end(bytes, at);
        match bytes.get(at) {
            None | Some(b'"' | b'\\' | ..b' ') => return (at, special),
            Some(&byte) => special |= begins_special(byte, bytes.get(at + 1).copied().unwrap_or(0)),
        }
        at += 1;
    }
}

/// The first byte from `at` that is none of those of which nearly every string is made. All that ends a string or starts a hole or a
/// variable is none, and some bytes more.
#[inline]
pub(super) fn ordinary_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = eight(bytes, at) {
        // INVARIANT: no sum of seven bits and seven bits carries over into the next byte
        let low = word & !HIGH;
        let from = |byte: u8| low + repeat(0x80 - byte);
        // up to `%`; `<` to `@`; `Y` to `_`; from `{` on
        let rare = !from(b'&') | (from(b'<') & !from(b'A')) | (from(b'Y') & !from(b'`')) | from(b'{');
        let found = rare & !word & HIGH;
        if found != 0 {
            return at + first_byte(found);
        }
        at += 8;
    }
    let is_ordinary = |byte: &u8| !matches!(byte, ..b'&' | b'<'..=b'@' | b'Y'..=b'_' | b'{'..=0x7F);
    at + bytes.get(at..).unwrap_or(&[]).iter().take_while(|byte| is_ordinary(byte)).count()
}

/// Whether a hole or a variable may start with this byte. What is in every document by itself is told by what follows it.
fn begins_special(byte: u8, next: u8) -> bool {
    match byte {
        b'$' | b'<' | b'%' | b'#' | b'@' => true,
        b'{' | b'_' | b'[' => byte == next,
        b'Y' => next == b'O',
        _ => false,
    }
}

/// Whether a sign that a hole or a variable may start with stands in a text.
pub(in crate::syntax) fn has_special(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at = ordinary_end(bytes, at);
        let Some(&byte) = bytes.get(at) else { return false };
        if begins_special(byte, bytes.get(at + 1).copied().unwrap_or(0)) {
            return true;
        }
        at += 1;
    }
}

/// The end of a number that starts at `at`, if it is one of JSON and nothing sticks to it.
pub(super) fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = |mut at: usize| {
        let start = at;
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (at > start).then_some(at)
    };
    let first = at + usize::from(bytes.get(at) == Some(&b'-'));
    let mut end = if bytes.get(first) == Some(&b'0') { first + 1 } else { digits(first)? };
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        end = digits(end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-'))))?;
    }
    (!bytes.get(end).is_some_and(|&b| in_word(b))).then_some(end)
}

/// Whether a byte directly behind a number or word makes it another word.
pub(super) fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.+-$%@*&|!?~^()<>=\\`'".contains(&byte)
}

/// The end of the escape at `at` (a backslash), and whether it is one of JSON.
pub(super) fn escape_end(bytes: &[u8], at: usize) -> (usize, bool) {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (at + 2, true),
        Some(b'u') => match hex_unit(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(hex_unit(bytes, at + 6), Some(0xDC00..=0xDFFF)) => (at + 12, true),
            Some(unit) => (at + 6, !(0xD800..=0xDFFF).contains(&unit)),
            None => {
                let digits = bytes.iter().skip(at + 2).take(4).take_while(|b| b.is_ascii_hexdigit()).count();
                (at + 2 + digits, false)
            }
        },
        Some(b'!'..=b'~') => (at + 2, false),
        _ => (at + 1, false),
    }
}

/// The sixteen bits that `\uXXXX` at `at` stands for.
pub(super) fn hex_unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

fn repeat(byte: u8) -> u64 {
    LOW * u64::from(byte)
}

fn first_byte(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}
