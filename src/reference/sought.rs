//! Names as numbers, by which a table or a sorted list finds them without a look at their letters.

/// A name to look for in the tables of services, in any letter case.
#[derive(Clone, Copy)]
pub(super) struct Sought<'n> {
    /// Its letters.
    pub(super) name: &'n [u8],
    hash: u64,
}

impl<'n> Sought<'n> {
    /// To look for it.
    pub(super) fn of(name: &'n str) -> Self {
        let name = name.as_bytes();
        let (words, rest) = name.as_chunks::<8>();
        // the last eight letters, be it that some count twice
        let last = name.last_chunk().copied().unwrap_or_else(|| {
            let mut last = [0; 8];
            last.iter_mut().zip(rest).for_each(|(own, byte)| *own = *byte);
            last
        });
        let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word) | LOWER);
        let hash = words.fold(0, |hash: u64, word| (hash.rotate_left(5) ^ word).wrapping_mul(SPREAD));
        Self { name, hash }
    }

    /// What tells it from nearly all others.
    pub(super) fn tag(self) -> u32 {
        self.hash as u32
    }

    /// The slots of a table in which it may stand, in their order.
    pub(super) fn slots(self, all: usize) -> impl Iterator<Item = usize> {
        let first = (self.hash >> 32) as usize;
        (first..first + all).map(move |slot| slot & (all - 1))
    }
}

/// How many letters a [`head`] holds.
pub(super) const HEAD: usize = 8;

/// The first letters of a name in lower case, as a number: of two names that start otherwise the first one has the smaller number.
pub(super) fn head(name: &str) -> u64 {
    let mut letters = [0; HEAD];
    letters.iter_mut().zip(name.bytes()).for_each(|(own, byte)| *own = byte.to_ascii_lowercase());
    u64::from_be_bytes(letters)
}

/// The bit that tells lower from upper case, in each of eight letters.
const LOWER: u64 = 0x2020_2020_2020_2020;

/// The golden ratio as a fraction of 2⁶⁴: a product with it has each bit of the factor in its upper half.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
