//! The formats of a check for other programs: each is what stands in `fixtures/formats/expected`, well-formed, and the same on each run.

use std::fs;
use std::path::Path;

use roxmltree::Document;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish, tool};

const FOLDER: &str = "fixtures/formats";

/// Every format, as the help lists them.
fn formats() -> Vec<String> {
    let help = finish(tool().args(["check", "--help"])).stdout;
    let behind = help.split("--format <FORMAT>").nth(1).expect("the option");
    let listed = behind.split("Possible values:").nth(1).expect("the values");
    let lines = listed.lines().skip(1).take_while(|line| line.trim_start().starts_with("- "));
    let names: Vec<String> = lines.map(|line| line.trim_start()[2..].split(':').next().expect("a name").to_owned()).collect();
    assert!(names.len() > 10 && names.contains(&"agent".to_owned()), "{help}");
    names
}

fn check(folder: &Path, arguments: &[&str]) -> Run {
    finish(tool().arg("check").args(arguments).current_dir(folder))
}

fn report(format: &str) -> String {
    let ran = check(&support::root().join(FOLDER), &["--format", format, "policies", "policies/gone.json"]);
    assert_eq!(ran.stderr, "", "{format}");
    ran.stdout
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn reports_are_as_expected() {
    support::none(formats().iter().filter_map(|format| {
        let path = format!("{FOLDER}/expected/{format}");
        let expected = fs::read_to_string(support::root().join(&path)).unwrap_or_default();
        // a new rule or a new version of the tool changes the list of rules, and nothing that is looked at here
        let mut actual = report(format);
        if format == "sarif" {
            let mut report = json(&actual);
            report["runs"][0]["tool"]["driver"]["rules"] = json!([]);
            report["runs"][0]["tool"]["driver"]["semanticVersion"] = json!("0.0.0");
            for result in report["runs"][0]["results"].as_array_mut().expect("results") {
                result["ruleIndex"] = json!(0);
            }
            actual = serde_json::to_string_pretty(&report).expect("JSON") + "\n";
        }
        support::settle(&path, &expected, &actual)
    }));
}

#[test]
fn every_format_is_documented() {
    let page = support::read("docs/formats.md");
    for format in formats() {
        assert!(page.contains(&format!("\n| `{format}` | ")), "docs/formats.md: a row for `{format}` is missing");
    }
}

#[test]
fn the_same_bytes_on_ten_runs() {
    for format in ["json", "human"] {
        let run = || check(support::root(), &["--format", format, "fixtures/scenarios"]);
        let first = run();
        assert_eq!(first.exit, 1);
        for _ in 1..10 {
            let again = run();
            assert!(again.stdout == first.stdout && again.stderr == first.stderr, "{format}: two runs differ");
        }
    }
}

#[test]
fn lines_of_ndjson_are_the_findings_of_json() {
    let whole = json(&report("json"));
    let lines: Vec<Value> = report("ndjson").lines().map(json).collect();
    let (last, findings) = lines.split_last().expect("a line");
    let told: Vec<&Value> = list(&whole["findings"]).iter().chain(list(&whole["suppressed"])).collect();
    assert_eq!(findings.iter().collect::<Vec<_>>(), told);
    for (key, value) in
        whole.as_object().expect("an object").iter().filter(|(key, _)| !["findings", "suppressed"].contains(&key.as_str()))
    {
        assert_eq!(last.get(key), Some(value), "{key}");
    }
}

/// What nothing is known of is counted, each place once, and named where that is asked for.
#[test]
fn what_is_not_known_is_told() {
    const TEXT: &str = r#"variable "who" {}
variable "b" { default = "b" }
resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = var.who } }] })
}
resource "aws_iam_policy" "p" {
  policy = jsonencode({ Statement = [{ Effect = "Deny", Action = var.who, Resource = ["arn:aws:s3:::${var.who}/*", "arn:aws:s3:::${var.b}/*"], Condition = { StringLike = { (var.who) = ["${var.who}", "x"] } } }] })
}
"#;
    let folder = support::folder(&[("main.tf", TEXT)]);
    let run = check(folder.path(), &["-v", "."]);
    assert!(run.stdout.contains("; 4 values not known;"), "{}", run.stdout);
    let told: Vec<&str> = run.stderr.lines().filter_map(|line| line.strip_prefix("not known: main.tf:")).collect();
    assert_eq!(told, ["4:117: var.who", "7:66: var.who", "7:174: var.who", "7:189: var.who"]);
    assert!(!check(folder.path(), &["."]).stderr.contains("not known"));
    let told = |format: &str| json(&check(folder.path(), &["--format", format, "."]).stdout);
    assert_eq!(told("json")["summary"]["notKnown"], 4);
    let told = told("sarif");
    let notifications = list(&told["runs"][0]["invocations"][0]["toolExecutionNotifications"]);
    let own: Vec<&Value> = notifications.iter().filter(|own| own["descriptor"]["id"] == "not-known").collect();
    assert_eq!(own.len(), 1, "{notifications:?}");
    assert_eq!(list(&own[0]["locations"]).len(), 4);
    // what is said is known
    let run = check(folder.path(), &["--assume", "var.who=111122223333", "."]);
    assert!(!run.stdout.contains("not known"), "{}", run.stdout);
}

/// What the documentation of workflow commands says undone.
fn unescaped(text: &str) -> String {
    text.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
}

#[test]
fn annotations_say_what_json_says() {
    let report = report("github");
    let (last, commands) =
        report.lines().collect::<Vec<_>>().split_last().map(|(last, rest)| (*last, rest.to_vec())).expect("a line");
    assert!(!last.starts_with("::") && last.contains(" in 5 files; 2 suppressed"), "{last}");
    let whole = json(&self::report("json"));
    let findings = list(&whole["findings"]);
    assert_eq!(commands.len(), findings.len());
    for (command, finding) in commands.iter().zip(findings) {
        let (head, message) = command.strip_prefix("::").and_then(|own| own.split_once("::")).expect("a command");
        let (level, properties) = head.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&level), "{level}");
        let properties: Vec<(&str, String)> = properties
            .split(',')
            .map(|own| own.split_once('=').expect("a value"))
            .map(|(key, own)| (key, unescaped(own)))
            .collect();
        let get = |key: &str| properties.iter().find(|(own, _)| *own == key).map(|(_, value)| value.clone());
        assert_eq!(get("file").as_deref(), finding["path"].as_str());
        assert_eq!(
            get("title"),
            Some(format!(
                "{} ({})",
                finding["rule"].as_str().expect("a rule"),
                finding["severity"].as_str().expect("a severity")
            ))
        );
        if finding["rule"] != "unreadable-input" {
            assert_eq!((get("line"), get("endLine")), (Some(finding["line"].to_string()), Some(finding["endLine"].to_string())));
            let columns = (finding["line"] == finding["endLine"])
                .then(|| (finding["column"].to_string(), finding["endColumn"].to_string()));
            assert_eq!(get("col").zip(get("endColumn")), columns);
        }
        assert!(!message.contains('\u{7}'), "{message}");
        for part in ["help", "witness"].iter().filter(|part| !finding[**part].is_null()) {
            assert!(unescaped(message).contains(&format!("\n{part}: ")), "{message}");
        }
    }
    assert!(commands.iter().any(|command| command.contains("file=policies/50%25 off%2C é😀.json,line=")), "{report}");
}

/// A name can hold all that parts the properties of a command, and a policy what ends its line.
#[cfg(unix)]
#[test]
fn nothing_breaks_out_of_an_annotation() {
    let folder = TempDir::new().expect("a folder");
    let name = "a,line=9::error::b\n::error::c%0A.json";
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "A\r\n::error::%0Alow", "Action": "s3:GetObject", "Resource": "*"}}"#;
    fs::write(folder.path().join(name), policy).expect("a file");
    let ran = check(folder.path(), &["--format", "github", "--select", "unknown-effect"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stdout);
    assert!(
        lines[0].starts_with("::error file=a%2Cline=9%3A%3Aerror%3A%3Ab%0A%3A%3Aerror%3A%3Ac%250A.json,line=1,"),
        "{}",
        lines[0]
    );
    assert!(lines[0].contains("%250Alow") && !lines[0].contains('\r'), "{}", lines[0]);
}

#[test]
fn xml_is_well_formed_and_says_what_json_says() {
    let whole = json(&report("json"));
    let findings = list(&whole["findings"]);
    let checkstyle = report("checkstyle");
    let document = Document::parse(&checkstyle).unwrap_or_else(|error| panic!("{error}:\n{checkstyle}"));
    let errors: Vec<_> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
    assert_eq!(errors.len(), findings.len() + list(&whole["suppressed"]).len());
    let live: Vec<_> = errors.iter().filter(|error| error.attribute("severity") != Some("ignore")).collect();
    for finding in findings {
        let same = live.iter().filter(|error| {
            let place = error.attribute("line") == Some(&finding["line"].to_string())
                && error.attribute("column") == Some(&finding["column"].to_string());
            let file = error.parent().and_then(|file| file.attribute("name")) == finding["path"].as_str();
            place && file && error.attribute("source") == Some(&format!("rolecall.{}", finding["rule"].as_str().expect("a rule")))
        });
        assert_eq!(same.count(), 1, "{finding}");
    }
    let junit = report("junit");
    let document = Document::parse(&junit).unwrap_or_else(|error| panic!("{error}:\n{junit}"));
    let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert_eq!(count("failure"), findings.len());
    let suppressed = list(&whole["suppressed"]);
    assert_eq!((count("skipped"), suppressed.len()), (2, 2));
    for own in suppressed {
        let reason = own["suppression"]["reason"].as_str().expect("a reason");
        let says = |node: roxmltree::Node<'_, '_>| node.attribute("message").is_some_and(|text| text.contains(reason));
        assert!(document.descendants().any(|node| node.has_tag_name("skipped") && says(node)), "{junit}");
        assert!(errors.iter().any(|error| error.attribute("severity") == Some("ignore") && says(*error)), "{checkstyle}");
    }
    let sum = |attribute: &str| {
        let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
        suites.map(|suite| suite.attribute(attribute).expect(attribute).parse::<usize>().expect("a number")).sum::<usize>()
    };
    assert_eq!((sum("failures"), sum("skipped"), sum("tests")), (count("failure"), count("skipped"), count("testcase")));
    let passing = document.descendants().find(|node| node.attribute("classname") == Some("policies/fine.json")).expect("a case");
    assert_eq!((passing.attribute("name"), passing.has_children()), (Some("no findings"), false));
}

#[test]
fn issues_of_gitlab_are_told_apart() {
    let issues = json(&report("gitlab"));
    let whole = json(&report("json"));
    let findings = list(&whole["findings"]);
    assert_eq!(list(&issues).len(), findings.len());
    let mut prints: Vec<&str> = list(&issues).iter().map(|issue| issue["fingerprint"].as_str().expect("a fingerprint")).collect();
    for (issue, finding) in list(&issues).iter().zip(findings) {
        assert_eq!((&issue["check_name"], &issue["location"]["path"]), (&finding["rule"], &finding["path"]));
        assert_eq!(issue["location"]["positions"]["begin"], json!({ "line": finding["line"], "column": finding["column"] }));
        let severity = issue["severity"].as_str().expect("a severity");
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        assert!(issue["description"].as_str().expect("text").starts_with(finding["message"].as_str().expect("text")));
    }
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), findings.len());
    // in the order of a walk, and without the point before a path
    let here = json(&check(&support::root().join(FOLDER), &["--format", "gitlab", "./policies/guests.json"]).stdout);
    assert_eq!(here[0]["location"]["path"], "policies/guests.json");
}

#[test]
fn reviewdog_counts_bytes_and_gets_fixes_that_fit() {
    let report = json(&report("rdjson"));
    let text = support::read(&format!("{FOLDER}/policies/50% off, é😀.json"));
    let bytes = |position: &Value| {
        let number = |key: &str| usize::try_from(position[key].as_u64().expect(key)).expect(key) - 1;
        text.split_inclusive('\n').take(number("line")).map(str::len).sum::<usize>() + number("column")
    };
    let diagnostics = list(&report["diagnostics"]);
    let effect = diagnostics.iter().find(|own| own["code"]["value"] == "unknown-effect").expect("a finding");
    let range = &effect["location"]["range"];
    assert_eq!(text[bytes(&range["start"])..bytes(&range["end"])].trim_matches('"'), "Alow");
    let suggestion = &effect["suggestions"][0];
    let (start, end) = (bytes(&suggestion["range"]["start"]), bytes(&suggestion["range"]["end"]));
    let mended = format!("{}{}{}", &text[..start], suggestion["text"].as_str().expect("text"), &text[end..]);
    assert_eq!(mended, text.replace("Alow", "Allow"));
    let unreadable = diagnostics.iter().find(|own| own["code"]["value"] == "unreadable-input").expect("a finding");
    assert_eq!(unreadable["location"], json!({ "path": "policies/gone.json" }));
}

#[test]
fn an_agent_is_told_one_line_a_finding_and_what_is_next() {
    let report = report("agent");
    let findings = list(&json(&self::report("json"))["findings"]).len();
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), findings + 2, "{report}");
    assert!(lines[findings + 1].starts_with("next: `rolecall check --fix` mends "), "{report}");
    assert!(!report.contains('\u{7}') && !report.contains('\u{1B}'), "{report}");
    let fine = check(&support::root().join(FOLDER), &["--format", "agent", "policies/fine.json"]);
    assert_eq!(fine.stdout.lines().count(), 1, "{}", fine.stdout);
}

#[test]
fn two_reports_never_go_to_one_file() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.json"), "{}").expect("a file");
    for (one, other) in [("out", "out"), ("out", "./out"), ("out", "gone/../out")] {
        fs::create_dir_all(folder.path().join("gone")).expect("a folder");
        let ran = check(folder.path(), &["--output", &format!("json={one}"), "--output", &format!("sarif={other}")]);
        assert!(ran.exit == 2 && ran.stderr.starts_with("error: two reports would go to `"), "{}", ran.stderr);
        assert!(!folder.path().join("out").exists());
    }
}
