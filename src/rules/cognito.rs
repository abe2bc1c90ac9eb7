//! How user pools and identity pools hand out roles.

use crate::lint::Check;

pub(super) static CHECKS: &[Check] = &[];
