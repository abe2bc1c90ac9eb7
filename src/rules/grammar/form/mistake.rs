//! What to say of a text that is no TOML, no YAML or no HCL.

use super::super::INVALID_JSON;
use super::super::words::Words;
use crate::syntax::Mistake as M;

/// What to say of a mistake in a text of a language; `own` is what stands there.
pub(super) fn words(mistake: M, language: &str, own: &str) -> Words {
    let (is_yaml, is_hcl) = (language == "YAML", language == "HCL");
    let separator = if is_yaml { "`:`" } else { "`=`" };
    let (message, help) = match mistake {
        M::UnclosedBracket => ("a bracket is not closed".to_owned(), "type the bracket that closes it"),
        M::StrayBracket => ("a bracket closes nothing here".to_owned(), "remove it, or type the bracket that it should close"),
        M::UnclosedString => ("a string is not closed".to_owned(), "type the quote with which it should end"),
        M::MissingComma => ("a comma is missing".to_owned(), "type `,` between the two"),
        M::ExtraComma => ("one comma too many".to_owned(), "remove it"),
        M::MissingSeparator => (format!("{separator} is missing"), "type it between the key and its value"),
        M::ExtraSeparator if is_yaml => (format!("{separator} where none may stand"), "put the text that holds it in quotes"),
        M::ExtraSeparator => (format!("{separator} where none may stand"), "remove it, or put the text that holds it in quotes"),
        M::MissingValue => ("a value is missing".to_owned(), "type the value, or remove what announces it"),
        M::BadKey => ("this is no key".to_owned(), "put the key in quotes"),
        M::Unquoted if is_hcl => ("this is no value".to_owned(), "put a string in double quotes"),
        M::Unquoted => ("a string without the quotes that it needs".to_owned(), "put it in quotes"),
        M::BadEscape if is_hcl => ("no escape".to_owned(), "write `\\\\` for a backslash"),
        M::BadCharacter if is_hcl => ("a character that may not stand here".to_owned(), "remove it, or put it in double quotes"),
        M::BadEscape => ("no escape".to_owned(), "write `\\\\` for a backslash, or put the string in single quotes"),
        M::BadCharacter => {
            ("a character that may not stand here".to_owned(), "remove it, or write it as an escape in double quotes")
        }
        M::BadNumber => ("neither a number nor a date".to_owned(), "write it as a plain decimal number, or put it in quotes"),
        M::StrayText => ("this belongs to nothing".to_owned(), "remove it, or put it on a line of its own"),
        M::NoTable => (format!("{own} is no table"), "it has a value already; give the table another name"),
        M::Indentation => ("indentation that fits nothing around it".to_owned(), "indent it like what it belongs with"),
        M::Tab => ("a tab where only spaces may indent".to_owned(), "write spaces instead of it"),
        M::StrayItem => ("an item of a list where none may stand".to_owned(), "indent all items of the list alike"),
        M::UnknownAnchor => (format!("no anchor for {own}"), "define it before with `&`, or put the text in quotes"),
        M::OwnAnchor => ("an alias inside of what it stands for".to_owned(), "write the value out"),
        M::TooManyAliases => ("the aliases stand for too much".to_owned(), "write the values out"),
        M::BadTag => ("no tag".to_owned(), "remove it, or put the text in quotes"),
        M::BadDirective => ("no directive of this version".to_owned(), "remove the line, or put the text in quotes"),
        M::TooDeep => ("nested too deep".to_owned(), "look for brackets that are not closed"),
        M::TooManyKeys => ("more keys in one map than are read".to_owned(), "write fewer keys, or read them from another file"),
        M::Other => ("it cannot be read from here on".to_owned(), "compare it with the lines before"),
    };
    Words::new(&INVALID_JSON, format!("not {language}: {message}"), "", help)
}
