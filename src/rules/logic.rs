//! Statements and conditions that do not do what they seem to.

mod alone;
mod dead_statement;
mod redundant_statement;
mod wildcard_without_like;

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &wildcard_without_like::RULE, run: wildcard_without_like::check },
    Check { rule: &dead_statement::NEVER, run: dead_statement::never },
    Check { rule: &dead_statement::UNDER_DENY, run: dead_statement::under_deny },
    Check { rule: &redundant_statement::RULE, run: redundant_statement::check },
];
