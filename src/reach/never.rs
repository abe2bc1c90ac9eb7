//! What must never be so: that somebody reaches a role, or may do something.

use super::{Asked, Cell, Path, Reason, Subject, Target, everybody, reach};
use crate::policy::Instant;
use crate::simulate::{Access, Outcome, World, may};
use crate::source::Span;

/// Something that must never be so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Never {
    /// Its name.
    pub name: String,
    /// Where the name stands; else where the whole does.
    pub span: Span,
    /// Why it is so: a few words or a link.
    pub why: Option<String>,
    /// From whom: as [`Subject::is`] takes it. Nobody for everybody.
    pub from: Vec<String>,
    /// What must not be reached.
    pub goal: Goal,
}

/// What must not be reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Goal {
    /// These roles: names, ARNs or patterns.
    Roles(Vec<String>),
    /// An action on a resource.
    Access {
        /// `service:Name`.
        action: String,
        /// An ARN, or `*`.
        resource: String,
    },
}

/// What became of it.
#[derive(Debug)]
pub struct Kept {
    /// Where it is not kept: the subject, what he reaches, and how.
    pub broken: Vec<(Subject, String, Path)>,
    /// Where that is not known, and why.
    pub open: Vec<(Subject, String, Vec<Reason>)>,
    /// Names that stand for nobody, or for no role.
    pub unknown: Vec<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// Whether it is kept.
pub fn keep(world: World<'_, '_>, never: &Never, at: Instant) -> Kept {
    let access = match &never.goal {
        Goal::Roles(_) => None,
        Goal::Access { action, resource } => Some(Access { action, resource }),
    };
    let found = reach(world, Asked { at, from: &never.from, access });
    let (mut broken, mut open) = (Vec::new(), Vec::new());
    let told =
        |row: usize, column: usize| Some((found.subjects.get(row)?.clone(), found.targets.get(column)?.title(world.inventory)));
    match &never.goal {
        Goal::Roles(roles) => {
            let is_meant = |target: &Target<'_, '_>| roles.iter().any(|own| target.is(own));
            for (row, cells) in found.rows.iter().enumerate() {
                let meant = cells.iter().enumerate().filter(|(at, _)| found.targets.get(*at).is_some_and(is_meant));
                for (column, cell) in meant {
                    let Some((subject, title)) = told(row, column) else { continue };
                    match cell {
                        Cell::Reached(paths) => broken.extend(paths.first().map(|path| (subject, title, path.clone()))),
                        Cell::Open(reasons) => open.push((subject, title, reasons.clone())),
                        Cell::No(_) => {}
                    }
                }
            }
        }
        Goal::Access { .. } => {
            let all = |(row, column, path): (usize, usize, &Path)| {
                told(row, column).map(|(subject, title)| (subject, title, path.clone()))
            };
            broken.extend(found.permitted().filter_map(all));
            let perhaps = found.rows.iter().enumerate().flat_map(|(row, cells)| {
                cells
                    .iter()
                    .enumerate()
                    .filter(|(_, cell)| matches!(cell, Cell::Open(_)))
                    .map(move |(column, cell)| (row, column, cell))
            });
            for (row, column, cell) in perhaps {
                let (Some(Target::Role(role)), Cell::Open(reasons), Some(access)) = (found.targets.get(column), cell, access)
                else {
                    continue;
                };
                if may(world, role, access, &[], at).outcome != Outcome::Denied {
                    open.extend(told(row, column).map(|(subject, title)| (subject, title, reasons.clone())));
                }
            }
            open.extend(found.perhaps_permitted().filter_map(all).map(|(subject, title, path)| {
                let reason =
                    path.permitted.map(|own| Reason { way: path.way, text: own.why, place: own.place.map(|label| label.span) });
                (subject, title, reason.into_iter().collect())
            }));
        }
    }
    Kept { broken, open, unknown: unknown_names(world, never), assumptions: found.assumptions }
}

/// The names that stand for nobody, or for no role.
pub fn unknown_names(world: World<'_, '_>, never: &Never) -> Vec<String> {
    let everybody = everybody(world, &never.from);
    let nobody = never.from.iter().filter(|own| *own != "anyone" && !everybody.iter().any(|subject| subject.is(own)));
    let no_role = match &never.goal {
        Goal::Roles(roles) => roles.as_slice(),
        Goal::Access { .. } => &[],
    };
    let is_role = |own: &str| own == super::ADMINISTRATOR || world.inventory.roles.iter().any(|role| Target::Role(role).is(own));
    nobody.chain(no_role.iter().filter(|own| !is_role(own))).cloned().collect()
}
