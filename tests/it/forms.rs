//! TOML, YAML and HCL: the same tree as JSON, whose places are in the text as it is written.

mod hcl;
mod laws;
mod toml;
mod yaml;

use rolecall::finding::Fault;
use rolecall::rules::grammar;
use rolecall::source::{Sources, Span};
use rolecall::syntax::{self, Kind, Node, SyntaxFault, Tree};
use serde_json::Value;

/// A reader of one of the forms.
type Read = for<'s> fn(rolecall::source::SourceId, &'s str) -> Tree<'s>;

/// Reads a text of its own and hands the tree on.
fn with<R>(read: Read, text: &str, look: impl FnOnce(&Sources, &Tree<'_>) -> R) -> R {
    let mut sources = Sources::new();
    let id = sources.add("file", text);
    look(&sources, &read(id, sources.get(id).text()))
}

/// A tree in words: kinds and values in their order, and of each scalar what is written where it is said to stand.
fn shown(sources: &Sources, node: Node<'_, '_>) -> String {
    let written = || sources.slice(node.span()).to_owned();
    match node.kind() {
        Kind::List => format!("[{}]", node.items().map(|item| shown(sources, item)).collect::<Vec<_>>().join(", ")),
        Kind::Map => {
            let entry = |entry: syntax::Entry<'_, '_>| format!("{}: {}", shown(sources, entry.key), shown(sources, entry.value));
            format!("{{{}}}", node.entries().map(entry).collect::<Vec<_>>().join(", "))
        }
        Kind::String if node.string().unwrap() == written() => format!("{:?}", written()),
        Kind::String => format!("{:?} = {:?}", written(), node.string().unwrap()),
        Kind::Number if node.written() == written() => written(),
        Kind::Number => format!("{} = {}", written(), node.written()),
        kind => format!("{kind:?} `{}`", written()),
    }
}

/// A fault as people read it: ``1:8 DuplicateKey `a` of 1:1 `a` ``.
fn told(sources: &Sources, fault: &Fault<SyntaxFault>) -> String {
    let place = |span: Span| {
        let place = sources.place(span);
        format!("{}:{} ", place.line, place.column)
    };
    let related = fault.related.map(|span| format!(" of {}`{}`", place(span), sources.slice(span)));
    format!("{}{:?} `{}`{}", place(fault.span), fault.kind, sources.slice(fault.span), related.unwrap_or_default())
}

fn faults(read: Read, text: &str) -> Vec<String> {
    with(read, text, |sources, tree| tree.faults().iter().map(|fault| told(sources, fault)).collect())
}

/// The tree of a text that has no fault, in words.
fn tree(read: Read, text: &str) -> String {
    with(read, text, |sources, tree| {
        assert_eq!(tree.faults().iter().map(|fault| told(sources, fault)).collect::<Vec<_>>(), [""; 0], "in {text}");
        shown(sources, tree.root())
    })
}

/// The value of a tree.
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

/// Asserts all that must be true of a tree, whatever the text.
fn lawful(sources: &Sources, tree: &Tree<'_>) {
    let lies_inside = |span: Span| {
        let text = sources.get(span.source).text();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} parts a character of {text:?}");
    };
    let (mut left, mut seen) = (vec![tree.root()], 0);
    while let Some(node) = left.pop() {
        seen += 1;
        [node.span(), node.outer(), node.mark()].into_iter().for_each(lies_inside);
        if let Some(literal) = node.literal() {
            assert_eq!(Some(literal.value.as_ref()), node.string().as_deref());
            let mut end = literal.span.start;
            for (at, c) in literal.value.char_indices() {
                let span = literal.span_of(at..at + c.len_utf8());
                lies_inside(span);
                assert_eq!(span.start, end, "a gap before {c:?} of {literal:?}");
                end = span.end;
            }
            assert_eq!(end, literal.span.end, "a gap behind {literal:?}");
        }
        if let Some(text) = node.text() {
            assert_eq!(text.shown(), node.string().unwrap_or(node.written().into()));
        }
        left.extend(node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value])));
    }
    assert_eq!(seen, tree.len(), "not every node is reached");
    assert!(tree.faults().len() <= 21 && tree.faults().is_sorted_by_key(|fault| fault.span.start), "{:?}", tree.faults());
    for span in tree.faults().iter().flat_map(|fault| [Some(fault.span), fault.related]).flatten() {
        lies_inside(span);
    }
}

const JSON: &str = r#"{
  "inputs": ["a/", "b.json"],
  "case": [
    {"name": "the \"first\"", "group": ["Editor"], "at": 1.5, "guest": false},
    {"name": "two\nlines", "expect-claims": {"cognito:preferred_role": "arn:aws:iam::111122223333:role/é"}, "count": -7}
  ],
  "policy": {
    "Version": "2012-10-17",
    "Statement": [
      {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/${aws:username}/*", "Condition": {"Null": {"a": true}}}
    ]
  }
}"#;

const TOML: &str = r#"
inputs = ["a/", 'b.json']

[[case]] # of a kind
name = "the \"first\""
group = [
  "Editor",
]
at = 1.5
guest = false

[[case]]
name = """
two
lines"""
expect-claims."cognito:preferred_role" = "arn:aws:iam::111122223333:role/\u00e9"
count = -7

[policy]
Version = 2012-10-17

[[policy.Statement]]
Effect = "Allow"
Action = "s3:Get*"
Resource = 'arn:aws:s3:::b/${aws:username}/*'
Condition = { Null = { a = true } }
"#;

const YAML: &str = r#"# expectations
inputs: [a/, "b.json"]
case:
- name: 'the "first"'
  group:
    - Editor
  at: 1.5
  guest: false
- name: |-
    two
    lines
  expect-claims:
    cognito:preferred_role: "arn:aws:iam::111122223333:\
      role/\xe9"
  count: -7
policy:
  Version: 2012-10-17
  Statement:
    - Effect: Allow
      Action: s3:Get*
      Resource: arn:aws:s3:::b/${aws:username}/*
      Condition: {Null: {a: true}}
"#;

#[test]
fn one_document_in_three_forms() {
    let of = |read: Read, text: &str| {
        with(read, text, |sources, tree| {
            lawful(sources, tree);
            assert_eq!(tree.faults(), []);
            serde_json::to_string(&value(tree.root())).unwrap()
        })
    };
    let json = of(syntax::json::read, JSON);
    assert_eq!(of(syntax::toml::read, TOML), json);
    assert_eq!(of(syntax::yaml::read, YAML), json);
    assert_eq!(of(syntax::yaml::read, JSON), json);
}

/// What stands in a part of a value is told with the part of the text.
#[test]
fn holes_and_parts_have_places() {
    for (read, text) in [(syntax::json::read as Read, JSON), (syntax::toml::read, TOML), (syntax::yaml::read, YAML)] {
        with(read, text, |sources, tree| {
            let statement = tree.root().get("policy").unwrap().get("Statement").unwrap().items().next().unwrap();
            let resource = statement.get("Resource").unwrap().text().unwrap();
            assert_eq!(sources.slice(resource.span_of(15..30)), "${aws:username}");
            let claims = tree.root().get("case").unwrap().items().nth(1).unwrap().get("expect-claims").unwrap();
            let role = claims.get("cognito:preferred_role").unwrap().text().unwrap();
            let written = sources.slice(role.span_of(26..33));
            assert!(["role/é", r"role/\u00e9", r"role/\xe9"].contains(&written), "{written}");
        });
    }
}

/// Every mistake is told with what to do.
#[test]
fn mistakes_are_worded() {
    for (read, text, sentence) in [
        (syntax::toml::read as Read, "a = [1,\nb", "not TOML: a string without the quotes that it needs"),
        (syntax::yaml::read, "a: b: c", "not YAML: `:` where none may stand"),
        (syntax::yaml::read, "a: *b", "not YAML: no anchor for `*b`"),
        (syntax::hcl::read, "a = 'b'", "not HCL: this is no value"),
        (syntax::yaml::read, "a: 1\na: 2", "key `a` stands twice in one object"),
    ] {
        with(read, text, |sources, tree| {
            let findings = grammar::of_syntax(tree.faults(), sources);
            assert!(findings.iter().any(|finding| finding.message == sentence && finding.help.is_some()), "{findings:?}");
        });
    }
}

/// What a short tag stands for is what the long form says.
#[test]
fn short_tags_are_functions() {
    let yaml = "a: !Sub x-${y}\nb: !GetAtt R.Arn\nc: !Join [ '', [ a, !Ref b ] ]\nd: !If\n  - c\n  - !Sub e: no tag of a map\n  - k: !Ref v\n\
                e: !other f\ng: &anchor !Ref h\ni: *anchor\n";
    let json = r#"{"a":{"Fn::Sub":"x-${y}"},"b":{"Fn::GetAtt":"R.Arn"},"c":{"Fn::Join":["",["a",{"Ref":"b"}]]},
        "d":{"Fn::If":["c",{"e":"no tag of a map"},{"k":{"Ref":"v"}}]},"e":"f","g":{"Ref":"h"},"i":{"Ref":"h"}}"#;
    // before the first key of a map, a tag belongs to the key
    with(syntax::yaml::read, yaml, |sources, tree| {
        lawful(sources, tree);
        assert_eq!(tree.faults(), []);
        let expected: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(value(tree.root()), expected);
        let tag = tree.root().get("a").unwrap().entries().next().unwrap();
        assert_eq!((sources.slice(tag.key.span()), sources.slice(tag.value.span())), ("!Sub", "x-${y}"));
    });
}

/// `<<` puts in what it names, and what a map says itself counts.
#[test]
fn merged_maps() {
    let yaml = "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: &deep {z: 1}}\nsame: *deep\n\
                map:\n  x: &x 7\n  <<: [*base, *more]\n  c: 4\n  y: *x\nonly:\n  <<: *more\nquoted:\n  '<<': *base\n";
    let json = r#"{"base":{"a":1,"b":2},"more":{"b":3,"c":{"z":1}},"same":{"z":1},"map":{"x":7,"a":1,"b":2,"c":4,"y":7},
        "only":{"b":3,"c":{"z":1}},"quoted":{"<<":{"a":1,"b":2}}}"#;
    with(syntax::yaml::read, yaml, |sources, tree| {
        lawful(sources, tree);
        let expected: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!((value(tree.root()), tree.faults().len()), (expected, 0));
    });
}

#[test]
fn documents_of_a_stream() {
    let mut sources = Sources::new();
    let id = sources.add("", "# first\na: &x 1\n---\n---\nb: {c: 2}\n...\n---\nd: *x\n");
    let trees = syntax::yaml::read_all(id, sources.get(id).text());
    let values: Vec<String> = trees.iter().take(2).map(|tree| value(tree.root()).to_string()).collect();
    assert_eq!(values, [r#"{"a":1}"#, r#"{"b":{"c":2}}"#]);
    assert_eq!(trees.last().unwrap().faults().len(), 1, "an anchor ends with its document");
}
