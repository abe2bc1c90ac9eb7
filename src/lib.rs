//! Lints AWS IAM trust and permission policies, and simulates web-identity and Cognito role selection, offline.

pub mod finding;
pub mod source;
pub mod syntax;
