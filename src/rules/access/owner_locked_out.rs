//! Resource policies that nobody may change any more.

use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Pattern, begins_like};
use crate::policy::{Comparison, Effect, Policy, PolicyKind, PrincipalKind, Statement};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove};
use crate::rules::logic::address::is_private;
use crate::rules::logic::alone::{everything, with};

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
            let denying = denying(policy, actions);
            let is_denied_by = |policy: &Policy<'_>| actions.iter().all(|own| is_denied(facts, policy, own));
            let first = *denying.first().filter(|_| is_denied_by(policy))?;
            let by_itself = denying.iter().find(|own| is_denied_by(&with(policy, vec![(***own).clone()])));
            Some((by_itself.map_or(first, |own| *own), actions.first()?))
        });
        let Some((statement, action)) = held.min_by_key(|(statement, _)| statement.index) else {
            findings.extend(unmanageable(facts, policy));
            continue;
        };
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

/// The policy of a key by which nobody may change it. No other policy counts for a key but by leave of its own.
///
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>,
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
fn unmanageable(facts: &Facts<'_, '_>, policy: &Policy<'_>) -> Option<Finding> {
    let is_known = |own: &Statement<'_>| own.effect.is_some() && own.later.is_none() && own.optional.is_none();
    let is_whole = !policy.guessed && !policy.otherwise && policy.later.is_none() && policy.statements.iter().all(is_known);
    let mut allowing = policy.with_effect(Effect::Allow).peekable();
    if !is_whole || allowing.peek().is_none() || !allowing.all(is_of_key) {
        return None;
    }
    // a document by itself that is for services alone is rather a statement to be added to a policy
    let is_alone = || facts.inventory.policies.iter().any(|loose| loose.alone && loose.policy.range == policy.range);
    let names_somebody = |own: &Statement<'_>| {
        let mut named = own.principals.iter().flat_map(|own| &own.list);
        named.any(|own| matches!(own.kind, PrincipalKind::Aws | PrincipalKind::Later) && own.value.known() != Some("*"))
    };
    if !policy.with_effect(Effect::Allow).any(names_somebody) && is_alone() {
        return None;
    }
    let among = Among { action: Some(PUT_KEY_POLICY.to_owned()), resource: resource(policy, PUT_KEY_POLICY), ..Among::default() };
    let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
    if !matches!(prove(&question, facts.reference, Budget::default()), Proof::Holds) {
        return None;
    }
    let help = "allow the account `kms:*`, as the default key policy does, or its administrators `kms:PutKeyPolicy`; KMS stores no policy that \
                does not let its writer change it, unless `BypassPolicyLockoutSafetyCheck` is set";
    let message = format!("nobody may `{PUT_KEY_POLICY}` by this policy of a key, and no other policy can allow it");
    Some(Finding { help: Some(help.to_owned()), ..RULE.finding(message, policy.mark, "leaves nobody to change it") })
}

/// Whether a statement is about keys and their actions alone.
fn is_of_key(statement: &Statement<'_>) -> bool {
    let of_kms =
        |own: &Pattern<'_>| own.plain().is_some_and(|own| own.get(..4).is_some_and(|own| own.eq_ignore_ascii_case("kms:")));
    let on_key = |own: &Pattern<'_>| own.plain().is_none_or(|own| own == "*" || own.contains(":kms:"));
    statement.actions.as_ref().is_some_and(|own| !own.negated && own.list.iter().all(of_kms))
        && statement.resources.as_ref().is_some_and(|own| !own.negated && own.list.iter().all(on_key))
}

const PUT_KEY_POLICY: &str = "kms:PutKeyPolicy";

/// The statements that may deny everybody to do all of this.
fn denying<'p, 's>(policy: &'p Policy<'s>, actions: &[&str]) -> Vec<&'p Statement<'s>> {
    let takes = |statement: &Statement<'_>, action: &str| {
        statement.actions.as_ref().is_some_and(|own| {
            own.negated || own.list.iter().any(|own| own.plain().is_some_and(|own| begins_like(own, action, true)))
        })
    };
    let all = policy.with_effect(Effect::Deny).filter(|own| is_for_all(own));
    all.filter(|statement| actions.iter().all(|own| takes(statement, own))).collect()
}

/// Whether it is proved that nobody may do this, whatever his own policies allow.
fn is_denied(facts: &Facts<'_, '_>, policy: &Policy<'_>, action: &str) -> bool {
    let Some(resource) = resource(policy, action) else { return false };
    let among = Among { action: Some(action.to_owned()), resource: Some(resource), ..Among::default() };
    let is_proved = |keys: Vec<Held>| {
        let among = Among { keys, ..among.clone() };
        let question = Question { allowed_by: vec![policy, everything(true)], not_by: Vec::new(), among };
        matches!(prove(&question, facts.reference, Budget::default()), Proof::Holds)
    };
    if !names_private_addresses(policy) {
        return is_proved(Vec::new());
    }
    // requests hold a public address or none, and all public ones are alike to the policy
    let from = |values| vec![Held { key: SOURCE_IP.to_owned(), values }];
    is_proved(from(Values::One("203.0.113.9".to_owned()))) && is_proved(from(Values::None))
}

/// Whether a policy asks for addresses, and for private ones alone, of which `aws:SourceIp` holds none.
///
/// op-ip-private
fn names_private_addresses(policy: &Policy<'_>) -> bool {
    let conditions = policy.statements.iter().flat_map(|own| &own.conditions);
    let own = conditions.filter(|own| own.key.known().is_some_and(|key| key.eq_ignore_ascii_case(SOURCE_IP)));
    let asking: Vec<_> = own.filter(|own| own.operator.is_none_or(|own| own.comparison != Comparison::Null)).collect();
    !asking.is_empty() && asking.iter().flat_map(|own| &own.values).all(is_private)
}

const SOURCE_IP: &str = "aws:SourceIp";

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
