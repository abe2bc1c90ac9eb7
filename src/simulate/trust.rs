//! What a role's trust policy says to a token.

use super::presented::ASSUME;
use super::{Flow, GateState, Given, Judgement, NearMiss, Presented, Question, gap, near_miss, presented};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, Request, Trace, Verdict, evaluate};
use crate::finding::Label;
use crate::inventory::Role;
use crate::policy::{Comparison, Condition, Effect, Policy, PrincipalKind, Statement};
use crate::reference;

/// What came out, ready for the gate.
pub(super) struct Answer<'i, 's> {
    pub(super) state: GateState,
    pub(super) text: String,
    pub(super) places: Vec<Label>,
    pub(super) judgement: Judgement<'i, 's>,
    pub(super) near_miss: Option<NearMiss<'i, 's>>,
}

/// Asks the trust policy of a role. `flow` is classic where the caller himself brings the token to STS.
pub(super) fn judge<'i, 's>(
    role: &'i Role<'s>,
    policy: &'i Policy<'s>,
    token: &Presented,
    flow: Flow,
    question: &Question<'_>,
) -> Answer<'i, 's> {
    let context = presented::assume_context(token, flow, Some(question.at), &question.context);
    let (action, judgement) = ask_for_all(policy, role.arn.as_ref().and_then(|arn| arn.known()), token, &context);
    let asked = near_miss::Asked { token, action, role: role.arn.as_ref().and_then(|arn| arn.known()) };
    let near_miss = near_miss::find(&judgement.verdict, &judgement.trace, asked);
    let (state, text, places) = tell(&judgement, near_miss.as_ref(), policy, &token.host, action);
    Answer { state, text, places, judgement, near_miss }
}

/// What a trust policy says to a token that is brought to `sts:AssumeRoleWithWebIdentity`: the last step of the classic
/// flow, and what Cognito itself does in the enhanced one. `role` is the role's ARN, where it is known.
pub fn try_assume<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    token: &Presented,
    flow: Flow,
    given: Given<'_>,
) -> Judgement<'p, 's> {
    ask_for_all(policy, role, token, &presented::assume_context(token, flow, None, given)).1
}

/// The answer for the action that decides: each must be allowed to the same caller, in one statement or several, so one that is
/// not comes before one of which it is not known.
pub(super) fn ask_for_all<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    token: &Presented,
    context: &Context<'_>,
) -> (&'static str, Judgement<'p, 's>) {
    let provider = provider(policy, &token.host, role.and_then(Arn::parse).map(|arn| arn.account));
    let ask = |action: &'static str| {
        let request = Request { principal: Caller::Federated(&provider), action, resource: role.unwrap_or("*"), context };
        let mut trace = Trace::default();
        let verdict = evaluate([policy], &request, &mut trace);
        (action, Judgement { verdict, trace })
    };
    let rank = |answer: &(&str, Judgement<'_, '_>)| match answer.1.verdict {
        Verdict::Allowed(_) => 2,
        Verdict::Undecided(_) => 1,
        Verdict::NotAllowed | Verdict::Denied(_) | Verdict::Refused(_) => 0,
    };
    token.actions().map(ask).min_by_key(rank).unwrap_or_else(|| ask(ASSUME))
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

/// The federated principal of an issuer: its host, or the ARN of the provider object that the trust policy names.
fn provider(policy: &Policy<'_>, host: &str, account: Option<&str>) -> String {
    if reference::issuer(host).is_some_and(|issuer| issuer.is_built_in) {
        return host.to_owned();
    }
    let ending = format!(":oidc-provider/{host}");
    let principals =
        policy.statements.iter().filter_map(|statement| statement.principals.as_ref()).flat_map(|principals| &principals.list);
    let named = principals.filter_map(|principal| principal.value.known()).find(|value| value.ends_with(&ending));
    named.map_or_else(|| format!("arn:aws:iam::{}{ending}", account.unwrap_or("000000000000")), str::to_owned)
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
