//! Values for holes: what is read then, where it stands, and what is told of it.

use std::fs;

use rolecall::policy::Instant;
use rolecall::reference::Reference;
use rolecall::simulate::{Login, Outcome, Question, World, simulate};
use rolecall::source::Sources;
use rolecall::syntax::{Kind, Tree, json};
use tempfile::TempDir;

use crate::transcript::{finish, tool};

fn filled<T>(text: &str, values: &[(&str, &str)], look: impl FnOnce(&Sources, Option<&Tree<'_>>) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add("a.json", text);
    let tree = json::read(id, sources.get(id).text());
    let value = |written: &str| values.iter().find(|(own, _)| *own == written).map(|(_, value)| (*value).to_owned());
    look(&sources, tree.filled(&mut |written| value(written)).as_ref())
}

#[test]
fn a_value_stands_where_its_hole_does() {
    let text = r#"{"a": "x-${v}-é${v}", "b": "\u0041<W>", "c": "{{ v }}", "${v}": 1, "d": "${aws:username}"}"#;
    let values = [("${v}", "one"), ("<W>", "two"), ("${aws:username}", "no")];
    filled(text, &values, |sources, tree| {
        let root = tree.unwrap().root();
        assert_eq!(tree.unwrap().faults(), []);
        let told = |key: &str| {
            let text = root.get(key).unwrap().text().unwrap();
            (text.shown().into_owned(), sources.slice(text.span()).to_owned(), text.known().is_some())
        };
        assert_eq!(told("a"), ("x-one-éone".to_owned(), "x-${v}-é${v}".to_owned(), true));
        assert_eq!(told("b"), ("Atwo".to_owned(), r"\u0041<W>".to_owned(), true));
        assert_eq!(told("c"), ("{{ v }}".to_owned(), "{{ v }}".to_owned(), false));
        assert_eq!(told("one"), ("1".to_owned(), "1".to_owned(), true));
        assert_eq!(told("d"), ("${aws:username}".to_owned(), "${aws:username}".to_owned(), true));
        let text = root.get("a").unwrap().text().unwrap();
        assert_eq!(sources.slice(text.span_of(0..2)), "x-");
        assert_eq!(sources.slice(text.span_of(2..5)), "${v}");
        assert_eq!(sources.slice(text.span_of(2..3)), "${v}");
        assert_eq!(sources.slice(text.span_of(5..8)), "-é");
    });
}

#[test]
fn the_characters_of_a_value_lie_side_by_side() {
    let text = r#"{"a": <V>, "b": "${v}", "c": "x<V>", "d": "\u0041<V>"}"#;
    filled(text, &[("<V>", "\"o\\n"), ("${v}", "é\"")], |sources, tree| {
        for (key, written) in [("a", "<V>"), ("b", "${v}"), ("c", "x<V>"), ("d", r"\u0041<V>")] {
            let literal = tree.unwrap().root().get(key).unwrap().literal().unwrap();
            assert_eq!(sources.slice(literal.span), written);
            let mut end = literal.span.start;
            for (at, c) in literal.value.char_indices() {
                let span = literal.span_of(at..at + c.len_utf8());
                assert_eq!(span.start, end, "{c:?} of {literal:?}");
                end = span.end;
            }
            assert_eq!(end, literal.span.end, "{literal:?}");
        }
    });
}

#[test]
fn mistakes_in_what_comes_out_are_told_in_the_order_of_the_text() {
    filled(r#"{"a": 1 "b<V>": "${v}, }"#, &[("<V>", "c\"d"), ("${v}", "e")], |_, tree| {
        let starts: Vec<u32> = tree.unwrap().faults().iter().map(|fault| fault.span.start).collect();
        assert!(starts.len() > 1 && starts.is_sorted(), "{starts:?}");
    });
}

#[test]
fn a_value_is_text_in_a_string_and_json_elsewhere() {
    let kind = |value: &str| {
        filled(r#"{"a": ${v}, "b": "${v}"}"#, &[("${v}", value)], |_, tree| {
            let tree = tree.unwrap();
            assert_eq!(tree.faults(), [], "{value}");
            assert_eq!(tree.root().get("b").unwrap().string().unwrap(), value);
            let own = tree.root().get("a").unwrap();
            (own.kind(), own.string().map(std::borrow::Cow::into_owned))
        })
    };
    let text = |text: &str| (Kind::String, Some(text.to_owned()));
    assert_eq!(kind("plain"), text("plain"));
    assert_eq!(kind(""), text(""));
    assert_eq!(kind("a \"b\" \\ \n é"), text("a \"b\" \\ \n é"));
    assert_eq!(kind("7200"), (Kind::Number, None));
    assert_eq!(kind("true"), (Kind::Bool(true), None));
    assert_eq!(kind("[1, \"two\"]"), (Kind::List, None));
    assert_eq!(kind("[1, "), text("[1, "));
    assert_eq!(kind("null"), text("null"));
}

#[test]
fn a_text_without_such_a_hole_is_left_as_it_is() {
    for text in [r#"{"a": "${w}"}"#, r#"{"a": "plain"}"#, "", "{"] {
        filled(text, &[("${v}", "one")], |_, tree| assert!(tree.is_none(), "{text}"));
    }
}

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
    "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "${var.region}:<POOL>"},
    "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"}}}}"#;
const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";

/// What hangs on a hole is open; a value settles it, and the answer says that it was taken so.
#[test]
fn an_answer_with_values_for_holes() {
    let ask = |values: &[(&str, &str)]| {
        let mut sources = Sources::new();
        let id = sources.add("visitor.json", TRUST);
        let mut inventory = rolecall::inventory::Inventory::new(None);
        for (name, value) in values {
            inventory.assume(*name, *value);
        }
        inventory.read(&sources, id);
        let world = World { inventory: &inventory, sources: &sources, reference: &Reference::default() };
        let login = Question { pool: Some(POOL), ..Question::new(Login::Guest, Instant::from_seconds(1_795_435_200)) };
        let simulation = simulate(world, &Question { role: Some("visitor"), ..login });
        let taken = simulation.assumptions.iter().filter(|own| own.contains("stands for")).count();
        (simulation.outcome, taken, inventory.hole_names().join(" "))
    };
    let uuid = &POOL[10..];
    assert_eq!(ask(&[]), (Outcome::Undecided, 0, String::new()));
    assert_eq!(ask(&[("var.region", "eu-west-1")]), (Outcome::Undecided, 1, "var.region POOL".to_owned()));
    assert_eq!(ask(&[("var.region", "eu-west-1"), ("POOL", uuid)]), (Outcome::Allowed, 2, "var.region POOL".to_owned()));
    assert_eq!(ask(&[("${var.region}", "eu-west-1"), ("<POOL>", uuid)]), (Outcome::Allowed, 2, "var.region POOL".to_owned()));
    assert_eq!(ask(&[("var.region", "us-east-1"), ("POOL", uuid)]), (Outcome::Denied, 2, "var.region POOL".to_owned()));
    assert_eq!(ask(&[("region", "us-east-1")]), (Outcome::Undecided, 0, "var.region POOL".to_owned()));
}

#[test]
fn values_for_holes_on_the_command_line() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("visitor.json"), TRUST).unwrap();
    let run = |arguments: &[&str]| {
        let run = finish(tool().args(arguments).current_dir(folder.path()));
        (run.exit, run.stdout + &run.stderr)
    };
    let simulate = ["simulate", "--guest", "--pool", POOL, "--role", "visitor", "visitor.json"];
    let pool = format!("POOL={}", &POOL[10..]);
    let both = ["--assume", "var.region=eu-west-1", "--assume", &pool];
    let (exit, output) = run(&[&simulate[..], &both].concat());
    assert_eq!(exit, 0, "{output}");
    assert!(output.contains("`${var.region}` stands for `eu-west-1`"), "{output}");
    let (exit, output) = run(&[&simulate[..], &["--assume", "var.regoin=eu-west-1"]].concat());
    assert_eq!(exit, 2, "{output}");
    assert!(output.contains("no hole `var.regoin`") && output.contains("did you mean `var.region`?"), "{output}");
    for wrong in [&["--assume", "POOL"][..], &["--assume", "POOL=a", "--assume", "POOL=b"]] {
        assert_eq!(run(&[&simulate[..], wrong].concat()).0, 2, "{wrong:?}");
    }
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "${action}", "Resource": "*"}}"#;
    fs::write(folder.path().join("policy.json"), policy).unwrap();
    let check = |value: &str| run(&["check", "--format", "concise", "--assume", &format!("action={value}"), "policy.json"]);
    assert_eq!(check("s3:ListAllMyBuckets").0, 0);
    let (exit, output) = check("s3:ListAllMyBukets");
    assert_eq!(exit, 1, "{output}");
    let column = policy.find("${").unwrap() + 1;
    assert!(output.starts_with(&format!("policy.json:1:{column}: ")), "it is told at the hole: {output}");
    let principal =
        ["simulate", "--principal", "federated:cognito-identity.amazonaws.com", "--action", "sts:AssumeRoleWithWebIdentity"];
    let (_, output) = run(&[&principal[..], &both, &["visitor.json"]].concat());
    assert!(output.contains("stands for `eu-west-1`"), "{output}");
}

#[test]
fn values_for_holes_in_expectations() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("visitor.json"), TRUST).unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::YOUR_BUCKET/*"}}"#;
    fs::write(folder.path().join("read.json"), policy).unwrap();
    let run = |assume: &str| {
        let text = format!(
            "inputs = [\"visitor.json\"]\n{assume}\n[[case]]\nguest = true\npool = \"{POOL}\"\nrole = \"visitor\"\nexpect = \"allowed\"\n\
            [[request]]\nprincipal = \"arn:aws:iam::111122223333:user/ann\"\naction = \"s3:GetObject\"\nresource = \"arn:aws:s3:::books/a\"\n\
            policies = {{ identity = \"read.json\" }}\nexpect = \"allowed\"\n"
        );
        fs::write(folder.path().join("x.rolecall.toml"), text).unwrap();
        let run = finish(tool().args(["test", "x.rolecall.toml"]).current_dir(folder.path()));
        (run.exit, run.stdout + &run.stderr)
    };
    let uuid = &POOL[10..];
    let (exit, output) =
        run(&format!("assume = {{ \"var.region\" = \"eu-west-1\", POOL = \"{uuid}\", YOUR_BUCKET = \"books\" }}"));
    assert_eq!(exit, 0, "{output}");
    assert_eq!(run("").0, 1);
    let (exit, output) = run("assume = { YOUR_BUCKETS = \"books\" }");
    assert_eq!(exit, 2, "{output}");
    assert!(output.contains("x.rolecall.toml:2:12: no hole `YOUR_BUCKETS`") && output.contains("`YOUR_BUCKET`"), "{output}");
    assert_eq!(run("assume = \"x\"").0, 2);
}
