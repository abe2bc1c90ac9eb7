//! Resource control policies that hold the tokens of one issuer to one's own, and deny those of all others.

use super::of_rcps;
use crate::evaluate::{Context, Truth, judge};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Effect, Policy, Statement};
use crate::prove::{Among, Budget, Proof, Question, prove};
use crate::rules::logic::alone::{allowing, lacking_principal, only, with};
use crate::rules::view::is_of_issuer;

pub(super) static RULE: Rule = Rule {
    name: "rcp-denies-other-issuers",
    severity: Severity::Low,
    page: include_str!("../../../rules/guardrail/rcp-denies-other-issuers.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, statement) in of_rcps(facts).filter(|(_, own)| own.later.is_none()) {
        let Some((condition, issuer)) = only_issuer(statement) else { continue };
        if !denies_others(facts, policy, statement) {
            continue;
        }
        let key = condition.key.shown();
        findings.push(Finding {
            help: Some(format!(
                "add `\"Null\": {{ \"{key}\": \"false\" }}`; which issuers there may be at all, a statement with `Null` alone says"
            )),
            ..RULE.finding(
                format!("{} also denies the tokens of every other issuer than `{issuer}`", statement.title()),
                condition.key.span(),
                "true where the key is missing",
            )
        });
    }
}

/// The first negated condition that also holds for tokens of other issuers than the one whose claim it asks for, with that issuer. Who names
/// several has thought of others.
fn only_issuer<'p>(statement: &'p Statement<'_>) -> Option<(&'p Condition<'p>, &'p str)> {
    let issuer = |own: &'p Condition<'p>| own.key.known().filter(|key| is_of_issuer(key))?.rsplit_once(':').map(|(own, _)| own);
    let mut named = statement.conditions.iter().filter_map(|own| Some((own, issuer(own)?)));
    let is_loose = |own: &Condition<'_>| own.operator.is_some_and(|own| own.negated) && judge(own, &Context::new()) == Truth::Yes;
    let (_, first) = named.clone().next()?;
    if !named.clone().all(|(_, own)| own.eq_ignore_ascii_case(first)) {
        return None;
    }
    named.find(|(own, _)| is_loose(own))
}

/// Whether a token of another issuer is denied, and by no other statement: that says by itself which issuers there may be.
fn denies_others(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>) -> bool {
    let others = policy.with_effect(Effect::Deny).filter(|own| !std::ptr::eq(*own, statement));
    let others = with(policy, others.map(allowing).collect());
    let among = Among {
        caller: Some("federated:arn:aws:iam::111122223333:oidc-provider/unrelated.example".to_owned()),
        action: Some("sts:AssumeRoleWithWebIdentity".to_owned()),
        keys: lacking_principal(&policy.statements, facts.reference),
        ..Among::default()
    };
    let alone = only(policy, statement);
    let question = Question { allowed_by: vec![&alone], not_by: vec![&others], among };
    matches!(prove(&question, facts.reference, Budget::default()), Proof::Witness(_))
}
