//! Wildcards and typed values, as the oracle reads them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Truth::{self, No, Open, Yes};
use super::truth;

/// One letter of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Letter {
    /// As written, so that `*` and `?` are wildcards, and a colon parts an ARN.
    Text(char),
    /// `${*}`
    Symbol(char),
    /// Here stood a variable.
    Variable,
    /// Of the value of a variable.
    Value(char),
    /// A value that is not known.
    Anything,
}

#[derive(Clone, Copy)]
pub(super) enum Step {
    Exactly(char),
    /// Whether a colon will do, too.
    One(bool),
    /// Whether colons will do, too.
    Many(bool),
}

pub(super) fn wild(text: &str) -> Vec<Letter> {
    text.chars().map(Letter::Text).collect()
}

/// A string whose `*` and `?` stand for themselves.
pub(super) fn plain(letters: &[Letter]) -> Vec<Letter> {
    let each = letters.iter().map(|letter| match letter {
        Letter::Text(own) | Letter::Value(own) => Letter::Symbol(*own),
        other => *other,
    });
    each.collect()
}

impl Letter {
    pub(super) fn folded(self, fold: fn(&str) -> String) -> Vec<Self> {
        match self {
            Self::Symbol(own) => fold(&own.to_string()).chars().map(Self::Symbol).collect(),
            other => vec![other],
        }
    }
}

/// The value of a variable stands for itself; whether a wildcard in it is one is not said. What is not known may be anything.
pub(super) fn read_both_ways(letters: &[Letter], matches: impl Fn(&[Letter]) -> bool) -> Truth {
    let read = |value: fn(char) -> Letter| {
        let each = letters.iter().map(|letter| if let Letter::Value(own) = letter { value(*own) } else { *letter });
        matches(&each.collect::<Vec<_>>())
    };
    // a colon of a value parts nothing
    let as_wildcard = |own| if own == '*' || own == '?' { Letter::Text(own) } else { Letter::Symbol(own) };
    match (read(Letter::Symbol), read(as_wildcard)) {
        (_, false) => No,
        (true, _) if !letters.contains(&Letter::Anything) => Yes,
        _ => Open,
    }
}

pub(super) fn steps(letters: &[Letter], wildcards: bool) -> Vec<Step> {
    let each = letters.iter().filter_map(|letter| match letter {
        Letter::Text('*') if wildcards => Some(Step::Many(true)),
        Letter::Text('?') if wildcards => Some(Step::One(true)),
        Letter::Text(own) | Letter::Symbol(own) | Letter::Value(own) => Some(Step::Exactly(*own)),
        Letter::Anything => Some(Step::Many(true)),
        Letter::Variable => None,
    });
    each.collect()
}

/// In the first five parts a wildcard keeps to its part, but for a `*` that ends it.
pub(super) fn resource_steps(letters: &[Letter]) -> Vec<Step> {
    let mut colons = 0;
    let mut all = Vec::new();
    for (index, letter) in letters.iter().enumerate() {
        colons += usize::from(*letter == Letter::Text(':'));
        let ends = matches!(letters.get(index + 1), None | Some(Letter::Text(':')));
        let step = steps(&[*letter], true).pop().map(|step| match (step, letter) {
            (Step::One(_), _) => Step::One(colons >= 5),
            (Step::Many(_), Letter::Text(_)) => Step::Many(colons >= 5 || ends),
            (other, _) => other,
        });
        all.extend(step);
    }
    all
}

/// Each of the six parts by itself.
pub(super) fn arn_like(letters: &[Letter], found: &str) -> Truth {
    let mut parts: Vec<Vec<Letter>> = vec![Vec::new()];
    for letter in letters {
        if *letter == Letter::Text(':') && parts.len() < 6 {
            parts.push(Vec::new());
        } else {
            parts.last_mut().unwrap().push(*letter);
        }
    }
    let own: Vec<&str> = found.splitn(6, ':').collect();
    let is_arn = own.len() == 6 && own[0] == "arn";
    if letters.iter().all(|letter| *letter == Letter::Text('*')) && !letters.is_empty() {
        return if is_arn { Yes } else { Open };
    }
    let part = |letters: &[Letter], own: &str| read_both_ways(letters, |letters| matches(&steps(letters, true), own));
    if parts.len() == 6 {
        return if is_arn { parts.iter().zip(&own).map(|(letters, own)| part(letters, own)).min().unwrap() } else { No };
    }
    // too short: the parts that are missing may be anything, or the whole may be one text
    let longer: Vec<Letter> = letters.iter().copied().chain(wild(":*")).collect();
    if part(letters, found).max(part(&longer, found)) == No { No } else { Open }
}

/// All places of the text that the pattern may have come to, step by step.
pub(super) fn matches(steps: &[Step], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut places = BTreeSet::from([0]);
    for step in steps {
        places = match *step {
            Step::Exactly(own) => places.into_iter().filter(|at| text.get(*at) == Some(&own)).map(|at| at + 1).collect(),
            Step::One(colon) => {
                places.into_iter().filter(|at| text.get(*at).is_some_and(|own| colon || *own != ':')).map(|at| at + 1).collect()
            }
            Step::Many(colon) => {
                let ends = |at: usize| text[at..].iter().take_while(|own| colon || **own != ':').count() + at;
                places.into_iter().flat_map(|at| at..=ends(at)).collect()
            }
        };
    }
    places.contains(&text.len())
}

/// What cannot be read is reported, and decides nothing.
pub(super) fn both<T>(value: Option<T>, found: Option<T>, holds: impl Fn(T, T) -> bool) -> Truth {
    match (value, found) {
        (Some(value), Some(found)) => truth(holds(value, found)),
        _ => Open,
    }
}

pub(super) fn ordered<T: PartialOrd>(order: &str, found: &T, value: &T) -> bool {
    match order {
        "LessThan" => found < value,
        "LessThanEquals" => found <= value,
        "GreaterThan" => found > value,
        "GreaterThanEquals" => found >= value,
        _ => found == value,
    }
}

pub(super) fn bool_of(text: &str) -> Option<bool> {
    text.parse().ok()
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Small enough for a float in all that is asked.
pub(super) fn number_of(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    digits(whole).and(digits(fraction))?;
    text.parse().ok()
}

pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - body.len() > 2 {
        return None;
    }
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = Vec::new();
    for byte in body.bytes() {
        let place = alphabet.iter().position(|own| *own == byte)?;
        bits.extend((0..6).rev().map(|bit| u8::from(place >> bit & 1 == 1)));
    }
    Some(bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect())
}

pub(super) fn within(range: &str, found: &str) -> Truth {
    let (address, prefix) = range.split_once('/').map_or((range, None), |(address, prefix)| (address, Some(prefix)));
    let (Ok(address), Ok(found)) = (address.parse::<IpAddr>(), found.parse::<IpAddr>()) else { return Open };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(own) => (32, u128::from(u32::from(own))),
        IpAddr::V6(own) => (128, u128::from(own)),
    };
    let (width, base) = bits(address);
    let Some(prefix) = prefix.map_or(Some(width), |prefix| digits(prefix)?.parse().ok()).filter(|prefix| *prefix <= width) else {
        return Open;
    };
    let holds = |found: IpAddr| {
        let (its_width, own) = bits(found);
        its_width == width && (prefix == 0 || own >> (width - prefix) == base >> (width - prefix))
    };
    // what IPv4 within IPv6 is is not said
    if found == found.to_canonical() { truth(holds(found)) } else { Open }
}

/// Nanoseconds since 1970.
pub(super) fn moment_of(text: &str) -> Option<i128> {
    let second = 1_000_000_000;
    if digits(text).is_some() {
        // four digits may be a year or seconds
        return if text.len() == 4 { None } else { text.parse::<i128>().ok().map(|seconds| seconds * second) };
    }
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let field = |text: &str, length: usize, most: i128| {
        digits(text).filter(|text| text.len() == length)?.parse::<i128>().ok().filter(|own| *own <= most)
    };
    let parts: Vec<&str> = date.split('-').collect();
    let part = |index: usize, most: i128| parts.get(index).map_or(Some(1), |text| field(text, 2, most).filter(|own| *own > 0));
    let (year, month) = (field(parts[0], 4, 9999)?, part(1, 12)?);
    let leap = |year: i128| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = usize::try_from(month).unwrap();
    let day = part(2, lengths[month - 1])?;
    let years = if year >= 1970 {
        (1970..year).map(|own| 365 + i128::from(leap(own))).sum()
    } else {
        -(year..1970).map(|own| 365 + i128::from(leap(own))).sum::<i128>()
    };
    let days = years + lengths[..month - 1].iter().sum::<i128>() + day - 1;
    let Some(time) = time else { return (parts.len() <= 3).then_some(days * 86_400 * second) };
    let clock = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(field(hours, 2, 23)? * 60 + field(minutes, 2, 59)?)
    };
    let (time, zone) = if let Some(time) = time.strip_suffix('Z') {
        (time, 0)
    } else {
        let at = time.find(['+', '-'])?;
        let minutes = clock(&time[at + 1..])?;
        (&time[..at], if time[at..].starts_with('-') { -minutes } else { minutes })
    };
    let minutes = clock(time.get(..5)?)? - zone;
    let rest = match time[5..].strip_prefix(':') {
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let fraction = digits(fraction)?.chars().chain("000000000".chars()).take(9).collect::<String>();
            field(whole, 2, 59)? * second + fraction.parse::<i128>().ok()?
        }
        None => {
            if time.len() == 5 {
                0
            } else {
                return None;
            }
        }
    };
    (parts.len() == 3).then_some(days * 86_400 * second + minutes * 60 * second + rest)
}
