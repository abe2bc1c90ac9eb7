//! The cold start of `rolecall check` on one file, as a multiple of that of a program that prints one line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::instructions::of_program;
use crate::support::row::{Bound, Row};
use crate::{Options, root, scratch};

const RUNS: usize = 401;
const INPUT: &str = "fixtures/policies/trust-cognito.json";

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let mut hello = Command::new(installed(&hello_world(), "hello"));
    let mut rolecall = Command::new(installed(&options.program, "rolecall"));
    rolecall.args(["check", INPUT]).current_dir(root());

    let (mut floor, mut own) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        // in turn, so that whatever else the machine does falls on both alike
        floor.push(wall_time(&mut hello));
        own.push(wall_time(&mut rolecall));
    }
    let (floor, own) = (median(floor), median(own));
    let found = own.as_secs_f64() / floor.as_secs_f64();
    println!("hello world {floor:.2?}, `rolecall check {INPUT}` {own:.2?}: ratio {found:.2} (median of {RUNS} runs each)");
    let what = "one file, the whole process";
    let against = "a program that prints one line";
    let mut rows = vec![Row { what, against, found, must: Bound::AtMost(1.6), held: Bound::AtMost(2.4) }];
    if let Some(count) = of_program(&options.program, &["check", INPUT]) {
        let (what, found) = ("the same, instructions", count / 1e6);
        rows.push(Row { what, against: "millions", found, must: Bound::AtMost(2.0), held: Bound::AtMost(2.0) });
    }
    rows
}

/// A program as it is where it was installed: the system maps what was copied in larger pieces than what a linker wrote, in a fifth less time.
fn installed(program: &Path, name: &str) -> PathBuf {
    let copy = scratch("installed").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    // one that is there may be written in pieces, too
    let _ = fs::remove_file(&copy);
    fs::copy(program, &copy).expect("a copy beside this program");
    copy
}

/// Builds the smallest program that prints.
fn hello_world() -> PathBuf {
    let folder = scratch("hello");
    let (source, program) = (folder.join("hello.rs"), folder.join(format!("hello{}", std::env::consts::EXE_SUFFIX)));
    fs::write(&source, "fn main() { println!(\"hello\"); }\n").expect("a file beside this program");
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
