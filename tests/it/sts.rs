//! What STS looks at before and beside the trust policy, as `docs/semantics.md` sections 11, 12 and 16 list it.

use rolecall::identity::{Assertion, Claims, Token};
use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::simulate::{Flow, GateKind, GateState, Login, Outcome, Question, Simulation};
use rolecall::source::{SourceId, Sources};
use rolecall::syntax::json;
use serde_json::{Value, json};

use crate::support::{self, simulate};
use crate::tokens::jwt;

const HOST: &str = "token.actions.githubusercontent.com";
const NOW: i64 = 1_795_435_200;

/// A token in the form of a signed one, with these claims in place of its own; `null` takes one out.
fn token(changes: &Value) -> Token {
    let mut claims = json!({
        "iss": format!("https://{HOST}"), "sub": "repo:tide/buoy:ref:refs/heads/main", "aud": "sts.amazonaws.com",
        "iat": NOW - 60, "exp": NOW + 600,
    });
    for (name, value) in changes.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    Token::read(&unsigned("RS256", &claims)).expect("a token")
}

/// A role whose trust policy takes tokens of a provider with these conditions.
fn role(account: &str, federated: &str, conditions: &Value) -> String {
    let action = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    let mut statement =
        json!({"Sid": "In", "Effect": "Allow", "Principal": {"Federated": federated}, "Action": action, "Condition": conditions});
    if conditions.is_null() {
        statement.as_object_mut().expect("an object").remove("Condition");
    }
    json!({"Role": {
        "RoleName": "buoy", "Arn": format!("arn:aws:iam::{account}:role/buoy"), "MaxSessionDuration": 43200,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }})
    .to_string()
}

fn provider(host: &str) -> String {
    format!("arn:aws:iam::111122223333:oidc-provider/{host}")
}

fn github(sub: &Value) -> String {
    role("111122223333", &provider(HOST), &json!({"StringLike": {format!("{HOST}:sub"): sub}}))
}

fn ask<T>(inputs: &[String], login: Login<'_>, change: impl Fn(&mut Question<'_>), look: impl Fn(&Simulation<'_, '_>) -> T) -> T {
    let mut sources = Sources::new();
    let ids: Vec<SourceId> = inputs.iter().map(|text| sources.add("input.json", text.clone())).collect();
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    let mut question = Question::new(login, Instant::from_seconds(NOW));
    change(&mut question);
    look(&simulate(&inventory, &question))
}

fn state(simulation: &Simulation<'_, '_>, kind: GateKind) -> Option<GateState> {
    simulation.gates.iter().find(|gate| gate.kind == kind).map(|gate| gate.state)
}

#[test]
fn what_a_token_must_be() {
    let long = "x".repeat(20_000);
    #[rustfmt::skip]
    let table = [
        ("sts-token-claims", json!({}), GateKind::Token, GateState::Pass),
        ("sts-token-claims", json!({"iat": null}), GateKind::Token, GateState::Fail),
        ("sts-token-claims", json!({"exp": null}), GateKind::Token, GateState::Fail),
        ("sts-token-claims", json!({"sub": null}), GateKind::Token, GateState::Fail),
        ("sts-token-claims", json!({"aud": null}), GateKind::Token, GateState::Fail),
        ("sts-provider-url", json!({"iss": format!("http://{HOST}")}), GateKind::Token, GateState::Fail),
        ("sts-provider-url", json!({"iss": HOST}), GateKind::Token, GateState::Fail),
        ("sts-token-size", json!({"long": long}), GateKind::Token, GateState::Fail),
        ("sts-token-times", json!({"exp": "soon"}), GateKind::Expiry, GateState::Fail),
        ("sts-token-expired", json!({"exp": NOW - 299}), GateKind::Expiry, GateState::Pass),
        ("sts-token-expired", json!({"exp": NOW - 301}), GateKind::Expiry, GateState::Fail),
        ("sts-token-not-yet", json!({"nbf": NOW + 10}), GateKind::Expiry, GateState::Unknown),
        ("sts-token-age", json!({"iat": NOW - 86_399}), GateKind::Expiry, GateState::Pass),
        ("sts-token-age", json!({"iat": NOW - 86_401}), GateKind::Expiry, GateState::Unknown),
    ];
    for (id, changes, kind, expected) in table {
        let token = token(&changes);
        let got = ask(&[github(&json!("repo:tide/buoy:*"))], Login::Token(&token), |_| {}, |simulation| state(simulation, kind));
        let shown: String = changes.to_string().chars().take(60).collect();
        assert_eq!(got, Some(expected), "{id}: {shown}");
    }
}

/// sts-token-algorithm, gate-login-signature
#[test]
fn which_algorithms_are_taken() {
    let claims = json!({"iss": "https://id.tide.example", "sub": "u", "aud": "app", "iat": NOW - 60, "exp": NOW + 600});
    let pool = json!({
        "IdentityPoolId": "eu-west-1:6e0bd1f5-7a52-4b86-9d3c-0e4f81c2a7b9", "IdentityPoolName": "tide",
        "AllowUnauthenticatedIdentities": false, "OpenIdConnectProviderARNs": [provider("id.tide.example")],
    });
    for (algorithm, at_sts, at_pool) in [
        ("RS512", GateState::Skipped, GateState::Skipped),
        ("ES256", GateState::Skipped, GateState::Fail),
        ("ES512", GateState::Skipped, GateState::Fail),
        ("PS256", GateState::Fail, GateState::Fail),
        ("HS256", GateState::Fail, GateState::Fail),
        ("none", GateState::Fail, GateState::Fail),
    ] {
        let token = Token::read(&unsigned(algorithm, &claims)).expect("a token");
        let get = |flow| {
            let inputs = [pool.to_string(), role("111122223333", &provider("id.tide.example"), &Value::Null)];
            ask(&inputs, Login::Token(&token), |question| question.flow = flow, |own| state(own, GateKind::Signature))
        };
        assert_eq!(get(Flow::Direct), Some(at_sts), "{algorithm} at STS");
        assert_eq!(get(Flow::Enhanced), Some(at_pool), "{algorithm} at an identity pool");
    }
}

/// What IAM would not store today is told beside the answer, and has no part in it.
#[test]
fn what_iam_would_not_store() {
    let sub = |operator: &str, value: Value| json!({operator: {format!("{HOST}:sub"): value}});
    #[rustfmt::skip]
    let table = [
        ("write-shared-issuers", sub("StringLike", json!("repo:tide/buoy:*")), 0),
        ("write-shared-issuers", json!({"StringEquals": {format!("{HOST}:aud"): "sts.amazonaws.com"}}), 1),
        ("write-shared-issuers-old", json!(null), 1),
        ("write-shared-issuers-all", sub("StringLike", json!("repo:*")), 0),
        ("write-shared-issuers-all", sub("StringLike", json!("*")), 1),
        ("write-shared-issuers-list", sub("StringLike", json!(["repo:tide/buoy:*", "*"])), 1),
        ("write-shared-issuers-operator", sub("StringNotEquals", json!("repo:other/buoy:ref:x")), 1),
        ("write-shared-issuers-operator", sub("StringLikeIfExists", json!("repo:tide/buoy:*")), 1),
    ];
    let token = token(&json!({}));
    for (id, conditions, expected) in table {
        let input = role("111122223333", &provider(HOST), &conditions);
        let (told, outcome) = ask(&[input], Login::Token(&token), |_| {}, |own| (own.not_stored.len(), own.outcome));
        assert_eq!((told, outcome), (expected, Outcome::Allowed), "{id}: {conditions}");
    }
    // write-shared-issuers-github: this claim will do too
    let conditions = json!({"StringLike": {format!("{HOST}:job_workflow_ref"): "tide/flows/*"}});
    let input = role("111122223333", &provider(HOST), &conditions);
    assert_eq!(ask(&[input], Login::Token(&token), |_| {}, |own| own.not_stored.len()), 0);
}

/// write-cognito-condition-key
#[test]
fn a_role_for_identity_pools_names_one() {
    const POOLS: &str = "cognito-identity.amazonaws.com";
    let claims = json!({
        "iss": format!("https://{POOLS}"), "aud": "eu-west-1:6e0bd1f5-7a52-4b86-9d3c-0e4f81c2a7b9", "sub": "eu-west-1:1",
        "amr": ["authenticated"],
    });
    let token = Token::from_claims(read(&claims));
    let amr = json!({"ForAnyValue:StringEquals": {format!("{POOLS}:amr"): "authenticated"}});
    let aud = json!({"StringEquals": {format!("{POOLS}:aud"): claims["aud"]}});
    for (conditions, expected) in
        [(Value::Null, Some("A condition block must be present")), (amr, Some("must evaluate")), (aud, None)]
    {
        let input = role("111122223333", POOLS, &conditions);
        let told = ask(
            &[input],
            Login::Token(&token),
            |_| {},
            |own| {
                assert_eq!(own.outcome, Outcome::Allowed, "{conditions}");
                own.not_stored.first().map(|label| label.text.clone())
            },
        );
        assert_eq!(told.is_some(), expected.is_some(), "{conditions}: {told:?}");
        assert!(told.unwrap_or_default().contains(expected.unwrap_or_default()), "{conditions}");
    }
}

/// write-shared-issuers-run-time
#[test]
fn one_issuer_is_refused_at_run_time() {
    const TERRAFORM: &str = "app.terraform.io";
    let sub = "organization:tide:project:buoy:workspace:prod:run_phase:apply";
    let token = token(&json!({"iss": format!("https://{TERRAFORM}"), "sub": sub, "aud": "aws.workload.identity"}));
    let aud = json!({"StringEquals": {format!("{TERRAFORM}:aud"): "aws.workload.identity"}});
    let both = json!({"StringEquals": {format!("{TERRAFORM}:aud"): "aws.workload.identity", format!("{TERRAFORM}:sub"): sub}});
    for (conditions, expected) in [(aud, Outcome::Denied), (both, Outcome::Allowed)] {
        let input = role("111122223333", &provider(TERRAFORM), &conditions);
        assert_eq!(ask(&[input], Login::Token(&token), |_| {}, |own| own.outcome), expected, "{conditions}");
    }
}

/// sts-rcp
#[test]
fn a_resource_control_policy_closes_what_the_trust_policy_opens() {
    let rcp = |condition: Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity", "Resource": "*", "Condition": condition,
        }]});
        let summary = json!({"Type": "RESOURCE_CONTROL_POLICY", "Name": "own"});
        json!({"Policy": {"PolicySummary": summary, "Content": policy.to_string()}}).to_string()
    };
    let sub = format!("{HOST}:sub");
    let other = json!({"StringNotLike": {sub.clone(): "repo:harbour/*"}});
    let own = json!({"StringNotLike": {sub: "repo:tide/*"}});
    let token = token(&json!({}));
    for (condition, expected) in [(other, GateState::Fail), (own, GateState::Pass)] {
        let inputs = [github(&json!("repo:tide/buoy:*")), rcp(condition.clone())];
        let got = ask(&inputs, Login::Token(&token), |_| {}, |own| state(own, GateKind::Trust));
        assert_eq!(got, Some(expected), "{condition}");
    }
}

/// chain-duration, chain-duration-default, session-duration-outlives
#[test]
fn how_long_a_session_lasts() {
    let second = json!({"Role": {
        "RoleName": "mast", "Arn": "arn:aws:iam::111122223333:role/mast", "MaxSessionDuration": 43200,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/buoy"}, "Action": "sts:AssumeRole",
        }]},
    }});
    let policy = json!({"RoleName": "buoy", "PolicyName": "list", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*",
    }]}});
    let inputs = [github(&json!("repo:tide/buoy:*")), second.to_string(), policy.to_string()];
    let token = token(&json!({}));
    #[rustfmt::skip]
    let table = [
        (None, None, None, Outcome::Allowed),
        (Some(43_200), None, None, Outcome::Allowed),
        (Some(43_201), None, Some(GateKind::Session), Outcome::Denied),
        (Some(899), None, Some(GateKind::Session), Outcome::Denied),
        (Some(3_600), Some("mast"), None, Outcome::Allowed),
        (Some(7_200), Some("mast"), Some(GateKind::Chain), Outcome::Denied),
        (None, Some("mast"), None, Outcome::Allowed),
    ];
    for (duration, then_role, gate, expected) in table {
        let change = |question: &mut Question<'_>| {
            (question.duration, question.then_role, question.role) = (duration, then_role, Some("buoy"));
        };
        let (outcome, decided_by) = ask(&inputs, Login::Token(&token), change, |own| (own.outcome, own.decided_by));
        assert_eq!(outcome, expected, "{duration:?} {then_role:?}");
        assert!(gate.is_none_or(|gate| decided_by == Some(gate)), "{duration:?} {then_role:?}: {decided_by:?}");
    }
}

#[test]
fn what_an_assertion_must_be() {
    const RECIPIENT: &str = r#"Recipient="https://signin.aws.amazon.com/saml""#;
    let name = r#"<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName">"#;
    let duration = format!(
        r#"<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/SessionDuration"><saml:AttributeValue>1800</saml:AttributeValue></saml:Attribute>{name}"#
    );
    let issued = r#"IssueInstant="2026-11-23T12:00:00Z""#;
    #[rustfmt::skip]
    let table = [
        ("saml-recipient", RECIPIENT, RECIPIENT.to_owned(), GateKind::Audience, GateState::Pass, "signin.aws.amazon.com"),
        ("saml-recipient", RECIPIENT, RECIPIENT.replace("signin.", "eu-west-1.signin."), GateKind::Audience, GateState::Pass, "eu-west-1"),
        ("saml-recipient", RECIPIENT, RECIPIENT.replace("aws.amazon.com", "amazonaws.cn"), GateKind::Audience, GateState::Pass, ".cn"),
        ("saml-recipient", RECIPIENT, RECIPIENT.replace("/saml", "/saml/acs/SAMLSPX"), GateKind::Audience, GateState::Pass, "/acs/"),
        ("saml-recipient", RECIPIENT, RECIPIENT.replace("signin.aws.amazon.com", "app.slip.example"), GateKind::Audience, GateState::Fail, "invalid SAML response"),
        ("saml-recipient-govcloud", RECIPIENT, RECIPIENT.replace("aws.amazon.com", "amazonaws-us-gov.com"), GateKind::Audience, GateState::Pass, "us-gov"),
        ("saml-duration", name, duration, GateKind::Session, GateState::Pass, "1800 seconds"),
        ("saml-not-on-or-after", "AuthnInstant=", r#"SessionNotOnOrAfter="2026-11-23T12:33:00Z" AuthnInstant="#.to_owned(), GateKind::Session, GateState::Pass, "1800 seconds"),
        ("saml-fresh", issued, r#"IssueInstant="2026-11-23T11:48:00Z""#.to_owned(), GateKind::Expiry, GateState::Fail, "within 5 minutes"),
    ];
    let inputs = ["roles.json", "saml-providers.json"].map(|name| support::read(&format!("fixtures/issuers/saml/{name}")));
    let assertion = support::read("fixtures/issuers/saml/saml/ines.xml");
    for (id, from, to, kind, expected, words) in table {
        let changed = assertion.replace(from, &to);
        let assertion = Assertion::read(&changed).expect("an assertion");
        let change = |question: &mut Question<'_>| {
            (question.flow, question.role) = (Flow::Direct, Some("slip-saml"));
            question.at = Instant::parse("2026-11-23T12:03:00Z").expect("a time");
        };
        ask(&inputs, Login::Saml(&assertion, None), change, |simulation| {
            let gate = simulation.gates.iter().find(|gate| gate.kind == kind).unwrap_or_else(|| panic!("{id}: no such gate"));
            assert_eq!(gate.state, expected, "{id}: {}", gate.text);
            assert!(gate.text.contains(words), "{id}: {}", gate.text);
        });
    }
}

/// saml-federated-provider
#[test]
fn whether_an_assertion_tells_its_provider_is_open() {
    let assertion = Assertion::read(&support::read("fixtures/issuers/saml/saml/ines.xml")).expect("an assertion");
    let provider = "arn:aws:iam::111122223333:saml-provider/slip-office";
    let input = json!({"Role": {
        "RoleName": "slip-saml", "Arn": "arn:aws:iam::111122223333:role/slip-saml",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML",
            "Condition": {"StringEquals": {"aws:FederatedProvider": provider}},
        }]},
    }});
    let change = |question: &mut Question<'_>| {
        (question.flow, question.role) = (Flow::Direct, Some("slip-saml"));
        question.at = Instant::parse("2026-11-23T12:03:00Z").expect("a time");
    };
    let got = ask(&[input.to_string()], Login::Saml(&assertion, None), change, |own| state(own, GateKind::Trust));
    assert_eq!(got, Some(GateState::Unknown));
}

/// A token that looks signed by this algorithm.
fn unsigned(algorithm: &str, claims: &Value) -> String {
    jwt(&json!({"alg": algorithm, "kid": "k"}).to_string(), &claims.to_string())
}

fn read(claims: &Value) -> Claims {
    Claims::read(json::read(SourceId::NONE, &claims.to_string()).root()).expect("an object")
}

/// ctx-roles-claim, sts-cross-account: a role that the caller might name is one that he would get.
#[test]
fn the_roles_that_a_caller_might_name() {
    let other = github(&json!("repo:tide/buoy:*")).replace("role/buoy", "role/mast").replace("\"buoy\"", "\"mast\"");
    let inputs = [github(&json!("repo:tide/buoy:*")), other];
    let outcomes = |changes: Value| {
        let token = token(&changes);
        ask(
            &inputs,
            Login::Token(&token),
            |_| {},
            |simulation| {
                let mut choices: Vec<(String, Outcome)> =
                    simulation.choices.iter().map(|choice| (choice.role.name.shown().into_owned(), choice.outcome)).collect();
                choices.sort_by(|one, other| one.0.cmp(&other.0));
                choices.into_iter().map(|(_, outcome)| outcome).collect::<Vec<_>>()
            },
        )
    };
    assert_eq!(outcomes(json!({})), [Outcome::Allowed, Outcome::Allowed]);
    let one = json!({"https://aws.amazon.com/roles": ["arn:aws:iam::111122223333:role/mast"]});
    assert_eq!(outcomes(one), [Outcome::Denied, Outcome::Allowed]);
}
