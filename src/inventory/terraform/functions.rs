//! The functions of Terraform that policies are made with.
//!
//! <https://developer.hashicorp.com/terraform/language/functions>

mod choices;
mod documents;
mod lists;
mod maps;
mod texts;

use super::condition::truth_value;
use super::evaluate::{At, Evaluation, Part, Value, is_null, is_unknown, known, place_of, put_in};
use crate::source::Span;
use crate::syntax::{Kind, Node};

/// What a call comes to; `None` where that is not known. A name that ends in `...` has a list for the last of the arguments.
pub(super) fn call<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    at: At,
    name: &str,
    arguments: &[Node<'t, 's>],
    place: Span,
) -> Option<Value<'t, 's>> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let mut call = Call { evaluation, at, arguments, more: Vec::new(), place };
    let name = match name.strip_suffix("...") {
        Some(name) => {
            let (last, before) = arguments.split_last()?;
            let value = call.evaluation.value(at, *last);
            call.arguments = before;
            call.more = call.items(value);
            name
        }
        None => name,
    };
    call.of_text(name).or_else(|| call.of_list(name)).or_else(|| call.of_map(name)).unwrap_or_else(|| call.other(name))
}

/// What a family of functions makes of a call: nothing where the function is none of them.
type Made<'t, 's> = Option<Option<Value<'t, 's>>>;

struct Call<'c, 'e, 't, 's> {
    evaluation: &'c mut Evaluation<'e, 't, 's>,
    at: At,
    arguments: &'c [Node<'t, 's>],
    /// The arguments that are the items of a list.
    more: Vec<Value<'t, 's>>,
    place: Span,
}

impl<'t, 's> Call<'_, '_, 't, 's> {
    fn other(&mut self, name: &str) -> Option<Value<'t, 's>> {
        match name {
            "tostring" | "tonumber" | "tobool" | "sensitive" | "nonsensitive" => self.value(0),
            "jsonencode" => Some(Value::Json(Box::new(self.value(0)?))),
            "jsondecode" | "yamldecode" => self.decoded(name),
            "file" => {
                let (text, whole) = self.file(0)?;
                Some(Value::Text(vec![Part::known(crate::syntax::Literal::plain(text, whole))], whole))
            }
            "templatefile" => self.template(),
            "coalesce" => self.coalesce(),
            "coalescelist" => self.coalesce_lists(),
            "try" => self.tried(),
            "can" => self.can(),
            "alltrue" => self.all_are(true).map(|holds| truth_value(holds, self.place)),
            "anytrue" => self.all_are(false).map(|holds| truth_value(!holds, self.place)),
            "length" => {
                let length = self.length()?;
                Some(Value::Plain(Kind::Number, length.to_string(), self.place))
            }
            _ => None,
        }
    }

    /// How many arguments there are.
    fn count(&self) -> usize {
        self.arguments.len() + self.more.len()
    }

    fn value(&mut self, index: usize) -> Option<Value<'t, 's>> {
        match self.arguments.get(index) {
            Some(node) => Some(self.evaluation.value(self.at, *node)),
            None => self.more.get(index - self.arguments.len()).cloned(),
        }
    }

    fn known(&mut self, index: usize) -> Option<String> {
        let value = self.value(index)?;
        known(&value)
    }

    fn number(&mut self, index: usize) -> Option<i64> {
        self.known(index)?.parse().ok()
    }

    /// The items of an argument that is a list.
    fn list(&mut self, index: usize) -> Option<Vec<Value<'t, 's>>> {
        let value = self.value(index)?;
        self.evaluation.list(value)
    }

    /// The items of an argument that is a list of which it is known how many it has.
    fn exact(&mut self, index: usize) -> Option<Vec<Value<'t, 's>>> {
        let value = self.value(index)?;
        self.evaluation.failed |= is_null(&value);
        self.evaluation.exact(value)
    }

    /// The items of a list, or a hole for all of them.
    fn items(&mut self, value: Value<'t, 's>) -> Vec<Value<'t, 's>> {
        if is_null(&value) {
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

    fn length(&mut self) -> Option<usize> {
        let value = self.value(0)?;
        self.evaluation.failed |= is_null(&value);
        if let Some(text) = known(&value) {
            return Some(text.chars().count());
        }
        match self.evaluation.entries(value.clone()) {
            Some(entries) => (!entries.iter().any(|own| own.0.is_hole)).then_some(entries.len()),
            None => Some(self.evaluation.exact(value)?.len()),
        }
    }
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
