//! The JSON reader: what it accepts, what it says of the rest, and the laws that hold for any text.

mod accept;
mod faults;
mod holes;
mod inside;
mod laws;
mod limits;

use rolecall::finding::Fault;
use rolecall::source::{Sources, Span};
use rolecall::syntax::{Kind, Node, SyntaxFault, Tree, json};
use serde_json::Value;

/// Reads a text of its own and hands the tree on.
fn with<R>(text: &str, look: impl FnOnce(&Sources, &Tree<'_>) -> R) -> R {
    let mut sources = Sources::new();
    let id = sources.add("policy.json", text);
    look(&sources, &json::read(id, sources.get(id).text()))
}

/// A fault as people read it: ``1:8 StrayBracket `}` of 1:6 `[` ``.
fn shown(sources: &Sources, fault: &Fault<SyntaxFault>) -> String {
    let place = |span: Span| {
        let place = sources.place(span);
        format!("{}:{}", place.line, place.column)
    };
    let related = fault.related.map(|span| format!(" of {} `{}`", place(span), sources.slice(span)));
    format!("{} {:?} `{}`{}", place(fault.span), fault.kind, sources.slice(fault.span), related.unwrap_or_default())
}

/// The value of a tree as `serde_json` would have it.
fn value(node: Node<'_, '_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(value),
        Kind::Number => serde_json::from_str(node.written()).unwrap(),
        Kind::String => Value::String(node.string().unwrap().into_owned()),
        Kind::List => node.items().map(value).collect(),
        Kind::Map => node.entries().map(|entry| (entry.key.string().unwrap().into_owned(), value(entry.value))).collect(),
        Kind::Hole | Kind::Wrong => panic!("{:?} is no value", node.kind()),
    }
}

/// Asserts that reader and oracle agree on a text: both refuse it, or both accept it with the same value.
///
/// The intended differences: a leading byte order mark, numbers beyond a double, nesting between 128 and 256, equal keys, bare holes.
fn agrees_with_oracle(text: &str) {
    with(text, |sources, tree| {
        let oracle = serde_json::from_str::<Value>(text.strip_prefix('\u{FEFF}').unwrap_or(text));
        let equal_keys_only = tree.faults().iter().all(|fault| fault.kind == SyntaxFault::DuplicateKey);
        match oracle {
            Ok(expected) => {
                assert!(equal_keys_only, "{:?}\nin {text}", tree.faults().iter().map(|f| shown(sources, f)).collect::<Vec<_>>());
                assert_eq!(value(tree.root()), expected, "in {text}");
            }
            Err(error) => {
                let beyond_oracle = error.to_string().contains("out of range") || error.to_string().contains("recursion limit");
                assert!(!equal_keys_only || beyond_oracle || has_hole(tree.root()), "accepted, but {error}\nin {text}");
            }
        }
    });
}

fn has_hole(node: Node<'_, '_>) -> bool {
    let in_entries = || node.entries().any(|entry| has_hole(entry.key) || has_hole(entry.value));
    node.kind() == Kind::Hole || node.items().any(has_hole) || in_entries()
}

/// The JSON files of `fixtures/`, however deep.
fn fixtures() -> Vec<String> {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                texts.push(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned());
            }
        }
    }
    texts
}

/// Policies as people write them.
const POLICIES: [&str; 3] = [
    r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Pool",
            "Effect": "Allow",
            "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": { "cognito-identity.amazonaws.com:aud": "us-east-1:12345678-1234-1234-1234-123456789012" },
                "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" }
            }
        }
    ]
}
"#,
    "{\r\n\t\"Version\": \"2012-10-17\",\r\n\t\"Statement\": {\r\n\t\t\"Effect\": \"Deny\",\r\n\t\t\"NotAction\": [\"s3:Get*\", \"s3:\\u004Cist*\", \"\\ud83d\\ude00\"],\r\n\t\t\"Resource\": [\"arn:aws:s3:::${aws:PrincipalTag/Straße}\\/*\", \"*\"]\r\n\t}\r\n}\r\n",
    r#"{"Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":10},"Bool":{"aws:MultiFactorAuthPresent":true},"Null":{"a":[false,null,-1.5e3]}}},[],{}]}"#,
];
