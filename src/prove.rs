//! Questions about policies that stand for every request at once: is there *any* request that these allow and those do not?
//!
//! The answer is `holds`, a witness, or undecided with the reason. A witness is a request that the evaluator itself has taken before
//! anybody sees it; so a mistake of the search can hide one, and never make one up.

mod asking;
mod atom;
mod caller;
mod keys;
mod polish;
mod search;
mod shape;
mod smt2;
mod theory;
mod value;
mod words;

use std::cell::Cell;

use crate::evaluate::{Caller, Context, Gap, GapReason, Standing};
use crate::finding::Fault;
use crate::policy::{Effect, Policy, PolicyFault, Statement};
use crate::reference::Reference;
use crate::source::Span;
use asking::Asking;
use caller::{Someone, callers, named};
use keys::Keys;

pub use smt2::{smt2, smt2_each};

/// Is there a request that some policies allow and others do not?
#[derive(Clone, Debug)]
pub struct Question<'q, 's> {
    /// Policies of one type, taken together as [`evaluate`](crate::evaluate::evaluate) takes them.
    pub allowed_by: Vec<&'q Policy<'s>>,
    /// Policies of the same type, taken together. Without any, nothing is allowed by them.
    pub not_by: Vec<&'q Policy<'s>>,
    /// Of which requests it is asked.
    pub among: Among,
}

/// The requests of which a question is asked: all, but for what is given here.
#[derive(Clone, Debug, Default)]
pub struct Among {
    /// The caller, as [`Caller::parse`](crate::evaluate::Caller::parse) reads it.
    pub caller: Option<String>,
    /// Among which callers one is looked for, where none is given.
    pub whom: Whom,
    /// The action.
    pub action: Option<String>,
    /// Names that are no actions, though the policies name them: no request is for them.
    pub no_actions: Vec<String>,
    /// The resource.
    pub resource: Option<String>,
    /// What is known of condition keys. One that is not named here is held or not, with any value.
    pub keys: Vec<Held>,
}

/// Callers among whom one is looked for.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Whom {
    /// All.
    #[default]
    Anyone,
    /// Users, and sessions of roles, of this account; of any, where none is named. Root users are none of them: they take no role.
    Principals(Option<String>),
    /// Those of this kind, of an account that no policy names. A role that a service made for itself is no stranger's: only the service takes it.
    Strangers(Standing),
}

/// What is known of a condition key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Its name.
    pub key: String,
    /// What a request holds for it.
    pub values: Values,
}

/// What a request holds for a condition key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Values {
    /// Nothing.
    None,
    /// This value.
    One(String),
    /// These values of a key that may have several.
    Set(Vec<String>),
    /// Something that one of these patterns matches and none of the others does, as `StringLike` takes them.
    Like {
        /// One of these matches.
        forms: Vec<String>,
        /// None of these does.
        except: Vec<String>,
        /// Whether a request may also do without.
        or_none: bool,
    },
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
    /// Who asks, as [`Caller::parse`](crate::evaluate::Caller::parse) reads it; `None` where no policy says whom it is for.
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
    /// It hangs on a condition of a template, or on which of two declarations counts; what it hangs on leads to this place.
    Branch(Span),
    /// A key is compared both as text and as something else, which is not looked at together.
    Mixed,
    /// What was found is not what the evaluator makes of it.
    Refuted,
}

/// Answers a question.
pub fn prove<'q, 's>(question: &Question<'q, 's>, reference: &Reference, budget: Budget) -> Proof<'q, 's> {
    let mut doubt = question.doubt();
    for (_, proof) in prove_each(question, reference, budget) {
        match proof {
            Proof::Holds => {}
            Proof::Witness(_) => return proof,
            Proof::Undecided(own) => doubt = doubt.or(Some(own)),
        }
    }
    doubt.map_or(Proof::Holds, Proof::Undecided)
}

/// Whether it is proved of each statement that allows, or may turn out to, that there is no such request: what [`prove_each`] answers
/// by [`Proof::Holds`], without looking for witnesses.
pub fn proved_each<'q, 's>(question: &Question<'q, 's>, reference: &Reference, budget: Budget) -> Vec<(&'q Statement<'s>, bool)> {
    let is_open = question.doubt().is_some();
    let mut proved: Vec<_> = allowing(question).map(|statement| (statement, !is_open)).collect();
    if !is_open {
        let steps = Cell::new(budget.steps);
        with_callers(question, reference, &steps, |asking| asking.prove(&mut proved));
    }
    proved
}

/// Answers a question for each statement that allows, or may turn out to, in the order of the policies: is there a request that this one
/// allows, that none of its side denies, and that the others do not allow?
pub fn prove_each<'q, 's>(
    question: &Question<'q, 's>,
    reference: &Reference,
    budget: Budget,
) -> Vec<(&'q Statement<'s>, Proof<'q, 's>)> {
    let mut proofs: Vec<_> = allowing(question).map(|statement| (statement, Proof::Holds)).collect();
    if let Some(doubt) = question.doubt() {
        return proofs.into_iter().map(|(statement, _)| (statement, Proof::Undecided(doubt))).collect();
    }
    let steps = Cell::new(budget.steps);
    with_callers(question, reference, &steps, |asking| asking.answer(&mut proofs));
    proofs
}

/// The statements that allow, or may turn out to.
fn allowing<'q, 's>(question: &Question<'q, 's>) -> impl Iterator<Item = &'q Statement<'s>> {
    let statements = question.allowed_by.iter().flat_map(|policy| &policy.statements);
    statements.filter(|own| !matches!(own.effect, Some((Effect::Deny, _))))
}

/// Asks for each kind of caller whom the policies can tell apart; once, where no policy says whom it is for.
fn with_callers<'q, 's>(
    question: &Question<'q, 's>,
    reference: &Reference,
    steps: &Cell<u64>,
    mut ask: impl FnMut(Asking<'_, 'q, 's>),
) {
    let all = question.allowed_by.iter().chain(&question.not_by).copied();
    let keys = Keys::of(all.clone(), reference);
    let found = match &question.among.caller {
        Some(name) => vec![named(name, all, &keys)],
        None => callers(all, &keys).into_iter().filter(|own| question.among.whom.holds(own)).collect(),
    };
    if found.is_empty() {
        ask(Asking { question, reference, keys: &keys, caller: None, steps });
    }
    for caller in &found {
        ask(Asking { question, reference, keys: &keys, caller: Some(caller), steps });
    }
}

impl Whom {
    fn holds(&self, someone: &Someone) -> bool {
        let caller = Caller::parse(&someone.name);
        match self {
            Self::Anyone => true,
            Self::Principals(account) => {
                let principal = caller.filter(|own| matches!(own, Caller::Aws(_)) && own.standing() != Standing::Root);
                principal.is_some_and(|own| account.is_none() || own.account() == account.as_deref())
            }
            Self::Strangers(standing) => someone.stranger && caller.is_some_and(|own| own.standing() == *standing),
        }
    }
}

impl Question<'_, '_> {
    /// What leaves the answer open, whatever the request.
    fn doubt(&self) -> Option<Doubt> {
        let refusal = self.allowed_by.iter().chain(&self.not_by).find_map(|policy| policy.refusal());
        let later = self.allowed_by.iter().find_map(|policy| policy.later);
        let later = later.map(|span| Doubt::Open(Gap { reason: GapReason::Hole, span }));
        refusal.map(|fault| Doubt::Refused(*fault)).or(later)
    }
}

impl Default for Budget {
    /// A fraction of a second.
    fn default() -> Self {
        Self { steps: 20_000_000 }
    }
}
