//! A text that some patterns match and others do not.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};

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
    let mut machines: Vec<(Side, Machine)> = Vec::new();
    for (list, patterns) in every.iter().enumerate() {
        machines.extend(patterns.iter().map(|own| (Side::Every(list), machine(own))));
    }
    machines.extend(none.iter().map(|own| (Side::None, machine(own))));
    let machines = Machines { lists: every.len(), machines };
    let other = letter_of_none(machines.machines.iter().map(|(_, own)| own));
    let start: State = machines.machines.iter().map(|(_, own)| own.start()).enumerate().collect();
    if !machines.is_open(&start) {
        return Search::None;
    }
    let mut known = HashSet::from([start.clone()]);
    // the letter by which each state was reached first, and from which state
    let mut ways: Vec<Option<(usize, char)>> = vec![None];
    let mut queue = VecDeque::from([(0, start)]);
    while let Some((index, state)) = queue.pop_front() {
        if machines.accept(&state) {
            return Search::Found(spelt(&ways, index));
        }
        for letter in machines.letters(&state, other) {
            let cost = state.iter().map(|(_, places)| places.len() as u64).sum::<u64>();
            let Some(left) = steps.checked_sub(cost) else { return Search::TooMuch };
            *steps = left;
            let next: State = state
                .iter()
                .filter_map(|(at, places)| {
                    let (_, machine) = machines.machines.get(*at)?;
                    Some((*at, machine.step(places, letter))).filter(|(_, places)| !places.is_empty())
                })
                .collect();
            if machines.is_open(&next) && known.insert(next.clone()) {
                queue.push_back((ways.len(), next));
                ways.push(Some((index, letter)));
            }
        }
    }
    Search::None
}

/// The machines that may still match, by their numbers, each with the places that it may have come to, sorted.
type State = Vec<(usize, Vec<usize>)>;

/// What is asked of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// One of this list must match.
    Every(usize),
    /// It must not match.
    None,
}

struct Machines {
    lists: usize,
    machines: Vec<(Side, Machine)>,
}

impl Machines {
    fn running<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (Side, &'a Machine, &'a [usize])> {
        state.iter().filter_map(|(at, places)| self.machines.get(*at).map(|(side, own)| (*side, own, places.as_slice())))
    }

    /// Whether what was read is a text as it is sought.
    fn accept(&self, state: &State) -> bool {
        let accepted = |wanted: Side| self.running(state).any(|(side, own, places)| side == wanted && own.accepts(places));
        !accepted(Side::None) && (0..self.lists).all(|list| accepted(Side::Every(list)))
    }

    /// Whether some text that begins with what was read may be as it is sought.
    fn is_open(&self, state: &State) -> bool {
        let lost = self.running(state).any(|(side, own, places)| side == Side::None && own.is_sure(places));
        !lost && (0..self.lists).all(|list| self.running(state).any(|(side, ..)| side == Side::Every(list)))
    }

    /// The letters to go on with: one for all that no pattern names, first, for it makes texts that look like names.
    fn letters(&self, state: &State, other: char) -> Vec<char> {
        let mut letters: Vec<char> = Vec::new();
        for (_, own, places) in self.running(state) {
            for letter in own.letters(places) {
                letters.push(letter);
                if own.folds() {
                    letters.push(letter.to_ascii_uppercase());
                }
            }
        }
        letters.push(':');
        letters.sort_unstable();
        letters.dedup();
        std::iter::once(other).chain(letters).collect()
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
