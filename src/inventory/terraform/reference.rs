//! What references lead to: variables, iterators, attributes of resources, and what lies in a value.

use super::document;
use super::evaluate::{At, Branch, Evaluation, Goes, Part, Value, is_null, is_unknown, known, put_in};
use super::instance::Instances;
use super::path::Step;
use crate::source::Span;
use crate::syntax::{Kind, Literal, Node, hole_text};

/// How many characters of a list or map are told that is taken for granted.
const LONGEST_TOLD: usize = 60;

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// What is given for a variable, or else its default; `None` where nothing is.
    pub(super) fn variable(&mut self, at: At, name: &str) -> Option<Value<'t, 's>> {
        let own = self.module(at.module)?;
        let declared = own.variables.get(name);
        let given = own.caller.and_then(|(caller, call)| Some((caller, call.get(name)?)));
        let mut value = given.map(|(caller, node)| self.value(At { module: caller, instance: 0 }, node));
        let takes_null = declared.and_then(|own| own.get("nullable")).is_none_or(|own| own.kind() != Kind::Bool(false));
        if value.as_ref().is_none_or(|value| is_null(value) && !takes_null) {
            let default = declared?.get("default")?;
            let variable = (at.module, name.to_owned());
            if self.deciding == 0 && self.unknown.contains(&variable) {
                return None;
            }
            // nobody who sets it sets it to that
            if self.goes == Goes::IntoPolicy && self.deciding == 0 && is_empty(default) {
                return None;
            }
            self.defaults.push(variable);
            let default = self.value(At { module: at.module, instance: 0 }, default);
            self.tell_default(name, &default);
            value = Some(default);
        }
        match declared.and_then(|own| own.get("type")) {
            Some(kind) => value.map(|value| self.converted(value, kind)),
            None => value,
        }
    }

    /// Tells that the default of a variable is taken for granted.
    fn tell_default(&mut self, name: &str, value: &Value<'t, 's>) {
        if self.branch == Branch::Silent || self.branch == Branch::Second && self.deciding > 0 {
            return;
        }
        let told = known(value).filter(|own| !own.is_empty()).unwrap_or_else(|| shortened(self.json(value)));
        self.inventory.take_for(&format!("var.{name}"), &told, &hole_text(&format!("var.{name}")));
    }

    /// What `each.key`, `count.index` or the iterator of a block stands for.
    pub(super) fn iterated(&mut self, at: At, head: &str, part: &str, place: Span) -> Option<Value<'t, 's>> {
        let mut index = at.instance;
        while index > 0 {
            let own = self.instances.get(index)?;
            if own.name == head && !own.is_whole {
                return match part {
                    "value" => self.copied(index),
                    "key" | "index" => Some(put_in(own.key.clone(), place)),
                    _ => None,
                };
            }
            index = own.outer;
        }
        None
    }

    /// What a name of a `for` stands for.
    pub(super) fn looped(&mut self, at: At, head: &str) -> Option<Value<'t, 's>> {
        let mut index = at.instance;
        while index > 0 {
            let own = self.instances.get(index)?;
            if own.name == head && own.is_whole {
                return self.copied(index);
            }
            index = own.outer;
        }
        None
    }

    /// The value of an instance, unless that is too much.
    fn copied(&mut self, instance: usize) -> Option<Value<'t, 's>> {
        let items = items_in(&self.instances.get(instance)?.value);
        if self.is_full(items) { None } else { Some(self.instances.get(instance)?.value.clone()) }
    }

    /// What stands in a resource or data source of an address.
    pub(super) fn attributes(&mut self, at: At, address: &str, steps: &[Step<'_>], place: Span) -> Option<Value<'t, 's>> {
        let index = *self.module(at.module)?.by_address.get(address)?;
        let instances = self.instances_of(at.module, index);
        let (chosen, steps) = match steps.split_first() {
            None => return self.whole(at, index, &instances, place),
            Some((step @ (Step::Splat | Step::Each), behind)) => {
                let (inner, outer) = step.parts(behind);
                let item = |evaluation: &mut Self, instance: usize| {
                    let item = evaluation.attribute(At { instance, ..at }, index, inner, place);
                    item.unwrap_or_else(|| Value::Text(vec![Part::hole("${…}", place)], place))
                };
                let items = instances.list.iter().map(|&instance| item(self, instance)).collect();
                return self.walk(at, Value::List(items, place), outer, place);
            }
            Some((Step::Index(written), behind)) => {
                let key = self.term(at, written);
                let is_own = |own: &&usize| self.instances.get(**own).map(|own| &own.key) == key.as_ref();
                let is_one = instances.list.len() == 1 && !(instances.is_known && key.is_some());
                let found = instances.list.iter().find(is_own).or(if is_one { instances.list.first() } else { None });
                self.failed |= found.is_none() && instances.is_known && key.is_some();
                (*found?, behind)
            }
            Some(_) => (*instances.list.first()?, steps),
        };
        self.attribute(At { instance: chosen, ..at }, index, steps, place)
    }

    /// A resource as a whole: a list where it is counted, a map where it is made for each of something.
    fn whole(&mut self, at: At, index: usize, instances: &Instances, place: Span) -> Option<Value<'t, 's>> {
        let body = self.module(at.module)?.resources.get(index)?.body;
        let is_each = body.get("for_each").is_some();
        if !is_each && body.get("count").is_none() {
            return Some(Value::Resource(At { instance: *instances.list.first()?, ..at }, index));
        }
        if !instances.is_known {
            return None;
        }
        let items = instances.list.iter().map(|&instance| Value::Resource(At { instance, ..at }, index));
        if !is_each {
            return Some(Value::List(items.collect(), place));
        }
        let keys = instances.list.iter().filter_map(|own| Some(self.instances.get(*own)?.key.clone()));
        let keys = keys.map(|key| Part::known(Literal::put_in(key, place)));
        Some(Value::Map(keys.zip(items).collect(), place))
    }

    fn attribute(&mut self, at: At, index: usize, steps: &[Step<'_>], place: Span) -> Option<Value<'t, 's>> {
        if let Some(issuer) = self.issuer(at, index, steps) {
            return Some(put_in(issuer, place));
        }
        let (name, behind) = match steps.split_first() {
            Some((Step::Name(name), behind)) => (name, behind),
            Some(_) => return None,
            None => return Some(Value::Resource(at, index)),
        };
        let value = self.attribute_of(at, index, name, place)?;
        self.walk(at, value, behind, place)
    }

    /// The value of an attribute of an instance.
    pub(super) fn attribute_of(&mut self, at: At, index: usize, name: &str, place: Span) -> Option<Value<'t, 's>> {
        let own = self.module(at.module)?.resources.get(index)?;
        if own.is_data && own.kind == document::KIND && matches!(name, "json" | "minified_json") {
            return Some(Value::Document(at, index));
        }
        let key = (at, format!("{index}.{name}"));
        if self.pending.contains(&key) {
            return None;
        }
        self.pending.push(key);
        let value = match self.computed(at, index, name) {
            Some(value) => Some(put_in(value, place)),
            None => own.body.get(name).map(|node| self.value(at, node)),
        };
        self.pending.pop();
        value.filter(|value| !is_null(value))
    }

    /// What lies at the end of some steps in a value.
    pub(super) fn walk(&mut self, at: At, value: Value<'t, 's>, steps: &[Step<'_>], place: Span) -> Option<Value<'t, 's>> {
        let Some((step, behind)) = steps.split_first() else { return Some(value) };
        let key = match step {
            Step::Name(name) => (*name).to_owned(),
            Step::Index(written) => self.term(at, written)?,
            Step::Splat | Step::Each => {
                let (inner, outer) = step.parts(behind);
                let items = self.several(value)?.into_iter();
                let items: Vec<_> = items.map(|item| self.walk(at, item, inner, place)).collect::<Option<_>>()?;
                return self.walk(at, Value::List(items, place), outer, place);
            }
        };
        let inner = self.part(value, &key, place)?;
        self.walk(at, inner, behind, place)
    }

    /// What is taken out of a value that has no name.
    pub(super) fn taken_out(&mut self, at: At, parts: &[Node<'t, 's>], place: Span) -> Option<Value<'t, 's>> {
        let (base, mut steps) = parts.split_first()?;
        let mut value = self.value(at, *base);
        while let Some((step, behind)) = steps.split_first() {
            if step.kind() == Kind::Hole && step.written() == "${*}" {
                let mut items = Vec::new();
                for item in self.several(value)? {
                    let item = behind.iter().try_fold(item, |item, step| {
                        let key = self.known_at(at, *step)?;
                        self.part(item, &key, place)
                    });
                    items.push(item?);
                }
                return Some(Value::List(items, place));
            }
            let key = self.known_at(at, *step)?;
            value = self.part(value, &key, place)?;
            steps = behind;
        }
        Some(value)
    }

    /// What `[*]` goes over: a value that is no list is one of one item, and `null` one of none.
    fn several(&mut self, value: Value<'t, 's>) -> Option<Vec<Value<'t, 's>>> {
        if is_null(&value) {
            return Some(Vec::new());
        }
        match self.list(value.clone()) {
            Some(items) => Some(items),
            None => (!is_unknown(&value)).then(|| vec![value]),
        }
    }

    /// What has a name or number in a value.
    fn part(&mut self, value: Value<'t, 's>, key: &str, place: Span) -> Option<Value<'t, 's>> {
        match value {
            Value::Resource(at, index) => self.attribute_of(at, index, key, place),
            Value::Node(at, node) if node.kind() == Kind::Map => {
                if let Some(found) = node.get(key) {
                    return Some(self.value(at, found));
                }
                if !node.entries().any(|own| own.key.has_hole()) {
                    self.failed = true;
                    return None;
                }
                let entries = self.entries(value)?;
                self.entry(entries, key)
            }
            Value::Map(entries, _) => self.entry(entries, key),
            value if is_null(&value) => {
                self.failed = true;
                None
            }
            value => {
                let is_exact = self.exact(value.clone()).is_some();
                let items = self.list(value)?;
                let found = items.into_iter().nth(key.parse().ok()?);
                self.failed |= is_exact && found.is_none();
                found
            }
        }
    }

    fn entry(&mut self, entries: Vec<(Part<'s>, Value<'t, 's>)>, key: &str) -> Option<Value<'t, 's>> {
        let is_open = entries.iter().any(|entry| entry.0.is_hole);
        let found = entries.into_iter().find(|entry| !entry.0.is_hole && entry.0.literal.value == key);
        self.failed |= found.is_none() && !is_open;
        found.map(|entry| entry.1)
    }
}

/// Whether a default stands for no value.
fn is_empty(default: Node<'_, '_>) -> bool {
    match default.kind() {
        Kind::Null => true,
        Kind::List => default.items().next().is_none(),
        _ => default.is(""),
    }
}

/// A text that is told, without what is too much of it.
fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TOLD) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How many items stand in a value that was put together.
// INVARIANT: such a value is as deep as expressions stand in each other.
fn items_in(value: &Value<'_, '_>) -> usize {
    match value {
        Value::List(items, _) => items.iter().map(items_in).sum::<usize>() + items.len(),
        Value::Map(entries, _) => entries.iter().map(|own| items_in(&own.1)).sum::<usize>() + entries.len(),
        Value::Text(parts, _) => parts.len(),
        Value::Json(inside) => items_in(inside),
        _ => 1,
    }
}
