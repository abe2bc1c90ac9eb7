//! Two states of a text as a unified diff, as `diff -u` and `patch` have it.

use std::borrow::Cow;
use std::ops::Range;

use super::Look;
use super::text::{Colour, escape, is_unsafe, paint, push_escaped};

/// The diff of a text of this name; empty where nothing differs. The lines are those of the texts, byte for byte but for what could command a
/// terminal or hide: that is told as everywhere, and such a diff is for reading only.
pub fn unified(name: &str, old: &str, new: &str, look: Look) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let changes = changes(&before, &after);
    if changes.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for (mark, colour) in [("---", Colour::Red), ("+++", Colour::Green)] {
        out.extend([&*paint(&format!("{mark} {}", escape(name)), colour, look.colour), "\n"]);
    }
    for hunk in hunks(&changes) {
        push_hunk(&mut out, hunk, &before, &after, look);
    }
    out
}

/// Lines of the old text, and those of the new one that stand in their place.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// How many lines that did not change are shown around those that did.
const CONTEXT: usize = 3;

/// More differences than this are told as one.
const MOST: usize = 1000;

/// Changes with at most twice the context between them share a hunk.
fn hunks(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(|one, other| other.old.start - one.old.end <= 2 * CONTEXT)
}

fn push_hunk(out: &mut String, hunk: &[Change], before: &[&str], after: &[&str], look: Look) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let lead = first.old.start.min(CONTEXT);
    let trail = (before.len() - last.old.end).min(CONTEXT);
    let old = first.old.start - lead..last.old.end + trail;
    let new = first.new.start - lead..last.new.end + trail;
    let head = format!("@@ -{} +{} @@", numbers(&old), numbers(&new));
    out.extend([&*paint(&head, Colour::Cyan, look.colour), "\n"]);
    let mut push = |mark: &str, lines: &[&str], range: Range<usize>, colour: Option<Colour>| {
        for line in lines.get(range).unwrap_or(&[]) {
            let bare = line.strip_suffix('\n');
            let text = format!("{mark}{}", shown(bare.unwrap_or(line)));
            out.push_str(&colour.map_or(text.as_str().into(), |colour| paint(&text, colour, look.colour)));
            out.push_str(if bare.is_some() { "\n" } else { "\n\\ No newline at end of file\n" });
        }
    };
    let mut done = old.start;
    for change in hunk {
        push(" ", before, done..change.old.start, None);
        push("-", before, change.old.clone(), Some(Colour::Red));
        push("+", after, change.new.clone(), Some(Colour::Green));
        done = change.old.end;
    }
    push(" ", before, done..old.end, None);
}

/// Whether a diff tells every line of a text as it is.
pub fn is_exact(text: &str) -> bool {
    text.split_inclusive('\n').all(|line| matches!(shown(line.strip_suffix('\n').unwrap_or(line)), Cow::Borrowed(_)))
}

/// A line as it is shown: with its tabs, and with the carriage return before its end.
fn shown(line: &str) -> Cow<'_, str> {
    let (bare, end) = line.strip_suffix('\r').map_or((line, ""), |bare| (bare, "\r"));
    let is_plain = |c: char| c == '\t' || !is_unsafe(c);
    if bare.chars().all(is_plain) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len() + 8);
    bare.chars().for_each(|c| if is_plain(c) { out.push(c) } else { push_escaped(&mut out, c) });
    out.push_str(end);
    Cow::Owned(out)
}

/// Where lines stand, and how many: an empty range is told by the line before it.
fn numbers(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}

/// What differs, in order.
fn changes(before: &[&str], after: &[&str]) -> Vec<Change> {
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let rest = before.len().min(after.len()) - same;
    let end = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    let (old, new) = (same..before.len() - end, same..after.len() - end);
    let inner = (before.get(old.clone()).unwrap_or(&[]), after.get(new.clone()).unwrap_or(&[]));
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let Some(kept) = kept(inner.0, inner.1) else { return vec![Change { old, new }] };
    let mut changes = Vec::new();
    let mut done = (0, 0);
    for (x, y) in kept.into_iter().chain([(inner.0.len(), inner.1.len())]) {
        if (x, y) != done {
            changes.push(Change { old: same + done.0..same + x, new: same + done.1..same + y });
        }
        done = (x + 1, y + 1);
    }
    changes
}

/// The lines that both have, in order, by their numbers: a longest such list, after Myers, "An O(ND) Difference Algorithm and Its Variations"
/// (1986). `None` where too much differs.
fn kept(before: &[&str], after: &[&str]) -> Option<Vec<(usize, usize)>> {
    let most = (before.len() + after.len()).min(MOST);
    // a diagonal is counted from here, so that none is below zero
    let middle = most + 1;
    let mut furthest = vec![0_usize; 2 * middle + 1];
    let mut steps: Vec<Vec<usize>> = Vec::new();
    for count in 0..=most {
        steps.push(furthest.clone());
        for diagonal in (middle - count..=middle + count).step_by(2) {
            let (from, down) = step(&furthest, diagonal, middle, count);
            let mut x = from + usize::from(!down && count > 0);
            let Some(mut y) = (x + middle).checked_sub(diagonal) else { continue };
            while before.get(x).is_some() && before.get(x) == after.get(y) {
                (x, y) = (x + 1, y + 1);
            }
            *furthest.get_mut(diagonal)? = x;
            if x >= before.len() && y >= after.len() {
                return Some(walk_back(&steps, middle, (before.len(), after.len())));
            }
        }
    }
    None
}

/// Where the step to a diagonal begins, and whether it goes down, taking in a new line, rather than right, leaving out an old one.
fn step(furthest: &[usize], diagonal: usize, middle: usize, count: usize) -> (usize, bool) {
    let at = |diagonal: usize| furthest.get(diagonal).copied().unwrap_or(0);
    let (left, right) = (at(diagonal - 1), at(diagonal + 1));
    let down = diagonal == middle - count || diagonal != middle + count && left < right;
    if count == 0 { (0, true) } else { (if down { right } else { left }, down) }
}

fn walk_back(steps: &[Vec<usize>], middle: usize, end: (usize, usize)) -> Vec<(usize, usize)> {
    let (mut x, mut y) = end;
    let mut kept = Vec::new();
    for (count, furthest) in steps.iter().enumerate().rev() {
        let diagonal = x + middle - y;
        let (start, down) = step(furthest, diagonal, middle, count);
        let before = if down { diagonal + 1 } else { diagonal - 1 };
        let above = if count == 0 { 0 } else { start + middle - before };
        while x > start && y > above {
            (x, y) = (x - 1, y - 1);
            kept.push((x, y));
        }
        (x, y) = (start, above);
    }
    kept.reverse();
    kept
}
