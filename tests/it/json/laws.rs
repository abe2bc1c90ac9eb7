//! What holds for any text whatever.

use std::sync::LazyLock;

use proptest::prelude::*;
use rolecall::source::{Sources, Span};
use rolecall::syntax::{Kind, Literal, Node, Piece, SyntaxFault, Text, Tree, json};
use serde_json::Value;

use super::{POLICIES, agrees_with_oracle, fixtures, with};
use crate::targets::rereads;

/// Asserts all that must be true of a tree, whatever the text.
fn lawful(sources: &Sources, tree: &Tree<'_>) {
    let text = sources.iter().last().unwrap().1.text();
    let mut seen = 0;
    let mut left = vec![(tree.root(), None)];
    while let Some((node, around)) = left.pop() {
        seen += 1;
        let around: Option<Span> = around;
        assert!(around.is_none_or(|around| around.contains(node.outer())), "{node:?} leaves {around:?} in {text}");
        for span in [node.span(), node.outer(), node.mark()] {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} parts a character of {text}");
        }
        if let Some(literal) = node.literal() {
            rereads(sources, &literal);
            assert_eq!(Some(literal.value.as_ref()), node.string().as_deref());
            assert!(node.is(&literal.value));
        }
        if let Some(text) = node.text() {
            pieces_lie_side_by_side(sources, &text, node);
        }
        left.extend(node.items().map(|item| (item, Some(node.span()))));
        for entry in node.entries() {
            assert!(entry.key.outer().end <= entry.value.outer().start, "{entry:?} in {text}");
            left.extend([(entry.key, Some(node.span())), (entry.value, Some(node.span()))]);
        }
    }
    assert_eq!(seen, tree.len(), "not every node is reached in {text}");

    assert!(tree.faults().len() <= 21);
    assert!(tree.faults().is_sorted_by_key(|fault| fault.span.start));
    assert!(tree.faults().iter().filter(|fault| fault.kind == SyntaxFault::TooMany).count() <= 1);
    for span in tree.faults().iter().flat_map(|fault| [Some(fault.span), fault.related]).flatten() {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} parts a character of {text}");
    }
}

fn pieces_lie_side_by_side(sources: &Sources, text: &Text<'_>, node: Node<'_, '_>) {
    let mut end = None;
    let mut value = String::new();
    for piece in text.pieces().iter() {
        let (span, part) = match piece {
            Piece::Literal(literal) => {
                rereads_or_is_number(sources, literal, node.kind());
                (literal.span, &literal.value)
            }
            Piece::Hole(hole) => (hole.span, &hole.written),
        };
        assert!(end.is_none_or(|end| end == span.start), "a gap in {text:?}");
        assert!(text.span().contains(span));
        end = Some(span.end);
        value.push_str(part);
    }
    assert_eq!(text.shown(), value);
    assert_eq!(value, node.string().unwrap_or(node.written().into()));
}

fn rereads_or_is_number(sources: &Sources, literal: &Literal<'_>, kind: Kind) {
    match kind {
        Kind::String => rereads(sources, literal),
        _ => assert_eq!(sources.slice(literal.span), literal.value),
    }
}

fn read_lawfully(text: &str) {
    with(text, lawful);
    agrees_with_oracle(text);
}

/// A value printed with the white space and the escapes that `dice` chooses.
fn print(value: &Value, dice: &mut impl FnMut(usize) -> usize, out: &mut String) {
    let mut space = |out: &mut String| out.push_str(["", "", "", " ", "\n", "\t", "\r\n", "\n        ", "           "][dice(9)]);
    space(out);
    match value {
        Value::String(text) => print_string(text, dice, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                print(item, dice, out);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                print(&Value::String(key.clone()), dice, out);
                out.push(':');
                print(value, dice, out);
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
    out.push_str(["", "", " ", "\n"][dice(4)]);
}

fn print_string(text: &str, dice: &mut impl FnMut(usize) -> usize, out: &mut String) {
    use std::fmt::Write;
    out.push('"');
    for c in text.chars() {
        match (c, dice(8)) {
            ('/', 0..4) => out.push_str("\\/"),
            ('"' | '\\', 0..6) => out.extend(['\\', c]),
            ('\n', 0..6) => out.push_str("\\n"),
            ('"' | '\\' | '\0'..' ', _) | (_, 0) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    if dice(2) == 0 { write!(out, "\\u{unit:04x}") } else { write!(out, "\\u{unit:04X}") }.unwrap();
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// A source of numbers below a bound, the same for the same seed.
fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed | 1;
    move |bound| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from((state >> 16) % bound as u64).unwrap()
    }
}

/// What to strew into a text: all that the reader treats in a way of its own.
const SCRAPS: [&str; 66] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "/",
    "//",
    "/*",
    "*/",
    "#",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "“",
    "”",
    "‘",
    "’",
    "${",
    "${x}",
    "${a:b}",
    "{{",
    "}}",
    "<A>",
    "<",
    "%s",
    "%",
    "true",
    "True",
    "null",
    "0",
    "01",
    "-",
    "+",
    ".",
    "e",
    "1e5",
    "\\u",
    "\\u00e9",
    "\\ud83d",
    "\\ude00",
    "\\n",
    "\\x",
    "\u{0}",
    "\u{1f}",
    "\u{7f}",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "é",
    "😀",
    ";",
    "=",
    "=>",
    "(",
    ")",
    "\"a\"",
    "\"a\":",
    "\"Effect\": \"Allow\",",
    "*",
    "`",
];

fn mutate(text: &str, seed: u64) -> String {
    let mut dice = dice(seed);
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=dice(4) {
        let at = dice(text.len() + 1);
        let longest = [1, 3, 40][dice(3)];
        let end = (at + 1 + dice(longest)).min(text.len()).max(at);
        match dice(6) {
            0 => drop(text.drain(at..end)),
            1 | 2 => drop(text.splice(at..at, SCRAPS[dice(SCRAPS.len())].chars())),
            3 => drop(text.splice(at..end, SCRAPS[dice(SCRAPS.len())].chars())),
            4 => {
                let copy = text[at..end].to_vec();
                let to = dice(text.len() + 1);
                text.splice(to..to, copy);
            }
            _ if dice(4) == 0 => text.truncate(at),
            _ if at < text.len() => {
                let other = dice(text.len());
                text.swap(at, other);
            }
            _ => {}
        }
    }
    text.into_iter().collect()
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[ -~]{0,20}", "(\\$\\{[a-z:]{0,5}\\}?|<[A-Z]{1,4}>|%s|YOUR_[A-Z]|[a-z]){0,5}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        // eighths print and read without rounding
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        text.clone().prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((text.clone(), inner), 0..8).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_lawfully(&String::from_utf8_lossy(&bytes));
        let mut sources = Sources::new();
        let id = sources.add_bytes("bytes", bytes);
        lawful(&sources, &json::read(id, sources.get(id).text()));
    }

    #[test]
    fn any_scraps(picks in prop::collection::vec(0..SCRAPS.len(), 0..30)) {
        read_lawfully(&picks.into_iter().map(|pick| SCRAPS[pick]).collect::<String>());
    }

    #[test]
    fn any_value_in_any_print(value in any_value(), seed in any::<u64>()) {
        let mut text = String::new();
        print(&value, &mut dice(seed), &mut text);
        read_lawfully(&text);
        with(&text, |_, tree| assert_eq!(super::value(tree.root()), value));
    }

    #[test]
    fn mutants_of_policies(pick in any::<prop::sample::Index>(), seed in any::<u64>()) {
        static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
            let short = fixtures().into_iter().filter(|text| text.len() < 4000);
            short.chain(POLICIES.map(String::from)).collect()
        });
        read_lawfully(&mutate(&TEXTS[pick.index(TEXTS.len())], seed));
    }

    #[test]
    fn any_document_inside_a_string(value in any_value(), seed in any::<u64>(), percent in any::<bool>()) {
        let mut roll = dice(seed);
        let (mut inner, mut outer) = (String::new(), String::new());
        print(&value, &mut roll, &mut inner);
        if percent {
            inner = inner.bytes().map(|b| if b.is_ascii_alphanumeric() && roll(9) > 0 { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
        }
        print(&Value::String(inner), &mut roll, &mut outer);
        with(&outer, |sources, tree| {
            let inner = json::read_inside(&tree.root().literal().unwrap(), percent);
            assert!(inner.faults().is_empty());
            assert_eq!(super::value(inner.root()), value);
            let mut left = vec![inner.root()];
            while let Some(node) = left.pop() {
                for span in [node.span(), node.outer(), node.mark()] {
                    assert!(outer.get(span.start as usize..span.end as usize).is_some());
                    assert!(tree.root().outer().contains(span));
                }
                left.extend(node.items());
                left.extend(node.entries().flat_map(|entry| [entry.key, entry.value]));
            }
            let _ = sources;
        });
    }
}
