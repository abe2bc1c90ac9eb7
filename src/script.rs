//! How a policy is written in its file, and edits of it there.

mod native;
mod paper;
mod scalar;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fmt::Write as _;

use crate::finding::Edit;
use crate::inventory::fill_as;
use crate::policy::{self, Policy};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Entry, Kind, Literal, Node, SyntaxFault, Text, Tree, json};
use native::Native;

pub use paper::Paper;

/// The text of a policy where it stands: as it is, in JSON, YAML or HCL, or in a string of other JSON, percent-encoded or not.
#[derive(Debug)]
pub struct Script<'a, 's> {
    policy: &'a Policy<'s>,
    /// From bracket to bracket, as written in the file.
    text: &'a str,
    place: Span,
    /// In how many strings it stands.
    strings: usize,
    percent: bool,
    /// What tells edits of it, where it is not written in JSON.
    native: Option<Native<'a>>,
    /// The faults as it is, and how many statements it has, once that was asked.
    before: OnceCell<Option<(Faults, usize)>>,
}

/// A policy as it was read again from a text.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'r, 's> {
    /// The policy.
    pub policy: &'r Policy<'s>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// How many faults a policy has.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// Those of the form: what is no JSON.
    form: usize,
    /// Those of the form and of the grammar.
    all: usize,
}

impl Faults {
    /// Whether an edit that made these out of others made nothing worse. One that mends the form may show what is wrong with the grammar, but
    /// none may pay for a mistake of form with one of grammar.
    pub fn are_no_more_than(self, other: Self) -> bool {
        self.form <= other.form && self.all <= other.all
    }
}

impl<'a, 's> Script<'a, 's> {
    /// The text of a policy; `None` where it is too long for any edit of it.
    pub fn of(sources: &'a Sources, policy: &'a Policy<'s>) -> Option<Self> {
        let place = policy.range;
        let text = Some(sources.slice(place)).filter(|text| text.len() <= LONGEST)?;
        let percent = text.starts_with("%7B") || text.starts_with("%7b");
        let quote = text.find('"').unwrap_or(0);
        let backslashes = text.get(..quote)?.bytes().rev().take_while(|&byte| byte == b'\\').count();
        // each string doubles the backslashes, and puts one before the quote
        let strings = if percent { 1 } else { (backslashes + 1).trailing_zeros() as usize };
        let native = Native::of(sources, place).filter(|_| !is_json(text));
        Some(Self { policy, text, place, strings, percent, native, before: OnceCell::new() })
    }

    /// Whether the text, read again, has the statements of the policy.
    pub fn is_read_again(&self) -> bool {
        self.before().is_some_and(|(_, statements)| statements == self.policy.statements.len())
    }

    /// What `look` makes of the policy with these edits; `None` where that has more faults than before.
    pub fn edited<T>(&self, edits: &[Edit], look: impl FnOnce(&Policy<'_>) -> T) -> Option<T> {
        let (before, _) = self.before()?;
        let mut sources = Sources::new();
        let id = sources.add("", self.whole(edits)?);
        self.read(&sources, id, |own| own.faults.are_no_more_than(before).then(|| look(own.policy)))?
    }

    /// What `look` makes of the policy read again, as it is and with these edits, and of the texts that it was read from.
    pub fn before_and_after<T>(
        &self,
        edits: &[Edit],
        look: impl FnOnce(&Sources, Reading<'_, '_>, Reading<'_, '_>) -> T,
    ) -> Option<T> {
        let mut sources = Sources::new();
        let [old, new] = [sources.add("", self.whole(&[])?), sources.add("", self.whole(edits)?)];
        self.read(&sources, old, |old| self.read(&sources, new, |new| look(&sources, old, new)))?
    }

    /// Another value of a string.
    pub fn replace(&self, text: &Text<'_>, value: &str) -> Option<Vec<Edit>> {
        if self.native.is_some() {
            return self.write_value(text.span(), value).map(|edit| vec![edit]);
        }
        let span = self.outer(text.span())?;
        Some(vec![Edit { span, text: self.written(&quoted(value)) }])
    }

    /// Another text for what lies between the quotes of a string, or for a part of that. Of the empty string the place is that of its quotes.
    pub fn write(&self, span: Span, value: &str) -> Option<Edit> {
        if let Some(native) = &self.native {
            return native.write(span, value);
        }
        // where a string ends that is not closed is a guess, and another one once it is longer
        let behind = span.end.checked_sub(self.place.start).and_then(|end| self.text.get(end as usize..))?;
        let is_empty = self.slice(span) == Some(&self.written("\"\""));
        if !is_empty && !self.percent && !behind.lines().next().is_some_and(|line| line.contains('"')) {
            return None;
        }
        let text = if is_empty { quoted(value) } else { escaped(value) };
        Some(Edit { span, text: self.written(&text) })
    }

    /// JSON in the place of a whole value.
    pub fn put(&self, place: Span, json: &str) -> Option<Edit> {
        match &self.native {
            Some(native) => native.put(place, json),
            None => Some(Edit { span: place, text: self.written(json) }),
        }
    }

    /// Another text for a value, as a string also where it is none.
    pub fn write_value(&self, span: Span, value: &str) -> Option<Edit> {
        if let Some(native) = &self.native {
            return native.write_value(span, value);
        }
        self.put(self.outer(span).unwrap_or(span), &quoted(value))
    }

    /// A string, or several in the place of one: in its list, or in one of their own.
    pub fn split(&self, span: Span, values: &[&str]) -> Option<Edit> {
        if let Some(native) = &self.native {
            return native.split(span, values);
        }
        let place = self.outer(span)?;
        let list = values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ");
        self.put(place, &if self.is_in_list(place)? { list } else { format!("[{list}]") })
    }

    /// Further values behind those that stand there: in their list, or in one that is made of the only value.
    pub fn add(&self, texts: &[&Text<'_>], values: &[&str]) -> Option<Vec<Edit>> {
        if let Some(native) = &self.native {
            return native.add(&places(texts), values);
        }
        let last = self.outer(texts.last()?.span())?;
        let before = texts.len().checked_sub(2).and_then(|index| self.outer(texts.get(index)?.span()));
        let values: Vec<String> = values.iter().map(|value| self.written(&quoted(value))).collect();
        let behind = |between: &str| values.iter().flat_map(|value| [between, value]).collect::<String>();
        if let Some(before) = before.filter(|before| before.end <= last.start) {
            // what stands between the last two stands before the new one
            let between = self.slice(Span::new(last.source, before.end, last.start))?;
            return Some(vec![Edit { span: last.after(), text: behind(between) }]);
        }
        let comma = self.written(", ");
        if self.is_in_list(last)? {
            return Some(vec![Edit { span: last.after(), text: behind(&comma) }]);
        }
        let old = self.slice(last)?;
        let [open, close] = ["[", "]"].map(|text| self.written(text));
        Some(vec![Edit { span: last, text: format!("{open}{old}{}{close}", behind(&comma)) }])
    }

    /// A further statement behind those that stand there; `statement` is JSON.
    pub fn add_statement(&self, statement: &str) -> Option<Vec<Edit>> {
        let last = self.policy.statements.last()?.range;
        if last == self.policy.range || self.native.is_some() {
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

    /// A list without some of its strings, told by their numbers; `None` where none would be left.
    pub fn without(&self, texts: &[&Text<'_>], gone: &[usize]) -> Option<Vec<Edit>> {
        if let Some(native) = &self.native {
            return native.without(&places(texts), gone);
        }
        let places: Vec<Span> = texts.iter().map(|text| self.outer(text.span())).collect::<Option<_>>()?;
        without(&places, gone)
    }

    /// The policy without a statement, told by its number; `None` where it is the only one.
    pub fn without_statement(&self, index: usize) -> Option<Vec<Edit>> {
        if let Some(native) = &self.native {
            let statement = self.policy.statements.get(index).filter(|_| self.policy.statements.len() > 1)?;
            return native.without_statement(statement.range);
        }
        let places: Vec<Span> = self.policy.statements.iter().map(|own| own.range).collect();
        without(&places, &[index])
    }

    /// An object without a member, by the place of its key. Only of a policy that stands in no string.
    pub fn without_member(&self, key: Span) -> Option<Vec<Edit>> {
        if let Some(native) = &self.native {
            return native.without_member(key);
        }
        self.in_object(key, |members, at| match without(members, &[at]) {
            // the only one takes all that stands between the brackets with it
            None => members.get(at).map(|&span| vec![Edit { span, text: String::new() }]),
            edits => edits,
        })
    }

    /// As [`Script::without_member`], by the place of the value, which is the text of no other member of the object at that place.
    pub fn without_member_before(&self, object: Span, value: Span) -> Option<Vec<Edit>> {
        if let Some(native) = &self.native {
            return native.without_member_before(value);
        }
        let tree = self.tree()?;
        let node = tree.root().within().find(|node| node.kind() == Kind::Map && self.moved(node.span()) == object)?;
        let key = node.entries().find(|entry| self.moved(entry.value.span()) == value)?.key;
        self.without_member(self.moved(key.span()))
    }

    /// Whether it is written in YAML or HCL, and not in JSON.
    pub fn is_native(&self) -> bool {
        self.native.is_some()
    }

    /// The place of the value of a member, by that of its key. Only of a policy that stands in no string.
    pub fn value_of(&self, key: Span) -> Option<Span> {
        if let Some(native) = &self.native {
            return native.value_of(key);
        }
        let tree = self.tree()?;
        let mut entries = tree.root().within().flat_map(Node::entries);
        entries.find(|entry| self.moved(entry.key.span()) == key).map(|entry| self.moved(entry.value.outer()))
    }

    /// Whether a text at a place of the policy is written as it is meant: without escapes.
    pub fn is_as_meant(&self, place: Span, written: &str) -> bool {
        match &self.native {
            Some(native) => native.is_as_meant(place, written),
            None => self.strings == 0 && !written.contains('\\'),
        }
    }

    /// Whether a value has no quotes where a string is due.
    pub fn is_bare(&self, place: Span) -> bool {
        self.native.as_ref().map_or_else(|| self.outer(place).is_none(), |native| native.is_bare(place))
    }

    /// A member in front of all others of the document, with as much white space as they have. Only of a policy that stands in no string.
    pub fn with_first_member(&self, key: &str, value: &str) -> Option<Vec<Edit>> {
        if let Some(native) = &self.native {
            return native.with_first_member(key, value);
        }
        let tree = self.tree()?;
        let first = tree.root().entries().next()?;
        let [start, end, value_at] = [first.key.outer().start, first.key.outer().end, first.value.outer().start];
        let blank = self.text.get(1..start as usize)?;
        let colon = self.text.get(end as usize..value_at as usize)?;
        let is_blank = blank.chars().all(char::is_whitespace) && colon.trim() == ":";
        let place = Span::new(self.place.source, self.place.start + start, self.place.start + start);
        let text =
            format!("{}{colon}{},{}", quoted(key), quoted(value), if blank.is_empty() && colon != ":" { " " } else { blank });
        is_blank.then(|| vec![Edit { span: place, text }])
    }

    /// The policy without white space between its parts. Only of one that stands in no string.
    pub fn packed(&self) -> Option<Vec<Edit>> {
        self.tree().filter(|tree| tree.faults().is_empty())?;
        let (mut inside, mut escaped) = (false, false);
        let keeps = |c: &char| {
            let keep = inside || !c.is_whitespace();
            inside ^= *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            keep
        };
        Some(vec![Edit { span: self.place, text: self.text.chars().filter(keeps).collect() }])
    }

    /// What `edit` makes of the places of the members of the object in which a key stands, and of its number there.
    fn in_object(&self, key: Span, edit: impl FnOnce(&[Span], usize) -> Option<Vec<Edit>>) -> Option<Vec<Edit>> {
        let tree = self.tree()?;
        let is_it = |entry: Entry<'_, '_>| self.moved(entry.key.span()) == key;
        let (object, at) = tree.root().within().find_map(|node| Some((node, node.entries().position(is_it)?)))?;
        let members: Vec<Span> = members(object).map(|span| self.moved(span)).collect();
        edit(&members, at)
    }

    /// A place in the tree as one in the file.
    fn moved(&self, span: Span) -> Span {
        Span::new(self.place.source, span.start + self.place.start, span.end + self.place.start)
    }

    /// What is written, as a tree whose places count from the start of the policy. Only of one that stands in no string.
    fn tree(&self) -> Option<Tree<'a>> {
        (self.strings == 0 && !self.percent && self.native.is_none()).then(|| json::read(SourceId::NONE, self.text))
    }

    fn before(&self) -> Option<(Faults, usize)> {
        *self.before.get_or_init(|| {
            let mut sources = Sources::new();
            let id = sources.add("", self.whole(&[])?);
            self.read(&sources, id, |own| (own.faults, own.policy.statements.len()))
        })
    }

    /// The text with edits, as a text that can be read by itself.
    fn whole(&self, edits: &[Edit]) -> Option<String> {
        let text = apply(self.text, self.place, edits)?;
        Some(if self.strings == 0 { text } else { format!("\"{text}\"") })
    }

    fn read<T>(&self, sources: &Sources, id: SourceId, look: impl FnOnce(Reading<'_, '_>) -> T) -> Option<T> {
        let tree = json::read(id, sources.get(id).text());
        if self.strings == 0 {
            return Some(self.judge(&tree, look));
        }
        self.unwrap(&tree.root().literal()?, self.strings, look)
    }

    fn unwrap<T>(&self, outer: &Literal<'_>, strings: usize, look: impl FnOnce(Reading<'_, '_>) -> T) -> Option<T> {
        let tree = json::read_inside(outer, self.percent);
        if strings > 1 {
            return self.unwrap(&tree.root().literal()?, strings - 1, look);
        }
        Some(self.judge(&tree, look))
    }

    fn judge<T>(&self, tree: &Tree<'_>, look: impl FnOnce(Reading<'_, '_>) -> T) -> T {
        let mut policy = policy::read(tree.root(), self.policy.kind);
        fill_as(self.policy, &mut policy);
        // where not all are listed it is not known how many there are
        let are_all = tree.faults().iter().all(|fault| fault.kind != SyntaxFault::TooMany);
        let form = if tree.root().kind() == Kind::Map && are_all { tree.faults().len() } else { usize::MAX / 2 };
        look(Reading { policy: &policy, faults: Faults { form, all: form + policy.faults.len() } })
    }

    /// A string with its quotes; `None` where it has none, and in JSON has to have some.
    pub fn outer(&self, span: Span) -> Option<Span> {
        if let Some(native) = &self.native {
            return native.outer(span);
        }
        let quote = self.written("\"");
        let is_quoted = |text: &str| text.len() >= 2 * quote.len() && text.starts_with(&quote) && text.ends_with(&quote);
        // the place of the empty string is that of its quotes
        if self.slice(span) == Some(&quote.repeat(2)) {
            return Some(span);
        }
        let length = quote.len() as u32;
        let outer = Span::new(span.source, span.start.checked_sub(length)?, span.end + length);
        is_quoted(self.slice(outer)?).then_some(outer)
    }

    /// Whether the value at this place is an item of a list.
    fn is_in_list(&self, place: Span) -> Option<bool> {
        let mut before = self.text.get(..place.start.checked_sub(self.place.start)? as usize)?;
        while let Some(rest) = without_blank(before) {
            before = rest;
        }
        Some(["[", ",", "%5B", "%5b", "%2C", "%2c"].iter().any(|mark| before.ends_with(mark)))
    }

    /// What is written at a place of the policy.
    pub fn slice(&self, span: Span) -> Option<&'a str> {
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

/// No policy that AWS stores comes near this, with whatever white space: what is longer is not read again and again.
const LONGEST: usize = 1 << 18;

/// Whether a policy is written in JSON, in whatever text it stands.
fn is_json(text: &str) -> bool {
    text.starts_with('{') && json::read(SourceId::NONE, text).faults().is_empty()
}

fn places(texts: &[&Text<'_>]) -> Vec<Span> {
    texts.iter().map(|text| text.span()).collect()
}

/// The edits that leave out the second of two members of one object, by the places of their keys, where both have the same value.
pub fn without_twin(sources: &Sources, second: Span, first: Span) -> Option<Vec<Edit>> {
    let text = sources.get(second.source).text();
    if let Some(paper) = Paper::of(sources, second.source) {
        return Native::around(paper, text, second)?.without_twin(second, first);
    }
    if text.len() > LONGEST {
        return None;
    }
    let tree = json::read(second.source, text);
    let at = |node: Node<'_, '_>, key: Span| node.entries().position(|entry| entry.key.span() == key);
    let (object, at, twin) = tree.root().within().find_map(|node| Some((node, at(node, second)?, at(node, first)?)))?;
    let value = |at: usize| object.entries().nth(at).map(|entry| sources.slice(entry.value.outer()));
    let places: Vec<Span> = members(object).collect();
    if value(at) == value(twin) { without(&places, &[at]) } else { None }
}

/// The members of an object, each from its key to the end of its value.
fn members(object: Node<'_, '_>) -> impl Iterator<Item = Span> {
    object.entries().map(|own| own.key.outer().to(own.value.outer()))
}

/// The edits that leave some items of a list out, by their numbers, with what parts them from the others; `None` where none would be left.
fn without(places: &[Span], gone: &[usize]) -> Option<Vec<Edit>> {
    let gone: HashSet<&usize> = gone.iter().collect();
    let (mut kept, mut end): (Option<Span>, Option<u32>) = (None, None);
    let mut edits: Vec<Edit> = Vec::new();
    let mut open: Option<Span> = None;
    for (at, &place) in places.iter().enumerate() {
        if end.is_some_and(|end| place.start < end) {
            return None;
        }
        end = Some(place.end);
        if gone.contains(&at) {
            open = Some(open.map_or(place, |own| own.to(place)));
        } else {
            // those before the next one that is kept go up to its beginning
            let cut = open.take().map(|own| Span::new(own.source, own.start, place.start));
            edits.extend(cut.map(|span| Edit { span, text: String::new() }));
            kept = Some(place);
        }
    }
    let kept = kept?;
    edits.extend(open.map(|own| Edit { span: Span::new(own.source, kept.end, own.end), text: String::new() }));
    (!edits.is_empty()).then_some(edits)
}

/// A text with edits of it; `place` is where it stands. `None` where an edit lies elsewhere or cuts another.
pub fn apply(text: &str, place: Span, edits: &[Edit]) -> Option<String> {
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
pub fn quoted(text: &str) -> String {
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
