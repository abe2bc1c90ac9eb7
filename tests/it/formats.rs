//! The formats of a check, as a program reads them: concise, SARIF, and several at once.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish, tool};

const SCENARIO: &str = "fixtures/scenarios/tutorial-missing-amr";

/// Letters of two, three and four bytes stand before what is wrong.
const UNICODE: &str = "{\"Version\": \"2012-10-17\", \"Id\": \"é日😀\", \"Statement\": [\n  {\"Sid\": \"é日😀\", \"Effect\": \"Alow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\", \"Principal\": {\"AWS\": \"111122223333\"}}\n]}\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Run {
    finish(tool().arg("check").args(arguments).current_dir(folder))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// The only run of a SARIF report.
fn sarif(folder: &Path, arguments: &[&str]) -> Value {
    let ran = check(folder, &[&["--format", "sarif"], arguments].concat());
    let report = json(&ran.stdout);
    assert_eq!((&report["version"], report["runs"].as_array().map(Vec::len)), (&Value::from("2.1.0"), Some(1)));
    report["runs"][0].clone()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn concise_is_one_line_a_finding() {
    let folder = folder(&[("a b.json", UNICODE)]);
    let ran = check(folder.path(), &["--format", "concise", "a b.json", "gone.json"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.stdout);
    assert!(lines[0].starts_with("a b.json:2:29: error[unknown-effect] "), "{}", ran.stdout);
    assert_eq!(lines[1], "gone.json:1:1: error[unreadable-input] cannot read `gone.json`: no such file or directory");
    assert!(lines[2].starts_with("2 errors in 1 file; "), "{}", ran.stdout);
    let quiet = check(folder.path(), &["--format", "concise", "--ignore", "grammar", "--ignore", "reference", "a b.json"]);
    assert_eq!(quiet.stdout, "no findings in 1 file\n");
}

#[test]
fn concise_is_printed_safely() {
    let folder = folder(&[("evil\u{1B}[2J.json", UNICODE)]);
    let ran = check(folder.path(), &["--format", "concise"]);
    assert!(ran.stdout.starts_with("evil\\u{1B}[2J.json:2:29: "), "{}", ran.stdout);
}

#[test]
fn sarif_counts_columns_in_characters_and_offsets_in_bytes() {
    let folder = folder(&[("a b/é.json", UNICODE)]);
    let run = sarif(folder.path(), &[]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"], serde_json::json!({ "uri": "a%20b/%C3%A9.json", "uriBaseId": "%SRCROOT%" }));
    let region = &place["region"];
    let number = |key: &str| usize::try_from(region[key].as_u64().expect(key)).expect(key);
    let underlined = &UNICODE[number("byteOffset")..][..number("byteLength")];
    assert!(underlined.trim_matches('"') == "Alow", "{underlined}");
    let line: Vec<char> = UNICODE.lines().nth(number("startLine") - 1).expect("a line").chars().collect();
    let columns: String = line[number("startColumn") - 1..number("endColumn") - 1].iter().collect();
    assert_eq!((columns.as_str(), number("startLine"), number("endLine")), (underlined, 2, 2));
}

#[test]
fn sarif_tells_rules_levels_remedies_and_witnesses() {
    let run = sarif(support::root(), &[SCENARIO]);
    let rules = list(&run["tool"]["driver"]["rules"]);
    assert!(rules.len() > 10);
    for rule in rules {
        for text in [
            &rule["shortDescription"]["text"],
            &rule["fullDescription"]["text"],
            &rule["help"]["text"],
            &rule["help"]["markdown"],
        ] {
            assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
        let dangerous = rule["properties"]["security-severity"].is_string();
        let tagged = list(&rule["properties"]["tags"]).contains(&Value::from("security"));
        assert_eq!(dangerous, tagged, "{rule}");
    }
    let results = list(&run["results"]);
    assert!(!results.is_empty());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains("\n\nhelp: ")), "{result}");
        assert!(result["partialFingerprints"]["rolecall/v1"].as_str().is_some_and(|print| print.len() == 32), "{result}");
    }
    let guest = results.iter().find(|result| result["ruleId"] == "guest-can-assume").expect("a guest");
    assert_eq!(guest["level"], "error");
    let text = guest["message"]["text"].as_str().expect("text");
    assert!(text.contains("\n\nwitness: a guest of `") && text.contains("\"amr\": [\"unauthenticated\"]"), "{text}");
    let shared = results.iter().find(|result| result["ruleId"] == "shared-group-trust").expect("a shared trust");
    let related: Vec<_> = list(&shared["relatedLocations"]).iter().map(|place| &place["message"]["text"]).collect();
    assert!(related.contains(&&Value::from("takes the same token")), "{related:?}");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notes: Vec<_> = list(&invocation["toolExecutionNotifications"]).iter().map(|own| &own["message"]["text"]).collect();
    assert!(notes.contains(&&Value::from("3 inputs not looked at: no policy, role or pool in it")), "{notes:?}");
}

#[test]
fn sarif_says_what_was_set_and_what_could_not_be_read() {
    let folder =
        folder(&[("a.json", UNICODE), ("rolecall.toml", "[check]\nselect = ['grammar']\nseverity.unknown-effect = 'medium'")]);
    let run = sarif(folder.path(), &["a.json", "gone.json"]);
    let rules = list(&run["tool"]["driver"]["rules"]);
    let rule = rules.iter().find(|rule| rule["id"] == "unknown-effect").expect("the rule");
    assert_eq!(
        (&rule["defaultConfiguration"]["level"], &rule["properties"]["security-severity"]),
        (&"warning".into(), &"5.5".into())
    );
    assert!(!rules.iter().any(|rule| rule["id"] == "guest-can-assume"), "a rule that is not asked is not listed");
    let results = list(&run["results"]);
    assert_eq!((&results[0]["level"], &results[1]["ruleId"]), (&"warning".into(), &"unreadable-input".into()));
    assert!(results[1]["locations"][0]["physicalLocation"]["region"].is_null(), "what cannot be read has no places");
    let failed = sarif(folder.path(), &["gone.json"]);
    assert_eq!(failed["invocations"][0]["executionSuccessful"], false);
}

/// SARIF has a meaning for braces (3.11.5) and for brackets before a parenthesis (3.11.6).
#[test]
fn sarif_takes_text_literally() {
    let folder = folder(&[("a.json", &UNICODE.replace("Alow", "{0} [x](http://evil.example)"))]);
    let text = sarif(folder.path(), &[])["results"][0]["message"]["text"].as_str().expect("text").to_owned();
    assert!(text.contains("`{{0}} \\[x](http://evil.example)`"), "{text}");
}

#[test]
fn fingerprints_outlive_what_moves_and_not_what_changes() {
    let print = |text: &str, path: &str| {
        let folder = folder(&[(path, text)]);
        let run = sarif(folder.path(), &[]);
        let effects = list(&run["results"]).iter().filter(|result| result["ruleId"] == "unknown-effect");
        let prints: Vec<String> = effects.map(|result| result["partialFingerprints"]["rolecall/v1"].to_string()).collect();
        prints
    };
    let before = print(UNICODE, "a.json");
    assert_eq!(print(&UNICODE.replace('\n', "\n\n\n   "), "a.json"), before);
    assert_eq!(print(&UNICODE.replace(": ", ":"), "folder/a.json"), before);
    assert_ne!(print(&UNICODE.replace("s3:GetObject", "s3:PutObject"), "a.json"), before);
    assert_ne!(print(UNICODE, "b.json"), before);
    // a statement twice is two findings
    let statement = UNICODE.lines().nth(1).expect("a statement");
    let twice = print(&UNICODE.replace(statement, &format!("{statement},\n{statement}")), "a.json");
    assert_eq!((twice.len(), &twice[0]), (2, &before[0]));
    assert_ne!(twice[0], twice[1]);
    // a further statement in front changes nothing
    let more = print(&UNICODE.replace(statement, &format!("{},\n{statement}", statement.replace("Alow", "Allow"))), "a.json");
    assert_eq!(more, before);
}

#[test]
fn sarif_fails_on_findings_only_where_that_is_asked_for() {
    let folder = folder(&[("a.json", UNICODE), ("notes.txt", "x"), ("rolecall.toml", "[check]\nfail-on = 'low'")]);
    let exit = |arguments: &[&str]| check(folder.path(), arguments).exit;
    assert_eq!(exit(&["--format", "sarif"]), 0);
    assert_eq!(exit(&["--format", "sarif", "--fail-on", "low"]), 1);
    assert_eq!(exit(&["--format", "sarif", "--fail-on", "error"]), 1);
    assert_eq!(exit(&["--output", "sarif=out.sarif"]), 1);
    assert_eq!(exit(&["--format", "sarif", "gone.json"]), 2);
    assert_eq!(exit(&["--format", "sarif", "notes.txt"]), 0);
}

#[test]
fn several_reports_are_written_at_once() {
    let folder = folder(&[("policies/a.json", UNICODE)]);
    let arguments = [
        "policies",
        "--output",
        "sarif=out.sarif",
        "--output",
        "json=out.json",
        "--output=human=out.txt",
        "--output=concise=c=d",
    ];
    let ran = check(folder.path(), &arguments);
    assert_eq!((ran.exit, ran.stderr.as_str()), (1, ""));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
    assert_eq!(read("out.txt"), ran.stdout);
    assert_eq!(read("out.json"), check(folder.path(), &["policies", "--format", "json"]).stdout);
    assert_eq!(read("out.sarif"), check(folder.path(), &["policies", "--format", "sarif"]).stdout);
    assert_eq!(read("c=d"), check(folder.path(), &["policies", "--format", "concise"]).stdout);
    // reports are no inputs, and no inputs are overwritten
    let again = check(folder.path(), &["."]);
    assert!(again.stdout.contains(" in 1 file; not looked at: "), "{}", again.stdout);
    let over = check(folder.path(), &["policies", "--output", "json=policies/../policies/a.json"]);
    assert_eq!((over.exit, read("policies/a.json").as_str()), (2, UNICODE));
    assert!(over.stderr.starts_with("error: `policies/../policies/a.json` is one of the inputs\n"), "{}", over.stderr);
}

#[test]
fn an_output_that_cannot_be_is_refused() {
    let folder = folder(&[("a.json", UNICODE)]);
    for (output, words) in [
        ("sarif", "it takes a format and a file"),
        ("sarif=", "it takes a format and a file"),
        ("xml=a", "there is no format `xml`, only human, concise, json, ndjson, sarif, github, "),
        ("json=-", "`--format json` writes to standard output"),
        ("json=no/such/folder/a.json", "cannot write `no/such/folder/a.json`: no such file or directory"),
    ] {
        let ran = check(folder.path(), &["--output", output]);
        assert!(ran.exit == 2 && ran.stdout.is_empty() && ran.stderr.contains(words), "{output}: {}{}", ran.stdout, ran.stderr);
    }
}
