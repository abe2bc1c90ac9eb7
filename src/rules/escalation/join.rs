//! One root cause is told once: what a way to more rights stands on is not told of again as too wide, and whom a trust policy lets in has what
//! the role may do.

use crate::finding::{Finding, Label, Severity};
use crate::inventory::Role;
use crate::lint::Facts;
use crate::rules::access::wide;
use crate::source::Span;

/// What makes its holder an administrator, and what that is in a sentence.
const POWERS: [(&str, &str); 3] = [
    ("everything-allowed", "may do everything"),
    ("privilege-escalation", "can give itself more rights"),
    ("any-role-assumed", "can take other roles"),
];

/// Rules that tell, with a place in a role's permissions, of somebody who gets the role.
const OF_GRANTS: [&str; 2] = ["pool-role-takes-over", "unscoped-role-for-anybody"];

/// Joins findings of one cause into one.
pub(in crate::rules) fn join(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    fold_wide(facts, findings);
    for role in &facts.inventory.roles {
        join_role(role, findings);
    }
}

/// Takes out what tells of a place as too wide that another finding shows as a step to more rights, or as what strangers get.
fn fold_wide(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let of = |rules: &[&str]| {
        let own: Vec<Span> = findings.iter().filter(|own| rules.contains(&own.rule)).flat_map(places).collect();
        own
    };
    let (steps, given) = (of(&POWERS.map(|(rule, _)| rule)), of(&OF_GRANTS));
    if steps.is_empty() && given.is_empty() {
        return;
    }
    // of what strangers get all that its statement says is told
    let statements = facts.inventory.roles.iter().flat_map(|role| &role.permissions).flat_map(|named| &named.policy.statements);
    let given: Vec<Span> =
        statements.map(|statement| statement.range).filter(|range| given.iter().any(|span| is_within(*span, *range))).collect();
    let is_wide = |own: &Finding| {
        (wide::RULES.iter().any(|rule| rule.name == own.rule) && own.rule != "everything-allowed")
            || own.rule == "any-role-passed"
    };
    let is_told = |own: &Finding| {
        places(own).any(|span| steps.contains(&span)) || given.iter().any(|range| is_within(own.primary.span, *range))
    };
    findings.retain(|own| !is_wide(own) || !is_told(own));
}

/// Whether a place lies within another.
fn is_within(span: Span, range: Span) -> bool {
    span.source == range.source && range.start <= span.start && span.end <= range.end
}

fn places(finding: &Finding) -> impl Iterator<Item = Span> {
    [finding.primary.span].into_iter().chain(finding.related.iter().map(|label| label.span))
}

/// Tells with whom a trust policy lets in what he is then, in place of telling it of the role alone.
fn join_role(role: &Role<'_>, findings: &mut Vec<Finding>) {
    let in_permissions = |span: Span| {
        role.permissions.iter().any(|named| is_within(span, named.policy.range))
            || role.unread.iter().any(|own| own.span() == span)
    };
    let is_power = |own: &Finding| POWERS.iter().any(|(rule, _)| *rule == own.rule) && in_permissions(own.primary.span);
    let power = POWERS.iter().find_map(|(rule, words)| {
        let own = findings.iter().find(|own| own.rule == *rule && in_permissions(own.primary.span))?;
        Some((*words, own.primary.span))
    });
    let Some((words, place)) = power else { return };
    let mut is_told = findings.iter().any(|own| OF_GRANTS.contains(&own.rule) && in_permissions(own.primary.span));
    let is_trust =
        |own: &Finding| own.severity == Severity::High && role.trusts().any(|trust| is_within(own.primary.span, trust.range));
    for own in findings.iter_mut().filter(|own| !is_told && is_trust(own)) {
        own.message = format!("{}, and {words} with `{}`", own.message, role.name.shown());
        own.related.push(Label::new(place, words));
    }
    is_told |= findings.iter().any(is_trust);
    if is_told {
        findings.retain(|own| !is_power(own));
    }
}
