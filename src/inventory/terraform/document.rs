//! The policy that a `data "aws_iam_policy_document"` makes.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use super::evaluate::{At, Branch, Evaluation, Goes, Part, Value, is_null, known};
use super::put::put_text;
use crate::source::Span;
use crate::syntax::{Kind, Literal, Node, Tree, Weaver, json};

/// One statement, with its `Sid` where that is known.
struct Made<'s> {
    sid: Option<String>,
    tree: Tree<'s>,
}

/// The lists of a statement, and what they are in the policy.
const LISTS: [(&str, &str, bool); 4] = [
    ("actions", "Action", false),
    ("not_actions", "NotAction", false),
    ("resources", "Resource", true),
    ("not_resources", "NotResource", true),
];

/// The type of these data sources.
pub(super) const KIND: &str = "aws_iam_policy_document";

/// How many documents may stand in each other.
const DEEPEST: usize = 16;

impl<'t, 's> Evaluation<'_, 't, 's> {
    /// Puts in the policy of a data source.
    pub(super) fn document(&mut self, at: At, index: usize, weaver: &mut Weaver) {
        let Some(own) = self.module(at.module).and_then(|own| own.resources.get(index)) else { return };
        let (body, mark) = (own.body, own.body.mark());
        self.met.insert(own.body.span());
        weaver.open_as(body);
        let version = self.set(at, body, "version");
        weaver.put_in("Version", version.as_ref().map_or(mark, |own| own.0));
        match version {
            Some((_, value)) => self.put(&value, weaver),
            None => weaver.put_in("2012-10-17", mark),
        }
        if let Some((place, id)) = self.set(at, body, "policy_id") {
            weaver.put_in("Id", place);
            self.put(&id, weaver);
        }
        weaver.put_in("Statement", mark);
        weaver.open(Kind::List, mark);
        for made in self.statements(at, body, 0) {
            weaver.copy_all(made.tree.root());
        }
        weaver.close(body.span());
        weaver.close(body.span());
    }

    /// What is set for an argument, which `null` does not, and where its name stands.
    fn set(&mut self, at: At, body: Node<'t, 's>, name: &str) -> Option<(Span, Value<'t, 's>)> {
        let own = body.entries().find(|entry| entry.key.is(name))?;
        let is_set = !is_null(&self.plain(at, own.value));
        is_set.then(|| (own.key.span(), self.value(at, own.value)))
    }

    /// What an argument comes to, also where that is the default of a variable which stands for no value.
    fn plain(&mut self, at: At, node: Node<'t, 's>) -> Value<'t, 's> {
        self.going(Goes::Anywhere, |own| own.value(at, node))
    }

    /// Whether an argument sets nothing: `null`, or a list without an item.
    fn sets_nothing(&mut self, at: At, node: Node<'t, 's>) -> bool {
        let value = self.plain(at, node);
        is_null(&value) || self.exact(value).is_some_and(|items| items.is_empty())
    }

    /// The statements of a document: those of its sources first, then its own, then those that override.
    fn statements(&mut self, at: At, body: Node<'t, 's>, depth: usize) -> Vec<Made<'s>> {
        let mut all = Vec::new();
        if depth > DEEPEST {
            return all;
        }
        for key in ["source_json", "source_policy_documents"] {
            self.others(at, body, key, depth, &mut all);
        }
        for (at, block, is_open) in self.blocks(at, body, "statement") {
            if is_open {
                all.push(hole(block.mark()));
            }
            let made = self.statement(at, block);
            take(&mut all, made);
        }
        for key in ["override_policy_documents", "override_json"] {
            self.others(at, body, key, depth, &mut all);
        }
        all
    }

    /// The statements of other documents.
    fn others(&mut self, at: At, body: Node<'t, 's>, key: &str, depth: usize, all: &mut Vec<Made<'s>>) {
        let Some(node) = body.get(key) else { return };
        let value = self.plain(at, node);
        let values = match self.list(value.clone()) {
            Some(items) => items,
            None => vec![value],
        };
        for value in values {
            match value {
                Value::Document(at, index) => {
                    let Some(own) = self.module(at.module).and_then(|own| own.resources.get(index)) else { continue };
                    self.met.insert(own.body.span());
                    for made in self.statements(at, own.body, depth + 1) {
                        take(all, made);
                    }
                }
                value if is_null(&value) || known(&value).as_deref() == Some("") => {}
                value => {
                    let tree = self.tree_of(&value, node.span());
                    let inside = tree.root().literal().map(|literal| json::read_inside(&literal, false));
                    let root = inside.as_ref().map_or(tree.root(), Tree::root);
                    match root.get("Statement") {
                        Some(statements) => {
                            for statement in statements.items_or_self() {
                                let mut weaver = Weaver::new(statement.span().source);
                                weaver.copy_all(statement);
                                let sid = statement.get("Sid").and_then(Node::string).map(std::borrow::Cow::into_owned);
                                take(all, Made { sid, tree: weaver.finish() });
                            }
                        }
                        None => all.push(hole(node.span())),
                    }
                }
            }
        }
    }

    /// The blocks of a name in a body, also those that are made of a list; and whether there may be more or fewer of one.
    fn blocks(&mut self, at: At, body: Node<'t, 's>, name: &str) -> Vec<(At, Node<'t, 's>, bool)> {
        let mut all = Vec::new();
        for entry in body.entries() {
            if entry.key.is(name) {
                all.extend(entry.value.items_or_self().filter(|own| own.kind() == Kind::Map).map(|own| (at, own, false)));
            } else if entry.key.is("dynamic") {
                for own in entry.value.entries().filter(|own| own.key.is(name)) {
                    let (blocks, is_open) = self.blocks_of(at, own.key, own.value);
                    all.extend(blocks.into_iter().map(|(at, content)| (at, content, is_open)));
                }
            }
        }
        all
    }

    fn statement(&mut self, at: At, block: Node<'t, 's>) -> Made<'s> {
        let mut weaver = Weaver::new(block.span().source);
        let mark = block.mark();
        let find = |name: &str| block.entries().find(|entry| entry.key.is(name));
        weaver.open_as(block);
        let sid = self.set(at, block, "sid").and_then(|(place, value)| {
            weaver.put_in("Sid", place);
            self.put(&value, &mut weaver);
            known(&value)
        });
        let effect = self.set(at, block, "effect");
        weaver.put_in("Effect", effect.as_ref().map_or(mark, |own| own.0));
        match effect {
            Some((_, effect)) => self.put(&effect, &mut weaver),
            None => weaver.put_in("Allow", mark),
        }
        for (name, element, has_variables) in LISTS {
            if let Some(own) = find(name) {
                let other = LISTS
                    .iter()
                    .filter(|other| other.0 != name && other.1.trim_start_matches("Not") == element.trim_start_matches("Not"));
                let is_other_set = other.filter_map(|other| find(other.0)).any(|other| !self.sets_nothing(at, other.value));
                // of two that exclude each other, one that is empty is not meant
                if is_null(&self.plain(at, own.value)) || is_other_set && self.sets_nothing(at, own.value) {
                    continue;
                }
                let value = self.value(at, own.value);
                weaver.put_in(element, own.key.span());
                self.put_list(&value, has_variables, own.value.span(), &mut weaver);
            }
        }
        let branch = self.branch;
        self.branch = self.branch_with_principals(at, block);
        self.principals(at, block, ("principals", "Principal"), &mut weaver);
        self.principals(at, block, ("not_principals", "NotPrincipal"), &mut weaver);
        self.branch = branch;
        self.conditions(at, block, &mut weaver);
        weaver.close(block.span());
        Made { sid, tree: weaver.finish() }
    }

    /// The branch in which a statement has principals, where all of them hang on conditions that are not decided.
    fn branch_with_principals(&mut self, at: At, block: Node<'t, 's>) -> Branch {
        let (usual, met) = (self.branch, self.undecided.len());
        let has_some =
            |own: &mut Self| ["principals", "not_principals"].iter().any(|name| !own.blocks(at, block, name).is_empty());
        let mut branch = usual;
        if !has_some(self) && self.undecided.len() > met {
            branch = if usual == Branch::First { Branch::Second } else { Branch::First };
            self.branch = branch;
            branch = if has_some(self) { branch } else { usual };
            self.branch = usual;
        }
        branch
    }

    /// A list of texts, in which `&{` may start a variable of IAM.
    fn put_list(&mut self, value: &Value<'t, 's>, has_variables: bool, place: Span, weaver: &mut Weaver) {
        match self.list(value.clone()) {
            Some(items) => {
                weaver.open(Kind::List, place_of_list(value, place));
                for item in items {
                    self.put_item(&item, has_variables, weaver);
                }
                weaver.close(place);
            }
            None => self.put_item(value, has_variables, weaver),
        }
    }

    fn put_item(&mut self, item: &Value<'t, 's>, has_variables: bool, weaver: &mut Weaver) {
        if has_variables {
            if let Value::Text(parts, place) = item {
                return put_text(&with_variables(parts), *place, weaver);
            }
            if let Value::Node(_, node) = item
                && let Some(literal) = node.literal().filter(|own| own.value.contains("&{"))
            {
                return put_text(&with_variables(&[Part::known(literal)]), node.span(), weaver);
            }
        }
        self.put(item, weaver);
    }

    /// A text as a key, which is a string also where it is not known.
    fn put_key(&mut self, value: &Value<'t, 's>, weaver: &mut Weaver) {
        match value {
            Value::Text(parts, place) => {
                let literals: Vec<_> = with_variables(parts).into_iter().map(|part| part.literal).collect();
                weaver.string(&literals, *place);
            }
            value => self.put_item(value, true, weaver),
        }
    }

    fn principals(&mut self, at: At, block: Node<'t, 's>, (name, element): (&str, &str), weaver: &mut Weaver) {
        let blocks = self.blocks(at, block, name);
        let Some(&(_, first, _)) = blocks.first() else { return };
        let mut types: Vec<(String, Value<'t, 's>, Vec<Value<'t, 's>>)> = Vec::new();
        let mut is_open = false;
        for (at, own, open) in blocks {
            is_open |= open;
            let (Some(kind), Some(identifiers)) = (own.get("type"), own.get("identifiers")) else { continue };
            let (kind, identifiers) = (self.value(at, kind), self.value(at, identifiers));
            let known = known(&kind).unwrap_or_default();
            let items = match self.list(identifiers.clone()) {
                Some(items) => items,
                None => vec![identifiers],
            };
            match types.iter_mut().find(|own| own.0 == known) {
                Some(own) => own.2.extend(items),
                None => types.push((known, kind, items)),
            }
        }
        if is_open {
            put_open(first.mark(), weaver);
        }
        weaver.put_in(element, first.mark());
        if let [(kind, _, items)] = &*types
            && kind == "*"
            && let [only] = &**items
            && known(only).as_deref() == Some("*")
        {
            return self.put(only, weaver);
        }
        weaver.open_as(first);
        for (_, kind, items) in types {
            self.put_key(&kind, weaver);
            weaver.open(Kind::List, first.mark());
            for item in items {
                self.put_item(&item, true, weaver);
            }
            weaver.close(first.span());
        }
        weaver.close(first.span());
    }

    fn conditions(&mut self, at: At, block: Node<'t, 's>, weaver: &mut Weaver) {
        type Values<'t, 's> = (String, Value<'t, 's>, Vec<Value<'t, 's>>);
        let blocks = self.blocks(at, block, "condition");
        let Some(&(_, first, _)) = blocks.first() else { return };
        let mut tests: Vec<(String, Value<'t, 's>, Vec<Values<'t, 's>>)> = Vec::new();
        let mut is_open = false;
        for (at, own, open) in blocks {
            is_open |= open;
            let (Some(test), Some(variable), Some(values)) = (own.get("test"), own.get("variable"), own.get("values")) else {
                continue;
            };
            let (test, variable, values) = (self.value(at, test), self.value(at, variable), self.value(at, values));
            let known = |value: &Value<'t, 's>| known(value).unwrap_or_else(|| format!("{value:?}"));
            let (test_name, variable_name) = (known(&test), known(&variable));
            let items = match self.list(values.clone()) {
                Some(items) => items,
                None => vec![values],
            };
            let index = tests.iter().position(|own| own.0 == test_name).unwrap_or(tests.len());
            if index == tests.len() {
                tests.push((test_name, test, Vec::new()));
            }
            let Some((_, _, variables)) = tests.get_mut(index) else { continue };
            match variables.iter_mut().find(|own| own.0 == variable_name) {
                Some(own) => own.2.extend(items),
                None => variables.push((variable_name, variable, items)),
            }
        }
        if is_open {
            put_open(first.mark(), weaver);
        }
        weaver.put_in("Condition", first.mark());
        weaver.open_as(first);
        for (_, test, variables) in tests {
            self.put_key(&test, weaver);
            weaver.open(Kind::Map, first.mark());
            for (_, variable, items) in variables {
                self.put_key(&variable, weaver);
                weaver.open(Kind::List, first.mark());
                for item in items {
                    self.put_item(&item, true, weaver);
                }
                weaver.close(first.span());
            }
            weaver.close(first.span());
        }
        weaver.close(first.span());
    }
}

/// A statement takes the place of one that has its `Sid`.
fn take<'s>(all: &mut Vec<Made<'s>>, made: Made<'s>) {
    let same = all.iter_mut().find(|own| own.sid.is_some() && own.sid.as_deref() != Some("") && own.sid == made.sid);
    match same {
        Some(own) => *own = made,
        None => all.push(made),
    }
}

/// Statements that are known only later.
fn hole<'s>(place: Span) -> Made<'s> {
    let mut weaver = Weaver::new(place.source);
    weaver.hole("${…}", place);
    Made { sid: None, tree: weaver.finish() }
}

/// Something that may stand in a statement, or may not.
fn put_open(place: Span, weaver: &mut Weaver) {
    weaver.string(&[Literal::put_in("${dynamic}", place)], place);
    weaver.hole("${dynamic}", place);
}

fn place_of_list(value: &Value<'_, '_>, place: Span) -> Span {
    match value {
        Value::Node(_, node) => node.mark(),
        _ => place,
    }
}

/// `&{aws:username}` is how the provider has variables written that it leaves to AWS.
fn with_variables<'s>(parts: &[Part<'s>]) -> Vec<Part<'s>> {
    let mut all = Vec::new();
    for part in parts {
        let text = &part.literal.value;
        let mut done = 0;
        if !part.is_hole {
            while let Some(start) = text.get(done..).and_then(|rest| rest.find("&{")).map(|found| done + found) {
                if done < start {
                    all.push(Part::known(part.literal.part(done..start)));
                }
                let mut dollar = part.literal.part(start..start + 1);
                dollar.value = "$".into();
                all.push(Part::known(dollar));
                done = start + 1;
            }
        }
        if done == 0 {
            all.push(part.clone());
        } else if done < text.len() {
            all.push(Part::known(part.literal.part(done..text.len())));
        }
    }
    all
}
