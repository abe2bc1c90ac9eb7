//! What a role's trust policy says to a token.

use super::{Flow, GateState, Given, Judgement, NearMiss, Presented, gap, near_miss, presented};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, Request, Trace, Verdict, evaluate};
use crate::finding::Label;
use crate::identity::ProviderKind;
use crate::inventory::{Role, is_made_up};
use crate::policy::{Comparison, Condition, Effect, Policy, PrincipalKind, Statement};
use crate::reference::{self, Reference};

/// What came out, ready for the gate.
pub(super) struct Answer<'i, 's> {
    pub(super) state: GateState,
    pub(super) text: String,
    pub(super) places: Vec<Label>,
    pub(super) judgement: Judgement<'i, 's>,
    pub(super) near_miss: Option<NearMiss<'i, 's>>,
}

/// Asks the trust policy of a role for one action: the call itself, or what the token's tags need beside it.
pub(super) fn judge<'i, 's>(
    role: &'i Role<'s>,
    policy: &'i Policy<'s>,
    token: &Presented,
    context: &Context<'_>,
    action: &'static str,
) -> Answer<'i, 's> {
    let arn = role.arn.as_ref().and_then(|arn| arn.known());
    let judgement = ask(policy, arn, &provider_of(policy, arn, token), context, action);
    let near_miss = near_miss::find(&judgement, near_miss::Asked { token, action, role: arn });
    let (state, text, places) = tell(&judgement, near_miss.as_ref(), policy, &token.host, action);
    Answer { state, text, places, judgement, near_miss }
}

/// What a trust policy says to a token that is brought to `sts:AssumeRoleWithWebIdentity`: the last step of the classic
/// flow, and what Cognito itself does in the enhanced one. `role` is the role's ARN, where it is known.
///
/// Of the actions that must be allowed to the same caller, in one statement or several, the answer is that for the one that decides:
/// one that is not allowed comes before one of which it is not known.
pub fn try_assume<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    token: &Presented,
    flow: Flow,
    given: Given<'_>,
) -> Judgement<'p, 's> {
    ask_for_all(policy, role, token, flow, given).1
}

/// The allowing statements of a trust policy that are about web identities and refuse a token, the one of which least fails first.
pub fn near_misses<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    token: &Presented,
    flow: Flow,
    given: Given<'_>,
) -> Vec<NearMiss<'p, 's>> {
    let (action, judgement) = ask_for_all(policy, role, token, flow, given);
    near_miss::nearest(&judgement.trace, near_miss::Asked { token, action, role })
}

/// As [`try_assume`], with the action that decides.
fn ask_for_all<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    token: &Presented,
    flow: Flow,
    given: Given<'_>,
) -> (&'static str, Judgement<'p, 's>) {
    let name = (flow == Flow::Enhanced).then_some(ENHANCED_SESSION);
    let context = presented::assume_context(token, name, None, (&Reference::default(), given));
    let provider = provider_of(policy, role, token);
    let ask = |action| (action, ask(policy, role, &provider, &context, action));
    let rank = |answer: &(&str, Judgement<'_, '_>)| match answer.1.verdict {
        Verdict::Allowed(_) => 2,
        Verdict::Undecided(_) => 1,
        Verdict::NotAllowed | Verdict::Denied(_) | Verdict::Refused(_) => 0,
    };
    let first = ask(token.action());
    token.further_actions().map(ask).fold(first, |worst, own| if rank(&own) < rank(&worst) { own } else { worst })
}

/// The name that Cognito gives to the sessions that it makes.
pub(super) const ENHANCED_SESSION: &str = "CognitoIdentityCredentials";

fn ask<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    provider: &str,
    context: &Context<'_>,
    action: &'static str,
) -> Judgement<'p, 's> {
    let request = Request { principal: Caller::Federated(provider), action, resource: role.unwrap_or("*"), context };
    let mut trace = Trace::default();
    let verdict = evaluate([policy], &request, &mut trace);
    Judgement { verdict, trace }
}

/// The federated principal that the holder of a token is to this trust policy.
pub(super) fn provider_of(policy: &Policy<'_>, role: Option<&str>, token: &Presented) -> String {
    provider(policy, &token.host, role.and_then(Arn::parse).map(|arn| arn.account))
}

/// The identity pool that a trust policy pins, if any: for inputs without a pool.
pub(super) fn pinned_audience(policy: &Policy<'_>, host: &str) -> Option<String> {
    let key = format!("{host}:aud");
    let conditions = policy.with_effect(Effect::Allow).flat_map(|statement| &statement.conditions);
    let names_pools = |condition: &&Condition<'_>| {
        let positive = condition.operator.filter(|operator| !operator.negated).map(|operator| operator.comparison);
        let compares =
            matches!(positive, Some(Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike));
        compares && condition.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key))
    };
    let values = conditions.filter(names_pools).flat_map(|condition| &condition.values);
    let mut exact = values.filter_map(|value| value.pattern.plain()).filter(|text| !text.contains(['*', '?']));
    exact.next().map(str::to_owned)
}

/// Whether a statement lets tokens of identity pools in, by its principal.
pub(super) fn names_provider(statement: &Statement<'_>, host: &str) -> bool {
    let principals = statement.principals.iter().flat_map(|principals| &principals.list);
    principals
        .filter(|principal| principal.kind == PrincipalKind::Federated)
        .any(|principal| principal.value.known() == Some(host))
}

/// The federated principal of an issuer: its host, or the ARN of the provider object that the trust policy names; of an assertion that
/// ARN is known.
fn provider(policy: &Policy<'_>, host: &str, account: Option<&str>) -> String {
    if reference::issuer(host).is_some_and(|issuer| issuer.is_built_in) || ProviderKind::of(host).is_some() {
        return host.to_owned();
    }
    let ending = format!(":oidc-provider/{host}");
    let principals =
        policy.statements.iter().filter_map(|statement| statement.principals.as_ref()).flat_map(|principals| &principals.list);
    let named = principals.filter_map(|principal| principal.value.known()).filter(|value| value.ends_with(&ending));
    // a provider stands in the role's account; where that is not known, it is the one that the policy names
    let is_own = |value: &&str| Arn::parse(value).is_some_and(|arn| account == Some(arn.account));
    let own = named.clone().find(is_own);
    let own = own.or_else(|| named.clone().next().filter(|_| account.is_none_or(is_made_up)));
    own.map_or_else(|| format!("arn:aws:iam::{}{ending}", account.unwrap_or("000000000000")), str::to_owned)
}

fn tell(
    judgement: &Judgement<'_, '_>,
    near_miss: Option<&NearMiss<'_, '_>>,
    policy: &Policy<'_>,
    provider: &str,
    action: &str,
) -> (GateState, String, Vec<Label>) {
    let Judgement { verdict, trace } = judgement;
    match verdict {
        Verdict::Allowed(statement) => (
            GateState::Pass,
            format!("{} takes this token", statement.title()),
            vec![Label::new(statement.place(), "takes this token")],
        ),
        Verdict::Denied(statement) => (
            GateState::Fail,
            format!("{} denies this token", statement.title()),
            vec![Label::new(statement.place(), "denies this token")],
        ),
        Verdict::NotAllowed => match near_miss {
            Some(near_miss) => {
                let places =
                    near_miss.failing.iter().map(|difference| Label::new(difference.place, difference.label())).collect();
                (GateState::Fail, format!("{} refuses this token", near_miss.statement), places)
            }
            None => (
                GateState::Fail,
                format!("no statement lets `{provider}` call `{action}`"),
                vec![Label::new(policy.mark, "no statement for this provider")],
            ),
        },
        Verdict::Undecided(gap) => {
            let text = gap::words(*gap, trace);
            (GateState::Unknown, text, vec![Label::new(gap.span, "hangs on this")])
        }
        Verdict::Refused(fault) => (
            GateState::Unknown,
            "AWS would refuse to store this trust policy".to_owned(),
            vec![Label::new(fault.span, "refused for this")],
        ),
    }
}
