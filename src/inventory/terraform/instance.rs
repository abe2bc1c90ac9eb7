//! What `for_each`, `count` and blocks that are made of a list repeat.

use super::evaluate::{At, Branch, Evaluation, Goes, Part, Value, known};
use super::resources;
use crate::syntax::{Literal, Node, hole_text};

/// How many instances of a resource are told apart.
const MOST_INSTANCES: usize = 64;

/// One instance of what `for_each` or `count` repeats; the first of all is that of what is not repeated.
pub(super) struct Instance<'t, 's> {
    /// `each`, `count`, or the name of a block's iterator.
    pub(super) name: String,
    pub(super) key: String,
    pub(super) value: Value<'t, 's>,
    pub(super) outer: usize,
    /// Whether the name stands for the value itself, as that of a `for` does.
    pub(super) is_whole: bool,
}

/// The instances of a resource, and whether it is known that it has these.
#[derive(Clone, Default)]
pub(super) struct Instances {
    pub(super) list: Vec<usize>,
    pub(super) is_known: bool,
}

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// The instances of a resource: one where it is not repeated, or where it is not known how often.
    pub(super) fn instances_of(&mut self, module: usize, index: usize) -> Instances {
        if let Some(known) = self.of_resources.get(&(module, index)) {
            return known.clone();
        }
        let alone = Instances { list: vec![0], is_known: false };
        // what counts its own instances has one
        self.of_resources.insert((module, index), alone.clone());
        let at = At { module, instance: 0 };
        let before = (std::mem::replace(&mut self.met_open, false), self.undecided.len(), self.failed, self.defaults.len());
        let sets = (std::mem::take(&mut self.varied), std::mem::take(&mut self.unknown));
        let own = self.module(module).and_then(|own| own.resources.get(index));
        let branch = std::mem::replace(&mut self.branch, Branch::First);
        let is_data = own.is_some_and(|own| own.is_data);
        let list = match own.map(|own| (own.body.get("for_each"), own.body.get("count"))) {
            Some((Some(each), _)) => self.repeated(at, each, "each"),
            Some((None, Some(count))) => self.counted(at, count),
            _ => None,
        };
        // that there is none is as true as the defaults are: a module is written to be called with other values
        let is_open = self.met_open || self.defaults.len() > before.3;
        let instances = match list {
            Some(list) if list.is_empty() && is_open && !is_data => self.assumed(at, index).unwrap_or(alone),
            Some(list) => Instances { list, is_known: true },
            None => alone,
        };
        (self.met_open, self.failed, self.branch) = (before.0, before.2, branch);
        self.undecided.truncate(before.1);
        (self.varied, self.unknown) = sets;
        self.of_resources.insert((module, index), instances.clone());
        instances
    }

    /// The instances of a resource that is looked at as if there were one, unless the user says how many there are.
    fn assumed(&mut self, at: At, index: usize) -> Option<Instances> {
        let own = self.module(at.module)?.resources.get(index)?;
        let count = own.body.get("count").filter(|_| resources::is_known(&own.kind))?;
        let name = format!("{}.count", own.address());
        let written = hole_text(&name);
        let number = if let Some(said) = self.inventory.said(&name, &written) {
            said.parse().ok().filter(|number| *number <= MOST_INSTANCES)?
        } else {
            self.inventory.take_for(&name, "1", &written);
            1
        };
        Some(Instances { list: self.numbered(at, count, number), is_known: true })
    }

    /// One instance for each item of a set, or entry of a map; `None` where they are not known.
    pub(super) fn repeated(&mut self, at: At, each: Node<'t, 's>, name: &str) -> Option<Vec<usize>> {
        let value = self.value(at, each);
        let items = if let Some(entries) = self.entries(value.clone()) {
            entries
        } else {
            let mut items = Vec::new();
            for (number, item) in self.exact(value)?.into_iter().enumerate() {
                let key = match known(&item) {
                    Some(key) => key,
                    // the items of a block need no names
                    None if name != "each" => number.to_string(),
                    None => return None,
                };
                items.push((Part::known(Literal::put_in(key, each.span())), item));
            }
            items
        };
        if items.len() > MOST_INSTANCES || items.iter().any(|item| item.0.is_hole) {
            return None;
        }
        let made = items.into_iter().map(|(key, value)| {
            let key = key.literal.value.into_owned();
            self.instances.push(Instance { name: name.to_owned(), key, value, outer: at.instance, is_whole: false });
            self.instances.len() - 1
        });
        Some(made.collect())
    }

    fn counted(&mut self, at: At, count: Node<'t, 's>) -> Option<Vec<usize>> {
        let is_open = std::mem::replace(&mut self.met_open, false);
        let defaults = self.defaults.len();
        self.branch = Branch::Silent;
        let number = self.known_at(at, count).and_then(|own| own.parse::<usize>().ok());
        self.branch = Branch::First;
        if number.is_some_and(|number| number > 0) && (self.met_open || self.defaults.len() > defaults) {
            // once more, so that what is taken for granted is told
            self.value(at, count);
        }
        self.met_open |= is_open;
        let number = number.filter(|number| *number <= MOST_INSTANCES)?;
        Some(self.numbered(at, count, number))
    }

    fn numbered(&mut self, at: At, count: Node<'t, 's>, number: usize) -> Vec<usize> {
        let made = (0..number).map(|number| {
            let value = Value::Node(at, count);
            let key = number.to_string();
            self.instances.push(Instance { name: "count".to_owned(), key, value, outer: at.instance, is_whole: false });
            self.instances.len() - 1
        });
        made.collect()
    }

    /// The blocks that one of them repeats, and whether there may be more or fewer.
    pub(super) fn blocks_of(&mut self, at: At, label: Node<'t, 's>, dynamic: Node<'t, 's>) -> (Vec<(At, Node<'t, 's>)>, bool) {
        let Some(content) = dynamic.get("content") else { return (Vec::new(), true) };
        let iterator = dynamic.get("iterator").map(Node::written).map(|own| own.trim_start_matches("${").trim_end_matches('}'));
        let name = iterator.map_or_else(|| label.string().unwrap_or_default().into_owned(), str::to_owned);
        let each = dynamic.get("for_each");
        match each.and_then(|each| self.going(Goes::Anywhere, |own| own.repeated(at, each, &name))) {
            Some(instances) => (instances.into_iter().map(|instance| (At { instance, ..at }, content)).collect(), false),
            None => (vec![(at, content)], true),
        }
    }
}
