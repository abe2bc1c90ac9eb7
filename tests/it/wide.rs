//! The rules on what is allowed without being named: which of them tells of a statement, and what keeps them silent.

use rolecall::policy::PolicyKind;
use rolecall::reference::Reference;
use rolecall::rules;

use crate::support;

/// What is told of whoever holds these statements, each as `rule severity`.
fn told(statements: &str) -> Vec<String> {
    let themes = |name: &str| rules::themed().find(|(_, rule)| rule.name == name).map_or("", |(theme, _)| theme);
    support::findings(&Reference::default(), Some(PolicyKind::Identity), statements, |_, finding| {
        let is_meant = ["access", "escalation"].contains(&themes(finding.rule));
        is_meant.then(|| format!("{} {}", finding.rule, finding.severity.name()))
    })
}

#[test]
fn a_statement_is_told_by_the_widest_that_it_says() {
    for (statement, expected) in [
        (r#""Action": "*", "Resource": "*""#, &["everything-allowed medium"][..]),
        (r#""Action": ["s3:GetObject", "*"], "Resource": ["arn:aws:s3:::a/*", "*"]"#, &["everything-allowed medium"]),
        (r#""Action": "*", "Resource": "arn:aws:s3:::a/*""#, &["any-action low"]),
        (r#""NotAction": "iam:*", "Resource": "*""#, &["allowed-by-exception medium"]),
        (r#""NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::a/*""#, &["allowed-by-exception low"]),
        (r#""Action": "s3:GetObject", "NotResource": "arn:aws:s3:::a/*""#, &["allowed-by-exception medium"]),
        (r#""Action": "s3:*", "Resource": "*""#, &["whole-service medium"]),
        (r#""Action": "s3:*", "Resource": "arn:aws:s3:::*""#, &["whole-service medium"]),
        (r#""Action": "sns:**", "Resource": "*""#, &["whole-service low"]),
        (r#""Action": ["sns:*", "s3:GetObject"], "Resource": "*""#, &["whole-service low"]),
        (r#""Action": "s3:GetObject", "Resource": "*""#, &["data-of-any-resource medium"]),
        (r#""Action": "s3:GetO*", "Resource": "arn:aws:s3:::*/*""#, &["data-of-any-resource medium"]),
        (
            r#""Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*""#,
            &["data-of-any-resource medium"],
        ),
        (r#""Action": ["s3:PutBucketPolicy", "s3:GetObject"], "Resource": "*""#, &["permissions-of-any-resource medium"]),
        (r#""Action": "redshift:GetClusterCredentials", "Resource": "*""#, &["credentials-of-any-resource medium"]),
        (r#""Action": ["s3:ListBucket", "s3:DeleteBucket"], "Resource": "*""#, &["any-resource low"]),
        (
            r#""Action": "iam:CreateServiceLinkedRole", "Resource": "arn:aws:iam::*:role/aws-service-role/*""#,
            &["any-service-linked-role low"],
        ),
        (r#""Action": "s3:Put*", "Resource": "arn:aws:s3:::a""#, &["wide-action-pattern low"]),
        (r#""Action": "sts:AssumeRole", "Resource": "*""#, &["any-role-assumed medium"]),
        (r#""Action": "iam:PassRole", "Resource": "*""#, &["any-role-passed medium"]),
        (r#""Action": "iam:*", "Resource": "*""#, &["privilege-escalation high"]),
    ] {
        assert_eq!(told(&format!(r#"{{"Effect": "Allow", {statement}}}"#)), expected, "{statement}");
    }
}

#[test]
fn what_is_limited_is_left_alone() {
    for statement in [
        // there is nothing to narrow
        r#""Action": ["ec2:DescribeInstances", "s3:ListAllMyBuckets", "ecr:GetAuthorizationToken"], "Resource": "*""#,
        // what is made has no name yet; and reading about things is judgement
        r#""Action": ["dynamodb:CreateTable", "dynamodb:DescribeTable", "logs:PutLogEvents"], "Resource": "*""#,
        r#""Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/a""#,
        r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::a-*/*""#,
        r#""Action": "sqs:Send*", "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders""#,
        r#""Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/service/*""#,
        // a condition that does restrict
        r#""Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#,
        r#""Action": "ec2:TerminateInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}}"#,
        r#""NotAction": "*", "Resource": "*""#,
    ] {
        assert_eq!(told(&format!(r#"{{"Effect": "Allow", {statement}}}"#)), [""; 0], "{statement}");
        assert_eq!(told(&format!(r#"{{"Effect": "Deny", {statement}}}"#)), [""; 0], "{statement}");
    }
}

#[test]
fn a_condition_that_holds_for_nearly_all_does_not_restrict() {
    let statement = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#;
    assert_eq!(told(statement), ["data-of-any-resource medium"]);
}

#[test]
fn a_deny_takes_back() {
    for (deny, expected) in [
        (r#"{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}"#, &["data-of-any-resource medium"][..]),
        (r#"{"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}"#, &[]),
        (r#"{"Effect": "Deny", "NotAction": "ec2:*", "Resource": "*"}"#, &[]),
        // it hangs on something that is not known; and an access key has no such key at all
        (
            r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#,
            &["mfa-test-passes-without medium"],
        ),
    ] {
        let statements = format!(r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}, {deny}"#);
        assert_eq!(told(&statements), expected, "{deny}");
    }
}

/// The form that is named is one that most resources have.
#[test]
fn the_form_that_is_named_is_the_usual_one() {
    let forms = [
        ("ssm:GetParameter", "arn:${Partition}:ssm:${Region}:${Account}:parameter/${ParameterNameWithoutLeadingSlash}"),
        ("lex:RecognizeText", "arn:${Partition}:lex:${Region}:${Account}:bot-alias/${BotId}/${BotAliasId}"),
        (
            "execute-api:Invoke",
            "arn:${Partition}:execute-api:${Region}:${Account}:${ApiId}/${Stage}/${Method}/${ApiSpecificResourcePath}",
        ),
        ("s3:GetObject", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"),
    ];
    for (action, form) in forms {
        let text = format!(r#"{{ "Effect": "Allow", "Action": "{action}", "Resource": "*" }}"#);
        let help = support::findings(&Reference::default(), Some(PolicyKind::Identity), &text, |_, finding| finding.help.clone());
        let help = help.concat();
        assert!(help.contains(&format!("`{action}` takes `{form}`")), "{action}: {help}");
    }
}
