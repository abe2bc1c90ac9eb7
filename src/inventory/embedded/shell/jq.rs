//! Programs of `jq` that make an object: keys without quotes, and holes for what the program fills in.
//!
//! <https://jqlang.org/manual/#object-construction>

use std::ops::Range;

use super::expand::Expanded;

/// How deep values may stand in each other, and expressions in texts.
const DEEPEST: usize = 32;

/// What a value is called that has no name.
const VALUE: &str = "value";

/// The document that a program makes which stands there; `None` where it makes something else.
pub(super) fn document(text: &str, program: Range<usize>) -> Option<Expanded> {
    let program = trimmed(text, program);
    let is_object = text.get(program.clone())?.starts_with('{') && behind_bracket(text, program.start, 0)? == program.end;
    let mut made = Making { text, made: Expanded::new(program.start) };
    is_object.then_some(())?;
    made.value(program, 0)?;
    Some(made.made)
}

struct Making<'t> {
    text: &'t str,
    made: Expanded,
}

impl Making<'_> {
    fn part(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    fn copy(&mut self, range: Range<usize>) {
        self.made.copy(self.text, range);
    }

    /// An expression where a value is due.
    fn value(&mut self, range: Range<usize>, depth: usize) -> Option<()> {
        let range = trimmed(self.text, range);
        let written = self.part(range.clone());
        let is_whole = || behind_bracket(self.text, range.start, 0) == Some(range.end);
        if depth > DEEPEST || written.is_empty() {
            return None;
        }
        let inside = range.start + 1..range.end - 1;
        match written.as_bytes().first()? {
            b'{' if is_whole() => self.between(range, |own| own.entries(inside, depth)),
            b'[' if is_whole() => self.between(range, |own| own.items(inside, depth)),
            b'(' if is_whole() => self.value(inside, depth + 1),
            _ if is_literal(written) => {
                self.copy(range);
                Some(())
            }
            _ => {
                self.text_of(range);
                Some(())
            }
        }
    }

    /// What stands between brackets, with them.
    fn between(&mut self, range: Range<usize>, inner: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.copy(range.start..range.start + 1);
        inner(self)?;
        self.copy(range.end - 1..range.end);
        Some(())
    }

    fn items(&mut self, range: Range<usize>, depth: usize) -> Option<()> {
        let mut at = range.start;
        while !trimmed(self.text, at..range.end).is_empty() {
            let end = self.end_of_value(at..range.end)?;
            self.value(at..end, depth + 1)?;
            at = self.behind_comma(end, range.end);
        }
        Some(())
    }

    fn entries(&mut self, range: Range<usize>, depth: usize) -> Option<()> {
        let mut at = trimmed(self.text, range.clone()).start;
        while at < range.end {
            let rest = self.part(at..range.end);
            let name = name_at(rest.strip_prefix('$').unwrap_or(rest));
            let key = match rest.as_bytes().first()? {
                b'"' => at..behind_string(self.text, at, 0)?,
                b'(' => at..behind_bracket(self.text, at, 0)?,
                b'$' => at..at + 1 + name,
                _ => at..at + name,
            };
            let behind = trimmed(self.text, key.end..range.end).start;
            match (rest.as_bytes().first()?, key.len()) {
                (_, 0) => return None,
                (b'"' | b'(', _) => self.text_of(key.clone()),
                (b'$', _) => self.quoted(key.start + 1..key.end),
                _ => self.quoted(key.clone()),
            }
            if self.part(behind..range.end).starts_with(':') {
                self.copy(behind..behind + 1);
                let end = self.end_of_value(behind + 1..range.end)?;
                self.value(behind + 1..end, depth + 1)?;
                at = end;
            } else {
                // the value has the name of the key
                self.made.put(":\"", behind);
                self.hole(key.clone());
                self.made.put("\"", key.end);
                at = behind;
            }
            at = self.behind_comma(at, range.end);
            at = trimmed(self.text, at..range.end).start;
        }
        Some(())
    }

    /// Goes on behind a comma, where one stands there.
    fn behind_comma(&mut self, at: usize, end: usize) -> usize {
        if self.part(at..end).starts_with(',') {
            self.copy(at..at + 1);
            return at + 1;
        }
        end
    }

    /// Where the value ends that starts there.
    fn end_of_value(&self, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        while at < range.end && !self.part(at..range.end).starts_with(',') {
            at = behind_one(self.text, at, 0)?;
        }
        Some(at.min(range.end))
    }

    fn quoted(&mut self, range: Range<usize>) {
        self.made.put("\"", range.start);
        self.copy(range.clone());
        self.made.put("\"", range.end);
    }

    /// A hole for an expression, by the last name in it.
    fn hole(&mut self, range: Range<usize>) {
        let written = self.part(range.clone());
        let mut names = written.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|own| !own.is_empty());
        let is_path = written.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.$".contains(&byte));
        let name = names.next_back().filter(|_| is_path).unwrap_or(VALUE);
        let hole = format!("${{{name}}}");
        self.made.put(&hole, range.start);
        self.made.go_on(range.end);
    }

    /// A sum of texts and of what is filled in, as one text; anything else is a hole as a whole.
    fn text_of(&mut self, range: Range<usize>) {
        let parts = self.parts(range.clone());
        self.made.put("\"", range.start);
        match parts {
            None => self.hole(range.clone()),
            Some(parts) => {
                for (part, is_text) in parts {
                    if is_text { self.copy(part) } else { self.hole(part) }
                }
            }
        }
        self.made.put("\"", self.made.end());
    }

    /// The parts of a sum: where each stands, and whether it is a text.
    fn parts(&self, range: Range<usize>) -> Option<Vec<(Range<usize>, bool)>> {
        let (mut all, mut at) = (Vec::new(), range.start);
        loop {
            let start = trimmed(self.text, at..range.end).start;
            let rest = self.part(start..range.end);
            at = match rest.as_bytes().first()? {
                b'"' => {
                    let end = behind_string(self.text, start, 0)?;
                    self.pieces(start + 1..end - 1, &mut all)?;
                    end
                }
                b'(' => behind_bracket(self.text, start, 0)?,
                b'$' | b'.' | b'a'..=b'z' => {
                    let path = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$'));
                    start + rest.find(path).unwrap_or(rest.len())
                }
                _ => return None,
            };
            if !rest.starts_with('"') {
                all.push((start..at, false));
            }
            let behind = trimmed(self.text, at..range.end);
            if behind.is_empty() {
                return Some(all);
            }
            at = behind.start + 1;
            self.part(behind).starts_with('+').then_some(())?;
        }
    }

    /// What stands in a text: itself, and what is filled in.
    fn pieces(&self, range: Range<usize>, all: &mut Vec<(Range<usize>, bool)>) -> Option<()> {
        let mut at = range.start;
        while let Some(found) = self.part(at..range.end).find('\\') {
            let escape = at + found;
            if self.part(escape..range.end).starts_with("\\(") {
                let end = behind_bracket(self.text, escape + 1, 0)?;
                all.push((at..escape, true));
                all.push((trimmed(self.text, escape + 2..end - 1), false));
                at = end;
            } else {
                all.push((at..escape + 2, true));
                at = escape + 2;
            }
        }
        all.push((at..range.end, true));
        Some(())
    }
}

/// Whether this is a value of JSON that is neither a text nor holds others.
fn is_literal(written: &str) -> bool {
    matches!(written, "true" | "false" | "null") || !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit())
}

/// How long the name is that a text starts with.
fn name_at(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// A part without blanks around it, and without the comments before it.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start;
    loop {
        let rest = text.get(start..range.end).unwrap_or("");
        let behind = rest.trim_start();
        start += rest.len() - behind.len();
        if !behind.starts_with('#') {
            return start..start + behind.trim_end().len();
        }
        start += behind.find('\n').unwrap_or(behind.len());
    }
}

/// What stands behind one sign, text or pair of brackets.
fn behind_one(text: &str, at: usize, depth: usize) -> Option<usize> {
    match text.as_bytes().get(at)? {
        b'"' => behind_string(text, at, depth),
        b'(' | b'[' | b'{' => behind_bracket(text, at, depth),
        b'#' => Some(at + text.get(at..)?.find('\n')?),
        _ => Some(at + text.get(at..)?.chars().next()?.len_utf8()),
    }
}

/// What stands behind the text that starts at `at`.
fn behind_string(text: &str, mut at: usize, depth: usize) -> Option<usize> {
    at += 1;
    loop {
        at += text.get(at..)?.find(['"', '\\'])?;
        match (text.as_bytes().get(at), text.as_bytes().get(at + 1)) {
            (Some(b'"'), _) => return Some(at + 1),
            (_, Some(b'(')) => at = behind_bracket(text, at + 1, depth)?,
            _ => at += 2,
        }
    }
}

/// What stands behind the bracket that closes the one at `at`.
// INVARIANT: brackets and texts stand in each other no deeper than the bound.
fn behind_bracket(text: &str, mut at: usize, depth: usize) -> Option<usize> {
    (depth <= DEEPEST).then_some(())?;
    let close = match text.as_bytes().get(at)? {
        b'(' => ')',
        b'[' => ']',
        _ => '}',
    };
    at += 1;
    while !text.get(at..)?.starts_with(close) {
        at = behind_one(text, at, depth + 1)?;
    }
    Some(at + 1)
}
