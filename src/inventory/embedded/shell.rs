//! Shell scripts, and whatever is written like them: here-documents, and words in quotes.

mod expand;
mod jq;
mod permission;
mod told;

use std::ops::Range;

use super::{Embedded, Maker, sets};
use crate::policy::PolicyKind;
use crate::syntax::Literal;
use expand::{Expanded, here_document, word};

pub(in crate::inventory) use permission::MARK as PERMISSION;

/// A text shorter than this holds no policy.
const SHORTEST: usize = 40;

/// How far before a document its name is looked for, in bytes.
const COMMAND: usize = 2048;

/// How many commands are looked through for the one that takes a file.
const MOST_COMMANDS: usize = 64;

/// The JSON documents in a script, in the order of the text.
pub(in crate::inventory) fn documents<'s>(script: &Literal<'s>) -> Vec<Embedded<'s>> {
    let text = script.value.as_ref();
    let is_told = told::may_tell(text);
    let (mut found, mut codes) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(next) = text.as_bytes().get(at..).and_then(|rest| memchr::memchr3(b'<', b'\'', b'"', rest)) {
        at += next;
        let candidate = match text.as_bytes().get(at) {
            Some(b'<') => here(text, at),
            _ => quoted(text, at),
        };
        codes.extend(code(text, at));
        let Some((document, behind)) = candidate else {
            at += 1;
            continue;
        };
        if let Some(document) = document {
            let name = name_of(text, at, behind).map(|range| script.part(range));
            let kind = if is_told { told::kind(text, at, behind) } else { None };
            let made_by = maker(text, at, behind);
            let is_quoted = text.get(at..behind).is_some_and(|own| own.matches('\'').count() == 2 && own.ends_with('\''));
            let of_jq = (made_by == Some(Maker::Jq) && is_quoted).then(|| jq::document(text, at + 1..behind - 1)).flatten();
            found.push((at, Embedded { text: of_jq.unwrap_or(document).of(script), name, kind, made_by }));
        }
        at = behind.max(at + 1);
    }
    // a program in which documents were found is looked at as far as that goes
    codes.retain(|own| !found.iter().any(|found| own.contains(&found.0)));
    let code = |own: Range<usize>| {
        let text = script.part(own.clone());
        (own.start, Embedded { text, name: None, kind: None, made_by: Some(Maker::Interpreter) })
    };
    found.extend(codes.into_iter().map(code));
    let permission = |(at, policy): (usize, Expanded)| {
        (at, Embedded { text: policy.of(script), name: None, kind: Some(PolicyKind::Resource), made_by: None })
    };
    found.extend(permission::policies(text).into_iter().map(permission));
    found.sort_by_key(|own| own.0);
    found.into_iter().map(|own| own.1).collect()
}

/// The program at `at` that makes a policy when an interpreter runs it: `python3 -c '…'`, `python3 <<EOF`.
fn code(text: &str, at: usize) -> Option<Range<usize>> {
    const INTERPRETERS: [&str; 4] = ["python", "node", "ruby", "perl"];
    let is_here = text.get(at..)?.starts_with("<<");
    if !is_here && !["-c ", "-e "].iter().any(|own| text.get(..at).is_some_and(|before| before.ends_with(own))) {
        return None;
    }
    let command = near(text, command_start(text, line_start(text, at)), at);
    let program = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or("");
        INTERPRETERS.iter().any(|own| name.starts_with(own))
    };
    if !command.split(|c: char| c.is_whitespace() || "(|`;&".contains(c)).any(program) {
        return None;
    }
    let end = if is_here { here(text, at)?.1 } else { word(text, at)?.1 };
    let inside = text.get(at..end)?;
    (sets(inside, "Statement") && sets(inside, "Effect")).then_some(at..end)
}

/// The here-document that is announced at `at`, where it is a document, and where it ends.
fn here(text: &str, at: usize) -> Option<(Option<Expanded>, usize)> {
    let behind = text.get(at..)?.strip_prefix("<<")?;
    let behind = behind.strip_prefix('-').unwrap_or(behind).trim_start_matches([' ', '\t']);
    let quote = behind.chars().next().filter(|c| matches!(c, '\'' | '"' | '\\'));
    let named = behind.strip_prefix(['\'', '"', '\\']).unwrap_or(behind);
    let length = named.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(named.len());
    let word = named.get(..length).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
    let start = text.len() - named.len() + named.find('\n')? + 1;
    let (mut end, mut behind) = (start, None);
    for line in text.get(start..)?.split_inclusive('\n') {
        if line.trim() == word {
            behind = Some(end + line.len());
            break;
        }
        end += line.len();
    }
    let behind = behind?;
    let body = start..end;
    let is_document = is_worth(text.get(body.clone())?);
    Some((is_document.then(|| here_document(text, body, quote.is_none())), behind))
}

/// The word in quotes that starts at `at`, where it is a document, and where it ends.
fn quoted(text: &str, at: usize) -> Option<(Option<Expanded>, usize)> {
    let before = text.get(..at)?.chars().next_back();
    let opens = before.is_none_or(|c| c.is_whitespace() || matches!(c, '=' | '(' | '$'));
    let inside = text.get(at + 1..)?.trim_start();
    if !opens || !inside.starts_with('{') {
        return None;
    }
    let (value, behind) = word(text, at)?;
    let is_document = is_worth(&value.value);
    Some((is_document.then_some(value), behind))
}

/// What may make another document of the one between two places: a program of which it is the source.
fn maker(text: &str, at: usize, behind: usize) -> Option<Maker> {
    let (before, rest) = (text.get(..at)?, text.get(behind..)?);
    if text.get(at..)?.starts_with('<') {
        return None;
    }
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let command = before.get(command_start(text, line)..)?;
    let is_own = |at: usize| {
        let (before, behind) = (command.get(..at).unwrap_or(""), command.get(at + 2..).unwrap_or(""));
        let begins = before.chars().next_back().is_none_or(|c| c.is_whitespace() || "(|`;&/".contains(c));
        begins && behind.starts_with(char::is_whitespace) && !behind.contains(['|', ';', '&'])
    };
    if command.rmatch_indices("jq").any(|own| is_own(own.0)) {
        return Some(Maker::Jq);
    }
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '\\', ')']);
    let is_string = |rest: &str| rest.starts_with(['\'', '"', '`']);
    let goes_on =
        is_string(rest) || rest.starts_with(['+', '%', '.']) || rest.strip_prefix(['f', 'r', 'b']).is_some_and(is_string);
    goes_on.then_some(Maker::Program)
}

/// Whether a text may be a document with a policy.
fn is_worth(text: &str) -> bool {
    text.len() >= SHORTEST && text.trim_start().starts_with('{') && ["Statement", "Effect"].iter().any(|mark| text.contains(mark))
}

/// What a document goes by: what stands behind `--role-name` in its command, the file that a here-document is written to, or the
/// variable that holds it.
fn name_of(text: &str, at: usize, behind: usize) -> Option<Range<usize>> {
    let line = line_start(text, at);
    let start = command_start(text, line);
    if text.get(at..)?.starts_with("<<") {
        let announced = text.get(start..line_end(text, at))?;
        let file = || target(text, start, announced);
        return role_name(text, start, announced).or_else(|| file().map(|file| role_of(text, behind, &file).unwrap_or(file)));
    }
    let (before, rest) = (text.get(start..at)?, text.get(behind..command_end(text, behind))?);
    role_name(text, start, before).or_else(|| role_name(text, behind, rest)).or_else(|| variable(before, start))
}

/// The value of `--role-name` in a part of a command.
fn role_name(text: &str, start: usize, part: &str) -> Option<Range<usize>> {
    const OPTION: &str = "--role-name";
    let value = start + part.find(OPTION)? + OPTION.len();
    named(text, behind_blanks(text, value, &[' ', '=', '"', '\'']))
}

/// The role that a file is given to by a command further down.
fn role_of(text: &str, behind: usize, file: &Range<usize>) -> Option<Range<usize>> {
    let name = text.get(word_at(text, file.start))?;
    let uses = text.get(behind..)?.match_indices("--assume-role-policy-document").take(MOST_COMMANDS);
    uses.map(|(at, _)| behind + at).find_map(|at| {
        let end = command_end(text, at);
        let argument = text.get(at..end)?.split_whitespace().nth(1)?;
        let line = line_start(text, at);
        let start = command_start(text, line);
        let is_it = argument.trim_matches(['"', '\'']).rsplit('/').next() == Some(name);
        role_name(text, start, text.get(start..end)?).filter(|_| is_it)
    })
}

/// The file that a here-document is written to.
fn target(text: &str, start: usize, announced: &str) -> Option<Range<usize>> {
    let file = word_at(text, behind_blanks(text, start + announced.rfind('>')? + 1, &[' ', '"', '\'']));
    let slash = text.get(file.clone())?.rfind('/');
    named(text, slash.map_or(file.start, |slash| file.start + slash + 1))
}

/// The variable that is set to what stands behind `before`.
fn variable(before: &str, start: usize) -> Option<Range<usize>> {
    let variable = before.strip_suffix('=')?;
    let length = variable.bytes().rev().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
    let end = start + variable.len();
    (length > 0).then_some(end - length..end)
}

fn behind_blanks(text: &str, at: usize, blanks: &[char]) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + rest.len() - rest.trim_start_matches(blanks).len()
}

/// Where the command starts whose line starts at `line`: lines that end with a backslash go on.
fn command_start(text: &str, mut line: usize) -> usize {
    let first = line.saturating_sub(COMMAND);
    while line > first {
        let Some(before) = text.get(..line - 1).filter(|before| before.trim_end_matches('\r').ends_with('\\')) else { break };
        line = before.rfind('\n').map_or(0, |end| end + 1);
    }
    line
}

/// Where the command ends that goes on at `at`.
fn command_end(text: &str, at: usize) -> usize {
    let mut end = line_end(text, at);
    while end < text.len().min(at + COMMAND) && text.get(..end).is_some_and(|own| own.ends_with('\\')) {
        end = line_end(text, end + 1);
    }
    end
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// The last part of a text, as far as a command goes.
fn near(text: &str, start: usize, end: usize) -> &str {
    let first = start.max(end.saturating_sub(COMMAND));
    (first..=end).find_map(|first| text.get(first..end)).unwrap_or("")
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).map_or(text.len(), |rest| at + rest.find('\n').unwrap_or(rest.len()))
}

/// The word at `start`, as far as it is plain.
fn word_at(text: &str, start: usize) -> Range<usize> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ')' | '|' | '&' | '<' | '>');
    let length = text.get(start..).map_or(0, |rest| rest.find(ends).unwrap_or(rest.len()));
    start..start + length
}

/// A name at `start`: nothing that is filled in, and without the ending of a file.
fn named(text: &str, start: usize) -> Option<Range<usize>> {
    let word = word_at(text, start);
    let written = text.get(word.clone())?;
    let length = written.find('.').unwrap_or(written.len());
    (length > 0 && !written.contains(['$', '`', '\\'])).then_some(start..start + length)
}
