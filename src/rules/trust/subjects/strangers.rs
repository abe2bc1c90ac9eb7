//! Everybody who has a token of the issuer gets in.

use super::super::shared_issuer_control::refuses;
use super::{Check, Opening};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reach::Breadth;

static ANY_TENANT_RULE: Rule = Rule {
    name: "any-tenant-can-assume",
    severity: Severity::High,
    page: include_str!("../../../../rules/trust/any-tenant-can-assume.md"),
};

static ANY_WORKLOAD_RULE: Rule = Rule {
    name: "any-workload-can-assume",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/trust/any-workload-can-assume.md"),
};

static ANY_USER_RULE: Rule = Rule {
    name: "any-user-of-application",
    severity: Severity::Low,
    page: include_str!("../../../../rules/trust/any-user-of-application.md"),
};

pub(super) const ANY_TENANT: Check = Check { rule: &ANY_TENANT_RULE, run: any_tenant };
pub(super) const ANY_WORKLOAD: Check = Check { rule: &ANY_WORKLOAD_RULE, run: any_workload };
pub(super) const ANY_USER: Check = Check { rule: &ANY_USER_RULE, run: any_user };

/// Every customer of an issuer that customers share.
fn any_tenant(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    // what IAM refuses to store is told by a rule of its own
    if !are_any_tenants(opening) || refuses(opening.taker.statement, opening.host) {
        return None;
    }
    let mut message = opening.message();
    if *opening.breadth != Breadth::All {
        message.push_str(": every owner may make such subjects");
    }
    Some(opening.finding(&ANY_TENANT_RULE, message, opening.place("lets everybody in"), tenant_help(opening)))
}

/// Whether anybody may become one of them: all holders of an issuer's tokens, or those with subjects that any owner can make.
pub(super) fn are_any_tenants(opening: &Opening<'_, '_, '_>) -> bool {
    // of public providers another rule tells that nothing asks for the application
    let is_public = opening.issuer().is_some_and(|issuer| issuer.is_built_in);
    let is_wide = match opening.breadth {
        Breadth::All => true,
        Breadth::Like(_) | Breadth::Exactly(_) => opening.is_issuer("github"),
        _ => false,
    };
    opening.is_anyone() && !is_public && is_wide
}

fn tenant_help(opening: &Opening<'_, '_, '_>) -> String {
    let key = |claim: &str| opening.key(claim);
    let sub = key("sub");
    let named = match opening.form() {
        Some(form) => format!("name what is yours in `{sub}`, as `{form}`"),
        None => format!("add a condition `StringEquals` on `{sub}` with the subjects that are yours"),
    };
    let issuer = opening.issuer().map_or("", |issuer| issuer.id.as_str());
    match issuer {
        "github" => format!("{named}, or the number of its owner in `{}`", key("repository_owner_id")),
        "gitlab" => format!("{named}, or its number in `{}` or `{}`", key("project_id"), key("namespace_id")),
        "buildkite" => format!("{named}, or the organization in `{}`", key("organization_id")),
        _ if opening.issuer().is_some_and(|issuer| issuer.required == ["aud"]) => {
            format!("add a condition `StringEquals` on `{}` with the audience of your own", key("aud"))
        }
        _ => named,
    }
}

/// Everything of the one customer whose issuer it is.
fn any_workload(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    if opening.is_anyone() || *opening.breadth != Breadth::All {
        return None;
    }
    let sub = opening.key("sub");
    let help = match opening.form() {
        Some(form) => format!("name what is to have this role in `{sub}`, as `{form}`"),
        None => format!("add a condition `StringEquals` on `{sub}` with the subjects that are to have this role"),
    };
    Some(opening.finding(&ANY_WORKLOAD_RULE, opening.message(), opening.place("takes all of the issuer's tokens"), help))
}

/// Everybody who signs in to an application.
fn any_user(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    let Breadth::OfApplication(_) = opening.breadth else { return None };
    // users of user pools are another rule's
    if opening.is_issuer("cognito") {
        return None;
    }
    let sub = opening.key("sub");
    let or = if opening.is_issuer("google") {
        format!(", or the organization in `{}`", opening.key("google/organization_number"))
    } else {
        String::new()
    };
    let help = format!("if not every user is to have this role, name the users in `{sub}`{or}");
    let (span, hint) = opening.place("takes all users");
    let label = if hint.starts_with("tells the audience") { "tells the application, not the user" } else { hint };
    Some(opening.finding(&ANY_USER_RULE, opening.message(), (span, label), help))
}
