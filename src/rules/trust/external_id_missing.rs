//! A third party takes the role without an external id that only the owner's own requests have.

use super::foreign_account::{Foreigner, Owner, foreigners};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::Statement;
use crate::rules::probe::{EXTERNAL_ID, is_on};

pub(super) static RULE: Rule = Rule {
    name: "external-id-missing",
    severity: Severity::Medium,
    page: include_str!("../../../rules/trust/external-id-missing.md"),
};

/// One finding for each statement: the external id is the same for all that it names.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut done: Vec<&Statement<'_>> = Vec::new();
    for foreigner in foreigners(facts) {
        if done.iter().any(|other| std::ptr::eq(*other, foreigner.statement)) {
            continue;
        }
        if let Some(finding) = judge(facts, &foreigner) {
            done.push(foreigner.statement);
            findings.push(finding);
        }
    }
}

fn judge(facts: &Facts<'_, '_>, foreigner: &Foreigner<'_, '_>) -> Option<Finding> {
    let owner = foreigner.owner(facts);
    // an account that nobody expects is another rule's
    if matches!(owner, Owner::Own | Owner::Other) {
        return None;
    }
    let (title, account) = (foreigner.statement.title(), foreigner.account);
    let principal = foreigner.principal.value.span();
    if !foreigner.gets_in(None) {
        let condition = foreigner.statement.conditions.iter().find(|condition| is_on(condition, EXTERNAL_ID))?;
        let value = condition.values.first()?.pattern.text.span();
        return foreigner.gets_in(Some("made-up")).then(|| Finding {
            related: vec![Label::new(principal, "whoever has it act for them")],
            witness: Some(foreigner.witness(Some("made-up"))),
            help: Some(
                "write `StringEquals` with the one external id that the third party made for you, and gives to no other customer"
                    .to_owned(),
            ),
            ..RULE.finding(format!("{title} takes account {account} with any external id"), value, "every external id will do")
        });
    }
    // whose an account is cannot be told; a role of it by name is mostly one of one's own
    let is_own_role = facts.inventory.account_of_role(foreigner.role).is_none() || !foreigner.is_whole;
    if owner == Owner::Unknown && is_own_role {
        return None;
    }
    let severity = if owner == Owner::Partner { RULE.severity } else { Severity::Low };
    let help = match owner {
        Owner::Partner => {
            "add a condition `StringEquals` on `sts:ExternalId` with the id that the partner made for you".to_owned()
        }
        _ => format!(
            "if {account} is a third party's, add a condition `StringEquals` on `sts:ExternalId` with the id that it made for you; if it is \
             yours, say so in `rolecall.toml`: `own-accounts` below `[trust]`"
        ),
    };
    Some(Finding {
        severity,
        help: Some(help),
        witness: Some(foreigner.witness(None)),
        ..RULE.finding(
            format!("{title} lets account {account} take the role without an external id"),
            principal,
            "another account",
        )
    })
}
