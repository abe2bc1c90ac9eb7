//! Who may take a role.

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[];
