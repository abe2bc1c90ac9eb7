//! Terms of SMT-LIB as texts.

use std::fmt::Write as _;

/// All of these hold.
pub(super) fn all(terms: impl IntoIterator<Item = String>) -> String {
    joined("and", " ", terms, TRUE, FALSE)
}

/// As [`all`], a line for each.
pub(super) fn all_in_lines(terms: impl IntoIterator<Item = String>) -> String {
    joined("and", "\n    ", terms, TRUE, FALSE)
}

/// One of these holds.
pub(super) fn any(terms: impl IntoIterator<Item = String>) -> String {
    joined("or", " ", terms, FALSE, TRUE)
}

pub(super) fn not(term: impl AsRef<str>) -> String {
    let term = term.as_ref();
    match term {
        TRUE => FALSE.to_owned(),
        FALSE => TRUE.to_owned(),
        _ => term
            .strip_prefix("(not ")
            .and_then(|own| own.strip_suffix(')'))
            .map_or_else(|| format!("(not {term})"), str::to_owned),
    }
}

/// The first where the condition holds, else the second.
pub(super) fn choose(condition: String, then: String, otherwise: String) -> String {
    match (condition.as_str(), then.as_str(), otherwise.as_str()) {
        (TRUE, ..) => then,
        (FALSE, ..) => otherwise,
        (_, TRUE, _) => any([condition, otherwise]),
        (_, FALSE, _) => all([not(condition), otherwise]),
        (_, _, TRUE) => any([not(condition), then]),
        (_, _, FALSE) => all([condition, then]),
        _ if then == otherwise => then,
        _ => format!("(ite {condition} {then} {otherwise})"),
    }
}

pub(super) fn implies(condition: &str, then: &str) -> String {
    format!("(=> {condition} {then})")
}

pub(super) fn equal(one: &str, other: &str) -> String {
    format!("(= {one} {other})")
}

pub(super) fn in_language(text: &str, language: &str) -> String {
    if language == "re.all" {
        return TRUE.to_owned();
    }
    format!("(str.in_re {text} {language})")
}

/// Texts one behind the other.
pub(super) fn text_of(parts: &[String]) -> String {
    match parts {
        [] => "\"\"".to_owned(),
        [one] => one.clone(),
        _ => format!("(str.++ {})", parts.join(" ")),
    }
}

pub(super) fn truth(holds: bool) -> String {
    if holds { TRUE } else { FALSE }.to_owned()
}

/// A text as a constant. A backslash is written as a number, since one before a `u` would start such a number.
pub(super) fn literal(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' => written.push_str("\"\""),
            ' '..='~' if c != '\\' => written.push(c),
            _ => {
                let _ = write!(written, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    written.push('"');
    written
}

/// A decimal number, written as `-12.5`.
pub(super) fn real(number: &str) -> String {
    let (negative, digits) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let point = if digits.contains('.') { "" } else { ".0" };
    if negative { format!("(- {digits}{point})") } else { format!("{digits}{point}") }
}

/// A name in bars, within which nearly everything may stand.
pub(super) fn symbol(name: &str) -> String {
    let shown = |c: char| if matches!(c, ' '..='~') && c != '|' && c != '\\' { c } else { '_' };
    format!("|{}|", name.chars().map(shown).collect::<String>())
}

/// What may stand in a line of comment.
pub(super) fn comment(text: &str) -> String {
    text.replace(char::is_control, " ")
}

pub(super) const TRUE: &str = "true";
pub(super) const FALSE: &str = "false";

fn joined(head: &str, gap: &str, terms: impl IntoIterator<Item = String>, neutral: &str, absorbing: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    for term in terms {
        if term == absorbing {
            return term;
        }
        if term != neutral && !kept.contains(&term) {
            kept.push(term);
        }
    }
    match kept.len() {
        0 => neutral.to_owned(),
        1 => kept.concat(),
        _ => format!("({head} {})", kept.join(gap)),
    }
}
