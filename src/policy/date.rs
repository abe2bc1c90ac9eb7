//! Points in time as IAM writes them: the ISO 8601 forms of the W3C note, and seconds since 1970.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date>,
//! <https://www.w3.org/TR/NOTE-datetime>

/// A point in time, in nanoseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Instant(i128);

const SECOND: i128 = 1_000_000_000;

impl Instant {
    /// Reads `2026`, `2026-11`, `2026-11-23`, `2026-11-23T21:00Z`, `2026-11-23T21:00:00.5+01:00`, or seconds since 1970.
    ///
    /// Four digits alone are a year. A time of day needs its zone. What is finer than a nanosecond is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::from_seconds);
        }
        let mut rest = Scan(text);
        let year = rest.number(4)?;
        let month = if rest.take('-') { rest.number(2)? } else { 1 };
        let day = if rest.take('-') { rest.number(2)? } else { 1 };
        if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return None;
        }
        let days = days_before(year, month) + day - 1;
        let time = if rest.0.is_empty() { 0 } else { rest.time().filter(|_| text.get(10..11) == Some("T"))? };
        rest.0.is_empty().then_some(Self(i128::from(days) * 86_400 * SECOND + time))
    }

    /// Seconds since 1970.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(i128::from(seconds) * SECOND)
    }

    /// The end of a day, written as `2026-11-23`.
    pub fn last_of_day(day: &str) -> Option<Self> {
        let start = Self::parse(day).filter(|_| day.len() == "2026-11-23".len() && day.contains('-'))?;
        Some(Self(start.0 + 86_400 * SECOND))
    }

    /// A second later, or as much later as can be told.
    pub fn plus_second(self) -> Option<Self> {
        [SECOND, 1].into_iter().find_map(|more| Self(self.0.checked_add(more)?).in_bounds())
    }

    /// A second earlier, where that can be told.
    pub fn minus_second(self) -> Option<Self> {
        Self(self.0.checked_sub(SECOND)?).in_bounds()
    }

    /// A point between two, the earlier first, where there is one.
    pub fn between(self, other: Self) -> Option<Self> {
        let middle = Self(self.0 + (other.0.checked_sub(self.0)?) / 2);
        Some(middle).filter(|own| self < *own && *own < other)
    }

    /// Itself, where it can be read again.
    fn in_bounds(self) -> Option<Self> {
        Self::parse(&self.to_string()).filter(|own| *own == self)
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.0.div_euclid(SECOND)).unwrap_or(i64::MAX)
    }

    /// Nanoseconds since 1970.
    pub fn nanoseconds(self) -> i128 {
        self.0
    }
}

impl std::fmt::Display for Instant {
    /// As `2026-11-23T21:00:00Z`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seconds, nanos) = (self.seconds(), self.0.rem_euclid(SECOND));
        let (year, month, day) = date_of(seconds.div_euclid(86_400));
        let time = seconds.rem_euclid(86_400);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60)?;
        if nanos != 0 {
            write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// What is left to read.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn take(&mut self, expected: char) -> bool {
        let rest = self.0.strip_prefix(expected);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// A number of exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
    }

    /// Time of day with its zone, in nanoseconds.
    fn time(&mut self) -> Option<i128> {
        let (hour, minute) = self.take('T').then(|| self.clock())??;
        let mut nanos: i64 = 0;
        let mut second = 0;
        if self.take(':') {
            second = self.number(2).filter(|&second| second < 60)?;
            if self.take('.') {
                let end = self.0.find(|c: char| !c.is_ascii_digit()).filter(|&end| end > 0)?;
                let (fraction, rest) = self.0.split_at_checked(end)?;
                self.0 = rest;
                nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
            }
        }
        let zone = if self.take('Z') {
            0
        } else {
            let sign = if self.take('-') { -1 } else { self.take('+').then_some(1)? };
            let (hour, minute) = self.clock()?;
            sign * (hour * 60 + minute)
        };
        let seconds = (hour * 60 + minute - zone) * 60 + second;
        Some(i128::from(seconds) * SECOND + i128::from(nanos))
    }

    /// `hh:mm`
    fn clock(&mut self) -> Option<(i64, i64)> {
        let hour = self.number(2).filter(|&hour| hour < 24)?;
        let minute = self.take(':').then(|| self.number(2))?.filter(|&minute| minute < 60)?;
        Some((hour, minute))
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of a month. The year is taken to begin in March, so that the leap day ends it.
fn days_before(year: i64, month: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 - 719_468
}

/// The date of a day counted from 1970-01-01.
fn date_of(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (carry, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (year + era * 400 + carry, month, day)
}
