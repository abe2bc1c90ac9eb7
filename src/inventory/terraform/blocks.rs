//! What the files of a module declare, and what override files make of it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::source::Span;
use crate::syntax::{Block, Kind, Node, Tree, Weaver};

/// What is declared by a block, or by an argument of `locals`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration<'t, 's> {
    pub(super) block: Block,
    /// The type, of what has one.
    pub(super) kind: Option<Node<'t, 's>>,
    pub(super) name: Node<'t, 's>,
    pub(super) body: Node<'t, 's>,
}

/// By what a declaration is told from others of its module: `data.TYPE.NAME`.
pub(super) type Header = (Block, String);

impl Declaration<'_, '_> {
    /// By what it is told from others; `None` where that is no text.
    pub(super) fn header(&self) -> Option<Header> {
        let name = self.name.string()?;
        let alias = || self.body.get("alias").and_then(Node::string).unwrap_or_default();
        let name = match self.kind {
            Some(kind) => format!("{}.{name}", kind.string()?),
            None if self.block == Block::Provider => format!("{name}.{}", alias()),
            None => name.into_owned(),
        };
        Some((self.block, name))
    }

    /// Where its name stands.
    pub(super) fn place(&self) -> Span {
        self.name.span()
    }
}

/// All that a file declares.
pub(super) fn declared<'t, 's>(root: Node<'t, 's>) -> Vec<Declaration<'t, 's>> {
    let mut all = Vec::new();
    for (name, block) in [("resource", Block::Resource), ("data", Block::Data)] {
        for kind in blocks(root, name).flat_map(Node::entries) {
            for own in kind.value.items_or_self().flat_map(Node::entries) {
                let bodies = own.value.items_or_self().filter(|body| body.kind() == Kind::Map);
                all.extend(bodies.map(|body| Declaration { block, kind: Some(kind.key), name: own.key, body }));
            }
        }
    }
    for own in blocks(root, "locals").flat_map(Node::entries) {
        all.push(Declaration { block: Block::Local, kind: None, name: own.key, body: own.value });
    }
    for (name, block) in
        [("variable", Block::Variable), ("output", Block::Output), ("module", Block::Module), ("provider", Block::Provider)]
    {
        for own in blocks(root, name).flat_map(Node::entries) {
            let bodies = own.value.items_or_self();
            all.extend(bodies.map(|body| Declaration { block, kind: None, name: own.key, body }));
        }
    }
    all
}

/// The blocks of a name, which in JSON may stand in a list.
fn blocks<'t, 's>(root: Node<'t, 's>, name: &str) -> impl Iterator<Item = Node<'t, 's>> + use<'t, 's> {
    let all: Vec<_> = root.entries().filter(|own| own.key.is(name)).flat_map(|own| own.value.items_or_self()).collect();
    all.into_iter()
}

/// What override files make of the declarations of one folder.
#[derive(Default)]
pub(super) struct Overridden<'s> {
    /// What bodies come to, by their places: in JSON, several may have one name.
    bodies: HashMap<Span, Tree<'s>>,
    /// What override files declare and nothing else does, by the places of the bodies, with those of the names.
    strays: BTreeMap<Span, Span>,
}

impl<'s> Overridden<'s> {
    /// Puts what override files declare into what others do, each in their order.
    /// <https://developer.hashicorp.com/terraform/language/files/override#merging-behavior>
    pub(super) fn of(usual: &[Node<'_, 's>], overriding: &[Node<'_, 's>]) -> Self {
        // of two that declare the same, no program takes any; the first is the one that counts here
        let mut bases: HashMap<Header, Declaration<'_, 's>> = HashMap::new();
        for declaration in usual.iter().flat_map(|root| declared(*root)) {
            if let Some(header) = declaration.header() {
                bases.entry(header).or_insert(declaration);
            }
        }
        let mut strays = BTreeMap::new();
        let mut over: HashMap<Header, Vec<Node<'_, 's>>> = HashMap::new();
        for declaration in overriding.iter().flat_map(|root| declared(*root)) {
            let Some(header) = declaration.header() else { continue };
            match bases.entry(header) {
                Entry::Occupied(base) => over.entry(base.key().clone()).or_default().push(declaration.body),
                Entry::Vacant(room) => {
                    strays.insert(declaration.body.span(), declaration.place());
                    room.insert(declaration);
                }
            }
        }
        let mut bodies = HashMap::new();
        for (header, over) in over {
            let (Some(base), Some(last)) = (bases.get(&header), over.last()) else { continue };
            let body = if base.block == Block::Local { copied(*last) } else { merged(base.body, &over, *last) };
            bodies.insert(base.body.span(), body);
        }
        Self { bodies, strays }
    }

    /// Whether nothing is overridden.
    pub(super) fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// What a declaration comes to.
    pub(super) fn body<'t>(&'t self, declaration: &Declaration<'t, 's>) -> Node<'t, 's> {
        self.bodies.get(&declaration.body.span()).map_or(declaration.body, Tree::root)
    }

    /// The places of what override files declare and nothing else does.
    pub(super) fn strays(&self) -> impl Iterator<Item = Span> {
        self.strays.values().copied()
    }

    /// Whether an override file declares this, and nothing else does.
    pub(super) fn is_stray(&self, declaration: &Declaration<'_, '_>) -> bool {
        self.strays.contains_key(&declaration.body.span())
    }
}

fn copied<'s>(node: Node<'_, 's>) -> Tree<'s> {
    let mut weaver = Weaver::new(node.span().source);
    weaver.copy_all(node);
    weaver.finish()
}

/// A body with the arguments and blocks of others in the place of all that those before have of the same names. It stands where the last does.
fn merged<'s>(base: Node<'_, 's>, over: &[Node<'_, 's>], end: Node<'_, 's>) -> Tree<'s> {
    // the last body in which each name stands
    let mut last: HashMap<String, usize> = HashMap::new();
    for (number, body) in over.iter().enumerate() {
        for own in body.entries() {
            let is_dynamic = own.key.is("dynamic");
            let labels = own.value.items_or_self().filter(|_| is_dynamic).flat_map(Node::entries).map(|own| own.key);
            let names = labels.chain((!is_dynamic).then_some(own.key));
            last.extend(names.filter_map(|key| Some((key.string()?.into_owned(), number + 1))));
        }
    }
    let mut weaver = Weaver::new(end.span().source);
    weaver.open_as(end);
    for (number, body) in std::iter::once(&base).chain(over).enumerate() {
        let is_kept = |key: Node<'_, '_>| key.string().and_then(|key| last.get(&*key)).is_none_or(|last| *last <= number);
        for own in body.entries() {
            if !own.key.is("dynamic") {
                if is_kept(own.key) {
                    weaver.copy(own.key);
                    weaver.copy_all(own.value);
                }
                continue;
            }
            // a block that is made of a list is one of its label
            for block in own.value.items_or_self() {
                let kept: Vec<_> = block.entries().filter(|own| is_kept(own.key)).collect();
                if !kept.is_empty() {
                    weaver.copy(own.key);
                    weaver.open_as(block);
                    for label in kept {
                        weaver.copy(label.key);
                        weaver.copy_all(label.value);
                    }
                    weaver.close(block.span());
                }
            }
        }
    }
    weaver.close(end.span());
    weaver.finish()
}
