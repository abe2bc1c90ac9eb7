//! Resource policies that let strangers in.

use crate::evaluate::value_for;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{Claim, Claims};
use crate::lint::{Facts, Rule};
use crate::policy::{Policy, PolicyKind, PrincipalKind, Statement};
use crate::prove::{self, Budget, Held, Proof, Question, Values, prove_each};
use crate::reference::{Level, Reference};
use crate::rules::probe::{ANONYMOUS, by_action, on_own_resource, possible, strange, strangers};

pub(super) static RULE: Rule =
    Rule { name: "public-resource", severity: Severity::High, page: include_str!("../../../rules/access/public-resource.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let is_meant =
        |policy: &&Policy<'_>| policy.kind == PolicyKind::Resource && policy.refusal().is_none() && names_anybody(policy);
    for policy in facts.inventory.all_policies().map(|(policy, _)| policy).filter(is_meant) {
        let policy = &*on_own_resource(policy);
        let all = everywhere(policy, &strange(policy));
        let mut told: Vec<&Statement<'_>> = Vec::new();
        for among in all.iter().flat_map(|keys| strangers(policy, keys, facts.reference)) {
            let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
            for (statement, proof) in prove_each(&question, facts.reference, Budget::default()) {
                let Proof::Witness(witness) = proof else { continue };
                let is_old = told.iter().any(|own| std::ptr::eq(*own, statement)) || is_told(statement, facts.reference);
                if is_old || is_anonymous(&witness) && is_signed(&witness.action) {
                    continue;
                }
                let Some(witness) = possible(witness, statement, &question, facts.reference) else { continue };
                told.push(statement);
                let worse = changing(statement, &question, facts.reference);
                findings.push(finding(statement, worse.as_deref().unwrap_or(&witness), facts.reference));
            }
        }
    }
}

/// A request that changes something, where a statement lists an action that does.
fn changing<'q, 's>(
    statement: &Statement<'s>,
    question: &Question<'q, 's>,
    reference: &Reference,
) -> Option<Box<prove::Witness<'q, 's>>> {
    by_action(statement, question, reference, &|action| !matches!(action.level(), Level::Read | Level::List))
        .and_then(|own| possible(own, statement, question, reference))
}

fn finding(statement: &Statement<'_>, witness: &prove::Witness<'_, '_>, reference: &Reference) -> Finding {
    let reads = reference.action(&witness.action).is_some_and(|action| matches!(action.level(), Level::Read | Level::List));
    let who = if is_anonymous(witness) { "anybody, with an AWS account or without," } else { "anybody with an AWS account" };
    let principal = statement.principals.as_ref().and_then(|own| own.list.iter().find(|own| own.value.known() == Some("*")));
    let span = principal.map_or_else(|| statement.place(), |own| own.value.span());
    // what was meant to keep him out
    let values = witness.context.iter().filter_map(|(key, _)| value_for(statement, key, &witness.context));
    let related = values.map(|own| Label::new(own.pattern.text.span(), "lets strangers in")).collect();
    Finding {
        related,
        severity: if reads { Severity::Medium } else { RULE.severity },
        help: Some(
            "name the accounts or roles, or add a condition on what only yours have: `aws:PrincipalOrgID`, `aws:PrincipalAccount`, \
             `aws:SourceVpce`, `aws:SourceAccount`"
                .to_owned(),
        ),
        witness: Some(Witness { who: "a stranger's request".to_owned(), claims: request(witness).to_json() }),
        ..RULE.finding(format!("{who} may call `{}` by {}", witness.action, statement.title()), span, "whoever asks")
    }
}

fn is_anonymous(witness: &prove::Witness<'_, '_>) -> bool {
    witness.principal.as_deref() == Some(ANONYMOUS)
}

/// Whether an action is of a service that answers nobody who does not sign.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html>,
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html>
fn is_signed(action: &str) -> bool {
    action.split_once(':').is_some_and(|(prefix, _)| ["kms", "ecr"].iter().any(|own| prefix.eq_ignore_ascii_case(own)))
}

/// Whether another rule tells of what lets strangers in: `NotPrincipal`, or an operator for sets on a key of one value.
fn is_told(statement: &Statement<'_>, reference: &Reference) -> bool {
    let all_but = statement.principals.as_ref().is_some_and(|own| own.negated);
    all_but
        || statement.conditions.iter().any(|condition| {
            let for_sets = condition.operator.is_some_and(|operator| operator.set.is_some());
            let key = condition.key.known().and_then(|key| reference.key(key));
            for_sets && key.is_some_and(|key| !key.many)
        })
}

/// A request, as claims are written.
pub(in crate::rules) fn request(witness: &prove::Witness<'_, '_>) -> Claims {
    let mut told = Claims::new();
    let principal = witness.principal.as_ref().map(|principal| ("principal", principal.as_str()));
    for (name, value) in principal.into_iter().chain([("action", witness.action.as_str()), ("resource", &witness.resource)]) {
        told.set(name, Claim::Text(value.to_owned()));
    }
    let mut context = Claims::new();
    for (key, value) in witness.context.iter() {
        context.set(key, Claim::Text(value.values().collect::<Vec<_>>().join(", ")));
    }
    if context.iter().next().is_some() {
        told.set("context", Claim::Map(context));
    }
    told
}

/// Whether a policy has a statement for everybody.
fn names_anybody(policy: &Policy<'_>) -> bool {
    let mut principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    principals
        .any(|own| own.negated || own.list.iter().any(|one| one.kind == PrincipalKind::Anyone || one.value.known() == Some("*")))
}

/// The same with each address that a stranger may have a topic send to, where the policy asks for addresses.
fn everywhere(policy: &Policy<'_>, held: &[Held]) -> Vec<Vec<Held>> {
    let mut keys = policy.statements.iter().flat_map(|own| &own.conditions).filter_map(|own| own.key.known());
    if !keys.any(|own| own.eq_ignore_ascii_case(ENDPOINT)) {
        return vec![held.to_vec()];
    }
    let at = |(protocol, form, except): (&str, &str, &str)| {
        let endpoint = Values::Like { forms: vec![form.to_owned()], except: vec![except.to_owned()], or_none: true };
        let protocol = Values::Like { forms: vec![protocol.to_owned()], except: Vec::new(), or_none: true };
        let own = [(ENDPOINT, endpoint), ("sns:Protocol", protocol)];
        held.iter().cloned().chain(own.map(|(key, values)| Held { key: key.to_owned(), values })).collect()
    };
    ENDPOINTS.map(at).to_vec()
}

/// Where a topic sends what is published: who has the address reads it.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html>
const ENDPOINT: &str = "sns:Endpoint";

/// Addresses that strangers have: the protocol, their form, and what only looks so. No address of mail has a colon, and ARNs have so many.
const ENDPOINTS: [(&str, &str, &str); 6] = [
    ("email", "*@stranger.example", "*:*"),
    ("email-json", "*@stranger.example", "*:*"),
    ("https", "https://stranger.example/*", ""),
    ("http", "http://stranger.example/*", ""),
    ("sqs", "arn:aws:sqs:*:999999999999:*", "arn:*:*:*:*:*:*"),
    ("lambda", "arn:aws:lambda:*:999999999999:function:*", "arn:*:*:*:*:*:*:*"),
];
