//! What no value closes that a template may have in the place of a hole.

use crate::cli::run;
use crate::support;

/// The rules that a policy breaks, with the messages.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let folder = support::folder(files);
    let ran = run(&["check", "--no-config", "--format", "ndjson", folder.path().to_str().expect("a path in UTF-8")]);
    let lines = ran.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a finding"));
    let ours = lines.filter(|own| own["rule"].is_string());
    ours.map(|own| format!("{} {}: {}", own["severity"], own["rule"], own["message"]).replace('"', "")).collect()
}

fn trust(federated: &str, conditions: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{federated}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{conditions}}}}}]}}"#
    )
}

#[test]
fn guests_of_a_pool_that_a_template_names() {
    let found = "high guest-can-assume: statement 1 takes guests as well as signed-in users";
    let host = "cognito-identity.amazonaws.com";
    let of = |amr: &str| trust(host, &format!(r#""StringEquals": {{"{host}:aud": "${{pool}}"}}{amr}"#));
    let amr = |value: &str| format!(r#", "ForAnyValue:StringLike": {{"{host}:amr": {value}}}"#);
    assert_eq!(findings(&[("a.json", &of(""))]), [found]);
    assert_eq!(findings(&[("a.json", &of(&amr(r#"["authenticated", "unauthenticated"]"#)))]), [found]);
    for value in [r#""authenticated""#, r#""${how}""#, r#"["authenticated", "${how}"]"#] {
        assert_eq!(findings(&[("a.json", &of(&amr(value)))]), Vec::<String>::new(), "{value}");
    }
    // another statement may deny them, whichever pool it is
    let denied = of("").replace(
        "}}]}",
        &format!(r#"}}}}, {{"Effect": "Deny", "Principal": {{"Federated": "{host}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"ForAnyValue:StringEquals": {{"{host}:amr": "unauthenticated"}}}}}}]}}"#),
    );
    assert_eq!(findings(&[("a.json", &denied)]), Vec::<String>::new(), "{denied}");
    // a pool among the inputs that is shut for guests
    let pool = r#"{"IdentityPoolId": "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6", "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": false}"#;
    assert_eq!(findings(&[("a.json", &of("")), ("p.json", pool)]), [found.replace("high", "low")]);
}

#[test]
fn pods_of_a_cluster_that_a_template_names() {
    let of = |federated: &str, subject: &str| trust(federated, &format!(r#""StringLike": {{"${{issuer}}:sub": "{subject}"}}"#));
    let found = "medium any-workload-can-assume: statement 1 lets in anyone with a token of `${issuer}`, of any namespace";
    for federated in ["${provider}", "arn:aws:iam::111122223333:oidc-provider/${issuer}"] {
        assert_eq!(findings(&[("a.json", &of(federated, "system:serviceaccount:*:*"))]), [found], "{federated}");
        for subject in ["system:serviceaccount:a:b", "system:serviceaccount:${namespace}:*", "${subject}", "repo:*"] {
            let found = findings(&[("a.json", &of(federated, subject))]);
            assert!(!found.iter().any(|own| own.contains("any-workload")), "{federated} {subject} {found:?}");
        }
    }
}
