//! Directives in the texts of a module of Terraform: what they come to, and what is looked at where that is not known.

use crate::cli::run;
use crate::support;

/// What `check` says of the principal `*`, by lines, of a module and its templates.
fn open_lines(files: &[(&str, &str)]) -> Vec<String> {
    let folder = support::folder(files);
    let ran = run(&["check", "--no-config", "--format", "ndjson", folder.path().to_str().expect("a path in UTF-8")]);
    let findings = ran.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a finding"));
    let ours = findings.filter(|own| {
        ["public-resource", "anyone-can-assume", "invalid-json"].contains(&own["rule"].as_str().unwrap_or(""))
            || own["severity"] == "error"
    });
    let name = |own: &serde_json::Value| own["path"].as_str().unwrap_or("").rsplit('/').next().unwrap_or("").to_owned();
    let mut lines: Vec<String> =
        ours.map(|own| format!("{}:{} {}", name(&own), own["line"], own["rule"].as_str().unwrap_or(""))).collect();
    lines.sort();
    lines.dedup();
    lines
}

/// A queue with a policy of these lines, of which the first is the eighth of the file.
fn queue(statements: &str) -> String {
    format!(
        "variable \"open\" {{\n  type = bool\n}}\nvariable \"who\" {{ type = list(string) }}\nresource \"aws_sqs_queue_policy\" \"q\" {{\n  policy = <<-EOT\n    {{\"Version\": \"2012-10-17\", \"Statement\": [\n{statements}\n    ]}}\n  EOT\n}}\n"
    )
}

fn statement(principal: &str, action: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "sqs:{action}", "Resource": "*"}}"#)
}

#[test]
fn heredocs_come_to_what_their_directives_tell() {
    let (open, closed) = (statement(r#""*""#, "SendMessage"), statement(r#"{"AWS": "111122223333"}"#, "SendMessage"));
    let cases = [
        // static statements beside a directive
        (format!("{open}\n%{{ if true }},{closed}%{{ endif }}"), vec!["main.tf:8 public-resource"]),
        (format!("{closed}\n%{{ if true ~}}\n,{open}\n%{{~ endif }}"), vec!["main.tf:10 public-resource"]),
        (format!("{closed}\n%{{ if false }},{open}%{{ endif }}"), vec![]),
        (format!("%{{ if false }}{open}%{{ else }}{closed}%{{ endif }}"), vec![]),
        // both branches of one that is not decided
        (format!("%{{ if var.open }}\n{open}\n%{{ else }}\n{closed}\n%{{ endif }}"), vec!["main.tf:9 public-resource"]),
        (format!("%{{ if var.open }}\n{closed}\n%{{ else }}\n{open}\n%{{ endif }}"), vec!["main.tf:11 public-resource"]),
        // what is repeated, with the comma between
        (
            format!(
                "%{{ for i, who in [\"111122223333\", \"*\"] }}\n{}%{{ if i < 1 }},%{{ endif }}\n%{{ endfor }}",
                statement(r#"{"AWS": "${who}"}"#, "SendMessage")
            ),
            vec!["main.tf:9 public-resource"],
        ),
        // nobody knows how often
        (
            format!("%{{ for who in var.who }}\n{},\n%{{ endfor }}\n{open}", statement(r#"{"AWS": "${who}"}"#, "SendMessage")),
            vec!["main.tf:11 public-resource"],
        ),
        (format!("%{{ for who in var.who }}\n{open},\n%{{ endfor }}\n{closed}"), vec!["main.tf:9 public-resource"]),
    ];
    for (statements, expected) in cases {
        assert_eq!(open_lines(&[("main.tf", &queue(&statements))]), expected, "{statements}");
    }
}

#[test]
fn a_loop_among_principals() {
    let role = |list: &str| {
        format!(
            "variable \"who\" {{ type = list(string) }}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  assume_role_policy = <<EOT\n{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Principal\": {{\"AWS\": [\n{list}\n]}}, \"Action\": \"sts:AssumeRole\"}}]}}\nEOT\n}}\n"
        )
    };
    for (list, expected) in [
        (
            r#"%{ for i, a in ["*", "111122223333"] }"${a}"%{ if i < 1 },%{ endif }%{ endfor }"#,
            vec!["main.tf:6 anyone-can-assume"],
        ),
        (r#"%{ for a in var.who }"${a}",%{ endfor }"*""#, vec!["main.tf:6 anyone-can-assume"]),
        (r#"%{ for a in var.who }"${a}",%{ endfor }"111122223333""#, vec![]),
    ] {
        assert_eq!(open_lines(&[("main.tf", &role(list))]), expected, "{list}");
    }
}

#[test]
fn strings_in_quotes_keep_their_escapes() {
    let text = r#"resource "aws_sqs_queue_policy" "q" {
  policy = "{%{ if true }\"Version\": \"2012-10-17\", %{ endif }\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"sqs:*\", \"Resource\": \"*\"}]}"
}
"#;
    assert_eq!(open_lines(&[("main.tf", text)]), ["main.tf:2 public-resource"]);
}

#[test]
fn templates_are_given_values() {
    let call = |given: &str| {
        format!(
            "variable \"who\" {{ type = list(string) }}\nresource \"aws_sqs_queue_policy\" \"q\" {{\n  policy = templatefile(\"${{path.module}}/q.tftpl\", {{ who = {given} }})\n}}\n"
        )
    };
    let template = format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [\n%{{ for own in who ~}}\n{}%{{ if own != \"*\" }},%{{ endif }}\n%{{ endfor ~}}\n]}}\n",
        statement(r#"{"AWS": ${jsonencode(own)}}"#, "SendMessage")
    );
    for (given, expected) in
        [(r#"["111122223333", "*"]"#, vec!["q.tftpl:3 public-resource"]), (r#"["111122223333"]"#, vec![]), ("var.who", vec![])]
    {
        assert_eq!(open_lines(&[("main.tf", &call(given)), ("q.tftpl", &template)]), expected, "{given}");
    }
}

/// A document in a string of other JSON is looked at as one by itself is.
#[test]
fn parts_of_documents_in_strings() {
    let document = format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [{},%{{ for x }}{}%{{ endfor }}]}}",
        statement(r#""*""#, "SendMessage"),
        statement(r#"{"AWS": "111122223333"}"#, "SendMessage")
    );
    let text = serde_json::json!({ "Policy": document }).to_string();
    assert_eq!(open_lines(&[("main.json", &text)]), ["main.json:1 public-resource"]);
}
