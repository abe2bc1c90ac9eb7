//! Numbers as numeric conditions compare them.

/// A decimal number, exact to 18 digits behind the point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Decimal(i128);

/// Digits behind the point.
const SCALE: i32 = 18;
const ONE: u128 = 10_u128.pow(18);

impl Decimal {
    /// Reads `-12`, `3.50`, `1e3`; nothing else, and nothing too large or too fine.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (text, exponent) = match text.split_once(['e', 'E']) {
            None => (text, 0),
            Some((text, exponent)) => (text, read_exponent(exponent)?),
        };
        let (whole, fraction) = match text.split_once('.') {
            None => (text, ""),
            Some((whole, fraction)) => (whole, digits(fraction)?),
        };
        // zeros at either end do not make a number too fine or too large
        let all = digits(whole)?.bytes().chain(fraction.bytes());
        let dropped = all.clone().rev().take_while(|&digit| digit == b'0').count();
        let mut significant = all.take(whole.len() + fraction.len() - dropped);
        let add = |number: i128, digit: u8| number.checked_mul(10)?.checked_add(i128::from(digit - b'0'));
        let number = significant.try_fold(0, add)?;
        if number == 0 {
            return Some(Self(0));
        }
        let shift = i64::from(exponent) + i64::from(SCALE) + i64::try_from(dropped).ok()? - i64::try_from(fraction.len()).ok()?;
        let factor = 10_i128.checked_pow(u32::try_from(shift).ok()?)?;
        let value = number.checked_mul(factor)?;
        Some(Self(if negative { -value } else { value }))
    }
}

impl Decimal {
    /// One more, where that can be told.
    pub fn plus_one(self) -> Option<Self> {
        Self(self.0.checked_add(10_i128.pow(SCALE.unsigned_abs()))?).in_bounds()
    }

    /// One less, where that can be told.
    pub fn minus_one(self) -> Option<Self> {
        Self(self.0.checked_sub(10_i128.pow(SCALE.unsigned_abs()))?).in_bounds()
    }

    /// A number between two, the lower first, where there is one.
    pub fn between(self, other: Self) -> Option<Self> {
        let middle = Self(self.0 + (other.0.checked_sub(self.0)?) / 2);
        Some(middle).filter(|own| self < *own && *own < other)
    }

    /// Itself, where it can be read again.
    fn in_bounds(self) -> Option<Self> {
        Self::parse(&self.to_string()).filter(|own| *own == self)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / ONE, self.0.unsigned_abs() % ONE);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{fraction:018}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn read_exponent(text: &str) -> Option<i32> {
    let (sign, number) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    digits(number)?.parse::<i32>().ok().map(|number| sign * number)
}
