//! Policies in other texts: in scripts, in Markdown, in templates; and source code, which is named and not read.

use proptest::prelude::*;
use rolecall::inventory::{Form, Inventory, Look, NOTHING, look_at};
use rolecall::policy::{Policy, Statement};
use rolecall::reference::Reference;
use rolecall::source::{Sources, Span};
use rolecall::syntax::{Piece, Text};

use crate::support;

/// Reads a text, with the fences of Markdown, and hands over what came of it.
fn with<R>(text: &str, look: impl FnOnce(&Sources, &Inventory<'_>) -> R) -> R {
    let mut sources = Sources::new();
    let id = sources.add("folder/file.sh", text);
    let mut inventory = Inventory::new(None);
    inventory.read_markdown(true);
    inventory.read(&sources, id);
    inventory.complete(&sources);
    look(&sources, &inventory)
}

/// All texts of a statement.
fn texts<'p, 's>(statement: &'p Statement<'s>) -> impl Iterator<Item = &'p Text<'s>> {
    let principals = statement.principals.iter().flat_map(|own| &own.list).map(|own| &own.value);
    let patterns = statement.actions.iter().chain(&statement.resources).flat_map(|own| &own.list).map(|own| &own.text);
    let conditions =
        statement.conditions.iter().flat_map(|own| own.values.iter().map(|value| &value.pattern.text).chain([&own.key]));
    statement.sid.iter().chain(principals).chain(patterns).chain(conditions)
}

/// A text with its holes in guillemets: as they are told, and what is written in their places.
fn shown(sources: &Sources, text: &Text<'_>) -> String {
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Literal(own) => own.value.to_string(),
        Piece::Hole(own) if sources.slice(own.span) == own.written => format!("«{}»", own.written),
        Piece::Hole(own) => format!("«{} = {}»", own.written, sources.slice(own.span)),
    };
    text.pieces().iter().map(piece).collect()
}

/// The resources of all policies.
fn resources(text: &str) -> Vec<String> {
    with(text, |sources, inventory| {
        let statements = inventory.all_policies().flat_map(|(policy, _)| &policy.statements);
        let lists = statements.flat_map(|own| &own.resources).flat_map(|own| &own.list);
        lists.map(|own| shown(sources, &own.text)).collect()
    })
}

/// A policy about a resource.
fn policy(resource: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "{resource}"}}]}}"#
    )
}

/// What is known of a text stands where it is said to, but for the marks that the text around it needs.
fn stands_there(sources: &Sources, policy: &Policy<'_>) {
    let plain = |span: Span| sources.slice(span).replace("\\\"", "\"").replace("\\$", "$").replace("\\\\", "\\");
    let braced = |span: Span| sources.slice(span).starts_with('{') && sources.slice(span).ends_with('}');
    let is_json = sources.slice(policy.mark) == "{";
    assert!(!is_json || braced(policy.range));
    for statement in &policy.statements {
        assert!(!is_json || braced(statement.range));
        for text in texts(statement) {
            for piece in text.pieces().iter() {
                if let Piece::Literal(own) = piece {
                    assert_eq!(plain(own.span), own.value);
                }
            }
        }
    }
}

#[test]
fn what_is_found_stands_where_it_is_said_to() {
    for file in ["roles.sh", "notes.md", "workflow/deploy.yml"] {
        with(&support::read(&format!("fixtures/embedded/{file}")), |sources, inventory| {
            let policies: Vec<_> = inventory.all_policies().collect();
            assert!(!policies.is_empty(), "{file}");
            for (policy, _) in policies {
                stands_there(sources, policy);
            }
        });
    }
}

#[test]
fn roles_go_by_what_stands_beside_them() {
    with(&support::read("fixtures/embedded/roles.sh"), |_, inventory| {
        let names: Vec<_> = inventory.roles.iter().map(|role| role.name.known().unwrap()).collect();
        assert_eq!(names, ["report-reader", "report-writer"]);
    });
}

#[test]
fn in_scripts() {
    let quoted = policy("arn:aws:s3:::b/$BUCKET/${aws:username}");
    let doubled = |resource: &str| policy(resource).replace('"', "\\\"");
    for (script, expected) in [
        // a here-document as it stands
        (format!("cat > p.json <<'EOF'\n{quoted}\nEOF\n"), "arn:aws:s3:::b/«$BUCKET»/${aws:username}"),
        (format!("cat <<\\EOF >p.json\n{quoted}\nEOF\n"), "arn:aws:s3:::b/«$BUCKET»/${aws:username}"),
        // one in which values are filled in
        (
            format!("cat <<EOF\n{}\nEOF\n", policy("$A/${B}/${C:-d}/\\${aws:username}")),
            "«${A} = $A»/«${B}»/«${C} = ${C:-d}»/${aws:username}",
        ),
        (format!("cat <<- EOF\n\t{}\n\tEOF\n", policy("$(id -u \"x\")-`id`")), "«$(id -u 'x') = $(id -u \"x\")»-«$(id) = `id`»"),
        // words
        (format!("aws x --policy-document '{quoted}' --y"), "arn:aws:s3:::b/«$BUCKET»/${aws:username}"),
        (format!("P={}'{}'", "", policy("b/'\"$X\"'/*")), "b/«${X} = '\"$X\"'»/*"),
        (format!("P='{}'", policy("b/'$X'/*")), "b/«${X} = '$X'»/*"),
        (format!("P=\"{}\"", doubled("$X/\\${aws:username}/\\$y")), "«${X} = $X»/${aws:username}/$y"),
        (format!("aws x --document \"{}\"; it's", doubled("a\\\\\"b")), "a\"b"),
        // an apostrophe before
        (format!("# don't\nP='{}'", policy("b")), "b"),
    ] {
        assert_eq!(resources(&script), [expected], "of {script}");
    }
}

/// A program of `jq` is the document that it makes.
#[test]
fn in_programs_of_jq() {
    for (resource, expected) in [
        (r#"("arn:aws:s3:::" + $b + "/*")"#, "arn:aws:s3:::«${b} = $b + \"»/*"),
        (r#""arn:aws:s3:::\($b)/*""#, "arn:aws:s3:::«${b} = $b)»/*"),
        (r#""arn:aws:s3:::\( $b )/\($env | length)""#, "arn:aws:s3:::«${b} = $b )»/«${value} = $env | length»"),
        ("$b", "«${b} = $b»"),
        (".arn", "«${arn} = .arn»"),
        ("[$b]", "«${b} = $b»"),
        (
            r#"["b" # what, "else"
          ]"#,
            "b",
        ),
        ("env.ARN", "«${ARN} = env.ARN»"),
        ("($b | split(\",\"))", "«${value} = $b | split(\",\")»"),
        ("(if $b then \"x\" else \"y\" end)", "«${value} = if $b then \"x\" else \"y\" end»"),
        (r#""a\"b""#, "a\"b"),
    ] {
        let script = format!(
            "P=$(jq -n --arg b \"$B\" '{{\n  Version: \"2012-10-17\",\n  Statement: [{{Effect: \"Allow\", \"Action\": [\"s3:GetObject\"], Resource: {resource}}}]\n}}')\n"
        );
        assert_eq!(resources(&script), [expected], "of {script}");
    }
    let short = "jq -n '{Version: \"2012-10-17\", Statement: {Effect: \"Allow\", Action: \"s3:GetObject\", Resource: \"b\", $Sid, Condition}}'";
    with(short, |_, inventory| {
        let statement = &inventory.policies[0].policy.statements[0];
        assert_eq!(statement.sid.as_ref().map(|sid| sid.shown().into_owned()), Some("${Sid}".to_owned()));
        assert!(inventory.documents[0].faults.is_empty());
    });
}

/// What stands below a target of `make` is a script, and no YAML.
#[test]
fn in_makefiles() {
    let text = format!("role: deps\n\taws iam put-role-policy --policy-document '{}'\n", policy("b"));
    assert_eq!(resources(&text), ["b"]);
    assert_eq!(look_at("Makefile", &text), Ok(Look::Text));
    assert_eq!(look_at("p.yaml", "Statement:\n\tEffect: Allow\n"), Ok(Look::Yaml));
}

/// A backslash at the end of a script leads on to nothing.
#[test]
fn a_command_may_go_on_where_the_script_ends() {
    let trust =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}"#;
    for end in ["\\", " \\", "\\\n\\", "\n"] {
        let script = format!("#!/bin/sh\naws iam create-role --role-name reader --assume-role-policy-document '{trust}' {end}");
        with(&script, |_, inventory| assert_eq!(inventory.roles.len(), 1, "{script}"));
    }
}

#[test]
fn what_is_no_document() {
    for script in [
        "cat <<EOF\nStatement Effect\nEOF".to_owned(),
        format!("cat <<EOF\n{}\n", policy("never closed")),
        format!("P='{}", policy("never closed")),
        format!("echo x'{}'", policy("in a word")),
        "P='{}' Q='{\"Statement\": 1}'".to_owned(),
    ] {
        assert_eq!(resources(&script), [""; 0], "of {script}");
    }
}

#[test]
fn in_markdown() {
    let own = policy("b");
    for (text, count) in [
        (format!("# A\n\n```json\n{own}\n```\n"), 1),
        (format!("# A\n\n~~~~\n{own}\n~~~~\n"), 1),
        (format!("# A\n\n```json\n{own}\n"), 1),
        (format!("# A\n\n```\nx\n```\n* b\n    ```json\n    {own}\n    ```\n"), 1),
        (format!("# A\n\n```rust\n{own}\n```\n"), 0),
        (format!("# A\n\n````\n```json\n{own}\n```\n````\n"), 0),
        (format!("# A\n\n```json\n{own}\n```\n```json\n{own}\n```\n"), 2),
    ] {
        assert_eq!(resources(&text).len(), count, "of {text}");
    }
    let mut sources = Sources::new();
    let id = sources.add("a.md", format!("# A\n\n```json\n{own}\n```\n"));
    let mut inventory = Inventory::new(None);
    inventory.read(&sources, id);
    assert_eq!(inventory.documents[0].form, Form::Nothing("a policy in Markdown; `--markdown` reads it"));
}

#[test]
fn templates_are_known_as_far_as_they_go() {
    let statement = |sid: &str| format!(r#"{{"Sid": "{sid}", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}}"#);
    let (a, b) = (statement("a"), statement("b"));
    for (statements, optional) in [
        (format!("[{a}, {b}]"), ""),
        (format!("[%{{ if x }}{a},%{{ endif }}{b}]"), "a"),
        (format!("[{a}%{{ if x }}, {b}%{{ endif }}]"), "b"),
        (format!("[{{% for x in y %}}{a},{{% endfor %}} {b}]"), "a"),
        (format!("[{{{{- if .x }}}}\n{a},\n{{{{- else }}}}\n{b}\n{{{{- end }}}}]"), "ab"),
        (format!("[<% if x %>{a}<% else %>{b}<% end %>]"), "ab"),
        (format!("[{a}, {}]", b.replace(r#""Resource""#, r#"%{ if x }"NotResource": "*",%{ endif } "Resource""#)), "b"),
        (format!("[{a}, {}]", b.replace(r#""s3:*""#, r#"["s3:*"%{ if x }, "x"%{ endif }]"#)), "b"),
    ] {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
        with(&text, |_, inventory| {
            assert_eq!(inventory.documents[0].faults, [], "of {text}");
            let policy = &inventory.policies[0].policy;
            assert_eq!(
                policy.later.is_some(),
                statements.contains("[%{")
                    || statements.contains("[{%")
                    || statements.contains("[{{")
                    || statements.contains("[<%")
                    || statements.contains("}%{ if"),
                "of {text}"
            );
            let open = policy.statements.iter().filter(|own| own.open().is_some());
            let open: String = open.map(|own| own.sid.as_ref().unwrap().known().unwrap()).collect();
            assert_eq!(open, optional, "of {text}");
        });
    }
}

#[test]
fn what_a_template_may_leave_out_is_looked_at() {
    let anyone = r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}"#;
    let service = r#"{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}"#;
    for statements in
        [format!("%{{ if x }}{anyone},%{{ endif }}{service}"), format!("{anyone}, %{{ for y in x }}{service},%{{ endfor }}")]
    {
        let found = support::findings(&Reference::default(), None, &statements, |_, own| Some(own.rule));
        assert_eq!(found, ["anyone-can-assume"], "of {statements}");
    }
}

#[test]
fn what_is_filled_in_stands_in_a_format_string() {
    let text = policy("arn:aws:s3:::{bucket}/${{aws:username}}/{0}").replace('{', "{{").replace('}', "}}");
    let text = text.replace("{{bucket}}", "{bucket}").replace("{{0}}", "{0}").replace("${{{{", "${{").replace("}}}}/", "}}/");
    assert_eq!(resources(&text), ["arn:aws:s3:::«${bucket} = {bucket}»/${aws:username}/«${0} = {0}»"]);
}

#[test]
fn source_code_is_named() {
    for (text, library) in [
        ("import * as iam from 'aws-cdk-lib/aws-iam';\nnew iam.PolicyStatement();", "the AWS CDK"),
        ("from aws_cdk import aws_iam as iam\niam.Role(self, 'x')", "the AWS CDK"),
        ("import software.amazon.awscdk.services.iam.*;\nPolicyStatement.Builder", "the AWS CDK"),
        ("using Amazon.CDK.AWS.IAM;\nnew PolicyStatement()", "the AWS CDK"),
        ("import (\n\t\"github.com/aws/aws-cdk-go/awscdk/v2/awsiam\"\n)\nPolicyDocument", "the AWS CDK"),
        ("const aws = require('@pulumi/aws');\nnew aws.iam.Role('x')", "Pulumi"),
        ("import pulumi_aws as aws\naws.iam.Role('x')", "Pulumi"),
        ("import (\n\t\"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam\"\n)\niam.NewRole()", "Pulumi"),
        ("import { defineBackend } from '@aws-amplify/backend';\ndefineBackend({})", "Amplify Gen 2"),
        ("import { TerraformStack } from 'cdktf';\nassumeRolePolicy", "CDK for Terraform"),
        ("import { Function } from 'sst/constructs';\npermissions", "SST 2"),
        ("new sst.aws.Function('x', { permissions: [] })", "SST"),
        ("import type { AWS } from '@serverless/typescript';\nstatements", "the Serverless Framework"),
        ("from troposphere.iam import Role, PolicyType\nPolicyDocument={}", "Troposphere"),
    ] {
        let why = look_at("-", text).unwrap_err();
        assert!(why.starts_with(&format!("source code of {library};")) && why.contains('`'), "{why} of {text}");
    }
    for text in [
        "import { Stack } from 'aws-cdk-lib';\nnew Bucket(this, 'x')",
        "\"aws-cdk-lib@^2.150.0\":\n  version \"2.150.0\"\n\"@aws-cdk/aws-iam@^1\":",
        "aws-cdk-lib==2.1 # UserPool",
        "int main() { return 0; }",
    ] {
        assert_eq!(look_at("-", text), Err(NOTHING), "of {text}");
    }
    assert_eq!(look_at("-", "policy = {'Statement': [{'Effect': 'Allow'}]}"), Ok(Look::Text));
    with("policy = {'Statement': [{'Effect': 'Allow'}]}", |_, inventory| {
        assert_eq!(inventory.documents[0].form, Form::Nothing("a policy in source code; what a run of it gives is read"));
    });
}

/// Pieces that scripts, templates and Markdown are made of.
const PIECES: [&str; 48] = [
    "jq -n '{",
    "\\(",
    "$x + ",
    "#",
    "'",
    "\"",
    "\\",
    "$",
    "${",
    "$(",
    "`",
    "}",
    ")",
    "{",
    "[",
    "]",
    ",",
    ":",
    "<<EOF\n",
    "<<-'EOF'\n",
    "\nEOF\n",
    "EOF",
    "```json\n",
    "```\n",
    "\n",
    " ",
    "\t",
    "é",
    "\"Statement\"",
    "\"Effect\": \"Allow\"",
    "\"Action\": \"*\"",
    "\"Resource\": \"$X\"",
    "\"Version\": \"2012-10-17\"",
    "'{",
    "\"{\\\"",
    "%{ if x }",
    "%{ else }",
    "%{ endif }",
    "{% for x in y %}",
    "{% endfor %}",
    "{{- if .x }}",
    "{{ end }}",
    "<% x %>",
    "<%= x %>",
    "{{",
    "}}",
    "--role-name x",
    "P=",
];

proptest! {
    #[test]
    fn reading_never_fails(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..60), begin in 0_usize..4) {
        let begin = ["", "#!/bin/sh\nP='{", "# A\n\n```json\n{", "{\"Statement\": ["][begin];
        let text = format!("{begin}{}", pieces.concat());
        with(&text, |sources, inventory| {
            for (policy, _) in inventory.all_policies() {
                let spans = policy.statements.iter().flat_map(|own| texts(own).map(Text::span).chain([own.range, own.mark]));
                for span in spans.chain([policy.range, policy.mark]) {
                    assert!(text.get(span.start as usize..span.end as usize).is_some());
                    sources.slice(span);
                }
            }
        });
    }
}
