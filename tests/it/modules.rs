//! Which files of Terraform and `OpenTofu` go together, and that nothing is passed over where two of them hold the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rolecall::config::Config;
use rolecall::inventory::{Inventory, Role};
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::Sources;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, run_line};

/// A finding: rule, file, line and column.
type Found = BTreeSet<(String, String, usize, usize)>;

fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    support::with_inventory(None, files.iter().map(|(name, text)| (*name, (*text).to_owned())), look)
}

fn found(files: &[(&str, &str)]) -> Found {
    let (config, reference) = (Config::default(), Reference::default());
    with(files, |sources, inventory| {
        let found = rules::run(&Facts { sources, inventory, config: &config, reference: &reference });
        let place = |span| (sources.get(span).name().to_owned(), span);
        let place =
            found.iter().map(|own| (own.rule.to_owned(), place(own.primary.span.source).0, sources.place(own.primary.span)));
        place.map(|(rule, name, place)| (rule, name, place.line, place.column)).collect()
    })
}

/// The rules that are broken, by file, without places.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut told: Vec<_> = found(files).into_iter().map(|(rule, name, ..)| format!("{name}: {rule}")).collect();
    told.sort();
    told
}

/// A role, and the document that lets somebody take it.
fn module(account: &str) -> String {
    format!(
        r#"data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "AWS"
      identifiers = [{account}]
    }}
  }}
}}

resource "aws_iam_role" "reader" {{
  name               = "reader"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}}
"#
    )
}

const ANYBODY: &str = "\"*\"";
const ACCOUNT: &str = "\"arn:aws:iam::111122223333:root\"";

/// Who may take the role, by the principals of all its trust policies: of the one that counts, and of others.
fn takers(role: &Role<'_>) -> Vec<String> {
    let principals = |own: &rolecall::policy::Policy<'_>| {
        let statements = own.statements.iter().filter_map(|own| own.principals.as_ref());
        statements.flat_map(|own| own.list.iter().map(|own| own.value.shown().into_owned())).collect::<Vec<_>>().join(" ")
    };
    role.trusts().map(principals).collect()
}

/// The roles with their ARNs, and who may take them.
fn roles(files: &[(&str, &str)]) -> Vec<String> {
    with(files, |_, inventory| {
        inventory.roles.iter().map(|role| format!("{}: {}", role.id(), takers(role).join(" | "))).collect()
    })
}

fn played(files: &[(&str, &str)], line: &str) -> Run {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    run_line(line, folder.path())
}

const FIRST: &str = "arn:aws:iam::000000000000:role/reader";
const SECOND: &str = "arn:aws:iam::000000000001:role/reader";

#[test]
fn only_files_that_terraform_reads_are_one_module() {
    let (main, other) = (module(ACCOUNT), module(ANYBODY));
    let (first, second) = (format!("{FIRST}: arn:aws:iam::111122223333:root"), format!("{SECOND}: *"));
    for name in ["old.txt", "main.tf.txt", "main.tf~", ".main.tf", "main.tf.json.bak", "main.hcl", "sub/main.tf", "-"] {
        assert_eq!(roles(&[("main.tf", &main), (name, &other)]), [first.clone(), second.clone()], "{name}");
        let mut expected = [format!("{name}: anyone-can-assume"), "main.tf: external-id-missing".to_owned()];
        expected.sort();
        assert_eq!(told(&[("main.tf", &main), (name, &other)]), expected, "{name}");
    }
    // what refers to another file needs one of the module
    let (data, role) = main.split_at(main.find("\nresource").unwrap());
    for name in ["a.tf", "a.tofu", "a.b.tf"] {
        assert_eq!(roles(&[(name, data), ("main.tf", role)]), std::slice::from_ref(&first), "{name}");
    }
    let json = r#"{"data": {"aws_iam_policy_document": {"trust": {"statement": {"actions": ["sts:AssumeRole"], "principals": {"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}}}}}}"#;
    for name in ["a.tf.json", "a.tofu.json"] {
        assert_eq!(roles(&[(name, json), ("main.tf", role)]), std::slice::from_ref(&first), "{name}");
    }
    assert_eq!(roles(&[("a.json", json), ("main.tf", role)])[0], format!("{FIRST}: "));
}

#[test]
fn each_fence_of_markdown_is_a_module() {
    let page = format!("# One\n\n```hcl\n{}```\n\n# Other\n\n```hcl\n{}```\n", module(ACCOUNT), module(ANYBODY));
    let mut sources = Sources::new();
    let id = sources.add("page.md", page);
    let mut inventory = Inventory::new(None);
    inventory.read_markdown(true);
    inventory.read(&sources, id);
    inventory.complete(&sources);
    let roles: Vec<_> = inventory.roles.iter().map(|role| format!("{}: {}", role.id(), takers(role).join(" "))).collect();
    assert_eq!(roles, [format!("{FIRST}: arn:aws:iam::111122223333:root"), format!("{SECOND}: *")]);
    assert!(inventory.documents.iter().all(|own| own.faults.is_empty()));
}

/// Every kind of declaration, each with another one of its name.
#[test]
fn what_is_declared_twice_is_told() {
    for (block, what) in [
        ("resource \"aws_iam_role\" \"r\" {\n}\n", "resource `r`"),
        ("data \"aws_iam_policy_document\" \"d\" {\n}\n", "data source `d`"),
        ("variable \"v\" {\n}\n", "variable `v`"),
        ("locals {\n  l = 1\n}\n", "local value `l`"),
        ("output \"o\" {\n}\n", "output `o`"),
        ("module \"m\" {\n}\n", "module call `m`"),
        ("provider \"aws\" {\n}\n", "provider `aws`"),
    ] {
        for names in [["a.tf", "b.tf"], ["a.tf", "b.tofu"], ["a.tofu", "b.tofu"]] {
            let run = played(&[(names[0], block), (names[1], block)], "check --format json --no-config .");
            let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            let finding = report["findings"].as_array().unwrap().iter().find(|own| own["rule"] == "duplicate-block").unwrap();
            assert_eq!(finding["message"], format!("{what} is declared twice in the module"));
            assert_eq!(finding["severity"], "error");
            assert_eq!((&finding["path"], &finding["related"][0]["path"]), (&names[1].into(), &names[0].into()));
        }
        // in one file, too
        assert!(told(&[("a.tf", &block.repeat(2))]).contains(&"a.tf: duplicate-block".to_owned()), "{what}");
        // one program reads the one, and the other the other
        assert_eq!(told(&[("a.tf", block), ("a.tofu", block)]).iter().find(|own| own.contains("duplicate")), None, "{what}");
        assert_eq!(
            told(&[("a.tf", block), ("a_override.tf", block)]).iter().find(|own| own.contains("duplicate")),
            None,
            "{what}"
        );
    }
    let providers = "provider \"aws\" {\n}\nprovider \"aws\" {\n  alias = \"other\"\n}\n";
    assert_eq!(told(&[("a.tf", providers)]), [""; 0]);
    let list = r#"{"resource": {"aws_iam_role": {"r": [{"assume_role_policy": "{}"}, {"assume_role_policy": "{}"}]}}}"#;
    assert!(told(&[("a.tf.json", list)]).contains(&"a.tf.json: duplicate-block".to_owned()));
    // Terraform reads both, though OpenTofu does not
    let files = [("a.tf", "variable \"v\" {\n}\n"), ("a.tofu", ""), ("b.tf", "variable \"v\" {\n}\nlocals {\n}\n")];
    assert_eq!(told(&files), ["b.tf: duplicate-block"]);
}

/// The two roles stay two, and no answer takes one of them for both.
#[test]
fn what_is_declared_twice_is_looked_at_twice() {
    let (main, other) = (module(ACCOUNT), module(ANYBODY));
    let two = [format!("{FIRST}: arn:aws:iam::111122223333:root"), format!("{SECOND}: *")];
    assert_eq!(roles(&[("main.tf", &main), ("more.tf", &other)]), two);
    assert_eq!(roles(&[("main.tf", &main), ("main.tofu", &other)]), two);
    // one file alone: what the document is that is named is not told, so both are looked at
    let both = format!("{main}{other}");
    assert_eq!(roles(&[("main.tf", &both)]), [format!("{FIRST}: arn:aws:iam::111122223333:root"), format!("{SECOND}: *")]);
    let files = [("main.tf", &*main), ("more.tf", &*other)];
    let run = played(&files, "simulate --role reader .");
    assert_eq!(run.exit, 2);
    assert!(run.stderr.contains("several roles are called `reader`"), "{}", run.stderr);
    let warning = "warning: more.tf:1:33: `trust` is declared at main.tf:1:33, too, and another block is declared twice as well; the answer may be wrong";
    assert!(run.stderr.contains(warning), "{}", run.stderr);
    for line in ["who reader .", "reach ."] {
        let run = played(&files, line);
        assert!(run.stdout.contains(FIRST) && run.stdout.contains(SECOND), "{line}: {}", run.stdout);
        assert!(run.stderr.contains("declared at main.tf:1:33, too"), "{line}: {}", run.stderr);
    }
}

/// What names something that is declared twice may mean either.
#[test]
fn both_are_looked_at_where_either_may_be_meant() {
    let main = module(ACCOUNT);
    let (trust, role) = main.split_at(main.find("\nresource").unwrap());
    let other = module(ANYBODY);
    let (other, _) = other.split_at(other.find("\nresource").unwrap());
    for files in [
        [("a.tf", trust), ("b.tf", other), ("c.tf", role)],
        [("c.tf", trust), ("b.tf", other), ("a.tf", role)],
        [("a.tf", trust), ("a.tofu", other), ("c.tf", role)],
    ] {
        let found = roles(&files);
        assert_eq!(found, [format!("{FIRST}: arn:aws:iam::111122223333:root | *")]);
    }
    // which of them counts is the one of its file
    assert_eq!(roles(&[("a.tf", other), ("b.tf", &main)]), [format!("{FIRST}: arn:aws:iam::111122223333:root | *")]);
    // a local value may be a policy
    let local = |action: &str| {
        format!("locals {{\n  p = {{ Statement = [{{ Effect = \"Allow\", Action = \"{action}\", Resource = \"*\" }}] }}\n}}\n")
    };
    let policy = "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode(local.p)\n}\n";
    let (one, two) = (local("s3:Gett"), local("s3:Putt"));
    let unknown = told(&[("a.tf", &one), ("b.tf", &two), ("c.tf", policy)]);
    assert!(
        unknown.contains(&"a.tf: unknown-action".to_owned()) && unknown.contains(&"b.tf: unknown-action".to_owned()),
        "{unknown:?}"
    );
}

/// <https://developer.hashicorp.com/terraform/language/files/override#merging-behavior>
#[test]
fn override_files_are_put_into_the_others() {
    let main = module("var.who").replace(
        "      identifiers = [var.who]\n    }\n",
        "      identifiers = [var.who]\n    }\n    dynamic \"condition\" {\n      for_each = [1]\n      content {\n        test = \"Bool\"\n        variable = \"aws:MultiFactorAuthPresent\"\n        values = [true]\n      }\n    }\n",
    );
    let variable = format!("variable \"who\" {{\n  type    = string\n  default = {ACCOUNT}\n}}\n");
    let first = |more: &[(&str, &str)]| {
        let files = [&[("main.tf", &*main), ("variables.tf", &*variable)], more].concat();
        with(&files, |_, inventory| {
            assert_eq!(inventory.unresolved, []);
            assert!(inventory.documents.iter().all(|own| own.faults.is_empty()));
            let [role] = &*inventory.roles else { panic!("{} roles", inventory.roles.len()) };
            assert_eq!(role.id(), FIRST);
            (takers(role)[0].clone(), role.trust.as_ref().unwrap().statements.len(), role.max_session.map(|own| own.value))
        })
    };
    let account = "arn:aws:iam::111122223333:root".to_owned();
    assert_eq!(first(&[]), (account.clone(), 1, None));
    // an argument takes the place of its like, and what is not named stays
    let default = "variable \"who\" {\n  default = \"*\"\n}\n";
    assert_eq!(first(&[("override.tf", default)]), ("*".to_owned(), 1, None));
    assert_eq!(first(&[("x_override.tofu", default)]), ("*".to_owned(), 1, None));
    let json = r#"{"variable": {"who": {"default": "*"}}}"#;
    assert_eq!(first(&[("override.tf.json", json)]), ("*".to_owned(), 1, None));
    let session = "resource \"aws_iam_role\" \"reader\" {\n  max_session_duration = 7200\n}\n";
    assert_eq!(first(&[("b_override.tf", session)]), (account.clone(), 1, Some(7200)));
    // one behind the other, in the order of their names
    let longer = session.replace("7200", "3600");
    assert_eq!(first(&[("b_override.tf", session), ("a_override.tf", &longer)]), (account.clone(), 1, Some(7200)));
    assert_eq!(first(&[("c_override.tf", &longer), ("b_override.tf", session)]), (account.clone(), 1, Some(3600)));
    // blocks take the place of all of their type, also of those that a list makes
    let statement = |name: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"trust\" {{\n  {name} {{\n    {}actions = [\"sts:AssumeRole\"]\n    principals {{\n      type = \"AWS\"\n      identifiers = [\"444455556666\"]\n    }}\n  }}{}\n}}\n",
            if name == "statement" { "" } else { "for_each = [1, 2]\n    content {\n    " },
            if name == "statement" { "" } else { "\n  }" },
        )
    };
    assert_eq!(first(&[("override.tf", &statement("statement"))]), ("444455556666".to_owned(), 1, None));
    let list = statement("dynamic \"statement\"");
    assert_eq!(first(&[("override.tf", &list)]), ("444455556666 444455556666".to_owned(), 2, None));
    assert_eq!(
        first(&[("a_override.tf", &list), ("b_override.tf", &statement("statement"))]),
        ("444455556666".to_owned(), 1, None)
    );
    // local values and outputs
    let files = [
        (
            "main.tf",
            "locals {\n  name = \"a\"\n  other = \"b\"\n}\nresource \"aws_iam_role\" \"r\" {\n  name = \"${local.name}-${local.other}\"\n  assume_role_policy = \"\"\n}\n",
        ),
        ("override.tf", "locals {\n  name = \"c\"\n}\n"),
    ];
    with(&files, |_, inventory| assert_eq!(inventory.roles[0].name.known(), Some("c-b")));
}

/// What an override file replaces is looked at as well, and so is what overrides nothing.
#[test]
fn what_is_overridden_is_not_passed_over() {
    let (main, other) = (module(ACCOUNT), module(ANYBODY));
    let both = ["main.tf: external-id-missing", "override.tf: anyone-can-assume"];
    assert_eq!(told(&[("main.tf", &main), ("override.tf", &other)]), both);
    assert_eq!(roles(&[("main.tf", &main), ("override.tf", &other)]), [format!("{FIRST}: * | arn:aws:iam::111122223333:root")]);
    with(&[("override.tf", &main)], |sources, inventory| {
        let told = inventory.unresolved.iter().map(|own| (sources.slice(own.span), own.message.as_str()));
        let message = "this overrides what no other file of the folder declares, and is looked at as it stands";
        assert_eq!(told.collect::<Vec<_>>(), [("trust", message), ("reader", message)]);
        assert_eq!(inventory.roles.len(), 1);
    });
    // also a document that nothing names
    let read = |action: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    actions = [\"{action}\"]\n    resources = [\"*\"]\n  }}\n}}\n"
        )
    };
    let both = ["main.tf: unknown-action", "override.tf: unknown-action"];
    assert_eq!(told(&[("main.tf", &read("s3:Gett")), ("override.tf", &read("s3:Putt"))]), both);
    // of these, OpenTofu takes one
    let files = [("main.tf", &*main), ("override.tf", &*other), ("override.tofu", &*main)];
    assert!(told(&files).contains(&"override.tf: anyone-can-assume".to_owned()));
}

/// A document that is for something which is not known, or for nothing, is a policy all the same.
#[test]
fn documents_that_nothing_names_are_looked_at() {
    let document = |name: &str, more: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"{name}\" {{\n  statement {{\n    actions = [\"s3:Gett\"]\n    resources = [\"*\"]\n{more}  }}\n}}\n"
        )
    };
    assert_eq!(told(&[("main.tf", &document("d", ""))]), ["main.tf: unknown-action"]);
    let output = format!("{}output \"o\" {{\n  value = data.aws_iam_policy_document.d.json\n}}\n", document("d", ""));
    assert_eq!(told(&[("main.tf", &output)]), ["main.tf: unknown-action"]);
    // one that is part of another is no policy of its own
    let parts = format!(
        "{}data \"aws_iam_policy_document\" \"whole\" {{\n  source_policy_documents = [data.aws_iam_policy_document.part.json]\n}}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = data.aws_iam_policy_document.whole.json\n}}\n",
        document("part", "")
    );
    with(&[("main.tf", &parts)], |_, inventory| assert_eq!(inventory.policies.len(), 1));
    let trust = module(ANYBODY);
    let trust = &trust[..trust.find("\nresource").unwrap()];
    with(&[("main.tf", trust)], |_, inventory| {
        let [role] = &*inventory.roles else { panic!("{} roles", inventory.roles.len()) };
        assert_eq!(role.name.known(), Some("data.aws_iam_policy_document.trust"));
    });
    assert_eq!(told(&[("main.tf", trust)]), ["main.tf: anyone-can-assume"]);
    assert_eq!(told(&[("main.tf", "data \"aws_iam_policy_document\" \"d\" {\n}\n")]), [""; 0]);
}

/// A copy of a file that calls a module does not take its values from it.
#[test]
fn copies_of_a_call_leave_the_module_its_values() {
    let call = "module \"app\" {\n  source = \"./app\"\n  action = \"s3:Gett\"\n}\n";
    let app = "variable \"action\" {}\ndata \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [var.action]\n    resources = [\"*\"]\n  }\n}\n";
    for name in ["more.tf", "old.txt", "main.tofu", "override.tf"] {
        let found = told(&[("main.tf", call), (name, call), ("app/main.tf", app)]);
        assert!(found.contains(&"app/main.tf: unknown-action".to_owned()), "{name}: {found:?}");
    }
    // one that is called twice has none
    let second = call.replace("\"app\"", "\"other\"");
    assert_eq!(told(&[("main.tf", call), ("more.tf", &second), ("app/main.tf", app)]), [""; 0]);
}

/// Many copies cost no more than they may, and none is passed over.
#[test]
fn many_copies_are_all_looked_at() {
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}.tf")).collect();
    let text = module(ANYBODY);
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
    let found = told(&files);
    for name in &names {
        assert!(found.contains(&format!("{name}: anyone-can-assume")), "{name}");
    }
}

/// The same of other forms: what is written twice is looked at twice.
#[test]
fn other_forms_keep_both_as_well() {
    let template = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}}}}}"#;
    let twice = template.replace("}}}}}", "}}}, \"S\": {\"Type\": \"AWS::IAM::Role\", \"Properties\": {\"RoleName\": \"r\", \"AssumeRolePolicyDocument\": {\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"*\"}, \"Action\": \"sts:AssumeRole\"}]}}}}}");
    let of = |name: &str| format!("{name}: anyone-can-assume");
    assert_eq!(told(&[("packaged.json", template), ("template.json", template)]), [of("packaged.json"), of("template.json")]);
    assert_eq!(told(&[("template.json", &twice)]), [of("template.json"), of("template.json")]);
    let amplify = |name| format!("amplify/backend/function/f/{name}.json");
    let (one, two) = (amplify("one"), amplify("two"));
    assert_eq!(told(&[(&one, template), (&two, template)]), [of(&one), of(&two)]);
    let trust =
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}"#;
    assert_eq!(told(&[("a/trust.json", trust), ("b/trust.json", trust)]), [of("a/trust.json"), of("b/trust.json")]);
    let request = format!("{{\"RoleName\": \"r\", \"AssumeRolePolicyDocument\": {trust}}}");
    assert_eq!(told(&[("one.json", &request), ("two.json", &request)]), [of("one.json"), of("two.json")]);
    let module = |place: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"{place}\" {{\n  name = \"p\"\n  role = \"r\"\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"s3:Gett\", Resource = \"*\" }}] }})\n}}\n"
        )
    };
    let found = found(&[("main.tf", &[module("a"), module("b")].concat())]);
    assert_eq!(found.len(), 2, "{found:?}");
}

/// A copy of a file under any name takes no finding away, and a fix mends each that has one.
#[test]
fn a_copy_under_another_name_loses_no_finding() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for folder in ["fixtures/terraform/tutorial", "fixtures/hcl"] {
        let paths = support::files(folder, "tf");
        // names that are misspelt are findings in each policy
        let misspelt = |text: String| {
            ["s3", "logs", "dynamodb"].iter().fold(text, |text, own| text.replace(&format!("\"{own}:"), &format!("\"{own}:X")))
        };
        let files: Vec<(String, String)> =
            paths.iter().map(|path| (path.rsplit('/').next().unwrap().to_owned(), misspelt(support::read(path)))).collect();
        let guest = support::read("fixtures/terraform/tutorial/policies/guest.json");
        let all: Vec<(&str, &str)> =
            files.iter().map(|own| (own.0.as_str(), own.1.as_str())).chain([("policies/guest.json", guest.as_str())]).collect();
        let before = found(&all);
        count += before.len();
        for (name, text) in &files {
            let stem = name.trim_end_matches(".tf");
            for copy in ["0.tf", "zz.tf", "zz.tofu", "old.txt", "0.txt", "override.tf", "z_override.tf"]
                .map(str::to_owned)
                .into_iter()
                .chain([format!("{name}.txt"), format!(".{name}"), format!("{stem}.tofu"), format!("copy/{name}")])
            {
                let after = found(&[&[(copy.as_str(), text.as_str())], &*all].concat());
                // what is in force then stands there, with what is no policy
                let is_override = copy.ends_with("override.tf");
                let in_copy = |own: &(String, String, usize, usize)| (own.0.clone(), copy.clone(), own.2, own.3);
                let is_there =
                    |own: &&(String, String, usize, usize)| is_override && own.1 == *name && after.contains(&in_copy(own));
                let lost: Vec<_> = before.difference(&after).filter(|own| !is_there(own)).collect();
                if !lost.is_empty() {
                    wrong.push(format!("{folder}: with {name} as {copy}, lost are {lost:?}"));
                }
                // in the module, the copy has them, too
                let is_module = Path::new(&copy).extension().is_some_and(|own| own == "tf" || own == "tofu")
                    && !copy.contains('/')
                    && !copy.starts_with('.');
                let own = before.iter().filter(|own| own.1 == *name).map(in_copy);
                let missing: Vec<_> = own.filter(|own| is_module && !after.contains(own)).collect();
                if !missing.is_empty() {
                    wrong.push(format!("{folder}: in {copy}, which is {name}, missing are {missing:?}"));
                }
            }
        }
    }
    assert!(count > 15, "{count}");
    support::none(wrong);
}

#[test]
fn a_fix_mends_every_copy() {
    let text = "data \"aws_iam_policy_document\" \"read\" {\n  statement {\n    sid       = \"Read it\"\n    actions   = [\"s3:GetObject\"]\n    resources = [\"arn:aws:s3:::b/*\"]\n  }\n}\nresource \"aws_iam_policy\" \"read\" {\n  name   = \"read\"\n  policy = data.aws_iam_policy_document.read.json\n}\n";
    let names = ["main.tf", "main.tofu", "more.tf", "old.txt", "x_override.tf", "main.tf.txt"];
    let folder = TempDir::new().unwrap();
    for name in names {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let run = run_line("check --fix --no-config --format concise .", folder.path());
    assert_eq!(
        run.stdout,
        "more.tf:1:33: error[duplicate-block] 2 blocks of this file are declared twice in the module\n1 error in 6 files; 6 fixed; service data of 2026-09-26\n"
    );
    for name in names {
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), text.replace("Read it", "ReadIt"), "{name}");
    }
}
