//! Chance that is the same in each run.

#![allow(unreachable_pub, reason = "the fuzz targets, which are handed on, have it")]

/// A row of numbers that look like chance.
pub struct Chance(u64);

impl Chance {
    /// The row that belongs to an input.
    pub fn of_input(bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(0xCBF2_9CE4_8422_2325, |own, &byte| (own ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)))
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut own = self.0;
        own = (own ^ (own >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        own = (own ^ (own >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((own ^ (own >> 31)) % bound.max(1) as u64).expect("a number below a bound")
    }
}
