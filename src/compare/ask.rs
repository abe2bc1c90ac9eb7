//! Asks the prover, in one direction: what do these allow that those do not?

use std::sync::LazyLock;

use super::same::{Forms, form};
use super::{Direction, Doubt, Means, News, Pair, Sample, State, Subject};
use crate::evaluate::{
    Caller, Context, Gap, GapReason, Request, StatementTrace, Trace, Truth, action_for, evaluate, principal_for, resource_for,
    value_for,
};
use crate::policy::{self, Effect, Policy, PolicyKind, Statement};
use crate::prove::{self, Among, Held, Proof, Question, Values, Witness, prove, prove_each};
use crate::reference::{Reference, operation};
use crate::source::{SourceId, Span};
use crate::syntax::json;

/// What is asked of a pair in one direction.
struct Query<'q, 'i, 's> {
    pair: &'q Pair<'i, 's>,
    allowed_by: &'q [&'i Policy<'s>],
    not_by: &'q [&'i Policy<'s>],
    /// Of which state those are that allow.
    state: State,
    /// The ARN of the role whose trust policies they are.
    role: Option<&'q str>,
    means: Means<'q>,
}

/// What the policies of a state allow and those of the other do not. Of a trust policy it is asked for the role of this ARN.
pub(super) fn ask<'i, 's>(pair: &Pair<'i, 's>, state: State, role: Option<&str>, means: Means<'_>) -> Direction<'i, 's> {
    let (allowed_by, not_by) = match state {
        State::New => (&pair.new, &pair.old),
        State::Old => (&pair.old, &pair.new),
    };
    Query { pair, allowed_by, not_by, state, role, means }.ask()
}

/// A policy that allows everything to everybody, for what does not limit.
pub(super) fn everything(kind: PolicyKind) -> &'static Policy<'static> {
    static ALL: LazyLock<Policy<'static>> = LazyLock::new(|| built_in(ALLOW_ALL, PolicyKind::Identity));
    static ALL_TO_ALL: LazyLock<Policy<'static>> = LazyLock::new(|| built_in(ALLOW_ALL_TO_ALL, PolicyKind::Resource));
    match kind {
        PolicyKind::Trust | PolicyKind::Resource | PolicyKind::Rcp | PolicyKind::Endpoint => &ALL_TO_ALL,
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp => &ALL,
    }
}

/// Of which requests it is asked whether policies differ: such as there are.
pub(super) fn among<'q, 's: 'q>(policies: impl Iterator<Item = &'q Policy<'s>>, reference: &Reference) -> Among {
    let (mut no_actions, mut compares, mut names_whom) = (Vec::new(), false, false);
    for statement in policies.flat_map(|policy| &policy.statements) {
        names_whom |= statement.principals.is_some();
        compares |= statement.conditions.iter().any(|own| own.key.known().is_some_and(|key| key.eq_ignore_ascii_case(ARN_KEY)));
        let named = statement.actions.iter().flat_map(|own| &own.list).filter_map(|own| own.plain());
        let is_none = |name: &&str| operation(name).is_some_and(|own| own.sure) && reference.action(name).is_none();
        no_actions.extend(named.filter(is_none).map(str::to_owned));
    }
    // who is asked for by a policy is of a kind whose ARN is known
    let keys = if compares && !names_whom { vec![principal_arn()] } else { Vec::new() };
    Among { no_actions, keys, ..Among::default() }
}

const ARN_KEY: &str = "aws:PrincipalArn";

/// What the key may be: of a session it is the ARN of the role.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn>
fn principal_arn() -> Held {
    const RESOURCES: [&str; 4] = ["iam::*:role/*", "iam::*:user/*", "iam::*:root", "sts::*:federated-user/*"];
    let forms = ["aws", "*"].iter().flat_map(|partition| RESOURCES.map(|own| format!("arn:{partition}:{own}"))).collect();
    let values = Values::Like { forms, except: vec!["arn:*:sts::*:assumed-role/*".to_owned()], or_none: true };
    Held { key: ARN_KEY.to_owned(), values }
}

const ALLOW_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const ALLOW_ALL_TO_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

fn built_in(text: &'static str, kind: PolicyKind) -> Policy<'static> {
    policy::read(json::read(SourceId::NONE, text).root(), kind)
}

impl<'i, 's> Query<'_, 'i, 's> {
    fn ask(&self) -> Direction<'i, 's> {
        let means = self.means;
        let mut found = Direction::default();
        let other = match self.state {
            State::Old => State::New,
            State::New => State::Old,
        };
        for (policies, state) in [(self.allowed_by, self.state), (self.not_by, other)] {
            for fault in policies.iter().filter_map(|policy| policy.refusal()) {
                found.doubts.push(Doubt::Refused(*fault, state));
            }
        }
        if !found.doubts.is_empty() {
            return found;
        }
        let forms = Forms::of(self.allowed_by, means.sources);
        if forms.are_within(&Forms::of(self.not_by, means.sources)) {
            return found;
        }
        // statements that are filled in later are none that could be asked about one by one
        for span in self.allowed_by.iter().filter_map(|policy| policy.later) {
            found.wonder(Doubt::Open(Gap { reason: GapReason::Hole, span }));
        }
        let questions = self.pair.questions(self.state, means.reference);
        let Some(question) = questions.first() else { return found };
        for (_, proof) in prove_each(question, means.reference, means.budget) {
            match proof {
                Proof::Holds => {}
                Proof::Witness(witness) => found.add(self.sample(*witness, self.not_by)),
                Proof::Undecided(doubt) => found.doubt(doubt, self.state),
            }
        }
        if self.pair.beside {
            self.ask_for_denials(&forms, &mut found);
        }
        found
    }

    /// A Deny that is gone lets through what something else allows.
    fn ask_for_denials(&self, forms: &Forms, found: &mut Direction<'i, 's>) {
        let (means, all) = (self.means, everything(self.pair.subject.kind()));
        let among = among(self.allowed_by.iter().chain(self.not_by).copied(), means.reference);
        for policy in self.not_by {
            // what is filled in later may be a Deny
            let open = policy.statements.iter().filter(|own| own.effect.is_none());
            let open = open.filter(|own| !forms.deny(&form(policy, own, means.sources))).map(|own| own.mark);
            for span in policy.later.into_iter().chain(open) {
                found.wonder(Doubt::Open(Gap { reason: GapReason::Hole, span }));
            }
            for deny in policy.with_effect(Effect::Deny) {
                let told = found.samples.iter().any(|own| own.denied_by.is_some_and(|own| own.mark == deny.mark));
                if told || forms.deny(&form(policy, deny, means.sources)) {
                    continue;
                }
                let alone = Policy { statements: vec![deny.clone()].into(), later: None, ..(*policy).clone() };
                let mut allowed_by = vec![all];
                allowed_by.extend(self.allowed_by.iter().copied());
                let question = Question { allowed_by, not_by: vec![all, &alone], among: among.clone() };
                match prove(&question, means.reference, means.budget) {
                    Proof::Holds => {}
                    Proof::Witness(witness) => {
                        let mut without = vec![all];
                        without.extend(self.not_by.iter().copied());
                        let sample = self.sample(*witness, &without);
                        found.add(Sample { denied_by: Some(deny), ..sample });
                    }
                    Proof::Undecided(doubt) => found.doubt(doubt, self.state),
                }
            }
        }
    }

    fn sample(&self, witness: Witness<'_, '_>, not_by: &[&Policy<'s>]) -> Sample<'i, 's> {
        let Witness { principal, action, resource, context, allowed_by, denied_by } = witness;
        let denied_by = denied_by.and_then(|own| statement(self.not_by, own.mark));
        let allowed_by = statement(self.allowed_by, allowed_by.mark);
        // a trust policy names no resource, for it is about its role
        let is_trust = self.pair.subject == Subject::Trust;
        let resource = if is_trust { self.role.unwrap_or("*").to_owned() } else { resource };
        let news = if not_by.is_empty() {
            if principal.is_some() { News::Principal } else { News::Action }
        } else {
            news(principal.as_deref(), &action, &resource, not_by, self.means)
        };
        let keys = if news == News::Condition {
            deciding(principal.as_deref(), &action, &resource, &context, not_by)
        } else {
            Vec::new()
        };
        let mut sample = Sample { news, principal, action, resource, context, keys, allowed_by, place: None, denied_by };
        let kind = self.pair.subject.kind();
        sample.place = sample.allowed_by.map(|statement| place(&sample, kind, statement).unwrap_or_else(|| statement.place()));
        sample
    }
}

/// The text in a statement for which it allows a request that is new in this way.
fn place(sample: &Sample<'_, '_>, kind: PolicyKind, statement: &Statement<'_>) -> Option<Span> {
    let context = &sample.context;
    match sample.news {
        News::Principal => {
            let caller = sample.principal.as_deref().and_then(Caller::parse)?;
            principal_for(kind, statement, caller, context).map(|own| own.value.span())
        }
        News::Action => action_for(statement, &sample.action, context).map(|own| own.text.span()),
        News::Resource => resource_for(statement, &sample.resource, context).map(|own| own.text.span()),
        News::Condition => {
            let value = sample.keys.iter().find_map(|key| value_for(statement, key, context));
            let is_own = |key: &str| sample.keys.iter().any(|own| own.eq_ignore_ascii_case(key));
            let condition = || statement.conditions.iter().find(|own| own.key.known().is_some_and(is_own));
            value.map(|own| own.pattern.text.span()).or_else(|| condition().map(|own| own.key.span()))
        }
    }
}

/// The condition keys for which these policies do not allow a request: those of the statements that deny it; else of those that would allow
/// it but for a condition.
fn deciding(principal: Option<&str>, action: &str, resource: &str, context: &Context<'_>, not_by: &[&Policy<'_>]) -> Vec<String> {
    let principal = principal.and_then(Caller::parse).unwrap_or(Caller::Anonymous);
    let mut trace = Trace::default();
    evaluate(not_by.iter().copied(), &Request { principal, action, resource, context }, &mut trace);
    let has = |own: &StatementTrace<'_, '_>, effect| own.statement.effect.is_some_and(|(own, _)| own == effect);
    let names = |own: &StatementTrace<'_, '_>| [own.principal, own.action, own.resource].iter().all(|part| *part == Truth::Yes);
    let denies = |own: &&StatementTrace<'_, '_>| has(own, Effect::Deny) && own.applies == Truth::Yes;
    let deny = trace.statements.iter().find(denies);
    let allows = trace.statements.iter().filter(|own| deny.is_none() && has(own, Effect::Allow) && names(own));
    let of_allow = allows.flat_map(|own| own.conditions.iter().filter(|own| own.holds != Truth::Yes));
    let conditions = deny.into_iter().flat_map(|own| &own.conditions).chain(of_allow);
    let mut keys: Vec<String> = Vec::new();
    for key in conditions.map(|own| own.condition.key.shown()) {
        if !keys.iter().any(|own| own.eq_ignore_ascii_case(&key)) {
            keys.push(key.into_owned());
        }
    }
    keys
}

/// The first of what a request has that these policies never allow, from who asks on.
fn news(principal: Option<&str>, action: &str, resource: &str, not_by: &[&Policy<'_>], means: Means<'_>) -> News {
    let never = |action: Option<&str>, resource: Option<&str>| {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let among = Among { caller: own(principal), action: own(action), resource: own(resource), ..Among::default() };
        let question = Question { allowed_by: not_by.to_vec(), not_by: Vec::new(), among };
        matches!(prove(&question, means.reference, means.budget), Proof::Holds)
    };
    if principal.is_some() && never(None, None) {
        News::Principal
    } else if never(Some(action), None) {
        News::Action
    } else if never(Some(action), Some(resource)) {
        News::Resource
    } else {
        News::Condition
    }
}

/// The statement with this opening bracket; none where it is built in.
fn statement<'i, 's>(policies: &[&'i Policy<'s>], mark: Span) -> Option<&'i Statement<'s>> {
    policies.iter().filter(|_| mark.source != SourceId::NONE).find_map(|policy| policy.statement_at(mark))
}

impl<'i, 's> Direction<'i, 's> {
    /// Takes in a request, unless it is told already.
    fn add(&mut self, sample: Sample<'i, 's>) {
        let is = |own: &Sample<'_, '_>| {
            let same = own.context.iter().eq(sample.context.iter());
            same && (&own.principal, &own.action, &own.resource) == (&sample.principal, &sample.action, &sample.resource)
        };
        if !self.samples.iter().any(is) {
            self.samples.push(sample);
        }
    }

    fn doubt(&mut self, doubt: prove::Doubt, state: State) {
        let own = match doubt {
            prove::Doubt::Budget => Doubt::Budget,
            prove::Doubt::Open(gap) => Doubt::Open(gap),
            prove::Doubt::Branch(span) => Doubt::Open(Gap { reason: GapReason::Hole, span }),
            prove::Doubt::Refused(fault) => Doubt::Refused(fault, state),
            prove::Doubt::Mixed => Doubt::Mixed,
            prove::Doubt::Refuted => Doubt::Refuted,
        };
        self.wonder(own);
    }

    /// Takes in a reason why there may be more, unless it is told already.
    pub(super) fn wonder(&mut self, doubt: Doubt) {
        let is = |own: &Doubt| match (own, &doubt) {
            (Doubt::Budget, Doubt::Budget) | (Doubt::Mixed, Doubt::Mixed) | (Doubt::Refuted, Doubt::Refuted) => true,
            (Doubt::Open(own), Doubt::Open(other)) => own == other,
            (Doubt::Refused(own, _), Doubt::Refused(other, _)) => own == other,
            (Doubt::Missing(own, _), Doubt::Missing(other, _)) => own == other,
            _ => false,
        };
        if !self.doubts.iter().any(is) {
            self.doubts.push(doubt);
        }
    }
}
