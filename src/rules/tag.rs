//! Actions as numbers, by which most that differ are told apart without a look at their letters.

/// What an action begins and ends with, whatever its letter case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tag {
    /// The service, as far as eight letters of it go.
    pub(super) service: u64,
    /// The whole.
    pub(super) whole: u64,
}

impl Tag {
    pub(super) fn of(action: &str) -> Self {
        let text = action.as_bytes();
        let start = text.first_chunk().copied().unwrap_or_else(|| padded(text));
        // names differ at their ends more than where they begin
        let end = text.last_chunk().copied().unwrap_or(start);
        let before = text.len().checked_sub(16).and_then(|at| text.get(at..)?.first_chunk().copied()).unwrap_or(start);
        let colon = colon(start);
        let service = folded(start) & u64::MAX.checked_shr(64 - 8 * colon).unwrap_or(0);
        let ends = spread(folded(before).rotate_left(17) ^ folded(end));
        Self { service, whole: spread(service.rotate_left(29) ^ ends ^ text.len() as u64) }
    }

    /// The service as one bit of 64, some of them the same.
    pub(super) fn service_bit(self) -> u64 {
        1 << (spread(self.service) >> 58)
    }

    /// Where it is looked for first in a table of so many places, a power of two.
    pub(super) fn place(self, places: usize) -> usize {
        (self.whole >> 32) as usize & (places - 1)
    }

    /// The whole as one bit of 64.
    pub(super) fn bit(self) -> u64 {
        1 << (self.whole >> 58)
    }
}

/// Where the first colon stands among the letters; 8 where none does.
fn colon(letters: [u8; 8]) -> u32 {
    const ONES: u64 = u64::MAX / 255;
    let others = u64::from_le_bytes(letters) ^ (ONES * u64::from(b':'));
    // the lowest byte that is zero has its upper bit left
    (others.wrapping_sub(ONES) & !others & (ONES << 7)).trailing_zeros() / 8
}

fn padded(text: &[u8]) -> [u8; 8] {
    let mut letters = [0; 8];
    letters.iter_mut().zip(text).for_each(|(own, byte)| *own = *byte);
    letters
}

/// The letters, whatever their case.
fn folded(letters: [u8; 8]) -> u64 {
    u64::from_le_bytes(letters) | 0x2020_2020_2020_2020
}

/// A number with each bit of another in its upper ones: its product with the golden ratio as a fraction of 2⁶⁴.
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
