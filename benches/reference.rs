//! How long a service of the reference takes to be read on its first touch, and a name to be looked up.
//!
//! `cargo bench --bench reference -- [--at-most MICROSECONDS]`: exits 1 where the slowest service takes longer. Each service is read
//! once in each process that needs it, so each process here reads it once, and the best of several counts: what other work on the
//! machine adds is no property of the data.
#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a program for people, with rounded numbers")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::Instant;

use rolecall::reference::Reference;

/// How many processes read all services.
const PROCESSES: usize = 9;

fn main() -> ExitCode {
    let mut at_most = f64::INFINITY;
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--read" => return read(),
            "--at-most" => at_most = args.next().and_then(|number| number.parse().ok()).unwrap_or(0.0),
            _ => {}
        }
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
    let slowest = sorted.first().map_or(f64::INFINITY, |(micros, _)| *micros);
    ExitCode::from(u8::from(slowest > at_most))
}

/// Reads each service for the first time and prints what that took.
fn read() -> ExitCode {
    let reference = Reference::default();
    let prefixes: Vec<&str> = reference.prefixes().collect();
    for prefix in prefixes {
        let start = Instant::now();
        black_box(reference.service(prefix));
        println!("{prefix} {}", start.elapsed().as_nanos());
    }
    ExitCode::SUCCESS
}

fn another_process() -> Vec<(String, f64)> {
    let output = std::env::current_exe().and_then(|own| Command::new(own).arg("--read").output());
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
