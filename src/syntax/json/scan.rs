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
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = eight(bytes, at) {
        // INVARIANT: the lowest marked byte is exact; a borrow can only mark bytes above a marked one.
        let control = word.wrapping_sub(repeat(b' ')) & !word & HIGH;
        let found = zeros(word ^ repeat(b'"')) | zeros(word ^ repeat(b'\\')) | control;
        if found != 0 {
            return at + first_byte(found);
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&b| b != b'"' && b != b'\\' && b >= b' ') {
        at += 1;
    }
    at
}

/// Where the first sign stands that a hole or a variable may start with.
pub(super) fn special(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    // all of a block at once, without a branch
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<33>) {
        let [_, next @ ..] = block;
        if block.iter().zip(next).fold(0, |found, (&byte, &next)| found | begins_special(byte, next)) != 0 {
            break;
        }
        at += 32;
    }
    let rest = bytes.get(at..)?;
    let next = rest.iter().copied().skip(1).chain([0]);
    rest.iter().zip(next).position(|(&byte, next)| begins_special(byte, next) != 0).map(|found| at + found)
}

/// One where such a sign begins, else zero. What is in every document by itself is told by what follows it.
#[inline]
fn begins_special(byte: u8, next: u8) -> u8 {
    let is = |byte: u8, sign: u8| u8::from(byte == sign);
    let alone = is(byte, b'$') | is(byte, b'<') | is(byte, b'%') | is(byte, b'#') | is(byte, b'@');
    let twice = is(byte, next) & (is(byte, b'{') | is(byte, b'_') | is(byte, b'['));
    alone | twice | is(byte, b'Y') & is(next, b'O')
}

/// Whether such a sign stands in a text.
pub(in crate::syntax) fn has_special(text: &str) -> bool {
    special(text.as_bytes()).is_some()
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

fn zeros(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

fn first_byte(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}
