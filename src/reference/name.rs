//! How names are compared and written in the texts of services.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::pattern::{Mode, Unit, matches};

/// Compares without letter case.
pub(super) fn fold_cmp(a: &str, b: &str) -> Ordering {
    let first = a.bytes().zip(b.bytes()).find(|(a, b)| !a.eq_ignore_ascii_case(b));
    match first {
        Some((a, b)) => a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
        None => a.len().cmp(&b.len()),
    }
}

/// Whether a text starts with another, without letter case.
pub(super) fn starts_with_folded(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
}

/// A name whose blanks stand as `~`.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    if name.contains('~') { name.replace('~', " ").into() } else { name.into() }
}

/// Whether a text is a pattern with something in the place of each `${…}`.
pub(super) fn is_filled(pattern: &str, text: &str) -> bool {
    // most part at the first letter already
    let first = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
    if first(pattern) != Some(b'$') && first(pattern) != first(text) {
        return false;
    }
    match pattern.split_once('$') {
        None => return pattern.eq_ignore_ascii_case(text),
        Some((start, _)) if !starts_with_folded(text, start) => return false,
        Some(_) => {}
    }
    let units: Vec<Unit<'_>> = literals(pattern).flat_map(|literal| [Unit::Wild("?*"), Unit::Exact(literal)]).skip(1).collect();
    matches(&units, text, Mode::Action)
}

/// The texts before, between and behind the `${…}` of a text.
pub(super) fn literals(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split("${").enumerate();
    pieces.map(|(at, piece)| if at == 0 { piece } else { piece.split_once('}').map_or("", |(_, behind)| behind) })
}
