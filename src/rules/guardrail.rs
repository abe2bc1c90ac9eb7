//! Policies of an organization that do not guard what they seem to, or hit their own.

mod anonymous;
mod everybody;
mod exempt_name;
mod other_issuers;
mod services;

use crate::lint::{Check, Facts};
use crate::policy::{Effect, Policy, PolicyKind, Statement};

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &everybody::RULE, run: everybody::check },
    Check { rule: &services::RULE, run: services::check },
    Check { rule: &anonymous::RULE, run: anonymous::check },
    Check { rule: &other_issuers::RULE, run: other_issuers::check },
    Check { rule: &exempt_name::RULE, run: exempt_name::check },
];

/// The statements of resource control policies that deny.
fn of_rcps<'i, 's>(facts: &Facts<'i, 's>) -> impl Iterator<Item = (&'i Policy<'s>, &'i Statement<'s>)> + use<'i, 's> {
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    let stored = policies.filter(|own| own.kind == PolicyKind::Rcp && own.refusal().is_none());
    stored.flat_map(|policy| policy.with_effect(Effect::Deny).map(move |own| (policy, own)))
}
