//! Finds and reads the configuration file.

use std::fs;
use std::path::{Component, Path, PathBuf};

use rolecall::config::{self, Config, FILE};
use rolecall::finding::Problem;
use rolecall::source::Sources;

use super::Failure;
use super::output::{self, reason};
use super::rules::known;
use super::secret::mask;

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Let `check` and `files` go by this configuration file. Without it, by the one that `ROLECALL_CONFIG` names, or the nearest `rolecall.toml`
    /// from the working directory upwards to the root of the repository.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Let them go by no configuration file.
    #[arg(long, global = true)]
    no_config: bool,
}

/// A configuration, and which paths it leaves out.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded {
    pub(super) config: Config,
    /// The folder that it lies in, without `.` and `..`; empty where there is no file.
    folder: PathBuf,
    /// The working directory.
    here: PathBuf,
}

/// More than any configuration; what is longer is some other file.
const LONGEST: u64 = 1 << 20;

/// Reads the configuration that holds. Where there is none, nothing is set.
pub(super) fn load(args: &Args) -> Result<Loaded, Failure> {
    if args.no_config {
        return Ok(Loaded::default());
    }
    let here = std::env::current_dir()
        .map_err(|error| Failure::new(format!("cannot tell the working directory: {}", reason(&error))))?;
    match named(args).or_else(|| nearest(&here)) {
        Some(path) => Loaded::read(&path, here),
        None => Ok(Loaded::default()),
    }
}

/// As [`load`], with another folder in the place of the working directory. A file that is named is still one of the latter.
#[cfg(feature = "lsp")]
pub(super) fn load_for(args: &Args, folder: &Path) -> Result<Loaded, Failure> {
    if args.no_config {
        return Ok(Loaded::default());
    }
    let named = named(args).map(|path| std::path::absolute(&path).unwrap_or(path));
    match named.or_else(|| nearest(folder).map(|path| straight(&folder.join(path)))) {
        Some(path) => Loaded::read(&path, folder.to_owned()),
        None => Ok(Loaded::default()),
    }
}

impl Loaded {
    fn read(path: &Path, here: PathBuf) -> Result<Self, Failure> {
        let config = read(path)?;
        let folder = straight(&here.join(path)).parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { config, folder, here })
    }

    /// Whether anything is left out.
    pub(super) fn excludes_any(&self) -> bool {
        !self.config.check.exclude.is_empty()
    }

    /// Whether a path is left out. What lies outside the folder of the configuration is not.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        if !self.excludes_any() {
            return false;
        }
        let whole = straight(&self.here.join(path));
        let inside = |whole: &Path, folder: &Path| {
            let parts: Vec<String> = whole
                .strip_prefix(folder)
                .ok()?
                .components()
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            Some(parts.join("/"))
        };
        // the same folder may be reached by a symbolic link
        let real = || inside(&fs::canonicalize(&whole).ok()?, &fs::canonicalize(&self.folder).ok()?);
        inside(&whole, &self.folder).or_else(real).is_some_and(|path| !path.is_empty() && self.config.check.excludes(&path))
    }
}

/// The configuration file that the user names.
fn named(args: &Args) -> Option<PathBuf> {
    let variable = || std::env::var_os("ROLECALL_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from);
    args.config.clone().or_else(variable)
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

fn read(path: &Path) -> Result<Config, Failure> {
    let name = path.to_string_lossy();
    let cannot = |why: &str| Failure::new(format!("cannot read the configuration `{name}`: {why}"));
    let metadata = fs::metadata(path).map_err(|error| cannot(&reason(&error)))?;
    if metadata.len() > LONGEST {
        return Err(cannot("it is over 1 MiB"));
    }
    let bytes = fs::read(path).map_err(|error| cannot(&reason(&error)))?;
    let text = String::from_utf8(mask(bytes).bytes).map_err(|_| cannot("it is not UTF-8"))?;
    let mut sources = Sources::new();
    let id = sources.add(name.clone(), text);
    config::read(id, sources.get(id).text(), &known()).map_err(|problems| failure(&problems, &sources))
}

/// Tells all problems but the last, which ends the run.
fn failure(problems: &[Problem], sources: &Sources) -> Failure {
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
