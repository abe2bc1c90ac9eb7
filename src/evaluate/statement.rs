//! Whether one statement applies.
