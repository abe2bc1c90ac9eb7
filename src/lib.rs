//! Lints AWS IAM trust and permission policies, and simulates web-identity and Cognito role selection, offline.

pub mod arn;
pub mod evaluate;
pub mod finding;
pub mod pattern;
pub mod policy;
pub mod source;
pub mod spelling;
pub mod syntax;
