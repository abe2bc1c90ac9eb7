//! Names that must exist and fit: actions, condition keys, resources, principals, held against the service reference.

mod absence;
mod action_outside_rcp_services;
mod action_resource_mismatch;
mod arn_form;
mod fit;
mod foreign_action_in_resource_policy;
mod impossible_resource;
mod key_never_present;
mod key_of_other_type;
mod malformed_arn;
mod multiplicity;
mod operator_of_other_type;
mod principal;
mod principal_key_for_service;
mod retired_condition_key;
mod unknown_action;
mod unknown_condition_key;
mod unknown_service;
mod unknown_variable;
mod wildcard_without_action;

use super::{address, view};
use crate::finding::Finding;
use crate::lint::Rule;
use view::View;

pub(super) use key_never_present::never_holds;

/// A rule with the function that looks for what it reports in one statement.
#[derive(Debug)]
pub(super) struct Check {
    /// The rule.
    pub(super) rule: &'static Rule,
    /// Adds a finding for each place.
    run: fn(&View<'_, '_, '_>, &mut Vec<Finding>),
}

/// The rules of this theme.
pub(super) static CHECKS: &[Check] = &[
    unknown_service::CHECK,
    malformed_arn::CHECK,
    action_resource_mismatch::CHECK,
    action_resource_mismatch::NEEDS_STAR_CHECK,
    arn_form::MISMATCH_CHECK,
    arn_form::TYPE_CHECK,
    arn_form::PARTITION_CHECK,
    impossible_resource::CHECK,
    principal::CHECK,
    principal::DELETED_CHECK,
    principal::SERVICE_CHECK,
    principal::PROVIDER_CHECK,
    unknown_action::CHECK,
    wildcard_without_action::CHECK,
    foreign_action_in_resource_policy::CHECK,
    action_outside_rcp_services::CHECK,
    unknown_condition_key::CHECK,
    retired_condition_key::DEPRECATED_CHECK,
    retired_condition_key::UNSUPPORTED_CHECK,
    key_never_present::CHECK,
    key_never_present::SOME_CHECK,
    key_of_other_type::CHECK,
    principal_key_for_service::CHECK,
    multiplicity::MANY_CHECK,
    multiplicity::SINGLE_CHECK,
    operator_of_other_type::CHECK,
    unknown_variable::CHECK,
];

/// How many places beside its own a finding shows.
const MOST_PLACES: usize = 3;

/// The findings in one statement.
pub(super) fn look(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    for check in CHECKS {
        (check.run)(view, findings);
    }
}
