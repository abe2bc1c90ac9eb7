//! What a role's trust policy says to a token.

use super::{Flow, GateState, Given, Judgement, NearMiss, Presented, Question, gap, near_miss, presented};
use crate::arn::Arn;
use crate::evaluate::{Caller, Request, Trace, Verdict, evaluate};
use crate::finding::Label;
use crate::inventory::Role;
use crate::policy::{Effect, Policy, PrincipalKind, Statement};

/// What came out, ready for the gate.
pub(super) struct Answer<'i, 's> {
    pub(super) state: GateState,
    pub(super) text: String,
    pub(super) places: Vec<Label>,
    pub(super) judgement: Judgement<'i, 's>,
    pub(super) near_miss: Option<NearMiss<'i, 's>>,
}

/// Asks the trust policy of a role.
pub(super) fn judge<'i, 's>(
    role: &'i Role<'s>,
    policy: &'i Policy<'s>,
    token: &Presented,
    question: &Question<'_>,
) -> Answer<'i, 's> {
    let (time, seconds) = (question.at.to_string(), question.at.seconds().to_string());
    let mut given = vec![("aws:CurrentTime", vec![time.as_str()]), ("aws:EpochTime", vec![seconds.as_str()])];
    given.extend(question.context.iter().cloned());
    let judgement = ask(policy, role.arn.as_ref().and_then(|arn| arn.known()), token, question.flow, &given);
    let refused = matches!(judgement.verdict, Verdict::NotAllowed);
    let near_miss = refused.then(|| near_miss::find(&judgement.trace)).flatten();
    let (state, text, places) = tell(&judgement, near_miss.as_ref(), policy, &token.host);
    Answer { state, text, places, judgement, near_miss }
}

/// What a trust policy says to a token that is brought to `sts:AssumeRoleWithWebIdentity`. `role` is the role's ARN.
pub(super) fn ask<'p, 's>(
    policy: &'p Policy<'s>,
    role: Option<&str>,
    token: &Presented,
    flow: Flow,
    given: Given<'_>,
) -> Judgement<'p, 's> {
    let context = presented::assume_context(token, flow, given);
    let provider = provider(policy, &token.host, role.and_then(Arn::parse).map(|arn| arn.account));
    let request =
        Request { principal: Caller::Federated(&provider), action: ASSUME, resource: role.unwrap_or("*"), context: &context };
    let mut trace = Trace::default();
    let verdict = evaluate([policy], &request, &mut trace);
    Judgement { verdict, trace }
}

/// The identity pool that a trust policy pins, if any: for inputs without a pool.
pub(super) fn pinned_audience(policy: &Policy<'_>, host: &str) -> Option<String> {
    let key = format!("{host}:aud");
    let conditions = policy.with_effect(Effect::Allow).flat_map(|statement| &statement.conditions);
    let mut pinned = conditions.filter(|condition| condition.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key)));
    pinned.find_map(|condition| condition.values.iter().find_map(|value| value.pattern.plain().map(str::to_owned)))
}

/// Whether a statement lets tokens of identity pools in, by its principal.
pub(super) fn names_provider(statement: &Statement<'_>, host: &str) -> bool {
    let principals = statement.principals.iter().flat_map(|principals| &principals.list);
    principals
        .filter(|principal| principal.kind == PrincipalKind::Federated)
        .any(|principal| principal.value.known() == Some(host))
}

const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";

/// Providers that AWS knows without an object in the account.
const BUILT_IN: [&str; 3] = ["accounts.google.com", "graph.facebook.com", "www.amazon.com"];

/// The federated principal of an issuer: its host, or the ARN of the provider object that the trust policy names.
fn provider(policy: &Policy<'_>, host: &str, account: Option<&str>) -> String {
    if host.starts_with("cognito-identity") || BUILT_IN.contains(&host) {
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
                    near_miss.failing.iter().map(|difference| Label::new(difference.place, difference.kind.clone())).collect();
                (GateState::Fail, format!("{} refuses this token", near_miss.statement), places)
            }
            None => (
                GateState::Fail,
                format!("no statement lets `{provider}` call `{ASSUME}`"),
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
