//! A request of any principal, put to all policies that bear on it.

use super::Outcome;
use crate::evaluate::{
    Answer, Block, Caller, Context, Decision, Policies, Recorder, Request, Setting, decide, is_pattern, resources,
};

/// What is asked: may this principal do this to that?
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// Who asks.
    pub principal: Caller<'a>,
    /// `service:Name`.
    pub action: &'a str,
    /// An ARN, or `*` for an action that takes none. With wildcards: all resources that it covers.
    pub resource: &'a str,
    /// The condition keys of the request.
    pub context: &'a Context<'a>,
    /// Where it is made.
    pub setting: Setting<'a>,
}

/// The answer.
#[derive(Debug)]
pub struct Reply<'p, 's, R> {
    /// The answer in a word. Where some resources of a pattern are allowed and some are not, it is undecided.
    pub outcome: Outcome,
    /// For how many of the resources of a pattern it is allowed.
    pub coverage: Option<Coverage>,
    /// One answer; of a pattern one for each way in which its resources match what the policies list, those that are not allowed
    /// first. None where there are too many.
    pub ways: Vec<Way<'p, 's, R>>,
}

/// The answer for one resource.
#[derive(Debug)]
pub struct Way<'p, 's, R> {
    /// The resource.
    pub resource: String,
    /// The answer.
    pub decision: Decision<'p, 's>,
    /// What was recorded.
    pub record: R,
}

/// For how many of the resources of a pattern something is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coverage {
    /// For each.
    All,
    /// For some; for others not.
    Some,
    /// For none.
    None,
}

/// How a request is denied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Denial {
    /// What must allow does not.
    Implicit,
    /// A statement denies.
    Explicit,
}

/// Answers a question. With `()` for the recorder only the answer is kept.
pub fn ask<'p, 's: 'p, R: Recorder<'p, 's> + Default>(inquiry: &Inquiry<'_>, policies: &Policies<'p, 's>) -> Reply<'p, 's, R> {
    let way = |resource: &str| {
        let mut record = R::default();
        let decision = decide(&inquiry.request(resource), &inquiry.setting, policies, &mut record);
        Way { resource: resource.to_owned(), decision, record }
    };
    if !is_pattern(inquiry.resource) {
        let way = way(inquiry.resource);
        return Reply { outcome: outcome(&way.decision), coverage: None, ways: vec![way] };
    }
    let Some(resources) = resources(&inquiry.request(inquiry.resource), &inquiry.setting, policies) else {
        return Reply { outcome: Outcome::Undecided, coverage: None, ways: Vec::new() };
    };
    let mut ways: Vec<_> = resources.iter().map(|resource| way(resource)).collect();
    ways.sort_by_key(|way| rank(outcome(&way.decision)));
    let has = |wanted: Outcome| ways.iter().any(|way| outcome(&way.decision) == wanted);
    let (outcome, coverage) = match (has(Outcome::Error), has(Outcome::Allowed), has(Outcome::Denied), has(Outcome::Undecided)) {
        (true, ..) => (Outcome::Error, None),
        (_, true, true, _) => (Outcome::Undecided, Some(Coverage::Some)),
        (_, _, _, true) => (Outcome::Undecided, None),
        (_, true, ..) => (Outcome::Allowed, Some(Coverage::All)),
        _ => (Outcome::Denied, Some(Coverage::None)),
    };
    Reply { outcome, coverage, ways }
}

impl<R> Reply<'_, '_, R> {
    /// How it is denied, where it is, and for each resource in the same way.
    pub fn denial(&self) -> Option<Denial> {
        let mut kinds = self.ways.iter().map(|way| match way.decision.answer {
            Answer::NotAllowed(_) => Some(Denial::Implicit),
            Answer::Denied(..) => Some(Denial::Explicit),
            _ => None,
        });
        let first = kinds.next().flatten().filter(|_| self.outcome == Outcome::Denied);
        first.filter(|first| kinds.all(|kind| kind == Some(*first)))
    }

    /// What must allow and does not, for any of the resources.
    pub fn blocked_by(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for way in &self.ways {
            if let Answer::NotAllowed(own) = way.decision.answer {
                let new: Vec<Block> = own.iter().filter(|block| !blocks.contains(block)).collect();
                blocks.extend(new);
            }
        }
        blocks
    }
}

impl<'a> Inquiry<'a> {
    fn request<'r>(&'r self, resource: &'r str) -> Request<'r>
    where
        'a: 'r,
    {
        Request { principal: self.principal, action: self.action, resource, context: self.context }
    }
}

/// The answer of a decision in a word.
pub fn outcome(decision: &Decision<'_, '_>) -> Outcome {
    match decision.answer {
        Answer::Allowed => Outcome::Allowed,
        Answer::NotAllowed(_) | Answer::Denied(..) => Outcome::Denied,
        Answer::Undecided(_) => Outcome::Undecided,
        Answer::Refused(..) => Outcome::Error,
    }
}

/// What people want to see first of several answers.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Error => 0,
        Outcome::Denied => 1,
        Outcome::Undecided => 2,
        Outcome::Allowed => 3,
    }
}

impl Denial {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Implicit => "implicit",
            Self::Explicit => "explicit",
        }
    }
}

impl Coverage {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Some => "some",
            Self::None => "none",
        }
    }
}
