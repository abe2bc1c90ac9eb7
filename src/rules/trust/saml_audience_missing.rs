//! A statement for a SAML provider that does not ask where the assertion was sent to.

use crate::finding::{Finding, Severity};
use crate::identity::{Claim, Claims};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PrincipalKind};
use crate::rules::probe::{ask, is_on, principals_of, storable, takes};
use crate::simulate::Presented;

pub(super) static RULE: Rule = Rule {
    name: "saml-audience-missing",
    severity: Severity::Low,
    page: include_str!("../../../rules/trust/saml-audience-missing.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow).filter(|statement| statement.later.is_none()) {
            let mut saml =
                principals_of(statement, PrincipalKind::Federated).filter(|(_, name)| name.contains(":saml-provider/"));
            let Some((principal, provider)) = saml.next() else { continue };
            let mut claims = Claims::new();
            claims.set("saml:aud", Claim::Text("https://sign-in.example/saml".to_owned()));
            if !takes(&ask(role, policy, &Presented::new(provider, claims)), statement) {
                continue;
            }
            let condition = statement.conditions.iter().find(|condition| is_on(condition, "saml:aud"));
            let span = condition.map_or(principal.value.span(), |condition| condition.key.span());
            let label = if condition.is_some() { "takes any recipient" } else { "no condition on the recipient" };
            findings.push(Finding {
                help: Some(
                    "add a condition `StringEquals` on `SAML:aud` with the sign-in address that your users come by, such as \
                     `https://signin.aws.amazon.com/saml`"
                        .to_owned(),
                ),
                ..RULE.finding(format!("{} takes assertions for any recipient that STS takes", statement.title()), span, label)
            });
        }
    }
}
