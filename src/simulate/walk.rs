//! The walk of one login through the gates, in the order in which AWS applies them.
//!
//! A closed gate decides, but the walk goes on where the later gates can still be asked: a reader wants to know
//! everything that is in the way.

mod admit;
mod after;
mod arrive;
mod examine;
mod pool;
mod register;
mod saml;
mod sts;

use super::presented::Tagging;
use super::{Flow, Gate, GateKind, GateState, Outcome, Question, RoleRef, Simulation, World};
use crate::evaluate::Verdict;
use crate::finding::Label;
use crate::inventory::{Role, SnapshotFile, SnapshotPart};
use crate::source::Span;

pub(super) fn walk<'i, 's>(world: World<'i, 's>, question: &Question<'_>) -> Simulation<'i, 's> {
    let mut walk = Walk {
        world,
        question,
        flow: question.flow,
        simulation: Simulation::start(),
        picked: None,
        map_without_claims: None,
        unread_map: None,
        tagging: Tagging::Told,
        of_account: None,
        by_account: false,
    };
    world.inventory.assumed().for_each(|own| walk.assume(own));
    walk.run();
    walk.finish()
}

struct Walk<'q, 'i, 's> {
    world: World<'i, 's>,
    question: &'q Question<'q>,
    /// Direct also where no identity pool takes a token.
    flow: Flow,
    simulation: Simulation<'i, 's>,
    /// Why the pool picked the role that it picked.
    picked: Option<String>,
    /// Where the pool maps claims to session tags of which the login holds none.
    map_without_claims: Option<Label>,
    /// Where it is told that the map of claims to session tags was not readable.
    unread_map: Option<Label>,
    /// What is known of the session tags that the pool makes.
    tagging: Tagging,
    /// The account whose providers are asked, where it is one after the other.
    of_account: Option<&'i str>,
    /// Whether the token is brought to roles of several accounts, each of which has providers of its own.
    by_account: bool,
}

impl Simulation<'_, '_> {
    fn start() -> Self {
        Self {
            outcome: Outcome::Denied,
            role: None,
            why: String::new(),
            decided_by: None,
            gates: Vec::new(),
            flow: Flow::Enhanced,
            digests: Vec::new(),
            presented: None,
            trust: None,
            tags: None,
            pools: Vec::new(),
            choices: Vec::new(),
            permissions: Vec::new(),
            near_miss: None,
            tags_near_miss: None,
            not_stored: Vec::new(),
            assumptions: Vec::new(),
        }
    }
}

impl<'i, 's> Walk<'_, 'i, 's> {
    /// The role of this name or ARN becomes the one that the answer is about.
    fn turn_to(&mut self, name: &str) -> Option<&'i Role<'s>> {
        let role = self.world.inventory.role(name);
        let arn = role.and_then(|role| role.arn.as_ref()).and_then(|arn| arn.known());
        self.simulation.role = Some(RoleRef { name: arn.unwrap_or(name).to_owned(), role });
        role
    }

    fn gate(&mut self, kind: GateKind, state: GateState, text: String, places: Vec<Label>) {
        self.simulation.gates.push(Gate { kind, state, text, places });
    }

    /// Where a snapshot tells that something was not readable.
    fn unread(&self, part: SnapshotPart<'_>) -> Option<Label> {
        self.world.inventory.unread(part).map(label_of)
    }

    /// A place, to stand in a sentence.
    fn place(&self, span: Span) -> String {
        let sources = self.world.sources;
        let place = sources.place(span);
        format!("{}:{}:{}", sources.get(span.source).name(), place.line, place.column)
    }

    fn assume(&mut self, text: String) {
        if !self.simulation.assumptions.contains(&text) {
            self.simulation.assumptions.push(text);
        }
    }

    fn finish(self) -> Simulation<'i, 's> {
        let mut simulation = self.simulation;
        let refused = simulation.trust.as_ref().is_some_and(|trust| matches!(trust.verdict, Verdict::Refused(_)))
            || simulation.permissions.iter().any(|permission| permission.outcome == Outcome::Error);
        let in_state = |state: GateState| simulation.gates.iter().filter(move |gate| gate.state == state);
        // what the trust policy refuses no other way gets past, so it is the better reason where both are in the way
        let failing =
            in_state(GateState::Fail).find(|gate| gate.kind == GateKind::Trust).or_else(|| in_state(GateState::Fail).next());
        let unknown = in_state(GateState::Unknown).next();
        let passed = |kind: GateKind| in_state(GateState::Pass).find(move |gate| gate.kind == kind);
        let last = [GateKind::Permissions, GateKind::Chain, GateKind::RoleMapping, GateKind::Trust];
        let passing = || last.into_iter().find_map(passed);
        let (outcome, gate) = match (failing, unknown) {
            _ if refused => (Outcome::Error, unknown.or(failing)),
            (Some(gate), _) => (Outcome::Denied, Some(gate)),
            (None, Some(gate)) => (Outcome::Undecided, Some(gate)),
            (None, None) => (Outcome::Allowed, passing()),
        };
        let decided_by = gate.map(|gate| gate.kind);
        let why = match (outcome, decided_by, &simulation.near_miss) {
            (Outcome::Denied, Some(GateKind::Trust), Some(near_miss)) => Some(near_miss.clause()),
            (Outcome::Allowed, Some(GateKind::RoleMapping), _) => self.picked,
            _ => gate.map(|gate| gate.text.clone()),
        };
        simulation.flow = self.flow;
        simulation.decided_by = decided_by;
        simulation.outcome = outcome;
        simulation.why = why.unwrap_or_default();
        simulation
    }
}

/// The place of a call that was not readable.
fn label_of(file: &SnapshotFile<'_>) -> Label {
    Label::new(file.state_span, format!("not readable: {}", file.call.shown()))
}

/// The outcome of all together: one denied is denied.
fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Allowed => 0,
        Outcome::Undecided => 1,
        Outcome::Denied => 2,
        Outcome::Error => 3,
    };
    outcomes.max_by_key(rank).unwrap_or(Outcome::Allowed)
}
