//! Every `.out` file below `fixtures` is a transcript, played in its folder: see [`crate::transcript`].

use std::path::Path;

use crate::support;
use crate::transcript::{Shown, commands, play};

#[test]
fn transcripts_are_what_the_tool_prints() {
    support::none(support::files("fixtures", "out").iter().filter_map(|path| replay(path)));
}

#[test]
fn every_scenario_has_a_transcript() {
    let scenarios = support::folders("fixtures/scenarios").into_iter();
    let missing = scenarios.filter(|folder| support::files(folder, "out").is_empty());
    support::none(missing.map(|folder| format!("{folder}: add a file `check.out` that holds `$ rolecall check .`")));
}

#[test]
fn every_broken_policy_has_a_transcript() {
    let broken = support::files("fixtures/broken", "json");
    let out = |path: &String| path.replace(".json", ".out");
    support::none(
        broken
            .iter()
            .filter(|path| !support::root().join(out(path)).exists())
            .map(|path| format!("{path}: lacks `{}`", out(path))),
    );
    assert!(broken.len() >= 10);
}

#[test]
fn every_template_has_a_transcript() {
    let folder = support::root().join("fixtures/templates");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let (outs, templates): (Vec<String>, Vec<String>) =
        names.partition(|name| Path::new(name).extension().is_some_and(|own| own == "out"));
    let stem = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    assert!(templates.len() >= 12);
    support::none(templates.into_iter().filter(|name| !outs.contains(&format!("{}.out", stem(name)))));
}

fn replay(path: &str) -> Option<String> {
    let transcript = support::read(path);
    let commands = commands(&transcript);
    if commands.is_empty() {
        return Some(format!("{path}: holds no line that starts with `$ rolecall `"));
    }
    let folder = Path::new(path).parent().expect("a file lies in a folder");
    support::settle(path, &transcript, &play(&commands, &support::root().join(folder), Shown::Everything))
}
