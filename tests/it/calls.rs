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
