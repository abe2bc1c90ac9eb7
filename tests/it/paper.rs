//! The documents say what is true: the output that they show, the paths that they name, the rooms of the source.

use std::path::Path;

use crate::markdown::{Change, Markdown, Part};
use crate::support;
use crate::tidy::{LAYERS, layer_of, modules};
use crate::transcript::{Shown, commands, play};

const ARCHITECTURE: &str = "docs/architecture.md";

/// Folders and files at the root whose paths the documents may name.
const NAMED: [&str; 11] = [
    "src/",
    "tests/",
    "rules/",
    "fixtures/",
    "docs/",
    "benches/",
    "fuzz/",
    ".ci/",
    "Cargo.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
];

/// Folders of the repository that a package of the crate leaves out (`exclude`, and a package of its own); there nothing is asked of them.
const LEFT_OUT: [&str; 2] = ["fuzz/", ".ci/"];

/// A block of `console` shows commands and what they print in the folder of the project.
#[test]
fn documents_show_what_the_tool_prints() {
    assert!(
        support::read("README.md").contains("```console\n$ rolecall "),
        "README.md: show a run of the tool in a `console` block"
    );
    let complaints = documents().into_iter().filter_map(|path| {
        let text = Markdown::read(&support::read(&path));
        let shown = text.blocks().filter(|block| block.info == "console");
        let changes = shown.map(|block| {
            let printed = play(&commands(&text.body(block)), support::root(), Shown::Printed);
            Change { range: block.range.clone(), lines: printed.lines().map(str::to_owned).collect() }
        });
        support::settle(&path, &text.text(), &text.changed(changes.collect()))
    });
    support::none(complaints);
}

#[test]
fn paths_in_documents_exist() {
    let mut complaints = Vec::new();
    for path in documents() {
        let text = support::read(&path);
        let folder = Path::new(&path).parent().expect("a file lies in a folder");
        let gone = quoted(&text).filter(|quoted| is_path(quoted) && is_here(quoted) && !support::root().join(quoted).exists());
        complaints.extend(gone.map(|gone| format!("{path}: `{gone}` does not exist")));
        let dead = links(&text).filter(|link| !support::root().join(folder).join(link).exists());
        complaints.extend(dead.map(|dead| format!("{path}: the link to {dead} leads nowhere")));
    }
    support::none(complaints);
}

/// Under a heading for each layer, from below, it names the modules of that layer: `src/source.rs`.
#[test]
fn the_architecture_names_every_room() {
    let text = Markdown::read(&support::read(ARCHITECTURE));
    let mut layer = None;
    let mut named = Vec::new();
    let mut complaints = Vec::new();
    for part in &text.parts {
        match part {
            Part::Heading(_, title) => layer = LAYERS.iter().position(|(name, _)| name.eq_ignore_ascii_case(title)),
            Part::Prose(line) => named.extend(quoted(line).filter_map(|path| Some((room(path)?, layer)))),
            Part::Block(_) => {}
        }
    }
    for module in modules() {
        let name = LAYERS.get(layer_of(&module).unwrap_or(usize::MAX)).map_or("?", |(name, _)| name);
        if !named.contains(&(&module, layer_of(&module))) {
            complaints.push(format!(
                "{ARCHITECTURE}: a paragraph on `src/{module}.rs` is missing under the heading of the layer {name}"
            ));
        }
    }
    let gone = named.iter().filter(|(name, _)| *name != "lib" && !modules().iter().any(|own| own == name));
    complaints.extend(gone.map(|(name, _)| format!("{ARCHITECTURE}: `src/{name}.rs` does not exist")));
    support::none(complaints);
}

/// The documents that people read, but not the pages of the rules, which have tests of their own.
fn documents() -> Vec<String> {
    let mut paths: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).into();
    paths.extend(support::files("docs", "md"));
    paths
}

/// What stands between backticks, outside of blocks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The targets of links to files of the project, without what follows `#`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|behind| behind.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

/// Whether something between backticks is a path without a placeholder.
fn is_path(quoted: &str) -> bool {
    NAMED.iter().any(|start| quoted.starts_with(start)) && !quoted.contains(['<', '*', '…', ' ', '{'])
}

/// Whether a path lies where one can look.
fn is_here(path: &str) -> bool {
    LEFT_OUT.iter().all(|folder| !path.starts_with(folder) || support::root().join(folder).exists())
}

/// The module of a path like `src/policy.rs` or `src/policy/`.
fn room(path: &str) -> Option<&str> {
    path.strip_prefix("src/")?.split('/').next().map(|name| name.trim_end_matches(".rs")).filter(|name| !name.is_empty())
}
