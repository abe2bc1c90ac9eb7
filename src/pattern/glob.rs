//! Matching without allocation and without blow-up: at worst the product of the lengths of pattern and text.

use super::words::{begins_alike, is_wildcard};
use super::{Mode, Unit};
use crate::arn::Arn;

/// Whether a pattern matches a text. The time is at worst the product of their lengths.
///
/// [`Mode::EqualIgnoreCase`] compares by the lowercase of each Unicode scalar value; AWS documents no more than "ignoring
/// case". In the modes of ARNs a [`Unit::Any`] may hold colons, so a pattern with one is compared as by [`Mode::Like`],
/// which accepts all that any filling of the hole would accept.
pub fn matches(pattern: &[Unit<'_>], text: &str, mode: Mode) -> bool {
    if let [Unit::Wild(own)] = pattern
        && !matches!(mode, Mode::Equal | Mode::EqualIgnoreCase)
        && let Some(matches) = at_a_glance(own, text, mode)
    {
        return matches;
    }
    match mode {
        Mode::Equal => equal(pattern, text),
        Mode::EqualIgnoreCase => equal_ignore_case(pattern, text),
        Mode::Like => like(pattern, text),
        Mode::Action => glob(Cursor::new(pattern, true), text.as_bytes(), true).is_match(),
        Mode::Arn if !has_hole(pattern) => arn(pattern, text),
        Mode::Resource if !has_hole(pattern) => resource(pattern, text),
        Mode::Arn | Mode::Resource => like(pattern, text),
    }
}

/// Whether a pattern matches a text, where what stands before its first wildcard tells: nearly always, as that differs, or no wildcard
/// follows but a `*` at the end.
fn at_a_glance(pattern: &str, text: &str, mode: Mode) -> Option<bool> {
    let fold = mode == Mode::Action;
    let Some(same) = begins_alike(pattern, text, fold) else { return Some(false) };
    let open = pattern.as_bytes().get(same..).unwrap_or(&[]);
    // what stands in the parts of an ARN is looked at by the part
    if matches!(open, [] | [b'*']) && mode != Mode::Arn {
        return Some(true);
    }
    let ends = open.last().zip(text.as_bytes().last());
    let differs = |(own, other): (&u8, &u8)| !is_wildcard(*own) && own != other && !(fold && own.eq_ignore_ascii_case(other));
    ends.is_some_and(differs).then_some(false)
}

/// Whether a pattern for an ARN has fewer than six parts and is not simply `*`, as `arn:aws:s3*`.
///
/// AWS does not document what such a pattern matches under an ARN operator; [`Mode::Arn`] lets it match nothing.
pub fn arn_is_short(pattern: &[Unit<'_>]) -> bool {
    let parts = Parts::of(pattern);
    parts.count < 6 && !parts.any_text && !has_hole(pattern)
}

fn has_hole(pattern: &[Unit<'_>]) -> bool {
    pattern.contains(&Unit::Any)
}

fn like(pattern: &[Unit<'_>], text: &str) -> bool {
    glob(Cursor::new(pattern, true), text.as_bytes(), false).is_match()
}

fn equal(pattern: &[Unit<'_>], text: &str) -> bool {
    match pattern {
        [Unit::Wild(own) | Unit::Exact(own)] => *own == text,
        _ => glob(Cursor::new(pattern, false), text.as_bytes(), false).is_match(),
    }
}

fn equal_ignore_case(pattern: &[Unit<'_>], text: &str) -> bool {
    let literal = |unit: &Unit<'_>| match *unit {
        Unit::Wild(own) | Unit::Exact(own) => own.to_owned(),
        Unit::Any => String::new(),
    };
    match pattern {
        [Unit::Wild(own) | Unit::Exact(own)] if own.is_ascii() && text.is_ascii() => own.eq_ignore_ascii_case(text),
        [Unit::Wild(own) | Unit::Exact(own)] => lower(own).eq(lower(text)),
        _ => {
            let text: String = lower(text).collect();
            let owned: Vec<String> = pattern.iter().map(|unit| lower(&literal(unit)).collect()).collect();
            let units: Vec<Unit<'_>> = pattern
                .iter()
                .zip(&owned)
                .map(|(unit, own)| if *unit == Unit::Any { Unit::Any } else { Unit::Exact(own) })
                .collect();
            equal(&units, &text)
        }
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Each of the six parts separately; in the sixth, which may hold colons, `*` reaches past those.
fn arn(pattern: &[Unit<'_>], text: &str) -> bool {
    let parts = Parts::of(pattern);
    if Arn::parse(text).is_none() {
        return false;
    }
    parts.any_text
        || parts.count == 6 && parts.list.iter().zip(text.splitn(6, ':')).all(|(part, text)| part.matches(text).is_match())
}

/// As an ARN, but a `*` that ends a part may take in colons and what follows them.
///
/// Parts up to and with one that ends in `*` (or up to the last) are a run: each covers exactly one stretch between
/// colons. Behind such a `*` the next run may start at any later stretch; the earliest at which it matches leaves most to
/// what follows, so no other need be tried.
fn resource(pattern: &[Unit<'_>], text: &str) -> bool {
    let parts = Parts::of(pattern);
    let (mut parts, last) = parts.split_last();
    let mut rest = text;
    let mut anchored = true;
    loop {
        let length = parts.iter().position(|part| part.open);
        let (run, behind) = parts.split_at_checked(length.map_or(parts.len(), |open| open + 1)).unwrap_or((parts, &[]));
        let found = loop {
            match try_run(run, rest, length.is_none().then_some(last)) {
                Run::Found(after) => break after,
                Run::Never => return false,
                Run::NotHere if anchored => return false,
                Run::NotHere => match rest.split_once(':') {
                    Some((_, later)) => rest = later,
                    None => return false,
                },
            }
        };
        if length.is_none() {
            return true;
        }
        (rest, parts, anchored) = (found, behind, false);
    }
}

enum Run<'t> {
    /// It matches, and the next may start here.
    Found(&'t str),
    /// It does not match from here.
    NotHere,
    /// It matches neither from here nor from any later place.
    Never,
}

fn try_run<'t>(run: &[Part<'_>], text: &'t str, last: Option<Part<'_>>) -> Run<'t> {
    let mut rest = text;
    for part in run {
        let Some((segment, after)) = rest.split_once(':') else {
            return Run::Never;
        };
        if !part.matches(segment).is_match() {
            return Run::NotHere;
        }
        rest = after;
    }
    let Some(last) = last else {
        return Run::Found(rest);
    };
    // The sixth part takes all that is left. A shorter pattern ends in one of the first five, where only a `*` at its very
    // end reaches past a colon.
    let (subject, whole) = match rest.split_once(':') {
        Some((segment, _)) if last.stops => (segment, last.open),
        _ => (rest, true),
    };
    match last.matches(subject) {
        Outcome::Match if whole => Run::Found(""),
        // INVARIANT: behind a `*` that reaches past colons a later start only leaves less text to it.
        Outcome::Stuck if !last.stops => Run::Never,
        _ => Run::NotHere,
    }
}

/// One part of a pattern for ARNs.
#[derive(Clone, Copy)]
struct Part<'a> {
    start: Cursor<'a>,
    /// One of the first five: it ends at a colon.
    stops: bool,
    /// One of the first five, and its last character is `*`.
    open: bool,
}

impl Part<'_> {
    fn matches(&self, text: &str) -> Outcome {
        glob(Cursor { stops: self.stops, ..self.start }, text.as_bytes(), false)
    }
}

/// The parts of a pattern for ARNs, at most six.
struct Parts<'a> {
    list: [Part<'a>; 6],
    count: usize,
    /// Nothing but `*`.
    any_text: bool,
}

impl<'a> Parts<'a> {
    fn of(pattern: &'a [Unit<'a>]) -> Self {
        let mut cursor = Cursor::new(pattern, true);
        let mut part = Part { start: cursor, stops: true, open: false };
        let mut parts = Self { list: [part; 6], count: 0, any_text: true };
        while let Some(token) = cursor.next() {
            if token == Token::Byte(b':') && parts.count < 5 {
                parts.push(part);
                part = Part { start: cursor, stops: parts.count < 5, open: false };
            } else {
                part.open = token == Token::Star && part.stops;
            }
            parts.any_text &= token == Token::Star;
        }
        parts.any_text &= part.open;
        parts.push(part);
        parts
    }

    fn push(&mut self, part: Part<'a>) {
        if let Some(place) = self.list.get_mut(self.count) {
            *place = part;
            self.count += 1;
        }
    }

    fn split_last(&self) -> (&[Part<'a>], Part<'a>) {
        let [first, ..] = self.list;
        match self.list.get(..self.count).and_then(<[_]>::split_last) {
            Some((last, before)) => (before, *last),
            None => (&[], first),
        }
    }
}

/// How a comparison ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Match,
    /// It failed before the first `*`.
    Mismatch,
    /// It failed behind a `*`.
    Stuck,
}

impl Outcome {
    fn is_match(self) -> bool {
        self == Self::Match
    }
}

/// Two pointers: only the last `*` is ever tried again, since what an earlier one could take, the last can take too.
///
/// INVARIANT: bytes may be compared, as neither text can agree with the other from the middle of a character on; only `?`
/// has to look where characters start.
fn glob(mut pattern: Cursor<'_>, text: &[u8], fold: bool) -> Outcome {
    let mut rest = text;
    let mut resume: Option<(Cursor<'_>, &[u8])> = None;
    loop {
        let mut ahead = pattern;
        let next = match (ahead.next(), rest.split_first()) {
            (Some(Token::Star), _) => {
                if ahead.is_at_end() {
                    return Outcome::Match;
                }
                resume = Some((ahead, rest));
                Some(rest)
            }
            (Some(Token::Byte(own)), Some((&byte, after))) => {
                (own == byte || fold && own.eq_ignore_ascii_case(&byte)).then_some(after)
            }
            (Some(Token::One), Some((&byte, after))) => (!is_inside(byte)).then(|| skip_inside(after)),
            (None, None) => return Outcome::Match,
            // The text is at its end and the pattern is not: a `*` that takes more leaves even less.
            (Some(_), None) => return if resume.is_some() { Outcome::Stuck } else { Outcome::Mismatch },
            (None, Some(_)) => None,
        };
        if let Some(next) = next {
            (pattern, rest) = (ahead, next);
            continue;
        }
        let Some((star, taken)) = resume else {
            return Outcome::Mismatch;
        };
        let Some((_, mut later)) = taken.split_first() else {
            return Outcome::Stuck;
        };
        let mut ahead = star;
        if let Some(Token::Byte(own)) = ahead.next() {
            // what cannot start what follows is left to the `*`
            let Some(start) = later.iter().position(|byte| own == *byte || fold && own.eq_ignore_ascii_case(byte)) else {
                return Outcome::Stuck;
            };
            later = later.get(start..).unwrap_or(&[]);
        }
        resume = Some((star, later));
        (pattern, rest) = (star, later);
    }
}

/// Whether this byte continues a character.
fn is_inside(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

fn skip_inside(bytes: &[u8]) -> &[u8] {
    let inside = bytes.iter().take_while(|byte| is_inside(**byte)).count();
    bytes.get(inside..).unwrap_or(&[])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// `?`
    One,
    /// `*`, or a hole.
    Star,
}

/// A place in a pattern.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    /// What is left of the unit.
    bytes: &'a [u8],
    /// Whether `*` and `?` are wildcards in it.
    wild: bool,
    /// The units behind it.
    rest: &'a [Unit<'a>],
    /// Whether `*` and `?` are wildcards anywhere.
    wildcards: bool,
    /// Whether the pattern ends at the next colon.
    stops: bool,
}

impl<'a> Cursor<'a> {
    fn new(pattern: &'a [Unit<'a>], wildcards: bool) -> Self {
        Self { bytes: &[], wild: false, rest: pattern, wildcards, stops: false }
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            if let Some((&byte, bytes)) = self.bytes.split_first() {
                if byte == b':' && self.stops {
                    (self.bytes, self.rest) = (&[], &[]);
                    return None;
                }
                self.bytes = bytes;
                return Some(match byte {
                    b'*' if self.wild => Token::Star,
                    b'?' if self.wild => Token::One,
                    _ => Token::Byte(byte),
                });
            }
            let (unit, rest) = self.rest.split_first()?;
            self.rest = rest;
            match *unit {
                Unit::Wild(text) => (self.bytes, self.wild) = (text.as_bytes(), self.wildcards),
                Unit::Exact(text) => (self.bytes, self.wild) = (text.as_bytes(), false),
                Unit::Any => return Some(Token::Star),
            }
        }
    }

    fn is_at_end(mut self) -> bool {
        self.next().is_none()
    }
}
