//! What the functions of a template come to, as far as its parameters' defaults, its mappings and what is known of a stack tell. All else stays
//! a hole.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Stack;
use super::parameters::{PSEUDO, default, is_of_list, listed, next_variable};
use crate::inventory::Inventory;
use crate::inventory::stand_in::Made;
use crate::source::Span;
use crate::syntax::{Kind, Literal, MAX_DEPTH, Node, Text, Tree, Weaver};

/// How many steps the functions of a template may take.
const MOST_STEPS: usize = 1 << 20;

/// How many values a template may come to.
const MOST_NODES: usize = 1 << 22;

/// How deep functions may stand in what they refer to.
const DEEPEST: usize = 96;

/// Which branch is taken where a condition is not decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Branch {
    First,
    Second,
}

/// Looks at several stacks, of which some may be nested in others.
pub(super) struct Evaluation<'e, 't, 's> {
    pub(super) stacks: &'e [Stack<'t, 's>],
    pub(super) inventory: &'e mut Inventory<'s>,
    pub(super) branch: Branch,
    /// Whether a condition was met that is not decided, or only by the defaults of parameters.
    pub(super) met_open: bool,
    /// The parameters whose defaults decide conditions that were met: where those are decided otherwise, the values are others.
    pub(super) varied: HashSet<(usize, String)>,
    /// Whether these parameters are not known.
    pub(super) varies: bool,
    /// The parameters whose defaults the condition rests on that is being looked at; none where none is.
    rests_on: Option<Vec<(usize, String)>>,
    /// How many policies stand around what is looked at: a default that is empty stands for no value in one.
    policies: usize,
    /// Whether functions were left as they are, since there are too many of them.
    pub(super) gave_up: bool,
    steps: usize,
    nodes: usize,
    depth: usize,
    /// What references came to: by the stack, the name and the attribute.
    cache: HashMap<(usize, String), Option<String>>,
    /// What is being looked up, so that a circle ends.
    pending: Vec<(usize, String)>,
}

/// What a node comes to.
#[derive(Clone, Debug)]
pub(super) enum Value<'t, 's> {
    /// What stands there; what is in it is not looked at yet.
    Node(Node<'t, 's>),
    /// A text of parts.
    Text(Vec<Part<'s>>, Span),
    /// A list that stands nowhere as such.
    List(Vec<(usize, Value<'t, 's>)>, Span),
    /// A document as a text.
    Json(Node<'t, 's>),
    /// `AWS::NoValue`: as if it did not stand there.
    Nothing,
}

/// One part of a text.
#[derive(Clone, Debug)]
pub(super) struct Part<'s> {
    pub(super) literal: Literal<'s>,
    pub(super) is_hole: bool,
}

impl Value<'_, '_> {
    /// The text, where all of it is known.
    pub(super) fn known(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Node(node) => node.text()?.known().map(|text| Cow::Owned(text.to_owned())),
            Self::Text(parts, _) => known(parts).map(Cow::Owned),
            _ => None,
        }
    }

    /// The text, holes as they are written; nothing of what is no text.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(parts, _) => parts.iter().map(|part| &*part.literal.value).collect(),
            value => value.known().unwrap_or_default(),
        }
    }
}

fn known(parts: &[Part<'_>]) -> Option<String> {
    let is_known = |part: &Part<'_>| !part.is_hole && Text::made(&*part.literal.value, part.literal.span).known().is_some();
    parts.iter().all(is_known).then(|| parts.iter().map(|part| &*part.literal.value).collect())
}

impl<'e, 't, 's> Evaluation<'e, 't, 's> {
    pub(super) fn new(stacks: &'e [Stack<'t, 's>], inventory: &'e mut Inventory<'s>) -> Self {
        Self {
            stacks,
            inventory,
            branch: Branch::First,
            met_open: false,
            varied: HashSet::new(),
            varies: false,
            rests_on: None,
            policies: 0,
            gave_up: false,
            steps: 0,
            nodes: 0,
            depth: 0,
            cache: HashMap::new(),
            pending: Vec::new(),
        }
    }

    /// Begins with another template.
    pub(super) fn begin(&mut self) {
        (self.steps, self.nodes) = (0, 0);
    }

    pub(super) fn stack(&self, stack: usize) -> Option<&'e Stack<'t, 's>> {
        self.stacks.get(stack)
    }

    /// What a part of a template comes to, as a tree of its own.
    pub(super) fn tree(&mut self, stack: usize, node: Node<'t, 's>) -> Tree<'s> {
        let mut weaver = Weaver::new(node.span().source);
        let value = self.value(stack, node);
        self.put(stack, &value, node.span(), &mut weaver);
        weaver.finish()
    }

    /// As [`Evaluation::tree`], of these entries of a map; of all where none are named.
    pub(super) fn tree_of(&mut self, stack: usize, node: Node<'t, 's>, only: Option<&[&str]>) -> Tree<'s> {
        let Some(only) = only.filter(|_| node.kind() == Kind::Map && !is_function(node)) else { return self.tree(stack, node) };
        let mut weaver = Weaver::new(node.span().source);
        weaver.open_as(node);
        for entry in node.entries().filter(|own| only.iter().any(|name| own.key.is(name))) {
            let value = self.value(stack, entry.value);
            if !matches!(value, Value::Nothing) {
                weaver.copy(entry.key);
                self.put(stack, &value, entry.value.span(), &mut weaver);
            }
        }
        weaver.close(node.span());
        weaver.finish()
    }

    fn put(&mut self, stack: usize, value: &Value<'t, 's>, place: Span, weaver: &mut Weaver) {
        self.nodes += 1;
        if self.depth > MAX_DEPTH || self.nodes > MOST_NODES {
            self.gave_up = true;
            return weaver.hole("${…}", place);
        }
        self.depth += 1;
        self.put_value(stack, value, place, weaver);
        self.depth -= 1;
    }

    fn put_value(&mut self, stack: usize, value: &Value<'t, 's>, place: Span, weaver: &mut Weaver) {
        match value {
            Value::Node(node) => match node.kind() {
                Kind::Map => {
                    let around = self.policies;
                    self.policies += usize::from(node.get("Statement").is_some());
                    weaver.open_as(*node);
                    for entry in node.entries() {
                        let value = self.value(stack, entry.value);
                        if !matches!(value, Value::Nothing) {
                            weaver.copy(entry.key);
                            self.put(stack, &value, entry.value.span(), weaver);
                        }
                    }
                    weaver.close(node.span());
                    self.policies = around;
                }
                Kind::List => {
                    weaver.open_as(*node);
                    for item in node.items() {
                        let value = self.value(stack, item);
                        if !matches!(value, Value::Nothing) {
                            self.put(stack, &value, item.span(), weaver);
                        }
                    }
                    weaver.close(node.span());
                }
                _ => match self.unfilled(stack, *node) {
                    Some(literal) => weaver.known(&literal),
                    None => weaver.copy(*node),
                },
            },
            Value::Text(parts, place) => match &**parts {
                [hole] if hole.is_hole => weaver.hole(&hole.literal.value, *place),
                parts => {
                    let literals: Vec<_> = parts.iter().map(|part| part.literal.clone()).collect();
                    weaver.string(&literals, *place);
                }
            },
            Value::List(items, place) => {
                weaver.open(Kind::List, *place);
                for (stack, item) in items {
                    self.put(*stack, item, *place, weaver);
                }
                weaver.close(*place);
            }
            Value::Json(node) => {
                let value = self.value(stack, *node);
                self.put(stack, &value, node.span(), weaver);
            }
            // where a value is due and none stands
            Value::Nothing => weaver.hole("${AWS::NoValue}", place),
        }
    }

    /// What a node comes to. Functions within a map or list are looked at when that is put together.
    pub(super) fn value(&mut self, stack: usize, node: Node<'t, 's>) -> Value<'t, 's> {
        let Some((function, argument)) = function(node) else { return Value::Node(node) };
        let place = argument.span();
        self.steps += 1;
        if self.steps > MOST_STEPS || self.pending.len() > DEEPEST {
            self.gave_up = true;
            return hole(&function, place);
        }
        self.pending.push((usize::MAX, String::new()));
        let value = match &*function {
            "Ref" => match argument.string() {
                Some(name) => self.reference(stack, &name, place),
                None => hole("Ref", place),
            },
            "Fn::GetAtt" => {
                let whole = match argument.kind() {
                    Kind::List => {
                        let parts: Vec<_> = argument.items().filter_map(|part| self.known(stack, part)).collect();
                        parts.join(".")
                    }
                    _ => argument.string().unwrap_or_default().into_owned(),
                };
                self.reference(stack, &whole, place)
            }
            "Fn::Sub" => self.sub(stack, argument),
            "Fn::Join" => self.join(stack, argument),
            "Fn::Select" => self.select(stack, argument).unwrap_or_else(|| hole(&function, place)),
            "Fn::Split" => self.split(stack, argument).unwrap_or_else(|| hole(&function, place)),
            "Fn::FindInMap" => self.find_in_map(stack, argument).unwrap_or_else(|| hole(&function, place)),
            "Fn::If" => self.either(stack, argument).unwrap_or_else(|| hole(&function, place)),
            "Fn::ToJsonString" => Value::Json(argument),
            _ => hole(&function, place),
        };
        self.pending.pop();
        value
    }

    /// A string that names parameters or resources as `Fn::Sub` would, but outside of one: CloudFormation puts nothing in there.
    fn unfilled(&mut self, stack: usize, node: Node<'t, 's>) -> Option<Literal<'s>> {
        let own = self.stack(stack).filter(|own| node.kind() == Kind::String && node.has_hole() && !own.is_service())?;
        let is_named = |written: &str| {
            let Some(name) = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { return false };
            let resource = name.split('.').next().unwrap_or(name);
            PSEUDO.contains(&name) || own.parameter(name).is_some() || own.resource(resource).is_some()
        };
        let text = node.text().filter(|text| text.holes().all(|hole| is_named(&hole.written)))?;
        if self.branch == Branch::First && !self.varies {
            for hole in text.holes() {
                let message = format!("`{}` stands outside of `Fn::Sub`, so that nothing is put in for it", hole.written);
                self.inventory.unresolved(hole.span, message);
            }
        }
        node.literal()
    }

    fn known(&mut self, stack: usize, node: Node<'t, 's>) -> Option<String> {
        let value = self.value(stack, node);
        value.known().map(Cow::into_owned)
    }

    /// A text that a node comes to, where it is known.
    pub(super) fn known_at(&mut self, stack: usize, node: Node<'t, 's>) -> Option<String> {
        self.known(stack, node)
    }

    /// What a name stands for, or `NAME.ATTRIBUTE`.
    fn reference(&mut self, stack: usize, name: &str, place: Span) -> Value<'t, 's> {
        if name == "AWS::NoValue" {
            return Value::Nothing;
        }
        let written = format!("${{{name}}}");
        let own = self.stack(stack);
        let parameter = own.and_then(|own| own.parameter(name));
        let is_list = parameter.is_some_and(is_of_list);
        let listed = |value| if is_list { listed(value, place) } else { value };
        if let Some(said) = self.inventory.said(name, &written) {
            return listed(put_in(&said, place));
        }
        if let Some(&(outer, node)) = own.and_then(|own| own.given.get(name)) {
            return listed(moved(self.value(outer, node), place));
        }
        if let Some(parameter) = parameter {
            let own = (stack, name.to_owned());
            let is_other = self.varies && self.rests_on.is_none() && self.varied.contains(&own);
            let is_value = |own: &String| !(is_other || own.is_empty() && self.policies > 0 && self.rests_on.is_none());
            let Some(default) = default(parameter).filter(is_value) else { return hole(name, place) };
            self.inventory.take_for(name, &default, &written);
            if let Some(rests_on) = &mut self.rests_on {
                rests_on.push(own);
            }
            return listed(put_in(&default, place));
        }
        match self.attribute(stack, name) {
            Some(value) => put_in(&value, place),
            None => hole(name, place),
        }
    }

    /// The value of an attribute of a resource, or of what is known of a stack; looked up once.
    pub(super) fn attribute(&mut self, stack: usize, name: &str) -> Option<String> {
        let key = (stack, name.to_owned());
        if let Some(known) = self.cache.get(&key) {
            return known.clone();
        }
        if self.pending.contains(&key) || self.pending.len() > DEEPEST {
            return None;
        }
        self.pending.push(key.clone());
        let around = std::mem::take(&mut self.policies);
        let value = self.pseudo(stack, name).or_else(|| self.of_resource(stack, name));
        self.policies = around;
        self.pending.pop();
        self.cache.insert(key, value.clone());
        value
    }

    fn pseudo(&mut self, stack: usize, name: &str) -> Option<String> {
        let made = match name {
            "AWS::AccountId" => Made::Account,
            "AWS::Region" => Made::Region,
            "AWS::Partition" => Made::Partition,
            "AWS::URLSuffix" => Made::UrlSuffix,
            _ => return None,
        };
        let own = self.stack(stack)?;
        let told = own.told.iter().find(|told| told.0 == name).map(|told| told.1.clone());
        if let Some(told) = told {
            self.inventory.take_for(name, &told, &format!("${{{name}}}"));
            return Some(told);
        }
        Some(self.inventory.stand_in(own.scope, name, made))
    }

    fn sub(&mut self, stack: usize, argument: Node<'t, 's>) -> Value<'t, 's> {
        let (text, names) = match argument.kind() {
            Kind::List => {
                let mut items = argument.items();
                (items.next(), items.next())
            }
            _ => (Some(argument), None),
        };
        let Some(literal) = text.and_then(Node::literal) else { return hole("Fn::Sub", argument.span()) };
        let mut parts = Vec::new();
        let mut done = 0;
        while let Some((whole, name)) = next_variable(&literal.value, done) {
            let known = |range: Range<usize>| Part { literal: literal.part(range), is_hole: false };
            if done < whole.start {
                parts.push(known(done..whole.start));
            }
            let written = literal.value.get(name.clone()).unwrap_or("");
            if written.starts_with('!') {
                parts.push(known(whole.start..name.start));
                parts.push(known(name.start + 1..whole.end));
            } else if written.contains(':') && !written.starts_with("AWS::") {
                // a variable of IAM; CloudFormation takes it with `!` only
                parts.push(known(whole.clone()));
            } else {
                let place = literal.span_of(whole.clone());
                let own = names.and_then(|names| names.get(written.trim()));
                let value = match own {
                    Some(node) => moved(self.value(stack, node), place),
                    None => self.reference(stack, written.trim(), place),
                };
                append(&mut parts, value, place);
            }
            done = whole.end;
        }
        if done < literal.value.len() || parts.is_empty() {
            parts.push(Part { literal: literal.part(done..literal.value.len()), is_hole: false });
        }
        Value::Text(parts, literal.span)
    }

    fn join(&mut self, stack: usize, argument: Node<'t, 's>) -> Value<'t, 's> {
        let mut items = argument.items();
        let (Some(between), Some(list)) = (items.next(), items.next()) else { return hole("Fn::Join", argument.span()) };
        let Some(between) = scalar(between) else { return hole("Fn::Join", argument.span()) };
        let Some(list) = self.list(stack, list) else { return hole("Fn::Join", argument.span()) };
        let mut parts: Vec<Part<'s>> = Vec::new();
        let mut place: Option<Span> = None;
        for (index, (_, item, own)) in list.into_iter().enumerate() {
            place = Some(place.map_or(own, |place| place.to(own)));
            if index > 0 && !between.value.is_empty() {
                let at = Span { end: own.start, ..own };
                parts.push(Part { literal: Literal::put_in(between.value.clone(), at), is_hole: false });
            }
            append(&mut parts, item, own);
        }
        let place = place.unwrap_or(argument.span());
        if parts.is_empty() {
            parts.push(Part { literal: Literal::put_in("", place), is_hole: false });
        }
        Value::Text(parts, place)
    }

    /// The items of a list, each with the stack that it is to be looked at in and its place.
    fn list(&mut self, stack: usize, node: Node<'t, 's>) -> Option<Vec<(usize, Value<'t, 's>, Span)>> {
        match self.value(stack, node) {
            Value::Node(node) if node.kind() == Kind::List => {
                Some(node.items().map(|item| (stack, self.value(stack, item), item.span())).collect())
            }
            Value::List(items, place) => Some(items.into_iter().map(|(stack, item)| (stack, item, place)).collect()),
            _ => None,
        }
    }

    fn select(&mut self, stack: usize, argument: Node<'t, 's>) -> Option<Value<'t, 's>> {
        let mut items = argument.items();
        let index = self.known(stack, items.next()?)?.parse::<usize>().ok()?;
        let list = self.list(stack, items.next()?)?;
        list.into_iter().nth(index).map(|(_, value, _)| value)
    }

    fn split(&mut self, stack: usize, argument: Node<'t, 's>) -> Option<Value<'t, 's>> {
        let mut items = argument.items();
        let between = self.known(stack, items.next()?)?;
        let whole = items.next()?;
        let text = self.known(stack, whole)?;
        let place = whole.span();
        let parts = text.split(between.as_str()).map(|part| (stack, put_in(part, place)));
        (!between.is_empty()).then(|| Value::List(parts.collect(), place))
    }

    fn find_in_map(&mut self, stack: usize, argument: Node<'t, 's>) -> Option<Value<'t, 's>> {
        let mut at = self.stack(stack)?.root.get("Mappings")?;
        let place = argument.span();
        for key in argument.items().take(3) {
            let key = self.known(stack, key)?;
            at = at.get(&key)?;
        }
        Some(moved(Value::Node(at), place))
    }

    fn either(&mut self, stack: usize, argument: Node<'t, 's>) -> Option<Value<'t, 's>> {
        let mut items = argument.items();
        let name = items.next()?.string()?;
        let branches = [items.next()?, items.next()?];
        let taken = self.decided(stack, &name);
        let [first, second] = branches;
        Some(self.value(stack, if taken { first } else { second }))
    }

    /// Whether a condition holds; one that is not decided is taken to, or not, by the branch that is looked at.
    fn decided(&mut self, stack: usize, name: &str) -> bool {
        if let Some(said) = self.inventory.said(name, &format!("${{{name}}}")) {
            return said == "true";
        }
        let around = self.rests_on.replace(Vec::new());
        let decided = self.condition_named(stack, name);
        let rests_on = std::mem::replace(&mut self.rests_on, around).unwrap_or_default();
        if let Some(decided) = decided {
            // a template is deployed with other values, too
            let is_open = !rests_on.is_empty();
            self.met_open |= is_open;
            self.varied.extend(rests_on);
            return decided != (is_open && self.branch == Branch::Second);
        }
        self.met_open = true;
        if self.branch == Branch::First {
            self.inventory.take_for(name, "true", &format!("${{{name}}}"));
        }
        self.branch == Branch::First
    }

    fn condition_named(&mut self, stack: usize, name: &str) -> Option<bool> {
        let key = (stack, format!("Conditions {name}"));
        if self.pending.contains(&key) || self.pending.len() > DEEPEST {
            return None;
        }
        let node = self.stack(stack)?.root.get("Conditions")?.get(name)?;
        self.pending.push(key);
        let holds = self.condition(stack, node);
        self.pending.pop();
        holds
    }

    fn condition(&mut self, stack: usize, node: Node<'t, 's>) -> Option<bool> {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.pending.len() > DEEPEST {
            return None;
        }
        let (function, argument) = function(node)?;
        self.pending.push((usize::MAX, String::new()));
        let holds = match &*function {
            "Condition" => argument.string().and_then(|name| self.condition_named(stack, &name)),
            "Fn::Equals" => {
                let values: Vec<_> = argument.items().map(|item| self.known(stack, item)).collect();
                match &*values {
                    [Some(one), Some(other)] => Some(one == other),
                    _ => None,
                }
            }
            "Fn::Not" => argument.items().next().and_then(|own| self.condition(stack, own)).map(|holds| !holds),
            "Fn::And" | "Fn::Or" => {
                let is_or = function == "Fn::Or";
                let all: Vec<_> = argument.items().map(|own| self.condition(stack, own)).collect();
                if all.contains(&Some(is_or)) { Some(is_or) } else { all.iter().all(Option::is_some).then_some(!is_or) }
            }
            _ => None,
        };
        self.pending.pop();
        holds
    }
}

/// Puts the text of a value behind other parts.
fn append<'s>(parts: &mut Vec<Part<'s>>, value: Value<'_, 's>, place: Span) {
    match value {
        Value::Text(own, _) => parts.extend(own),
        Value::Node(node) => match scalar(node) {
            Some(literal) => parts.push(Part { literal, is_hole: false }),
            None => parts.push(hole_part("…", place)),
        },
        Value::Nothing => {}
        Value::List(..) | Value::Json(_) => parts.push(hole_part("…", place)),
    }
}

pub(super) fn is_function(node: Node<'_, '_>) -> bool {
    function(node).is_some()
}

/// The function that a map is, with what it is given.
fn function<'t, 's>(node: Node<'t, 's>) -> Option<(Cow<'t, str>, Node<'t, 's>)> {
    if node.kind() != Kind::Map {
        return None;
    }
    let mut entries = node.entries();
    let only = entries.next().filter(|_| entries.next().is_none())?;
    let name = only.key.string()?;
    // a condition of a policy is a map, and one of a template a name
    let is_function = name.starts_with("Fn::") || name == "Ref" || name == "Condition" && only.value.kind() == Kind::String;
    is_function.then_some((name, only.value))
}

/// A scalar as one known text.
fn scalar<'s>(node: Node<'_, 's>) -> Option<Literal<'s>> {
    node.literal().or_else(|| match node.kind() {
        Kind::Number | Kind::Bool(_) => Some(Literal::put_in(node.written().to_owned(), node.span())),
        _ => None,
    })
}

fn put_in<'t, 's>(value: &str, place: Span) -> Value<'t, 's> {
    Value::Text(vec![Part { literal: Literal::put_in(value.to_owned(), place), is_hole: false }], place)
}

fn hole<'t, 's>(name: &str, place: Span) -> Value<'t, 's> {
    Value::Text(vec![hole_part(name, place)], place)
}

fn hole_part<'s>(name: &str, place: Span) -> Part<'s> {
    let clean = !name.contains(['{', '}', '$']) && name.len() < 256;
    let written = if clean { format!("${{{name}}}") } else { "${…}".to_owned() };
    Part { literal: Literal::put_in(written, place), is_hole: true }
}

/// A value that is put in at a place.
fn moved<'t, 's>(value: Value<'t, 's>, place: Span) -> Value<'t, 's> {
    let text = |parts: Vec<Part<'s>>| {
        let parts = parts.into_iter().map(|part| Part { literal: Literal::put_in(part.literal.value, place), ..part });
        Value::Text(parts.collect(), place)
    };
    match value {
        Value::Text(parts, _) => text(parts),
        Value::Node(node) => match scalar(node) {
            Some(literal) => text(vec![Part { literal, is_hole: false }]),
            None => Value::Node(node),
        },
        other => other,
    }
}
