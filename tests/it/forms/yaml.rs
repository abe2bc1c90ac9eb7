//! YAML: scalars, aliases, streams, and mistakes.

use rolecall::syntax::yaml::{MAX_ALIASED, read};
use rolecall::syntax::{Kind, MAX_DEPTH, Node};

use crate::support;

use super::{faults, lawful, tree, with};

#[test]
fn plain_scalars() {
    assert_eq!(
        tree(read, "[a b, 2012-10-17, true, False, null, ~, '1', 1, -1.5e3, 0x1F, 0o17, +.5, 012, 1_000, .inf, yes]"),
        r#"["a b", "2012-10-17", Bool(true) `true`, Bool(false) `False`, Null `null`, Null `~`, "1", 1, -1.5e3, 0x1F = 31, 0o17 = 15, +.5 = 0.5, 012 = 12, "1_000", .inf, "yes"]"#
    );
    assert_eq!(tree(read, "a:\nb: x # c\nc: a\n  b\n\n  c"), r#"{"a": Null ``, "b": "x", "c": "a\n  b\n\n  c" = "a b\nc"}"#);
}

/// The keys of a map are strings, also where they look like something else: `Null` is an operator of IAM.
#[test]
fn keys_are_strings() {
    assert_eq!(
        tree(read, "Null: {a: b}\n80: x\n? true\n<<: y"),
        r#"{"Null": {"a": "b"}, "80": "x", "true": Null ``, "<<": "y"}"#
    );
}

#[test]
fn quoted_scalars() {
    assert_eq!(tree(read, "'it''s\n  so'"), r#""it''s\n  so" = "it's so""#);
    assert_eq!(tree(read, r#""\u00e9\x41\/\N\ud83d\ude00\ ""#), r#""\\u00e9\\x41\\/\\N\\ud83d\\ude00\\ " = "éA/\u{85}😀 ""#);
    assert_eq!(tree(read, "\"a \\\n   b\n\n\n   c  \n d\""), r#""a \\\n   b\n\n\n   c  \n d" = "a b\n\nc d""#);
}

#[test]
fn blocks() {
    let value = |text: &str| {
        with(read, text, |sources, tree| {
            lawful(sources, tree);
            let literal = tree.root().get("a").unwrap().literal().unwrap();
            let parts = literal.value.char_indices().map(|(at, c)| sources.slice(literal.span_of(at..at + c.len_utf8())));
            let parts = parts.map(str::to_owned).collect::<Vec<_>>();
            (literal.value.to_string(), parts.join("|"), sources.slice(literal.span).to_owned())
        })
    };
    let expect =
        |text, expected: [&str; 3]| assert_eq!(value(text), (expected[0].into(), expected[1].into(), expected[2].into()));
    expect("a: |\n  x\n    é\n\n  z\nb: 1", ["x\n  é\n\nz\n", "x|\n  | | |é|\n|\n  |z|\n", "x\n    é\n\n  z\n"]);
    expect("a: |-\r\n  x\r\n  y\r\n", ["x\ny", "x|\r\n  |y", "x\r\n  y"]);
    expect("a: |+\n\n  x\n\n\n", ["\nx\n\n\n", "|x|\n|\n|\n", "x\n\n\n"]);
    expect("a: |2\n    x\n   y\n", ["  x\n y\n", " | |x|\n  | |y|\n", "  x\n   y\n"]);
    expect(
        "a: >\n  x\n  y\n\n  z\n   w\n  v\n",
        ["x y\nz\n w\nv\n", "x|\n  |y|\n\n  |z|\n  | |w|\n  |v|\n", "x\n  y\n\n  z\n   w\n  v\n"],
    );
    expect("a: |\n  x", ["x\n", "x|", "x"]);
}

/// A document inside of a block has its places in the file.
#[test]
fn json_inside_of_a_block() {
    with(read, "policy: |\n    {\n      \"Action\": [\"s3:\\u0047et*\",\n    \"x\"]\n    }\n", |sources, tree| {
        let inner = rolecall::syntax::json::read_inside(&tree.root().get("policy").unwrap().literal().unwrap(), false);
        assert_eq!(inner.faults(), []);
        let items: Vec<_> =
            inner.root().get("Action").unwrap().items().map(|item| sources.slice(item.outer()).to_owned()).collect();
        assert_eq!(items, ["\"s3:\\u0047et*\"", "\"x\""]);
    });
}

#[test]
fn lists_and_maps() {
    assert_eq!(
        tree(read, "- - a\n  - b\n- [c: d, {e, f: }]\n- ? g\n  : h"),
        r#"[["a", "b"], [{"c": "d"}, {"e": Null ``, "f": Null ``}], {"g": "h"}]"#
    );
    with(read, "a: {b: [1,\n  2]}\nc:\n- d: 1\n  e: 2\n-\nf: {}\n", |sources, tree| {
        let part = |path: &[&str]| path.iter().fold(tree.root(), |node, key| node.get(key).unwrap());
        let shown = |path: &[&str]| (sources.slice(part(path).span()).to_owned(), sources.slice(part(path).mark()).to_owned());
        assert_eq!(shown(&["a"]), ("{b: [1,\n  2]}".into(), "{".into()));
        assert_eq!(shown(&["a", "b"]), ("[1,\n  2]".into(), "[".into()));
        assert_eq!(shown(&["c"]), ("d: 1\n  e: 2\n-".into(), "d".into()));
        assert_eq!(shown(&["f"]), ("{}".into(), "{".into()));
    });
}

#[test]
fn tags() {
    assert_eq!(tree(read, "[!!str 1, ! 2, !!int '3', !other x, !other ]"), r#"["1", "2", '3' = 3, "x", Null ``]"#);
    assert_eq!(tree(read, "a: !Ref 4\nb: !Ref"), r#"{"a": {"!Ref" = "Ref": 4}, "b": {"!Ref" = "Ref": Null ``}}"#);
    assert_eq!(tree(read, "a: !GetAtt\n  - b\n  - c"), r#"{"a": {"!GetAtt" = "Fn::GetAtt": ["b", "c"]}}"#);
}

#[test]
fn aliases() {
    assert_eq!(
        tree(read, "a: &x\n  b: [c, &y d]\ne: *x\nf: {<<: *x, g: *y}\n*y : h"),
        r#"{"a": {"b": ["c", "d"]}, "e": {"b": ["c", "d"]}, "f": {"b": ["c", "d"], "g": "d"}, "d": "h"}"#
    );
    // the latest of two with one name
    assert_eq!(tree(read, "[&a 1, *a, &a 2, *a]"), "[1, 1, 2, 2]");
    with(read, "a: &x [s3:Get*]\nb: *x", |sources, tree| {
        let item = tree.root().get("b").unwrap().items().next().unwrap();
        assert_eq!(sources.place(item.span()).line, 1, "what is told of it is told where it is written");
        assert_eq!(sources.slice(tree.root().span()), "a: &x [s3:Get*]\nb: *x");
    });
    assert_eq!(faults(read, "&a [*a, 1]"), ["1:5 NotYaml(OwnAnchor) `*a`"]);
    assert_eq!(faults(read, "a: *b"), ["1:4 NotYaml(UnknownAnchor) `*b`"]);
    assert_eq!(faults(read, "&a [1]: 2\n").len(), 1);
}

#[test]
fn aliases_are_bounded() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = level - 1;
        text.extend([format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 9].join(", "))]);
    }
    with(read, &text, |sources, tree| {
        lawful(sources, tree);
        assert_eq!(faults(read, &text).len(), 1);
        assert!(tree.len() <= 2 * text.len() + MAX_ALIASED, "{}", tree.len());
    });
    // deep by aliases: 2, 3, 4 …
    let deeper = (1..300).map(|level| format!("- &a{level} [*a{}]\n", level - 1));
    let deep = ["- &a0 [x]\n".to_owned()].into_iter().chain(deeper).collect::<Vec<_>>().concat();
    assert_eq!(faults(read, &deep), [format!("{}:{} TooDeep `*a{}`", MAX_DEPTH, 10, MAX_DEPTH - 2)]);
}

#[test]
fn streams() {
    assert_eq!(tree(read, "%YAML 1.2\n---\na: 1\n...\n# end\n"), r#"{"a": 1}"#);
    assert_eq!(tree(read, "a: 1\n---\n"), r#"{"a": 1}"#);
    assert_eq!(tree(read, "---\n"), "Null ``");
    assert_eq!(tree(read, "\u{feff}a: é\r\n"), r#"{"a": "é"}"#);
    assert_eq!(faults(read, "a: 1\n---\nb: 2\n---\nc: 3"), ["2:1 SecondDocument `---`"]);
    assert_eq!(faults(read, "# nothing"), ["1:1 Empty ``"]);
    with(read, "", |_, tree| assert_eq!(tree.root().kind(), Kind::Wrong));
}

#[test]
fn mistakes() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("a: 1\nb: 2\na: 3", "3:1 DuplicateKey `a` of 1:1 `a`"),
        ("{'a': 1, \"\\x61\": 2}", "1:11 DuplicateKey `\\x61` of 1:3 `a`"),
        ("{[a]: b}", "1:2 KeyNotString `[`"),
        ("{{ x }}", "1:2 KeyNotString `{`"),
        ("a: b: c", "1:5 NotYaml(ExtraSeparator) `:`"),
        ("a: [1, 2", "1:4 NotYaml(UnclosedBracket) `[`"),
        ("a: [1, 2}", "1:4 NotYaml(UnclosedBracket) `[`"),
        ("a: ]", "1:4 NotYaml(StrayBracket) `]`"),
        ("a: \"b", "1:4 NotYaml(UnclosedString) `\"`"),
        ("a: \"\\q\"", "1:5 NotYaml(BadEscape) `\\q`"),
        ("a: @b", "1:4 NotYaml(Unquoted) `@`"),
        ("a: 1\nb\nc: 2", "2:1 NotYaml(MissingSeparator) `b`"),
        ("a:\n  b: 1\n c: 2", "3:2 NotYaml(Indentation) `c`"),
        ("a:\n\tb: 1", "2:2 NotYaml(Tab) `b`"),
        ("a: - b", "1:4 NotYaml(StrayItem) `-`"),
        ("a: 'b' c", "1:8 NotYaml(StrayText) `c`"),
        ("a: !x!y z", "1:4 NotYaml(BadTag) `!`"),
        ("%YAML 3.0\n---\na: 1", "1:1 NotYaml(BadDirective) `%`"),
    ] {
        let found = faults(read, text);
        if found != [expected] {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    support::none(wrong);
}

/// What comes before a mistake is read, and what it announces is there.
#[test]
fn a_text_with_mistakes_has_a_tree() {
    with(read, "a: [x, {b: 1, c: ]\nd: 1", |sources, tree| {
        lawful(sources, tree);
        assert_eq!(tree.root().get("a").unwrap().items().next().unwrap().string().as_deref(), Some("x"));
        assert_eq!(tree.root().entries().count(), 1);
    });
    with(read, "a: *b", |_, tree| assert_eq!(tree.root().get("a").map(Node::kind), Some(Kind::Wrong)));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(faults(read, &nested(MAX_DEPTH)), [""; 0]);
    assert_eq!(faults(read, &nested(MAX_DEPTH + 1)), ["1:257 TooDeep `[`"]);
    let block: Vec<String> = (0..=MAX_DEPTH).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(faults(read, &block.concat()).len(), 1);
    let both = format!("{}{}", "- ".repeat(200), nested(100));
    assert_eq!(faults(read, &both), ["1:457 TooDeep `[`"]);
    faults(read, &"[".repeat(100_000));
    faults(read, &"- ".repeat(100_000));
    faults(read, &"{a: ".repeat(100_000));
}
