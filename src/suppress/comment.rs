//! `# rolecall: ignore[rule] reason`, in whatever the comments of a file look like.

use std::ops::Range;

use super::{Covers, Means, Row, malformed, named};
use crate::finding::Finding;
use crate::inventory::may_hold_json;
use crate::lint::Facts;
use crate::source::{SourceId, Span};
use crate::syntax::{Node, Tree};

/// What stands in every comment that is meant for this tool, and in all metadata.
const NAME: &str = "rolecall";

/// What a comment begins with, in one language or another.
const MARKS: [&str; 6] = ["#", "//", "/*", "<!--", "--", ";"];

/// Words for which `ignore` is meant.
const OTHER_WORDS: [&str; 6] = ["allow", "disable", "nolint", "noqa", "skip", "suppress"];

/// Whether a text may hold something that suppresses findings.
pub(super) fn may_hold(text: &str) -> bool {
    text.contains(NAME)
}

/// Adds what the comments of a text say, and what is wrong with it.
pub(super) fn rows(id: SourceId, facts: &Facts<'_, '_>, trees: &[Tree<'_>], rows: &mut Vec<Row>, told: &mut Vec<Finding>) {
    let text = facts.sources.get(id).text();
    let mut start = 0;
    let is_json = may_hold_json(text);
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let Some(comment) = Comment::find(line.trim_end(), is_json) else { continue };
        let place = |part: Range<usize>| Span::new(id, (range.start + part.start) as u32, (range.start + part.end) as u32);
        let Comment { at, has_code, said } = comment;
        let Order { names, reason } = match said {
            Ok(said) => said,
            Err(message) => {
                let help = "write `rolecall: ignore[rule] reason`";
                told.push(malformed(message.to_owned(), place(at), "suppresses nothing", help));
                continue;
            }
        };
        let names: Vec<(&str, Span)> = names.into_iter().map(|(name, part)| (name, place(part))).collect();
        let rules = named(&names, told);
        if reason.is_empty() {
            let help = "say behind the bracket why it is right as it is";
            told.push(malformed("a finding is suppressed without a reason".to_owned(), place(at), "no reason", help));
            continue;
        }
        let line = if has_code { range.clone() } else { next_line(text, range.end) };
        if !rules.is_empty() {
            let covers = Covers::Range(whole(id, line, facts, trees));
            let reason = reason.to_owned();
            rows.push(Row { means: Means::Comment, rules, reason, place: place(at), covers, until: None, is_used: false });
        }
    }
}

/// What a comment says.
struct Comment<'l> {
    /// Where in its line it says so.
    at: Range<usize>,
    /// Whether something stands before it.
    has_code: bool,
    /// What it orders, or what is wrong with it.
    said: Result<Order<'l>, &'static str>,
}

/// What is to be ignored.
struct Order<'l> {
    /// The names of rules, each with its place in the line.
    names: Vec<(&'l str, Range<usize>)>,
    reason: &'l str,
}

impl<'l> Comment<'l> {
    /// That of a line. In JSON a line can only be a comment as a whole.
    fn find(line: &'l str, is_json: bool) -> Option<Self> {
        let (at, _) = line.match_indices(NAME).find(|(at, _)| {
            let behind = line.get(at + NAME.len()..).unwrap_or("");
            behind.starts_with(':') && mark_before(line.get(..*at).unwrap_or("")).is_some()
        })?;
        let before = line.get(..at)?;
        let code = before.get(..mark_before(before)?)?;
        let has_code = !code.trim().is_empty();
        if has_code && is_json {
            return None;
        }
        let start = at + NAME.len() + 1;
        let order = line.get(start..)?;
        let start = start + (order.len() - order.trim_start().len());
        let order = order.trim_start();
        let word = order.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
        let end = line.len();
        let wrong = |message| Some(Self { at: at..end, has_code, said: Err(message) });
        if OTHER_WORDS.contains(&word) {
            return wrong("this word suppresses nothing");
        }
        if word != "ignore" {
            return None;
        }
        let Some(inside) = order.strip_prefix("ignore[") else { return wrong("it is not told which rule is to be ignored") };
        let Some((list, reason)) = inside.split_once(']') else { return wrong("the bracket is not closed") };
        let mut names = Vec::new();
        let mut from = start + "ignore[".len();
        for name in list.split(',') {
            let first = from + (name.len() - name.trim_start().len());
            from += name.len() + 1;
            if !name.trim().is_empty() {
                names.push((name.trim(), first..first + name.trim().len()));
            }
        }
        if names.is_empty() {
            return wrong("it is not told which rule is to be ignored");
        }
        let reason = reason.trim().trim_end_matches("*/").trim_end_matches("-->").trim_start_matches(':').trim();
        Some(Self { at: at..end, has_code, said: Ok(Order { names, reason }) })
    }
}

/// Where the mark of a comment stands with which this text ends.
fn mark_before(text: &str) -> Option<usize> {
    let text = text.trim_end();
    MARKS.iter().filter_map(|mark| text.strip_suffix(mark)).map(str::len).min()
}

/// The first line from here on that holds more than a comment.
fn next_line(text: &str, mut at: usize) -> Range<usize> {
    for line in text.get(at..).unwrap_or("").split_inclusive('\n') {
        let own = line.trim();
        if !own.is_empty() && !MARKS.iter().any(|mark| own.starts_with(mark) && !own.starts_with("---")) {
            return at..at + line.len();
        }
        at += line.len();
    }
    at..at
}

/// A line with all that starts on it.
fn whole(id: SourceId, line: Range<usize>, facts: &Facts<'_, '_>, trees: &[Tree<'_>]) -> Span {
    let (start, end) = (line.start as u32, line.end as u32);
    let is_on = |span: Span| span.source == id && start <= span.start && span.start < end;
    let nodes = || trees.iter().flat_map(|tree| tree.root().within());
    let values = nodes().flat_map(Node::entries).filter(|entry| is_on(entry.key.outer())).map(|entry| entry.value);
    // the root is the whole document, wherever it starts
    let items = nodes().flat_map(Node::items).filter(|item| is_on(item.outer()));
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy.range).filter(|range| is_on(*range));
    let ends = values.chain(items).map(Node::outer).chain(policies).filter(|span| span.source == id).map(|span| span.end);
    Span::new(id, start, ends.max().unwrap_or(end).max(end))
}
