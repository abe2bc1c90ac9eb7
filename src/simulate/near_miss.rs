//! Which allowing statement came nearest to taking a token, and where wanted and got part.

mod compare;
mod kind;
mod provider;

use super::{Choice, Judgement, Outcome, Presented};
use crate::evaluate::{ConditionTrace, StatementTrace, Trace, Truth, Verdict};
use crate::policy::{Condition, Effect, Operand, Patterns, Principal, PrincipalKind, Statement};
use crate::source::Span;

pub use kind::{DifferenceKind, part_word};
pub use provider::expected_provider;

/// The statement that comes nearest to taking the token, or the one that denies it.
#[derive(Debug)]
pub struct NearMiss<'i, 's> {
    /// What it is called.
    pub statement: String,
    /// The statement.
    pub own: &'i Statement<'s>,
    /// Its place.
    pub place: Span,
    /// What fails; of a statement that denies, what holds.
    pub failing: Vec<Difference<'i, 's>>,
}

/// Something of a statement that fails, and where wanted and got part.
#[derive(Debug)]
pub struct Difference<'i, 's> {
    /// What fails.
    pub part: Part<'i, 's>,
    /// The place of the value that comes nearest.
    pub place: Span,
    /// The value that comes nearest.
    pub wanted: String,
    /// The value of the request that comes nearest; `None` where it does not hold the key.
    pub got: Option<String>,
    /// In what they differ; at least one.
    pub kinds: Vec<DifferenceKind>,
}

/// A part of a statement that fails.
#[derive(Clone, Copy, Debug)]
pub enum Part<'i, 's> {
    /// A condition, and that of its values which comes nearest.
    Condition(&'i Condition<'s>, Option<&'i Operand<'s>>),
    /// Whom it names.
    Principal(&'i Principal<'s>),
    /// What it lets them call.
    Action(&'i Patterns<'s>),
}

/// What a trust policy was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The token.
    pub(super) token: &'a Presented,
    /// The call that decided.
    pub(super) action: &'static str,
    /// The role's ARN, where it is known.
    pub(super) role: Option<&'a str>,
}

/// What came nearest where no statement allows; the statement that denies where one does.
pub(super) fn find<'i, 's>(judgement: &Judgement<'i, 's>, asked: Asked<'_>) -> Option<NearMiss<'i, 's>> {
    let Judgement { verdict, trace } = judgement;
    match verdict {
        Verdict::NotAllowed => nearest(trace, asked).into_iter().next(),
        Verdict::Denied(statement) => {
            let own = trace.statements.iter().find(|own| std::ptr::eq(own.statement, *statement))?;
            let failing = own.conditions.iter().map(compare::denying).collect();
            Some(NearMiss { statement: statement.title(), own: statement, place: statement.place(), failing })
        }
        Verdict::Allowed(_) | Verdict::Undecided(_) | Verdict::Refused(_) => None,
    }
}

/// The allowing statements that are about web identities, the one of which least fails first.
pub(super) fn nearest<'i, 's>(trace: &Trace<'i, 's>, asked: Asked<'_>) -> Vec<NearMiss<'i, 's>> {
    let candidates = trace.statements.iter().filter(|own| {
        let allows = own.statement.effect.is_some_and(|(effect, _)| effect == Effect::Allow);
        allows && own.applies == Truth::No && is_about_providers(own)
    });
    let mut ranked: Vec<(usize, NearMiss<'i, 's>)> = candidates
        .map(|own| {
            let failing: Vec<_> = provider::difference(own, asked)
                .into_iter()
                .chain(compare::action(own, asked.action))
                .chain(failing(own).map(|condition| compare::condition(condition, Some(asked.token))))
                .collect();
            let near = NearMiss { statement: own.statement.title(), own: own.statement, place: own.statement.place(), failing };
            (near.distance(), near)
        })
        .filter(|(_, near)| !near.failing.is_empty())
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.into_iter().map(|(_, near)| near).collect()
}

/// Puts the roles that take a token first, then those of which it is not known, then those of which least fails.
pub(super) fn rank(choices: &mut [Choice<'_, '_>]) {
    choices.sort_by_key(|choice| {
        let outcome = match choice.outcome {
            Outcome::Allowed => 0,
            Outcome::Undecided => 1,
            Outcome::Denied => 2,
            Outcome::Error => 3,
        };
        (outcome, choice.near_miss.as_ref().map_or(usize::MAX, NearMiss::distance))
    });
}

/// The conditions of a statement that fail, each with where wanted and got part.
pub(super) fn differences<'i, 's>(trace: &StatementTrace<'i, 's>) -> impl Iterator<Item = Difference<'i, 's>> {
    failing(trace).map(|condition| compare::condition(condition, None))
}

impl NearMiss<'_, '_> {
    /// What fails, in one clause.
    pub fn clause(&self) -> String {
        let clauses: Vec<String> = self.failing.iter().map(Difference::clause).collect();
        let verb = if self.denies() { "denies" } else { "refuses" };
        match clauses.as_slice() {
            [] => format!("{} {verb} this token", self.statement),
            clauses => format!("{} {verb}: {}", self.statement, clauses.join("; ")),
        }
    }

    /// Whether it is no near miss, but a statement that denies.
    pub fn denies(&self) -> bool {
        self.own.effect.is_some_and(|(effect, _)| effect == Effect::Deny)
    }

    /// Whether it is the action that the statement leaves out, whatever else fails.
    pub(super) fn is_on_action(&self) -> bool {
        self.failing.iter().any(|difference| matches!(difference.part, Part::Action(_)))
    }

    /// How much fails: another provider counts for more than another action, and that for more than a condition.
    pub fn distance(&self) -> usize {
        let weight = |difference: &Difference<'_, '_>| match difference.part {
            Part::Condition(..) => 1,
            Part::Action(_) => 2,
            Part::Principal(_) => 4,
        };
        self.failing.iter().map(weight).sum()
    }
}

impl Difference<'_, '_> {
    /// What it is in, as the policy calls it: a condition key, or an element of a statement.
    pub fn subject(&self) -> String {
        match self.part {
            Part::Condition(condition, _) => condition.key.shown().into_owned(),
            Part::Principal(_) => "Principal".to_owned(),
            Part::Action(_) => "Action".to_owned(),
        }
    }

    /// In what they differ, in words.
    pub fn words(&self) -> String {
        kind::words(&self.kinds)
    }

    /// The difference in one clause.
    pub fn clause(&self) -> String {
        let (subject, wanted, words) = (self.subject(), &self.wanted, self.words());
        match (&self.got, self.part) {
            (_, Part::Action(_)) => words,
            (Some(got), Part::Condition(..)) if self.kinds == [DifferenceKind::Denied] => format!("`{subject}` is `{got}`"),
            (None, Part::Condition(..)) if self.kinds == [DifferenceKind::Denied] => format!("`{subject}` is not in the request"),
            (Some(got), _) => format!("`{subject}` is `{got}`, wanted is `{wanted}` ({words})"),
            (None, _) if self.kinds == [DifferenceKind::Absent] => {
                format!("`{subject}` is not in the request, wanted is `{wanted}`")
            }
            (None, _) => format!("`{subject}` is not in the request, wanted is `{wanted}` ({words})"),
        }
    }

    /// What is to be seen at its place, in a few words.
    pub fn label(&self) -> String {
        if self.kinds == [DifferenceKind::Absent] { "the token does not hold the key".to_owned() } else { self.words() }
    }
}

/// The conditions of a statement that fail.
pub(super) fn failing<'t, 'i, 's>(statement: &'t StatementTrace<'i, 's>) -> impl Iterator<Item = &'t ConditionTrace<'i, 's>> {
    statement.conditions.iter().filter(|condition| condition.holds == Truth::No)
}

/// Whether a statement names a provider, if only under the wrong key, or has nothing against this one.
fn is_about_providers(trace: &StatementTrace<'_, '_>) -> bool {
    let mut principals = trace.statement.principals.iter().flat_map(|principals| &principals.list);
    trace.principal != Truth::No
        || principals.any(|principal| {
            principal.kind == PrincipalKind::Federated
                || principal.value.known().is_some_and(|value| value.contains(":oidc-provider/"))
        })
}
