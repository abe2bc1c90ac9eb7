//! Statements and conditions that do not do what they seem to.

mod address;
pub(super) mod alone;
mod dead_statement;
mod empty;
mod expired;
mod global_services;
mod hard_coded_arn;
mod if_exists;
mod keyless;
mod redundant_statement;
mod redundant_value;
mod secure_transport;
mod sensitive_key;
mod spared;
pub(super) mod walk;
mod wildcard_without_like;

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &wildcard_without_like::RULE, run: wildcard_without_like::check },
    Check { rule: &dead_statement::NEVER, run: dead_statement::never },
    Check { rule: &dead_statement::UNDER_DENY, run: dead_statement::under_deny },
    Check { rule: &redundant_statement::RULE, run: redundant_statement::check },
    Check { rule: &redundant_value::RULE, run: redundant_value::check },
    Check { rule: &empty::LIST, run: empty::list },
    Check { rule: &empty::CONDITION, run: empty::condition },
    Check { rule: &expired::RULE, run: expired::check },
    Check { rule: &address::HOST_BITS, run: address::host_bits },
    Check { rule: &address::PRIVATE, run: address::private },
    Check { rule: &address::ANY, run: address::any },
    Check { rule: &sensitive_key::RULE, run: sensitive_key::check },
    Check { rule: &secure_transport::RULE, run: secure_transport::check },
    Check { rule: &keyless::RULE, run: keyless::check },
    Check { rule: &global_services::RULE, run: global_services::check },
    Check { rule: &if_exists::RULE, run: if_exists::check },
    Check { rule: &hard_coded_arn::RULE, run: hard_coded_arn::check },
];
