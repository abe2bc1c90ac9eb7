//! How long a service of the reference takes to be read on its first touch, and a name to be looked up.
//!
//! Each service is read once in each process that needs it, so each process here reads it once, and the best of several counts: what other work
//! on the machine adds is no property of the data.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use rolecall::reference::Reference;

use crate::Options;
use crate::support::row::{Bound, Row};

/// How many processes read all services.
const PROCESSES: usize = 9;

pub(crate) fn run(options: &Options) -> Vec<Row> {
    if options.part.is_some() {
        read();
        return Vec::new();
    }
    let mut best: BTreeMap<String, f64> = BTreeMap::new();
    for _ in 0..PROCESSES {
        for (prefix, micros) in another_process() {
            best.entry(prefix).and_modify(|own| *own = own.min(micros)).or_insert(micros);
        }
    }
    let mut sorted: Vec<(f64, &str)> = best.iter().map(|(prefix, micros)| (*micros, prefix.as_str())).collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("{} services, first touch in microseconds, best of {PROCESSES} processes", sorted.len());
    sorted.iter().take(5).for_each(|(micros, prefix)| println!("{micros:8.1}  {prefix}"));
    let all: f64 = sorted.iter().map(|(micros, _)| micros).sum();
    println!("{:8.1}  on average", all / sorted.len() as f64);
    println!("{:8.3}  a look-up of an action, all shuffled", look_up());
    let found = sorted.first().map_or(f64::INFINITY, |(micros, _)| *micros);
    let what = "the slowest service of the reference, first touch";
    vec![Row { what, against: "µs", found, must: Bound::AtMost(50.0), held: Bound::AtMost(300.0) }]
}

/// Reads each service for the first time and prints what that took.
fn read() {
    let reference = Reference::default();
    let prefixes: Vec<&str> = reference.prefixes().collect();
    for prefix in prefixes {
        let start = Instant::now();
        black_box(reference.service(prefix));
        println!("{prefix} {}", start.elapsed().as_nanos());
    }
}

fn another_process() -> Vec<(String, f64)> {
    let output = std::env::current_exe().and_then(|own| Command::new(own).args(["reference", "--part", "read"]).output());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let rows = text.lines().filter_map(|line| line.split_once(' '));
    rows.filter_map(|(prefix, nanos)| Some((prefix.to_owned(), nanos.parse::<f64>().ok()? / 1e3))).collect()
}

/// Microseconds for one look-up.
fn look_up() -> f64 {
    let reference = Reference::default();
    let mut names: Vec<String> = reference
        .services()
        .flat_map(|service| service.actions().map(|action| format!("{}:{}", service.prefix(), action.name)).collect::<Vec<_>>())
        .collect();
    // an order without neighbours: by the letters from behind
    names.sort_by_cached_key(|name| name.bytes().rev().collect::<Vec<u8>>());
    let start = Instant::now();
    for name in &names {
        black_box(reference.action(name).is_some());
    }
    start.elapsed().as_secs_f64() * 1e6 / names.len() as f64
}
