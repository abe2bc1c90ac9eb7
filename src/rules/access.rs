//! Who may do what to what.

mod absent_key;
mod boundary;
mod broken_assertion;
mod every_action;
mod forbidden_access;
mod insecure_transport;
mod mfa;
mod not_principal;
mod owner_locked_out;
mod private_address;
mod public_resource;
mod self_granted_tag;
mod unlisted_account;
pub(super) mod wide;
mod wildcard_in_service;

use crate::lint::Check;

pub(super) use public_resource::request;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &public_resource::RULE, run: public_resource::check },
    Check { rule: &unlisted_account::RULE, run: unlisted_account::check },
    Check { rule: &broken_assertion::RULE, run: broken_assertion::check },
    Check { rule: &not_principal::ALLOW, run: not_principal::allow },
    Check { rule: &not_principal::DENY, run: not_principal::deny },
    Check { rule: &owner_locked_out::RULE, run: owner_locked_out::check },
    Check { rule: &wildcard_in_service::RULE, run: wildcard_in_service::check },
    Check { rule: &mfa::RULE, run: mfa::check },
    Check { rule: &absent_key::RULE, run: absent_key::check },
    Check { rule: &private_address::RULE, run: private_address::check },
    Check { rule: &insecure_transport::RULE, run: insecure_transport::check },
    Check { rule: &every_action::RULE, run: every_action::check },
    Check { rule: &self_granted_tag::RULE, run: self_granted_tag::check },
    Check { rule: &boundary::RULE, run: boundary::check },
    Check { rule: &forbidden_access::RULE, run: forbidden_access::check },
];
