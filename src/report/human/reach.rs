//! Which subjects reach which roles, for people: a table, and the steps of each way.

use super::super::text::{self, Colour, width};
use super::super::{Look, Reached, WhoMay, reach};
use super::page::Page;
use crate::reach::{Cell, Distance, Path, Reason, Step, Way};
use crate::simulate::Outcome;
use crate::source::Sources;

/// The table, the ways, and what was taken for granted.
pub fn reach(reached: &Reached<'_, '_, '_>, sources: &Sources, look: Look) -> String {
    let mut page = Page { out: String::new(), sources, look };
    page.table(reached);
    for (row, column, cell) in reached.cells() {
        let (subject, target) = (reached.subject(row), reached.target(column));
        match cell {
            // told with the rights of an administrator
            Cell::Reached(paths) if reached.is_told_with_rights(paths) => {}
            Cell::Reached(paths) => page.ways(reached, (row, column), paths),
            Cell::Open(reasons) if reached.reasons => {
                page.reasons(&format!("not known whether {subject} reaches `{target}`"), reasons);
            }
            Cell::No(reasons) if reached.reasons => page.reasons(&format!("{subject} does not reach `{target}`"), reasons),
            Cell::Open(_) | Cell::No(_) => {}
        }
    }
    page.list("taken for granted", &reached.reach.assumptions);
    if !reached.closes {
        page.out.push('\n');
        page.line("what closes a way is told of fewer at a time (`--from`, `--to`)");
    }
    page.out
}

/// Who may do something, with the steps of each, and of whom that is not known.
pub fn who_may(told: &WhoMay<'_, '_, '_>, sources: &Sources, look: Look) -> String {
    let mut page = Page { out: String::new(), sources, look };
    let reached = &told.reached;
    let what = if told.resource == "*" { told.action.clone() } else { format!("{} on {}", told.action, told.resource) };
    let mut subjects: Vec<usize> = reached.reach.permitted().map(|(row, ..)| row).collect();
    subjects.dedup();
    let line = match subjects.len() {
        0 => format!("nobody is known to come by `{what}` through the roles of the inputs"),
        1 => format!("one kind of caller can do `{what}`"),
        count => format!("{count} kinds of callers can do `{what}`"),
    };
    let line = page.paint(&text::escape(&line), Colour::Bold).into_owned();
    page.line(&line);
    if let Some(own) = &reached.reach.anybody {
        let who = match own.outcome {
            Outcome::Allowed => "anybody can do it, without credentials",
            _ => "not known whether anybody can do it without credentials",
        };
        page.out.push('\n');
        let line = page.placed(&format!("{who}: {}", own.why), own.place.as_ref().map(|label| label.span));
        let painted = page.paint("  ! ", Colour::Red).into_owned();
        page.hanging("  ! ", &painted, &line);
    }
    for (row, column, path) in reached.reach.permitted() {
        page.way(reached, column, path, (&format!("{}, with", reached.subject(row)), &told.action));
    }
    for (row, column, path) in reached.reach.perhaps_permitted() {
        let why = path.permitted.as_ref().map_or("", |own| &own.why);
        let line = format!("not known whether {} can do it with `{}`: {why}", reached.subject(row), reached.target(column));
        let place = path.permitted.as_ref().and_then(|own| own.place.as_ref()).map(|label| label.span);
        page.out.push('\n');
        let painted = page.paint("  ? ", Colour::Yellow).into_owned();
        let line = page.placed(&line, place);
        page.hanging("  ? ", &painted, &line);
    }
    page.list("taken for granted", &reached.reach.assumptions);
    page.out
}

impl Page<'_> {
    /// A row for each subject. Where the names of the roles do not fit beside each other, numbers stand for them.
    fn table(&mut self, reached: &Reached<'_, '_, '_>) {
        if reached.reach.subjects.is_empty() || reached.columns.is_empty() {
            let what = if reached.columns.is_empty() { "no role among the inputs" } else { "nobody starts" };
            return self.line(&format!("{what}: nothing to reach"));
        }
        let titles: Vec<String> =
            reached.columns.iter().map(|&column| text::escape(reached.target(column)).into_owned()).collect();
        let columns: usize = titles.iter().map(|title| width(title) + 2).sum();
        let names = self.look.width.saturating_sub(columns);
        let are_named = names >= LEAST_NAME;
        let heads: Vec<String> = if are_named { titles.clone() } else { (1..=titles.len()).map(|at| at.to_string()).collect() };
        let columns: usize = heads.iter().map(|head| width(head) + 2).sum();
        let widest = reached.reach.subjects.iter().map(|subject| width(&subject.name)).max().unwrap_or_default();
        let names = self.look.width.saturating_sub(columns).clamp(LEAST_NAME, widest.max(LEAST_NAME));
        if !are_named {
            for (head, title) in heads.iter().zip(&titles) {
                self.hanging(&format!("{head}  "), &format!("{head}  "), title);
            }
            self.out.push('\n');
        }
        let head = format!("{}  {}", " ".repeat(names), heads.join("  "));
        let painted = self.paint(&head, Colour::Bold).into_owned();
        self.line(&painted);
        for (subject, cells) in reached.reach.subjects.iter().zip(&reached.reach.rows) {
            let colour = match subject.distance {
                Distance::Anyone => Colour::Red,
                Distance::Other => Colour::Yellow,
                Distance::Known => Colour::Green,
            };
            let mut line = String::new();
            for (&column, head) in reached.columns.iter().zip(&heads) {
                let (mark, colour) = self.mark(cells.get(column), colour);
                line.push_str("  ");
                line.push_str(&self.paint(mark, colour));
                line.extend(std::iter::repeat_n(' ', width(head).saturating_sub(width(mark))));
            }
            for (at, part) in text::wrap(&text::escape(&subject.name), names).into_iter().enumerate() {
                let blank = " ".repeat(names.saturating_sub(width(&part)));
                let marks = if at == 0 { line.trim_end() } else { "" };
                let row = format!("{part}{blank}{marks}");
                self.line(row.trim_end());
            }
        }
        self.out.push('\n');
        let legend = if self.look.unicode {
            "✓ reached  ? not known  · not reached"
        } else {
            "yes: reached  ?: not known  -: not reached"
        };
        let painted = self.paint(legend, Colour::Dim).into_owned();
        self.line(&painted);
    }

    fn mark(&self, cell: Option<&Cell>, reached: Colour) -> (&'static str, Colour) {
        match (cell, self.look.unicode) {
            (Some(Cell::Reached(_)), true) => ("✓", reached),
            (Some(Cell::Reached(_)), false) => ("yes", reached),
            (Some(Cell::Open(_)), _) => ("?", Colour::Yellow),
            (_, true) => ("·", Colour::Dim),
            (_, false) => ("-", Colour::Dim),
        }
    }

    fn ways(&mut self, reached: &Reached<'_, '_, '_>, (row, column): (usize, usize), paths: &[Path]) {
        let subject = reached.subject(row);
        let Some((first, others)) = paths.split_first() else { return };
        let others = if others.is_empty() {
            String::new()
        } else {
            format!("also by {}", others.iter().map(|path| path.way.name()).collect::<Vec<_>>().join(", "))
        };
        self.way(reached, column, first, (&format!("{subject} reaches"), ""));
        if !others.is_empty() {
            self.hanging("    ", "    ", &others);
        }
        let beside = reached.with_rights(row);
        if reached.is_everything(column) && !beside.is_empty() {
            self.hanging("    ", "    ", &text::escape(&format!("and with any right {}", beside.join(", "))));
        }
        for closing in reached.closings((row, column)) {
            let painted = self.paint("    close: ", Colour::Cyan).into_owned();
            self.hanging("    close: ", &painted, &text::escape(&closing));
        }
    }

    /// The steps of one way; the heading begins with whom it is about.
    fn way(&mut self, reached: &Reached<'_, '_, '_>, column: usize, path: &Path, (who, action): (&str, &str)) {
        let title = format!("{who} `{}` by {}", reached.target(column), path.way.name());
        self.heading(&text::escape(&title));
        let then = path.permitted.iter().filter(|own| own.outcome == Outcome::Allowed);
        let then =
            then.map(|own| Step { call: action.to_owned(), text: own.why.clone(), places: own.place.iter().cloned().collect() });
        for (at, step) in path.steps.iter().cloned().chain(then).enumerate() {
            let head = format!("    {}. ", at + 1);
            let mut places: Vec<String> = Vec::new();
            for label in &step.places {
                let place = super::address(self.sources, label.span);
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
            let call = if step.call.is_empty() { String::new() } else { format!("`{}` ", step.call) };
            self.hanging(&head, &head, &format!("{call}{}{places}", text::escape(&step.text)));
        }
        // in the enhanced flow nobody but Cognito sees the token
        if let Some(sample) = reach::sample(path).filter(|_| !matches!(path.way, Way::Enhanced | Way::CustomRole)) {
            self.hanging("    with: ", "    with: ", &text::escape(&sample));
        }
        if let Some(command) = reached.command(path) {
            self.hanging("    try: ", "    try: ", &text::escape(&command));
        }
    }

    fn reasons(&mut self, title: &str, reasons: &[Reason]) {
        self.heading(&text::escape(title));
        for (ways, text, place) in reach::joined(reasons) {
            let bullet = if self.look.unicode { "    · " } else { "    - " };
            let line = self.placed(&format!("{ways}: {text}"), place);
            self.hanging(bullet, bullet, &line);
        }
    }
}

/// So many columns at least are for the subjects.
const LEAST_NAME: usize = 30;
