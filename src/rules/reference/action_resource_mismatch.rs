//! An action beside resources of types that it does not take.

use super::fit::{self, Misfit};
use super::view::View;
use super::{Check, MOST_PLACES};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::policy::Effect;

pub(super) const CHECK: Check =
    Check { rule: &RULE, run: |view, findings| findings.extend(of_other_types(view, &fit::of_other_types(view))) };

static RULE: Rule = Rule {
    name: "action-resource-mismatch",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/action-resource-mismatch.md"),
};

static NEEDS_STAR: Rule = Rule {
    name: "action-needs-star",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/action-needs-star.md"),
};

pub(super) const NEEDS_STAR_CHECK: Check =
    Check { rule: &NEEDS_STAR, run: |view, findings| findings.extend(without_types(view, &fit::without_types(view))) };

fn of_other_types(view: &View<'_, '_, '_>, misfits: &[Misfit<'_, '_, '_, '_>]) -> Option<Finding> {
    let first = misfits.first()?;
    let message = format!("{}: no listed resource is of a type that it takes", on_nothing(view, first));
    let formats: Vec<String> = first.formats.iter().take(3).map(|format| format!("`{format}`")).collect();
    Some(Finding {
        related: places(
            view,
            misfits,
            if view.resources.len() == 1 { "of another type" } else { "of another type, as are the others" },
        ),
        help: Some(format!("list a resource of the form {}", formats.join(" or "))),
        ..RULE.finding(message, first.named.pattern.text.span(), "takes another type")
    })
}

fn without_types(view: &View<'_, '_, '_>, misfits: &[Misfit<'_, '_, '_, '_>]) -> Option<Finding> {
    let first = misfits.first()?;
    let message = format!("{}: it takes no resource but `*`", on_nothing(view, first));
    // beside others that do work it is rather too much than wrong
    let severity = if misfits.len() < view.actions.len() { Severity::Low } else { NEEDS_STAR.severity };
    Some(Finding {
        severity,
        related: places(view, misfits, if view.resources.len() == 1 { "an ARN" } else { "an ARN, as are the others" }),
        help: Some("move it to a statement of its own with `\"Resource\": \"*\"`".to_owned()),
        ..NEEDS_STAR.finding(message, first.named.pattern.text.span(), "has no resource types")
    })
}

/// ``"`s3:GetObject` is allowed on nothing"``
fn on_nothing(view: &View<'_, '_, '_>, misfit: &Misfit<'_, '_, '_, '_>) -> String {
    let denies = view.statement.effect.is_some_and(|(effect, _)| effect == Effect::Deny);
    format!("`{}` is {} on nothing", misfit.named.pattern.text.shown(), if denies { "denied" } else { "allowed" })
}

/// The other actions of the kind, and the first resource.
fn places(view: &View<'_, '_, '_>, misfits: &[Misfit<'_, '_, '_, '_>], label: &str) -> Vec<Label> {
    let others = misfits.iter().skip(1).take(MOST_PLACES).map(|own| Label::new(own.named.pattern.text.span(), "nor this"));
    let resource = view.resources.first().map(|own| Label::new(own.pattern.text.span(), label));
    others.chain(resource).collect()
}
