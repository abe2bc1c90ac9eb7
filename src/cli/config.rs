//! Finds and reads the configuration file; `rolecall config`: which one holds, and what may stand in it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use rolecall::config::{self, Config, FILE, settings};
use rolecall::finding::Problem;
#[cfg(feature = "lsp")]
use rolecall::lsp::{Scope, Trouble};
use rolecall::report::{Holding, human, json};
use rolecall::source::Sources;

use super::input::PIPES;
use super::output::{self, reason};
use super::rules::known;
use super::secret::mask;
use super::{Common, Ending, Exit, Failure, Format};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Let the commands that go by a configuration go by this file. Without it, by the one that `ROLECALL_CONFIG` names, or the nearest `rolecall.toml`
    /// from the working directory upwards to the root of the repository.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Let them go by no configuration file.
    #[arg(long, global = true)]
    no_config: bool,
}

#[derive(clap::Args, Debug)]
pub(super) struct ShowArgs {
    #[command(subcommand)]
    question: Question,
}

#[derive(clap::Subcommand, Debug)]
enum Question {
    /// Tells each value that holds, with its origin.
    Show {
        /// How to tell it.
        #[arg(long, default_value = "human")]
        format: Format,
    },
    /// Prints the JSON Schema of a configuration file.
    Schema,
}

pub(super) fn run(args: &ShowArgs, config: &Args, common: Common) -> Ending {
    let Question::Show { format } = &args.question else {
        output::print(&json::config_schema(&known()))?;
        return Ok(Exit::Fine);
    };
    let here = here()?;
    let found = find(config, &here);
    let why = match &found {
        Some((_, why)) => why,
        None if config.no_config => "`--no-config` says so",
        None => "there is none from here up to the root of the repository",
    };
    let loaded = load(config)?;
    let mut sources = Sources::new();
    let (name, text) = loaded.file.unwrap_or_default();
    let id = sources.add(name.to_string_lossy(), text);
    let settings = settings(id, sources.get(id).text());
    let holding = Holding { file: found.as_ref().map(|(path, _)| path.to_string_lossy().into_owned()), why };
    output::print(&match format {
        Format::Human => human::settings(&holding, &settings, &sources, output::look(common.color)),
        Format::Json => json::settings(&holding, &settings, &sources),
    })?;
    Ok(Exit::Fine)
}

/// A configuration, and which paths it leaves out.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded {
    pub(super) config: Config,
    /// The file, and its text.
    pub(super) file: Option<(PathBuf, String)>,
    /// The folder that it lies in, without `.` and `..`; the working directory where there is no file.
    folder: PathBuf,
    /// The working directory.
    here: PathBuf,
}

/// More than any configuration; what is longer is some other file.
const LONGEST: u64 = 1 << 20;

/// Reads the configuration that holds. Where there is none, nothing is set.
pub(super) fn load(args: &Args) -> Result<Loaded, Failure> {
    let here = here()?;
    let Some((path, _)) = find(args, &here) else { return Ok(Loaded::without(here)) };
    let text = read_text(&path, "the configuration", LONGEST)?;
    Loaded::of(path, text, here).map_err(|(problems, sources)| failure(&problems, &sources))
}

/// As [`load`], for a folder that is open in an editor, and with what stands there in the place of the file.
#[cfg(feature = "lsp")]
pub(super) fn load_for(args: &Args, scope: &Scope<'_>) -> Result<Loaded, Trouble> {
    let home = if scope.home.as_os_str().is_empty() { here()? } else { scope.home.to_owned() };
    // what is named is reached from the working directory
    let named = named(args).map(|(path, _)| std::path::absolute(&path).unwrap_or(path));
    let found = || nearest(&home).map(|path| straight(&home.join(path)));
    let Some(path) = (if args.no_config { None } else { named.or_else(found) }) else { return Ok(Loaded::without(home)) };
    let text = match scope.open.iter().find(|open| open.path == path) {
        Some(open) => String::from_utf8_lossy(&mask(open.text.as_bytes().to_vec()).bytes).into_owned(),
        None => read_text(&path, "the configuration", LONGEST)?,
    };
    Loaded::of(path.clone(), text, home).map_err(|(mistakes, sources)| {
        let text = sources.iter().next().map(|(_, source)| source.text().to_owned()).unwrap_or_default();
        Trouble::Mistakes { file: path, text, mistakes }
    })
}

fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| Failure::new(format!("cannot tell the working directory: {}", reason(&error))))
}

/// Which configuration file holds, and why that one.
fn find(args: &Args, here: &Path) -> Option<(PathBuf, &'static str)> {
    if args.no_config {
        return None;
    }
    named(args).or_else(|| nearest(here).map(|path| (path, "the nearest one")))
}

/// The configuration file that the user names, and how.
fn named(args: &Args) -> Option<(PathBuf, &'static str)> {
    let variable = || std::env::var_os("ROLECALL_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from);
    let given = args.config.clone().map(|path| (path, "named by `--config`"));
    given.or_else(|| variable().map(|path| (path, "named by `ROLECALL_CONFIG`")))
}

impl Loaded {
    /// Where there is no file.
    fn without(here: PathBuf) -> Self {
        Self { folder: here.clone(), here, ..Self::default() }
    }

    /// What a file sets; else what is wrong with it, with its text.
    fn of(path: PathBuf, text: String, here: PathBuf) -> Result<Self, (Vec<Problem>, Sources)> {
        let mut sources = Sources::new();
        // INVARIANT: it is the first text of each run, so the places in it hold there
        let id = sources.add(path.to_string_lossy(), text);
        let text = sources.get(id).text().to_owned();
        let config = match config::read(id, &text, &known()) {
            Ok(config) => config,
            Err(problems) => return Err((problems, sources)),
        };
        let folder = straight(&here.join(&path)).parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { config, file: Some((path, text)), folder, here })
    }

    /// Whether anything is left out.
    pub(super) fn excludes_any(&self) -> bool {
        !self.config.check.exclude.is_empty()
    }

    /// Whether a path is left out. What lies outside the folder of the configuration is not.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        self.excludes_any() && self.relative(path).is_some_and(|path| self.config.check.excludes(&path))
    }

    /// A path, relative to the folder of the configuration, with `/` between its parts; `None` where it lies outside.
    pub(super) fn relative(&self, path: &Path) -> Option<String> {
        below(&self.folder, &straight(&self.here.join(path)))
    }

    /// Whether all that lies in the folder of the configuration lies in one of these folders; in the working directory, where none is named.
    pub(super) fn is_below(&self, paths: &[PathBuf]) -> bool {
        let mut folders = paths.iter().map(|path| straight(&self.here.join(path)));
        if paths.is_empty() { self.folder.starts_with(&self.here) } else { folders.any(|own| self.folder.starts_with(own)) }
    }

    /// A path that the configuration names, as it is reached from the working directory.
    pub(super) fn beside(&self, path: &str) -> PathBuf {
        let folder = self.file.as_ref().and_then(|(file, _)| file.parent());
        folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }

    /// A path, relative to the folder that a file lies in; as it is, where it lies outside.
    pub(super) fn relative_to(&self, file: &Path, path: &str) -> String {
        let folder = straight(&self.here.join(file)).parent().map(Path::to_owned).unwrap_or_default();
        below(&folder, &straight(&self.here.join(path))).unwrap_or_else(|| path.to_owned())
    }
}

/// The path of a file in a folder, with `/` between its parts. Both are without `.` and `..`.
fn below(folder: &Path, whole: &Path) -> Option<String> {
    let inside = |whole: &Path, folder: &Path| {
        let parts = whole.strip_prefix(folder).ok()?.components();
        Some(parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/"))
    };
    // the same folder may be reached by a symbolic link
    let real = || inside(&fs::canonicalize(whole).ok()?, &fs::canonicalize(folder).ok()?);
    inside(whole, folder).or_else(real).filter(|path| !path.is_empty())
}

/// The nearest configuration file from a folder upwards to the root of the repository. Outside of a repository, only that of the
/// folder itself: what somebody else put above it is no setting of this user's.
fn nearest(here: &Path) -> Option<PathBuf> {
    let mut found: Option<PathBuf> = None;
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        if found.is_none() && folder.join(FILE).is_file() {
            found = Some(up.join(FILE));
        }
        if folder.join(".git").exists() {
            return found;
        }
        up.push("..");
    }
    found.filter(|path| path == Path::new(FILE))
}

/// The text of a file that tells the tool what to do, without tokens.
pub(super) fn read_text(path: &Path, what: &str, longest: u64) -> Result<String, Failure> {
    let name = path.to_string_lossy();
    let cannot = |why: &str| Failure::new(format!("cannot read {what} `{name}`: {why}"));
    let metadata = fs::metadata(path).map_err(|error| cannot(&reason(&error)))?;
    // what is no regular file could be waited for without end, but for what a shell hands over
    if !metadata.is_file() && !metadata.is_dir() && !PIPES.iter().any(|pipe| name.starts_with(pipe)) {
        return Err(cannot("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(longest + 1).read_to_end(&mut bytes));
    read.map_err(|error| cannot(&reason(&error)))?;
    if bytes.len() as u64 > longest {
        return Err(cannot(&format!("it is over {} MiB", longest >> 20)));
    }
    String::from_utf8(mask(bytes).bytes).map_err(|_| cannot("it is not UTF-8"))
}

/// Tells all problems but the last, which ends the run.
pub(super) fn failure(problems: &[Problem], sources: &Sources) -> Failure {
    let failures = problems.iter().map(|problem| {
        let place = sources.place(problem.span);
        let name = sources.get(problem.span.source).name();
        Failure { message: format!("{name}:{}:{}: {}", place.line, place.column, problem.message), help: problem.help.clone() }
    });
    let mut failures: Vec<Failure> = failures.collect();
    let last = failures.pop();
    failures.iter().for_each(output::complain);
    last.unwrap_or_else(|| Failure::new("the configuration cannot be read"))
}

/// A path without `.` and `..`, as it is written: no link is followed.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(straight.pop()),
            part => straight.push(part),
        }
    }
    straight
}
