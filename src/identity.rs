//! Who asks, and through what: tokens with their claims, assertions, user pools with their groups, identity pools with their roles.

pub mod claims;
mod groups;
pub mod keys;
pub mod pools;
pub mod providers;
pub mod saml;
pub mod signature;
pub mod subject;
pub mod times;
pub mod token;
pub mod uses;
mod wrapping;

pub use claims::{Claim, Claims};
pub use groups::id_token;
pub use keys::{Becomes, becomes};
pub use pools::{
    Ambiguous, Attribute, Client, Group, IdentityPool, Mapping, MappingType, MatchRule, MatchType, Provider, RoleMap, Setting,
    TagMap, UserPool,
};
pub use providers::{OidcProvider, ProviderKind, ProviderList};
pub use saml::{Assertion, AssertionError, RolePair, SamlSignature};
pub use signature::{KeySet, KeySetError, Signature};
pub use subject::{Holder, Naming, PartFault, Subject, Wanted};
pub use times::{TOLERANCE, Times, times};
pub use token::{Issuer, Token, TokenKind};
pub use uses::{Taker, Use, traded, uses};
pub use wrapping::TokenError;
