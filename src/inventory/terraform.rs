//! Modules of Terraform, its plans and its states. All come to resources with their values, which are read alike, whatever they are written in.

mod attributes;
mod condition;
mod document;
mod evaluate;
mod functions;
mod instance;
mod path;
mod put;
mod resources;
mod shape;
mod show;

use std::collections::HashMap;

use super::{Belongs, Form, Inventory, Pending};
use crate::source::{Sources, Span};
use crate::syntax::{Kind, Node, Text, Tree, hcl};
use evaluate::{At, Branch, Evaluation};
use functions::{normal, within};
use resources::{Given, Taking};

/// How many expressions that stand in texts are looked at.
const MOST_EXPRESSIONS: usize = 1 << 14;

/// What a file of a module is made of.
const BLOCKS: [&str; 14] = [
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

/// What a document is in the world of Terraform; `None` where it is nothing of it.
pub(super) fn recognise(root: Node<'_, '_>) -> Option<(Form, Belongs)> {
    let name = match show::form_of(root) {
        Some(name) => name,
        None if is_module(root) => "Terraform module",
        None => return None,
    };
    Some((Form::Template(name), Belongs::Terraform))
}

/// Whether the first line of a text that says something is the head of a block.
pub(super) fn may_be_hcl(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{FEFF}').trim_start();
    loop {
        if rest.starts_with('#') || rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |own| own.1).trim_start();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |own| own.1).trim_start();
        } else {
            break;
        }
    }
    let line = rest.lines().next().unwrap_or("").trim_end();
    let word = line.split([' ', '"', '{']).next().unwrap_or("");
    let behind = line.get(word.len()..).unwrap_or("").trim_start();
    BLOCKS.contains(&word) && (behind.starts_with('{') || behind.starts_with('"') && behind.contains('{'))
}

fn is_module(root: Node<'_, '_>) -> bool {
    let is_block = |key: Node<'_, '_>| BLOCKS.iter().any(|name| key.is(name));
    let holds = |name: &str, what: fn(&str) -> bool| {
        let types =
            root.entries().filter(|own| own.key.is(name)).flat_map(|own| own.value.items_or_self().flat_map(Node::entries));
        let mut types = types.filter_map(|own| own.key.string());
        types.any(|own| what(&own))
    };
    // other JSON has keys of these names too
    let is_own = holds("resource", |kind| kind.contains('_'))
        || holds("data", |kind| kind.contains('_'))
        || root.get("terraform").or_else(|| root.get("locals")).or_else(|| root.get("provider")).is_some_and(is_body)
        || ["variable", "output", "module"].iter().any(|name| holds(name, |_| true));
    root.kind() == Kind::Map && root.entries().all(|own| is_block(own.key)) && is_own
}

fn is_body(node: Node<'_, '_>) -> bool {
    node.items_or_self().all(|own| own.kind() == Kind::Map)
}

/// The files of one folder.
pub(super) struct Module<'t, 's> {
    index: usize,
    /// The number of the account that it is taken to be applied in.
    scope: usize,
    folder: String,
    /// Its documents, and what each holds.
    roots: Vec<(usize, Node<'t, 's>)>,
    resources: Vec<Declared<'t, 's>>,
    /// The resources by `TYPE.NAME`, and `data.TYPE.NAME`.
    by_address: HashMap<String, usize>,
    variables: HashMap<String, Node<'t, 's>>,
    locals: HashMap<String, Node<'t, 's>>,
    outputs: HashMap<String, Node<'t, 's>>,
    calls: Vec<Call<'t, 's>>,
    /// The only call of it: in which module, and what stands there.
    caller: Option<(usize, Node<'t, 's>)>,
    is_child: bool,
    /// The region of its provider.
    region: Option<Node<'t, 's>>,
}

/// A resource or data source.
struct Declared<'t, 's> {
    kind: String,
    name: String,
    /// Where its name stands.
    place: Span,
    body: Node<'t, 's>,
    is_data: bool,
}

/// A call of a module.
struct Call<'t, 's> {
    name: String,
    node: Node<'t, 's>,
    child: Option<usize>,
}

impl<'t, 's> Module<'t, 's> {
    fn new(index: usize, folder: String) -> Self {
        Self {
            index,
            scope: 0,
            folder,
            roots: Vec::new(),
            resources: Vec::new(),
            by_address: HashMap::new(),
            variables: HashMap::new(),
            locals: HashMap::new(),
            outputs: HashMap::new(),
            calls: Vec::new(),
            caller: None,
            is_child: false,
            region: None,
        }
    }

    fn add(&mut self, document: usize, root: Node<'t, 's>) {
        self.roots.push((document, root));
        for (name, is_data) in [("resource", false), ("data", true)] {
            for kind in blocks(root, name).flat_map(Node::entries) {
                for own in kind.value.items_or_self().flat_map(Node::entries) {
                    let (Some(kind), Some(name)) = (kind.key.string(), own.key.string()) else { continue };
                    let address = format!("{}{kind}.{name}", if is_data { "data." } else { "" });
                    let Some(body) = own.value.items_or_self().find(|body| body.kind() == Kind::Map) else { continue };
                    self.by_address.entry(address).or_insert(self.resources.len());
                    let (kind, name, place) = (kind.into_owned(), name.into_owned(), own.key.span());
                    self.resources.push(Declared { kind, name, place, body, is_data });
                }
            }
        }
        for own in blocks(root, "locals").flat_map(Node::entries) {
            self.locals.extend(own.key.string().map(|name| (name.into_owned(), own.value)));
        }
        for (list, name) in [(&mut self.variables, "variable"), (&mut self.outputs, "output")] {
            let named = blocks(root, name).flat_map(Node::entries);
            list.extend(named.filter_map(|own| Some((own.key.string()?.into_owned(), own.value.items_or_self().next()?))));
        }
        for own in blocks(root, "module").flat_map(Node::entries) {
            if let (Some(name), Some(node)) = (own.key.string(), own.value.items_or_self().next()) {
                self.calls.push(Call { name: name.into_owned(), node, child: None });
            }
        }
        let providers = blocks(root, "provider").flat_map(Node::entries).filter(|own| own.key.is("aws"));
        let mut default = providers.flat_map(|own| own.value.items_or_self()).filter(|own| own.get("alias").is_none());
        self.region = self.region.or_else(|| default.find_map(|own| own.get("region")));
    }
}

/// The blocks of a name, which in JSON may stand in a list.
fn blocks<'t, 's>(root: Node<'t, 's>, name: &str) -> impl Iterator<Item = Node<'t, 's>> + use<'t, 's> {
    let all: Vec<_> = root.entries().filter(|own| own.key.is(name)).flat_map(|own| own.value.items_or_self()).collect();
    all.into_iter()
}

/// Looks at all modules, plans and states that were read.
pub(super) fn complete<'s>(inventory: &mut Inventory<'s>, sources: &'s Sources, pending: &[Pending<'s>]) {
    let own: Vec<_> = pending.iter().filter(|own| own.belongs == Belongs::Terraform).collect();
    let mut modules: Vec<Module<'_, 's>> = Vec::new();
    for file in &own {
        let root = file.tree.root();
        if show::form_of(root).is_some() {
            show::read(inventory, sources, file.document, root);
            continue;
        }
        let name = sources.get(root.span().source).name();
        let folder = name.rfind(['/', '\\']).and_then(|end| name.get(..end)).unwrap_or("");
        let folder = normal(folder);
        let index = modules.iter().position(|own| own.folder == folder).unwrap_or_else(|| {
            modules.push(Module::new(modules.len(), folder));
            modules.len() - 1
        });
        if let Some(module) = modules.get_mut(index) {
            module.add(file.document, root);
        }
    }
    if modules.is_empty() {
        return;
    }
    link(inventory, &mut modules);
    let expressions = expressions(&modules);
    let mut faults = Vec::new();
    let mut evaluation = Evaluation::new(&modules, &expressions, inventory, sources);
    let mut role_arns: HashMap<usize, HashMap<String, String>> = HashMap::new();
    for roles in [true, false] {
        for module in &modules {
            for (index, own) in module.resources.iter().enumerate() {
                if own.is_data || (own.kind == "aws_iam_role") != roles || !resources::is_known(&own.kind) {
                    continue;
                }
                for instance in evaluation.instances_of(module.index, index) {
                    let at = At { module: module.index, instance };
                    take(&mut evaluation, at, index, &mut faults, &mut role_arns);
                }
            }
        }
    }
    let gave_up = evaluation.gave_up;
    for fault in faults {
        let document = modules.iter().flat_map(|own| &own.roots).find(|own| own.1.span().source == fault.span.source);
        if let Some(document) = document.and_then(|own| inventory.documents.get_mut(own.0)) {
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

/// Takes in one instance of a resource.
fn take<'s>(
    evaluation: &mut Evaluation<'_, '_, 's>,
    at: At,
    index: usize,
    faults: &mut Vec<crate::finding::Fault<crate::syntax::SyntaxFault>>,
    role_arns: &mut HashMap<usize, HashMap<String, String>>,
) {
    let Some(module) = evaluation.module(at.module) else { return };
    let Some(own) = module.resources.get(index) else { return };
    let known = role_arns.entry(module.scope).or_default();
    let attribute = |evaluation: &mut Evaluation<'_, '_, 's>, name: &str| {
        let value = evaluation.attribute_of(at, index, name, own.place)?;
        let text = evaluate::known(&value)?;
        Some(Text::made(text, own.place))
    };
    let (arn, id) = (attribute(evaluation, "arn"), attribute(evaluation, "id"));
    let has_name = matches!(&*own.kind, "aws_iam_role" | "aws_iam_policy");
    let name = has_name.then(|| Text::made(evaluation.name_of(at, index), own.place));
    let (address, account) = (evaluation.address(at, index), evaluation.iam_arn(at, ""));
    let given = Given { address: &address, kind: &own.kind, place: own.place, arn, id, name, account: &account, is_plan: false };
    evaluation.branch = Branch::First;
    evaluation.met_open = false;
    let tree = evaluation.tree(at, own.body);
    let sources = evaluation.sources;
    let mut taking = Taking { inventory: &mut *evaluation.inventory, sources, faults: &mut *faults, role_arns: &mut *known };
    let first = taking.take(&given, tree.root());
    if evaluation.met_open {
        evaluation.branch = Branch::Second;
        let tree = evaluation.tree(at, own.body);
        let mut taking = Taking { inventory: &mut *evaluation.inventory, sources, faults, role_arns: known };
        taking.take_other(&given, tree.root(), &first);
        evaluation.branch = Branch::First;
    }
}

/// Finds the modules that calls name among those that were given, and gives those that belong together one account.
fn link<'s>(inventory: &mut Inventory<'s>, modules: &mut [Module<'_, 's>]) {
    let folders: Vec<String> = modules.iter().map(|own| own.folder.clone()).collect();
    let mut called: Vec<Vec<usize>> = vec![Vec::new(); modules.len()];
    let mut callers = Vec::new();
    for module in modules.iter_mut() {
        for call in &mut module.calls {
            let Some(source) = call.node.get("source").and_then(Node::string) else { continue };
            if !source.starts_with("./") && !source.starts_with("../") {
                continue;
            }
            let folder = within(&module.folder, &source);
            call.child = folders.iter().position(|own| *own == folder).filter(|child| *child != module.index);
            if let Some(list) = call.child.and_then(|child| called.get_mut(child)) {
                list.push(module.index);
                callers.push((call.child, module.index, call.node));
            }
        }
    }
    for (child, caller, node) in callers {
        let Some(child) = child else { continue };
        let is_only = called.get(child).is_some_and(|own| own.len() == 1);
        // one that is made several times has no values of its own
        let is_repeated = node.get("for_each").is_some() || node.get("count").is_some();
        if let Some(module) = modules.get_mut(child) {
            module.is_child = true;
            module.caller = (is_only && !is_repeated).then_some((caller, node));
        }
    }
    let mut seen = vec![false; modules.len()];
    let (outer, inner): (Vec<usize>, Vec<usize>) =
        (0..modules.len()).partition(|index| modules.get(*index).is_some_and(|own| !own.is_child));
    for start in outer.into_iter().chain(inner) {
        if seen.get(start) != Some(&false) {
            continue;
        }
        let scope = inventory.new_scope();
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
fn expressions<'s>(modules: &[Module<'_, 's>]) -> HashMap<String, Tree<'s>> {
    let mut found: HashMap<String, Tree<'s>> = HashMap::new();
    let mut left: Vec<String> = Vec::new();
    for root in modules.iter().flat_map(|own| &own.roots) {
        left.extend(written_in(root.1));
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
