//! The statements and conditions of the policies that AWS stores.

use crate::finding::Fix;
use crate::lint::Facts;
use crate::pattern::Pattern;
use crate::policy::{Condition, Effect, Operator, Policy, PrincipalKind, Statement};
use crate::rules::mend::Mender;

/// A condition whose operator and key are known, with where it stands.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Line<'i, 's> {
    /// The policy.
    pub(in crate::rules) policy: &'i Policy<'s>,
    /// The statement.
    pub(in crate::rules) statement: &'i Statement<'s>,
    /// The condition.
    pub(in crate::rules) condition: &'i Condition<'s>,
    /// Its operator.
    pub(in crate::rules) operator: Operator,
    /// Its key, as written.
    pub(in crate::rules) key: &'i str,
}

/// All statements, each with its policy.
pub(in crate::rules) fn statements<'i, 's>(
    facts: &Facts<'i, 's>,
) -> impl Iterator<Item = (&'i Policy<'s>, &'i Statement<'s>)> + use<'i, 's> {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy).filter(|policy| policy.refusal().is_none());
    policies.flat_map(|policy| policy.statements.iter().map(move |statement| (policy, statement)))
}

/// All conditions.
pub(in crate::rules) fn lines<'i, 's>(facts: &Facts<'i, 's>) -> impl Iterator<Item = Line<'i, 's>> + use<'i, 's> {
    statements(facts).flat_map(|(policy, statement)| {
        statement.conditions.iter().filter_map(move |condition| {
            Some(Line { policy, statement, condition, operator: condition.operator?, key: condition.key.known()? })
        })
    })
}

/// Whether a statement has this effect.
pub(in crate::rules) fn has_effect(statement: &Statement<'_>, effect: Effect) -> bool {
    statement.effect.is_some_and(|(own, _)| own == effect)
}

/// Whether a pattern is nothing but `*`.
pub(in crate::rules) fn is_star(pattern: &Pattern<'_>) -> bool {
    pattern.plain().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte == b'*'))
}

impl<'i, 's> Line<'i, 's> {
    /// What mends its policy.
    pub(super) fn mender<'m>(&self, facts: &'m Facts<'_, '_>) -> Mender<'m, 's>
    where
        'i: 'm,
    {
        Mender::of(facts.sources, self.policy)
    }

    /// Another operator for it.
    pub(super) fn with_operator(&self, facts: &Facts<'_, '_>, operator: Operator) -> Option<Fix> {
        self.mender(facts).operator(self.statement, self.condition, operator)
    }

    /// Whether this is the key.
    pub(in crate::rules) fn is_of(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// Whether the statement denies.
    pub(in crate::rules) fn denies(&self) -> bool {
        has_effect(self.statement, Effect::Deny)
    }

    /// Whether the statement allows.
    pub(in crate::rules) fn allows(&self) -> bool {
        has_effect(self.statement, Effect::Allow)
    }

    /// Whether the statement asks for nothing else.
    pub(in crate::rules) fn is_alone(&self) -> bool {
        self.statement.conditions.len() == 1 && self.statement.later.is_none()
    }

    /// Whether it is all that keeps strangers out: what they may do then is looked at by other rules.
    pub(in crate::rules) fn is_all_before_strangers(&self) -> bool {
        let anybody =
            self.statement.principals.as_ref().is_some_and(|own| {
                own.list.iter().any(|own| own.kind == PrincipalKind::Anyone || own.value.known() == Some("*"))
            });
        anybody && self.allows() && self.is_alone()
    }
}
