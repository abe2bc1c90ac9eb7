//! Gathers the inputs: files, directories, standard input.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rolecall::finding::{Finding, Severity};
use rolecall::inventory::{Form, Inventory, may_hold_json};
use rolecall::lint::Rule;
use rolecall::policy::PolicyKind;
use rolecall::report::Checked;
use rolecall::source::{SourceId, Sources, Span, utf16};

use super::Failure;
use super::output::reason;

/// The finding for what cannot be read. It is no matter of policy, so no page of the rules shows it.
pub(super) static UNREADABLE: Rule = Rule {
    name: "unreadable-input",
    severity: Severity::Error,
    page: "# unreadable-input\n\nA file or directory that was to be checked cannot be read, so nothing is known about what is in it.\n\n\
           The other inputs are checked all the same. Make it readable, or leave it out of the paths to check.\n",
};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The texts.
    pub(super) sources: Sources,
    /// Those in which something may be recognised.
    pub(super) read: Vec<SourceId>,
    /// What could not be read.
    pub(super) unreadable: Vec<Finding>,
    /// What was not looked at, and why.
    pub(super) passed_over: Vec<(String, &'static str)>,
    /// Whether something was looked for, rather than named.
    pub(super) searched: bool,
}

/// Offsets are counted in 32 bits.
const MAX_SIZE: u64 = 1 << 30;
/// A file with more white space than this before its first word is not worth more.
const HEAD: usize = 4096;

const NOT_JSON: &str = "not JSON";
const TOO_LARGE: &str = "over 1 GiB";
const NO_FILE: &str = "not a regular file";

/// Reads these paths; the working directory where there are none. `-` is standard input, shown as `stdin_name`.
pub(super) fn gather(paths: &[PathBuf], stdin_name: Option<&str>) -> Result<Inputs, Failure> {
    let mut gathering = Gathering { inputs: Inputs::default(), seen: (paths.len() > 1).then(HashSet::new) };
    if paths.is_empty() {
        gathering.walk(Path::new("."));
    }
    for path in paths {
        if path == Path::new("-") {
            gathering.stdin(stdin_name.unwrap_or("-"))?;
        } else if fs::metadata(path).is_ok_and(|metadata| metadata.is_dir()) {
            gathering.walk(path);
        } else {
            gathering.file(path);
        }
    }
    Ok(gathering.inputs)
}

impl Inputs {
    /// Takes stock of all that was read.
    pub(super) fn inventory(&self, kind: Option<PolicyKind>) -> Inventory<'_> {
        let mut inventory = Inventory::new(kind);
        for &id in &self.read {
            inventory.read(&self.sources, id);
        }
        inventory
    }

    /// The frame of a report: what was looked at, and what was not. With a name for each of the latter.
    pub(super) fn stock(&self, inventory: &Inventory<'_>) -> (Checked, Vec<String>) {
        let mut checked = Checked::default();
        let mut names = Vec::new();
        let mut pass_over = |checked: &mut Checked, name: &str, why: &str| {
            checked.pass_over(why);
            names.push(format!("not looked at: {name}: {why}"));
        };
        for document in &inventory.documents {
            match document.form {
                Form::Nothing(why) => pass_over(&mut checked, self.sources.get(document.source).name(), why),
                _ => checked.looked_at += 1,
            }
        }
        for (name, why) in &self.passed_over {
            pass_over(&mut checked, name, why);
        }
        (checked, names)
    }
}

struct Gathering {
    inputs: Inputs,
    /// The files that were read, where one may be named twice.
    seen: Option<HashSet<PathBuf>>,
}

impl Gathering {
    fn walk(&mut self, root: &Path) {
        self.inputs.searched = true;
        // nothing depends on the order in which the system lists a folder
        let walk = ignore::WalkBuilder::new(root).sort_by_file_path(Ord::cmp).build();
        // the working directory goes without saying
        let shown = |path: &Path| {
            if root == Path::new(".") { path.strip_prefix(root).unwrap_or(path).to_owned() } else { path.to_owned() }
        };
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {}
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => self.file(&shown(entry.path())),
                Ok(entry) => self.pass_over(&shown(entry.path()).to_string_lossy(), NO_FILE),
                Err(error) => {
                    let path = shown(path_of(&error).unwrap_or(root));
                    let why = error.io_error().map_or_else(|| error.to_string(), reason);
                    self.unreadable(&path, &why);
                }
            }
        }
    }

    fn file(&mut self, path: &Path) {
        if let Some(seen) = &mut self.seen {
            let own = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            if !seen.insert(own) {
                return;
            }
        }
        let read = File::open(path).and_then(|file| {
            let size = file.metadata()?.len();
            if size > MAX_SIZE { Ok(Content::TooLarge) } else { content(file, size as usize) }
        });
        match read {
            Ok(content) => self.take(&path.to_string_lossy(), content),
            Err(error) => self.unreadable(path, &reason(&error)),
        }
    }

    fn stdin(&mut self, name: &str) -> Result<(), Failure> {
        let failure = |error| Failure::new(format!("cannot read standard input: {}", reason(&error)));
        let content = content(io::stdin().lock(), 0).map_err(failure)?;
        self.take(name, content);
        Ok(())
    }

    fn take(&mut self, name: &str, content: Content) {
        match content {
            Content::Text(bytes) => {
                let id = self.inputs.sources.add_bytes(name, bytes);
                self.inputs.read.push(id);
            }
            Content::NotJson => self.pass_over(name, NOT_JSON),
            Content::TooLarge => self.pass_over(name, TOO_LARGE),
        }
    }

    fn pass_over(&mut self, name: &str, why: &'static str) {
        self.inputs.passed_over.push((name.to_owned(), why));
    }

    fn unreadable(&mut self, path: &Path, why: &str) {
        let name = path.to_string_lossy();
        let id = self.inputs.sources.add(name.clone(), "");
        self.inputs.unreadable.push(UNREADABLE.finding(format!("cannot read `{name}`: {why}"), Span::new(id, 0, 0), ""));
    }
}

enum Content {
    Text(Vec<u8>),
    NotJson,
    TooLarge,
}

/// Reads to the end, unless the head shows that it is not worth it.
fn content(mut from: impl Read, size: usize) -> io::Result<Content> {
    let mut bytes = Vec::with_capacity(size.max(HEAD) + 1);
    from.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
    let head = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    if !may_hold_json(head) && utf16(&bytes).is_none() {
        return Ok(Content::NotJson);
    }
    from.take(MAX_SIZE + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
    Ok(if bytes.len() as u64 > MAX_SIZE { Content::TooLarge } else { Content::Text(bytes) })
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
