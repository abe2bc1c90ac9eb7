//! Whom conditions on the caller let in, and what tokens say of the session: nobody is told to be kept out who gets in.

use rolecall::config::Config;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::Instant;
use rolecall::reach::{ADMINISTRATOR, Asked, Cell, Distance, reach, takers};
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::simulate::World;
use rolecall::source::Sources;

use crate::support;

fn with<T>(text: &str, look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    support::with_inventory(None, std::iter::once(("trust.json", text.to_owned())), look)
}

fn trust(principal: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{ "Version": "2012-10-17", "Statement": [{{ "Effect": "Allow", "Principal": {principal}, "Action": {action}, "Condition": {condition} }}] }}"#
    )
}

/// Who can take a role, and of whom that is not known.
fn asked(text: &str) -> (Vec<String>, Vec<String>) {
    let reference = Reference::default();
    with(text, |sources, inventory| {
        let found = takers(World { inventory, sources, reference: &reference }, &inventory.roles[0]);
        (found.takers.into_iter().map(|own| own.who).collect(), found.open.into_iter().map(|own| own.who).collect())
    })
}

/// The rules that a text breaks.
fn broken(text: &str) -> Vec<String> {
    let (config, reference) = (Config::default(), Reference::default());
    with(text, |sources, inventory| {
        let found = rules::run(&Facts { sources, inventory, config: &config, reference: &reference });
        found.iter().map(|own| own.rule.to_owned()).collect()
    })
}

const ROOT: &str = r#"{ "AWS": "arn:aws:iam::111122223333:root" }"#;
const ANYONE: &str = r#"{ "AWS": "*" }"#;

/// An account with conditions on who of it calls.
#[test]
fn an_account_is_narrowed_by_conditions_on_its_callers() {
    let all = "whomever account `111122223333` lets call `sts:AssumeRole`";
    let roles = "any session of any role of account `111122223333` that this lets call `sts:AssumeRole`";
    let arn = |text: &str| format!(r#"{{ "ArnLike": {{ "aws:PrincipalArn": "{text}" }} }}"#);
    let session = |text: &str| format!("any session of the role `{text}`");
    let sessions = |text: &str| format!("any session of a role like `{text}`");
    let deploy = "arn:aws:iam::111122223333:role/deploy";
    let reserved = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*";
    let in_path = "arn:aws:iam::*:role/path/deploy-*";
    for (condition, who) in [
        ("{}".to_owned(), vec![all.to_owned()]),
        (arn(deploy), vec![session(deploy)]),
        (arn(reserved), vec![sessions(reserved)]),
        (arn(in_path), vec![sessions(in_path)]),
        (arn("arn:aws:iam::111122223333:user/bob"), vec!["`arn:aws:iam::111122223333:user/bob`".to_owned()]),
        (
            r#"{ "StringEquals": { "aws:username": "bob" } }"#.to_owned(),
            vec!["a user `bob` of account `111122223333`".to_owned()],
        ),
        (r#"{ "Null": { "aws:username": "true" } }"#.to_owned(), vec![roles.to_owned()]),
        (r#"{ "StringEquals": { "aws:PrincipalType": "AssumedRole" } }"#.to_owned(), vec![roles.to_owned()]),
        (r#"{ "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::111122223333:user/*" } }"#.to_owned(), vec![roles.to_owned()]),
        (
            r#"{ "StringLike": { "aws:userid": "AROAEXAMPLE:*" } }"#.to_owned(),
            vec![format!("{all}, with `aws:userid` `AROAEXAMPLE:example`")],
        ),
        // root users take no role, and who is of another account is none of this one
        (arn("arn:aws:iam::111122223333:root"), Vec::new()),
        (arn("arn:aws:iam::444455556666:role/other"), Vec::new()),
    ] {
        assert_eq!(asked(&trust(ROOT, r#""sts:AssumeRole""#, &condition)), (who, Vec::new()), "{condition}");
    }
    let of_path = |arn: &str| {
        trust(
            r#"{ "AWS": "arn:aws:iam::111122223333:role/p/a" }"#,
            r#""sts:AssumeRole""#,
            &format!(r#"{{ "ArnEquals": {{ "aws:PrincipalArn": "{arn}" }} }}"#),
        )
    };
    assert_eq!(asked(&of_path("arn:aws:iam::111122223333:role/p/a")).0, [session("arn:aws:iam::111122223333:role/p/a")]);
    assert_eq!(asked(&of_path("arn:aws:iam::111122223333:role/a")).0, Vec::<String>::new());
}

#[test]
fn a_caller_with_a_hole_is_not_known() {
    for principal in [ROOT, ANYONE] {
        for condition in [
            r#"{ "StringLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/${NAME}-*" } }"#,
            r#"{ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::${ACCOUNT}:role/deploy" } }"#,
            r#"{ "StringEquals": { "aws:PrincipalArn": ["arn:aws:iam::${ACCOUNT}:role/a", "arn:aws:iam::${ACCOUNT}:role/b"] } }"#,
        ] {
            let (takers, open) = asked(&trust(principal, r#""sts:AssumeRole""#, condition));
            assert_eq!((takers.len(), open.len()), (0, 1), "{principal} {condition}");
        }
    }
}

/// Tokens of identity pools and of issuers of which nothing is known may tell session tags, the latter a source identity too.
#[test]
fn what_a_token_says_of_the_session_lets_it_in() {
    let pool = r#""cognito-identity.amazonaws.com:aud": "us-east-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6""#;
    let own = r#"{ "Federated": "arn:aws:iam::111122223333:oidc-provider/acme.example.com" }"#;
    let github = r#"{ "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }"#;
    let pools = r#"{ "Federated": "cognito-identity.amazonaws.com" }"#;
    let call = |more: &str| format!(r#"["sts:AssumeRoleWithWebIdentity"{more}]"#);
    let (tags, identity) = (call(r#", "sts:TagSession""#), call(r#", "sts:SetSourceIdentity""#));
    let user = "any signed-in user of identity pool `us-east-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6`";
    let team = format!("{user}, with the session tag `team` `red`");
    let any = format!("{user}, with the session tag `team` `example`");
    for (principal, actions, condition, who) in [
        (pools, &tags, format!(r#"{{ "StringEquals": {{ {pool}, "aws:RequestTag/team": "red" }} }}"#), vec![team.clone()]),
        (pools, &tags, format!(r#"{{ "StringEquals": {{ {pool} }}, "Null": {{ "aws:RequestTag/team": "false" }} }}"#), vec![any.clone()]),
        (pools, &tags, format!(r#"{{ "StringEquals": {{ {pool} }}, "ForAnyValue:StringEquals": {{ "aws:TagKeys": ["team"] }} }}"#), vec![any.clone()]),
        // the trust policy has to let the session be tagged
        (pools, &call(""), format!(r#"{{ "StringEquals": {{ {pool}, "aws:RequestTag/team": "red" }} }}"#), Vec::new()),
        (pools, &identity, format!(r#"{{ "StringEquals": {{ {pool}, "sts:SourceIdentity": "bob" }} }}"#), Vec::new()),
        (
            own,
            &tags,
            r#"{ "StringEquals": { "acme.example.com:aud": "app", "aws:RequestTag/team": "red" } }"#.to_owned(),
            vec!["anyone who signs in with `acme.example.com` to `app`, with the session tag `team` `red`".to_owned()],
        ),
        (
            own,
            &identity,
            r#"{ "StringEquals": { "acme.example.com:aud": "app", "sts:SourceIdentity": "bob" } }"#.to_owned(),
            vec!["anyone who signs in with `acme.example.com` to `app`, with the source identity `bob`".to_owned()],
        ),
        (
            github,
            &tags,
            r#"{ "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "aws:RequestTag/team": "red" } }"#.to_owned(),
            Vec::new(),
        ),
    ] {
        let (mut takers, open) = asked(&trust(principal, actions, &condition));
        takers.retain(|who| !who.contains("any other identity pool"));
        assert_eq!((takers, open), (who, Vec::new()), "{actions} {condition}");
    }
}

/// Of two audiences `azp` is the one key, and `aud` the other.
#[test]
fn a_token_may_have_two_audiences() {
    let google = r#"{ "Federated": "accounts.google.com" }"#;
    let condition = r#"{ "StringEquals": { "accounts.google.com:aud": "app", "accounts.google.com:oaud": "backend", "accounts.google.com:sub": "123" } }"#;
    let who = (vec!["the subject `123` of Google".to_owned()], Vec::new());
    assert_eq!(asked(&trust(google, r#""sts:AssumeRoleWithWebIdentity""#, condition)), who);
}

/// An account need not be in an organization, and asks whatever region it likes.
#[test]
fn who_is_in_no_organization_is_a_stranger_too() {
    let lets_in =
        |condition: &str| broken(&trust(ANYONE, r#""sts:AssumeRole""#, condition)).contains(&"anyone-can-assume".to_owned());
    for condition in [
        r#"{ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }"#,
        r#"{ "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*" } }"#,
        r#"{ "StringNotEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }"#,
        r#"{ "Null": { "aws:PrincipalOrgID": "true" } }"#,
        r#"{ "StringEquals": { "aws:RequestedRegion": "eu-west-1" } }"#,
    ] {
        assert!(lets_in(condition), "{condition}");
    }
    for condition in [
        r#"{ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }"#,
        r#"{ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*" } }"#,
    ] {
        assert!(!lets_in(condition), "{condition}");
    }
}

/// A role has the rights of a policy that AWS manages, also where its document was not given.
#[test]
fn an_administrator_by_a_policy_of_aws_reaches_all() {
    let account = |attached: &str, more: &str| {
        format!(
            r#"{{ "Resources": {{
            "Deploy": {{ "Type": "AWS::IAM::Role", "Properties": {{ "RoleName": "deploy", {more} "ManagedPolicyArns": ["arn:aws:iam::aws:policy/{attached}"],
                "AssumeRolePolicyDocument": {} }} }},
            "Work": {{ "Type": "AWS::IAM::Role", "Properties": {{ "RoleName": "work", "AssumeRolePolicyDocument": {} }} }} }} }}"#,
            trust(r#"{ "AWS": "arn:aws:iam::444455556666:root" }"#, r#""sts:AssumeRole""#, "{}"),
            trust(r#"{ "Service": "lambda.amazonaws.com" }"#, r#""sts:AssumeRole""#, "{}"),
        )
    };
    let reached = |text: &str| {
        let reference = Reference::default();
        with(text, |sources, inventory| {
            let world = World { inventory, sources, reference: &reference };
            let found = reach(world, Asked { at: Instant::from_seconds(0), from: &[], access: None });
            let row = found.subjects.iter().position(|own| own.distance == Distance::Other).expect("the other account");
            let reached = found.targets.iter().zip(&found.rows[row]).filter(|(_, cell)| matches!(cell, Cell::Reached(_)));
            reached.map(|(target, _)| target.title(inventory)).collect::<Vec<_>>()
        })
    };
    for attached in ["AdministratorAccess", "IAMFullAccess"] {
        assert_eq!(reached(&account(attached, "")), ["deploy", "work", ADMINISTRATOR], "{attached}");
    }
    assert_eq!(reached(&account("ReadOnlyAccess", "")), ["deploy"]);
    // a boundary keeps it within bounds
    let bounded = r#""PermissionsBoundary": "arn:aws:iam::111122223333:policy/limit","#;
    assert_eq!(reached(&account("AdministratorAccess", bounded)), ["deploy"]);
}
