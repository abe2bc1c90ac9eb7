//! Principals.

use super::{OF_STATEMENT, Words, did_you_mean, kind_name};
use crate::arn::is_account_id;
use crate::finding::{Fault, Severity};
use crate::policy::{Policy, PolicyFault, PolicyKind, PrincipalKind};
use crate::rules::grammar::{
    FEDERATED_PRINCIPAL_OUTSIDE_TRUST_POLICY, PRINCIPAL_IN_ENDPOINT_POLICY, PRINCIPAL_IN_RCP, PRINCIPAL_NOT_ALLOWED,
    PRINCIPAL_SHAPE, STAR_PRINCIPAL_IN_TRUST_POLICY, UNKNOWN_PRINCIPAL_KEY, WILDCARD_IN_PRINCIPAL,
};

pub(super) fn star_in_trust() -> Words {
    let help = "name who may take the role; if it must be everyone, write `{ \"AWS\": \"*\" }` with a condition that restricts";
    let message = "a trust policy for everyone, as a bare `*`";
    Words::new(&STAR_PRINCIPAL_IN_TRUST_POLICY, message, "everyone, where AWS stores it", help)
}

pub(super) fn unknown_key(nearest: Option<&str>, text: &str) -> Words {
    let (label, help) = if OF_STATEMENT.contains(&text) {
        ("belongs in the statement".to_owned(), "type the `}` of `Principal` before it")
    } else {
        let help = "write `AWS`, `Service`, `Federated` or `CanonicalUser`; for everyone write `{ \"AWS\": \"*\" }`";
        (did_you_mean(nearest), help)
    };
    Words::new(&UNKNOWN_PRINCIPAL_KEY, format!("no kind of principal {}", super::quoted(text)), label, help)
}

pub(super) fn not_allowed(own: &str, kind: PolicyKind) -> Words {
    let name = kind_name(kind);
    let help = "remove it; such a policy speaks of those to whom it is attached";
    Words::new(&PRINCIPAL_NOT_ALLOWED, format!("{own} in {name}"), "not allowed here", help)
}

/// A principal under no key.
pub(super) fn shape(own: &str) -> Words {
    let help = match key_of(own) {
        Some(key) => format!("write `{{ \"{key}\": \"{own}\" }}`"),
        None => "write `{ \"Service\": … }`, `{ \"AWS\": … }` or `{ \"Federated\": … }`, each with a string or a list".to_owned(),
    };
    Words::new(&PRINCIPAL_SHAPE, "a principal must say of which kind it is", "not an object", help)
}

/// Which key a principal under none most likely belongs under.
pub(in crate::rules::grammar) fn key_of(own: &str) -> Option<&'static str> {
    let provider = ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"]
        .contains(&own)
        || own.contains(":oidc-provider/")
        || own.contains(":saml-provider/");
    let account = is_account_id(own);
    match own {
        _ if provider => Some("Federated"),
        _ if own.ends_with(".amazonaws.com") => Some("Service"),
        _ if account || own.starts_with("arn:") => Some("AWS"),
        _ => None,
    }
}

pub(super) fn wildcard(own: &str) -> Words {
    let help = "name each one; for many, name their account and add a condition: `ArnLike` on `aws:PrincipalArn` takes patterns";
    Words::new(
        &WILDCARD_IN_PRINCIPAL,
        format!("a wildcard within the principal {own}"),
        "only `*` alone is a wildcard here",
        help,
    )
}

pub(super) fn star(fault: &Fault<PolicyFault>, policy: &Policy<'_>) -> Words {
    let mut principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref()).flat_map(|own| &own.list);
    let key = match principals.find(|own| own.value.span() == fault.span).map(|own| own.kind) {
        Some(PrincipalKind::Federated) => "Federated",
        Some(PrincipalKind::CanonicalUser) => "CanonicalUser",
        _ => "Service",
    };
    let help = format!(
        "name the one that is meant; what `*` lets in under `{key}` is not documented. For everyone write `{{ \"AWS\": \"*\" }}`"
    );
    let message = format!("`*` as principal under `{key}`");
    Words::new(&WILDCARD_IN_PRINCIPAL, message, "`*` goes with `AWS` only", help).rated(Severity::Medium)
}

pub(super) fn federated(kind: PolicyKind) -> Words {
    let help = "name the role that the provider's users take; AWS's pages differ on whether such a policy takes a provider";
    let message = format!("an identity provider as principal of {}", kind_name(kind));
    Words::new(&FEDERATED_PRINCIPAL_OUTSIDE_TRUST_POLICY, message, "providers are trusted by roles", help)
}

pub(super) fn in_rcp(own: &str) -> Words {
    let help = "write `\"Principal\": \"*\"`, and name exceptions in a condition, such as `ArnNotLike` on `aws:PrincipalArn`";
    let label = "an RCP speaks of everyone";
    Words::new(&PRINCIPAL_IN_RCP, format!("{own} in a resource control policy"), label, help)
}

pub(super) fn in_endpoint(own: &str) -> Words {
    let help =
        "write `\"Principal\": \"*\"` with a condition on `aws:PrincipalArn`; an interface endpoint takes named principals";
    let message = format!("{own} in an endpoint policy");
    Words::new(&PRINCIPAL_IN_ENDPOINT_POLICY, message, "a gateway endpoint asks for `*`", help)
}
