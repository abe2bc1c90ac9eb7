//! Whether one condition holds.
