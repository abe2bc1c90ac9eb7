//! Equal keys of one map.

use std::borrow::Cow;
use std::collections::HashMap;

use super::faults::Faults;
use super::{Kind, Raw, Writing, unescaped};
use crate::syntax::directive;

/// Up to this many keys, each is compared with each.
const FEW: usize = 16;

/// Notes each key of the map at `map`, the last one of `nodes`, that it already has.
pub(super) fn compare(text: &str, nodes: &[Raw], map: usize, faults: &mut Faults) {
    let mut seen = [0; FEW];
    for (count, key) in keys(nodes, map).enumerate() {
        let mark = mark(text, key);
        let Some((before, free)) = seen.split_at_mut_checked(count) else { return compare_many(text, nodes, map, faults) };
        let Some(slot) = free.first_mut().filter(|_| key.writing != Writing::Escaped) else {
            return compare_many(text, nodes, map, faults);
        };
        if before.contains(&mark) {
            return compare_many(text, nodes, map, faults);
        }
        *slot = mark;
    }
}

#[cold]
fn compare_many(text: &str, nodes: &[Raw], map: usize, faults: &mut Faults) {
    // of keys that a template chooses between, one is left
    if all_keys(nodes, map)
        .any(|key| key.kind == Kind::Hole && directive::at(text.get(key.start as usize..).unwrap_or("")).is_some())
    {
        return;
    }
    let mut seen: HashMap<Cow<'_, str>, Raw> = HashMap::new();
    for key in keys(nodes, map) {
        let written = text.get(key.start as usize..key.end as usize).unwrap_or("");
        let value = if key.writing == Writing::Escaped { Cow::Owned(unescaped(written)) } else { Cow::Borrowed(written) };
        let first = seen.entry(value).or_insert(key);
        if first.start != key.start {
            let place = |raw: Raw| (raw.start as usize, raw.end as usize);
            faults.add_duplicate(key.start as usize, key.end as usize, place(*first));
        }
    }
}

fn keys(nodes: &[Raw], map: usize) -> impl Iterator<Item = Raw> {
    all_keys(nodes, map).filter(|key| key.kind == Kind::String)
}

fn all_keys(nodes: &[Raw], map: usize) -> impl Iterator<Item = Raw> {
    let mut at = map + 1;
    std::iter::from_fn(move || {
        let key = *nodes.get(at)?;
        at = nodes.get(at + 1).map_or(usize::MAX, |value| value.next as usize);
        Some(key)
    })
}

/// Equal for equal keys, and rarely equal for others: the length, the first bytes and the last.
fn mark(text: &str, key: Raw) -> u64 {
    let bytes = text.as_bytes().get(key.start as usize..key.end as usize).unwrap_or(&[]);
    let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
        return bytes.iter().fold(0xFF, |word, &byte| word << 8 | u64::from(byte));
    };
    let length = (bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29) ^ length
}
