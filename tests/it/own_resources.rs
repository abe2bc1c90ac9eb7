//! Policies of resources that a template names by what is known only once it was deployed: they are attached to their own resources.

use rolecall::config::Config;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;

use crate::support;

/// The rules that a file breaks, but for those of form.
fn broken(name: &str, text: &str) -> Vec<String> {
    let (config, reference) = (Config::default(), Reference::default());
    support::with_inventory(None, std::iter::once((name, text.to_owned())), |sources, inventory| {
        let found = rules::run(&Facts { sources, inventory, config: &config, reference: &reference });
        let own = found.iter().filter(|own| ["public-resource", "confused-deputy"].contains(&own.rule));
        own.map(|own| own.rule.to_owned()).collect()
    })
}

fn policy(principal: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{ "Version": "2012-10-17", "Statement": [{{ "Effect": "Allow", "Principal": {principal}, "Action": "{action}", "Resource": {resource} }}] }}"#
    )
}

#[test]
fn a_public_resource_without_a_name_is_told() {
    let anyone = r#""*""#;
    let template = |kind: &str, property: &str, action: &str, resource: &str| {
        format!(
            r#"{{ "Resources": {{ "Own": {{ "Type": "AWS::S3::Bucket" }}, "P": {{ "Type": "{kind}", "Properties": {{ "{property}": {} }} }} }} }}"#,
            policy(anyone, action, resource)
        )
    };
    let bucket = |resource: &str| template("AWS::S3::BucketPolicy", "PolicyDocument", "s3:*", resource);
    for text in [
        bucket(r#"{ "Fn::Sub": "${Own.Arn}/*" }"#),
        bucket(r#"{ "Fn::Sub": "arn:aws:s3:::${Own}/*" }"#),
        bucket(r#"{ "Fn::Join": ["", ["arn:aws:s3:::", { "Ref": "Own" }, "/*"]] }"#),
        bucket(r#"{ "Fn::ImportValue": "bucket" }"#),
        template("AWS::SQS::QueuePolicy", "PolicyDocument", "sqs:*", r#"{ "Fn::GetAtt": ["Queue", "Arn"] }"#),
        template("AWS::SNS::TopicPolicy", "PolicyDocument", "sns:*", r#"{ "Ref": "Topic" }"#),
        template(
            "AWS::SecretsManager::ResourcePolicy",
            "ResourcePolicy",
            "secretsmanager:GetSecretValue",
            r#"{ "Ref": "Secret" }"#,
        ),
    ] {
        assert_eq!(broken("template.json", &text), ["public-resource"], "{text}");
    }
    for resource in ["arn:aws:s3:::${BUCKET}/*", "${BUCKET_ARN}/*", "<BUCKET>", "{{ arn }}"] {
        let text = policy(anyone, "s3:GetObject", &format!("\"{resource}\""));
        assert_eq!(broken("bucket-policy.json", &text), ["public-resource"], "{text}");
    }
    let module = r#"
resource "aws_s3_bucket" "b" {
}
resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/*" }] })
}
"#;
    assert_eq!(broken("main.tf", module), ["public-resource"]);
    let deputy = policy(r#"{ "Service": "s3.amazonaws.com" }"#, "sqs:SendMessage", r#""${QUEUE_ARN}""#);
    assert_eq!(broken("queue-policy.json", &deputy), ["confused-deputy"]);
}

/// What a Deny is about stays denied, also where it is not told to be the same thing.
#[test]
fn what_is_denied_is_not_told_to_be_public() {
    let with_deny = |allowed: &str, denied: &str| {
        format!(
            r#"{{ "Version": "2012-10-17", "Statement": [
            {{ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "{allowed}" }},
            {{ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "{denied}", "Condition": {{ "StringNotEquals": {{ "aws:PrincipalOrgID": "o-a1b2c3d4e5" }} }} }}] }}"#
        )
    };
    for (allowed, denied, is_public) in [
        ("${ARN}/*", "${ARN}/*", false),
        ("${ARN}/*", "${OTHER}/*", false),
        ("arn:aws:s3:::${NAME}/*", "${ARN}/*", false),
        ("${ARN}/*", "arn:aws:s3:::known/*", true),
        ("${ARN}/*", "${ARN}/private/*", true),
    ] {
        let found = broken("bucket-policy.json", &with_deny(allowed, denied));
        assert_eq!(found.contains(&"public-resource".to_owned()), is_public, "{allowed} {denied}");
    }
}
