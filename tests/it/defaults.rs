//! That defaults of variables of Terraform are told, and that what only they decide is looked at both ways.

use std::collections::BTreeSet;

use rolecall::inventory::Inventory;
use rolecall::source::Sources;

use crate::support;

fn with<T>(files: &[(&str, &str)], assumed: &[(&str, &str)], look: impl FnOnce(&Inventory<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let ids: Vec<_> = files.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let mut inventory = Inventory::new(None);
    for (name, value) in assumed {
        inventory.assume(*name, *value);
    }
    for id in ids {
        inventory.read(&sources, id);
    }
    inventory.complete(&sources);
    look(&inventory)
}

/// A role for one principal, and what is declared beside it.
fn role(principal: &str, beside: &str) -> String {
    format!(
        "variable \"open\" {{ default = false }}\nvariable \"who\" {{ default = \"\" }}\nvariable \"stage\" {{ default = \"dev\" }}\n{beside}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n  assume_role_policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {{ AWS = {principal} }} }}] }})\n}}\n"
    )
}

/// Whom each trust policy of the only role lets in.
fn let_in(inventory: &Inventory<'_>) -> Vec<String> {
    let [role] = &*inventory.roles else { panic!("{} roles", inventory.roles.len()) };
    let of = |own: &rolecall::policy::Policy<'_>| {
        let principals = own.statements.iter().filter_map(|own| own.principals.as_ref());
        principals.flat_map(|own| own.list.iter().map(|own| own.value.shown().into_owned())).collect()
    };
    role.trusts().map(of).collect()
}

/// What is taken for granted, as `NAME=VALUE`, but for the account.
fn granted(inventory: &Inventory<'_>) -> BTreeSet<String> {
    inventory
        .assumptions()
        .iter()
        .filter(|own| own.hole.is_some() && !own.name.starts_with("data."))
        .map(|own| format!("{}={}", own.name, own.value))
        .collect()
}

#[test]
fn what_only_a_default_decides_is_looked_at_both_ways() {
    let cases: [(&str, &str, &[&str]); 14] = [
        ("var.open ? \"*\" : \"111122223333\"", "", &["111122223333", "*"]),
        ("var.open ? \"111122223333\" : \"*\"", "", &["*", "111122223333"]),
        ("\"${var.open ? \"*\" : \"111122223333\"}\"", "", &["111122223333", "*"]),
        ("local.x ? \"*\" : \"111122223333\"", "locals { x = var.open && true }", &["111122223333", "*"]),
        ("!var.open && var.stage == \"dev\" ? \"111122223333\" : \"*\"", "", &["111122223333", "*"]),
        ("concat([\"111122223333\"], var.open ? [\"444455556666\"] : [])", "", &["111122223333", "111122223333444455556666"]),
        // with what is given instead, of which nothing is known
        ("var.who != \"\" ? var.who : \"111122223333\"", "", &["111122223333", "${var.who}"]),
        ("coalesce(var.who, \"111122223333\")", "", &["111122223333"]),
        // one decides and another does not
        ("var.open ? var.who : \"111122223333\"", "", &["111122223333", "${var.who}"]),
        ("var.open ? \"${var.stage}-*\" : \"${var.stage}-1\"", "", &["dev-1", "dev-*"]),
        // both come to the same
        ("var.open ? \"*\" : \"*\"", "", &["*", "*"]),
        ("var.stage == \"dev\" ? \"*\" : var.who", "", &["*", "${var.who}"]),
        // where the default stands beside what it decides, and the rest is alike
        ("\"${var.stage}-${var.stage == \"dev\" ? \"1\" : \"2\"}\"", "", &["dev-1", "${var.stage}-2"]),
        // nothing is decided here
        ("\"${var.stage}-1\"", "", &["dev-1"]),
    ];
    let mut wrong = Vec::new();
    for (principal, beside, expected) in cases {
        let came = with(&[("m/main.tf", &role(principal, beside))], &[], let_in);
        if came != expected {
            wrong.push(format!("{principal} lets in {came:?}, not {expected:?}"));
        }
    }
    support::none(wrong);
}

/// What differs only by the value of a variable that decides something else is no other policy.
#[test]
fn what_is_alike_in_both_is_one_policy() {
    let beside = "resource \"aws_iam_role_policy\" \"p\" {\n  role = aws_iam_role.r.name\n  name = var.stage == \"dev\" ? \"a\" : \"b\"\n  policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::${var.stage}/*\" }] })\n}";
    with(&[("m/main.tf", &role("\"111122223333\"", beside))], &[], |inventory| {
        assert_eq!(inventory.roles.first().map(|role| role.permissions.len()), Some(1));
        assert!(inventory.policies.is_empty(), "{:?}", inventory.policies);
    });
}

/// A policy that a module may be given is none that is missing.
#[test]
fn a_policy_that_may_be_given_is_not_missing() {
    let beside = "variable \"policy\" { default = null }\nresource \"aws_iam_policy\" \"p\" {\n  name = \"p\"\n  policy = var.policy != null ? var.policy : jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"*\" }] })\n}";
    let text = role("var.who != \"\" ? var.who : \"111122223333\"", beside);
    with(&[("m/main.tf", &text)], &[], |inventory| {
        assert!(inventory.unresolved.is_empty(), "{:?}", inventory.unresolved);
        assert_eq!(inventory.policies.len(), 1);
    });
    with(&[("m/main.tf", &text.replace("default = null", ""))], &[], |inventory| assert_eq!(inventory.unresolved.len(), 1));
}

/// Whoever says what a variable is has decided.
#[test]
fn what_is_said_or_given_is_decided() {
    let text = role("var.open ? \"*\" : \"111122223333\"", "");
    for (said, expected) in [("true", "*"), ("false", "111122223333")] {
        with(&[("m/main.tf", &text)], &[("var.open", said)], |inventory| {
            assert_eq!(let_in(inventory), [expected]);
            assert_eq!(granted(inventory), BTreeSet::from([format!("var.open={said}")]));
        });
        let values = format!("open = {said}\n");
        with(&[("m/main.tf", &text), ("m/terraform.tfvars", &values)], &[], |inventory| {
            assert_eq!(let_in(inventory), [expected]);
            assert_eq!(granted(inventory), BTreeSet::new());
        });
        let call = format!("module \"m\" {{\n  source = \"./m\"\n  open   = {said}\n}}\n");
        with(&[("m/main.tf", &text), ("main.tf", &call)], &[], |inventory| assert_eq!(let_in(inventory), [expected]));
    }
    // the default of the module that calls decides as well
    let call = "variable \"all\" { default = false }\nmodule \"m\" {\n  source = \"./m\"\n  open   = var.all\n}\n";
    with(&[("m/main.tf", &text), ("main.tf", call)], &[], |inventory| {
        assert_eq!(let_in(inventory), ["111122223333", "*"]);
        assert_eq!(granted(inventory), BTreeSet::from(["var.all=false".to_owned()]));
    });
}

#[test]
fn defaults_are_told_that_rights_hang_on() {
    let beside = |body: &str| format!("variable \"x\" {{ default = {body} }}");
    for (default, expected) in [
        ("\"111122223333\"", "111122223333"),
        ("[\"111122223333\", \"444455556666\"]", "[\"111122223333\",\"444455556666\"]"),
        (
            "[\"111122223333\", \"111122223334\", \"111122223335\", \"111122223336\", \"111122223337\"]",
            "[\"111122223333\",\"111122223334\",\"111122223335\",\"111122223336\"…",
        ),
    ] {
        with(&[("m/main.tf", &role("var.x", &beside(default)))], &[], |inventory| {
            assert_eq!(granted(inventory), BTreeSet::from([format!("var.x={expected}")]));
        });
    }
    // what stands for no value is taken for nothing, but for what it decides
    for default in ["\"\"", "null", "[]"] {
        with(&[("m/main.tf", &role("var.x", &beside(default)))], &[], |inventory| {
            assert_eq!(granted(inventory), BTreeSet::new());
        });
    }
    let deciding = role("var.x == null ? \"111122223333\" : var.x", &beside("null"));
    with(&[("m/main.tf", &deciding)], &[], |inventory| assert_eq!(granted(inventory), BTreeSet::from(["var.x=null".to_owned()])));
    // and no others: none that no right hangs on, none in a branch that is not taken, and none that is taken for something else
    let made = "resource \"aws_iam_policy\" \"p\" {\n  count = var.open ? 1 : 0\n  name = \"p\"\n  description = var.who\n  policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"*\" }] })\n}";
    with(&[("m/main.tf", &role("true ? \"111122223333\" : var.stage", made))], &[], |inventory| {
        assert_eq!(granted(inventory), BTreeSet::from(["aws_iam_policy.p.count=1".to_owned()]));
    });
    // one that makes a resource be there is taken for granted
    let made = made.replace("var.open ? 1 : 0", "var.open ? 0 : 1");
    with(&[("m/main.tf", &role("\"111122223333\"", &made))], &[], |inventory| {
        assert_eq!(granted(inventory), BTreeSet::from(["var.open=false".to_owned()]));
    });
}

/// Whoever calls a module sets what stands for no value; until then it is not known.
#[test]
fn a_default_that_is_empty_is_not_known_in_a_policy() {
    for (principal, expected) in [
        ("\"arn:aws:iam::${var.who}:root\"", "arn:aws:iam::${var.who}:root"),
        ("var.who", "${var.who}"),
        ("var.none", "${var.none}"),
        ("[var.none]", "${var.none}"),
        ("var.list", "${var.list}"),
        ("local.x", "arn:aws:iam::${var.who}:root"),
        // what a function makes of it is known
        ("format(\"%s-1\", var.who)", "-1"),
        ("concat([\"111122223333\"], var.list)", "111122223333"),
        ("coalesce(var.none, \"111122223333\")", "111122223333"),
        ("var.none == null ? \"111122223333\" : \"444455556666\"", "111122223333"),
        ("\"${var.who == \"\" ? \"111122223333\" : var.who}\"", "111122223333"),
    ] {
        let beside = "variable \"none\" { default = null }\nvariable \"list\" { default = [] }\nlocals { x = \"arn:aws:iam::${var.who}:root\" }";
        let came = with(&[("m/main.tf", &role(principal, beside))], &[], let_in);
        assert_eq!(came.first().map(String::as_str), Some(expected), "{principal}");
    }
    // what is said stands there
    let text = role("\"arn:aws:iam::${var.who}:root\"", "");
    with(&[("m/main.tf", &text)], &[("var.who", "111122223333")], |own| {
        assert_eq!(let_in(own), ["arn:aws:iam::111122223333:root"]);
    });
    // and outside of a policy it is what it is
    with(&[("m/main.tf", &text.replace("\"r\"\n", "\"${var.who}r\"\n"))], &[], |own| {
        assert_eq!(own.roles.first().map(|role| role.name.shown().into_owned()), Some("r".to_owned()));
    });
}

/// Nothing is wrong with a module that waits for its values.
#[test]
fn defaults_that_are_empty_are_no_mistakes() {
    let head = "variable \"s\" { default = \"\" }\nvariable \"n\" { default = null }\nvariable \"l\" { default = [] }\n";
    let statement = |own: &str| format!("{head}data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n{own}\n  }}\n}}\n");
    let encoded = |own: &str| {
        format!(
            "{head}resource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", {own} }}] }})\n}}\n"
        )
    };
    let action = "actions = [\"s3:GetObject\"]\n";
    for text in [
        statement(&format!("{action}resources = [\"${{var.s}}/*\"]")),
        statement(&format!("{action}resources = [var.s]")),
        statement(&format!("{action}resources = [var.n]")),
        statement(&format!("{action}resources = var.l")),
        statement(&format!("{action}resources = [\"arn:aws:s3:::b/*\"]\nnot_resources = var.l")),
        statement(&format!("{action}resources = [\"arn:aws:s3:::b/*\"]\nnot_actions = var.n\nsid = var.n")),
        statement("actions = var.l\nnot_actions = [\"iam:*\"]\nresources = [\"arn:aws:s3:::b/*\"]"),
        encoded("Resource = var.s"),
        encoded("Resource = var.l"),
        encoded("Resource = [var.n]"),
        encoded("Resource = \"arn:aws:s3:::b/*\", Condition = { StringEquals = { \"aws:PrincipalOrgID\" = var.n } }"),
        encoded("Resource = \"arn:aws:s3:::b/*\", Condition = var.n"),
        format!(
            "{head}resource \"aws_iam_policy\" \"p\" {{\n  policy = <<EOF\n{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"${{var.s}}\"}}]}}\nEOF\n}}\n"
        ),
    ] {
        let ran =
            crate::cli::run(&["check", "--format", "concise", support::folder(&[("main.tf", &text)]).path().to_str().unwrap()]);
        assert!(!ran.stdout.contains("error[") && !ran.stdout.contains("medium["), "{text}{}", ran.stdout);
    }
}
