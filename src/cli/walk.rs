//! Walks folders as git sees them: what ignore files leave out is left out. One of these that is a pipe or a device is not opened, for it could be
//! waited for or read without end; then nothing below its folder is left out. What is left out and belongs to a module of Terraform that is not,
//! such as the values of its variables, is told.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, Walk, WalkBuilder};
use rolecall::inventory::{Part, part_of_module};

/// What a walk comes upon.
pub(super) enum Met {
    Entry(DirEntry),
    Error(ignore::Error),
    /// An ignore file that is none.
    NoFile(PathBuf),
    /// A file that Terraform reads with others that were met.
    LeftOut(PathBuf),
}

/// What stands in the folder of a repository, and says what is left out.
const IGNORE_FILES: [&str; 3] = [".gitignore", ".ignore", ".git/info/exclude"];

/// What lies in a folder, and in those in it, where `enters` says so; in the order of the paths, but for folders with an ignore file that is none.
pub(super) struct Folders<E> {
    enters: Arc<E>,
    depth: Option<usize>,
    walk: Walk,
    /// The ignore files that are none, and the folders below which nothing is left out, with their depths.
    told: Vec<PathBuf>,
    open: Arc<Mutex<Vec<(PathBuf, usize)>>>,
    /// How deep the root of this walk lies.
    at: usize,
    /// The folders with files of modules.
    modules: BTreeMap<PathBuf, Module>,
    left_out: Vec<PathBuf>,
}

/// What was met of a folder that may be a module.
#[derive(Default)]
struct Module {
    has_blocks: bool,
    names: HashSet<OsString>,
}

impl<E: Fn(&DirEntry) -> bool + Send + Sync + 'static> Folders<E> {
    pub(super) fn new(root: &Path, depth: Option<usize>, enters: E) -> Self {
        let enters = Arc::new(enters);
        let whole = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let mut told = no_files(root);
        // those above count, too
        let above = fs::canonicalize(&whole).unwrap_or(whole);
        told.extend(above.ancestors().skip(1).flat_map(no_files));
        let open = Arc::default();
        let walk = walk(root, depth, told.is_empty(), (&enters, &open, 0));
        Self { enters, depth, walk, told, open, at: 0, modules: BTreeMap::new(), left_out: Vec::new() }
    }

    /// Notes what may be a file of a module.
    fn note(&mut self, entry: &DirEntry) {
        let part = part_of_module(&entry.file_name().to_string_lossy());
        let Some((part, folder)) = part.zip(entry.path().parent()).filter(|_| entry.depth() > 0) else { return };
        if !self.modules.contains_key(folder) {
            self.modules.insert(folder.to_owned(), Module::default());
        }
        if let Some(module) = self.modules.get_mut(folder) {
            module.has_blocks |= part == Part::Blocks;
            module.names.insert(entry.file_name().to_owned());
        }
    }

    /// The next file of a module that was met of which this one was not.
    fn next_left_out(&mut self) -> Option<PathBuf> {
        while self.left_out.is_empty() {
            let (folder, module) = self.modules.pop_first()?;
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten().filter(|_| module.has_blocks);
            let of_module = entries.filter(|own| part_of_module(&own.file_name().to_string_lossy()).is_some());
            let is_folder = |own: &fs::DirEntry| own.file_type().is_ok_and(|kind| kind.is_dir());
            let others = of_module.filter(|own| !module.names.contains(&own.file_name()) && !is_folder(own));
            self.left_out = others.map(|own| folder.join(own.file_name())).collect();
            // the last is told first
            self.left_out.sort_unstable_by(|one, other| other.cmp(one));
        }
        self.left_out.pop()
    }
}

impl<E: Fn(&DirEntry) -> bool + Send + Sync + 'static> Iterator for Folders<E> {
    type Item = Met;

    fn next(&mut self) -> Option<Met> {
        loop {
            if let Some(told) = self.told.pop() {
                return Some(Met::NoFile(told));
            }
            match self.walk.next() {
                Some(Ok(entry)) => {
                    self.note(&entry);
                    return Some(Met::Entry(entry));
                }
                Some(Err(error)) => return Some(Met::Error(error)),
                None => {}
            }
            let next = self.open.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((folder, at)) = next else { return self.next_left_out().map(Met::LeftOut) };
            self.at = at;
            self.told = no_files(&folder);
            let depth = self.depth.map(|depth| depth.saturating_sub(at));
            self.walk = walk(&folder, depth, false, (&self.enters, &self.open, at));
        }
    }
}

type Below<'a, E> = (&'a Arc<E>, &'a Arc<Mutex<Vec<(PathBuf, usize)>>>, usize);

fn walk<E>(root: &Path, depth: Option<usize>, leaves_out: bool, (enters, open, at): Below<'_, E>) -> Walk
where
    E: Fn(&DirEntry) -> bool + Send + Sync + 'static,
{
    let mut walk = WalkBuilder::new(root);
    // nothing depends on the order in which the system lists a folder
    walk.sort_by_file_path(Ord::cmp).max_depth(depth);
    if !leaves_out {
        walk.ignore(false).git_ignore(false).git_exclude(false).parents(false);
    }
    let (enters, open) = (Arc::clone(enters), Arc::clone(open));
    walk.filter_entry(move |entry| {
        if entry.depth() > 0 && !enters(entry) {
            return false;
        }
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if !leaves_out || !is_folder || no_files(entry.path()).is_empty() {
            return true;
        }
        open.lock().unwrap_or_else(PoisonError::into_inner).push((entry.path().to_owned(), at + entry.depth()));
        false
    });
    walk.build()
}

/// The ignore files of a folder that are no files.
fn no_files(folder: &Path) -> Vec<PathBuf> {
    let paths = IGNORE_FILES.iter().map(|name| folder.join(name));
    paths.filter(|path| fs::metadata(path).is_ok_and(|own| !own.is_file() && !own.is_dir())).collect()
}
