//! What encoded text means, and where each byte of the meaning stands.

use super::scan::{escape_end, hex_unit};

/// The value of what stands between the quotes of a string, and for each byte of the value (and its end) the offset in `raw`.
pub(in crate::syntax) fn unescape(raw: &str) -> (String, Box<[u32]>) {
    let mut offsets = Vec::with_capacity(raw.len() + 1);
    let value = decode(raw, |at, length, plain| {
        offsets.extend((0..length).map(|step| if plain { at + step } else { at } as u32));
    });
    offsets.push(raw.len() as u32);
    (value, offsets.into_boxed_slice())
}

/// The value alone.
pub(in crate::syntax) fn unescaped(raw: &str) -> String {
    decode(raw, |_, _, _| {})
}

/// A percent-encoded text decoded, with the offset in `raw` of each byte and of the end put behind `places`; `None` where nothing is encoded.
/// Sequences that are incomplete, or whose bytes are not UTF-8, stay as they are.
pub(super) fn percent_decoded(raw: &str, places: &mut Vec<u32>) -> Option<String> {
    let mut at = memchr::memchr(b'%', raw.as_bytes())?;
    let mut value = String::with_capacity(raw.len());
    value.push_str(raw.get(..at).unwrap_or(""));
    places.extend(0..at as u32);
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let (c, length) = encoded_char(raw.as_bytes(), at).unwrap_or(('%', 1));
        value.push(c);
        places.resize(places.len() + c.len_utf8(), at as u32);
        let plain = rest.get(length..).unwrap_or("");
        let plain = memchr::memchr(b'%', plain.as_bytes()).and_then(|end| plain.get(..end)).unwrap_or(plain);
        at += length;
        value.push_str(plain);
        places.extend(at as u32..(at + plain.len()) as u32);
        at += plain.len();
    }
    places.push(raw.len() as u32);
    value.shrink_to_fit();
    Some(value)
}

/// The character that the percent sequences at `at` stand for, and how many bytes they take.
fn encoded_char(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let [b'%', high, low] = *bytes.get(at..)?.first_chunk()? else { return None };
        Some((char::from(high).to_digit(16)? << 4 | char::from(low).to_digit(16)?) as u8)
    };
    let first = byte(at)?;
    if first.is_ascii() {
        return Some((char::from(first), 3));
    }
    let mut decoded = [0; 4];
    for count in 1..=4 {
        *decoded.get_mut(count - 1)? = byte(at + (count - 1) * 3)?;
        if let Some(c) = std::str::from_utf8(decoded.get(..count)?).ok().and_then(|text| text.chars().next()) {
            return Some((c, count * 3));
        }
    }
    None
}

/// Decodes, and tells of each stretch: its offset in `raw`, its length in the value, and whether it stands for itself.
///
/// INVARIANT: one escape is exactly one character of the value.
fn decode(raw: &str, mut tell: impl FnMut(usize, usize, bool)) -> String {
    let bytes = raw.as_bytes();
    let mut value = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        if plain > 0 {
            value.push_str(rest.get(..plain).unwrap_or(""));
            tell(at, plain, true);
            at += plain;
            continue;
        }
        let end = escape_end(bytes, at).0;
        if let Some(c) = escaped_char(bytes, at) {
            value.push(c);
            tell(at, c.len_utf8(), false);
        } else {
            let written = raw.get(at..end).unwrap_or("");
            value.push_str(written);
            tell(at, written.len(), true);
        }
        at = end;
    }
    value
}

/// What an escape stands for; `None` where it is none and stays as written.
fn escaped_char(bytes: &[u8], at: usize) -> Option<char> {
    Some(match bytes.get(at + 1)? {
        c @ (b'"' | b'\\' | b'/' | b'\'') => char::from(*c),
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => match (hex_unit(bytes, at)?, hex_unit(bytes, at + 6)) {
            (high @ 0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?
            }
            (unit, _) => char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
        },
        _ => return None,
    })
}
