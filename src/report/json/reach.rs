//! Which subjects reach which roles, for programs.

use serde_json::{Value, json};

use super::super::{Reached, Unread, WhoMay, reach};
use super::token::value;
use super::{VERSION, append, not_readable, page, place};
use crate::finding::Label;
use crate::identity::Claim;
use crate::reach::{Cell, Distance, Path, Permitted, Reason, Sample, Target};
use crate::source::Sources;

/// The table, the ways, and what was taken for granted.
pub fn reach(reached: &Reached<'_, '_, '_>, unread: &[Unread], sources: &Sources) -> String {
    let targets = reached.columns.iter().map(|&column| {
        let arn = match reached.reach.targets.get(column) {
            Some(Target::Role(role)) => role.arn.as_ref().and_then(|arn| arn.known()),
            Some(Target::Everything) | None => None,
        };
        json!({ "role": reached.target(column), "arn": arn })
    });
    let subjects = reached.reach.subjects.iter().zip(&reached.reach.rows).enumerate().map(|(row, (subject, cells))| {
        let cells = reached.columns.iter().filter_map(|&column| Some(cell((row, column), cells.get(column)?, reached, sources)));
        json!({
            "who": subject.name,
            "words": subject.words,
            "distance": match subject.distance {
                Distance::Anyone => "anyone",
                Distance::Other => "other-account",
                Distance::Known => "known",
            },
            "reaches": cells.collect::<Vec<_>>(),
        })
    });
    page(&json!({
        "version": VERSION,
        "closingsSought": reached.closes,
        "targets": targets.collect::<Vec<_>>(),
        "subjects": subjects.collect::<Vec<_>>(),
        "assumptions": reached.reach.assumptions,
        "notReadable": not_readable(unread, sources),
    }))
}

/// Who may do something, with the steps of each, and of whom that is not known.
pub fn who_may(told: &WhoMay<'_, '_, '_>, unread: &[Unread], sources: &Sources) -> String {
    let reached = &told.reached;
    let who = |(row, column, own): (usize, usize, &Path)| {
        let permitted = own.permitted.as_ref().map(|own| permission(own, sources));
        json!({
            "who": reached.subject(row),
            "role": reached.target(column),
            "way": path(own, (reached.subject(row), reached.target(column)), reached, sources),
            "permission": permitted,
        })
    };
    page(&json!({
        "version": VERSION,
        "action": told.action,
        "resource": told.resource,
        "anybody": reached.reach.anybody.as_ref().map(|own| permission(own, sources)),
        "can": reached.reach.permitted().map(who).collect::<Vec<_>>(),
        "notKnown": reached.reach.perhaps_permitted().map(who).collect::<Vec<_>>(),
        "assumptions": reached.reach.assumptions,
        "notReadable": not_readable(unread, sources),
    }))
}

fn permission(own: &Permitted, sources: &Sources) -> Value {
    let mut told = json!({ "outcome": own.outcome.name(), "why": own.why });
    if let Some(label) = &own.place {
        append(&mut told, place(label.span, sources));
    }
    told
}

fn cell(at: (usize, usize), cell: &Cell, reached: &Reached<'_, '_, '_>, sources: &Sources) -> Value {
    let target = reached.target(at.1);
    let (answer, paths, reasons): (_, &[Path], &[Reason]) = match cell {
        Cell::Reached(paths) => ("reached", paths, &[]),
        Cell::Open(reasons) => ("undecided", &[], reasons),
        Cell::No(reasons) => ("not-reached", &[], reasons),
    };
    let ways = paths.iter().map(|own| path(own, (reached.subject(at.0), target), reached, sources));
    let reasons = reasons.iter().map(|reason| {
        let mut told = json!({ "way": reason.way.name(), "text": reason.text });
        if let Some(span) = reason.place {
            append(&mut told, place(span, sources));
        }
        told
    });
    let closings = reached.closings.iter().filter(|(own, _)| *own == at).flat_map(|(_, closings)| closings).map(|own| {
        let edits = own.edits.iter().map(|edit| {
            let mut told = json!({ "text": edit.text });
            append(&mut told, place(edit.span, sources));
            told
        });
        json!({ "words": own.words, "edits": edits.collect::<Vec<_>>(), "waysLeft": own.left, "open": own.open, "otherRolesClosed": own.others })
    });
    json!({
        "role": target,
        "answer": answer,
        "ways": ways.collect::<Vec<_>>(),
        "reasons": reasons.collect::<Vec<_>>(),
        "closings": closings.collect::<Vec<_>>(),
    })
}

fn path(path: &Path, (subject, target): (&str, &str), reached: &Reached<'_, '_, '_>, sources: &Sources) -> Value {
    let steps = path.steps.iter().map(|step| {
        let places: Vec<Value> = step.places.iter().map(|label| labelled(label, sources)).collect();
        json!({ "call": step.call, "text": step.text, "places": places })
    });
    json!({
        "id": reach::id(subject, target, path),
        "way": path.way.name(),
        "steps": steps.collect::<Vec<_>>(),
        "witness": path.sample.as_ref().map(|sample| match sample {
            Sample::Token(token) => json!({ "token": value(&Claim::Map(token.claims.clone())) }),
            Sample::Principal(principal) => json!({ "principal": principal }),
        }),
        "narrowed": path.narrowed,
        "command": reached.command(path),
    })
}

fn labelled(label: &Label, sources: &Sources) -> Value {
    let mut told = json!({ "text": label.text });
    append(&mut told, place(label.span, sources));
    told
}
