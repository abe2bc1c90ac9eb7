//! Questions as texts for solvers.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rolecall::policy::{self, Policy, PolicyKind};
use rolecall::prove::{Among, Held, Question, Values, smt2, smt2_each};
use rolecall::reference::Reference;
use rolecall::source::Sources;
use rolecall::syntax::json;
use serde_json::Value;

use crate::differential::any_question;
use crate::transcript::{finish, tool};
use crate::{asked, support};

/// What the policies of a file come to as a text: is there a request that the new one allows and the old one does not?
fn text_of(pair: &Value) -> String {
    let kind = pair["kind"].as_str().and_then(PolicyKind::named).expect("a kind");
    let mut sources = Sources::new();
    for name in ["new", "old"] {
        sources.add(name, pair[name].to_string());
    }
    let trees: Vec<_> = sources.iter().map(|(id, source)| json::read(id, source.text())).collect();
    let policies: Vec<Policy<'_>> = trees.iter().map(|tree| policy::read(tree.root(), kind)).collect();
    let question = Question { allowed_by: vec![&policies[0]], not_by: vec![&policies[1]], among: Among::default() };
    smt2(&question, &Reference::default())
}

#[test]
fn the_texts_are_those_on_file() {
    let complaints = support::files("fixtures/smt2", "json").into_iter().filter_map(|path| {
        let pair: Value = serde_json::from_str(&support::read(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let actual = text_of(&pair);
        faults(&actual).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        let expected = path.replace(".json", ".smt2");
        let on_file = std::fs::read_to_string(support::root().join(&expected)).unwrap_or_default();
        support::settle(&expected, &on_file, &actual)
    });
    support::none(complaints);
}

#[test]
fn any_text_is_well_formed() {
    let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&any_question(), |question| {
        let fault = asked::put(&question, |request, _, policies| {
            let resource: Vec<&Policy<'_>> = policies.resource.into_iter().collect();
            let sides =
                [(&policies.identity, &policies.session), (&resource, &policies.endpoint), (&policies.boundaries, &resource)];
            let mut texts = Vec::new();
            for (allowed_by, not_by) in sides {
                let pinned = Among {
                    caller: question["principal"].as_str().map(str::to_owned),
                    action: Some(request.action.to_owned()),
                    resource: Some(request.resource.to_owned()),
                    keys: held(),
                    ..Among::default()
                };
                for among in [Among::default(), pinned] {
                    let question = Question { allowed_by: allowed_by.clone(), not_by: not_by.clone(), among };
                    texts.push(("one \"and\" the same".to_owned(), question));
                }
            }
            let alone = texts.iter().map(|(_, question)| smt2(question, &Reference::default()));
            let together = smt2_each(&texts, &Reference::default());
            alone.chain([together]).find_map(|text| faults(&text).err().map(|fault| format!("{fault} in\n{text}")))
        });
        prop_assert_eq!(fault, None);
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}

/// Something of keys of each type that the questions name.
fn held() -> Vec<Held> {
    let text = |own: &str| own.to_owned();
    let each = [
        ("k:s", Values::One(text("x"))),
        ("k:n", Values::One(text("1.5"))),
        ("k:d", Values::None),
        ("k:b", Values::One(text("yes"))),
        ("k:m", Values::Set(vec![text("a"), text("b")])),
        ("k:t", Values::Like { forms: vec![text("a*")], except: vec![text("?")], or_none: true }),
        ("aws:SourceIp", Values::One(text("203.0.113.7"))),
    ];
    each.map(|(key, values)| Held { key: text(key), values }).into()
}

#[test]
fn a_text_says_how_to_run_it_and_ends_with_the_question() {
    let pair = serde_json::json!({"kind": "identity", "old": {}, "new": {}});
    let text = text_of(&pair);
    assert!(
        text.contains("cvc5 --incremental --strings-exp --strings-fmf FILE") && text.contains(env!("CARGO_PKG_VERSION")),
        "{text}"
    );
    assert!(text.ends_with("(check-sat)\n"), "{text}");
}

#[test]
fn several_questions_have_a_title_each_and_share_nothing() {
    let mut sources = Sources::new();
    let statement =
        r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#;
    let id = sources.add("policy.json", format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#));
    let tree = json::read(id, sources.get(id).text());
    let policy = policy::read(tree.root(), PolicyKind::Identity);
    let question = || Question { allowed_by: vec![&policy], not_by: Vec::new(), among: Among::default() };
    let text =
        smt2_each(&[("the \"first\"".to_owned(), question()), ("the second".to_owned(), question())], &Reference::default());
    assert_eq!(faults(&text), Ok(()));
    for (line, count) in
        [("(push 1)", 2), ("(pop 1)", 2), ("(check-sat)", 2), ("(echo \"the \"\"first\"\"\")", 1), ("(set-logic ALL)", 1)]
    {
        assert_eq!(text.lines().filter(|own| *own == line).count(), count, "{line} in\n{text}");
    }
}

#[test]
fn the_questions_of_a_change_are_written_to_a_file() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let policy = |action: &str| {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
        format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#)
    };
    for (name, action) in [("old", "s3:GetObject"), ("new", "s3:Get*")] {
        std::fs::write(folder.path().join(name).with_extension("json"), policy(action)).expect("a file");
    }
    let run = |file: &str| {
        let words = ["diff", "old.json", "new.json", "--format", "concise", "--smt2", file];
        finish(tool().args(words).current_dir(folder.path()))
    };
    let told = run("question.smt2");
    assert_eq!(told.exit, 1, "{}", told.stdout);
    let text = std::fs::read_to_string(folder.path().join("question.smt2")).expect("the questions");
    assert_eq!(faults(&text), Ok(()));
    let titles: Vec<&str> = text.lines().filter(|line| line.starts_with("(echo")).collect();
    assert_eq!(titles, ["(echo \"identity policy\")", "(echo \"identity policy, beside other policies\")"]);
    assert!(text.contains(r#"(str.in_re action (re.++ (str.to_re "s3:get") re.all))"#), "{text}");

    let told = run("no-such-folder/question.smt2");
    assert_eq!(told.exit, 2, "{}", told.stderr);
    assert!(told.stderr.contains("cannot write `no-such-folder/question.smt2`"), "{}", told.stderr);
}

#[test]
fn a_text_that_is_not_well_formed_is_found() {
    for (text, fault) in [
        ("(assert (= 1 1)", "brackets"),
        ("(assert true))", "brackets"),
        ("(declare-const a Int)\n(assert (= a |b c|))", "|b c|"),
        ("(assert (= a 1))\n(declare-const a Int)", "a"),
        ("(declare-const a Int)(declare-const a Int)", "twice"),
        ("(assert (= \"a) ; b\" c))", "c"),
    ] {
        assert!(faults(text).is_err_and(|own| own.contains(fault)), "{text}: {:?}", faults(text));
    }
}

/// What is wrong with a text: brackets that do not go together, a name that is declared behind its use, twice or never.
fn faults(text: &str) -> Result<(), String> {
    const HEADS: &[&str] = &[
        "set-logic",
        "set-option",
        ":incremental",
        "ALL",
        "assert",
        "declare-const",
        "define-fun",
        "check-sat",
        "push",
        "pop",
        "echo",
        "Bool",
        "Int",
        "Real",
        "String",
        "RegLan",
        "true",
        "false",
        "and",
        "or",
        "not",
        "=>",
        "=",
        "ite",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "_",
        "is_int",
        "str.in_re",
        "str.to_re",
        "str.++",
        "str.len",
        "str.prefixof",
        "str.suffixof",
        "str.indexof",
        "str.substr",
        "str.contains",
        "re.++",
        "re.union",
        "re.range",
        "re.*",
        "re.+",
        "re.^",
        "re.all",
        "re.allchar",
    ];
    let mut scopes: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    let (mut depth, mut declares) = (0_i32, false);
    let tokens = tokens(text);
    for (index, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            "push" => scopes.push(BTreeSet::new()),
            "pop" => drop(scopes.pop()),
            "declare-const" | "define-fun" => declares = true,
            own if own.starts_with('"') || own.starts_with(|c: char| c.is_ascii_digit()) || HEADS.contains(&own) => {}
            own if declares => {
                declares = false;
                let scope = scopes.last_mut().ok_or("more `pop` than `push`")?;
                if !scope.insert(own.to_owned()) {
                    return Err(format!("{own} is declared twice"));
                }
            }
            own if scopes.iter().any(|scope| scope.contains(own)) => {}
            own => {
                return Err(format!("{own} is used before it is declared, behind {:?}", &tokens[index.saturating_sub(4)..index]));
            }
        }
        if depth < 0 {
            return Err("brackets are closed that were not opened".to_owned());
        }
    }
    if depth == 0 { Ok(()) } else { Err("brackets are not closed".to_owned()) }
}

/// Brackets, texts in quotes, names in bars, and words.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let mut token = String::from(c);
        match c {
            ';' => rest.by_ref().take_while(|c| *c != '\n').for_each(drop),
            '"' => loop {
                token.extend(rest.by_ref().take_while(|c| *c != '"'));
                if rest.next_if_eq(&'"').is_none() {
                    break;
                }
            },
            '|' => {
                token.extend(rest.by_ref().take_while(|c| *c != '|'));
                token.push('|');
            }
            '(' | ')' => {}
            c if c.is_whitespace() => {}
            _ => {
                while let Some(next) = rest.next_if(|c| !c.is_whitespace() && !"()\";|".contains(*c)) {
                    token.push(next);
                }
            }
        }
        if c != ';' && !c.is_whitespace() {
            tokens.push(token);
        }
    }
    tokens
}
