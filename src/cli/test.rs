//! `rolecall test`: do the policies still answer as is expected of them?

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use rolecall::expect::{self, ENDINGS, Files, Paths};
use rolecall::finding::Problem;
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::{Policy, PolicyKind};
use rolecall::reference::Reference;
use rolecall::report::{self, Suite, Tested, human, json, junit};
use rolecall::rules::grammar;
use rolecall::source::{SourceId, Sources, Span};
use rolecall::syntax::{self, Tree};

use super::config::Loaded;
use super::input::{Inputs, gather, no_hole, tell_unread};
use super::output::{self, reason};
use super::secret::mask;
use super::walk::{Folders, Met};
use super::{Common, Ending, Exit, Failure, now, reference};

/// An expectation file is called `NAME.rolecall.toml`, `.rolecall.json` or `.rolecall.yaml`.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Expectation files, and directories in which to look for them. Without any: the working directory.
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// Pass where no expectation file is found.
    #[arg(long)]
    allow_none: bool,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs: one document.
    Json,
    /// For programs: one line a question.
    Ndjson,
    /// For test reports of build servers.
    Junit,
}

/// No expectation file is longer, nor a policy or a token that one names.
const LONGEST: u64 = 64 << 20;

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let reference = reference::load(reference)?;
    let files = find(&args.paths)?;
    if files.is_empty() {
        if args.allow_none {
            return Ok(Exit::Fine);
        }
        output::warn("error: no expectation file was found");
        output::warn(&format!("  help: one is called {}", ENDINGS.map(|ending| format!("`NAME{ending}`")).join(", ")));
        return Ok(Exit::Nothing);
    }
    let mut suites = Vec::new();
    let mut unreadable = false;
    for file in &files {
        match suite(file, &reference, common) {
            Ok(suite) => suites.push(suite),
            Err(failures) => {
                failures.iter().for_each(output::complain);
                unreadable = true;
            }
        }
    }
    if suites.is_empty() {
        return Ok(Exit::Failed);
    }
    let passed = suites.iter().flat_map(|suite| &suite.tests).all(Tested::passes);
    output::print(&match args.format {
        Format::Human => human::tests(&suites, common.verbose, output::look(common.color)),
        Format::Json => json::tests(&suites),
        Format::Ndjson => json::tests_by_line(&suites),
        Format::Junit => junit::tests(&suites),
    })?;
    Ok(match (unreadable, passed) {
        (true, _) => Exit::Failed,
        (false, false) => Exit::Found,
        (false, true) => Exit::Fine,
    })
}

/// The expectation files that are named or lie in folders that are, each once.
fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let here = [PathBuf::from(".")];
    let mut files = Vec::new();
    for path in if paths.is_empty() { &here } else { paths } {
        let metadata =
            fs::metadata(path).map_err(|error| Failure::new(format!("cannot read `{}`: {}", path.display(), reason(&error))))?;
        if !metadata.is_dir() {
            files.push(path.clone());
            continue;
        }
        for met in Folders::new(path, None, |_| true) {
            let entry = match met {
                Met::Entry(entry) => entry,
                Met::Error(error) => return Err(Failure::new(error.to_string())),
                // nothing is left out then, and expectations are of no module
                Met::NoFile(_) | Met::LeftOut(_) => continue,
            };
            if entry.file_type().is_some_and(|kind| kind.is_file()) && ending(entry.path()).is_some() {
                files.push(entry.path().strip_prefix(".").unwrap_or(entry.path()).to_owned());
            }
        }
    }
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
    Ok(files)
}

fn ending(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_string_lossy();
    ENDINGS.into_iter().find(|ending| name.len() > ending.len() && name.ends_with(ending))
}

/// Runs the questions of one file.
fn suite(file: &Path, reference: &Reference, common: Common) -> Result<Suite, Vec<Failure>> {
    let name = file.to_string_lossy().into_owned();
    let text = bytes(file).and_then(|bytes| text(mask(bytes).bytes));
    let text = text.map_err(|why| vec![Failure::new(format!("cannot read `{name}`: {why}"))])?;
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let Paths { inputs: named, policies } = expect::paths(tree(file, SourceId::NONE, &text).root());
    let mut inputs = gather_inputs(&folder, &named).map_err(|failure| vec![failure])?;
    let mut by_path = HashMap::new();
    for path in policies {
        let own = folder.join(&path);
        let found = bytes(&own).map(|bytes| inputs.sources.add_bytes(own.to_string_lossy(), mask(bytes).bytes));
        by_path.insert(path, found);
    }
    let id = inputs.sources.add(name.clone(), text);
    let sources = &inputs.sources;
    let tree = tree(file, id, sources.get(id).text());
    let malformed = grammar::of_syntax(tree.faults(), sources);
    if !malformed.is_empty() {
        let problems = malformed.into_iter().map(|own| Problem { span: own.primary.span, message: own.message, help: own.help });
        return Err(failures(&problems.collect::<Vec<_>>(), sources));
    }
    let assumptions = expect::assumptions(tree.root());
    let assumed: Vec<(String, String)> = assumptions.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect();
    let library = Library { sources, by_path, folder, assumed: &assumed };
    let expectations = expect::read(tree.root(), reference, &library).map_err(|problems| failures(&problems, sources))?;
    let inventory = inputs.inventory_with(None, &assumed);
    if let Some((name, help)) = no_hole(&inventory, &library.hole_names()) {
        let span = assumptions.iter().find(|(own, ..)| own == name).map_or(tree.root().mark(), |(.., span)| *span);
        let message = format!("no hole `{name}` among the inputs");
        return Err(failures(&[Problem { span, message, help: Some(help) }], sources));
    }
    let recognised = inventory.documents.iter().filter(|document| !matches!(document.form, Form::Nothing(_)));
    let torn: Vec<Problem> = recognised.filter_map(|document| document.faults.first()).map(|fault| torn(fault.span)).collect();
    if !torn.is_empty() {
        return Err(failures(&torn, sources));
    }
    let unread = tell_unread(&inventory, sources, common);
    let now = now();
    let tests = expectations.tests.iter().map(|test| {
        let ran = expect::run(test, &expectations, (&inventory, sources), reference, now);
        Tested { name: test.name.clone(), why: test.why.clone(), span: test.span, ran }
    });
    let tests: Vec<Tested> = tests.collect();
    // where many questions name the same, the first place tells
    let mut told = HashSet::new();
    for doubt in tests.iter().flat_map(|test| &test.ran.doubts).filter(|doubt| told.insert(&doubt.message)) {
        output::warn(&format!("warning: {}", report::text::escape(&located(doubt, sources))));
    }
    Ok(Suite { name, tests, unread, sources: inputs.sources })
}

/// What `inputs` names, from the folder of the file on.
fn gather_inputs(folder: &Path, named: &[(String, Span)]) -> Result<Inputs, Failure> {
    if named.is_empty() {
        return Ok(Inputs::default());
    }
    let paths: Vec<PathBuf> = named.iter().map(|(path, _)| folder.join(path)).collect();
    let inputs = gather(&paths, None, &Loaded::default())?;
    match inputs.unreadable.first() {
        Some(finding) => Err(Failure::new(finding.message.clone())),
        None => Ok(inputs),
    }
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// What is in a file, whole or not at all. What is no regular file could be waited for without end.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| reason(&error))?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    if metadata.len() > LONGEST {
        return Err("it is over 64 MiB".to_owned());
    }
    fs::read(path).map_err(|error| reason(&error))
}

fn tree<'s>(file: &Path, id: SourceId, text: &'s str) -> Tree<'s> {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("toml") => syntax::toml::read(id, text),
        Some("yaml" | "yml") => syntax::yaml::read(id, text),
        _ => syntax::json::read(id, text),
    }
}

/// What is not well-formed may hide what denies, so no answer is taken from it.
fn torn(span: Span) -> Problem {
    Problem { span, message: "not well-formed".to_owned(), help: Some("`rolecall check` tells more".to_owned()) }
}

fn failures(problems: &[Problem], sources: &Sources) -> Vec<Failure> {
    problems.iter().map(|own| Failure { message: located(own, sources), help: own.help.clone() }).collect()
}

/// A problem with its place.
fn located(problem: &Problem, sources: &Sources) -> String {
    let place = sources.place(problem.span);
    let name = sources.get(problem.span.source).name();
    format!("{name}:{}:{}: {}", place.line, place.column, problem.message)
}

/// The files that the requests of one file name.
struct Library<'s> {
    sources: &'s Sources,
    by_path: HashMap<String, Result<SourceId, String>>,
    folder: PathBuf,
    /// What holes stand for.
    assumed: &'s [(String, String)],
}

impl<'s> Library<'s> {
    /// What is in a file, read as a policy of this kind.
    fn inventory(&self, id: SourceId, kind: PolicyKind) -> Inventory<'s> {
        let mut inventory = Inventory::new(Some(kind));
        for (name, value) in self.assumed {
            inventory.assume(name, value);
        }
        inventory.read(self.sources, id);
        inventory
    }

    /// The names of the holes in the policies, and those by which they were meant.
    fn hole_names(&self) -> Vec<String> {
        let read = self.by_path.values().filter_map(|id| id.as_ref().ok());
        let names = read.flat_map(|id| {
            let inventory = self.inventory(*id, PolicyKind::Identity);
            let filled = inventory.assumptions().iter().filter(|own| own.hole.is_some()).map(|own| own.name.clone());
            filled.chain(inventory.hole_names().iter().cloned()).collect::<Vec<_>>()
        });
        names.collect()
    }
}

impl<'s> Files<'s> for Library<'s> {
    fn policy(&self, path: &str, kind: PolicyKind) -> Result<Policy<'s>, String> {
        let id = match self.by_path.get(path) {
            Some(Ok(id)) => *id,
            Some(Err(why)) => return Err(why.clone()),
            None => return Err("it was not looked for".to_owned()),
        };
        let inventory = self.inventory(id, kind);
        let mut all = inventory.all_policies().map(|(policy, _)| policy);
        match (all.next(), all.next()) {
            (Some(policy), None) if policy.kind == kind => Ok(policy.clone()),
            (Some(policy), None) => Err(format!("it is a policy of the kind `{}`, not `{}`", policy.kind.name(), kind.name())),
            (None, _) => Err("no policy was recognised in it".to_owned()),
            (Some(_), Some(_)) => Err("it holds several policies".to_owned()),
        }
    }

    fn text(&self, path: &str) -> Result<String, String> {
        bytes(&self.folder.join(path)).and_then(text)
    }
}
