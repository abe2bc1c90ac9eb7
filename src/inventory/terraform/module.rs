//! Modules: which declarations go together.

use std::collections::{HashMap, HashSet};

use super::blocks::{Declaration, Header, Overridden, declared};
use super::files::{self, File};
use super::resources;
use crate::finding::Fault;
use crate::inventory::Inventory;
use crate::source::{Sources, Span};
use crate::syntax::{Block, Node, SyntaxFault};

/// As how many modules a folder is looked at because something is declared in it again. The last takes in all that is declared more often:
/// what names it there means the first.
const MOST_LAYERS: usize = 8;

/// The files of one folder, or what stands by itself.
pub(super) struct Module<'t, 's> {
    pub(super) index: usize,
    /// The first module of its folder.
    pub(super) group: usize,
    pub(super) standing: Standing,
    /// The number of the account that it is taken to be applied in.
    pub(super) scope: usize,
    pub(super) folder: String,
    /// Its documents, and what each holds.
    pub(super) roots: Vec<(usize, Node<'t, 's>)>,
    /// How long all is that it declares.
    pub(super) length: usize,
    pub(super) resources: Vec<Declared<'t, 's>>,
    /// The resources by `TYPE.NAME`, and `data.TYPE.NAME`.
    pub(super) by_address: HashMap<String, usize>,
    pub(super) variables: HashMap<String, Node<'t, 's>>,
    pub(super) locals: HashMap<String, Node<'t, 's>>,
    pub(super) outputs: HashMap<String, Node<'t, 's>>,
    pub(super) calls: Vec<Call<'t, 's>>,
    /// The only call of it: in which module, and what stands there.
    pub(super) caller: Option<(usize, Node<'t, 's>)>,
    pub(super) is_child: bool,
    /// The region of its provider.
    pub(super) region: Option<Node<'t, 's>>,
}

/// What a module is among those of its folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// The folder as its programs read it.
    First,
    /// The folder with what is declared again in the place of what was declared before; whether that is something which has a name in AWS.
    Again(bool),
    /// The folder as it is without what overrides it.
    Bare,
    /// A text that is no file of a module.
    Alone,
}

/// A resource or data source.
pub(super) struct Declared<'t, 's> {
    pub(super) kind: String,
    pub(super) name: String,
    /// Where its name stands.
    pub(super) place: Span,
    pub(super) body: Node<'t, 's>,
    pub(super) is_data: bool,
    /// Whether it is this module that declares it, not another one of its folder.
    pub(super) is_own: bool,
}

impl Declared<'_, '_> {
    /// `TYPE.NAME`, or `data.TYPE.NAME`.
    pub(super) fn address(&self) -> String {
        format!("{}{}.{}", if self.is_data { "data." } else { "" }, self.kind, self.name)
    }
}

/// A call of a module.
pub(super) struct Call<'t, 's> {
    pub(super) name: String,
    /// Where its name stands.
    pub(super) place: Span,
    pub(super) node: Node<'t, 's>,
    pub(super) child: Option<usize>,
    /// Whether it is this module that declares it, not another one of its folder.
    pub(super) is_own: bool,
}

/// The files of a folder that are a module.
pub(super) struct Folder<'t, 's> {
    path: String,
    names: HashSet<File>,
    files: Vec<Given<'t, 's>>,
}

/// A document that is a file of a module, or part of one.
struct Given<'t, 's> {
    document: usize,
    root: Node<'t, 's>,
    file: File,
}

/// A document that is a module by itself.
pub(super) struct Alone<'t, 's> {
    document: usize,
    root: Node<'t, 's>,
    folder: String,
}

/// Tells the documents that belong together from those that stand by themselves.
pub(super) fn folders<'t, 's>(
    documents: impl Iterator<Item = (usize, Node<'t, 's>)>,
    sources: &Sources,
) -> (Vec<Folder<'t, 's>>, Vec<Alone<'t, 's>>) {
    let (mut folders, mut alone): (Vec<Folder<'_, '_>>, _) = (Vec::new(), Vec::new());
    let mut places: HashMap<String, usize> = HashMap::new();
    for (document, root) in documents {
        let path = sources.get(root.span().source).name();
        let folder = files::folder_of(path);
        let Some(file) = File::of(path) else {
            alone.push(Alone { document, root, folder });
            continue;
        };
        let place = *places.entry(folder.clone()).or_insert(folders.len());
        if place == folders.len() {
            folders.push(Folder { path: folder, names: HashSet::new(), files: Vec::new() });
        }
        if let Some(own) = folders.get_mut(place) {
            own.names.insert(file.clone());
            own.files.push(Given { document, root, file });
        }
    }
    for own in &mut folders {
        // of two that would override, OpenTofu takes one
        let hidden = own.files.extract_if(.., |given| given.file.is_override() && given.file.is_hidden(&own.names));
        alone.extend(hidden.map(|given| Alone { document: given.document, root: given.root, folder: own.path.clone() }));
    }
    (folders, alone)
}

impl<'t, 's> Alone<'t, 's> {
    /// The module that it is.
    pub(super) fn module(self, index: usize) -> Module<'t, 's> {
        let mut module = Module::new(index, index, Standing::Alone, &self.folder);
        module.roots.push((self.document, self.root));
        for declaration in declared(self.root) {
            module.declare(&declaration, declaration.body, true);
        }
        module
    }
}

impl<'t, 's> Module<'t, 's> {
    fn new(index: usize, group: usize, standing: Standing, folder: &str) -> Self {
        Self {
            index,
            group,
            standing,
            scope: 0,
            folder: folder.to_owned(),
            roots: Vec::new(),
            length: 0,
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

    /// Whether it makes a resource: what is declared again in an account of its own, and all that may have to do with it there.
    pub(super) fn makes(&self, own: &Declared<'_, '_>) -> bool {
        own.is_own || self.standing == Standing::Again(true) && resources::is_of_account(&own.kind)
    }

    fn declare(&mut self, declaration: &Declaration<'t, 's>, body: Node<'t, 's>, is_own: bool) {
        let Some(name) = declaration.name.string().map(std::borrow::Cow::into_owned) else { return };
        self.length += body.written().len();
        match declaration.block {
            Block::Resource | Block::Data => {
                let Some(kind) = declaration.kind.and_then(Node::string) else { return };
                let is_data = declaration.block == Block::Data;
                let own = Declared { kind: kind.into_owned(), name, place: declaration.place(), body, is_data, is_own };
                self.by_address.entry(own.address()).or_insert(self.resources.len());
                self.resources.push(own);
            }
            Block::Variable => drop(self.variables.entry(name).or_insert(body)),
            Block::Local => drop(self.locals.entry(name).or_insert(body)),
            Block::Output => drop(self.outputs.entry(name).or_insert(body)),
            Block::Module => self.calls.push(Call { name, place: declaration.place(), node: body, child: None, is_own }),
            Block::Provider => {
                let region = body.get("region").filter(|_| name == "aws" && body.get("alias").is_none());
                self.region = self.region.or(region);
            }
        }
    }
}

/// What one module of a folder declares itself.
#[derive(Default)]
struct Layer<'t, 's> {
    roots: Vec<(usize, Node<'t, 's>)>,
    headers: HashSet<Header>,
    declarations: Vec<(Header, Declaration<'t, 's>)>,
    redeclares: bool,
}

impl<'t, 's> Folder<'t, 's> {
    /// What its override files make of the others.
    pub(super) fn overridden(&self, inventory: &mut Inventory<'s>) -> Overridden<'s> {
        let (mut over, usual): (Vec<_>, Vec<_>) = self.files.iter().partition(|own| own.file.is_override());
        over.sort_by(|one, other| one.file.order().cmp(&other.file.order()));
        let roots = |list: Vec<&Given<'t, 's>>| list.iter().map(|own| own.root).collect::<Vec<_>>();
        let overridden = Overridden::of(&roots(usual), &roots(over));
        for place in overridden.strays() {
            let message = "this overrides what no other file of the folder declares, and is looked at as it stands";
            inventory.unresolved(place, message.to_owned());
        }
        overridden
    }

    /// The modules that its files are: one, and for what is declared in it again others, in which that takes the place of what was declared
    /// before.
    pub(super) fn modules(
        &self,
        first: usize,
        overridden: &'t Overridden<'s>,
        faults: &mut Vec<Fault<SyntaxFault>>,
    ) -> Vec<Module<'t, 's>> {
        let layers = self.layers(overridden, faults);
        let module =
            |number, body: &dyn Fn(&Declaration<'t, 's>) -> Node<'t, 's>| module((first, number), &self.path, &layers, body);
        let mut modules: Vec<_> = (0..layers.len()).map(|number| module(number, &|own| overridden.body(own))).collect();
        if !overridden.is_empty() {
            let mut bare = module(0, &|own| own.body);
            (bare.index, bare.standing) = (first + modules.len(), Standing::Bare);
            bare.roots.clear();
            bare.resources.iter_mut().for_each(|own| own.is_own = false);
            modules.push(bare);
        }
        modules
    }

    /// What each of its modules declares.
    fn layers(&self, overridden: &Overridden<'s>, faults: &mut Vec<Fault<SyntaxFault>>) -> Vec<Layer<'t, 's>> {
        let mut layers: Vec<Layer<'t, 's>> = vec![Layer::default()];
        let mut seen: HashMap<Header, Vec<(Span, &File)>> = HashMap::new();
        for given in &self.files {
            let own = declared(given.root).into_iter();
            let own = own.filter(|own| !given.file.is_override() || overridden.is_stray(own));
            let own: Vec<_> = own.filter_map(|own| Some((own.header()?, own))).collect();
            for (header, declaration) in &own {
                let before = seen.entry(header.clone()).or_default();
                if let Some((place, _)) = before.iter().find(|other| other.1.is_read_with(&given.file, &self.names)) {
                    let kind = SyntaxFault::DuplicateBlock(declaration.block);
                    faults.push(Fault::between(kind, declaration.place(), *place));
                }
                if before.len() < MOST_LAYERS {
                    before.push((declaration.place(), &given.file));
                }
            }
            let is_free = |layer: &Layer<'_, '_>| own.iter().all(|own| !layer.headers.contains(&own.0));
            let target = free(&mut layers, 0, is_free);
            if let Some(layer) = layers.get_mut(target) {
                layer.roots.push((given.document, given.root));
            }
            for (header, declaration) in own {
                put(&mut layers, target, header, declaration);
            }
        }
        layers
    }
}

/// Puts a declaration into the first layer from `target` on that has none of its name yet.
fn put<'t, 's>(layers: &mut Vec<Layer<'t, 's>>, target: usize, header: Header, declaration: Declaration<'t, 's>) {
    let target = free(layers, target, |layer| !layer.headers.contains(&header));
    let has_name = matches!(declaration.block, Block::Resource | Block::Module);
    let redeclares = has_name && layers.iter().take(target).any(|layer| layer.headers.contains(&header));
    if let Some(layer) = layers.get_mut(target) {
        layer.redeclares |= redeclares;
        layer.headers.insert(header.clone());
        layer.declarations.push((header, declaration));
    }
}

/// The first layer from `start` on in which there is room, or the last.
fn free<'t, 's>(layers: &mut Vec<Layer<'t, 's>>, start: usize, is_free: impl Fn(&Layer<'t, 's>) -> bool) -> usize {
    if let Some(found) = layers.iter().skip(start).position(is_free) {
        return start + found;
    }
    if layers.len() < MOST_LAYERS {
        layers.push(Layer::default());
    }
    layers.len() - 1
}

/// The module of a layer, with what the others declare and it does not.
fn module<'t, 's>(
    (first, number): (usize, usize),
    folder: &str,
    layers: &[Layer<'t, 's>],
    body: &dyn Fn(&Declaration<'t, 's>) -> Node<'t, 's>,
) -> Module<'t, 's> {
    let Some(layer) = layers.get(number) else { return Module::new(first, first, Standing::First, folder) };
    let standing = if number == 0 { Standing::First } else { Standing::Again(layer.redeclares) };
    let mut module = Module::new(first + number, first, standing, folder);
    module.roots.clone_from(&layer.roots);
    for (_, own) in &layer.declarations {
        module.declare(own, body(own), true);
    }
    let mut headers: HashSet<&Header> = layer.headers.iter().collect();
    let others = layers.iter().enumerate().filter(|(other, _)| *other != number);
    for (header, own) in others.flat_map(|(_, other)| &other.declarations) {
        if headers.insert(header) {
            module.declare(own, body(own), false);
        }
    }
    module
}
