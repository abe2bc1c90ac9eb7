//! A resource policy with an action of another service than that of the resource.

use super::Check;
use super::view::{Named, View};
use crate::arn::Arn;
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::pattern::Pattern;
use crate::policy::{Policy, PolicyKind};
use crate::reference::{Reference, ResourceType, Service};
use crate::source::Span;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "foreign-action-in-resource-policy",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/foreign-action-in-resource-policy.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    // what is only guessed to be such a policy may be one of a VPC endpoint or of an organization, which speak of many services
    if view.policy.kind != PolicyKind::Resource || view.policy.guessed {
        return;
    }
    // one service with all actions is the usual case: nothing to find out about the policy then
    let services = || view.actions.iter().filter_map(|own| Some((own, own.meaning.service()?)));
    let Some((_, first)) = services().next() else { return };
    let in_arns = home_by_arns(view.policy);
    let same_as_arns = in_arns.is_some_and(|(home, _)| home.eq_ignore_ascii_case(first.prefix()));
    if same_as_arns && services().all(|(_, own)| own.prefix() == first.prefix()) {
        return;
    }
    let Some((home, place)) = in_arns.or_else(|| home_by_actions(view.reference, view.policy)) else { return };
    let Some(home) = view.reference.service(home) else { return };
    for (own, service) in services().filter(|(_, service)| !is_kin(home, service)) {
        findings.push(finding(view, own, service, home, place));
    }
}

fn finding(view: &View<'_, '_, '_>, own: &Named<'_, '_, '_>, service: &Service, home: &Service, place: Span) -> Finding {
    let message = format!("`{}` in the policy of a resource of {}: it {}", own.text(), home.title(), view.in_vain());
    let help = format!("leave it out; what {} does is allowed and forbidden elsewhere", service.title());
    Finding {
        related: vec![Label::new(place, format!("the resource is of `{}`", home.prefix()))],
        help: Some(help),
        ..RULE.finding(message, own.span(), format!("no action of `{}`", home.prefix()))
    }
}

/// Whether a policy has ARNs of several services and actions of this one alone: that is then the service of the resource.
pub(super) fn is_all_of(policy: &Policy<'_>, service: &Service) -> bool {
    let actions = || policy.statements.iter().filter_map(|statement| statement.actions.as_ref()).flat_map(|own| &own.list);
    let is_own = |pattern: &Pattern<'_>| {
        let prefix = pattern.plain().and_then(|text| Some(text.split_once(':')?.0));
        prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(service.prefix()))
    };
    !policy.guessed && actions().all(is_own) && home_by_arns(policy).is_none()
}

/// The service in all the ARNs of the resources of a policy, with the place of the first; `None` where they are of several services,
/// or where some value tells none, unless that is `*`.
fn home_by_arns<'p>(policy: &'p Policy<'_>) -> Option<(&'p str, Span)> {
    let patterns = policy.statements.iter().filter_map(|statement| statement.resources.as_ref()).flat_map(|own| &own.list);
    let mut home: Option<(&str, Span)> = None;
    for pattern in patterns.filter(|pattern| pattern.plain() != Some("*")) {
        let service = service_of(pattern)?;
        match home {
            Some((known, _)) if known != service => return None,
            Some(_) => {}
            None => home = Some((service, pattern.text.span_of(0..pattern.plain().map_or(0, str::len)))),
        }
    }
    home
}

fn service_of<'p>(pattern: &'p Pattern<'_>) -> Option<&'p str> {
    let service = Arn::parse(pattern.plain()?)?.service;
    Some(service).filter(|own| !own.is_empty() && !own.contains(['*', '?']))
}

/// The service of all the actions of a policy but one, with the place of the first, where those are several.
fn home_by_actions<'p>(reference: &Reference, policy: &'p Policy<'_>) -> Option<(&'p str, Span)> {
    let patterns = policy.statements.iter().filter_map(|statement| statement.actions.as_ref()).flat_map(|own| &own.list);
    let mut tally: Vec<(&str, Span, usize)> = Vec::new();
    for pattern in patterns {
        let text = pattern.plain()?;
        // a resource is of one service: `*` means all actions of that
        let Some((prefix, _)) = text.split_once(':') else { continue };
        reference.service(prefix)?;
        match tally.iter_mut().find(|(own, _, _)| own.eq_ignore_ascii_case(prefix)) {
            Some((_, _, count)) => *count += 1,
            None => tally.push((prefix, pattern.text.span_of(0..text.len()), 1)),
        }
    }
    match tally.as_slice() {
        [(home, place, count), (_, _, 1)] | [(_, _, 1), (home, place, count)] if *count > 1 => Some((home, *place)),
        _ => None,
    }
}

/// Whether the policy of a resource of one service may speak of actions of the other: one has resources in the name of the other, as
/// Apache Kafka APIs have, or the prefix of one goes on from that of the other.
fn is_kin(home: &Service, other: &Service) -> bool {
    let begins = home.prefix().starts_with(other.prefix()) || other.prefix().starts_with(home.prefix());
    begins || names_resources_of(other, home) || names_resources_of(home, other)
}

/// Whether ARNs of resource types of a service may name the other one.
fn names_resources_of(service: &Service, other: &Service) -> bool {
    let mut formats = service.resources().flat_map(ResourceType::formats);
    formats.any(|format| match format.split(':').nth(2) {
        Some(own) => own == other.prefix() || own.contains("${"),
        None => false,
    })
}
