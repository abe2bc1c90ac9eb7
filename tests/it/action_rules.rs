//! The rules on names of actions: what is told, how severely, and what is left alone.

use rolecall::policy::{Instant, PolicyKind};
use rolecall::reference::Reference;

use crate::support;

/// The rules that are tested here.
const OWN: [&str; 5] = [
    "action-outside-rcp-services",
    "foreign-action-in-resource-policy",
    "unknown-action",
    "unknown-service",
    "wildcard-without-action",
];

/// The findings in a policy, each as `rule severity: underlined text, as often as it stands there | label | help`.
fn lint(reference: &Reference, kind: PolicyKind, statements: &str) -> Vec<String> {
    support::findings(reference, Some(kind), statements, |sources, finding| {
        let places = std::iter::once(&finding.primary).chain(&finding.related).map(|label| sources.slice(label.span));
        let help = finding.help.as_deref().unwrap_or("").split(';').next().unwrap_or("");
        let (rule, severity) = (finding.rule, finding.severity.name());
        let places = places.collect::<Vec<_>>().join(" + ");
        OWN.contains(&rule).then(|| format!("{rule} {severity}: {places} | {} | {help}", finding.primary.text))
    })
}

fn identity(elements: &str) -> Vec<String> {
    lint(&Reference::default(), PolicyKind::Identity, &format!("{{{elements}, \"Resource\": \"*\"}}"))
}

fn allow(actions: &str) -> Vec<String> {
    identity(&format!(r#""Effect": "Allow", "Action": [{actions}]"#))
}

#[test]
fn the_service_that_was_meant_is_found() {
    for (written, meant) in [
        ("dynamdb:Query", "dynamodb:Query"),
        ("cloudwatchlogs:GetLogEvents", "logs:GetLogEvents"),
        ("StepFunctions:StartExecution", "states:StartExecution"),
        ("iotdata:Publish", "iot:Publish"),
        ("cognito:AdminGetUser", "cognito-idp:AdminGetUser"),
        ("lamda:*", "lambda:*"),
        ("secretmanager:Get*", "secretsmanager:Get*"),
        ("keymanagement:ScheduleKeyDeletion", "kms:ScheduleKeyDeletion"),
    ] {
        let found = allow(&format!("\"{written}\""));
        assert!(found.len() == 1 && found[0].ends_with(&format!("write `{meant}`")), "{written}: {found:?}");
    }
    let found = allow(r#""frobnicate:Get*""#);
    assert!(found.len() == 1 && found[0].contains("| write the prefix that"), "{found:?}");
}

/// All of a service that another name happens to start with is more than what was asked for.
#[test]
fn a_wildcard_alone_is_not_moved_to_a_wider_service() {
    for written in ["sagemaker-groundtruth-synthetic:*", "datazonecontrol:*"] {
        let found = allow(&format!("\"{written}\""));
        assert!(found.len() == 1 && found[0].contains(" | write the prefix that "), "{written}: {found:?}");
    }
}

#[test]
fn one_prefix_is_told_once_a_statement() {
    let found = allow(r#""deepracer:GetModel", "s3:GetObject", "DeepRacer:ListModels""#);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("unknown-service medium: deepracer + DeepRacer |"), "{found:?}");
}

#[test]
fn actions_that_exist_are_left_alone_in_any_letter_case() {
    let fine = r#""s3:getobject", "S3:GETOBJECT", "ec2:Describe*", "iam:?etUser", "*", "s3:*", "*:GetObject", "s*:Gett*""#;
    assert_eq!(allow(fine), [""; 0]);
    // a placeholder and a malformed name are told by other rules
    assert_eq!(allow(r#""s3:<action>", "s3:Get Object", "s3", "s3:""#), [""; 0]);
}

#[test]
fn an_unknown_action_is_told_with_what_was_meant() {
    let told = |action: &str, rest: &str| assert_eq!(allow(&format!("\"{action}\"")), [format!("unknown-action {rest}")]);
    told("s3:GetObjects", "medium: s3:GetObjects | did you mean `s3:GetObject`? | write `s3:GetObject`");
    told(
        "ec2:DescribeInstance",
        "medium: ec2:DescribeInstance | did you mean `ec2:DescribeInstances`? | write `ec2:DescribeInstances`",
    );
    let elsewhere = "`cloudwatch` has an action of this name | write `cloudwatch:DescribeAlarmHistory` if that is meant";
    told("logs:DescribeAlarmHistory", &format!("medium: logs:DescribeAlarmHistory | {elsewhere}"));
    told("S3:listobjectsv2", "error: S3:listobjectsv2 | allowed by `s3:ListBucket` | write `s3:ListBucket`");
    let two = "allowed by `s3:GetObject`, `s3:PutObject` | write those of `s3:GetObject`, `s3:PutObject` that the requests need";
    told("s3:CopyObject", &format!("error: s3:CopyObject | {two}"));
    // AWS itself writes this one in policies
    told(
        "budgets:CreateBudget",
        "medium: budgets:CreateBudget | allowed by `budgets:ModifyBudget` | write `budgets:ModifyBudget`",
    );
    // many services have such an action, so none is named
    let found = allow(r#""sts:ListTagsForResource""#);
    assert!(found.len() == 1 && found[0].contains("|  | look the actions of `sts` up on https://docs.aws"), "{found:?}");
}

#[test]
fn wildcards_that_match_nothing() {
    let told = |action: &str, rest: &str| {
        assert_eq!(allow(&format!("\"{action}\"")), [format!("wildcard-without-action medium: {action} | {rest}")]);
    };
    told("s3:Gett*", "did you mean `Get*`? | write `s3:Get*`");
    told("ec2:DescribeInstnaces*", "did you mean `DescribeInstances*`? | write `ec2:DescribeInstances*`");
    told("s3:ListObjects*", "fits API operations only | write `s3:ListBucket`");
    told("s3:*Objekt", " | write names that the service has, or leave it out");
    assert_eq!(identity(r#""Effect": "Deny", "NotAction": ["s3:Gett*"]"#).len(), 1);
}

#[test]
fn what_a_name_in_vain_comes_to_is_said() {
    let help = |effect: &str, key: &str| {
        let statement = format!(r#"{{"Effect": "{effect}", "{key}": "s3:GetObjects", "Resource": "*"}}"#);
        let found = support::findings(&Reference::default(), Some(PolicyKind::Identity), &statement, |_, finding| {
            finding.help.clone().filter(|_| finding.rule == "unknown-action")
        });
        found.concat()
    };
    for (effect, key, words) in [
        ("Allow", "Action", "AWS does not know allows nothing;"),
        ("Deny", "Action", "AWS does not know forbids nothing;"),
        ("Deny", "NotAction", "AWS does not know excepts nothing;"),
    ] {
        assert!(help(effect, key).contains(words), "{effect} {key}: {}", help(effect, key));
    }
}

#[test]
fn unknown_names_matter_less_as_the_facts_grow_old() {
    let old = Reference::new(Instant::parse("2040-01-01").expect("a day"));
    for action in ["s3:GetObjects", "s3:ListObjectsV2", "s4:GetObject", "s3:Gett*"] {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
        let found = lint(&old, PolicyKind::Identity, &statement);
        assert!(found.len() == 1 && found[0].contains(" low: "), "{action}: {found:?}");
    }
    let statement = r#"{"Effect": "Deny", "Principal": "*", "Action": "ec2:*", "Resource": "*"}"#;
    assert!(lint(&old, PolicyKind::Rcp, statement)[0].starts_with("action-outside-rcp-services low: "));
}

#[test]
fn resource_control_policies_and_their_services() {
    let rcp = |actions: &str| {
        let statement = format!(r#"{{"Effect": "Deny", "Principal": "*", {actions}, "Resource": "*"}}"#);
        lint(&Reference::default(), PolicyKind::Rcp, &statement)
    };
    let found = rcp(r#""Action": ["ec2:RunInstances", "s3:*", "EC2:Describe*"]"#);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("action-outside-rcp-services medium: ec2:RunInstances + EC2:Describe* |"), "{found:?}");
    assert_eq!(rcp(r#""Action": ["s3:*", "sts:AssumeRole", "KMS:Decrypt"]"#), [""; 0]);
    // `NotAction` and `*` are told by a rule on grammar
    assert_eq!(rcp(r#""NotAction": "ec2:*""#), [""; 0]);
    assert_eq!(rcp(r#""Action": "*""#), [""; 0]);
}

/// What the rule on foreign actions underlines in a resource policy of such statements: actions, then resources.
fn foreign(statements: &[(&str, &str)]) -> Vec<String> {
    let statement = |(actions, resources): &(&str, &str)| {
        let who = r#""Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}"#;
        format!(r#"{{{who}, "Action": [{actions}], "Resource": [{resources}]}}"#)
    };
    let all: Vec<String> = statements.iter().map(statement).collect();
    let found = lint(&Reference::default(), PolicyKind::Resource, &all.join(", "));
    found.iter().map(|told| told.split(" | ").next().unwrap_or("").to_owned()).collect()
}

#[test]
fn actions_of_other_services_in_resource_policies() {
    let told = |actions_and_place: &str| [format!("foreign-action-in-resource-policy medium: {actions_and_place}")];
    let bucket = r#""arn:aws:s3:::reports/*""#;
    assert_eq!(foreign(&[(r#""s3:GetObject", "SQS:SendMessage""#, bucket)]), told("SQS:SendMessage + arn:aws:s3:::reports/*"));
    assert_eq!(foreign(&[(r#""s3:*""#, bucket), (r#""sqs:*""#, r#""*""#)]), told("sqs:* + arn:aws:s3:::reports/*"));
    let key = r#""kms:Decrypt", "kms:Encrypt", "secretsmanager:GetSecretValue""#;
    assert_eq!(foreign(&[(key, r#""*""#)]), told("secretsmanager:GetSecretValue + kms:Decrypt"));
}

#[test]
fn what_may_stand_in_resource_policies_is_left_alone() {
    let none = [""; 0];
    let bucket = r#""arn:aws:s3:::reports/*""#;
    assert_eq!(foreign(&[(r#""s3:GetObject", "s3:List*", "*""#, bucket)]), none);
    assert_eq!(foreign(&[(r#""s3-object-lambda:GetObject""#, bucket)]), none);
    // of which service the resource is, is not told
    assert_eq!(foreign(&[(r#""s3:GetObject", "sqs:SendMessage""#, r#""*""#)]), none);
    assert_eq!(foreign(&[(r#""sqs:SendMessage""#, r#""arn:aws:s3:::a", "arn:aws:sqs:eu-west-1:111122223333:q""#)]), none);
    assert_eq!(foreign(&[(r#""sqs:SendMessage""#, r#""arn:aws:s3:::a", "arn:aws:*:::a""#)]), none);
    assert_eq!(foreign(&[(r#""sqs:SendMessage""#, r#""execute-api:/prod/GET/*""#)]), none);
    assert_eq!(foreign(&[(r#""kms:Decrypt", "kms:Encrypt", "sqs:SendMessage", "sns:Publish""#, r#""*""#)]), none);
    // AWS's own pages have these: one service, ARNs of another, or two services
    assert_eq!(foreign(&[(r#""backup:DeleteRecoveryPoint""#, r#""arn:aws:ec2:eu-west-1::snapshot/*""#)]), none);
    let kafka = r#""arn:aws:kafka:eu-west-1:111122223333:topic/orders/*""#;
    assert_eq!(foreign(&[(r#""kafka:GetBootstrapBrokers", "kafka-cluster:*""#, kafka)]), none);
    assert_eq!(
        foreign(&[(r#""vpc-lattice-svcs:Invoke""#, r#""arn:aws:vpc-lattice:eu-west-1:111122223333:service/svc-0a/*""#)]),
        none
    );
    assert_eq!(foreign(&[(r#""execute-api:Invoke""#, r#""arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*""#)]), none);
    assert_eq!(foreign(&[(r#""es:ESHttpGet""#, r#""arn:aws:es:eu-west-1:111122223333:domain/search/*""#)]), none);
    // of one service with ARNs of several: these are told as resources of another type
    let topic = (r#""sns:Publish""#, r#""arn:aws:sns:eu-west-1:111122223333:t""#);
    let queue = (r#""sns:Subscribe""#, r#""arn:aws:sqs:eu-west-1:111122223333:q""#);
    assert_eq!(foreign(&[topic, queue]), none);
    assert_eq!(
        foreign(&[queue]),
        ["foreign-action-in-resource-policy medium: sns:Subscribe + arn:aws:sqs:eu-west-1:111122223333:q"]
    );
    // not sure to be the policy of a resource
    let statement = format!(r#"{{"Effect": "Allow", "Principal": "*", "Action": ["s3:*", "sqs:*"], "Resource": {bucket}}}"#);
    assert_eq!(lint(&Reference::default(), PolicyKind::Endpoint, &statement), none);
}
