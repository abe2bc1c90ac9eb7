//! What to say of a text that is not quite JSON: always what to type next.

mod mistake;

use std::collections::HashMap;

use super::words::{Words, quoted};
use super::{DUPLICATE_BLOCK, DUPLICATE_KEY, INVALID_JSON, MOST_PLACES};
use crate::finding::Fault;
use crate::lint::Rule;
use crate::source::{Sources, Span};
use crate::syntax::{Block, MAX_DEPTH, SyntaxFault as F};

/// Faults that are told together: the brackets that are missing at one place, and what is done throughout a text.
pub(super) fn groups<'f>(faults: &'f [Fault<F>], sources: &Sources) -> Vec<Vec<&'f Fault<F>>> {
    let mut groups: Vec<Vec<&'f Fault<F>>> = Vec::new();
    let mut numbers = HashMap::new();
    for fault in faults {
        let Span { source, start, end } = fault.span;
        let place = match fault.kind {
            F::SingleQuotes | F::SmartQuotes | F::Comment => Span::new(source, 0, 0),
            F::KeyNotString if sources.slice(fault.span).starts_with(char::is_alphabetic) => Span::new(source, 0, 0),
            _ => Span::new(source, start, end),
        };
        // a file that is a copy is one mistake
        let (kind, place) = match fault.kind {
            F::DuplicateBlock(_) => (F::DuplicateBlock(Block::Resource), Span::new(source, 0, 0)),
            kind => (kind, place),
        };
        let number = *numbers.entry((kind, place)).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => group.push(fault),
            None => groups.push(vec![fault]),
        }
    }
    groups
}

/// The places that stand beside that of the first of these faults, which are told together.
pub(super) fn places(all: &[&Fault<F>]) -> impl Iterator<Item = Span> {
    let related = all.iter().filter_map(|fault| fault.related).filter(|span| !span.is_empty());
    let others = all.iter().skip(1).map(|fault| fault.span);
    let brackets = all.first().is_some_and(|fault| fault.kind == F::UnclosedBracket || fault.related.is_some());
    related.filter(move |_| brackets).chain(others.filter(move |_| !brackets))
}

/// What to say of faults that are told together, at the place of the first.
pub(super) fn words(all: &[&Fault<F>], fault: &Fault<F>, sources: &Sources) -> Words {
    let own = quoted(sources.slice(fault.span));
    let closing = if related(fault, sources).starts_with('[') { "`]`" } else { "`}`" };
    let json = |message: &str, label: &str, help: &str| Words::new(&INVALID_JSON, message, label, help);
    match fault.kind {
        F::Empty => json("nothing but white space", "", "put the policy in here, or remove the file"),
        F::MissingComma => json("a comma is missing", "`,` is due here", "type `,` between the two"),
        F::ExtraComma => json("one comma too many", "nothing follows it", "remove it"),
        F::MissingColon => json("a colon is missing", "`:` is due here", "type `:` between the key and its value"),
        F::MissingValue => {
            json("a value is missing", "a value is due here", "type the value, or remove what announces it: the key or the comma")
        }
        F::KeyNotString if sources.slice(fault.span) == "{{" => {
            json("a doubled bracket", "", "write one; brackets are doubled in a format string only")
        }
        F::KeyNotString if all.len() > 1 => {
            json("keys without quotes", "a key in quotes is due here", "put the keys in double quotes").related("another")
        }
        F::KeyNotString => json(&format!("{own} is no key"), "a key in quotes is due here", "put the key in double quotes"),
        F::UnclosedString => json("a string is not closed", "it ends with the line", "type `\"` where it should end"),
        F::ControlCharacter => {
            let help = "write it as an escape: `\\n` for a line end, `\\t` for a tab";
            json("a control character in a string", "not allowed as it is", help)
        }
        F::BadEscape => {
            let help = "write `\\\\` for a backslash; JSON knows only `\\\"` `\\\\` `\\/` `\\b` `\\f` `\\n` `\\r` `\\t` and `\\u` with four digits";
            json(&format!("no escape {own}"), "", help)
        }
        F::SingleQuotes | F::SmartQuotes | F::Comment => habit(all, fault.kind),
        F::BareWord => json(&format!("{own} is no value"), "", &instead_of(sources.slice(fault.span))),
        F::BadNumber => {
            json(&format!("{own} is no number"), "", "write it as a plain decimal number, or put it in double quotes")
        }
        F::UnclosedBracket => unclosed(all, fault, sources),
        F::LostBracket => match related(fault, sources) {
            "{" => json("`[` is missing", "`[` is due here", "type `[` before the first object of the list"),
            key => json("`{` is missing", "`{` is due here", &format!("type `{{` before {}", quoted(&format!("\"{key}\"")))),
        },
        F::StrayBracket if fault.related.is_some() => {
            let words = json(&format!("{own} where {closing} is due"), "", &format!("type {closing} instead of it"));
            words.related("opened here")
        }
        F::StrayBracket if fault.span.len() > 1 => {
            let brackets: String = sources.slice(fault.span).split_whitespace().collect();
            json(&format!("{} close nothing", quoted(&brackets)), "", "remove them, or type the brackets that they should close")
        }
        F::StrayBracket => json(&format!("{own} closes nothing"), "", "remove it, or type the bracket that it should close"),
        F::SecondDocument => {
            let help = "keep one document in a file; several statements belong into the list of one `Statement`";
            json("something follows the end of the document", "", help)
        }
        F::StrayText if sources.slice(fault.span).starts_with("```") => {
            json("a code fence in the file", "", "remove this line; it only marks code in a chat or a Markdown text")
        }
        F::StrayText => json(&format!("{own} belongs to nothing"), "", "remove it, or put it in double quotes"),
        F::TooDeep => json(
            &format!("nested deeper than {MAX_DEPTH} levels"),
            "not read from here on",
            "no policy nests this deep: look for brackets that are not closed",
        ),
        F::Utf16 => {
            let help = "save the file as UTF-8; in PowerShell write it with `Set-Content -Encoding utf8`, not with `>`";
            json("the text is UTF-16", "", help)
        }
        F::NotUtf8 => json("the text is not UTF-8", "the first byte that is not", "save the file as UTF-8"),
        F::TooMany => json("more faults follow that are not listed", "", "mend those above first; most likely they cause these"),
        F::NotToml(kind) => mistake::words(kind, "TOML", &own),
        F::NotYaml(kind) => mistake::words(kind, "YAML", &own),
        F::NotHcl(kind) => mistake::words(kind, "HCL", &own),
        F::DuplicateKey => duplicate(&DUPLICATE_KEY, &own),
        F::DuplicateBlock(block) => twice_declared(all.len(), block, &own),
    }
}

fn twice_declared(count: usize, block: Block, own: &str) -> Words {
    let what = match block {
        Block::Resource => "resource",
        Block::Data => "data source",
        Block::Variable => "variable",
        Block::Local => "local value",
        Block::Output => "output",
        Block::Module => "module call",
        Block::Provider => "provider",
    };
    let help = "keep one; a copy that is to stay takes a name that does not end in `.tf`";
    let (message, label) = if count > 1 {
        (format!("{count} blocks of this file are declared twice in the module"), "the first of them, again")
    } else {
        (format!("{what} {own} is declared twice in the module"), "again here")
    };
    Words::new(&DUPLICATE_BLOCK, message, label, help).related("declared here")
}

fn duplicate(rule: &'static Rule, own: &str) -> Words {
    let help = "keep one; AWS refuses a policy with both, and most other readers silently take the last";
    Words::new(rule, format!("key {own} stands twice in one object"), "again here", help).related("the first")
}

/// The brackets that are missing at one place, and what to type for them.
fn unclosed(all: &[&Fault<F>], fault: &Fault<F>, sources: &Sources) -> Words {
    let text = sources.get(fault.span.source).text();
    let closing_of = |fault: &Fault<F>| match fault.related {
        // a list whose bracket is lost starts with its first object
        Some(lost) if lost.is_empty() && text.get(lost.start as usize..).is_some_and(|rest| rest.starts_with('{')) => ']',
        _ if related(fault, sources).starts_with('[') => ']',
        _ => '}',
    };
    let closing: String = all.iter().map(|fault| closing_of(fault)).collect();
    let message = match (all, related(fault, sources)) {
        ([_], "") => format!("`{closing}` is missing"),
        ([_], opening) => format!("{} is not closed", quoted(opening)),
        _ => format!("{} brackets are not closed", all.len()),
    };
    let behind = text.get(fault.span.end as usize..).unwrap_or("").trim_start();
    let verb = if all.len() > 1 { "are" } else { "is" };
    let help = match behind.chars().next() {
        None => format!("type `{closing}`; if the text was cut off here, get the rest of it instead"),
        Some(',' | ']' | '}') => format!("type `{closing}`"),
        // the end of a document inside a string
        Some('"') if ends_string(behind) => format!("type `{closing}`"),
        Some(_) => format!("type `{closing},`"),
    };
    Words::new(&INVALID_JSON, message, format!("`{closing}` {verb} due here"), help).related("opened here")
}

fn ends_string(text: &str) -> bool {
    text.strip_prefix('"').is_some_and(|behind| behind.trim_start().starts_with([',', '}', ']']))
}

/// What is done throughout a text.
fn habit(all: &[&Fault<F>], kind: F) -> Words {
    let many = all.len() > 1;
    let strings = if many { "strings" } else { "a string" };
    let them = if many { "them" } else { "it" };
    let (message, help) = match kind {
        F::SingleQuotes => {
            (format!("{strings} in single quotes"), format!("put {them} in double quotes; Python prints JSON with `json.dumps`"))
        }
        F::SmartQuotes => (
            format!("{strings} in typographic quotes"),
            format!("put {them} in straight double quotes; a word processor or web page has turned them"),
        ),
        _ => ("JSON has no comments".to_owned(), format!("remove {them}; a `Sid` can say what a statement is for")),
    };
    let label = if all.len() > MOST_PLACES { "the first of many" } else { "" };
    let words = Words::new(&INVALID_JSON, message, label, help);
    if many { words.related("another") } else { words }
}

fn related<'s>(fault: &Fault<F>, sources: &'s Sources) -> &'s str {
    fault.related.map_or("", |span| sources.slice(span))
}

/// What to write instead of a word that is no value of JSON.
fn instead_of(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "true" => "write `true`".to_owned(),
        "false" => "write `false`".to_owned(),
        "none" | "nil" | "null" | "undefined" => "write the value that is meant, or remove the key".to_owned(),
        _ if is_reference(word) => {
            format!("write the value in double quotes, or `\"${{{word}}}\"` in a template that Terraform fills in")
        }
        _ => "put it in double quotes".to_owned(),
    }
}

/// Whether this looks like a reference of Terraform: `aws_s3_bucket.logs.arn`.
fn is_reference(word: &str) -> bool {
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    word.contains('.') && word.split('.').all(name)
}
