//! What it takes to lint 10,000 small trust policies, the prover's part included, next to a parse of the same bytes into `serde_json::Value`:
//! instructions, which are the same on each run, and time.

use crate::Options;
use crate::support::instructions::instructions;
use crate::support::lint::{Named, lint, part_of};
use crate::support::measure::{median, seconds};
use crate::support::row::{Bound, Row};
use crate::support::trusts::trusts;

const POLICIES: usize = 10_000;

const ROUNDS: usize = 3;

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let policies = trusts(POLICIES);
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
    let times = (0..ROUNDS).map(|_| (seconds(|| part_of("lint", policies)), seconds(|| part_of("parse", policies))));
    let times: Vec<(f64, f64)> = times.collect();
    let time = median(times.iter().map(|time| time.0 / time.1));
    let (ours, serde) = (median(times.iter().map(|time| time.0)), median(times.iter().map(|time| time.1)));
    println!("{POLICIES} policies, {:.2} MB, {} findings", bytes / 1e6, lint(policies).len());
    println!("lint {ours:.4} s, serde_json {serde:.4} s: ratio {time:.2}");
    let (Some(ours), Some(serde)) = (instructions("trust", "lint"), instructions("trust", "parse")) else {
        println!("instructions are counted by callgrind, which is not here: install valgrind");
        return Vec::new();
    };
    println!("lint {ours:.0} instructions, serde_json {serde:.0}: ratio {:.2}", ours / serde);
    vec![Row {
        what: "lint of 10,000 small trust policies, instructions",
        against: "`serde_json::Value` of the same bytes",
        found: ours / serde,
        must: Bound::AtMost(3.0),
        held: Bound::AtMost(50.0),
    }]
}
