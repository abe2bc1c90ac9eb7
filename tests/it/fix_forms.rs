//! `rolecall check --fix` on policies in YAML and HCL.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rolecall::source::Sources;
use rolecall::syntax::{Kind, Node, hcl, yaml};
use serde_json::Value;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish, tool};

const ALL: [&str; 2] = ["--fix", "--unsafe-fixes"];

fn check(folder: &Path, arguments: &[&str]) -> Run {
    finish(tool().args(["check", "--no-config"]).args(arguments).current_dir(folder))
}

/// What a text becomes, by a run with flags; a second run changes nothing.
fn mended(name: &str, text: &str, flags: &[&str]) -> String {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file");
    let first = check(folder.path(), &[flags, &[name]].concat());
    assert!(first.stderr.is_empty(), "{}", first.stderr);
    let after = fs::read_to_string(&path).expect("a file");
    check(folder.path(), &[flags, &[name]].concat());
    assert_eq!(fs::read_to_string(&path).expect("a file"), after, "a second run changes something");
    after
}

fn assert_mended(name: &str, before: &str, changes: &[(&str, &str)]) {
    let mut expected = before.to_owned();
    for (old, new) in changes {
        assert_eq!(expected.matches(old).count(), 1, "{old:?}");
        expected = expected.replace(old, new);
    }
    assert_eq!(mended(name, before, &ALL), expected);
    // line ends, and the end of the last line, stay
    let with_returns = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(mended(name, &with_returns(before), &ALL), with_returns(&expected));
    let without_end = |text: &str| text.trim_end().to_owned();
    assert_eq!(mended(name, &without_end(before), &ALL), without_end(&expected));
}

const YAML: &str = r#"# the reports
Statement:
  - Sid: Read the reports   # who reads
    Effect: allow
    Action:
      - s3:Get*
      # one by one
      - s3:GetObject
      - 's3:ListBuckt'   # and list
    Resource: arn:aws:s3:::firm-reports*

  # nobody else
  - Sid: ''
    Effect: "Deny"
    Action: "sqs:*, sns:*"
    Resource: ["*"]
    Condition:
      ForAnyValue:StringNotEquals: { "aws:PrincipalAccount": "111122223333" }
  - "Sid": Other
    Effect: Deny
    Action: [ec2:*, ec2:RunInstances]
    Resource: "*"
    Condition: { stringequals: { ec2:Region: [eu-west-1, eu-west-11] } }
"#;

#[test]
fn yaml_is_mended_where_it_is_written() {
    let changes = [
        ("Statement:\n", "Version: '2012-10-17'\nStatement:\n"),
        ("Sid: Read the reports ", "Sid: ReadTheReports "),
        ("Effect: allow", "Effect: Allow"),
        ("      - s3:GetObject\n", ""),
        ("'s3:ListBuckt'", "'s3:ListBucket'"),
        ("  - Sid: ''\n    Effect: \"Deny\"", "  - Effect: \"Deny\""),
        ("Action: \"sqs:*, sns:*\"", "Action: [\"sqs:*\", \"sns:*\"]"),
        ("ForAnyValue:StringNotEquals:", "StringNotEquals:"),
        ("[ec2:*, ec2:RunInstances]", "[ec2:*]"),
        ("stringequals:", "StringEquals:"),
        ("[eu-west-1, eu-west-11]", "[eu-west-1]"),
    ];
    assert_mended("policy.yaml", YAML, &changes);
}

#[test]
fn what_is_safe_is_told_apart_in_yaml_too() {
    let text = YAML.replace("Effect: allow", "Effect: Allow");
    let fixed = mended("policy.yaml", &text, &["--fix"]);
    assert!(!fixed.contains("- s3:GetObject") && fixed.contains("Sid: ReadTheReports"), "{fixed}");
    assert!(fixed.contains("'s3:ListBuckt'") && fixed.contains("[eu-west-1, eu-west-11]"), "{fixed}");
    assert!(mended("policy.yaml", YAML, &["--fix"]).contains("Effect: allow"));
}

#[test]
fn the_last_line_may_go() {
    let text = "Version: '2012-10-17'\nStatement:\n  - Effect: Allow\n    Principal: { Service: lambda.amazonaws.com }\n    Action: sts:AssumeRole\n    \
                Resource: '*' # any\n";
    assert_mended("policy.yaml", text, &[("\n    Resource: '*' # any", "")]);
    assert!(!mended("policy.yaml", text, &["--fix"]).contains("Resource"));
}

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Env: { Type: String, Default: prod }
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Principal: lambda.amazonaws.com
            Action: sts:AssumeRole
            Resource: "*" # any
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - Sid: 'read it'
                Effect: Allow
                Action: [ s3:Get*, 's3:GetObject', "s3:ListBuckt" ]
                Resource: !Sub 'arn:aws:s3:eu-west-1::${Env}-reports/*'
              - Effect: Deny
                Action: "s3:*"
                Resource:
                  - !GetAtt Bucket.Arn
                  - !Sub arn:aws:s3:::${Env}-logs/a/*
                  - !Sub arn:aws:s3:::${Env}-logs/*
                Condition:
                  ForAnyValue:StringNotEquals:
                    aws:PrincipalAccount: !Ref AWS::AccountId
  Bucket:
    Type: AWS::S3::Bucket
"#;

#[test]
fn templates_are_mended_beside_their_functions() {
    let changes = [
        ("Principal: lambda.amazonaws.com", "Principal: { \"Service\": \"lambda.amazonaws.com\" }"),
        ("\n            Resource: \"*\" # any", ""),
        ("'read it'", "'ReadIt'"),
        ("[ s3:Get*, 's3:GetObject', \"s3:ListBuckt\" ]", "[ s3:Get*, \"s3:ListBucket\" ]"),
        (":eu-west-1::${Env}", ":::${Env}"),
        ("                  - !Sub arn:aws:s3:::${Env}-logs/a/*\n", ""),
        ("ForAnyValue:StringNotEquals:", "StringNotEquals:"),
    ];
    assert_mended("template.yaml", TEMPLATE, &changes);
}

const MODULE: &str = r#"variable "env" { default = "prod" }

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "read it" # all of it
    actions   = ["s3:Get*", "s3:GetObject", "s3:ListBuckt"]
    resources = ["arn:aws:s3:::${var.env}-reports/*", aws_s3_bucket.reports.arn]
  }

  # nobody else
  statement {
    sid    = ""
    effect = "Deny"
    actions = [
      "sqs:*",
      "sqs:SendMessage" // one
    ]
    resources = ["*"]

    condition {
      test     = "ForAnyValue:StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = ["111122223333"]
    }
  }

  statement {
    sid       = "Again"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${var.env}-reports/*"]
  }
}

resource "aws_s3_bucket" "reports" {
  bucket = "${var.env}-reports"
}

resource "aws_iam_policy" "read" {
  for_each = toset(["a", "b"])
  name     = each.key
  policy   = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role" "reader" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "trust it"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Resource  = "*"
    }]
  })
}

resource "aws_iam_policy" "write" {
  policy = jsonencode({
    Statement = [
      { Sid = "", Effect = "Allow", Action = "s3:PutObject", Resource = "${aws_s3_bucket.reports.arn}/*" },
      {
        "Effect" : "Allow",
        "Action" : ["sns:Publish", "sns:Pub*"],
        "Resource" : "arn:aws:sns:eu-west-1:111122223333:news",
        "Condition" : { stringequals = { "aws:PrincipalAccount" = "111122223333" } }
      },
    ]
  })
}

resource "aws_iam_policy" "heredoc" {
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Sid": "a b", "Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "${aws_s3_bucket.reports.arn}/*" }
      ]
    }
  EOT
}
"#;

#[test]
fn terraform_is_mended_where_it_is_written() {
    let changes = [
        ("\"read it\"", "\"ReadIt\""),
        ("[\"s3:Get*\", \"s3:GetObject\", \"s3:ListBuckt\"]", "[\"s3:Get*\", \"s3:ListBucket\"]"),
        ("    sid    = \"\"\n", ""),
        ("\"sqs:*\",\n      \"sqs:SendMessage\" // one\n", "\"sqs:*\"\n"),
        ("ForAnyValue:StringNotEquals", "StringNotEquals"),
        (
            "\n\n  statement {\n    sid       = \"Again\"\n    actions   = [\"s3:GetObject\"]\n    resources = \
             [\"arn:aws:s3:::${var.env}-reports/*\"]\n  }",
            "",
        ),
        ("\"trust it\"", "\"TrustIt\""),
        ("\n      Resource  = \"*\"", ""),
        ("jsonencode({\n    Statement =", "jsonencode({\n    Version = \"2012-10-17\"\n    Statement ="),
        ("{ Sid = \"\", Effect", "{ Effect"),
        ("[\"sns:Publish\", \"sns:Pub*\"]", "[\"sns:Pub*\"]"),
        ("stringequals", "StringEquals"),
        ("\"a b\"", "\"AB\""),
        ("[\"s3:Get*\", \"s3:GetObject\"], \"Resource\"", "[\"s3:Get*\"], \"Resource\""),
    ];
    assert_mended("main.tf", MODULE, &changes);
}

/// Where a text is not written so that one thing only comes of an edit, it stays.
#[test]
fn what_is_not_certain_stays() {
    let statement = "    Effect: Allow\n    Resource: '*'\n";
    let of = |rest: &str| format!("Version: '2012-10-17'\nStatement:\n  - Sid: A\n{statement}{rest}");
    let yaml = [
        // what an alias stands for is that of both
        "    Action: &a [s3:Get*, s3:GetObject]\n  - Effect: Deny\n    Resource: '*'\n    Action: *a\n",
        // blocks and several lines
        "    Action: |-\n      s3: GetObject\n",
        "    Action:\n      - >-\n        s3:\n        GetObject\n",
        "    Action: 's3:\n      GetObject'\n",
        // one of a list
        "    Action: s3:GetObject\n    Principal:\n      - lambda.amazonaws.com\n      - edgelambda.amazonaws.com\n",
    ];
    for rest in yaml {
        assert_eq!(mended("policy.yaml", &of(rest), &ALL), of(rest));
    }
    let template = |action: &str| {
        format!(
            "Parameters:\n  Acts: {{ Type: String, Default: 's3: GetObject' }}\nResources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
             PolicyDocument:\n        Version: 2012-10-17\n        Statement:\n          - Effect: Allow\n            Action: {action}\n            \
             Resource: '*'\n"
        )
    };
    for action in ["!Ref Acts", "!Sub '${Acts}'", "!Join [':', [s3, ' GetObject']]", "!FindInMap [a, b, c]"] {
        assert_eq!(mended("template.yaml", &template(action), &ALL), template(action));
    }
    let module = |actions: &str| {
        format!(
            "locals {{\n  acts = [\"s3:Get*\", \"s3:GetObject\"]\n  act  = \"s3:GetObject, s3:PutObject\"\n}}\n\ndata \"aws_iam_policy_document\" \"d\" {{\n  \
             statement {{\n    actions   = {actions}\n    resources = [\"*\"]\n  }}\n}}\n\nresource \"aws_iam_policy\" \"p\" {{\n  name   = \"p\"\n  \
             policy = data.aws_iam_policy_document.d.json\n}}\n"
        )
    };
    for actions in ["local.acts", "[local.act]", "[\"${local.act}\"]", "[format(\"s3:%s\", \" GetObject\")]"] {
        assert_eq!(mended("main.tf", &module(actions), &ALL), module(actions));
    }
}

/// One text may become several policies: a change is made unseen only where none of them is wider.
#[test]
fn a_change_is_shown_for_each_policy_that_comes_of_a_text() {
    let module = |effects: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n  for_each = toset([{effects}])\n  statement {{\n    effect    = each.key\n    actions   = \
             [\"s3:GetObject\"]\n    resources = [\"*\"]\n    condition {{\n      test     = \"StringEquals\"\n      variable = \"aws:SourceIp\"\n      \
             values   = [\"203.0.113.0/24\"]\n    }}\n  }}\n}}\n\nresource \"aws_iam_policy\" \"p\" {{\n  for_each = toset([{effects}])\n  name     = \
             each.key\n  policy   = data.aws_iam_policy_document.d[each.key].json\n}}\n"
        )
    };
    for effects in ["\"Deny\"", "\"Allow\", \"Deny\""] {
        let text = module(effects);
        let all = mended("main.tf", &text, &ALL);
        assert_eq!(all, text.replace("StringEquals", "IpAddress"), "{effects}");
    }
    assert_eq!(mended("main.tf", &module("\"Allow\", \"Deny\""), &["--fix"]), module("\"Allow\", \"Deny\""));
}

/// What is mended in JSON on the pages of the rules is mended alike in YAML and HCL.
#[test]
fn other_forms_are_mended_as_json_is() {
    let folder = TempDir::new().expect("a folder");
    let policies = policies_with_fixes();
    for (at, policy) in policies.iter().enumerate() {
        let own = folder.path().join(at.to_string());
        fs::create_dir(&own).expect("a folder");
        fs::write(own.join("a.json"), format!("{policy:#}")).expect("a file");
        let mut text = String::new();
        block(policy, 0, &mut at.clone(), &mut text);
        fs::write(own.join("a.yaml"), text).expect("a file");
    }
    check(folder.path(), &[&ALL[..], &["."]].concat());
    let (mut unlike, mut changed) = (Vec::new(), 0);
    for (at, policy) in policies.iter().enumerate() {
        let read = |name: &str| fs::read_to_string(folder.path().join(at.to_string()).join(name)).expect("a file");
        let json: Value = serde_json::from_str(&read("a.json")).expect("JSON");
        let mut sources = Sources::new();
        let id = sources.add("", read("a.yaml"));
        let tree = yaml::read(id, sources.get(id).text());
        changed += usize::from(json != *policy);
        if value(tree.root()) != json || !tree.faults().is_empty() {
            unlike.push(format!("{json:#}\nis in YAML\n{}", read("a.yaml")));
        }
    }
    assert!(changed > 60, "{changed}");
    support::none(unlike);
}

/// As above, in modules of policies without principals or variables: in HCL a variable is written otherwise, and left as it is.
#[test]
fn terraform_is_mended_as_json_is() {
    let is_plain = |policy: &Value| !["Principal\"", "${"].iter().any(|mark| policy.to_string().contains(mark));
    let policies: Vec<Value> = policies_with_fixes().into_iter().filter(is_plain).collect();
    let (mut unlike, mut changed) = (Vec::new(), 0);
    // all policies of a module are read again for each fix
    for policies in policies.chunks(8) {
        let folder = TempDir::new().expect("a folder");
        let mut module = String::new();
        for (at, policy) in policies.iter().enumerate() {
            fs::write(folder.path().join(format!("{at}.json")), format!("{policy:#}")).expect("a file");
            let mut text = String::new();
            object(policy, 1, &mut at.clone(), &mut text);
            writeln!(
                module,
                "resource \"aws_iam_policy\" \"p{at}\" {{\n  name   = \"p{at}\"\n  policy = jsonencode({text})\n}}\n"
            )
            .expect("a text");
        }
        fs::write(folder.path().join("main.tf"), module).expect("a file");
        check(folder.path(), &[&ALL[..], &["--kind", "identity", "."]].concat());
        let mut sources = Sources::new();
        let id = sources.add("", fs::read_to_string(folder.path().join("main.tf")).expect("a file"));
        let tree = hcl::read(id, sources.get(id).text());
        assert!(tree.faults().is_empty(), "{}", sources.get(id).text());
        let calls = tree.root().within().filter_map(|own| own.get("jsonencode()")?.items().next());
        for ((at, policy), call) in policies.iter().enumerate().zip(calls) {
            let text = fs::read_to_string(folder.path().join(format!("{at}.json"))).expect("a file");
            let json: Value = serde_json::from_str(&text).expect("JSON");
            changed += usize::from(json != *policy);
            if value(call) != json {
                unlike.push(format!("{json:#}\nis in HCL\n{:#}", value(call)));
            }
        }
    }
    assert!(changed > 40, "{changed}");
    support::none(unlike);
}

/// The policies on the pages of those rules that tell a fix.
fn policies_with_fixes() -> Vec<Value> {
    let pages = support::files("rules", "md");
    let texts = pages.iter().map(|page| support::read(page)).filter(|page| page.contains("\n   fix: "));
    let blocks = texts.flat_map(|page| {
        let blocks =
            page.split("```json ").skip(1).filter_map(|rest| Some(rest.split_once('\n')?.1.split_once("```")?.0.to_owned()));
        blocks.collect::<Vec<_>>()
    });
    let values = blocks.filter_map(|block| serde_json::from_str::<Value>(&block).ok());
    values.filter(|value| value.get("Statement").is_some() && value.get("Version").is_none_or(Value::is_string)).collect()
}

/// A number that looks like chance, and is the same each time.
fn next(state: &mut usize) -> usize {
    *state = (*state * 1_103_515_245 + 12_345) % (1 << 31);
    *state >> 8
}

fn scalar(value: &Value, state: &mut usize) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:*".contains(c))
        && !text.ends_with(':')
        && !["true", "false", "null"].contains(&text.as_str());
    match next(state) % 3 {
        0 if is_plain => text.clone(),
        1 => format!("'{}'", text.replace('\'', "''")),
        _ => value.to_string(),
    }
}

fn flow(value: &Value, state: &mut usize) -> String {
    match value {
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(&Value::from(key.as_str()), state), flow(value, state)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| flow(item, state)).collect::<Vec<_>>().join(", "))
        }
        value => scalar(value, state),
    }
}

/// A value as YAML, behind an indentation that is written already.
fn block(value: &Value, indent: usize, state: &mut usize, text: &mut String) {
    let is_flow = |value: &Value, state: &mut usize| {
        let is_empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty);
        !(value.is_array() || value.is_object()) || is_empty || next(state).is_multiple_of(4)
    };
    let blank = " ".repeat(indent);
    match value {
        Value::Object(entries) => {
            for (at, (key, value)) in entries.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { &blank });
                text.push_str(&if indent == 0 { key.clone() } else { scalar(&Value::from(key.as_str()), state) });
                if is_flow(value, state) {
                    let note = if next(state).is_multiple_of(5) { "   # so it is" } else { "" };
                    writeln!(text, ": {}{note}", flow(value, state)).expect("a text");
                } else {
                    write!(text, ":\n{blank}  ").expect("a text");
                    block(value, indent + 2, state, text);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at == 0 { "- " } else { "" });
                if at > 0 {
                    write!(text, "{blank}- ").expect("a text");
                }
                if is_flow(item, state) {
                    writeln!(text, "{}", flow(item, state)).expect("a text");
                } else {
                    block(item, indent + 2, state, text);
                }
            }
        }
        value => writeln!(text, "{}", scalar(value, state)).expect("a text"),
    }
}

/// A value as HCL.
fn object(value: &Value, depth: usize, state: &mut usize, text: &mut String) {
    let blank = "  ".repeat(depth);
    let quoted = |text: &str| Value::from(text).to_string().replace("${", "$${");
    match value {
        Value::Object(entries) => {
            let is_line = entries.len() < 3 && next(state).is_multiple_of(2);
            text.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                let is_name = key.bytes().all(|byte| byte.is_ascii_alphabetic()) && !next(state).is_multiple_of(4);
                text.push_str(if is_line { if at > 0 { ", " } else { " " } } else { "\n" });
                text.push_str(if is_line { "" } else { &blank });
                text.push_str(if is_line { "" } else { "  " });
                write!(text, "{} = ", if is_name { key.clone() } else { quoted(key) }).expect("a text");
                object(value, depth + 1, state, text);
                text.push_str(if !is_line && next(state).is_multiple_of(5) { "," } else { "" });
            }
            text.push_str(if entries.is_empty() {
                ""
            } else if is_line {
                " "
            } else {
                "\n"
            });
            text.push_str(if entries.is_empty() || is_line { "" } else { &blank });
            text.push('}');
        }
        Value::Array(items) => {
            let is_line = next(state).is_multiple_of(2);
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if is_line { if at > 0 { ", " } else { "" } } else { "\n" });
                text.push_str(if is_line { "" } else { &blank });
                text.push_str(if is_line { "" } else { "  " });
                object(item, depth + 1, state, text);
                let has_comma = !is_line && (at + 1 < items.len() || next(state).is_multiple_of(2));
                text.push_str(if has_comma { "," } else { "" });
                text.push_str(if !is_line && next(state).is_multiple_of(5) { " # so it is" } else { "" });
            }
            text.push_str(if items.is_empty() || is_line { "" } else { "\n" });
            text.push_str(if items.is_empty() || is_line { "" } else { &blank });
            text.push(']');
        }
        Value::String(own) => text.push_str(&quoted(own)),
        value => text.push_str(&value.to_string()),
    }
}

/// A tree as a value.
fn value(node: Node<'_, '_>) -> Value {
    match node.kind() {
        Kind::Map => {
            let entries = node.entries().map(|own| (own.key.string().expect("a key").into_owned(), value(own.value)));
            Value::Object(entries.collect())
        }
        Kind::List => Value::Array(node.items().map(value).collect()),
        Kind::String => Value::from(node.string().expect("a string").into_owned()),
        _ => serde_json::from_str(node.written()).unwrap_or(Value::Null),
    }
}
