//! A trust policy that asks for what the call of Cognito itself does not have.

use super::pool_roles::pool_roles;
use super::shared_group_trust::logins;
use crate::evaluate::{ConditionTrace, Truth, Verdict};
use crate::finding::{Finding, Label, Severity};
use crate::identity::IdentityPool;
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Condition, Policy};
use crate::reach::client::{classic_flow, short};
use crate::rules::probe::is_on;
use crate::simulate::{Flow, GateState, Presented, try_assume};

pub(super) static RULE: Rule = Rule {
    name: "enhanced-flow-shut",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/enhanced-flow-shut.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for pool in &facts.inventory.identity_pools {
        let Some(id) = pool.id.known() else { continue };
        let users: Vec<Presented> = logins(pool).map(|(provider, user)| Presented::signed_in_by(id, &provider, &user)).collect();
        for (name, role, trust) in pool_roles(facts.inventory, pool) {
            findings.extend(of_role(facts, pool, (name, role, trust), &users));
        }
        let guests = facts.inventory.role_map(pool).and_then(|map| map.unauthenticated.as_ref()?.known());
        let Some(name) = guests.filter(|_| pool.guests.is_some_and(|guests| guests.value)) else { continue };
        let role = facts.inventory.role(name).and_then(|role| Some((name, role, role.trust.as_ref()?)));
        findings.extend(role.and_then(|role| of_role(facts, pool, role, &[Presented::guest(id)])));
    }
}

/// What keeps all of these out of a role in the enhanced flow, and nothing else does.
fn of_role(
    facts: &Facts<'_, '_>,
    pool: &IdentityPool<'_>,
    (name, role, trust): (&str, &Role<'_>, &Policy<'_>),
    tokens: &[Presented],
) -> Option<Finding> {
    let mut shut = None;
    for token in tokens {
        let judgement = try_assume(trust, Some(name), token, Flow::Enhanced, &[("aws:SourceIp", vec![ADDRESS])]);
        if !matches!(judgement.verdict, Verdict::NotAllowed) {
            return None;
        }
        let mut fits = judgement.trace.statements.iter().filter(|own| own.principal == Truth::Yes && own.action == Truth::Yes);
        shut = shut.or_else(|| fits.find_map(|own| only_of_call(&own.conditions)));
    }
    let condition = shut?;
    let of_name = is_on(condition, SESSION_NAME);
    let what = if of_name {
        "Cognito names every session `CognitoIdentityCredentials`"
    } else {
        "the call comes from an address of Cognito's, not the user's"
    };
    let mut finding = RULE.finding(
        format!("nobody gets `{}` from pool `{}` in the enhanced flow: {what}", short(name), pool.id.shown()),
        condition.key.span(),
        "of Cognito's call, not the user's",
    );
    finding.related.push(Label::new(role.span(), "the role"));
    let classic = classic_flow(facts.world(), pool.id.known()?).filter(|gate| gate.state == GateState::Pass);
    if classic.is_some() {
        // users may be meant to take it themselves
        finding.severity = Severity::Low;
    }
    finding.help = Some(if of_name {
        "tell users apart by `cognito-identity.amazonaws.com:sub`, or by a session tag".to_owned()
    } else {
        "ask for the address in the role's permissions, where it is the user's own".to_owned()
    });
    Some(finding)
}

/// The first condition that fails, where all that fail are on what belongs to the call.
fn only_of_call<'p, 's>(conditions: &[ConditionTrace<'p, 's>]) -> Option<&'p Condition<'s>> {
    let is_of_call = |own: &Condition<'_>| is_on(own, SESSION_NAME) || is_on(own, "aws:SourceIp");
    let fits = conditions.iter().all(|own| own.holds == Truth::Yes || own.holds == Truth::No && is_of_call(own.condition));
    conditions.iter().find(|own| own.holds == Truth::No).map(|own| own.condition).filter(|_| fits)
}

const SESSION_NAME: &str = "sts:RoleSessionName";

/// An address that nobody has, for one of Cognito's.
const ADDRESS: &str = "198.51.100.213";
