//! What the measurements share.

pub(crate) mod dump;
pub(crate) mod instructions;
pub(crate) mod lint;
pub(crate) mod managed;
pub(crate) mod measure;
pub(crate) mod row;
pub(crate) mod trusts;
