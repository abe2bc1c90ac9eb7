//! That nothing of a module of Terraform is passed over: files that are one by their names, values from other files, calls of modules that
//! were not given, and branches that are not decided.

use std::fs;

use rolecall::config::Config;
use rolecall::inventory::{Inventory, Look, look_at};
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::Sources;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, run_line};

fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    support::with_inventory(None, files.iter().map(|(name, text)| (*name, (*text).to_owned())), look)
}

/// The rules that are broken, by file, with what is underlined.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let (config, reference) = (Config::default(), Reference::default());
    with(files, |sources, inventory| {
        let found = rules::run(&Facts { sources, inventory, config: &config, reference: &reference });
        let mut told: Vec<_> = found
            .iter()
            .map(|own| {
                let span = own.primary.span;
                format!("{}: {}: {}", sources.get(span.source).name(), own.rule, sources.slice(span))
            })
            .collect();
        told.sort();
        told
    })
}

fn played(files: &[(&str, &str)], line: &str) -> Run {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    run_line(line, folder.path())
}

/// What of a module an ignore file leaves out is told: the answer hangs on it.
#[test]
fn what_an_ignore_file_leaves_out_of_a_module_is_told() {
    const WHY: &str = "a file of a Terraform module, left out by an ignore file";
    let files = [
        (".git/HEAD", ""),
        (".gitignore", "*.tfvars\n*.tfvars.json\n*_override.tf\nold/\n.hidden.tf\n"),
        ("rolecall.toml", "[check]\nexclude = [\"left/dev.auto.tfvars\"]\n"),
        ("a/main.tf", ROLE),
        ("a/terraform.tfvars", "open = true\n"),
        ("a/b_override.tf", ""),
        ("a/.hidden.tf", ""),
        ("a/x.auto.tfvars.json", "{}"),
        // which of these is meant is not known
        ("a/prod.tfvars", ""),
        // these belong to no module that is looked at
        ("values/terraform.tfvars", ""),
        ("old/main.tf", ROLE),
        ("old/terraform.tfvars", ""),
        ("left/main.tf", ""),
        ("left/dev.auto.tfvars", ""),
    ];
    let listed = |line: &str| {
        let run = played(&files, line);
        let told = run.stdout.lines().filter(|own| own.contains(WHY));
        told.filter_map(|own| own.split_whitespace().next()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(listed("files ."), ["a/b_override.tf", "a/terraform.tfvars", "a/x.auto.tfvars.json"]);
    assert_eq!(listed("files a"), ["a/b_override.tf", "a/terraform.tfvars", "a/x.auto.tfvars.json"]);
    // what is named is looked at, in whatever order
    assert_eq!(listed("files . a/terraform.tfvars"), ["a/b_override.tf", "a/x.auto.tfvars.json"]);
    assert_eq!(listed("files a/terraform.tfvars a/b_override.tf a"), ["a/x.auto.tfvars.json"]);
    // of files that are named, nothing is looked for
    assert_eq!(listed("files a/main.tf"), [""; 0]);
    let run = played(&files, "check a");
    assert!(run.stdout.contains(&format!("not looked at: 3 ({WHY})")), "{}", run.stdout);
}

/// A role that anybody may take.
const ROLE: &str = "resource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { AWS = \"*\" }, Action = \"sts:AssumeRole\" }] })\n}\n";

/// Blocks that may stand first in a module, of which rolecall reads no word.
const FIRST: [&str; 22] = [
    "variable x {}",
    "provider aws {}",
    "provider aws {\n  region = \"eu-west-1\"\n}",
    "data aws_caller_identity current {}",
    "output x {\n  value = 1\n}",
    "module m {\n  source = \"./m\"\n}",
    "module m { source = \"./m\" }",
    "resource aws_iam_group g {\n  name = \"g\"\n}",
    "resource \"aws_iam_group\" g { # a group\n  name = \"g\"\n}",
    "resource aws_iam_group \"g\" {\n  # named\n  name = \"g\"\n}",
    "resource aws_eks_cluster c {\n  vpc_config {\n  }\n}",
    "variable\t\"x\" {\n}",
    "action \"aws_lambda_invoke\" \"y\" {\n  config {}\n}",
    "check \"health\" {\n  assert {\n  }\n}",
    "moved {\n  from = aws_iam_role.a\n  to   = aws_iam_role.b\n}",
    "import {\n  to = aws_iam_role.b\n  id = \"b\"\n}",
    "removed {\n  from = aws_iam_role.a\n}",
    "ephemeral \"aws_secret\" \"y\" {\n}",
    "locals {\n  a = 1\n}",
    "terraform {\n  required_providers {\n  }\n}",
    "data http page {\n  url = \"https://example.com\"\n}",
    "/* a module */ variable x { // of one variable\n}",
];

#[test]
fn a_module_is_read_whatever_its_first_block_is() {
    for first in FIRST {
        let text = format!("{first}\n{ROLE}");
        for name in ["main.tf", "main.tofu", "old.txt", "-"] {
            let found = told(&[(name, &text)]);
            assert!(found.iter().any(|own| own.starts_with(&format!("{name}: anyone-can-assume"))), "{name}: {first}: {found:?}");
        }
    }
    // by its name alone
    for first in ["made_up \"x\" \"y\" \"z\" {\n}", "class X {}", "made_up = 1", "made up"] {
        let text = format!("{first}\n{ROLE}");
        let found = told(&[("main.tf", &text)]);
        assert!(found.iter().any(|own| own.starts_with("main.tf: anyone-can-assume")), "{first}: {found:?}");
    }
    let json = r#"{"made_up": {}, "resource": {"aws_iam_role": {"r": {"name": "r", "assume_role_policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"*\"}, \"Action\": \"sts:AssumeRole\"}]}"}}}}"#;
    assert!(told(&[("main.tf.json", json)])[0].starts_with("main.tf.json: anyone-can-assume"));
}

/// Beside another file of the folder, it is looked at, and counted.
#[test]
fn no_file_of_a_folder_is_left_out() {
    let text = ROLE.replace("\"aws_iam_role\" \"r\"", "aws_iam_role r");
    let other = "variable \"x\" {\n}\n";
    let run = played(&[("a.tf", &text), ("b.tf", other)], "check --no-config --format concise .");
    assert_eq!(run.exit, 1, "{}", run.stdout);
    assert!(run.stdout.contains("high[anyone-can-assume]") && run.stdout.contains("in 2 files"), "{}", run.stdout);
}

#[test]
fn other_languages_are_no_modules() {
    for text in [
        "import { Role } from 'aws-cdk-lib/aws-iam'\nconst a = 'sts:AssumeRole'\n",
        "import {\n  Role,\n} from 'aws-cdk-lib/aws-iam'\nconst a = 'sts:AssumeRole'\n",
        "import {} from 'x'\n",
        "module Foo {\n  export interface Bar {}\n}\n",
        "module Foo {\n  module Bar {\n  }\n}\n",
        "module com.example {\n  requires java.base;\n}\n",
        "data class Foo(val x: Int)\n",
        "data object Foo {\n  val x = 1\n}\n",
        "data Foo = Foo { x :: Int }\n",
        "output { color: red }\n",
        "output {\n  elasticsearch {\n    hosts => [\"x\"]\n  }\n}\n",
        "output x {\n  color: red;\n}\n",
        "resource x 'Microsoft.Web/sites@2022' = {\n  name: 'x'\n}\n",
        "http {\n  server {\n    listen 80;\n  }\n}\n",
        "check if {\n  input.x\n}\n",
        "check if {\n  x == 1\n}\n",
        "variable = {\n",
        "locals { local x = 1; }\n",
        "terraform apply {\n",
        "provider of services {\n",
    ] {
        assert_ne!(look_at("-", text), Ok(Look::Hcl), "of {text}");
    }
}

/// A role for those whose tokens have this subject.
const SUBJECT: &str = r#"variable "sub" {
  default = "repo:octo/app:ref:refs/heads/main"
}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = var.sub }
      }
    }]
  })
}
"#;

/// What the subject is in the trust policy.
fn subject(files: &[(&str, &str)]) -> String {
    with(files, |_, inventory| {
        let [role] = &*inventory.roles else { panic!("{} roles", inventory.roles.len()) };
        let conditions = &role.trust.as_ref().unwrap().statements[0].conditions;
        conditions[1].values[0].pattern.text.shown().into_owned()
    })
}

#[test]
fn values_of_variables_are_those_that_terraform_loads() {
    let all = [("main.tf", SUBJECT)];
    let of = |more: &[(&str, &str)]| subject(&[&all, more].concat());
    assert_eq!(of(&[]), "repo:octo/app:ref:refs/heads/main");
    let text = |value: &str| format!("# the subject\nsub = \"{value}\"\n");
    let json = |value: &str| format!("{{\"sub\": \"{value}\", \"other\": 1}}");
    let files = [
        ("terraform.tfvars", text("1")),
        ("terraform.tfvars.json", json("2")),
        (".auto.tfvars", text("3")),
        ("a.auto.tfvars", text("4")),
        ("a.auto.tfvars.json", json("5")),
        ("b.auto.tfvars", text("6")),
    ];
    // each takes the place of those before, whatever they are read in the order of
    for count in 1..=files.len() {
        let mut given: Vec<_> = files[..count].iter().map(|own| (own.0, own.1.as_str())).collect();
        assert_eq!(of(&given), count.to_string());
        given.reverse();
        assert_eq!(of(&given), count.to_string());
    }
    // one that says nothing of it leaves the others in force
    assert_eq!(of(&[("terraform.tfvars", &files[0].1), ("a.auto.tfvars", "other = 2\n")]), "1");
    // these are not loaded
    for name in ["prod.tfvars", "prod.tfvars.json", "sub/terraform.tfvars", "auto.tfvars", "terraform.tfvars.bak"] {
        let value = if name.ends_with("json") { &files[1].1 } else { &files[0].1 };
        assert_eq!(of(&[(name, value)]), "repo:octo/app:ref:refs/heads/main", "{name}");
    }
    // a module that is called has the values of its caller
    let call = "module \"m\" {\n  source = \"./m\"\n  sub    = \"called\"\n}\n";
    assert_eq!(subject(&[("m/main.tf", SUBJECT), ("main.tf", call), ("m/terraform.tfvars", &files[0].1)]), "called");
    // through which those of the outer one go
    let call = "variable \"sub\" {}\nmodule \"m\" {\n  source = \"./m\"\n  sub    = var.sub\n}\n";
    assert_eq!(subject(&[("m/main.tf", SUBJECT), ("main.tf", call), ("terraform.tfvars", &files[0].1)]), "1");
}

#[test]
fn a_value_from_another_file_is_looked_at() {
    let files = [("main.tf", SUBJECT), ("terraform.tfvars", "sub = \"repo:*\"\n")];
    let found = told(&files);
    assert!(found.iter().any(|own| own.starts_with("main.tf: any-tenant-can-assume")), "{found:?}");
    // a list stands where it is written
    let list = SUBJECT.replace("default = \"repo:octo/app:ref:refs/heads/main\"", "type = list(string)");
    let files = [("main.tf", &*list), ("terraform.tfvars", "sub = [\"repo:*\"]\n")];
    let found = told(&files);
    assert!(found.iter().any(|own| own.starts_with("terraform.tfvars: ")), "{found:?}");
    let files = [("main.tf", SUBJECT), ("prod.tfvars", "sub = \"repo:*\"\n"), ("x.auto.tfvars", "sub = \"repo:a/b:*\"\n")];
    let run = played(&files, "files .");
    assert_eq!(
        run.stdout,
        "main.tf        Terraform module\nprod.tfvars    not looked at: values for a module, given by `-var-file`\nx.auto.tfvars  values of a Terraform module\n\n2 files to look at, 1 not\n"
    );
}

/// Somebody whom the trust policy of a role should not let in, as HCL.
const ANYBODY: &str = "{ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { AWS = \"*\" }, Action = \"sts:AssumeRole\" }] }";

/// What is told of a call that has this argument, beside other text.
fn called(argument: &str, beside: &str) -> Vec<String> {
    let call =
        format!("module \"role\" {{\n  source = \"terraform-aws-modules/iam/aws//modules/iam-role\"\n  {argument}\n}}\n{beside}");
    told(&[("main.tf", &call)])
}

#[test]
fn what_an_unknown_module_is_given_is_looked_at() {
    let is_told = |found: &[String]| {
        let own: Vec<_> = found.iter().filter(|own| own.starts_with("main.tf: anyone-can-assume")).collect();
        own.len() == 1
    };
    let heredoc = "custom_role_trust_policy = <<EOF\n{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"*\"}, \"Action\": \"sts:AssumeRole\"}]}\nEOF";
    let document = "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"sts:AssumeRole\"]\n    principals {\n      type = \"AWS\"\n      identifiers = [\"*\"]\n    }\n  }\n}\n";
    let local = format!("locals {{\n  trust = {ANYBODY}\n}}\n");
    let variable = format!("variable \"trust\" {{\n  default = {ANYBODY}\n}}\n");
    let statements = "Statement = [{ Effect = \"Allow\", Principal = { AWS = var.on ? \"111122223333\" : \"*\" }, Action = \"sts:AssumeRole\" }]";
    for (argument, beside) in [
        (format!("custom_role_trust_policy = jsonencode({ANYBODY})"), ""),
        (format!("roles = {{ reader = {{ trust = jsonencode({ANYBODY}) }} }}"), ""),
        (format!("policy = {ANYBODY}"), ""),
        (heredoc.to_owned(), ""),
        ("policy = data.aws_iam_policy_document.d.json".to_owned(), document),
        ("policy = jsonencode(local.trust)".to_owned(), &local),
        ("policies = [local.trust]".to_owned(), &local),
        ("policy = jsonencode(var.trust)".to_owned(), &variable),
        (format!("policy = var.on ? null : jsonencode({ANYBODY})"), ""),
        (format!("policy = jsonencode({{ Version = \"2012-10-17\", {statements} }})"), ""),
        (
            format!(
                "for_each = toset([\"111122223333\", \"*\"])\n  policy = jsonencode({})",
                ANYBODY.replace("\"*\"", "each.value")
            ),
            "",
        ),
        // nothing but these has it
        ("name = \"r\"".to_owned(), &local),
        ("name = \"r\"".to_owned(), document),
        ("name = \"r\"".to_owned(), &format!("output \"o\" {{\n  value = jsonencode({ANYBODY})\n}}\n")),
        (
            "name = \"r\"".to_owned(),
            &format!("resource \"awscc_iam_role\" \"r\" {{\n  assume_role_policy_document = jsonencode({ANYBODY})\n}}\n"),
        ),
        ("name = \"r\"".to_owned(), &format!("resource \"made_up\" \"r\" {{\n  count = 2\n  thing = {ANYBODY}\n}}\n")),
    ] {
        let found = called(&argument, beside);
        assert!(is_told(&found), "{argument}\n{beside}: {found:?}");
    }
    // permission policies
    let found =
        called("policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"s3:Gett\", Resource = \"*\" }] })", "");
    assert!(found.iter().any(|own| own.starts_with("main.tf: unknown-action")), "{found:?}");
    with(&[("main.tf", &format!("module \"m\" {{\n  source = \"a/b/aws\"\n  trust = {ANYBODY}\n}}\n"))], |_, inventory| {
        assert_eq!(inventory.roles[0].name.known(), Some("module.m.trust"));
    });
}

/// What a resource or a module that was given is made of is looked at there, and once.
#[test]
fn what_was_looked_at_is_not_looked_at_again() {
    let local = format!(
        "locals {{\n  trust = {ANYBODY}\n  statements = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"*\" }}]\n}}\n"
    );
    let roles = "resource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  assume_role_policy = jsonencode(local.trust)\n}\nresource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = concat(local.statements, []) })\n}\n";
    with(&[("main.tf", &format!("{local}{roles}"))], |_, inventory| {
        let [role] = &*inventory.roles else { panic!("{} roles", inventory.roles.len()) };
        assert_eq!((role.name.known(), inventory.policies.len()), (Some("r"), 1));
    });
    let child = "variable \"trust\" {}\nresource \"aws_iam_role\" \"r\" {\n  name = \"r\"\n  assume_role_policy = var.trust\n}\n";
    let call = format!("module \"m\" {{\n  source = \"./m\"\n  trust = jsonencode({ANYBODY})\n}}\n");
    with(&[("m/main.tf", child), ("main.tf", &call)], |_, inventory| {
        assert_eq!(inventory.roles.len(), 1);
        assert_eq!(inventory.unresolved, []);
    });
    // one that takes no notice of it
    let none = told(&[("m/main.tf", "variable \"trust\" {}\n"), ("main.tf", &call)]);
    assert!(none.iter().any(|own| own.starts_with("main.tf: anyone-can-assume")), "{none:?}");
}

#[test]
fn a_module_that_was_not_given_is_told() {
    let call = |source: &str| format!("module \"role\" {{\n  source  = {source}\n  version = \"1.0\"\n}}\n");
    for source in [
        "\"terraform-aws-modules/iam/aws//modules/iam-role\"",
        "\"git::https://example.com/x.git?ref=v1\"",
        "\"./m\"",
        "\"../m\"",
    ] {
        with(&[("main.tf", &call(source))], |sources, inventory| {
            let told: Vec<_> = inventory.unresolved.iter().map(|own| (sources.slice(own.span), own.message.clone())).collect();
            let source = source.trim_matches('"');
            assert_eq!(told, [("role", format!("`module.role` is made of `{source}`, which is not among the inputs"))]);
        });
    }
    with(&[("main.tf", &call("\"./m\"")), ("m/main.tf", ROLE)], |_, inventory| assert_eq!(inventory.unresolved, []));
    let files = [("main.tf", call("\"./m\"")), ("role.tf", ROLE.to_owned())];
    let files = files.each_ref().map(|own| (own.0, own.1.as_str()));
    for line in ["check --no-config .", "who r .", "reach ."] {
        let run = played(&files, line);
        let warning = "warning: main.tf:1:9: `module.role` is made of `./m`, which is not among the inputs";
        assert!(run.stderr.contains(warning), "{line}: {}", run.stderr);
    }
    let run = played(&files[..1], "check --no-config .");
    let last = "no findings in 1 file; not looked at: 1 (a module that is called and not among the inputs)";
    assert_eq!((run.exit, run.stdout.split_once("; service").unwrap().0), (0, last));
}

/// A role whose trust policy is made of these blocks.
fn role_of(statements: &str) -> String {
    format!(
        "variable \"kind\" {{}}\nvariable \"private\" {{}}\ndata \"aws_iam_policy_document\" \"d\" {{\n{statements}}}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  assume_role_policy = data.aws_iam_policy_document.d.json\n}}\n"
    )
}

/// A statement for somebody, if something holds.
fn if_so(each: &str, who: &str) -> String {
    format!(
        "  dynamic \"statement\" {{\n    for_each = {each}\n    content {{\n      actions = [\"sts:AssumeRole\"]\n      principals {{\n        type = \"AWS\"\n        identifiers = [\"{who}\"]\n      }}\n    }}\n  }}\n"
    )
}

/// Who may take the role, by each of its trust policies.
fn let_in(text: &str) -> Vec<String> {
    with(&[("main.tf", text)], |_, inventory| {
        let [role] = &*inventory.roles else { panic!("{} roles", inventory.roles.len()) };
        let of = |own: &rolecall::policy::Policy<'_>| {
            let principals = own.statements.iter().filter_map(|own| own.principals.as_ref());
            let names = principals.flat_map(|own| own.list.iter().map(|own| own.value.shown().into_owned()));
            names.collect::<Vec<_>>().join(" ")
        };
        role.trusts().map(of).collect()
    })
}

#[test]
fn statements_that_hang_on_conditions_are_there() {
    let (a, b) = ("var.kind == \"a\" ? [1] : []", "var.kind == \"b\" ? [1] : []");
    // each is there in some case, and none in none that is meant
    let text = role_of(&[if_so(a, "111122223333"), if_so(b, "*")].concat());
    assert_eq!(let_in(&text), ["111122223333 *"]);
    let found = told(&[("main.tf", &text)]);
    assert!(!found.iter().any(|own| own.contains("empty-statement")), "{found:?}");
    assert!(found.iter().any(|own| own.contains("anyone-can-assume")), "{found:?}");
    // the second branch is the one in which something is there
    let text = role_of(&if_so("var.private ? [] : [1]", "*"));
    assert_eq!(let_in(&text), ["*"]);
    let run = played(&[("main.tf", &text)], "who r .");
    assert!(!run.stdout.contains("refuse") && run.stdout.contains("any principal of any account"), "{}", run.stdout);
    assert!(run.stdout.contains("`${var.private}` stands for `false`"), "{}", run.stdout);
    // of two branches, both are there
    let text = role_of(&[if_so("var.private ? [1] : []", "111122223333"), if_so("var.private ? [] : [1]", "*")].concat());
    assert_eq!(let_in(&text), ["111122223333", "*"]);
    // where there is nothing in either, that is so
    assert!(told(&[("main.tf", &role_of(""))]).iter().any(|own| own.contains("empty-statement")));
    // beside one that is always there
    let always = if_so("[1]", "444455556666");
    let text = role_of(&[always, if_so("var.private ? [] : [1]", "*")].concat());
    assert_eq!(let_in(&text), ["444455556666", "444455556666 *"]);
    // the same without a document
    let statements = "Statement = concat(var.kind == \"a\" ? [{ Effect = \"Allow\", Principal = \"*\", Action = \"sts:AssumeRole\" }] : [], [])";
    let text = format!(
        "variable \"kind\" {{}}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", {statements} }})\n}}\n"
    );
    assert_eq!(let_in(&text), ["*"]);
}

#[test]
fn principals_that_hang_on_conditions_are_there() {
    let if_so = |each: &str, who: &str| {
        format!(
            "    dynamic \"principals\" {{\n      for_each = {each}\n      content {{\n        type = \"AWS\"\n        identifiers = [\"{who}\"]\n      }}\n    }}\n"
        )
    };
    let role = |principals: &str| role_of(&format!("  statement {{\n    actions = [\"sts:AssumeRole\"]\n{principals}  }}\n"));
    assert_eq!(let_in(&role(&if_so("var.private ? [] : [1]", "*"))), ["*"]);
    assert_eq!(let_in(&role(&if_so("var.private ? [1] : []", "*"))), ["*"]);
    let both = [if_so("var.private ? [1] : []", "111122223333"), if_so("var.private ? [] : [1]", "*")].concat();
    assert_eq!(let_in(&role(&both)), ["111122223333", "*"]);
}

/// A document that nothing names is looked at in both branches.
#[test]
fn both_branches_of_a_document_that_nothing_names_are_looked_at() {
    let text = role_of(&if_so("[1]", "${var.private ? \"444455556666\" : \"*\"}"));
    let (text, _) = text.split_at(text.find("\nresource").unwrap());
    let found = told(&[("main.tf", text)]);
    assert!(found.iter().any(|own| own.contains("anyone-can-assume")), "{found:?}");
}

/// What a token needs is looked at in both branches, too.
#[test]
fn subjects_of_the_other_branch_are_looked_at() {
    let text = |default: &str| {
        format!(
            "variable \"wide\" {{{default}}}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRoleWithWebIdentity\", Principal = {{ Federated = \"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com\" }}, Condition = {{ StringEquals = {{ \"token.actions.githubusercontent.com:aud\" = \"sts.amazonaws.com\" }}, StringLike = {{ \"token.actions.githubusercontent.com:sub\" = var.wide ? \"repo:*\" : \"repo:acme/a:ref:refs/heads/main\" }} }} }}] }})\n}}\n"
        )
    };
    for (default, expected) in [("", 1), (" default = false ", 1), (" default = true ", 1)] {
        let found = told(&[("main.tf", &text(default))]);
        let wide = found.iter().filter(|own| own.contains("any-tenant-can-assume"));
        assert_eq!(wide.count(), expected, "{default}: {found:?}");
    }
    let said = [("main.tf", &*text(" default = false ")), ("terraform.tfvars", "wide = false\n")];
    assert!(!told(&said).iter().any(|own| own.contains("any-tenant")), "{:?}", told(&said));
}

/// Whom only the branch lets in that is not taken is told as not known.
#[test]
fn whoever_another_branch_lets_in_is_told() {
    let text = role_of(&if_so("[1]", "${var.private ? \"444455556666\" : \"*\"}"));
    let run = played(&[("main.tf", &text)], "who r .");
    let why = "can take it: it hangs on a condition of the template, or on which declaration counts (main.tf:6:";
    let line = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(line.contains("? not known whether any principal of any account") && line.contains(why), "{}", run.stdout);
    assert!(line.contains("account `444455556666`") && line.contains("one kind of caller"), "{}", run.stdout);
    let run = played(&[("main.tf", &text)], "reach .");
    assert!(run.stdout.contains("any principal of any account"), "{}", run.stdout);
    // those whom both let in are known
    let text = role_of(&[if_so("[1]", "444455556666"), if_so("var.private ? [] : [1]", "111122223333")].concat());
    let run = played(&[("main.tf", &text)], "who r .");
    assert_eq!(run.stdout.matches("not known whether").count(), 1, "{}", run.stdout);
    // and so in a template of CloudFormation
    let template = r#"{"Parameters": {"On": {"Type": "String"}}, "Conditions": {"C": {"Fn::Equals": [{"Ref": "On"}, "x"]}}, "Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": {"Fn::If": ["C", "111122223333", "*"]}}, "Action": "sts:AssumeRole"}]}}}}}"#;
    let run = played(&[("t.json", template)], "who r .");
    assert_eq!(run.stdout.matches("not known whether").count(), 1, "{}", run.stdout);
}
