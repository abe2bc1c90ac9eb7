//! `rolecall check --fix`, `--unsafe-fixes` and `--diff`, as a process.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish, tool};

/// Two fixes that are safe, and one that is not.
const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "",
      "Effect": "Allow",
      "Action": ["s3:Get*", "s3:GetObject", "sns:Publsh"],
      "Resource": ["arn:aws:s3:::articles/*", "arn:aws:sns:eu-west-1:111122223333:news"]
    }
  ]
}
"#;

const FIXED: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:Get*", "sns:Publsh"],
      "Resource": ["arn:aws:s3:::articles/*", "arn:aws:sns:eu-west-1:111122223333:news"]
    }
  ]
}
"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

fn check(folder: &TempDir, arguments: &[&str]) -> Run {
    finish(tool().arg("check").args(arguments).current_dir(folder.path()))
}

fn with_stdin(input: &str, arguments: &[&str]) -> Run {
    let folder = folder(&[("input", input)]);
    let file = fs::File::open(folder.path().join("input")).expect("a file");
    finish(tool().arg("check").args(arguments).current_dir(folder.path()).stdin(file))
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("a file")
}

#[test]
fn what_is_safe_is_mended_and_the_rest_is_reported() {
    let folder = folder(&[("a.json", POLICY)]);
    let told = check(&folder, &["a.json"]);
    assert!(told.stdout.contains("; 2 fixable with `--fix`, 1 with `--unsafe-fixes`; "), "{}", told.stdout);
    assert_eq!(read(&folder, "a.json"), POLICY);

    let fixed = check(&folder, &["a.json", "--fix"]);
    assert_eq!((fixed.exit, fixed.stderr.as_str()), (1, ""));
    assert!(fixed.stdout.starts_with("medium[unknown-action] "), "{}", fixed.stdout);
    assert!(fixed.stdout.contains("1 medium in 1 file; 2 fixed; 1 fixable with `--unsafe-fixes`; "), "{}", fixed.stdout);
    assert_eq!(read(&folder, "a.json"), FIXED);

    let again = check(&folder, &["a.json", "--fix"]);
    assert!(again.exit == 1 && !again.stdout.contains("fixed;"), "{}", again.stdout);
    assert_eq!(read(&folder, "a.json"), FIXED);

    let all = check(&folder, &["a.json", "--fix", "--unsafe-fixes"]);
    assert_eq!((all.exit, read(&folder, "a.json")), (0, FIXED.replace("Publsh", "Publish")));
    assert!(all.stdout.starts_with("no findings in 1 file; 1 fixed; "), "{}", all.stdout);
}

#[test]
fn a_diff_writes_nothing() {
    let folder = folder(&[("a.json", POLICY), ("b.json", &FIXED.replace("Publsh", "Publish"))]);
    let shown = check(&folder, &[".", "--diff"]);
    assert_eq!((shown.exit, shown.stderr.as_str()), (1, "would fix 2 findings in 1 file\n"));
    let expected = "--- a.json\n+++ a.json\n@@ -2,9 +2,8 @@\n   \"Version\": \"2012-10-17\",\n   \"Statement\": [\n     {\n-      \"Sid\": \"\",\n       \
                    \"Effect\": \"Allow\",\n-      \"Action\": [\"s3:Get*\", \"s3:GetObject\", \"sns:Publsh\"],\n+      \"Action\": [\"s3:Get*\", \
                    \"sns:Publsh\"],\n       \"Resource\": [\"arn:aws:s3:::articles/*\", \"arn:aws:sns:eu-west-1:111122223333:news\"]\n     }\n   ]\n";
    assert_eq!(shown.stdout, expected);
    let all = check(&folder, &[".", "--diff", "--fix", "--unsafe-fixes"]);
    assert!(all.exit == 1 && all.stdout.contains("+      \"Action\": [\"s3:Get*\", \"sns:Publish\"],\n"), "{}", all.stdout);
    assert_eq!(read(&folder, "a.json"), POLICY);
    let none = check(&folder, &["b.json", "--diff"]);
    assert_eq!((none.exit, none.stdout.as_str(), none.stderr.as_str()), (0, "", "nothing to fix\n"));
}

#[test]
fn standard_input_is_mended_on_its_way_through() {
    let fixed = with_stdin(POLICY, &["-", "--fix"]);
    assert_eq!((fixed.exit, fixed.stdout.as_str()), (1, FIXED));
    assert!(fixed.stderr.starts_with("medium[unknown-action] ") && fixed.stderr.contains("; 2 fixed; "), "{}", fixed.stderr);
    // what is nothing to look at goes through as it is
    for input in ["no policy\n", "", "{\"a\": 1}", FIXED] {
        assert_eq!(with_stdin(input, &["-", "--fix"]).stdout, input);
    }
    let shown = with_stdin(POLICY, &["-", "--diff", "--stdin-path", "b/c.json"]);
    assert!(shown.exit == 1 && shown.stdout.starts_with("--- b/c.json\n+++ b/c.json\n@@ "), "{}", shown.stdout);
}

#[test]
fn all_else_stays_as_it_was() {
    let marked = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let bare = |text: &str| text.trim_end().to_owned();
    for change in [&marked as &dyn Fn(&str) -> String, &bare] {
        let folder = folder(&[("a.json", &change(POLICY))]);
        check(&folder, &["a.json", "--fix"]);
        assert_eq!(read(&folder, "a.json"), change(FIXED));
    }
    let shown = with_stdin(&bare(POLICY).replace("news\"]\n    }\n  ]\n", "news\"] } ] "), &["-", "--diff"]);
    assert!(shown.stdout.ends_with(" } ] }\n\\ No newline at end of file\n"), "{}", shown.stdout);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_its_target() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let folder = folder(&[("real/a.json", POLICY)]);
    let real = folder.path().join("real/a.json");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.json", folder.path().join("link.json")).unwrap();
    let fixed = check(&folder, &["link.json", "--fix"]);
    assert!(fixed.stdout.contains("; 2 fixed; "), "{}", fixed.stdout);
    assert!(fs::symlink_metadata(folder.path().join("link.json")).unwrap().is_symlink());
    assert_eq!((read(&folder, "real/a.json").as_str(), fs::metadata(&real).unwrap().mode() & 0o777), (FIXED, 0o640));
    // nothing is left beside it
    assert_eq!(fs::read_dir(folder.path().join("real")).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_told_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&[("a.json", POLICY), ("b.json", POLICY)]);
    fs::set_permissions(folder.path().join("a.json"), fs::Permissions::from_mode(0o444)).unwrap();
    let fixed = check(&folder, &["a.json", "b.json", "--fix"]);
    assert_eq!((fixed.exit, fixed.stderr.as_str()), (2, "error: cannot fix `a.json`: it is read-only\n"));
    assert_eq!([read(&folder, "a.json"), read(&folder, "b.json")], [POLICY, FIXED]);
    assert!(
        fixed.stdout.contains("style[empty-sid]") && fixed.stdout.contains("; 2 fixed; 2 fixable with `--fix`"),
        "{}",
        fixed.stdout
    );
}

#[test]
fn a_file_with_a_token_in_it_is_left_alone() {
    let token = format!("eyJ{}", "a".repeat(60));
    let text = POLICY.replace("\"Version\"", &format!("\"Id\": \"{token}\",\n  \"Version\""));
    let folder = folder(&[("a.json", &text)]);
    let fixed = check(&folder, &["a.json", "--fix"]);
    assert_eq!(read(&folder, "a.json"), text);
    assert!(!fixed.stdout.contains(" fixed;"), "{}", fixed.stdout);
    assert_eq!(with_stdin(&text, &["-", "--fix"]).stdout, text);
}

#[test]
fn a_policy_in_a_string_is_mended_in_its_string() {
    let inner = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"}]}"#;
    let of = |inner: &str| serde_json::json!({ "UserName": "ann", "PolicyName": "p", "PolicyDocument": inner }).to_string();
    let folder = folder(&[("a.json", &of(inner))]);
    let fixed = check(&folder, &["a.json", "--fix"]);
    assert_eq!(read(&folder, "a.json"), of(&inner.replace(r#","s3:GetObject""#, "")), "{}", fixed.stdout);
}

/// A statement without an action is about none, so it is no cover for what a fix makes of another.
#[test]
fn what_makes_an_action_of_none_is_not_safe() {
    let allow = r#"{"Effect": "Allow", "Action": "s3:GetObject ", "Resource": "*"}"#;
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{allow}, {{"Effect": "Allow", "Resource": "*"}}]}}"#);
    let folder = folder(&[("a.json", &text)]);
    let fixed = check(&folder, &["a.json", "--fix"]);
    assert_eq!(read(&folder, "a.json"), text, "{}", fixed.stdout);
    check(&folder, &["a.json", "--fix", "--unsafe-fixes"]);
    assert_eq!(read(&folder, "a.json"), text.replace("GetObject ", "GetObject"));
}

/// Of two statements the narrow one may be the good one.
#[test]
fn a_narrow_statement_is_left_beside_one_that_is_told_of() {
    let statement = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"token.actions.githubusercontent.com:aud":
            "sts.amazonaws.com"{condition}}}}}}}"#
        )
    };
    let own = r#", "token.actions.githubusercontent.com:sub": "repo:acme/app:ref:refs/heads/main""#;
    let text = |wide: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {}]}}"#, statement(wide), statement(own));
    let folder = folder(&[("open.json", &text("")), ("same.json", &text(own))]);
    let fixed = check(&folder, &[".", "--fix"]);
    assert_eq!(read(&folder, "open.json"), text(""), "{}", fixed.stdout);
    assert!(fixed.stdout.contains("help: take one of them out: more is told of the wider one"), "{}", fixed.stdout);
    assert_ne!(read(&folder, "same.json"), text(own), "{}", fixed.stdout);
}

/// A key that stands in the place of another is sent by others: to write it is no fix, and what it would make needless stays.
#[test]
fn a_deprecated_key_is_not_written_anew() {
    let statement = |sid: &str, principal: &str, actions: &str, key: &str| {
        format!(
            r#"{{"Sid": "{sid}", "Effect": "Allow", "Principal": {principal}, "Action": {actions},
                "Resource": "arn:aws:sns:us-east-1:111122223333:t", "Condition": {{"StringEquals": {{"{key}": "111122223333"}}}}}}"#
        )
    };
    let default = statement("Default", r#"{"AWS": "*"}"#, r#"["sns:Publish", "sns:DeleteTopic"]"#, "aws:SourceOwner");
    let events = statement("Events", r#"{"Service": "events.amazonaws.com"}"#, r#""sns:Publish""#, "aws:SourceAccount");
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{default}, {events}]}}"#);
    let folder = folder(&[("a.json", &text)]);
    let fixed = check(&folder, &["a.json", "--fix", "--unsafe-fixes"]);
    assert!(fixed.stdout.contains("[deprecated-condition-key]"), "{}", fixed.stdout);
    assert_eq!(read(&folder, "a.json"), text);
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    let folder = folder(&[("a.json", POLICY)]);
    for arguments in [&["--unsafe-fixes"][..], &["--fix", "--live"], &["--diff", "--live"]] {
        assert_eq!(check(&folder, arguments).exit, 2, "{arguments:?}");
    }
    assert_eq!(read(&folder, "a.json"), POLICY);
}

#[test]
fn reports_tell_the_fixes() {
    let folder = folder(&[("a.json", POLICY)]);
    let report =
        |format: &str| -> Value { serde_json::from_str(&check(&folder, &["a.json", "--format", format]).stdout).unwrap() };
    let json = report("json");
    let fix = &json["findings"][0]["fix"];
    assert_eq!((&fix["what"], &fix["safe"]), (&Value::from("remove the `Sid`"), &Value::from(true)));
    let edit = &fix["edits"][0];
    let range = edit["start"].as_u64().unwrap() as usize..edit["end"].as_u64().unwrap() as usize;
    assert_eq!((&POLICY[range], &edit["text"], &edit["line"]), ("\"Sid\": \"\",\n      ", &Value::from(""), &Value::from(5)));
    assert_eq!(json["summary"]["fixable"], serde_json::json!({ "safe": 2, "unsafe": 1 }));
    let sarif = report("sarif");
    let fix = &sarif["runs"][0]["results"][2]["fixes"][0];
    assert_eq!(fix["description"]["text"], "write `sns:Publish`");
    let change = &fix["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "a.json");
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "sns:Publish");
}

/// Over all policies among the fixtures: after a run with `--fix` a second one changes nothing, and what it leaves can be read.
/// A string that is not closed is not written longer: it would be again and again.
#[test]
fn what_is_not_closed_is_left_alone() {
    for torn in [
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ForAny"#,
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObjct\n}]}",
    ] {
        let folder = folder(&[("policy.json", torn)]);
        check(&folder, &["--fix", "--unsafe-fixes"]);
        let mended = read(&folder, "policy.json");
        assert!(mended.len() < torn.len() + 8, "{mended}");
        check(&folder, &["--fix", "--unsafe-fixes"]);
        assert_eq!(read(&folder, "policy.json"), mended);
    }
}

#[test]
fn a_second_run_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let folders = ["fixtures/broken", "fixtures/fixes", "fixtures/policies", "fixtures/snapshots"];
    for path in folders.iter().flat_map(|folder| support::files(folder, "json")) {
        let copy = folder.path().join(&path);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(support::root().join(&path), copy).unwrap();
    }
    for flags in [&["--fix"][..], &["--fix", "--unsafe-fixes"]] {
        let first = check(&folder, &[flags, &["--format", "json", "fixtures"]].concat());
        let after = all(folder.path());
        let second = check(&folder, &[flags, &["--format", "json", "fixtures"]].concat());
        assert!(after == all(folder.path()), "{flags:?} changes something again");
        let fixed = |run: &Run| serde_json::from_str::<Value>(&run.stdout).unwrap()["summary"]["fixed"].as_u64().unwrap();
        assert!(fixed(&first) > 3 && fixed(&second) == 0, "{flags:?}: {} {}", fixed(&first), fixed(&second));
    }
}

fn all(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
