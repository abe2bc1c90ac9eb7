//! How names are compared and written in the texts of services.

use std::borrow::Cow;
use std::cmp::Ordering;

use memchr::memchr_iter;

use crate::pattern::{Mode, Unit, matches};

/// Compares without letter case.
pub(super) fn fold_cmp(a: &str, b: &str) -> Ordering {
    let first = a.bytes().zip(b.bytes()).find(|(a, b)| !a.eq_ignore_ascii_case(b));
    match first {
        Some((a, b)) => a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
        None => a.len().cmp(&b.len()),
    }
}

/// What stands in a text behind another that starts it, without letter case.
pub(super) fn without_start<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    text.split_at_checked(start.len()).filter(|(own, _)| own.eq_ignore_ascii_case(start)).map(|(_, rest)| rest)
}

/// A name whose blanks stand as `~`.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    if name.contains('~') { name.replace('~', " ").into() } else { name.into() }
}

/// Whether a text is a pattern with something in the place of each `${…}`, without letter case.
pub(super) fn is_filled(pattern: &str, text: &str) -> bool {
    let same = pattern.bytes().zip(text.bytes()).take_while(|(own, other)| *own != b'$' && own.eq_ignore_ascii_case(other));
    let same = same.count();
    match pattern.as_bytes().get(same) {
        Some(b'$') => {
            // most that begin alike end otherwise
            let end = pattern.rsplit('}').next().unwrap_or("");
            let own = text.len().checked_sub(end.len()).and_then(|at| text.as_bytes().get(at..));
            if !own.is_some_and(|own| own.eq_ignore_ascii_case(end.as_bytes())) {
                return false;
            }
            let literals = literals(pattern).flat_map(|literal| [Unit::Wild("?*"), Unit::Exact(literal)]);
            matches(&literals.skip(1).collect::<Vec<_>>(), text, Mode::Action)
        }
        Some(_) => false,
        None => same == text.len(),
    }
}

/// Whether two names are the same but for letter case and for blanks that stand as `~`.
pub(super) fn is_same(own: &str, other: &str) -> bool {
    let plain = |byte: u8| if byte == b'~' { b' ' } else { byte.to_ascii_lowercase() };
    own.len() == other.len() && own.bytes().zip(other.bytes()).all(|(own, other)| plain(own) == plain(other))
}

/// The lines of a list but for comments and empty ones.
pub(super) fn facts(list: &'static str) -> impl Iterator<Item = &'static str> {
    let mut start = 0;
    let ends = memchr_iter(b'\n', list.as_bytes()).chain([list.len()]);
    let lines = ends.filter_map(move |end| list.get(std::mem::replace(&mut start, end + 1)..end));
    lines.filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The texts before, between and behind the `${…}` of a text.
pub(super) fn literals(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let open = memchr_iter(b'$', text.as_bytes()).find(|at| text.as_bytes().get(at + 1) == Some(&b'{'));
        let (literal, behind) = open.map_or((text, None), |open| (text.get(..open).unwrap_or(text), text.get(open..)));
        rest = behind.map(|placeholder| placeholder.split_once('}').map_or("", |(_, behind)| behind));
        Some(literal)
    })
}

/// What stands between the blanks of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    let mut rest = text;
    std::iter::from_fn(move || {
        // words are short: a call to find the end of one takes longer than going there
        let start = rest.bytes().position(|byte| byte != b' ')?;
        let own = rest.get(start..)?;
        let end = own.bytes().position(|byte| byte == b' ').unwrap_or(own.len());
        let (word, behind) = own.split_at_checked(end)?;
        rest = behind;
        Some(word)
    })
}
