//! Completions and manual pages: all that the help tells stands in them, and what reads them takes them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::cli::run;

const SHELLS: [&str; 6] = ["bash", "zsh", "fish", "nushell", "powershell", "elvish"];

/// The commands, as the help lists them: `check`, `config`, `config show`.
fn commands() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(command) = open.pop() {
        let help = help(&command);
        let listed = help
            .lines()
            .skip_while(|line| !["Commands:", "Providers:"].contains(line))
            .skip(1)
            .take_while(|line| !line.is_empty());
        // what is said of a command goes on in lines that are indented further
        let names = listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
        let inner: Vec<String> = names.map(|name| format!("{command} {name}").trim_start().to_owned()).collect();
        found.extend_from_slice(&inner);
        open.extend(inner);
    }
    let known = ["check", "simulate", "claims github", "completions", "config show", "man"];
    assert!(known.iter().all(|name| found.iter().any(|own| own == name)), "{found:?}");
    found
}

fn help(command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    run(&words).stdout
}

/// The long flags of a command, as its help lists them.
fn flags(command: &str) -> Vec<String> {
    let help = help(command);
    // what is said of a flag may begin with one too, but is indented further
    let heads = help.lines().filter(|line| !line.starts_with("          ")).filter(|line| line.trim_start().starts_with('-'));
    let flags: Vec<String> =
        heads.filter_map(|line| Some(line[line.find("--")?..].split([' ', ',', '[', '=']).next()?.to_owned())).collect();
    assert!(flags.iter().any(|flag| flag == "--verbose") && flags.iter().any(|flag| flag == "--help"), "{help}");
    flags
}

fn script(shell: &str) -> String {
    let ran = run(&["completions", shell]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
    ran.stdout
}

/// What a program prints; none where it is not installed.
fn ask(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let ran = Command::new(program).args(arguments).current_dir(folder).stdin(Stdio::null()).output().ok()?;
    assert!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8_lossy(&ran.stdout).into_owned())
}

#[test]
fn scripts_hold_every_command_and_flag() {
    for shell in SHELLS {
        let script = script(shell);
        for command in commands() {
            assert!(command.split(' ').all(|word| script.contains(word)), "{shell}: {command}");
            for flag in flags(&command) {
                // fish takes them without their dashes
                let own = if shell == "fish" { format!("-l {}", &flag[2..]) } else { flag.clone() };
                let found = script.match_indices(&own).any(|(at, _)| {
                    let behind = script[at + own.len()..].chars().next();
                    behind.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-')
                });
                assert!(found, "{shell}: {command} {flag}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_flags_and_values() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("script"), script("bash")).expect("a file");
    let completed = |words: &[&str]| {
        let line = "source ./script; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _rolecall rolecall \"${*: -1}\" \"${@: -2:1}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
        let arguments = [&["--norc", "--noprofile", "-c", line, "bash"], words].concat();
        let printed = ask("bash", &arguments, folder.path()).expect("bash is installed");
        printed.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(completed(&["rolecall", "che"]), ["check"]);
    assert_eq!(completed(&["rolecall", "check", "--fail"]), ["--fail-on"]);
    assert_eq!(completed(&["rolecall", "check", "--fail-on", "h"]), ["high"]);
    // where a path may stand, bash is left to complete it as it does by itself
    assert_eq!(completed(&["rolecall", "check", "--pedantic", "pol"]), [""]);
    assert!(script("bash").contains("complete -F _rolecall -o nosort -o bashdefault -o default rolecall"));
    assert_eq!(completed(&["rolecall", "completions", "n"]), ["nushell"]);
    for command in commands() {
        let mut expected = flags(&command);
        let words: Vec<&str> = std::iter::once("rolecall").chain(command.split(' ')).chain(["--"]).collect();
        let mut found = completed(&words);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{command}");
    }
}

/// Where these shells are not installed, nothing is tested here.
#[test]
fn other_shells_take_their_scripts() {
    let folder = TempDir::new().expect("a folder");
    for shell in SHELLS {
        fs::write(folder.path().join(shell), script(shell)).expect("a file");
    }
    ask("zsh", &["--no-rcs", "-n", "zsh"], folder.path());
    let fish = ask("fish", &["--no-config", "-c", "source fish; complete -C 'rolecall che'"], folder.path());
    assert!(fish.is_none_or(|said| said.starts_with("check\t")));
    ask("nu", &["--no-config-file", "-c", "source nushell"], folder.path());
}

#[test]
fn every_command_has_a_page_with_its_flags() {
    let folder = TempDir::new().expect("a folder");
    let pages = folder.path().join("share/man1");
    let ran = run(&["man", "--output", pages.to_str().expect("a name in UTF-8")]);
    assert_eq!((ran.exit, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    let page = |name: &str| fs::read_to_string(pages.join(format!("{name}.1"))).expect(name);
    assert_eq!(page("rolecall"), run(&["man"]).stdout);
    let mut names = vec!["rolecall".to_owned()];
    for command in commands() {
        let name = format!("rolecall-{}", command.replace(' ', "-"));
        let own = page(&name);
        // in a page every hyphen is a minus, also those of flags
        let above = command.rsplit_once(' ').map_or("rolecall".to_owned(), |(above, _)| format!("rolecall-{above}"));
        assert!(page(&above).contains(&format!("{}(1)", name.replace('-', "\\-"))), "{name}");
        for flag in flags(&command) {
            assert!(own.contains(&format!("\\fB{}\\fR", flag.replace('-', "\\-"))), "{name}: {flag}");
        }
        names.push(name);
    }
    assert_eq!(fs::read_dir(&pages).expect("a folder").count(), names.len());

    // where neither is installed, nothing more is tested
    for name in names {
        let file = format!("{name}.1");
        if let Some(shown) = ask("groff", &["-man", "-Tutf8", "-ww", "-P-cbou", &file], &pages) {
            assert!(shown.contains("NAME") && shown.contains("SYNOPSIS"), "{shown}");
        }
        if let Some(said) = ask("mandoc", &["-T", "lint", "-W", "error", &file], &pages) {
            assert_eq!(said, "", "{name}");
        }
    }
}

#[test]
fn pages_go_where_they_can() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("a file");
    let ran = run(&["man", "--output", file.to_str().expect("a name in UTF-8")]);
    assert!(ran.exit == 2 && ran.stderr.starts_with("error: cannot make `"), "{}", ran.stderr);
}
