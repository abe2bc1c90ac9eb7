//! How a policy is written in its file, and edits of it there.

use std::fmt::Write as _;

use crate::finding::Edit;
use crate::policy::{self, Policy};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Kind, Literal, Text, Tree, json};

/// The text of a policy where it stands: as it is, or in a string of other JSON, percent-encoded or not.
pub(super) struct Script<'a, 's> {
    policy: &'a Policy<'s>,
    /// From bracket to bracket, as written in the file.
    text: &'a str,
    place: Span,
    /// In how many strings it stands.
    strings: usize,
    percent: bool,
    /// How many faults form and grammar have as it is.
    faults: usize,
}

impl<'a, 's> Script<'a, 's> {
    /// The text of a policy; `None` where it is not written in JSON, so that no edit of it can be told.
    pub(super) fn of(sources: &'a Sources, policy: &'a Policy<'s>) -> Option<Self> {
        let place = policy.range;
        let text = sources.slice(place);
        let percent = text.starts_with("%7B") || text.starts_with("%7b");
        let quote = text.find('"').unwrap_or(0);
        let backslashes = text.get(..quote)?.bytes().rev().take_while(|&byte| byte == b'\\').count();
        // each string doubles the backslashes, and puts one before the quote
        let strings = if percent { 1 } else { (backslashes + 1).trailing_zeros() as usize };
        let mut script = Self { policy, text, place, strings, percent, faults: 0 };
        let (faults, count) = script.read(&[], |own, faults| (faults, own.statements.len()))?;
        script.faults = faults;
        (count == policy.statements.len()).then_some(script)
    }

    /// What `look` makes of the policy with these edits; `None` where that has more faults than before.
    pub(super) fn edited<T>(&self, edits: &[Edit], look: impl FnOnce(&Policy<'_>) -> T) -> Option<T> {
        self.read(edits, |policy, faults| (faults <= self.faults).then(|| look(policy)))?
    }

    /// Another value of a string.
    pub(super) fn replace(&self, text: &Text<'_>, value: &str) -> Option<Vec<Edit>> {
        let span = self.quoted(text)?;
        Some(vec![Edit { span, text: self.written(&quoted(value)) }])
    }

    /// A further value behind those that stand there: in their list, or in one that is made of the only value.
    pub(super) fn add(&self, values: &[&Text<'_>], value: &str) -> Option<Vec<Edit>> {
        let last = self.quoted(values.last()?)?;
        let before = values.len().checked_sub(2).and_then(|index| self.quoted(values.get(index)?));
        let value = self.written(&quoted(value));
        if let Some(before) = before.filter(|before| before.end <= last.start) {
            // what stands between the last two stands before the new one
            let between = self.slice(Span::new(last.source, before.end, last.start))?;
            return Some(vec![Edit { span: last.after(), text: format!("{between}{value}") }]);
        }
        if self.is_in_list(last)? {
            return Some(vec![Edit { span: last.after(), text: format!("{}{value}", self.written(", ")) }]);
        }
        let old = self.slice(last)?;
        let [open, comma, close] = ["[", ", ", "]"].map(|text| self.written(text));
        Some(vec![Edit { span: last, text: format!("{open}{old}{comma}{value}{close}") }])
    }

    /// A further statement behind those that stand there; `statement` is JSON.
    pub(super) fn add_statement(&self, statement: &str) -> Option<Vec<Edit>> {
        let last = self.policy.statements.last()?.range;
        if last == self.policy.range {
            return None;
        }
        let added = self.written(&format!(", {statement}"));
        if self.is_in_list(last)? {
            return Some(vec![Edit { span: last.after(), text: added }]);
        }
        let before = Span::new(last.source, last.start, last.start);
        let close = self.written("]");
        Some(vec![Edit { span: before, text: self.written("[") }, Edit { span: last.after(), text: format!("{added}{close}") }])
    }

    fn read<T>(&self, edits: &[Edit], look: impl FnOnce(&Policy<'_>, usize) -> T) -> Option<T> {
        let text = apply(self.text, self.place, edits)?;
        if self.strings == 0 {
            return Some(self.judge(&json::read(SourceId::NONE, &text), look));
        }
        let text = format!("\"{text}\"");
        let tree = json::read(SourceId::NONE, &text);
        self.unwrap(&tree.root().literal()?, self.strings, look)
    }

    fn unwrap<T>(&self, outer: &Literal<'_>, strings: usize, look: impl FnOnce(&Policy<'_>, usize) -> T) -> Option<T> {
        let tree = json::read_inside(outer, self.percent);
        if strings > 1 {
            return self.unwrap(&tree.root().literal()?, strings - 1, look);
        }
        Some(self.judge(&tree, look))
    }

    fn judge<T>(&self, tree: &Tree<'_>, look: impl FnOnce(&Policy<'_>, usize) -> T) -> T {
        let policy = policy::read(tree.root(), self.policy.kind);
        let form = if tree.root().kind() == Kind::Map { tree.faults().len() } else { usize::MAX / 2 };
        look(&policy, form + policy.faults.len())
    }

    /// A string with its quotes; `None` where it has none.
    fn quoted(&self, text: &Text<'_>) -> Option<Span> {
        let span = text.span();
        let quote = self.written("\"");
        if text.known() == Some("") && self.slice(span)?.starts_with(&quote) {
            return Some(span);
        }
        let length = quote.len() as u32;
        let outer = Span::new(span.source, span.start.checked_sub(length)?, span.end + length);
        let slice = self.slice(outer)?;
        (slice.starts_with(&quote) && slice.ends_with(&quote)).then_some(outer)
    }

    /// Whether the value at this place is an item of a list.
    fn is_in_list(&self, place: Span) -> Option<bool> {
        let mut before = self.text.get(..place.start.checked_sub(self.place.start)? as usize)?;
        while let Some(rest) = without_blank(before) {
            before = rest;
        }
        Some(["[", ",", "%5B", "%5b", "%2C", "%2c"].iter().any(|mark| before.ends_with(mark)))
    }

    fn slice(&self, span: Span) -> Option<&'a str> {
        let inside = self.place.contains(span).then_some(self.place.start)?;
        self.text.get((span.start - inside) as usize..(span.end - inside) as usize)
    }

    /// JSON as it is written where this policy stands.
    fn written(&self, json: &str) -> String {
        let mut text = json.to_owned();
        if self.percent {
            let encode = |out: &mut String, byte: u8| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
                // a string takes any write
                byte => drop(write!(out, "%{byte:02X}")),
            };
            let mut encoded = String::new();
            text.bytes().for_each(|byte| encode(&mut encoded, byte));
            return encoded;
        }
        for _ in 0..self.strings {
            text = escaped(&text);
        }
        text
    }
}

/// A text with edits of it; `place` is where it stands. `None` where an edit lies elsewhere or cuts another.
pub(super) fn apply(text: &str, place: Span, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = place.start;
    for edit in sorted {
        if !place.contains(edit.span) || edit.span.start < done {
            return None;
        }
        out.push_str(text.get((done - place.start) as usize..(edit.span.start - place.start) as usize)?);
        out.push_str(&edit.text);
        done = edit.span.end;
    }
    out.push_str(text.get((done - place.start) as usize..)?);
    Some(out)
}

/// A text as a string of JSON.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // a string takes any write
            c if c.is_control() => drop(write!(out, "\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// A text without the white space that it ends in, however that is written; `None` where it ends in none.
fn without_blank(text: &str) -> Option<&str> {
    let percent = ["%20", "%0A", "%0a", "%0D", "%0d", "%09"];
    if let Some(rest) =
        text.strip_suffix([' ', '\n', '\r', '\t']).or_else(|| percent.iter().find_map(|own| text.strip_suffix(own)))
    {
        return Some(rest);
    }
    let rest = text.strip_suffix(['n', 'r', 't'])?;
    rest.ends_with('\\').then(|| rest.trim_end_matches('\\'))
}
