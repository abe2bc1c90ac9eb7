//! TOML: what is written in several places is one, and what is wrong has a place.

use rolecall::syntax::{Kind, Node, toml::read};

use crate::support;

use super::{faults, tree, with};

#[test]
fn strings() {
    assert_eq!(tree(read, r#"a = "x\ty\U0001F600\x41\e""#), r#"{"a": "x\\ty\\U0001F600\\x41\\e" = "x\ty😀A\u{1b}"}"#);
    assert_eq!(tree(read, r"a = 'c:\temp'"), r#"{"a": "c:\\temp"}"#);
    assert_eq!(tree(read, "a = \"\"\"\nx\n  \"y\\\n   z\"\"\"\"\n"), r#"{"a": "x\n  \"y\\\n   z\"" = "x\n  \"yz\""}"#);
    assert_eq!(tree(read, "a = '''\r\nx\r\ny'''"), r#"{"a": "x\r\ny"}"#);
    assert_eq!(tree(read, "a = ''\nb = \"\"\"\"\"\""), r#"{"a": "''" = "", "b": "\"\"\"\"\"\"" = ""}"#);
    assert_eq!(tree(read, "\u{feff}a = 'é'"), r#"{"a": "é"}"#);
}

#[test]
fn other_scalars() {
    assert_eq!(
        tree(read, "a = 1_000\nb = 0x1F\nc = 0o17\nd = 1e3\ne = -0.5\nf = 0b11\n"),
        r#"{"a": 1_000 = 1000, "b": 0x1F = 31, "c": 0o17 = 15, "d": 1e3, "e": -0.5, "f": 0b11 = 3}"#
    );
    assert_eq!(tree(read, "a = +5\nb = inf"), r#"{"a": +5 = 5, "b": inf}"#);
    assert_eq!(tree(read, "a = true\nb = false"), r#"{"a": Bool(true) `true`, "b": Bool(false) `false`}"#);
    assert_eq!(
        tree(read, "a = 2012-10-17\nb = 1979-05-27T07:32:00.5-07:00\nc = 07:32:00"),
        r#"{"a": "2012-10-17", "b": "1979-05-27T07:32:00.5-07:00", "c": "07:32:00"}"#
    );
}

#[test]
fn tables_from_several_places() {
    let text =
        "z.y = 1\nz.x.\"a b\" = 2\n[b]\nc = 3\n[[l]]\nn = 1\n[l.m]\no = 1\n[[l]]\n[b.'d.e']\nf = 4\n[g.h]\n[[i.j]]\nk = 5\n";
    assert_eq!(
        tree(read, text),
        r#"{"z": {"y": 1, "x": {"a b": 2}}, "b": {"c": 3, "d.e": {"f": 4}}, "l": [{"n": 1, "m": {"o": 1}}, {}], "g": {"h": {}}, "i": {"j": [{"k": 5}]}}"#
    );
    assert_eq!(tree(read, "[a.b]\nc = 1\n[a]\nd = 2"), r#"{"a": {"b": {"c": 1}, "d": 2}}"#);
    assert_eq!(tree(read, "a = [[1, 2], [{b.c = 1}, {}], []]"), r#"{"a": [[1, 2], [{"b": {"c": 1}}, {}], []]}"#);
    assert_eq!(tree(read, ""), "{}");
}

/// The place to underline of a table is its bracket or header, or else its first key.
#[test]
fn marks() {
    let text = "[case]\na = 1\n[[many]]\nb = {c = 1}\nd.e = [2]\n[[many]]\n";
    with(read, text, |sources, tree| {
        let marked = |value: Node<'_, '_>| sources.slice(value.mark()).to_owned();
        let root = tree.root();
        assert_eq!(marked(root), "case");
        assert_eq!(marked(root.get("case").unwrap()), "[case]");
        let many = root.get("many").unwrap();
        assert_eq!(marked(many), "[[many]]");
        let items: Vec<_> = many.items().collect();
        assert_eq!(items.iter().map(|item| sources.place(item.mark()).line).collect::<Vec<_>>(), [3, 6]);
        assert_eq!(marked(items[0].get("b").unwrap()), "{");
        assert_eq!(marked(items[0].get("d").unwrap()), "e");
        assert_eq!(marked(items[0].get("d").unwrap().get("e").unwrap()), "[");
        assert_eq!(sources.slice(items[0].span()), "[[many]]\nb = {c = 1}\nd.e = [2]");
        assert_eq!(sources.slice(many.span()), text[13..].trim_end());
    });
}

#[test]
fn mistakes() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("a = [1, 2", "1:10 NotToml(UnclosedBracket) ``"),
        ("[a\nb = 1", "1:3 NotToml(UnclosedBracket) ``"),
        ("a = \"x\nb = 1", "1:7 NotToml(UnclosedString) ``"),
        ("a = 'x", "1:7 NotToml(UnclosedString) ``"),
        ("a = '''x", "1:9 NotToml(UnclosedString) ``"),
        ("a = '\u{1}'", "1:6 NotToml(BadCharacter) ``"),
        ("a = ['b' 'c']", "1:10 NotToml(MissingComma) ``"),
        ("a = [1,,2]", "1:8 NotToml(ExtraComma) `,`"),
        ("a 1", "1:3 NotToml(MissingSeparator) ``"),
        ("a = = 1", "1:5 NotToml(ExtraSeparator) `=`"),
        ("a =\nb = 1", "1:4 NotToml(MissingValue) ``"),
        ("= 1", "1:1 NotToml(BadKey) ``"),
        ("é = 1", "1:1 NotToml(BadKey) `é`"),
        ("a = True", "1:5 NotToml(Unquoted) `True`"),
        ("a = some", "1:5 NotToml(Unquoted) `some`"),
        (r#"a = "\q""#, "1:7 NotToml(BadEscape) ``"),
        (r#"a = "\ud800""#, "1:8 NotToml(BadEscape) ``"),
        ("a = 01", "1:5 NotToml(BadNumber) `0`"),
        ("a = 2012-13-45", "1:5 NotToml(BadNumber) `2012-13-45`"),
        ("a = 'b' c = 2", "1:9 NotToml(StrayText) ``"),
        ("a = 1\na.b = 2", "2:1 NotToml(NoTable) `a`"),
        ("a = 1\na = 2", "2:1 DuplicateKey `a`"),
        ("[a]\nb = 1\n[a]\nc = 2", "3:2 DuplicateKey `a`"),
    ] {
        let found = faults(read, text);
        if found.first().map(String::as_str) != Some(expected) {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    support::none(wrong);
}

/// What can be read of a text with mistakes is read.
#[test]
fn a_text_with_mistakes_has_a_tree() {
    with(read, "a =\nb = 'x'\nc = [1, 'y", |_, tree| {
        assert_eq!(tree.root().get("a").map(Node::kind), Some(Kind::Wrong));
        assert_eq!(tree.root().get("b").and_then(Node::string).as_deref(), Some("x"));
    });
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("a = {}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(faults(read, &nested(79)), [""; 0]);
    assert_eq!(faults(read, &nested(81)).len(), 1);
    assert_eq!(faults(read, &nested(100_000)), ["1:261 TooDeep `[`"]);
    // each part of a dotted key is a table
    let dotted = |levels: usize, key: &str| format!("a = {}1{}", format!("{{{key} = ").repeat(levels), "}".repeat(levels));
    assert_eq!(faults(read, &dotted(5, &["k"; 40].join("."))), [""; 0]);
    assert_eq!(faults(read, &dotted(79, &["k"; 79].join("."))).len(), 1);
    let strings = format!("a = [\"{0}\", '{0}', \"\"\"{0}\"\"\"] # {0}\nb = 1", "{a.".repeat(200));
    assert_eq!(faults(read, &strings), [""; 0]);
}
