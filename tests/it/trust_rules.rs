//! The rules on trust policies and on wildcards: which statements restrict, and which only seem to.

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::identity::Claims;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::simulate::{Flow, Presented, try_assume};
use rolecall::source::{SourceId, Sources};
use rolecall::syntax::json;
use rolecall::{evaluate::Verdict, reference, rules};

/// Runs the rules over files, and checks what must hold of every finding; gives each as `rule severity: underlined text`.
fn lint(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::new();
    let ids: Vec<SourceId> = files.iter().map(|(name, text)| sources.add(*name, *text)).collect();
    let mut inventory = Inventory::default();
    for id in ids {
        inventory.read(&sources, id);
    }
    let mut found = rules::run(&Facts {
        sources: &sources,
        inventory: &inventory,
        config: &Config::default(),
        reference: &Reference::default(),
    });
    found.retain(|finding| OWN.contains(&finding.rule));
    for finding in &found {
        check_form(finding, &sources);
        check_witness(finding, &inventory);
    }
    let told =
        |finding: &Finding| format!("{} {}: {}", finding.rule, finding.severity.name(), sources.slice(finding.primary.span));
    found.iter().map(told).collect()
}

fn check_form(finding: &Finding, sources: &Sources) {
    let message = &finding.message;
    assert!(!message.ends_with('.') && !message.starts_with(|c: char| c.is_uppercase()), "{message}");
    assert!(finding.help.as_ref().is_some_and(|help| !help.ends_with('.')), "{message}");
    for label in finding.related.iter().chain([&finding.primary]) {
        assert!(label.text.len() < 44, "{}", label.text);
        assert!(!sources.slice(label.span).is_empty(), "{message}: nothing underlined");
    }
}

/// The claims of the witness, read back from their text, are taken by the role's trust policy.
fn check_witness(finding: &Finding, inventory: &Inventory<'_>) {
    let Some(witness) = &finding.witness else { return };
    let tree = json::read(SourceId::NONE, &witness.claims);
    let claims = Claims::read(tree.root()).expect("the claims are an object");
    let host = claims.text("iss").and_then(|issuer| issuer.strip_prefix("https://")).expect("an issuer").to_owned();
    let token = Presented::new(host, claims);
    let is_taken = inventory.roles.iter().filter_map(|role| role.trust.as_ref()).any(|policy| {
        policy.range.contains(finding.primary.span)
            && matches!(try_assume(policy, None, &token, Flow::Classic, &[]).verdict, Verdict::Allowed(_))
    });
    assert!(is_taken, "{}: {} is not taken", finding.rule, witness.claims);
}

/// The rules that are tested here.
const OWN: [&str; 10] = [
    "amr-for-all-values",
    "amr-wildcard",
    "audience-not-pinned",
    "foreign-issuer-key",
    "guest-can-assume",
    "loose-audience",
    "pool-role-without-condition",
    "principal-action-mismatch",
    "sample-pool-id",
    "wildcard-without-like",
];

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";

/// A document of statements, with abbreviations: `C` the host of identity pools, `MINE` a pool's id, `WEB` the rest of a
/// statement that allows tokens of identity pools, `DENY` of one that denies them, `AUTH` the condition that wants a sign-in.
fn document(statements: &str) -> String {
    let pools = r#""Principal": {"Federated": "C"}, "Action": "sts:AssumeRoleWithWebIdentity""#;
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
        .replace("WEB", &format!(r#""Effect": "Allow", {pools}"#))
        .replace("DENY", &format!(r#""Effect": "Deny", {pools}"#))
        .replace("AUTH", r#""ForAnyValue:StringEquals": {"C:amr": "authenticated"}"#)
        .replace("GITHUB", r#"{"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#)
        .replace("MINE", POOL);
    text.replace("\"C:", "\"cognito-identity.amazonaws.com:")
        .replace("${C:", "${cognito-identity.amazonaws.com:")
        .replace("\"C\"", "\"cognito-identity.amazonaws.com\"")
}

fn check(statements: &str, expected: &[&str]) {
    let text = document(statements);
    let expected: Vec<String> =
        expected.iter().map(|line| line.replace("MINE", POOL).replace("C:", "cognito-identity.amazonaws.com:")).collect();
    assert_eq!(lint(&[("trust.json", &text)]), expected, "\n{text}");
}

fn check_all(rows: &[(&str, &[&str])]) {
    for (statements, expected) in rows {
        check(statements, expected);
    }
}

const BARE: &str = "pool-role-without-condition error: cognito-identity.amazonaws.com";
const PRINCIPAL: &str = "audience-not-pinned high: cognito-identity.amazonaws.com";

#[test]
fn the_pool_is_pinned_or_not() {
    check_all(&[
        // nothing asks for the pool
        ("{WEB}", &[BARE]),
        (r#"{WEB, "Condition": {}}"#, &[PRINCIPAL]),
        (r#"{WEB, "Condition": {AUTH}}"#, &[PRINCIPAL]),
        (r#"{WEB, "Condition": {"StringLike": {"C:sub": "eu-west-1:*"}}}"#, &[PRINCIPAL]),
        (r#"{WEB, "Condition": {"StringLike": {"C:sub": "ca-central-1:*"}}}"#, &[PRINCIPAL]),
        (r#"{WEB, "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}"#, &[PRINCIPAL]),
        (r#"{WEB, "Condition": {"ForAnyValue:StringLike": {"C:amr": "login.example.app*"}}}"#, &[PRINCIPAL]),
        (
            r#"{WEB, "Condition": {"ForAnyValue:StringEquals": {"C:amr": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123"}}}"#,
            &[PRINCIPAL],
        ),
        (r#"{WEB, "Condition": {"ForAnyValue:StringEquals": {"C:amr": "accounts.google.com"}}}"#, &[PRINCIPAL]),
        // each listed statement is a door of its own
        (r#"{WEB, "Condition": {AUTH}}, {WEB, "Condition": {AUTH}}"#, &[PRINCIPAL, PRINCIPAL]),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "MINE"}}}, {WEB, "Condition": {AUTH}}"#, &[PRINCIPAL]),
        // a Deny that misses
        (
            r#"{WEB, "Condition": {AUTH}}, {DENY, "Condition": {"StringEquals": {"C:aud": "us-east-1:0c2f7b1d-5e44-4c1a-8d3e-7f60a9b1c2d3"}}}"#,
            &[PRINCIPAL],
        ),
        // something else restricts
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"cognito-identity.amazonaws.com:AUD": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH}}, {DENY, "Condition": {"StringNotEquals": {"C:aud": "MINE"}}}"#, &[]),
        (
            r#"{WEB, "Condition": {AUTH}}, {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": {"StringNotEqualsIfExists": {"C:aud": "MINE"}}}"#,
            &[],
        ),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:sub": "eu-west-1:0c2f7b1d-5e44-4c1a-8d3e-7f60a9b1c2d3"}}}"#, &[]),
        (
            r#"{WEB, "Condition": {"ForAnyValue:StringEquals": {"C:amr": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123:CognitoSignIn:5a1c"}}}"#,
            &[],
        ),
        (r#"{WEB, "Condition": {AUTH, "Bool": {"aws:MultiFactorAuthPresent": "true"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"sts:ExternalId": "x"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH}}, {DENY, "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "Bool": {"aws:SecureTransport": "true"}}}"#, &[PRINCIPAL]),
        // other actions, other principals
        (r#"{"Effect": "Allow", "Principal": {"Federated": "C"}, "Action": "sts:TagSession"}"#, &[]),
        (r#"{"Effect": "Allow", "Principal": {"Federated": "C"}, "Action": "sts:Assume*"}"#, &[BARE]),
        (r#"{"Effect": "Allow", "Principal": {"Federated": "C"}, "NotAction": "sts:AssumeRole"}"#, &[BARE]),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#,
            &[],
        ),
        (r#"{"Effect": "Allow", "Principal": {"Federated": ["C", "C"]}, "Action": "sts:AssumeRoleWithWebIdentity"}"#, &[BARE]),
        // other partitions
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity-us-gov.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#,
            &["pool-role-without-condition error: cognito-identity-us-gov.amazonaws.com"],
        ),
        // what is not known yet is no finding
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "${pool_id}"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:${claim}": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "${operator}": {"C:aud": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": ${condition}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": ${pools}}}"#, &[]),
        (r#"{"Effect": "Allow", "Principal": {"Federated": "${issuer}"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#, &[]),
        (r#"{"Effect": "Allow", "Principal": "${principal}", "Action": "sts:AssumeRoleWithWebIdentity"}"#, &[]),
        // a policy that cannot be stored
        (r#"{WEB}, {WEB, "Resource": "*"}"#, &[]),
    ]);
}

#[test]
fn what_whoever_asks_google_for_a_token_chooses_pins_nothing() {
    // ctx-oaud-google
    const ASKED_FOR: &[&str] = &["audience-not-pinned high: accounts.google.com:oaud"];
    let google = |operator: &str, claims: &str| {
        let claims = claims.replace("G:", "accounts.google.com:");
        format!(
            r#"{{"Effect": "Allow", "Principal": {{"Federated": "accounts.google.com"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"{operator}": {{{claims}}}}}}}"#
        )
    };
    let cases: [(&str, &str, &[&str]); 9] = [
        ("StringEquals", r#""G:oaud": "backend""#, ASKED_FOR),
        ("StringLike", r#""G:oaud": "back*""#, ASKED_FOR),
        ("StringEquals", r#""G:oaud": "backend", "G:sub": "104""#, &[]),
        ("StringEquals", r#""G:oaud": "backend", "G:aud": "1.apps.googleusercontent.com""#, &[]),
        ("StringEquals", r#""G:oaud": "backend", "G:email": "bot@here.iam.gserviceaccount.com""#, &[]),
        ("StringLike", r#""G:oaud": "backend", "G:email": "*@here.iam.gserviceaccount.com""#, &[]),
        ("StringLike", r#""G:oaud": "backend", "G:email": "bot@*.iam.gserviceaccount.com""#, ASKED_FOR),
        ("StringLike", r#""G:email": "*@example.com""#, &["audience-not-pinned medium: accounts.google.com"]),
        ("StringLike", r#""G:email": "*@gmail.com""#, &["audience-not-pinned high: accounts.google.com"]),
    ];
    for (operator, claims, expected) in cases {
        check_all(&[(&google(operator, claims), expected)]);
    }
}

#[test]
fn the_application_of_a_public_provider_is_pinned_or_not() {
    check_all(&[
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#,
            &["audience-not-pinned high: accounts.google.com"],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "www.amazon.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#,
            &["audience-not-pinned high: www.amazon.com"],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "graph.facebook.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"graph.facebook.com:app_id": "*"}}}"#,
            &["loose-audience high: *"],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"accounts.google.com:aud": "*.apps.googleusercontent.com"}}}"#,
            &["loose-audience high: *.apps.googleusercontent.com"],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"accounts.google.com:aud": "111122223333-abc.apps.googleusercontent.com"}}}"#,
            &[],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "accounts.google.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"accounts.google.com:sub": "104"}}}"#,
            &[],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": "www.amazon.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"www.amazon.com:app_id": "amzn1.application.1f"}}}"#,
            &[],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": ["C", "accounts.google.com"]}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"accounts.google.com:aud": "1.apps.googleusercontent.com"}}}"#,
            &[],
        ),
    ]);
}

#[test]
fn a_named_audience_restricts_or_not() {
    check_all(&[
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "*"}}}"#, &["loose-audience high: *"]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "us-east-1:*"}}}"#, &["loose-audience high: us-east-1:*"]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "sa-east-1:*"}}}"#, &["loose-audience high: sa-east-1:*"]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": ["MINE", "eu-*"]}}}"#, &["loose-audience high: eu-*"]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "eu-west-1:4f*"}}}"#, &["loose-audience high: eu-west-1:4f*"]),
        (
            r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "eu-west-1:4f9d2c1e-7b3a-*"}}}"#,
            &["loose-audience low: eu-west-1:4f9d2c1e-7b3a-*"],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "eu-west-1:4f9d2c1e-????-????-????-????????????"}}}"#,
            &["loose-audience low: eu-west-1:4f9d2c1e-????-????-????-????????????"],
        ),
        (r#"{WEB, "Condition": {AUTH, "StringNotEquals": {"C:aud": "MINE"}}}"#, &["loose-audience high: StringNotEquals"]),
        (
            r#"{WEB, "Condition": {AUTH, "ForAnyValue:StringNotLike": {"C:aud": "eu-central-1:*"}}}"#,
            &["loose-audience high: ForAnyValue:StringNotLike"],
        ),
        (r#"{WEB, "Condition": {AUTH, "Null": {"C:aud": "false"}}}"#, &["loose-audience high: Null"]),
        (
            r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "${C:aud}"}}}"#,
            &["loose-audience high: ${cognito-identity.amazonaws.com:aud}"],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "*"}, "StringNotEquals": {"C:aud": "MINE"}}}"#,
            &["loose-audience high: *"],
        ),
        // a token without audience
        (
            r#"{WEB, "Condition": {AUTH, "StringEqualsIfExists": {"C:aud": "MINE"}}}"#,
            &["loose-audience low: StringEqualsIfExists"],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "ForAllValues:StringEquals": {"C:aud": "MINE"}}}"#,
            &["loose-audience low: ForAllValues:StringEquals"],
        ),
        (r#"{WEB, "Condition": {AUTH, "StringEqualsIfExists": {"C:aud": "MINE"}, "Null": {"C:aud": "false"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "ForAllValues:StringEquals": {"C:aud": "MINE"}, "Null": {"C:aud": false}}}"#, &[]),
        (
            r#"{WEB, "Condition": {AUTH, "StringEqualsIfExists": {"C:aud": "MINE"}}}, {DENY, "Condition": {"Null": {"C:aud": "true"}}}"#,
            &[],
        ),
        // these restrict
        (r#"{WEB, "Condition": {AUTH, "StringEqualsIgnoreCase": {"C:aud": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": {"ForAnyValue:StringEquals": {"C:aud": "MINE", "C:amr": "authenticated"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "MINE*"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "*:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "*"}, "StringEquals": {"C:aud": "MINE"}}}"#, &[]),
        (
            r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "*"}}}, {DENY, "Condition": {"StringNotEquals": {"C:aud": "MINE"}}}"#,
            &[],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": ["MINE", "us-east-1:0c2f7b1d-5e44-4c1a-8d3e-7f60a9b1c2d3"]}}}"#,
            &[],
        ),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": ["MINE", "MINE"]}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": []}}}"#, &[]),
        // one guarded, one not
        (
            r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "MINE"}}}, {WEB, "Condition": {AUTH, "StringLike": {"C:aud": "eu-*"}}}"#,
            &["loose-audience high: eu-*"],
        ),
        // what is not known yet is no finding
        (r#"{WEB, "Condition": {AUTH, "StringLike": {"C:aud": "${region}:*"}}}"#, &[]),
        (r#"{WEB, "Condition": {AUTH, "StringNotEquals": {"C:aud": "<ID>"}}}"#, &[]),
    ]);
}

#[test]
fn guests_are_kept_out_or_not() {
    const AUD: &str = "guest-can-assume high: cognito-identity.amazonaws.com:aud";
    check_all(&[
        (r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}}}"#, &[AUD]),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": ["MINE", "eu-west-1:0c2f7b1d-5e44-4c1a-8d3e-7f60a9b1c2d3"]}}}"#,
            &[AUD],
        ),
        (r#"{WEB}, {DENY, "Condition": {"StringNotEquals": {"C:aud": "MINE"}}}"#, &[BARE]),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringEquals": {"C:amr": ["authenticated", "unauthenticated"]}}}"#,
            &["guest-can-assume high: unauthenticated"],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringLike": {"C:amr": ["*", "unauthenticated"]}}}"#,
            &["guest-can-assume high: unauthenticated"],
        ),
        (
            r#"{WEB, "Condition": {"ForAnyValue:StringEquals": {"C:amr": ["authenticated", "unauthenticated"]}}}"#,
            &[PRINCIPAL, "guest-can-assume high: unauthenticated"],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "Null": {"C:amr": "false"}}}"#,
            &["guest-can-assume high: Null"],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringNotEquals": {"C:amr": "graph.facebook.com"}}}"#,
            &["guest-can-assume high: ForAnyValue:StringNotEquals"],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "MINE"}}}, {WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}}}"#,
            &[AUD],
        ),
        (r#"{WEB, "Condition": {"StringLike": {"C:aud": "eu-west-1:*"}}}"#, &[AUD, "loose-audience high: eu-west-1:*"]),
        // these keep them out, or keep the others out
        (r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "MINE"}}}"#, &[]),
        (r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringLike": {"C:amr": "cognito-idp.*"}}}"#, &[]),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringNotEquals": {"C:amr": "unauthenticated"}}}"#,
            &[],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}}}, {DENY, "Condition": {"ForAnyValue:StringEquals": {"C:amr": "unauthenticated"}}}"#,
            &[],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringEquals": {"C:amr": "unauthenticated"}}}"#,
            &[],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE", "C:sub": "eu-west-1:0c2f7b1d-5e44-4c1a-8d3e-7f60a9b1c2d3"}}}"#,
            &[],
        ),
        // not documented, or not known yet
        (r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE", "C:amr": "authenticated"}}}"#, &[]),
        (r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringEquals": {"C:amr": "${who}"}}}"#, &[]),
    ]);
}

#[test]
fn patterns_on_amr_match_guests_or_not() {
    let with = |amr: &str| format!(r#"{{WEB, "Condition": {{"StringEquals": {{"C:aud": "MINE"}}, {amr}}}}}"#);
    let high = |value: &str| vec![format!("amr-wildcard high: {value}")];
    for value in ["*authenticated", "*", "*auth*", "?*authenticated", "*authenticate?"] {
        let expected = high(value);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let amr = format!(r#""ForAnyValue:StringLike": {{"C:amr": "{value}"}}"#);
        // `?*authenticated` matches no token of somebody who signed in, but for one whose provider is called so
        check(&with(&amr), if value.starts_with('?') { &[] } else { &expected });
    }
    for value in ["authenticated", "auth*", "authenticated*", "cognito-idp.*", "????????????d"] {
        check(&with(&format!(r#""ForAnyValue:StringLike": {{"C:amr": "{value}"}}"#)), &[]);
    }
    check(&with(r#""ForAnyValue:StringLike": {"C:amr": ["authenticated", "un*"]}"#), &["amr-wildcard high: un*"]);
    check(&with(r#""ForAllValues:StringLike": {"C:amr": "*"}"#), &["amr-wildcard high: *"]);
    check(&with(r#""ForAnyValue:StringLike": {"C:amr": "*"}, AUTH"#), &[]);
    check(&with(r#""ForAnyValue:StringLike": {"C:amr": "un*"}"#), &[]);
}

#[test]
fn all_values_of_amr() {
    let with = |amr: &str| format!(r#"{{WEB, "Condition": {{"StringEquals": {{"C:aud": "MINE"}}, {amr}}}}}"#);
    let high = |operator: &str| format!("amr-for-all-values high: ForAllValues:{operator}");
    check(&with(r#""ForAllValues:StringEquals": {"C:amr": "authenticated"}"#), &[&high("StringEquals")]);
    check(&with(r#""ForAllValues:StringLike": {"C:amr": "authenticated"}"#), &[&high("StringLike")]);
    check(&with(r#""ForAllValues:StringEqualsIfExists": {"C:amr": "authenticated"}"#), &[&high("StringEqualsIfExists")]);
    check(&with(r#""ForAllValues:StringEquals": {"C:amr": ["authenticated", "unauthenticated"]}"#), &[&high("StringEquals")]);
    check(&with(r#""ForAllValues:StringNotEquals": {"C:amr": "unauthenticated"}"#), &[&high("StringNotEquals")]);
    check(&with(r#""ForAllValues:StringLike": {"C:amr": ["authenticated", "cognito-idp.*"]}"#), &[&high("StringLike")]);
    check(
        &with(r#""ForAllValues:StringEquals": {"C:amr": "authenticated"}, "Null": {"C:amr": "false"}"#),
        &["amr-for-all-values medium: ForAllValues:StringEquals"],
    );
    // all listed, and there must be some; somebody else restricts; a door for guests only
    check(&with(r#""ForAllValues:StringLike": {"C:amr": ["authenticated", "cognito-idp.*"]}, "Null": {"C:amr": "false"}"#), &[]);
    check(&with(r#""ForAllValues:StringNotEquals": {"C:amr": "unauthenticated"}, AUTH"#), &[]);
    check(&with(r#""ForAllValues:StringEquals": {"C:amr": "unauthenticated"}"#), &[]);
    check(&with(r#""ForAllValues:StringEquals": {"C:amr": "${who}"}"#), &[]);
}

#[test]
fn principals_and_actions_fit_or_not() {
    let row = |principal: &str, action: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": {action}, "Condition": {{"StringEquals": {{"aws:PrincipalTag/team": "x"}}}}}}"#
        )
    };
    let saml = r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/Staff"}"#;
    let role = r#"{"AWS": "arn:aws:iam::111122223333:role/deploy"}"#;
    let both = r#"{"Federated": "C", "AWS": "arn:aws:iam::111122223333:role/deploy"}"#;
    let (web, plain, with_saml) = ("sts:AssumeRoleWithWebIdentity", "sts:AssumeRole", "sts:AssumeRoleWithSAML");
    for (principal, action) in [
        (r#"{"Federated": "C"}"#, plain),
        (r#"{"Federated": "C"}"#, with_saml),
        (r#"{"Federated": "accounts.google.com"}"#, plain),
        ("GITHUB", with_saml),
        (saml, web),
        (saml, plain),
        (role, web),
        (r#"{"AWS": "111122223333"}"#, with_saml),
        (r#"{"Service": "lambda.amazonaws.com"}"#, web),
        (r#"{"Federated": "C"}"#, "STS:assumerole"),
    ] {
        check(&row(principal, &format!("\"{action}\"")), &[&format!("principal-action-mismatch error: {action}")]);
    }
    for (principal, action) in [
        (r#"{"Federated": "C"}"#, web),
        ("GITHUB", "sts:AssumeRoleWith*"),
        (saml, "sts:*"),
        (saml, "sts:TagSession"),
        (role, "sts:AssumeRole*"),
        (role, "${action}"),
        (r#"{"AWS": "*"}"#, web),
        (r#"{"Federated": "*"}"#, plain),
        (r#"{"Federated": "${provider}"}"#, plain),
        (r#"{"Service": "pods.eks.amazonaws.com"}"#, plain),
    ] {
        check(&row(principal, &format!("\"{action}\"")), &[]);
    }
    check(
        &row(saml, r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#),
        &["principal-action-mismatch error: sts:AssumeRoleWithWebIdentity"],
    );
    check(
        &row("GITHUB", r#"["sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"]"#),
        &["principal-action-mismatch low: sts:AssumeRole"],
    );
    check(&row(both, r#"["sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"]"#), &[]);
    check(
        &row(both, r#""sts:AssumeRoleWithWebIdentity""#),
        &["principal-action-mismatch low: arn:aws:iam::111122223333:role/deploy"],
    );
    check(&row(both, r#"["sts:AssumeRoleWithWebIdentity", "${more}"]"#), &[]);
    check(r#"{"Effect": "Deny", "Principal": {"Federated": "C"}, "Action": "sts:AssumeRole"}"#, &[]);
}

#[test]
fn keys_of_other_issuers() {
    const HOST: &str = "token.actions.githubusercontent.com";
    let row = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": GITHUB, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{condition}}}}}"#
        )
    };
    let key = |key: &str| format!("foreign-issuer-key high: {key}");
    for prefix in
        ["https://token.actions.githubusercontent.com", "token.actions.githubusercontent.com/", "githubusercontent.com", "C"]
    {
        let shown = prefix.replace('C', "cognito-identity.amazonaws.com");
        check(&row(&format!(r#""StringEquals": {{"{prefix}:aud": "MINE"}}"#)), &[&key(&format!("{shown}:aud"))]);
    }
    check(&row(r#""StringNotLike": {"gitlab.com:sub": "x"}"#), &[&key("gitlab.com:sub")]);
    check(&row(r#""StringEquals": {"gitlab.com:sub": "x", "gitlab.com:aud": "y"}"#), &[&key("gitlab.com:sub")]);
    check(
        &row(&format!(r#""StringEquals": {{"{HOST}:aud": "sts.amazonaws.com", "{HOST}:sub": "repo:a/b:ref:refs/heads/main"}}"#)),
        &[],
    );
    check(&row(r#""StringEquals": {"Token.Actions.GitHubUserContent.com:aud": "sts.amazonaws.com"}"#), &[]);
    check(&row(r#""StringEquals": {"aws:RequestTag/a.b:c": "x", "sts:RoleSessionName": "y", "aws:SourceIp": "z"}"#), &[]);
    check(&row(r#""StringEquals": {"${issuer}:aud": "x"}"#), &[]);
    // under identity pools: no finding of missing conditions on top
    check_all(&[
        (
            r#"{WEB, "Condition": {"StringEquals": {"accounts.google.com:aud": "MINE"}}}"#,
            &["foreign-issuer-key high: accounts.google.com:aud"],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "StringNotEquals": {"accounts.google.com:aud": "x"}}}"#,
            &["foreign-issuer-key high: accounts.google.com:aud"],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAllValues:StringEquals": {"cognito-identity-us-gov.amazonaws.com:amr": "authenticated"}}}"#,
            &["foreign-issuer-key high: cognito-identity-us-gov.amazonaws.com:amr"],
        ),
        (
            r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "MINE"}}}, {DENY, "Condition": {"StringNotEquals": {"accounts.google.com:aud": "x"}}}"#,
            &["foreign-issuer-key high: accounts.google.com:aud"],
        ),
        // it may be a key of one of them, or follow a session
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": ["C", "accounts.google.com"]}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"accounts.google.com:aud": "x"}}}"#,
            &[],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"Federated": ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", "${provider}"]}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"gitlab.com:aud": "x"}}}"#,
            &[],
        ),
        (
            r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/a"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"C:sub": "x"}}}"#,
            &[],
        ),
    ]);
}

#[test]
fn pool_ids_of_the_documentation() {
    let with = |aud: &str| format!(r#"{{WEB, "Condition": {{AUTH, {aud}}}}}"#);
    for id in reference::sample_pool_ids() {
        for id in [id.to_owned(), id.to_uppercase(), format!("ap-northeast-1:{}", id.split_once(':').unwrap().1)] {
            check(&with(&format!(r#""StringEquals": {{"C:aud": "{id}"}}"#)), &[&format!("sample-pool-id medium: {id}")]);
        }
    }
    for id in [
        "eu-west-1_Abc123",
        "IDENTITY_POOL_ID",
        "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f",
        "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5fg",
        "us-east-1:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6",
        "4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6",
    ] {
        check(&with(&format!(r#""StringEquals": {{"C:aud": "{id}"}}"#)), &[&format!("sample-pool-id medium: {id}")]);
    }
    for id in ["MINE", "EU-WEST-1:4F9D2C1E-7B3A-4E58-9C06-D1A2B3C4E5F6", "<IDENTITY_ID>", "${pool}", "eu-west-1:${guid}"] {
        check(&with(&format!(r#""StringEquals": {{"C:aud": "{id}"}}"#)), &[]);
    }
    check(
        &with(r#""StringEquals": {"C:aud": ["MINE", "us-east-2:identity-pool-id", "nonsense"]}"#),
        &["sample-pool-id medium: us-east-2:identity-pool-id", "sample-pool-id medium: nonsense"],
    );
}

#[test]
fn the_table_of_sample_ids_is_that_of_the_documentation() {
    let page = include_str!("../../docs/semantics.md");
    let section = page.split("## Sample ids of the documentation").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `") && line.contains("| pool"));
    let documented: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    assert_eq!(reference::sample_pool_ids().collect::<Vec<_>>(), documented);
}

#[test]
fn wildcards_where_they_are_plain_characters() {
    let identity = |condition: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {{{condition}}}}}}}"#
        )
    };
    let on = |operator: &str, key: &str, value: &str| {
        lint(&[("p.json", &identity(&format!(r#""{operator}": {{"{key}": {value}}}"#)))])
    };
    let found = |value: &str| vec![format!("wildcard-without-like medium: {value}")];
    for operator in [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "ForAnyValue:StringEquals",
        "StringEqualsIfExists",
    ] {
        assert_eq!(on(operator, "s3:prefix", r#""home/*""#), found("home/*"), "{operator}");
        assert_eq!(on(operator, "aws:PrincipalOrgID", r#""*""#), found("*"), "{operator}");
    }
    assert_eq!(on("StringEquals", "s3:prefix", r#"["a", "b?", "c*"]"#), found("b?"));
    assert_eq!(on("StringEquals", "s3:prefix", r#""home/${aws:username}/*""#), found("home/${aws:username}/*"));
    assert_eq!(on("StringEquals", "s3:prefix", r#""${folder}/*""#), found("${folder}/*"));
    assert_eq!(on("StringEquals", "s3:prefix", r#""home/\u002a""#), found(r"home/\u002a"));
    let nothing: Vec<String> = Vec::new();
    for operator in ["StringLike", "StringNotLike", "ForAllValues:StringLike", "ArnLike", "ArnEquals", "ArnNotEquals"] {
        assert_eq!(on(operator, "aws:PrincipalArn", r#""arn:aws:iam::*:role/x""#), nothing, "{operator}");
    }
    assert_eq!(on("StringEquals", "s3:prefix", r#""home/${*}""#), nothing);
    assert_eq!(on("StringEquals", "aws:Referer", r#""https://example.com/page?id=1""#), nothing);
    assert_eq!(on("StringEquals", "aws:Referer", r#""https://example.com/*""#), found("https://example.com/*"));
    assert_eq!(on("StringEquals", "acm:DomainNames", r#""*.example.com""#), nothing);
    assert_eq!(on("StringEquals", "s3:prefix", r#""${prefix}""#), nothing);
    check_all(&[
        (
            r#"{WEB, "Condition": {AUTH, "StringEquals": {"C:aud": "us-east-1:*"}}}"#,
            &["wildcard-without-like medium: us-east-1:*"],
        ),
        (
            r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}, "ForAnyValue:StringEquals": {"C:amr": "*authenticated"}}}"#,
            &["wildcard-without-like medium: *authenticated"],
        ),
    ]);
}

#[test]
fn what_the_inventory_tells_of_guests() {
    let trust = document(r#"{WEB, "Condition": {"StringEquals": {"C:aud": "MINE"}}}"#);
    let role = |name: &str| {
        format!(
            r#"{{"Role": {{"RoleName": "{name}", "Arn": "arn:aws:iam::111122223333:role/{name}", "AssumeRolePolicyDocument": {trust}}}}}"#
        )
    };
    let pool = |settings: &str| format!(r#"{{"IdentityPoolId": "{POOL}", "IdentityPoolName": "articles", {settings}}}"#);
    let roles = |authenticated: &str, more: &str| {
        format!(
            r#"{{"IdentityPoolId": "{POOL}", "Roles": {{"unauthenticated": "arn:aws:iam::111122223333:role/guests", "authenticated": "arn:aws:iam::111122223333:role/{authenticated}"}}{more}}}"#
        )
    };
    let told = |files: &[&str]| {
        let named: Vec<(String, &str)> = files.iter().enumerate().map(|(at, text)| (format!("{at}.json"), *text)).collect();
        let named: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        let own = lint(&named).into_iter().filter(|line| line.starts_with("guest-can-assume"));
        own.map(|line| line.split(' ').nth(1).unwrap().trim_end_matches(':').to_owned()).collect::<Vec<_>>()
    };
    let open = pool(r#""AllowUnauthenticatedIdentities": true, "AllowClassicFlow": true"#);
    assert_eq!(told(&[&role("editors")]), ["high"]);
    assert_eq!(told(&[&role("editors"), &open]), ["high"]);
    assert_eq!(told(&[&role("editors"), &pool(r#""AllowUnauthenticatedIdentities": true"#)]), ["high"]);
    assert_eq!(told(&[&role("editors"), &pool(r#""AllowUnauthenticatedIdentities": false"#)]), ["low"]);
    assert_eq!(told(&[&role("editors"), &pool(r#""AllowUnauthenticatedIdentities": true, "AllowClassicFlow": false"#)]), ["low"]);
    let mappings = r#", "RoleMappings": {"accounts.google.com": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}"#;
    assert_eq!(told(&[&role("editors"), &open, &roles("editors", mappings)]), ["low"]);
    assert_eq!(told(&[&role("guests"), &open, &roles("editors", "")]), [""; 0]);
    // that the settings give it to both is told there
    assert_eq!(told(&[&role("guests"), &open, &roles("guests", "")]), [""; 0]);
    assert_eq!(told(&[&trust.replace('\n', ""), &open]), ["high"]);
}
