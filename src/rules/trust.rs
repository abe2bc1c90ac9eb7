//! Who may take a role.

mod amr_for_all_values;
mod amr_wildcard;
mod audience_not_pinned;
mod foreign_issuer_key;
mod guest_can_assume;
mod guests;
mod loose_audience;
mod principal_action_mismatch;
mod sample_pool_id;
pub(super) mod subjects;

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &audience_not_pinned::RULE, run: audience_not_pinned::check },
    Check { rule: &loose_audience::RULE, run: loose_audience::check },
    Check { rule: &guest_can_assume::RULE, run: guest_can_assume::check },
    Check { rule: &amr_wildcard::RULE, run: amr_wildcard::check },
    Check { rule: &amr_for_all_values::RULE, run: amr_for_all_values::check },
    Check { rule: &foreign_issuer_key::RULE, run: foreign_issuer_key::check },
    Check { rule: &principal_action_mismatch::RULE, run: principal_action_mismatch::check },
    Check { rule: &sample_pool_id::RULE, run: sample_pool_id::check },
];
