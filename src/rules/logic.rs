//! Statements and conditions that do not do what they seem to.

mod wildcard_without_like;

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[Check { rule: &wildcard_without_like::RULE, run: wildcard_without_like::check }];
