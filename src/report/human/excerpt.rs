//! Cuts out of an input what is worth showing: a few lines, of long ones a window, in a copy that is safe to print.
//!
//! The copy is not the text of the file: characters that may not be printed are spelt out and cuts are marked. So it has
//! offsets of its own, and the labels are moved to them here.

use std::ops::Range;

use super::super::text;
use crate::finding::Label;
use crate::source::{Place, Source, SourceId, Sources};

/// Some adjacent lines of one input, ready to be framed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Excerpt {
    /// The name of the input.
    pub(super) name: String,
    /// Where the first of the labels stands in the input, or the main one.
    pub(super) place: Place,
    /// The number of the first line.
    pub(super) first_line: usize,
    /// The number of lines.
    pub(super) lines: usize,
    /// The copy; every line ends with a space, so that the place behind its end can be marked too.
    pub(super) text: String,
    /// What to mark in the copy.
    pub(super) marks: Vec<Mark>,
}

/// A range of the copy with a few words, already broken into lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    /// Bytes of the copy; empty for a place between two characters.
    pub(super) range: Range<usize>,
    /// May be empty.
    pub(super) text: String,
    /// Whether this is what the finding is about.
    pub(super) main: bool,
}

/// What to draw with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paper {
    /// Columns of the whole frame.
    pub(super) width: usize,
    /// Stands where something was cut away.
    pub(super) ellipsis: &'static str,
}

/// Labels that are further apart than this many lines get frames of their own.
const GAP: usize = 3;
/// A tab is shown as this many spaces; in practice tabs only indent.
const TAB: usize = 4;
/// What stands before the words of a label: the stem and its foot.
const STEM: usize = 4;
/// Words of a label may be broken into lines of this length, never shorter ones.
const NARROW: usize = 24;

/// One label, on one line of its input.
#[derive(Clone, Debug)]
struct Spot {
    line: usize,
    start: usize,
    end: usize,
    text: String,
    main: bool,
}

/// Some labels of one line with the part of the line to show.
#[derive(Clone, Debug)]
struct Cut {
    spots: Vec<Spot>,
    window: Range<usize>,
    /// Whether something was cut away before the window.
    from_within: bool,
}

/// The excerpts that show these labels, that of the first label first. Labels that are near share one.
pub(super) fn excerpts(sources: &Sources, labels: &[&Label], paper: Paper) -> Vec<Excerpt> {
    let mut ids: Vec<SourceId> = Vec::new();
    for label in labels {
        if !ids.contains(&label.span.source) {
            ids.push(label.span.source);
        }
    }
    let mut all = Vec::new();
    for id in ids {
        let source = sources.get(id);
        let mut own = of_source(source, spots(source, id, labels), paper);
        // what the finding is about comes first, the rest in the order of the text
        own.sort_by_key(|excerpt| !excerpt.marks.iter().any(|mark| mark.main));
        all.append(&mut own);
    }
    all
}

fn spots(source: &Source, id: SourceId, labels: &[&Label]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for (index, label) in labels.iter().enumerate().filter(|(_, label)| label.span.source == id) {
        let line = source.place(label.span.start).line;
        let range = source.line(line);
        let start = (label.span.start as usize).clamp(range.start, range.end);
        // never more than the first line: what runs over several is a container, of which its head says enough
        let end = (label.span.end as usize).clamp(start, range.end);
        let words = text::escape(&label.text);
        match spots.iter_mut().find(|spot| (spot.start, spot.end) == (start, end)) {
            Some(twin) => {
                if !words.is_empty() && twin.text != words {
                    twin.text = if twin.text.is_empty() { words.into_owned() } else { format!("{}; {words}", twin.text) };
                }
            }
            None => spots.push(Spot { line, start, end, text: words.into_owned(), main: index == 0 }),
        }
    }
    spots.sort_by_key(|spot| (spot.start, spot.end));
    spots
}

fn of_source(source: &Source, spots: Vec<Spot>, paper: Paper) -> Vec<Excerpt> {
    let last_line = spots.last().map_or(1, |spot| spot.line) + 1;
    let gutter = last_line.to_string().len() + 4;
    let room = paper.width.max(40) - gutter;
    let mut groups: Vec<Vec<Cut>> = Vec::new();
    for spot in spots {
        if let Some(cuts) = groups.last_mut()
            && let Some(last) = cuts.last_mut()
            && let Some(previous) = last.spots.last()
        {
            if previous.line == spot.line && previous.end <= spot.start {
                let mut together = last.spots.clone();
                together.push(spot.clone());
                if let Some(cut) = cut(source, together, room, paper) {
                    *last = cut;
                    continue;
                }
            } else if previous.line < spot.line && spot.line - previous.line <= GAP {
                cuts.extend(cut(source, vec![spot], room, paper));
                continue;
            }
        }
        groups.extend(cut(source, vec![spot], room, paper).map(|cut| vec![cut]));
    }
    groups.iter().map(|cuts| draw(source, cuts, room, paper)).collect()
}

/// Chooses what to show of a line, so that these labels and their words fit into `room` columns; `None` where they cannot.
/// One label alone always fits: it is cut short.
fn cut(source: &Source, mut spots: Vec<Spot>, room: usize, paper: Paper) -> Option<Cut> {
    let line = source.line(spots.first()?.line);
    let marks = text::width(paper.ellipsis);
    let inner = room.saturating_sub(2 * marks);
    let alone = spots.len() == 1;
    let start = spots.first()?.start;
    let mut core = 0;
    // columns of each label, counted from the first
    let mut columns: Vec<Range<usize>> = Vec::new();
    let mut at = start;
    for spot in &mut spots {
        let (between, reached) = fitting(source, at..spot.start, inner - core.min(inner));
        // what lies too far behind the first label has no place beside it, even where it has no width itself
        if reached < spot.start {
            return None;
        }
        core += between;
        let begin = core;
        let (wide, reached) = fitting(source, spot.start..spot.end, inner.saturating_sub(core));
        if reached < spot.end && !alone {
            return None;
        }
        spot.end = reached;
        core += wide;
        // even what has no width takes a column to be marked, and pushes the next mark on
        let begin = columns.last().map_or(begin, |last| last.end.max(begin));
        columns.push(begin..core.max(begin + 1));
        at = spot.end;
    }
    let stem = |columns: &Range<usize>| columns.start.midpoint(columns.end);
    let words = |spot: &Spot| text::width(&spot.text);
    let (left, from_start) = fitting_back(source, line.start..start, room);
    let (right, to_end) = fitting(source, at..line.end, room);
    let whole = from_start == line.start && to_end == line.end && left + core + right <= room;
    let fits = |left: usize, room: usize| {
        columns.iter().zip(&spots).all(|(columns, spot)| left + stem(columns) + STEM + words(spot).min(NARROW) <= room)
    };
    if whole && fits(left, room) {
        wrap_words(&mut spots, &columns, left, room);
        return Some(Cut { spots, window: line, from_within: false });
    }
    // the words want as much room behind their stem as they need, up to a point
    let need =
        columns.iter().zip(&spots).map(|(columns, spot)| (stem(columns) + STEM + words(spot).min(2 * NARROW)).max(core)).max()?;
    if !alone && (core > inner || !fits(0, inner)) {
        return None;
    }
    let most = inner.saturating_sub(need.max(core));
    let left_room = if from_start == line.start && left <= most { left } else { most.min((inner - core.min(inner)) / 2) };
    let (left, from) = fitting_back(source, line.start..start, left_room);
    let (_, to) = fitting(source, at..line.end, inner.saturating_sub(left + core));
    let shift = if from > line.start { left + marks } else { left };
    wrap_words(&mut spots, &columns, shift, room);
    Some(Cut { spots, window: from..to, from_within: from > line.start })
}

fn wrap_words(spots: &mut [Spot], columns: &[Range<usize>], left: usize, room: usize) {
    for (spot, columns) in spots.iter_mut().zip(columns) {
        let stem = left + columns.start.midpoint(columns.end) + STEM;
        spot.text = text::wrap(&spot.text, room.saturating_sub(stem).max(8)).join("\n");
    }
}

/// How many columns of a range fit into `room`, and up to which byte.
fn fitting(source: &Source, range: Range<usize>, room: usize) -> (usize, usize) {
    let mut used = 0;
    let mut at = range.start;
    for c in source.text().get(range).unwrap_or("").chars() {
        let wide = shown_width(c, at);
        if used + wide > room {
            break;
        }
        used += wide;
        at += c.len_utf8();
    }
    (used, at)
}

/// As [`fitting`], from the end of the range backwards.
fn fitting_back(source: &Source, range: Range<usize>, room: usize) -> (usize, usize) {
    let mut used = 0;
    let mut at = range.end;
    for c in source.text().get(range).unwrap_or("").chars().rev() {
        let before = at - c.len_utf8();
        let wide = shown_width(c, before);
        if used + wide > room {
            break;
        }
        used += wide;
        at = before;
    }
    (used, at)
}

fn draw(source: &Source, cuts: &[Cut], room: usize, paper: Paper) -> Excerpt {
    let number = |cut: Option<&Cut>| cut.and_then(|cut| cut.spots.first()).map_or(1, |spot| spot.line);
    let (first, last) = (number(cuts.first()), number(cuts.last()));
    // beside a line of which the head is cut away, whole lines would only confuse
    let context = !cuts.iter().any(|cut| cut.from_within);
    let before = usize::from(context && first > 1 && says_something(source, first - 1));
    let after = usize::from(context && says_something(source, last + 1));
    let mut copy = String::new();
    let mut marks = Vec::new();
    for line in first - before..=last + after {
        match cuts.iter().find(|cut| number(Some(cut)) == line) {
            Some(cut) => draw_cut(&mut copy, &mut marks, source, cut, paper),
            None => draw_plain(&mut copy, source, line, room, paper),
        }
        copy.push_str(" \n");
    }
    let spots = || cuts.iter().flat_map(|cut| &cut.spots);
    let head = spots().find(|spot| spot.main).or_else(|| spots().next()).map_or(0, |spot| spot.start);
    Excerpt {
        name: text::escape(source.name()).into_owned(),
        place: source.place(head as u32),
        first_line: first - before,
        lines: last + after + 1 + before - first,
        text: copy,
        marks,
    }
}

fn draw_cut(copy: &mut String, marks: &mut Vec<Mark>, source: &Source, cut: &Cut, paper: Paper) {
    let line = source.line(cut.spots.first().map_or(1, |spot| spot.line));
    if cut.window.start > line.start {
        copy.push_str(paper.ellipsis);
    }
    let mut at = cut.window.start;
    for spot in &cut.spots {
        at = draw_range(copy, source, at..spot.start);
        let start = copy.len();
        at = draw_range(copy, source, at..spot.end);
        marks.push(Mark { range: start..copy.len(), text: spot.text.clone(), main: spot.main });
    }
    draw_range(copy, source, at..cut.window.end);
    if cut.window.end < line.end {
        copy.push_str(paper.ellipsis);
    }
}

fn draw_plain(copy: &mut String, source: &Source, line: usize, room: usize, paper: Paper) {
    let range = source.line(line);
    let (_, whole) = fitting(source, range.clone(), room);
    if whole == range.end {
        draw_range(copy, source, range);
    } else {
        let (_, to) = fitting(source, range.clone(), room.saturating_sub(text::width(paper.ellipsis)));
        draw_range(copy, source, range.start..to);
        copy.push_str(paper.ellipsis);
    }
}

fn draw_range(copy: &mut String, source: &Source, range: Range<usize>) -> usize {
    let mut at = range.start;
    for c in source.text().get(range.clone()).unwrap_or("").chars() {
        push_shown(copy, c, at);
        at += c.len_utf8();
    }
    range.end.max(range.start)
}

/// A byte order mark at the head of a file is no part of what the user wrote; anywhere else it is as suspect as the rest.
fn push_shown(copy: &mut String, c: char, at: usize) {
    match c {
        '\t' => copy.extend(std::iter::repeat_n(' ', TAB)),
        '\u{FEFF}' if at == 0 => {}
        c => text::push_escaped(copy, c),
    }
}

fn shown_width(c: char, at: usize) -> usize {
    if let ' '..='~' = c {
        return 1;
    }
    let mut shown = String::new();
    push_shown(&mut shown, c, at);
    text::width(&shown)
}

/// Whether a line holds more than brackets, so that it helps to find one's way.
fn says_something(source: &Source, line: usize) -> bool {
    let range = source.line(line);
    let start = source.text().get(range).unwrap_or("");
    // of a very long line its head says enough
    start.chars().take(400).any(char::is_alphanumeric)
}
