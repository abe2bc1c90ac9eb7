//! The ways in which the texts of one pattern can match others: a text for each.

use std::collections::{HashSet, VecDeque};

use super::machine::{Machine, letter_of_none};
use super::{Mode, Unit};

/// How many places of patterns are gone on from before it is given up: a fraction of a second.
const MOST_STEPS: usize = 3_000_000;

/// How many texts are told: each of them is asked of every policy.
const MOST_TEXTS: usize = 2_000;

/// For each set of `patterns` that some text of `question` matches while it matches no other of them, the shortest such text. All
/// are patterns for resources ([`Mode::Resource`](super::Mode::Resource)). `None` where there is too much to look at.
///
/// All patterns are read at once, letter by letter, each as the set of places that it may have come to. There are finitely many
/// such sets, so that all texts are covered; letters with which no pattern goes on are one to all of them, so that one stands for
/// all.
pub fn classes(question: &[Unit<'_>], patterns: &[Vec<Unit<'_>>]) -> Option<Vec<String>> {
    let all: Vec<Machine> =
        std::iter::once(question).chain(patterns.iter().map(Vec::as_slice)).map(|own| Machine::of(own, Mode::Resource)).collect();
    let other = letter_of_none(all.iter());
    let start: State = all.iter().map(Machine::start).enumerate().collect();
    let mut known = HashSet::from([start.clone()]);
    // the letter by which each state was reached first, and from which state
    let mut steps: Vec<Option<(usize, char)>> = vec![None];
    let mut sets = HashSet::new();
    let mut found = Vec::new();
    let mut queue = VecDeque::from([(0, start)]);
    let mut done = 0;
    while let Some((index, state)) = queue.pop_front() {
        let machine = |at: usize| all.get(at);
        let accepting = state.iter().filter(|(at, places)| machine(*at).is_some_and(|own| own.accepts(places)));
        let accepted: Vec<usize> = accepting.map(|(at, _)| *at).collect();
        if accepted.first() == Some(&0) && sets.insert(accepted) {
            if found.len() == MOST_TEXTS {
                return None;
            }
            found.push(spelt(&steps, index));
        }
        let places = state.iter().flat_map(|(at, places)| places.iter().map(|place| (*at, *place)));
        let mut letters: Vec<char> = places.filter_map(|(at, place)| machine(at)?.letter(place)).collect();
        letters.extend([other, ':']);
        letters.sort_unstable();
        letters.dedup();
        // the letter of none makes texts that look like names
        for letter in std::iter::once(other).chain(letters.into_iter().filter(|letter| *letter != other)) {
            done += state.iter().map(|(_, places)| places.len()).sum::<usize>();
            if done > MOST_STEPS {
                return None;
            }
            let step = |(at, places): &(usize, Vec<usize>)| Some((*at, machine(*at)?.step(places, letter)));
            let next: State = state.iter().filter_map(step).filter(|(_, places)| !places.is_empty()).collect();
            // what is no text of the question any more is of no interest
            if next.first().is_some_and(|(at, _)| *at == 0) && known.insert(next.clone()) {
                queue.push_back((steps.len(), next));
                steps.push(Some((index, letter)));
            }
        }
    }
    Some(found)
}

/// The machines that may still match, by their numbers, each with the places that it may have come to, sorted.
type State = Vec<(usize, Vec<usize>)>;

/// The text by which a state was reached.
fn spelt(steps: &[Option<(usize, char)>], mut index: usize) -> String {
    let mut letters = Vec::new();
    while let Some(&Some((before, letter))) = steps.get(index) {
        letters.push(letter);
        index = before;
    }
    letters.into_iter().rev().collect()
}
