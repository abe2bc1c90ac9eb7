//! The rules on rights by which their holder comes by others.

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::lint::Facts;
use rolecall::reference::{Escalation, EscalationAction, Gain, On, Reference, escalations};
use rolecall::rules;
use serde_json::{Value, json};

use crate::support;

/// The findings on whoever holds these statements.
fn findings(statements: &[Value]) -> Vec<Finding> {
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    support::with_inventory(None, [("policy.json", document)].into_iter(), |sources, inventory| {
        let facts = Facts { sources, inventory, config: &Config::default(), reference: &Reference::default() };
        rules::run(&facts)
    })
}

/// Whether these statements are told to give more by the set.
fn is_told(set: &Escalation, statements: &[Value]) -> bool {
    let names_all = |own: &Finding| set.actions.iter().all(|action| own.message.contains(&format!("`{}`", action.name)));
    findings(statements).iter().any(|own| own.rule == "privilege-escalation" && names_all(own))
}

fn statement(action: &EscalationAction) -> Value {
    // whoever may change all roles may change his own
    let resource = if action.on == On::New { "arn:aws:iam::111122223333:role/made-*" } else { "*" };
    json!({ "Effect": "Allow", "Action": action.name, "Resource": resource })
}

/// Each set is told where all of it is allowed, and not where an action is missing or denied, unless what is left is a set, too.
#[test]
fn each_set_of_actions_is_told_as_a_whole() {
    // those of pools are told with the pools; the boundary of a role by itself is not known
    let is_meant = |gain: Gain| !matches!(gain, Gain::PoolRole | Gain::ClassicRole | Gain::Group | Gain::NoBoundary);
    let mut count = 0;
    for set in escalations().iter().filter(|set| is_meant(set.gain)) {
        let all: Vec<Value> = set.actions.iter().map(statement).collect();
        assert!(is_told(set, &all), "{set:?}");
        for (at, action) in set.actions.iter().enumerate() {
            let mut rest = all.clone();
            rest.remove(at);
            assert!(!is_told(set, &rest), "{set:?} without {}", action.name);
            let denied = [all.clone(), vec![json!({ "Effect": "Deny", "Action": action.name, "Resource": "*" })]].concat();
            assert!(!is_told(set, &denied), "{set:?} with a Deny of {}", action.name);
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

/// What is held to something that is named gives nothing that nobody meant.
#[test]
fn what_is_named_is_no_way_to_more() {
    for set in escalations() {
        let statements: Vec<Value> = set
            .actions
            .iter()
            .map(|action| {
                let resource = match action.on {
                    On::Role | On::Itself | On::New => "arn:aws:iam::111122223333:role/named",
                    On::OwnPolicy => "arn:aws:iam::111122223333:policy/named",
                    On::User => "arn:aws:iam::111122223333:user/named",
                    On::Group => "arn:aws:iam::111122223333:group/named",
                    On::Saml => "arn:aws:iam::111122223333:saml-provider/named",
                    On::Instance => "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718",
                    On::Any | On::Pool | On::UserPool => "*",
                };
                json!({ "Effect": "Allow", "Action": action.name, "Resource": resource })
            })
            .collect();
        if set.actions.iter().any(|action| action.on != On::Any) {
            assert!(!is_told(set, &statements), "{set:?}");
        }
    }
}

/// What is told on a role with a trust policy and permissions, and perhaps a boundary, each as `rule severity`.
fn of_role(trust: &Value, permissions: &Value, boundary: Option<&Value>) -> Vec<String> {
    of_role_with("", trust, permissions, boundary)
}

/// The same of a role that has a policy which AWS manages, too, of which the document is not given.
fn of_role_with(attached: &str, trust: &Value, permissions: &Value, boundary: Option<&Value>) -> Vec<String> {
    let arn = format!("arn:aws:iam::aws:policy/{attached}");
    let attached = if attached.is_empty() { json!([]) } else { json!([{ "PolicyName": attached, "PolicyArn": arn }]) };
    let of = |statements: &Value| json!({ "Version": "2012-10-17", "Statement": statements });
    let version = |own: &Value| json!([{ "Document": of(own), "VersionId": "v1", "IsDefaultVersion": true }]);
    let limit = "arn:aws:iam::111122223333:policy/limit";
    let mut role = json!({
        "RoleName": "holder",
        "Arn": "arn:aws:iam::111122223333:role/holder",
        "AssumeRolePolicyDocument": of(trust),
        "RolePolicyList": [{ "PolicyName": "own", "PolicyDocument": of(permissions) }],
        "AttachedManagedPolicies": attached,
    });
    let mut policies = Vec::new();
    if let Some(boundary) = boundary {
        role["PermissionsBoundary"] = json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": limit });
        policies.push(json!({
            "PolicyName": "limit", "Arn": limit, "DefaultVersionId": "v1", "PolicyVersionList": version(boundary),
        }));
    }
    let account =
        json!({ "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": policies }).to_string();
    support::with_inventory(None, [("account.json", account)].into_iter(), |sources, inventory| {
        let facts = Facts { sources, inventory, config: &Config::default(), reference: &Reference::default() };
        rules::run(&facts).iter().map(|own| format!("{} {}", own.rule, own.severity.name())).collect()
    })
}

fn allow(action: &str, resource: &str) -> Value {
    json!([{ "Effect": "Allow", "Action": action, "Resource": resource }])
}

#[test]
fn a_boundary_counts() {
    let lambda = json!([{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }]);
    let all = allow("*", "*");
    assert_eq!(of_role(&lambda, &all, None), ["everything-allowed medium"]);
    assert_eq!(of_role(&lambda, &all, Some(&allow("s3:GetObject", "arn:aws:s3:::a/*"))), [""; 0]);
    let passes = json!([
        { "Effect": "Allow", "Action": ["iam:PassRole", "ec2:RunInstances"], "Resource": "*" },
    ]);
    assert_eq!(of_role(&lambda, &passes, None), ["privilege-escalation high"]);
    assert_eq!(of_role(&lambda, &passes, Some(&allow("ec2:*", "*"))), [""; 0]);
    // it is the holder's to take off
    let takes_off = allow("iam:DeleteRolePermissionsBoundary", "arn:aws:iam::111122223333:role/holder");
    assert!(of_role(&lambda, &takes_off, Some(&all)).contains(&"privilege-escalation high".to_owned()));
}

/// A policy that AWS manages is judged by its name, within a boundary that was given.
#[test]
fn what_a_boundary_leaves_of_a_policy_of_aws_is_told() {
    let lambda = json!([{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }]);
    let (none, all) = (allow("s3:GetObject", "arn:aws:s3:::a/*"), allow("*", "*"));
    let own = |attached: &str, permissions: &Value, boundary: &Value| {
        let told = of_role_with(attached, &lambda, permissions, Some(boundary));
        told.into_iter().filter(|own| !own.starts_with("boundary-can-be-removed")).collect::<Vec<_>>()
    };
    assert_eq!(own("AdministratorAccess", &none, &all), ["everything-allowed medium"]);
    assert_eq!(own("IAMFullAccess", &none, &all), ["privilege-escalation high"]);
    assert_eq!(own("PowerUserAccess", &none, &all), ["allowed-by-exception medium"]);
    let guarded = json!([
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
        { "Effect": "Deny", "Action": "iam:*PermissionsBoundary", "Resource": "*" },
    ]);
    assert_eq!(own("AdministratorAccess", &none, &guarded), ["everything-allowed medium"]);
    let narrow = json!([{ "Effect": "Allow", "Action": ["s3:*", "iam:PutRolePolicy", "ssm:SendCommand"], "Resource": "*" }]);
    assert_eq!(own("AdministratorAccess", &none, &narrow), ["privilege-escalation high"]);
    assert_eq!(own("IAMFullAccess", &none, &narrow), ["privilege-escalation high"]);
    // what the boundary keeps back, a policy of the role denies, or the policy itself does not allow
    let denied = json!([{ "Effect": "Deny", "Action": "iam:*", "Resource": "*" }]);
    assert_eq!(own("AdministratorAccess", &none, &allow("s3:*", "*")), [""; 0]);
    assert_eq!(own("IAMFullAccess", &denied, &narrow), [""; 0]);
    assert_eq!(own("IAMFullAccess", &none, &allow("ssm:SendCommand", "*")), [""; 0]);
    assert_eq!(own("PowerUserAccess", &none, &narrow), [""; 0]);
}

#[test]
fn what_is_told_of_roles_is_of_roles() {
    let take = |key: &str, value: &str| {
        findings(&[json!({ "Effect": "Allow", "Action": "iam:UpdateAssumeRolePolicy", key: value })])
            .into_iter()
            .find(|own| own.rule == "privilege-escalation")
            .map(|own| own.message)
            .unwrap_or_default()
    };
    assert!(take("Resource", "*").contains("can take any role by"), "{}", take("Resource", "*"));
    let left = take("NotResource", "arn:aws:iam::*:role/base-*");
    assert!(left.contains("can take any role that `NotResource` leaves by"), "{left}");
    // the boundary of a role is not taken off by what takes off that of a user
    let lambda = json!([{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }]);
    let without = |denied: &str| {
        let boundary = json!([
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Deny", "Action": denied, "Resource": "*" },
        ]);
        of_role(&lambda, &allow("s3:GetObject", "arn:aws:s3:::a/*"), Some(&boundary))
    };
    assert_eq!(without("iam:*RolePermissionsBoundary"), [""; 0]);
    assert_eq!(without("iam:*UserPermissionsBoundary"), ["boundary-can-be-removed medium"]);
}

#[test]
fn whom_a_trust_policy_lets_in_is_told_with_what_he_is_then() {
    let anyone = json!([{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }]);
    for permissions in [allow("*", "*"), allow("iam:*", "*"), allow("sts:AssumeRole", "*")] {
        assert_eq!(of_role(&anyone, &permissions, None), ["anyone-can-assume high"], "{permissions}");
    }
}

#[test]
fn who_holds_a_policy_is_where_it_says() {
    for (statements, expected) in [
        // another account, another partition
        (
            json!([{ "Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": "arn:aws-us-gov:iam::444455556666:role/*" }]),
            "high",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": "arn:aws:lambda:us-east-2:444455556666:function:*" }]),
            "medium",
        ),
        (
            json!([{ "Effect": "Allow", "Action": "ssm:SendCommand", "Resource": "arn:aws-cn:ec2:cn-north-1:444455556666:instance/*" }]),
            "medium",
        ),
        // himself, by a variable
        (
            json!([{ "Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "arn:aws:iam::*:user/${aws:username}" }]),
            "high",
        ),
    ] {
        let told = findings(statements.as_array().expect("a list"));
        let told: Vec<&str> =
            told.iter().filter(|own| own.rule == "privilege-escalation").map(|own| own.severity.name()).collect();
        assert_eq!(told, [expected], "{statements}");
    }
    // whoever changes his own keys gets nothing by it
    let own = json!({ "Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::*:user/${aws:username}" });
    assert!(findings(&[own]).is_empty());
}

/// Whoever makes a role and gives it rights has these, where both are of one role that need not be there yet.
#[test]
fn who_makes_a_role_has_what_he_gives_it() {
    let on = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
    let made = "arn:aws:iam::111122223333:role/made-*";
    let put = on("iam:PutRolePolicy", made);
    let within = json!({ "StringEquals": { "iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/limit" } });
    let bounded = json!({ "Effect": "Allow", "Action": "iam:CreateRole", "Resource": made, "Condition": within });
    let denied = json!({ "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "arn:aws:iam::*:role/made-*" });
    let anybody = [on("iam:CreateRole", "*"), put.clone()];
    for (statements, expected) in [
        (vec![on("iam:CreateRole", made), put.clone()], true),
        (vec![on("iam:CreateRole", made), on("iam:AttachRolePolicy", made)], true),
        (vec![on("iam:CreateRole", "arn:aws:iam::*:role/made-*"), put.clone()], true),
        (
            vec![
                on("iam:CreateRole", "arn:aws:iam::111122223333:role/team/*"),
                on("iam:*RolePolicy", "arn:*:iam::*:role/team/*"),
            ],
            true,
        ),
        (anybody.to_vec(), true),
        (vec![on("iam:CreateRole", made), on("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/other-*")], false),
        (
            vec![
                on("iam:CreateRole", "arn:aws:iam::111122223333:role/named"),
                on("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/named"),
            ],
            false,
        ),
        (vec![bounded, put.clone()], false),
        ([anybody.to_vec(), vec![denied]].concat(), false),
        (vec![on("iam:CreateUser", made), put], false),
    ] {
        let told = findings(&statements).into_iter().find(|own| own.rule == "privilege-escalation");
        let is_told = told.is_some_and(|own| own.message.contains("`iam:CreateRole`") && own.severity.name() == "high");
        assert_eq!(is_told, expected, "{statements:?}");
    }
}

#[test]
fn what_has_two_causes_is_told_for_both() {
    let both = json!({ "Effect": "Allow", "Action": ["iam:PutRolePolicy", "secretsmanager:GetSecretValue"], "Resource": "*" });
    let told: Vec<&str> = findings(&[both]).iter().map(|own| own.rule).collect();
    assert_eq!(told, ["privilege-escalation", "data-of-any-resource"]);
    let services = json!({ "Effect": "Allow", "Action": ["iam:*", "s3:*"], "Resource": "*" });
    let told: Vec<&str> = findings(&[services]).iter().map(|own| own.rule).collect();
    assert_eq!(told, ["privilege-escalation", "whole-service"]);
}

/// An expression makes several statements of one place: what one of them says is no reason to leave out what another does.
#[test]
fn statements_of_one_place_are_told_apart() {
    let rules = |actions: &str| -> Vec<&'static str> {
        let statements = format!(r#"[for own in [{actions}] : {{ Effect = "Allow", Action = own, Resource = "*" }}]"#);
        let text = format!(
            r#"resource "aws_iam_policy" "made" {{
  name   = "made"
  policy = jsonencode({{ Version = "2012-10-17", Statement = {statements} }})
}}"#
        );
        support::with_inventory(None, [("made.tf", text)].into_iter(), |sources, inventory| {
            let facts = Facts { sources, inventory, config: &Config::default(), reference: &Reference::default() };
            let mut found: Vec<&str> = rules::run(&facts).iter().map(|own| own.rule).collect();
            found.sort_unstable();
            found
        })
    };
    assert_eq!(rules(r#""iam:CreateAccessKey", "iam:PassRole""#), ["any-role-passed", "privilege-escalation"]);
    assert_eq!(rules(r#""iam:CreateAccessKey", "s3:GetObject""#), ["data-of-any-resource", "privilege-escalation"]);
    // these are a step of the way
    assert_eq!(rules(r#""lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole""#), ["privilege-escalation"]);
    assert_eq!(rules(r#""iam:*""#), ["privilege-escalation"]);
}
