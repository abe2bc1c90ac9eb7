//! Lints AWS IAM trust and permission policies, and simulates web-identity and Cognito role selection, offline.

pub mod arn;
#[cfg(feature = "aws")]
pub mod aws;
pub mod compare;
pub mod config;
pub mod evaluate;
pub mod expect;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod identity;
pub mod inventory;
pub mod lint;
pub mod pattern;
pub mod policy;
pub mod prove;
pub mod reach;
pub mod reference;
pub mod repair;
pub mod report;
pub mod rules;
pub mod script;
pub mod simulate;
pub mod source;
pub mod spelling;
pub mod syntax;
