//! Who asks, and through what: tokens and their claims, user pools with their groups, identity pools with their roles.

pub mod claims;
mod groups;
pub mod keys;
pub mod pools;
pub mod subject;
pub mod token;

pub use claims::{Claim, Claims};
pub use groups::id_token;
pub use keys::{Becomes, becomes};
pub use pools::{
    Ambiguous, Attribute, Client, Group, IdentityPool, Mapping, MappingType, MatchRule, MatchType, Provider, RoleMap, Setting,
    UserPool,
};
pub use subject::{Holder, Naming, PartFault, Subject, Wanted};
pub use token::{Algorithm, Issuer, Token, TokenError};
