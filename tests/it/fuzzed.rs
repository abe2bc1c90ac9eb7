//! The fuzz targets stand their seeds, and small changes of them. What libFuzzer makes of them with more time, `fuzz/run` tells.

use crate::seeds::stands;
use crate::support;
use crate::targets;

#[test]
fn decide_stands() {
    stands("decide", targets::decide, 120);
}

#[test]
fn fix_stands() {
    stands("fix", targets::fix, 60);
}

#[test]
fn hcl_stands() {
    stands("hcl", targets::hcl, 200);
}

#[test]
fn inventory_stands() {
    stands("inventory", targets::inventory, 30);
}

#[test]
fn json_stands() {
    stands("json", targets::json, 400);
}

#[test]
fn policy_stands() {
    stands("policy", targets::policy, 40);
}

#[test]
fn prove_stands() {
    stands("prove", targets::prove, 200);
}

#[test]
fn saml_stands() {
    stands("saml", targets::saml, 400);
}

#[test]
fn token_stands() {
    stands("token", targets::token, 400);
}

#[test]
fn toml_stands() {
    stands("toml", targets::toml, 400);
}

#[test]
fn yaml_stands() {
    stands("yaml", targets::yaml, 400);
}

/// A seed that no target reads, a target without a test, and one that `fuzz/run` leaves out, would never be noticed.
#[test]
fn every_target_is_listed_and_has_seeds() {
    if !support::root().join("fuzz").exists() {
        return;
    }
    let named = |path: &str| path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs").to_owned();
    let targets: Vec<String> = support::files("fuzz/fuzz_targets", "rs").iter().map(|path| named(path)).collect();
    let mut seeded: Vec<String> = support::folders("fuzz/corpus").iter().map(|path| named(path)).collect();
    seeded.sort();
    assert_eq!(targets, seeded);
    let run = support::read("fuzz/run");
    let list = run.split_once("targets=(json").and_then(|(_, behind)| behind.split_once(')')).expect("the list of targets").0;
    let mut listed: Vec<&str> = std::iter::once("json").chain(list.split_whitespace()).collect();
    listed.sort_unstable();
    assert_eq!(targets, listed);
    let own = support::read("tests/it/fuzzed.rs") + &support::read("tests/features/lsp.rs");
    let missing = targets.iter().filter(|target| !own.contains(&format!("stands(\"{target}\", ")));
    support::none(missing.map(|target| format!("tests/it/fuzzed.rs: no test of the target `{target}`")));
}
