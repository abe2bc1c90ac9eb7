//! One root cause is told once: what a way to more rights stands on is not told of again as too wide, and whom a trust policy lets in has what
//! the role may do.

use crate::finding::{Finding, Label, Severity};
use crate::inventory::Role;
use crate::lint::Facts;
use crate::rules::access::wide;
use crate::source::Span;

/// What makes its holder an administrator, the most first.
const POWERS: [&str; 3] = [EVERYTHING, "privilege-escalation", "any-role-assumed"];

/// The one of them that names no holder.
const EVERYTHING: &str = "everything-allowed";

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
    let (steps, given) = (of(&POWERS), of(&OF_GRANTS));
    if steps.is_empty() && given.is_empty() {
        return;
    }
    // of what strangers get all that its statement says is told
    let statements = facts.inventory.roles.iter().flat_map(|role| &role.permissions).flat_map(|named| &named.policy.statements);
    let given: Vec<Span> =
        statements.map(|statement| statement.range).filter(|range| given.iter().any(|span| is_within(*span, *range))).collect();
    let is_wide = |own: &Finding| {
        (wide::RULES.iter().any(|rule| rule.name == own.rule) && own.rule != EVERYTHING) || own.rule == "any-role-passed"
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
    let is_power = |own: &Finding| POWERS.contains(&own.rule) && in_permissions(own.primary.span);
    let power = POWERS.iter().find_map(|rule| findings.iter().find(|own| own.rule == *rule && is_power(own)));
    let Some(power) = power else { return };
    let own = role.name.shown();
    // a policy that several roles have is told of once, with the name of the first
    let may = match power.message.split_once(" can ") {
        Some((_, what)) => format!("`{own}` can {what}"),
        None if power.rule == EVERYTHING => format!("`{own}` may do everything"),
        None => power.message.clone(),
    };
    let places: Vec<Label> = std::iter::once(&power.primary).chain(&power.related).cloned().collect();
    let mut is_told = findings.iter().any(|own| OF_GRANTS.contains(&own.rule) && in_permissions(own.primary.span));
    let is_trust =
        |own: &Finding| own.severity == Severity::High && role.trusts().any(|trust| is_within(own.primary.span, trust.range));
    for own in findings.iter_mut().filter(|own| !is_told && is_trust(own)) {
        own.message = format!("{}, and {may}", own.message);
        own.related.extend(places.iter().cloned());
    }
    is_told |= findings.iter().any(is_trust);
    if is_told {
        findings.retain(|own| !is_power(own));
    }
}
