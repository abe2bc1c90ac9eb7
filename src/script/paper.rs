//! A text of YAML or HCL as a tree that is kept, and whether another one is the same but for some edits.

use std::collections::HashMap;

use crate::finding::Edit;
use crate::inventory::{Look, look_at};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Kind, Node, Tree, hcl, yaml};

/// A text of YAML or HCL as it is written, before functions and references are put in.
#[derive(Debug)]
pub struct Paper {
    form: Form,
    trees: Vec<Tree<'static>>,
}

/// The forms of texts other than JSON in which policies are mended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    Yaml,
    Hcl,
}

/// Where a node hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum At {
    /// In a list.
    Item(usize),
    /// As a key of a map.
    Key(usize),
    /// As the value of a key.
    Value(usize),
}

/// A node with what it hangs in, from the root on.
#[derive(Clone, Debug)]
pub(super) struct Way<'t> {
    pub(super) node: Node<'t, 'static>,
    pub(super) steps: Vec<(Node<'t, 'static>, At)>,
}

/// What is longer is not read again and again.
const LONGEST: usize = 1 << 20;

impl Paper {
    /// The text of a number, if it is YAML or HCL.
    pub fn of(sources: &Sources, id: SourceId) -> Option<&Self> {
        let read = |text: &str| {
            let form = match look_at(sources.get(id).name(), Some(text).filter(|text| text.len() <= LONGEST)?) {
                Ok(Look::Yaml) => Form::Yaml,
                Ok(Look::Hcl) => Form::Hcl,
                _ => return None,
            };
            Some(Self::read(form, id, text))
        };
        sources.get(id).once(read)?.as_ref()
    }

    /// Another text in the same form.
    #[must_use]
    pub fn again(&self, sources: &Sources, id: SourceId) -> Self {
        Self::read(self.form, id, sources.get(id).text())
    }

    fn read(form: Form, id: SourceId, text: &str) -> Self {
        let trees = match form {
            Form::Yaml => yaml::read_all(id, text),
            Form::Hcl => vec![hcl::read(id, text)],
        };
        Self { form, trees }
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The map at this place, which stands in the text only once.
    pub fn map_at(&self, place: Span) -> Option<Node<'_, 'static>> {
        self.way_to_map(place).map(|way| way.node)
    }

    pub(super) fn way_to_map(&self, place: Span) -> Option<Way<'_>> {
        self.way(|node| {
            let span = node.span();
            // without a bracket, it starts where its first key does
            let starts = span.start == place.start || node.mark().len() != 1 && node.mark().start == place.start;
            node.kind() == Kind::Map && starts && span.end == place.end
        })
    }

    /// The only node of which this holds.
    pub(super) fn way<'t>(&'t self, is_it: impl Fn(Node<'t, 'static>) -> bool) -> Option<Way<'t>> {
        let mut met: Vec<(Node<'t, 'static>, Option<(usize, At)>)> = self.trees.iter().map(|tree| (tree.root(), None)).collect();
        let (mut next, mut found) = (0, None);
        while let Some(&(node, _)) = met.get(next) {
            if is_it(node) && found.replace(next).is_some() {
                return None;
            }
            met.extend(children(node).map(|(child, at)| (child, Some((next, at)))));
            next += 1;
        }
        let mut at = found?;
        let (node, mut steps) = (met.get(at)?.0, Vec::new());
        while let Some((parent, place)) = met.get(at)?.1 {
            steps.push((met.get(parent)?.0, place));
            at = parent;
        }
        steps.reverse();
        Some(Way { node, steps })
    }

    /// Where each list and map stands in `new`, which is this text with some edits, if nothing else has changed by them.
    pub fn with_edits(&self, new: &Self, edits: &[Edit]) -> Option<HashMap<Span, Span>> {
        let faults = |paper: &Self| paper.trees.iter().map(|tree| tree.faults().len()).sum::<usize>();
        if self.trees.len() != new.trees.len() || faults(new) > faults(self) {
            return None;
        }
        let edited = Edited::of(edits);
        let mut open: Vec<_> = self.trees.iter().map(Tree::root).zip(new.trees.iter().map(Tree::root)).collect();
        let mut places = HashMap::new();
        while let Some((old, new)) = open.pop() {
            if edited.takes(old) && edited.gives(new) {
                continue;
            }
            if old.kind() != new.kind() || !matches!(old.kind(), Kind::List | Kind::Map) {
                let is_same = old.kind() == new.kind() && old.written() == new.written();
                if is_same || edited.is_in(old) && new.kind() == Kind::String {
                    continue;
                }
                return None;
            }
            places.insert(old.span(), new.span());
            let (mut kept, mut now) = (Vec::new(), Vec::new());
            if old.kind() == Kind::List {
                kept.extend(old.items().filter(|own| !edited.takes(*own)));
                now.extend(new.items().filter(|own| !edited.gives(*own)));
            } else {
                for own in old.entries().filter(|own| !edited.takes(own.key) || !edited.takes(own.value)) {
                    kept.extend([own.key, own.value]);
                }
                for own in new.entries().filter(|own| !edited.gives(own.key) || !edited.gives(own.value)) {
                    now.extend([own.key, own.value]);
                }
            }
            if kept.len() != now.len() {
                return None;
            }
            open.extend(kept.into_iter().zip(now));
        }
        Some(places)
    }
}

impl<'t> Way<'t> {
    /// What it hangs in, and where there.
    pub(super) fn last(&self) -> Option<(Node<'t, 'static>, At)> {
        self.steps.last().copied()
    }

    pub(super) fn is_key(&self) -> bool {
        matches!(self.last(), Some((_, At::Key(_))))
    }

    /// The keys on the way, each with the number of the item behind it, where that hangs in a list.
    pub(super) fn keys(&self) -> impl Iterator<Item = (String, Option<usize>)> + '_ {
        self.steps.iter().enumerate().filter_map(|(index, (parent, at))| {
            let At::Value(number) = at else { return None };
            let key = parent.entries().nth(*number)?.key.string()?.into_owned();
            let item = match self.steps.get(index + 1) {
                Some((_, At::Item(item))) => Some(*item),
                _ => None,
            };
            Some((key, item))
        })
    }
}

/// What hangs in a node.
fn children<'t>(node: Node<'t, 'static>) -> impl Iterator<Item = (Node<'t, 'static>, At)> {
    let items = node.items().enumerate().map(|(index, item)| (item, At::Item(index)));
    let entries = node.entries().enumerate().flat_map(|(index, own)| [(own.key, At::Key(index)), (own.value, At::Value(index))]);
    items.chain(entries)
}

/// What edits take from the old text, and where in the new one that stands which they give.
struct Edited {
    old: Vec<Span>,
    new: Vec<(u32, u32)>,
}

impl Edited {
    fn of(edits: &[Edit]) -> Self {
        let mut sorted: Vec<&Edit> = edits.iter().collect();
        sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (mut taken, mut given, mut new) = (0, 0, Vec::new());
        for edit in &sorted {
            let start = edit.span.start - taken + given;
            new.push((start, start + edit.text.len() as u32));
            taken += edit.span.end - edit.span.start;
            given += edit.text.len() as u32;
        }
        Self { old: sorted.iter().map(|edit| edit.span).collect(), new }
    }

    /// Whether a node stands in what was taken away.
    fn takes(&self, node: Node<'_, '_>) -> bool {
        let own = node.outer();
        self.old.iter().any(|span| !span.is_empty() && span.contains(own))
    }

    /// Whether a node stands in what was put in.
    fn gives(&self, node: Node<'_, '_>) -> bool {
        let own = node.outer();
        self.new.iter().any(|&(start, end)| start < end && start <= own.start && own.end <= end)
    }

    /// Whether an edit changes a part of a node.
    fn is_in(&self, node: Node<'_, '_>) -> bool {
        let own = node.outer();
        self.old.iter().any(|span| own.contains(*span))
    }
}
