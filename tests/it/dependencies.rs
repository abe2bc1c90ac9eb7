//! `docs/dependencies.md` names every crate that the manifests name, under the heading of those who bring it, and no other.

use std::collections::BTreeSet;

use crate::markdown::{Markdown, Part};
use crate::support;

const PAGE: &str = "docs/dependencies.md";

/// A crate, and what asks for it: `library`, `tests`, `fuzzing`, `measurements` or the name of a feature.
type Asked = (String, String);

#[test]
fn every_dependency_has_a_row_with_a_reason() {
    let page = support::read(PAGE);
    let mut asked = asked_for(&support::read("Cargo.toml"));
    let mut rows = rows(&page);
    for (manifest, asks) in [("fuzz/Cargo.toml", "fuzzing"), ("benches/Cargo.toml", "measurements")] {
        if support::root().join(manifest).exists() {
            let named = asked_for(&support::read(manifest)).into_iter();
            asked.extend(named.filter(|(name, _)| name != "rolecall").map(|(name, _)| (name, asks.to_owned())));
        } else {
            // a package of the crate is without it
            rows.retain(|row| row[0] != asks);
        }
    }
    support::none(differences(&asked, &rows));
}

/// What a manifest asks for.
fn asked_for(manifest: &str) -> BTreeSet<Asked> {
    let mut asked = BTreeSet::new();
    let (mut section, mut feature) = ("", String::new());
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            // also of one target: `[target.'cfg(unix)'.dependencies]`
            section = header.trim_end_matches(']').rsplit('.').next().unwrap_or(header);
            continue;
        }
        let name = line.split_once('=').map(|(name, _)| name.trim()).filter(|_| !line.starts_with(['#', ' ']));
        match (section, name) {
            ("dependencies", Some(name)) if !line.contains("optional = true") => {
                asked.insert((name.to_owned(), "library".to_owned()));
            }
            ("dev-dependencies", Some(name)) => {
                asked.insert((name.to_owned(), "tests".to_owned()));
            }
            ("build-dependencies", Some(name)) => {
                asked.insert((name.to_owned(), "build".to_owned()));
            }
            ("features", name) => {
                feature = name.map_or(feature, str::to_owned);
                let own = line.split("\"dep:").skip(1).filter_map(|behind| behind.split('"').next());
                asked.extend(own.map(|name| (name.to_owned(), feature.clone())));
            }
            _ => {}
        }
    }
    asked
}

/// The rows of the page: what asks for the crate, and the cells.
fn rows(page: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut asks = String::new();
    for part in Markdown::read(page).parts {
        match part {
            Part::Heading(_, title) => {
                let feature = title.split('`').nth(1).filter(|_| title.starts_with("The feature "));
                asks = feature.map_or_else(|| title.trim_start_matches("The ").to_lowercase(), str::to_owned);
            }
            Part::Prose(line) if line.starts_with("| `") => {
                let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
                rows.push([asks.clone()].into_iter().chain(cells).collect());
            }
            _ => {}
        }
    }
    rows
}

fn differences(asked: &BTreeSet<Asked>, rows: &[Vec<String>]) -> Vec<String> {
    let mut complaints = Vec::new();
    let told: BTreeSet<Asked> = rows.iter().map(|row| (row[1].trim_matches('`').to_owned(), row[0].clone())).collect();
    for (name, asks) in asked.difference(&told) {
        complaints.push(format!("{PAGE}: a row on `{name}` is missing under the heading of `{asks}`"));
    }
    for (name, asks) in told.difference(asked) {
        complaints.push(format!("{PAGE}: `{name}` stands under the heading of `{asks}`, which asks for no such crate"));
    }
    // reason, licence, unsafe code; there may be no build script
    for row in rows.iter().filter(|row| row.len() != 6 || row[2..5].iter().any(String::is_empty)) {
        complaints.push(format!("{PAGE}: the row on {} lacks a cell", row[1]));
    }
    complaints
}

#[test]
fn a_dependency_without_a_row_and_a_row_without_a_dependency_are_found() {
    let manifest = "[package]\nname = \"x\"\n[features]\n# c\nweb = [\n    \"dep:http\",\n]\ncli = [\"dep:clap\", \"dep:ignore\"]\n[dependencies]\nring = \"1\"\n\
                    http = { version = \"1\", optional = true }\n[target.'cfg(unix)'.dependencies]\nlibc = \"0\"\n[dev-dependencies]\nproptest = \"1\"\n";
    let asked = asked_for(manifest);
    let asks: Vec<String> = asked.iter().map(|(name, asks)| format!("{name} {asks}")).collect();
    assert_eq!(asks, ["clap cli", "http web", "ignore cli", "libc library", "proptest tests", "ring library"]);
    let page = "# X\n## The library\n| crate | what for |\n| `ring` | a | b | c | |\n| `libc` | a | b | | |\n## The feature `cli`: it\n\
                | `ignore` | a | b | c | |\n| `http` | a | b | c | d |\n## The tests\n| `proptest` | a | b | c | |\n";
    let complaints = differences(&asked, &rows(page));
    let about = |words: &str| complaints.iter().filter(|complaint| complaint.contains(words)).count();
    assert_eq!(complaints.len(), 4, "{complaints:#?}");
    assert_eq!(about("a row on `clap` is missing under the heading of `cli`"), 1, "{complaints:#?}");
    assert_eq!(about("a row on `http` is missing under the heading of `web`"), 1, "{complaints:#?}");
    assert_eq!(about("`http` stands under the heading of `cli`"), 1, "{complaints:#?}");
    assert_eq!(about("the row on `libc` lacks a cell"), 1, "{complaints:#?}");
}
