//! What a repository holds, asked of `git` itself. Nothing in it is changed and nothing is fetched.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use super::super::Failure;
use super::super::input::{HEAD, LINK, NOTHING, most, no_reason, too_large};
use super::super::output::reason;

/// The repository of the working directory.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// The folder that its paths start from.
    pub(super) root: PathBuf,
    /// The working directory from there on, with `/` at its end; empty where it is the same.
    pub(super) prefix: String,
}

/// A file in a tree or in the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// Its path in the repository.
    pub(super) path: String,
    /// The name of its content.
    object: String,
    /// Why it is not read.
    passed_over: Option<&'static str>,
}

/// What is in files, by the names of their contents; or why that is not looked at.
#[derive(Debug)]
pub(super) struct Contents(HashMap<String, Result<Vec<u8>, &'static str>>);

impl Repository {
    /// The one that the working directory lies in.
    pub(super) fn open() -> Result<Self, Failure> {
        let here = Path::new(".");
        let output = run(here, &["rev-parse", "--show-toplevel", "--show-prefix"])?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            // a bare one has no working tree, and its paths start where they start
            let bare = run(here, &["rev-parse", "--is-bare-repository"])?;
            if bare.status.success() && bare.stdout.starts_with(b"true") {
                return Ok(Self { root: here.to_owned(), prefix: String::new() });
            }
            let help = "run it in a working copy, or give files or directories";
            return Err(Failure::with_help(format!("no repository of git: {}", complaint(&output)), help));
        }
        let mut lines = told.lines();
        let root = PathBuf::from(lines.next().unwrap_or("."));
        Ok(Self { root, prefix: lines.next().unwrap_or("").to_owned() })
    }

    /// The tree of a revision; `None` where there is no such.
    pub(super) fn tree(&self, revision: &str) -> Result<Option<String>, Failure> {
        if revision.starts_with('-') {
            return Ok(None);
        }
        let output = run(&self.root, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{tree}}")])?;
        let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Some(name).filter(|name| output.status.success() && !name.is_empty()))
    }

    /// The files of a tree.
    pub(super) fn files_of_tree(&self, tree: &str) -> Result<Vec<Entry>, Failure> {
        let told = self.ask(&["ls-tree", "-r", "-z", "--full-tree", tree])?;
        // MODE TYPE OBJECT\tPATH
        let entry = |line: &str| {
            let (head, path) = line.split_once('\t')?;
            let mut words = head.split(' ');
            Some(Entry::new(words.next()?, words.nth(1)?, path))
        };
        Ok(told.iter().filter_map(|line| entry(line)).flatten().collect())
    }

    /// The files of the index.
    pub(super) fn files_of_index(&self) -> Result<Vec<Entry>, Failure> {
        let told = self.ask(&["ls-files", "--stage", "-z", "--full-name"])?;
        let mut entries = Vec::new();
        for line in &told {
            // MODE OBJECT STAGE\tPATH
            let Some((head, path)) = line.split_once('\t') else { continue };
            let words: Vec<&str> = head.split(' ').collect();
            let [mode, object, stage] = words.as_slice() else { continue };
            if *stage != "0" {
                let help = "finish the merge: resolve it and `git add` the file";
                return Err(Failure::with_help(format!("`{path}` is in conflict, so the index has no one version of it"), help));
            }
            entries.extend(Entry::new(mode, object, path));
        }
        Ok(entries)
    }

    /// The files that were renamed: the old path and the new one. Asked is what `git diff` takes: two trees, one, or `--cached` and one.
    pub(super) fn renames(&self, between: &[&str]) -> Result<Vec<(String, String)>, Failure> {
        let mut arguments = vec!["diff", "--name-status", "-M", "-z", "--no-relative", "--no-ext-diff", "--ignore-submodules"];
        arguments.extend(between);
        arguments.push("--");
        let told = self.ask(&arguments)?;
        let mut renames = Vec::new();
        let mut fields = told.into_iter();
        while let Some(status) = fields.next() {
            let first = fields.next();
            if status.starts_with(['R', 'C']) {
                let both = first.zip(fields.next());
                renames.extend(both.filter(|_| status.starts_with('R')));
            }
        }
        Ok(renames)
    }

    /// What is in these files, of each content once.
    pub(super) fn contents<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> Result<Contents, Failure> {
        let mut reader = Blobs::open(&self.root)?;
        let mut found = HashMap::new();
        for entry in entries.filter(|own| own.passed_over.is_none()) {
            // under another name, it may be worth reading
            if found.get(&entry.object).is_none_or(Result::is_err) {
                let cannot = |why| Failure::new(format!("cannot read `{}` from the repository: {why}", entry.path));
                found.insert(entry.object.clone(), reader.read(&entry.path, &entry.object).map_err(cannot)?);
            }
        }
        reader.close();
        Ok(Contents(found))
    }

    /// The path in the repository of a path as the user gave it; `None` where it lies outside.
    pub(super) fn path(&self, given: &Path) -> Option<String> {
        let inside;
        let from_root = if given.is_absolute() {
            let root = self.root.canonicalize().ok()?;
            inside = given.canonicalize().ok()?.strip_prefix(root).ok()?.to_owned();
            inside
        } else {
            Path::new(&self.prefix).join(given)
        };
        let mut parts: Vec<String> = Vec::new();
        for part in from_root.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(parts.pop()?),
                Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(parts.join("/"))
    }

    /// What git prints, parted at its zeros.
    fn ask(&self, arguments: &[&str]) -> Result<Vec<String>, Failure> {
        let output = run(&self.root, arguments)?;
        if !output.status.success() {
            return Err(Failure::new(format!("`git {}` fails: {}", arguments.first().unwrap_or(&""), complaint(&output))));
        }
        let fields = output.stdout.split(|&byte| byte == 0).filter(|field| !field.is_empty());
        Ok(fields.map(|field| String::from_utf8_lossy(field).into_owned()).collect())
    }
}

impl Entry {
    /// `None` for what is no file of this repository: a submodule.
    fn new(mode: &str, object: &str, path: &str) -> Option<Self> {
        let passed_over = match mode {
            "160000" => return None,
            "120000" => Some(LINK),
            _ => None,
        };
        Some(Self { path: path.to_owned(), object: object.to_owned(), passed_over })
    }
}

impl Contents {
    /// What is in a file, or why it is not looked at.
    pub(super) fn of(&self, entry: &Entry) -> Result<&[u8], &'static str> {
        match (entry.passed_over, self.0.get(&entry.object)) {
            (Some(why), _) => Err(why),
            (None, Some(Err(why))) => Err(why),
            (None, Some(Ok(content))) => Ok(content),
            (None, None) => Err(NOTHING),
        }
    }
}

/// One process that is asked for the content of one file after the other.
struct Blobs {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Blobs {
    fn open(root: &Path) -> Result<Self, Failure> {
        let mut child = git(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_run(&error))?;
        let answers = child.stdout.take().ok_or_else(|| Failure::new("`git cat-file` gives no answers"))?;
        Ok(Self { child, answers: BufReader::new(answers) })
    }

    /// What is in a file, or why it is not worth reading.
    fn read(&mut self, name: &str, object: &str) -> Result<Result<Vec<u8>, &'static str>, String> {
        let told = |error: io::Error| reason(&error);
        let mut questions = self.child.stdin.as_ref().ok_or("nobody listens")?;
        writeln!(questions, "{object}").and_then(|()| questions.flush()).map_err(told)?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(told)?;
        // OBJECT TYPE SIZE, or OBJECT missing
        let size: Option<u64> = line.trim_end().splitn(3, ' ').nth(2).and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| format!("{object} is not there"))?;
        let mut content = Vec::new();
        let head = size.min(HEAD as u64);
        self.answers.by_ref().take(head).read_to_end(&mut content).map_err(told)?;
        let most = most(&content);
        let why = most.map_or_else(Some, |most| (size > most).then(|| too_large(most)));
        let mut rest = self.answers.by_ref().take(size - head);
        if why.is_none() {
            rest.read_to_end(&mut content).map_err(told)?;
        } else {
            io::copy(&mut rest, &mut io::sink()).map_err(told)?;
        }
        // a line end stands behind each
        self.answers.read_exact(&mut [0]).map_err(told)?;
        if content.len() as u64 != if why.is_none() { size } else { head } {
            return Err("git broke off".to_owned());
        }
        let why = why.or_else(|| no_reason(name, &content, most.unwrap_or(0)));
        Ok(why.map_or(Ok(content), Err))
    }

    fn close(mut self) {
        drop(self.child.stdin.take());
        // it ends by itself when nobody asks any more
        let _ = self.child.wait();
    }
}

fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    // a setting of the repository may name a program to run, and one that is cut off may be asked to fetch
    git.current_dir(folder).args(["-c", "core.fsmonitor=false", "--no-pager"]);
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    git
}

fn run(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    git(folder).args(arguments).stdin(Stdio::null()).output().map_err(|error| not_run(&error))
}

fn not_run(error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::with_help("cannot find `git`", "install it, or give files or directories"),
        _ => Failure::new(format!("cannot run `git`: {}", reason(error))),
    }
}

/// What git complains of, in one line.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not say why");
    line.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned()
}
