//! What the AWS CLI prints and takes, beyond whole roles: halves of policies, requests, policies of resources, streams.

use rolecall::inventory::{Form, Inventory};
use rolecall::policy::PolicyKind;
use rolecall::source::Sources;
use rolecall::syntax::SyntaxFault;

use crate::support::with_inventory;

const READ: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
const OPEN: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}"#;

fn with<T>(files: &[(&str, String)], look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    with_inventory(None, files.iter().cloned(), look)
}

/// A text as a string of JSON.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn forms(inventory: &Inventory<'_>) -> Vec<&'static str> {
    let name = |form| match form {
        Form::AwsCli(command) => command,
        Form::Nothing(why) => why,
        Form::Policy(..) => "policy",
        _ => "other",
    };
    inventory.documents.iter().map(|document| name(document.form)).collect()
}

/// The form of one text, and the kind, name and first action of its one policy.
fn one(text: &str) -> (&'static str, PolicyKind, String, String) {
    with(&[("file.json", text.to_owned())], |_, inventory| {
        let [loose] = &inventory.policies[..] else { panic!("{:?} in {text}", inventory.policies) };
        let name = loose.name.as_ref().map_or(String::new(), |name| name.shown().into_owned());
        let action = &loose.policy.statements[0].actions.as_ref().unwrap().list[0];
        (forms(inventory)[0], loose.policy.kind, name, action.text.shown().into_owned())
    })
}

#[test]
fn policies_of_resources() {
    let open = string(OPEN);
    let cases = [
        ("sns get-topic-attributes", "arn:t", format!(r#"{{"Attributes": {{"Policy": {open}, "TopicArn": "arn:t"}}}}"#)),
        (
            "sns set-topic-attributes",
            "arn:t",
            format!(r#"{{"TopicArn": "arn:t", "AttributeName": "Policy", "AttributeValue": {open}}}"#),
        ),
        ("sqs get-queue-attributes", "arn:q", format!(r#"{{"Attributes": {{"QueueArn": "arn:q", "Policy": {open}}}}}"#)),
        ("sqs get-queue-attributes", "", format!(r#"{{"Attributes": {{"Policy": {open}}}}}"#)),
        ("sqs set-queue-attributes", "https://q", format!(r#"{{"QueueUrl": "https://q", "Attributes": {{"Policy": {open}}}}}"#)),
        ("secretsmanager get-resource-policy", "arn:s", format!(r#"{{"ARN": "arn:s", "Name": "s", "ResourcePolicy": {open}}}"#)),
        ("ecr get-repository-policy", "r", format!(r#"{{"registryId": "1", "repositoryName": "r", "policyText": {open}}}"#)),
        ("glue get-resource-policy", "", format!(r#"{{"PolicyInJson": {open}, "PolicyHash": "x"}}"#)),
        ("opensearch describe-domain", "arn:d", format!(r#"{{"DomainStatus": {{"ARN": "arn:d", "AccessPolicies": {open}}}}}"#)),
        (
            "opensearch describe-domains",
            "arn:d",
            format!(r#"{{"DomainStatusList": [{{"ARN": "arn:d", "AccessPolicies": {open}}}]}}"#),
        ),
        (
            "codeartifact get-domain-permissions-policy",
            "arn:a",
            format!(r#"{{"policy": {{"resourceArn": "arn:a", "document": {open}}}}}"#),
        ),
        ("glacier get-vault-access-policy", "", format!(r#"{{"policy": {{"Policy": {open}}}}}"#)),
        ("ses get-identity-policies", "p", format!(r#"{{"Policies": {{"p": {open}}}}}"#)),
        ("ram get-resource-policies", "", format!(r#"{{"policies": [{open}]}}"#)),
        (
            "logs describe-resource-policies",
            "p",
            format!(r#"{{"resourcePolicies": [{{"policyName": "p", "policyDocument": {open}}}]}}"#),
        ),
        ("events describe-event-bus", "arn:b", format!(r#"{{"Name": "b", "Arn": "arn:b", "Policy": {open}}}"#)),
        ("efs describe-file-system-policy", "fs-1", format!(r#"{{"FileSystemId": "fs-1", "Policy": {open}}}"#)),
        ("s3api put-bucket-policy", "b", format!(r#"{{"Bucket": "b", "Policy": {open}}}"#)),
        ("kms put-key-policy", "k", format!(r#"{{"KeyId": "k", "PolicyName": "default", "Policy": {open}}}"#)),
        ("get-policy of a resource", "", format!(r#"{{"Policy": {open}, "RevisionId": "x"}}"#)),
        ("apigateway get-rest-api", "i", format!(r#"{{"id": "i", "name": "n", "policy": {open}}}"#)),
        // as it is printed: escaped twice
        ("apigateway get-rest-api", "i", format!(r#"{{"id": "i", "policy": {}}}"#, string(&OPEN.replace('"', "\\\"")))),
    ];
    for (command, name, text) in cases {
        let expected = (command, PolicyKind::Resource, name.to_owned(), "sqs:SendMessage".to_owned());
        assert_eq!(one(&text), expected, "{text}");
    }
}

/// What is escaped twice has its places in the file all the same.
#[test]
fn escaped_twice() {
    let text = format!(r#"{{"id": "i", "policy": {}}}"#, string(&OPEN.replace('"', "\\\"")));
    with(&[("api.json", text)], |sources, inventory| {
        let action = &inventory.policies[0].policy.statements[0].actions.as_ref().unwrap().list[0];
        assert_eq!(sources.slice(action.text.span()), "sqs:SendMessage");
    });
}

#[test]
fn policies_of_identities() {
    let read = string(READ);
    let cases = [
        ("iam create-policy", PolicyKind::Identity, "p", format!(r#"{{"PolicyName": "p", "PolicyDocument": {read}}}"#)),
        ("iam create-policy-version", PolicyKind::Identity, "arn:aws:iam::111122223333:policy/p", {
            format!(r#"{{"PolicyArn": "arn:aws:iam::111122223333:policy/p", "PolicyDocument": {read}, "SetAsDefault": true}}"#)
        }),
        ("organizations create-policy", PolicyKind::Scp, "p", {
            format!(r#"{{"Content": {read}, "Description": "", "Name": "p", "Type": "SERVICE_CONTROL_POLICY"}}"#)
        }),
        ("sso-admin get-inline-policy-for-permission-set", PolicyKind::Identity, "", format!(r#"{{"InlinePolicy": {read}}}"#)),
    ];
    for (command, kind, name, text) in cases {
        assert_eq!(one(&text), (command, kind, name.to_owned(), "s3:GetObject".to_owned()), "{text}");
    }
}

/// Policies that are none of IAM stand under the same names.
#[test]
fn policies_of_other_languages() {
    for text in [
        r#"{"policyName": "p", "policyArn": "arn:aws:iot:eu-west-1:111122223333:policy/p", "policyDocument": "{\"Version\": \"2012-10-17\", \"Statement\": []}"}"#,
        r#"{"policyName": "p", "policyDocument": "{\"Name\": \"d\", \"Version\": \"2021-06-01\", \"Statement\": [{\"Sid\": \"a\", \"DataIdentifier\": []}]}"}"#,
        r#"{"Policies": {"TargetTrackingPolicy": "{\"TargetValue\": 1}"}}"#,
        r#"{"policy": "none"}"#,
    ] {
        with(&[("file.json", text.to_owned())], |_, inventory| {
            assert!(matches!(inventory.documents[0].form, Form::Nothing(_)), "{text}");
            assert!(inventory.policies.is_empty(), "{text}");
        });
    }
}

/// A role comes together from requests, in any order.
#[test]
fn requests() {
    let arn = "arn:aws:iam::111122223333:policy/p";
    let mut files = [
        (
            "a.json",
            format!(r#"{{"RoleName": "app", "AssumeRolePolicyDocument": {}, "PermissionsBoundary": "{arn}"}}"#, string(TRUST)),
        ),
        ("b.json", format!(r#"{{"RoleName": "app", "PolicyName": "inline", "PolicyDocument": {}}}"#, string(READ))),
        ("c.json", format!(r#"{{"RoleName": "app", "PolicyArn": "{arn}"}}"#)),
        ("d.json", format!(r#"{{"PolicyArn": "{arn}", "PolicyDocument": {}}}"#, string(READ))),
    ];
    for _ in 0..files.len() {
        files.rotate_left(1);
        with(&files, |_, inventory| {
            let [role] = &inventory.roles[..] else { panic!("{:?}", inventory.roles) };
            assert!(role.trust.is_some() && role.limit.is_some() && role.tags_known);
            assert_eq!(role.permissions.len(), 2);
            assert_eq!(role.unread.len(), 0);
        });
    }
    let update = format!(r#"{{"RoleName": "app", "PolicyDocument": {}}}"#, string(TRUST));
    with(&[("e.json", update)], |_, inventory| {
        assert_eq!(forms(inventory), ["iam update-assume-role-policy"]);
        assert!(inventory.roles[0].trust.is_some());
    });
}

fn head(name: &str, time: &str) -> String {
    let arn = format!("arn:aws:iam::111122223333:policy/{name}");
    format!(r#"{{"Policy": {{"PolicyName": "{name}", "Arn": "{arn}", "DefaultVersionId": "v2", "UpdateDate": "{time}"}}}}"#)
}

fn version(time: &str) -> String {
    format!(r#"{{"PolicyVersion": {{"Document": {READ}, "VersionId": "v2", "IsDefaultVersion": true, "CreateDate": "{time}"}}}}"#)
}

fn role_with(arn: &str) -> String {
    format!(r#"{{"RoleName": "app", "PolicyArn": "{arn}"}}"#)
}

/// `get-policy` tells the ARN, `get-policy-version` the document: they are joined by what both tell, where that is of no others.
#[test]
fn halves_of_a_policy() {
    let role = role_with("arn:aws:iam::111122223333:policy/p");
    let mut files = [
        ("a/policy.json", head("p", "2026-01-01T00:00:00Z")),
        ("a/version.json", version("2026-01-01T00:00:00Z")),
        ("a/role.json", role),
        // of another time, and of another folder
        ("a/other.json", version("2026-01-02T00:00:00Z")),
        ("b/version.json", version("2026-01-01T00:00:00Z")),
    ];
    for _ in 0..files.len() {
        files.rotate_left(1);
        with(&files, |sources, inventory| {
            let role = &inventory.roles[0];
            let marks: Vec<_> = role.permissions.iter().map(|own| sources.get(own.policy.mark.source).name()).collect();
            assert_eq!(marks, ["a/version.json"], "{files:?}");
            assert_eq!((role.unread.len(), inventory.policies.len()), (0, 2));
        });
    }
}

/// Which of two versions it is, nobody can tell.
#[test]
fn halves_that_may_be_of_two_policies() {
    let mut files = [
        ("policy.json", head("p", "2026-01-01T00:00:00Z")),
        ("version.json", version("2026-01-01T00:00:00Z")),
        ("role.json", role_with("arn:aws:iam::111122223333:policy/p")),
        ("other.json", head("q", "2026-01-01T00:00:00Z")),
        ("version-of-other.json", version("2026-01-01T00:00:00Z")),
    ];
    for _ in 0..files.len() {
        files.rotate_left(1);
        with(&files, |_, inventory| {
            let role = &inventory.roles[0];
            assert_eq!((role.permissions.len(), role.unread.len(), inventory.policies.len()), (0, 1, 2), "{files:?}");
        });
    }
}

#[test]
fn lists_that_tell_too_little() {
    for text in [
        r#"{"AttachedPolicies": [{"PolicyName": "p", "PolicyArn": "arn:aws:iam::aws:policy/p"}]}"#,
        r#"{"PolicyNames": ["p"], "IsTruncated": false}"#,
        r#"{"Policies": [{"PolicyName": "p", "Arn": "arn:aws:iam::aws:policy/p", "DefaultVersionId": "v1"}]}"#,
        r#"{"Policies": [{"Id": "p-1", "Arn": "arn", "Name": "p", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": true}]}"#,
        r#"{"UserPools": [{"Id": "eu-west-1_Abc", "Name": "p"}]}"#,
        r#"{"UserPoolClients": [{"ClientId": "c", "UserPoolId": "eu-west-1_Abc", "ClientName": "n"}]}"#,
        r#"{"IdentityPools": [{"IdentityPoolId": "i", "IdentityPoolName": "n"}]}"#,
    ] {
        with(&[("file.json", text.to_owned())], |_, inventory| {
            assert!(matches!(inventory.documents[0].form, Form::Nothing(why) if why.contains(": `")), "{:?}", forms(inventory));
        });
    }
}

/// Outputs one behind the other, a line each, or in a list are read as if each were a file.
#[test]
fn streams() {
    let role = format!(
        r#"{{"Role": {{"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {TRUST}}}}}"#
    );
    let inline = format!(r#"{{"RoleName": "app", "PolicyName": "p", "PolicyDocument": {READ}}}"#);
    let whoever = r#"{"UserId": "AIDA", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana"}"#;
    for text in [
        format!("{role}\n{whoever}\n{inline}\n"),
        format!("{whoever}{role}{inline}"),
        format!("[{role}, {whoever}, {inline}]"),
        format!("[{role}]\n[{inline}]"),
    ] {
        with(&[("all.json", text.clone())], |sources, inventory| {
            assert_eq!(forms(inventory), ["iam get-role"], "{text}");
            assert!(inventory.documents.iter().all(|own| own.faults.is_empty()), "{:?}", inventory.documents);
            let role = &inventory.roles[0];
            assert!(role.trust.is_some());
            let action = &role.permissions[0].policy.statements[0].actions.as_ref().unwrap().list[0];
            assert_eq!(sources.slice(action.text.span()), "s3:GetObject");
        });
    }
    // a policy is one document: AWS takes no second one
    with(&[("policy.json", format!("{READ}\n{READ}"))], |_, inventory| {
        assert_eq!(forms(inventory), ["policy"]);
        assert_eq!(inventory.documents[0].faults[0].kind, SyntaxFault::SecondDocument);
    });
}

/// Holes are filled in each document of a stream.
#[test]
fn streams_with_holes() {
    let role = |name: &str| {
        format!(r#"{{"RoleName": "{name}", "PolicyName": "p", "PolicyDocument": {}}}"#, READ.replace("\"*\"", "\"${bucket}\""))
    };
    let text = format!("{}\n{}\n", role("a"), role("b"));
    let mut sources = Sources::new();
    let id = sources.add("all.json", text);
    let mut inventory = Inventory::new(None);
    inventory.assume("bucket", "arn:aws:s3:::own");
    inventory.read(&sources, id);
    for role in &inventory.roles {
        let resource = &role.permissions[0].policy.statements[0].resources.as_ref().unwrap().list[0];
        assert_eq!((&*resource.text.shown(), sources.slice(resource.text.span())), ("arn:aws:s3:::own", "${bucket}"));
    }
    assert_eq!(inventory.roles.len(), 2);
}

/// Names are unique in an account only.
#[test]
fn two_accounts_in_one_folder() {
    let dump = |account: &str, action: &str| {
        let read = READ.replace("s3:GetObject", action);
        format!(
            r#"{{"RoleDetailList": [{{"RoleName": "app", "Arn": "arn:aws:iam::{account}:role/app", "AssumeRolePolicyDocument": {TRUST},
            "RolePolicyList": [{{"PolicyName": "inline", "PolicyDocument": {read}}}],
            "AttachedManagedPolicies": [{{"PolicyName": "shared", "PolicyArn": "arn:aws:iam::{account}:policy/shared"}}]}}],
            "Policies": [{{"PolicyName": "shared", "Arn": "arn:aws:iam::{account}:policy/shared",
            "PolicyVersionList": [{{"Document": {read}, "VersionId": "v1", "IsDefaultVersion": true}}]}}]}}"#
        )
    };
    let mut files = [("one.json", dump("111122223333", "s3:GetObject")), ("two.json", dump("444455556666", "s3:PutObject"))];
    for _ in 0..files.len() {
        files.rotate_left(1);
        with(&files, |_, inventory| {
            assert_eq!(inventory.roles.len(), 2);
            for (account, action) in [("111122223333", "s3:GetObject"), ("444455556666", "s3:PutObject")] {
                let role = inventory.role(&format!("arn:aws:iam::{account}:role/app")).unwrap();
                let statements = role.permissions.iter().flat_map(|own| &own.policy.statements);
                let actions: Vec<_> =
                    statements.map(|own| own.actions.as_ref().unwrap().list[0].text.shown().into_owned()).collect();
                assert_eq!(actions, [action, action]);
                assert!(role.unread.is_empty());
            }
        });
    }
}
