//! A row of the table: what was measured, and what it should be.

use std::fmt::Write as _;

/// One number.
#[derive(Debug)]
pub(crate) struct Row {
    /// What it is the cost or speed of.
    pub(crate) what: &'static str,
    /// What it is a multiple of; a unit where it is none.
    pub(crate) against: &'static str,
    /// The number.
    pub(crate) found: f64,
    /// What it must be, by the plan.
    pub(crate) must: Bound,
    /// What it is held to, so that it gets no worse unseen.
    pub(crate) held: Bound,
}

/// A bound.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// The less the better.
    AtMost(f64),
    /// The more the better.
    AtLeast(f64),
}

impl Row {
    /// Whether it is beyond what it is held to.
    pub(crate) fn is_beyond(&self) -> bool {
        !self.held.holds(self.found)
    }
}

impl Bound {
    fn holds(self, number: f64) -> bool {
        match self {
            Self::AtMost(most) => number <= most,
            Self::AtLeast(least) => number >= least,
        }
    }

    fn shown(self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {}", shown(most)),
            Self::AtLeast(least) => format!("≥ {}", shown(least)),
        }
    }
}

/// The rows as a table in Markdown.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = "| what | against | found | must | held to |\n| --- | --- | ---: | ---: | ---: |\n".to_owned();
    for Row { what, against, found, must, held } in rows {
        let mark = if must.holds(*found) { "" } else { " (missed)" };
        let (found, must, held) = (shown(*found), must.shown(), held.shown());
        let _ = writeln!(text, "| {what} | {against} | {found}{mark} | {must} | {held} |");
    }
    text
}

/// Three digits that count.
fn shown(number: f64) -> String {
    match number {
        number if number >= 1000.0 => {
            let digits = format!("{number:.0}");
            let groups: Vec<&str> = (0..digits.len().div_ceil(3))
                .rev()
                .filter_map(|group| {
                    let end = digits.len() - group * 3;
                    digits.get(end.saturating_sub(3)..end)
                })
                .collect();
            groups.join(",")
        }
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}
