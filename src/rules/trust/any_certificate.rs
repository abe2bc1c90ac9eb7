//! A role for IAM Roles Anywhere that every certificate gets.

use crate::evaluate::{Caller, Context, ContextValue};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PrincipalKind};
use crate::rules::probe::{principals_of, put, storable, takes};

pub(super) static RULE: Rule =
    Rule { name: "any-certificate", severity: Severity::Low, page: include_str!("../../../rules/trust/any-certificate.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            let named = principals_of(statement, PrincipalKind::Service).find(|(_, name)| *name == SERVICE);
            let Some((principal, _)) = named else { continue };
            let account = facts.inventory.account_of_role(role).unwrap_or(ACCOUNT);
            let judgement = put(role, policy, (Caller::Service(SERVICE), "sts:AssumeRole"), &session(account));
            if takes(&judgement, statement) {
                findings.push(Finding {
                    help: Some(
                        "ask for your trust anchor with `ArnEquals` on `aws:SourceArn`, and for the certificate with `StringEquals` on \
                         `aws:PrincipalTag/x509Subject/CN` or another of its fields"
                            .to_owned(),
                    ),
                    ..RULE.finding(
                        format!("{} takes every certificate of every trust anchor of the account", statement.title()),
                        principal.value.span(),
                        "no certificate is asked for",
                    )
                });
            }
        }
    }
}

/// The call with some certificate of some trust anchor. What else the certificate says is not known.
///
/// <https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html>
fn session(account: &str) -> Context<'static> {
    let mut context = Context::new();
    context.partial = true;
    let anchor = format!("arn:aws:rolesanywhere:eu-west-1:{account}:trust-anchor/7f3c0000-aaaa-4bbb-8ccc-000000000001");
    for (key, value) in [
        ("aws:SourceArn", anchor.as_str()),
        ("aws:SourceAccount", account),
        ("aws:PrincipalTag/x509Subject/CN", "somebody"),
        ("aws:PrincipalTag/x509Issuer/CN", "some authority"),
        ("sts:SourceIdentity", "CN=somebody"),
    ] {
        context.set(key, ContextValue::One(value.to_owned().into()));
    }
    context
}

const SERVICE: &str = "rolesanywhere.amazonaws.com";

/// Where the role's own is not known.
const ACCOUNT: &str = "111122223333";
