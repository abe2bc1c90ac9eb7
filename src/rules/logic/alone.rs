//! Policies with some of their statements only, to ask the prover about.

use crate::policy::{Effect, Policy, Statement};
use crate::prove::{Among, Budget, Proof, Question, prove};
use crate::reference::Reference;

/// A policy with this statement alone, as one that allows.
pub(super) fn only<'s>(policy: &Policy<'s>, statement: &Statement<'s>) -> Policy<'s> {
    let mut own = statement.clone();
    own.effect = own.effect.map(|(_, span)| (Effect::Allow, span));
    with(policy, vec![own])
}

/// A policy without one of its statements.
pub(super) fn without<'s>(policy: &Policy<'s>, statement: &Statement<'s>) -> Policy<'s> {
    with(policy, policy.statements.iter().filter(|own| own.mark != statement.mark).cloned().collect())
}

/// Whether it is proved that no request is allowed by the one and not by the other.
pub(super) fn holds(allowed_by: &Policy<'_>, not_by: Option<&Policy<'_>>, reference: &Reference) -> bool {
    let question = Question { allowed_by: vec![allowed_by], not_by: not_by.into_iter().collect(), among: Among::default() };
    matches!(prove(&question, reference, Budget::default()), Proof::Holds)
}

fn with<'s>(policy: &Policy<'s>, statements: Vec<Statement<'s>>) -> Policy<'s> {
    Policy {
        kind: policy.kind,
        guessed: policy.guessed,
        mark: policy.mark,
        range: policy.range,
        size: policy.size,
        has_hole: policy.has_hole,
        version: policy.version,
        version_span: policy.version_span,
        id: None,
        statements,
        later: policy.later,
        faults: Vec::new(),
    }
}
