//! What may go wrong around a run: names that are no files, files that come and go, disks that are full, readers that leave, runs that are ended
//! or meet another. Each ends in bounded time with the right exit code, tells what is wrong, looks at all else, and leaves no half of a file.

#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{self, folder};
use crate::transcript::{Run, finish, tool};
use crate::walk::{ends, fifo};

/// Has a finding, and one that can be mended.
const POLICY: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Sid\": \"\", \"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::articles/*\"}]}\n";

/// Far more than anything here takes.
const LONGEST: Duration = Duration::from_secs(180);

fn run(folder: &Path, arguments: &[&str]) -> Run {
    let start = Instant::now();
    let mut tool = tool();
    let child =
        tool.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let run = waited(child);
    assert!(start.elapsed() < LONGEST, "{arguments:?} takes {:?}", start.elapsed());
    run
}

/// What a process printed, unless it hangs.
fn waited(mut child: Child) -> Run {
    let read = |stream: Option<&mut dyn std::io::Read>| {
        let mut text = String::new();
        stream.expect("a pipe").read_to_string(&mut text).expect("text");
        text
    };
    // nothing here prints more than a pipe holds
    assert!(ends(&mut child), "it does not end");
    let status = child.wait().expect("a process");
    let stdout = read(child.stdout.as_mut().map(|own| own as _));
    let stderr = read(child.stderr.as_mut().map(|own| own as _));
    Run { stdout, stderr, exit: status.code().unwrap_or(-status.signal().unwrap_or(0)) }
}

/// Runs a line of the shell in a folder, with the tool as `$R`.
fn shell(folder: &Path, line: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.env("R", env!("CARGO_BIN_EXE_rolecall")).env("NO_COLOR", "1").stdin(Stdio::null());
    shell.args(["-c", line]).current_dir(folder).output().expect("a shell")
}

fn names(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

/// An ignore file that is a pipe would be waited for, and one that is `/dev/zero` read without end.
#[test]
fn an_ignore_file_that_is_none_is_not_opened() {
    for name in [".ignore", ".gitignore", "sub/.gitignore", "sub/.ignore", ".git/info/exclude"] {
        for zero in [false, true] {
            let folder = folder(&[
                ("a.json", POLICY),
                ("sub/b.json", POLICY),
                ("sub/deep/c.json", POLICY),
                (".git/info/x", ""),
                ("good.rolecall.toml", ""),
            ]);
            let path = folder.path().join(name);
            if zero {
                symlink("/dev/zero", &path).expect("a link");
            } else {
                fifo(&path);
            }
            let ran = run(folder.path(), &["check", "--format", "concise"]);
            let wanted = format!("{name}:1:1: error[unreadable-input] cannot read `{name}`: it is not a regular file\n");
            assert!(ran.exit == 1 && ran.stdout.contains(&wanted), "{name}: {}{}", ran.stdout, ran.stderr);
            // all else is looked at, once
            for file in ["a.json", "sub/b.json", "sub/deep/c.json"] {
                assert_eq!(ran.stdout.matches(&format!("{file}:1:")).count(), 1, "{name}: {}", ran.stdout);
            }
            assert!(run(folder.path(), &["test"]).exit != 3, "{name}: the expectations are found");
        }
    }
}

/// What tells the tool what to do must be a file, but for what a shell hands over.
#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = folder(&[("a.json", POLICY)]);
    fifo(&folder.path().join("pipe"));
    let mut lines: Vec<Vec<&str>> = Vec::new();
    for name in ["pipe", "/dev/zero", "."] {
        for option in ["--config", "--baseline", "--reference"] {
            lines.push(vec!["check", "a.json", option, name]);
        }
        lines.extend([
            vec!["test", "x.rolecall.toml", name],
            vec!["diff", "a.json", name],
            vec!["simulate", "a.json", "--policy", name],
        ]);
    }
    for option in ["--token", "--claims", "--jwks", "--saml"] {
        lines.push(vec!["simulate", "a.json", option, "/dev/zero"]);
    }
    lines.push(vec!["token", "/dev/zero"]);
    for line in lines {
        let ran = run(folder.path(), &line);
        // a folder may be compared with
        assert!(
            ran.exit == 2 && ran.stderr.contains("error: ") || line[0] == "diff" && line[2] == ".",
            "{line:?}: {} {}{}",
            ran.exit,
            ran.stdout,
            ran.stderr
        );
    }
    // a configuration that is found, rather than named, is none then
    fifo(&folder.path().join("rolecall.toml"));
    assert_eq!(run(folder.path(), &["check", "a.json"]).exit, 0);
    // zeros without end are no text
    let zeros = File::open("/dev/zero").expect("zeros");
    let ran = finish(tool().args(["check", "-"]).stdin(zeros));
    assert!(ran.exit == 0 && ran.stdout.contains("not looked at: 1"), "{}", ran.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_configuration_from_a_pipe_of_the_shell_is_read() {
    let folder = folder(&[("a.json", POLICY)]);
    let ran = shell(folder.path(), "echo '[check]\nignore = [\"empty-sid\"]' | $R check a.json --config /dev/stdin");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stdout));
}

#[test]
fn files_may_vanish_meanwhile() {
    let folder = folder(&[] as &[(&str, &str)]);
    let count = 3_000;
    for number in 0..count {
        fs::write(folder.path().join(format!("{number:04}.json")), POLICY).expect("a file");
    }
    let check = tool()
        .args(["check", "--format", "json", "--output", "json=/dev/null"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    // from the end: what is listed first is read first
    for number in (count / 10..count).rev() {
        fs::remove_file(folder.path().join(format!("{number:04}.json"))).expect("a file");
    }
    let output = check.wait_with_output().expect("it ends");
    // what is gone is a finding
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", output.status);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for finding in report["findings"].as_array().expect("a list").iter().filter(|own| own["rule"] == "unreadable-input") {
        assert!(finding["message"].as_str().expect("a text").ends_with(": no such file or directory"), "{finding}");
    }
    // what stays is looked at
    let ran = run(folder.path(), &["check", "0000.json", "gone.json", "0001.json", "--format", "concise"]);
    assert!(
        ran.exit == 1 && ran.stdout.contains("0001.json:1:") && ran.stdout.contains("gone.json:1:1: error[unreadable-input] "),
        "{}",
        ran.stdout
    );
}

#[test]
fn links_that_lead_round_are_told() {
    let folder = folder(&[("a.json", POLICY), ("sub/b.json", POLICY)]);
    for (target, link) in [("one", "two"), ("two", "one"), ("..", "sub/up"), (".", "loop")] {
        symlink(target, folder.path().join(link)).expect("a link");
    }
    let ran = run(folder.path(), &["check", "--format", "concise"]);
    assert!(ran.exit == 0 && ran.stdout.contains("in 2 files; not looked at: 4 (a symbolic link)"), "{}", ran.stdout);
    let ran = run(folder.path(), &["check", "one", "a.json", "--format", "concise"]);
    assert!(
        ran.exit == 1
            && ran.stdout.contains("one:1:1: error[unreadable-input] cannot read `one`: ")
            && ran.stdout.contains("a.json:1:"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_folder_of_very_many_files() {
    let (folder, count) = (folder(&[("z/policy.json", POLICY)]), 100_000);
    for number in 0..count {
        File::create(folder.path().join(format!("{number}.json"))).expect("a file");
    }
    let ran = run(folder.path(), &["check", "--format", "concise"]);
    assert!(ran.exit == 0 && ran.stdout.contains("z/policy.json:1:"), "{}", ran.stdout);
    assert!(ran.stdout.contains("in 1 file; not looked at: 100000 (no policy, role or pool in it)"), "{}", ran.stdout);
}

/// Whatever lies in a folder, what is right beside it is looked at, in bounded time and memory.
#[test]
fn what_nobody_wrote_by_hand() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let around = |inner: &str| {
        format!(
            "{{\"Version\": \"2012-10-17\", \"Statement\": {{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\", {inner}}}}}"
        )
    };
    let values: Vec<String> = (0..10_000).map(|index| format!("\"v{index}\"")).collect();
    let denials: Vec<String> =
        (0..5_000).map(|index| format!("{{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"a{index}\"}}")).collect();
    let mut bomb = String::from("Statement: &a0 [{Effect: Allow, Action: '*', Resource: '*'}]\n");
    for level in 1..30 {
        bomb.extend([format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "))]);
    }
    // less where nothing is made fast
    let long = "x".repeat(if cfg!(debug_assertions) { 5_000_000 } else { 50_000_000 });
    let files: [(&str, Vec<u8>, &str); 15] = [
        ("brackets.json", "[".repeat(100_000).into_bytes(), ""),
        (
            "nested.json",
            around(&format!("\"Condition\": {}", "{\"a\":".repeat(100_000))).into_bytes(),
            "nested deeper than 256 levels",
        ),
        ("string.json", around(&format!("\"Sid\": \"{long}\"")).into_bytes(), "[policy-too-long]"),
        (
            "statements.json",
            format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", denials.join(",")).into_bytes(),
            "[policy-too-long]",
        ),
        (
            "values.json",
            around(&format!("\"Condition\": {{\"StringEquals\": {{\"aws:PrincipalTag/t\": [{}]}}}}", values.join(",")))
                .into_bytes(),
            "[policy-too-long]",
        ),
        ("keys.json", around(&vec!["\"Action\": \"s3:GetObject\""; 5_000].join(",")).into_bytes(), "error[duplicate-key]"),
        ("bomb.yaml", bomb.into_bytes(), "[missing-version]"),
        ("latin1.json", [around("\"Sid\": \"a\"").as_bytes(), b"\xE9"].concat(), "error[invalid-json] the text is not UTF-8"),
        ("utf8-mark.json", [b"\xEF\xBB\xBF".as_slice(), around("\"Sid\": \"\"").as_bytes()].concat(), "[empty-sid]"),
        (
            "utf16-mark.json",
            [b"\xFF\xFE".as_slice(), &utf16(&around("\"Sid\": \"\""), false)].concat(),
            "error[invalid-json] the text is UTF-16",
        ),
        ("utf16-little.json", utf16(&around("\"Sid\": \"\""), false), "error[invalid-json] the text is UTF-16"),
        ("utf16-big.json", utf16(&around("\"Sid\": \"\""), true), "error[invalid-json] the text is UTF-16"),
        ("zeros.json", vec![0; 1_000_000], ""),
        ("zero.json", around("\"Sid\": \"a\0b\"").into_bytes(), "error["),
        ("good.json", POLICY.as_bytes().to_vec(), "[empty-sid]"),
    ];
    let folder = folder(&[] as &[(&str, &str)]);
    for (name, bytes, _) in &files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let start = Instant::now();
    // of 50 MB of text
    let ran = shell(folder.path(), "ulimit -v 1500000; $R check -v --format concise");
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    let (out, told) = (String::from_utf8(ran.stdout).expect("text"), String::from_utf8(ran.stderr).expect("text"));
    assert_eq!(ran.status.code(), Some(1), "{told}");
    let mut complaints = Vec::new();
    for (name, _, wanted) in &files {
        let lines: Vec<&str> = out.lines().filter(|line| line.starts_with(&format!("{name}:"))).collect();
        let fits = match *wanted {
            "" => lines.is_empty() && told.contains(&format!("not looked at: {name}: ")),
            wanted => lines.iter().any(|line| line.contains(wanted)),
        };
        // in few words
        if !fits || lines.iter().any(|line| line.len() > 600) {
            let shown: Vec<String> = lines.iter().take(3).map(|line| line.chars().take(300).collect()).collect();
            complaints.push(format!("{name}: `{wanted}` is missing, or too much is told: {shown:#?}"));
        }
    }
    support::none(complaints);
}

/// Ten stars, and a text of a hundred kilobytes that nearly matches.
#[test]
fn stars_are_matched_in_bounded_time() {
    let stars = "a*".repeat(10);
    let policy = format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": {{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::b/{stars}b\", \"Condition\": {{\"StringLike\": {{\"aws:PrincipalTag/t\": \"{stars}b\"}}}}}}}}"
    );
    let long = "a".repeat(100_000);
    let claims = format!("{{\"x\": \"{long}\"}}");
    let folder = folder(&[("a.json", &policy), ("claims.json", &claims)]);
    let (resource, context) = (format!("arn:aws:s3:::b/{long}"), format!("aws:PrincipalTag/t={long}"));
    let line =
        ["simulate", "a.json", "--principal", "arn:aws:iam::111122223333:role/r", "--action", "s3:GetObject", "--format", "json"];
    assert_eq!(ran_with(&folder, &line, &resource, &context)["requests"][0]["decision"], "denied");
    let matching = ran_with(&folder, &line, &format!("{resource}b"), &format!("{context}b"));
    assert_eq!(matching["requests"][0]["decision"], "allowed");
}

fn ran_with(folder: &TempDir, line: &[&str], resource: &str, context: &str) -> serde_json::Value {
    let start = Instant::now();
    let ran = finish(tool().args(line).args(["--resource", resource, "--context", context]).current_dir(folder.path()));
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    serde_json::from_str(&ran.stdout).expect("JSON")
}

/// A device that is full, and files that may not get larger.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_what_was_there() {
    let before = [
        ("a.json", POLICY),
        ("rolecall-baseline.json", "{\"version\": 1, \"findings\": []}\n"),
        ("rolecall.toml", "[check]\npedantic = false\n"),
        ("report.json", "{}\n"),
    ];
    let folder = folder(&before);
    let path = folder.path();
    for line in [
        "$R check a.json > /dev/full",
        "$R rules > /dev/full",
        "$R check a.json --output sarif=/dev/full",
        "$R baseline a.json --output /dev/full",
    ] {
        let ran = shell(path, line);
        let stderr = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(
            ran.status.code() == Some(2)
                && stderr.starts_with("error: cannot write ")
                && stderr.ends_with(": no space left on device\n"),
            "{line}: {stderr}"
        );
    }
    // `ulimit` counts in blocks of 512 bytes, of which there are none here; whether the signal is ignored or not is the shell's business
    for trap in ["", "trap '' XFSZ; "] {
        for line in [
            "$R check a.json --fix",
            "$R baseline a.json",
            "$R ignore empty-sid --at a.json --reason x",
            "$R check a.json --output json=report.json",
            "$R check a.json --output json=new.json",
            "$R init --force",
        ] {
            let ran = shell(path, &format!("{trap}ulimit -f 0; {line} 2>&1 | cat"));
            let told = String::from_utf8_lossy(&ran.stdout).into_owned();
            assert!(told.contains("error: cannot ") && told.contains("file too large"), "{line}: {told}");
            for (name, text) in before {
                assert_eq!(fs::read_to_string(path.join(name)).expect("a file"), text, "{line}: {name}");
            }
            assert_eq!(names(path), ["a.json", "report.json", "rolecall-baseline.json", "rolecall.toml"], "{line}");
        }
    }
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let many = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}{{}}]}}", "{\"Effect\": 1},".repeat(1_000));
    let folder = folder(&[("a.json", &many)]);
    for line in [
        "$R check a.json 2>err | head -c 10",
        "$R rules 2>err | head -n 1",
        "$R check a.json --format json 2>err | true",
        "$R explain s3 -v 2>err | head -n 1",
    ] {
        let ran = shell(folder.path(), line);
        assert!(ran.status.success(), "{line}");
        assert_eq!(fs::read_to_string(folder.path().join("err")).expect("a file"), "", "{line}");
    }
}

/// Whenever a run is ended, a file is as it was or as it is to be, and nothing lies beside it.
#[test]
fn a_run_that_is_interrupted_leaves_no_half_of_a_file() {
    let statement =
        "{\"Sid\": \"\", \"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::articles/*\"}";
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [\n{}\n]}}\n", vec![statement; 20].join(",\n"));
    let files: Vec<String> = (0..16).map(|number| format!("{number}.json")).collect();
    let mended = text.replace("\"Sid\": \"\", ", "");
    // who started the tests in the background of a script may have Ctrl-C ignored, and so it is by all that they start
    let (by, number) = if is_ignored(2) { ("-TERM", 15) } else { ("-INT", 2) };
    let (mut ended, mut cut) = (0, 0);
    for step in 0..8_u64 {
        let folder = folder(&files.iter().map(|name| (name.as_str(), text.as_str())).collect::<Vec<_>>());
        let mut tool = tool();
        let arguments = ["check", "--fix", "--select", "empty-sid", "--format", "concise"];
        let mut child = tool
            .args(arguments)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // in the midst of writing, as soon as there is something to see
        let start = Instant::now();
        let is_written =
            || files.iter().any(|name| fs::metadata(folder.path().join(name)).is_ok_and(|own| own.len() != text.len() as u64));
        while step > 2 && !is_written() && child.try_wait().expect("a process").is_none() && start.elapsed() < LONGEST {}
        std::thread::sleep(Duration::from_micros(300 * step));
        let killed = Command::new("kill").args([by, &child.id().to_string()]).status().expect("kill");
        assert!(ends(&mut child), "it does not end");
        let status = child.wait().expect("a process");
        // by the signal, so that a shell tells 130 and ends its own script; or it was done before
        let by_signal = status.signal() == Some(number);
        assert!(by_signal || status.code() == Some(0) || !killed.success(), "{status}");
        ended += usize::from(by_signal);
        let mut kinds = [0, 0];
        for name in &files {
            let now = fs::read_to_string(folder.path().join(name)).expect("a file");
            assert!(now == text || now == mended, "{name} is half written: {} bytes", now.len());
            kinds[usize::from(now == mended)] += 1;
        }
        cut += usize::from(kinds[0] > 0 && kinds[1] > 0);
        assert_eq!(names(folder.path()).len(), files.len(), "something is left: {:?}", names(folder.path()));
    }
    assert!(ended > 0, "no run was interrupted, and {cut} between two files");
}

/// Whether this process ignores a signal, as far as the system tells.
fn is_ignored(signal: u32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// What whoever starts a run wants to be ignored is ignored.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_so() {
    let folder = folder(&[("a.json", POLICY)]);
    let ran = shell(
        folder.path(),
        "trap '' INT HUP; $R check a.json --fix --output json=x.json & P=$!; kill -INT $P; kill -HUP $P; wait $P",
    );
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(names(folder.path()), ["a.json", "x.json"]);
}

/// Runs that write the same file at once: it is that of one of them.
#[test]
fn two_runs_may_write_one_file() {
    let one: Vec<(String, String)> = (0..30).map(|number| (format!("{number}.json"), POLICY.to_owned())).collect();
    let folder = folder(&one.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let path = folder.path();
    let alone = |arguments: &[&str]| {
        assert_eq!(run(path, arguments).exit, 0, "{arguments:?}");
        fs::read_to_string(path.join("rolecall-baseline.json")).expect("a baseline")
    };
    let (whole, part) = (alone(&["baseline"]), alone(&["baseline", "0.json"]));
    for _ in 0..6 {
        let start = |arguments: &[&str]| {
            tool().args(arguments).current_dir(path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
        };
        let mut runs = [start(&["baseline"]), start(&["baseline", "0.json"]), start(&["baseline"])];
        // there is a whole one at any time
        while runs.iter_mut().any(|run| run.try_wait().expect("a process").is_none()) {
            let now = fs::read_to_string(path.join("rolecall-baseline.json")).expect("a baseline");
            assert!(now == whole || now == part, "{} bytes", now.len());
        }
        assert!(runs.iter_mut().all(|run| run.wait().expect("a process").success()));
    }
    assert_eq!(names(path).len(), 31);
}

/// What may not be written is told, and is as it was.
#[test]
fn what_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("a.json", POLICY), ("report.json", "{}\n"), ("taken/x", "")]);
    let path = folder.path();
    let set = |name: &str, mode| fs::set_permissions(path.join(name), fs::Permissions::from_mode(mode)).expect("permissions");
    set("report.json", 0o444);
    for (target, why) in [
        ("report.json", "it is read-only"),
        ("taken", "it is a directory"),
        ("gone/x", "no such file or directory"),
        ("a.json/x", "not a directory"),
    ] {
        for arguments in
            [&["check", "a.json", "--output", &format!("json={target}")][..], &["baseline", "a.json", "--output", target]]
        {
            let ran = run(path, arguments);
            assert_eq!(
                (ran.exit, ran.stderr.as_str()),
                (2, format!("error: cannot write `{target}`: {why}\n").as_str()),
                "{arguments:?}"
            );
        }
    }
    // a folder that is read-only holds nothing new; permissions do not hold root back
    set("taken", 0o555);
    if File::create(path.join("taken/probe")).is_err() {
        let ran = run(path, &["check", "a.json", "--output", "json=taken/new.json"]);
        assert_eq!((ran.exit, ran.stderr.as_str()), (2, "error: cannot write `taken/new.json`: permission denied\n"));
    }
    set("taken", 0o755);
    // a file that stays where it is: only what holds it is replaced
    symlink("report.json", path.join("link.json")).expect("a link");
    set("report.json", 0o640);
    assert_eq!(run(path, &["check", "a.json", "--output", "json=link.json"]).exit, 0);
    assert!(fs::symlink_metadata(path.join("link.json")).expect("a link").is_symlink());
    let mode = fs::metadata(path.join("report.json")).expect("a file").permissions().mode();
    assert!(mode & 0o777 == 0o640 && fs::read_to_string(path.join("report.json")).expect("text").contains("empty-sid"));
}

/// The document names a test in each row, and each is there.
#[test]
fn the_document_names_tests_that_are_there() {
    let text = support::read("docs/hostile.md");
    let quoted = text.split('`').skip(1).step_by(2).filter(|own| own.contains("::"));
    let named: Vec<(&str, &str)> = quoted.filter_map(|own| own.split_once("::")).collect();
    let mut complaints: Vec<String> = Vec::new();
    for (file, name) in &named {
        let path = format!("tests/it/{file}.rs");
        if !support::read(&path).contains(&format!("fn {name}(")) {
            complaints.push(format!("docs/hostile.md: there is no test `{name}` in {path}"));
        }
    }
    let rows = text.lines().filter(|line| {
        line.starts_with("| ")
            && !line.starts_with("| input ")
            && !line.starts_with("| what happens ")
            && !line.starts_with("| ---")
    });
    complaints.extend(rows.filter(|row| !row.contains("::")).map(|row| format!("docs/hostile.md: no test holds: {row}")));
    for line in support::read("tests/it/ruin.rs").lines().filter_map(|line| line.strip_prefix("fn ")) {
        let name = line.split('(').next().unwrap_or_default();
        let is_test = support::read("tests/it/ruin.rs").contains(&format!("#[test]\nfn {name}("));
        if is_test && name != "the_document_names_tests_that_are_there" && !named.contains(&("ruin", name)) {
            complaints.push(format!("docs/hostile.md: the test `{name}` is missing"));
        }
    }
    support::none(complaints);
}
