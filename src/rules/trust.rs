//! Who may take a role.

mod amr_for_all_values;
mod amr_wildcard;
mod any_certificate;
mod anyone_can_assume;
mod audience_not_pinned;
mod claim_without_key;
mod external_id_missing;
mod foreign_account;
mod foreign_issuer_key;
mod guest_can_assume;
mod guests;
mod impossible_subject;
mod loose_audience;
mod missing_provider;
mod open_user_pool_provider;
mod pool_role_without_condition;
mod principal_action_mismatch;
mod principal_key_for_token;
mod redundant_session;
mod saml_attribute_optional;
mod saml_audience_missing;
mod sample_pool_id;
mod shared_issuer_control;
pub(super) mod subjects;
mod tag_session_missing;
mod unexpected_account;
mod unexpected_provider;

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
    Check { rule: &shared_issuer_control::RULE, run: shared_issuer_control::check },
    Check { rule: &pool_role_without_condition::RULE, run: pool_role_without_condition::check },
    Check { rule: &anyone_can_assume::RULE, run: anyone_can_assume::check },
    Check { rule: &unexpected_account::RULE, run: unexpected_account::check },
    Check { rule: &external_id_missing::RULE, run: external_id_missing::check },
    Check { rule: &unexpected_provider::RULE, run: unexpected_provider::check },
    Check { rule: &missing_provider::RULE, run: missing_provider::check },
    Check { rule: &open_user_pool_provider::RULE, run: open_user_pool_provider::check },
    Check { rule: &claim_without_key::RULE, run: claim_without_key::check },
    Check { rule: &impossible_subject::RULE, run: impossible_subject::check },
    Check { rule: &principal_key_for_token::RULE, run: principal_key_for_token::check },
    Check { rule: &tag_session_missing::RULE, run: tag_session_missing::check },
    Check { rule: &saml_audience_missing::RULE, run: saml_audience_missing::check },
    Check { rule: &any_certificate::RULE, run: any_certificate::check },
    Check { rule: &redundant_session::RULE, run: redundant_session::check },
    Check { rule: &saml_attribute_optional::RULE, run: saml_attribute_optional::check },
];
