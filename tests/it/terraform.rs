//! Modules of Terraform, plans and states: what expressions and documents come to, and that what is decided is the same in each form.

use std::path::Path;

use rolecall::inventory::{Form, Inventory};
use rolecall::policy::{Effect, Policy, Statement};
use rolecall::source::{Sources, Span};
use rolecall::syntax::Text;

use crate::support;
use crate::transcript::run_line;

/// Reads the files of modules, given by name and text, as the tool does.
fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let ids: Vec<_> = files.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    inventory.complete(&sources);
    look(&sources, &inventory)
}

const ROLE: &str = r#"
resource "aws_iam_role" "r" {
  name               = "the-role"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
  tags = {
    it = EXPRESSION
  }
}
"#;

/// What an expression comes to beside some blocks, and what is underlined for it.
fn value(blocks: &str, expression: &str) -> (String, String) {
    let text = format!("{blocks}{}", ROLE.replace("EXPRESSION", expression));
    with(&[("m/main.tf", &text)], |sources, inventory| {
        let role = inventory.roles.iter().find(|role| role.name.known() == Some("the-role")).unwrap();
        let (_, value) = role.tags.first().unwrap_or_else(|| panic!("{expression} is no text"));
        (value.shown().into_owned(), sources.slice(value.span()).to_owned())
    })
}

#[test]
fn expressions_come_to_what_the_module_tells() {
    let blocks = r#"
variable "v" { default = "V" }
variable "open" {}
variable "on" { default = true }
variable "m" {
  default = { a = "A", b = { c = "C" } }
}
locals {
  l    = "${var.v}-l"
  list = ["x", "y", var.v]
  loop = local.loop
  a    = local.b
  b    = local.a
}
data "aws_caller_identity" "me" {}
data "aws_partition" "p" {}
data "aws_region" "here" {}
resource "aws_s3_bucket" "b" { bucket = "logs-${var.v}" }
resource "aws_iam_role" "other" {
  name = "other"
  path = "/p/"
}
resource "aws_iam_openid_connect_provider" "gh" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
resource "aws_sqs_queue" "q" {
  count = 2
  name  = "q${count.index}"
}
resource "aws_sns_topic" "t" {
  for_each = toset(["one", "two"])
  name     = each.key
}
"#;
    let mut wrong = Vec::new();
    for (expression, expected) in [
        ("var.v", "V"),
        ("\"${var.v}/*\"", "V/*"),
        ("local.l", "V-l"),
        ("var.m.b.c", "C"),
        ("var.m[\"a\"]", "A"),
        ("local.list[2]", "V"),
        ("local.list.0", "x"),
        ("aws_s3_bucket.b.arn", "arn:aws:s3:::logs-V"),
        ("\"${aws_s3_bucket.b.arn}/*\"", "arn:aws:s3:::logs-V/*"),
        ("aws_iam_role.other.arn", "arn:aws:iam::000000000000:role/p/other"),
        ("aws_sqs_queue.q[1].arn", "arn:aws:sqs:us-east-1:000000000000:q1"),
        ("aws_sns_topic.t[\"two\"].name", "two"),
        ("data.aws_caller_identity.me.account_id", "000000000000"),
        ("\"arn:${data.aws_partition.p.partition}:x\"", "arn:aws:x"),
        ("data.aws_region.here.name", "us-east-1"),
        (
            "\"${replace(aws_iam_openid_connect_provider.gh.url, \"https://\", \"\")}:sub\"",
            "token.actions.githubusercontent.com:sub",
        ),
        ("format(\"%s-%s%%\", var.v, local.l)", "V-V-l%"),
        ("join(\",\", concat(local.list, [\"z\"]))", "x,y,V,z"),
        ("join(\"/\", distinct(compact([\"a\", \"\", \"a\", null])))", "a"),
        ("join(\"/\", flatten([[\"a\"], [[\"b\"]]]))", "a/b"),
        ("lower(upper(var.v))", "v"),
        ("element(split(\"/\", \"a/b\"), 1)", "b"),
        ("merge({ k = \"1\" }, { k = \"2\" }).k", "2"),
        ("lookup(var.m, \"zz\", \"none\")", "none"),
        ("coalesce(\"\", var.v)", "V"),
        ("try(var.v, \"w\")", "V"),
        ("var.on ? \"yes\" : \"no\"", "yes"),
        ("var.v == \"V\" ? \"yes\" : \"no\"", "yes"),
        ("!var.on || var.v != \"V\" ? \"yes\" : \"no\"", "no"),
        ("\"${var.on ? \"a\" : \"b\"}c\"", "ac"),
        ("\"x${jsonencode({ a = [var.v, 1, true] })}\"", "x{\"a\":[\"V\",1,true]}"),
        // what is not known stays as it stands
        ("var.open", "${var.open}"),
        ("\"a-${var.open}\"", "a-${var.open}"),
        ("local.loop", "${local.loop}"),
        ("local.a", "${local.a}"),
        ("timestamp()", "${timestamp()}"),
        ("module.x.y", "${module.x.y}"),
        ("\"$${aws:username}\"", "${aws:username}"),
    ] {
        let (came, underlined) = value(blocks, expression);
        if came != expected {
            wrong.push(format!("{expression} comes to {came}, not {expected}"));
        }
        let inside = expression.trim_matches('"');
        if underlined != inside && !inside.contains(&underlined) {
            wrong.push(format!("of {expression}, {underlined} is underlined"));
        }
    }
    support::none(wrong);
}

/// A statement in words.
fn shown(statement: &Statement<'_>) -> String {
    let text = |texts: Vec<String>| texts.join(" ");
    let patterns = |patterns: Option<&rolecall::policy::Patterns<'_>>| {
        patterns.map_or_else(String::new, |own| {
            let list = own.list.iter().map(|pattern| pattern.text.shown().into_owned()).collect();
            format!("{}{}", if own.negated { "!" } else { "" }, text(list))
        })
    };
    let principals = statement.principals.as_ref().map_or_else(String::new, |own| {
        let list = own.list.iter().map(|own| format!("{:?}={}", own.kind, own.value.shown())).collect();
        format!("{}{}", if own.negated { "!" } else { "" }, text(list))
    });
    let later = if statement.later.is_some() { " later" } else { "" };
    format!(
        "{} {:?} {principals}|{}|{}|{}{later}",
        statement.sid.as_ref().map_or("-".into(), Text::shown),
        statement.effect.map(|own| own.0 == Effect::Allow),
        patterns(statement.actions.as_ref()),
        patterns(statement.resources.as_ref()),
        statement.conditions.len(),
    )
}

/// The statements of the policy `p` of a module, and whether there may be others.
fn statements(module: &str) -> (Vec<String>, bool) {
    let text =
        format!("{module}\nresource \"aws_s3_bucket_policy\" \"p\" {{\n  policy = data.aws_iam_policy_document.p.json\n}}\n");
    with(&[("main.tf", &text)], |_, inventory| {
        assert_eq!(inventory.unresolved, []);
        let [loose] = &*inventory.policies else { panic!("{} policies", inventory.policies.len()) };
        (loose.policy.statements.iter().map(shown).collect(), loose.policy.later.is_some())
    })
}

#[test]
fn a_document_is_the_policy_that_the_provider_makes() {
    let module = r#"
data "aws_iam_policy_document" "p" {
  statement {
    sid     = "a"
    effect  = "Deny"
    actions = ["s3:*"]
    not_resources = ["arn:aws:s3:::b/&{aws:username}"]
    not_principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root", "*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/&{aws:username}"
      values   = ["x"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-1"]
    }
  }
  statement {
    not_actions = ["iam:*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    resources = ["*"]
  }
}"#;
    let (statements, later) = statements(module);
    assert_eq!(
        statements,
        [
            "a Some(false) !Aws=arn:aws:iam::111122223333:root Aws=*|s3:*|!arn:aws:s3:::b/${aws:username}|2",
            "- Some(true) Anyone=*|!iam:*|*|0"
        ]
    );
    assert!(!later);
}

/// Statements of other documents come first, and one with the `Sid` of another takes its place.
#[test]
fn documents_are_made_of_others() {
    let module = r#"
data "aws_iam_policy_document" "source" {
  statement {
    sid       = "a"
    actions   = ["s3:Get*"]
    resources = ["*"]
  }
  statement {
    actions   = ["s3:List*"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "over" {
  statement {
    sid       = "b"
    effect    = "Deny"
    actions   = ["s3:Put*"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "p" {
  source_policy_documents = [
    data.aws_iam_policy_document.source.json,
    jsonencode({ Version = "2012-10-17", Statement = { Sid = "c", Effect = "Allow", Action = "s3:C*", Resource = "*" } }),
  ]
  override_policy_documents = [data.aws_iam_policy_document.over.json]

  statement {
    sid       = "a"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
  statement {
    sid       = "b"
    actions   = ["s3:PutObject"]
    resources = ["*"]
  }
}"#;
    let (found, later) = statements(module);
    assert_eq!(
        found,
        ["a Some(true) |s3:GetObject|*|0", "- Some(true) |s3:List*|*|0", "c Some(true) |s3:C*|*|0", "b Some(false) |s3:Put*|*|0"]
    );
    assert!(!later);
    let (_, later) = statements(
        "variable \"v\" {}\ndata \"aws_iam_policy_document\" \"p\" {\n  source_policy_documents = var.v\n  statement {}\n}",
    );
    assert!(later, "what another document holds is not known");
}

#[test]
fn dynamic_blocks_are_as_many_as_their_list_has_items() {
    let module = |each: &str| {
        format!(
            r#"
variable "open" {{}}
data "aws_iam_policy_document" "p" {{
  dynamic "statement" {{
    for_each = {each}
    iterator = it
    content {{
      sid       = it.key
      actions   = ["s3:${{it.value}}"]
      resources = ["*"]
      dynamic "condition" {{
        for_each = var.open
        content {{
          test     = "Bool"
          variable = "aws:SecureTransport"
          values   = ["true"]
        }}
      }}
    }}
  }}
}}"#
        )
    };
    let (found, later) = statements(&module(r#"{ one = "Get*", two = "Put*" }"#));
    assert_eq!(found, ["one Some(true) |s3:Get*|*|1 later", "two Some(true) |s3:Put*|*|1 later"]);
    assert!(!later);
    let (found, later) = statements(&module("var.open"));
    assert_eq!((found.len(), later), (1, true));
}

/// A module that is called once has the values of its caller, and gives its outputs.
#[test]
fn modules_call_each_other() {
    let main = r#"
module "app" {
  source = "./modules/app"
  bucket = "data"
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = module.app.role
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"#;
    let app = r#"
variable "bucket" {}
resource "aws_iam_role" "this" {
  assume_role_policy = file("${path.module}/trust.json")
  inline_policy {
    name   = "own"
    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${var.bucket}/*" }]
    })
  }
}
output "role" { value = aws_iam_role.this.name }
"#;
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
    let files = [("main.tf", main), ("modules/app/main.tf", app), ("modules/app/trust.json", trust)];
    with(&files, |sources, inventory| {
        assert_eq!(inventory.unresolved, []);
        let role = inventory.role("app-this").unwrap();
        assert_eq!(role.arn.as_ref().unwrap().known(), Some("arn:aws:iam::000000000000:role/app-this"));
        let trust = role.trust.as_ref().unwrap();
        assert_eq!(sources.get(trust.mark.source).name(), "modules/app/trust.json");
        assert_eq!(
            role.permissions.iter().map(|own| shown(&own.policy.statements[0])).collect::<Vec<_>>(),
            ["- Some(true) |s3:GetObject|arn:aws:s3:::data/*|0"]
        );
        assert_eq!(role.unread.iter().map(Text::shown).collect::<Vec<_>>(), ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
    });
}

/// What names something that is not there is told at its place.
#[test]
fn what_is_not_known_is_told() {
    let module = r#"
variable "role" {}
resource "aws_iam_role_policy" "a" {
  role   = var.role
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
resource "aws_iam_role_policy_attachment" "b" {
  role       = "elsewhere"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_s3_bucket_policy" "c" {
  policy = data.external.policy.result
}
"#;
    with(&[("main.tf", module)], |sources, inventory| {
        let told = inventory.unresolved.iter().map(|own| format!("{}: {}", sources.slice(own.span), own.message));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "var.role: the role `${var.role}`, which `aws_iam_role_policy.a` is for, is not known",
                "elsewhere: the role `elsewhere`, which `aws_iam_role_policy_attachment.b` is for, is not in the module",
                "data.external.policy.result: the policy of `aws_s3_bucket_policy.c` is not known",
            ]
        );
    });
}

/// Where a condition is not decided, the document is looked at both ways.
#[test]
fn both_branches_are_looked_at() {
    let module = r#"
variable "open" {}
resource "aws_sqs_queue_policy" "p" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = var.open ? "*" : { AWS = "111122223333" }, Action = "sqs:*", Resource = "*" }]
  })
}
"#;
    with(&[("main.tf", module)], |_, inventory| {
        let found: Vec<_> = inventory.policies.iter().map(|own| shown(&own.policy.statements[0])).collect();
        assert_eq!(found, ["- Some(true) Anyone=*|sqs:*|*|0", "- Some(true) Aws=111122223333|sqs:*|*|0"]);
    });
}

#[test]
fn inputs_are_recognised_by_what_is_in_them() {
    let module = r#"{"resource": {"aws_iam_role": {"r": {"name": "${local.n}", "assume_role_policy": "{\"Version\": \"2012-10-17\", \"Statement\": []}"}}}, "locals": {"n": "the-name"}}"#;
    for (text, expected) in [
        ("# a comment\n/* and\n another */\nlocals {\n}\n", "Terraform module"),
        ("resource \"aws_iam_role\" \"r\" {\n", "Terraform module"),
        (module, "Terraform module"),
        (r#"{"format_version": "1.2", "planned_values": {"root_module": {}}}"#, "Terraform plan"),
        (r#"{"format_version": "1.0", "terraform_version": "1.9", "values": {"root_module": {}}}"#, "Terraform state"),
        (r#"{"version": 4, "terraform_version": "1.9", "lineage": "x", "resources": []}"#, "Terraform state"),
        (r#"{"data": {"id": 1}}"#, ""),
        (r#"{"data": {"a_b": "c"}, "status": "ok"}"#, ""),
    ] {
        with(&[("any", text)], |_, inventory| {
            let form = match inventory.documents.last().unwrap().form {
                Form::Template(name) => name,
                _ => "",
            };
            assert_eq!(form, expected, "{text}");
        });
    }
    with(&[("any", module)], |_, inventory| assert!(inventory.role("the-name").is_some()));
}

const QUESTIONS: [&str; 12] = [
    "simulate --group Editor",
    "simulate --group Admin",
    "simulate --no-group",
    "simulate --guest",
    "simulate --group Editor --action s3:PutObject --resource arn:aws:s3:::articles-site/drafts/a.md",
    "simulate --group Editor --action s3:DeleteObject --resource arn:aws:s3:::articles-site/published/a.md",
    "simulate --group Admin --action s3:DeleteObject --resource arn:aws:s3:::articles-site/published/a.md",
    "simulate --group Admin --action logs:GetLogEvents --resource arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/articles-api:log-stream:x",
    "simulate --group Editor --action dynamodb:UpdateItem --resource arn:aws:dynamodb:eu-west-1:111122223333:table/articles",
    "simulate --group Editor --action dynamodb:DeleteItem --resource arn:aws:dynamodb:eu-west-1:111122223333:table/articles",
    "who --action dynamodb:DeleteItem --resource arn:aws:dynamodb:eu-west-1:111122223333:table/articles",
    "reach",
];

/// What the tool decides: the first line of an answer, or the whole table, without places.
fn decided(question: &str, folder: &str, more: &str) -> String {
    let run = run_line(&format!("{question} {more} ."), &support::root().join(Path::new(folder)));
    let end = if question == "reach" { "\n\n" } else { "\n" };
    let first = run.stdout.split(end).next().unwrap_or("").to_owned();
    format!("{first} [exit {}]", run.exit)
}

#[test]
fn each_form_decides_alike() {
    let mut wrong = Vec::new();
    for question in QUESTIONS {
        let expected = decided(question, "fixtures/scenarios/tutorial", "");
        for (folder, more) in [
            ("fixtures/terraform/tutorial", "--assume data.aws_caller_identity.current.account_id=111122223333"),
            ("fixtures/terraform/state", ""),
            ("fixtures/terraform/stored", ""),
            ("fixtures/terraform/plan", ""),
        ] {
            let found = decided(question, folder, more);
            if found != expected {
                wrong.push(format!("{folder}: {question}\n{found}\nwhere it was\n{expected}"));
            }
        }
    }
    support::none(wrong);
}

/// A plan before anything is there decides nothing that hangs on what is not there yet.
#[test]
fn what_a_plan_does_not_know_is_undecided() {
    let found = decided("simulate --group Editor", "fixtures/terraform/first-plan", "");
    assert!(found.starts_with("undecided"), "{found}");
}

/// What is underlined in a file is the value, or the reference that stands for it.
#[test]
fn every_place_in_a_policy_holds_the_value() {
    let names = ["permissions.tf", "policies/guest.json", "pools.tf", "roles.tf", "variables.tf"];
    let texts: Vec<_> = names.iter().map(|name| support::read(&format!("fixtures/terraform/tutorial/{name}"))).collect();
    let files: Vec<_> = names.iter().zip(&texts).map(|(name, text)| (*name, text.as_str())).collect();
    with(&files, |sources, inventory| {
        let mut seen = 0;
        let mut wrong = Vec::new();
        let mut holds = |value: &str, span: Span| {
            let written = sources.slice(span);
            seen += 1;
            if written != value && !written.contains("${") && !is_reference(written) {
                wrong.push(format!("`{written}` is underlined for `{value}`"));
            }
        };
        for role in &inventory.roles {
            let policies: Vec<&Policy<'_>> = role.trusts().chain(role.permissions.iter().map(|own| &own.policy)).collect();
            assert!(!policies.is_empty());
            for statement in policies.iter().flat_map(|own| &own.statements) {
                let texts = statement.principals.iter().flat_map(|own| own.list.iter().map(|own| own.value.clone()));
                let patterns = [&statement.actions, &statement.resources].into_iter().flatten();
                let patterns = patterns.flat_map(|own| own.list.iter().map(|pattern| pattern.text.clone()));
                for text in statement.sid.iter().cloned().chain(texts).chain(patterns) {
                    holds(&text.shown(), text.span());
                }
            }
        }
        assert!(seen > 40, "{seen}");
        support::none(wrong);
    });
}

fn is_reference(written: &str) -> bool {
    ["var.", "local.", "aws_", "data.", "each.", "statement.", "format("].iter().any(|start| written.starts_with(start))
}

/// Neither a circle nor a great many references cost more than they may.
#[test]
fn work_is_bounded() {
    let level = |number: usize| {
        let (a, l) = (format!("local.a{number}"), format!("local.l{number}"));
        let next = number + 1;
        format!("  a{next} = \"${{{a}}}${{{a}}}\"\n  l{next} = [{l}, {l}, {l}]\n")
    };
    let levels = (0..199).map(level).collect::<Vec<_>>().concat();
    let mut text = format!("locals {{\n  a0 = \"x\"\n  l0 = [\"x\"]\n{levels}");
    text += "}\nresource \"aws_iam_role\" \"r\" {\n  name = local.a199\n  assume_role_policy = jsonencode(local.l199)\n}\n";
    with(&[("main.tf", &text)], |_, inventory| {
        assert!(inventory.unresolved.iter().any(|own| own.message.contains("too many")), "{:?}", inventory.unresolved);
    });
    let deep = format!(
        "locals {{\n  a = {}1{}\n}}\nresource \"aws_iam_role\" \"r\" {{\n  name = local.a\n}}\n",
        "f(".repeat(60),
        ")".repeat(60)
    );
    with(&[("main.tf", &deep)], |_, inventory| assert_eq!(inventory.roles.len(), 1));
}

/// A template that is one expression is what that comes to, with what it is given as holes.
#[test]
fn a_template_may_be_one_expression() {
    let template = "${jsonencode({\n  Version = \"2012-10-17\"\n  Statement = [{ Effect = \"Allow\", Action = \"s3:GetObjekt\", Resource = [\"${arn}/*\", \"arn:aws:s3:::b/*\"] }]\n})}\n";
    let files = std::iter::once(("policy.json.tftpl", template.to_owned()));
    crate::support::with_inventory(None, files, |sources, inventory| {
        let [own] = &*inventory.policies else { panic!("{} policies", inventory.policies.len()) };
        let statement = &own.policy.statements[0];
        let actions = statement.actions.as_ref().unwrap();
        assert_eq!(sources.slice(actions.list[0].text.span()), "s3:GetObjekt");
        let resources = statement.resources.as_ref().unwrap().list.iter().map(|own| own.text.shown().into_owned());
        assert_eq!(resources.collect::<Vec<_>>(), ["${arn}/*", "arn:aws:s3:::b/*"]);
        assert!(inventory.documents[0].faults.is_empty());
    });
    for other in ["${jsonencode({})} and ${jsonencode({})}", "${jsonencode({ Statement = }", "${upper(x)}"] {
        let files = std::iter::once(("x.tftpl", format!("{other}\nStatement Effect")));
        crate::support::with_inventory(None, files, |_, inventory| assert!(inventory.policies.is_empty(), "{other}"));
    }
}
