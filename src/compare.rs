//! What a change of policies changed: for each policy, which requests it allows now and did not before, and the other way round.
//!
//! What is the same policy in both states is paired up here; whether it was widened is asked of the prover. Each policy is looked at by
//! itself, for any request that can be written down. Whether somebody can make such a request is another question.

mod ask;
mod pair;
mod same;
mod within;

use std::collections::{HashMap, HashSet};

use crate::evaluate::{Context, Gap};
use crate::finding::Fault;
use crate::inventory::Inventory;
use crate::policy::{Policy, PolicyFault, PolicyKind, Statement};
use crate::prove::{Budget, Question};
use crate::reference::Reference;
use crate::source::{SourceId, Sources, Span};

pub use within::{has_same_statements, is_within};

/// One of the two states that are compared.
#[derive(Debug)]
pub struct Side<'i, 's> {
    /// All that was given of it.
    pub inventory: &'i Inventory<'s>,
    /// By what each input is known in both states: mostly its path, of a renamed file the new one.
    pub paths: HashMap<SourceId, String>,
}

/// By what it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Means<'m> {
    /// The texts of both sides.
    pub sources: &'m Sources,
    /// What is known of services.
    pub reference: &'m Reference,
    /// How much is tried before a question is given up.
    pub budget: Budget,
}

/// What is the same policy in both states, and how it changed.
#[derive(Clone, Debug)]
pub struct Pair<'i, 's> {
    /// What it is.
    pub subject: Subject,
    /// Whose it is, or what it goes by: a role, an ARN. None where only the place tells.
    pub name: Option<String>,
    /// The place to point at when the whole is meant: in the new state, unless it is gone there.
    pub place: Span,
    /// In which of the two states it is there.
    pub presence: Presence,
    /// The policies before; several are a union.
    pub old: Vec<&'i Policy<'s>>,
    /// The policies now.
    pub new: Vec<&'i Policy<'s>>,
    /// The answer in a word.
    pub change: Change,
    /// What is allowed now and was not before.
    pub widened: Direction<'i, 's>,
    /// What was allowed before and is not now.
    pub narrowed: Direction<'i, 's>,
    /// Whether policies that were not given may stand beside it and allow.
    pub beside: bool,
    /// What is to be known about the answer, each in one clause.
    pub notes: Vec<String>,
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// Who may take a role.
    Trust,
    /// What a role may do: its inline and attached policies together.
    Permissions,
    /// The permissions boundary of a role.
    Boundary,
    /// A policy that belongs to no role that was given.
    Policy(PolicyKind),
}

/// In which state something is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// In both.
    Both,
    /// In the new one only.
    Added,
    /// In the old one only.
    Removed,
}

/// How a policy changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// It allows what it allowed before.
    Same,
    /// It allows less.
    Narrowed,
    /// It is not known.
    Undecided,
    /// It allows something that it did not allow before, and no longer something else.
    WidenedAndNarrowed,
    /// It allows more.
    Widened,
}

/// What was found in one direction: requests, and why there may be more.
#[derive(Clone, Debug, Default)]
pub struct Direction<'i, 's> {
    /// Requests that one state allows and the other does not, the worst first: one for each statement that makes a difference.
    pub samples: Vec<Sample<'i, 's>>,
    /// What could not be told, each reason once.
    pub doubts: Vec<Doubt>,
}

/// A request that one state allows and the other does not.
#[derive(Clone, Debug)]
pub struct Sample<'i, 's> {
    /// What about it is new to the state that does not allow it.
    pub news: News,
    /// Who asks, as [`Caller::parse`](crate::evaluate::Caller::parse) reads it; none where the policy does not say whom it is for.
    pub principal: Option<String>,
    /// `service:Name`.
    pub action: String,
    /// An ARN, or `*`.
    pub resource: String,
    /// The condition keys that it holds.
    pub context: Context<'static>,
    /// Those keys, held or not, on which it hangs that the other state does not allow it; where it allows the rest.
    pub keys: Vec<String>,
    /// The statement that allows it; none where it is enough that the other state denied it, and another policy may allow it.
    pub allowed_by: Option<&'i Statement<'s>>,
    /// The text in that statement for which it does: the principal, the action, the resource or the value of a condition that is new.
    pub place: Option<Span>,
    /// The statement of the other state that denies it.
    pub denied_by: Option<&'i Statement<'s>>,
}

/// What is new about a request, the worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum News {
    /// The other state allows nothing at all to this caller.
    Principal,
    /// The other state never allows this action to this caller.
    Action,
    /// The other state never allows this action on this resource.
    Resource,
    /// The other state allows it under other conditions.
    Condition,
}

/// Why it is not known whether there is a request.
#[derive(Clone, Debug)]
pub enum Doubt {
    /// So much was tried.
    Budget,
    /// It hangs on something that is not known, or not documented.
    Open(Gap),
    /// AWS refuses to store a policy: the fault, and of which state.
    Refused(Fault<PolicyFault>, State),
    /// A key is compared both as text and as something else, which is not looked at together.
    Mixed,
    /// What was found is not what the evaluator makes of it.
    Refuted,
    /// Something that bears on it was not given: what, in one clause, and the place that names it.
    Missing(String, Span),
}

/// One of the two states.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// The one before.
    Old,
    /// The one now.
    New,
}

impl Side<'_, '_> {
    /// The inputs that are not the same, byte by byte, in the other state.
    pub fn changed(&self, other: &Self, sources: &Sources) -> HashSet<SourceId> {
        let text = |id: SourceId| sources.get(id).text();
        let others: HashMap<&str, &str> = other.paths.iter().map(|(&id, path)| (path.as_str(), text(id))).collect();
        let is_changed = |(id, path): &(&SourceId, &String)| others.get(path.as_str()) != Some(&text(**id));
        self.paths.iter().filter(is_changed).map(|(&id, _)| id).collect()
    }
}

/// Compares two states, policy by policy, in the order of the places in the new one.
pub fn compare<'i, 's>(old: &Side<'i, 's>, new: &Side<'i, 's>, means: Means<'_>) -> Vec<Pair<'i, 's>> {
    let mut pairs = pair::pairs(old, new, means);
    pairs.sort_by(|a, b| {
        let key = |pair: &Pair<'_, '_>| (pair.place.start, pair.subject.rank());
        let name = |pair: &Pair<'_, '_>| means.sources.get(pair.place.source).name();
        (name(a), key(a)).cmp(&(name(b), key(b)))
    });
    pairs
}

impl<'i, 's> Pair<'i, 's> {
    /// One of which nothing is asked yet.
    fn new(subject: Subject, name: Option<String>, old: Vec<&'i Policy<'s>>, new: Vec<&'i Policy<'s>>) -> Self {
        let presence = match (old.is_empty(), new.is_empty()) {
            (true, false) => Presence::Added,
            (false, true) => Presence::Removed,
            _ => Presence::Both,
        };
        let place = new.first().or(old.first()).map_or(Span::new(SourceId::NONE, 0, 0), |policy| policy.mark);
        Self {
            subject,
            name,
            place,
            presence,
            old,
            new,
            change: Change::Same,
            widened: Direction::default(),
            narrowed: Direction::default(),
            beside: false,
            notes: Vec::new(),
        }
    }

    /// Whether it allows something that it did not allow before, for all that is known.
    pub fn is_widened(&self) -> bool {
        !self.widened.samples.is_empty()
    }

    /// Whether it may allow something that it did not allow before, and that is not known.
    pub fn may_be_widened(&self) -> bool {
        self.widened.samples.is_empty() && !self.widened.doubts.is_empty()
    }

    /// What is asked in one direction: whether the policies of a state allow something that those of the other do not, and where others may
    /// stand beside them, whether they leave something open that the others deny. If any has a witness, there is a difference.
    pub fn questions(&self, state: State, reference: &Reference) -> Vec<Question<'i, 's>> {
        let (allowed_by, not_by) = match state {
            State::New => (&self.new, &self.old),
            State::Old => (&self.old, &self.new),
        };
        let all = ask::everything(self.subject.kind());
        let with_all = |policies: &[&'i Policy<'s>]| std::iter::once(all).chain(policies.iter().copied()).collect();
        let among = ask::among(self.old.iter().chain(&self.new).copied(), reference);
        let question = |allowed_by, not_by| Question { allowed_by, not_by, among: among.clone() };
        let plain = question(allowed_by.clone(), not_by.clone());
        let beside = self.beside.then(|| question(with_all(allowed_by), with_all(not_by)));
        std::iter::once(plain).chain(beside).collect()
    }

    /// What it is, in a few words: `trust of admin`.
    pub fn title(&self) -> String {
        let name = self.name.as_deref();
        match self.subject {
            Subject::Policy(kind) => {
                let name = name.map(|name| if name.starts_with("arn:") { name.rsplit('/').next().unwrap_or(name) } else { name });
                name.map_or_else(|| format!("{} policy", kind.name()), |name| format!("{} policy {name}", kind.name()))
            }
            subject => format!("{} of {}", subject.name(), name.unwrap_or("a role")),
        }
    }

    fn settle(mut self) -> Self {
        self.widened.samples.sort_by_key(|sample| sample.news);
        self.narrowed.samples.sort_by_key(|sample| sample.news);
        let unsure = !(self.widened.doubts.is_empty() && self.narrowed.doubts.is_empty());
        self.change = match (!self.widened.samples.is_empty(), !self.narrowed.samples.is_empty()) {
            (true, true) => Change::WidenedAndNarrowed,
            (true, false) => Change::Widened,
            (false, true) if self.widened.doubts.is_empty() => Change::Narrowed,
            (false, _) if unsure => Change::Undecided,
            (false, _) => Change::Same,
        };
        self
    }
}

impl Subject {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Permissions => "permissions",
            Self::Boundary => "boundary",
            Self::Policy(_) => "policy",
        }
    }

    /// What a policy that is compared as this is attached to.
    pub fn kind(self) -> PolicyKind {
        match self {
            Self::Trust => PolicyKind::Trust,
            Self::Permissions => PolicyKind::Identity,
            Self::Boundary => PolicyKind::Boundary,
            Self::Policy(kind) => kind,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Trust => 0,
            Self::Permissions => 1,
            Self::Boundary => 2,
            Self::Policy(_) => 3,
        }
    }
}

impl Change {
    /// All, as they are counted.
    pub const ALL: [Self; 5] = [Self::Widened, Self::WidenedAndNarrowed, Self::Undecided, Self::Narrowed, Self::Same];

    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Narrowed => "narrowed",
            Self::Undecided => "undecided",
            Self::WidenedAndNarrowed => "widened and narrowed",
            Self::Widened => "widened",
        }
    }
}

impl Presence {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

impl News {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Principal => "new principal",
            Self::Action => "new action",
            Self::Resource => "new resource",
            Self::Condition => "looser condition",
        }
    }
}
