//! Modules of Terraform, its plans and its states. All come to resources with their values, which are read alike, whatever they are written in.

mod attributes;
mod blocks;
mod condition;
mod conversion;
mod document;
mod evaluate;
mod files;
mod functions;
mod head;
mod instance;
mod looks;
mod module;
mod path;
mod permissions;
mod put;
mod reference;
mod repetition;
mod resources;
mod rest;
mod shape;
mod show;
mod template;
mod values;

use std::collections::{BTreeSet, HashMap};

use super::{Belongs, Form, Inventory, Pending, federated};
use crate::finding::Fault;
use crate::source::{SourceId, Sources};
use crate::syntax::{Kind, Node, SyntaxFault, Text, Tree, hcl};
pub(super) use head::{is_hcl_by_name, may_be_hcl};
pub(super) use template::{is_template, template};

use blocks::Overridden;
use evaluate::{At, Evaluation, Texts, Value};
use functions::within;
use module::{Module, Standing};
use resources::{Given, Seen, Taking, Told, what_and_where};

/// How many expressions that stand in texts are looked at.
const MOST_EXPRESSIONS: usize = 1 << 14;

/// What people call a module.
const MODULE: &str = "Terraform module";

/// What people call the values of its variables.
const VALUES: &str = "values of a Terraform module";

/// Why values are not looked at of which it is not told with which module they go.
const GIVEN: &str = "values for a module, given by `-var-file`";

/// What a file of a module is made of.
const BLOCKS: [&str; 15] = [
    "action",
    "check",
    "data",
    "ephemeral",
    "import",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "removed",
    "resource",
    "terraform",
    "variable",
    "//",
];

/// What a file is to the module of its folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// It declares something.
    Blocks,
    /// It gives values to variables.
    Values,
}

/// What a file of this name is to the module of its folder, by which Terraform or `OpenTofu` reads it; `None` where neither does.
pub fn part_of_module(name: &str) -> Option<Part> {
    let is_of_values = || (values::is_read(name) && !name.starts_with('.')).then_some(Part::Values);
    files::File::of(name).map(|_| Part::Blocks).or_else(is_of_values)
}

/// What a document is in the world of Terraform; `None` where it is nothing of it.
pub(super) fn recognise(name: &str, root: Node<'_, '_>) -> Option<(Form, Belongs)> {
    let form = match show::form_of(root) {
        Some(form) => form,
        None if values::is_of_values(name) => {
            let is_it = values::is_read(name) && root.kind() == Kind::Map;
            return is_it.then_some((Form::Template(VALUES), Belongs::Values));
        }
        None if is_module(root, files::File::of(name).is_some()) => MODULE,
        None => return None,
    };
    Some((Form::Template(form), Belongs::Terraform))
}

/// What to call a file of HCL, or of what its name says is values, in which nothing was recognised.
pub(super) fn call_unknown(name: &str) -> Form {
    if values::is_of_values(name) { Form::Nothing(GIVEN) } else { Form::Template(MODULE) }
}

/// As [`recognise`], of HCL: blocks of other types may stand beside those of a module.
pub(super) fn recognise_hcl(name: &str, root: Node<'_, '_>) -> Option<(Form, Belongs)> {
    if values::is_of_values(name) {
        return recognise(name, root);
    }
    let is_block = |key: &str| root.entries().any(|own| own.key.is(key) && own.value.kind() == Kind::Map);
    let is_it = is_hcl_by_name(name) || ["data", "module", "resource"].into_iter().any(is_block) || is_module(root, false);
    is_it.then_some((Form::Template(MODULE), Belongs::Terraform))
}

/// Whether a document is a module; one that is named as such needs not be told from others.
fn is_module(root: Node<'_, '_>, is_named: bool) -> bool {
    let is_block = |key: Node<'_, '_>| BLOCKS.iter().any(|name| key.is(name));
    let holds = |name: &str, what: fn(&str) -> bool| {
        let types =
            root.entries().filter(|own| own.key.is(name)).flat_map(|own| own.value.items_or_self().flat_map(Node::entries));
        let mut types = types.filter_map(|own| own.key.string());
        types.any(|own| what(&own))
    };
    // other JSON has keys of these names too
    let is_own = is_named && root.entries().next().is_some()
        || holds("resource", |kind| kind.contains('_'))
        || holds("data", |kind| kind.contains('_'))
        || root.get("terraform").or_else(|| root.get("locals")).or_else(|| root.get("provider")).is_some_and(is_body)
        || ["variable", "output", "module"].iter().any(|name| holds(name, |_| true));
    root.kind() == Kind::Map && root.entries().all(|own| is_block(own.key)) && is_own
}

fn is_body(node: Node<'_, '_>) -> bool {
    node.items_or_self().all(|own| own.kind() == Kind::Map)
}

/// Looks at all modules, plans and states that were read.
pub(super) fn complete<'s>(inventory: &mut Inventory<'s>, sources: &'s Sources, pending: &[Pending<'s>]) {
    let own = pending.iter().filter(|own| own.belongs == Belongs::Terraform);
    let (shown, own): (Vec<_>, Vec<_>) = own.partition(|own| show::form_of(own.tree.root()).is_some());
    for file in shown {
        show::read(inventory, sources, file.document, file.tree.root());
    }
    let given: Vec<_> = pending.iter().filter(|own| own.belongs == Belongs::Values).map(|own| own.tree.root()).collect();
    let values = values::by_folder(&given, sources);
    let documents = own.into_iter().map(|own| (own.document, own.tree.root()));
    let (folders, alone) = module::folders(documents, sources);
    let overridden: Vec<Overridden<'s>> = folders.iter().map(|own| own.overridden(inventory)).collect();
    let (mut modules, mut faults): (Vec<Module<'_, 's>>, _) = (Vec::new(), Vec::new());
    for (folder, overridden) in folders.iter().zip(&overridden) {
        modules.extend(folder.modules(modules.len(), overridden, &mut faults));
    }
    for own in alone {
        modules.push(own.module(modules.len()));
    }
    if !modules.is_empty() {
        link(inventory, &mut modules);
        values::give(&mut modules, &values);
        look_at(inventory, sources, &modules, faults);
    }
}

/// Takes in what modules come to.
fn look_at<'s>(
    inventory: &mut Inventory<'s>,
    sources: &'s Sources,
    modules: &[Module<'_, 's>],
    mut faults: Vec<Fault<SyntaxFault>>,
) {
    let templates = template::templates(sources, modules);
    let texts = Texts { expressions: expressions(modules, &templates), templates };
    inventory.tell_accounts(|inventory| accounts(modules, &mut Evaluation::new(modules, &texts, inventory, sources)));
    let mut evaluation = Evaluation::new(modules, &texts, inventory, sources);
    let mut role_arns = RoleArns::default();
    for roles in [true, false] {
        if !roles {
            role_arns.widen(modules);
        }
        for module in modules {
            for (index, own) in module.resources.iter().enumerate().filter(|own| module.makes(own.1)) {
                if own.is_data || (own.kind == "aws_iam_role") != roles || !resources::is_known(&own.kind) {
                    continue;
                }
                for (number, instance) in evaluation.instances_of(module.index, index).list.into_iter().enumerate() {
                    let at = At { module: module.index, instance };
                    take(&mut evaluation, at, (index, number), &mut faults, &mut role_arns);
                }
            }
        }
    }
    rest::calls(&mut evaluation, modules, &mut faults);
    let passed_over = rest::passed_over(&mut evaluation, modules);
    for module in modules {
        for (index, own) in module.resources.iter().enumerate().filter(|own| own.1.is_own) {
            if own.is_data && own.kind == document::KIND && !evaluation.met.contains(&own.body.span()) {
                take_document(&mut evaluation, module, index);
            }
        }
    }
    rest::others(&mut evaluation, modules, passed_over, &mut faults);
    let gave_up = evaluation.gave_up;
    let documents: HashMap<SourceId, usize> =
        modules.iter().flat_map(|own| &own.roots).map(|own| (own.1.span().source, own.0)).collect();
    for fault in faults {
        if let Some(document) = documents.get(&fault.span.source).and_then(|own| inventory.documents.get_mut(*own)) {
            document.faults.push(fault);
            document.faults.sort_by_key(|fault| fault.span);
        }
    }
    if gave_up && let Some(root) = modules.first().and_then(|own| own.roots.first()) {
        inventory.unresolved(
            root.1.mark(),
            "its expressions are too many to be looked at, so that some of it stays unknown".to_owned(),
        );
    }
}

/// The accounts that modules tell they are in.
fn accounts<'t, 's>(modules: &[Module<'t, 's>], evaluation: &mut Evaluation<'_, 't, 's>) -> BTreeSet<(usize, String)> {
    let mut told = BTreeSet::new();
    for module in modules {
        let texts = module.roots.iter().flat_map(|own| own.1.within()).filter(|own| own.kind() == Kind::String);
        for node in texts.filter(|own| federated::may_tell_account(own.written())) {
            let value = evaluation.value(At { module: module.index, instance: 0 }, node);
            let text = evaluate::shown(&value);
            told.extend(federated::accounts_in(&text).map(|account| (module.scope, account.to_owned())));
        }
    }
    told
}

/// The ARNs of the roles of each account, by their names.
#[derive(Default)]
struct RoleArns {
    own: HashMap<usize, HashMap<String, String>>,
    /// With those of the account of the first module of a folder, for what is declared again in another account.
    wide: HashMap<usize, HashMap<String, String>>,
}

impl RoleArns {
    fn widen(&mut self, modules: &[Module<'_, '_>]) {
        for module in modules {
            let Some(first) = modules.get(module.group).filter(|first| first.scope != module.scope) else { continue };
            let mut all = self.own.get(&first.scope).cloned().unwrap_or_default();
            all.extend(self.own.get(&module.scope).cloned().unwrap_or_default());
            self.wide.insert(module.scope, all);
        }
    }

    /// Those that a resource may be for: what is not declared again was taken in for all others before.
    fn of(&mut self, scope: usize, is_own: bool) -> &mut HashMap<String, String> {
        match self.wide.get_mut(&scope).filter(|_| is_own) {
            Some(wide) => wide,
            None => self.own.entry(scope).or_default(),
        }
    }
}

/// Takes in one instance of a resource: its place in the module, and its number.
fn take<'s>(
    evaluation: &mut Evaluation<'_, '_, 's>,
    at: At,
    (index, number): (usize, usize),
    faults: &mut Vec<Fault<SyntaxFault>>,
    role_arns: &mut RoleArns,
) {
    let Some(module) = evaluation.module(at.module) else { return };
    let Some(own) = module.resources.get(index) else { return };
    let known = role_arns.of(module.scope, own.is_own);
    let attribute = |evaluation: &mut Evaluation<'_, '_, 's>, name: &str| {
        let value = evaluation.attribute_of(at, index, name, own.place)?;
        let text = evaluate::known(&value)?;
        Some(Text::made(text, own.place))
    };
    let (arn, id) = (attribute(evaluation, "arn"), attribute(evaluation, "id"));
    let has_name = matches!(&*own.kind, "aws_iam_role" | "aws_iam_policy");
    let name = has_name.then(|| Text::made(evaluation.name_of(at, index), own.place));
    let (address, account) = (evaluation.address(at, index), evaluation.iam_arn(at, ""));
    let given = Given {
        address: &address,
        kind: &own.kind,
        place: own.place,
        arn,
        id,
        name,
        account: &account,
        told: if own.is_own { Told::Module } else { Told::Again },
    };
    let assumed = evaluation.inventory.assumptions.len();
    let mut looks = evaluation.looks(|evaluation| evaluation.body(at, own.body));
    let lacks = |tree: &Tree<'_>| resources::lacks_statements(&given, tree.root());
    if let Some(other) = looks.other.as_mut().filter(|other| !looks.undecided.is_empty() && lacks(&looks.first) && !lacks(other))
    {
        // a policy with no statement is none that somebody means
        std::mem::swap(&mut looks.first, other);
        evaluation.inventory.take_otherwise(assumed, &looks.undecided);
    }
    let sources = evaluation.sources;
    let mut taking = Taking { inventory: &mut *evaluation.inventory, sources, faults: &mut *faults, role_arns: &mut *known };
    let mut seen = taking.take(&given, looks.first.root());
    if let Some(alike) = looks.alike {
        seen.extend(resources::written(&given, alike.root()));
    }
    if let Some(other) = looks.other {
        taking.take_other(&given, other.root(), true, &mut seen);
    }
    // what is declared twice may be meant here, too
    for (view, other) in evaluation.views(module, own) {
        let instance = evaluation.instances_of(view, other).list.get(number).copied();
        let body = evaluation.module(view).and_then(|own| own.resources.get(other)).map(|own| own.body);
        let Some((instance, body)) = instance.zip(body) else { continue };
        evaluation.scope = Some(module.scope);
        let tree = evaluation.body(At { module: view, instance }, body);
        evaluation.scope = None;
        let mut taking = Taking { inventory: &mut *evaluation.inventory, sources, faults, role_arns: known };
        taking.take_other(&given, tree.root(), false, &mut seen);
    }
}

/// Takes in the policies of a document that nothing names of which the type is known.
fn take_document<'t, 's>(evaluation: &mut Evaluation<'_, 't, 's>, module: &Module<'t, 's>, index: usize) {
    let Some(own) = module.resources.get(index) else { return };
    let mut seen = Seen::new();
    let views = evaluation.views(module, own);
    for (view, index) in std::iter::once((module.index, index)).chain(views) {
        for instance in evaluation.instances_of(view, index).list {
            let at = At { module: view, instance };
            let name = Text::made(format!("data.{}", evaluation.address(at, index)), own.place);
            evaluation.scope = Some(module.scope);
            let looks = evaluation.looks(|evaluation| evaluation.tree_of(&Value::Document(at, index), own.place));
            evaluation.scope = None;
            seen.extend(looks.alike.map(|own| what_and_where(own.root())));
            for tree in std::iter::once(looks.first).chain(looks.other) {
                if seen.insert(what_and_where(tree.root())) {
                    evaluation.inventory.loose_made(tree.root(), name.clone());
                }
            }
        }
    }
}

/// Finds the modules that calls name among those that were given, and gives those that belong together one account.
fn link<'s>(inventory: &mut Inventory<'s>, modules: &mut [Module<'_, 's>]) {
    let is_first = |own: &&Module<'_, '_>| own.standing == Standing::First;
    let folders: HashMap<String, usize> = modules.iter().filter(is_first).map(|own| (own.folder.clone(), own.index)).collect();
    // a copy calls what the module calls, with values that are looked at only where the module does not
    let mut called: HashMap<usize, (bool, usize)> = HashMap::new();
    let mut callers = Vec::new();
    for module in modules.iter_mut() {
        for call in &mut module.calls {
            let Some(source) = call.node.get("source").and_then(Node::string) else { continue };
            if !source.starts_with("./") && !source.starts_with("../") {
                continue;
            }
            call.child = folders.get(&within(&module.folder, &source)).copied().filter(|child| *child != module.group);
            let is_copy = module.standing != Standing::First;
            if let Some(child) = call.child.filter(|_| module.standing != Standing::Bare && call.is_own) {
                let count = called.entry(child).or_insert((is_copy, 0));
                *count = if count.0 == is_copy { (is_copy, count.1 + 1) } else { (false, if is_copy { count.1 } else { 1 }) };
                callers.push((child, module.index, is_copy, call.node));
            }
        }
    }
    for (child, caller, is_copy, node) in callers {
        let is_only = called.get(&child) == Some(&(is_copy, 1));
        // one that is made several times has no values of its own
        let is_repeated = node.get("for_each").is_some() || node.get("count").is_some();
        for module in modules.iter_mut().skip(child).take_while(|own| own.group == child) {
            module.is_child = true;
            if is_only && !is_repeated {
                module.caller = Some((caller, node));
            }
        }
    }
    number(inventory, modules);
}

/// Gives modules that belong together one account: those that are read as modules first.
fn number(inventory: &mut Inventory<'_>, modules: &mut [Module<'_, '_>]) {
    let mut order: Vec<(bool, bool, usize)> =
        modules.iter().map(|own| (own.standing != Standing::First, own.is_child, own.index)).collect();
    order.sort_unstable();
    let mut seen = vec![false; modules.len()];
    for (_, _, start) in order {
        if seen.get(start) != Some(&false) {
            continue;
        }
        let own = modules.get(start).map(|own| (own.standing, own.group));
        let scope = match own {
            Some((Standing::Again(false) | Standing::Bare, group)) => modules.get(group).map(|own| own.scope),
            _ => None,
        };
        let scope = scope.unwrap_or_else(|| inventory.new_scope());
        let mut open = vec![start];
        while let Some(index) = open.pop() {
            let Some(module) = modules.get_mut(index) else { continue };
            if std::mem::replace(seen.get_mut(index).unwrap_or(&mut true), true) {
                continue;
            }
            module.scope = scope;
            open.extend(module.calls.iter().filter_map(|call| call.child));
        }
    }
}

/// The expressions that stand in texts and are more than references, by how they are written.
fn expressions<'s>(modules: &[Module<'_, 's>], templates: &HashMap<SourceId, Tree<'s>>) -> HashMap<String, Tree<'s>> {
    let mut found: HashMap<String, Tree<'s>> = HashMap::new();
    let mut left: Vec<String> = Vec::new();
    for root in modules.iter().flat_map(|own| &own.roots) {
        left.extend(written_in(root.1));
    }
    for own in templates.values() {
        left.extend(written_in(own.root()));
    }
    while let Some(written) = left.pop() {
        if found.len() >= MOST_EXPRESSIONS {
            break;
        }
        if path::steps(&written).is_some() || found.contains_key(&written) {
            continue;
        }
        let tree = hcl::expression(&written);
        // what does not come apart is not looked at again
        if tree.root().get("v").is_some_and(|own| own.kind() != Kind::Hole) {
            left.extend(written_in(tree.root()));
        }
        found.insert(written, tree);
    }
    found
}

/// The expressions in the texts of a tree.
fn written_in(root: Node<'_, '_>) -> Vec<String> {
    let strings = root.within().filter(|own| own.kind() == Kind::String && own.has_hole()).filter_map(Node::text);
    let holes = strings.flat_map(|text| text.holes().map(|hole| hole.written.clone().into_owned()).collect::<Vec<_>>());
    holes.filter_map(|hole| Some(hole.strip_prefix("${")?.strip_suffix('}')?.to_owned())).collect()
}
