//! What `for_each`, `count` and blocks that are made of a list repeat.

use super::evaluate::{At, Evaluation, Part, Value, known};
use crate::syntax::{Literal, Node};

/// How many instances of a resource are told apart.
const MOST_INSTANCES: usize = 64;

/// One instance of what `for_each` or `count` repeats; the first of all is that of what is not repeated.
pub(super) struct Instance<'t, 's> {
    /// `each`, `count`, or the name of a block's iterator.
    pub(super) name: String,
    pub(super) key: String,
    pub(super) value: Value<'t, 's>,
    pub(super) outer: usize,
}

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// The instances of a resource: one where it is not repeated, or where it is not known how often.
    pub(super) fn instances_of(&mut self, module: usize, index: usize) -> Vec<usize> {
        if let Some(known) = self.of_resources.get(&(module, index)) {
            return known.clone();
        }
        // what counts its own instances has one
        self.of_resources.insert((module, index), vec![0]);
        let at = At { module, instance: 0 };
        let body = self.module(module).and_then(|own| own.resources.get(index)).map(|own| own.body);
        let instances = match body.map(|body| (body.get("for_each"), body.get("count"))) {
            Some((Some(each), _)) => self.repeated(at, each, "each"),
            Some((None, Some(count))) => self.counted(at, count),
            _ => None,
        };
        let instances = instances.unwrap_or_else(|| vec![0]);
        self.of_resources.insert((module, index), instances.clone());
        instances
    }

    /// One instance for each item of a set, or entry of a map; `None` where they are not known.
    pub(super) fn repeated(&mut self, at: At, each: Node<'t, 's>, name: &str) -> Option<Vec<usize>> {
        let value = self.value(at, each);
        let items = if let Some(entries) = self.entries(value.clone()) {
            entries
        } else {
            let mut items = Vec::new();
            for (number, item) in self.list(value)?.into_iter().enumerate() {
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
            self.instances.push(Instance { name: name.to_owned(), key, value, outer: at.instance });
            self.instances.len() - 1
        });
        Some(made.collect())
    }

    fn counted(&mut self, at: At, count: Node<'t, 's>) -> Option<Vec<usize>> {
        let number = self.known_at(at, count)?.parse::<usize>().ok().filter(|number| *number <= MOST_INSTANCES)?;
        let made = (0..number).map(|number| {
            let value = Value::Node(at, count);
            self.instances.push(Instance { name: "count".to_owned(), key: number.to_string(), value, outer: at.instance });
            self.instances.len() - 1
        });
        Some(made.collect())
    }

    /// The blocks that one of them repeats, and whether there may be more or fewer.
    pub(super) fn blocks_of(&mut self, at: At, label: Node<'t, 's>, dynamic: Node<'t, 's>) -> (Vec<(At, Node<'t, 's>)>, bool) {
        let Some(content) = dynamic.get("content") else { return (Vec::new(), true) };
        let iterator = dynamic.get("iterator").map(Node::written).map(|own| own.trim_start_matches("${").trim_end_matches('}'));
        let name = iterator.map_or_else(|| label.string().unwrap_or_default().into_owned(), str::to_owned);
        match dynamic.get("for_each").and_then(|each| self.repeated(at, each, &name)) {
            Some(instances) => (instances.into_iter().map(|instance| (At { instance, ..at }, content)).collect(), false),
            None => (vec![(at, content)], true),
        }
    }
}
