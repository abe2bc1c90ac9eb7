//! What stands in modules and nothing else looked at: the arguments of modules that were not given, local values, and resources of which nothing
//! more is read.

use std::collections::HashSet;

use super::document;
use super::evaluate::{At, Evaluation};
use super::module::{Call, Declared, Module, Standing};
use super::resources::{self, Seen, what_and_where};
use crate::finding::Fault;
use crate::inventory::holding::Search;
use crate::inventory::reader::{Reader, inside};
use crate::inventory::{Inventory, foreign};
use crate::policy;
use crate::source::Span;
use crate::syntax::{Node, SyntaxFault, Text, Tree};

/// What a call says beside the values of variables.
/// <https://developer.hashicorp.com/terraform/language/block/module>
const OF_CALLS: [&str; 6] = ["count", "depends_on", "for_each", "providers", "source", "version"];

/// Something in which policies may stand.
struct Place<'t, 's> {
    module: usize,
    node: Node<'t, 's>,
    name: Text<'s>,
    instances: Vec<usize>,
}

/// What was looked at: where statements stand, and how many roles and policies there were then.
struct Known {
    statements: HashSet<Span>,
    roles: usize,
    policies: usize,
}

impl Known {
    fn of(inventory: &Inventory<'_>) -> Self {
        let mut known = Self { statements: HashSet::new(), roles: 0, policies: 0 };
        let of_roles = inventory.roles.iter().flat_map(|role| &role.permissions).flat_map(|own| &own.policy.statements);
        let others = inventory.roles.iter().flat_map(|role| &role.other_trusts).flat_map(|own| &own.statements);
        known.statements.extend(of_roles.chain(others).map(|own| own.mark));
        known.take_new(inventory);
        known
    }

    /// Takes in what was added since.
    fn take_new(&mut self, inventory: &Inventory<'_>) {
        let trusts = inventory.roles.iter().skip(self.roles).filter_map(|role| role.trust.as_ref());
        let loose = inventory.policies.iter().skip(self.policies).map(|own| &own.policy);
        self.statements.extend(trusts.chain(loose).flat_map(|own| &own.statements).map(|own| own.mark));
        (self.roles, self.policies) = (inventory.roles.len(), inventory.policies.len());
    }
}

/// Takes in the policies that modules are given which are not among the inputs, and tells of these.
pub(super) fn calls<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    modules: &[Module<'t, 's>],
    faults: &mut Vec<Fault<SyntaxFault>>,
) {
    let mut known = Known::of(evaluation.inventory);
    for module in modules.iter().filter(|own| own.standing != Standing::Bare) {
        for call in module.calls.iter().filter(|own| own.is_own && own.child.is_none()) {
            if let Some(source) = call.node.get("source").and_then(Node::text) {
                let message = format!("`module.{}` is made of `{}`, which is not among the inputs", call.name, source.shown());
                evaluation.inventory.unresolved(call.place, message);
                evaluation.inventory.absent_modules += 1;
            }
            for place in arguments(evaluation, module, call) {
                take(evaluation, &place, &mut known, faults);
            }
        }
    }
}

/// The statements of what is no matter of AWS, wherever they are written; that they are not looked at is told.
pub(super) fn passed_over<'t, 's>(evaluation: &mut Evaluation<'_, 't, 's>, modules: &[Module<'t, 's>]) -> HashSet<Span> {
    let mut statements = HashSet::new();
    for module in modules {
        for place in of_others(evaluation, module) {
            pass_over(evaluation, &place, &mut statements);
        }
    }
    statements
}

/// Takes in the policies of what is left when all else was looked at, but for statements that are passed over.
pub(super) fn others<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    modules: &[Module<'t, 's>],
    passed_over: HashSet<Span>,
    faults: &mut Vec<Fault<SyntaxFault>>,
) {
    let mut known = Known::of(evaluation.inventory);
    known.statements.extend(passed_over);
    for module in modules {
        let mut places = Vec::new();
        for call in module.calls.iter().filter(|own| own.is_own && own.child.is_some()) {
            places.extend(arguments(evaluation, module, call));
        }
        for (index, own) in module.resources.iter().enumerate().filter(|own| own.1.is_own) {
            let is_read = own.kind == document::KIND || !own.is_data && resources::is_known(&own.kind);
            if !is_read && !foreign::is_of_other_cloud(&own.kind) {
                places.push(of_resource(evaluation, module, index, own));
            }
        }
        let locals = module.locals.iter().map(|(name, node)| (format!("local.{name}"), *node));
        let outputs = module.outputs.iter().filter_map(|(name, node)| Some((format!("output.{name}"), node.get("value")?)));
        places.extend(locals.chain(outputs).map(|(name, node)| Place {
            module: module.index,
            node,
            name: Text::made(name, node.mark()),
            instances: vec![0],
        }));
        places.retain(|own| may_hold_policy(evaluation.sources.slice(own.node.span())));
        places.sort_by_key(|own| own.node.span());
        for place in places {
            take(evaluation, &place, &mut known, faults);
        }
    }
}

fn of_resource<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    module: &Module<'t, 's>,
    index: usize,
    own: &Declared<'t, 's>,
) -> Place<'t, 's> {
    let instances = evaluation.instances_of(module.index, index).list;
    Place { module: module.index, node: own.body, name: Text::made(own.address(), own.place), instances }
}

/// The resources of other clouds in a module.
fn of_others<'t, 's>(evaluation: &mut Evaluation<'_, 't, 's>, module: &Module<'t, 's>) -> Vec<Place<'t, 's>> {
    let others = module.resources.iter().enumerate().filter(|own| own.1.is_own && foreign::is_of_other_cloud(&own.1.kind));
    others.map(|(index, own)| of_resource(evaluation, module, index, own)).collect()
}

/// Passes over the policies of one place, wherever else what stands in it is written.
fn pass_over<'t, 's>(evaluation: &mut Evaluation<'_, 't, 's>, place: &Place<'t, 's>, all: &mut HashSet<Span>) {
    let mut is_told = false;
    for &instance in &place.instances {
        let at = At { module: place.module, instance };
        let looks = evaluation.looks(|own| own.tree(at, place.node));
        for tree in std::iter::once(looks.first).chain(looks.other) {
            let inner: Vec<_> =
                tree.root().within().filter(|own| own.written().contains("Statement")).filter_map(inside).collect();
            let nodes = tree.root().within().chain(inner.iter().flat_map(|own| own.root().within()));
            let statements: Vec<Span> = nodes.filter(|own| policy::looks_like_statement(*own)).map(Node::mark).collect();
            if !statements.is_empty() && !std::mem::replace(&mut is_told, true) {
                evaluation.inventory.unread_parts.push(foreign::OTHER_CLOUD);
            }
            all.extend(statements);
        }
    }
}

/// The values that a call gives to variables.
fn arguments<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    module: &Module<'t, 's>,
    call: &Call<'t, 's>,
) -> Vec<Place<'t, 's>> {
    let at = At { module: module.index, instance: 0 };
    let instances = call.node.get("for_each").and_then(|each| evaluation.repeated(at, each, "each"));
    let instances = instances.unwrap_or_else(|| vec![0]);
    let given = call.node.entries().filter(|own| !OF_CALLS.iter().any(|name| own.key.is(name)));
    let place = |own: crate::syntax::Entry<'t, 's>| {
        let name = format!("module.{}.{}", call.name, own.key.string()?);
        let name = Text::made(name, own.key.span());
        Some(Place { module: module.index, node: own.value, name, instances: instances.clone() })
    };
    given.filter_map(place).collect()
}

/// Takes in the policies of one place that hold a statement which nothing looked at, whatever branch and instance they are of.
fn take<'t, 's>(
    evaluation: &mut Evaluation<'_, 't, 's>,
    place: &Place<'t, 's>,
    known: &mut Known,
    faults: &mut Vec<Fault<SyntaxFault>>,
) {
    let mut seen = Seen::new();
    for &instance in &place.instances {
        let at = At { module: place.module, instance };
        let looks = evaluation.looks(|own| own.tree(at, place.node));
        seen.extend(looks.alike.map(|own| what_and_where(own.root())));
        for tree in std::iter::once(looks.first).chain(looks.other) {
            if seen.insert(what_and_where(tree.root())) {
                search(evaluation, &tree, &place.name, known, faults);
            }
        }
    }
    known.take_new(evaluation.inventory);
}

fn search<'s>(
    evaluation: &mut Evaluation<'_, '_, 's>,
    tree: &Tree<'s>,
    name: &Text<'s>,
    known: &Known,
    faults: &mut Vec<Fault<SyntaxFault>>,
) {
    let mut reader = Reader { inventory: &mut *evaluation.inventory, sources: evaluation.sources, faults };
    Search { reader: &mut reader, name: Some(name), known: Some(&known.statements) }.all(tree.root());
}

/// Whether something in a text speaks of a policy.
fn may_hold_policy(text: &str) -> bool {
    text.contains("Statement") || text.contains("Effect") && text.contains("Action") || text.contains("olicy")
}
