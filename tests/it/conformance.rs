//! What AWS documents, case by case: `fixtures/conformance`, held against `docs/semantics.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::support;

const SEMANTICS: &str = "docs/semantics.md";

/// A sentence of `docs/semantics.md`.
struct Row {
    section: u32,
    state: String,
    source: String,
}

fn rows() -> BTreeMap<String, Row> {
    let document = support::read(SEMANTICS);
    let mut section = 0;
    let mut rows = BTreeMap::new();
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading.split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, _, state, source] = cells.as_slice() else { continue };
        let Some(id) = id.strip_prefix('`').and_then(|id| id.strip_suffix('`')) else { continue };
        if section == 0 {
            continue;
        }
        let row = Row { section, state: (*state).to_owned(), source: (*source).to_owned() };
        assert!(rows.insert(id.to_owned(), row).is_none(), "{SEMANTICS} has two rows `{id}`");
    }
    rows
}

/// All cases on single sentences, with the name of the file of each.
fn run() -> Vec<(String, Value)> {
    run_in(&["conformance"])
}

/// All cases of some folders, with the name of the file of each.
fn run_in(folders: &[&str]) -> Vec<(String, Value)> {
    let tool = Command::new(env!("CARGO_BIN_EXE_rolecall"))
        .args(["test", "--format", "json"])
        .args(folders.iter().map(|folder| format!("fixtures/{folder}")))
        .current_dir(support::root())
        .output()
        .expect("the tool starts");
    let report: Value =
        serde_json::from_slice(&tool.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&tool.stderr)));
    let file = |file: &Value| {
        let path = file["path"].as_str().expect("a path").to_owned();
        let tests = file["tests"].as_array().expect("a list").clone();
        tests.into_iter().map(move |test| (path.clone(), test))
    };
    let cases = report["files"].as_array().expect("a list").iter().flat_map(file).collect();
    assert!(tool.stderr.is_empty(), "{}", String::from_utf8_lossy(&tool.stderr));
    cases
}

#[test]
fn every_case_holds() {
    let cases = run();
    support::none(cases.iter().filter(|(_, case)| case["passed"] != true).map(|(file, case)| {
        format!("{file}: {}: {}; {}", case["name"], case["complaints"][0]["text"], case["reasons"][0]["text"])
    }));
    assert!(cases.len() >= 1_400, "{} cases", cases.len());
}

#[test]
fn every_case_names_its_sentence_and_its_page() {
    let rows = rows();
    let mut names = BTreeSet::new();
    let cases = run();
    support::none(cases.iter().flat_map(|(file, case)| {
        let name = case["name"].as_str().unwrap_or_default();
        let why = case["why"].as_str().unwrap_or_default();
        let (ids, page) = why.split_once(": ").unwrap_or((why, ""));
        let mut complaints: Vec<String> = Vec::new();
        if !names.insert(name.to_owned()) {
            complaints.push(format!("{file}: two cases are called `{name}`"));
        }
        // what follows from no page but from how the tool asks
        if !page.starts_with("https://") && page != "ours" {
            complaints.push(format!("{file}: `{name}` names no page"));
        }
        let unknown = ids.split(' ').filter(|id| !rows.contains_key(*id));
        complaints.extend(unknown.map(|id| format!("{file}: `{name}` shows `{id}`, which is no row of {SEMANTICS}")));
        complaints
    }));
}

/// The sentences on statements, conditions, variables and the decision; those that only findings follow have pages of rules.
#[test]
fn every_sentence_that_decides_has_a_case() {
    let cases = run();
    let shown: BTreeSet<&str> =
        cases.iter().filter_map(|(_, case)| case["why"].as_str()?.split_once(": ")).flat_map(|(ids, _)| ids.split(' ')).collect();
    let rows = rows();
    let decides =
        |row: &Row| (2..=5).contains(&row.section) && !row.state.starts_with("not modelled") && !row.state.contains("finding");
    support::none(
        rows.iter()
            .filter(|(id, row)| decides(row) && !shown.contains(id.as_str()))
            .map(|(id, _)| format!("no case shows `{id}`")),
    );
    assert!(rows.values().filter(|row| decides(row)).count() > 200);
}

#[test]
fn every_sentence_has_a_state_and_a_source() {
    let document = support::read(SEMANTICS);
    support::none(rows().iter().flat_map(|(id, row)| {
        let mut complaints = Vec::new();
        if !["modelled", "undecided", "not modelled"].iter().any(|state| row.state.starts_with(state)) {
            complaints.push(format!("`{id}` has the state `{}`", row.state));
        }
        for label in row.source.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(label, _)| label) {
            if !row.source.contains(&format!("[{label}](")) && !document.contains(&format!("\n[{label}]: https://")) {
                complaints.push(format!("`{id}` has the source [{label}], which is nowhere told"));
            }
        }
        complaints
    }));
}

/// The cases are spread over all that can be asked: each type of policy, each family of operators, each kind of caller and of answer.
#[test]
fn the_cases_are_spread() {
    let texts: Vec<String> = support::files("fixtures/conformance", "toml").iter().map(|path| support::read(path)).collect();
    let all = texts.concat();
    let kinds = ["identity", "resource", "trust", "boundaries", "session", "scps", "rcps", "endpoint"];
    let operators = [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
        "Bool",
        "BinaryEquals",
        "IpAddress",
        "NotIpAddress",
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "Null",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringEquals",
        "StringEqualsIfExists",
    ];
    let callers = [
        "user/",
        "role/",
        "assumed-role/",
        "federated-user/",
        ":root\"",
        "service:",
        "federated:",
        "saml-provider/",
        "canonical:",
        "anonymous",
    ];
    let answers = ["allowed", "denied", "denied-implicit", "denied-explicit", "undecided", "error"];
    let missing = |what: &str, names: &[&str], found: &dyn Fn(&str) -> bool| -> Vec<String> {
        names.iter().filter(|name| !found(name)).map(|name| format!("no case with the {what} `{name}`")).collect()
    };
    let mut complaints =
        missing("policies", &kinds, &|kind| all.contains(&format!("policies.{kind}")) || all.contains(&format!("{kind} = ")));
    complaints.extend(missing("operator", &operators, &|name| {
        all.contains(&format!("\"{name}\" =")) || all.contains(&format!("{name} = {{"))
    }));
    complaints.extend(missing("caller", &callers, &|caller| {
        all.lines().any(|line| line.starts_with("principal = ") && line.contains(caller))
    }));
    complaints.extend(missing("answer", &answers, &|answer| all.contains(&format!("\nexpect = \"{answer}\""))));
    support::none(complaints);
}

/// The sections on the identity side: who signs in, which role is picked, and what STS makes of it.
const IDENTITY_SIDE: [u32; 10] = [6, 7, 8, 9, 10, 12, 13, 14, 15, 16];

/// The folders with cases of sign-ins.
const SIGN_INS: [&str; 6] = ["logins", "selection", "flows", "issuers", "errors", "denied"];

#[test]
fn every_sentence_on_sign_ins_is_asked_about() {
    let rows = rows();
    let cases = run_in(&SIGN_INS);
    let mut named: BTreeSet<&str> = BTreeSet::new();
    support::none(cases.iter().flat_map(|(file, case)| {
        let (name, why) = (&case["name"], case["why"].as_str().unwrap_or_default());
        let ids = why.split("; ").filter(|part| !part.contains([' ', '.']));
        let strange: Vec<&str> = ids.clone().filter(|id| !rows.contains_key(*id)).collect();
        named.extend(ids);
        let unknown = (!strange.is_empty()).then(|| format!("{file}: {name} names {strange:?}, which {SEMANTICS} does not have"));
        let failed = (case["passed"] != true).then(|| format!("{file}: {name}: {}", case["complaints"][0]["text"]));
        unknown.into_iter().chain(failed)
    }));
    assert!(cases.len() >= 600, "{} cases", cases.len());
    let tests: String = support::files("tests/it", "rs").iter().map(|path| support::read(path)).collect();
    let lacks = rows.iter().filter(|(id, row)| {
        let is_told = row.state.starts_with("modelled") || row.state.starts_with("undecided");
        let by_finding = row.state.contains("finding");
        IDENTITY_SIDE.contains(&row.section)
            && is_told
            && !by_finding
            && !named.contains(id.as_str())
            && !tests.contains(id.as_str())
    });
    support::none(lacks.map(|(id, row)| format!("{SEMANTICS}: no case and no test names `{id}` ({})", row.state)));
}
