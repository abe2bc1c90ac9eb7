//! Which of the actions that give more than they say a policy may be about, found in one pass over its patterns.

use std::ops::Range;
use std::sync::LazyLock;

use super::holder::fits;
use crate::policy::Statement;
use crate::reference::{Escalation, escalations};
use crate::rules::tag::Tag;

/// Some of the actions of the sets, and those that other rules of the theme ask for, each as one bit.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Actions(u128);

impl Actions {
    /// Those that statements may be about.
    pub(super) fn mentioned<'p, 's: 'p>(statements: impl Iterator<Item = &'p Statement<'s>>) -> Self {
        let mut own = Self::default();
        for actions in statements.filter_map(|statement| statement.actions.as_ref()) {
            if actions.negated {
                return Self(ALL.all());
            }
            for pattern in &actions.list {
                let Some(text) = pattern.plain() else { continue };
                if actions.wild && pattern.has_wildcard() {
                    own.0 |= ALL.fitting(text);
                } else if let Some(at) = ALL.named(text) {
                    own.0 |= 1 << at;
                }
            }
        }
        own
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it has an action; `None` of those that are not among them.
    pub(super) fn has(self, name: &str) -> Option<bool> {
        let at = ALL.named(name)?;
        Some(self.0 & (1 << at) != 0)
    }

    /// The sets of which it has all actions, in their order.
    pub(super) fn sets(self) -> impl Iterator<Item = &'static Escalation> {
        ALL.sets.iter().filter(move |(bits, _)| self.0 & bits == *bits).map(|(_, set)| *set)
    }
}

/// All of them, sorted, and where those of each service are.
struct Known {
    names: Vec<&'static str>,
    services: Vec<(&'static str, Range<usize>)>,
    /// The number of each in that order, from 1, by its tag; 0 where there is none.
    places: [u8; PLACES],
    /// The sets, each with the bits of its actions.
    sets: Vec<(u128, &'static Escalation)>,
}

/// Many more than there are names, so that nearly all others meet none.
const PLACES: usize = 1 << 12;

static ALL: LazyLock<Known> = LazyLock::new(|| {
    let of_sets = escalations().iter().flat_map(|set| &set.actions).map(|action| action.name);
    let mut names: Vec<&str> = of_sets.chain(["sts:AssumeRole"]).collect();
    names.sort_unstable();
    names.dedup();
    // INVARIANT: there is a bit for each; a test of all sets would miss one that has none
    names.truncate(128);
    let mut services: Vec<(&str, Range<usize>)> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let service = name.split(':').next().unwrap_or("");
        match services.last_mut() {
            Some((own, places)) if *own == service => places.end = at + 1,
            _ => services.push((service, at..at + 1)),
        }
    }
    let bit = |name: &str| names.binary_search(&name).map_or(0, |at| 1_u128 << at);
    let bits = |set: &Escalation| set.actions.iter().fold(0, |bits, action| bits | bit(action.name));
    let sets = escalations().iter().map(|set| (bits(set), set)).collect();
    let mut places = [0; PLACES];
    for (number, name) in (1..).zip(&names) {
        let mut slot = Tag::of(name).place(PLACES);
        while places.get(slot).is_some_and(|place| *place != 0) {
            slot = (slot + 1) % PLACES;
        }
        if let Some(place) = places.get_mut(slot) {
            *place = number;
        }
    }
    Known { names, services, places, sets }
});

impl Known {
    fn all(&self) -> u128 {
        (0..self.names.len()).fold(0, |bits, at| bits | 1 << at)
    }

    /// The place of the one that is written so.
    fn named(&self, text: &str) -> Option<usize> {
        let tag = Tag::of(text);
        let mut slot = tag.place(PLACES);
        // INVARIANT: nearly all places are free, so each search ends
        while let Some(at) = self.places.get(slot)?.checked_sub(1).map(usize::from) {
            if self.names.get(at).is_some_and(|own| own.eq_ignore_ascii_case(text)) {
                return Some(at);
            }
            slot = (slot + 1) % PLACES;
        }
        None
    }

    /// Those that a pattern stands for, each as one bit.
    fn fitting(&self, pattern: &str) -> u128 {
        let Some((prefix, name)) = pattern.split_once(':').filter(|(prefix, _)| !prefix.contains(['*', '?'])) else {
            return self.all();
        };
        let places = self.of_service(prefix);
        let names = places.clone().zip(self.names.get(places).unwrap_or(&[]));
        let fits = |own: &str| fits(name, own.get(prefix.len() + 1..).unwrap_or(""));
        names.fold(0, |bits, (at, own)| bits | u128::from(fits(own)) << at)
    }

    /// The places of those of a service.
    fn of_service(&self, prefix: &str) -> Range<usize> {
        let own = self.services.iter().find(|(own, _)| own.eq_ignore_ascii_case(prefix));
        own.map_or(0..0, |(_, places)| places.clone())
    }
}
