//! Patterns as regular expressions, and as equations where a variable stands in them.

use crate::pattern::{Part, Pattern, Variable};

/// One letter of a pattern.
#[derive(Clone, Copy, Debug)]
pub(super) enum Letter<'p, 's> {
    /// This very character.
    Exact(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// The value of a condition key.
    Filled(&'p Variable<'s>),
    /// Text of which it is not known what it stands for: a hole, or a variable that is not written as one.
    Open,
}

/// The letters of a pattern. `wild`: whether `*` and `?` are wildcards here.
pub(super) fn letters<'p, 's>(pattern: &'p Pattern<'s>, wild: bool) -> Vec<Letter<'p, 's>> {
    let text = |own: &str| if wild { written(own) } else { own.chars().map(Letter::Exact).collect() };
    if let Some(plain) = pattern.plain() {
        return text(plain);
    }
    let each = pattern.parts().iter().map(|part| match part {
        Part::Literal(own) => text(own),
        Part::Symbol(symbol) => vec![Letter::Exact(*symbol)],
        Part::Variable(variable) => vec![Letter::Filled(variable)],
        Part::Malformed(..) | Part::Hole(_) => vec![Letter::Open],
    });
    each.flatten().collect()
}

/// The letters of a text in which `*` and `?` are wildcards.
pub(super) fn written<'p, 's>(text: &str) -> Vec<Letter<'p, 's>> {
    let each = text.chars().map(|c| match c {
        '*' => Letter::Many,
        '?' => Letter::One,
        _ => Letter::Exact(c),
    });
    each.collect()
}

/// Whether a letter is the value of a variable, or not known.
pub(super) fn is_unsettled(letter: &Letter<'_, '_>) -> bool {
    matches!(letter, Letter::Filled(_) | Letter::Open)
}

pub(super) fn is_wild(letter: &Letter<'_, '_>) -> bool {
    matches!(letter, Letter::One | Letter::Many)
}

pub(super) fn is_colon(letter: &Letter<'_, '_>) -> bool {
    matches!(letter, Letter::Exact(':'))
}

/// The parts of a pattern for ARNs: at most six, the last of which may hold colons.
pub(super) fn arn_parts<'l, 'p, 's>(letters: &'l [Letter<'p, 's>]) -> Vec<&'l [Letter<'p, 's>]> {
    letters.splitn(6, is_colon).collect()
}

/// What a wildcard reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everything.
    All,
    /// Everything but colons.
    Part,
}

/// The language of a pattern in which what is unsettled may be anything. `fold`: letter case does not count.
pub(super) fn language(letters: &[Letter<'_, '_>], reach: Reach, fold: bool) -> String {
    concatenation(items(letters, reach, fold))
}

/// The language of the pattern of a resource: a `*` that ends one of the first five parts reaches past colons.
pub(super) fn resource_language(letters: &[Letter<'_, '_>]) -> String {
    let mut all: Vec<Item> = Vec::new();
    for (index, part) in arn_parts(letters).into_iter().enumerate() {
        if index > 0 {
            all.push(Item::Char(':'));
        }
        match part.split_last() {
            _ if index == 5 => all.extend(items(part, Reach::All, false)),
            Some((Letter::Many, before)) => {
                all.extend(items(before, Reach::Part, false));
                all.push(Item::Language(ALL));
            }
            _ => all.extend(items(part, Reach::Part, false)),
        }
    }
    concatenation(all)
}

/// The language of the six parts of a pattern for ARNs, each by itself; `None` where no ARN can be in it.
pub(super) fn arn_language(parts: &[&[Letter<'_, '_>]]) -> Option<String> {
    let (first, rest) = parts.split_first()?;
    if !could_be(first, "arn") {
        return None;
    }
    let mut all: Vec<Item> = "arn".chars().map(Item::Char).collect();
    for (index, part) in rest.iter().enumerate() {
        all.push(Item::Char(':'));
        all.extend(items(part, if index == 4 { Reach::All } else { Reach::Part }, false));
    }
    Some(concatenation(all))
}

/// Whether a pattern without variables matches a text.
pub(super) fn could_be(letters: &[Letter<'_, '_>], text: &str) -> bool {
    match letters.split_first() {
        None => text.is_empty(),
        Some((Letter::Many | Letter::Filled(_) | Letter::Open, rest)) => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.filter_map(|at| text.get(at..)).any(|behind| could_be(rest, behind))
        }
        Some((letter, rest)) => {
            let mut chars = text.chars();
            let next = chars.next();
            next.is_some_and(|c| !matches!(letter, Letter::Exact(own) if *own != c)) && could_be(rest, chars.as_str())
        }
    }
}

/// Any text.
pub(super) const ALL: &str = "re.all";

enum Item {
    Char(char),
    Either(char, char),
    Language(&'static str),
}

fn items(letters: &[Letter<'_, '_>], reach: Reach, fold: bool) -> Vec<Item> {
    let each = letters.iter().map(|letter| match (letter, reach) {
        (Letter::Exact(c), _) if fold && c.is_ascii_alphabetic() => Item::Either(c.to_ascii_lowercase(), c.to_ascii_uppercase()),
        (Letter::Exact(c), _) => Item::Char(*c),
        (Letter::One, Reach::All) => Item::Language("re.allchar"),
        (Letter::One, Reach::Part) => Item::Language("in-part"),
        (Letter::Many, Reach::Part) => Item::Language("(re.* in-part)"),
        (Letter::Many, Reach::All) | (Letter::Filled(_) | Letter::Open, _) => Item::Language(ALL),
    });
    each.collect()
}

fn concatenation(items: Vec<Item>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut text = String::new();
    let flush = |text: &mut String, parts: &mut Vec<String>| {
        if !text.is_empty() {
            parts.push(format!("(str.to_re {})", super::term::literal(text)));
            text.clear();
        }
    };
    for item in items {
        match item {
            Item::Char(c) => text.push(c),
            Item::Either(lower, upper) => {
                flush(&mut text, &mut parts);
                parts.push(format!("(re.union (str.to_re \"{lower}\") (str.to_re \"{upper}\"))"));
            }
            Item::Language(own) => {
                flush(&mut text, &mut parts);
                parts.push(own.to_owned());
            }
        }
    }
    flush(&mut text, &mut parts);
    match parts.as_slice() {
        [] => "(str.to_re \"\")".to_owned(),
        [one] => one.clone(),
        _ => format!("(re.++ {})", parts.join(" ")),
    }
}
