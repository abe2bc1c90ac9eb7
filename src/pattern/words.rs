//! Texts looked at eight bytes at a time: most are so short that a call of a search takes longer.

/// Whether a `*` or `?` stands in a text.
pub(super) fn is_wild(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (words, rest) = bytes.as_chunks();
    let is_wild = |word: &[u8; 8]| wildcards(u64::from_le_bytes(*word)) != 0;
    // the last eight hold what is left of the others
    words.iter().any(is_wild) || bytes.last_chunk().map_or_else(|| rest.iter().any(|byte| is_wildcard(*byte)), is_wild)
}

/// Whether a text begins with what a pattern has before its first wildcard, and is all of it where that has none. `fold`: whatever the case
/// of ASCII letters.
#[inline]
pub fn begins_like(pattern: &str, text: &str, fold: bool) -> bool {
    begins_alike(pattern, text, fold).is_some()
}

/// The same: how many bytes that is, where it does.
#[inline]
pub(super) fn begins_alike(pattern: &str, text: &str, fold: bool) -> Option<usize> {
    let (own, other) = (pattern.as_bytes(), text.as_bytes());
    let counts = if fold { !CASE } else { u64::MAX };
    let (words, _) = own.as_chunks();
    let (others, _) = other.as_chunks();
    let mut done = 0;
    for (word, other) in words.iter().zip(others) {
        let (word, other) = (u64::from_le_bytes(*word), u64::from_le_bytes(*other));
        let (differs, wild) = ((word ^ other) & counts, wildcards(word));
        if differs != 0 && differs.trailing_zeros() / 8 < wild.trailing_zeros() / 8 {
            return None;
        }
        // what has another case is looked at by the byte, for it need not be a letter
        if word != other || wild != 0 {
            break;
        }
        done += 8;
    }
    let (own, other) = (own.get(done..).unwrap_or(&[]), other.get(done..).unwrap_or(&[]));
    let is_same = |(own, other): &(&u8, &u8)| !is_wildcard(**own) && (own == other || fold && own.eq_ignore_ascii_case(other));
    let same = own.iter().zip(other).take_while(is_same).count();
    let begins = match own.get(same) {
        Some(own) => is_wildcard(*own),
        None => same == other.len(),
    };
    begins.then_some(done + same)
}

/// With how many bytes two texts begin alike.
#[inline]
pub fn alike(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let (words, _) = one.as_chunks();
    let (others, _) = other.as_chunks();
    let mut done = 0;
    for (word, other) in words.iter().zip(others) {
        let differs = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*other);
        if differs != 0 {
            return done + differs.trailing_zeros() as usize / 8;
        }
        done += 8;
    }
    let (one, other) = (one.get(done..).unwrap_or(&[]), other.get(done..).unwrap_or(&[]));
    done + one.iter().zip(other).take_while(|(own, other)| own == other).count()
}

/// One in each byte.
const ONES: u64 = u64::MAX / 255;

/// The bit that tells lower from upper case, in each byte.
const CASE: u64 = ONES << 5;

pub(super) fn is_wildcard(byte: u8) -> bool {
    matches!(byte, b'*' | b'?')
}

/// The upper bit of the first byte that is a wildcard, perhaps with upper bits of bytes behind it; 0 where there is none.
fn wildcards(word: u64) -> u64 {
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    zeros(word ^ (ONES * u64::from(b'*'))) | zeros(word ^ (ONES * u64::from(b'?')))
}
