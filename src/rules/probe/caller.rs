//! Callers that sign with credentials of AWS, and services, to ask trust policies with.

use std::borrow::Cow;

use crate::evaluate::{Caller, Context, ContextValue, Request, Trace, Truth, evaluate};
use crate::finding::Witness;
use crate::identity::{Claim, Claims};
use crate::inventory::Role;
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Effect, Policy, Principal, PrincipalKind, Statement};
use crate::simulate::Judgement;

/// What a trust policy says to a caller that signs.
pub(in crate::rules) fn put<'p, 's>(
    role: &Role<'_>,
    policy: &'p Policy<'s>,
    (caller, action): (Caller<'_>, &str),
    context: &Context<'_>,
) -> Judgement<'p, 's> {
    let resource = role.arn.as_ref().and_then(|arn| arn.known()).unwrap_or("*");
    let mut trace = Trace::default();
    let verdict = evaluate([policy], &Request { principal: caller, action, resource, context }, &mut trace);
    Judgement { verdict, trace }
}

/// The call of a principal as a witness, with those condition keys that the policy asks for.
pub(in crate::rules) fn call(
    role: &Role<'_>,
    policy: &Policy<'_>,
    (who, principal, action): (&str, &str, &str),
    context: &Context<'_>,
) -> Witness {
    let resource = role.arn.as_ref().and_then(|arn| arn.known()).unwrap_or("*");
    let mut told = Claims::new();
    for (name, value) in [("principal", principal), ("action", action), ("resource", resource)] {
        told.set(name, Claim::Text(value.to_owned()));
    }
    let mut held = Claims::new();
    for key in policy.statements.iter().flat_map(|own| &own.conditions).filter_map(|own| own.key.known()) {
        if let Some(value) = context.get(key) {
            held.set(key, Claim::Text(value.values().collect::<Vec<_>>().join(", ")));
        }
    }
    if held.iter().next().is_some() {
        told.set("context", Claim::Map(held));
    }
    Witness { who: who.to_owned(), claims: told.to_json() }
}

/// The call of a principal of another account and organization, who may do all that one can do by oneself: have MFA, be of any name.
/// What else there is in the call is not known; an external id only where one is given.
pub(in crate::rules) fn stranger(arn: &str, account: &str, external_id: Option<&str>) -> Context<'static> {
    let one = |value: &str| ContextValue::One(Cow::Owned(value.to_owned()));
    let mut context = Context::new();
    context.partial = true;
    context.never = Some(|key| key.eq_ignore_ascii_case(EXTERNAL_ID));
    for (key, value) in [
        ("aws:PrincipalArn", arn),
        ("aws:PrincipalAccount", account),
        ("aws:PrincipalOrgID", ORGANIZATION),
        ("aws:PrincipalIsAWSService", "false"),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:MultiFactorAuthPresent", "true"),
        ("aws:SecureTransport", "true"),
    ] {
        context.set(key, one(value));
    }
    context.set("aws:PrincipalOrgPaths", ContextValue::Many(vec![Cow::Borrowed("o-somebodyelse/r-some/ou-some-body/")]));
    if let Some(id) = external_id {
        context.set(EXTERNAL_ID, one(id));
    }
    context
}

/// Whether a statement that allows names this caller and this action, whatever its conditions.
pub(in crate::rules) fn is_granted<'p, 's>(
    role: &Role<'_>,
    policy: &'p Policy<'s>,
    caller: Caller<'_>,
    action: &str,
) -> Option<&'p Statement<'s>> {
    let mut context = Context::new();
    context.partial = true;
    let traces = put(role, policy, (caller, action), &context).trace.statements;
    let allows = |statement: &Statement<'_>| statement.effect.is_some_and(|(effect, _)| effect == Effect::Allow);
    // a hole may turn out to be the action
    let named = traces.into_iter().filter(|trace| trace.principal != Truth::No && trace.action != Truth::No);
    named.map(|trace| trace.statement).find(|statement| allows(statement))
}

/// The pattern of a statement that names an action.
pub(in crate::rules) fn naming<'p, 's>(statement: &'p Statement<'s>, action: &str) -> Option<&'p Pattern<'s>> {
    let actions = statement.actions.as_ref().filter(|actions| !actions.negated)?;
    let names =
        |pattern: &&Pattern<'_>| pattern.text.known().is_some_and(|text| matches(&[Unit::Wild(text)], action, Mode::Action));
    actions.list.iter().find(names)
}

/// The principals of a kind that a statement names, each with its text; none where all but some are meant.
pub(in crate::rules) fn principals_of<'p, 's>(
    statement: &'p Statement<'s>,
    kind: PrincipalKind,
) -> impl Iterator<Item = (&'p Principal<'s>, &'p str)> {
    let named = statement.principals.iter().filter(|principals| !principals.negated).flat_map(|principals| &principals.list);
    named.filter(move |principal| principal.kind == kind).filter_map(|principal| Some((principal, principal.value.known()?)))
}

/// The organization of a stranger.
const ORGANIZATION: &str = "o-somebodyelse";

/// The condition key of an external id.
pub(in crate::rules) const EXTERNAL_ID: &str = "sts:ExternalId";
