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
        // a list mostly goes on with the same service
        let (mut last, mut bits) = ("", 0..0);
        for actions in statements.filter_map(|statement| statement.actions.as_ref()) {
            if actions.negated {
                return Self(ALL.all());
            }
            for pattern in &actions.list {
                let Some(text) = pattern.plain() else { continue };
                let same = text.strip_prefix(last).and_then(|rest| rest.strip_prefix(':')).filter(|_| !last.is_empty());
                let name = if let Some(name) = same {
                    name
                } else {
                    let Some((prefix, name)) = text.split_once(':').filter(|(prefix, _)| !prefix.contains(['*', '?'])) else {
                        return Self(ALL.all());
                    };
                    (last, bits) = (prefix, ALL.of_service(prefix));
                    name
                };
                if bits.is_empty() {
                    continue;
                }
                let behind = last.len() + 1;
                let tag = (!actions.wild || !pattern.has_wildcard()).then(|| Tag::of(text));
                for (at, (action, other)) in bits.clone().zip(ALL.names.get(bits.clone()).unwrap_or(&[])) {
                    let may = tag.is_none_or(|tag| tag == *other);
                    own.0 |= u128::from(may && fits(name, action.get(behind..).unwrap_or(""))) << at;
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
        let at = ALL.names.binary_search_by(|(own, _)| (*own).cmp(name)).ok()?;
        Some(self.0 & (1 << at) != 0)
    }

    /// The sets of which it has all actions, in their order.
    pub(super) fn sets(self) -> impl Iterator<Item = &'static Escalation> {
        ALL.sets.iter().filter(move |(bits, _)| self.0 & bits == *bits).map(|(_, set)| *set)
    }
}

/// All of them, sorted, and where those of each service are.
struct Known {
    names: Vec<(&'static str, Tag)>,
    services: Vec<(&'static str, Range<usize>)>,
    /// The sets, each with the bits of its actions.
    sets: Vec<(u128, &'static Escalation)>,
}

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
    let names = names.into_iter().map(|name| (name, Tag::of(name))).collect();
    Known { names, services, sets }
});

impl Known {
    fn all(&self) -> u128 {
        (0..self.names.len()).fold(0, |bits, at| bits | 1 << at)
    }

    /// The places of those of a service.
    fn of_service(&self, prefix: &str) -> Range<usize> {
        let own = self.services.iter().find(|(own, _)| own.eq_ignore_ascii_case(prefix));
        own.map_or(0..0, |(_, places)| places.clone())
    }
}
