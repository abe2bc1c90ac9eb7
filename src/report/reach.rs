//! What every report on who reaches which roles says in the same words.

use super::Reached;
use super::text::shell_word;
use crate::reach::{Cell, Closing, Path, Reason, Sample, Target, Way};
use crate::source::Span;

impl Reached<'_, '_, '_> {
    /// The cells that are told, by their places in the table.
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, usize, &Cell)> {
        let rows = self.reach.rows.iter().enumerate();
        rows.flat_map(move |(row, cells)| self.columns.iter().filter_map(move |&column| Some((row, column, cells.get(column)?))))
    }

    /// The cells of what is reached, by their places in the table.
    pub fn reached(&self) -> impl Iterator<Item = (usize, usize)> {
        let reached = self.cells().filter(|(_, _, cell)| matches!(cell, Cell::Reached(_)));
        reached.map(|(row, column, _)| (row, column))
    }

    /// Whether this is the column of the rights of an administrator.
    pub(super) fn is_everything(&self, column: usize) -> bool {
        matches!(self.reach.targets.get(column), Some(Target::Everything))
    }

    /// Whether these ways go by the rights of an administrator, which are told too.
    pub(super) fn is_told_with_rights(&self, paths: &[Path]) -> bool {
        let is_told = self.columns.iter().any(|&column| self.is_everything(column));
        is_told && paths.first().is_some_and(|path| path.way == Way::Rights)
    }

    /// The roles that a subject has by the rights of an administrator.
    pub(super) fn with_rights(&self, row: usize) -> Vec<String> {
        let cells = self.cells().filter(|(own, ..)| *own == row);
        let own = cells.filter(|(_, _, cell)| cell.path().is_some_and(|path| path.way == Way::Rights));
        own.map(|(_, column, _)| format!("`{}`", self.target(column))).collect()
    }

    pub(super) fn subject(&self, row: usize) -> &str {
        self.reach.subjects.get(row).map_or("", |subject| &subject.name)
    }

    pub(super) fn target(&self, column: usize) -> &str {
        self.titles.get(column).map_or("", |title| title)
    }

    /// What closes the shortest way of a cell, in words.
    pub(super) fn closings(&self, cell: (usize, usize)) -> Vec<String> {
        let own = self.closings.iter().filter(|(own, _)| *own == cell).flat_map(|(_, closings)| closings);
        own.map(closing).collect()
    }

    /// The command that goes the same way.
    pub(super) fn command(&self, path: &Path) -> Option<String> {
        if path.options.is_empty() {
            return None;
        }
        let mut claims = String::new();
        let mut words = vec!["rolecall", "simulate"];
        let mut options = path.options.iter().map(String::as_str);
        while let Some(option) = options.next() {
            words.push(option);
            // a token does not stand in the arguments
            if option == "--claims" {
                claims = options.next().map_or_else(String::new, |own| format!("echo {} | ", shell_word(own)));
                words.push("-");
            }
        }
        words.extend(self.inputs.iter().map(String::as_str));
        Some(format!("{claims}{}", words.into_iter().map(shell_word).collect::<Vec<_>>().join(" ")))
    }
}

fn closing(closing: &Closing) -> String {
    let left = match closing.left {
        0 if closing.open => "no known way is left, but another may be open".to_owned(),
        0 => "no way is left".to_owned(),
        1 => "one way is left".to_owned(),
        left => format!("{left} ways are left"),
    };
    let others = match closing.others {
        0 => String::new(),
        1 => ", and another role is not reached any more".to_owned(),
        others => format!(", and {others} other roles are not reached any more"),
    };
    format!("{}: {left}{others}", closing.words)
}

/// Reasons that say the same of several ways, as one: the ways, the clause, and the place.
pub(super) fn joined(reasons: &[Reason]) -> Vec<(String, &str, Option<Span>)> {
    let mut all: Vec<(String, &str, Option<Span>)> = Vec::new();
    for reason in reasons {
        match all.iter_mut().find(|(_, text, place)| *text == reason.text && *place == reason.place) {
            Some((ways, ..)) if ways.split(", ").any(|own| own == reason.way.name()) => {}
            Some((ways, ..)) => {
                ways.push_str(", ");
                ways.push_str(reason.way.name());
            }
            None => all.push((reason.way.name().to_owned(), &reason.text, reason.place)),
        }
    }
    all
}

/// What tells a way from the others of a report.
pub(super) fn id(subject: &str, target: &str, path: &Path) -> String {
    format!("{subject} > {target} > {}", path.way.name())
}

/// The token that STS sees, or who signs.
pub(super) fn sample(path: &Path) -> Option<String> {
    path.sample.as_ref().map(|sample| match sample {
        Sample::Token(token) => token.claims.to_json(),
        Sample::Principal(principal) => principal.clone(),
    })
}
