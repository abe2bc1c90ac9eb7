//! What the expressions of a module come to, as far as its own files tell. All else stays a hole, written as it stands.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions>

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::functions;
use super::instance::{Instance, Instances};
use super::module::{Declared, Module};
use super::path::{self, Step};
use crate::inventory::Inventory;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Kind, Literal, Node, Piece, Tree, hcl, hole_text};

/// How many references may be looked up, beside one for every few bytes of the modules.
const MOST_STEPS: usize = 1 << 16;

/// How many items that are put together are as much as one reference.
const ITEMS_OF_STEP: usize = 16;

/// How many bytes may be put in for references, beside a few for each byte of the modules.
const MOST_BYTES: usize = 1 << 24;

/// How deep expressions may stand in each other and in what they refer to.
pub(super) const DEEPEST: usize = 160;

/// The signs of operations, which no key of a block is.
const SIGNS: [&str; 21] = [
    "?:", "%{}", "%{for}", "[for]", "{for}", "{for...}", ".", "!", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*",
    "/", "%",
];

/// Which branch is taken where a condition is not decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Branch {
    First,
    /// The first as well, without a word.
    Silent,
    Second,
}

/// Where what is looked at goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Goes {
    Anywhere,
    /// Into a policy, as it is: a default that is empty stands for no value there.
    IntoPolicy,
}

/// A variable of a module.
pub(super) type Variable = (usize, String);

/// Where an expression stands: in a module, and in which instance of a resource or block that is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct At {
    pub(super) module: usize,
    pub(super) instance: usize,
}

/// What an expression comes to.
#[derive(Clone, Debug)]
pub(super) enum Value<'t, 's> {
    /// What stands there; what is in it is not looked at yet.
    Node(At, Node<'t, 's>),
    /// A text of parts.
    Text(Vec<Part<'s>>, Span),
    /// A list that stands nowhere as such.
    List(Vec<Value<'t, 's>>, Span),
    /// A map that stands nowhere as such.
    Map(Vec<(Part<'s>, Value<'t, 's>)>, Span),
    /// A document as a text.
    Json(Box<Value<'t, 's>>),
    /// The policy of an `aws_iam_policy_document`, by its number in the module.
    Document(At, usize),
    /// A number, a truth value or `null` that stands nowhere as such.
    Plain(Kind, String, Span),
    /// One instance of a resource or data source as a whole, by its number in the module.
    Resource(At, usize),
}

/// What stands in texts.
pub(super) struct Texts<'s> {
    /// Expressions, by how they are written.
    pub(super) expressions: HashMap<String, Tree<'s>>,
    /// The inputs that are templates.
    pub(super) templates: HashMap<SourceId, Tree<'s>>,
}

/// One part of a text.
#[derive(Clone, Debug)]
pub(super) struct Part<'s> {
    pub(super) literal: Literal<'s>,
    pub(super) is_hole: bool,
}

/// Looks at several modules, of which some may call others.
pub(super) struct Evaluation<'e, 't, 's> {
    pub(super) modules: &'e [Module<'t, 's>],
    pub(super) texts: &'t Texts<'s>,
    pub(super) inventory: &'e mut Inventory<'s>,
    pub(super) sources: &'s Sources,
    pub(super) branch: Branch,
    /// Whether a condition that is not decided was met, or one that only the defaults of variables decide.
    pub(super) met_open: bool,
    /// The conditions that were met and are not decided.
    pub(super) undecided: Vec<String>,
    /// The variables whose defaults decide conditions that were met: where those are decided otherwise, the values are others.
    pub(super) varied: HashSet<Variable>,
    /// Variables that are not known, whatever their defaults are.
    pub(super) unknown: HashSet<Variable>,
    /// How many conditions stand around what is being looked at, as a part of one that decides.
    pub(super) deciding: usize,
    /// Where what is looked at goes.
    pub(super) goes: Goes,
    /// Whether an expression was met that Terraform would refuse, such as an index that a list does not have.
    pub(super) failed: bool,
    /// The variables whose defaults were taken, as often as they were.
    pub(super) defaults: Vec<Variable>,
    /// The expressions in texts that are looked at.
    pub(super) inside: Vec<&'t str>,
    /// Whether expressions were left as they are, since there are too many of them.
    pub(super) gave_up: bool,
    /// The account that all is taken to be in, where it is not that of the module.
    pub(super) scope: Option<usize>,
    /// The documents that were put in somewhere, by their places.
    pub(super) met: HashSet<Span>,
    pub(super) instances: Vec<Instance<'t, 's>>,
    pub(super) of_resources: HashMap<(usize, usize), Instances>,
    /// What is being looked up, so that a circle ends.
    pub(super) pending: Vec<(At, String)>,
    steps: usize,
    pub(super) bytes: usize,
    pub(super) depth: usize,
    /// How long the modules are.
    length: usize,
}

impl<'s> Part<'s> {
    pub(super) fn known(literal: Literal<'s>) -> Self {
        Self { literal, is_hole: false }
    }

    pub(super) fn hole(written: impl Into<Cow<'s, str>>, place: Span) -> Self {
        Self { literal: Literal::put_in(written, place), is_hole: true }
    }
}

impl<'e, 't, 's> Evaluation<'e, 't, 's> {
    pub(super) fn new(
        modules: &'e [Module<'t, 's>],
        texts: &'t Texts<'s>,
        inventory: &'e mut Inventory<'s>,
        sources: &'s Sources,
    ) -> Self {
        let nowhere = Span::new(SourceId::NONE, 0, 0);
        let value = Value::List(Vec::new(), nowhere);
        let alone = Instance { name: String::new(), key: String::new(), value, outer: 0, is_whole: false };
        Self {
            modules,
            texts,
            inventory,
            sources,
            branch: Branch::First,
            met_open: false,
            undecided: Vec::new(),
            varied: HashSet::new(),
            unknown: HashSet::new(),
            deciding: 0,
            goes: Goes::Anywhere,
            failed: false,
            defaults: Vec::new(),
            inside: Vec::new(),
            gave_up: false,
            scope: None,
            met: HashSet::new(),
            instances: vec![alone],
            of_resources: HashMap::new(),
            pending: Vec::new(),
            steps: 0,
            bytes: 0,
            depth: 0,
            length: modules.iter().map(|own| own.length).sum(),
        }
    }

    pub(super) fn module(&self, index: usize) -> Option<&'e Module<'t, 's>> {
        self.modules.get(index)
    }

    /// Where other modules of a folder have the resource of a place: in which, and its number there. In them, something that it names may be
    /// another.
    pub(super) fn views(&self, module: &Module<'t, 's>, own: &Declared<'t, 's>) -> Vec<(usize, usize)> {
        let of_folder = self.modules.iter().skip(module.group).take_while(|own| own.group == module.group);
        let others = of_folder.filter(|other| other.index != module.index);
        let number = |other: &Module<'t, 's>| {
            let index = *other.by_address.get(&own.address())?;
            let found = other.resources.get(index).filter(|found| found.place == own.place)?;
            (!other.makes(found)).then_some((other.index, index))
        };
        others.filter_map(number).collect()
    }

    /// Whether one step more is too many, and takes it.
    pub(super) fn is_spent(&mut self) -> bool {
        self.take_steps(1)
    }

    /// Whether so many items are too many to be put together, and takes them.
    pub(super) fn is_full(&mut self, items: usize) -> bool {
        self.take_steps(items / ITEMS_OF_STEP)
    }

    /// Whether so many bytes are too many to be put in, and takes them.
    pub(super) fn is_too_long(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.take_steps(0)
    }

    fn take_steps(&mut self, steps: usize) -> bool {
        self.steps += steps;
        let is_spent = self.steps > MOST_STEPS + self.length / 4 || self.bytes > MOST_BYTES + self.length * 16;
        self.gave_up |= is_spent;
        is_spent
    }

    /// Looks at something that goes into a policy as it is, or does not.
    pub(super) fn going<T>(&mut self, goes: Goes, look: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.goes, goes);
        let seen = look(self);
        self.goes = around;
        seen
    }

    /// What a node comes to. What stands in a map or list is looked at when that is put together.
    pub(super) fn value(&mut self, at: At, node: Node<'t, 's>) -> Value<'t, 's> {
        let steps = usize::from(matches!(node.kind(), Kind::Hole | Kind::Map));
        if self.take_steps(steps) || self.depth >= DEEPEST {
            self.gave_up = true;
            return self.hole(node);
        }
        self.depth += 1;
        let value = match node.kind() {
            Kind::Map => match operation(node) {
                Some(("?:", parts)) => self.conditional(at, &parts),
                Some(("%{}", parts)) => {
                    let speaks = parts.iter().any(|part| part.kind() == Kind::String && part.written().contains("Statement"));
                    let goes = if speaks { Goes::IntoPolicy } else { self.goes };
                    Some(self.going(goes, |own| own.in_parts(at, &parts, node.span())))
                }
                Some(("%{for}", parts)) => self.rounds(at, &parts, node.span()),
                Some((sign, parts)) => self.going(Goes::Anywhere, |own| own.operation(at, sign, &parts, node.span())),
                None => Some(Value::Node(at, node)),
            },
            Kind::Hole => self.expression(at, node.written(), node.span()),
            Kind::String if node.has_hole() => {
                let speaks = node.written().contains("Statement");
                let goes = if speaks { Goes::IntoPolicy } else { self.goes };
                Some(self.going(goes, |own| own.string(at, node)))
            }
            _ => Some(Value::Node(at, node)),
        };
        self.depth -= 1;
        value.unwrap_or_else(|| self.hole(node))
    }

    fn operation(&mut self, at: At, sign: &str, parts: &[Node<'t, 's>], place: Span) -> Option<Value<'t, 's>> {
        if let Some(name) = sign.strip_suffix("()") {
            return functions::call(self, at, name, parts, place);
        }
        match sign {
            "[for]" | "{for}" | "{for...}" => self.repetition(at, sign, parts, place),
            "." => self.taken_out(at, parts, place),
            sign => self.computation(at, sign, parts, place),
        }
    }

    /// An expression of which nothing more is known than how it is written.
    fn hole(&self, node: Node<'t, 's>) -> Value<'t, 's> {
        Value::Text(vec![Part::hole(self.written(node), node.span())], node.span())
    }

    /// How an expression is written, as a hole.
    pub(super) fn written(&self, node: Node<'t, 's>) -> String {
        match node.kind() {
            Kind::Hole | Kind::String => node.written().to_owned(),
            _ if node.span().source == SourceId::NONE => {
                let span = node.span();
                let place = |at: u32| (at as usize).checked_sub(hcl::BEFORE.len());
                let range = place(span.start).zip(place(span.end)).map(|(start, end)| start..end);
                let written = range.and_then(|range| self.inside.last()?.get(range));
                written.map_or_else(|| hole_text(""), hole_text)
            }
            _ => hole_text(self.sources.slice(node.span())),
        }
    }

    fn string(&mut self, at: At, node: Node<'t, 's>) -> Value<'t, 's> {
        let Some(text) = node.text() else { return Value::Node(at, node) };
        let pieces = text.pieces();
        // in Terraform's JSON a reference is a text
        if let [Piece::Hole(hole)] = &*pieces
            && let Some(value) = self.expression(at, &hole.written, hole.span)
        {
            return value;
        }
        let mut parts = Vec::new();
        for piece in pieces.iter() {
            match piece {
                Piece::Literal(literal) => parts.push(Part::known(literal.clone())),
                Piece::Hole(hole) => {
                    let value = self.expression(at, &hole.written, hole.span);
                    self.append(&mut parts, value, hole.span, &hole.written);
                }
            }
        }
        Value::Text(parts, text.span())
    }

    /// Puts what a reference in a text comes to behind other parts, at the place of the reference.
    pub(super) fn append(&mut self, parts: &mut Vec<Part<'s>>, value: Option<Value<'t, 's>>, place: Span, written: &str) {
        let before = parts.len();
        match value {
            Some(Value::Text(own, _)) => {
                parts.extend(collapsed(own, place));
            }
            Some(Value::Node(_, node)) => {
                let known = scalar(node).map(|literal| Part::known(Literal::put_in(literal.value, place)));
                parts.push(known.unwrap_or_else(|| Part::hole(written.to_owned(), place)));
            }
            Some(value @ (Value::Json(_) | Value::Document(..))) => {
                let text = self.json(&value);
                parts.push(Part::known(Literal::put_in(text, place)));
            }
            Some(Value::Plain(Kind::Number | Kind::Bool(_), text, _)) => parts.push(Part::known(Literal::put_in(text, place))),
            _ => parts.push(Part::hole(written.to_owned(), place)),
        }
        self.bytes += parts.iter().skip(before).map(|part| part.literal.value.len() + 64).sum::<usize>();
        if self.bytes > MOST_BYTES + self.length * 16 {
            self.gave_up = true;
            parts.truncate(before);
            parts.push(Part::hole("${…}", place));
        }
    }

    /// What an expression comes to that stands in `${…}`; `None` where that is not known.
    pub(super) fn expression(&mut self, at: At, written: &str, place: Span) -> Option<Value<'t, 's>> {
        let inside = written.strip_prefix("${")?.strip_suffix('}')?;
        if let Some(said) = self.inventory.said(inside, written) {
            return Some(put_in(said, place));
        }
        if let Some(steps) = path::steps(inside) {
            return self.reference(at, &steps, place).map(|value| moved(value, place));
        }
        if let Some(value) = path::quoted(inside) {
            return Some(put_in(value.to_owned(), place));
        }
        let (inside, tree) = self.texts.expressions.get_key_value(inside)?;
        let node = tree.root().get("v").filter(|node| node.kind() != Kind::Hole)?;
        self.inside.push(inside);
        let value = self.value(at, node);
        self.inside.pop();
        match value {
            value @ (Value::Text(..) | Value::Plain(..)) => Some(moved(value, place)),
            Value::Node(_, node) => match scalar(node) {
                Some(literal) => Some(put_in(literal.value, place)),
                None => (node.kind() == Kind::Null).then(|| null(place)),
            },
            value @ (Value::Json(_) | Value::Document(..)) => Some(put_in(self.json(&value), place)),
            _ => None,
        }
    }

    /// What a reference stands for.
    fn reference(&mut self, at: At, steps: &[Step<'_>], place: Span) -> Option<Value<'t, 's>> {
        let (Step::Name(head), rest) = steps.split_first()? else { return None };
        if let Some(value) = self.looped(at, head) {
            return self.walk(at, value, rest, place);
        }
        let own = self.module(at.module)?;
        let first = match rest.first() {
            Some(Step::Name(name)) => *name,
            _ => return None,
        };
        let behind = rest.get(1..).unwrap_or(&[]);
        if let Some(value) = self.iterated(at, head, first, place) {
            return self.walk(at, value, behind, place);
        }
        let key = (at, format!("{head}.{first}"));
        let is_lookup = matches!(*head, "var" | "local" | "module");
        if is_lookup && self.pending.contains(&key) {
            return None;
        }
        match *head {
            "var" => {
                self.pending.push(key);
                let value = self.variable(at, first);
                self.pending.pop();
                self.walk(at, value?, behind, place)
            }
            "local" => {
                let node = *own.locals.get(first)?;
                self.pending.push(key);
                let value = self.value(At { module: at.module, instance: 0 }, node);
                let value = self.walk(at, value, behind, place);
                self.pending.pop();
                value
            }
            "module" => {
                let call = own.calls.iter().find(|call| call.name == first)?;
                let child = call.child?;
                // the modules that a call makes are not told apart
                let behind = match behind.first() {
                    Some(Step::Index(_)) => behind.get(1..)?,
                    _ => behind,
                };
                let (Step::Name(output), behind) = behind.split_first()? else { return None };
                let node = self.module(child)?.outputs.get(*output)?.get("value")?;
                self.pending.push(key);
                let value = self.value(At { module: child, instance: 0 }, node);
                let value = self.walk(At { module: child, instance: 0 }, value, behind, place);
                self.pending.pop();
                value
            }
            "path" if first == "module" => Some(put_in(if own.folder.is_empty() { "." } else { &own.folder }.to_owned(), place)),
            "data" => {
                let (Step::Name(name), behind) = behind.split_first()? else { return None };
                self.going(Goes::Anywhere, |own| own.attributes(at, &format!("data.{first}.{name}"), behind, place))
            }
            kind => self.going(Goes::Anywhere, |own| own.attributes(at, &format!("{kind}.{first}"), behind, place)),
        }
    }

    /// The items of a list.
    pub(super) fn list(&mut self, value: Value<'t, 's>) -> Option<Vec<Value<'t, 's>>> {
        match value {
            Value::Node(at, node) if node.kind() == Kind::List => {
                let items: Vec<_> = node.items().map(|item| self.value(at, item)).collect();
                (!self.is_full(items.len())).then_some(items)
            }
            Value::List(items, _) => (!self.is_full(items.len())).then_some(items),
            _ => None,
        }
    }

    /// The entries of a map.
    pub(super) fn entries(&mut self, value: Value<'t, 's>) -> Option<Vec<(Part<'s>, Value<'t, 's>)>> {
        match value {
            Value::Node(at, node) if node.kind() == Kind::Map => {
                let entry = |own: crate::syntax::Entry<'t, 's>| {
                    let key = match self.value(at, own.key) {
                        Value::Text(parts, place) if parts.len() != 1 || parts.iter().any(|part| part.is_hole) => {
                            let text: String = parts.iter().map(|part| &*part.literal.value).collect();
                            let is_hole = parts.iter().any(|part| part.is_hole);
                            Some(Part { literal: Literal::put_in(text, place), is_hole })
                        }
                        Value::Text(parts, _) => parts.into_iter().next(),
                        _ => own.key.literal().map(Part::known),
                    };
                    Some((key?, self.value(at, own.value)))
                };
                let entries: Vec<_> = node.entries().filter_map(entry).collect();
                (!self.is_full(entries.len())).then_some(entries)
            }
            Value::Map(entries, _) => (!self.is_full(entries.len())).then_some(entries),
            _ => None,
        }
    }

    /// The items of a list of which it is known how many it has.
    pub(super) fn exact(&mut self, value: Value<'t, 's>) -> Option<Vec<Value<'t, 's>>> {
        let is_made = matches!(value, Value::List(..));
        self.list(value).filter(|items| !is_made || !items.iter().any(is_unknown))
    }

    /// The text that a node comes to, where it is known.
    pub(super) fn known_at(&mut self, at: At, node: Node<'t, 's>) -> Option<String> {
        let value = self.value(at, node);
        known(&value)
    }
}

/// The sign of an operation, or the name of a call with `()`, and its parts.
fn operation<'t, 's>(node: Node<'t, 's>) -> Option<(&'t str, Vec<Node<'t, 's>>)> {
    let mut entries = node.entries();
    let only = entries.next().filter(|_| entries.next().is_none())?;
    let sign = only.key.written();
    let is_one = (sign.ends_with("()") || SIGNS.contains(&sign)) && only.value.kind() == Kind::List;
    is_one.then(|| (sign, only.value.items().collect()))
}

/// The text of a value, where all of it is known.
pub(super) fn known(value: &Value<'_, '_>) -> Option<String> {
    match value {
        Value::Node(_, node) => match node.kind() {
            Kind::String => node.string().map(Cow::into_owned),
            Kind::Number | Kind::Bool(_) => Some(node.written().to_owned()),
            _ => None,
        },
        Value::Text(parts, _) => {
            let all_known = parts.iter().all(|part| !part.is_hole);
            all_known.then(|| parts.iter().map(|part| &*part.literal.value).collect())
        }
        Value::Plain(Kind::Number | Kind::Bool(_), text, _) => Some(text.clone()),
        _ => None,
    }
}

/// The text of a value, holes as they are written; nothing of what is no text.
pub(super) fn shown(value: &Value<'_, '_>) -> String {
    match value {
        Value::Text(parts, _) => parts.iter().map(|part| &*part.literal.value).collect(),
        value => known(value).unwrap_or_default(),
    }
}

/// A scalar as one known text.
pub(super) fn scalar<'s>(node: Node<'_, 's>) -> Option<Literal<'s>> {
    node.literal().or_else(|| match node.kind() {
        Kind::Number | Kind::Bool(_) => Some(Literal::put_in(node.written().to_owned(), node.span())),
        _ => None,
    })
}

pub(super) fn put_in<'t, 's>(value: impl Into<Cow<'s, str>>, place: Span) -> Value<'t, 's> {
    Value::Text(vec![Part::known(Literal::put_in(value, place))], place)
}

/// `null`, at a place.
pub(super) fn null<'t, 's>(place: Span) -> Value<'t, 's> {
    Value::Plain(Kind::Null, "null".to_owned(), place)
}

/// Whether a value is `null`.
pub(super) fn is_null(value: &Value<'_, '_>) -> bool {
    match value {
        Value::Node(_, node) => node.kind() == Kind::Null,
        Value::Plain(kind, ..) => *kind == Kind::Null,
        _ => false,
    }
}

/// Whether nothing at all is known of a value.
pub(super) fn is_unknown(value: &Value<'_, '_>) -> bool {
    matches!(value, Value::Text(parts, _) if !parts.is_empty() && parts.iter().all(|part| part.is_hole))
}

/// A text that is put in at a place; what is no text stays where it stands.
fn moved<'t, 's>(value: Value<'t, 's>, place: Span) -> Value<'t, 's> {
    match value {
        // what is read from another file stands there
        Value::Text(parts, own) if parts.iter().any(|part| part.literal.value.contains('\n')) => Value::Text(parts, own),
        Value::Text(parts, _) => Value::Text(collapsed(parts, place), place),
        Value::Plain(kind, text, _) => Value::Plain(kind, text, place),
        Value::Node(at, node) => match scalar(node) {
            Some(literal) if !literal.value.contains('\n') => put_in(literal.value, place),
            _ => Value::Node(at, node),
        },
        other => other,
    }
}

/// The parts of a text that is put in at a place: what is known of it is one part where no hole is between.
pub(super) fn collapsed(parts: Vec<Part<'_>>, place: Span) -> Vec<Part<'_>> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for part in parts {
        match all.last_mut().filter(|last| !last.1 && !part.is_hole) {
            Some(last) => last.0.push_str(&part.literal.value),
            None => all.push((part.literal.value.into_owned(), part.is_hole)),
        }
    }
    let part = |(value, is_hole)| Part { literal: Literal::put_in(value, place), is_hole };
    all.into_iter().map(part).collect()
}

pub(super) fn place_of(value: &Value<'_, '_>) -> Span {
    match value {
        Value::Node(_, node) => node.span(),
        Value::Text(_, place) | Value::List(_, place) | Value::Map(_, place) | Value::Plain(_, _, place) => *place,
        Value::Json(inside) => place_of(inside),
        Value::Document(..) | Value::Resource(..) => Span::new(SourceId::NONE, 0, 0),
    }
}
