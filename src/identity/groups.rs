//! The ID token that a user pool makes for a user in some of its groups.
//!
//! Source: "Adding groups to a user pool" and "Using role-based access control" of the Cognito developer guide.

use super::{Claim, Claims, Group, Token};

/// The ID token of a user in these groups. `host` is the user pool as `cognito-idp.REGION.amazonaws.com/POOL`, `client`
/// the id of the app client.
pub fn id_token(host: &str, client: &str, groups: &[&Group<'_>]) -> Token {
    let mut claims = Claims::new();
    let set = |claims: &mut Claims, name: &str, value: &str| claims.set(name, Claim::Text(value.to_owned()));
    set(&mut claims, "sub", SAMPLE_USER);
    if !groups.is_empty() {
        claims.set("cognito:groups", Claim::list(groups.iter().map(|group| group.name.shown())));
    }
    if let Some(preferred) = preferred_role(groups) {
        claims.set("cognito:preferred_role", preferred);
    }
    set(&mut claims, "iss", &format!("https://{host}"));
    let roles = roles(groups);
    if has_open_role(groups) {
        claims.set("cognito:roles", Claim::Unknown(OPEN_ROLE));
    } else if !roles.is_empty() {
        claims.set("cognito:roles", Claim::list(roles));
    }
    set(&mut claims, "aud", client);
    set(&mut claims, "token_use", "id");
    Token { is_made: true, ..Token::from_claims(claims) }
}

const SAMPLE_USER: &str = "00000000-aaaa-4bbb-8ccc-000000000001";

/// The distinct roles of the groups. AWS documents no order; nothing may depend on it.
fn roles<'g>(groups: &[&'g Group<'_>]) -> Vec<&'g str> {
    let mut roles = Vec::new();
    for role in groups.iter().filter_map(|group| role_of(group)) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

const OPEN_ROLE: &str = "the role of a group is filled in later";

fn has_open_role(groups: &[&Group<'_>]) -> bool {
    groups.iter().filter_map(|group| group.role.as_ref()).any(|role| role.known().is_none())
}

fn role_of<'g>(group: &'g Group<'_>) -> Option<&'g str> {
    group.role.as_ref().and_then(|role| role.known())
}

/// The role of the group with the best precedence, if that is one role: the lowest number wins, no number comes last.
fn preferred_role(groups: &[&Group<'_>]) -> Option<Claim> {
    if has_open_role(groups) {
        return Some(Claim::Unknown(OPEN_ROLE));
    }
    let all = roles(groups);
    match all.as_slice() {
        [] => return None,
        [only] => return Some(Claim::Text((*only).to_owned())),
        _ => {}
    }
    if groups.iter().any(|group| group.has_open_precedence) {
        return Some(Claim::Unknown("the precedence of a group is filled in later, or no whole number from 0 on"));
    }
    let rank = |group: &Group<'_>| group.precedence.map_or(u64::MAX, |setting| u64::from(setting.value));
    let best = groups.iter().map(|group| rank(group)).min()?;
    let winners: Vec<&Group<'_>> = groups.iter().copied().filter(|group| rank(group) == best).collect();
    if winners.iter().any(|group| role_of(group).is_none()) {
        return Some(Claim::Unknown(
            "a group without a role has the best precedence, and AWS does not say which role then is preferred",
        ));
    }
    match roles(&winners).as_slice() {
        [only] => Some(Claim::Text((*only).to_owned())),
        _ => None,
    }
}
