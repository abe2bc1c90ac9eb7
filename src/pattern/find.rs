//! A text that some patterns match and others do not.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::machine::{Machine, Token, letter_of_none};
use super::{Mode, Unit};

/// A pattern with the way in which it is compared.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'a> {
    /// The pattern.
    pub units: &'a [Unit<'a>],
    /// How it is compared.
    pub mode: Mode,
}

/// What became of looking for a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Search {
    /// This one.
    Found(String),
    /// There is none.
    None,
    /// There are too many ways to look at.
    TooMuch,
}

/// Whether one pattern matches all that another matches. What is not seen to be so at the first glance is not said to be so.
///
/// The letters from U+E100 to U+E10F stand for texts of which nothing is known, each for the same one in both.
pub fn covers(wide: Tested<'_>, narrow: Tested<'_>) -> bool {
    Machine::of(wide.units, wide.mode).covers(&Machine::of(narrow.units, narrow.mode))
}

/// A wildcard of a pattern for which something is to be put.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wildcard {
    /// A `*` or a hole, not a `?`.
    pub many: bool,
    /// Whether it takes colons.
    pub colons: bool,
    /// How many colons the pattern has before it.
    pub part: usize,
    /// Whether it is all that stands between two colons.
    pub whole: bool,
}

/// A text that a pattern matches, with what is given for each wildcard.
pub fn instance<'t>(pattern: Tested<'_>, fill: impl Fn(Wildcard) -> Cow<'t, str>) -> String {
    let mode = if pattern.mode == Mode::Action { Mode::Like } else { pattern.mode };
    let machine = Machine::of(pattern.units, mode);
    let mut text = String::new();
    let mut part = 0;
    let mut before = None;
    let mut rest = machine.tokens.iter().peekable();
    while let Some(token) = rest.next() {
        let is_edge = |token: Option<&Token>| token.is_none_or(|own| *own == Token::Letter(':'));
        let whole = is_edge(before) && is_edge(rest.peek().copied());
        match *token {
            Token::Letter(letter) => {
                part += usize::from(letter == ':');
                text.push(letter);
            }
            Token::One(colons) => text.push_str(&fill(Wildcard { many: false, colons, part, whole })),
            Token::Many(colons) => text.push_str(&fill(Wildcard { many: true, colons, part, whole })),
        }
        before = Some(token);
    }
    text
}

/// A shortest text that some pattern of each of these lists matches and none of the others. Each place of a pattern that is gone on from
/// takes a step of those that are left.
///
/// All patterns are read at once, as [`classes`](super::classes) does. No way is gone on that can lead to no such text.
pub fn find(every: &[Vec<Tested<'_>>], none: &[Tested<'_>], steps: &mut u64) -> Search {
    let machine = |own: &Tested<'_>| Machine::of(own.units, own.mode);
    let mut machines = Machines { lists: every.len(), machines: Vec::new(), owners: Vec::new() };
    for (list, patterns) in every.iter().enumerate() {
        for own in patterns {
            machines.add(Side::Every(list), machine(own));
        }
    }
    for own in none {
        machines.add(Side::None, machine(own));
    }
    let other = letter_of_none(machines.machines.iter().map(|(_, _, own)| own));
    let start = machines.start();
    if !machines.is_open(&start) {
        return Search::None;
    }
    let start: Rc<[u32]> = start.into();
    let mut known = FxHashSet::default();
    known.insert(start.clone());
    let mut states = vec![start];
    // the letter by which each state was reached first, and from which state
    let mut ways: Vec<Option<(usize, char)>> = vec![None];
    let (mut letters, mut next) = (Vec::new(), Vec::new());
    let mut index = 0;
    while let Some(state) = states.get(index).cloned() {
        if machines.accept(&state) {
            return Search::Found(spelt(&ways, index));
        }
        machines.letters(&state, other, &mut letters);
        for &letter in &letters {
            let Some(left) = steps.checked_sub(state.len() as u64) else { return Search::TooMuch };
            *steps = left;
            machines.step(&state, letter, &mut next);
            if machines.is_open(&next) && !known.contains(next.as_slice()) {
                let next: Rc<[u32]> = next.as_slice().into();
                known.insert(next.clone());
                states.push(next);
                ways.push(Some((index, letter)));
            }
        }
        index += 1;
    }
    Search::None
}

/// What is asked of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// One of this list must match.
    Every(usize),
    /// It must not match.
    None,
}

/// All patterns. Their places are numbered through, so that a state is one sorted list of the places to which they may have come.
struct Machines {
    lists: usize,
    /// Each with the number of its first place.
    machines: Vec<(Side, u32, Machine)>,
    /// Of each place, whose it is.
    owners: Vec<u32>,
}

impl Machines {
    fn add(&mut self, side: Side, machine: Machine) {
        // one more than there are tokens: the last is the end
        let first = self.owners.len();
        self.owners.resize(first + machine.tokens.len() + 1, self.machines.len() as u32);
        self.machines.push((side, first as u32, machine));
    }

    fn start(&self) -> Vec<u32> {
        self.machines.iter().flat_map(|(_, first, own)| own.start().into_iter().map(move |place| first + place as u32)).collect()
    }

    /// The places of a state, each with its pattern.
    fn places<'a>(&'a self, state: &'a [u32]) -> impl Iterator<Item = (Side, u32, &'a Machine, usize)> {
        state.iter().filter_map(|&place| {
            let (side, first, own) = self.machines.get(*self.owners.get(place as usize)? as usize)?;
            Some((*side, *first, own, (place - first) as usize))
        })
    }

    /// The state after a letter.
    fn step(&self, state: &[u32], letter: char, next: &mut Vec<u32>) {
        next.clear();
        for (_, first, own, place) in self.places(state) {
            own.follow(place, letter, |to| next.push(first + to as u32));
        }
        next.sort_unstable();
        next.dedup();
    }

    /// Whether what was read is a text as it is sought.
    fn accept(&self, state: &[u32]) -> bool {
        self.has_all(state, Machine::ends_at, Machine::ends_at)
    }

    /// Whether some text that begins with what was read may be as it is sought.
    fn is_open(&self, state: &[u32]) -> bool {
        self.has_all(state, |_, _| true, Machine::is_sure_at)
    }

    /// Whether each list has a pattern that has come to a place as wanted, and no other pattern has come to an unwanted one.
    fn has_all(
        &self,
        state: &[u32],
        wanted: impl Fn(&Machine, usize) -> bool,
        unwanted: impl Fn(&Machine, usize) -> bool,
    ) -> bool {
        // INVARIANT: the patterns of a list stand together, and the lists in order
        let mut found = 0;
        for (side, _, own, place) in self.places(state) {
            match side {
                Side::Every(list) => found += usize::from(list == found && wanted(own, place)),
                Side::None if unwanted(own, place) => return false,
                Side::None => {}
            }
        }
        found == self.lists
    }

    /// The letters to go on with: one for all that no pattern names, first, for it makes texts that look like names. Where all patterns of a
    /// list are at letters, no others lead on.
    fn letters(&self, state: &[u32], other: char, letters: &mut Vec<char>) {
        letters.clear();
        let strict = (0..self.lists).find(|&list| self.is_strict(state, list));
        if strict.is_none() {
            letters.extend([other, ':']);
        }
        for (side, _, own, place) in self.places(state) {
            let Some(letter) = own.letter(place) else { continue };
            if strict.is_some_and(|list| side != Side::Every(list)) {
                continue;
            }
            letters.push(letter);
            if own.folds() {
                letters.push(letter.to_ascii_uppercase());
            }
        }
        if let Some((_, rest)) = letters.split_at_mut_checked(usize::from(strict.is_none())) {
            rest.sort_unstable();
        }
        letters.dedup();
    }

    /// Whether no pattern of a list has come to a wildcard.
    fn is_strict(&self, state: &[u32], list: usize) -> bool {
        self.places(state).all(|(side, _, own, place)| side != Side::Every(list) || !own.is_wild_at(place))
    }
}

/// The text by which a state was reached.
fn spelt(ways: &[Option<(usize, char)>], mut index: usize) -> String {
    let mut letters = Vec::new();
    while let Some(&Some((before, letter))) = ways.get(index) {
        letters.push(letter);
        index = before;
    }
    letters.into_iter().rev().collect()
}
