//! The rules on resources and principals: what is told of a statement, and what is left alone.

use rolecall::policy::PolicyKind;
use rolecall::reference::Reference;

use crate::support;

/// The rules that are tested here.
const OWN: [&str; 12] = [
    "action-needs-star",
    "action-resource-mismatch",
    "arn-part-mismatch",
    "deleted-principal",
    "impossible-resource",
    "malformed-arn",
    "malformed-principal",
    "unknown-federated-provider",
    "unknown-partition",
    "unknown-region",
    "unknown-resource-type",
    "unknown-service-principal",
];

/// The findings on a statement with these elements, each as `rule severity: underlined text`.
fn lint(kind: PolicyKind, elements: &str) -> Vec<String> {
    support::findings(&Reference::default(), Some(kind), &format!("{{{elements}}}"), |sources, finding| {
        let (rule, severity, place) = (finding.rule, finding.severity.name(), sources.slice(finding.primary.span));
        OWN.contains(&rule).then(|| format!("{rule} {severity}: {place}"))
    })
}

/// Compares in each case, which has a name, what is found with what is to be found.
#[track_caller]
fn each<'c>(cases: impl IntoIterator<Item = (String, Vec<String>, &'c [&'c str])>) {
    let wrong = cases.into_iter().filter(|(_, found, expected)| found != expected);
    support::none(wrong.map(|(case, found, expected)| format!("{case}\n  found    {found:?}\n  expected {expected:?}")));
}

/// Actions and resources that are allowed, and what is to be found.
type Resources<'c> = (&'c [&'c str], &'c [&'c str], &'c [&'c str]);

fn identity((actions, resources, expected): Resources<'_>) -> (String, Vec<String>, &[&str]) {
    let elements = format!(r#""Effect": "Allow", "Action": {actions:?}, "Resource": {resources:?}"#);
    (elements.clone(), lint(PolicyKind::Identity, &elements), expected)
}

fn trust<'c>((principal, expected): (&str, &'c [&'c str])) -> (String, Vec<String>, &'c [&'c str]) {
    let elements = format!(r#""Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole""#);
    (elements.clone(), lint(PolicyKind::Trust, &elements), expected)
}

#[test]
fn of_a_resource_policy_with_arns_of_several_services() {
    let allow = |action: &str, resource: &str| {
        format!(
            r#""Effect": "Allow", "Principal": {{"AWS": "111122223333"}}, "Action": "{action}", "Resource": "arn:aws:{resource}""#
        )
    };
    let (topic, queue) = ("sns:eu-west-1:111122223333:t", "sqs:eu-west-1:111122223333:q");
    let both = |first: String, second: String| lint(PolicyKind::Resource, &format!("{first}}}, {{{second}"));
    let found = both(allow("sns:Publish", topic), allow("sns:Subscribe", queue));
    assert_eq!(found, ["action-resource-mismatch medium: sns:Subscribe"]);
    // of which service it is, is not told
    assert_eq!(both(allow("sqs:SendMessage", queue), allow("sns:Subscribe", queue)), [""; 0]);
    assert_eq!(both(allow("sns:Publish", topic), allow("sqs:SendMessage", queue)), [""; 0]);
}

#[test]
fn malformed_arns() {
    const GET: &[&str] = &["s3:GetObject"];
    let cases: &[Resources<'_>] = &[
        (GET, &["reports/*"], &["malformed-arn error: reports/*"]),
        (GET, &["arn:aws:s3::reports/*"], &["malformed-arn error: reports/*"]),
        (GET, &["ARN:aws:s3:::reports/*"], &["malformed-arn error: ARN:aws:s3:::reports/*"]),
        (GET, &[""], &["malformed-arn error: \"\""]),
        (GET, &["s3:*"], &["malformed-arn error: s3:*"]),
        (GET, &["arn:aws:S3:::reports/*"], &["malformed-arn error: S3"]),
        (&["iam:PassRole"], &["arn:aws:iam:111122223333:role/x"], &["malformed-arn error: 111122223333"]),
        (&["iam:PassRole"], &["arn:aws:iam::1111-2222-3333:role/x"], &["malformed-arn error: 1111-2222-3333"]),
        (&["iam:PassRole"], &["arn:aws:iam::ACCOUNT:role/x"], &["malformed-arn error: ACCOUNT"]),
        (&["iam:PassRole"], &["arn:aws:iam::account-id:role/x"], &["malformed-arn error: account-id"]),
        (&["iam:PassRole"], &["arn:aws:iam::xxxxxxxxxxxx:role/x"], &["malformed-arn error: xxxxxxxxxxxx"]),
        (&["iam:GetPolicy"], &["arn:aws:iam::aws:policy/ReadOnlyAccess"], &[]),
        // each value by itself
        (GET, &["arn:aws:s3:::reports/*", "*.txt", "reports"], &["malformed-arn error: *.txt", "malformed-arn error: reports"]),
        // a `*` may stand for further parts, and a variable or hole for any
        (GET, &["arn:aws:s3:::*", "arn:aws:s3*", "arn:*", "a*", "arn:aws:s3:::${aws:username}/*"], &[]),
        (GET, &["*"], &[]),
        (GET, &["<BUCKET>"], &[]),
        (GET, &["arn:?ws:s3:::reports/*"], &[]),
    ];
    each(cases.iter().copied().map(identity));
    // API Gateway makes ARNs of these, IAM does not
    let api =
        r#""Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ["execute-api:/*", "execute-api:/prod/GET/pets"]"#;
    assert_eq!(lint(PolicyKind::Resource, &format!(r#"{api}, "Principal": "*""#)), [""; 0]);
    let found = lint(PolicyKind::Identity, api);
    assert_eq!(found, ["malformed-arn error: execute-api:/*", "malformed-arn error: execute-api:/prod/GET/pets"]);
}

#[test]
fn actions_on_resources_of_other_types() {
    const BUCKET: &[&str] = &["arn:aws:s3:::reports"];
    const OBJECTS: &[&str] = &["arn:aws:s3:::reports/*"];
    let cases: &[Resources<'_>] = &[
        (&["s3:GetObject"], BUCKET, &["action-resource-mismatch medium: s3:GetObject"]),
        (&["s3:ListBucket"], OBJECTS, &["action-resource-mismatch medium: s3:ListBucket"]),
        (&["s3:GetObject", "s3:PutObject"], BUCKET, &["action-resource-mismatch medium: s3:GetObject"]),
        (&["s3:GetObject*"], BUCKET, &["action-resource-mismatch medium: s3:GetObject*"]),
        (
            &["sqs:SendMessage"],
            &["arn:aws:sns:eu-west-1:111122223333:alerts"],
            &["action-resource-mismatch medium: sqs:SendMessage"],
        ),
        (
            &["lambda:InvokeFunction"],
            &["arn:aws:lambda:eu-west-1:111122223333:layer:x"],
            &["action-resource-mismatch medium: lambda:InvokeFunction"],
        ),
        // a version or an alias of it is one, too
        (&["lambda:InvokeFunction"], &["arn:aws:lambda:eu-west-1:111122223333:function:x:PROD"], &[]),
        (&["lambda:InvokeFunction"], &["arn:aws:lambda:eu-west-1:111122223333:function:x:*"], &[]),
        // some resource fits, or may
        (&["s3:GetObject", "s3:ListBucket"], &["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::reports*"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::${aws:username}"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::<BUCKET>"], &[]),
        (&["s3:*"], BUCKET, &[]),
        (&["s3:Get*"], BUCKET, &[]),
        (&["*"], BUCKET, &[]),
        // sources disagree on its types, or the name is unknown
        (&["logs:DescribeLogGroups"], &["arn:aws:logs:eu-west-1:111122223333:log-group:x"], &[]),
        (&["s3:GetObjekt"], BUCKET, &[]),
    ];
    each(cases.iter().copied().map(identity));
    let not = r#""Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "arn:aws:s3:::reports""#;
    let others = r#""Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::reports""#;
    assert_eq!([lint(PolicyKind::Identity, not), lint(PolicyKind::Identity, others)], [vec![], vec![] as Vec<String>]);
}

#[test]
fn resources_that_there_cannot_be() {
    const DOMAIN: &str = "arn:aws:es:eu-west-1:111122223333:domain/search";
    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:";
    let secret = |name: &str| format!("{SECRET}{name}");
    let told = |kind, effect: &str, action: &str, element: &str, resources: &[String]| {
        lint(kind, &format!(r#""Effect": "{effect}", "Action": "{action}", "{element}": {resources:?}"#))
    };
    let get = |names: &[&str]| {
        let resources: Vec<_> = names.iter().map(|name| secret(name)).collect();
        told(PolicyKind::Identity, "Allow", "secretsmanager:GetSecretValue", "Resource", &resources)
    };
    for name in
        ["prod/db", "db-password", "prod/*/db", "db-a1b2c", "db-a1b2c3:username::", "db-a1b2_3", "${aws:PrincipalTag/a}/db"]
    {
        assert_eq!(get(&[name]), [format!("impossible-resource medium: {}", ending(&secret(name)))], "{name}");
    }
    for name in ["db-a1b2c3", "db-??????", "db-*", "*db", "*", "my-secret", "${aws:PrincipalTag/a}", "<NAME>", "db-?1b2c3"] {
        assert_eq!(get(&[name]), [""; 0], "{name}");
    }
    // beside one that takes in what was meant, and where it is only made
    assert_eq!(get(&["db", "db-??????"]), [""; 0]);
    assert_eq!(get(&["db", "other-??????"]).len(), 1);
    assert_eq!(told(PolicyKind::Identity, "Allow", "secretsmanager:CreateSecret", "Resource", &[secret("db")]), [""; 0]);
    let s3 = ["arn:aws:s3:::*".to_owned(), secret("db")];
    assert_eq!(told(PolicyKind::Identity, "Allow", "*", "Resource", &s3), ["impossible-resource medium: secret:db"]);
    // as much as is left open by it
    for (effect, element, severity) in
        [("Deny", "Resource", "high"), ("Deny", "NotResource", "medium"), ("Allow", "NotResource", "high")]
    {
        let found = told(PolicyKind::Scp, effect, "secretsmanager:*", element, &[secret("db")]);
        assert_eq!(found, [format!("impossible-resource {severity}: secret:db")], "{effect} {element}");
    }
    let cases: &[Resources<'_>] = &[
        (&["s3:GetObject"], &["arn:aws:s3:::reports/"], &["impossible-resource medium: reports/"]),
        (&["s3:*"], &["arn:aws:s3:::reports", "arn:aws:s3:::reports/"], &["impossible-resource medium: reports/"]),
        (&["s3:GetObject"], &["arn:aws:s3:::/reports/*"], &["impossible-resource medium: /reports/*"]),
        (&["s3:GetObject"], &["arn:aws:s3::::reports/*"], &["impossible-resource medium: :reports/*"]),
        (&["s3:ListBucket"], &["arn:aws:s3:::"], &["impossible-resource medium: arn:aws:s3:::"]),
        (&["iam:GetRole"], &["arn:aws:iam::111122223333:role/"], &["impossible-resource medium: role/"]),
        (&["dynamodb:GetItem"], &["arn:aws:dynamodb:eu-west-1:111122223333:table/"], &["impossible-resource medium: table/"]),
        (&["es:ESHttpGet", "es:ESHttp*"], &[DOMAIN], &["impossible-resource medium: domain/search"]),
        (&["es:ESHttpGet"], &[DOMAIN, "arn:aws:es:eu-west-1:111122223333:domain/search/*"], &[]),
        (&["es:ESHttpGet", "es:DescribeDomain"], &[DOMAIN], &[]),
        (&["es:*"], &[DOMAIN], &[]),
        (&["es:ESHttpGet"], &["arn:aws:es:eu-west-1:111122223333:domain/sea*"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::reports/2026/"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::reports*/"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::reports/", "arn:aws:s3:::reports/*"], &[]),
        (&["s3:GetObject"], &["arn:aws:s3:::<BUCKET>/<KEY>"], &[]),
        // refusals name it for this one, which takes no resource
        (&["iam:GetRole", "iam:ListRoles"], &["arn:aws:iam::111122223333:role/"], &[]),
        (&["iam:*"], &["arn:aws:iam::111122223333:role/"], &[]),
    ];
    each(cases.iter().copied().map(|own| {
        let (case, mut found, expected) = identity(own);
        found.retain(|own| own.starts_with("impossible-resource"));
        (case, found, expected)
    }));
}

/// The sixth part of an ARN; all of one with a variable, in which parts are not told apart.
fn ending(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).filter(|_| !arn.contains("${")).unwrap_or(arn)
}

#[test]
fn actions_that_take_no_resource() {
    const INSTANCE: &[&str] = &["arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"];
    let cases: &[Resources<'_>] = &[
        (&["ec2:DescribeInstances"], INSTANCE, &["action-needs-star medium: ec2:DescribeInstances"]),
        (&["ec2:DescribeInstances", "ec2:StartInstances"], INSTANCE, &["action-needs-star low: ec2:DescribeInstances"]),
        (&["ec2:DescribeInstances*"], INSTANCE, &["action-needs-star medium: ec2:DescribeInstances*"]),
        (&["s3:ListAllMyBuckets"], &["arn:aws:s3:::reports"], &["action-needs-star medium: s3:ListAllMyBuckets"]),
        (&["ec2:DescribeInstances"], &["*"], &[]),
        (&["ec2:DescribeInstances"], &["*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"], &[]),
        // all of a type
        (&["s3:ListAllMyBuckets"], &["arn:aws:s3:::*"], &[]),
        (&["ec2:DescribeInstances"], &["arn:aws:ec2:*:*:instance/*"], &[]),
        // some action that the wildcard stands for takes it
        (&["ec2:*Instances"], INSTANCE, &[]),
        (&["ec2:DescribeInst*"], INSTANCE, &[]),
        (&["ec2:DescribeInstances"], &["<ARN>"], &[]),
    ];
    each(cases.iter().copied().map(identity));
    // in the policy of a resource the ARN does no harm
    let own = r#""Effect": "Allow", "Principal": "*", "Action": "kafka:GetBootstrapBrokers", "Resource": "arn:aws:kafka:eu-west-1:111122223333:cluster/x/y""#;
    assert_eq!(lint(PolicyKind::Resource, own), [""; 0]);
}

#[test]
fn parts_of_arns() {
    const ANY: &[&str] = &["*"];
    let cases: &[Resources<'_>] = &[
        (ANY, &["arn:aws:s3:eu-west-1::reports/*"], &["arn-part-mismatch medium: eu-west-1"]),
        (ANY, &["arn:aws:s3::111122223333:reports"], &["arn-part-mismatch medium: 111122223333"]),
        (ANY, &["arn:aws:iam:eu-west-1:111122223333:role/x"], &["arn-part-mismatch medium: eu-west-1"]),
        (ANY, &["arn:aws:iam:::role/x"], &["arn-part-mismatch medium: role/x"]),
        (ANY, &["arn:aws:dynamodb::111122223333:table/x"], &["arn-part-mismatch medium: table/x"]),
        (ANY, &["arn:aws:dynamodb:eu-west-1::table/x"], &["arn-part-mismatch medium: table/x"]),
        (ANY, &["arn:aws-china:s3:::reports"], &["unknown-partition medium: aws-china"]),
        (ANY, &["arn:aws:dynamodb:eu-wset-1:111122223333:table/x"], &["unknown-region medium: eu-wset-1"]),
        (ANY, &["arn:aws:dynamodb:cn-north-1:111122223333:table/x"], &["unknown-region medium: cn-north-1"]),
        // wildcards and variables are never wrong
        (ANY, &["arn:aws:s3:*:*:reports/*", "arn:aws:dynamodb:*:${aws:PrincipalAccount}:table/x", "arn:aws:s3:*"], &[]),
        (ANY, &["arn:*:s3:::reports", "arn:aws-cn:s3:::reports", "arn:aws-us-gov:s3:::reports"], &[]),
        (ANY, &["arn:aws:dynamodb:eu-*:111122223333:table/x"], &[]),
        // documents of AWS have no account, others do
        (ANY, &["arn:aws:ssm:eu-west-1::document/AWS-RunShellScript", "arn:aws:ssm:eu-west-1:111122223333:document/x"], &[]),
    ];
    each(cases.iter().copied().map(identity));
}

#[test]
fn forms_that_no_type_has() {
    const ANY: &[&str] = &["*"];
    let cases: &[Resources<'_>] = &[
        (ANY, &["arn:aws:states:eu-west-1:111122223333:statemachine:x"], &["unknown-resource-type medium: statemachine:x"]),
        (ANY, &["arn:aws:dynamodb:eu-west-1:111122223333:reports"], &["unknown-resource-type low: reports"]),
        (ANY, &["arn:aws:lambda:eu-west-1:111122223333:x"], &["unknown-resource-type low: x"]),
        (ANY, &["arn:aws:dynamdb:eu-west-1:111122223333:table/x"], &["unknown-resource-type medium: dynamdb"]),
        // what no type fits is told once, not by its region and its action as well
        (&["dynamodb:GetItem"], &["arn:aws:dynamodb:::reports"], &["unknown-resource-type low: reports"]),
        (ANY, &["arn:aws:dynamodb:eu-west-1:111122223333:*", "arn:aws:dynamodb:*:*:table/*"], &[]),
        (ANY, &["arn:aws:iam::111122223333:role/team/x", "arn:aws:iam::aws:policy/ReadOnlyAccess"], &[]),
        (ANY, &["arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/x"], &[]),
        (ANY, &["arn:aws:states:eu-west-1:111122223333:${aws:PrincipalTag/machine}"], &[]),
        (ANY, &["arn:aws:states:eu-west-1:111122223333:<MACHINE>"], &[]),
    ];
    each(cases.iter().copied().map(identity));
}

#[test]
fn principals() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"AWS": "arn:aws:iam::111122223333:group/x"}"#, &["malformed-principal error: arn:aws:iam::111122223333:group/x"]),
        (
            r#"{"AWS": "arn:aws:iam::111122223333:oidc-provider/x.example.com"}"#,
            &["malformed-principal error: arn:aws:iam::111122223333:oidc-provider/x.example.com"],
        ),
        (r#"{"AWS": "arn:aws:s3:::reports"}"#, &["malformed-principal error: arn:aws:s3:::reports"]),
        (
            r#"{"AWS": "arn:aws:iam:eu-west-1:111122223333:role/x"}"#,
            &["malformed-principal error: arn:aws:iam:eu-west-1:111122223333:role/x"],
        ),
        (
            r#"{"AWS": ["11112222333", "arn:aws:iam::1111:root"]}"#,
            &["malformed-principal error: 11112222333", "malformed-principal error: arn:aws:iam::1111:root"],
        ),
        (r#"{"AWS": "lambda.amazonaws.com"}"#, &["malformed-principal error: lambda.amazonaws.com"]),
        (r#"{"AWS": "arn:aws:iam"}"#, &["malformed-principal error: arn:aws:iam"]),
        (r#"{"AWS": ""}"#, &["malformed-principal error: \"\""]),
        (
            r#"{"AWS": ["AROAEXAMPLEROLE012345", "AIDAEXAMPLEUSER012345"]}"#,
            &["deleted-principal low: AROAEXAMPLEROLE012345", "deleted-principal low: AIDAEXAMPLEUSER012345"],
        ),
        (r#"{"AWS": ["111122223333", 111122223333, "arn:aws:iam::111122223333:root"]}"#, &[]),
        (r#"{"AWS": ["arn:aws:iam::111122223333:role/a/b", "arn:aws-cn:iam::111122223333:user/c"]}"#, &[]),
        (r#"{"AWS": ["arn:aws:sts::111122223333:assumed-role/a/b", "arn:aws:sts::111122223333:federated-user/c"]}"#, &[]),
        (r#"{"AWS": ["<ACCOUNT>", "arn:aws:iam::<ACCOUNT>:role/x"]}"#, &[]),
        (r#"{"AWS": "AROA"}"#, &[]),
    ];
    each(cases.iter().copied().map(trust));
    // the caller of an identity's policy is the identity: what stands there is another fault
    let identity =
        r#""Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:group/x"}, "Action": "s3:*", "Resource": "*""#;
    assert_eq!(lint(PolicyKind::Identity, identity), [""; 0]);
    let bucket = |principal: &str| {
        format!(r#""Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*""#)
    };
    let identity_of_cloudfront = bucket(r#"{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE"}"#);
    assert_eq!(lint(PolicyKind::Resource, &identity_of_cloudfront), [""; 0]);
    let other = bucket(r#"{"AWS": "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"}"#);
    assert_eq!(
        lint(PolicyKind::Resource, &other),
        ["malformed-principal medium: arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"]
    );
}

#[test]
fn services_and_providers() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"Service": "lamda.amazonaws.com"}"#, &["unknown-service-principal medium: lamda.amazonaws.com"]),
        (
            r#"{"Service": ["lambda", "Lambda.amazonaws.com"]}"#,
            &["unknown-service-principal medium: lambda", "unknown-service-principal medium: Lambda.amazonaws.com"],
        ),
        (r#"{"Service": "lambda.example.com"}"#, &["unknown-service-principal medium: lambda.example.com"]),
        (
            r#"{"Service": "arn:aws:iam::111122223333:root"}"#,
            &["unknown-service-principal medium: arn:aws:iam::111122223333:root"],
        ),
        (r#"{"Service": ["lambda.amazonaws.com", "states.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn"]}"#, &[]),
        // the list is not complete
        (r#"{"Service": ["frobnicate.amazonaws.com", "<SERVICE>.amazonaws.com", "ses.amazonaws.com"]}"#, &[]),
        (
            r#"{"Federated": "token.actions.githubusercontent.com"}"#,
            &["unknown-federated-provider medium: token.actions.githubusercontent.com"],
        ),
        (r#"{"Federated": ""}"#, &["unknown-federated-provider error: \"\""]),
        (
            r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/https://auth.example.com"}"#,
            &["unknown-federated-provider error: arn:aws:iam::111122223333:oidc-provider/https://auth.example.com"],
        ),
        (r#"{"Service": ""}"#, &["unknown-service-principal medium: \"\""]),
        (r#"{"Federated": "https://auth.example.com"}"#, &["unknown-federated-provider medium: https://auth.example.com"]),
        (
            r#"{"Federated": "arn:aws:iam::111122223333:role/x"}"#,
            &["unknown-federated-provider error: arn:aws:iam::111122223333:role/x"],
        ),
        (
            r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/"}"#,
            &["unknown-federated-provider error: arn:aws:iam::111122223333:oidc-provider/"],
        ),
        (
            r#"{"Federated": ["cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com"]}"#,
            &[],
        ),
        (r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/auth.example.com/realms/x"}"#, &[]),
        (r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/x"}"#, &[]),
        (r#"{"Federated": ["cognito-identity.cn-north-1.amazonaws.com.cn", "<PROVIDER>"]}"#, &[]),
    ];
    each(cases.iter().copied().map(trust));
}
