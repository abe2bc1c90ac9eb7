//! Resource policies that nobody may change any more.

use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::begins_like;
use crate::policy::{Effect, Policy, PolicyKind, PrincipalKind, Statement};
use crate::prove::{Among, Budget, Proof, Question, prove};
use crate::rules::logic::alone::everything;

pub(super) static RULE: Rule =
    Rule { name: "owner-locked-out", severity: Severity::High, page: include_str!("../../../rules/access/owner-locked-out.md") };

/// Services whose policies are changed or taken away by these actions, with a resource for a policy that names none.
const SERVICES: [(&[&str], &str); 5] = [
    (&["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"], "arn:aws:s3:::example"),
    (&["kms:PutKeyPolicy"], "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000"),
    (&["sqs:SetQueueAttributes", "sqs:RemovePermission"], "arn:aws:sqs:us-east-1:111122223333:example"),
    (&["sns:SetTopicAttributes", "sns:RemovePermission"], "arn:aws:sns:us-east-1:111122223333:example"),
    (
        &["secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"],
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:example-AbCdEf",
    ),
];

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|own| own.kind == PolicyKind::Resource && own.refusal().is_none()) {
        let held = SERVICES.iter().filter_map(|(actions, _)| {
            let statement = denied(policy, actions)?;
            actions.iter().all(|own| is_denied(facts, policy, own)).then_some((statement, actions.first()?))
        });
        let Some((statement, action)) = held.min_by_key(|(statement, _)| statement.index) else { continue };
        let who = match action.split(':').next() {
            Some("s3" | "sqs") => "only the root user gets around it",
            _ => "also for the root user of the account",
        };
        findings.push(Finding {
            help: Some(
                "spare those who look after it, by `ArnNotEquals` on `aws:PrincipalArn`, or leave that action out of the Deny"
                    .to_owned(),
            ),
            ..RULE.finding(
                format!("{} denies `{action}` to everybody, so nobody may change the policy: {who}", statement.title()),
                statement.place(),
                "locks its owner out",
            )
        });
    }
}

/// The first statement that may deny everybody to do all of this.
fn denied<'p, 's>(policy: &'p Policy<'s>, actions: &[&str]) -> Option<&'p Statement<'s>> {
    let takes = |statement: &Statement<'_>, action: &str| {
        statement.actions.as_ref().is_some_and(|own| {
            own.negated || own.list.iter().any(|own| own.plain().is_some_and(|own| begins_like(own, action, true)))
        })
    };
    let mut all = policy.with_effect(Effect::Deny).filter(|own| is_for_all(own));
    all.find(|statement| actions.iter().all(|own| takes(statement, own)))
}

/// Whether it is proved that nobody may do this, whatever his own policies allow.
fn is_denied(facts: &Facts<'_, '_>, policy: &Policy<'_>, action: &str) -> bool {
    let Some(resource) = resource(policy, action) else { return false };
    let among = Among { action: Some(action.to_owned()), resource: Some(resource), ..Among::default() };
    let question = Question { allowed_by: vec![policy, everything(true)], not_by: Vec::new(), among };
    matches!(prove(&question, facts.reference, Budget::default()), Proof::Holds)
}

/// The resource whose policy this is.
fn resource(policy: &Policy<'_>, action: &str) -> Option<String> {
    let service = action.split(':').next()?;
    let listed = policy.statements.iter().filter_map(|own| own.resources.as_ref()).flat_map(|own| &own.list);
    let start = format!(":{service}:");
    let mut named = listed.filter_map(|own| own.plain()).filter(|own| own.contains(&start));
    let whole = named.find_map(|own| {
        let own = if service == "s3" { own.split('/').next().unwrap_or(own) } else { own };
        (!own.contains(['*', '?'])).then(|| own.to_owned())
    });
    let (_, any) = SERVICES.iter().find(|(actions, _)| actions.contains(&action))?;
    Some(whole.unwrap_or_else(|| (*any).to_owned()))
}

fn is_for_all(statement: &Statement<'_>) -> bool {
    statement.principals.as_ref().is_some_and(|own| {
        own.negated || own.list.iter().any(|own| own.kind == PrincipalKind::Anyone || own.value.known() == Some("*"))
    })
}
