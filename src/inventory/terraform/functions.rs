//! The functions of Terraform that policies are made with.
//!
//! <https://developer.hashicorp.com/terraform/language/functions>

use super::evaluate::{At, Evaluation, Part, Value, collapsed, known, place_of, put_in};
use super::path::{self, Step};
use crate::source::Span;
use crate::syntax::{Kind, Literal, Node, Weaver, hole_text};

/// What a call comes to; `None` where that is not known.
pub(super) fn call<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    at: At,
    name: &str,
    arguments: &[Node<'t, 's>],
    place: Span,
) -> Option<Value<'t, 's>> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let mut call = Call { evaluation, at, arguments, place };
    match name {
        "jsonencode" => Some(Value::Json(Box::new(call.value(0)?))),
        "jsondecode" => match call.value(0)? {
            Value::Json(inside) => Some(*inside),
            document @ Value::Document(..) => Some(document),
            _ => None,
        },
        "format" => call.format(),
        "join" => call.join(),
        "split" => call.split(),
        "concat" => call.concat(),
        "flatten" => call.flatten(),
        "tolist" | "toset" | "distinct" | "sort" | "setunion" | "compact" => call.collected(name),
        "merge" => call.merge(),
        "keys" | "values" => {
            let value = call.value(0)?;
            let entries = call.evaluation.entries(value)?;
            let part = |(key, value): (Part<'s>, Value<'t, 's>)| {
                if name == "keys" { Value::Text(vec![key.clone()], key.literal.span) } else { value }
            };
            Some(Value::List(entries.into_iter().map(part).collect(), place))
        }
        "lookup" => call.lookup(),
        "element" => {
            let list = call.value(0)?;
            let items = call.evaluation.list(list)?;
            let index = call.known(1)?.parse::<usize>().ok()?;
            let index = index.checked_rem(items.len())?;
            items.into_iter().nth(index)
        }
        "one" => {
            let list = call.value(0)?;
            call.evaluation.list(list)?.into_iter().next()
        }
        "coalesce" | "try" => call.first(name),
        "lower" => call.text(str::to_lowercase),
        "upper" => call.text(str::to_uppercase),
        "trimspace" => call.text(|text| text.trim().to_owned()),
        "replace" => call.replace(),
        "trimprefix" => {
            let prefix = call.known(1)?;
            call.text(|text| text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned())
        }
        "trimsuffix" => {
            let suffix = call.known(1)?;
            call.text(|text| text.strip_suffix(suffix.as_str()).unwrap_or(text).to_owned())
        }
        "tostring" | "tonumber" | "tobool" | "tomap" | "sensitive" | "nonsensitive" => call.value(0),
        "length" => {
            let value = call.value(0)?;
            let length = match known(&value) {
                Some(text) => text.chars().count(),
                None => match call.evaluation.entries(value.clone()) {
                    Some(entries) => entries.len(),
                    None => call.evaluation.list(value)?.len(),
                },
            };
            Some(put_in(length.to_string(), place))
        }
        "file" => {
            let (text, whole) = call.file(0)?;
            Some(Value::Text(vec![Part::known(Literal::plain(text, whole))], whole))
        }
        "templatefile" => call.template(),
        _ => None,
    }
}

struct Call<'c, 'e, 't, 's> {
    evaluation: &'c mut Evaluation<'e, 't, 's>,
    at: At,
    arguments: &'c [Node<'t, 's>],
    place: Span,
}

impl<'t, 's> Call<'_, '_, 't, 's> {
    fn value(&mut self, index: usize) -> Option<Value<'t, 's>> {
        let node = *self.arguments.get(index)?;
        Some(self.evaluation.value(self.at, node))
    }

    fn known(&mut self, index: usize) -> Option<String> {
        let value = self.value(index)?;
        known(&value)
    }

    fn text(&mut self, change: impl Fn(&str) -> String) -> Option<Value<'t, 's>> {
        let text = self.known(0)?;
        Some(put_in(change(&text), self.place))
    }

    fn replace(&mut self) -> Option<Value<'t, 's>> {
        let (from, to) = (self.known(1)?, self.known(2)?);
        // in slashes it is a regular expression
        let is_pattern = from.len() > 1 && from.starts_with('/') && from.ends_with('/');
        let is_plain = !from.is_empty() && !is_pattern;
        if is_plain { self.text(|text| text.replace(&from, &to)) } else { None }
    }

    fn format(&mut self) -> Option<Value<'t, 's>> {
        let pattern = self.arguments.first()?.literal()?;
        let text = pattern.value.clone();
        let (mut parts, mut done, mut index) = (Vec::new(), 0, 1);
        while let Some(found) = text.get(done..).and_then(|rest| rest.find('%')) {
            let start = done + found;
            if done < start {
                parts.push(Part::known(pattern.part(done..start)));
            }
            match text.as_bytes().get(start + 1)? {
                b'%' => parts.push(Part::known(pattern.part(start + 1..start + 2))),
                b's' | b'v' | b'd' => {
                    let node = *self.arguments.get(index)?;
                    let value = self.evaluation.value(self.at, node);
                    index += 1;
                    self.evaluation.append(&mut parts, Some(value), node.span(), &written(node));
                }
                _ => return None,
            }
            done = start + 2;
        }
        if done < text.len() {
            parts.push(Part::known(pattern.part(done..text.len())));
        }
        Some(Value::Text(collapsed(parts, self.place), self.place))
    }

    fn join(&mut self) -> Option<Value<'t, 's>> {
        let between = self.known(0)?;
        let list = self.value(1)?;
        let mut parts: Vec<Part<'s>> = Vec::new();
        for (index, item) in self.evaluation.list(list)?.into_iter().enumerate() {
            let place = place_of(&item);
            if index > 0 && !between.is_empty() {
                parts.push(Part::known(Literal::put_in(between.clone(), self.place)));
            }
            self.evaluation.append(&mut parts, Some(item), place, "${…}");
        }
        if parts.is_empty() {
            parts.push(Part::known(Literal::put_in("", self.place)));
        }
        let place = self.place;
        Some(Value::Text(collapsed(parts, place), place))
    }

    fn split(&mut self) -> Option<Value<'t, 's>> {
        let (between, text) = (self.known(0)?, self.known(1)?);
        let items = text.split(between.as_str()).map(|part| put_in(part.to_owned(), self.place));
        (!between.is_empty()).then(|| Value::List(items.collect(), self.place))
    }

    /// The items of a list, or a hole for all of them.
    fn items(&mut self, value: Value<'t, 's>) -> Vec<Value<'t, 's>> {
        if let Value::Node(_, node) = &value
            && node.kind() == Kind::Null
        {
            return Vec::new();
        }
        let place = place_of(&value);
        match self.evaluation.list(value.clone()) {
            Some(items) => items,
            None => match value {
                Value::Text(parts, place) if parts.iter().all(|part| part.is_hole) => vec![Value::Text(parts, place)],
                _ => vec![Value::Text(vec![Part::hole("${…}", place)], place)],
            },
        }
    }

    fn concat(&mut self) -> Option<Value<'t, 's>> {
        let mut all = Vec::new();
        for index in 0..self.arguments.len() {
            let value = self.value(index)?;
            all.extend(self.items(value));
        }
        Some(Value::List(all, self.place))
    }

    fn flatten(&mut self) -> Option<Value<'t, 's>> {
        let first = self.value(0)?;
        let mut flat = Vec::new();
        let mut left: Vec<(Value<'t, 's>, usize)> = self.evaluation.list(first)?.into_iter().rev().map(|own| (own, 0)).collect();
        while let Some((item, depth)) = left.pop() {
            match self.evaluation.list(item.clone()).filter(|_| depth < 16) {
                Some(items) => left.extend(items.into_iter().rev().map(|own| (own, depth + 1))),
                None => flat.push(item),
            }
        }
        Some(Value::List(flat, self.place))
    }

    fn collected(&mut self, name: &str) -> Option<Value<'t, 's>> {
        let mut items = Vec::new();
        for index in 0..self.arguments.len() {
            let value = self.value(index)?;
            items.extend(self.evaluation.list(value)?);
        }
        let mut seen: Vec<String> = Vec::new();
        let (unique, compact) = (matches!(name, "toset" | "distinct" | "setunion"), name == "compact");
        items.retain(|item| match known(item) {
            Some(text) if compact && text.is_empty() => false,
            Some(text) if unique => {
                let is_new = !seen.contains(&text);
                seen.push(text);
                is_new
            }
            None if compact => !matches!(item, Value::Node(_, node) if node.kind() == Kind::Null),
            _ => true,
        });
        Some(Value::List(items, self.place))
    }

    fn merge(&mut self) -> Option<Value<'t, 's>> {
        let mut all: Vec<(Part<'s>, Value<'t, 's>)> = Vec::new();
        for index in 0..self.arguments.len() {
            let value = self.value(index)?;
            if matches!(&value, Value::Node(_, node) if node.kind() == Kind::Null) {
                continue;
            }
            let place = place_of(&value);
            // of a map that is not known, the keys are not
            let unknown = || vec![(Part::hole("${…}", place), Value::Text(vec![Part::hole("${…}", place)], place))];
            for (key, value) in self.evaluation.entries(value).unwrap_or_else(unknown) {
                match all.iter_mut().find(|own| own.0.literal.value == key.literal.value) {
                    Some(own) => *own = (key, value),
                    None => all.push((key, value)),
                }
            }
        }
        Some(Value::Map(all, self.place))
    }

    fn lookup(&mut self) -> Option<Value<'t, 's>> {
        let key = self.known(1)?;
        let map = self.value(0)?;
        let entries = self.evaluation.entries(map)?;
        let open = entries.iter().any(|entry| entry.0.is_hole);
        match entries.into_iter().find(|entry| entry.0.literal.value == key) {
            Some(entry) => Some(entry.1),
            None if open => None,
            None => self.value(2),
        }
    }

    /// The first of the arguments that has a value.
    fn first(&mut self, name: &str) -> Option<Value<'t, 's>> {
        for index in 0..self.arguments.len() {
            let value = self.value(index)?;
            let is_nothing = match &value {
                Value::Node(_, node) => node.kind() == Kind::Null || name == "coalesce" && node.is(""),
                Value::Text(parts, _) => {
                    parts.iter().all(|part| !part.is_hole && part.literal.value.is_empty()) && name == "coalesce"
                }
                _ => false,
            };
            if !is_nothing {
                return Some(value);
            }
        }
        None
    }

    /// The text of a file that is among the inputs.
    fn file(&mut self, index: usize) -> Option<(&'s str, Span)> {
        let path = self.known(index)?;
        let wanted = normal(&path);
        let folder = self.evaluation.module(self.at.module).map(|own| own.folder.clone()).unwrap_or_default();
        // what is not an absolute path and does not start with that of the module is beside it, mostly
        let beside = within(&folder, &path);
        let sources = self.evaluation.sources;
        let (id, source) = sources.iter().find(|(_, source)| {
            let own = normal(source.name());
            own == wanted || own == beside
        })?;
        Some((source.text(), Span::new(id, 0, source.text().len() as u32)))
    }

    fn template(&mut self) -> Option<Value<'t, 's>> {
        let (text, whole) = self.file(0)?;
        if text.contains("%{") {
            return None;
        }
        let given = match self.value(1) {
            Some(value) => self.evaluation.entries(value)?,
            None => Vec::new(),
        };
        let literal = Literal::plain(text, whole);
        let (mut parts, mut done) = (Vec::new(), 0);
        while let Some(start) = text.get(done..).and_then(|rest| rest.find("${")).map(|found| done + found) {
            if text.get(..start).is_some_and(|before| before.ends_with('$')) {
                parts.push(Part::known(literal.part(done..start - 1)));
                parts.push(Part::known(literal.part(start..start + 2)));
                done = start + 2;
                continue;
            }
            let Some(end) = text.get(start..).and_then(|rest| rest.find('}')).map(|found| start + found) else { break };
            parts.push(Part::known(literal.part(done..start)));
            let inside = text.get(start + 2..end).unwrap_or("").trim();
            let place = literal.span_of(start..end + 1);
            let value = given_for(&given, inside);
            self.evaluation.append(&mut parts, value, place, &hole_text(inside));
            done = end + 1;
        }
        parts.push(Part::known(literal.part(done..text.len())));
        Some(Value::Text(parts, whole))
    }
}

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// A value as JSON.
    pub(super) fn json(&mut self, value: &Value<'t, 's>) -> String {
        let mut weaver = Weaver::new(place_of(value).source);
        self.put(value, &mut weaver);
        let tree = weaver.finish();
        let mut text = String::new();
        write(tree.root(), &mut text);
        text
    }
}

/// What a template is given for an expression in it.
fn given_for<'t, 's>(given: &[(Part<'s>, Value<'t, 's>)], written: &str) -> Option<Value<'t, 's>> {
    let encoded = written.strip_prefix("jsonencode(").and_then(|rest| rest.strip_suffix(')'));
    let steps = path::steps(encoded.unwrap_or(written))?;
    let [Step::Name(name)] = &*steps else { return None };
    let value = given.iter().find(|own| own.0.literal.value == *name)?.1.clone();
    Some(if encoded.is_some() { Value::Json(Box::new(value)) } else { value })
}

fn write(node: Node<'_, '_>, text: &mut String) {
    match node.kind() {
        Kind::Map => {
            text.push('{');
            for (index, entry) in node.entries().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write(entry.key, text);
                text.push(':');
                write(entry.value, text);
            }
            text.push('}');
        }
        Kind::List => {
            text.push('[');
            for (index, item) in node.items().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                write(item, text);
            }
            text.push(']');
        }
        Kind::Null => text.push_str("null"),
        Kind::Number | Kind::Bool(_) => text.push_str(node.written()),
        Kind::String | Kind::Hole | Kind::Wrong => {
            text.push('"');
            for c in node.string().unwrap_or(node.written().into()).chars() {
                match c {
                    '"' | '\\' => text.extend(['\\', c]),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    c => text.push(c),
                }
            }
            text.push('"');
        }
    }
}

/// How an argument is shown of which no value is known.
fn written(node: Node<'_, '_>) -> String {
    if node.kind() == Kind::Hole { node.written().to_owned() } else { "${…}".to_owned() }
}

/// A path from a folder on.
pub(super) fn within(folder: &str, path: &str) -> String {
    if folder.is_empty() { normal(path) } else { normal(&format!("{folder}/{path}")) }
}

/// A path without the steps that lead nowhere.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let path = path.replace('\\', "/");
    for part in path.split('/') {
        match part {
            "" if parts.is_empty() && path.starts_with('/') => parts.push(""),
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != ".." && !last.is_empty()) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
