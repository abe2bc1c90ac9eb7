//! Functions that read files, and make texts of values and values of texts.

use super::{Call, Part, Span, Value, known, normal, place_of, within};
use crate::inventory::terraform::evaluate::null;
use crate::inventory::terraform::path::{self, Step};
use crate::syntax::{Kind, Literal, Node, hole_text, json, yaml};

impl<'t, 's> Call<'_, '_, 't, 's> {
    pub(super) fn decoded(&mut self, name: &str) -> Option<Value<'t, 's>> {
        match self.value(0)? {
            Value::Json(inside) => Some(*inside),
            document @ Value::Document(..) => Some(document),
            value => {
                let literal = literal(&value)?;
                let tree = if name == "yamldecode" {
                    yaml::read(literal.span.source, &literal.value).inside(&literal)
                } else {
                    json::read_inside(&literal, false)
                };
                if !tree.faults().is_empty() {
                    self.evaluation.failed = true;
                    return None;
                }
                Some(owned(tree.root()))
            }
        }
    }

    /// The text of a file that is among the inputs.
    pub(super) fn file(&mut self, index: usize) -> Option<(&'s str, Span)> {
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

    pub(super) fn template(&mut self) -> Option<Value<'t, 's>> {
        let (text, whole) = self.file(0)?;
        let given = match self.value(1) {
            Some(value) => self.evaluation.entries(value)?,
            None => Vec::new(),
        };
        if let Some(node) = self.evaluation.texts.templates.get(&whole.source).and_then(|own| own.root().get("v")) {
            let given = given.into_iter().map(|(name, value)| (name.literal.value.into_owned(), value));
            let at = self.evaluation.among(self.at, given)?;
            return Some(self.evaluation.value(at, node));
        }
        if text.contains("%{") {
            return None;
        }
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

/// The text of a value as one, with its places.
fn literal<'s>(value: &Value<'_, 's>) -> Option<Literal<'s>> {
    match value {
        Value::Node(_, node) => node.literal(),
        Value::Text(parts, _) => match &**parts {
            [only] if !only.is_hole => Some(only.literal.clone()),
            _ => Some(Literal::put_in(known(value)?, place_of(value))),
        },
        _ => None,
    }
}

/// What stands in a tree that does not last.
// INVARIANT: goes only as deep as a tree is.
fn owned<'t, 's>(node: Node<'_, 's>) -> Value<'t, 's> {
    let place = node.span();
    match node.kind() {
        Kind::List => Value::List(node.items().map(owned).collect(), place),
        Kind::Map => {
            let entries = node.entries().filter_map(|own| Some((Part::known(own.key.literal()?), owned(own.value))));
            Value::Map(entries.collect(), place)
        }
        Kind::Null => null(place),
        kind @ (Kind::Number | Kind::Bool(_)) => Value::Plain(kind, node.written().to_owned(), place),
        Kind::String => Value::Text(node.literal().map(Part::known).into_iter().collect(), place),
        Kind::Hole | Kind::Wrong => Value::Text(vec![Part::hole(hole_text(node.written()), place)], place),
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
