//! Edits of a policy that is written in YAML or HCL.
//!
//! What is told here is a proposal: whoever makes it reads the text again, and looks whether nothing else has changed
//! ([`Paper::with_edits`]).

use super::paper::{At, Form, Paper, Way};
use super::scalar::{Scalar, Style, is_in_brackets, is_plain, quoted};
use super::without;
use crate::finding::Edit;
use crate::source::{Sources, Span};
use crate::syntax::{Entry, Kind, Node};

/// A policy in a text of YAML or HCL.
#[derive(Clone, Debug)]
pub(super) struct Native<'a> {
    paper: &'a Paper,
    /// The whole text.
    text: &'a str,
    policy: Node<'a, 'static>,
}

impl<'a> Native<'a> {
    /// `None` where the policy stands in a string, or is not written in one piece.
    pub(super) fn of(sources: &'a Sources, place: Span) -> Option<Self> {
        let paper = Paper::of(sources, place.source)?;
        Some(Self { paper, text: sources.get(place.source).text(), policy: paper.map_at(place)? })
    }

    /// What stands around a place in a text, whatever it is.
    pub(super) fn around(paper: &'a Paper, text: &'a str, place: Span) -> Option<Self> {
        let policy = paper.way(|node| node.kind() == Kind::String && node.span() == place)?.last()?.0;
        Some(Self { paper, text, policy })
    }

    /// Another text for a scalar, or for a part of it.
    pub(super) fn write(&self, place: Span, text: &str) -> Option<Edit> {
        let way = self.scalar_around(place)?;
        Scalar::of(self.paper.form(), self.text, &way)?.write(place, text)
    }

    /// A string in the place of a scalar.
    pub(super) fn write_value(&self, place: Span, text: &str) -> Option<Edit> {
        let way = self.scalar_around(place)?;
        let scalar = Scalar::of(self.paper.form(), self.text, &way)?;
        Some(Edit { span: scalar.outer(), text: scalar.like(text)? })
    }

    /// JSON, which both forms take, in the place of a value.
    pub(super) fn put(&self, place: Span, json: &str) -> Option<Edit> {
        let is_filled = ["${", "%{", "&{"].iter().any(|mark| json.contains(mark));
        let is_value = self.paper.way(|node| node.outer() == place).is_some_and(|way| !way.is_key());
        (is_value && !is_filled).then(|| Edit { span: place, text: json.to_owned() })
    }

    /// The place of a scalar with its quotes.
    pub(super) fn outer(&self, place: Span) -> Option<Span> {
        self.scalar_around(place).map(|way| way.node.outer()).filter(|outer| outer.contains(place))
    }

    /// Whether a scalar is no string.
    pub(super) fn is_bare(&self, place: Span) -> bool {
        self.scalar_around(place).is_some_and(|way| way.node.kind() != Kind::String)
    }

    /// Whether what stands at a place is what it means.
    pub(super) fn is_as_meant(&self, place: Span, written: &str) -> bool {
        let meant = || {
            let literal = self.scalar_around(place)?.node.literal()?;
            let range = literal.range_of(place)?;
            literal.value.get(range).map(|meant| meant == written)
        };
        meant() == Some(true)
    }

    /// Several strings in the place of one.
    pub(super) fn split(&self, place: Span, values: &[&str]) -> Option<Edit> {
        let way = self.scalar_around(place)?;
        let scalar = Scalar::of(self.paper.form(), self.text, &way)?;
        let values = values.iter().map(|value| scalar.like(value)).collect::<Option<Vec<_>>>()?;
        let text = match way.last()? {
            (parent, At::Item(_)) if self.is_in_brackets(parent) => values.join(", "),
            (_, At::Item(_)) => values.join(&self.next_item(scalar.outer())?),
            (_, At::Value(_)) => format!("[{}]", values.join(", ")),
            _ => return None,
        };
        Some(Edit { span: scalar.outer(), text })
    }

    /// Further strings behind these.
    pub(super) fn add(&self, places: &[Span], values: &[&str]) -> Option<Vec<Edit>> {
        let way = self.scalar_around(*places.last()?)?;
        let scalar = Scalar::of(self.paper.form(), self.text, &way)?;
        let values = values.iter().map(|value| scalar.like(value)).collect::<Option<Vec<_>>>()?;
        let behind = |between: &str| values.iter().flat_map(|value| [between, value]).collect::<String>();
        let outer = scalar.outer();
        match way.last()? {
            (parent, At::Item(at)) if self.is_in_brackets(parent) => {
                let before = at.checked_sub(1).and_then(|before| parent.items().nth(before));
                let between = before.and_then(|before| self.slice(before.outer().end, outer.start));
                let is_usual = |between: &&str| between.trim() == ",";
                Some(vec![Edit { span: outer.after(), text: behind(between.filter(is_usual).unwrap_or(", ")) }])
            }
            (_, At::Item(_)) => {
                let end = self.line_end(outer.end);
                let rest = self.slice(outer.end, end)?.trim();
                let place = Span::new(outer.source, end, end);
                let text = behind(&self.next_item(outer)?);
                (rest.is_empty() || rest.starts_with('#')).then(|| vec![Edit { span: place, text }])
            }
            (parent, At::Value(at)) => {
                let key = parent.entries().nth(at)?.key.string()?;
                let old = self.slice(outer.start, outer.end)?;
                let is_safe = scalar.style() != Style::Plain || is_plain(scalar.value());
                let text = format!("[{old}{}]", behind(", "));
                (!key.starts_with("Fn::") && is_safe).then(|| vec![Edit { span: outer, text }])
            }
            _ => None,
        }
    }

    /// A list without some of its strings, by their numbers.
    pub(super) fn without(&self, places: &[Span], gone: &[usize]) -> Option<Vec<Edit>> {
        let items = places.iter().map(|place| self.item_of(*place)).collect::<Option<Vec<_>>>()?;
        let list = items.first()?.0;
        let numbers = |is_asked: &dyn Fn(usize) -> bool| -> Vec<usize> {
            items.iter().enumerate().filter(|(at, _)| is_asked(*at)).map(|(_, item)| item.1).collect()
        };
        let mut going = numbers(&|at| gone.contains(&at));
        going.dedup();
        // several values may come of one item
        let stays = numbers(&|at| !gone.contains(&at)).iter().any(|at| going.contains(at));
        if stays || items.iter().any(|own| own.0.span() != list.span()) {
            return None;
        }
        let extents: Vec<Span> = list.items().map(Node::outer).collect();
        self.cut(list, &extents, going)
    }

    /// The item of a list whose value stands at a place, be it what a function works on, with its number.
    fn item_of(&self, place: Span) -> Option<(Node<'a, 'static>, usize)> {
        let is_leaf = |node: Node<'_, '_>| !matches!(node.kind(), Kind::List | Kind::Map | Kind::Null);
        let way = self.paper.way(|node| is_leaf(node) && node.outer().contains(place))?;
        let mut steps = way.steps.iter().rev().copied().peekable();
        let is_called = |step: &(Node<'_, '_>, At)| {
            let (map, At::Value(at)) = step else { return false };
            map.entries().nth(*at).and_then(|own| own.key.string()).is_some_and(|key| is_function(&key))
        };
        while let Some((parent, at)) = steps.next() {
            if let At::Item(number) = at
                && !steps.peek().is_some_and(is_called)
            {
                return Some((parent, number));
            }
            if matches!(at, At::Key(_)) || matches!(at, At::Value(_)) && !is_called(&(parent, at)) {
                return None;
            }
        }
        None
    }

    /// The policy without the statement at a place.
    pub(super) fn without_statement(&self, place: Span) -> Option<Vec<Edit>> {
        let way = self.paper.way_to_map(place)?;
        match way.last()? {
            (parent, At::Item(at)) => {
                let items: Vec<Span> = parent.items().map(Node::outer).collect();
                self.cut(parent, &items, vec![at])
            }
            (parent, At::Value(at)) => {
                let is_block = |own: &Entry<'_, '_>| own.key.is("statement");
                let is_one = parent.entries().nth(at).as_ref().is_some_and(is_block);
                let is_only = parent.entries().filter(is_block).count() < 2;
                if is_one && !is_only && self.paper.form() == Form::Hcl { self.without_entry(parent, at) } else { None }
            }
            _ => None,
        }
    }

    /// A map without an entry, by the place of its key.
    pub(super) fn without_member(&self, key: Span) -> Option<Vec<Edit>> {
        let way = self.paper.way(|node| node.kind() == Kind::String && node.span() == key)?;
        let (parent, At::Key(at)) = way.last()? else { return None };
        self.without_entry(parent, at)
    }

    /// As [`Native::without_member`], by the place of the value.
    pub(super) fn without_member_before(&self, value: Span) -> Option<Vec<Edit>> {
        let way = self.paper.way(|node| !matches!(node.kind(), Kind::List | Kind::Map) && node.span() == value)?;
        let (parent, At::Value(at)) = way.last()? else { return None };
        self.without_entry(parent, at)
    }

    /// The place of the value of an entry, by that of its key.
    pub(super) fn value_of(&self, key: Span) -> Option<Span> {
        let way = self.paper.way(|node| node.kind() == Kind::String && node.span() == key)?;
        let (parent, At::Key(at)) = way.last()? else { return None };
        let value = parent.entries().nth(at)?.value;
        (!matches!(value.kind(), Kind::List | Kind::Map) || self.is_in_brackets(value)).then(|| value.outer())
    }

    /// The second of two entries of one map, by the places of their keys, left out, where both have the same value.
    pub(super) fn without_twin(&self, second: Span, first: Span) -> Option<Vec<Edit>> {
        let way = self.paper.way(|node| node.kind() == Kind::String && node.span() == second)?;
        let (parent, At::Key(at)) = way.last()? else { return None };
        let value = |own: Entry<'_, '_>| self.slice(own.value.outer().start, own.value.outer().end);
        let twin = value(parent.entries().find(|own| own.key.span() == first)?)?;
        let is_twin = parent.entries().nth(at).and_then(value) == Some(twin);
        if is_twin { self.without_entry(parent, at) } else { None }
    }

    /// An entry in front of all others of the policy.
    pub(super) fn with_first_member(&self, key: &str, value: &str) -> Option<Vec<Edit>> {
        let first = self.policy.entries().next()?;
        let start = first.key.outer().start;
        let place = Span::new(self.policy.span().source, start, start);
        let is_quoted = |node: Node<'_, '_>| node.outer() != node.span();
        let quote = self.first_quote().unwrap_or(if self.paper.form() == Form::Hcl { '"' } else { '\'' });
        let key = if is_quoted(first.key) { quoted(quote, key)? } else { key.to_owned() };
        let between = self.slice(first.key.outer().end, first.value.outer().start)?;
        let colon = match (self.paper.form(), between.trim()) {
            (Form::Hcl, "=" | ":") => between,
            (Form::Yaml, between) if between.starts_with(':') => ": ",
            _ => return None,
        };
        let before = self.slice(self.line_start(start), start)?;
        let is_own_line = before.chars().all(|c| c == ' ' || c == '\t');
        let end = if !self.is_in_brackets(self.policy) {
            format!("{}{}", self.eol(), before.chars().map(|c| if c == '-' { ' ' } else { c }).collect::<String>())
        } else if is_own_line {
            let has_commas = self.paper.form() == Form::Yaml || self.has_comma_behind(first.value.outer().end);
            format!("{}{}{before}", if has_commas { "," } else { "" }, self.eol())
        } else {
            ", ".to_owned()
        };
        let is_of_blanks = before.chars().all(|c| " \t-".contains(c));
        (self.is_in_brackets(self.policy) || is_of_blanks)
            .then(|| Some(vec![Edit { span: place, text: format!("{key}{colon}{}{end}", quoted(quote, value)?) }]))?
    }

    /// The quote of the first value of the policy that has one.
    fn first_quote(&self) -> Option<char> {
        let mut strings = self.policy.within().filter(|own| own.kind() == Kind::String && own.outer() != own.span());
        let outer = strings.next()?.outer();
        self.slice(outer.start, outer.end)?.chars().next().filter(|quote| ['"', '\''].contains(quote))
    }

    fn without_entry(&self, parent: Node<'a, 'static>, at: usize) -> Option<Vec<Edit>> {
        let entries: Vec<Span> = parent.entries().map(|own| own.key.outer().to(own.value.outer())).collect();
        self.cut(parent, &entries, vec![at])
    }

    /// The edits that leave out some of what a list or map has; `None` where nothing would be left.
    fn cut(&self, parent: Node<'_, '_>, all: &[Span], mut gone: Vec<usize>) -> Option<Vec<Edit>> {
        gone.sort_unstable();
        if gone.is_empty() || gone.len() >= all.len() {
            return None;
        }
        let is_flow = self.is_in_brackets(parent);
        let is_on_one_line = !self.slice(parent.span().start, parent.span().end)?.contains('\n');
        let lines = || gone.iter().map(|at| self.own_lines(parent, all, *at)).collect::<Option<Vec<_>>>();
        if is_flow
            && !is_on_one_line
            && let Some(mut edits) = lines()
        {
            edits.extend(self.comma_before(all, &gone));
            return Some(edits);
        }
        if is_flow {
            let edits = without(all, &gone)?;
            // a comment between stays, and so does what parts attributes of HCL
            let is_bare = |edit: &Edit| {
                let mut done = edit.span.start;
                let mut between = String::new();
                for own in gone.iter().filter_map(|at| all.get(*at)).filter(|own| edit.span.contains(**own)) {
                    between.push_str(self.slice(done, own.start).unwrap_or("#"));
                    done = own.end;
                }
                between.push_str(self.slice(done, edit.span.end).unwrap_or("#"));
                between.chars().all(|c| c == ',' || c == ' ' || c == '\t')
            };
            return edits.iter().all(is_bare).then_some(edits);
        }
        if let ([at], Kind::Map) = (&*gone, parent.kind())
            && let Some(edit) = self.up_to_the_next(all, *at)
        {
            return Some(vec![edit]);
        }
        lines()
    }

    /// The first entry of a map, up to where the second starts.
    fn up_to_the_next(&self, all: &[Span], at: usize) -> Option<Edit> {
        let (own, next) = (all.first().filter(|_| at == 0)?, all.get(1)?);
        let between = self.slice(self.content_end(*own), next.start)?;
        between.trim().is_empty().then(|| Edit { span: Span::new(own.source, own.start, next.start), text: String::new() })
    }

    /// The lines of a part, where nothing else stands in them, from the end of the line before on.
    fn own_lines(&self, parent: Node<'_, '_>, all: &[Span], at: usize) -> Option<Edit> {
        let own = *all.get(at)?;
        let start = self.line_start(own.start);
        let before = self.slice(start, own.start)?.trim();
        let is_flow = self.is_in_brackets(parent);
        let opens = if is_flow || parent.kind() == Kind::Map { "" } else { "-" };
        let end = self.line_end(self.content_end(own));
        let behind = self.slice(self.content_end(own), end)?.trim_start();
        let behind = if is_flow { behind.strip_prefix(',').unwrap_or(behind).trim_start() } else { behind };
        let is_comment = behind.starts_with('#') || self.paper.form() == Form::Hcl && behind.starts_with("//");
        if before != opens || !(behind.trim_end().is_empty() || is_comment) {
            return None;
        }
        let start = start.checked_sub(1)?;
        let start = if self.slice(start.saturating_sub(1), start) == Some("\r") { start - 1 } else { start };
        Some(Edit { span: Span::new(own.source, self.over_blank_line(start, end), end), text: String::new() })
    }

    /// Where lines start that go, which were parted by a blank one from what stands before, and are not from what stands behind.
    fn over_blank_line(&self, start: u32, end: u32) -> u32 {
        let before = self.slice(self.line_start(start), start);
        let behind = self.slice(end, self.text.len() as u32).and_then(|rest| rest.lines().nth(1)).unwrap_or("");
        let closes = behind.trim().is_empty() || behind.trim_start().starts_with(['}', ']']);
        match before {
            Some("") if closes && start > 0 => {
                let start = self.line_start(start) - 1;
                if self.slice(start.saturating_sub(1), start) == Some("\r") { start - 1 } else { start }
            }
            _ => start,
        }
    }

    /// The comma behind the last part that stays, where the last one goes and had none.
    fn comma_before(&self, all: &[Span], gone: &[usize]) -> Option<Edit> {
        let last = all.last().filter(|_| gone.contains(&(all.len() - 1)))?;
        let kept = (0..all.len()).rev().find(|at| !gone.contains(at)).and_then(|at| all.get(at))?;
        let comma = Span::new(kept.source, kept.end, kept.end + 1);
        let is_comma = self.slice(comma.start, comma.end) == Some(",");
        (is_comma && !self.has_comma_behind(last.end)).then(|| Edit { span: comma, text: String::new() })
    }

    fn has_comma_behind(&self, at: u32) -> bool {
        self.slice(at, self.text.len() as u32).is_some_and(|rest| rest.trim_start().starts_with(','))
    }

    /// What starts a further item of a block list behind one that stands at a place.
    fn next_item(&self, place: Span) -> Option<String> {
        let before = self.slice(self.line_start(place.start), place.start)?;
        let is_plain = before.trim() == "-" && self.paper.form() == Form::Yaml;
        is_plain.then(|| format!("{}{before}", self.eol()))
    }

    /// Where a part ends, without the line ends that a block of text holds.
    fn content_end(&self, own: Span) -> u32 {
        let trimmed = self.slice(own.start, own.end).map_or(0, |text| text.len() - text.trim_end().len());
        own.end - trimmed as u32
    }

    fn line_start(&self, at: u32) -> u32 {
        self.slice(0, at).and_then(|before| before.rfind('\n')).map_or(0, |end| end as u32 + 1)
    }

    /// The end of a line, before the characters that end it.
    fn line_end(&self, at: u32) -> u32 {
        let rest = self.slice(at, self.text.len() as u32).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("");
        at + line.strip_suffix('\r').unwrap_or(line).len() as u32
    }

    fn eol(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn is_in_brackets(&self, parent: Node<'_, '_>) -> bool {
        is_in_brackets(parent, self.text)
    }

    fn scalar_around(&self, place: Span) -> Option<Way<'a>> {
        self.paper.way(|node| {
            let is_scalar = matches!(node.kind(), Kind::String | Kind::Number | Kind::Bool(_));
            is_scalar && node.outer().contains(place)
        })
    }

    fn slice(&self, start: u32, end: u32) -> Option<&'a str> {
        self.text.get(start as usize..end as usize)
    }
}

/// Whether a key is a function that takes what stands below it to one value, or to several that go together.
fn is_function(key: &str) -> bool {
    let is_choice = key == "Fn::If" || key == "?:";
    !is_choice && (key == "Ref" || key.starts_with("Fn::") || key.ends_with("()"))
}
