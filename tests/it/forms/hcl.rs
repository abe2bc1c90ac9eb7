//! HCL: blocks, expressions, templates, and what is left of a file that is broken.

use rolecall::syntax::hcl::read;
use rolecall::syntax::{Kind, Node};

use crate::support;

use super::{faults, lawful, tree, with};

/// The value of the attribute `a` of a text, with what stands where each character of it does.
fn parts(text: &str) -> (String, String) {
    with(read, text, |sources, tree| {
        lawful(sources, tree);
        assert_eq!(tree.faults(), [], "in {text}");
        let literal = tree.root().get("a").unwrap().literal().unwrap();
        let parts = literal.value.char_indices().map(|(at, c)| sources.slice(literal.span_of(at..at + c.len_utf8())));
        (literal.value.to_string(), parts.collect::<Vec<_>>().join("|"))
    })
}

#[test]
fn blocks_are_maps_below_their_labels() {
    assert_eq!(
        tree(read, "resource \"aws_iam_role\" r {\n  name = \"x\" # y\n}\nlocals { a = 1 }\n"),
        r#"{"resource": {"aws_iam_role": {"r": {"name": "x"}}}, "locals": {"a": 1}}"#
    );
    assert_eq!(
        tree(read, "a \"b\" /* { */ {\n  s {\n  }\n  s {\n    x = 1\n  }\n}\na \"b\" {}"),
        r#"{"a": {"b": {"s": {}, "s": {"x": 1}}}, "a": {"b": {}}}"#
    );
    assert_eq!(tree(read, ""), "{}");
    assert_eq!(tree(read, "\u{feff}# nothing\r\n a = 1\r\n"), r#"{"a": 1}"#);
}

#[test]
fn the_body_of_a_block_is_marked_by_its_bracket() {
    with(read, "a \"b\" /* { */ { c = 1 }", |sources, tree| {
        let body = tree.root().get("a").unwrap().get("b").unwrap();
        assert_eq!((sources.slice(body.mark()), sources.slice(body.span())), ("{", "{ c = 1 }"));
        assert_eq!(sources.slice(tree.root().get("a").unwrap().mark()), "b");
    });
}

#[test]
fn expressions() {
    for (written, shown) in [
        ("\"b\"", r#""b""#),
        ("-1.50", "-1.50"),
        ("- 7", "- 7 = -7"),
        ("1e3", "1e3"),
        ("true", "Bool(true) `true`"),
        ("null", "Null `null`"),
        ("(((2)))", "2"),
        ("[1, [true], ]", "[1, [Bool(true) `true`]]"),
        ("{ b = 1, \"c\" : 2\n (d.e) = 3\n 4 = 5 }", r#"{"b": 1, "c": 2, "d.e" = "${d.e}": 3, "4": 5}"#),
        ("{ \"x-${v}\" = 1 }", r#"{"x-${v}": 1}"#),
        ("var.x", "Hole `var.x`"),
        ("\"${ var.x }\"", "Hole `var.x`"),
        ("data.aws_iam_policy_document.p[count.index].json", "Hole `data.aws_iam_policy_document.p[count.index].json`"),
        ("aws_iam_role.r[*].arn", "Hole `aws_iam_role.r[*].arn`"),
        ("1 + var.x", r#"{"+": [1, Hole `var.x`]}"#),
        ("a && b && (c || d)", r#"{"&&": [Hole `a`, Hole `b`, {"||": [Hole `c`, Hole `d`]}]}"#),
        ("1 - 2 - 3", r#"{"-": [{"-": [1, 2]}, 3]}"#),
        ("!var.x", r#"{"!": [Hole `var.x`]}"#),
        ("[for k, v in m : v if !k]", r#"{"[" = "[for]": [["k", "v"], Hole `m`, Hole `v`, {"!": [Hole `k`]}]}"#),
        ("{ for v in m : v.a => 1 }", r#"{"{" = "{for}": [["v"], Hole `m`, Hole `v.a`, 1]}"#),
        ("{ for v in m : v.a => 1... }", r#"{"{" = "{for...}": [["v"], Hole `m`, Hole `v.a`, 1]}"#),
        ("f()", r#"{"f" = "f()": []}"#),
        ("merge({ b = 1 }, local.c)", r#"{"merge" = "merge()": [{"b": 1}, Hole `local.c`]}"#),
        ("p::q :: f(1)", r#"{"p::q :: f" = "p::q :: f()": [1]}"#),
        ("f(var.x...)", r#"{"f" = "f...()": [Hole `var.x`]}"#),
        ("f(1)[0].b", r#"{"f(1)" = ".": [{"f" = "f()": [1]}, 0, "b"]}"#),
        ("f(1)[*].b", r#"{"f(1)" = ".": [{"f" = "f()": [1]}, Hole `*`, "b"]}"#),
        ("a.b.c[f()].d", r#"{"a" = ".": [Hole `a.b.c`, {"f" = "f()": []}, "d"]}"#),
        ("var.b ? [1] : 2", r#"{"?" = "?:": [Hole `var.b`, [1], 2]}"#),
        ("(var.b && c) ? 1 : 2", r#"{"?" = "?:": [{"&&": [Hole `var.b`, Hole `c`]}, 1, 2]}"#),
    ] {
        assert_eq!(tree(read, &format!("a = {written}\n")), format!("{{\"a\": {shown}}}"), "of {written}");
    }
}

/// A hole is known by its text, whatever expression is in it.
#[test]
fn holes_are_written_so_that_they_are_holes() {
    for (written, shown) in [
        ("var.x", "${var.x}"),
        (" var.x ", "${var.x}"),
        ("var.c ? 1 : 2", "${(var.c ? 1 : 2)}"),
        ("a::b(1)", "${a::b(1)}"),
        ("f(\"}\")", "${…}"),
        ("{ for k, v in m : k => v }", "${{ for k, v in m : k => v }}"),
        ("f(\n  1\n)", "${f(\n  1\n)}"),
    ] {
        let text = format!("a = \"x${{{written}}}y\"\n");
        with(read, &text, |sources, tree| {
            lawful(sources, tree);
            assert_eq!(tree.faults(), [], "in {text}");
            let value = tree.root().get("a").unwrap();
            let text = value.text().unwrap();
            assert!(value.has_hole() && text.holes().count() == 1, "{text:?}");
            assert_eq!(text.shown(), format!("x{shown}y"));
        });
    }
    let long = format!("a = \"x${{f({})}}\"", "1, ".repeat(1000));
    with(read, &long, |_, tree| assert_eq!(tree.root().get("a").unwrap().string().unwrap(), "x${…}"));
}

#[test]
fn strings() {
    assert_eq!(parts(r#"a = "é\n\"\\\u00e9\U0001F600""#), ("é\n\"\\é😀".into(), r#"é|\n|\"|\\|\u00e9|\U0001F600"#.into()));
    assert_eq!(parts(r#"a = "$${b}%%{c}$d%""#).0, "${b}%{c}$d%");
    assert_eq!(
        parts(r#"a = "$${aws:x}/${ v }\n""#),
        (
            "${aws:x}/${v}\n".into(),
            r"$$|{|a|w|s|:|x|}|/|${ ||v||  }|\n".replace("|  }", "| }").replace("${ ||v|| }", "${ ||v| }")
        )
    );
    // what takes white space away
    assert_eq!(parts("a = \"b  ${~ v ~}  c\"").0, "b${v}c");
}

/// What a text with directives is, as an operation is: its parts one behind the other.
#[test]
fn directives() {
    let expect = |text: &str, expected: &str| assert_eq!(tree(read, text), format!("{{\"a\": {expected}}}"), "{text}");
    expect(
        r#"a = "b%{ if c }d%{ else }e%{ endif }f""#,
        r#"{"\"" = "%{}": ["b", {"%{ if c }" = "?:": [Hole `c`, "d", "e"]}, "f"]}"#,
    );
    expect(
        r#"a = "b %{~ if c }d\n%{ endif }""#,
        r#"{"\"" = "%{}": ["b", {"%{~ if c }" = "?:": [Hole `c`, "d\\n" = "d\n", ""]}]}"#,
    );
    expect(
        "a = <<E\n%{ for k, v in c ~}\n x${v}\n%{ endfor ~}\nz\nE\n",
        r#"{"<" = "%{}": [{"%{ for k, v in c ~}" = "%{for}": [["k", "v"], Hole `c`, "x${v}\n", "%{ for k, v in c ~}", "%{ endfor ~}"]}, "z\n"]}"#,
    );
    expect(
        r#"a = "%{ if b }%{ if c }d%{ endif }%{ endif }""#,
        r#"{"\"" = "%{}": [{"%{ if b }" = "?:": [Hole `b`, {"%" = "%{}": [{"%{ if c }" = "?:": [Hole `c`, "d", ""]}]}, ""]}]}"#,
    );
}

#[test]
fn heredocs() {
    let expect = |text: &str, value: &str, written: &str| assert_eq!(parts(text), (value.into(), written.into()), "{text}");
    expect("a = <<E\n x\n  é\nE\n", " x\n  é\n", " |x|\n| | |é|\n");
    expect("a = <<-E\n    x\n      y\n\n    z\n  E\n", "x\n  y\n\nz\n", "x|\n    | | |y|\n|\n    |z|\n");
    expect("a = <<-E\r\n  x\r\n  y\r\n  E\r\n", "x\ny\n", "x|\r\n  |y|\r\n");
    expect(
        "a = <<-E\n  x${v}y\n   z\n  E\n",
        "x${v}y\n z\n",
        "x||$|{|v|}|y|\n  | |z|\n".replace("||$|{|v|}|y", "|${||v|}|y").as_str(),
    );
    expect("a = <<E\n$${b}\\n\nE\n", "${b}\\n\n", "$$|{|b|}|\\|n|\n");
    assert_eq!(parts("a = <<E\nE\n").0, "");
}

/// A policy in a heredoc has its places in the file.
#[test]
fn a_document_inside_has_its_places() {
    let text = "a = <<-E\n    {\"Action\": \"s3:*\",\n     \"Resource\": \"${var.r}/é\"}\n    E\n";
    with(read, text, |sources, tree| {
        let inside = rolecall::syntax::json::read_inside(&tree.root().get("a").unwrap().literal().unwrap(), false);
        lawful(sources, &inside);
        assert_eq!(inside.faults(), []);
        assert_eq!(sources.slice(inside.root().get("Action").unwrap().span()), "s3:*");
        assert_eq!(sources.slice(inside.root().get("Resource").unwrap().span()), "${var.r}/é");
    });
}

#[test]
fn mistakes() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("a = ", "1:4 NotHcl(MissingValue) ``"),
        ("a = 'b'", "1:5 NotHcl(Unquoted) `'`"),
        ("a = \"b\\q\"", "1:7 NotHcl(BadEscape) `\\q`"),
        ("a = \"b\nc = 1", "1:5 NotHcl(UnclosedString) `\"`"),
        ("a = [1 2]", "1:8 NotHcl(MissingComma) `2`"),
        ("a = { b = 1 c = 2 }", "1:13 NotHcl(MissingComma) `c`"),
        ("a = { b 1 }", "1:9 NotHcl(MissingSeparator) `1`"),
        ("a = [1", "1:5 NotHcl(UnclosedBracket) `[`"),
        ("a = 1]", "1:6 NotHcl(StrayBracket) `]`"),
        ("a 1", "1:3 NotHcl(MissingSeparator) `1`"),
        ("a = 1 b = 2", "1:7 NotHcl(StrayText) `b`"),
        ("a = <<E\nx\n", "1:5 NotHcl(UnclosedString) `<`"),
        ("a = 1\na = 2", "2:1 DuplicateKey `a` of 1:1 `a`"),
        ("a {\n b = 1\n b = 2\n}", "3:2 DuplicateKey `b` of 2:2 `b`"),
        ("a = { bc = 1, bc = 2 }", "1:15 DuplicateKey `bc` of 1:7 `bc`"),
        ("a = { \"b\" = 1\n b = 2\n \"b\" = 3 }", "2:2 DuplicateKey `b` of 1:8 `b`"),
    ] {
        wrong.extend(faults(read, text).first().filter(|told| *told != expected).map(|told| format!("{text:?}: {told}")));
        with(read, text, lawful);
    }
    support::none(wrong);
}

/// What is broken costs the others nothing.
#[test]
fn one_broken_block_does_not_lose_the_others() {
    let text = "\u{feff}variable \"é\" { default = \"ü\" }\nresource \"a\" \"b\" {\n  x = [\n}\nresource \"a\" \"c\" {\n  y = <<E\n}\nresource\nE\n}\n\
                output \"o\" {\n  value = 'x'\n}\nlocals {\n  z = \"ß\"\n}\n";
    with(read, text, |sources, tree| {
        lawful(sources, tree);
        let faults: Vec<_> = tree.faults().iter().map(|fault| super::told(sources, fault)).collect();
        assert_eq!(faults, ["4:1 NotHcl(StrayBracket) `}`", "12:11 NotHcl(Unquoted) `'`"]);
        assert_eq!(
            super::shown(sources, tree.root()),
            r#"{"variable": {"é": {"default": "ü"}}, "resource": {"a": {"c": {"y": "}\nresource\n"}}}, "locals": {"z": "ß"}}"#
        );
    });
    // a block that is not closed ends where the next one starts
    let text = "resource \"a\" \"b\" {\n  x = 1\n\nlocals {\n  z = 1\n}\n";
    with(read, text, |_, tree| assert!(tree.root().get("locals").is_some()));
    assert_eq!(faults(read, text), ["1:18 NotHcl(UnclosedBracket) `{`"]);
}

/// Nothing nests so deep that reading ends in something else than a fault, or takes long.
#[test]
fn depth_and_size_are_bounded() {
    for unit in [
        "[",
        "(",
        "{",
        "{ a = ",
        "f(",
        "-",
        "!",
        "a ? ",
        "\"${",
        "a { \n",
        "x[",
        "<<E\n${",
        "1 + ",
        "a.",
        "a ? b : ",
        "%{ if a }",
        "[\n",
    ] {
        let text = format!("a = {}", unit.repeat(if unit == "a." { 10_000 } else { 100_000 }));
        with(read, &text, |sources, tree| {
            lawful(sources, tree);
            assert!(!tree.faults().is_empty(), "{unit}");
        });
    }
    let text = format!("a {} {{\n}}\n", "b ".repeat(100_000));
    with(read, &text, |sources, tree| {
        lawful(sources, tree);
        assert!(!tree.faults().is_empty());
    });
    let keys = (0..20_000).map(|number| format!("k{number} = 1\n")).collect::<Vec<_>>().concat();
    for text in [format!("a = {{\n{keys}}}\nb = 1\n"), keys] {
        with(read, &text, |sources, tree| {
            lawful(sources, tree);
            assert!(tree.root().get("b").is_some() || tree.root().get("k19999").is_some());
        });
    }
}

/// What each node is said to be stands where it is said to stand.
#[test]
fn every_place_holds_the_value() {
    let text = support::read("fixtures/hcl/running.tf");
    with(read, &text, |sources, tree| {
        lawful(sources, tree);
        assert_eq!(tree.faults(), []);
        for node in tree.root().within().filter(|node| !matches!(node.kind(), Kind::List | Kind::Map)) {
            let written = sources.slice(node.span());
            match node.kind() {
                Kind::Hole => assert_eq!(node.written(), format!("${{{written}}}")),
                Kind::String if is_call(node) => assert!(["?", &node.written().replace("()", "")].contains(&written)),
                Kind::String => {
                    let literal = node.literal().unwrap();
                    for (at, c) in literal.value.char_indices().filter(|(_, c)| !c.is_whitespace() && !"${}".contains(*c)) {
                        let written = sources.slice(literal.span_of(at..at + c.len_utf8()));
                        assert!(written.trim_start().starts_with(c), "{c:?} is written {written:?}");
                    }
                }
                _ => assert_eq!(node.written(), written),
            }
        }
    });
}

fn is_call(node: Node<'_, '_>) -> bool {
    node.written().ends_with("()") || node.written() == "?:"
}
