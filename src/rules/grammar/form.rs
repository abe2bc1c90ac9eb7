//! What to say of a text that is not quite JSON: always what to type next.

use super::words::{Words, quoted};
use super::{DUPLICATE_KEY, INVALID_JSON};
use crate::finding::Fault;
use crate::lint::Rule;
use crate::source::Sources;
use crate::syntax::{MAX_DEPTH, SyntaxFault as F};

pub(super) fn words(fault: &Fault<F>, sources: &Sources) -> Words {
    let own = quoted(sources.slice(fault.span));
    let opening = fault.related.map_or("", |span| sources.slice(span));
    let closing = if opening.starts_with('[') { "`]`" } else { "`}`" };
    let json = |message: &str, label: &str, help: &str| Words::new(&INVALID_JSON, message, label, help);
    match fault.kind {
        F::Empty => json("nothing but white space", "", "put the policy in here, or remove the file"),
        F::MissingComma => json("a comma is missing", "`,` is due here", "type `,` between the two"),
        F::ExtraComma => json("one comma too many", "nothing follows it", "remove it"),
        F::MissingColon => json("a colon is missing", "`:` is due here", "type `:` between the key and its value"),
        F::MissingValue => {
            json("a value is missing", "a value is due here", "type the value, or remove what announces it: the key or the comma")
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
        F::SingleQuotes => json("a string in single quotes", "", "put it in double quotes"),
        F::SmartQuotes => {
            let help = "put it in straight double quotes; a word processor or web page has turned them";
            json("a string in typographic quotes", "", help)
        }
        F::Comment => json("JSON has no comments", "", "remove it; a `Sid` can say what a statement is for"),
        F::BareWord => json(&format!("{own} is no value"), "", &instead_of(sources.slice(fault.span))),
        F::BadNumber => {
            json(&format!("{own} is no number"), "", "write it as a plain decimal number, or put it in double quotes")
        }
        F::UnclosedBracket => {
            let words = json(
                &format!("{} is not closed", quoted(opening)),
                &format!("{closing} is due here"),
                &format!("type {closing}"),
            );
            words.related("opened here")
        }
        F::StrayBracket if fault.related.is_some() => {
            let words =
                json(&format!("{own} where {closing} is due"), "", &format!("type {closing} before it, or instead of it"));
            words.related("still open")
        }
        F::StrayBracket => json(&format!("{own} closes nothing"), "", "remove it, or type the bracket that it should close"),
        F::SecondDocument => {
            let help = "keep one document in a file; several statements belong into the list of one `Statement`";
            json("something follows the end of the document", "", help)
        }
        F::StrayText => json(&format!("{own} belongs to nothing"), "", "remove it, or put it in double quotes"),
        F::TooDeep => json(
            &format!("nested deeper than {MAX_DEPTH} levels"),
            "not read from here on",
            "no policy nests this deep: look for brackets that are not closed",
        ),
        F::NotUtf8 => json("the text is not UTF-8", "the first byte that is not", "save the file as UTF-8"),
        F::TooMany => json("more faults follow that are not listed", "", "mend those above first; most likely they cause these"),
        F::DuplicateKey => duplicate(&DUPLICATE_KEY, &own),
    }
}

fn duplicate(rule: &'static Rule, own: &str) -> Words {
    let help = "keep one; AWS refuses a policy with both, and most other readers silently take the last";
    Words::new(rule, format!("key {own} stands twice in one object"), "again here", help).related("the first")
}

/// What to write instead of a word that is no value of JSON.
fn instead_of(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "true" => "write `true`".to_owned(),
        "false" => "write `false`".to_owned(),
        "none" | "nil" | "null" | "undefined" => "write the value that is meant, or remove the key".to_owned(),
        _ => "put it in double quotes".to_owned(),
    }
}
