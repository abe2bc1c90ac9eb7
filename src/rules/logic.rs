//! Statements and conditions that do not do what they seem to.

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[];
