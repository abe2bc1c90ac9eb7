//! How user pools and identity pools hand out roles.

mod ambiguous_role_falls_back;
mod client_without_mapping;
mod developer_provider;
mod enhanced_flow_shut;
mod grants;
mod loose_mapping_rule;
mod mapping_without_provider;
mod open_pool_in_trust;
mod pool_role_refuses;
mod pool_role_takes_over;
mod pool_roles;
mod precedence_overridden;
mod precedence_tie;
mod role_tag_shows;
mod same_role_for_guests;
mod shared_group_trust;
mod shared_issuer_in_pool;
mod sign_out_unnoticed;
mod strength;
mod unlimited_guest;
mod unscoped_role_for_anybody;
mod user_writable_claim;
mod user_writable_tag;

use crate::lint::Check;

pub(super) use pool_roles::pool_roles;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &shared_group_trust::RULE, run: shared_group_trust::check },
    Check { rule: &ambiguous_role_falls_back::RULE, run: ambiguous_role_falls_back::check },
    Check { rule: &precedence_tie::RULE, run: precedence_tie::check },
    Check { rule: &client_without_mapping::RULE, run: client_without_mapping::check },
    Check { rule: &mapping_without_provider::RULE, run: mapping_without_provider::check },
    Check { rule: &user_writable_claim::RULE, run: user_writable_claim::check },
    Check { rule: &loose_mapping_rule::RULE, run: loose_mapping_rule::check },
    Check { rule: &shared_issuer_in_pool::RULE, run: shared_issuer_in_pool::check },
    Check { rule: &unscoped_role_for_anybody::RULE, run: unscoped_role_for_anybody::check },
    Check { rule: &pool_role_takes_over::RULE, run: pool_role_takes_over::check },
    Check { rule: &open_pool_in_trust::RULE, run: open_pool_in_trust::check },
    Check { rule: &same_role_for_guests::RULE, run: same_role_for_guests::check },
    Check { rule: &unlimited_guest::RULE, run: unlimited_guest::check },
    Check { rule: &precedence_overridden::RULE, run: precedence_overridden::check },
    Check { rule: &user_writable_tag::RULE, run: user_writable_tag::check },
    Check { rule: &role_tag_shows::RULE, run: role_tag_shows::check },
    Check { rule: &developer_provider::BESIDE, run: developer_provider::beside },
    Check { rule: &developer_provider::UNSCOPED, run: developer_provider::unscoped },
    Check { rule: &sign_out_unnoticed::RULE, run: sign_out_unnoticed::check },
    Check { rule: &enhanced_flow_shut::RULE, run: enhanced_flow_shut::check },
    // behind the one that tells why
    Check { rule: &pool_role_refuses::REFUSES, run: pool_role_refuses::refuses },
    Check { rule: &pool_role_refuses::WITHOUT, run: pool_role_refuses::without },
];
