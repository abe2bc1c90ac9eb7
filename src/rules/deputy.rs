//! Services of AWS that act for others: confused deputies.

mod confused_deputy;
mod foreign;
mod referer;
mod service_role;

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &confused_deputy::RULE, run: confused_deputy::check },
    Check { rule: &confused_deputy::WIDE, run: confused_deputy::wide },
    Check { rule: &referer::RULE, run: referer::check },
    Check { rule: &service_role::RULE, run: service_role::check },
];
