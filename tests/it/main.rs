//! The integration tests, one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test that meets the unexpected should fail loudly"
)]

mod cli;
mod gates;
mod grammar;
mod identity;
mod json;
mod patterns;
mod policy;
mod report;
mod selection;
