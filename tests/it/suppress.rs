//! What suppresses findings: comments, metadata, the configuration, the baseline; and what is said of those that do not.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish, tool};

/// A policy that shows `missing-version` and nothing else.
const LOW: &str =
    r#"{"Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::articles/*"}]}"#;

/// A policy that shows `unknown-action` three times, in two statements.
const TWO: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::articles/*"},
        {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObjct", "s3:DeleteObjct"], "Resource": "arn:aws:s3:::articles/*"}
    ]
}"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(tool().args(arguments).current_dir(folder))
}

/// What is reported, as `path:line rule`, and how many findings are suppressed.
fn check(folder: &Path, arguments: &[&str]) -> (Vec<String>, usize) {
    let ran = run(folder, &[&["check", "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr));
    let text = |own: &Value| own.as_str().expect("a text").to_owned();
    let findings = report["findings"].as_array().expect("findings").iter();
    let told = findings.map(|own| format!("{}:{} {}", text(&own["path"]), own["line"], text(&own["rule"]))).collect();
    let suppressed = report["suppressed"].as_array().expect("a list").len();
    assert_eq!(report["summary"]["suppressed"], suppressed);
    (told, suppressed)
}

fn row(more: &str) -> String {
    format!("[[ignore]]\npath = 'a/*.json'\nrule = 'unknown-action'\nreason = 'spelt so by the vendor'\n{more}\n")
}

#[test]
fn a_row_covers_what_it_says_and_no_more() {
    let cases = [
        ("", 3),
        ("sid = 'Write'", 2),
        ("sid = 'Nobody'", 0),
        ("pointer = '/Statement/0'", 1),
        ("pointer = '/Statement/1/Action/1'", 1),
        ("pointer = '/Statement/7'", 0),
        ("value = 's3:PutObjct'", 1),
        ("sid = 'Read'\nvalue = 's3:PutObjct'", 0),
        ("until = 2999-01-01", 3),
        ("until = '1999-01-01'", 0),
    ];
    for (more, suppressed) in cases {
        let folder = folder(&[("a/two.json", TWO), ("rolecall.toml", &row(more))]);
        let (told, count) = check(folder.path(), &[]);
        assert_eq!(count, suppressed, "{more}: {told:?}");
        let complaint = match (more, suppressed) {
            ("until = '1999-01-01'", _) => Some("rolecall.toml:2 expired-suppression"),
            (_, 0) => Some("rolecall.toml:2 stale-suppression"),
            _ => None,
        };
        let own: Vec<&str> = told.iter().map(String::as_str).filter(|own| own.contains("suppression")).collect();
        assert_eq!(own, Vec::from_iter(complaint), "{more}");
        assert_eq!(told.len() - own.len() + count, 3, "{more}: nothing is lost");
    }
}

#[test]
fn the_path_of_a_row_is_that_from_the_folder_of_the_configuration() {
    let folder = folder(&[("x/a/two.json", TWO), ("a/two.json", TWO), ("rolecall.toml", &row("")), (".git/HEAD", "")]);
    assert_eq!(check(&folder.path().join("a"), &["two.json"]).1, 3);
    assert_eq!(check(&folder.path().join("a"), &["../a/two.json"]).1, 3);
    assert_eq!(check(&folder.path().join("x"), &["a/two.json"]).1, 0);
    assert_eq!(check(folder.path(), &["--config", "rolecall.toml"]).1, 3);
    assert_eq!(check(folder.path(), &["--no-config"]).1, 0);
    assert_eq!(check(folder.path(), &["--ignore-suppressions"]), (check(folder.path(), &["--no-config"]).0, 0));
}

/// What one file shows may hang on others, which a hook does not name.
#[test]
fn what_suppresses_nothing_is_told_only_where_all_is_looked_at() {
    let good = TWO.replace("Objct", "Object");
    let folder = folder(&[("a/two.json", &good), ("b/one.json", LOW), ("rolecall.toml", &row(""))]);
    let stale = |arguments: &[&str]| check(folder.path(), arguments).0.iter().any(|own| own.contains("stale-suppression"));
    assert!(stale(&[]));
    assert!(stale(&["a"]));
    assert!(!stale(&["a/two.json"]));
    assert!(!stale(&["b"]), "the row is of another folder");
    assert!(!stale(&["--select", "missing-version"]), "the rule was not asked");
    assert!(!stale(&["--ignore", "stale-suppression"]));
    fs::remove_file(folder.path().join("a/two.json")).expect("a file");
    assert!(stale(&[]), "there is no such file any more");
    assert!(!stale(&["b"]));
}

#[test]
fn comments_of_yaml_cover_what_starts_on_their_line() {
    const STATEMENTS: &str = "Version: '2012-10-17'\nStatement: #0\n  #1\n  - Sid: Read #2\n    Effect: Allow\n    Action: s3:GetObjct #3\n    Resource: arn:aws:s3:::articles/*\n  \
        #4\n  # and so on\n\n  - Sid: Write\n    Effect: Allow\n    Action: #5\n      - s3:PutObjct #6\n      - s3:DeleteObjct\n    Resource: arn:aws:s3:::articles/*\n";
    for (number, suppressed) in [(0, 3), (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 1)] {
        let comment = "# rolecall: ignore[unknown-action, missing-version] spelt so by the vendor";
        let text = (0..7)
            .fold(STATEMENTS.to_owned(), |text, own| text.replace(&format!("#{own}"), if own == number { comment } else { "" }));
        let folder = folder(&[("a.yaml", &text)]);
        let (told, count) = check(folder.path(), &[]);
        assert_eq!((count, told.len()), (suppressed, 3 - suppressed), "#{number}: {told:?}\n{text}");
    }
}

#[test]
fn comments_of_hcl_cover_blocks_and_documents_in_them() {
    const MODULE: &str = "#0\nresource \"aws_iam_role_policy\" \"one\" {\n  name = \"one\"\n  role = \"app\"\n  //1\n  policy = <<EOF\n{\n  \"Version\": \"2012-10-17\",\n  \
        \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObjct\", \"Resource\": \"arn:aws:s3:::articles/*\"}]\n}\nEOF\n}\n\n\
        data \"aws_iam_policy_document\" \"two\" {\n  /*2*/\n  statement {\n    actions   = [\"s3:PutObjct\"] //3\n    resources = [\"arn:aws:s3:::articles/*\"]\n  }\n}\n\
        resource \"aws_iam_policy\" \"two\" {\n  name   = \"two\"\n  policy = data.aws_iam_policy_document.two.json\n}\n";
    let marks = ["#0", "//1", "/*2*/", "//3"];
    for (number, mark) in marks.iter().enumerate() {
        let comment = mark.replace(&number.to_string(), " rolecall: ignore[unknown-action] spelt so by the vendor ");
        let text = marks.iter().fold(MODULE.to_owned(), |text, own| text.replace(own, if own == mark { &comment } else { "" }));
        let folder = folder(&[("main.tf", &text)]);
        let (told, count) = check(folder.path(), &["--select", "unknown-action", "--select", "suppression"]);
        assert_eq!((count, told.len()), (1, 1), "{mark}: {told:?}\n{text}");
    }
}

#[test]
fn comments_cover_documents_in_scripts_and_lines_of_json_with_comments() {
    let script = format!(
        "#!/bin/sh\n# rolecall: ignore[unknown-action] spelt so by the vendor\naws iam create-policy --policy-name two --policy-document '{TWO}'\n"
    );
    let folder = folder(&[("make.sh", &script)]);
    assert_eq!(check(folder.path(), &[]), (vec![], 3));
    // a mark in a string is no comment
    let json = TWO.replace("\"Read\"", "\"# rolecall: ignore[unknown-action] x\"");
    fs::write(folder.path().join("a.json"), json).expect("a file");
    assert_eq!(check(folder.path(), &["a.json", "--select", "unknown-action"]).1, 0);
}

#[test]
fn comments_that_suppress_nothing_are_told() {
    let cases = [
        ("ignore[unknown-action]", "a finding is suppressed without a reason"),
        ("ignore[] x", "it is not told which rule is to be ignored"),
        ("ignore unknown-action x", "it is not told which rule is to be ignored"),
        ("ignore[unknown-action x", "the bracket is not closed"),
        ("ignore[unknown-acton] x", "there is no rule `unknown-acton` that could be suppressed"),
        ("ignore[stale-suppression] x", "there is no rule `stale-suppression` that could be suppressed"),
        ("disable[unknown-action] x", "this word suppresses nothing"),
    ];
    for (said, message) in cases {
        let text = format!(
            "Version: '2012-10-17'\nStatement: # rolecall: {said}\n  - Effect: Allow\n    Action: s3:GetObject\n    Resource: arn:aws:s3:::articles/*\n"
        );
        let folder = folder(&[("a.yaml", &text)]);
        let ran = run(folder.path(), &["check", "--format", "concise", "a.yaml"]);
        assert!(ran.stdout.contains(&format!("low[malformed-suppression] {message}\n")), "{said}: {}", ran.stdout);
    }
    // words about the tool are none to it
    let text = "# rolecall: see the wiki\nVersion: '2012-10-17'\nStatement:\n  - Effect: Allow\n    Action: s3:GetObject\n    Resource: arn:aws:s3:::articles/*\n";
    let folder = folder(&[("a.yaml", text)]);
    assert_eq!(check(folder.path(), &[]), (vec![], 0));
}

#[test]
fn metadata_of_a_template_cover_their_resource() {
    const TEMPLATE: &str = "AWSTemplateFormatVersion: '2010-09-09'\n#0\nResources:\n  One:\n    Type: AWS::IAM::ManagedPolicy\n    #1\n    Properties:\n      PolicyDocument:\n        \
        Version: '2012-10-17'\n        Statement:\n          - { Sid: Read, Effect: Allow, Action: s3:GetObjct, Resource: 'arn:aws:s3:::articles/*' }\n          \
        - { Sid: Write, Effect: Allow, Action: s3:PutObjct, Resource: 'arn:aws:s3:::articles/*' }\n  Two:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        \
        Version: '2012-10-17'\n        Statement: { Sid: Read, Effect: Allow, Action: s3:GetObjct, Resource: 'arn:aws:s3:::articles/*' }\n";
    let cases =
        [("#0", "", 3), ("#1", "", 2), ("#1", ", sid: Write", 1), ("#1", ", sid: Nobody", 0), ("#1", ", until: '1999-01-01'", 0)];
    for (mark, more, suppressed) in cases {
        let metadata =
            format!("Metadata: {{ rolecall: {{ ignore: [{{ rule: unknown-action, reason: spelt so by the vendor{more} }}] }} }}");
        let text = TEMPLATE.replace(mark, &metadata);
        let folder = folder(&[("template.yaml", &text)]);
        let (told, count) = check(folder.path(), &["--select", "unknown-action", "--select", "suppression"]);
        let complaints = told.iter().filter(|own| own.contains("suppression")).count();
        assert_eq!((count, complaints), (suppressed, usize::from(suppressed == 0)), "{mark}{more}: {told:?}\n{text}");
    }
}

#[test]
fn a_baseline_holds_back_what_was_there_and_nothing_else() {
    let folder = folder(&[("a/two.json", TWO), ("a/one.json", LOW), ("rolecall.toml", "[check]\nbaseline = 'known.json'\n")]);
    assert_eq!(run(folder.path(), &["check"]).exit, 2, "the baseline that is named must be there");
    let wrote = run(folder.path(), &["--no-config", "baseline", "--output", "known.json"]);
    assert_eq!((wrote.exit, wrote.stdout.lines().next()), (0, Some("`known.json`: 4 findings known")), "{}", wrote.stderr);
    let before = fs::read_to_string(folder.path().join("known.json")).expect("a baseline");
    assert_eq!(check(folder.path(), &[]), (vec![], 4));
    assert_eq!(run(folder.path(), &["baseline"]).stdout, "`known.json`: 4 findings known\n");
    assert_eq!(fs::read_to_string(folder.path().join("known.json")).expect("a baseline"), before, "the same bytes");

    // lines and white space move, folders are renamed, and another mistake of the same kind is new
    let moved = format!("\n\n{}", TWO.replace("\"Version\"", "    \"Version\""))
        .replace("]\n}", ", {\"Effect\": \"Allow\", \"Action\": \"s3:ListBuckt\", \"Resource\": \"*\"}]\n}");
    fs::create_dir(folder.path().join("b")).expect("a folder");
    fs::rename(folder.path().join("a/one.json"), folder.path().join("b/one.json")).expect("a file");
    fs::write(folder.path().join("a/two.json"), moved).expect("a file");
    let (told, count) = check(folder.path(), &["--select", "unknown-action", "--select", "missing-version"]);
    assert_eq!((told, count), (vec!["a/two.json:8 unknown-action".to_owned()], 4));

    // what is mended stands there in vain, until it is taken out
    fs::write(folder.path().join("a/two.json"), TWO.replace("GetObjct", "GetObject")).expect("a file");
    assert_eq!(check(folder.path(), &[]), (vec!["known.json:14 stale-suppression".to_owned()], 3));
    assert_eq!(check(folder.path(), &["a/two.json"]).0, Vec::<String>::new());
    assert_eq!(run(folder.path(), &["baseline", "--prune"]).stdout, "`known.json`: 3 findings known, 1 taken out\n");
    assert_eq!(check(folder.path(), &[]), (vec![], 3));

    // pruning adds nothing
    fs::write(folder.path().join("a/two.json"), TWO).expect("a file");
    assert_eq!(run(folder.path(), &["baseline", "--prune"]).stdout, "`known.json`: 3 findings known, 0 taken out\n");
    assert_eq!(check(folder.path(), &[]).1, 3);
}

#[test]
fn a_broken_baseline_ends_the_run() {
    for (text, message) in [
        ("{", "1:2: the baseline is no JSON from here on"),
        ("{}", "1:1: no baseline of version 1"),
        ("{\"version\": 1}", "1:1: the baseline has no list `findings`"),
        ("{\"version\": 1, \"findings\": [{}]}", "1:29: it takes `fingerprint`, `rule`, `path` and `message`, each a string"),
    ] {
        let folder = folder(&[("a.json", LOW), ("known.json", text)]);
        let ran = run(folder.path(), &["check", "--baseline", "known.json"]);
        assert_eq!((ran.exit, ran.stderr.lines().next()), (2, Some(format!("error: known.json:{message}").as_str())), "{text}");
    }
}

#[test]
fn every_report_carries_what_is_suppressed() {
    let folder = folder(&[("a/two.json", TWO), ("rolecall.toml", &row("sid = 'Read'"))]);
    let human = run(folder.path(), &["check", "-v"]);
    assert!(human.stdout.contains("2 medium in 1 file; 1 suppressed;"), "{}", human.stdout);
    assert!(
        human.stderr.contains("suppressed: a/two.json:4:55: unknown-action: spelt so by the vendor (rolecall.toml:2:8)\n"),
        "{}",
        human.stderr
    );
    let sarif = run(folder.path(), &["check", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif.stdout).expect("a report");
    let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
    let counts: Vec<usize> = results.iter().map(|own| own["suppressions"].as_array().expect("a list").len()).collect();
    assert_eq!(counts, [0, 0, 1]);
    let own = &results[2]["suppressions"][0];
    assert_eq!((&own["kind"], &own["justification"]), (&Value::from("external"), &Value::from("spelt so by the vendor")));
    assert_eq!(own["location"]["physicalLocation"]["artifactLocation"]["uri"], "rolecall.toml");
    // without any, no result speaks of it
    let sarif = run(folder.path(), &["check", "--format", "sarif", "--no-config"]);
    assert!(!sarif.stdout.contains("\"suppressions\""));
}

#[test]
fn fixes_leave_alone_what_is_suppressed() {
    let folder = folder(&[
        ("a.json", LOW),
        ("rolecall.toml", "[[ignore]]\npath = 'a.json'\nrule = 'missing-version'\nreason = 'the vendor compares the text'\n"),
    ]);
    let ran = run(folder.path(), &["check", "--fix"]);
    assert_eq!(
        (ran.exit, fs::read_to_string(folder.path().join("a.json")).expect("a file")),
        (0, LOW.to_owned()),
        "{}",
        ran.stdout
    );
}

#[test]
fn ignore_writes_a_row_that_holds() {
    let folder = folder(&[("a/two [x].json", TWO), (".git/HEAD", "")]);
    let path = "a/two [x].json";
    let count = || check(folder.path(), &["--select", "unknown-action", "--select", "suppression"]);
    let ignore = |rule: &str, at: &str, more: &[&str]| {
        run(folder.path(), &[&["ignore", rule, "--at", at, "--reason", "so \"it\" is\\"], more].concat())
    };
    for (at, more, suppressed) in [
        (format!("{path}#Read"), &[][..], 1),
        (format!("{path}#/Statement/1/Action/0"), &["--until", "2999-12-31"], 2),
        (path.to_owned(), &["--value", "s3:DeleteObjct"], 3),
    ] {
        let ran = ignore("unknown-action", &at, more);
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{at}");
        let (told, count) = count();
        assert_eq!((count, told.len()), (suppressed, 3 - suppressed), "{at}: {told:?}");
    }
    for (rule, at, more, message) in [
        ("unknown-acton", path, &[][..], "there is no rule `unknown-acton` that could be ignored"),
        ("unknown-action", "gone.json", &[], "cannot read `gone.json`: no such file or directory"),
        ("unknown-action", "a/two [x].json#Raed", &[], "there is no statement `Raed` in `a/two [x].json`"),
        ("unknown-action", "a/two [x].json#/Statement/9", &[], "the pointer `/Statement/9` leads nowhere in `a/two [x].json`"),
        ("unknown-action", path, &["--until", "soon"], "`--until soon` is no day"),
    ] {
        let ran = ignore(rule, at, more);
        assert_eq!((ran.exit, ran.stderr.lines().next()), (2, Some(format!("error: {message}").as_str())));
    }
    assert_eq!(count().1, 3, "nothing was written");
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_can_be_filled_in() {
    let folder = folder(&[("a.json", LOW)]);
    assert_eq!(run(folder.path(), &["init"]).exit, 0);
    assert_eq!(check(folder.path(), &[]).0, ["a.json:1 missing-version"]);
    assert_eq!(run(folder.path(), &["init"]).exit, 2);
    assert_eq!(run(folder.path(), &["init", "--force"]).exit, 0);
    // each example may stand there as it is
    let file = folder.path().join("rolecall.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    let filled: String = text
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|own| own.starts_with("[[") || own.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')))
                .unwrap_or(line)
        })
        // of two ways to say what must not be reached, one
        .filter(|line| !line.starts_with("to = "))
        .flat_map(|line| [line, "\n"])
        .collect();
    fs::write(&file, filled).expect("a file");
    fs::write(folder.path().join("rolecall-baseline.json"), "{\"version\": 1, \"findings\": []}").expect("a file");
    let ran = run(folder.path(), &["check", "a.json"]);
    assert!(ran.exit < 2, "{}", ran.stderr);
}

#[test]
fn show_tells_what_holds_and_from_where() {
    let folder = folder(&[
        (
            "rolecall.toml",
            "[check]\nfail-on = 'high'\nseverity = { missing-version = 'style' }\n[trust]\npartners = [\n  '000011112222', # a friend\n]\n",
        ),
        ("a/x.json", LOW),
        (".git/HEAD", ""),
    ]);
    let shown = run(&folder.path().join("a"), &["config", "show"]).stdout;
    for line in [
        "../rolecall.toml, the nearest one",
        "check.fail-on                   \"high\" (../rolecall.toml:2:11)",
        "check.severity.missing-version  \"style\" (../rolecall.toml:3:32)",
        "trust.partners                  [\"000011112222\"] (../rolecall.toml:5:12)",
        "check.pedantic                  false (default)",
    ] {
        assert!(shown.lines().any(|own| own == line), "{line}\n{shown}");
    }
    let json: Value =
        serde_json::from_str(&run(folder.path(), &["config", "show", "--format", "json"]).stdout).expect("a report");
    assert_eq!((&json["file"], &json["settings"][3]["key"]), (&Value::from("rolecall.toml"), &Value::from("check.fail-on")));
    let none = run(folder.path(), &["--no-config", "config", "show"]).stdout;
    assert!(none.starts_with("no configuration file: `--no-config` says so\n"), "{none}");
}

#[test]
fn the_schema_of_the_configuration_is_current() {
    let printed = run(support::root(), &["config", "schema"]).stdout;
    let path = "docs/schema/rolecall.schema.json";
    let own = fs::read_to_string(support::root().join(path)).unwrap_or_default();
    support::none(support::settle(path, &own, &printed));
}
