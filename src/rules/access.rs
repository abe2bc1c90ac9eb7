//! Who may do what to what.

mod broken_assertion;
mod public_resource;

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &public_resource::RULE, run: public_resource::check },
    Check { rule: &broken_assertion::RULE, run: broken_assertion::check },
];
