//! Texts of YAML and HCL with edits, read again: each policy that comes of them is asked of.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::compare::{Means, has_same_statements, is_within};
use crate::finding::Edit;
use crate::inventory::Inventory;
use crate::lint::Facts;
use crate::policy::{self, Policy};
use crate::prove::Budget;
use crate::script::{Paper, apply};
use crate::source::{SourceId, Sources, Span};

/// The policies that stand at each place.
type ByPlace<'p, 's> = BTreeMap<Span, Vec<&'p Policy<'s>>>;

/// Inputs of YAML and HCL, to try edits on.
#[derive(Debug)]
pub(super) struct Again<'f, 'i, 's> {
    facts: &'f Facts<'i, 's>,
    budget: Budget,
    /// What the templates come to as they are.
    old: OnceCell<ByPlace<'i, 's>>,
}

/// One text with its edits.
struct Edited {
    old: SourceId,
    new: SourceId,
    edits: Vec<Edit>,
    /// Where its lists and maps stand now.
    places: HashMap<Span, Span>,
}

/// How much more it takes to put templates together and to compare all that comes of them than to read a policy.
const TIMES: usize = 4;

impl<'f, 'i, 's> Again<'f, 'i, 's> {
    pub(super) fn of(facts: &'f Facts<'i, 's>, budget: Budget) -> Self {
        Self { facts, budget, old: OnceCell::new() }
    }

    /// Whether a policy is written in YAML or HCL itself, not in a string there.
    pub(super) fn is_for(&self, policy: &Policy<'_>) -> bool {
        Paper::of(self.facts.sources, policy.range.source).is_some_and(|paper| paper.map_at(policy.range).is_some())
    }

    /// Whether a policy stands in a template that is written in YAML or HCL, be it in a string there.
    pub(super) fn is_in_template(&self, policy: &Policy<'_>) -> bool {
        self.is_template(policy.range.source) && Paper::of(self.facts.sources, policy.range.source).is_some()
    }

    /// Whether a text belongs together with others, so that all of them are read again.
    fn is_template(&self, id: SourceId) -> bool {
        self.facts.inventory.templates().contains(&id)
    }

    /// How many bytes are read again for an edit of a text.
    pub(super) fn cost(&self, id: SourceId) -> usize {
        let length = |id: &SourceId| self.facts.sources.get(*id).text().len();
        if self.is_template(id) {
            TIMES * self.facts.inventory.templates().iter().map(length).sum::<usize>()
        } else {
            length(&id)
        }
    }

    /// Whether it is shown that no policy is wider with these edits; `None` where they change something else than they say, or make more
    /// faults.
    pub(super) fn judge(&self, edits: &[Edit]) -> Option<bool> {
        let Facts { sources, inventory, reference, .. } = *self.facts;
        let changed: BTreeSet<SourceId> = edits.iter().map(|edit| edit.span.source).collect();
        let mut texts = Sources::new();
        for (id, source) in sources.iter() {
            let is_read = changed.contains(&id) || inventory.templates().contains(&id);
            texts.add(source.name(), if is_read { source.text() } else { "" });
        }
        let mut all = Vec::new();
        for &old in &changed {
            let (source, own) = (sources.get(old), edits.iter().filter(|edit| edit.span.source == old));
            let own: Vec<Edit> = own.cloned().collect();
            let text = apply(source.text(), Span::new(old, 0, source.text().len() as u32), &own)?;
            let new = texts.add(source.name(), text);
            let paper = Paper::of(sources, old)?;
            let places = paper.with_edits(&paper.again(&texts, new), &own)?;
            all.push(Edited { old, new, edits: own, places });
        }
        let means = Means { sources: &texts, reference, budget: self.budget };
        let mut shown = true;
        for own in all.iter().filter(|own| !self.is_template(own.old)) {
            shown &= self.of_document(own, means)?;
        }
        if all.iter().any(|own| self.is_template(own.old)) {
            shown &= self.of_templates(&all, means)?;
        }
        Some(shown)
    }

    /// As [`Again::judge`], of a text that stands by itself: its policies are what it says.
    fn of_document(&self, own: &Edited, means: Means<'_>) -> Option<bool> {
        let paper = Paper::of(self.facts.sources, own.old)?;
        let again = paper.again(means.sources, own.new);
        // an edit may take the rest of the last line along
        let touches = |policy: &Policy<'_>, edit: &Edit| {
            let (place, span) = (policy.range, edit.span);
            place.source == span.source && span.start <= place.end && place.start <= span.end
        };
        let policies = self.facts.inventory.all_policies().map(|(policy, _)| policy);
        let mut shown = None;
        for policy in policies.filter(|policy| own.edits.iter().any(|edit| touches(policy, edit))) {
            let node = paper.map_at(policy.range)?;
            let old = policy::read(node, policy.kind);
            let new = policy::read(again.map_at(*own.places.get(&node.span())?)?, policy.kind);
            // what was put in for a hole is not what stands in the file
            let is_read_again = has_same_statements((policy, self.facts.sources), (&old, means.sources));
            if !is_read_again || new.faults.len() > old.faults.len() {
                return None;
            }
            shown = Some(shown.unwrap_or(true) && is_within(&old, &new, means));
        }
        shown
    }

    /// As [`Again::judge`], of templates: their functions and references may bring a text into any policy.
    fn of_templates(&self, all: &[Edited], means: Means<'_>) -> Option<bool> {
        let Facts { inventory, sources, .. } = *self.facts;
        let now = |id: SourceId| all.iter().find(|own| own.old == id).map_or(id, |own| own.new);
        let again = inventory.templates_again(means.sources, now);
        let faults = |inventory: &Inventory<'_>, id: SourceId| -> usize {
            inventory.documents.iter().filter(|own| own.source == id).map(|own| own.faults.len()).sum()
        };
        if all.iter().any(|own| faults(&again, own.new) > faults(inventory, own.old)) {
            return None;
        }
        let is_asked = |id: SourceId| inventory.templates().contains(&id);
        let old = self.old.get_or_init(|| by_place(inventory, sources, is_asked));
        let mut new = by_place(&again, means.sources, |_| true);
        let mut shown = true;
        for (&place, one) in old {
            let at = all.iter().find(|own| own.old == place.source).map_or(Some(place), |own| self.moved(own, place))?;
            let other = new.remove(&at).filter(|other| other.len() == one.len())?;
            for (old, new) in one.iter().zip(other) {
                if old.kind != new.kind || new.faults.len() > old.faults.len() {
                    return None;
                }
                shown &= has_same_statements((old, sources), (new, means.sources)) || is_within(old, new, means);
            }
        }
        new.is_empty().then_some(shown)
    }

    /// Where a policy of an edited text stands now.
    fn moved(&self, own: &Edited, place: Span) -> Option<Span> {
        let paper = Paper::of(self.facts.sources, own.old)?;
        if let Some(node) = paper.map_at(place) {
            let now = own.places.get(&node.span())?;
            // without a bracket, what was put together starts with its first key
            return Some(Span { start: now.start + (place.start - node.span().start), ..*now });
        }
        let before = |at: u32| own.edits.iter().filter(move |edit| edit.span.end <= at);
        let shift = |at: u32| before(at).fold(at, |at, edit| at + edit.text.len() as u32 - edit.span.len() as u32);
        Some(Span::new(own.new, shift(place.start), shift(place.end)))
    }
}

/// The policies of some inputs by their places, in the order in which they were read. Of those that say the same at one place, one.
fn by_place<'p, 's>(inventory: &'p Inventory<'s>, sources: &Sources, is_asked: impl Fn(SourceId) -> bool) -> ByPlace<'p, 's> {
    let mut all = ByPlace::new();
    for (policy, _) in inventory.all_policies().filter(|(policy, _)| is_asked(policy.range.source)) {
        let here = all.entry(policy.range).or_default();
        let says_it = |own: &&Policy<'_>| own.kind == policy.kind && has_same_statements((own, sources), (policy, sources));
        if !here.iter().any(says_it) {
            here.push(policy);
        }
    }
    all
}
