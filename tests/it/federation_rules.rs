//! The rules on who else takes a role: other accounts, other providers, callers that bring tags; and what AWS does not store.

use rolecall::config::{Config, Trust};
use rolecall::finding::Finding;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;

use crate::support;

const OWN: [&str; 17] = [
    "any-certificate",
    "anyone-can-assume",
    "claim-without-key",
    "external-id-missing",
    "impossible-subject",
    "key-never-present",
    "missing-provider",
    "open-user-pool-provider",
    "principal-key-for-token",
    "redundant-session",
    "saml-attribute-optional",
    "saml-audience-missing",
    "shared-issuer-control",
    "tag-session-missing",
    "unexpected-account",
    "unexpected-provider",
    "unlisted-account",
];

/// Each finding of the rules as `rule severity: underlined text`.
fn lint(files: &[String], trust: &Trust) -> Vec<String> {
    let names: Vec<String> = (0..files.len()).map(|index| format!("{index}.json")).collect();
    let files = names.iter().map(String::as_str).zip(files.iter().cloned());
    support::with_inventory(None, files, |sources, inventory| {
        let config = Config { trust: trust.clone(), ..Config::default() };
        let found = rules::run(&Facts { sources, inventory, config: &config, reference: &Reference::default() });
        let own = found.iter().filter(|finding| OWN.contains(&finding.rule));
        own.map(|finding: &Finding| {
            assert!(finding.help.is_some() && !finding.message.ends_with('.'), "{finding:?}");
            assert!(finding.related.iter().chain([&finding.primary]).all(|label| label.text.len() < 44), "{finding:?}");
            format!("{} {}: {}", finding.rule, finding.severity.name(), sources.slice(finding.primary.span))
        })
        .collect()
    })
}

/// A role of account 111122223333 with these statements, abbreviated: `GH` is GitHub's host, `PROVIDER(x)` the ARN of an OIDC provider.
fn role(statements: &str) -> String {
    let statements = statements.replace("PROVIDER(", "arn:aws:iam::111122223333:oidc-provider/").replace(")\"", "\"");
    let statements = statements.replace("GH", "token.actions.githubusercontent.com");
    format!(
        r#"{{"Role": {{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r", "AssumeRolePolicyDocument": {{"Version": "2012-10-17",
            "Statement": [{statements}]}}}}}}"#
    )
}

fn check(rows: &[(&str, &[&str])]) {
    for (statements, expected) in rows {
        assert_eq!(lint(&[role(statements)], &Trust::default()), *expected, "{statements}");
    }
}

/// A statement that takes tokens of this issuer, with these conditions.
fn web(issuer: &str, conditions: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Principal": {{"Federated": "PROVIDER({issuer})"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{conditions}}}}}"#
    )
}

#[test]
fn what_aws_asks_of_shared_issuers() {
    let arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let refused = format!("shared-issuer-control error: {arn}");
    let rows: [(&str, &str, Option<&str>); 16] = [
        ("GH", r#""StringEquals": {"GH:aud": "sts.amazonaws.com"}"#, Some(&refused)),
        ("GH", r#""StringEquals": {"GH:repository": "o/r"}"#, Some(&refused)),
        // a test of the text alone
        ("GH", r#""StringLike": {"GH:sub": "repo:*"}"#, None),
        ("GH", r#""StringLike": {"GH:sub": "*"}"#, Some("shared-issuer-control error: *")),
        ("GH", r#""StringEquals": {"GH:job_workflow_ref": "o/r/.github/workflows/w.yml@refs/heads/main"}"#, None),
        ("GH", r#""StringEqualsIgnoreCase": {"gh:SUB": "repo:o/r:ref:refs/heads/main"}"#, Some(&refused)),
        ("GH", r#""StringEqualsIgnoreCase": {"GH:SUB": "repo:o/r:ref:refs/heads/main"}"#, None),
        // sources disagree
        ("GH", r#""StringLike": {"GH:sub": ["repo:o/r:*", "*"]}"#, None),
        // whether these count is inferred
        (
            "GH",
            r#""ForAnyValue:StringLike": {"GH:sub": "repo:o/r:*"}"#,
            Some("shared-issuer-control low: ForAnyValue:StringLike"),
        ),
        ("GH", r#""StringLikeIfExists": {"GH:sub": "repo:o/r:*"}"#, Some("shared-issuer-control low: StringLikeIfExists")),
        // one condition that counts is enough
        ("GH", r#""StringNotLike": {"GH:sub": "repo:o/r:pull_request"}, "StringLike": {"GH:job_workflow_ref": "o/r/*"}"#, None),
        ("gitlab.com", r#""StringEquals": {"gitlab.com:sub": "project_path:g/p:ref_type:branch:ref:main"}"#, None),
        ("oidc.vercel.com", r#""StringEquals": {"oidc.vercel.com:aud": "https://vercel.com/acme"}"#, None),
        // one customer's own
        ("oidc.vercel.com/acme", r#""StringEquals": {"oidc.vercel.com/acme:aud": "https://vercel.com/acme"}"#, None),
        ("idp.example.com", r#""StringEquals": {"idp.example.com:aud": "a"}"#, None),
        (
            "oidc.eks.eu-west-1.amazonaws.com/id/ABC",
            r#""StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud": "a"}"#,
            None,
        ),
    ];
    for (issuer, conditions, expected) in rows {
        let found = lint(&[role(&web(issuer, conditions))], &Trust::default());
        let found: Vec<&str> = found.iter().map(String::as_str).filter(|line| line.starts_with("shared-issuer")).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{conditions}");
    }
    // what lets nobody take the role needs no condition
    let tags = r#"{"Effect": "Allow", "Principal": {"Federated": "PROVIDER(GH)"}, "Action": "sts:TagSession"}"#;
    let deny = r#"{"Effect": "Deny", "Principal": {"Federated": "PROVIDER(GH)"}, "Action": "sts:*"}"#;
    check(&[(tags, &[]), (deny, &[])]);
}

#[test]
fn claims_that_are_no_keys() {
    let sub = r#""GH:sub": "repo:o/r:ref:refs/heads/main""#;
    for (conditions, expected) in [
        (
            format!(r#""StringEquals": {{{sub}, "GH:repository_owner": "o"}}"#),
            vec!["claim-without-key high: GH:repository_owner"],
        ),
        (
            format!(r#""StringEquals": {{{sub}}}, "StringNotEquals": {{"GH:event_name": "x"}}"#),
            vec!["claim-without-key high: GH:event_name"],
        ),
        (
            format!(r#""StringEquals": {{{sub}}}, "StringEqualsIfExists": {{"GH:nothing": "x"}}"#),
            vec!["claim-without-key high: GH:nothing"],
        ),
        (format!(r#""StringEquals": {{{sub}, "GH:repositry": "x"}}"#), vec!["claim-without-key medium: GH:repositry"]),
        // that of the provider is the only issuer
        (
            format!(r#""StringEquals": {{{sub}}}, "ForAllValues:StringEquals": {{"GH:iss": "https://GH"}}"#),
            vec!["claim-without-key low: GH:iss"],
        ),
        (format!(r#""StringEquals": {{{sub}, "GH:repository_owner_id": "1", "GH:AUD": "x"}}"#), vec![]),
        // the key of another issuer is another rule's
        (format!(r#""StringEquals": {{{sub}, "gitlab.com:namespace_path": "x"}}"#), vec![]),
        (format!(r#""StringEquals": {{{sub}, "aws:RequestTag/a.b:c": "x"}}"#), vec![]),
    ] {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace("GH", "token.actions.githubusercontent.com")).collect();
        assert_eq!(lint(&[role(&web("GH", &conditions))], &Trust::default()), expected, "{conditions}");
    }
    // a Deny that never denies
    let deny = r#"{"Effect": "Deny", "Principal": {"Federated": "PROVIDER(GH)"}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"GH:event_name": "pull_request"}}}"#;
    let both = format!("{}, {deny}", web("GH", &format!(r#""StringEquals": {{{sub}}}"#)));
    check(&[(&both, &["claim-without-key high: token.actions.githubusercontent.com:event_name"])]);
    let both = both.replace("GH:event_name", "GH:iss");
    check(&[(&both, &["claim-without-key high: token.actions.githubusercontent.com:iss"])]);
}

/// A subject that no token has is told at its value, and lets nobody in; one that an owner may have made for himself is not.
#[test]
fn subjects_that_never_come() {
    for (operator, subject, is_told) in [
        ("StringLike", "repo:acme:*", true),
        ("StringLike", "acme/articles:*", true),
        ("StringLike", "acme/articles*", true),
        ("StringEquals", "acme/articles:ref:refs/heads/main", true),
        ("StringEquals", "repo:acme/articles:ref:main", true),
        ("StringLike", "repo:acme/articles:ref:main*", true),
        ("StringLike", "repo:acme/*:ref:heads/main", false),
        ("StringEquals", "repo:acme@1/articles@2:ref:refs/heads/main", false),
        ("StringLike", "repo:acme/articles:ref:*", false),
        ("StringLike", "repo:acme/articles:ref:re*", false),
        ("StringLike", "repo:acme*", false),
        ("StringLike", "repo:acme/articles:*", false),
        ("StringLike", "*acme/articles:*", false),
        ("StringEquals", "repo:acme/articles:environment:ref:main", false),
        // of an owner's own making
        ("StringEquals", "repo:acme/articles", false),
        ("StringEquals", "repository_owner:acme:repository_visibility:private", false),
        ("StringEquals", "job_workflow_ref:acme/articles/.github/workflows/w.yml@refs/heads/main", false),
        ("StringEquals", "environment:production", false),
    ] {
        let condition = format!(r#""{operator}": {{"GH:sub": "{subject}"}}"#);
        let expected: Vec<String> = is_told.then(|| format!("impossible-subject medium: {subject}")).into_iter().collect();
        assert_eq!(lint(&[role(&web("GH", &condition))], &Trust::default()), expected, "{subject}");
        let among = format!(r#""{operator}": {{"GH:sub": ["repo:acme/a:ref:refs/heads/b", "{subject}"]}}"#);
        assert_eq!(lint(&[role(&web("GH", &among))], &Trust::default()), expected, "{subject}");
    }
    // of others it is not known, and what excepts somebody is another matter
    let condition = r#""StringEquals": {"idp.example.com:sub": "acme/articles"}"#;
    assert_eq!(lint(&[role(&web("idp.example.com", condition))], &Trust::default()), [""; 0]);
    let condition = r#""StringLike": {"GH:sub": "repo:acme/a:*"}, "StringNotLike": {"GH:sub": "acme/b:*"}"#;
    assert_eq!(lint(&[role(&web("GH", condition))], &Trust::default()), [""; 0]);
    // nobody gets in, and no rule says that somebody does
    for subject in ["repo:acme:*", "acme/articles:*"] {
        let condition = format!(r#""StringLike": {{"GH:sub": "{subject}"}}"#);
        let policy = role(&web("GH", &condition));
        support::with_inventory(None, [("role.json", policy)].into_iter(), |sources, inventory| {
            let (config, reference) = (Config::default(), Reference::default());
            let found = rules::run(&Facts { sources, inventory, config: &config, reference: &reference });
            let told: Vec<&str> = found.iter().map(|own| own.rule).filter(|own| *own != "missing-provider").collect();
            assert_eq!(told, ["impossible-subject"], "{subject}");
        });
    }
}

#[test]
fn keys_of_whoever_signs() {
    let sub = r#""StringEquals": {"idp.example.com:sub": "me"}"#;
    for (conditions, expected) in [
        (r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#, vec!["principal-key-for-token medium: aws:MultiFactorAuthPresent"]),
        (
            r#""BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}"#,
            vec!["principal-key-for-token high: aws:MultiFactorAuthPresent"],
        ),
        (r#""StringNotEquals": {"aws:PrincipalAccount": "1"}"#, vec!["principal-key-for-token high: aws:PrincipalAccount"]),
        // the service reference tells it of the action, and that is enough
        (r#""StringLike": {"sts:ExternalId": "x*"}"#, vec!["key-never-present medium: sts:ExternalId"]),
        (r#""IpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, vec![]),
        (r#""StringLike": {"sts:RoleSessionName": "me-*"}"#, vec![]),
    ] {
        let found = lint(&[role(&web("idp.example.com", &format!("{sub}, {conditions}")))], &Trust::default());
        assert_eq!(found, expected, "{conditions}");
    }
    // somebody else of the statement may sign
    check(&[(
        r#"{"Effect": "Allow", "Principal": {"Federated": "PROVIDER(idp.example.com)", "AWS": "arn:aws:iam::111122223333:role/x"},
            "Action": ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"],
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}"#,
        &[],
    )]);
}

/// A statement that lets principals of AWS take the role, with these conditions.
fn aws(principal: &str, conditions: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Principal": {{"AWS": {principal}}}, "Action": "sts:AssumeRole", "Condition": {{{conditions}}}}}"#
    )
}

#[test]
fn anyone() {
    const FOUND: [&str; 1] = ["anyone-can-assume high: *"];
    for (conditions, is_open) in [
        ("", true),
        (r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#, true),
        // what the caller says of himself
        (r#""StringLike": {"aws:UserAgent": "console*"}"#, true),
        (r#""StringEquals": {"aws:Referer": "https://example.com/"}"#, true),
        (r#""StringLike": {"sts:ExternalId": "?*"}"#, true),
        (r#""Null": {"sts:ExternalId": "false"}"#, true),
        (r#""StringEqualsIfExists": {"sts:ExternalId": "secret"}"#, true),
        (r#""StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}"#, true),
        (r#""StringLike": {"aws:PrincipalOrgID": "o-*"}"#, true),
        (r#""StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}"#, true),
        (r#""StringEquals": {"aws:PrincipalTag/team": "press"}"#, true),
        (r#""StringLike": {"sts:RoleSessionName": "press-*"}"#, true),
        // what he makes in an account of his own
        (r#""StringLike": {"aws:PrincipalArn": "*:role/x"}"#, true),
        (r#""StringEquals": {"aws:username": "alice"}"#, true),
        (r#""StringEquals": {"aws:PrincipalType": "User"}"#, true),
        (r#""StringLike": {"aws:userid": "*:alice"}"#, true),
        (r#""NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, true),
        (r#""StringLike": {"aws:userid": "AROAEXAMPLEROLE012345:*"}"#, false),
        (r#""StringEquals": {"aws:VpceOrgID": "o-abc"}"#, false),
        // a root user takes no role, and the role of a service only that
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}"#, false),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"}"#, false),
        (r#""StringEquals": {"sts:ExternalId": "secret"}"#, false),
        (r#""StringEquals": {"aws:PrincipalOrgID": "o-abc"}"#, false),
        (r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc/*"}"#, false),
        (r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x*"}"#, false),
        // who comes from where is not known
        (r#""IpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#, false),
    ] {
        let found = lint(&[role(&aws(r#""*""#, conditions))], &Trust::default());
        assert_eq!(found, if is_open { &FOUND[..] } else { &[] }, "{conditions}");
    }
}

#[test]
fn external_ids() {
    const OTHER: &str = r#""arn:aws:iam::444455556666:root""#;
    let low = "external-id-missing low: arn:aws:iam::444455556666:root";
    check(&[
        (&aws(OTHER, ""), &[low]),
        (&aws(r#""444455556666""#, ""), &["external-id-missing low: 444455556666"]),
        (&aws(OTHER, r#""StringEquals": {"sts:ExternalId": "secret"}"#), &[]),
        (&aws(OTHER, r#""StringLike": {"sts:ExternalId": ["secret", "*"]}"#), &["external-id-missing medium: secret"]),
        (&aws(OTHER, r#""StringEqualsIfExists": {"sts:ExternalId": "secret"}"#), &[low]),
        (&aws(OTHER, r#""Bool": {"aws:MultiFactorAuthPresent": "true"}"#), &[low]),
        (&aws(OTHER, r#""StringEquals": {"aws:PrincipalOrgID": "o-abc"}"#), &[]),
        // a role by its name is mostly one of one's own
        (&aws(r#""arn:aws:iam::444455556666:role/x""#, ""), &[]),
        (&aws(r#""arn:aws:iam::111122223333:root""#, ""), &[]),
        // one for the statement
        (&aws(r#"["arn:aws:iam::444455556666:root", "777788889999"]"#, ""), &[low]),
    ]);
}

#[test]
fn accounts_of_the_configuration() {
    let trust = Trust {
        own_accounts: vec!["111122223333".to_owned(), "222233334444".to_owned()],
        partners: vec!["444455556666".to_owned()],
        providers: vec!["gitlab.com".to_owned()],
    };
    for (principal, expected) in [
        (r#""222233334444""#, vec![]),
        (r#""444455556666""#, vec!["external-id-missing medium: 444455556666"]),
        (r#""arn:aws:iam::444455556666:role/x""#, vec!["external-id-missing medium: arn:aws:iam::444455556666:role/x"]),
        (r#""777788889999""#, vec!["unexpected-account high: 777788889999"]),
        (r#"["777788889999", "222233334444"]"#, vec!["unexpected-account high: 777788889999"]),
    ] {
        assert_eq!(lint(&[role(&aws(principal, ""))], &trust), expected, "{principal}");
    }
    // a condition limits what an account may do, and it is unexpected all the same; one that is denied is not let in
    let limited = aws(r#""777788889999""#, r#""IpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#);
    assert_eq!(lint(&[role(&limited)], &trust), ["unexpected-account high: 777788889999"]);
    let denied = aws(r#""777788889999""#, "").replace("Allow", "Deny");
    assert_eq!(lint(&[role(&format!("{limited}, {denied}"))], &trust), Vec::<String>::new());

    let gitlab = web("gitlab.com", r#""StringEquals": {"gitlab.com:sub": "project_path:g/p:ref_type:branch:ref:main"}"#);
    assert_eq!(lint(&[role(&gitlab)], &trust), Vec::<String>::new());
    let own = web("idp.example.com", r#""StringEquals": {"idp.example.com:sub": "me"}"#);
    let found = "unexpected-provider high: arn:aws:iam::111122223333:oidc-provider/idp.example.com";
    assert_eq!(lint(&[role(&own)], &trust), [found]);
}

#[test]
fn accounts_in_resource_policies() {
    let trust =
        Trust { own_accounts: vec!["111122223333".to_owned()], partners: vec!["444455556666".to_owned()], ..Trust::default() };
    let bucket = |statements: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let share = |principal: &str, effect: &str, condition: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"{condition}}}"#
        )
    };
    let limited = r#", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}"#;
    let stranger = r#"{"AWS": "arn:aws:iam::777788889999:root"}"#;
    let found = "unlisted-account medium: arn:aws:iam::777788889999:root";
    for (statements, expected) in [
        (share(r#"{"AWS": ["111122223333", "arn:aws:iam::444455556666:role/x"]}"#, "Allow", ""), vec![]),
        (share(stranger, "Allow", ""), vec![found]),
        // one for the account, and where a statement denies it, none
        ([share(stranger, "Allow", ""), share(stranger, "Allow", "")].join(", "), vec![found]),
        ([share(stranger, "Allow", ""), share(r#""*""#, "Deny", limited)].join(", "), vec![]),
        (
            share(r#"{"AWS": "arn:aws:iam::777788889999:user/ann"}"#, "Allow", ""),
            vec!["unlisted-account medium: arn:aws:iam::777788889999:user/ann"],
        ),
    ] {
        assert_eq!(lint(&[bucket(&statements)], &trust), expected, "{statements}");
        assert_eq!(lint(&[bucket(&statements)], &Trust::default()), Vec::<String>::new(), "{statements}");
    }
}

#[test]
fn providers_that_are_not_there() {
    let list =
        |host: &str| format!(r#"{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::111122223333:oidc-provider/{host}"}}]}}"#);
    let trust = role(&web("idp.example.com", r#""StringEquals": {"idp.example.com:sub": "me"}"#));
    let run = |files: &[String]| lint(files, &Trust::default());
    let found = "missing-provider medium: arn:aws:iam::111122223333:oidc-provider/idp.example.com";
    assert_eq!(run(&[trust.clone(), list("gitlab.com")]), [found]);
    assert_eq!(run(&[trust.clone(), list("idp.example.com")]), Vec::<String>::new());
    // the path belongs to the name
    assert_eq!(run(&[trust.clone(), list("idp.example.com/x")]), [found]);
    // of another account nothing is known
    assert_eq!(run(&[trust.clone(), list("gitlab.com").replace("111122223333", "444455556666")]), Vec::<String>::new());
    let elsewhere = trust.replace("111122223333:oidc", "444455556666:oidc");
    assert_eq!(run(&[elsewhere]), ["missing-provider medium: arn:aws:iam::444455556666:oidc-provider/idp.example.com"]);
}

#[test]
fn actions_that_go_along() {
    let service = |name: &str, actions: &str| {
        format!(r#"{{"Effect": "Allow", "Principal": {{"Service": "{name}"}}, "Action": {actions}}}"#)
    };
    let pods = |actions: &str| service("pods.eks.amazonaws.com", actions);
    let anywhere = |actions: &str| service("rolesanywhere.amazonaws.com", actions);
    let missing = |severity: &str| format!("tag-session-missing {severity}: sts:AssumeRole");
    check(&[
        (&pods(r#""sts:AssumeRole""#), &[&missing("medium")]),
        (&pods(r#"["sts:AssumeRole", "sts:TagSession"]"#), &[]),
        (&format!("{}, {}", pods(r#""sts:AssumeRole""#), pods(r#""sts:tagsession""#)), &[]),
        (&anywhere(r#"["sts:AssumeRole", "sts:TagSession"]"#), &[ANY_CERTIFICATE, &missing("error")]),
        (&anywhere(r#"["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]"#), &[ANY_CERTIFICATE]),
        (&service("lambda.amazonaws.com", r#""sts:AssumeRole""#), &[]),
    ]);
}

#[test]
fn user_pools_that_anybody_joins() {
    let host = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Staff";
    let arn = format!("arn:aws:iam::111122223333:oidc-provider/{host}");
    let pool = |setting: &str| format!(r#"{{"UserPool": {{"Id": "eu-west-1_Staff", "AdminCreateUserConfig": {{{setting}}}}}}}"#);
    let open = || pool(r#""AllowAdminCreateUserOnly": false"#);
    let of = |key: &str, value: &str| role(&web(host, &format!(r#""StringEquals": {{"{host}:{key}": "{value}"}}"#)));
    let run = |files: &[String]| lint(files, &Trust::default());
    let found = [format!("open-user-pool-provider high: {arn}")];
    assert_eq!(run(&[of("aud", "app"), open()]), found);
    assert_eq!(run(&[of("sub", "5f0e9c41-d3b8-4a27-9d02-64a1c8f7e35b"), open()]), Vec::<String>::new());
    assert_eq!(run(&[of("aud", "app"), pool(r#""AllowAdminCreateUserOnly": true"#)]), Vec::<String>::new());
    assert_eq!(run(&[of("aud", "app"), pool("")]), Vec::<String>::new());
    assert_eq!(run(&[of("aud", "app")]), Vec::<String>::new());
}

#[test]
fn recipients_of_assertions() {
    let saml = |conditions: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:saml-provider/Staff"}},
                "Action": "sts:AssumeRoleWithSAML"{conditions}}}"#
        )
    };
    let provider = "saml-audience-missing low: arn:aws:iam::111122223333:saml-provider/Staff";
    check(&[
        (&saml(""), &[provider]),
        (&saml(r#", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}"#), &[]),
        (&saml(r#", "Condition": {"StringLike": {"saml:aud": "*"}}"#), &["saml-audience-missing low: saml:aud"]),
        (&saml(r#", "Condition": {"StringEquals": {"saml:sub": "me"}}"#), &[]),
        (
            &saml(
                r#", "Condition": {"StringLike": {"SAML:sub": "me@*"}, "ForAllValues:StringLike": {"SAML:edupersonaffiliation": "staff"}}"#,
            ),
            &["saml-attribute-optional medium: ForAllValues:StringLike"],
        ),
        (
            &saml(
                r#", "Condition": {"StringLike": {"SAML:sub": "me"}, "ForAnyValue:StringLike": {"SAML:edupersonaffiliation": "staff"}}"#,
            ),
            &[],
        ),
    ]);
}

const ANY_CERTIFICATE: &str = "any-certificate low: rolesanywhere.amazonaws.com";

#[test]
fn certificates_of_roles_anywhere() {
    let anywhere = |conditions: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Service": "rolesanywhere.amazonaws.com"}},
                "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], "Condition": {{{conditions}}}}}"#
        )
    };
    let anchor = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor";
    check(&[
        (&anywhere(""), &[ANY_CERTIFICATE]),
        (&anywhere(r#""StringEquals": {"aws:SourceAccount": "111122223333"}"#), &[ANY_CERTIFICATE]),
        (&anywhere(&format!(r#""ArnLike": {{"aws:SourceArn": "{anchor}/*"}}"#)), &[ANY_CERTIFICATE]),
        (&anywhere(&format!(r#""ArnEquals": {{"aws:SourceArn": "{anchor}/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}}"#)), &[]),
        (&anywhere(r#""StringEquals": {"aws:PrincipalTag/x509Subject/CN": "press"}"#), &[]),
        (&anywhere(r#""StringEquals": {"aws:PrincipalTag/x509Subject/OU": "press"}"#), &[]),
    ]);
}

#[test]
fn sessions_beside_their_role() {
    let session = "arn:aws:sts::111122223333:assumed-role/deploy/nightly";
    let both = |role: &str| aws(&format!(r#"["{role}", "{session}"]"#), "");
    check(&[
        (&both("arn:aws:iam::111122223333:role/deploy"), &[&format!("redundant-session style: {session}")]),
        (&both("arn:aws:iam::111122223333:role/team/deploy"), &[&format!("redundant-session style: {session}")]),
        (&both("arn:aws:iam::111122223333:role/other"), &[]),
    ]);
}
