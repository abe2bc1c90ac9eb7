//! Texts looked at eight bytes at a time: most are so short that a call of a search takes longer.

/// Whether a `*` or `?` stands in a text.
pub(super) fn is_wild(text: &str) -> bool {
    let (words, rest) = text.as_bytes().as_chunks();
    words.iter().any(|word| wildcards(u64::from_le_bytes(*word)) != 0) || rest.iter().any(|byte| is_wildcard(*byte))
}

/// Whether a text begins with what a pattern has before its first wildcard, and is all of it where that has none. `fold`: whatever the case
/// of ASCII letters.
#[inline]
pub fn begins_like(pattern: &str, text: &str, fold: bool) -> bool {
    let (own, other) = (pattern.as_bytes(), text.as_bytes());
    let counts = if fold { !CASE } else { u64::MAX };
    let (words, _) = own.as_chunks();
    let (others, _) = other.as_chunks();
    let mut done = 0;
    for (word, other) in words.iter().zip(others) {
        let (word, other) = (u64::from_le_bytes(*word), u64::from_le_bytes(*other));
        let (differs, wild) = ((word ^ other) & counts, wildcards(word));
        if differs != 0 && differs.trailing_zeros() / 8 < wild.trailing_zeros() / 8 {
            return false;
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
    match own.get(same) {
        Some(own) => is_wildcard(*own),
        None => same == other.len(),
    }
}

/// One in each byte.
const ONES: u64 = u64::MAX / 255;

/// The bit that tells lower from upper case, in each byte.
const CASE: u64 = ONES << 5;

fn is_wildcard(byte: u8) -> bool {
    matches!(byte, b'*' | b'?')
}

/// The upper bit of the first byte that is a wildcard, perhaps with upper bits of bytes behind it; 0 where there is none.
fn wildcards(word: u64) -> u64 {
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    zeros(word ^ (ONES * u64::from(b'*'))) | zeros(word ^ (ONES * u64::from(b'?')))
}
