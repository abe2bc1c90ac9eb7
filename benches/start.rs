//! The cold start of `rolecall check` on one file, as a multiple of that of a program that prints one line.
//!
//! `cargo bench --bench start -- --program target/release/rolecall --at-most 2.0` fails if it is more. Without `--program` it measures what
//! `cargo bench` built: that carries what the tests' dependencies ask of shared ones (Unicode tables), which nobody installs.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement prints its result, and stops at anything odd"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 401;
const INPUT: &str = "fixtures/policies/trust-cognito.json";

fn main() -> ExitCode {
    let mut hello = Command::new(hello_world());
    let program = option("--program").or_else(|| Some(option_env!("CARGO_BIN_EXE_rolecall")?.to_owned()));
    let program = program.expect("`--program FILE`, where the feature `cli` is off");
    let mut rolecall = Command::new(fs::canonicalize(&program).unwrap_or_else(|error| panic!("{program}: {error}")));
    rolecall.args(["check", INPUT]).current_dir(env!("CARGO_MANIFEST_DIR"));

    let (mut floor, mut own) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // in turn, so that whatever else the machine does falls on both alike
        floor.push(wall_time(&mut hello));
        own.push(wall_time(&mut rolecall));
    }
    let (floor, own) = (median(floor), median(own));
    let ratio = own.as_secs_f64() / floor.as_secs_f64();
    println!("hello world {floor:.2?}, `rolecall check {INPUT}` {own:.2?}: ratio {ratio:.2} (median of {RUNS} runs each)");
    let limit = option("--at-most").map(|value| value.parse().unwrap_or_else(|_| panic!("`{value}` is no number")));
    match limit {
        Some(limit) if ratio > limit => {
            println!("more than {limit}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// The word behind this option.
fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|word| word != name).nth(1)
}

/// Builds the smallest program that prints.
fn hello_world() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, program) = (folder.join("hello.rs"), folder.join(format!("hello{}", std::env::consts::EXE_SUFFIX)));
    fs::write(&source, "fn main() { println!(\"hello\"); }\n").expect("a file in the target folder");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(compiler).args(["-O", "--edition", "2024", "-o"]).args([&program, &source]).status();
    assert!(status.is_ok_and(|status| status.success()), "hello world does not build");
    program
}

fn wall_time(program: &mut Command) -> Duration {
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = program.status().expect("the program starts");
    let time = start.elapsed();
    assert!(status.code().is_some_and(|code| code < 2), "{program:?} ends with {status}");
    time
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().expect("at least one run")
}
