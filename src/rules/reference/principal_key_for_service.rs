//! A condition on the caller's identity in a statement that is for AWS services.

use super::Check;
use super::absence::consequence;
use super::view::{Key, View};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::policy::{Principal, PrincipalKind};

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
    let Some(service) = only_services(view) else { return };
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
