//! Resource policies that also allow what comes without TLS.

use crate::finding::{Finding, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PolicyKind, Statement};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove_each};
use crate::rules::access::request;
use crate::rules::probe::on_own_resource;

pub(super) static RULE: Rule = Rule {
    name: "insecure-transport-allowed",
    severity: Severity::Low,
    page: include_str!("../../../rules/access/insecure-transport-allowed.md"),
};

const KEY: &str = "aws:SecureTransport";

/// One finding a policy, and only where that is asked for: clients use TLS unless they are told otherwise.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if !facts.is_pedantic(&RULE) {
        return;
    }
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|own| own.kind == PolicyKind::Resource && own.refusal().is_none()) {
        if !policy.with_effect(Effect::Allow).any(is_meant) {
            continue;
        }
        let policy = &*on_own_resource(policy);
        let keys = vec![Held { key: KEY.to_owned(), values: Values::One("false".to_owned()) }];
        let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among: Among { keys, ..Among::default() } };
        let proofs = prove_each(&question, facts.reference, Budget::default());
        let found = proofs.into_iter().filter(|(own, _)| is_meant(own)).find_map(|(own, proof)| match proof {
            Proof::Witness(witness) => Some((own, witness)),
            _ => None,
        });
        let Some((statement, witness)) = found else { continue };
        findings.push(Finding {
            help: Some(
                "add a Deny for `\"Principal\": \"*\"` with `\"Bool\": { \"aws:SecureTransport\": \"false\" }`".to_owned(),
            ),
            witness: Some(Witness { who: "a request without TLS".to_owned(), claims: request(&witness).to_json() }),
            ..RULE.finding(
                format!("{} also allows `{}` without TLS", statement.title(), witness.action),
                statement.place(),
                "no Deny keeps it out",
            )
        });
    }
}

/// Whether it allows something of a service that answers without TLS, and says nothing of it itself.
///
/// <https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html>
fn is_meant(statement: &Statement<'_>) -> bool {
    let answers = |action: &str| {
        ["s3:", "sqs:", "sns:"].iter().any(|own| action.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(own)))
    };
    let actions = statement.actions.as_ref().filter(|own| !own.negated);
    let own = actions.is_some_and(|own| own.list.iter().any(|own| own.plain().is_some_and(answers)));
    own && !statement.conditions.iter().any(|own| own.key.known().is_some_and(|key| key.eq_ignore_ascii_case(KEY)))
}
