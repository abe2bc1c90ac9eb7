//! How many instructions of the processor something takes, as callgrind counts them: on each run the same.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::root;

/// The instructions of a part of a measurement: what this program takes with `NAME --part PART` beyond `NAME --part nothing`. `None` where
/// valgrind is not installed.
pub(crate) fn instructions(name: &str, part: &str) -> Option<f64> {
    Some(of_process(name, part)? - of_process(name, "nothing")?)
}

fn of_process(name: &str, part: &str) -> Option<f64> {
    let own = std::env::current_exe().expect("the path of this program");
    of_program(&own, &[name, "--part", part])
}

/// The instructions of a program, which may find something wrong. `None` where valgrind is not installed.
pub(crate) fn of_program(program: &Path, arguments: &[&str]) -> Option<f64> {
    // what stands in the environment is looked through at each start
    let path = std::env::var_os("PATH").unwrap_or_default();
    let output = Command::new("valgrind")
        .env_clear()
        .env("PATH", path)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code < 2), "{told}");
    let line = told.lines().find_map(|line| line.split_once("Collected : "));
    Some(line.and_then(|(_, count)| count.trim().parse().ok()).unwrap_or_else(|| panic!("callgrind tells no count: {told}")))
}
