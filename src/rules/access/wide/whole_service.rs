//! All actions of a service on all that it has.

use super::{Grant, with_others};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::reference::{Level, Service, Yield, yields};
use crate::rules::view::Named;

pub(super) static RULE: Rule =
    Rule { name: "whole-service", severity: Severity::Medium, page: include_str!("../../../../rules/access/whole-service.md") };

/// How many further ones are shown.
const MOST_PLACES: usize = 3;

/// IAM by itself, for that leads on to all else, which may be told in its place; and the others together.
pub(super) fn find(grant: &Grant<'_, '_, '_, '_, '_>, findings: &mut Vec<Finding>) {
    let whole = grant.view.actions.iter().filter_map(|own| of(grant, own));
    let (iam, mut others): (Vec<_>, Vec<_>) = whole.partition(|(_, service)| service.prefix() == "iam");
    // one that hands out data or rights is the more telling
    others.sort_by_key(|(_, service)| !is_grave(service));
    findings.extend(tell(grant, &iam));
    findings.extend(tell(grant, &others));
}

fn tell(grant: &Grant<'_, '_, '_, '_, '_>, whole: &[(&Named<'_, '_, '_>, &Service)]) -> Option<Finding> {
    let ((first, service), others) = whole.split_first()?;
    let resource = grant.view.resources.iter().find(|own| own.is_whole_service(service))?;
    let mut related = vec![Label::new(resource.pattern.text.span(), "on all that it has")];
    related.extend(others.iter().take(MOST_PLACES).map(|(own, _)| Label::new(own.span(), "and of this")));
    Some(Finding {
        severity: if is_grave(service) { RULE.severity } else { Severity::Low },
        related,
        help: Some(format!(
            "list the actions that are used, each on what it is used for; `rolecall explain {}` lists them all",
            service.prefix()
        )),
        ..RULE.finding(
            format!("{} allows all of {}", grant.view.statement.title(), with_others(service.prefix(), others.len())),
            first.span(),
            format!("every action of {}", service.title()),
        )
    })
}

fn of<'v, 'i, 'p, 's>(
    grant: &Grant<'_, 'v, 'i, 'p, 's>,
    own: &'v Named<'i, 'p, 's>,
) -> Option<(&'v Named<'i, 'p, 's>, &'i Service)> {
    let service = own.meaning.service().filter(|_| own.is_whole_service())?;
    let is_whole = grant.view.resources.iter().any(|resource| resource.is_whole_service(service));
    // a Deny of much of it takes it back
    let probe = || service.actions().find(|action| action.level() != Level::List);
    let is_left =
        || probe().is_none_or(|action| grant.is_allowed(|| (format!("{}:{}", service.prefix(), action.name), "*".to_owned())));
    (is_whole && is_left()).then_some((own, service))
}

/// Whether all of a service hands out data or credentials, or decides who may do what.
fn is_grave(service: &Service) -> bool {
    // logs hold data by mistake, and are written by all
    let hands_out = yields(service.prefix()).iter().any(|(_, own)| *own != Yield::Purchase) && service.prefix() != "logs";
    hands_out || ["iam", "organizations", "sso", "sts"].contains(&service.prefix())
}
