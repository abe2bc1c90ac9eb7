//! HCL, the language of Terraform. The tree is that of Terraform's JSON syntax: a block is a map below its name and its labels, one map
//! each, and blocks of one name stand side by side under equal keys. A call is a map of the name with `()` and the list of the arguments,
//! an operation a map of its sign and the list of its parts, as `src/syntax/hcl/operation.rs` tells; references are holes.

mod operation;
mod split;
mod template;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Conditional, Expression, FuncCall, Object, ObjectKey};
use hcl_edit::parser::{Error, parse_body, parse_template};
use hcl_edit::structure::{Attribute, Block, BlockLabel, Body, Structure};
use hcl_edit::template::Element;

use super::builder::Builder;
use super::decode::{self, Decoded};
use super::text::hole_text;
use super::{Kind, Mistake, SyntaxFault, Tree, number};
use crate::source::SourceId;
use template::Frame;

/// How often a block is read again because a key stands in it twice.
const MOST_DUPLICATES: usize = 16;

/// What is put before an expression by itself.
pub const BEFORE: &str = "v = (";

/// The tree of one expression, which stands below `v`. Its places are those in the expression behind [`BEFORE`].
pub fn expression(written: &str) -> Tree<'static> {
    let text = format!("{BEFORE}{written})\n");
    let mut reader = Reader { text: &text, builder: Builder::new(SourceId::NONE, &text), base: 0, hidden: Vec::new() };
    reader.document(0);
    reader.builder.finish()
}

/// Reads a text of which `source` is the number. Of a block that is broken, one fault is told, and it is left out.
pub fn read(source: SourceId, text: &str) -> Tree<'static> {
    let mut reader = Reader { text, builder: Builder::new(source, text), base: 0, hidden: Vec::new() };
    reader.document(if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 });
    reader.builder.finish()
}

/// The tree of a template, which stands below `v`; `None` of a text that is none.
pub fn template(source: SourceId, text: &str) -> Option<Tree<'static>> {
    let template = parse_template(text).ok()?;
    let mut reader = Reader { text, builder: Builder::new(source, text), base: 0, hidden: Vec::new() };
    reader.builder.open(Kind::Map, 0..0);
    reader.builder.leaf(Kind::String, &Decoded::whole("v", 0..0), false, 0..0);
    reader.text(&template, 0, Frame::Heredoc(None), 0..text.len());
    reader.builder.close_block(text.len());
    Some(reader.builder.finish())
}

struct Reader<'t> {
    text: &'t str,
    builder: Builder<'t>,
    /// Where the part of the text starts that the crate was given.
    base: usize,
    /// Where the keys start in whose place the crate was given others.
    hidden: Vec<usize>,
}

/// The names of the attributes of a body so far, with the place of each.
type Names = HashMap<String, Range<usize>>;

// INVARIANT: what calls itself here goes only as deep as the crate does, 64 levels, none of which is more than three here.
impl<'t> Reader<'t> {
    fn document(&mut self, start: usize) {
        self.builder.open(Kind::Map, start..start);
        let mut names = Names::new();
        let text = self.text.get(start..).unwrap_or("");
        let chunks = split::chunks(text);
        let whole = if chunks.iter().any(split::has_too_many_keys) { None } else { parse_body(text).ok() };
        self.base = start;
        if let Some(body) = whole {
            self.body(&body, &mut names);
        } else {
            for chunk in chunks {
                self.chunk(&chunk, start, &mut names);
            }
        }
        self.builder.close_block(0);
    }

    /// One block or attribute of a text that is not all HCL; `start` is where that text starts.
    fn chunk(&mut self, chunk: &split::Chunk, start: usize, names: &mut Names) {
        let text = self.text.get(start + chunk.range.start..start + chunk.range.end).unwrap_or("");
        self.base = start + chunk.range.start;
        let mut given = text.to_owned();
        if !split::has_too_many_keys(chunk) {
            let mut error = None;
            for count in 0..MOST_DUPLICATES {
                match parse_body(&given) {
                    Ok(body) => {
                        self.body(&body, names);
                        self.hidden.clear();
                        return;
                    }
                    Err(found) => {
                        let at = found.location().offset();
                        let hides = found.message().contains("redefined") && hide_key(&mut given, at, count);
                        error = Some(found);
                        if !hides {
                            break;
                        }
                        self.hidden.push(self.base + at);
                    }
                }
            }
            self.hidden.clear();
            if chunk.mistake.is_none() {
                return self.error(error.as_ref(), text);
            }
        }
        if let Some((mistake, place)) = &chunk.mistake {
            self.builder.fault(SyntaxFault::NotHcl(*mistake), start + place.start..start + place.end);
        }
    }

    fn error(&mut self, error: Option<&Error>, text: &str) {
        let Some(error) = error else { return };
        let at = error.location().offset();
        // the crate goes back to where the block starts when the text ends too early
        let cut = text.trim_end();
        if error.message() == "unexpected token"
            && cut.ends_with(['=', ':', ',', '?', '.', '&', '|', '+', '-', '*', '/', '!', '<', '>'])
        {
            let end = self.base + cut.len();
            return self.builder.fault(SyntaxFault::NotHcl(Mistake::MissingValue), end..end);
        }
        // here it has read on by one character
        let ahead = text.get(..at).and_then(|before| before.chars().next_back()).map_or(0, char::len_utf8);
        let at = if error.message().starts_with("invalid object value assignment") { at - ahead } else { at };
        let next = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_whitespace());
        let place = self.base + at..self.base + at + next.map_or(0, char::len_utf8);
        match fault(error.message(), next) {
            SyntaxFault::TooDeep => self.builder.too_deep(place),
            // the crate stops behind it
            fault @ SyntaxFault::NotHcl(Mistake::BadEscape) => {
                let start = text.get(..at).and_then(|before| before.rfind('\\')).unwrap_or(at);
                self.builder.fault(fault, self.base + start..(self.base + at).max(self.base + start + 1));
            }
            fault => self.builder.fault(fault, place),
        }
    }

    /// A place that the crate tells, in the text.
    fn place(&self, span: Option<Range<usize>>) -> Range<usize> {
        let span = span.unwrap_or(0..0);
        self.base + span.start..self.base + span.end
    }

    fn written(&self, place: &Range<usize>) -> &'t str {
        self.text.get(place.clone()).unwrap_or("")
    }

    fn body(&mut self, body: &Body, names: &mut Names) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => self.attribute(attribute, names),
                Structure::Block(block) => self.block(block),
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, names: &mut Names) {
        let place = self.place(attribute.key.span());
        let name = self.written(&place);
        match names.get(name) {
            Some(first) => self.builder.duplicate(place.clone(), first.clone()),
            None => drop(names.insert(name.to_owned(), place.clone())),
        }
        self.builder.leaf(Kind::String, &Decoded::plain(name, place.start), false, place);
        self.value(&attribute.value);
    }

    fn block(&mut self, block: &Block) {
        let place = self.place(block.ident.span());
        self.builder.leaf(Kind::String, &Decoded::plain(self.written(&place), place.start), false, place.clone());
        let end = self.place(block.span()).end;
        let (mut opened, mut behind) = (0, place.end);
        for label in &block.labels {
            let place = self.place(label.span());
            if !self.builder.open(Kind::Map, place.start..place.start) {
                break;
            }
            opened += 1;
            behind = place.end;
            match label {
                BlockLabel::Ident(_) => {
                    self.builder.leaf(Kind::String, &Decoded::plain(self.written(&place), place.start), false, place);
                }
                BlockLabel::String(label) => self.quoted(label.as_str(), place),
            }
        }
        if opened == block.labels.len() {
            let bracket = behind + bracket(self.text.get(behind..end).unwrap_or(""));
            if self.builder.open(Kind::Map, bracket..bracket + 1) {
                self.body(&block.body, &mut Names::new());
                self.builder.close_block(end);
            }
        }
        for _ in 0..opened {
            self.builder.close(end);
        }
    }

    fn value(&mut self, value: &Expression) {
        let place = self.place(value.span());
        match value {
            Expression::Null(_) => self.plain(Kind::Null, place),
            Expression::Bool(value) => self.plain(Kind::Bool(*value.value()), place),
            Expression::Number(_) => self.number(place),
            Expression::String(value) => self.quoted(value.as_str(), place),
            Expression::StringTemplate(template) => {
                if let Some(Element::Interpolation(interpolation)) = template.as_single_element() {
                    return self.value(&interpolation.expr);
                }
                self.text(template, place.start + 1, Frame::Quotes, place);
            }
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, place),
            Expression::Array(items) => {
                if self.builder.open(Kind::List, place.start..place.start + 1) {
                    for item in items {
                        self.value(item);
                    }
                    self.builder.close(place.end);
                }
            }
            Expression::Object(object) => self.object(object, place),
            Expression::Parenthesis(inside) => self.value(inside.inner()),
            Expression::FuncCall(call) => self.call(call, place),
            Expression::Conditional(conditional) => self.conditional(conditional, place),
            other => {
                if !self.operation(other, &place) {
                    self.hole(place);
                }
            }
        }
    }

    fn hole(&mut self, place: Range<usize>) {
        let decoded = hole(self.written(&place), &place);
        self.builder.leaf(Kind::Hole, &decoded, false, place);
    }

    fn plain(&mut self, kind: Kind, place: Range<usize>) {
        self.builder.leaf(kind, &Decoded::plain(self.written(&place), place.start), false, place);
    }

    fn number(&mut self, place: Range<usize>) {
        let written = self.written(&place);
        // white space may follow the sign
        let bare: Cow<'_, str> =
            if written.contains(char::is_whitespace) { written.split_whitespace().collect() } else { Cow::Borrowed(written) };
        let decoded = match number::decimal(&bare) {
            Some(value) if value != written => Decoded::whole(value.into_owned(), place.clone()),
            _ => Decoded::plain(written, place.start),
        };
        self.builder.leaf(Kind::Number, &decoded, false, place);
    }

    /// A string in quotes that holds no interpolation.
    fn quoted(&mut self, value: &str, place: Range<usize>) {
        let inside = place.start + 1..place.end.saturating_sub(1).max(place.start + 1);
        let decoded = decode::hcl(self.written(&inside), inside.start, Some(Cow::Borrowed(value)));
        self.builder.leaf(Kind::String, &decoded, true, place);
    }

    fn object(&mut self, object: &Object, place: Range<usize>) {
        if !self.builder.open(Kind::Map, place.start..place.start + 1) {
            return;
        }
        for (key, value) in object {
            self.key(key);
            self.value(value.expr());
        }
        self.builder.close(place.end);
    }

    fn key(&mut self, key: &ObjectKey) {
        let place = self.place(match key {
            ObjectKey::Ident(name) => name.span(),
            ObjectKey::Expression(name) => name.span(),
        });
        let written = self.written(&place);
        match key {
            ObjectKey::Expression(Expression::String(_)) if self.hidden.contains(&place.start) => {
                let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
                self.builder.leaf(Kind::String, &Decoded::plain(inside, place.start + 1), true, place);
            }
            ObjectKey::Expression(Expression::String(value)) => self.quoted(value.as_str(), place),
            ObjectKey::Expression(Expression::StringTemplate(template)) => {
                let decoded = self.template(template, place.start + 1, Frame::Quotes);
                self.builder.leaf(Kind::String, &decoded, true, place);
            }
            ObjectKey::Ident(_) | ObjectKey::Expression(Expression::Null(_) | Expression::Bool(_) | Expression::Number(_)) => {
                self.plain(Kind::String, place);
            }
            ObjectKey::Expression(name) => {
                let name = match name {
                    Expression::Parenthesis(inside) => inside.inner(),
                    name => name,
                };
                let inside = self.place(name.span());
                let decoded = hole(self.written(&inside), &inside);
                self.builder.leaf(Kind::String, &decoded, false, place);
            }
        }
    }

    fn call(&mut self, call: &FuncCall, place: Range<usize>) {
        let name = self.place(call.name.name.span());
        let name = place.start..name.end;
        let written = self.written(&name);
        let mut decoded = Decoded::none(name.start);
        decoded.push(&Decoded::plain(written, name.start));
        // the items of the last argument are arguments
        let brackets = if call.args.expand_final() { "...()" } else { "()" };
        decoded.push(&Decoded::whole(brackets, name.end..name.end));
        if !self.builder.open(Kind::Map, name.start..name.start) {
            return;
        }
        let bracket = name.end + self.text.get(name.end..place.end).and_then(|rest| rest.find('(')).unwrap_or(0);
        self.builder.leaf(Kind::String, &decoded, false, name);
        if self.builder.open(Kind::List, bracket..bracket + 1) {
            for argument in &call.args {
                self.value(argument);
            }
            self.builder.close(place.end);
        }
        self.builder.close(place.end);
    }

    fn conditional(&mut self, conditional: &Conditional, place: Range<usize>) {
        let behind = self.place(conditional.cond_expr.span()).end;
        let mark = behind + self.text.get(behind..place.end).and_then(|rest| rest.find('?')).unwrap_or(0);
        self.parts("?:", mark..mark + 1, &place, |reader| {
            for part in [&conditional.cond_expr, &conditional.true_expr, &conditional.false_expr] {
                reader.value(part);
            }
        });
    }
}

/// An expression as a hole, each byte of which stands where the expression has it.
fn hole<'t>(written: &'t str, place: &Range<usize>) -> Decoded<'t> {
    let text = hole_text(written);
    let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if inside != Some(written) {
        return Decoded::whole(text, place.clone());
    }
    let mut decoded = Decoded::none(place.start);
    decoded.push(&Decoded::whole("${", place.start..place.start));
    decoded.push(&Decoded::plain(written, place.start));
    decoded.push(&Decoded::whole("}", place.end..place.end));
    decoded
}

/// Where the bracket of a block stands, behind its labels and comments.
fn bracket(text: &str) -> usize {
    let mut rest = text.trim_start();
    while let Some((_, behind)) = rest.strip_prefix("/*").and_then(|comment| comment.split_once("*/")) {
        rest = behind.trim_start();
    }
    text.len() - rest.len()
}

/// Puts another key in the place of the one that starts at `at`, so that the crate reads on; tells whether there is one.
fn hide_key(text: &mut String, at: usize, count: usize) -> bool {
    let quote = usize::from(text.get(at..).is_some_and(|rest| rest.starts_with('"')));
    let name = text.get(at + quote..).unwrap_or("");
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if length == 0 || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return false;
    }
    // letters that no key has, as far as the length allows
    let digit = |place: usize| char::from(b'A' + (count >> (4 * place).min(32)) as u8 % 16);
    let other: String = (0..length).map(|place| if place < 2 { digit(place) } else { 'Q' }).collect();
    text.replace_range(at + quote..at + quote + length, &other);
    true
}

/// What the crate means, where `next` is the character that it stopped at.
fn fault(message: &str, next: Option<char>) -> SyntaxFault {
    let mistake = match message {
        _ if message.contains("redefined") => return SyntaxFault::DuplicateKey,
        _ if message.starts_with("invalid nesting depth") => return SyntaxFault::TooDeep,
        _ if message.starts_with("invalid binary operation") => Mistake::TooDeep,
        _ if message.starts_with("invalid escape") || message.starts_with("invalid unicode") => Mistake::BadEscape,
        _ if message.starts_with("invalid structure") => Mistake::MissingSeparator,
        _ if message.starts_with("invalid object value assignment") => Mistake::MissingSeparator,
        _ if message.starts_with("invalid object item") => Mistake::MissingComma,
        _ if message.starts_with("invalid expression") => match next {
            None => Mistake::MissingValue,
            Some('\'' | '‘' | '’' | '“' | '”') => Mistake::Unquoted,
            Some(',') => Mistake::ExtraComma,
            Some('=' | ':') => Mistake::ExtraSeparator,
            Some('}' | ']' | ')') => Mistake::MissingValue,
            Some(_) => Mistake::BadCharacter,
        },
        _ if message.contains("newline or eof") => Mistake::StrayText,
        _ if message.contains("expected `]`") || message.contains("expected `)`") => Mistake::MissingComma,
        _ if message.contains("expected `=`") => Mistake::MissingSeparator,
        _ => Mistake::Other,
    };
    SyntaxFault::NotHcl(mistake)
}
