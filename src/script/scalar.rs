//! Scalars of YAML and HCL: how a text is written as one.

use std::ops::Range;

use super::escaped;
use super::paper::{Form, Way};
use crate::finding::Edit;
use crate::source::Span;
use crate::syntax::{Kind, Node};

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// Between quotes of this kind.
    Quoted(char),
}

/// A scalar where it stands.
pub(super) struct Scalar<'t> {
    form: Form,
    way: &'t Way<'t>,
    /// With its quotes.
    outer: Span,
    style: Style,
    value: String,
}

impl<'t> Scalar<'t> {
    /// The scalar that a way leads to, in its text; `None` where it is written in a way that is left alone: over several lines, as a block, a
    /// heredoc or an expression.
    pub(super) fn of(form: Form, text: &str, way: &'t Way<'t>) -> Option<Self> {
        let node = way.node;
        let (outer, inner) = (node.outer(), node.span());
        let written = text.get(outer.start as usize..outer.end as usize)?;
        let mut chars = written.chars();
        let quote = chars.next().filter(|quote| ['"', '\''].contains(quote) && chars.next_back() == Some(*quote));
        let is_quoted = outer.len() == inner.len() + 2 || node.written().is_empty();
        let style = match quote.filter(|_| is_quoted && node.kind() == Kind::String) {
            Some(quote) => Style::Quoted(quote),
            None => Style::Plain,
        };
        let value = match node.kind() {
            Kind::String => node.literal()?.value.into_owned(),
            Kind::Number | Kind::Bool(_) => written.to_owned(),
            _ => return None,
        };
        let scalar = Self { form, way, outer, style, value };
        (!written.contains(['\n', '\r']) && scalar.may_be_changed(text) && !is_of_function(form, way)).then_some(scalar)
    }

    fn may_be_changed(&self, text: &str) -> bool {
        let is_string = self.way.node.kind() == Kind::String;
        match (self.form, self.style) {
            (Form::Hcl, Style::Quoted(quote)) => quote == '"',
            // what stands there without quotes is a name, a heredoc or an expression
            (Form::Hcl, Style::Plain) => !is_string || self.way.is_key() && is_name(&self.value),
            (Form::Yaml, Style::Quoted(_)) => true,
            (Form::Yaml, Style::Plain) => {
                let before = text.get(..self.outer.start as usize).unwrap_or("");
                let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
                // the only line of a block stands alone, too
                self.way.is_key()
                    || !line.trim().is_empty()
                    || self.way.last().is_some_and(|(parent, _)| is_in_brackets(parent, text))
            }
        }
    }

    pub(super) fn outer(&self) -> Span {
        self.outer
    }

    pub(super) fn style(&self) -> Style {
        self.style
    }

    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// Another text for the part that stands at a place.
    pub(super) fn write(&self, place: Span, text: &str) -> Option<Edit> {
        let whole = place == self.outer || place == self.way.node.span();
        let range = if whole { 0..self.value.len() } else { self.way.node.literal()?.range_of(place)? };
        if self.way.is_key() && self.form == Form::Hcl && self.style == Style::Plain {
            let text = if is_name(text) { text.to_owned() } else { self.quoted('"', text)? };
            return whole.then_some(Edit { span: self.outer, text });
        }
        if self.style == Style::Plain {
            if self.form == Form::Yaml && self.stays_plain(&range, text) {
                return Some(Edit { span: if whole { self.outer } else { place }, text: text.to_owned() });
            }
            let value = format!("{}{text}{}", self.value.get(..range.start)?, self.value.get(range.end..)?);
            return Some(Edit { span: self.outer, text: self.quoted(self.usual_quote(), &value)? });
        }
        let Style::Quoted(quote) = self.style else { return None };
        let inside = self.quoted(quote, text)?;
        let text = if place == self.outer { inside } else { inside.get(1..inside.len() - 1)?.to_owned() };
        Some(Edit { span: place, text })
    }

    /// A text as a whole scalar, in the style of this one.
    pub(super) fn like(&self, text: &str) -> Option<String> {
        match self.style {
            Style::Quoted(quote) => self.quoted(quote, text),
            Style::Plain if self.form == Form::Yaml && is_plain(text) => Some(text.to_owned()),
            Style::Plain => self.quoted(self.usual_quote(), text),
        }
    }

    fn usual_quote(&self) -> char {
        if self.form == Form::Hcl { '"' } else { '\'' }
    }

    fn quoted(&self, quote: char, text: &str) -> Option<String> {
        // in a string of a function, and in each of HCL, it would be filled in
        let is_filled = self.form == Form::Hcl || self.way.keys().any(|(key, _)| key == "Fn::Sub");
        if is_filled && ["${", "%{", "&{"].iter().any(|mark| text.contains(mark)) {
            return None;
        }
        quoted(quote, text)
    }

    /// Whether the scalar needs no quotes with another text for a part.
    fn stays_plain(&self, range: &Range<usize>, text: &str) -> bool {
        let (before, behind) = (self.value.get(..range.start).unwrap_or(""), self.value.get(range.end..).unwrap_or(""));
        if before.is_empty() || behind.is_empty() {
            return is_plain(&format!("{before}{text}{behind}"));
        }
        // what stands on both sides is good as it is, so that only the seams count
        let meets = |one: &str, other: &str| one.ends_with(is_simple) && other.starts_with(is_simple);
        let seams = if text.is_empty() { meets(before, behind) } else { meets(before, text) && meets(text, behind) };
        text.chars().all(is_simple) && seams
    }
}

/// Whether a text is written without quotes in each place of YAML, and is a string there for every reader.
pub(super) fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_simple)
        && !text.ends_with(':')
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn is_simple(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./:*=@+".contains(c)
}

/// A text between quotes, as YAML has it, and with double ones as HCL has it; `None` where these quotes cannot hold it.
pub(super) fn quoted(quote: char, text: &str) -> Option<String> {
    if quote == '"' {
        return Some(format!("\"{}\"", escaped(text)));
    }
    (!text.contains(char::is_control)).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Whether a list or map is written between brackets. One without has the mark of its first part, which may be a bracket, too.
pub(super) fn is_in_brackets(node: Node<'_, '_>, text: &str) -> bool {
    let mark = node.mark();
    let opens = || text.get(mark.start as usize..).is_some_and(|rest| rest.starts_with(['[', '{']));
    matches!(node.kind(), Kind::List | Kind::Map) && mark.start == node.span().start && mark.len() == 1 && opens()
}

/// Whether HCL takes a text for a name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !["true", "false", "null", "for", "if", "in"].contains(&text)
}

/// Whether a node is what a function works on, so that another text in its place would be another value.
fn is_of_function(form: Form, way: &Way<'_>) -> bool {
    const CALLS: [&str; 6] = ["jsonencode()", "concat()", "flatten()", "distinct()", "compact()", "toset()"];
    way.keys().any(|(key, item)| match form {
        Form::Yaml => match &*key {
            "Fn::Sub" => item.is_some_and(|item| item > 0),
            "Fn::If" => item.is_none_or(|item| item == 0),
            "Fn::ToJsonString" => false,
            key => key == "Ref" || key.starts_with("Fn::"),
        },
        Form::Hcl => match &*key {
            "?:" => item.is_none_or(|item| item == 0),
            key => key.ends_with("()") && !CALLS.contains(&key),
        },
    })
}
