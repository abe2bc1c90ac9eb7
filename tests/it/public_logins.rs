//! Logins of public providers at identity pools, by the rules on their claims.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish};

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const ROLE: &str = "arn:aws:iam::111122223333:role/editor";
const OIDC: &str = "arn:aws:iam::111122223333:oidc-provider/id.example";

/// A pool with this one rule for users of a provider.
fn folder(provider: &str, claim: &str, matching: &str, value: &str) -> TempDir {
    let rule = json!({"Claim": claim, "MatchType": matching, "Value": value, "RoleARN": ROLE});
    let mapping = json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [rule]}});
    let mut pool = json!({"IdentityPoolId": POOL, "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": false});
    match provider {
        OIDC => pool["OpenIdConnectProviderARNs"] = json!([OIDC]),
        host => pool["SupportedLoginProviders"] = json!({host: "application"}),
    }
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": POOL},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}});
    let files = [
        ("pool.json", pool),
        ("roles.json", json!({"IdentityPoolId": POOL, "Roles": {}, "RoleMappings": {provider: mapping}})),
        ("editor.json", json!({"Role": {"RoleName": "editor", "Arn": ROLE, "AssumeRolePolicyDocument": trust}})),
    ];
    support::folder(&files)
}

fn run(folder: &TempDir, arguments: &[&str]) -> Run {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    finish(tool.env_clear().stdin(Stdio::null()).current_dir(folder.path()).args(arguments))
}

/// Who reaches the role, and how far each is from whom it is meant for.
fn reaching(folder: &TempDir) -> Vec<String> {
    let told: Value = serde_json::from_str(&run(folder, &["reach", "--format", "json"]).stdout).expect("JSON");
    let subjects = told["subjects"].as_array().expect("subjects").iter();
    let reaching =
        subjects.filter(|own| own["reaches"].as_array().is_some_and(|all| all.iter().any(|own| own["answer"] == "reached")));
    reaching
        .map(|own| format!("{} ({})", own["who"].as_str().expect("a phrase"), own["distance"].as_str().expect("a word")))
        .collect()
}

/// The rules that tell of the mapping.
fn told(folder: &TempDir) -> Vec<String> {
    let told: Value = serde_json::from_str(&run(folder, &["check", "--no-config", "--format", "json"]).stdout).expect("JSON");
    let findings = told["findings"].as_array().expect("findings").iter();
    findings
        .map(|own| format!("{} {}", own["severity"].as_str().expect("a word"), own["rule"].as_str().expect("a name")))
        .collect()
}

#[test]
fn who_has_a_claim_that_a_rule_asks_for() {
    const GOOGLE: &str = "accounts.google.com";
    const APPLE: &str = "appleid.apple.com";
    let anybody = |host: &str| vec![format!("a user of `{host}` (anyone)")];
    let one = |host: &str, claim: &str, value: &str| vec![format!("a user of `{host}` whose `{claim}` is `{value}` (known)")];
    let loose = &["medium loose-mapping-rule"][..];
    for (provider, claim, matching, value, who, findings) in [
        (GOOGLE, "email", "Contains", "@site.example", anybody(GOOGLE), loose),
        (GOOGLE, "email", "StartsWith", "ed@", anybody(GOOGLE), loose),
        (GOOGLE, "email", "NotEqual", "ed@site.example", anybody(GOOGLE), loose),
        (GOOGLE, "hd", "StartsWith", "site.example", anybody(GOOGLE), loose),
        (GOOGLE, "name", "Equals", "Ed", anybody(GOOGLE), &["medium user-writable-claim"]),
        (GOOGLE, "email", "Equals", "ed@site.example", one(GOOGLE, "email", "ed@site.example"), &[]),
        (GOOGLE, "hd", "Equals", "site.example", one(GOOGLE, "hd", "site.example"), &[]),
        (GOOGLE, "sub", "StartsWith", "10.example", one(GOOGLE, "sub", "10.example"), &[]),
        (APPLE, "email", "Contains", "@site.example", anybody(APPLE), loose),
        (APPLE, "name", "Equals", "Ed", one(APPLE, "name", "Ed"), &[]),
        // of these a rule may ask for the issuer, the audience and the subject only
        ("graph.facebook.com", "email", "Contains", "@site.example", Vec::new(), &[]),
        ("graph.facebook.com", "sub", "Equals", "1", one("graph.facebook.com", "sub", "1"), &[]),
        ("www.amazon.com", "sub", "NotEqual", "1", anybody("www.amazon.com"), &[]),
        (OIDC, "department", "Equals", "news", one("id.example", "department", "news"), &[]),
    ] {
        let folder = folder(provider, claim, matching, value);
        assert_eq!(reaching(&folder), who, "{provider} {claim} {matching} {value}");
        assert_eq!(told(&folder), findings, "{provider} {claim} {matching} {value}");
    }
}

/// What `reach` tells is what `simulate` says to that token; without one it is not known.
#[test]
fn a_login_without_a_token() {
    let folder = folder("accounts.google.com", "email", "Contains", "@site.example");
    let without = run(&folder, &["simulate", "--login", "accounts.google.com", "--user", "1"]).stdout;
    assert!(
        without.starts_with("undecided: no role, because the rule on claim `email` hangs on a token that was not given"),
        "{without}"
    );
    let claims =
        json!({"iss": "https://accounts.google.com", "aud": "application", "sub": "1", "email": "m@site.example.other.example"});
    fs::write(folder.path().join("token.claims.json"), claims.to_string()).expect("a file");
    let with = run(&folder, &["simulate", "--claims", "token.claims.json"]).stdout;
    assert!(with.starts_with("allowed: editor"), "{with}");
}

/// Each of several pools with one provider may ask for another claim.
#[test]
fn two_pools_with_one_provider() {
    let folder = folder("accounts.google.com", "email", "Contains", "@site.example");
    let own = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    let other = |text: String| text.replace("4f9d2c1e", "5f9d2c1e").replace("editor", "author").replace("Contains", "StartsWith");
    for name in ["pool.json", "roles.json", "editor.json"] {
        fs::write(folder.path().join(format!("other-{name}")), other(own(name)).replace("@site.example", "ed@")).expect("a file");
    }
    let told: Value =
        serde_json::from_str(&run(&folder, &["reach", "--format", "json", "--from", "login:*"]).stdout).expect("JSON");
    let cells = told["subjects"][0]["reaches"].as_array().expect("cells");
    let reached: Vec<&str> =
        cells.iter().filter(|own| own["answer"] == "reached").filter_map(|own| own["role"].as_str()).collect();
    assert_eq!(reached.len(), 2, "{told}");
}
