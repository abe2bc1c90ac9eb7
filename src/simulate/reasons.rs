//! Why a request is allowed or not: in a clause, type by type, and at which statements.

use super::{Coverage, GateState, Reply, gap, near_miss};
use crate::evaluate::{Answer, Block, Context, Decision, Gap, GapReason, StatementTrace, Tally, Trace, Truth, Verdict, Weight};
use crate::finding::Label;
use crate::policy::{Effect, PolicyKind, Statement};
use crate::source::SourceId;

/// What the policies of one type say to a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Say {
    /// Who speaks: a type of policy, or the caller by what it is.
    pub who: Block,
    /// Whether they let it pass.
    pub state: GateState,
    /// What they say, in one clause.
    pub text: String,
    /// The place that makes it so.
    pub place: Option<Label>,
}

/// A statement on which an answer hangs, or the one that came nearest to allowing.
#[derive(Clone, Debug)]
pub struct Deciding<'t, 'p, 's> {
    /// The statement; none where a policy is refused, or the fact is missing elsewhere.
    pub statement: Option<&'t StatementTrace<'p, 's>>,
    /// What to look at.
    pub labels: Vec<Label>,
}

/// Why a decision is what it is, in one clause. What an undecided answer hangs on is named from what was recorded.
pub fn why(decision: &Decision<'_, '_>, trace: &Trace<'_, '_>) -> String {
    match decision.answer {
        Answer::Allowed => allowed(decision),
        Answer::NotAllowed(blocks) => {
            let clauses: Vec<String> = blocks.iter().map(|block| blocked(decision, block)).collect();
            clauses.join(", and ")
        }
        Answer::Denied(kind, statement) => format!("{} of {} denies it", statement.title(), one(kind)),
        Answer::Undecided(gap) => unknown(gap, hanging(decision, gap), trace),
        Answer::Refused(kind, _) => format!("AWS would refuse to store {}", given(kind)),
    }
}

/// What each type of policy says that bears on a request, in the order in which AWS looks at them.
pub fn says(decision: &Decision<'_, '_>, trace: &Trace<'_, '_>) -> Vec<Say> {
    let blocks = match decision.answer {
        Answer::NotAllowed(blocks) => Some(blocks),
        _ => None,
    };
    let is_blocked = |block| blocks.is_some_and(|blocks| blocks.iter().any(|own| own == block));
    let mut says = Vec::new();
    if is_blocked(Block::Caller) {
        says.push(Say::new(Block::Caller, GateState::Fail, "a root user takes no role"));
    }
    for (kind, weight) in decision.weights() {
        let who = Block::Policies(kind);
        match weight {
            Weight::None if is_blocked(who) => says.push(Say::new(who, GateState::Fail, "there is none")),
            Weight::None if kind == decision.of_resource && decision.lacks_policy => {
                says.push(Say::new(who, GateState::Unknown, "it was not given, and it must allow"));
            }
            Weight::None => {}
            Weight::Idle => says.push(Say::new(who, GateState::Skipped, idle(kind))),
            Weight::Counts(tally) => says.push(say(kind, tally, decision, trace, is_blocked(who))),
        }
    }
    says
}

/// The statements on which a decision hangs: those that grant, the one that denies, or of each type that blocks the one that comes
/// nearest to allowing.
pub fn deciding<'t, 'p, 's>(decision: &Decision<'p, 's>, trace: &'t Trace<'p, 's>) -> Vec<Deciding<'t, 'p, 's>> {
    let of = |statement| trace.statements.iter().find(|own| std::ptr::eq(own.statement, statement));
    match decision.answer {
        Answer::Allowed => grants(decision)
            .map(|(_, statement)| Deciding::at(of(statement), Label::new(statement.place(), "allows it")))
            .collect(),
        Answer::Denied(_, statement) => vec![Deciding::at(of(statement), Label::new(statement.place(), "denies it"))],
        Answer::NotAllowed(blocks) => {
            let kinds = blocks.iter().filter_map(|block| match block {
                Block::Policies(kind) => Some(kind),
                Block::Caller => None,
            });
            kinds.filter_map(|kind| nearest(trace, kind)).map(Deciding::of_nearest).collect()
        }
        Answer::Undecided(gap) if gap.span.source == SourceId::NONE => Vec::new(),
        Answer::Undecided(gap) => {
            let statement = trace.statements.iter().find(|own| own.statement.range.contains(gap.span));
            vec![Deciding::at(statement, Label::new(gap.span, "hangs on this"))]
        }
        Answer::Refused(_, fault) => vec![Deciding::at(None, Label::new(fault.span, "refused for this"))],
    }
}

impl<'p, 's> Reply<'p, 's, Trace<'p, 's>> {
    /// Why the answer is what it is, in one clause.
    pub fn why(&self) -> String {
        match (self.coverage, self.ways.first()) {
            (_, None) => "there are too many ways in which the resources match what the policies list".to_owned(),
            (Some(Coverage::Some), _) => "some of the resources are allowed and some are not".to_owned(),
            (_, Some(first)) => {
                let clause = why(&first.decision, &first.record);
                let same = self.ways.iter().all(|way| why(&way.decision, &way.record) == clause);
                if same { clause } else { format!("{clause}, or otherwise, by the resource") }
            }
        }
    }

    /// The keys that were given of a context and that no statement on the action asks for.
    pub fn unused(&self, context: &Context<'_>) -> Vec<String> {
        let given = context.iter().map(|(key, _)| key).filter(|key| !context.is_derived(key));
        let statements = || self.ways.iter().flat_map(|way| &way.record.statements).filter(|own| own.action != Truth::No);
        given.filter(|key| !statements().any(|own| asks_for(own.statement, key))).map(str::to_owned).collect()
    }
}

impl Say {
    fn new(who: Block, state: GateState, text: &str) -> Self {
        Self { who, state, text: text.to_owned(), place: None }
    }
}

impl<'t, 'p, 's> Deciding<'t, 'p, 's> {
    fn at(statement: Option<&'t StatementTrace<'p, 's>>, label: Label) -> Self {
        Self { statement, labels: vec![label] }
    }

    /// What keeps a statement from allowing.
    fn of_nearest(trace: &'t StatementTrace<'p, 's>) -> Self {
        let statement = trace.statement;
        let mut labels = Vec::new();
        if let Some(principals) = statement.principals.as_ref().filter(|_| trace.principal == Truth::No) {
            labels.push(Label::new(principals.key, "names others"));
        }
        if let Some(resources) = statement.resources.as_ref().filter(|_| trace.resource == Truth::No) {
            labels.push(match trace.valueless {
                Some(variable) => Label::new(variable.span, "has no value in this request, so this names nothing"),
                None => Label::new(resources.key, "names other resources"),
            });
        }
        labels.extend(near_miss::differences(trace).map(|difference| {
            let words =
                if difference.got.is_some() { difference.words() } else { "the request does not hold the key".to_owned() };
            Label::new(difference.place, words)
        }));
        Self { statement: Some(trace), labels }
    }
}

/// Whether a statement asks for a key, in a condition or as a variable. What has a hole for a key may.
fn asks_for(statement: &Statement<'_>, key: &str) -> bool {
    let is = |own: &str| own.eq_ignore_ascii_case(key);
    let values = statement.conditions.iter().flat_map(|own| &own.values).map(|value| &value.pattern);
    let mut patterns = statement.resources.iter().flat_map(|resources| &resources.list).chain(values);
    statement.conditions.iter().any(|own| own.key.known().is_none_or(is))
        || patterns.any(|pattern| pattern.variables().any(|variable| is(&variable.key)))
}

/// The statements that grant, each with the type of its policy.
fn grants<'p, 's>(decision: &Decision<'p, 's>) -> impl Iterator<Item = (PolicyKind, &'p Statement<'s>)> {
    decision.weights().filter_map(|(kind, weight)| match (kind, weight) {
        (PolicyKind::Identity | PolicyKind::Resource | PolicyKind::Trust, Weight::Counts(tally)) => match tally.verdict() {
            Verdict::Allowed(statement) => Some((kind, statement)),
            _ => None,
        },
        _ => None,
    })
}

fn allowed(decision: &Decision<'_, '_>) -> String {
    let grants: Vec<String> =
        grants(decision).map(|(kind, statement)| format!("{} of {}", statement.title(), one(kind))).collect();
    match grants.as_slice() {
        [] => "a root user may do all that nothing denies".to_owned(),
        [only] => format!("{only} allows it"),
        several => format!("{} allow it", several.join(" and ")),
    }
}

fn blocked(decision: &Decision<'_, '_>, block: Block) -> String {
    let Block::Policies(kind) = block else { return "a root user takes no role".to_owned() };
    let is_there = matches!(decision.weight(kind), Weight::Counts(_));
    let text = match (kind, is_there) {
        (PolicyKind::Identity, true) => "no identity policy allows it",
        (PolicyKind::Identity, false) => "no identity policy was given that allows it",
        (PolicyKind::Resource, false) => "the resource has no policy that allows it",
        (PolicyKind::Trust, false) => "the role has no trust policy that allows it",
        (PolicyKind::Session, false) => "without a session policy a federated user has only what the resource grants to it",
        (PolicyKind::Scp, _) => "the service control policies do not allow it",
        (kind, _) => return format!("{} does not allow it", given(kind)),
    };
    text.to_owned()
}

fn say(kind: PolicyKind, tally: Tally<'_, '_>, decision: &Decision<'_, '_>, trace: &Trace<'_, '_>, blocks: bool) -> Say {
    let who = Block::Policies(kind);
    let at = |span, words: &str| Some(Label::new(span, words));
    let undecided = |gap: Gap| {
        let place = if gap.span.source == SourceId::NONE { None } else { at(gap.span, "hangs on this") };
        Say { who, state: GateState::Unknown, text: unknown(gap, Some(kind), trace), place }
    };
    match (tally.verdict(), tally.denies()) {
        (Verdict::Denied(statement), _) => {
            let text = format!("{} denies it", statement.title());
            Say { who, state: GateState::Fail, text, place: at(statement.place(), "denies it") }
        }
        (_, Truth::Unknown(gap)) | (Verdict::Undecided(gap), _) => undecided(gap),
        // AWS attaches a policy that allows all beside each of these
        _ if kind == PolicyKind::Rcp => Say::new(who, GateState::Pass, "no statement denies it"),
        (Verdict::Allowed(statement), _) => {
            let to = if kind == decision.of_resource && decision.delegates {
                " to the account, which leaves it to the identity policies"
            } else {
                ""
            };
            let text = format!("{} allows it{to}", statement.title());
            Say { who, state: GateState::Pass, text, place: at(statement.place(), "allows it") }
        }
        (Verdict::NotAllowed | Verdict::Refused(_), _) => {
            let text = if matches!(decision.answer, Answer::Allowed) {
                "no statement allows it, and none has to"
            } else if allowing(trace, kind).next().is_none() {
                "no statement that allows names this action"
            } else {
                "no statement allows it"
            };
            let decides = blocks || !matches!(decision.answer, Answer::Allowed | Answer::NotAllowed(_));
            Say::new(who, if decides { GateState::Fail } else { GateState::Skipped }, text)
        }
    }
}

/// The allowing statements of a type that name the action.
fn allowing<'t, 'p, 's>(trace: &'t Trace<'p, 's>, kind: PolicyKind) -> impl Iterator<Item = &'t StatementTrace<'p, 's>> {
    trace.statements.iter().filter(move |own| {
        let allows = own.statement.effect.is_some_and(|(effect, _)| effect == Effect::Allow);
        own.policy.kind == kind && allows && own.action == Truth::Yes
    })
}

/// What is not known, in the policies of a type.
fn unknown(gap: Gap, kind: Option<PolicyKind>, trace: &Trace<'_, '_>) -> String {
    let text = match (gap.reason, kind) {
        (GapReason::Policy, Some(PolicyKind::Identity)) => "not all identity policies of the caller are known",
        (GapReason::Policy, Some(PolicyKind::Boundary)) => "the permissions boundary of the caller is not known",
        (GapReason::Policy, Some(_)) => "it is not known which policy is that of the resource",
        (GapReason::Policy, None) => "the policy of the resource itself was not given, and it must allow",
        _ => return gap::words(gap, trace),
    };
    text.to_owned()
}

/// Of these the one that fewest of its parts keep from applying.
fn nearest<'t, 'p, 's>(trace: &'t Trace<'p, 's>, kind: PolicyKind) -> Option<&'t StatementTrace<'p, 's>> {
    let parts = |own: &StatementTrace<'_, '_>| {
        let names = [own.principal, own.resource].into_iter().filter(|&truth| truth == Truth::No);
        names.count() + near_miss::failing(own).count()
    };
    allowing(trace, kind).filter(|own| own.applies == Truth::No).min_by_key(|own| parts(own))
}

/// The type of which the policies hang on something that is not known.
fn hanging(decision: &Decision<'_, '_>, gap: Gap) -> Option<PolicyKind> {
    let hangs = |weight| match weight {
        Weight::Counts(tally) => [tally.allows(), tally.denies()].contains(&Truth::Unknown(gap)),
        Weight::None | Weight::Idle => false,
    };
    decision.weights().find(|(_, weight)| hangs(*weight)).map(|(kind, _)| kind)
}

fn idle(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Rcp => "do not hold for this service, or not in this account",
        PolicyKind::Scp => "do not limit this caller",
        PolicyKind::Trust => "says who may take the role, and that is not asked",
        _ => "do not count for this caller",
    }
}

/// One policy of a type, as a phrase.
fn one(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Identity => "an identity policy",
        PolicyKind::Scp => "a service control policy",
        PolicyKind::Rcp => "a resource control policy",
        _ => given(kind),
    }
}

/// The policy of a type of which there is mostly one, as a phrase.
fn given(kind: PolicyKind) -> &'static str {
    match kind {
        PolicyKind::Trust => "the role's trust policy",
        PolicyKind::Identity => "the identity policy",
        PolicyKind::Resource => "the resource's policy",
        PolicyKind::Boundary => "the permissions boundary",
        PolicyKind::Session => "the session policy",
        PolicyKind::Scp => "the service control policy",
        PolicyKind::Rcp => "the resource control policy",
        PolicyKind::Endpoint => "the endpoint's policy",
    }
}
