//! The rules on logic that look at one statement: what is told, and what is left alone.

use rolecall::policy::PolicyKind;
use rolecall::reference::{Reference, global_keys};

use crate::support;

/// The rules that are tested here.
const OWN: [&str; 14] = [
    "any-source-address",
    "empty-condition",
    "empty-list",
    "expired-statement",
    "global-services-denied",
    "host-bits-in-range",
    "keyless-callers-denied",
    "needless-if-exists",
    "organization-of-holder",
    "private-source-address",
    "redundant-value",
    "secure-transport-inverted",
    "statement-never-applies",
    "wildcard-in-sensitive-key",
];

/// The findings on a statement with these elements, each as `rule severity: underlined text`.
fn lint(kind: PolicyKind, elements: &str) -> Vec<String> {
    told(kind, elements, |place, _| place.to_owned())
}

/// The same with the message for the underlined text.
fn messages(kind: PolicyKind, elements: &str) -> Vec<String> {
    told(kind, elements, |_, message| message.to_owned())
}

fn told(kind: PolicyKind, elements: &str, tell: impl Fn(&str, &str) -> String) -> Vec<String> {
    support::findings(&Reference::default(), Some(kind), &format!("{{{elements}}}"), |sources, finding| {
        for label in finding.related.iter().chain([&finding.primary]) {
            assert!(label.text.len() < 44 && !sources.slice(label.span).is_empty(), "{}: {}", finding.message, label.text);
        }
        let what = tell(sources.slice(finding.primary.span), &finding.message);
        OWN.contains(&finding.rule).then(|| format!("{} {}: {what}", finding.rule, finding.severity.name()))
    })
}

/// Compares what is found with what is to be found, case by case.
#[track_caller]
fn each<'c>(cases: impl IntoIterator<Item = (String, Vec<String>, &'c [&'c str])>) {
    let wrong = cases.into_iter().filter(|(_, found, expected)| found != expected);
    support::none(wrong.map(|(case, found, expected)| format!("{case}\n  found    {found:?}\n  expected {expected:?}")));
}

/// Elements of a statement on all actions and resources, with an effect and a block of conditions.
fn under(effect: &str, conditions: &str) -> String {
    format!(r#""Effect": "{effect}", "Action": "*", "Resource": "*", "Condition": {{{conditions}}}"#)
}

/// Effect, conditions, and what is to be found.
type Conditions<'c> = (&'c str, &'c str, &'c [&'c str]);

#[track_caller]
fn each_condition(kind: PolicyKind, cases: &[Conditions<'_>]) {
    each(cases.iter().map(|&(effect, conditions, expected)| {
        let principal = if kind == PolicyKind::Resource { r#""Principal": "*", "# } else { "" };
        let elements = format!("{principal}{}", under(effect, conditions));
        (elements.clone(), lint(kind, &elements), expected)
    }));
}

#[test]
fn actions_that_others_take_in() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["s3:GetObject", "s3:Get*"], &["redundant-value style: s3:GetObject"]),
        (&["s3:Get*", "S3:getobject"], &["redundant-value style: S3:getobject"]),
        (&["s3:GetObject", "s3:getObject"], &["redundant-value style: s3:getObject"]),
        (&["s3:Get*", "s3:*", "s3:GetObject"], &["redundant-value style: s3:Get*"]),
        (&["s3:GetObject", "s3:Get?bject"], &["redundant-value style: s3:GetObject"]),
        (&["s3:GetObj*", "s3:Get*", "ec2:Get*"], &["redundant-value style: s3:GetObj*"]),
        (&["ec2:RunInstances", "*"], &["redundant-value style: ec2:RunInstances"]),
        // of two that say the same it is the later
        (&["s3:*", "s3:**"], &["redundant-value style: s3:**"]),
        (&["s3:Get*", "s3:get*"], &["redundant-value style: s3:get*"]),
        (&["s3:GetObject", "s3:GetObjectTagging", "ec2:GetObject", "s3:PutObject"], &[]),
        (&["s3:*Object", "s3:Get*"], &[]),
        (&["s3:Get?bject", "s3:GetO*"], &[]),
        (&["s3:Get*", "s3-object-lambda:GetObject"], &[]),
        // what a wildcard in the service does is not said
        (&["*:GetObject", "s3:GetObject"], &[]),
        (&["s?:GetObject", "s3:GetObject"], &[]),
        (&["s3:GetObject"], &[]),
    ];
    for element in ["Action", "NotAction"] {
        // who excepts everything is told by itself
        let own = cases.iter().filter(|(actions, _)| element == "Action" || !actions.contains(&"*"));
        each(own.map(|&(actions, expected)| {
            let elements = format!(r#""Effect": "Allow", "{element}": {actions:?}, "Resource": "*""#);
            let found = lint(PolicyKind::Identity, &elements);
            (elements, found, expected)
        }));
    }
    let long: Vec<String> = (0..400).map(|number| format!("ec2:DescribeThing{}", number % 397)).collect();
    let elements = format!(r#""Effect": "Allow", "Action": {long:?}, "Resource": "*""#);
    let found = messages(PolicyKind::Identity, &elements);
    assert_eq!(found, ["redundant-value style: `ec2:DescribeThing0` and 2 other values add nothing to their list"]);
}

#[test]
fn resources_and_principals_that_others_take_in() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["arn:aws:s3:::a/x", "arn:aws:s3:::a/*"], &["redundant-value style: arn:aws:s3:::a/x"]),
        (&["arn:aws:s3:::a*", "arn:aws:s3:::a/*"], &["redundant-value style: arn:aws:s3:::a/*"]),
        (&["arn:aws:s3:::a", "arn:aws:s3:::a"], &["redundant-value style: arn:aws:s3:::a"]),
        (&["arn:aws:s3:::a", "*"], &["redundant-value style: arn:aws:s3:::a"]),
        (
            &["arn:aws:sqs:*:*:a", "arn:aws:sqs:eu-west-1:111122223333:a"],
            &["redundant-value style: arn:aws:sqs:eu-west-1:111122223333:a"],
        ),
        (&["arn:aws:s3:::a", "arn:aws:s3:::a/*"], &[]),
        (&["arn:aws:s3:::a/*", "arn:aws:s3:::A/x"], &[]),
        // of six parts, each by itself
        (&["arn:aws:logs:*:*:/aws/x*", "arn:aws:logs:*:*:log-group:/aws/x*"], &[]),
        (&["arn:aws:s3*", "arn:aws:s3:::a"], &["redundant-value style: arn:aws:s3:::a"]),
        // listed for the reader
        (&["arn:aws:s3:::a*", "arn:aws:s3:::a*/*"], &[]),
        (&["arn:aws:sqs:eu-*:111122223333:a", "arn:aws:sqs:us-east-1:111122223333:a"], &[]),
        (&["arn:aws:s3:::a/${aws:username}/*", "arn:aws:s3:::a/${aws:PrincipalTag/x}/*"], &[]),
    ];
    each(cases.iter().map(|&(resources, expected)| {
        let elements = format!(r#""Effect": "Allow", "Action": "*", "Resource": {resources:?}"#);
        (elements.clone(), lint(PolicyKind::Identity, &elements), expected)
    }));
    let principal = |list: &str| {
        let elements = format!(r#""Effect": "Allow", "Principal": {list}, "Action": "sqs:SendMessage", "Resource": "*""#);
        lint(PolicyKind::Resource, &elements)
    };
    let twice = principal(r#"{"AWS": ["111122223333", "444455556666", "111122223333"]}"#);
    assert_eq!(twice, ["redundant-value style: 111122223333"]);
    // an account is as good as its root, and a role by its name has rights of its own
    assert_eq!(principal(r#"{"AWS": ["111122223333", "arn:aws:iam::111122223333:role/x"]}"#), [""; 0]);
    assert_eq!(principal(r#"{"AWS": ["111122223333"], "CanonicalUser": ["111122223333"]}"#), [""; 0]);
}

#[test]
fn values_of_conditions_that_others_take_in() {
    const FAR: &str = r#""2126-01-01""#;
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("NumericLessThan", "s3:max-keys", "[5, 10]", &["redundant-value style: 5"]),
        ("NumericGreaterThanEquals", "s3:max-keys", "[5, 10]", &["redundant-value style: 10"]),
        ("NumericEquals", "s3:max-keys", r#"["1", "1.0"]"#, &["redundant-value style: 1.0"]),
        ("DateGreaterThan", "aws:CurrentTime", r#"["2026-01-01", "2126-01-01"]"#, &["redundant-value style: 2126-01-01"]),
        ("StringEquals", "aws:PrincipalTag/x", r#"["a", "b", "a"]"#, &["redundant-value style: a"]),
        ("StringEqualsIgnoreCase", "aws:PrincipalTag/x", r#"["a", "A"]"#, &["redundant-value style: A"]),
        ("StringNotLike", "aws:PrincipalTag/x", r#"["a*", "ab"]"#, &["redundant-value style: ab"]),
        ("ForAnyValue:StringLike", "aws:TagKeys", r#"["a*", "ab*"]"#, &["redundant-value style: ab*"]),
        (
            "ArnLike",
            "aws:PrincipalArn",
            r#"["arn:aws:iam::*:role/a", "arn:aws:iam::111122223333:role/a"]"#,
            &["redundant-value style: arn:aws:iam::111122223333:role/a"],
        ),
        ("IpAddress", "aws:SourceIp", r#"["203.0.113.7", "203.0.113.0/24"]"#, &["redundant-value style: 203.0.113.7"]),
        ("NumericLessThan", "s3:max-keys", "10", &[]),
        ("DateLessThan", "aws:CurrentTime", FAR, &[]),
        ("StringEquals", "aws:PrincipalTag/x", r#"["a", "A", "a*"]"#, &[]),
        ("StringLike", "aws:PrincipalTag/x", r#"["a*", "b*", "*c"]"#, &[]),
        ("StringLike", "s3:prefix", r#"["", "home/", "home/*"]"#, &[]),
        ("StringLike", "aws:PrincipalTag/x", r#"["a*", "a${aws:username}"]"#, &[]),
        ("IpAddress", "aws:SourceIp", r#"["203.0.113.0/25", "203.0.113.128/25", "2001:db8::/32"]"#, &[]),
    ];
    each(cases.iter().map(|&(operator, key, values, expected)| {
        let elements = under("Allow", &format!(r#""{operator}": {{"{key}": {values}}}"#));
        (elements.clone(), lint(PolicyKind::Identity, &elements), expected)
    }));
}

#[test]
fn statements_that_except_everything() {
    let cases: &[(&str, &[&str])] = &[
        (r#""Effect": "Allow", "NotAction": "*", "Resource": "*""#, &["statement-never-applies medium: *"]),
        (r#""Effect": "Deny", "Action": "s3:*", "NotResource": ["arn:aws:s3:::a", "**"]"#, &["statement-never-applies high: **"]),
        (r#""Effect": "Deny", "NotAction": "s3:*", "Resource": "*""#, &[]),
        (r#""Effect": "Deny", "NotAction": "*:*", "Resource": "*""#, &[]),
    ];
    each(cases.iter().map(|&(elements, expected)| {
        let mut found = lint(PolicyKind::Identity, elements);
        found.sort();
        (elements.to_owned(), found, expected)
    }));
    let cases: &[Conditions<'_>] = &[
        ("Deny", r#""StringNotLike": {"aws:RequestedRegion": "*"}"#, &["statement-never-applies high: *"]),
        ("Allow", r#""Null": {"aws:CurrentTime": "true"}"#, &["statement-never-applies medium: aws:CurrentTime"]),
        (
            "Deny",
            r#""ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/x", "*"]}"#,
            &["statement-never-applies high: *"],
        ),
        // whoever spares all values of a key that may be missing asks for it to be missing
        ("Deny", r#""StringNotLike": {"aws:RequestTag/owner": "*"}"#, &[]),
        ("Deny", r#""Null": {"aws:PrincipalArn": "true"}"#, &[]),
        ("Deny", r#""ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}"#, &[]),
        ("Deny", r#""ArnLike": {"aws:PrincipalArn": "*"}"#, &[]),
    ];
    each_condition(PolicyKind::Identity, cases);
    let anonymous = r#""Principal": "*", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "*"}}"#;
    assert_eq!(lint(PolicyKind::Resource, anonymous), ["statement-never-applies medium: *"]);
    let federated = r#""Principal": {"Federated": "accounts.google.com"}, "Effect": "Deny", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "*"}}"#;
    assert_eq!(lint(PolicyKind::Trust, federated), [""; 0]);
}

#[test]
fn lists_and_blocks_of_nothing() {
    let cases: &[(PolicyKind, &str, &[&str])] = &[
        (
            PolicyKind::Identity,
            r#""Effect": "Allow", "Action": [], "Resource": "*""#,
            &["empty-list medium: `Action` lists no action"],
        ),
        (
            PolicyKind::Identity,
            r#""Effect": "Allow", "NotAction": [], "Resource": "*""#,
            &["empty-list medium: `NotAction` lists no action"],
        ),
        (
            PolicyKind::Identity,
            r#""Effect": "Allow", "Action": "s3:*", "NotResource": []"#,
            &["empty-list medium: `NotResource` lists no resource"],
        ),
        (
            PolicyKind::Resource,
            r#""Effect": "Allow", "Principal": {}, "Action": "s3:*", "Resource": "*""#,
            &["empty-list medium: `Principal` names nobody"],
        ),
        (
            PolicyKind::Resource,
            r#""Effect": "Allow", "Principal": {"AWS": []}, "Action": "s3:*", "Resource": "*""#,
            &["empty-list medium: `Principal` names nobody"],
        ),
        (
            PolicyKind::Identity,
            r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringLike": {"aws:PrincipalTag/x": []}}"#,
            &["empty-list medium: `StringLike` compares `aws:PrincipalTag/x` with no value"],
        ),
        (
            PolicyKind::Identity,
            r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {}"#,
            &["empty-condition style: the `Condition` of statement 1 asks for nothing"],
        ),
        (
            PolicyKind::Identity,
            r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringLike": {}}"#,
            &["empty-condition style: the `Condition` of statement 1 asks for nothing"],
        ),
        // of another form, and what AWS refuses anyway
        (PolicyKind::Identity, r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": []"#, &[]),
        (PolicyKind::Identity, r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": "<CONDITION>""#, &[]),
        (PolicyKind::Identity, r#""Effect": "Allow", "Action": "<ACTIONS>", "Resource": "<RESOURCES>""#, &[]),
        (PolicyKind::Resource, r#""Effect": "Allow", "Principal": "<PRINCIPAL>", "Action": "s3:*", "Resource": "*""#, &[]),
        (PolicyKind::Identity, r#""Effect": "Allow", "Action": "s3:*", "Resource": "*""#, &[]),
    ];
    each(cases.iter().map(|&(kind, elements, expected)| (elements.to_owned(), messages(kind, elements), expected)));
}

#[test]
fn addresses() {
    let cases: &[Conditions<'_>] = &[
        ("Allow", r#""IpAddress": {"aws:SourceIp": "203.0.113.9/24"}"#, &["host-bits-in-range low: 203.0.113.9/24"]),
        (
            "Deny",
            r#""NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8", "10.1.2.3/16"]}"#,
            &["host-bits-in-range low: 10.1.2.3/16", "redundant-value style: 10.1.2.3/16"],
        ),
        (
            "Allow",
            r#""IpAddress": {"aws:SourceIp": ["203.0.113.9/32", "203.0.113.10", "198.51.100.0/24", "2001:db8::/32"]}"#,
            &[],
        ),
        ("Allow", r#""IpAddress": {"aws:SourceIp": "10.1.2.0/24"}"#, &["private-source-address medium: 10.1.2.0/24"]),
        (
            "Allow",
            r#""IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "192.168.7.1"]}"#,
            &["private-source-address low: 192.168.7.1"],
        ),
        // not private, or not private in full
        (
            "Allow",
            r#""IpAddress": {"aws:SourceIp": ["172.32.0.0/12", "172.0.0.0/8", "192.0.0.0/8", "11.0.0.0/8", "100.64.0.0/10"]}"#,
            &["redundant-value style: 172.32.0.0/12"],
        ),
        ("Allow", r#""IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}"#, &[]),
        ("Allow", r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, &["any-source-address medium: 0.0.0.0/0"]),
        ("Deny", r#""NotIpAddress": {"aws:SourceIp": "::/0"}"#, &["any-source-address medium: ::/0"]),
        ("Deny", r#""IpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, &[]),
        ("Allow", r#""NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"}"#, &[]),
        ("Allow", r#""IpAddress": {"aws:SourceIp": "<RANGE>"}"#, &[]),
    ];
    each(cases.iter().map(|&(effect, conditions, expected)| {
        let mut found = lint(PolicyKind::Identity, &under(effect, conditions));
        found.sort();
        (conditions.to_owned(), found, expected)
    }));
    for (effect, operator, consequence) in [
        ("Allow", "IpAddress", "so the statement allows nothing"),
        ("Deny", "IpAddress", "so the statement denies nothing"),
        ("Allow", "NotIpAddress", "so the condition always holds and guards nothing"),
        ("Deny", "NotIpAddress", "so the condition always holds and the statement denies more than it seems to"),
    ] {
        let found =
            messages(PolicyKind::Identity, &under(effect, &format!(r#""{operator}": {{"aws:SourceIp": "172.16.0.0/12"}}"#)));
        let expected = format!(
            "private-source-address medium: `172.16.0.0/12` is private and `aws:SourceIp` holds public addresses only, {consequence}"
        );
        assert_eq!(found, [expected]);
    }
    let role = r#""Principal": {"AWS": "*"}, "Effect": "Allow", "Action": "sts:AssumeRole", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#;
    assert_eq!(lint(PolicyKind::Trust, role), ["any-source-address medium: 0.0.0.0/0"]);
    // strangers who get in are told by another rule
    let bucket = r#""Principal": "*", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#;
    assert_eq!(lint(PolicyKind::Resource, bucket), [""; 0]);
}

#[test]
fn sensitive_keys() {
    let cases: &[Conditions<'_>] = &[
        ("Allow", r#""StringLike": {"aws:PrincipalOrgID": "o-*"}"#, &["wildcard-in-sensitive-key medium: o-*"]),
        (
            "Deny",
            r#""StringNotLikeIfExists": {"AWS:sourcevpce": ["vpce-1", "vpce-0a1b*"]}"#,
            &["wildcard-in-sensitive-key medium: vpce-0a1b*"],
        ),
        ("Allow", r#""StringLike": {"aws:ResourceOrgID": "o-a1b2c3d4e5"}"#, &[]),
        ("Allow", r#""StringLike": {"aws:PrincipalTag/team": "o-*"}"#, &[]),
        ("Allow", r#""StringLike": {"aws:PrincipalOrgID": "${aws:PrincipalTag/org}"}"#, &[]),
        ("Allow", r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}"#, &[]),
        // literal, which is another rule
        ("Deny", r#""StringNotEquals": {"aws:PrincipalOrgID": "o-*"}"#, &[]),
    ];
    each_condition(PolicyKind::Identity, cases);
    // strangers who get in are told by other rules
    let trust = |value: &str| {
        let elements = format!(
            r#""Principal": {{"AWS": "*"}}, "Effect": "Allow", "Action": "sts:AssumeRole", "Condition": {{"StringLike": {{"aws:PrincipalOrgID": "{value}"}}}}"#
        );
        lint(PolicyKind::Trust, &elements)
    };
    assert_eq!([trust("o-*"), trust("o-a1b2*")], [vec![], vec!["wildcard-in-sensitive-key medium: o-a1b2*".to_owned()]]);
    let names = |is: fn(&rolecall::reference::Global) -> bool| {
        let keys = global_keys().filter(|key| key.global.as_ref().is_some_and(is));
        keys.map(|key| key.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        names(|own| own.sensitive),
        "aws:PrincipalAccount aws:PrincipalOrgID aws:ResourceAccount aws:ResourceOrgID aws:SourceAccount aws:SourceOrgID aws:SourceVpc aws:SourceVpce \
         aws:VpceAccount aws:VpceOrgID"
    );
    assert_eq!(
        names(|own| own.of_service),
        "aws:PrincipalServiceName aws:PrincipalServiceNamesList aws:SourceAccount aws:SourceArn aws:SourceOrgID aws:SourceOrgPaths"
    );
}

#[test]
fn secure_transport() {
    let found = |severity: &str, value: &str| [format!("secure-transport-inverted {severity}: {value}")];
    let cases: &[Conditions<'_>] = &[
        ("Allow", r#""Bool": {"aws:SecureTransport": "true"}"#, &[]),
        ("Deny", r#""Bool": {"aws:SecureTransport": "false"}"#, &[]),
        ("Deny", r#""BoolIfExists": {"aws:SecureTransport": false}"#, &[]),
        ("Deny", r#""StringNotEquals": {"aws:SecureTransport": "true"}"#, &[]),
        ("Deny", r#""Bool": {"aws:SecureTransport": "true"}, "NumericLessThan": {"s3:TlsVersion": "1.2"}"#, &[]),
        ("Allow", r#""Bool": {"aws:ViaAWSService": "false"}"#, &[]),
        ("Allow", r#""Null": {"aws:SecureTransport": "false"}"#, &[]),
    ];
    each_condition(PolicyKind::Identity, cases);
    let lint = |effect: &str, conditions: &str| lint(PolicyKind::Identity, &under(effect, conditions));
    assert_eq!(lint("Allow", r#""Bool": {"aws:SecureTransport": false}"#), found("medium", "false"));
    assert_eq!(lint("Allow", r#""StringNotEquals": {"aws:securetransport": "true"}"#), found("medium", "true"));
    assert_eq!(lint("Deny", r#""Bool": {"aws:SecureTransport": "true"}"#), found("medium", "true"));
    let beside = r#""Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/x": "y"}"#;
    assert_eq!(lint("Allow", beside), found("medium", "false"));
}

#[test]
fn times_that_are_over() {
    let cases: &[Conditions<'_>] = &[
        ("Allow", r#""DateLessThan": {"aws:CurrentTime": "2024-07-01"}"#, &["expired-statement low: 2024-07-01"]),
        (
            "Deny",
            r#""DateLessThanEquals": {"aws:EpochTime": "2024-07-01T00:00:00Z"}"#,
            &["expired-statement low: 2024-07-01T00:00:00Z"],
        ),
        ("Allow", r#""NumericLessThan": {"aws:EpochTime": "1719792000"}"#, &["expired-statement low: 1719792000"]),
        ("Allow", r#""DateEquals": {"aws:CurrentTime": ["2023-01-01", "2024-01-01"]}"#, &["expired-statement low: 2024-01-01"]),
        // a window that is over
        (
            "Allow",
            r#""DateGreaterThan": {"aws:CurrentTime": "2024-01-01"}, "DateLessThan": {"aws:CurrentTime": "2024-07-01"}"#,
            &["expired-statement low: 2024-07-01"],
        ),
        ("Allow", r#""DateEquals": {"aws:CurrentTime": ["2024-01-01", "2126-01-01"]}"#, &[]),
        ("Allow", r#""DateNotEquals": {"aws:CurrentTime": "2024-01-01"}"#, &[]),
        ("Allow", r#""DateGreaterThan": {"aws:CurrentTime": "2024-01-01"}"#, &[]),
        ("Allow", r#""DateLessThan": {"aws:CurrentTime": "2126-01-01"}"#, &[]),
        ("Deny", r#""DateLessThan": {"aws:TokenIssueTime": "2024-01-01"}"#, &[]),
        ("Allow", r#""DateLessThan": {"aws:CurrentTime": "<END>"}"#, &[]),
    ];
    each_condition(PolicyKind::Identity, cases);
}

#[test]
fn global_services() {
    const EUROPE: &str = r#""StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}"#;
    const ALL: &str = r#""Action": "*""#;
    let deny = |actions: &str, resource: &str, condition: &str| {
        format!(r#""Effect": "Deny", {actions}, "Resource": "{resource}", "Condition": {{{condition}}}"#)
    };
    let cases: &[(String, &[&str])] = &[
        (deny(ALL, "*", EUROPE), &["global-services-denied medium: eu-west-1"]),
        (
            deny(r#""Action": ["s3:*", "*"]"#, "*", r#""StringNotLike": {"aws:RequestedRegion": "eu-*"}"#),
            &["global-services-denied medium: eu-*", "redundant-value style: s3:*"],
        ),
        (deny(r#""NotAction": ["sts:*", "s3:ListAllMyBuckets"]"#, "*", EUROPE), &["global-services-denied medium: eu-west-1"]),
        // some are excepted
        (deny(r#""NotAction": ["sts:*", "IAM:*"]"#, "*", EUROPE), &[]),
        (deny(r#""NotAction": ["sts:*", "<GLOBAL>"]"#, "*", EUROPE), &[]),
        (deny(r#""Action": ["ec2:*", "s3:*"]"#, "*", EUROPE), &[]),
        (deny(ALL, "arn:aws:ec2:*:*:instance/*", EUROPE), &[]),
        (deny(ALL, "*", r#""StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}"#), &[]),
        (deny(ALL, "*", r#""StringNotLike": {"aws:RequestedRegion": "us-*"}"#), &[]),
        (deny(ALL, "*", r#""StringNotEquals": {"aws:RequestedRegion": "cn-north-1"}"#), &[]),
        (deny(ALL, "*", r#""StringNotEquals": {"aws:RequestedRegion": "<REGION>"}"#), &[]),
        (deny(ALL, "*", r#""StringEquals": {"aws:RequestedRegion": "eu-west-1"}"#), &[]),
    ];
    for kind in [PolicyKind::Scp, PolicyKind::Identity] {
        each(cases.iter().map(|(elements, expected)| {
            let mut found = lint(kind, elements);
            found.sort();
            (elements.clone(), found, *expected)
        }));
    }
    let bucket = format!(r#""Principal": "*", {}"#, deny(ALL, "*", EUROPE));
    assert_eq!(lint(PolicyKind::Resource, &bucket), [""; 0]);
}

#[test]
fn organization_of_the_holder() {
    const OURS: &str = r#""aws:PrincipalOrgID": "o-a1b2c3d4e5""#;
    let with = |effect: &str, resource: &str, conditions: &str| {
        format!(r#""Effect": "{effect}", "Action": "sts:AssumeRole", "Resource": "{resource}", "Condition": {{{conditions}}}"#)
    };
    let (any, own) = ("arn:aws:iam::*:role/deploy", "arn:aws:iam::111122223333:role/deploy");
    let (positive, negated) = (format!(r#""StringEquals": {{{OURS}}}"#), format!(r#""StringNotEqualsIfExists": {{{OURS}}}"#));
    let told = |severity: &str| vec![format!("organization-of-holder {severity}: aws:PrincipalOrgID")];
    for (kind, elements, expected) in [
        (PolicyKind::Identity, with("Allow", any, &positive), told("medium")),
        (PolicyKind::Boundary, with("Allow", own, &positive), told("low")),
        (PolicyKind::Identity, with("Deny", "*", &negated), told("low")),
        (PolicyKind::Scp, with("Deny", "*", &negated), told("medium")),
        (PolicyKind::Scp, with("Deny", "*", r#""StringNotEquals": {"aws:PrincipalOrgID": "${var.org}"}"#), told("medium")),
        // held against the organization of the resource, or beside what tells that
        (PolicyKind::Identity, with("Allow", any, r#""StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}"#), vec![]),
        (PolicyKind::Identity, with("Allow", any, r#""StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}"#), vec![]),
        (
            PolicyKind::Identity,
            with("Allow", any, &format!(r#""StringEquals": {{{OURS}, "aws:ResourceOrgID": "o-a1b2c3d4e5"}}"#)),
            vec![],
        ),
        // the caller is not the holder, or may be anybody
        (PolicyKind::Rcp, format!(r#""Principal": "*", {}"#, with("Deny", "*", &negated)), vec![]),
        (PolicyKind::Resource, format!(r#""Principal": "*", {}"#, with("Allow", "*", &positive)), vec![]),
        (PolicyKind::Endpoint, format!(r#""Principal": "*", {}"#, with("Allow", "*", &positive)), vec![]),
        // no id, which is told as such
        (PolicyKind::Identity, with("Allow", any, r#""StringEquals": {"aws:PrincipalOrgID": "MY_ORG"}"#), vec![]),
    ] {
        assert_eq!(lint(kind, &elements), expected, "{elements}");
    }
}

#[test]
fn keys_of_services_in_a_deny() {
    let cases: &[Conditions<'_>] = &[
        (
            "Deny",
            r#""StringNotEquals": {"aws:SourceAccount": "111122223333"}"#,
            &["keyless-callers-denied medium: aws:SourceAccount"],
        ),
        (
            "Deny",
            r#""StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5", "aws:SourceAccount": "111122223333"}"#,
            &["keyless-callers-denied medium: aws:SourceOrgID"],
        ),
        ("Deny", r#""ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::a"}"#, &["keyless-callers-denied medium: aws:SourceArn"]),
        // these hold for services only, or spare others
        (
            "Deny",
            r#""StringNotEquals": {"aws:SourceAccount": "111122223333"}, "Bool": {"aws:PrincipalIsAWSService": "true"}"#,
            &[],
        ),
        ("Deny", r#""StringNotEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}, "Null": {"aws:SourceAccount": "false"}"#, &[]),
        ("Deny", r#""StringNotEquals": {"aws:SourceAccount": "111122223333", "aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#, &[]),
        ("Deny", r#""ForAnyValue:StringNotLike": {"aws:SourceOrgPaths": "o-a1b2c3d4e5/*"}"#, &[]),
        ("Deny", r#""StringEquals": {"aws:SourceAccount": "111122223333"}"#, &[]),
        ("Allow", r#""StringNotEquals": {"aws:SourceAccount": "111122223333"}"#, &[]),
        ("Deny", r#""StringNotEquals": {"aws:PrincipalTag/x": "y"}"#, &[]),
        ("Deny", r#""StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}"#, &[]),
    ];
    each_condition(PolicyKind::Resource, cases);
    let service = r#""Principal": {"Service": "s3.amazonaws.com"}, "Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "111122223333"}}"#;
    assert_eq!(lint(PolicyKind::Resource, service), [""; 0]);
}

#[test]
fn if_exists_on_keys_that_are_there() {
    let cases: &[Conditions<'_>] = &[
        ("Allow", r#""BoolIfExists": {"aws:SecureTransport": "true"}"#, &["needless-if-exists style: BoolIfExists"]),
        (
            "Allow",
            r#""StringNotEqualsIfExists": {"aws:RequestedRegion": "eu-west-1"}"#,
            &["needless-if-exists style: StringNotEqualsIfExists"],
        ),
        ("Deny", r#""BoolIfExists": {"aws:SecureTransport": "false"}"#, &[]),
        ("Allow", r#""StringEqualsIfExists": {"aws:PrincipalTag/x": "y"}"#, &[]),
        ("Allow", r#""ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}"#, &[]),
        ("Allow", r#""StringEqualsIfExists": {"s3:prefix": "y"}"#, &[]),
    ];
    each_condition(PolicyKind::Identity, cases);
}
