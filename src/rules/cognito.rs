//! How user pools and identity pools hand out roles.

mod ambiguous_role_falls_back;
mod claim_control;
mod client_without_mapping;
mod loose_mapping_rule;
mod pool_client;
mod pool_roles;
mod precedence_tie;
mod shared_group_trust;
mod strength;
mod user_writable_claim;

use crate::lint::Check;

pub(super) use pool_roles::pool_roles;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &shared_group_trust::RULE, run: shared_group_trust::check },
    Check { rule: &ambiguous_role_falls_back::RULE, run: ambiguous_role_falls_back::check },
    Check { rule: &precedence_tie::RULE, run: precedence_tie::check },
    Check { rule: &client_without_mapping::RULE, run: client_without_mapping::check },
    Check { rule: &user_writable_claim::RULE, run: user_writable_claim::check },
    Check { rule: &loose_mapping_rule::RULE, run: loose_mapping_rule::check },
];
