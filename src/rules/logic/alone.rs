//! Policies with some of their statements only, to ask the prover about.

use std::sync::OnceLock;

use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{self, Effect, Patterns, Policy, PolicyKind, Statement};
use crate::prove::{Among, Budget, Held, Question, Values, proved_each};
use crate::reference::Reference;
use crate::source::SourceId;
use crate::syntax::json;

/// A policy with this statement alone, as one that allows.
pub(in crate::rules) fn only<'s>(policy: &Policy<'s>, statement: &Statement<'s>) -> Policy<'s> {
    with(policy, vec![allowing(statement)])
}

/// A policy with this statement and those of its own that deny.
pub(in crate::rules) fn beside_denies<'s>(policy: &Policy<'s>, statement: Statement<'s>) -> Policy<'s> {
    with(policy, std::iter::once(statement).chain(policy.with_effect(Effect::Deny).cloned()).collect())
}

/// A statement as one that allows.
pub(in crate::rules) fn allowing<'s>(statement: &Statement<'s>) -> Statement<'s> {
    let mut own = statement.clone();
    own.effect = own.effect.map(|(_, span)| (Effect::Allow, span));
    own
}

/// Whether it is proved that no request is allowed by the one and not by the other.
pub(in crate::rules) fn holds(allowed_by: &Policy<'_>, not_by: Option<&Policy<'_>>, reference: &Reference) -> bool {
    holds_among(allowed_by, not_by, &Among::default(), reference)
}

/// The same of certain requests.
pub(in crate::rules) fn holds_among(
    allowed_by: &Policy<'_>,
    not_by: Option<&Policy<'_>>,
    among: &Among,
    reference: &Reference,
) -> bool {
    let question = Question { allowed_by: vec![allowed_by], not_by: not_by.into_iter().collect(), among: among.clone() };
    proved_each(&question, reference, Budget::default()).iter().all(|(_, is_proved)| *is_proved)
}

/// That a request holds none of the keys of users and roles which statements name: calls of services by themselves do not.
pub(in crate::rules) fn lacking_principal<'p, 's: 'p>(
    statements: impl IntoIterator<Item = &'p Statement<'s>>,
    reference: &Reference,
) -> Vec<Held> {
    let keys = statements.into_iter().flat_map(|own| &own.conditions).filter_map(|own| own.key.known());
    let of_principal = keys.filter(|key| reference.key(key).and_then(|own| own.global).is_some_and(|own| own.of_principal));
    let mut held: Vec<Held> = Vec::new();
    for key in of_principal {
        if !held.iter().any(|own| own.key.eq_ignore_ascii_case(key)) {
            held.push(Held { key: key.to_owned(), values: Values::None });
        }
    }
    held
}

/// A policy that allows everything, as those of administrators do for them; with a principal, which is everybody, or without.
pub(in crate::rules) fn everything(principal: bool) -> &'static Policy<'static> {
    static WITH: OnceLock<Policy<'static>> = OnceLock::new();
    static WITHOUT: OnceLock<Policy<'static>> = OnceLock::new();
    let read = |text: &'static str, kind| policy::read(json::read(SourceId::NONE, text).root(), kind);
    if principal {
        let text = r#"{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" } }"#;
        WITH.get_or_init(|| read(text, PolicyKind::Resource))
    } else {
        let text = r#"{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } }"#;
        WITHOUT.get_or_init(|| read(text, PolicyKind::Scp))
    }
}

/// A policy with these statements alone.
pub(in crate::rules) fn with<'s>(policy: &Policy<'s>, statements: Vec<Statement<'s>>) -> Policy<'s> {
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
        statements: statements.into(),
        later: policy.later,
        otherwise: policy.otherwise,
        faults: Vec::new(),
    }
}

/// Whether each pattern of the one may be among those of the other: a look before the question, which costs more. A pattern is among what
/// it stands for itself.
pub(in crate::rules) fn may_cover(wide: Option<&Patterns<'_>>, narrow: Option<&Patterns<'_>>, mode: Mode) -> bool {
    let (Some(wide), Some(narrow)) = (wide, narrow) else { return wide.is_none() && narrow.is_none() };
    if wide.negated || narrow.negated {
        return wide.negated;
    }
    narrow.list.iter().all(|own| may_hold(wide, own, mode))
}

/// Whether what denies may deny all that a statement allows: all of its actions on its first resource, and its first action on all others.
pub(in crate::rules) fn may_be_denied(policy: &Policy<'_>, allow: &Statement<'_>) -> bool {
    let (actions, resources) = (listed(allow.actions.as_ref()), listed(allow.resources.as_ref()));
    let is_denied = |(action, resource): (Option<&Pattern<'_>>, Option<&Pattern<'_>>)| {
        let holds = |own: Option<&Patterns<'_>>, pattern: Option<&Pattern<'_>>, mode| match (own, pattern) {
            (Some(own), Some(pattern)) => may_hold(own, pattern, mode),
            _ => true,
        };
        policy.with_effect(Effect::Deny).any(|deny| {
            deny.actions.is_some()
                && holds(deny.actions.as_ref(), action, Mode::Action)
                && holds(deny.resources.as_ref(), resource, Mode::Resource)
        })
    };
    let by_action = actions.iter().map(|own| (Some(own), resources.first()));
    let by_resource = resources.iter().skip(1).map(|own| (actions.first(), Some(own)));
    allow.actions.is_some() && is_denied((actions.first(), resources.first())) && by_action.chain(by_resource).all(is_denied)
}

/// What a list names; nothing where it names what it is not about.
fn listed<'p, 's>(list: Option<&'p Patterns<'s>>) -> &'p [Pattern<'s>] {
    list.filter(|own| !own.negated).map_or(&[], |own| &own.list)
}

/// Whether a pattern may be among what a list is about. It is among what it stands for itself; what has variables is left to the question.
fn may_hold(list: &Patterns<'_>, own: &Pattern<'_>, mode: Mode) -> bool {
    let Some(text) = own.plain().filter(|_| !list.negated) else { return true };
    list.list.iter().any(|own| own.plain().is_none_or(|own| matches(&[Unit::Wild(own)], text, mode)))
}
