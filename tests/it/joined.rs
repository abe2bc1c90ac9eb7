//! What lies in several files and belongs together, and what only seems to.

use rolecall::inventory::{Inventory, Role, SignInError};
use rolecall::lint::Facts;
use rolecall::policy::Instant;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::simulate::{Access, Flow, Login, Outcome, Question, Simulation};

use crate::support::{simulate, with_inventory};

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";

fn trust() -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"cognito-identity.amazonaws.com:aud": "{POOL}"}}}}}}}}"#
    )
}

fn role(account: &str) -> String {
    let arn = format!("arn:aws:iam::{account}:role/app");
    format!(r#"{{"Role": {{"RoleName": "app", "Arn": "{arn}", "AssumeRolePolicyDocument": {}}}}}"#, trust())
}

fn role_policy(action: &str) -> String {
    format!(
        r#"{{"RoleName": "app", "PolicyName": "p", "PolicyDocument": {{"Version": "2012-10-17",
        "Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}}}"#
    )
}

fn actions(role: &Role<'_>) -> Vec<String> {
    let statements = role.permissions.iter().flat_map(|named| &named.policy.statements);
    let patterns = statements.filter_map(|statement| statement.actions.as_ref()).flat_map(|actions| &actions.list);
    patterns.map(|pattern| pattern.text.shown().into_owned()).collect()
}

fn with<T>(files: &[(&str, String)], look: impl FnOnce(&Inventory<'_>) -> T) -> T {
    with_inventory(None, files.iter().cloned(), |_, inventory| look(inventory))
}

/// Role names are unique in one account only. The policies of a role name no account: the folder tells.
#[test]
fn roles_of_one_name_in_two_accounts() {
    let mut files = [
        ("prod/get-role-policy.json", role_policy("s3:GetObject")),
        ("prod/get-role.json", role("111122223333")),
        ("staging/get-role-policy.json", role_policy("s3:*")),
        ("staging/get-role.json", role("444455556666")),
    ];
    for _ in 0..files.len() {
        files.rotate_left(1);
        with(&files, |inventory| {
            assert_eq!(inventory.roles.len(), 2);
            let of = |account| inventory.role(&format!("arn:aws:iam::{account}:role/app")).map(actions).unwrap();
            assert_eq!(of("111122223333"), ["s3:GetObject"], "{files:?}");
            assert_eq!(of("444455556666"), ["s3:*"], "{files:?}");
        });
    }
}

/// A trust policy that another input replaces is still looked at, and whoever asks for the role is told which one counts.
#[test]
fn two_trust_policies_of_one_role() {
    let before = role("111122223333");
    let after = before.replace(POOL, "eu-west-1:0a1b2c3d-7b3a-4e58-9c06-d1a2b3c4e5f6");
    with(&[("a/get-role.json", before.clone()), ("b/get-role.json", before.clone())], |inventory| {
        assert!(inventory.roles[0].other_trusts.is_empty(), "the same words");
    });
    with(&[("a/get-role.json", before), ("b/get-role.json", after)], |inventory| {
        assert_eq!(inventory.roles.len(), 1);
        assert_eq!(inventory.all_policies().count(), 2, "both are looked at");
        let answer = simulate(inventory, &Question { role: Some("app"), pool: Some(POOL), ..guest() });
        assert_eq!(answer.outcome, Outcome::Denied, "the last one counts");
        assert!(answer.assumptions.iter().any(|own| own.starts_with("of several trust policies of `app`")), "{answer:?}");
    });
}

#[test]
fn the_parts_of_a_role_in_several_folders() {
    let files = [("policies/app.json", role_policy("s3:GetObject")), ("roles/app.json", role("111122223333"))];
    for files in [files.clone(), {
        let [one, other] = files;
        [other, one]
    }] {
        with(&files, |inventory| {
            assert_eq!(inventory.roles.len(), 1);
            assert_eq!(actions(&inventory.roles[0]), ["s3:GetObject"]);
        });
    }
}

/// A role of another account than the one that is named is another role, whatever its name.
#[test]
fn a_role_of_another_account() {
    with(&[("role.json", role("111122223333"))], |inventory| {
        assert!(inventory.role("app").is_some());
        assert!(inventory.role("arn:aws:iam::111122223333:role/app").is_some());
        assert!(inventory.role("arn:aws:iam::444455556666:role/app").is_none());
    });
    with(&[("app.json", trust())], |inventory| {
        assert!(inventory.role("arn:aws:iam::444455556666:role/path/app").is_some(), "its account is not known");
    });
}

/// A name that no role has is never taken for another role.
#[test]
fn a_role_that_was_not_given() {
    with(&[("app.json", trust())], |inventory| {
        let answer = ask(inventory, &Question { role: Some("ap"), ..guest() });
        assert_eq!(answer.outcome, Outcome::Undecided);
        assert_eq!(answer.role, None);
    });
}

/// A policy that was given by itself is a role's only where there is one role that lacks its own.
#[test]
fn whose_policies_those_are_that_name_no_role() {
    let policy =
        || r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#.to_owned();
    let read = Access { action: "s3:GetObject", resource: "arn:aws:s3:::a/b" };
    let question = || Question { role: Some("app"), pool: Some(POOL), access: vec![read], ..guest() };
    let details = format!(
        r#"{{"RoleDetailList": [{{"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "RolePolicyList": [],
        "AttachedManagedPolicies": [], "AssumeRolePolicyDocument": {}}}]}}"#,
        trust()
    );
    #[rustfmt::skip]
    let table = [
        (vec![("app.json", trust()), ("policy.json", policy())], Outcome::Allowed),
        (vec![("app.json", role("111122223333")), ("policy.json", policy())], Outcome::Allowed),
        (vec![("app.json", trust()), ("other.json", trust()), ("policy.json", policy())], Outcome::Undecided),
        (vec![("app.json", role("111122223333"))], Outcome::Undecided),
        (vec![("app.json", role("111122223333")), ("app-policy.json", role_policy("sqs:*")), ("policy.json", policy())], Outcome::Denied),
        (vec![("details.json", details.clone())], Outcome::Denied),
        (vec![("details.json", details), ("policy.json", policy())], Outcome::Denied),
    ];
    for (files, expected) in table {
        with(&files, |inventory| {
            assert_eq!(ask(inventory, &question()).permission, Some(expected), "{files:?}");
        });
    }
}

/// Nothing of an account's details is dropped: policies of users and groups, and those that nobody has, are read too.
#[test]
fn policies_of_an_account_that_no_role_has() {
    let document = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Alow", "Action": "s3:*", "Resource": "*"}}"#;
    let managed = |name: &str| {
        format!(
            r#"{{"PolicyName": "{name}", "Arn": "arn:aws:iam::111122223333:policy/{name}",
            "PolicyVersionList": [{{"Document": {document}, "IsDefaultVersion": true}}]}}"#
        )
    };
    let role = |name: &str| {
        format!(
            r#"{{"RoleName": "{name}", "Arn": "arn:aws:iam::111122223333:role/{name}", "AssumeRolePolicyDocument": {},
            "RolePolicyList": [], "AttachedManagedPolicies": [{{"PolicyArn": "arn:aws:iam::111122223333:policy/shared"}}]}}"#,
            trust()
        )
    };
    let details = format!(
        r#"{{"UserDetailList": [{{"UserPolicyList": [{{"PolicyName": "u", "PolicyDocument": {document}}}]}}],
        "GroupDetailList": [{{"GroupPolicyList": [{{"PolicyName": "g", "PolicyDocument": {document}}}]}}],
        "RoleDetailList": [{}, {}], "Policies": [{}, {}]}}"#,
        role("one"),
        role("two"),
        managed("shared"),
        managed("nobodys")
    );
    with_inventory(None, [("details.json", details)].into_iter(), |sources, inventory| {
        let findings = rules::run(&Facts {
            sources,
            inventory,
            config: &rolecall::config::Config::default(),
            reference: &Reference::default(),
        });
        let found = findings.iter().filter(|finding| finding.rule == "unknown-effect").count();
        assert_eq!(found, 4, "one for each document, however many roles have it");
    });
}

/// A user is in one user pool. Which of several is told by the groups, the app client, or what identity pools take.
#[test]
fn groups_of_one_name_in_two_user_pools() {
    let group = |name: &str, pool: &str| format!(r#"{{"Group": {{"GroupName": "{name}", "UserPoolId": "{pool}"}}}}"#);
    let identity_pool = |pool: &str| {
        format!(
            r#"{{"IdentityPoolId": "{POOL}", "IdentityPoolName": "p", "CognitoIdentityProviders":
            [{{"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/{pool}", "ClientId": "web"}}]}}"#
        )
    };
    let client = r#"{"UserPoolClient": {"ClientId": "mobile", "UserPoolId": "eu-west-1_A"}}"#.to_owned();
    let mut files = vec![
        ("1.json", group("Editor", "eu-west-1_A")),
        ("2.json", group("Editor", "eu-west-1_B")),
        ("3.json", group("Admin", "eu-west-1_B")),
        ("4.json", client),
        ("5.json", group("Guest", "eu-west-1_A")),
    ];
    let pool_of = |files: &[(&str, String)], groups: &[&str], client| {
        with(files, |inventory| {
            inventory
                .sign_in(groups, client)
                .map(|token| token.claims.text("iss").unwrap().rsplit('_').next().unwrap().to_owned())
        })
    };
    assert_eq!(pool_of(&files, &["Editor"], None), Err(SignInError::Several));
    assert_eq!(pool_of(&files, &["Editor"], Some("mobile")), Ok("A".to_owned()));
    assert_eq!(pool_of(&files, &["Editor", "Admin"], None), Ok("B".to_owned()));
    assert_eq!(pool_of(&files, &["Guest", "Admin"], None), Err(SignInError::Apart));
    assert_eq!(pool_of(&files, &["Gues"], None), Err(SignInError::NoGroup("Gues".to_owned())));
    files.push(("6.json", identity_pool("eu-west-1_B")));
    assert_eq!(pool_of(&files, &["Editor"], None), Ok("B".to_owned()));
    assert_eq!(pool_of(&files, &[], None), Ok("B".to_owned()));
}

struct Answer {
    outcome: Outcome,
    role: Option<String>,
    permission: Option<Outcome>,
}

fn ask(inventory: &Inventory<'_>, question: &Question<'_>) -> Answer {
    let Simulation { outcome, role, permissions, .. } = simulate(inventory, question);
    Answer { outcome, role: role.map(|role| role.name), permission: permissions.first().map(|own| own.outcome) }
}

fn guest() -> Question<'static> {
    Question { flow: Flow::Classic, ..Question::new(Login::Guest, Instant::from_seconds(1_795_435_200)) }
}
