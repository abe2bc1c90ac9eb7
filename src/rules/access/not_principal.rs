//! `NotPrincipal`, which AWS advises against.

use crate::evaluate::{Caller, Context, Truth, names};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PolicyKind, Principals, Statement};
use crate::rules::logic::walk::{has_effect, statements};
use crate::source::Span;

pub(super) static ALLOW: Rule = Rule {
    name: "allow-with-not-principal",
    severity: Severity::High,
    page: include_str!("../../../rules/access/allow-with-not-principal.md"),
};

pub(super) static DENY: Rule = Rule {
    name: "deny-with-not-principal",
    severity: Severity::Low,
    page: include_str!("../../../rules/access/deny-with-not-principal.md"),
};

pub(super) fn allow(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, statement, principals) in negated(facts, Effect::Allow) {
        findings.push(Finding {
            help: Some("name in `Principal` those who are meant; whoever is to stay out needs no mention".to_owned()),
            ..ALLOW.finding(
                format!("{} allows everybody but a few, also those without an AWS account", statement.title()),
                principals.key,
                "AWS supports it with `Deny` only",
            )
        });
    }
}

pub(super) fn deny(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (kind, statement, principals) in negated(facts, Effect::Deny) {
        let hit = hit(kind, statement, principals);
        let (severity, message) = match hit {
            Some(_) => (Severity::Medium, format!("{} may also deny those whom it is to spare", statement.title())),
            None => (DENY.severity, format!("{} denies each user and role that has a permissions boundary", statement.title())),
        };
        findings.push(Finding {
            severity,
            related: hit
                .map(|span| Label::new(span, "neither its account nor its session is listed for sure"))
                .into_iter()
                .collect(),
            help: Some(
                "write `\"Principal\": \"*\"` and spare them by `ArnNotEquals` on `aws:PrincipalArn`, as AWS advises".to_owned(),
            ),
            ..DENY.finding(message, principals.key, "spares less than it seems")
        });
    }
}

/// The statements of this effect that name those for whom they do not hold.
fn negated<'i, 's>(
    facts: &Facts<'i, 's>,
    effect: Effect,
) -> impl Iterator<Item = (PolicyKind, &'i Statement<'s>, &'i Principals<'s>)> + use<'i, 's> {
    statements(facts).filter_map(move |(policy, statement)| {
        let is_meant = matches!(policy.kind, PolicyKind::Resource | PolicyKind::Endpoint) && has_effect(statement, effect);
        let principals = statement.principals.as_deref().filter(|own| own.negated && is_meant)?;
        Some((policy.kind, statement, principals))
    })
}

/// A user or role that is listed and not spared for sure: AWS looks at the account, the role and the session, and each has to be listed.
fn hit(kind: PolicyKind, statement: &Statement<'_>, principals: &Principals<'_>) -> Option<Span> {
    let context = Context::new();
    let is_hit = |name: &str| {
        let Some(caller @ Caller::Aws(_)) = Caller::parse(name) else { return false };
        // what is open is whether it is spared
        names(kind, statement, caller, &context) != Truth::No
    };
    principals.list.iter().find(|own| own.value.known().is_some_and(is_hit)).map(|own| own.value.span())
}
