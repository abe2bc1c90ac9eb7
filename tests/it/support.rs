//! What several tests share: the files of the project, and expectations that stand in files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::PolicyKind;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::simulate::{self, Question, Simulation, World};
use rolecall::source::Sources;
use tempfile::TempDir;

/// Runs one login through all gates, of inputs whose texts nobody will look at.
pub(crate) fn simulate<'i, 's>(inventory: &'i Inventory<'s>, question: &Question<'_>) -> Simulation<'i, 's> {
    static SOURCES: LazyLock<Sources> = LazyLock::new(Sources::new);
    static REFERENCE: LazyLock<Reference> = LazyLock::new(Reference::default);
    simulate::simulate(World { inventory, sources: &SOURCES, reference: &REFERENCE }, question)
}

/// A folder with files.
pub(crate) fn folder(files: &[(&str, impl ToString)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text.to_string()).expect("a file");
    }
    folder
}

/// The folder that `Cargo.toml` lies in.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file, by its path from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a folder whose name ends in `.extension`, by their paths from the root with `/` between, sorted.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut open = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|own| own == extension) {
                found.push(from_root(&path));
            }
        }
    }
    found.sort();
    found
}

/// The folders that lie directly in a folder, by their paths from the root, sorted.
pub(crate) fn folders(folder: &str) -> Vec<String> {
    let folders = entries(&root().join(folder)).into_iter().filter(|path| path.is_dir());
    let mut found: Vec<String> = folders.map(|path| from_root(&path)).collect();
    found.sort();
    found
}

/// Whether expectations are to be rewritten: `BLESS=1 cargo test`.
pub(crate) fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Compares a file with what it should hold, or rewrites it. Gives the complaint.
pub(crate) fn settle(path: &str, expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    if blessing() {
        fs::write(root().join(path), actual).unwrap_or_else(|error| panic!("{path}: {error}"));
        return None;
    }
    Some(format!("{path}: not what the tool prints (`BLESS=1 cargo test` rewrites it)\n{}", difference(expected, actual)))
}

/// Reads files, given by name and text, as the tool does; with a kind, as it does with `--kind`.
pub(crate) fn with_inventory<'n, T>(
    kind: Option<PolicyKind>,
    files: impl Iterator<Item = (&'n str, String)>,
    look: impl FnOnce(&Sources, &Inventory<'_>) -> T,
) -> T {
    let mut sources = Sources::new();
    let ids: Vec<_> = files.map(|(name, text)| sources.add(name, text)).collect();
    let mut inventory = Inventory::new(kind);
    for id in ids {
        inventory.read(&sources, id);
    }
    inventory.complete(&sources);
    look(&sources, &inventory)
}

/// The findings in a policy with these statements, each in the words of `tell`.
pub(crate) fn findings<T>(
    reference: &Reference,
    kind: Option<PolicyKind>,
    statements: &str,
    tell: impl Fn(&Sources, &Finding) -> Option<T>,
) -> Vec<T> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    with_inventory(kind, std::iter::once(("policy.json", text)), |sources, inventory| {
        let config = Config::default();
        let found = rules::run(&Facts { sources, inventory, config: &config, reference });
        found.iter().filter_map(|finding| tell(sources, finding)).collect()
    })
}

/// Fails with every complaint, if there is one.
#[track_caller]
pub(crate) fn none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n\n"));
}

/// What stands between the first and the last line that differ.
fn difference(expected: &str, actual: &str) -> String {
    let expected: Vec<&str> = expected.lines().collect();
    let actual: Vec<&str> = actual.lines().collect();
    let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
    let rest = (expected[same..].iter().rev()).zip(actual[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let part = |mark: char, lines: &[&str]| -> Vec<String> {
        lines[same..lines.len() - rest].iter().map(|line| format!("{mark} {line}")).collect()
    };
    format!("line {}:\n{}", same + 1, [part('-', &expected), part('+', &actual)].concat().join("\n"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("a readable folder").path()).collect()
}

fn from_root(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("a path below the root");
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_str().expect("a name in UTF-8")).collect();
    parts.join("/")
}
