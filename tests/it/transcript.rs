//! Transcripts: what a user types, and what the tool then prints.
//!
//! ```text
//! $ rolecall check .
//! what it prints to standard output
//! [stderr]
//! what it prints to standard error, if anything
//! [exit 1]
//! ```
//!
//! Several commands may follow each other. Words are parted as in a shell, with `'…'` and `"…"`; `< FILE` gives standard input.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

const PROMPT: &str = "$ rolecall ";

/// How much of a transcript is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    /// Everything, down to the exit code.
    Everything,
    /// What a reader of documentation wants to see: commands and what they print.
    Printed,
}

/// What a run of the tool left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: i32,
}

/// The command lines of a transcript, without the prompt.
pub(crate) fn commands(transcript: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut printing = false;
    for line in transcript.lines() {
        if let Some(command) = line.strip_prefix(PROMPT).filter(|_| !printing) {
            found.push(command);
        } else {
            printing = !line.starts_with("[exit ");
        }
    }
    found
}

/// Runs every command in a folder and writes the transcript down.
pub(crate) fn play(commands: &[&str], folder: &Path, shown: Shown) -> String {
    let played = commands.iter().map(|command| {
        let run = run_line(command, folder);
        let (stdout, stderr) = (ended(&run.stdout, command), ended(&run.stderr, command));
        match shown {
            Shown::Printed => format!("{PROMPT}{command}\n{stdout}{stderr}"),
            Shown::Everything => {
                let mark = if stderr.is_empty() { "" } else { "[stderr]\n" };
                format!("{PROMPT}{command}\n{stdout}{mark}{stderr}[exit {}]\n", run.exit)
            }
        }
    });
    played.collect()
}

/// The tool, as it is run everywhere in the tests: without any setting from outside, without colour, 100 columns wide.
pub(crate) fn tool() -> Command {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    tool.env_clear().env("NO_COLOR", "1").env("COLUMNS", "100").stdin(Stdio::null());
    tool
}

/// Runs the tool to its end.
pub(crate) fn finish(tool: &mut Command) -> Run {
    let output = tool.output().expect("the tool starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the tool prints UTF-8");
    let run = Run {
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        exit: output.status.code().unwrap_or_else(|| panic!("{tool:?} was ended by a signal")),
    };
    // INVARIANT: no input crashes the tool. 101 is the exit code of a panic.
    assert!(run.exit < 100 && !run.stderr.contains("panicked at"), "{tool:?} panics:\n{}", run.stderr);
    run
}

pub(crate) fn run_line(line: &str, folder: &Path) -> Run {
    let mut words = words(line);
    let mut tool = tool();
    if let Some(at) = words.iter().position(|word| word == "<") {
        let path = folder.join(words.get(at + 1).unwrap_or_else(|| panic!("`{line}`: no file behind `<`")));
        tool.stdin(File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        words.drain(at..=at + 1);
    }
    finish(tool.args(words).current_dir(folder))
}

/// The words of a command line.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "`{line}`: a quote is not closed");
    words.extend(word);
    words
}

fn ended<'t>(text: &'t str, command: &str) -> &'t str {
    assert!(text.is_empty() || text.ends_with('\n'), "`rolecall {command}` prints a last line without its end: {text:?}");
    text
}

#[test]
fn words_are_parted_as_in_a_shell() {
    assert_eq!(words("a  'b c' \"d'e\" --f='g h' '' i"), ["a", "b c", "d'e", "--f=g h", "", "i"]);
}

#[test]
fn commands_are_told_from_what_is_printed() {
    assert_eq!(commands("$ rolecall a\n$ rolecall b\n"), ["a", "b"]);
    let whole = "$ rolecall a\nout\n$ rolecall no\n[exit 1]\n$ rolecall b\n[stderr]\nx\n[exit 0]\n";
    assert_eq!(commands(whole), ["a", "b"]);
}
