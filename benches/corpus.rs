//! How long it takes to lint every policy that AWS manages, next to a parse of the same bytes into `serde_json::Value`.
//!
//! The newest version of each policy counts, printed with four spaces.
//!
//! The lint is that of `rolecall check` on all of them at once: take the text in, recognise it, read the policy, run every
//! rule. Both take turns, and the median of the rounds counts; what they build is dropped within the time.

use std::hint::black_box;

use crate::Options;
use crate::support::lint::{Named, lint, parse, part_of, read, taken_in};
use crate::support::managed::{file, newest};
use crate::support::measure::{Clock, median, seconds};
use crate::support::row::{Bound, Row};
use rolecall::config::Config;
use rolecall::finding::Severity;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules::{self, grammar};
use rolecall::syntax::json;

const ROUNDS: usize = 21;

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let policies = newest(&file(options));
    match options.part.as_deref() {
        None => measure(&policies),
        Some(part) => {
            part_of(part, &policies);
            Vec::new()
        }
    }
}

fn measure(policies: &[Named]) -> Vec<Row> {
    let bytes = policies.iter().map(|(_, text)| text.len()).sum::<usize>() as f64;
    println!("{} policies, {:.2} MB, {ROUNDS} rounds\n", policies.len(), bytes / 1e6);

    let time = |_| (seconds(|| drop(black_box(lint(policies)))), seconds(|| parse(policies)));
    let times: Vec<(f64, f64)> = (0..ROUNDS).map(time).collect();
    let (ours, serde) = (median(times.iter().map(|time| time.0)), median(times.iter().map(|time| time.1)));
    let found = median(times.iter().map(|time| time.0 / time.1));
    println!("lint {ours:.4} s, serde_json {serde:.4} s: ratio {found:.2}\n");
    for (stage, time) in stages(policies) {
        println!("{stage:<20} {time:.4} s  {:5.1} % of the parse", time / serde * 100.0);
    }
    println!();
    let severities = lint(policies);
    for severity in Severity::ALL {
        println!("{:<8} {:5}", severity.name(), severities.iter().filter(|own| **own == severity).count());
    }
    vec![Row {
        what: "lint of the policies that AWS manages",
        against: "`serde_json::Value` of the same bytes",
        found,
        must: Bound::AtMost(2.0),
        held: Bound::AtMost(8.0),
    }]
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
