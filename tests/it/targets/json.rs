//! The JSON reader: any bytes give a tree whose places are right, and what it takes for JSON is JSON.

use rolecall::source::Sources;
use rolecall::syntax::{Kind, Node, Piece, SyntaxFault, Tree, is_directive, json};
use serde_json::Value;

use super::laws::{fault_lies_inside, form, lies_inside, rereads, source};

pub fn json(bytes: &[u8]) {
    let (sources, id) = source(bytes);
    let text = sources.get(id).text();
    let tree = json::read(id, text);
    for fault in tree.faults() {
        fault_lies_inside(&sources, fault);
    }
    assert!(tree.faults().is_sorted_by_key(|fault| fault.span.start), "{:?}", tree.faults());
    let mut left = vec![tree.root()];
    let mut seen = 0;
    while let Some(node) = left.pop() {
        seen += 1;
        lawful(&sources, node);
        let children = node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value]));
        left.extend(children.inspect(|child| assert!(node.outer().contains(child.outer()), "{child:?} leaves {node:?}")));
    }
    assert_eq!(seen, tree.len(), "not every node is reached");
    agrees_with_oracle(text, &tree);
    inside(&sources, &tree);
    if let Some(filled) = tree.filled(&mut |written| Some(written.replace(['{', '<'], "\""))) {
        form(&sources, &filled);
    }
}

fn lawful(sources: &Sources, node: Node<'_, '_>) {
    for span in [node.span(), node.outer(), node.mark()] {
        lies_inside(sources, span);
    }
    let Some(text) = node.text() else { return };
    let mut end = None;
    for piece in text.pieces().iter() {
        let span = match piece {
            Piece::Literal(literal) if node.kind() == Kind::String => {
                rereads(sources, literal);
                literal.span
            }
            Piece::Literal(literal) => {
                assert_eq!(sources.slice(literal.span), literal.value);
                literal.span
            }
            Piece::Hole(hole) => hole.span,
        };
        assert!(text.span().contains(span) && end.is_none_or(|end| end == span.start), "a gap in {text:?}");
        end = Some(span.end);
    }
    assert_eq!(text.shown(), node.string().unwrap_or(node.written().into()));
}

/// The intended differences to `serde_json`: a leading byte order mark, numbers beyond a double, nesting between 128 and 256, equal keys,
/// holes where a value or a key is due, directives of templates, and format strings, in which each bracket is doubled.
fn agrees_with_oracle(text: &str, tree: &Tree<'_>) {
    let equal_keys_only = tree.faults().iter().all(|fault| fault.kind == SyntaxFault::DuplicateKey);
    match serde_json::from_str::<Value>(text.strip_prefix('\u{FEFF}').unwrap_or(text)) {
        Ok(expected) => {
            // equal keys can be more than are listed
            let too_many = tree.faults().last().is_some_and(|fault| fault.kind == SyntaxFault::TooMany);
            assert!(equal_keys_only || too_many, "refused: {:?}", tree.faults());
            assert_eq!(value(tree.root()), expected);
        }
        Err(error) => {
            let beyond_oracle = ["out of range", "recursion limit"].iter().any(|words| error.to_string().contains(words));
            let is_doubled = text.trim_start_matches('\u{FEFF}').trim_start().starts_with("{{");
            let is_template = is_doubled || has_hole(tree) || has_directive(text);
            assert!(!equal_keys_only || beyond_oracle || is_template, "accepted, but {error}");
        }
    }
}

fn value(node: Node<'_, '_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(value),
        Kind::Number => serde_json::from_str(node.written()).expect("a number that the oracle takes"),
        Kind::String => node.string().map(|text| Value::String(text.into_owned())).expect("the text of a string"),
        Kind::List => node.items().map(value).collect(),
        Kind::Map => node.entries().map(|entry| (entry.key.string().expect("a key").into_owned(), value(entry.value))).collect(),
        Kind::Hole | Kind::Wrong => panic!("{:?} is no value", node.kind()),
    }
}

fn has_directive(text: &str) -> bool {
    text.match_indices(['%', '{', '<']).any(|(at, _)| is_directive(&text[at..]))
}

fn has_hole(tree: &Tree<'_>) -> bool {
    let mut left = vec![tree.root()];
    while let Some(node) = left.pop() {
        if node.kind() == Kind::Hole {
            return true;
        }
        left.extend(node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value])));
    }
    false
}

/// A document inside of a string has its places in the file around it.
fn inside(sources: &Sources, tree: &Tree<'_>) {
    let first = tree.root().items().chain(tree.root().entries().map(|entry| entry.value)).find_map(Node::literal);
    for literal in [tree.root().literal(), first].into_iter().flatten() {
        for percent in [false, true] {
            let inner = json::read_inside(&literal, percent);
            for fault in inner.faults() {
                fault_lies_inside(sources, fault);
            }
            let mut left = vec![inner.root()];
            while let Some(node) = left.pop() {
                for span in [node.span(), node.outer(), node.mark()] {
                    lies_inside(sources, span);
                    assert!(literal.span.contains(span), "{node:?} leaves {literal:?}");
                }
                left.extend(node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value])));
            }
        }
    }
}
