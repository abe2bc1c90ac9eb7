//! Asks a question of an expectation file, and compares the answer.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Case, Expectations, Expected, Given, Question, Request, Test, Wanted, Who};
use crate::arn::Arn;
use crate::evaluate::{Block, Caller, Context, ContextValue, Policies, Setting, Trace, Verdict, derive};
use crate::finding::{Label, Problem};
use crate::identity::{Assertion, Claim, Claims, Token};
use crate::inventory::Inventory;
use crate::policy::{Instant, Policy};
use crate::reach::{Goal, Never, keep};
use crate::reference::{Reference, Service};
use crate::simulate::{
    self, Access, Bearing, Coverage, Denial, GateKind, GateState, Inquiry, Login, Outcome, Reply, Simulation, World, ask,
    outcome, says, why,
};
use crate::source::{Sources, Span};

/// How a question was answered.
#[derive(Debug)]
pub struct Ran {
    /// What is expected, in words.
    pub expected: String,
    /// The answer.
    pub answer: Answer,
    /// What is not as expected, each with the place of the expectation. None: it passes.
    pub complaints: Vec<Label>,
    /// What the question names that no request has, or that is not known: the answer would be the same whatever the policies say.
    pub doubts: Vec<Problem>,
}

/// The answer to a question.
#[derive(Debug)]
pub struct Answer {
    /// In a word.
    pub decision: Outcome,
    /// Of a denial: whether a statement denies, rather than none allows.
    pub explicit: Option<bool>,
    /// The types of policy that must allow and do not.
    pub blocked_by: Vec<&'static str>,
    /// For how many of the resources of a pattern it is allowed.
    pub coverage: Option<Coverage>,
    /// The role that is got.
    pub role: Option<String>,
    /// The first gate that does not let the caller pass.
    pub gate: Option<GateKind>,
    /// The claims that were asked for, as they are; `None` where the token lacks them.
    pub claims: Vec<(String, Option<String>)>,
    /// The condition keys that were given and that no statement on the action asks for.
    pub unused: Vec<String>,
    /// What decides, with its place where it has one.
    pub reasons: Vec<(String, Option<Span>)>,
}

/// Asks a question. `now` is its time where it does not tell one itself.
pub fn run(
    test: &Test,
    expectations: &Expectations<'_>,
    (inventory, sources): (&Inventory<'_>, &Sources),
    reference: &Reference,
    now: Instant,
) -> Ran {
    let world = World { inventory, sources, reference };
    let mut ran = match &test.question {
        Question::Case(case) => of_case(case, &test.expected, world, (test.span, now)),
        Question::Request(request) => {
            let answer = answer_request(request, &expectations.policies, (inventory, sources), reference, now);
            Ran::of(answer, &test.expected, test.span)
        }
        Question::Never(never, at) => of_never(never, world, at.unwrap_or(now)),
    };
    ran.doubts.extend(test.doubts.iter().cloned());
    ran
}

impl Ran {
    fn of(answer: Answer, expected: &Expected, span: Span) -> Self {
        let complaints = compare(expected, &answer, span);
        Self { expected: expected.words(), answer, complaints, doubts: Vec::new() }
    }
}

/// Asks whether what must never be so is not so.
fn of_never(never: &Never, world: World<'_, '_>, at: Instant) -> Ran {
    let kept = keep(world, never, at);
    let mut complaints = Vec::new();
    let mut reasons = Vec::new();
    let reaches = if matches!(never.goal, Goal::Roles(_)) { "reaches" } else { "may do it with" };
    for name in &kept.unknown {
        complaints.push(Label::new(never.span, format!("`{name}` stands for nobody, and for no role among the inputs")));
    }
    for (subject, target, path) in &kept.broken {
        let way = path.way.name();
        complaints.push(Label::new(never.span, format!("expected never, but {} {reaches} `{target}` by {way}", subject.name)));
        for step in &path.steps {
            let place = step.places.last().map(|label| label.span);
            reasons.push((format!("`{}` {}", step.call, step.text), place));
        }
    }
    for (subject, target, open) in &kept.open {
        let text = format!("it is not known whether {} {reaches} `{target}`", subject.name);
        complaints.push(Label::new(never.span, text));
        reasons.extend(open.iter().map(|reason| (format!("{}: {}", reason.way.name(), reason.text), reason.place)));
    }
    let decision = match (kept.unknown.is_empty(), kept.broken.is_empty(), kept.open.is_empty()) {
        (false, ..) => Outcome::Error,
        (_, false, _) => Outcome::Allowed,
        (_, _, false) => Outcome::Undecided,
        _ => Outcome::Denied,
    };
    let role = kept.broken.first().map(|(_, target, _)| target.clone());
    let answer = Answer { role, reasons, ..Answer::nothing(decision, String::new()) };
    Ran { expected: "never".to_owned(), answer, complaints, doubts: Vec::new() }
}

/// What an answer lacks to be as expected.
fn compare(expected: &Expected, answer: &Answer, span: Span) -> Vec<Label> {
    let mut complaints = Vec::new();
    let mut complain = |place: Span, text: String| complaints.push(Label::new(place, text));
    if let Some((wanted, place)) = expected.answer
        && !wanted.is(answer)
    {
        complain(place, format!("expected {}, got {}", wanted.name(), answer.words()));
    }
    if let Some((wanted, place)) = &expected.blocked_by {
        let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let own: BTreeSet<&str> = answer.blocked_by.iter().copied().collect();
        if wanted != own {
            complain(*place, format!("expected to be blocked by {}, got {}", listed(&wanted), listed(&own)));
        }
    }
    if let Some((wanted, place)) = &expected.role
        && !answer.gets(wanted)
    {
        let got = answer.role.as_ref().map_or_else(|| "none".to_owned(), |role| format!("`{role}`"));
        complain(*place, format!("expected the role `{wanted}`, got {got}"));
    }
    if let Some((wanted, place)) = &expected.gate
        && answer.gate.map(GateKind::name) != Some(wanted)
    {
        let got = answer.gate.map_or_else(|| "all are passed".to_owned(), |gate| format!("it is `{}`", gate.name()));
        complain(*place, format!("expected the gate `{wanted}` to refuse, but {got}"));
    }
    for ((name, wanted, place), (_, got)) in expected.claims.iter().zip(&answer.claims) {
        if wanted != got && !is_same_list(name, wanted.as_deref(), got.as_deref()) {
            let word =
                |claim: &Option<String>| claim.as_ref().map_or_else(|| "no such claim".to_owned(), |own| format!("`{own}`"));
            complain(*place, format!("expected the claim `{name}` to be {}, got {}", word(wanted), word(got)));
        }
    }
    // what was to be compared may be missing, so nothing else may have been wrong
    if complaints.is_empty() && answer.decision == Outcome::Error && expected.answer.is_none() {
        complaints.push(Label::new(span, format!("expected an answer, got {}", answer.words())));
    }
    complaints
}

/// Whether two lists of groups or roles hold the same, in whatever order: AWS tells of none.
fn is_same_list(name: &str, wanted: Option<&str>, got: Option<&str>) -> bool {
    let sorted = |text: &str| {
        let mut values: Vec<String> = text.strip_prefix('[')?.strip_suffix(']')?.split(", ").map(str::to_owned).collect();
        values.sort_unstable();
        Some(values)
    };
    let is_unordered = matches!(name, "cognito:groups" | "cognito:roles");
    is_unordered && wanted.and_then(sorted).is_some_and(|values| Some(values) == got.and_then(sorted))
}

impl Expected {
    /// As it stands in the file, without the claims.
    fn words(&self) -> String {
        let answer = self.answer.as_ref().map(|(wanted, _)| wanted.name().to_owned());
        let role = self.role.as_ref().map(|(role, _)| format!("role {role}"));
        let gate = self.gate.as_ref().map(|(gate, _)| format!("refused by {gate}"));
        let blocked_by = self.blocked_by.as_ref().map(|(names, _)| format!("blocked by {}", names.join(", ")));
        let claims = self.claims.iter().map(|(name, ..)| format!("claim {name}"));
        answer.into_iter().chain(role).chain(gate).chain(blocked_by).chain(claims).collect::<Vec<_>>().join("; ")
    }
}

impl Wanted {
    fn is(self, answer: &Answer) -> bool {
        self.outcome == answer.decision && (self.explicit.is_none() || self.explicit == answer.explicit)
    }
}

impl Answer {
    /// The answer as it can be expected, and for how much of a pattern it holds.
    pub fn words(&self) -> String {
        let word = match (self.decision, self.explicit) {
            (Outcome::Denied, Some(false)) => "denied-implicit",
            (Outcome::Denied, Some(true)) => "denied-explicit",
            (other, _) => other.name(),
        };
        match self.coverage {
            Some(Coverage::Some) => format!("{word} (some of the resources are allowed, others not)"),
            _ => word.to_owned(),
        }
    }

    fn gets(&self, role: &str) -> bool {
        let name = |own: &str| own == role || Arn::parse(own).and_then(Arn::role_name) == Some(role);
        self.role.as_deref().is_some_and(name)
    }
}

/// Sends a sign-in through the gates.
fn of_case(case: &Case, expected: &Expected, world: World<'_, '_>, (span, now): (Span, Instant)) -> Ran {
    let (token, assertion, linked) = match (token(case, world.inventory), assertion(case), linked(case)) {
        (Ok(token), Ok(assertion), Ok(linked)) => (token, assertion, linked),
        (Err(why), ..) | (_, Err(why), _) | (.., Err(why)) => {
            return Ran::of(Answer::nothing(Outcome::Error, why), expected, span);
        }
    };
    let login = match (&case.who, &token, &assertion) {
        (Who::Saml(_, provider), _, Some(assertion)) => Login::Saml(assertion, provider.as_deref()),
        (Who::Developer(id, tags), ..) => Login::Developer(id, tags),
        (Who::Social(host, user), ..) => Login::Social(host, user.as_deref()),
        (_, Some(token), _) => Login::Token(token),
        (_, None, _) => Login::Guest,
    };
    let question = simulate::Question {
        linked: linked.iter().map(Login::Token).collect(),
        pool: case.pool.as_deref(),
        pool_account: case.pool_account.as_deref(),
        flow: case.flow,
        custom_role: case.custom_role.as_deref(),
        role: case.role.as_deref(),
        session_name: case.session_name.as_deref(),
        duration: case.duration,
        then_role: case.then_role.as_deref(),
        access: case.access.iter().map(|(action, resource)| Access { action, resource }).collect(),
        context: case.context.iter().map(|(key, values)| (key.as_str(), values.iter().map(String::as_str).collect())).collect(),
        ..simulate::Question::new(login, case.at.unwrap_or(now))
    };
    let (mut doubts, mut unknown) = (Vec::new(), Vec::new());
    for own in question.unknown_roles(world.inventory) {
        let meant = own.meant.as_ref().map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        let message = format!("no role `{}` among the inputs{meant}", own.name);
        let place = case.roles.iter().find(|(name, _)| name == own.name).map_or(span, |(_, place)| *place);
        if !own.by_arn {
            unknown.push(Label::new(place, message));
        } else if own.meant.is_some() {
            doubts.push(Problem { span: place, message, help: None });
        }
    }
    if !unknown.is_empty() {
        let answer = Answer { reasons: Vec::new(), ..Answer::nothing(Outcome::Error, String::new()) };
        return Ran { expected: expected.words(), answer, complaints: unknown, doubts };
    }
    let simulation = simulate::simulate(world, &question);
    let claims = expected.claims.iter().map(|(name, ..)| {
        let of_login = token.as_ref().and_then(|token| claim(&token.claims, name));
        (name.clone(), of_login.or_else(|| simulation.presented.as_ref().and_then(|own| claim(&own.claims, name))))
    });
    let claims = claims.collect();
    Ran { doubts, ..Ran::of(told_of(&simulation, claims), expected, span) }
}

/// The token of whoever signs in, where there is one.
fn token(case: &Case, inventory: &Inventory<'_>) -> Result<Option<Token>, String> {
    let token = match &case.who {
        Who::Guest | Who::Developer(..) | Who::Social(..) | Who::Saml(..) => return Ok(None),
        Who::Groups(groups) => {
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            inventory.sign_in(&groups, case.client.as_deref()).map_err(|error| error.to_string())?
        }
        Who::Claims(text) | Who::Token(text) => Token::read(text).map_err(|error| error.to_string())?,
    };
    Ok(Some(if case.pre_token.is_empty() { token } else { token.changed(&case.pre_token) }))
}

/// The assertion of whoever signs in, where there is one.
fn assertion(case: &Case) -> Result<Option<Assertion>, String> {
    let Who::Saml(text, _) = &case.who else { return Ok(None) };
    Assertion::read(text).map(Some).map_err(|error| error.to_string())
}

fn linked(case: &Case) -> Result<Vec<Token>, String> {
    case.linked.iter().map(|text| Token::read(text).map_err(|error| error.to_string())).collect()
}

/// A claim as text; a list in brackets.
fn claim(claims: &Claims, name: &str) -> Option<String> {
    let claim = claims.get(name)?;
    let values: Vec<String> = claim.values().into_iter().map(Cow::into_owned).collect();
    Some(match claim {
        Claim::List(_) => format!("[{}]", values.join(", ")),
        _ => values.join(", "),
    })
}

fn told_of(simulation: &Simulation<'_, '_>, claims: Vec<(String, Option<String>)>) -> Answer {
    let gate = simulation.gates.iter().find(|gate| matches!(gate.state, GateState::Fail | GateState::Unknown));
    let is_explicit = match simulation.permissions.first() {
        Some(permission) if permission.outcome == Outcome::Denied => permission.reply.denial() == Some(Denial::Explicit),
        _ => simulation.trust.as_ref().is_some_and(|trust| matches!(trust.verdict, Verdict::Denied(_))),
    };
    let explicit = (simulation.outcome == Outcome::Denied).then_some(is_explicit);
    let role = simulation.role.as_ref().filter(|role| simulation.gets(&role.name)).map(|role| role.name.clone());
    let of_access = simulation.decided_by == Some(GateKind::Permissions);
    let mut reasons = if of_access { Vec::new() } else { vec![(simulation.why.clone(), None)] };
    let places = gate.iter().flat_map(|gate| &gate.places).map(|label| (label.text.clone(), Some(label.span)));
    reasons.extend(places);
    let access = simulation.permissions.iter().filter(|_| of_access);
    reasons.extend(access.map(|own| (own.why.clone(), own.place.as_ref().map(|label| label.span))));
    Answer {
        decision: simulation.outcome,
        explicit,
        blocked_by: Vec::new(),
        coverage: None,
        role,
        gate: gate.map(|gate| gate.kind),
        claims,
        unused: Vec::new(),
        reasons,
    }
}

/// `all` are the policies that requests name; one that names none is decided by those of the inputs that bear on it.
fn answer_request(
    request: &Request,
    all: &[Policy<'_>],
    (inventory, sources): (&Inventory<'_>, &Sources),
    reference: &Reference,
    now: Instant,
) -> Answer {
    let Some(principal) = Caller::parse(&request.principal) else {
        return Answer::nothing(Outcome::Error, format!("`{}` cannot ask for anything", request.principal));
    };
    let service = request.action.split(':').next().unwrap_or_default();
    let setting = Setting {
        resource_account: request.resource_account.as_deref(),
        management_account: request.management_account,
        service_linked_role: request.service_linked_role,
        rcps_cover: reference.service(service).is_some_and(Service::has_rcps),
    };
    let mut context = Context::new();
    context.partial = request.partial;
    for (key, value) in &request.context {
        context.set(key.as_str(), value.clone());
    }
    for (key, value) in &request.tags {
        context.derive(format!("aws:PrincipalTag/{key}"), ContextValue::One(value.as_str().into()));
    }
    if let Some(org) = &request.resource_org {
        context.derive("aws:ResourceOrgID", ContextValue::One(org.as_str().into()));
    }
    derive(&mut context, principal, &request.resource, &setting, request.at.unwrap_or(now));
    let inquiry = Inquiry { principal, action: &request.action, resource: &request.resource, context: &context, setting };
    let Some(given) = &request.policies else {
        let bearing = Bearing::of(inventory, sources, principal, &request.action, &request.resource);
        let mut answer = told(&ask::<Trace<'_, '_>>(&inquiry, &bearing.policies), &context);
        answer.reasons.extend(bearing.unknown.into_iter().map(|own| (format!("not known: {own}"), None)));
        return answer;
    };
    told(&ask::<Trace<'_, '_>>(&inquiry, &given.policies(all)), &context)
}

fn told(reply: &Reply<'_, '_, Trace<'_, '_>>, context: &Context<'_>) -> Answer {
    let is_split = reply.coverage == Some(Coverage::Some);
    let mut reasons = Vec::new();
    if reply.ways.is_empty() || is_split {
        reasons.push((reply.why(), None));
    }
    for way in reply.ways.iter().filter(|way| is_split || outcome(&way.decision) == reply.outcome) {
        let of = if reply.coverage.is_some() { format!("{}: ", way.resource) } else { String::new() };
        let wanted = match outcome(&way.decision) {
            Outcome::Allowed => GateState::Pass,
            Outcome::Undecided => GateState::Unknown,
            Outcome::Denied | Outcome::Error => GateState::Fail,
        };
        let said = says(&way.decision, &way.record).into_iter().filter(|say| say.state == wanted);
        let mut said =
            said.map(|say| (format!("{of}{}: {}", say.who.name(), say.text), say.place.map(|label| label.span))).peekable();
        if said.peek().is_none() {
            reasons.push((format!("{of}{}", why(&way.decision, &way.record)), None));
        }
        reasons.extend(said);
    }
    Answer {
        decision: reply.outcome,
        explicit: reply.denial().map(|denial| denial == Denial::Explicit),
        blocked_by: reply.blocked_by().into_iter().map(Block::name).collect(),
        coverage: reply.coverage,
        role: None,
        gate: None,
        claims: Vec::new(),
        unused: reply.unused(context),
        reasons,
    }
}

impl Answer {
    fn nothing(decision: Outcome, why: String) -> Self {
        Self {
            decision,
            explicit: None,
            blocked_by: Vec::new(),
            coverage: None,
            role: None,
            gate: None,
            claims: Vec::new(),
            unused: Vec::new(),
            reasons: vec![(why, None)],
        }
    }
}

impl Given {
    /// The policies, of which `all` is the list.
    fn policies<'p, 's>(&self, all: &'p [Policy<'s>]) -> Policies<'p, 's> {
        let list = |places: &[usize]| places.iter().filter_map(|&place| all.get(place)).collect::<Vec<_>>();
        let levels = |levels: &[Vec<usize>]| levels.iter().map(|level| list(level)).collect();
        Policies {
            identity: list(&self.identity),
            resource: self.resource.and_then(|place| all.get(place)),
            boundaries: list(&self.boundaries),
            session: list(&self.session),
            scps: levels(&self.scps),
            rcps: levels(&self.rcps),
            endpoint: list(&self.endpoint),
            missing: Vec::new(),
        }
    }
}

fn listed(names: &BTreeSet<&str>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.iter().copied().collect::<Vec<_>>().join(", ") }
}
