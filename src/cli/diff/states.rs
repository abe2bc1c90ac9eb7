//! The two states: where each is read from, and by which path a file is known in both.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rolecall::source::{SourceId, Sources};

use super::super::Failure;
use super::super::input::{Inputs, gather_behind};
use super::git::{Contents, Entry, Repository};

/// Where a state is read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// A file or a directory.
    Disk(PathBuf),
    /// A revision of the repository of the working directory.
    Revision(String),
    /// What is staged there.
    Index,
}

/// Both states.
#[derive(Debug)]
pub(super) struct States {
    /// The texts of both.
    pub(super) sources: Sources,
    pub(super) old: State,
    pub(super) new: State,
}

/// What was read of a state.
#[derive(Debug, Default)]
pub(super) struct State {
    /// What to call it.
    pub(super) name: String,
    pub(super) inputs: Inputs,
    /// By what each input is known in both states.
    pub(super) paths: HashMap<SourceId, String>,
    /// Where the file of an input lies, or should, from the working directory.
    pub(super) files: HashMap<SourceId, String>,
}

impl Place {
    /// Reads `git:REV`, or a path.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        match text.strip_prefix("git:") {
            Some("") => Err(Failure::with_help("`git:` names no revision", "write one behind it: `git:HEAD`, `git:origin/main`")),
            Some(revision) => Ok(Self::Revision(revision.to_owned())),
            None => Ok(Self::Disk(text.into())),
        }
    }
}

/// Reads both states. Of a repository only what lies at or below these paths, where there are some.
pub(super) fn read(old: &Place, new: &Place, paths: &[PathBuf]) -> Result<States, Failure> {
    match (old, new) {
        (Place::Disk(old), Place::Disk(new)) if paths.is_empty() => of_disk(old, new),
        (Place::Disk(_), Place::Disk(_)) => {
            let help = "of files and directories, name those that are to be compared as OLD and NEW";
            Err(Failure::with_help("a third path restricts what is read of a repository, and none is", help))
        }
        _ => of_repository(old, new, paths),
    }
}

fn of_disk(old: &Path, new: &Path) -> Result<States, Failure> {
    if is_directory(old) != is_directory(new) && old.exists() && new.exists() {
        let help = "give two files, or two directories";
        return Err(Failure::with_help("a file cannot be compared with a directory", help));
    }
    let mut sources = Sources::new();
    let mut both = Vec::new();
    for root in [old, new] {
        let mut state = State::of_disk(&mut sources, root)?;
        for &id in &state.inputs.read {
            let name = sources.get(id).name();
            // of two files the names do not matter
            let path = if is_directory(root) { below(root, name) } else { String::new() };
            state.paths.insert(id, path);
        }
        both.push(state);
    }
    let (new, old) = (both.pop().unwrap_or_default(), both.pop().unwrap_or_default());
    Ok(States { sources, old, new })
}

fn of_repository(old: &Place, new: &Place, paths: &[PathBuf]) -> Result<States, Failure> {
    let repository = Repository::open()?;
    let wanted = Wanted::of(&repository, [old, new], paths)?;
    let listings = [listing(&repository, old, new)?, listing(&repository, new, old)?];
    let renames = renames(&repository, [old, new], &listings)?;
    let is_wanted = |path: &str| {
        let also = renames.iter().filter(|(old, new)| old == path || new == path);
        wanted.takes(path) || also.into_iter().any(|(old, new)| wanted.takes(old) || wanted.takes(new))
    };
    let of_listing = |listing: &Listing| -> Vec<Entry> {
        let Listing::Files(_, files) = listing else { return Vec::new() };
        files.iter().filter(|entry| is_wanted(&entry.path)).cloned().collect()
    };
    let entries = listings.each_ref().map(of_listing);
    let contents = repository.contents(entries.iter().flatten())?;
    let mut sources = Sources::new();
    let mut states = Vec::new();
    for (listing, entries) in listings.iter().zip(&entries) {
        states.push(match listing {
            Listing::Disk(root) => {
                let mut state = State::of_disk(&mut sources, root)?;
                state.keep(&sources, &repository, root, is_wanted);
                state
            }
            Listing::Files(name, _) => State::of_repository(&mut sources, &repository, name, entries, &contents),
        });
    }
    let (mut new, mut old) = (states.pop().unwrap_or_default(), states.pop().unwrap_or_default());
    for (before, now) in &renames {
        for path in old.paths.values_mut().filter(|path| *path == before) {
            path.clone_from(now);
        }
    }
    // two files with names of their own
    if let ([_], [_]) = (old.inputs.read.as_slice(), new.inputs.read.as_slice())
        && listings.iter().any(|own| matches!(own, Listing::Disk(root) if !is_directory(root)))
    {
        for state in [&mut old, &mut new] {
            state.paths.values_mut().for_each(String::clear);
        }
    }
    wanted.refuse_missing(&repository, [&old, &new], &sources)?;
    Ok(States { sources, old, new })
}

/// The files of a state.
enum Listing {
    Disk(PathBuf),
    /// What to call it, and the files.
    Files(String, Vec<Entry>),
}

fn listing(repository: &Repository, place: &Place, other: &Place) -> Result<Listing, Failure> {
    Ok(match place {
        Place::Disk(root) => Listing::Disk(root.clone()),
        Place::Index => Listing::Files("the index".to_owned(), repository.files_of_index()?),
        Place::Revision(revision) => match repository.tree(revision)? {
            Some(tree) => Listing::Files(revision.clone(), repository.files_of_tree(&tree)?),
            // what is staged for the first commit has nothing before it
            None if *other == Place::Index && revision == HEAD => Listing::Files("nothing".to_owned(), Vec::new()),
            None => {
                let help = "`git log --all` and `git branch --all` list what there is; of a shallow clone fetch more of it";
                return Err(Failure::with_help(format!("no revision `{revision}` in this repository"), help));
            }
        },
    })
}

/// What the index is compared with.
pub(super) const HEAD: &str = "HEAD";

fn renames(repository: &Repository, places: [&Place; 2], listings: &[Listing; 2]) -> Result<Vec<(String, String)>, Failure> {
    let is_empty = |own: &Listing| matches!(own, Listing::Files(_, files) if files.is_empty());
    if listings.iter().any(is_empty) {
        return Ok(Vec::new());
    }
    match places {
        [Place::Revision(old), Place::Revision(new)] => repository.renames(&[old, new]),
        [Place::Revision(old), Place::Index] => repository.renames(&["--cached", old]),
        [Place::Revision(old), Place::Disk(_)] => repository.renames(&[old]),
        [Place::Disk(_), Place::Revision(new)] => repository.renames(&["-R", new]),
        _ => Ok(Vec::new()),
    }
}

/// What is read of a repository: all, or what lies at or below some paths.
struct Wanted<'p> {
    /// Each as it was given, and as the repository knows it.
    paths: Vec<(&'p Path, String)>,
    /// What of it a file or directory stands for that is compared with it.
    within: Option<String>,
}

impl<'p> Wanted<'p> {
    fn of(repository: &Repository, places: [&Place; 2], paths: &'p [PathBuf]) -> Result<Self, Failure> {
        let known = |path: &'p PathBuf| {
            let own = repository.path(path).ok_or_else(|| {
                let help = format!("the repository is `{}`", repository.root.display());
                Failure::with_help(format!("`{}` lies outside of the repository", path.display()), help)
            })?;
            Ok((path.as_path(), own))
        };
        let within = places.into_iter().find_map(|place| match place {
            Place::Disk(root) => repository.path(root),
            _ => None,
        });
        Ok(Self { paths: paths.iter().map(known).collect::<Result<_, Failure>>()?, within })
    }

    fn takes(&self, path: &str) -> bool {
        (self.paths.is_empty() || self.paths.iter().any(|(_, own)| is_below(path, own)))
            && self.within.as_ref().is_none_or(|own| is_below(path, own))
    }

    /// Refuses a path at which neither state has anything: it is rather misspelt.
    fn refuse_missing(&self, repository: &Repository, states: [&State; 2], sources: &Sources) -> Result<(), Failure> {
        let mut known: HashSet<String> = HashSet::new();
        for state in states {
            let read = state.inputs.read.iter().map(|&id| sources.get(id).name().to_owned());
            known.extend(read.chain(state.inputs.passed_over.iter().map(|(name, _)| name.clone())));
            known.extend(state.paths.values().cloned());
        }
        let missing = self.paths.iter().find(|(given, own)| {
            let on_disk = given.exists() && repository.path(given).is_some();
            !on_disk && !known.iter().any(|path| is_below(path, own))
        });
        match missing {
            Some((given, _)) => Err(Failure::new(format!("nothing lies at `{}` in either state", given.display()))),
            None => Ok(()),
        }
    }
}

impl State {
    fn of_disk(sources: &mut Sources, root: &Path) -> Result<Self, Failure> {
        let mut inputs = gather_behind(std::mem::take(sources), root)?;
        *sources = std::mem::take(&mut inputs.sources);
        let name = root.to_string_lossy().into_owned();
        let is_stdin = root == Path::new("-");
        let files = inputs.read.iter().filter(|_| !is_stdin).map(|&id| (id, sources.get(id).name().to_owned())).collect();
        Ok(Self { name, inputs, paths: HashMap::new(), files })
    }

    /// Leaves only what is wanted of a directory, by its paths in the repository.
    fn keep(&mut self, sources: &Sources, repository: &Repository, root: &Path, is_wanted: impl Fn(&str) -> bool) {
        let path = |name: &str| repository.path(Path::new(name));
        let inside = repository.path(root).is_some();
        let known = |name: &str| if inside { path(name).unwrap_or_default() } else { below(root, name) };
        self.inputs.read.retain(|&id| !inside || is_wanted(&known(sources.get(id).name())));
        self.inputs.passed_over.retain(|(name, _)| !inside || is_wanted(&known(name)));
        self.paths = self.inputs.read.iter().map(|&id| (id, known(sources.get(id).name()))).collect();
    }

    fn of_repository(sources: &mut Sources, repository: &Repository, name: &str, entries: &[Entry], contents: &Contents) -> Self {
        let mut state = Self { name: name.to_owned(), ..Self::default() };
        state.inputs.sources = std::mem::take(sources);
        state.inputs.searched = true;
        for entry in entries {
            let before = state.inputs.read.len();
            match contents.of(entry) {
                Ok(content) => state.inputs.take(&entry.path, content),
                Err(why) => state.inputs.pass_over(&entry.path, why),
            }
            let Some(&id) = state.inputs.read.get(before) else { continue };
            state.paths.insert(id, entry.path.clone());
            if let Some(from_here) = entry.path.strip_prefix(&repository.prefix) {
                state.files.insert(id, from_here.to_owned());
            }
        }
        *sources = std::mem::take(&mut state.inputs.sources);
        state
    }
}

fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// A path from a folder on.
fn below(root: &Path, name: &str) -> String {
    let path = Path::new(name);
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
