//! The rarer ways in which templates write a value that is filled in later.

/// The length of the hole that `text` starts with: `<%= x %>`, `%(x)s`, `#{x}`, `@@X@@`, `@X@`, `__X__`, `$X`, `$(x)`.
pub(super) fn end(text: &str) -> Option<usize> {
    match text.as_bytes() {
        [b'<', b'%', b'=', ..] => near(text)?.find("%>").map(|at| at + 2),
        [b'%', b'(', ..] => {
            let length = name(text, 2, lower);
            let behind = text.get(2 + length..)?;
            (length > 0 && (behind.starts_with(")s") || behind.starts_with(")d"))).then_some(length + 4)
        }
        [b'#', b'{', first, ..] if first.is_ascii_alphabetic() || *first == b'_' || *first == b' ' => {
            let inside = near(text)?;
            inside.find(['}', '"', '\n']).filter(|&at| inside.as_bytes().get(at) == Some(&b'}')).map(|at| at + 1)
        }
        [b'@', b'@', ..] => between(text, "@@", lower),
        [b'@', ..] => between(text, "@", upper),
        [b'_', b'_', ..] => between(text, "__", upper),
        [b'$', b'(', ..] => parentheses_end(near(text)?),
        [b'$', first, ..] if first.is_ascii_uppercase() || *first == b'_' => {
            let length = name(text, 1, upper);
            let named = text.get(1..=length)?;
            let goes_on = text.as_bytes().get(1 + length).is_some_and(u8::is_ascii_alphanumeric);
            // of Lambda
            (length > 1 && named != "LATEST" && !goes_on).then_some(length + 1)
        }
        _ => None,
    }
}

/// The length of `[[X]]`, which is none outside of a string.
pub(super) fn in_brackets(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("[[")?.trim_start_matches(' ');
    let length = name(inside, 0, lower);
    let behind = inside.get(length..)?.trim_start_matches(' ').strip_prefix("]]")?;
    inside.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(text.len() - behind.len())
}

/// How long a name may be, in bytes.
const LONGEST_NAME: usize = 64;

/// How far to look for the end of a hole, in bytes.
const LONGEST: usize = 1024;

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

fn lower(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// The length of the name at `at`.
fn name(text: &str, at: usize, is_in: fn(u8) -> bool) -> usize {
    text.bytes().skip(at).take(LONGEST_NAME).take_while(|&byte| is_in(byte)).count()
}

/// The length of a name between two equal marks.
fn between(text: &str, mark: &str, is_in: fn(u8) -> bool) -> Option<usize> {
    let inside = text.get(mark.len()..)?;
    let length = name(inside, 0, is_in);
    let named = inside.get(..length)?;
    // a mark of underscores is itself of what names are made of
    let named = named.find(mark).map_or(named, |at| named.get(..at).unwrap_or(""));
    let closed = inside.get(named.len()..)?.starts_with(mark);
    let begins = named.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (closed && begins && named.len() > 1).then_some(named.len() + 2 * mark.len())
}

/// The length of `$(…)`, whose parentheses may nest.
fn parentheses_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn near(text: &str) -> Option<&str> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|&end| text.is_char_boundary(end))?;
    text.get(..end)
}
