//! Reading policies.
