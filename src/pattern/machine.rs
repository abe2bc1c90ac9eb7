//! Patterns read letter by letter, each as the set of places that it may have come to.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use super::{Mode, Unit};

/// A pattern, read letter by letter.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) tokens: Vec<Token>,
    /// Whether letter case does not count.
    fold: bool,
    /// The place from which on it takes any text.
    sure: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token {
    Letter(char),
    /// `?`; whether it takes a colon.
    One(bool),
    /// `*`, or a hole; whether it takes colons.
    Many(bool),
}

impl Machine {
    /// In the first five parts of an ARN a wildcard stops at a colon, unless, in a Resource, it is a `*` that ends its part.
    pub(super) fn of(pattern: &[Unit<'_>], mode: Mode) -> Self {
        let plain = matches!(mode, Mode::Equal | Mode::EqualIgnoreCase);
        let fold = matches!(mode, Mode::Action | Mode::EqualIgnoreCase);
        let mut tokens = Vec::new();
        for unit in pattern {
            match *unit {
                Unit::Any => tokens.push(Token::Many(true)),
                Unit::Exact(text) => tokens.extend(text.chars().map(|letter| Token::Letter(folded(letter, fold)))),
                Unit::Wild(text) => tokens.extend(text.chars().map(|letter| match letter {
                    '*' if !plain => Token::Many(true),
                    '?' if !plain => Token::One(true),
                    _ => Token::Letter(folded(letter, fold)),
                })),
            }
        }
        let is_parted = matches!(mode, Mode::Arn | Mode::Resource) && !pattern.contains(&Unit::Any);
        if is_parted && tokens.iter().any(|token| !matches!(token, Token::Many(_))) {
            part(&mut tokens, mode == Mode::Resource);
        }
        let sure = tokens.iter().rposition(|token| *token != Token::Many(true)).map_or(0, |last| last + 1);
        Self { tokens, fold, sure }
    }

    /// The places where it starts.
    pub(super) fn start(&self) -> Vec<usize> {
        let mut places = Vec::new();
        self.enter(0, |place| places.push(place));
        places
    }

    /// The places after a letter, sorted.
    pub(super) fn step(&self, places: &[usize], letter: char) -> Vec<usize> {
        let mut next = Vec::new();
        for &place in places {
            self.follow(place, letter, |to| add(to, &mut next));
        }
        next.sort_unstable();
        next
    }

    /// Tells the places after a letter that are come to from one.
    pub(super) fn follow(&self, place: usize, letter: char, tell: impl FnMut(usize)) {
        let letter = folded(letter, self.fold);
        match self.tokens.get(place) {
            Some(Token::Letter(own)) if *own == letter => self.enter(place + 1, tell),
            // what stands for a text of any length is no single character
            Some(Token::One(colon)) if (*colon || letter != ':') && !SYMBOLS.contains(&letter) => self.enter(place + 1, tell),
            Some(Token::Many(colons)) if *colons || letter != ':' => self.enter(place, tell),
            _ => {}
        }
    }

    /// The letter with which it goes on from this place, where no wildcard stands there; where case does not count, the small one.
    pub(super) fn letter(&self, place: usize) -> Option<char> {
        match self.tokens.get(place) {
            Some(Token::Letter(own)) => Some(*own),
            _ => None,
        }
    }

    /// Whether a wildcard stands at this place.
    pub(super) fn is_wild_at(&self, place: usize) -> bool {
        matches!(self.tokens.get(place), Some(Token::One(_) | Token::Many(_)))
    }

    /// Whether it matches what was read.
    pub(super) fn accepts(&self, places: &[usize]) -> bool {
        places.contains(&self.tokens.len())
    }

    /// Whether it matches what was read if it has come to this place.
    pub(super) fn ends_at(&self, place: usize) -> bool {
        place == self.tokens.len()
    }

    /// Whether it matches what was read, whatever follows, if it has come to this place.
    pub(super) fn is_sure_at(&self, place: usize) -> bool {
        self.sure < self.tokens.len() && place >= self.sure
    }

    /// Whether letter case does not count.
    pub(super) fn folds(&self) -> bool {
        self.fold
    }

    /// Whether it matches all that another matches. What is not seen to be so is not said to be so: a text that both a `?` and several
    /// letters of it may take is not looked into.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if other.fold && !self.fold {
            return false;
        }
        let mut places = self.start();
        for &token in &other.tokens {
            places = match token {
                Token::Letter(letter) => self.step(&places, letter),
                wild => self.step_wild(&places, wild),
            };
            if places.is_empty() {
                return false;
            }
        }
        self.accepts(&places)
    }

    /// The places after whatever a wildcard of another takes.
    fn step_wild(&self, places: &[usize], wild: Token) -> Vec<usize> {
        let mut next = Vec::new();
        for &place in places {
            match (wild, self.tokens.get(place)) {
                (Token::One(colon), Some(Token::One(own))) if *own || !colon => self.enter(place + 1, |to| add(to, &mut next)),
                (Token::One(colons) | Token::Many(colons), Some(Token::Many(own))) if *own || !colons => {
                    self.enter(place, |to| add(to, &mut next));
                }
                _ => {}
            }
        }
        next.sort_unstable();
        next
    }

    /// Tells a place, and those behind it that need no letter.
    fn enter(&self, mut place: usize, mut tell: impl FnMut(usize)) {
        loop {
            tell(place);
            match self.tokens.get(place) {
                Some(Token::Many(_)) => place += 1,
                _ => return,
            }
        }
    }
}

fn add(place: usize, places: &mut Vec<usize>) {
    if !places.contains(&place) {
        places.push(place);
    }
}

/// Letters, for private use in Unicode, each of which stands for some text: patterns with such are compared with each other only.
pub(super) const SYMBOLS: RangeInclusive<char> = '\u{e100}'..='\u{e10f}';

/// A letter that stands in no pattern, in either case; best one of these.
pub(super) fn letter_of_none<'m>(all: impl Iterator<Item = &'m Machine>) -> char {
    let tokens = all.flat_map(|machine| &machine.tokens);
    let used: HashSet<char> = tokens
        .filter_map(|token| if let Token::Letter(letter) = token { Some(letter.to_ascii_lowercase()) } else { None })
        .collect();
    let mut letters = ('a'..='z').rev().chain('0'..='9').chain('\u{e000}'..='\u{e0ff}');
    letters.find(|letter| !used.contains(letter)).unwrap_or('\u{e0ff}')
}

/// Lets no wildcard reach past its part in the first five parts; where `ends_reach`, a `*` at the end of one does all the same.
fn part(tokens: &mut [Token], ends_reach: bool) {
    let mut colons = 0;
    for at in 0..tokens.len() {
        let next = tokens.get(at + 1).copied();
        let Some(token) = tokens.get_mut(at) else { return };
        let is_free = colons >= 5;
        match token {
            Token::Letter(':') => colons += 1,
            Token::Letter(_) => {}
            Token::One(colon) => *colon = is_free,
            Token::Many(colons) => *colons = is_free || ends_reach && matches!(next, None | Some(Token::Letter(':'))),
        }
    }
}

fn folded(letter: char, fold: bool) -> char {
    if fold { letter.to_ascii_lowercase() } else { letter }
}
