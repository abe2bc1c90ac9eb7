//! What is looked for in a folder: whatever lies there, the walk ends, tells of everything, and exits by the contract.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::transcript::{finish, tool};

const GOOD: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::articles/*"}}"#;

/// Cut off in the middle of a statement.
const BROKEN: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject","#;

/// The tool may take so long in a build without optimisation on a busy machine. It takes a hundredth of that.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits for a process, but not for ever.
pub(crate) fn ends(child: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if child.try_wait().expect("a process").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("a process");
    false
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

/// Fifty megabytes of JSON that is no policy.
fn large() -> Vec<u8> {
    let row = br#"{"id": 12345, "name": "somebody", "tags": ["a", "b"]},"#;
    let mut text = b"{\"rows\": [".to_vec();
    while text.len() < 50_000_000 {
        text.extend_from_slice(row);
    }
    text.extend_from_slice(b"{}]}");
    text
}

/// A thousand files of all kinds, without those that only Unix has.
fn thousand(folder: &Path) {
    for number in 0..200 {
        write(folder, &format!("good/{number}.json"), GOOD.as_bytes());
    }
    for number in 0..150 {
        write(folder, &format!("broken/{number}.json"), BROKEN.as_bytes());
    }
    for number in 0..400 {
        let text =
            format!("{{\"name\": \"package-{number}\", \"version\": \"1.0.{number}\", \"dependencies\": {{\"a\": \"^1\"}}}}");
        write(folder, &format!("other/{number}.json"), text.as_bytes());
    }
    for number in 0..148_u8 {
        write(folder, &format!("binary/{number}.png"), &[0x89, b'P', b'N', b'G', 0, 0xFF, number]);
    }
    for number in 0..100 {
        write(folder, &format!("notes/{number}.md"), b"# notes\n");
    }
    write(folder, "large.json", &large());
    write(folder, "deep.json", &b"[".repeat(100_000));
}

#[cfg(unix)]
#[test]
fn a_thousand_files_of_all_kinds_are_looked_through() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::process::CommandExt as _;

    let folder = TempDir::new().expect("a folder");
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    let root = folder.path().join("files");
    thousand(&root);
    fifo(&root.join("pipe"));
    symlink(".", root.join("loop")).expect("a link");
    symlink("gone.json", root.join("dangling.json")).expect("a link");
    symlink("good/0.json", root.join("linked.json")).expect("a link");
    write(&root, "locked.json", GOOD.as_bytes());
    write(&root, "locked/policy.json", GOOD.as_bytes());
    set(&root.join("locked.json"), 0o000);
    set(&root.join("locked"), 0o000);

    let mut check = tool();
    // permissions do not hold root back: then somebody else runs the tool, which must lie where they can reach it
    if File::open(root.join("locked.json")).is_ok() {
        let program = folder.path().join("rolecall");
        // by another process: a program that this one still has open for writing where another test forks would be busy
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_rolecall")).arg(&program).status().expect("cp starts");
        assert!(copied.success(), "cp ends with {copied}");
        set(folder.path(), 0o755);
        check = Command::new(program);
        check.env_clear().stdin(Stdio::null()).uid(65534).gid(65534);
    }
    let (stdout, stderr) = (folder.path().join("stdout"), folder.path().join("stderr"));
    check.args(["check", "-v", "--format", "json"]).current_dir(&root);
    check.stdout(File::create(&stdout).expect("a file")).stderr(File::create(&stderr).expect("a file"));
    let mut child = check.spawn().expect("it starts");
    assert!(ends(&mut child), "it does not end");
    set(&root.join("locked"), 0o755);

    let report: Value = serde_json::from_str(&fs::read_to_string(stdout).expect("text")).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let of = |rule: &str| -> Vec<&str> {
        findings.iter().filter(|finding| finding["rule"] == rule).filter_map(|finding| finding["path"].as_str()).collect()
    };
    assert_eq!(of("unreadable-input"), ["locked", "locked.json"]);
    let mut broken = of("invalid-json");
    broken.dedup();
    assert_eq!(broken.len(), 150);
    assert!(findings.iter().all(|finding| !finding["path"].as_str().is_some_and(|path| path.starts_with("good/"))));
    assert_eq!(report["summary"]["files"], 350);
    let passed_over: Vec<(&str, u64)> = report["summary"]["passedOver"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|own| Some((own["reason"].as_str()?, own["files"].as_u64()?)))
        .collect();
    let expected = [("no policy, role or pool in it", 650), ("a symbolic link", 3), ("not a regular file", 1)];
    for wanted in expected {
        assert!(passed_over.contains(&wanted), "{wanted:?} is missing in {passed_over:?}");
    }
    assert_eq!(passed_over.len(), expected.len(), "{passed_over:?}");
    // what was not looked at is told one by one
    let told = fs::read_to_string(stderr).expect("text");
    assert_eq!(told.lines().count(), 402 + 248 + 3 + 1);
    for line in [
        "not looked at: pipe: not a regular file",
        "not looked at: loop: a symbolic link",
        "not looked at: dangling.json: a symbolic link",
        "not looked at: large.json: no policy, role or pool in it",
        "not looked at: deep.json: no policy, role or pool in it",
    ] {
        assert!(told.lines().any(|own| own == line), "`{line}` is missing");
    }
}

#[test]
fn how_a_walk_ends() {
    let folder = TempDir::new().expect("a folder");
    let exit = |arguments: &[&str]| finish(tool().arg("check").args(arguments).current_dir(folder.path())).exit;
    assert_eq!(exit(&[]), 3);
    write(folder.path(), "a/notes.md", b"# notes");
    write(folder.path(), "a/deep.json", &b"[".repeat(100_000));
    assert_eq!(exit(&["a"]), 3);
    write(folder.path(), "b/good.json", GOOD.as_bytes());
    assert_eq!(exit(&[]), 0);
    assert_eq!(exit(&["a", "b/good.json"]), 0);
    write(folder.path(), "c/broken.json", BROKEN.as_bytes());
    assert_eq!(exit(&[]), 1);
    assert_eq!(exit(&["gone"]), 2);
    assert_eq!(exit(&["b", "gone"]), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_refused_and_does_not_hang() {
    let folder = TempDir::new().expect("a folder");
    fifo(&folder.path().join("pipe"));
    for arguments in [&["check", "pipe"][..], &["files", "pipe"], &["simulate", "pipe"]] {
        let mut waits = tool();
        waits.args(arguments).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(ends(&mut waits.spawn().expect("it starts")), "{arguments:?} does not end");
    }
    let ran = finish(tool().args(["check", "pipe", "/dev/null"]).current_dir(folder.path()));
    assert_eq!(ran.exit, 2);
    for words in [
        "cannot read `pipe`: it is a named pipe, not a regular file",
        "help: give what it holds as standard input: `… - < pipe`",
        "cannot read `/dev/null`: it is a device, not a regular file",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is missing in:\n{}", ran.stdout);
    }
}

/// What a shell hands over for `<(…)` is a pipe too, and somebody writes to it.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_of_the_shell_is_read() {
    use std::io::Write as _;
    for path in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let mut check = tool();
        let mut child = check.args(["check", path]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        child.stdin.take().expect("a pipe").write_all(BROKEN.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1), "{path}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn files_are_listed_with_what_they_are() {
    let folder = TempDir::new().expect("a folder");
    let trust = GOOD
        .replace("\"Resource\": \"arn:aws:s3:::articles/*\"", "\"Principal\": {\"Service\": \"lambda.amazonaws.com\"}")
        .replace("s3:GetObject", "sts:AssumeRole");
    let pool = r#"{"IdentityPoolId": "eu-west-1:1", "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true}"#;
    for (name, text) in [
        ("trust.json", trust.as_str()),
        ("policy.json", GOOD),
        ("pool.json", pool),
        ("notes.md", "# notes"),
        ("data.json", "[1]"),
        ("vendor/x.json", GOOD),
        ("rolecall.toml", "[check]\nexclude = ['vendor']\n"),
    ] {
        write(folder.path(), name, text.as_bytes());
    }
    let ran = finish(tool().args(["files", ".", "gone.json"]).current_dir(folder.path()));
    let expected = "\
data.json      not looked at: no policy, role or pool in it
gone.json      not looked at: cannot read `gone.json`: no such file or directory
notes.md       not looked at: no policy, role or pool in it
policy.json    policy                                   identity, not sure
pool.json      cognito-identity describe-identity-pool
rolecall.toml  not looked at: no policy, role or pool in it
trust.json     policy                                   trust
vendor         not looked at: excluded by the configuration

3 files to look at, 5 not
";
    assert_eq!((ran.stdout.as_str(), ran.exit), (expected, 0));
    let ran = finish(
        tool().args(["files", "--format", "json", "--kind", "scp", "policy.json", "data.json"]).current_dir(folder.path()),
    );
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let expected = serde_json::json!({ "version": 1, "files": [
        { "path": "data.json", "form": null, "kind": null, "sure": null, "notLookedAt": "no policy, role or pool in it" },
        { "path": "policy.json", "form": "policy", "kind": "scp", "sure": true, "notLookedAt": null },
    ], "notReadable": [] });
    assert_eq!(report, expected);
    assert_eq!(finish(tool().args(["files", "gone.json"]).current_dir(folder.path())).exit, 2);
}

#[cfg(unix)]
pub(crate) fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo, which every Unix has");
    assert!(made.success(), "mkfifo fails");
}
