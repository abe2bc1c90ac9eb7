//! The tool as a process: what it prints where, and how it ends.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish};

const TUTORIAL: &str = "fixtures/scenarios/tutorial";
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::articles/*"}}"#;

pub(crate) fn run(arguments: &[&str]) -> Run {
    finish(&mut tool(arguments))
}

/// The tool without any setting from outside, not even the ones that transcripts have.
fn tool(arguments: &[&str]) -> Command {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    tool.env_clear().stdin(Stdio::null()).current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    tool
}

fn run_with_stdin(arguments: &[&str], input: &str) -> Run {
    let folder = folder(&[("input", input)]);
    let file = fs::File::open(folder.path().join("input")).expect("a file");
    finish(tool(arguments).stdin(file))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

fn in_folder(folder: &Path, arguments: &[&str]) -> Run {
    finish(tool(arguments).current_dir(folder))
}

fn token() -> String {
    support::read(&format!("{TUTORIAL}/tokens/editor.jwt")).trim().to_owned()
}

/// Neither the token nor one of its parts stands in what was printed.
#[track_caller]
fn keeps_secret(ran: &Run, token: &str) {
    for part in token.split('.').filter(|part| part.len() > 8) {
        assert!(!ran.stdout.contains(part) && !ran.stderr.contains(part), "a token is printed:\n{}\n{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn how_a_check_ends() {
    let folder = folder(&[
        ("policy.json", POLICY),
        ("notes.txt", "x"),
        ("other/a.json", "[]"),
        ("broken.json", "{\"Version\":\"2012-10-17\","),
    ]);
    let exit = |arguments: &[&str]| in_folder(folder.path(), arguments).exit;
    assert_eq!(exit(&["check", "policy.json"]), 0);
    // a file that is named need not hold a policy, so that hooks stay quiet
    assert_eq!(exit(&["check", "notes.txt"]), 0);
    assert_eq!(exit(&["check", "other/a.json"]), 0);
    assert_eq!(exit(&["check", "other"]), 3);
    assert_eq!(in_folder(&folder.path().join("other"), &["check"]).exit, 3);
    assert_eq!(exit(&["check", "missing.json"]), 2);
    assert_eq!(exit(&["check", "missing.json", "policy.json"]), 1);
    assert_eq!(exit(&["check", "missing.json", "policy.json", "--ignore", "unreadable-input"]), 0);
    assert_eq!(exit(&["check", "--no-such-flag"]), 2);
    assert_eq!(exit(&["check", "--select", "no-such-rule"]), 2);
    assert_eq!(exit(&["check", "--fail-on", "error", "policy.json"]), 0);
    assert_eq!(exit(&[]), 2);
    assert_eq!(exit(&["--help"]), 0);
}

#[test]
fn a_folder_without_expectations_passes_where_that_is_allowed() {
    let folder = folder(&[("policy.json", POLICY)]);
    assert_eq!(in_folder(folder.path(), &["test"]).exit, 3);
    let ran = in_folder(folder.path(), &["test", "--allow-none"]);
    assert_eq!((ran.exit, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    // what is named must be there all the same
    assert_eq!(in_folder(folder.path(), &["test", "--allow-none", "gone.rolecall.toml"]).exit, 2);
}

#[test]
fn data_goes_to_standard_output_and_complaints_do_not() {
    let usage = run(&["check", "--no-such-flag"]);
    assert!(usage.stdout.is_empty() && usage.stderr.starts_with("error: "), "{}", usage.stderr);
    let help = run(&["check", "--help"]);
    assert!(help.stderr.is_empty() && help.stdout.contains("--fail-on"), "{}", help.stdout);
    let missing = run(&["check", "missing.json", "fixtures/policies/identity-s3-read.json"]);
    assert!(missing.stderr.is_empty(), "{}", missing.stderr);
    let expected = "error[unreadable-input] cannot read `missing.json`: no such file or directory\n   ╶─[missing.json]\n\n";
    assert!(missing.stdout.starts_with(expected), "{}", missing.stdout);
    assert!(missing.stdout.contains("\n1 error in 1 file; "), "{}", missing.stdout);
}

#[test]
fn what_is_read_of_a_folder() {
    let files = [
        ("b.json", POLICY),
        ("a/policy.json", POLICY),
        ("notes.md", "# notes"),
        ("data.json", "{\"a\": 1}"),
        (".hidden/policy.json", POLICY),
        ("skipped.json", POLICY),
        (".ignore", "skipped.json\n"),
        ("blank.json", "  \n"),
    ];
    let folder = folder(&files);
    #[cfg(unix)]
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).expect("a socket");
    let ran = in_folder(folder.path(), &["check", "-v"]);
    assert_eq!(ran.exit, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("no findings in 2 files; not looked at: "), "{}", ran.stdout);
    assert!(ran.stderr.contains("not looked at: notes.md: no policy, role or pool in it\n"), "{}", ran.stderr);
    #[cfg(unix)]
    assert!(ran.stderr.contains("not looked at: socket: not a regular file\n"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("skipped") && !ran.stderr.contains("hidden"), "{}", ran.stderr);
}

#[test]
fn what_is_broken_is_recognised_all_the_same() {
    let rules = |bytes: &[u8]| {
        let folder = folder(&[]);
        fs::write(folder.path().join("policy.json"), bytes).expect("a file");
        let ran = in_folder(folder.path(), &["check", "--format", "json", "."]);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
        let findings = report["findings"].as_array().expect("a list");
        let of = |finding: &Value| {
            (finding["rule"].as_str().expect("a name").to_owned(), finding["message"].as_str().expect("a text").to_owned())
        };
        assert_eq!(ran.exit, if findings.is_empty() { 3 } else { 1 });
        findings.iter().map(of).map(|(rule, message)| format!("{rule}: {message}")).collect::<Vec<_>>()
    };
    let utf16 =
        |mark: &str, bytes: fn(u16) -> [u8; 2]| format!("{mark}{POLICY}").encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for encoded in [
        utf16("\u{FEFF}", u16::to_le_bytes),
        utf16("\u{FEFF}", u16::to_be_bytes),
        utf16("", u16::to_le_bytes),
        utf16("", u16::to_be_bytes),
    ] {
        assert_eq!(rules(&encoded), ["invalid-json: the text is UTF-16"]);
    }
    let latin = [&POLICY.as_bytes()[..1], b"\"Id\": \"caf\xE9\",", &POLICY.as_bytes()[1..]].concat();
    assert_eq!(rules(&latin), ["invalid-json: the text is not UTF-8"]);
    let broken = [
        (POLICY[1..].to_owned(), "`{` is missing"),
        (format!("// who may read\n{POLICY}"), "JSON has no comments"),
        (format!("/* who may\n read */ # this\n{POLICY}"), "JSON has no comments"),
        (format!("```json\n{POLICY}\n```\n"), "a code fence in the file"),
        (POLICY.replacen('{', "", 1).replace('"', "'"), "`{` is missing"),
        (format!("{POLICY}\0"), "`\0` belongs to nothing"),
        (r#""Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::articles/*""#.to_owned(), "`{` is missing"),
    ];
    for (text, message) in broken {
        let found = rules(text.as_bytes());
        assert!(found.iter().any(|found| found.ends_with(message)), "{found:?} of {text}");
    }
    // no policies, and none of our business
    let binary = [b"{\0\x01\x02\"Statement\"\xFF\xFE".as_slice(), &[0; 5000]].concat();
    assert_eq!(rules(&binary), [""; 0]);
    for text in [
        "#!/usr/bin/env python3\nPOLICY = {\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\"}]}",
        "// the policy\nexport const policy = {\"Statement\": []};",
        "\"use strict\";\nconst policy = {\"Statement\": []};",
        "# Policies\n\n```json\n{\"Version\": \"2012-10-17\"}\n```\n",
        "```json\n{\"Version\": \"2012-10-17\"}\n```\n\nThis lets nobody in.\n",
        "<html>\"Statement\": \"Effect\": \"Action\":</html>",
        "\"name\",\"Effect\",\"Action\"\n",
    ] {
        assert_eq!(rules(text.as_bytes()), [""; 0], "of {text}");
    }
}

#[test]
fn hostile_files_are_read_in_bounded_time() {
    let policy = POLICY.strip_suffix('}').expect("a bracket");
    let files = [
        ("brackets.json", "[".repeat(100_000)),
        ("inside.json", format!("{policy},\"Id\":{}", "[".repeat(100_000))),
        ("mixed.json", format!("{policy},\"Id\":{}", "{\"a\":[".repeat(50_000))),
        ("string.json", format!("{policy},\"Id\":\"{}\"}}", "x".repeat(1 << 20))),
        ("open-string.json", format!("{policy},\"Id\":\"{}", "x".repeat(1 << 20))),
        ("large.json", format!("[{}0]", "{\"a\": \"bcd\", \"e\": [1, 2]},\n".repeat(50_000_000 / 29))),
        ("large-policy.json", format!("{policy},\n\"Id\": [{}", "\"a\" \n".repeat(500_000))),
    ];
    let folder = TempDir::new().expect("a folder");
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let start = std::time::Instant::now();
    let ran = in_folder(folder.path(), &["check"]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    assert_eq!(ran.exit, 1, "{}", ran.stderr);
    assert!(ran.stdout.len() < 100_000 && ran.stdout.contains("nested deeper"), "{} bytes", ran.stdout.len());
}

#[test]
fn what_is_named_twice_is_read_once() {
    let folder = folder(&[("a.json", POLICY), ("b/c.json", POLICY)]);
    let ran = in_folder(folder.path(), &["check", "a.json", "./a.json", "b", "b/../b/c.json", "."]);
    assert!(ran.exit == 0 && ran.stdout.starts_with("no findings in 2 files; "), "{}", ran.stdout);
}

#[test]
fn standard_input_has_the_name_that_it_is_given() {
    let ran = run_with_stdin(&["check", "-", "--stdin-path", "roles/trust.json", "--format", "json"], POLICY);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((&report["version"], &report["summary"]["files"]), (&Value::from(1), &Value::from(1)));
    let ran = run_with_stdin(&["check", "-v", "-", "--stdin-path", "roles/trust.json"], "no policy");
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, "not looked at: roles/trust.json: no policy, role or pool in it\n"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let arguments = ["simulate", TUTORIAL, "--token", "-", "--format", "json"];
    let mut child =
        tool(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // nobody listens any more before the tool has its input, and so before it can print
    drop(child.stdout.take());
    child.stdin.take().expect("a pipe").write_all(token().as_bytes()).expect("it reads");
    let exit = child.wait().expect("it ends").code();
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    assert_eq!((exit, stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_token_in_the_arguments_is_refused_and_not_repeated() {
    let token = token();
    let bearer = format!("Bearer {token}");
    let with_flag = format!("--token={token}");
    let with_other_flag = format!("--flow={token}");
    let as_context = format!("key={token}");
    for arguments in [
        vec!["simulate", TUTORIAL, "--token", &token],
        vec!["simulate", TUTORIAL, "--token", &bearer],
        vec!["simulate", TUTORIAL, &with_flag],
        vec!["simulate", TUTORIAL, &with_other_flag],
        vec!["simulate", TUTORIAL, "--context", &as_context],
        vec!["simulate", &token],
        vec!["check", &token],
        vec!["explain", &token],
        vec![&token],
    ] {
        let ran = run(&arguments);
        keeps_secret(&ran, &token);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("a token stands in the arguments"), "{}", ran.stderr);
        // with leave to stand there it is still never repeated
        let mut arguments = arguments.clone();
        arguments.push("--token-insecure-arg");
        keeps_secret(&run(&arguments), &token);
    }
    let claims = run(&["simulate", TUTORIAL, "--token", r#"{"iss": "https://example.com", "sub": "secret-subject"}"#]);
    assert!(claims.exit == 2 && !claims.stderr.contains("secret-subject"), "{}", claims.stderr);
    let opaque = run(&["simulate", TUTORIAL, "--token", "opaque-secret-token"]);
    assert!(opaque.exit == 2 && !opaque.stderr.contains("opaque-secret"), "{}", opaque.stderr);
}

#[test]
fn a_token_is_taken_from_where_it_is_safe_and_never_printed() {
    let token = token();
    let file = format!("{TUTORIAL}/tokens/editor.jwt");
    for format in ["human", "json"] {
        let of_file = run(&["simulate", TUTORIAL, "-v", "--token", &file, "--format", format]);
        let of_stdin = run_with_stdin(&["simulate", TUTORIAL, "-v", "--token", "-", "--format", format], &token);
        let of_variable = finish(tool(&["simulate", TUTORIAL, "-v", "--token", "env:T", "--format", format]).env("T", &token));
        let of_arguments = run(&["simulate", TUTORIAL, "-v", "--token", &token, "--token-insecure-arg", "--format", format]);
        assert!(of_file.exit == 0 && of_file.stdout.contains("rbac-users-editor-role"), "{}{}", of_file.stdout, of_file.stderr);
        for ran in [&of_stdin, &of_variable, &of_arguments] {
            assert_eq!((ran.exit, &ran.stdout), (0, &of_file.stdout));
            keeps_secret(ran, &token);
        }
        keeps_secret(&of_file, &token);
    }
}

#[test]
fn without_a_login_every_subject_is_simulated() {
    let ran = run(&["simulate", TUTORIAL]);
    let subjects: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("a ")).collect();
    let expected = [
        "a member of `Admin`",
        "a member of `Editor`",
        "a member of `Admin` and `Editor`",
        "a signed-in user in no group",
        "a guest",
    ];
    assert_eq!(subjects, expected);
    let report: Value = serde_json::from_str(&run(&["simulate", TUTORIAL, "--format", "json"]).stdout).expect("JSON");
    let subjects: Vec<&str> =
        report["simulations"].as_array().expect("a list").iter().filter_map(|one| one["subject"].as_str()).collect();
    assert_eq!(subjects, expected);
}

#[test]
fn an_expectation_decides_how_a_simulation_ends() {
    let exit = |more: &[&str]| run(&[&["simulate", TUTORIAL], more].concat()).exit;
    assert_eq!(exit(&["--group", "Editor", "--expect", "allowed"]), 0);
    assert_eq!(exit(&["--group", "Editor", "--expect", "denied"]), 1);
    assert_eq!(exit(&["--group", "Editor", "--expect-role", "rbac-users-editor-role"]), 0);
    assert_eq!(exit(&["--group", "Editor", "--expect-role", "rbac-users-admin-role"]), 1);
    assert_eq!(exit(&["--guest", "--expect", "denied"]), 0);
    assert_eq!(exit(&["--guest", "--group", "Editor"]), 2);
    assert_eq!(exit(&["--group", "Nobody"]), 2);
    assert_eq!(run(&["simulate", "docs"]).exit, 3);
    let answer = run(&["simulate", TUTORIAL, "--group", "Editor", "--expect", "denied"]);
    assert_eq!(answer.stderr, "error: a member of `Editor`: expected denied, got allowed\n");
}

/// The policy that `pull` needs is a good one, and allows nothing more.
#[test]
fn the_policy_of_pull_passes_its_own_check() {
    let policy = run(&["pull", "--print-policy"]);
    assert_eq!((policy.exit, policy.stderr.as_str()), (0, ""));
    let checked = run_with_stdin(&["check", "--no-config", "--kind", "identity", "-"], &policy.stdout);
    assert!(checked.exit == 0 && checked.stdout.starts_with("no findings in 1 file"), "{checked:?}");
    let folder = folder(&[("policy.json", &policy.stdout)]);
    for (action, expected) in [
        ("iam:GetAccountAuthorizationDetails", "allowed"),
        ("cognito-idp:ListGroups", "allowed"),
        ("iam:CreateRole", "denied"),
        ("cognito-idp:ListUsers", "denied"),
    ] {
        let arguments =
            ["simulate", "--principal", "arn:aws:iam::111122223333:user/audit", "--action", action, "--expect", expected];
        let resource = if action.ends_with("ListGroups") { "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/p" } else { "*" };
        let asked = in_folder(folder.path(), &[&arguments[..], &["--resource", resource, "."]].concat());
        assert_eq!(asked.exit, 0, "{action}: {asked:?}");
    }
}

#[cfg(not(feature = "aws"))]
#[test]
fn a_build_without_a_live_account_says_how_to_get_one() {
    for arguments in [&["pull"][..], &["check", "--live"], &["simulate", "--live", "--guest"]] {
        let ran = run(arguments);
        assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains("without the feature `aws`") && ran.stderr.contains("cargo install"), "{ran:?}");
    }
}

#[cfg(not(feature = "lsp"))]
#[test]
fn a_build_without_a_language_server_says_how_to_get_one() {
    let ran = run(&["lsp", "--stdio"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("without the feature `lsp`") && ran.stderr.contains("cargo install"), "{ran:?}");
}

#[test]
fn colours_are_for_who_wants_them() {
    let coloured = |variables: &[(&str, &str)], more: &[&str]| {
        let mut tool = tool(&["check", "missing.json"]);
        finish(tool.args(more).envs(variables.iter().copied())).stdout.contains('\u{1B}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&[("FORCE_COLOR", "1")], &[]));
    assert!(!coloured(&[("FORCE_COLOR", "0")], &[]));
    assert!(!coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[]));
    assert!(coloured(&[("NO_COLOR", "1")], &["--color", "always"]));
    assert!(!coloured(&[("FORCE_COLOR", "1")], &["--color", "never"]));
}

#[test]
fn the_locale_decides_on_characters() {
    let ascii = |name: &str, value: &str| finish(tool(&["check", "missing.json"]).env(name, value)).stdout.is_ascii();
    assert!(ascii("LANG", "C") && ascii("LC_ALL", "de_DE.ISO-8859-1") && ascii("TERM", "dumb"));
    assert!(!ascii("LANG", "de_DE.UTF-8") && !ascii("LC_ALL", "C.utf8"));
}

#[test]
fn rules_are_listed_and_explained() {
    let list = run(&["rules"]);
    assert!(list.exit == 0 && list.stdout.contains("unreadable-input"), "{}", list.stdout);
    let report: Value = serde_json::from_str(&run(&["rules", "--format", "json"]).stdout).expect("JSON");
    for rule in report["rules"].as_array().expect("a list") {
        let page = run(&["explain", rule["name"].as_str().expect("a name")]);
        assert!(page.exit == 0 && page.stdout.starts_with('#'), "{}", page.stdout);
    }
    let unknown = run(&["explain", "no-such-rule"]);
    assert_eq!((unknown.exit, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.starts_with("error: there is no rule and no service `no-such-rule`\n"), "{}", unknown.stderr);
    let near = run(&["explain", "guest-can-asume"]);
    assert!(near.exit == 2 && near.stderr.ends_with("help: did you mean `guest-can-assume`?\n"), "{}", near.stderr);
    let rule = run(&["explain", "guest-can-assume", "--format", "json"]);
    let rule: Value = serde_json::from_str(&rule.stdout).expect("JSON");
    assert_eq!((&rule["topics"][0]["kind"], &rule["topics"][0]["theme"]), (&Value::from("rule"), &Value::from("trust")));
}

/// What stands between the brackets of `rolecall 0.1.0 (service data of 2026-09-26)`.
fn data_of() -> String {
    let version = run(&["--version"]);
    assert_eq!(version.exit, 0);
    let data = version.stdout.trim_end().strip_suffix(')').and_then(|line| line.split_once(" ("));
    data.unwrap_or_else(|| panic!("{}", version.stdout)).1.to_owned()
}

#[test]
fn a_long_list_is_cut_unless_all_is_asked_for() {
    let lines = |arguments: &[&str]| run(arguments).stdout.lines().count();
    let (cut, all) = (run(&["explain", "s3:GetObject"]), run(&["explain", "s3:GetObject", "-v"]));
    assert!(cut.stdout.contains(" more (`-v` shows all)\n") && !all.stdout.contains("`-v`"), "{}{}", cut.stdout, all.stdout);
    assert!(lines(&["explain", "ec2"]) < 20 && lines(&["explain", "ec2:*"]) < 40 && lines(&["explain", "arn:*"]) < 60);
    let key = run(&["explain", "aws:ResourceTag/team"]).stdout;
    assert!(key.lines().count() < 8 && key.contains(" services (`-v` shows all)\n"), "{key}");
    // nothing is cut in JSON
    let report: Value = serde_json::from_str(&run(&["explain", "ec2", "--format", "json"]).stdout).expect("JSON");
    assert!(report["topics"][0]["actions"].as_array().is_some_and(|actions| actions.len() > 500));
    assert!(data_of().ends_with(report["reference"]["date"].as_str().expect("a date")));
    // narrow
    let narrow = finish(tool(&["explain", "s3"]).env("COLUMNS", "50"));
    let wide: Vec<&str> = narrow.stdout.lines().filter(|line| line.chars().count() > 50 && !line.contains("https://")).collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn every_report_tells_of_which_day_the_service_data_is() {
    let data = data_of();
    let folder = folder(&[("policy.json", POLICY), ("own.txt", "# own Own\n[actions]\nGo R\n")]);
    let stdout = |arguments: &[&str]| in_folder(folder.path(), arguments).stdout;
    for format in ["human", "concise"] {
        assert_eq!(stdout(&["check", "--format", format, "policy.json"]), format!("no findings in 1 file; {data}\n"));
        let with = stdout(&["check", "--format", format, "--reference", "own.txt", "policy.json"]);
        assert_eq!(with, format!("no findings in 1 file; {data} and `own.txt`\n"));
    }
    // where nothing hangs on it, it is not told to people
    assert_eq!(stdout(&["check", "--select", "grammar", "policy.json"]), "no findings in 1 file\n");
    let json = |format: &str| -> Value {
        serde_json::from_str(&stdout(&["--reference", "own.txt", "check", "--format", format, "policy.json"])).expect("JSON")
    };
    let day = data.rsplit(' ').next().expect("a date");
    let expected = serde_json::json!({ "date": day, "overlays": ["own.txt"] });
    assert_eq!(json("json")["reference"], expected);
    assert_eq!(json("sarif")["runs"][0]["tool"]["driver"]["properties"]["serviceData"], expected);
}

#[test]
fn service_data_of_the_user_goes_before_ours() {
    let policy = POLICY.replace("s3:GetObject", "lantern:LightLamp");
    let lantern = support::read("fixtures/reference/lantern.json");
    let folder = folder(&[
        ("policy.json", &policy),
        ("dim.json", &policy.replace("LightLamp", "PolishLamp")),
        ("lantern.json", &lantern),
        ("bad.txt", "# own Own\n[actions]\nGo X\n"),
        ("later.txt", "# lantern Later\n[actions]\nLightLamp T\n"),
    ]);
    let ran = |arguments: &[&str]| in_folder(folder.path(), arguments);
    let without = ran(&["check", "--select", "unknown-service", "policy.json"]);
    assert!(without.exit == 1 && without.stdout.contains("[unknown-service]"), "{}", without.stdout);
    assert_eq!(ran(&["check", "--reference", "lantern.json", "--select", "unknown-service", "policy.json"]).exit, 0);
    // what a finding hangs on is the file, not the day of ours
    let unknown = ran(&["check", "--reference", "lantern.json", "--select", "unknown-action", "dim.json"]).stdout;
    assert!(unknown.contains("; the service data is that of `lantern.json`"), "{unknown}");
    let later = ran(&["explain", "lantern:LightLamp", "--reference", "lantern.json", "--reference", "later.txt"]);
    assert!(
        later.stdout.starts_with("lantern:LightLamp  tagging\n") && later.stdout.ends_with("  later.txt\n"),
        "{}",
        later.stdout
    );
    for (arguments, message) in [
        (["check", "--reference", "bad.txt"], "error: bad.txt:3: behind `Go` stands its access level: L, R, W, T or P\n  help: "),
        (["check", "--reference", "gone.txt"], "error: cannot read the service data `gone.txt`: no such file or directory\n"),
        (["check", "--reference", "."], "error: cannot read the service data `.`: it is not a regular file\n"),
        (["explain", "s3", "--reference=bad.txt"], "error: bad.txt:3: "),
    ] {
        let failed = ran(&arguments);
        assert_eq!((failed.exit, failed.stdout.as_str()), (2, ""));
        assert!(failed.stderr.starts_with(message), "{}", failed.stderr);
    }
}

#[test]
fn a_simulation_fits_the_width_except_for_what_cannot_be_parted() {
    for folder in support::folders("fixtures/scenarios") {
        for columns in [60, 100] {
            let arguments = ["simulate", "-v", ".", "--action", "s3:GetObject", "--role", "rbac-users-admin-role"];
            let ran = finish(tool(&arguments).current_dir(support::root().join(&folder)).env("COLUMNS", columns.to_string()));
            for line in ran.stdout.lines().filter(|line| line.chars().count() > columns) {
                let words = line.trim_start_matches([' ', '·', '✓', '✗', '?']).replace("wanted ", "").replace("got ", "");
                assert!(!words.trim().contains(' ') || line.contains("╭─["), "{folder}, {columns} columns:\n{line}");
            }
        }
    }
}

#[test]
fn the_answer_to_a_request_fits_the_width_except_for_what_cannot_be_parted() {
    let ann = "arn:aws:iam::111122223333:user/ann";
    let resource = "arn:aws:s3:::firm-ledger/*";
    for columns in [60, 100] {
        let arguments = ["simulate", "-v", ".", "--principal", ann, "--action", "s3:GetObject", "--resource", resource];
        let folder = support::root().join("fixtures/requests");
        let ran = finish(tool(&arguments).current_dir(folder).env("COLUMNS", columns.to_string()));
        assert!(ran.stdout.contains("statement"), "{}", ran.stderr);
        for line in ran.stdout.lines().filter(|line| line.chars().count() > columns) {
            let words = line.trim_start_matches([' ', '·', '✓', '✗', '?']).replace("wanted ", "").replace("got ", "");
            assert!(!words.trim().contains(' ') || line.contains("╭─["), "{columns} columns:\n{line}");
        }
    }
}

#[test]
fn what_is_simulated_is_printed_safely() {
    let role = r#"{"Role": {"RoleName": "evil\u202Erole", "Arn": "arn:aws:iam::111122223333:role/evil\u202Erole",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Sid": "a\u001B[2J", "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "x\u0007\u2066"}}}]}}}"#;
    let folder = folder(&[("role.json", role)]);
    for arguments in [
        &["simulate", "-v"][..],
        &["simulate", "--guest", "-v"],
        &["simulate", "--guest", "--role", "evil\u{202E}role"],
        &["simulate", "-v", "--principal", "arn:aws:iam::111122223333:role/evil\u{202E}role", "--action", "s3:\u{2066}Get"],
        &["simulate", "-v", "--principal", "federated:x\u{7}", "--action", "sts:*", "--resource", "evil\u{202E}*"],
        &["check"],
    ] {
        let ran = in_folder(folder.path(), arguments);
        assert!(!ran.stdout.is_empty(), "{}", ran.stderr);
        let bad = |c: &char| (c.is_control() && *c != '\n') || ['\u{202E}', '\u{2066}'].contains(c);
        assert_eq!(ran.stdout.chars().chain(ran.stderr.chars()).find(bad), None, "{arguments:?}\n{}{}", ran.stdout, ran.stderr);
    }
}

/// What plays no part for those who sign in is no silent choice.
#[test]
fn options_that_play_no_part() {
    let claims = "tokens/editor.claims.json";
    let keys = folder(&[("keys.json", r#"{"keys": []}"#)]);
    let keys = keys.path().join("keys.json");
    let keys = keys.to_str().expect("a path in UTF-8");
    for (arguments, option) in [
        (&["--claims", claims, "--tag", "team=red"][..], "--tag"),
        (&["--claims", claims, "--client", "web"], "--client"),
        (&["--claims", claims, "--jwks", keys], "--jwks"),
        (&["--guest", "--user", "u-1"], "--user"),
        (&["--guest", "--linked-token", "tokens/editor.jwt"], "--linked-token"),
        (&["--claims", claims, "--flow", "classic", "--custom-role", "editor"], "--custom-role"),
    ] {
        let all = [&["simulate"], arguments].concat();
        let run = finish(tool(&all).current_dir(support::root().join(TUTORIAL)));
        assert_eq!(run.exit, 2, "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.contains(&format!("`{option}` plays no part here")), "{arguments:?}: {}", run.stderr);
    }
}

/// The same of the cases of an expectation file.
#[test]
fn keys_that_play_no_part() {
    for (keys, told) in [
        ("guest = true\nlinked = [\"c.json\"]", "`linked` goes with `token`"),
        ("claims = \"c.json\"\nclient = \"web\"", "`client` goes with `group`"),
        ("guest = true\nflow = \"classic\"\ncustom-role = \"r\"", "`custom-role` is for the enhanced flow"),
    ] {
        let case = format!("inputs = [\".\"]\n\n[[case]]\nname = \"n\"\n{keys}\nexpect = \"denied\"\n");
        let folder = folder(&[("x.rolecall.toml", &case), ("c.json", r#"{"iss": "https://id.example"}"#), ("p.json", POLICY)]);
        let run = finish(tool(&["test", "x.rolecall.toml"]).current_dir(folder.path()));
        assert_eq!(run.exit, 2, "{keys}: {}", run.stdout);
        assert!(run.stderr.contains(told), "{keys}: {}", run.stderr);
    }
}

#[test]
fn names_that_no_request_has_are_warned_of() {
    let folder = folder(&[("policy.json", POLICY)]);
    let warned = |action: &str, resource: &str| {
        let caller = ["simulate", "--principal", "arn:aws:iam::111122223333:user/a", "--action", action, "--resource", resource];
        in_folder(folder.path(), &[&caller[..], &["policy.json"]].concat()).stderr
    };
    assert_eq!(warned("s3:GetObject", "arn:aws:s3:::b/k"), "");
    assert_eq!(warned("S3:getobject", "*"), "");
    let near = warned("s3:GetObjet", "*");
    assert!(near.starts_with("warning: `s3:GetObjet` is not an action that AWS lists; did you mean `s3:GetObject`?"), "{near}");
    assert_eq!(warned("s3:Get*", "*"), "warning: `s3:Get*` is a pattern, and a request is for one action\n");
    assert_eq!(warned("s3:GetObject", "s3://b/k"), "warning: `s3://b/k` is no ARN, by which policies name resources\n");
}

#[test]
fn who_was_deleted_takes_no_role() {
    let trust =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "ID"}}}"#;
    let who = |id: &str| {
        let folder = folder(&[("trust.json", &trust.replace("ID", id))]);
        in_folder(folder.path(), &["who", "*", "trust.json"]).stdout
    };
    assert!(who("AIDAJQABLZS4A3QDU576Q").contains("nobody can take it"), "{}", who("AIDAJQABLZS4A3QDU576Q"));
    assert!(who("AROAJQABLZS4A3QDU576Q").contains("nobody can take it"));
    assert!(who("111122223333").contains("whomever account `111122223333` lets call `sts:AssumeRole`"));
}

#[test]
fn a_provider_that_is_named_by_an_arn_and_not_by_its_host_is_told() {
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "PROVIDER"}, "Condition": {"StringEquals": {"accounts.google.com:aud": "app", "accounts.google.com:sub": "1234"}}}}"#;
    let who = |provider: &str| {
        let folder = folder(&[("trust.json", &trust.replace("PROVIDER", provider))]);
        let run = |format| in_folder(folder.path(), &["who", "*", "trust.json", "--format", format]).stdout;
        (run("human").split_whitespace().collect::<Vec<_>>().join(" "), run("json"))
    };
    let (human, json) = who("arn:aws:iam::111122223333:oidc-provider/accounts.google.com");
    let why = "the trust policy names the provider by an ARN, and AWS names this one by its host, `accounts.google.com`";
    assert!(human.contains(why) && json.contains(why), "{human}{json}");
    assert!(who("accounts.google.com").0.contains("one kind of caller can take it"));
}

#[test]
fn what_hangs_on_session_tags_of_a_known_issuer_is_not_known() {
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/HOST"},
        "Condition": {"StringLike": {"HOST:sub": "SUB"}, "StringEquals": {"HOST:aud": "sts.amazonaws.com", "aws:RequestTag/x": "app"}}}}"#;
    let who = |host: &str, subject: &str| {
        let folder = folder(&[("trust.json", &trust.replace("HOST", host).replace("SUB", subject))]);
        in_folder(folder.path(), &["who", "*", "trust.json"]).stdout
    };
    // the agent of Buildkite makes tags of claims where it is told to; the tokens of GitHub have none
    let buildkite = who("agent.buildkite.com", "organization:acme:pipeline:app:*");
    assert!(buildkite.contains("? not known whether") && buildkite.contains("it hangs on a condition key"), "{buildkite}");
    let github = who("token.actions.githubusercontent.com", "repo:acme/app:*");
    assert!(github.contains("nobody can take it"), "{github}");
}
