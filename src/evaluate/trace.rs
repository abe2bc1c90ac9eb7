//! What an evaluation tells on its way.

use super::Truth;
use crate::pattern::Variable;
use crate::policy::{Condition, Policy, Statement};

/// Listens to an evaluation. Every method has an empty default, so `()` costs nothing.
pub trait Recorder<'p, 's> {
    /// Whether anybody listens. Where not, a statement is left as soon as its answer is known.
    const LISTENS: bool = true;

    /// A statement was judged.
    fn statement(&mut self, trace: StatementTrace<'p, 's>) {
        let _ = trace;
    }

    /// A condition of the statement that is being judged; told before the statement.
    fn condition(&mut self, trace: ConditionTrace<'p, 's>) {
        let _ = trace;
    }
}

impl Recorder<'_, '_> for () {
    const LISTENS: bool = false;
}

/// One judged statement.
#[derive(Clone, Debug)]
pub struct StatementTrace<'p, 's> {
    /// The policy it stands in.
    pub policy: &'p Policy<'s>,
    /// The statement.
    pub statement: &'p Statement<'s>,
    /// Whether it names the caller; yes where the kind of policy has no principals.
    pub principal: Truth,
    /// Whether it names the action.
    pub action: Truth,
    /// Whether it names the resource; yes in a trust policy.
    pub resource: Truth,
    /// Where it does not: a variable in its resources for which the request has no value.
    pub valueless: Option<&'p Variable<'s>>,
    /// Its conditions in the order of the text.
    pub conditions: Vec<ConditionTrace<'p, 's>>,
    /// Whether it applies: all of these.
    pub applies: Truth,
}

/// One judged condition.
#[derive(Clone, Debug)]
pub struct ConditionTrace<'p, 's> {
    /// The condition.
    pub condition: &'p Condition<'s>,
    /// What the request holds.
    pub got: Got,
    /// Whether it holds.
    pub holds: Truth,
}

/// What a request holds for a condition key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Got {
    /// It does not hold the key.
    Absent,
    /// Whether it holds the key is not known.
    Unknown,
    /// One value.
    One(String),
    /// The values of a multivalued key.
    Many(Vec<String>),
    /// Some values of a multivalued key; others are not known.
    Part(Vec<String>),
}

/// A recorder that keeps everything.
#[derive(Clone, Debug, Default)]
pub struct Trace<'p, 's> {
    /// The statements in the order in which they were judged.
    pub statements: Vec<StatementTrace<'p, 's>>,
    pending: Vec<ConditionTrace<'p, 's>>,
}

impl<'p, 's> Recorder<'p, 's> for Trace<'p, 's> {
    fn statement(&mut self, mut trace: StatementTrace<'p, 's>) {
        trace.conditions = std::mem::take(&mut self.pending);
        self.statements.push(trace);
    }

    fn condition(&mut self, trace: ConditionTrace<'p, 's>) {
        self.pending.push(trace);
    }
}
