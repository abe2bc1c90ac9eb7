//! What a user may write into the claims of the own ID token, by the settings of app client and user pool.

use super::client::PoolClient;
use crate::source::Span;

/// Who decides what a claim holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Control {
    /// The user writes any value; where the app client lists it. Without a list all standard attributes may be written.
    User {
        listed: Option<Span>,
        /// Not where it is not known whether a new address must be verified first, or whether a value may change at all.
        sure: bool,
    },
    /// The user writes a value that he proves to be his own: an address to which a code is sent.
    Owner,
    /// Not the user.
    Others,
    /// The app client was not given.
    Unknown,
}

/// Who decides what a claim holds in tokens for this client.
///
/// Source: `WriteAttributes` of the app client and `UserAttributeUpdateSettings` of the user pool in the API reference.
pub(crate) fn control(client: &PoolClient<'_, '_>, claim: &str) -> Control {
    if client.is_public {
        return of_public(client.host, claim);
    }
    let Some(settings) = client.client() else { return Control::Unknown };
    if !claim.starts_with("custom:") && !STANDARD.contains(&claim) {
        return Control::Others;
    }
    let listed = match &settings.write_attributes {
        Some(list) => match list.iter().find(|name| name.known() == Some(claim)) {
            Some(name) => Some(name.span()),
            None => return Control::Others,
        },
        // the default list is that of the standard attributes
        None if claim.starts_with("custom:") => return Control::Others,
        None => None,
    };
    let pool = client.user_pool();
    let attribute = pool.and_then(|pool| pool.attributes.iter().find(|attribute| attribute.name.known() == Some(claim)));
    let is_fixed = attribute.and_then(|attribute| attribute.mutable).is_some_and(|mutable| !mutable.value);
    if ADDRESSES.contains(&claim) {
        let verified_first = pool.is_some_and(|pool| pool.verified_first.iter().any(|name| name.known() == Some(claim)));
        return if is_fixed || verified_first { Control::Owner } else { Control::User { listed, sure: pool.is_some() } };
    }
    // what cannot change is still written once, at sign-up
    if is_fixed && client.is_admin_only() { Control::Others } else { Control::User { listed, sure: !client.lacks_settings() } }
}

/// Who decides what a claim of a public provider holds: an address and the domain of an organization whoever has those, the own name whoever
/// has it, and the rest the provider.
///
/// <https://developers.google.com/identity/openid-connect/openid-connect>
/// <https://developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token>
fn of_public(host: &str, claim: &str) -> Control {
    match (host, claim) {
        (_, "email") | ("accounts.google.com", "hd") => Control::Owner,
        ("accounts.google.com", "name" | "given_name" | "family_name" | "picture") => Control::User { listed: None, sure: true },
        _ => Control::Others,
    }
}

/// The attributes that are verified with a code.
const ADDRESSES: [&str; 2] = ["email", "phone_number"];

/// The standard attributes that users write. Not among them are `sub` and those that say whether an address is verified.
const STANDARD: [&str; 17] = [
    "address",
    "birthdate",
    "email",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];
