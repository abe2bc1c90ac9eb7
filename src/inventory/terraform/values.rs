//! Files that give values to the variables of a module.
//!
//! <https://developer.hashicorp.com/terraform/language/values/variables>

use std::collections::{BTreeMap, HashMap};

use super::files::folder_of;
use super::module::{Module, Standing};
use crate::source::Sources;
use crate::syntax::{Node, Tree, Weaver};

/// Whether a file of this name gives values to variables.
pub(super) fn is_of_values(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

/// In which order a file of this name is read with the module of its folder; `None` where it is read only when somebody says so.
fn order(path: &str) -> Option<(u8, &str)> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name {
        "terraform.tfvars" => Some((0, name)),
        "terraform.tfvars.json" => Some((1, name)),
        _ => (name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")).then_some((2, name)),
    }
}

/// Whether a file of this name is read with the module of its folder.
pub(super) fn is_read(path: &str) -> bool {
    order(path).is_some()
}

/// The values of each folder: of several files that have one, the last counts.
pub(super) fn by_folder<'s>(files: &[Node<'_, 's>], sources: &Sources) -> HashMap<String, Tree<'s>> {
    let mut folders: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for root in files {
        let path = sources.get(root.span().source).name();
        folders.entry(folder_of(path)).or_default().extend(order(path).map(|order| (order, *root)));
    }
    folders.into_iter().filter_map(|(folder, files)| Some((folder, together(files)?))).collect()
}

fn together<'s>(mut files: Vec<((u8, &str), Node<'_, 's>)>) -> Option<Tree<'s>> {
    files.sort_by_key(|own| own.0);
    let last = files.last()?.1;
    let mut values: BTreeMap<String, (Node<'_, 's>, Node<'_, 's>)> = BTreeMap::new();
    for entry in files.iter().flat_map(|own| own.1.entries()) {
        if let Some(name) = entry.key.string() {
            values.insert(name.into_owned(), (entry.key, entry.value));
        }
    }
    let mut weaver = Weaver::new(last.span().source);
    weaver.open_as(last);
    for (key, value) in values.into_values() {
        weaver.copy(key);
        weaver.copy_all(value);
    }
    weaver.close(last.span());
    Some(weaver.finish())
}

/// Gives modules the values of their folders, where no other module does.
pub(super) fn give<'t, 's>(modules: &mut [Module<'t, 's>], values: &'t HashMap<String, Tree<'s>>) {
    for module in modules.iter_mut().filter(|own| own.standing != Standing::Alone && own.caller.is_none()) {
        module.caller = values.get(&module.folder).map(|tree| (module.index, tree.root()));
    }
}
