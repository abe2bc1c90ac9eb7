//! Where the words go: data to standard output, the rest to standard error, in the look that the stream can show.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

use rolecall::report::{Look, text};

use super::{Common, Failure, When, whole};

/// Columns where nobody says how many there are.
const COLUMNS: usize = 100;
/// Narrower than this nothing can be drawn.
const NARROWEST: usize = 40;

/// Writes a report to standard output. INVARIANT: nothing in it commands the terminal but our own colours, wherever it comes from; formats for
/// programs have nothing that would be changed. Where nobody reads any more (`| head`), that is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text::settle(text).as_bytes())
}

/// As [`print`], of what is to be byte for byte.
pub(super) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {}", reason(&error))))
        }
        _ => Ok(()),
    }
}

/// Writes a report to a file, as [`print`] does.
pub(super) fn write_report(file: &Path, text: &str) -> Result<(), Failure> {
    write(file, &text::settle(text))
}

/// Writes a file.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    write_bytes(file, text.as_bytes())
}

/// As [`write`], of what may be no text.
pub(super) fn write_bytes(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failure = |error| Failure::new(format!("cannot write `{}`: {}", file.to_string_lossy(), reason(&error)));
    whole::write(file, bytes).map_err(failure)
}

/// Writes a line to standard error, with nothing in it that commands the terminal.
pub(super) fn warn(line: &str) {
    // there is nowhere left to complain to
    let _ = writeln!(io::stderr().lock(), "{}", text::settle(line));
}

/// Tells on standard error what was not looked at, where that is asked for.
pub(super) fn tell_passed_over(lines: &[String], common: Common) {
    for line in lines.iter().filter(|_| common.verbose) {
        warn(&text::escape(line));
    }
}

/// Says on standard error why the tool could not run.
pub(super) fn complain(failure: &Failure) {
    let mut lines = format!("error: {}", text::escape(&failure.message));
    if let Some(help) = &failure.help {
        lines.push_str("\n  help: ");
        lines.push_str(&text::escape(help));
    }
    warn(&lines);
}

/// What went wrong, in a few words in lower case.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::ReadOnlyFilesystem if error.raw_os_error().is_none() => "it is read-only".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

/// What standard output can show.
pub(super) fn look(when: When) -> Look {
    let terminal = io::stdout().is_terminal();
    let dumb = variable("TERM").is_some_and(|term| term == "dumb");
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto if variable("NO_COLOR").is_some() => false,
        When::Auto if variable("FORCE_COLOR").is_some_and(|value| value != "0") => true,
        When::Auto => terminal && !dumb,
    };
    Look { width: width(terminal), colour, unicode: !dumb && speaks_unicode() }
}

/// What a file can show: every character, and colours where they are asked for.
pub(super) fn look_of_file(when: When) -> Look {
    Look { width: width(false), colour: when == When::Always, unicode: true }
}

fn width(terminal: bool) -> usize {
    let of_terminal = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    let measured = if terminal { of_terminal() } else { None };
    let told = || variable("COLUMNS").and_then(|columns| columns.parse().ok());
    measured.or_else(told).unwrap_or(COLUMNS).max(NARROWEST)
}

/// Whether the locale is one of UTF-8. Where none is set at all, nothing speaks against it.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
