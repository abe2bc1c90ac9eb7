//! What the fuzz targets share: laws that hold for any input, and every way of showing what is found.

use rolecall::config::Config;
use rolecall::finding::{Fault, Finding};
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::report::{Answered, Checked, Detail, Format, Look, Simulated, human, json};
use rolecall::rules;
use rolecall::source::{SourceId, Sources, Span};
use rolecall::syntax::{Literal, Tree};

/// The looks in which everything is drawn: as narrow as it gets and plain, and wide with all there is.
const LOOKS: [Look; 2] = [Look { width: 40, colour: false, unicode: false }, Look { width: 100, colour: true, unicode: true }];

/// Takes the input in as the tool takes in a file.
pub fn source(bytes: &[u8]) -> (Sources, SourceId) {
    let mut sources = Sources::new();
    let id = sources.add_bytes("input.json", bytes.to_vec());
    (sources, id)
}

/// Asserts that a span lies in its text and parts no character.
#[track_caller]
pub fn lies_inside(sources: &Sources, span: Span) {
    let text = sources.get(span.source).text();
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} lies outside or parts a character");
}

/// Asserts that each character of a literal is written in the file where the literal says, and nothing lies between.
#[track_caller]
pub fn rereads(sources: &Sources, literal: &Literal<'_>) {
    // of a format string all brackets are doubled
    let is_doubled = sources.get(literal.span.source).text().trim_start_matches('\u{FEFF}').trim_start().starts_with("{{");
    // and a reference is one of a name in brackets, wherever that stands
    if is_doubled && literal.value.contains("${") {
        return;
    }
    let mut end = literal.span.start;
    for (at, c) in literal.value.char_indices() {
        let span = literal.span_of(at..at + c.len_utf8());
        assert_eq!(span.start, end, "a gap before {c:?} of {literal:?}");
        end = span.end;
        let written = sources.slice(span);
        let plain = written.chars().eq([c]) || is_doubled && ['{', '}'].contains(&c) && written.chars().eq([c, c]);
        let decoded = || serde_json::from_str::<String>(&format!("\"{written}\"")).is_ok_and(|decoded| decoded.chars().eq([c]));
        let lone_surrogate = c == '\u{FFFD}' && written.starts_with("\\u");
        assert!(plain || decoded() || lone_surrogate || c == '\'' && written == "\\'", "{c:?} is written {written:?}");
    }
    assert_eq!(end, literal.span.end, "a gap behind {literal:?}");
}

/// Asserts that all places of a fault lie in their text.
#[track_caller]
pub fn fault_lies_inside<K>(sources: &Sources, fault: &Fault<K>) {
    for span in [Some(fault.span), fault.related].into_iter().flatten() {
        lies_inside(sources, span);
    }
}

/// Asserts what holds for a tree of any form: all places lie in the text, and the characters of a string side by side.
pub fn form(sources: &Sources, tree: &Tree<'_>) {
    for fault in tree.faults() {
        fault_lies_inside(sources, fault);
    }
    assert!(tree.faults().is_sorted_by_key(|fault| fault.span.start), "{:?}", tree.faults());
    let (mut left, mut seen) = (vec![tree.root()], 0);
    while let Some(node) = left.pop() {
        seen += 1;
        for span in [node.span(), node.outer(), node.mark()] {
            lies_inside(sources, span);
        }
        if let Some(literal) = node.literal() {
            let mut end = literal.span.start;
            for (at, c) in literal.value.char_indices() {
                let span = literal.span_of(at..at + c.len_utf8());
                lies_inside(sources, span);
                assert_eq!(span.start, end, "a gap before {c:?} of {literal:?}");
                end = span.end;
            }
            assert_eq!(end, literal.span.end, "a gap behind {literal:?}");
        }
        left.extend(node.items().chain(node.entries().flat_map(|entry| [entry.key, entry.value])));
    }
    assert_eq!(seen, tree.len(), "not every node is reached");
}

/// Runs every rule, and draws what they find in every way.
pub fn check(sources: &Sources, inventory: &Inventory<'_>) {
    let findings = rules::run(&Facts { sources, inventory, config: &Config::default(), reference: &Reference::default() });
    for finding in &findings {
        lawful(sources, finding);
    }
    let checked = Checked { findings, looked_at: 1, ..Checked::default() };
    for look in LOOKS {
        let drawn = human::checked(&checked, sources, look);
        assert!(look.colour || !drawn.contains('\u{1B}'), "a character of the input reaches the terminal: {drawn}");
    }
    for format in Format::ALL {
        let drawn = checked.report(format, sources, LOOKS[0]);
        assert!(!drawn.contains('\u{1B}'), "a character of the input reaches the terminal: {drawn}");
        match format {
            Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson => is_json(&drawn),
            Format::Ndjson => drawn.lines().for_each(is_json),
            _ => {}
        }
    }
}

/// Draws the answer to a sign-in in every way.
pub fn draw(sources: &Sources, answers: &[Simulated<'_, '_>]) {
    for (look, detail) in LOOKS.into_iter().zip([Detail::Verbose, Detail::Full]) {
        human::simulations(answers, detail, sources, look);
    }
    is_json(&json::simulations(answers, &[], sources));
}

/// Draws the answers to requests in every way.
pub fn draw_requests(sources: &Sources, answers: &[Answered<'_, '_, '_>]) {
    for (look, detail) in LOOKS.into_iter().zip([Detail::Verbose, Detail::Full]) {
        human::requests(answers, detail, sources, look);
    }
    is_json(&json::requests(answers, &[], sources));
}

fn lawful(sources: &Sources, finding: &Finding) {
    assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding:?}");
    for label in std::iter::once(&finding.primary).chain(&finding.related) {
        lies_inside(sources, label.span);
    }
}

fn is_json(text: &str) {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    assert!(value.is_ok(), "{value:?} in {text}");
}
