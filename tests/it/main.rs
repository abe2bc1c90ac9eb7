//! Every integration test, in one binary, but for those that need features (`tests/features`). Expectations stand in files: `BLESS=1 cargo test` rewrites them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test tells that something is wrong by panicking"
)]

mod action_rules;
mod asked;
mod assumed;
mod branches;
mod callers;
mod calls;
mod chance;
mod cli;
mod cognito_rules;
mod commands;
mod config;
mod conformance;
mod defaults;
mod dependencies;
mod diff;
mod differential;
mod directives;
mod doubts;
mod embedded;
mod errors;
mod evaluate;
mod expressions;
mod federation_rules;
mod fix;
mod fix_forms;
mod foreign;
mod formats;
mod forms;
mod fuzzed;
mod gates;
mod grammar;
mod growth;
mod guard_rules;
mod holes;
mod hostile;
mod identity;
mod issuers;
mod joined;
mod json;
mod key_rules;
mod laws;
mod logic_rules;
mod markdown;
mod modules;
mod oracle;
mod outputs;
mod own_resources;
mod pages;
mod pairs;
mod paper;
mod patterns;
mod permissions;
mod policy;
mod pool_rules;
mod properties;
mod prove;
mod prove_sampled;
mod providers;
mod public_logins;
mod questions;
mod reach;
mod reference;
mod refused_users;
mod repair;
mod report;
mod reports;
mod resource_rules;
mod rights;
mod ruin;
mod saml;
mod scenarios;
mod schema;
mod screenshot;
mod script;
mod secrets;
mod seeds;
mod selection;
mod shells;
mod sign_up;
mod smt2;
mod snapshots;
mod stacks;
mod sts;
mod support;
mod suppress;
mod targets;
mod templates;
mod terminal;
mod terraform;
mod tidy;
mod tokens;
mod transcript;
mod trust_rules;
mod unknown_names;
mod unnamed;
mod walk;
mod ways;
mod wide;

/// A file that no `mod` line names is never compiled, and its tests never run.
#[test]
fn no_test_file_is_forgotten() {
    let mut forgotten = Vec::new();
    for path in support::files("tests/it", "rs").into_iter().chain(support::files("tests/features", "rs")) {
        let (folder, name) = path.trim_end_matches(".rs").rsplit_once('/').expect("a path below tests");
        let is_root = ["tests/it", "tests/features"].contains(&folder);
        let parent = if is_root { format!("{folder}/main.rs") } else { format!("{folder}.rs") };
        let line = format!("mod {name};");
        if name != "main" && !support::read(&parent).lines().any(|own| own.ends_with(&line)) {
            forgotten.push(format!("{path}: add `{line}` to {parent}"));
        }
    }
    support::none(forgotten);
}
