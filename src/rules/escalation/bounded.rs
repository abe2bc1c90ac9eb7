//! What of a policy whose document was not given a permissions boundary leaves to a role.

use super::holder::Holder;
use super::privilege::gravest;
use crate::finding::{Finding, Label};
use crate::inventory::Role;
use crate::policy::{Effect, Policy, Statement};
use crate::reference::{Escalation, Reference};
use crate::source::Span;

/// A role whose permissions boundary was given.
pub(in crate::rules) struct Bounded<'i, 's> {
    role: &'i Role<'s>,
    limit: &'i Policy<'s>,
    /// What its own policies take back.
    denials: Vec<Policy<'s>>,
    reference: &'i Reference,
}

impl<'i, 's> Bounded<'i, 's> {
    /// `None` where AWS would not store the boundary.
    pub(in crate::rules) fn of(role: &'i Role<'s>, limit: &'i Policy<'s>, reference: &'i Reference) -> Option<Self> {
        let denying = |own: &Policy<'s>| {
            let statements: Vec<_> = own.with_effect(Effect::Deny).cloned().collect();
            (!statements.is_empty()).then(|| Policy { statements: statements.into(), ..own.clone() })
        };
        let own = role.permissions.iter().map(|named| &named.policy).filter(|own| own.refusal().is_none());
        let denials = own.filter_map(denying).collect();
        limit.refusal().is_none().then_some(Self { role, limit, denials, reference })
    }

    /// Where the boundary allows everything, whatever a Deny takes back.
    pub(in crate::rules) fn everything(&self) -> Option<Span> {
        let holder = self.holder();
        holder.may_do_everything().then(|| holder.allowing().next())?.map(Statement::place)
    }

    /// Whether something is denied for all that.
    pub(in crate::rules) fn denies(&self) -> bool {
        !self.denials.is_empty() || self.limit.with_effect(Effect::Deny).next().is_some()
    }

    /// The gravest of the ways to more rights that need only actions of a service, or of any.
    pub(in crate::rules) fn way(&self, service: Option<&str>, attached: Span) -> Option<Finding> {
        let is_own = |name: &str| service.is_none_or(|own| name.split_once(':').is_some_and(|(prefix, _)| prefix == own));
        let is_meant = |set: &Escalation| set.actions.iter().all(|action| is_own(action.name));
        let found = gravest(&self.holder(), is_meant, || true)?;
        let places = std::iter::once(&found.primary).chain(&found.related).map(|label| label.span);
        let related = places.map(|span| Label::new(span, "its boundary allows it")).collect();
        Some(Finding { primary: Label::new(attached, "attached"), related, ..found })
    }

    /// The role with all that the boundary allows.
    fn holder(&self) -> Holder<'_, 's> {
        let policies = std::iter::once(self.limit).chain(&self.denials).collect();
        Holder::of(Some(self.role), policies, Some(self.limit), self.reference)
    }
}
