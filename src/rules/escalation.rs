//! Rights by which their holder comes by others.

mod holder;
mod join;
mod pass_role;
mod privilege;
mod take_role;
mod writer;

use crate::lint::Check;

pub(super) use join::join;

pub(super) static CHECKS: &[Check] = &[
    Check { rule: &privilege::RULE, run: privilege::check },
    Check { rule: &pass_role::ANY, run: pass_role::any },
    Check { rule: &pass_role::ANY_SERVICE, run: pass_role::any_service },
    Check { rule: &take_role::RULE, run: take_role::check },
    Check { rule: &writer::RULE, run: writer::check },
];
