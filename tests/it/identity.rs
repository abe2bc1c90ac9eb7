//! The tokens that user pools make from groups.

use rolecall::identity::{Claim, Issuer, Token};
use rolecall::inventory::{Inventory, SignInError};
use rolecall::source::Sources;

/// Groups as `name precedence role`, `-` for none, and the roles that the token then prefers.
#[rustfmt::skip]
static PREFERRED: &[(&str, &[&str], &str)] = &[
    ("claim-lowest-wins",       &["Admin 1 admin", "Editor 10 editor"], "admin"),
    ("claim-lowest-wins",       &["Editor 10 editor", "Admin 1 admin"], "admin"),
    ("zero is best",            &["Admin 1 admin", "Editor 0 editor"], "editor"),
    ("none loses to any",       &["Admin - admin", "Editor 2147483647 editor"], "editor"),
    ("tie, other roles",        &["Admin 1 admin", "Editor 1 editor"], "none"),
    ("tie, same role",          &["Admin 1 admin", "Owner 1 admin", "Editor 2 editor"], "admin"),
    ("tie below the best",      &["Admin 1 admin", "Editor 2 editor", "Author 2 author"], "admin"),
    ("all without precedence",  &["Admin - admin", "Editor - editor"], "none"),
    ("one role in all",         &["Admin - admin", "Staff 0 -"], "admin"),
    ("one role in all",         &["Admin 3 admin", "Owner 3 admin"], "admin"),
    ("best group has no role",  &["Staff 0 -", "Admin 1 admin", "Editor 2 editor"], "unknown"),
    ("no group has a role",     &["Staff 0 -", "Other 1 -"], "none"),
    ("no group",                &[], "none"),
];

#[test]
fn the_preferred_role_of_groups() {
    for (what, groups, expected) in PREFERRED {
        let token = sign_in(groups).unwrap();
        let got = match token.claims.get("cognito:preferred_role") {
            None => "none",
            Some(Claim::Text(arn)) => arn.rsplit('/').next().unwrap(),
            Some(Claim::Unknown(_)) => "unknown",
            Some(other) => panic!("{other:?}"),
        };
        assert_eq!(got, *expected, "{what}: {groups:?}");
    }
}

#[test]
fn the_other_claims_of_groups() {
    let token = sign_in(&["Admin 1 admin", "Staff 5 -", "Owner 2 admin"]).unwrap();
    let values = |name: &str| token.claims.get(name).map(|claim| claim.values().join(" "));
    assert_eq!(values("cognito:groups").as_deref(), Some("Admin Staff Owner"));
    assert_eq!(values("cognito:roles").as_deref(), Some("arn:aws:iam::111122223333:role/admin"));
    assert_eq!(values("token_use").as_deref(), Some("id"));
    assert_eq!(token.issuer, Issuer::UserPool("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers".to_owned()));

    let nobody = sign_in(&[]).unwrap();
    assert_eq!(nobody.claims.get("cognito:groups"), None);
    assert_eq!(nobody.claims.get("cognito:roles"), None);
}

#[test]
fn groups_that_are_not_there() {
    let sources = Sources::new();
    let inventory = read(&sources);
    assert_eq!(inventory.sign_in(&["Admin"], None).unwrap_err(), SignInError::NoGroup("Admin".to_owned()));
    assert_eq!(inventory.sign_in(&[], None).unwrap_err(), SignInError::NoUserPool);
}

fn sign_in(groups: &[&str]) -> Result<Token, SignInError> {
    let mut list = Vec::new();
    let mut names = Vec::new();
    for group in groups {
        let [name, precedence, role] = group.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let precedence = if precedence == "-" { String::new() } else { format!(r#", "Precedence": {precedence}"#) };
        let role = if role == "-" { String::new() } else { format!(r#", "RoleArn": "arn:aws:iam::111122223333:role/{role}""#) };
        list.push(format!(r#"{{"GroupName": "{name}", "UserPoolId": "eu-west-1_Rb4cUsers"{role}{precedence}}}"#));
        names.push(name);
    }
    let mut sources = Sources::new();
    sources.add("groups.json", format!(r#"{{"Groups": [{}]}}"#, list.join(", ")));
    sources.add("pool.json", r#"{"UserPool": {"Id": "eu-west-1_Rb4cUsers"}}"#);
    read(&sources).sign_in(&names, None)
}

fn read(sources: &Sources) -> Inventory<'_> {
    let mut inventory = Inventory::new(None);
    sources.iter().for_each(|(id, _)| inventory.read(sources, id));
    inventory
}
