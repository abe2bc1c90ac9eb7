//! Resource policies that let accounts in which are neither one's own nor a partner's.

use super::public_resource::request;
use crate::arn::{Arn, is_account_id};
use crate::finding::{Finding, Label, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Policy, PolicyKind, PrincipalKind};
use crate::prove::{Among, Budget, Proof, Question, prove};
use crate::rules::probe::{on_own_resource, principals_of};

pub(super) static RULE: Rule = Rule {
    name: "unlisted-account",
    severity: Severity::Medium,
    page: include_str!("../../../rules/access/unlisted-account.md"),
};

/// One finding for each account of each policy; none unless the configuration tells the own accounts.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if facts.config.trust.own_accounts.is_empty() {
        return;
    }
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|policy| policy.kind == PolicyKind::Resource && policy.refusal().is_none()) {
        of_policy(facts, &on_own_resource(policy), findings);
    }
}

fn of_policy(facts: &Facts<'_, '_>, policy: &Policy<'_>, findings: &mut Vec<Finding>) {
    let trust = &facts.config.trust;
    let is_listed = |account: &str| trust.own_accounts.iter().chain(&trust.partners).any(|own| own == account);
    let mut told: Vec<&str> = Vec::new();
    for statement in policy.with_effect(Effect::Allow) {
        for (principal, name) in principals_of(statement, PrincipalKind::Aws) {
            let Some((account, caller)) = caller(name) else { continue };
            if is_listed(account) || told.contains(&account) {
                continue;
            }
            let question = Question {
                allowed_by: vec![policy],
                not_by: Vec::new(),
                among: Among { caller: Some(caller), ..Among::default() },
            };
            let Proof::Witness(witness) = prove(&question, facts.reference, Budget::default()) else { continue };
            told.push(account);
            let title = statement.title();
            let message =
                format!("{title} lets account {account} call `{}`, which is neither yours nor a partner's", witness.action);
            findings.push(Finding {
                related: statement.condition_key.map(|key| Label::new(key, "only this limits it")).into_iter().collect(),
                help: Some(format!("take it out, or add {account} to `own-accounts` or `partners` in `rolecall.toml`")),
                witness: Some(Witness { who: format!("a request of account {account}"), claims: request(&witness).to_json() }),
                ..RULE.finding(message, principal.value.span(), "an account that is not listed")
            });
        }
    }
}

/// The account of a principal, and somebody of it who asks.
fn caller(name: &str) -> Option<(&str, String)> {
    if let Some(account) = Some(name).filter(|own| is_account_id(own)) {
        return Some((account, format!("arn:aws:iam::{account}:role/somebody")));
    }
    let arn = Arn::parse(name)?;
    let account = Some(arn.account).filter(|own| is_account_id(own))?;
    let caller =
        if arn.resource == "root" { format!("arn:{}:iam::{account}:role/somebody", arn.partition) } else { name.to_owned() };
    Some((account, caller))
}
