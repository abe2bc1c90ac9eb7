//! The fuzz targets, as the tests have them. They stand among the tests, for a package of the crate holds those and not this.

#[path = "../../tests/it/asked.rs"]
mod asked;
#[path = "../../tests/it/chance.rs"]
mod chance;
#[path = "../../tests/features/lsp/target.rs"]
mod lsp;
#[path = "../../tests/it/oracle.rs"]
mod oracle;
#[path = "../../tests/it/pairs.rs"]
mod pairs;
#[path = "../../tests/it/questions.rs"]
mod questions;
#[path = "../../tests/it/targets.rs"]
mod targets;

pub use lsp::lsp;
pub use targets::*;
