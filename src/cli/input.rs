//! Gathers the inputs: files, directories, standard input.

mod content;
#[cfg(feature = "lsp")]
mod editor;

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rolecall::finding::Finding;
pub(super) use rolecall::inventory::NOTHING;
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::PolicyKind;
use rolecall::report::{Checked, Listed, Unread, text, unread};
use rolecall::source::{SourceId, Sources, Span};
use rolecall::spelling::nearest;

use super::config::Loaded;
use super::login::pairs;
use super::output::{self, reason};
use super::rules::UNREADABLE;
use super::secret::mask;
use super::walk::{Folders, Met};
use super::{Common, Failure};

use content::{Content, content, read_file};
pub(super) use content::{HEAD, most, no_reason, too_large};
#[cfg(feature = "lsp")]
pub(super) use editor::{Shelf, gather_open};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The texts.
    pub(super) sources: Sources,
    /// Those in which something may be recognised.
    pub(super) read: Vec<SourceId>,
    /// What kind of policy some of them are said to be.
    kinds: Vec<(SourceId, PolicyKind)>,
    /// Whether policies in the fences of Markdown are looked at.
    markdown: bool,
    /// What could not be read.
    pub(super) unreadable: Vec<Finding>,
    /// What was not looked at, and why.
    pub(super) passed_over: Vec<(String, &'static str)>,
    /// Whether something was looked for, rather than named.
    pub(super) searched: bool,
    /// Those in which a token was crossed out, so that the text is not what the file holds.
    masked: Vec<SourceId>,
    /// Standard input as it is, where it is asked for, and its text among those that were read.
    pub(super) standard: Option<Standard>,
}

/// What came by standard input.
#[derive(Debug)]
pub(super) struct Standard {
    /// As it is.
    pub(super) bytes: Vec<u8>,
    /// The text, where something may be recognised in it.
    pub(super) id: Option<SourceId>,
}

const NO_FILE: &str = "not a regular file";
pub(super) const LINK: &str = "a symbolic link";
const ABSENT: &str = "a module that is called and not among the inputs";
const EXCLUDED: &str = "excluded by the configuration";
const LEFT_OUT: &str = "a file of a Terraform module, left out by an ignore file";

/// Where a shell hands over what it reads from a pipe. These cannot hang more than standard input can.
pub(super) const PIPES: [&str; 3] = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/"];

/// Reads these paths; the working directory where there are none. `-` is standard input, shown as `stdin_name`.
/// What the configuration leaves out is left out, also where it is named.
pub(super) fn gather(paths: &[PathBuf], stdin_name: Option<&str>, config: &Loaded) -> Result<Inputs, Failure> {
    let mut gathering = Gathering::new(paths, config);
    gathering.gather(paths, stdin_name)?;
    Ok(gathering.inputs)
}

/// As [`gather`], with standard input kept as it is, to be written once more.
pub(super) fn gather_to_mend(paths: &[PathBuf], stdin_name: Option<&str>, config: &Loaded) -> Result<Inputs, Failure> {
    let mut gathering = Gathering { keeps: true, ..Gathering::new(paths, config) };
    gathering.gather(paths, stdin_name)?;
    Ok(gathering.inputs)
}

/// Reads a file or directory, with texts that were read before in front.
pub(super) fn gather_behind(sources: Sources, path: &Path) -> Result<Inputs, Failure> {
    let inputs = Inputs { sources, ..Inputs::default() };
    let mut gathering = Gathering { inputs, seen: None, ..Gathering::new(&[], &Loaded::default()) };
    gathering.gather(&[path.to_owned()], None)?;
    Ok(gathering.inputs)
}

/// As [`gather`], with policies of which the kind is said. These are not read once more where they lie among the others, and
/// with them nothing is looked for in the working directory.
pub(super) fn gather_with(said: &[(PolicyKind, PathBuf)], paths: &[PathBuf], config: &Loaded) -> Result<Inputs, Failure> {
    if said.is_empty() {
        return gather(paths, None, config);
    }
    let inputs = Inputs::of(config);
    let mut gathering = Gathering { inputs, seen: Some(HashSet::new()), ..Gathering::new(paths, config) };
    for (kind, path) in said {
        let before = gathering.inputs.read.len();
        gathering.gather(std::slice::from_ref(path), None)?;
        let new = gathering.inputs.read.iter().skip(before).map(|&id| (id, *kind));
        gathering.inputs.kinds.extend(new);
    }
    if !paths.is_empty() {
        gathering.gather(paths, None)?;
    }
    Ok(gathering.inputs)
}

/// What is gathered, beside the files of a live account, where there are some. Where nothing else is named, nothing is looked for then.
pub(super) fn gather_beside(
    live: Option<Vec<(String, String)>>,
    names_nothing: bool,
    config: &Loaded,
    gather: impl FnOnce() -> Result<Inputs, Failure>,
) -> Result<Inputs, Failure> {
    let Some(live) = live else { return gather() };
    let mut inputs = if names_nothing { Inputs::of(config) } else { gather()? };
    for (name, text) in live {
        let id = inputs.sources.add_bytes(name, mask(text.into_bytes()).bytes);
        inputs.read.push(id);
    }
    Ok(inputs)
}

/// What holes stand for.
#[derive(clap::Args, Debug)]
pub(super) struct Assumed {
    /// What the holes of a template stand for: `var.pool=VALUE` for `${var.pool}`, `POOL_ID=VALUE` for `<POOL_ID>` or `{{ POOL_ID }}`. May
    /// be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    assume: Vec<String>,
}

impl Assumed {
    /// Takes stock of all that was read, with this in the places of holes. A name of which there is no hole is refused.
    pub(super) fn inventory<'s>(&self, inputs: &'s Inputs, kind: Option<PolicyKind>) -> Result<Inventory<'s>, Failure> {
        let inventory = inputs.inventory_with(kind, &self.values()?);
        match no_hole(&inventory, &[]) {
            Some((name, help)) => Err(Failure::with_help(format!("no hole `{name}` among the inputs"), help)),
            None => Ok(inventory),
        }
    }

    /// As [`Assumed::inventory`], of two sets of inputs with their texts together. A hole may stand in either.
    pub(super) fn inventories<'s>(
        &self,
        sources: &'s Sources,
        inputs: [&Inputs; 2],
        kind: Option<PolicyKind>,
    ) -> Result<[Inventory<'s>; 2], Failure> {
        let assumed = self.values()?;
        let inventories = inputs.map(|own| own.inventory_in(sources, kind, &assumed));
        let [old, new] = &inventories;
        let filled = old.assumptions().iter().filter(|own| own.hole.is_some()).map(|own| &own.name);
        let elsewhere: Vec<String> = filled.chain(old.hole_names()).cloned().collect();
        match no_hole(new, &elsewhere) {
            Some((name, help)) => Err(Failure::with_help(format!("no hole `{name}` among the inputs"), help)),
            None => Ok(inventories),
        }
    }

    /// As [`Assumed::inventory`], of the same inputs with other texts.
    pub(super) fn again<'s>(&self, inputs: &Inputs, sources: &'s Sources) -> Inventory<'s> {
        inputs.inventory_in(sources, None, &self.values().unwrap_or_default())
    }

    fn values(&self) -> Result<Vec<(String, String)>, Failure> {
        let assumed = pairs("--assume", &self.assume)?;
        let is_second = |(at, own): &(usize, &(String, String))| assumed.iter().take(*at).any(|first| first.0 == own.0);
        match assumed.iter().enumerate().find(is_second) {
            Some((_, (name, _))) => Err(Failure::new(format!("`--assume {name}` stands twice"))),
            None => Ok(assumed),
        }
    }
}

/// A name that is to stand for something, and of which there is no hole; with what may help. More names are those of holes elsewhere.
pub(super) fn no_hole<'i>(inventory: &'i Inventory<'_>, more: &[String]) -> Option<(&'i str, String)> {
    let unknown = inventory.assumptions().iter().find(|own| own.hole.is_none() && !more.contains(&own.name))?;
    let names = inventory.hole_names().iter().chain(more).map(String::as_str);
    let help = nearest(&unknown.name, names).map_or_else(
        || "a hole is one of `${NAME}`, `<NAME>`, `{{ NAME }}`, `YOUR_NAME`".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    Some((&unknown.name, help))
}

impl Inputs {
    /// Nothing yet but the configuration.
    fn of(config: &Loaded) -> Self {
        let mut inputs = Self { markdown: config.config.check.markdown, ..Self::default() };
        if let Some((path, text)) = &config.file {
            inputs.sources.add(path.to_string_lossy(), text.as_str());
        }
        inputs
    }

    /// Takes stock of all that was read.
    pub(super) fn inventory(&self, kind: Option<PolicyKind>) -> Inventory<'_> {
        self.inventory_with(kind, &[])
    }

    /// As [`Inputs::inventory`], with values for holes by their names.
    pub(super) fn inventory_with(&self, kind: Option<PolicyKind>, assumed: &[(String, String)]) -> Inventory<'_> {
        self.inventory_in(&self.sources, kind, assumed)
    }

    /// The number of bytes of all inputs.
    pub(super) fn size(&self) -> usize {
        self.sources.iter().map(|(_, source)| source.text().len()).sum()
    }

    /// As [`Inputs::inventory_with`], of inputs whose texts lie among others.
    fn inventory_in<'s>(&self, sources: &'s Sources, kind: Option<PolicyKind>, assumed: &[(String, String)]) -> Inventory<'s> {
        let mut inventory = Inventory::new(kind);
        inventory.read_markdown(self.markdown);
        for (name, value) in assumed {
            inventory.assume(name, value);
        }
        for &id in &self.read {
            let said = self.kinds.iter().find(|(own, _)| *own == id).map(|(_, kind)| *kind);
            match said {
                Some(kind) => inventory.read_as(sources, id, kind),
                None => inventory.read(sources, id),
            }
        }
        inventory.complete(sources);
        inventory
    }

    /// Takes in a file that was read elsewhere, unless its head shows that it is not worth it.
    pub(super) fn take(&mut self, name: &str, bytes: &[u8]) {
        match content(name, bytes, bytes.len()) {
            Ok(content) => self.take_content(name, content),
            Err(_) => self.pass_over(name, NOTHING),
        }
    }

    fn take_content(&mut self, name: &str, content: Content) {
        match content {
            Content::Text(bytes) => {
                let masked = mask(bytes);
                let is_masked = masked.crossed;
                let id = self.sources.add_bytes(name, masked.bytes);
                self.read.push(id);
                self.masked.extend(is_masked.then_some(id));
            }
            Content::Nothing(why) => self.pass_over(name, why),
        }
    }

    pub(super) fn pass_over(&mut self, name: &str, why: &'static str) {
        self.passed_over.push((name.to_owned(), why));
    }

    /// The frame of a report: what was looked at, and what was not. With a name for each of the latter.
    pub(super) fn stock(&self, inventory: &Inventory<'_>) -> (Checked, Vec<String>) {
        self.stock_in(&self.sources, inventory)
    }

    /// As [`Inputs::stock`], of inputs whose texts lie among others.
    pub(super) fn stock_in(&self, sources: &Sources, inventory: &Inventory<'_>) -> (Checked, Vec<String>) {
        let mut checked = Checked::default();
        let mut names = Vec::new();
        let mut pass_over = |checked: &mut Checked, name: &str, why: &str| {
            checked.pass_over(why);
            names.push(format!("not looked at: {name}: {why}"));
        };
        for document in &inventory.documents {
            let name = sources.get(document.source).name();
            match document.form {
                Form::Nothing(why) => pass_over(&mut checked, name, why),
                _ => checked.files.push(name.to_owned()),
            }
        }
        checked.looked_at = checked.files.len();
        for _ in 0..inventory.absent_modules {
            checked.pass_over(ABSENT);
        }
        inventory.unread_parts.iter().for_each(|why| checked.pass_over(why));
        for (name, why) in &self.passed_over {
            pass_over(&mut checked, name, why);
        }
        (checked, names)
    }

    /// Every input with what it was recognised as, by name.
    pub(super) fn listed(&self, inventory: &Inventory<'_>) -> Vec<Listed> {
        let documents = inventory.documents.iter().map(|document| {
            let form = match document.form {
                Form::Nothing(why) => Err(why.to_owned()),
                form => Ok(form),
            };
            Listed { path: self.sources.get(document.source).name().to_owned(), form }
        });
        let passed_over = self.passed_over.iter().map(|(path, why)| Listed { path: path.clone(), form: Err((*why).to_owned()) });
        let unreadable = self.unreadable.iter().map(|finding| {
            let path = self.sources.get(finding.primary.span.source).name();
            Listed { path: path.to_owned(), form: Err(finding.message.clone()) }
        });
        let mut listed: Vec<Listed> = documents.chain(passed_over).chain(unreadable).collect();
        listed.sort_by(|a, b| a.path.cmp(&b.path));
        listed
    }

    /// Whether the text is what was read, so that it can be written again with changes.
    pub(super) fn is_as_read(&self, id: SourceId) -> bool {
        let source = self.sources.get(id);
        !self.masked.contains(&id) && !source.is_utf16() && source.not_utf8().is_none()
    }

    /// Whether there was something to read, and none of it could be.
    pub(super) fn all_unreadable(&self) -> bool {
        !self.unreadable.is_empty() && self.read.is_empty() && self.passed_over.is_empty()
    }
}

/// How many calls are told of that were not readable, where not all are asked for.
const SHOWN: usize = 5;

/// Tells on standard error what the snapshots among the inputs could not read, and gives it for the report.
pub(super) fn tell_unread(inventory: &Inventory<'_>, sources: &Sources, common: Common) -> Vec<Unread> {
    let all = unread(inventory);
    let shown = if common.verbose { all.len() } else { SHOWN };
    for own in all.iter().take(shown) {
        let (name, place) = (sources.get(own.span.source).name(), sources.place(own.span));
        let line = format!("warning: {name}:{}:{}: {}", place.line, place.column, own.message);
        output::warn(&text::escape(&line));
    }
    let more = all.len().saturating_sub(shown);
    if more > 0 {
        output::warn(&format!("and {more} more (`-v` lists them)"));
    }
    all
}

struct Gathering<'r> {
    inputs: Inputs,
    /// Files that belong to what was read, and that a walk did not come upon, by how they are shown.
    left_out: Vec<(PathBuf, PathBuf)>,
    /// The files that were read, where one may be named twice.
    seen: Option<HashSet<PathBuf>>,
    config: Arc<Loaded>,
    /// Whether standard input is kept as it is.
    keeps: bool,
    /// The folder that goes without saying, if it is another than the working directory.
    base: Option<PathBuf>,
    /// How much of a folder is read.
    bounds: Bounds,
    /// How a file is read.
    read: Box<Reading<'r>>,
}

type Reading<'r> = dyn FnMut(&Path) -> io::Result<Content> + 'r;

/// How much of a folder is read.
#[derive(Clone, Copy)]
struct Bounds {
    /// How many folders deep it is looked into.
    depth: Option<usize>,
    /// How many files it may have.
    files: usize,
    /// How many bytes may be looked at.
    bytes: usize,
}

/// As much as there is.
const ALL: Bounds = Bounds { depth: None, files: usize::MAX, bytes: usize::MAX };

impl Gathering<'_> {
    fn new(paths: &[PathBuf], config: &Loaded) -> Self {
        let seen = (paths.len() > 1).then(HashSet::new);
        let (inputs, config) = (Inputs::of(config), Arc::new(config.clone()));
        Self { inputs, left_out: Vec::new(), seen, config, keeps: false, base: None, bounds: ALL, read: Box::new(read_file) }
    }

    fn gather(&mut self, paths: &[PathBuf], stdin_name: Option<&str>) -> Result<(), Failure> {
        if paths.is_empty() {
            self.walk(Path::new("."));
        }
        for path in paths {
            if path == Path::new("-") {
                self.stdin(stdin_name)?;
            } else {
                self.named(path);
            }
        }
        self.tell_left_out();
        Ok(())
    }

    /// Tells of files that belong to what was read and were not read, nor named.
    fn tell_left_out(&mut self) {
        for (path, shown) in std::mem::take(&mut self.left_out) {
            let name = shown.to_string_lossy();
            let is_seen = self.seen.as_ref().is_some_and(|seen| fs::canonicalize(path).is_ok_and(|own| seen.contains(&own)));
            if !is_seen && !self.inputs.read.iter().any(|&id| self.inputs.sources.get(id).name() == name) {
                self.pass_over(&name, LEFT_OUT);
            }
        }
    }

    fn walk(&mut self, root: &Path) {
        self.inputs.searched = true;
        // a folder that is left out is told as one, and nothing in it is looked for
        let config = Arc::clone(&self.config);
        let enters = move |entry: &ignore::DirEntry| !entry.path().parent().is_some_and(|folder| config.excludes(folder));
        // the working directory goes without saying
        let base = self.base.clone().or_else(|| (root == Path::new(".")).then(|| root.to_owned()));
        let shown = |path: &Path| {
            let inside = base.as_ref().and_then(|base| path.strip_prefix(base).ok());
            inside.unwrap_or(path).to_owned()
        };
        for met in Folders::new(root, self.bounds.depth, enters) {
            if self.bounds.files == 0 {
                break;
            }
            match met {
                Met::Entry(entry) => {
                    let path = shown(entry.path());
                    match entry.file_type() {
                        _ if self.config.excludes(entry.path()) => self.pass_over(&path.to_string_lossy(), EXCLUDED),
                        Some(kind) if kind.is_dir() => {}
                        Some(kind) if kind.is_file() => {
                            self.bounds.files -= 1;
                            self.file(entry.path(), &path);
                        }
                        Some(kind) if kind.is_symlink() => self.pass_over(&path.to_string_lossy(), LINK),
                        _ => self.pass_over(&path.to_string_lossy(), NO_FILE),
                    }
                }
                Met::Error(error) => {
                    let path = shown(path_of(&error).unwrap_or(root));
                    let why = error.io_error().map_or_else(|| error.to_string(), reason);
                    self.unreadable(&path, &why);
                }
                Met::LeftOut(path) if self.config.excludes(&path) => {}
                Met::LeftOut(path) => {
                    let shown = shown(&path);
                    self.left_out.push((path, shown));
                }
                Met::NoFile(path) if path.ancestors().any(|above| self.config.excludes(above)) => {}
                Met::NoFile(path) => {
                    self.unreadable(&shown(&path), "it is not a regular file");
                    if let Some(finding) = self.inputs.unreadable.last_mut() {
                        finding.help = Some("nothing below its folder is left out".to_owned());
                    }
                }
            }
        }
    }

    /// What is named, rather than found.
    fn named(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.walk(path),
            _ if self.config.excludes(path) => self.pass_over(&path.to_string_lossy(), EXCLUDED),
            Ok(metadata) if !metadata.is_file() && !PIPES.iter().any(|pipe| path.to_string_lossy().starts_with(pipe)) => {
                // opening it could wait for ever
                self.unreadable(path, &format!("it is {}, not a regular file", what(metadata.file_type())));
                if let Some(finding) = self.inputs.unreadable.last_mut() {
                    finding.help = Some(format!("give what it holds as standard input: `… - < {}`", path.to_string_lossy()));
                }
            }
            _ => self.file(path, path),
        }
    }

    /// Reads a file that is shown under a name.
    fn file(&mut self, path: &Path, name: &Path) {
        if let Some(seen) = &mut self.seen {
            let own = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            if !seen.insert(own) {
                return;
            }
        }
        match (self.read)(path) {
            Ok(content) => self.take(&name.to_string_lossy(), content),
            Err(error) => self.unreadable(name, &reason(&error)),
        }
    }

    fn stdin(&mut self, name: Option<&str>) -> Result<(), Failure> {
        let failure = |error| Failure::new(format!("cannot read standard input: {}", reason(&error)));
        let mut bytes = Vec::new();
        if self.keeps {
            io::stdin().lock().read_to_end(&mut bytes).map_err(failure)?;
        }
        if let Some(name) = name.filter(|name| self.config.excludes(Path::new(name))) {
            self.pass_over(name, EXCLUDED);
            self.inputs.standard = self.keeps.then_some(Standard { bytes, id: None });
            return Ok(());
        }
        let name = name.unwrap_or("-");
        let content =
            if self.keeps { content(name, bytes.as_slice(), bytes.len()) } else { content(name, io::stdin().lock(), 0) };
        let before = self.inputs.read.len();
        self.take(name, content.map_err(failure)?);
        let id = self.inputs.read.get(before).copied();
        self.inputs.standard = self.keeps.then_some(Standard { bytes, id });
        Ok(())
    }

    fn take(&mut self, name: &str, content: Content) {
        if let Content::Text(bytes) = &content {
            match self.bounds.bytes.checked_sub(bytes.len()) {
                Some(left) => self.bounds.bytes = left,
                // nothing more is looked for
                None => self.bounds.files = 0,
            }
        }
        self.inputs.take_content(name, content);
    }

    fn pass_over(&mut self, name: &str, why: &'static str) {
        self.inputs.pass_over(name, why);
    }

    fn unreadable(&mut self, path: &Path, why: &str) {
        let name = path.to_string_lossy();
        let id = self.inputs.sources.add(name.clone(), "");
        self.inputs.unreadable.push(UNREADABLE.finding(format!("cannot read `{name}`: {why}"), Span::new(id, 0, 0), ""));
    }
}

/// What something other than a regular file is.
#[cfg(unix)]
fn what(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// What something other than a regular file is.
#[cfg(not(unix))]
fn what(_: fs::FileType) -> &'static str {
    "something else"
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
