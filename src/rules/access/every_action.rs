//! Queues and topics of which others may do everything.

use crate::arn::Arn;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::policy::{Effect, Policy, PolicyKind, Principal, PrincipalKind, Statement};

pub(super) static RULE: Rule = Rule {
    name: "every-action-for-others",
    severity: Severity::Medium,
    page: include_str!("../../../rules/access/every-action-for-others.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|own| own.kind == PolicyKind::Resource && own.refusal().is_none()) {
        let Some((service, account)) = owner(policy) else { continue };
        for statement in policy.with_effect(Effect::Allow) {
            let Some((action, other)) = every(statement, service).zip(other(statement, account)) else { continue };
            findings.push(Finding {
                help: Some(format!(
                    "name what is meant, as `{}`",
                    if service == "sqs" { "sqs:SendMessage" } else { "sns:Publish" }
                )),
                ..RULE.finding(
                    format!("{} lets `{}` do all there is with the {}", statement.title(), other.value.shown(), thing(service)),
                    action.text.span(),
                    "every action",
                )
            });
        }
    }
}

/// The service and the account of the queue or topic.
fn owner<'p>(policy: &'p Policy<'_>) -> Option<(&'p str, &'p str)> {
    let resources = policy.statements.iter().filter_map(|own| own.resources.as_ref()).flat_map(|own| &own.list);
    resources
        .filter_map(Pattern::plain)
        .filter_map(Arn::parse)
        .find(|own| ["sqs", "sns"].contains(&own.service))
        .map(|own| (own.service, own.account))
}

fn thing(service: &str) -> &'static str {
    if service == "sqs" { "queue" } else { "topic" }
}

fn every<'p, 's>(statement: &'p Statement<'s>, service: &str) -> Option<&'p Pattern<'s>> {
    let actions = statement.actions.as_ref().filter(|own| !own.negated)?;
    let is_all = |text: &str| {
        text == "*" || text.split_once(':').is_some_and(|(own, name)| own.eq_ignore_ascii_case(service) && name == "*")
    };
    actions.list.iter().find(|own| own.plain().is_some_and(is_all))
}

/// Somebody of another account, or a service. Everybody is looked at by another rule.
fn other<'p, 's>(statement: &'p Statement<'s>, account: &str) -> Option<&'p Principal<'s>> {
    let principals = statement.principals.as_ref().filter(|own| !own.negated)?;
    principals.list.iter().find(|own| {
        let Some(name) = own.value.known().filter(|name| *name != "*") else { return false };
        match own.kind {
            PrincipalKind::Service => true,
            PrincipalKind::Aws => Arn::parse(name).map_or(name, |own| own.account) != account && !account.contains(['*', '?']),
            _ => false,
        }
    })
}
