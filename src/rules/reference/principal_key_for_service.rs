//! A condition on the caller's identity in a statement that is for AWS services.

use super::Check;
use super::absence::{consequence, holds_without};
use super::view::{Key, View};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::policy::{Effect, Principal, PrincipalKind};

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "principal-key-for-service",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/principal-key-for-service.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    if view.keys.is_empty() {
        return;
    }
    let Some(service) = only_services(view) else {
        findings.extend(beside_others(view));
        return;
    };
    let of_principal = |key: &&Key<'_, '_, '_>| {
        key.known.and_then(|known| known.global).is_some_and(|global| global.of_principal)
            && !is_of_certificate(service, key.name)
    };
    findings.extend(view.keys.iter().filter(of_principal).map(|key| {
        let message = format!("a service that calls by itself never sends `{}`{}", key.name, consequence(view, key));
        Finding {
            related: vec![Label::new(service.value.span(), "a service")],
            help: Some(help(key.name)),
            ..RULE.finding(message, key.condition.key.span(), "about users and roles")
        }
    }));
}

/// A service beside users and roles, whom alone a condition lets in.
fn beside_others(view: &View<'_, '_, '_>) -> Option<Finding> {
    let principals = view.statement.principals.as_ref().filter(|own| !own.negated && view.has_effect(Effect::Allow))?;
    let mut services = principals.list.iter().filter(|own| own.kind == PrincipalKind::Service);
    let service = services.find(|own| own.value.known().is_some_and(|name| name != "*"))?;
    let key = view.keys.iter().find(|key| {
        let of_principal = key.known.and_then(|known| known.global).is_some_and(|global| global.of_principal);
        of_principal && holds_without(key) == Some(false) && !is_of_certificate(service, key.name)
    })?;
    Some(Finding {
        severity: Severity::Low,
        related: vec![Label::new(key.condition.key.span(), "about users and roles")],
        help: Some(format!("give the service a statement of its own; there {}", help(key.name))),
        ..RULE.finding(
            format!(
                "a service that calls by itself never sends `{}`, so {} lets `{}` do nothing",
                key.name,
                view.statement.title(),
                service.value.shown()
            ),
            service.value.span(),
            "comes in by no request",
        )
    })
}

/// Whether a key is one that IAM Roles Anywhere makes of the fields of a certificate, while it takes a role.
///
/// <https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html>
fn is_of_certificate(service: &Principal<'_>, key: &str) -> bool {
    let starts = |with: &str| key.get(..with.len()).is_some_and(|own| own.eq_ignore_ascii_case(with));
    service.value.known() == Some("rolesanywhere.amazonaws.com") && starts("aws:PrincipalTag/x509")
}

/// The first principal, where all are services.
fn only_services<'p, 's>(view: &View<'_, 'p, 's>) -> Option<&'p Principal<'s>> {
    let principals = view.statement.principals.as_ref().filter(|principals| !principals.negated)?;
    let all =
        principals.list.iter().all(|principal| principal.kind == PrincipalKind::Service && principal.value.known() != Some("*"));
    principals.list.first().filter(|_| all)
}

fn help(key: &str) -> String {
    let is = |own: &str| own.eq_ignore_ascii_case(key);
    let instead = match () {
        () if is("aws:PrincipalOrgID") => "aws:SourceOrgID",
        () if is("aws:PrincipalOrgPaths") => "aws:SourceOrgPaths",
        () => "aws:SourceArn` or `aws:SourceAccount",
    };
    format!("write `{instead}`, which says for whom the service calls")
}
