//! Who may do what to what.

mod broken_assertion;
mod public_resource;
mod unlisted_account;

use crate::lint::Check;

pub(super) use public_resource::request;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &public_resource::RULE, run: public_resource::check },
    Check { rule: &unlisted_account::RULE, run: unlisted_account::check },
    Check { rule: &broken_assertion::RULE, run: broken_assertion::check },
];
