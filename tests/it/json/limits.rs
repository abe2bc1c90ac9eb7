//! Texts that are large, deep or odd: read in bounded time, with a short list of faults.

use std::fmt::Write;
use std::time::{Duration, Instant};

use rolecall::source::Sources;
use rolecall::syntax::{Kind, MAX_DEPTH, SyntaxFault, json};

use super::{shown, with};

/// Far more than is needed even on a busy machine without optimisation, far less than anything quadratic would take.
const PATIENCE: Duration = Duration::from_secs(5);

fn kinds(text: &str) -> Vec<SyntaxFault> {
    let start = Instant::now();
    let kinds = with(text, |_, tree| tree.faults().iter().map(|fault| fault.kind).collect());
    assert!(start.elapsed() < PATIENCE, "{:?} for {} bytes", start.elapsed(), text.len());
    kinds
}

#[test]
fn nesting() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(kinds(&nested(MAX_DEPTH)), []);
    assert_eq!(kinds(&nested(MAX_DEPTH + 1)), [SyntaxFault::TooDeep]);
    assert_eq!(kinds(&nested(100_000)), [SyntaxFault::TooDeep]);
    for opening in ["[", "{\"a\":"] {
        let found = kinds(&opening.repeat(100_000));
        assert_eq!((found.len(), found[0], found[20]), (21, SyntaxFault::TooDeep, SyntaxFault::TooMany));
        assert_eq!(found[1..20], [SyntaxFault::UnclosedBracket; 19]);
    }
}

#[test]
fn what_is_too_deep_is_passed_over_and_the_rest_is_kept() {
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let text = format!(r#"{{"a": {deep}, "b": {deep}, "c": "kept", "d": "]]\"["}}"#);
    with(&text, |sources, tree| {
        let [fault] = tree.faults() else { panic!("{:?}", tree.faults()) };
        assert_eq!(shown(sources, fault), "1:262 TooDeep `[`");
        assert_eq!(tree.root().get("c").unwrap().string().unwrap(), "kept");
        let mut node = tree.root().get("a").unwrap();
        while let Some(inner) = node.items().next() {
            node = inner;
        }
        assert_eq!((node.kind(), node.written().len()), (Kind::Wrong, 2 * (300 - MAX_DEPTH + 1)));
    });
}

#[test]
fn long_strings() {
    let long = "x".repeat(1 << 20);
    assert_eq!(kinds(&format!("\"{long}\"")), []);
    assert_eq!(kinds(&format!("\"{long}")), [SyntaxFault::UnclosedString]);
    assert_eq!(kinds(&format!("\"{}\"", "\\u0061".repeat(1 << 18))), []);
    with(&format!("\"{}\"", "${".repeat(1 << 16)), |_, tree| {
        assert_eq!(tree.root().text().unwrap().pieces().len(), 1);
    });
}

#[test]
fn brackets_of_all_kinds() {
    for pieces in [["[", "{\"a\":"], ["{\"a\":[", "]"], ["[[", "}"], ["{\"a\":{", "]"], ["{\"a\"\n", "[\n"]] {
        for count in [300, 50_000] {
            let found = kinds(&pieces.concat().repeat(count));
            assert!((1..=21).contains(&found.len()), "{} faults of {pieces:?}", found.len());
        }
    }
    // each line farther in than the one before, and none closed
    let stairs = (0..250).map(|depth| format!("{}\"a\": {{\n", " ".repeat(depth))).collect::<Vec<_>>().concat();
    for text in [format!("{{{stairs}"), format!("{{{stairs}}}"), format!("{{{stairs}\"b\": 1,\n\"c\": 2}}")] {
        assert!((1..=21).contains(&kinds(&text).len()));
    }
}

#[test]
fn equal_keys() {
    let mut text = String::from("{");
    for number in 0..50_000 {
        writeln!(text, "\"key\":{number},").unwrap();
    }
    text.push_str("\"last\":0}");
    let found = kinds(&text);
    assert_eq!((found.len(), found[19], found[20]), (21, SyntaxFault::DuplicateKey, SyntaxFault::TooMany));

    let different = (0..50_000).map(|number| format!("\"key{number}\":0")).collect::<Vec<_>>().join(",");
    assert_eq!(kinds(&format!("{{{different}}}")), []);
    assert_eq!(kinds(&format!("{{{different},\"key\\u0031\":0}}")), [SyntaxFault::DuplicateKey]);
}

#[test]
fn repeated_mistakes() {
    for piece in [
        "[{{,",
        "[${,",
        "{",
        "}",
        "[}",
        "'",
        "\"",
        "\"\n",
        "{\"a\n",
        "/*",
        "//\n",
        "# ",
        "x ",
        "${",
        "{{",
        "<a",
        ",",
        ":",
        ";",
        "“",
        "‘",
        "\\",
        "\u{0}",
        "[1}",
        "{\"a\":[}",
        "{\"a\"\n",
        "[\"a\":",
        "{\"a\": \"b,\n",
        "{a:",
        "\u{a0}",
        "1 ",
        "[\"a, \"b",
        "{\"a: \"b",
        "é",
        "true",
        "{x=1;",
    ] {
        let found = kinds(&piece.repeat(100_000));
        assert!((1..=21).contains(&found.len()), "{} faults of {piece:?}", found.len());
        let found = kinds(&format!("{{\"a\": [{}]}}", piece.repeat(50_000)));
        assert!((1..=21).contains(&found.len()), "{} faults of {piece:?} inside", found.len());
    }
}

#[test]
fn cascades_are_cut_line_by_line() {
    with("[True, True, True, True,\nTrue]", |sources, tree| {
        let found: Vec<_> = tree.faults().iter().map(|fault| shown(sources, fault)).collect();
        let expected =
            ["1:2 BareWord `True`", "1:8 BareWord `True`", "1:14 BareWord `True`", "1:20 TooMany ``", "2:1 BareWord `True`"];
        assert_eq!(found, expected);
    });
}

#[test]
fn foreign_bytes() {
    let utf16: Vec<u8> = "{\"a\": 1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let swapped: Vec<u8> = "\u{FEFF}{\"a\": 1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut sources = Sources::new();
    let encodings =
        [utf16.clone(), swapped, [&[0xFF, 0xFE], utf16.as_slice()].concat(), b"{\"a\": \"\xE9\xFF\"}".to_vec(), vec![0; 1000]];
    for bytes in encodings {
        let length = bytes.len();
        let id = sources.add_bytes("bytes", bytes);
        let text = sources.get(id).text();
        if sources.get(id).is_utf16() {
            assert_eq!(text.trim_start_matches('\u{FEFF}'), "{\"a\": 1}");
            assert_eq!(json::read(id, text).faults(), []);
            continue;
        }
        assert_eq!(text.len(), length);
        let found = json::read(id, text).faults().len();
        assert!((1..=21).contains(&found));
    }
}
