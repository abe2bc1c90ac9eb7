//! The ways in which the texts of one pattern can match others: a text for each.

use std::collections::{HashMap, VecDeque};

use super::Unit;

/// How many states are looked at before it is given up.
const MOST_STATES: usize = 20_000;

/// For each set of `patterns` that some text of `question` matches while it matches no other of them, the shortest such text. All
/// are patterns for resources ([`Mode::Resource`](super::Mode::Resource)). `None` where there is too much to look at.
///
/// All patterns are read at once, letter by letter, each as the set of places that it may have come to. There are finitely many
/// such sets, so that all texts are covered; letters that stand in no pattern are one to all of them, so that one stands for all.
pub fn classes(question: &[Unit<'_>], patterns: &[Vec<Unit<'_>>]) -> Option<Vec<String>> {
    let all: Vec<Machine> = std::iter::once(question).chain(patterns.iter().map(Vec::as_slice)).map(Machine::of).collect();
    let letters = letters(&all);
    let start: State = all.iter().map(Machine::start).collect();
    let mut known = HashMap::from([(start.clone(), 0)]);
    // the letter by which each state was reached first, and from which state
    let mut steps: Vec<Option<(usize, char)>> = vec![None];
    let mut texts: HashMap<Vec<bool>, String> = HashMap::new();
    let mut found = Vec::new();
    let mut queue = VecDeque::from([(0, start)]);
    while let Some((index, state)) = queue.pop_front() {
        let accepted: Vec<bool> = all.iter().zip(&state).map(|(machine, places)| machine.accepts(places)).collect();
        if accepted.first() == Some(&true) && !texts.contains_key(&accepted) {
            let text = spelt(&steps, index);
            found.push(text.clone());
            texts.insert(accepted, text);
        }
        for &letter in &letters {
            let next: State = all.iter().zip(&state).map(|(machine, places)| machine.step(places, letter)).collect();
            if next.first().is_none_or(Vec::is_empty) || known.contains_key(&next) {
                continue;
            }
            if steps.len() == MOST_STATES {
                return None;
            }
            known.insert(next.clone(), steps.len());
            queue.push_back((steps.len(), next));
            steps.push(Some((index, letter)));
        }
    }
    Some(found)
}

/// The places that each machine may have come to, sorted.
type State = Vec<Vec<usize>>;

/// A pattern, read letter by letter.
struct Machine {
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Letter(char),
    /// `?`; whether it takes a colon.
    One(bool),
    /// `*`, or a hole; whether it takes colons.
    Many(bool),
}

impl Machine {
    /// In the first five parts of an ARN a wildcard stops at a colon, unless it is a `*` that ends its part.
    fn of(pattern: &[Unit<'_>]) -> Self {
        let mut tokens = Vec::new();
        for unit in pattern {
            match *unit {
                Unit::Any => tokens.push(Token::Many(true)),
                Unit::Exact(text) => tokens.extend(text.chars().map(Token::Letter)),
                Unit::Wild(text) => tokens.extend(text.chars().map(|letter| match letter {
                    '*' => Token::Many(false),
                    '?' => Token::One(false),
                    _ => Token::Letter(letter),
                })),
            }
        }
        let is_whole = pattern.contains(&Unit::Any);
        let mut colons = 0;
        let mut ahead = tokens.clone().into_iter().skip(1);
        for token in &mut tokens {
            let next = ahead.next();
            let is_free = is_whole || colons >= 5;
            match token {
                Token::Letter(':') => colons += 1,
                Token::Letter(_) => {}
                Token::One(colon) => *colon = is_free,
                Token::Many(colons) => *colons = is_free || matches!(next, None | Some(Token::Letter(':'))),
            }
        }
        Self { tokens }
    }

    fn start(&self) -> Vec<usize> {
        let mut places = Vec::new();
        self.enter(0, &mut places);
        places
    }

    /// Adds a place, and those behind it that need no letter.
    fn enter(&self, mut place: usize, places: &mut Vec<usize>) {
        loop {
            if !places.contains(&place) {
                places.push(place);
            }
            match self.tokens.get(place) {
                Some(Token::Many(_)) => place += 1,
                _ => return,
            }
        }
    }

    fn step(&self, places: &[usize], letter: char) -> Vec<usize> {
        let mut next = Vec::new();
        for &place in places {
            match self.tokens.get(place) {
                Some(Token::Letter(own)) if *own == letter => self.enter(place + 1, &mut next),
                Some(Token::One(colon)) if *colon || letter != ':' => self.enter(place + 1, &mut next),
                Some(Token::Many(colons)) if *colons || letter != ':' => self.enter(place, &mut next),
                _ => {}
            }
        }
        next.sort_unstable();
        next
    }

    fn accepts(&self, places: &[usize]) -> bool {
        places.contains(&self.tokens.len())
    }
}

/// Every letter that stands in a pattern, a colon, and first one that stands in none.
fn letters(all: &[Machine]) -> Vec<char> {
    let tokens = || all.iter().flat_map(|machine| &machine.tokens);
    let mut letters: Vec<char> =
        tokens().filter_map(|token| if let Token::Letter(own) = token { Some(*own) } else { None }).collect();
    letters.push(':');
    letters.sort_unstable();
    letters.dedup();
    let other = ('a'..='z').rev().chain('0'..='9').chain('\u{e000}'..='\u{f8ff}').find(|letter| !letters.contains(letter));
    other.into_iter().chain(letters.iter().copied()).collect()
}

/// The text by which a state was reached.
fn spelt(steps: &[Option<(usize, char)>], mut index: usize) -> String {
    let mut letters = Vec::new();
    while let Some(&Some((before, letter))) = steps.get(index) {
        letters.push(letter);
        index = before;
    }
    letters.into_iter().rev().collect()
}
