//! What would let a token in: the narrowest edits of a trust policy, and changes of the token.
//!
//! Nothing is told that was not tried: an edit is made in the text, the text is read again and the token is brought again. So are
//! its neighbours, and those that get in by the edit are told with it.

mod candidates;
mod change;
mod past;
mod plain;
mod probe;
mod statement;

use crate::evaluate::Verdict;
use crate::finding::Edit;
use crate::policy::Policy;
use crate::script::{self, Script};
use crate::simulate::{
    Flow, GateKind, Given, NearMiss, Outcome, Presented, Question, Simulation, World, near_misses, try_assume,
};
use crate::source::{Sources, Span};
use candidates::Candidate;

pub use probe::{Probe, probes};

/// Something that would let the token in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repair {
    /// What is changed.
    pub side: Side,
    /// What to do, as an order: "add a value to `token.actions.githubusercontent.com:sub`".
    pub words: String,
    /// The edits of the file, in its order; none of a change of the token, and of a policy that is not written in JSON: then the words
    /// tell all.
    pub edits: Vec<Edit>,
    /// Who else gets in by it who did not before.
    pub admits: Vec<Admitted>,
}

/// What a repair changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// The trust policy.
    Policy,
    /// The token, or how it is brought to STS.
    Token,
}

/// Somebody who gets in by an edit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admitted {
    /// Who, as a phrase: "a run on another branch of the repository".
    pub who: String,
    /// Whether that may be a stranger.
    pub stranger: bool,
}

/// What would let in the sign-in of a simulation, see [`repairs`]; nothing where the trust policy does not refuse it, and of a chain,
/// in which the last role is not for the token.
///
/// What changes one gate is not told where another stays closed.
pub fn of_simulation(world: World<'_, '_>, simulation: &Simulation<'_, '_>, question: &Question<'_>) -> Vec<Repair> {
    if simulation.gates.iter().any(|gate| gate.kind == GateKind::Chain) {
        return Vec::new();
    }
    // where no role was named and none takes the token, the nearest one
    let (role, near) = match (&simulation.role, simulation.choices.first()) {
        (Some(role), _) => (role.role, simulation.near_miss.as_ref()),
        (None, Some(choice)) if choice.outcome == Outcome::Denied => (Some(choice.role), choice.near_miss.as_ref()),
        (None, _) => (None, None),
    };
    let refused = near.is_none_or(|near| !near.denies());
    let (Some(role), Some(token)) = (role.filter(|_| refused), &simulation.presented) else { return Vec::new() };
    let Some(policy) = &role.trust else { return Vec::new() };
    let (time, seconds) = (question.at.to_string(), question.at.seconds().to_string());
    let mut given = question.context.clone();
    given.extend([("aws:CurrentTime", vec![time.as_str()]), ("aws:EpochTime", vec![seconds.as_str()])]);
    let named = question.session_name.filter(|_| simulation.flow != Flow::Enhanced);
    given.extend(named.map(|name| ("sts:RoleSessionName", vec![name])));
    let role = role.arn.as_ref().and_then(|arn| arn.known());
    let refused = Refused { sources: world.sources, policy, role, token, flow: simulation.flow, given: &given };
    let past = past::Past { world, simulation, question };
    found(&refused).into_iter().filter_map(|(repair, changed)| past.told(repair, changed.as_ref())).collect()
}

/// A trust policy that refuses a token.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a, 's> {
    /// The texts of the inputs.
    pub sources: &'a Sources,
    /// The trust policy.
    pub policy: &'a Policy<'s>,
    /// The ARN of its role, where that is known.
    pub role: Option<&'a str>,
    /// The token.
    pub token: &'a Presented,
    /// How it comes to STS.
    pub flow: Flow,
    /// Condition keys of the call beside those of the token.
    pub given: Given<'a>,
}

/// What would let the token in, the narrowest first; nothing where it is let in, or where a statement denies.
///
/// Edits of the policy come first. One that lets strangers in comes last, and only where there is no other.
pub fn repairs(refused: &Refused<'_, '_>) -> Vec<Repair> {
    found(refused).into_iter().map(|(repair, _)| repair).collect()
}

impl Repair {
    /// Whether a stranger may get in by it.
    pub fn admits_strangers(&self) -> bool {
        self.admits.iter().any(|admitted| admitted.stranger)
    }

    /// A whole file with the edits of it; `None` where they are not of this text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let first = self.edits.first()?;
        script::apply(text, Span::new(first.span.source, 0, text.len() as u32), &self.edits)
    }
}

impl Side {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Token => "token",
        }
    }
}

/// How many repairs of a side are told.
const MOST: usize = 3;

/// As [`repairs`], of a change of the token with the token that it comes to.
fn found(refused: &Refused<'_, '_>) -> Vec<(Repair, Option<Presented>)> {
    let Refused { sources, policy, role, token, flow, given } = *refused;
    if !matches!(try_assume(policy, role, token, flow, given).verdict, Verdict::NotAllowed) {
        return Vec::new();
    }
    let near = near_misses(policy, role, token, flow, given);
    let mut of_policy = match Script::of(sources, policy).filter(Script::is_read_again) {
        Some(script) => of_policy(refused, &near, &script),
        None => plain::told(refused),
    };
    let of_token = change::changes(refused, &near);
    let strange = of_policy.iter().position(Repair::admits_strangers).unwrap_or(of_policy.len());
    let last = of_policy.split_off(strange);
    let last = if of_policy.is_empty() { last } else { Vec::new() };
    let of_token = of_token.into_iter().map(|(repair, token)| (repair, Some(token)));
    let [of_policy, last] = [of_policy, last].map(|own| own.into_iter().map(|repair| (repair, None)));
    of_policy.take(MOST).chain(of_token.take(MOST)).chain(last.take(1)).collect()
}

impl Refused<'_, '_> {
    /// Whether a trust policy of the role takes a token.
    fn takes(&self, policy: &Policy<'_>, token: &Presented) -> bool {
        matches!(try_assume(policy, self.role, token, self.flow, self.given).verdict, Verdict::Allowed(_))
    }
}

/// Each of them once.
fn distinct(admits: impl Iterator<Item = Admitted>) -> Vec<Admitted> {
    let mut all: Vec<Admitted> = Vec::new();
    for own in admits {
        if !all.contains(&own) {
            all.push(own);
        }
    }
    all
}

/// The edits after which the policy takes the token, the narrowest first.
fn of_policy<'s>(refused: &Refused<'_, 's>, near: &[NearMiss<'_, 's>], script: &Script<'_, 's>) -> Vec<Repair> {
    let policy = refused.policy;
    let outside: Vec<Probe> = probes(refused.token).into_iter().filter(|probe| !refused.takes(policy, &probe.token)).collect();
    let tried = |candidate: Candidate| -> Option<Repair> {
        let Candidate { words, edits } = candidate;
        let admits = script.edited(&edits, |edited| {
            let newly = outside.iter().filter(|probe| refused.takes(edited, &probe.token));
            refused.takes(edited, refused.token).then(|| distinct(newly.map(Probe::admitted)))
        })??;
        Some(Repair { side: Side::Policy, words, edits, admits })
    };
    let mut repairs: Vec<Repair> = Vec::new();
    let keep = |repairs: &mut Vec<Repair>, repair: Repair| {
        if !repairs.iter().any(|own| own.edits == repair.edits) {
            repairs.push(repair);
        }
    };
    for candidate in candidates::of(refused, near, script) {
        if let Some(repair) = tried(candidate) {
            keep(&mut repairs, repair);
        }
    }
    let barred = near.iter().any(statement::is_barred);
    if !barred
        && repairs.iter().all(Repair::admits_strangers)
        && let Some(repair) = statement::added(refused, script).and_then(tried)
    {
        keep(&mut repairs, repair);
    }
    repairs.sort_by_key(|repair| (repair.admits_strangers(), repair.admits.len(), repair.edits.len()));
    repairs
}
