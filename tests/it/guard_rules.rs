//! The rules on guards that let through what they seem to keep out: what is told, and what is left alone.

use std::time::{Duration, Instant};

use rolecall::config::{Check, Config};
use rolecall::lint::Facts;
use rolecall::policy::PolicyKind;
use rolecall::reference::Reference;
use rolecall::rules;

use crate::support;

/// The rules that are tested here.
const OWN: [&str; 12] = [
    "absent-key-passes",
    "confused-deputy",
    "deny-with-not-principal",
    "every-action-for-others",
    "mfa-test-passes-without",
    "owner-locked-out",
    "public-resource",
    "rcp-denies-everybody",
    "rcp-denies-other-issuers",
    "rcp-denies-services",
    "rcp-spares-anonymous",
    "wide-source-arn",
];

/// The findings on a policy of these statements, each as `rule: underlined text`.
fn lint(kind: PolicyKind, statements: &str) -> Vec<String> {
    support::findings(&Reference::default(), Some(kind), statements, |sources, finding| {
        OWN.contains(&finding.rule).then(|| format!("{}: {}", finding.rule, sources.slice(finding.primary.span)))
    })
}

/// A kind of policy, its statements, and what is to be found.
type Case<'c> = (PolicyKind, &'c str, &'c [&'c str]);

#[track_caller]
fn each(cases: &[Case<'_>]) {
    let wrong = cases.iter().filter_map(|(kind, statements, expected)| {
        let found = lint(*kind, statements);
        (found != *expected).then(|| format!("{statements}\n  found    {found:?}\n  expected {expected:?}"))
    });
    support::none(wrong);
}

#[test]
fn tokens_of_other_issuers() {
    const GITHUB: &str = "token.actions.githubusercontent.com:sub";
    let deny = |action: &str, condition: &str| {
        format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "{action}", "Resource": "*", "Condition": {{{condition}}}}}"#)
    };
    let own = format!(r#""StringNotLike": {{"{GITHUB}": "repo:acme/*"}}"#);
    let told: &[&str] = &["rcp-denies-other-issuers: token.actions.githubusercontent.com:sub"];
    let cases: [(String, &[&str]); 7] = [
        (deny("sts:AssumeRoleWithWebIdentity", &own), told),
        (deny("sts:*", &own.replace("NotLike", "NotLikeIfExists")), told),
        (
            deny("sts:AssumeRoleWithWebIdentity", &format!(r#"{own}, "StringNotEquals": {{"aws:ResourceTag/open": "true"}}"#)),
            told,
        ),
        (deny("sts:AssumeRoleWithWebIdentity", &format!(r#"{own}, "Null": {{"{GITHUB}": "false"}}"#)), &[]),
        (deny("sts:AssumeRole", &own), &[]),
        (deny("sts:AssumeRoleWithWebIdentity", &format!(r#"{own}, "StringNotEquals": {{"gitlab.com:sub": "a"}}"#)), &[]),
        (deny("sts:AssumeRoleWithWebIdentity", &format!(r#""StringLike": {{"{GITHUB}": "repo:evil/*"}}"#)), &[]),
    ];
    each(&cases.iter().map(|(statement, expected)| (PolicyKind::Rcp, statement.as_str(), *expected)).collect::<Vec<_>>());
    // another statement says which issuers there may be
    let other = deny("sts:AssumeRoleWithWebIdentity", &format!(r#""Null": {{"{GITHUB}": "true"}}"#));
    let both = format!("{}, {other}", deny("sts:AssumeRoleWithWebIdentity", &own));
    each(&[(PolicyKind::Rcp, &both, &[])]);
}

#[test]
fn services_that_act_for_others() {
    let events = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Service": "events.amazonaws.com"}}, "Action": "sqs:SendMessage",
            "Resource": "arn:aws:sqs:eu-west-1:111122223333:q", "Condition": {{{condition}}}}}"#
        )
    };
    let loose: &[&str] = &["confused-deputy: events.amazonaws.com"];
    let cases: [(&str, &[&str]); 13] = [
        (r#""StringEquals": {"aws:SourceAccount": "111122223333"}"#, &[]),
        (r#""StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}"#, &[]),
        (r#""StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}"#, &[]),
        (r#""StringEquals": {"aws:SourceOrgID": "${aws:ResourceOrgID}"}"#, &[]),
        (r#""ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-a1b2c3d4e5/*"}"#, &[]),
        (r#""ForAllValues:StringLike": {"aws:SourceOrgPaths": "o-a1b2c3d4e5/*"}"#, loose),
        (r#""StringNotEquals": {"aws:SourceAccount": "444455556666"}"#, loose),
        (r#""StringEquals": {"aws:Referer": "a secret word"}"#, loose),
        (r#""StringEquals": {"aws:Referer": "111122223333"}"#, &[]),
        (r#""ArnLike": {"aws:SourceArn": "arn:aws:events:*:111122223333:*"}"#, &[]),
        (r#""StringLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:*"}"#, &[]),
        (r#""StringLike": {"aws:SourceArn": "arn:aws:events:*"}"#, &["wide-source-arn: arn:aws:events:*"]),
        (r#""ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:${Account}:rule/x"}"#, &[]),
    ];
    for (condition, expected) in cases {
        each(&[(PolicyKind::Resource, &events(condition), expected)]);
    }
    // a statement of one's own does not hide another
    let both = [events(cases[2].0), events(cases[7].0)].join(", ");
    each(&[(PolicyKind::Resource, &both, loose)]);
}

/// The message and what is underlined, also in the other labels, of what a rule finds on resources.
fn told(rule: &str, statement: &str) -> Vec<(String, Vec<String>)> {
    support::findings(&Reference::default(), Some(PolicyKind::Resource), statement, |sources, finding| {
        let places = std::iter::once(&finding.primary).chain(&finding.related);
        let places = places.map(|own| sources.slice(own.span).to_owned()).collect();
        (finding.rule == rule).then(|| (finding.message.clone(), places))
    })
}

#[test]
fn services_that_a_condition_lets_in() {
    let topic = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/*",
            "Condition": {{{condition}}}}}"#
        )
    };
    let service = r#""Bool": {"aws:PrincipalIsAWSService": "true"}"#;
    for (condition, expected) in [
        (service.to_owned(), Some(("any service", "true"))),
        (r#""StringEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com"}"#.to_owned(), Some(("`sns.amazonaws.com`", "sns.amazonaws.com"))),
        (r#""StringLike": {"aws:PrincipalServiceName": "*.amazonaws.com"}"#.to_owned(), Some(("any service", "*.amazonaws.com"))),
        (
            r#""StringLike": {"aws:PrincipalServiceName": "logs.*.amazonaws.com"}"#.to_owned(),
            Some(("`logs.us-east-1.amazonaws.com`", "logs.*.amazonaws.com")),
        ),
        (
            format!(r#"{service}, "StringEquals": {{"aws:PrincipalServiceName": "sns.amazonaws.com"}}"#),
            Some(("`sns.amazonaws.com`", "sns.amazonaws.com")),
        ),
        (
            format!(r#"{service}, "StringNotEquals": {{"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}}"#),
            Some(("any service", "true")),
        ),
        (format!(r#"{service}, "StringEquals": {{"aws:SourceAccount": "111122223333"}}"#), None),
        (format!(r#"{service}, "StringEquals": {{"aws:SourceOrgID": "o-a1b2c3d4e5"}}"#), None),
        (r#""Bool": {"aws:PrincipalIsAWSService": "false"}, "StringEquals": {"aws:PrincipalAccount": "111122223333"}"#.to_owned(), None),
        (r#""StringNotEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com"}, "StringEquals": {"aws:PrincipalAccount": "111122223333"}"#.to_owned(), None),
    ] {
        let found = told("confused-deputy", &topic(&condition));
        let found = found.first().map(|(message, places)| (message.split(" may ").next().unwrap_or(""), places.concat()));
        assert_eq!(found, expected.map(|(who, place)| (who, place.to_owned())), "{condition}");
        assert!(told("public-resource", &topic(&condition)).is_empty(), "{condition}");
    }
    // what is about every resource may be the policy of an endpoint, as AWS writes it
    let endpoint = topic(service).replace("arn:aws:s3:::reports/*", "*");
    let of_unknown_kind = |_: &_, finding: &rolecall::finding::Finding| (finding.rule == "confused-deputy").then_some(());
    assert!(support::findings(&Reference::default(), None, &endpoint, of_unknown_kind).is_empty());
    assert_eq!(told("confused-deputy", &endpoint).len(), 1);
}

#[test]
fn several_services_are_told_together() {
    let of = |services: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {{"Service": [{services}]}}, "Action": "sqs:SendMessage", "Resource": "*"}}"#
        );
        told("confused-deputy", &statement)
    };
    let [(message, places)] = of(r#""sns.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com""#).try_into().expect("one");
    assert!(message.starts_with("`sns.amazonaws.com` and 2 other services may call"), "{message}");
    assert_eq!(places, ["sns.amazonaws.com", "s3.amazonaws.com", "events.amazonaws.com"]);
    let [(message, _)] = of(r#""sns.amazonaws.com", "s3.amazonaws.com""#).try_into().expect("one");
    assert!(message.starts_with("`sns.amazonaws.com` and another service may call"), "{message}");
}

/// A request that holds a key which does not come with its action is none: that the statement allows nothing is told by itself.
#[test]
fn no_witness_holds_what_its_action_does_not_come_with() {
    let of = |rule: &str, principal: &str, actions: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": [{actions}], "Resource": "*",
            "Condition": {{"Bool": {{"kms:GrantIsForAWSResource": "true"}}}}}}"#
        );
        told(rule, &statement).into_iter().map(|(message, _)| message).collect::<Vec<_>>()
    };
    for (rule, principal, who) in [
        (
            "confused-deputy",
            r#"{"Service": "ec2.amazonaws.com"}"#,
            "`ec2.amazonaws.com` may call `kms:CreateGrant` for any account",
        ),
        ("public-resource", r#"{"AWS": "*"}"#, "anybody with an AWS account may call `kms:CreateGrant`"),
    ] {
        assert_eq!(of(rule, principal, r#""kms:Encrypt""#), [""; 0], "{rule}");
        for actions in [r#""kms:Encrypt", "kms:CreateGrant""#, r#""kms:*""#] {
            assert_eq!(of(rule, principal, actions), [format!("{who} by statement 1")], "{rule} {actions}");
        }
    }
}

/// A caller is of the kind that a pattern asks for, and a resource of the type that an action takes.
#[test]
fn witnesses_look_like_requests() {
    let config = Config { check: Check { pedantic: true, ..Check::default() }, ..Config::default() };
    let of = |rule: &str, statement: &str| {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
        support::with_inventory(Some(PolicyKind::Resource), std::iter::once(("policy.json", text)), |sources, inventory| {
            let found = rules::run(&Facts { sources, inventory, config: &config, reference: &Reference::default() });
            let own = found.iter().filter(|own| own.rule == rule).filter_map(|own| own.witness.as_ref());
            own.map(|own| own.claims.clone()).collect::<Vec<_>>()
        })
    };
    let image = of("public-resource", r#"{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}"#).concat();
    assert!(image.contains("arn:aws:ecr:eu-west-1:111122223333:repository/example"), "{image}");
    for (pattern, name) in [
        ("arn:aws:iam::*:role/app", "arn:aws:sts::999999999999:assumed-role/app/session"),
        ("arn:aws:iam::*:role/team/*", "arn:aws:sts::999999999999:assumed-role/"),
        ("*:role/app", "arn:aws:sts::999999999999:assumed-role/app/session"),
        ("arn:aws:iam::*:user/alice", "arn:aws:iam::999999999999:user/alice"),
        ("arn:aws:iam::*:root", "arn:aws:iam::999999999999:root"),
    ] {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*",
            "Condition": {{"StringLike": {{"aws:PrincipalArn": "{pattern}"}}}}}}"#
        );
        for rule in ["public-resource", "insecure-transport-allowed"] {
            let found = of(rule, &statement).concat();
            assert!(found.contains(&format!("\"{name}")) && !found.contains("user/:"), "{rule} {pattern} {found}");
        }
    }
}

#[test]
fn endpoints_of_topics() {
    let subscribe = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": "arn:aws:sns:eu-west-1:111122223333:t",
            "Condition": {{"StringLike": {{{condition}}}}}}}"#
        )
    };
    let open: &[&str] = &["public-resource: *"];
    for (condition, expected) in [
        (r#""sns:Endpoint": "*@example.com", "sns:Protocol": "email""#, &[] as &[&str]),
        // the address of a page may end so, too
        (r#""sns:Endpoint": "*@example.com""#, open),
        (r#""sns:Endpoint": "*example", "sns:Protocol": "email""#, open),
        (r#""sns:Endpoint": "https://hooks.example.com/*""#, &[]),
        (r#""sns:Endpoint": "arn:aws:sqs:*:111122223333:*""#, &[]),
        (r#""sns:Endpoint": "https://*""#, open),
        (r#""sns:Endpoint": "arn:aws:sqs:*:*:orders""#, open),
        (r#""sns:Protocol": "https""#, open),
    ] {
        each(&[(PolicyKind::Resource, &subscribe(condition), expected)]);
    }
}

/// The examples of AWS, with names in the places of its placeholders.
///
/// <https://github.com/aws-samples/data-perimeter-policy-examples/tree/main/resource_control_policies>
#[test]
fn guardrails_as_aws_shows_them() {
    const IDENTITY: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*", "kms:*", "sts:AssumeRole"], "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalAccount": ["444455556666"],
        "aws:ResourceTag/dp:exclude:identity": "true"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}"#;
    const DEPUTY: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*", "kms:*", "sts:*"], "Resource": "*", "Condition": {
        "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5", "aws:SourceAccount": ["444455556666"]},
        "Null": {"aws:SourceAccount": "false"}, "Bool": {"aws:PrincipalIsAWSService": "true"}}}"#;
    const TAGS: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession", "Resource": "*", "Condition": {
        "Null": {"SAML:aud": "true"}, "StringNotEqualsIfExists": {"aws:PrincipalTag/team": "admin", "aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        "ForAnyValue:StringLike": {"aws:TagKeys": ["dp:*", "team"]}}}"#;
    each(&[
        (PolicyKind::Rcp, &[IDENTITY, DEPUTY, TAGS].join(", "), &[]),
        // the second denies what the first leaves alone
        (PolicyKind::Rcp, &[&IDENTITY.replace("BoolIfExists", "Bool"), IDENTITY].join(", "), &[]),
        (PolicyKind::Rcp, &IDENTITY.replace("BoolIfExists", "Bool"), &["rcp-spares-anonymous: Bool"]),
    ]);
}

#[test]
fn who_spares_private_addresses_spares_nobody() {
    const TLS: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#;
    let deny = |addresses: &str| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b", "Condition": {{"NotIpAddress": {{"aws:SourceIp": [{addresses}]}}}}}}"#
        )
    };
    let (private, public) = (deny(r#""10.0.0.0/8", "192.168.1.7/32""#), deny(r#""10.0.0.0/8", "203.0.113.0/24""#));
    let endpoint = r#""StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}, "NotIpAddress""#;
    each(&[
        (PolicyKind::Resource, &private, &["owner-locked-out: Deny"]),
        (PolicyKind::Resource, &[TLS, &private].join(", "), &["owner-locked-out: Deny"]),
        (PolicyKind::Resource, &public, &[]),
        (PolicyKind::Resource, &private.replace(r#""NotIpAddress""#, endpoint), &[]),
        (PolicyKind::Resource, &private.replace("NotIpAddress", "NotIpAddressIfExists"), &["owner-locked-out: Deny"]),
    ]);
}

#[test]
fn of_a_key_somebody_must_be_left_to_change_the_policy() {
    const USE: &str = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": ["kms:Decrypt", "kms:Describe*"], "Resource": "*"}"#;
    const ALL: &str =
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}"#;
    const SPARED: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app"}}}"#;
    const LOCKED: &[&str] = &["owner-locked-out: {"];
    each(&[
        (PolicyKind::Resource, USE, LOCKED),
        (PolicyKind::Resource, &[USE, ALL].join(", "), &[]),
        (PolicyKind::Resource, &USE.replace("kms:Describe*", "kms:Put*"), &[]),
        // who is spared may not change it
        (PolicyKind::Resource, &[USE, SPARED].join(", "), LOCKED),
        (PolicyKind::Resource, &[ALL, SPARED].join(", "), &[]),
        // it may be the policy of something else
        (PolicyKind::Resource, &USE.replace("kms:Describe*", "s3:GetObject"), &[]),
        (PolicyKind::Endpoint, USE, &[]),
    ]);
}

#[test]
fn what_is_denied_by_others_is_not_told() {
    const LOCK: &str = r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "arn:aws:s3:::b"}"#;
    const MFA: &str = r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#;
    let other =
        MFA.replace("Bool\": {\"aws:MultiFactorAuthPresent\": \"false", "Null\": {\"aws:MultiFactorAuthPresent\": \"true");
    each(&[
        // the policy may still be deleted
        (PolicyKind::Resource, LOCK, &[]),
        (PolicyKind::Resource, &LOCK.replace("s3:Put*", "s3:*"), &["owner-locked-out: Deny"]),
        (PolicyKind::Identity, MFA, &["mfa-test-passes-without: Bool"]),
        (PolicyKind::Identity, &[MFA, &other].join(", "), &[]),
        (PolicyKind::Identity, &[MFA, &other.replace("s3:*", "s3:Get*")].join(", "), &["mfa-test-passes-without: Bool"]),
    ]);
}

/// Whom a resource is open to, and what the finding says first.
fn public(action: &str, condition: &str) -> Vec<String> {
    let statement = format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": "*"}}, "Action": {action}, "Resource": "*", "Condition": {{{condition}}}}}"#
    );
    support::findings(&Reference::default(), Some(PolicyKind::Resource), &statement, |_, finding| {
        let who = finding.message.split(" may ").next().unwrap_or_default();
        (finding.rule == "public-resource").then(|| format!("{} {who}", finding.severity.name()))
    })
}

#[test]
fn strangers_as_they_come() {
    const ANYBODY: &str = "anybody, with an AWS account or without,";
    const WITH: &str = "anybody with an AWS account";
    for (action, condition, expected) in [
        // what may be changed counts, wherever it stands
        (r#"["s3:GetObject", "s3:PutObject"]"#, "", format!("high {ANYBODY}")),
        (r#"["s3:PutObject", "s3:GetObject"]"#, "", format!("high {ANYBODY}")),
        (r#""s3:GetObject""#, "", format!("medium {ANYBODY}")),
        // who has no credentials has nothing that tells of them
        (r#""s3:GetObject""#, r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#, format!("medium {WITH}")),
        (r#""s3:GetObject""#, r#""Bool": {"aws:ViaAWSService": "true"}"#, format!("medium {WITH}")),
        (r#""s3:GetObject""#, r#""Null": {"aws:PrincipalOrgID": "false"}"#, format!("medium {WITH}")),
        // whoever comes by way of a service of his own
        (
            r#""s3:GetObject""#,
            r#""ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}"#,
            format!("medium {WITH}"),
        ),
    ] {
        assert_eq!(public(action, condition), [expected], "{action} {condition}");
    }
    // its mount targets lie in a network of one's own
    let mounted = r#""Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}"#;
    assert!(public(r#""elasticfilesystem:ClientMount""#, mounted).is_empty());
    assert!(!public(r#""elasticfilesystem:ClientMount""#, "").is_empty());
}

#[test]
fn strangers_choose_what_they_are() {
    const WITH: &[&str] = &["high anybody with an AWS account"];
    for (condition, expected) in [
        // anybody makes a role, a user or a tag of any name, in an account of his own
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}"#, WITH),
        (r#""ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}"#, WITH),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}"#, WITH),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/alice"}"#, WITH),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:federated-user/alice"}"#, WITH),
        (r#""StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}"#, WITH),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws-cn:iam::*:role/app"}"#, WITH),
        (r#""StringLike": {"aws:PrincipalArn": "*:role/app"}"#, WITH),
        (r#""StringEquals": {"aws:PrincipalTag/team": "x"}"#, WITH),
        (r#""StringEquals": {"aws:username": "alice"}"#, WITH),
        (r#""StringEquals": {"aws:PrincipalType": "User"}"#, WITH),
        (r#""StringEquals": {"aws:PrincipalType": "AssumedRole"}"#, WITH),
        (r#""StringEquals": {"aws:PrincipalType": "FederatedUser"}"#, WITH),
        (r#""StringLike": {"aws:userid": "*:alice"}"#, WITH),
        (r#""StringLike": {"aws:userid": "AROA*"}"#, WITH),
        (r#""StringLike": {"aws:userid": "AIDA*"}"#, WITH),
        (r#""StringNotLike": {"aws:userid": "AROAEXAMPLEROLE012345:*"}"#, &["high anybody, with an AWS account or without,"]),
        // ids and accounts he has from AWS
        (r#""StringLike": {"aws:userid": "AROAEXAMPLEROLE012345:*"}"#, &[]),
        (r#""StringLike": {"aws:userid": "AROAEXAMPLEROLE012345*"}"#, &[]),
        (r#""StringEquals": {"aws:userid": "AIDAEXAMPLEUSER012345"}"#, &[]),
        (r#""StringEquals": {"aws:userid": "111122223333:alice"}"#, &[]),
        (r#""StringLike": {"aws:userid": ["111122223333", "AROAEXAMPLEROLE012345:alice"]}"#, &[]),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}"#, &[]),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1111*:role/app"}"#, &[]),
        (
            r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}, "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#,
            &[],
        ),
        (r#""StringEquals": {"aws:PrincipalTag/team": "x", "aws:PrincipalAccount": "111122223333"}"#, &[]),
        (r#""StringLike": {"aws:PrincipalOrgID": "o-*"}"#, WITH),
        (r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-*/*"}"#, WITH),
        // so are networks, and what has a role there
        (r#""StringEquals": {"aws:VpceOrgID": "o-a1b2c3d4e5"}"#, &[]),
        (r#""StringEquals": {"aws:VpceAccount": "111122223333"}"#, &[]),
        (r#""ForAnyValue:StringLike": {"aws:VpceOrgPaths": "o-a1b2c3d4e5/*"}"#, &[]),
        (r#""ArnEquals": {"aws:SourceVpcArn": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d4e5f60718"}"#, &[]),
        (r#""ArnLike": {"aws:SourceVpcArn": "arn:aws:ec2:*:*:vpc/vpc-0a1b2c3d4e5f60718"}"#, &[]),
        (r#""StringEquals": {"aws:PrincipalOrgMasterAccountId": "111122223333"}"#, &[]),
        (r#""ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:111122223333:function:*"}"#, &[]),
        (r#""ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:f"}"#, WITH),
        (r#""StringEquals": {"auth.example.com:sub": "alice"}"#, &[]),
        // none but the service takes the role, and a root user has no tags
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"}"#, &[]),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}, "StringEquals": {"aws:PrincipalTag/team": "x"}"#, &[]),
        // no ARN of a session
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/app/*"}"#, &[]),
        (r#""StringLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/app/*"}"#, &[]),
    ] {
        for action in [r#""s3:PutObject""#, r#""sqs:SendMessage""#, r#""kms:Decrypt""#] {
            let expected: Vec<_> = expected
                .iter()
                .map(|own| {
                    own.replace(
                        ", with an AWS account or without,",
                        if action.contains("kms") { " with an AWS account" } else { ", with an AWS account or without," },
                    )
                })
                .collect();
            let found: Vec<String> = public(action, condition).into_iter().map(|own| own.replace("medium", "high")).collect();
            assert_eq!(found, expected, "{action} {condition}");
        }
    }
}

#[test]
fn what_only_tells_of_a_key_matters_less() {
    for (action, expected) in [("kms:DescribeKey", "low"), ("kms:GenerateDataKey*", "medium")] {
        let statement = format!(
            r#"{{"Effect": "Allow", "Principal": {{"Service": "cloudtrail.amazonaws.com"}}, "Action": "{action}", "Resource": "*"}}"#
        );
        let told = support::findings(&Reference::default(), Some(PolicyKind::Resource), &statement, |_, finding| {
            (finding.rule == "confused-deputy").then(|| finding.severity.name())
        });
        assert_eq!(told, [expected], "{action}");
    }
}

/// Each pattern on the caller is one more kind of caller to ask about, and each statement is asked about.
#[test]
fn many_patterns_on_callers_are_looked_through_in_time() {
    let statement = |at: usize| {
        format!(
            r#"{{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::b{at}/*",
            "Condition": {{"StringNotLike": {{"aws:PrincipalArn": ["*0*{at}*"]}}}}}}"#
        )
    };
    let statements: Vec<String> = (0..60).map(statement).collect();
    let start = Instant::now();
    assert!(lint(PolicyKind::Resource, &statements.join(", ")).is_empty());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
