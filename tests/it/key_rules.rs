//! The rules on condition keys: what is told of a key under each operator, and what is left alone.

use rolecall::reference::Reference;
use rolecall::rules;

use crate::support;

/// The findings on a statement with these elements, each as `rule severity: message`.
fn told(elements: &str) -> Vec<String> {
    support::findings(&Reference::default(), None, &format!("{{{elements}}}"), |_, finding| {
        Some(format!("{} {}: {}", finding.rule, finding.severity.name(), finding.message))
    })
}

fn of_condition(effect: &str, actions: &str, operator: &str, key: &str, value: &str) -> Vec<String> {
    let statement = format!(
        r#""Effect": "{effect}", "Action": {actions}, "Resource": "*", "Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#
    );
    // that it is allowed on everything is another matter
    let is_meant = |own: &String| {
        let mut themed = rules::themed().filter(|(_, rule)| own.starts_with(rule.name));
        themed.any(|(theme, _)| !["access", "escalation"].contains(&theme))
    };
    told(&statement).into_iter().filter(is_meant).collect()
}

#[test]
fn what_an_absent_key_comes_to() {
    for (effect, operator, value, expected) in [
        ("Allow", "StringEquals", "x", ", so the statement allows nothing"),
        ("Deny", "StringLike", "x", ", so the statement never denies anything"),
        ("Allow", "StringNotEquals", "x", ", so the condition always holds and guards nothing"),
        ("Allow", "StringEqualsIfExists", "x", ", so the condition always holds and guards nothing"),
        ("Allow", "ForAllValues:StringEquals", "x", ", so the condition always holds and guards nothing"),
        ("Allow", "ForAnyValue:StringNotEquals", "x", ", so the statement allows nothing"),
        ("Deny", "StringNotLike", "x", ", so the condition always holds and the statement denies more than it seems to"),
        ("Deny", "Null", "true", ", so the condition always holds and the statement denies more than it seems to"),
        ("Deny", "Null", "false", ", so the statement never denies anything"),
        ("Allow", "ForAnyValue:StringEqualsIfExists", "x", ""),
    ] {
        let unknown = of_condition(effect, r#""s3:GetObject""#, operator, "s3:absent", value);
        let expected = |rule: &str, what: &str| vec![format!("{rule} medium: {what}{expected}")];
        assert_eq!(unknown, expected("unknown-condition-key", "`s3` has no condition key `absent`"), "{effect} {operator}");
        let never = of_condition(effect, r#""s3:GetObject""#, operator, "s3:RequestObjectTagKeys", value);
        let never: Vec<_> = never.into_iter().filter(|message| message.starts_with("key-never-present")).collect();
        let what = "a request for `s3:GetObject` never holds `s3:RequestObjectTagKeys`";
        assert_eq!(never, expected("key-never-present", what), "{effect} {operator}");
    }
}

#[test]
fn keys_that_are_left_alone() {
    for (actions, operator, key, value) in [
        // the claims of any issuer, also of one whose claims are not known
        (r#""s3:GetObject""#, "StringEquals", "auth.example.com/realms/x:groups", "x"),
        (r#""s3:GetObject""#, "StringEquals", "cognito-identity.amazonaws.com:sub", "x"),
        (r#""s3:GetObject""#, "StringEquals", "saml:sub", "x"),
        // a key of a session
        (r#""s3:GetObject""#, "ArnLike", "lambda:SourceFunctionArn", "arn:aws:lambda:*:*:function:x"),
        // some action has it, or may have it
        (r#"["kms:Decrypt"]"#, "StringEquals", "kms:EncryptionContext:team", "x"),
        (r#"["s3:Get*", "s3:List*"]"#, "StringLike", "s3:prefix", "x"),
        (r#""*""#, "StringEquals", "iam:PassedToService", "ec2.amazonaws.com"),
        (r#"["iam:PassRole"]"#, "StringEquals", "iam:PassedToService", "ec2.amazonaws.com"),
        // of no action does the reference tell it
        (r#""iottwinmaker:GetWorkspace""#, "ForAnyValue:StringEquals", "iottwinmaker:linkedServices", "x"),
        (r#""aws-marketplace:Subscribe""#, "ForAnyValue:StringEquals", "aws-marketplace:ProductId", "x"),
        // while it is made, its tags may count
        (r#"["ec2:CreateVolume", "ec2:DeleteVolume"]"#, "StringEquals", "aws:ResourceTag/team", "x"),
        // types that come to the same, and tags
        (r#""s3:GetObject""#, "StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x"),
        (r#""s3:GetObject""#, "StringEquals", "aws:SecureTransport", "true"),
        (r#""s3:GetObject""#, "Bool", "aws:PrincipalTag/mfa", "true"),
        (r#""s3:GetObject""#, "NumericLessThan", "aws:EpochTime", "4923849600"),
        (r#""s3:GetObject""#, "ArnLike", "aws:PrincipalTag/role", "arn:aws:iam::*:role/x"),
        (r#""s3:GetObject""#, "IpAddress", "AWS:SourceIP", "203.0.113.0/24"),
    ] {
        assert_eq!(of_condition("Allow", actions, operator, key, value), [""; 0], "{actions} {operator} {key}");
    }
}

#[test]
fn set_operators_by_what_they_let_in() {
    let key = |effect: &str, operator: &str, key: &str| {
        let found = of_condition(effect, r#""s3:ListBucket""#, operator, key, "x");
        let mut found = found.iter().filter_map(|told| told.strip_prefix("set-operator-on-single-valued-key "));
        found.next().and_then(|told| told.split(':').next()).unwrap_or("none").to_owned()
    };
    assert_eq!(key("Allow", "ForAllValues:StringLike", "s3:prefix"), "medium");
    assert_eq!(key("Allow", "ForAllValues:StringNotLike", "s3:prefix"), "low");
    assert_eq!(key("Allow", "ForAllValues:StringLikeIfExists", "s3:prefix"), "low");
    assert_eq!(key("Allow", "ForAllValues:StringLike", "aws:UserAgent"), "low");
    assert_eq!(key("Deny", "ForAllValues:StringLike", "s3:prefix"), "low");
    assert_eq!(key("Allow", "ForAnyValue:StringLike", "s3:prefix"), "style");
    assert_eq!(key("Allow", "ForAnyValue:StringNotLike", "s3:prefix"), "style");
    assert_eq!(key("Deny", "ForAnyValue:StringNotLike", "s3:prefix"), "low");
    assert_eq!(key("Deny", "ForAnyValue:StringNotLikeIfExists", "s3:prefix"), "style");
    assert_eq!(key("Deny", "ForAnyValue:StringNotLike", "aws:UserAgent"), "style");
    assert_eq!(key("Deny", "ForAnyValue:StringLike", "s3:prefix"), "style");
    assert_eq!(key("Allow", "ForAllValues:StringEquals", "aws:CalledVia"), "none");
    assert_eq!(key("Allow", "StringLike", "s3:prefix"), "none");
    let for_principal = |principal: &str| {
        let found = told(&format!(
            r#""Effect": "Allow", "Principal": {principal}, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::reports",
            "Condition": {{"ForAllValues:StringLike": {{"s3:prefix": "x"}}}}"#
        ));
        let mut found = found.iter().filter_map(|told| told.strip_prefix("set-operator-on-single-valued-key "));
        found.next().and_then(|told| told.split(':').next()).unwrap_or("none").to_owned()
    };
    assert_eq!(for_principal(r#""*""#), "high");
    assert_eq!(for_principal(r#"{"AWS": ["*"]}"#), "high");
    assert_eq!(for_principal(r#"{"AWS": "arn:aws:iam::111122223333:role/reader"}"#), "medium");
    let guarded = told(
        r#""Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {
            "ForAllValues:StringLike": {"s3:prefix": "x"}, "Null": {"S3:Prefix": "false"}}"#,
    );
    let expected =
        "set-operator-on-single-valued-key low: `ForAllValues:StringLike` on `s3:prefix`, which never has several values";
    assert_eq!(guarded, [expected]);
}

#[test]
fn a_token_without_the_claim_gets_in() {
    let trust = |claim: &str| {
        let host = "token.actions.githubusercontent.com";
        let found = told(&format!(
            r#""Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{host}"}},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{
            "StringEquals": {{"{host}:aud": "sts.amazonaws.com", "{host}:sub": "repo:a/b:ref:refs/heads/main"}},
            "ForAllValues:StringEquals": {{"{host}:{claim}": "production"}}}}"#
        ));
        found.into_iter().filter(|told| told.starts_with("set-operator")).collect::<Vec<_>>()
    };
    let message = "`ForAllValues:StringEquals` also lets a request through that does not hold";
    let key = "`token.actions.githubusercontent.com:environment`";
    assert_eq!(trust("environment"), [format!("set-operator-on-single-valued-key high: {message} {key}")]);
    assert_eq!(trust("sub"), [""; 0]);
}

#[test]
fn principals_that_are_services_and_others() {
    let with = |principal: &str, effect: &str, operator: &str, key: &str| {
        let found = told(&format!(
            r#""Effect": "{effect}", "Principal": {principal}, "Action": "sns:Publish", "Resource": "*",
            "Condition": {{"{operator}": {{"{key}": "x"}}}}"#
        ));
        found
            .into_iter()
            .filter_map(|told| told.strip_prefix("principal-key-for-service medium: ").map(ToOwned::to_owned))
            .collect()
    };
    let service = r#"{"Service": "s3.amazonaws.com"}"#;
    let expected = |end: &str| vec![format!("a service that calls by itself never sends `aws:PrincipalOrgID`, so {end}")];
    let found: Vec<String> = with(service, "Allow", "StringEquals", "aws:PrincipalOrgID");
    assert_eq!(found, expected("the statement allows nothing"));
    let found: Vec<String> = with(service, "Deny", "StringNotEquals", "aws:PrincipalOrgID");
    assert_eq!(found, expected("the condition always holds and the statement denies more than it seems to"));
    for (principal, key) in [
        (service, "aws:SourceOrgID"),
        (service, "aws:PrincipalIsAWSService"),
        (r#"{"Service": "s3.amazonaws.com", "AWS": "111122223333"}"#, "aws:PrincipalOrgID"),
        (r#"{"Service": "*"}"#, "aws:PrincipalOrgID"),
        (r#""*""#, "aws:PrincipalOrgID"),
    ] {
        assert_eq!(with(principal, "Allow", "StringEquals", key), [""; 0], "{principal} {key}");
    }
}

#[test]
fn what_devices_and_sessions_have_by_another_name() {
    let of_things = told(
        r#""Effect": "Allow", "Action": ["iot:Connect", "iot:Publish"],
        "Resource": ["arn:aws:iot:us-east-1:111122223333:client/${iot:Connection.Thing.ThingName}",
            "arn:aws:iot:us-east-1:111122223333:topic/${iot:Connection.Thing.Attributes[site]}/${iot:Certificate.Subject.CommonName}"],
        "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"},
            "ForAnyValue:StringEquals": {"iot:Certificate.Subject.OrganizationalUnit.List": "plant"},
            "StringEquals": {"iot:Connection.Thing.Attributes[site]": "north"}}"#,
    );
    assert_eq!(of_things, [""; 0]);
    let of_role = told(
        r#""Effect": "Allow", "Action": "s3:GetObject",
        "Resource": ["arn:aws:s3:::reports/${credentials-iot:ThingName}/x", "arn:aws:s3:::reports/${transfer:UserName}/x"]"#,
    );
    assert_eq!(of_role, [""; 0]);
    let wrong = told(
        r#""Effect": "Allow", "Action": "s3:GetObject",
        "Resource": ["arn:aws:s3:::reports/${iot:Connection.Thing.Attributes[]}", "arn:aws:s3:::reports/${aws:username[0]}"]"#,
    );
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong.iter().all(|told| told.starts_with("malformed-variable")), "{wrong:?}");
}

#[test]
fn a_key_is_suggested_only_where_requests_may_hold_it() {
    let help = |action: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:iam::111122223333:*",
            "Condition": {{"ArnLike": {{"iam:PolicyName": "x"}}}}}}"#
        );
        let of_key = |_: &_, finding: &rolecall::finding::Finding| {
            (finding.rule == "unknown-condition-key").then(|| finding.help.clone().unwrap_or_default())
        };
        support::findings(&Reference::default(), None, &statement, of_key).concat()
    };
    assert!(help("iam:AttachRolePolicy").starts_with("write `iam:PolicyARN`"), "{}", help("iam:AttachRolePolicy"));
    assert!(help("iam:CreatePolicy").starts_with("take a key of"), "{}", help("iam:CreatePolicy"));
}
