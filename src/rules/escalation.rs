//! Rights by which their holder comes by others.

mod actions;
mod bounded;
mod holder;
mod join;
mod pass_role;
mod privilege;
mod take_role;
mod writer;

use crate::finding::Finding;
use crate::lint::{Facts, Rule};
use holder::holders;

pub(super) use bounded::Bounded;
pub(super) use join::join;
pub(super) use privilege::RULE as PRIVILEGE;

pub(super) static RULES: [&Rule; 5] =
    [&privilege::RULE, &pass_role::ANY, &pass_role::ANY_SERVICE, &take_role::RULE, &writer::RULE];

/// The findings on all who hold identity policies.
pub fn findings(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let is_pedantic = facts.is_pedantic(&writer::RULE);
    for holder in holders(facts) {
        let before = findings.len();
        // most have nothing to do with this
        if holder.mentions_any() {
            let passes = holder.may_pass_any_role();
            privilege::check(&holder, passes, findings);
            if passes {
                pass_role::any(&holder, findings);
            }
            pass_role::any_service(facts, &holder, findings);
            take_role::check(&holder, findings);
        }
        if is_pedantic {
            writer::check(&holder, findings);
        }
        // a policy that several roles have is told of once
        for own in findings.split_off(before) {
            if !findings.iter().rev().any(|told| told.primary.span == own.primary.span && told.rule == own.rule) {
                findings.push(own);
            }
        }
    }
}
