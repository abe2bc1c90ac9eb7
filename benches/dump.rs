//! How long it takes to read a dump of 20,000 roles and to answer a question on it, next to a parse of the same bytes into
//! `serde_json::Value`; and how much memory the program takes for it, next to the size of the file.
//!
//! The dump is made here, as `aws iam get-account-authorization-details` prints it, with documents as objects; and once more with them as
//! percent-encoded strings, as the API returns them. Of that a parse into `Value` sees but long strings, and the file is a third shorter.
//!
//! Read is what `rolecall simulate` does: take the bytes in, recognise them, read every policy, ask whether one role may do one thing. Both take
//! turns, and the median of the rounds counts; what they build is dropped within the time.
//!
//! Memory is the peak of each of `rolecall files`, `simulate` and `who` on the file, as Linux tells it; elsewhere it is not measured. With
//! `--details` the time and memory of `rolecall check` are told as well, and what the rules of each theme take.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::dump::{ACCOUNT, dump, role_name};
use crate::support::measure::{Clock, median, seconds};
use crate::support::row::{Bound, Row};
use crate::{Options, scratch};
use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::Instant as Time;
use rolecall::reference::Reference;
use rolecall::rules::{self, grammar};
use rolecall::simulate::{Access, World, may};
use rolecall::source::Sources;
use serde_json::Value;

const ROUNDS: usize = 7;

/// The role that is asked about.
const ASKED: usize = 123;

const ROLES: usize = 20_000;

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let row =
        |what, against, found, must, held| Row { what, against, found, must: Bound::AtMost(must), held: Bound::AtMost(held) };
    let mut rows = Vec::new();
    for (name, encoded) in [("objects", false), ("encoded", true)] {
        let text = dump(ROLES, encoded);
        let file = scratch("dump").join(format!("{name}.json"));
        fs::write(&file, &text).expect("a file beside this program");
        println!("{ROLES} roles, documents {name}, {:.1} MB", text.len() as f64 / 1e6);
        let (time, memory) = (time(text.as_bytes()), memory(options, &file, text.len() as f64));
        if options.details {
            tell_stages(text.as_bytes());
        }
        fs::remove_file(&file).expect("the file is still there");
        println!();
        rows.extend(if encoded {
            [
                row("the same with encoded documents", PARSE, time, 4.0, 4.0),
                row("its peak of memory, encoded", "the size of the file", memory, 3.6, 3.6),
            ]
        } else {
            [
                row("a dump of 20,000 roles, read and asked", PARSE, time, 2.0, 2.0),
                row("its peak of memory", "the size of the file", memory, 2.5, 2.5),
            ]
        });
    }
    rows
}

const PARSE: &str = "`serde_json::Value` of the same bytes";

/// The time of reading and one question, as a multiple of that of a parse.
fn time(bytes: &[u8]) -> f64 {
    let times: Vec<(f64, f64)> = (0..ROUNDS)
        .map(|_| {
            let own = bytes.to_vec();
            (seconds(|| read_and_ask(own)), seconds(|| drop(black_box(serde_json::from_slice::<Value>(bytes).expect("JSON")))))
        })
        .collect();
    let (ours, serde) = (median(times.iter().map(|time| time.0)), median(times.iter().map(|time| time.1)));
    let ratio = median(times.iter().map(|time| time.0 / time.1));
    println!("read and asked {ours:.3} s, serde_json {serde:.3} s: ratio {ratio:.2}");
    ratio
}

fn read_and_ask(bytes: Vec<u8>) {
    let mut sources = Sources::new();
    let id = sources.add_bytes("dump.json", bytes);
    let mut inventory = Inventory::new(None);
    inventory.read(&sources, id);
    let reference = Reference::default();
    let world = World { inventory: &inventory, sources: &sources, reference: &reference };
    let role = inventory.role(&asked()).expect("the role");
    let access = Access { action: "s3:GetObject", resource: "arn:aws:s3:::bucket/key" };
    black_box(may(world, role, access, &[], Time::from_seconds(1_795_000_000)));
}

/// Tells what the rules of each theme take.
fn tell_stages(bytes: &[u8]) {
    let mut sources = Sources::new();
    let id = sources.add_bytes("dump.json", bytes.to_vec());
    let mut inventory = Inventory::new(None);
    inventory.read(&sources, id);
    let (config, reference) = (Config::default(), Reference::default());
    let facts = Facts { sources: &sources, inventory: &inventory, config: &config, reference: &reference };
    let mut findings = Vec::new();
    let mut tell = |name: &str, check: &mut dyn FnMut(&mut Vec<Finding>)| {
        let (before, clock) = (findings.len(), Clock::start());
        check(&mut findings);
        println!("{name:<24} {:.2} s, {} findings", clock.seconds(), findings.len() - before);
    };
    tell("rules: grammar", &mut |found| found.extend(grammar::findings(&facts)));
    tell("rules: by statement", &mut |found| rules::by_statement(&facts, found));
    tell("rules: escalation", &mut |found| rules::escalation::findings(&facts, found));
    for (theme, checks) in rules::THEMES {
        tell(&format!("rules: {theme}"), &mut |found| checks.iter().for_each(|check| (check.run)(&facts, found)));
    }
}

fn asked() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{}", role_name(ASKED))
}

/// The most memory that a command takes, as a multiple of the size of the file.
fn memory(options: &Options, file: &Path, size: f64) -> f64 {
    let (role, file) = (asked(), file.to_str().expect("a path of text"));
    let simulate = ["simulate", "--principal", &role, "--action", "s3:GetObject", "--resource", "arn:aws:s3:::bucket/key", file];
    let mut most: f64 = 0.0;
    for command in [["files", file].as_slice(), &simulate, &["who", &role, file]] {
        most = most.max(of_command(options, command, size).unwrap_or(0.0));
    }
    if options.details {
        of_command(options, &["check", "--no-config", file], size);
    }
    most
}

/// Runs a command; its peak of memory, where the system tells that.
fn of_command(options: &Options, command: &[&str], size: f64) -> Option<f64> {
    let start = Instant::now();
    let mut child = Command::new(&options.program)
        .args(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    let code = loop {
        peak = peak_of(&status).or(peak);
        if let Some(code) = child.try_wait().expect("the program ends") {
            break code;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(code.code().is_some_and(|code| code < 2), "{command:?} ends with {code}");
    let time = start.elapsed().as_secs_f64();
    let ratio = peak.map(|peak| peak / size);
    let told =
        ratio.map_or("memory not told".to_owned(), |ratio| format!("{:.1} MB: {ratio:.2} of the file", ratio * size / 1e6));
    println!("{:<9} {time:.2} s, {told}", command[0]);
    ratio
}

/// The most memory that a process had so far, in bytes.
fn peak_of(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1024.0)
}
