//! Permissions boundaries that do not hold themselves in place.

use std::collections::HashSet;

use crate::evaluate::action_for;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Policy, PolicyKind};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "boundary-can-be-removed",
    severity: Severity::Medium,
    page: include_str!("../../../rules/access/boundary-can-be-removed.md"),
};

/// What takes the boundary of a role away, or puts another in its place.
const OF_ROLES: [&str; 2] = ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"];

/// The same of a user.
const OF_USERS: [&str; 2] = ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"];

const BOUNDARY: &str = "iam:PermissionsBoundary";

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let limits = || facts.inventory.roles.iter().filter_map(|role| role.limit.as_deref());
    let of_role: HashSet<Span> = limits().map(|own| own.mark).collect();
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    let others = policies.filter(|own| own.kind == PolicyKind::Boundary && !of_role.contains(&own.mark));
    // who has one of which no holder is known may be a user
    let given = others.map(|own| (own, false)).chain(limits().map(|own| (own, true)));
    for (policy, is_of_role) in given.filter(|(own, _)| own.refusal().is_none()) {
        let removing = OF_ROLES.iter().chain(OF_USERS.iter().filter(|_| !is_of_role));
        let found = removing.copied().find_map(|own| Some((own, allowed(facts, policy, own)?)));
        let Some((action, place)) = found else { continue };
        findings.push(Finding {
            help: Some(
                "deny `iam:Delete*PermissionsBoundary` in it, and `iam:Put*PermissionsBoundary` unless `iam:PermissionsBoundary` is its \
                 own ARN"
                    .to_owned(),
            ),
            ..RULE.finding(
                format!("the boundary lets its holder call `{action}`, and so rid itself of the boundary"),
                place,
                "allows it",
            )
        });
    }
}

/// Where the boundary allows an action with a boundary that it does not name.
fn allowed(facts: &Facts<'_, '_>, policy: &Policy<'_>, action: &str) -> Option<Span> {
    let conditions = policy.statements.iter().flat_map(|own| &own.conditions);
    let own = conditions.filter(|own| own.key.known().is_some_and(|key| key.eq_ignore_ascii_case(BOUNDARY)));
    let named: Option<Vec<String>> = own.flat_map(|own| &own.values).map(|own| own.pattern.plain().map(str::to_owned)).collect();
    // a boundary that one may leave is there; one that is put in its place is another
    let values = Values::Like { forms: vec!["*".to_owned()], except: named?, or_none: false };
    let keys = vec![Held { key: BOUNDARY.to_owned(), values }];
    let among = Among { action: Some(action.to_owned()), keys, ..Among::default() };
    let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
    match prove(&question, facts.reference, Budget::default()) {
        Proof::Witness(witness) => {
            let pattern = action_for(witness.allowed_by, action, &witness.context);
            Some(pattern.map_or_else(|| witness.allowed_by.place(), |own| own.text.span()))
        }
        _ => None,
    }
}
