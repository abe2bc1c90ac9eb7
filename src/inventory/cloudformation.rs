//! Templates of CloudFormation, also those that SAM, the CDK, Amplify and the Serverless Framework write: each resource is put together as its functions tell, and then read
//! like what the AWS CLI prints.

mod amplify;
mod attributes;
mod evaluate;
mod extended;
mod parameters;
mod permissions;
mod resources;
mod sam;
mod serverless;

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Belongs, Form, Inventory, Pending, federated};
use crate::policy;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Kind, Node, Tree};
use evaluate::{Branch, Evaluation};
use resources::Taking;

pub(super) use resources::STANDARD;

/// What a document is in the world of templates; `None` where it is nothing of it.
pub(super) fn recognise(root: Node<'_, '_>) -> Option<(Form, Belongs)> {
    if let Some(resources) = root.get("Resources").filter(|own| own.kind() == Kind::Map) {
        let types = || resources.entries().filter_map(|own| own.value.get("Type")?.string());
        let is_sam = root.get("Transform").is_some() && types().any(|kind| kind.starts_with("AWS::Serverless::"));
        let is_template = types().any(|kind| kind.starts_with("AWS::")) || root.get("AWSTemplateFormatVersion").is_some();
        let name = if is_sam { "SAM template" } else { "CloudFormation template" };
        return is_template.then_some((Form::Template(name), Belongs::CloudFormation));
    }
    if serverless::is_service(root) {
        return Some((Form::Template("Serverless Framework service"), Belongs::CloudFormation));
    }
    amplify::has_environments(root).then_some((Form::Template("Amplify environments"), Belongs::Settings))
}

/// The templates that a document which was recognised as one comes to.
pub(super) fn comes_to<'s>(inventory: &mut Inventory<'s>, tree: Tree<'s>) -> Vec<Tree<'s>> {
    let mut told = Vec::new();
    let tree = if serverless::is_service(tree.root()) { serverless::template(tree.root()) } else { tree };
    let tree = extended::expanded(tree.root(), &mut told).unwrap_or(tree);
    let inner = extended::inner(tree.root(), &mut told);
    for (span, message) in told {
        inventory.unresolved(span, message);
    }
    std::iter::once(tree).chain(inner).collect()
}

/// What else stands in a document which was recognised as a template; `None` where nothing else may.
pub(super) fn beside<'s>(root: Node<'_, '_>) -> Option<Tree<'s>> {
    serverless::is_service(root).then(|| serverless::rest(root))
}

/// A document that is no template as its functions tell: a part that a template takes in from its own file. `None` where it has none.
pub(super) fn part<'s>(inventory: &mut Inventory<'s>, root: Node<'_, 's>) -> Option<Tree<'s>> {
    let is_it = root.within().any(evaluate::is_function) && recognise(root).is_none() && root.within().any(is_of_policy);
    if !is_it {
        return None;
    }
    let around = serverless::around(root.mark());
    let scope = inventory.new_scope();
    let stacks = [Stack { scope, ..Stack::new(0, 0, around.root()) }];
    Some(Evaluation::new(&stacks, inventory).tree(0, root))
}

/// Whether something is a part of a policy.
fn is_of_policy(node: Node<'_, '_>) -> bool {
    policy::looks_like_statement(node) || policy::looks_like(node)
}

/// Whether a document that is nothing else may hold the values of a template's parameters.
pub(super) fn may_be_parameters(root: Node<'_, '_>) -> bool {
    amplify::is_flat(root)
}

/// A template that was given, and how it is deployed as far as that is known.
pub(super) struct Stack<'t, 's> {
    /// Its number among those that were given.
    index: usize,
    /// The number of the account that it is taken to be deployed in.
    scope: usize,
    source: SourceId,
    document: usize,
    root: Node<'t, 's>,
    resources: HashMap<Box<str>, Node<'t, 's>>,
    /// The values of parameters: in which stack they are to be looked at, and what stands there.
    given: HashMap<Box<str>, (usize, Node<'t, 's>)>,
    /// What is told of it elsewhere: `AWS::Region` and the like, by name.
    told: Vec<(String, String)>,
    /// The stacks that are nested in it, by their names in this one.
    nested: Vec<(String, usize)>,
}

impl<'t, 's> Stack<'t, 's> {
    fn new(index: usize, document: usize, root: Node<'t, 's>) -> Self {
        let entries = root.get("Resources").into_iter().flat_map(Node::entries);
        let resources = entries.filter_map(|own| Some((own.key.string()?.into(), own.value))).collect();
        let source = root.span().source;
        Self { index, scope: 0, source, document, root, resources, given: HashMap::new(), told: Vec::new(), nested: Vec::new() }
    }

    /// The resource of a name.
    fn resource(&self, name: &str) -> Option<Node<'t, 's>> {
        self.resources.get(name).copied()
    }

    /// Whether it is that of a service of the Serverless Framework, which fills in some itself.
    fn is_service(&self) -> bool {
        self.root.get("service").is_some()
    }

    /// The parameter of a name.
    fn parameter(&self, name: &str) -> Option<Node<'t, 's>> {
        self.root.get("Parameters")?.get(name)
    }

    /// Its resources in the order of the text: name, place of the name, type, what stands there.
    fn resources(&self) -> impl Iterator<Item = (String, Span, String, Node<'t, 's>)> + use<'t, 's> {
        let entries = self.root.get("Resources").into_iter().flat_map(Node::entries);
        entries.filter_map(|own| {
            let kind = own.value.get("Type")?.string()?.into_owned();
            Some((own.key.string()?.into_owned(), own.key.span(), kind, own.value))
        })
    }
}

/// Looks at all templates that were read.
pub(super) fn complete<'s>(inventory: &mut Inventory<'s>, sources: &'s Sources, pending: &[Pending<'s>]) {
    let templates = pending.iter().filter(|own| own.belongs == Belongs::CloudFormation);
    let mut stacks: Vec<Stack<'_, 's>> =
        templates.enumerate().map(|(index, own)| Stack::new(index, own.document, own.tree.root())).collect();
    if stacks.is_empty() {
        return;
    }
    nest(&mut stacks, sources);
    for stack in stacks.iter().filter(|own| own.is_service()) {
        for (span, name) in serverless::taken_in(stack.root).filter(|own| !is_among(sources, stack.source, own.1)) {
            inventory.unresolved(span, format!("the statements of `{name}` are not among the inputs"));
        }
    }
    for document in amplify::give(&mut stacks, sources, pending) {
        if let Some(document) = inventory.documents.get_mut(document) {
            document.form = Form::Template("template parameters");
        }
    }
    number(inventory, &mut stacks);
    inventory.tell_accounts(|inventory| accounts(&stacks, &mut Evaluation::new(&stacks, inventory)));
    let mut faults: Vec<Vec<_>> = stacks.iter().map(|_| Vec::new()).collect();
    let mut evaluation = Evaluation::new(&stacks, inventory);
    for (stack, faults) in stacks.iter().zip(&mut faults) {
        evaluation.begin();
        for (name, place, kind, node) in stack.resources().filter(|own| resources::is_looked_at(&own.2)) {
            let resource = resources::Named { stack: stack.index, name: &name, place, kind: &kind };
            evaluation.branch = Branch::First;
            evaluation.met_open = false;
            evaluation.varied.clear();
            let mut first = Taking { evaluation: &mut evaluation, sources, faults }.take(&resource, node);
            if evaluation.met_open {
                // what differs by these values only is no other document
                evaluation.varies = true;
                if !evaluation.varied.is_empty() {
                    first = Taking { evaluation: &mut evaluation, sources, faults }.written(&resource, node);
                }
                evaluation.branch = Branch::Second;
                Taking { evaluation: &mut evaluation, sources, faults }.take_other(&resource, node, &first);
                evaluation.varies = false;
            }
        }
    }
    for (stack, faults) in stacks.iter().zip(&mut faults) {
        evaluation.begin();
        let others =
            stack.resources().filter(|own| !resources::is_looked_at(&own.2) && resources::may_hold_policy(&own.2, own.3));
        for (name, place, kind, node) in others {
            let resource = resources::Named { stack: stack.index, name: &name, place, kind: &kind };
            evaluation.branch = Branch::First;
            evaluation.met_open = false;
            let seen = Taking { evaluation: &mut evaluation, sources, faults }.take_any(&resource, node, &HashSet::new());
            if evaluation.met_open {
                evaluation.branch = Branch::Second;
                Taking { evaluation: &mut evaluation, sources, faults }.take_any(&resource, node, &seen);
            }
        }
    }
    // what functions change when all is there
    evaluation.branch = Branch::First;
    for (stack, faults) in stacks.iter().zip(&mut faults) {
        evaluation.begin();
        for (name, place, kind, node) in stack.resources().filter(|own| own.2 == "Custom::LambdaCallout") {
            let resource = resources::Named { stack: stack.index, name: &name, place, kind: &kind };
            Taking { evaluation: &mut evaluation, sources, faults }.call(&resource, node);
        }
    }
    let gave_up = evaluation.gave_up;
    for (stack, faults) in stacks.iter().zip(faults) {
        if let Some(document) = inventory.documents.get_mut(stack.document) {
            document.faults.extend(faults);
            document.faults.sort_by_key(|fault| fault.span);
        }
    }
    if gave_up && let Some(stack) = stacks.first() {
        inventory.unresolved(
            stack.root.mark(),
            "its functions are too many to be looked at, so that some of it stays unknown".to_owned(),
        );
    }
}

/// The accounts that templates tell they are for.
fn accounts<'t, 's>(stacks: &[Stack<'t, 's>], evaluation: &mut Evaluation<'_, 't, 's>) -> BTreeSet<(usize, String)> {
    let mut told = BTreeSet::new();
    for stack in stacks {
        evaluation.begin();
        let may_tell = |node: Node<'_, '_>| node.kind() == Kind::String && federated::may_tell_account(node.written());
        for node in stack.resources().flat_map(|own| own.3.within()) {
            let is_meant = may_tell(node) || evaluate::is_function(node) && node.within().any(may_tell);
            if is_meant {
                let value = evaluation.value(stack.index, node);
                told.extend(federated::accounts_in(&value.shown()).map(|account| (stack.scope, account.to_owned())));
            }
        }
    }
    told
}

/// Finds the templates of nested stacks among those that were given: by the names of their files.
fn nest<'t, 's>(stacks: &mut [Stack<'t, 's>], sources: &Sources) {
    let name_of = |stack: &Stack<'_, '_>| sources.get(stack.source).name().to_owned();
    let names: Vec<String> = stacks.iter().map(name_of).collect();
    let mut found: Vec<(usize, String, usize, Node<'t, 's>)> = Vec::new();
    for stack in stacks.iter() {
        for (name, _, kind, node) in stack.resources() {
            if !matches!(&*kind, "AWS::CloudFormation::Stack" | "AWS::Serverless::Application") {
                continue;
            }
            let Some(file) = template_of(node) else { continue };
            let own = names.get(stack.index).map_or("", |own| own.as_str());
            let mut candidates: Vec<(usize, usize)> = names
                .iter()
                .enumerate()
                .filter(|(index, other)| *index != stack.index && other.rsplit(['/', '\\']).next() == Some(&file))
                .map(|(index, other)| (in_common(own, other), index))
                .collect();
            candidates.sort_unstable();
            match &*candidates {
                [.., before, last] if before.0 == last.0 => {}
                [.., last] => found.push((stack.index, name, last.1, node)),
                [] => {}
            }
        }
    }
    for (outer, name, inner, node) in &found {
        // one that is nested twice has no values of its own
        if found.iter().filter(|own| own.2 == *inner).count() > 1 {
            continue;
        }
        let parameters = node.get("Properties").and_then(|own| own.get("Parameters"));
        if let Some(stack) = stacks.get_mut(*inner) {
            for entry in parameters.into_iter().flat_map(Node::entries) {
                if let Some(name) = entry.key.string() {
                    stack.given.insert(name.into(), (*outer, entry.value));
                }
            }
        }
        if let Some(stack) = stacks.get_mut(*outer) {
            stack.nested.push((name.clone(), *inner));
        }
    }
}

/// Whether a file is among the inputs that another one names, from its own folder on.
fn is_among(sources: &Sources, source: SourceId, file: &str) -> bool {
    let own = sources.get(source).name();
    let folder = own.rfind(['/', '\\']).and_then(|end| own.get(..=end)).unwrap_or("");
    let wanted = format!("{folder}{}", file.trim_start_matches("./"));
    sources.iter().any(|(_, own)| own.name() == wanted)
}

/// The name of the file that a nested stack is made of.
fn template_of(node: Node<'_, '_>) -> Option<String> {
    let asset = node.get("Metadata").and_then(|own| own.get("aws:asset:path"));
    let properties = node.get("Properties");
    let place = asset.or_else(|| properties?.get("TemplateURL")).or_else(|| properties?.get("Location"))?;
    let last = place.within().filter_map(Node::string).last()?;
    let file = last.rsplit(['/', '\\']).next()?.to_owned();
    [".json", ".yml", ".yaml", ".template"].iter().any(|ending| file.ends_with(ending)).then_some(file)
}

/// How many bytes of their folders two paths have in common.
fn in_common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// Stacks that belong together are in one account, and all others in others.
fn number(inventory: &mut Inventory<'_>, stacks: &mut [Stack<'_, '_>]) {
    let inner: Vec<usize> = stacks.iter().flat_map(|own| own.nested.iter().map(|nested| nested.1)).collect();
    let mut todo: Vec<usize> = (0..stacks.len()).filter(|index| !inner.contains(index)).collect();
    let mut seen = vec![false; stacks.len()];
    // those in a circle have no outermost one
    todo.extend(inner);
    let todo: Vec<usize> = todo;
    for outermost in todo {
        if seen.get(outermost) != Some(&false) {
            continue;
        }
        let scope = inventory.new_scope();
        let told = stacks.get(outermost).map(|own| own.told.clone()).unwrap_or_default();
        let mut open = vec![outermost];
        while let Some(index) = open.pop() {
            let Some(stack) = stacks.get_mut(index) else { continue };
            if std::mem::replace(seen.get_mut(index).unwrap_or(&mut true), true) {
                continue;
            }
            stack.scope = scope;
            for own in &told {
                if !stack.told.iter().any(|other| other.0 == own.0) {
                    stack.told.push(own.clone());
                }
            }
            open.extend(stack.nested.iter().map(|nested| nested.1));
        }
    }
}
