//! What needs the features `aws` and `lsp`: a live account, and the language server. Expectations stand in files, as those of the other tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test tells that something is wrong by panicking"
)]

#[path = "../it/chance.rs"]
mod chance;
#[cfg(feature = "aws")]
mod live;
mod lsp;
#[cfg(feature = "aws")]
mod parts;
#[path = "../it/seeds.rs"]
mod seeds;
#[allow(dead_code, reason = "the other tests need more of it")]
#[path = "../it/support.rs"]
mod support;
#[allow(dead_code, reason = "the other tests need more of it")]
#[path = "../it/transcript.rs"]
mod transcript;

// for what is taken in from the library
#[cfg(feature = "aws")]
use rolecall::{source, syntax};
