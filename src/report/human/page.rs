//! The sheet that reports on sign-ins and requests are written on: headings, hanging lines, marks, the table of conditions.

use std::borrow::Cow;

use super::super::Look;
use super::super::text::{self, Colour, paint};
use super::address;
use crate::evaluate::{ConditionTrace, Got, StatementTrace, Truth};
use crate::policy::Condition;
use crate::simulate::{GateState, Outcome};
use crate::source::{Sources, Span};

/// What is written so far, and how it is to look.
pub(super) struct Page<'p> {
    pub(super) out: String,
    pub(super) sources: &'p Sources,
    pub(super) look: Look,
}

impl Page<'_> {
    /// The answer in a word, and what it is about.
    pub(super) fn answer(&mut self, outcome: Outcome, indent: &str, about: &str) {
        let word = outcome.name();
        let painted = format!("{indent}{} ", self.paint(&format!("{word}:"), outcome_colour(outcome)));
        let lines = text::wrap(&format!("{indent}{word}: {about}"), self.look.width.saturating_sub(4));
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                self.out.push_str(&painted);
                self.out.push_str(line.strip_prefix(&format!("{word}: ")).unwrap_or(line));
            } else {
                self.out.push_str(indent);
                self.out.push_str("  ");
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// One step on the way to an answer; names stand in a column of this width.
    pub(super) fn step(&mut self, state: GateState, name: &str, column: usize, line: &str) {
        let (mark, colour) = self.gate_mark(state);
        let head = format!("  {mark} {name:column$}  ");
        let painted = if state == GateState::Skipped {
            self.paint(&head, colour).into_owned()
        } else {
            format!("  {} {name:column$}  ", self.paint(mark, colour))
        };
        self.hanging(&head, &painted, line);
    }

    /// A list under a heading; nothing where it is empty.
    pub(super) fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.heading(title);
        let bullet = if self.look.unicode { "    · " } else { "    - " };
        for item in items {
            self.hanging(bullet, bullet, &text::escape(item));
        }
    }

    /// What a statement asked for and what it got. `is_derived`: whether a key follows from the request itself.
    pub(super) fn conditions(&mut self, trace: &StatementTrace<'_, '_>, is_derived: impl Fn(&str) -> bool) {
        let at = address(self.sources, trace.statement.place());
        self.heading(&format!("{} ({at})", text::escape(&trace.statement.title())));
        for (what, truth) in [("principal", trace.principal), ("action", trace.action), ("resource", trace.resource)] {
            if truth != Truth::Yes {
                let (mark, colour) = self.truth_mark(truth);
                let says = if truth == Truth::No { "names another" } else { "hangs on something that is not known" };
                let painted = format!("    {} ", self.paint(mark, colour));
                self.hanging(&format!("    {mark} "), &painted, &format!("{what}: {says}"));
            }
        }
        if trace.conditions.is_empty() {
            self.out.push_str("    no condition\n");
            return;
        }
        let rows: Vec<Row> = trace.conditions.iter().map(|own| Row::of(own, &is_derived)).collect();
        let widest = |cell: fn(&Row) -> &str, title: &str| {
            rows.iter().map(|row| text::width(cell(row))).max().unwrap_or(0).max(title.len())
        };
        let operator = widest(|row| &row.operator, "operator");
        let key = widest(|row| &row.key, "key");
        let wanted = widest(|row| &row.wanted, "wanted");
        let got = widest(|row| &row.got, "got");
        if 6 + operator + 2 + key + 2 + wanted + 2 + got <= self.look.width {
            let title = format!("      {:operator$}  {:key$}  {:wanted$}  got", "operator", "key", "wanted");
            self.out.push_str(&self.paint(&title, Colour::Dim));
            self.out.push('\n');
            for row in &rows {
                let (mark, colour) = self.truth_mark(row.holds);
                let mark = self.paint(mark, colour);
                let line =
                    [pad(&row.operator, operator), pad(&row.key, key), pad(&row.wanted, wanted), row.got.clone()].join("  ");
                self.line(&format!("    {mark} {line}"));
            }
        } else {
            // too wide for columns: each condition becomes a small list
            for row in &rows {
                let (mark, colour) = self.truth_mark(row.holds);
                let painted = format!("    {} ", self.paint(mark, colour));
                self.hanging(&format!("    {mark} "), &painted, &format!("{} {}", row.operator, row.key));
                for (name, cell) in [("wanted", &row.wanted), ("got", &row.got)] {
                    let painted = format!("      {}", self.paint(&format!("{name:6}  "), Colour::Dim));
                    self.hanging("              ", &painted, cell);
                }
            }
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.out.push('\n');
        for line in text::wrap(text, self.look.width.saturating_sub(2)) {
            self.line(&format!("  {}", self.paint(&line, Colour::Bold)));
        }
    }

    /// A text of the user's with the place that it is about.
    pub(super) fn placed(&self, text: &str, place: Option<Span>) -> String {
        let place = place.map_or_else(String::new, |place| format!(" ({})", address(self.sources, place)));
        format!("{}{place}", text::escape(text))
    }

    pub(super) fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    pub(super) fn hanging(&mut self, head: &str, painted: &str, text: &str) {
        text::push_hanging(&mut self.out, head, painted, text, self.look.width);
    }

    pub(super) fn paint<'t>(&self, text: &'t str, colour: Colour) -> Cow<'t, str> {
        paint(text, colour, self.look.colour)
    }

    pub(super) fn gate_mark(&self, state: GateState) -> (&'static str, Colour) {
        gate_mark(state, self.look)
    }

    pub(super) fn truth_mark(&self, truth: Truth) -> (&'static str, Colour) {
        truth_mark(truth, self.look)
    }

    pub(super) fn outcome_mark(&self, outcome: Outcome) -> (&'static str, Colour) {
        match outcome {
            Outcome::Allowed => self.truth_mark(Truth::Yes),
            Outcome::Denied => self.truth_mark(Truth::No),
            Outcome::Undecided => ("?", Colour::Yellow),
            Outcome::Error => ("!", Colour::Red),
        }
    }
}

/// One line of the table of conditions.
struct Row {
    operator: String,
    key: String,
    wanted: String,
    got: String,
    holds: Truth,
}

impl Row {
    fn of(trace: &ConditionTrace<'_, '_>, is_derived: impl Fn(&str) -> bool) -> Self {
        let Condition { operator_text, key, values, .. } = trace.condition;
        let wanted: Vec<String> = values.iter().map(|value| text::escape(&value.pattern.text.shown()).into_owned()).collect();
        let got = match &trace.got {
            Got::Absent if trace.holds == Truth::Yes => "absent, which this operator lets pass".to_owned(),
            Got::Absent => "absent".to_owned(),
            Got::Unknown => "not known".to_owned(),
            Got::One(value) => text::escape(value).into_owned(),
            Got::Many(values) if values.is_empty() => "no value".to_owned(),
            Got::Many(values) => text::escape(&values.join(", ")).into_owned(),
            Got::Part(values) => format!("{}, and more that is not known", text::escape(&values.join(", "))),
        };
        let derived = if key.known().is_some_and(is_derived) { " (derived)" } else { "" };
        Self {
            operator: text::escape(&operator_text.shown()).into_owned(),
            key: text::escape(&key.shown()).into_owned(),
            wanted: if wanted.is_empty() { "no value".to_owned() } else { wanted.join(", ") },
            got: format!("{got}{derived}"),
            holds: trace.holds,
        }
    }
}

/// A text with spaces behind it.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{:1$}", "", columns.saturating_sub(text::width(text)))
}

/// The colour of an answer.
pub(super) fn outcome_colour(outcome: Outcome) -> Colour {
    match outcome {
        Outcome::Allowed => Colour::Green,
        Outcome::Denied | Outcome::Error => Colour::Red,
        Outcome::Undecided => Colour::Yellow,
    }
}

/// The mark of a gate, and its colour.
pub(super) fn gate_mark(state: GateState, look: Look) -> (&'static str, Colour) {
    match state {
        GateState::Pass => truth_mark(Truth::Yes, look),
        GateState::Fail => truth_mark(Truth::No, look),
        GateState::Unknown => ("?", Colour::Yellow),
        GateState::Skipped => (if look.unicode { "·" } else { "-" }, Colour::Dim),
    }
}

fn truth_mark(truth: Truth, look: Look) -> (&'static str, Colour) {
    match truth {
        Truth::Yes => (if look.unicode { "✓" } else { "+" }, Colour::Green),
        Truth::No => (if look.unicode { "✗" } else { "x" }, Colour::Red),
        Truth::Unknown(_) => ("?", Colour::Yellow),
    }
}
