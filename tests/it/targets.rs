//! The fuzz targets: for each a function that takes any bytes, and panics where a law is broken.
//!
//! `fuzz/` sends them what libFuzzer makes up, and `fuzzed.rs` the seeds with a few changes.

#![allow(unreachable_pub, reason = "the package of the fuzz targets takes this file in, and hands it on")]

#[path = "targets/decide.rs"]
mod decide;
#[path = "targets/fix.rs"]
mod fix;
#[path = "targets/hcl.rs"]
mod hcl;
#[path = "targets/inventory.rs"]
mod inventory;
#[path = "targets/json.rs"]
mod json;
#[path = "targets/laws.rs"]
mod laws;
#[path = "targets/policy.rs"]
mod policy;
#[path = "targets/prove.rs"]
mod prove;
#[path = "targets/requests.rs"]
mod requests;
#[path = "targets/saml.rs"]
mod saml;
#[path = "targets/token.rs"]
mod token;
#[path = "targets/toml.rs"]
mod toml;
#[path = "targets/yaml.rs"]
mod yaml;

pub use decide::decide;
pub use fix::fix;
pub use hcl::hcl;
pub use inventory::inventory;
pub use json::json;
pub use laws::rereads;
pub use policy::policy;
pub use prove::prove;
pub use saml::saml;
pub use token::token;
pub use toml::toml;
pub use yaml::yaml;
