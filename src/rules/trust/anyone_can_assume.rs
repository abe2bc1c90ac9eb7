//! Anybody with an account at AWS takes the role.

use crate::evaluate::{Caller, Context, ContextValue};
use crate::finding::{Finding, Severity};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Policy, PrincipalKind, Statement};
use crate::rules::probe::{call, is_on, loner, principals_of, put, storable, stranger, takes};

pub(super) static RULE: Rule =
    Rule { name: "anyone-can-assume", severity: Severity::High, page: include_str!("../../../rules/trust/anyone-can-assume.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (role, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            // a bare star is a matter of grammar
            let anyone = principals_of(statement, PrincipalKind::Aws).find(|(_, name)| *name == "*");
            let Some((principal, _)) = anyone else { continue };
            let Some((who, by_id, context)) = intruder(role, policy, statement) else { continue };
            let title = statement.title();
            let message = if by_id {
                format!("{title} lets any account take the role: every external id will do, and `{who}` makes one up")
            } else {
                format!("{title} lets any account take the role, as `{who}` does")
            };
            findings.push(Finding {
                witness: Some(call(role, policy, ("a role of any account", &who, "sts:AssumeRole"), &context)),
                help: Some(
                    "name the accounts, or the roles in them, that may take it; or ask for your organization with `StringEquals` on \
                     `aws:PrincipalOrgID`"
                        .to_owned(),
                ),
                ..RULE.finding(message, principal.value.span(), "anyone with an account")
            });
        }
    }
}

/// A stranger whom a statement lets in, whether he has to make an external id up, and what his call holds.
fn intruder(role: &Role<'_>, policy: &Policy<'_>, statement: &Statement<'_>) -> Option<(String, bool, Context<'static>)> {
    let account = STRANGERS.into_iter().find(|account| role.account() != Some(account))?;
    let names = names(statement, account);
    let gets_in = |arn: &str, mut context: Context<'static>| {
        choose(&mut context, statement);
        takes(&put(role, policy, (Caller::Aws(arn), "sts:AssumeRole"), &context), statement).then_some(context)
    };
    [None, Some("made-up")].into_iter().find_map(|id| {
        names.iter().find_map(|arn| {
            // of another organization, or of none
            let context = gets_in(arn, stranger(arn, account, id)).or_else(|| gets_in(arn, loner(arn, account, id)))?;
            Some((arn.clone(), id.is_some(), context))
        })
    })
}

/// What a stranger chooses by himself as the statement wants it: the tags of his role, the name of the session, the region that he asks, and the
/// headers of his request.
fn choose(context: &mut Context<'static>, statement: &Statement<'_>) {
    for condition in &statement.conditions {
        let own = condition.key.known().map(str::to_ascii_lowercase);
        let is_own = own.is_some_and(|key| {
            key.starts_with("aws:principaltag/")
                || ["sts:rolesessionname", "aws:useragent", "aws:referer", "aws:requestedregion"].contains(&key.as_str())
        });
        let wanted = condition.values.first().and_then(|value| value.pattern.plain()).filter(|_| is_own);
        let Some((key, wanted)) = condition.key.known().zip(wanted) else { continue };
        let is_not = condition.operator.is_some_and(|operator| operator.negated);
        let value = if is_not { "somebody".to_owned() } else { wanted.replace('*', "somebody").replace('?', "x") };
        context.set(key.to_owned(), ContextValue::One(value.into()));
    }
}

/// Roles of an account: any, and those that patterns of the statement ask for. Everybody names the own roles.
fn names(statement: &Statement<'_>, account: &str) -> Vec<String> {
    let asked = statement.conditions.iter().filter(|condition| is_on(condition, "aws:PrincipalArn"));
    let patterns = asked.flat_map(|condition| &condition.values).filter_map(|value| value.pattern.plain());
    let of_pattern = patterns.filter_map(|pattern| {
        let parts: Vec<&str> = pattern.splitn(6, ':').collect();
        let [arn, partition, service, region, own, name] = parts.as_slice() else { return None };
        if !own.contains(['*', '?']) {
            return None;
        }
        let [partition, service, name] = [(partition, "aws"), (service, "iam"), (name, "somebody")]
            .map(|(part, instead)| part.replace('*', instead).replace('?', "x"));
        Some([arn, partition.as_str(), &service, region, account, &name].join(":"))
    });
    std::iter::once(format!("arn:aws:iam::{account}:role/somebody")).chain(of_pattern).collect()
}

/// Accounts that are nobody's.
const STRANGERS: [&str; 2] = ["999999999999", "888888888888"];
