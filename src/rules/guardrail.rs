//! Policies of an organization that do not guard what they seem to, or hit their own.

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[];
