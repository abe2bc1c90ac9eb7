//! Resource control policies that leave anonymous calls alone, because they were to leave services alone.

use super::of_rcps;
use crate::evaluate::{Context, Truth, judge};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::begins_like;
use crate::policy::{Condition, Effect, Policy, Statement};
use crate::prove::{Among, Budget, Proof, Question, prove};
use crate::rules::logic::alone::lacking_principal;
use crate::rules::logic::alone::{allowing, with};

pub(super) static RULE: Rule = Rule {
    name: "rcp-spares-anonymous",
    severity: Severity::High,
    page: include_str!("../../../rules/guardrail/rcp-spares-anonymous.md"),
};

/// Actions of services that answer who does not sign.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
const ANONYMOUS: [&str; 3] = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"];

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, statement) in of_rcps(facts).filter(|(_, own)| own.later.is_none()) {
        let Some(condition) = statement.conditions.iter().find(|own| is_carve_out(own)) else { continue };
        let Some(actions) = statement.actions.as_ref().filter(|own| !own.negated) else { continue };
        let takes = |action: &str| actions.list.iter().any(|own| own.plain().is_some_and(|own| begins_like(own, action, true)));
        let Some(action) = ANONYMOUS.into_iter().find(|own| takes(own)) else { continue };
        if is_spared(facts, policy, statement, action) {
            findings.push(Finding {
                help: Some("write `BoolIfExists`, which also holds for whoever does not sign".to_owned()),
                ..RULE.finding(
                    format!("{} leaves anonymous callers alone: they may go on with `{action}`", statement.title()),
                    condition.operator_text.span(),
                    "false where the key is missing",
                )
            });
        }
    }
}

/// Whether nothing but the carve-out keeps the policy from denying an anonymous call.
fn is_spared(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>, action: &str) -> bool {
    let mut bare = allowing(statement);
    bare.conditions = bare.conditions.iter().filter(|own| !is_carve_out(own)).cloned().collect();
    let bare = with(policy, vec![bare]);
    let denied = with(policy, policy.with_effect(Effect::Deny).map(allowing).collect());
    let among = Among {
        caller: Some("anonymous".to_owned()),
        action: Some(action.to_owned()),
        keys: lacking_principal([statement], facts.reference),
        ..Among::default()
    };
    let question = Question { allowed_by: vec![&bare], not_by: vec![&denied], among };
    matches!(prove(&question, facts.reference, Budget::default()), Proof::Witness(_))
}

/// A condition that is to hold for all but services, and does not for who holds no such key.
fn is_carve_out(condition: &Condition<'_>) -> bool {
    let is_own = condition.key.known().is_some_and(|key| key.eq_ignore_ascii_case("aws:PrincipalIsAWSService"));
    let excepts = condition.values.iter().all(|own| own.pattern.plain().is_some_and(|own| own.eq_ignore_ascii_case("false")));
    is_own && excepts && judge(condition, &Context::new()) == Truth::No
}
