//! Policies in documents that are no matter of AWS themselves: manifests of Kubernetes, settings of frameworks, what a program wrote.

use std::collections::HashSet;

use super::reader::{Reader, inside};
use super::{Form, LoosePolicy, Role, embedded, foreign, recognise::stem};
use crate::policy::{self, PolicyKind};
use crate::source::Span;
use crate::syntax::{Kind, Node, SyntaxFault, Text, Tree, Weaver, json};

/// A string shorter than this holds no policy.
const SHORTEST: usize = 40;

/// In how many other documents one may stand.
const DEEPEST: usize = 3;

/// Takes in each policy that stands somewhere in a document; `None` where there is none.
pub(super) fn read<'s>(reader: &mut Reader<'_, 's>, root: Node<'_, 's>) -> Option<Form> {
    // what is expected of policies is no matter of theirs
    if ["case", "request", "never"].iter().any(|key| root.get(key).is_some_and(|own| own.kind() == Kind::List)) {
        return None;
    }
    let before = reader.inventory.policies.len() + reader.inventory.roles.len();
    let name = root.get("metadata").and_then(|own| own.get("name")).and_then(Node::text);
    Search { reader: &mut *reader, name: name.as_ref(), known: None }.all(root);
    let found = reader.inventory.policies.len() + reader.inventory.roles.len() > before;
    let is_manifest = root.get("apiVersion").is_some() && root.get("kind").is_some();
    found.then_some(Form::Holding(if is_manifest { "Kubernetes manifest" } else { "policies in another document" }))
}

/// Looks for the policies in a document.
pub(super) struct Search<'r, 'a, 's> {
    pub(super) reader: &'r mut Reader<'a, 's>,
    /// What a policy goes by that tells no name of its own.
    pub(super) name: Option<&'r Text<'s>>,
    /// The places of the statements that were looked at, where these are to be passed over.
    pub(super) known: Option<&'r HashSet<Span>>,
}

impl<'s> Search<'_, '_, 's> {
    /// Takes in each of them.
    pub(super) fn all(&mut self, root: Node<'_, 's>) {
        self.within(root, 0);
    }

    /// Takes in each of those in a document that stands in so many others.
    fn within(&mut self, root: Node<'_, 's>, depth: usize) {
        let mut behind = 0;
        for (index, node) in root.within().enumerate() {
            if index < behind {
                continue;
            }
            let taken = match node.kind() {
                Kind::Map => foreign::is_filter(node) || self.one(node),
                Kind::List if is_list_of_statements(node) => self.take_statements(node),
                Kind::String => self.one(node) || self.take_document(node, depth) || self.take_documents(node, depth),
                _ => false,
            };
            if taken {
                behind = index + node.within().count();
            }
        }
    }

    /// Takes in a value that is a policy as a whole, also as a text; tells whether it is.
    pub(super) fn one(&mut self, node: Node<'_, 's>) -> bool {
        match node.kind() {
            Kind::Map => policy::looks_like(node) && self.take(node, self.name),
            Kind::String => self.take_text(node),
            _ => false,
        }
    }

    fn take(&mut self, node: Node<'_, 's>, name: Option<&Text<'s>>) -> bool {
        if policy::is_of_stack(node) {
            self.reader.inventory.pass_over(foreign::STACK_POLICY);
            return true;
        }
        let (kind, sure) = self.reader.inventory.kind.map_or_else(|| policy::kind_of(node), |kind| (kind, true));
        let mut policy = policy::read(node, kind);
        if policy.says_nothing() {
            return false;
        }
        if self.known.is_some_and(|known| policy.statements.iter().all(|own| known.contains(&own.mark))) {
            return true;
        }
        policy.guessed = !sure;
        let source = policy.mark.source;
        if kind == PolicyKind::Trust {
            let file = || Text::made(stem(self.reader.sources.get(source).name()).to_owned(), policy.mark);
            let name = name.cloned().unwrap_or_else(file);
            self.reader.inventory.add_role(Role { trust: Some(policy), ..Role::new(name) });
        } else {
            self.reader.inventory.policies.push(LoosePolicy { source, name: name.cloned(), policy, sure, alone: false });
        }
        true
    }

    /// A list of statements that a program puts into a policy.
    fn take_statements(&mut self, node: Node<'_, 's>) -> bool {
        let place = node.mark();
        let mut weaver = Weaver::new(place.source);
        weaver.open(Kind::Map, place);
        weaver.put_in("Version", place);
        weaver.put_in("2012-10-17", place);
        weaver.put_in("Statement", place);
        weaver.copy_all(node);
        weaver.close(place);
        let name = self.name.filter(|_| self.known.is_some());
        self.take(weaver.finish().root(), name)
    }

    fn take_text(&mut self, node: Node<'_, 's>) -> bool {
        if !may_hold_policy(node) || !is_document(node) {
            return false;
        }
        // an example in a text is followed by more of that
        let is_whole = |tree: &Tree<'_>| !tree.faults().iter().any(|fault| fault.kind == SyntaxFault::SecondDocument);
        let Some(tree) = inside(node).filter(|tree| policy::looks_like(tree.root()) && is_whole(tree)) else { return false };
        self.reader.faults.extend_from_slice(tree.faults());
        self.take(tree.root(), self.name)
    }

    /// A document that is no policy and may hold some, as a text.
    fn take_document(&mut self, node: Node<'_, 's>, depth: usize) -> bool {
        if depth == DEEPEST || !may_hold_policy(node) || !is_document(node) {
            return false;
        }
        let is_whole = |tree: &Tree<'_>| tree.faults().is_empty() && !is_template(tree.root());
        let Some(tree) = inside(node).filter(is_whole) else { return false };
        let before = self.found();
        self.within(tree.root(), depth + 1);
        self.found() > before
    }

    /// How many roles and policies there are.
    fn found(&self) -> usize {
        self.reader.inventory.policies.len() + self.reader.inventory.roles.len()
    }

    /// The documents in a script, such as that of a workflow.
    fn take_documents(&mut self, node: Node<'_, 's>, depth: usize) -> bool {
        let mut taken = false;
        let may_hold = may_hold_policy(node) || node.written().contains(embedded::PERMISSION);
        if depth == DEEPEST || !may_hold || is_document(node) {
            return false;
        }
        for document in node.literal().iter().flat_map(embedded::documents) {
            let tree = json::read_inside(&document.text, false);
            if let Some(why) = document.unread(&tree) {
                self.reader.inventory.pass_over(why);
            } else if policy::looks_like(tree.root()) {
                self.reader.faults.extend_from_slice(tree.faults());
                let name = document.name.map(|name| Text::made(name.value.clone(), name.span));
                let before = self.reader.inventory.kind;
                self.reader.inventory.kind = before.or(document.kind);
                taken |= self.take(tree.root(), name.as_ref().or(self.name));
                self.reader.inventory.kind = before;
            } else if !is_template(tree.root()) {
                let before = self.found();
                self.within(tree.root(), depth + 1);
                taken |= self.found() > before;
            }
        }
        taken
    }
}

/// Whether a document is a template, of which functions make the policies.
fn is_template(root: Node<'_, '_>) -> bool {
    ["AWSTemplateFormatVersion", "Resources", "resource"].iter().any(|key| root.get(key).is_some())
}

fn may_hold_policy(text: Node<'_, '_>) -> bool {
    let written = text.written();
    written.len() >= SHORTEST && written.contains("Statement")
}

/// Whether a text starts as a document does that stands in a string.
fn is_document(text: Node<'_, '_>) -> bool {
    text.written().trim_start().starts_with(['{', '%', '"'])
}

fn is_list_of_statements(node: Node<'_, '_>) -> bool {
    let mut items = node.items().peekable();
    items.peek().is_some() && items.all(policy::looks_like_statement)
}
