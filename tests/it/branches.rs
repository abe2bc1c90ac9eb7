//! Conditions of templates that are decided one way for answers, and looked at the other way as well.

use std::fs;

use tempfile::TempDir;

use crate::transcript::{finish, tool};

/// What a run prints on these files, and how it ends.
fn run(files: &[(&str, &str)], arguments: &[&str]) -> (String, i32) {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let run = finish(tool().args(arguments).current_dir(folder.path()));
    (run.stdout, run.exit)
}

/// A template with a policy of two statements, of which the first hangs on a condition.
fn template(first: &str, second: &str) -> String {
    format!(
        "Parameters: {{Env: {{Type: String, Default: dev}}}}\nConditions: {{IsAdmin: !Equals [!Ref Env, admin]}}\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:\n        Version: 2012-10-17\n        Statement:\n          - {first}\n          - {second}\n"
    )
}

const WIDE: &str = "{Effect: Allow, Action: 's3:*', Resource: '*'}";
const LIST: &str = "{Effect: Allow, Action: 's3:ListBucket', Resource: '*'}";
const READ: &str = "{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*'}";

#[test]
fn a_statement_is_needless_only_where_it_is_in_every_branch() {
    let needless = |first: &str| {
        let check = ["check", "--no-config", "--select", "redundant-statement", "p.yaml"];
        run(&[("p.yaml", &template(first, READ))], &check).0
    };
    let branches = format!("!If [IsAdmin, {WIDE}, {LIST}]");
    assert!(needless(&branches).starts_with("no findings"), "{}", needless(&branches));
    assert!(needless(&format!("!If [IsAdmin, {WIDE}, {WIDE}]")).starts_with("style[redundant-statement]"));
    assert!(needless(WIDE).starts_with("style[redundant-statement]"));
    let module = "variable \"admin\" { type = bool }\nresource \"aws_iam_policy\" \"p\" {\n  name = \"p\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [\n    { Effect = \"Allow\", Action = var.admin ? \"s3:*\" : \"s3:ListBucket\", Resource = \"*\" },\n    { Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::b/*\" },\n  ] })\n}\n";
    let (printed, _) = run(&[("p.tf", module)], &["check", "--no-config", "--select", "redundant-statement", "p.tf"]);
    assert!(printed.starts_with("no findings"), "{printed}");
}

#[test]
fn a_caller_has_what_is_there_by_what_is_taken_for_granted() {
    let ask = |action: &str| {
        let branches = format!("!If [IsAdmin, {WIDE}, {LIST}]");
        let caller = ["--principal", "arn:aws:iam::111122223333:user/a", "--resource", "arn:aws:s3:::b/k"];
        let arguments = [&["simulate", "--action", action][..], &caller, &["p.yaml"]].concat();
        run(&[("p.yaml", &template(&branches, READ))], &arguments).0
    };
    assert!(ask("s3:PutObject").starts_with("denied"), "{}", ask("s3:PutObject"));
    assert!(ask("s3:GetObject").starts_with("allowed"), "{}", ask("s3:GetObject"));
}

#[test]
fn a_wider_trust_policy_in_the_other_branch_is_told() {
    let module = |dev: &str| {
        format!(
            "variable \"prod\" {{ type = bool }}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {{ AWS = var.prod ? \"arn:aws:iam::111122223333:role/ops\" : \"{dev}\" }} }}] }})\n}}\n"
        )
    };
    let stack = |admin: &str| {
        format!(
            "Parameters: {{Env: {{Type: String, Default: dev}}}}\nConditions: {{IsAdmin: !Equals [!Ref Env, admin]}}\nResources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Version: 2012-10-17\n        Statement:\n          - {{Effect: Allow, Action: 'sts:AssumeRole', Principal: {{AWS: !If [IsAdmin, '{admin}', '111122223333']}}}}\n"
        )
    };
    let narrow = "arn:aws:iam::111122223333:role/dev";
    for (old, new, name) in [(module(narrow), module("*"), "r.tf"), (stack(narrow), stack("*"), "r.yaml")] {
        let files = [(format!("old.{name}"), old), (format!("new.{name}"), new)];
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (before, after) = (format!("old.{name}"), format!("new.{name}"));
        let (printed, exit) = run(&files, &["diff", &before, &after]);
        assert!(printed.starts_with("widened: trust of") && exit == 1, "{printed}");
        assert!(printed.contains("where conditions of the template are decided otherwise"), "{printed}");
        let (printed, exit) = run(&files, &["diff", &after, &before]);
        assert!(printed.starts_with("narrowed: trust of") && exit == 0, "{printed}");
        assert_eq!(run(&files, &["diff", &before, &before]).1, 0);
    }
}
