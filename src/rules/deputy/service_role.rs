//! Roles that a service takes without saying for whose resource.

use super::confused_deputy::told;
use super::foreign::foreign;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PrincipalKind};
use crate::prove::{Among, Budget, Proof, Question, prove_each};
use crate::rules::probe::{principals_of, storable};

pub(super) static RULE: Rule = Rule {
    name: "service-role-without-source",
    severity: Severity::Low,
    page: include_str!("../../../rules/deputy/service-role-without-source.md"),
};

/// A role is passed to a service within its account only, so this is but a second lock.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if !facts.is_pedantic(&RULE) {
        return;
    }
    for (_, policy) in storable(facts) {
        let mut services: Vec<&str> = Vec::new();
        let named = policy.with_effect(Effect::Allow).flat_map(|own| principals_of(own, PrincipalKind::Service));
        for (_, name) in named.filter(|(_, name)| TELLING.contains(name)) {
            if !services.contains(&name) {
                services.push(name);
            }
        }
        if services.is_empty() {
            continue;
        }
        let keys = foreign(policy, facts.reference);
        for service in services {
            let among = Among {
                caller: Some(format!("service:{service}")),
                action: Some("sts:AssumeRole".to_owned()),
                keys: keys.clone(),
                ..Among::default()
            };
            let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
            for (statement, proof) in prove_each(&question, facts.reference, Budget::default()) {
                let Proof::Witness(witness) = proof else { continue };
                let Some((principal, _)) = principals_of(statement, PrincipalKind::Service).find(|(_, name)| *name == service)
                else {
                    continue;
                };
                findings.push(Finding {
                    help: Some(
                        "add `aws:SourceAccount` with your account, and `aws:SourceArn` where the resource is known".to_owned(),
                    ),
                    witness: Some(told(&witness)),
                    ..RULE.finding(
                        format!("{} does not ask for whose resource `{service}` takes the role", statement.title()),
                        principal.value.span(),
                        "tells it, if asked",
                    )
                });
            }
        }
    }
}

/// Services whose own pages show the keys in the trust policy of a role that they take.
const TELLING: [&str; 5] = [
    "appstream.amazonaws.com",
    "fis.amazonaws.com",
    "frauddetector.amazonaws.com",
    "iot.amazonaws.com",
    "personalize.amazonaws.com",
];
