//! The gates that a login passes, as `docs/semantics.md` sections 7 to 10 list them.

use rolecall::identity::Token;
use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::simulate::{Access, Flow, GateKind, GateState, Login, Outcome, Question, Simulation};
use rolecall::source::Sources;

use crate::support::simulate;

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const EDITOR: &str = r#"{"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers", "aud": "web", "sub": "u1", "token_use": "id", "exp": 2000000000}"#;

/// What stands in the identity pool and in its roles, beside what always does.
struct Pool {
    pool: &'static str,
    roles: &'static str,
}

const PLAIN: Pool = Pool { pool: "", roles: "" };
const MAPPED: Pool = Pool {
    pool: "",
    roles: r#", "RoleMappings": {"cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers:web": {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}}"#,
};

#[test]
fn the_classic_flow() {
    #[rustfmt::skip]
    let table = [
        ("gate-classic-unset-api", PLAIN, GateState::Pass),
        ("gate-classic-unset-api", Pool { pool: r#", "AllowClassicFlow": true"#, ..PLAIN }, GateState::Pass),
        ("gate-classic-off", Pool { pool: r#", "AllowClassicFlow": false"#, ..PLAIN }, GateState::Fail),
        ("gate-role-mappings", MAPPED, GateState::Fail),
        ("gate-role-mappings", Pool { pool: r#", "AllowClassicFlow": true"#, ..MAPPED }, GateState::Fail),
    ];
    for (id, pool, expected) in table {
        let token = Token::read(EDITOR).unwrap();
        let question = Question { flow: Flow::Classic, role: Some("member"), ..ask(Login::Token(&token)) };
        with(&pool, |inventory| {
            let simulation = simulate(inventory, &question);
            assert_eq!(state(&simulation, GateKind::Flow), Some(expected), "{id}");
            // whatever the flow, the trust policy is asked: both ways are told apart
            assert_eq!(state(&simulation, GateKind::Trust), Some(GateState::Pass), "{id}");
            assert_eq!(simulation.outcome == Outcome::Allowed, expected == GateState::Pass, "{id}");
        });
    }
}

#[test]
fn in_the_classic_flow_the_caller_names_the_role() {
    let token = Token::read(EDITOR).unwrap();
    with(&PLAIN, |inventory| {
        let simulation = simulate(inventory, &Question { flow: Flow::Classic, ..ask(Login::Token(&token)) });
        let named: Vec<_> = simulation.choices.iter().filter(|choice| choice.outcome == Outcome::Allowed).collect();
        assert_eq!(named.len(), 1);
        assert_eq!(named[0].role.name.known(), Some("member"));
        assert!(simulation.why.contains("`member`"), "{}", simulation.why);
    });
}

#[test]
fn tokens_that_are_turned_away() {
    let replaced = |from: &str, to: &str| EDITOR.replace(from, to);
    #[rustfmt::skip]
    let table = [
        ("another client", replaced("\"web\"", "\"mobile\""), GateKind::Audience),
        ("another user pool", replaced("eu-west-1_Rb4cUsers", "eu-west-1_Other0000"), GateKind::Provider),
        ("an access token", replaced("\"id\"", "\"access\""), GateKind::Token),
        ("no issuer", replaced("\"iss\"", "\"issuer\""), GateKind::Token),
        ("expired", replaced("2000000000", "1700000000"), GateKind::Expiry),
    ];
    for (what, token, gate) in table {
        let token = Token::read(&token).unwrap();
        with(&MAPPED, |inventory| {
            let simulation = simulate(inventory, &ask(Login::Token(&token)));
            let closed: Vec<_> =
                simulation.gates.iter().filter(|gate| gate.state == GateState::Fail).map(|gate| gate.kind).collect();
            assert_eq!(closed, [gate], "{what}");
            assert_eq!(simulation.outcome, Outcome::Denied, "{what}");
        });
    }
}

#[test]
fn a_role_that_the_pool_does_not_hand_out() {
    let token = Token::read(EDITOR).unwrap();
    with(&MAPPED, |inventory| {
        let simulation = simulate(inventory, &Question { role: Some("visitor"), ..ask(Login::Token(&token)) });
        assert_eq!(state(&simulation, GateKind::RoleMapping), Some(GateState::Fail));
        assert_eq!(state(&simulation, GateKind::Trust), Some(GateState::Fail));
        let near_miss = simulation.near_miss.unwrap();
        assert_eq!(near_miss.failing.len(), 1, "exactly one condition is in the way");
        assert_eq!(near_miss.failing[0].words(), "a signed-in user's token, and guests are wanted");
        assert_eq!(near_miss.failing[0].wanted, "unauthenticated");
    });
}

/// Guests are narrowed in the enhanced flow, and only there.
#[test]
fn what_guests_may_do() {
    const GUESTS: Pool = Pool { pool: r#", "AllowUnauthenticatedIdentities": true"#, ..PLAIN };
    let read = Access { action: "s3:GetObject", resource: "arn:aws:s3:::site/a" };
    let secret = Access { action: "ssm:GetParameter", resource: "arn:aws:ssm:eu-west-1:111122223333:parameter/a" };
    let other = Access { action: "s3:PutObject", resource: "arn:aws:s3:::site/a" };
    #[rustfmt::skip]
    let table = [
        ("guest-scope-down", Flow::Enhanced, read, Outcome::Allowed),
        ("guest-scope-down", Flow::Enhanced, secret, Outcome::Denied),
        ("guest-role-must-allow", Flow::Enhanced, other, Outcome::Denied),
        ("guest-basic-free", Flow::Classic, secret, Outcome::Allowed),
    ];
    for (id, flow, access, expected) in table {
        with(&GUESTS, |inventory| {
            let question = Question { flow, role: Some("visitor"), access: vec![access], ..ask(Login::Guest) };
            let simulation = simulate(inventory, &question);
            assert_eq!(simulation.permissions[0].outcome, expected, "{id}");
            assert_eq!(simulation.outcome, expected, "{id}: the whole");
        });
    }
    with(&PLAIN, |inventory| {
        let simulation = simulate(inventory, &ask(Login::Guest));
        assert_eq!(state(&simulation, GateKind::Provider), Some(GateState::Unknown), "the input does not say");
    });
    with(&Pool { pool: r#", "AllowUnauthenticatedIdentities": false"#, ..PLAIN }, |inventory| {
        let simulation = simulate(inventory, &ask(Login::Guest));
        assert_eq!(state(&simulation, GateKind::Provider), Some(GateState::Fail));
    });
}

/// Nothing but a trust policy and a token: the pool is taken to be the one that the policy pins, and that is said.
#[test]
fn only_a_trust_policy() {
    let token = Token::read(EDITOR).unwrap();
    for (amr, expected) in [("authenticated", Outcome::Allowed), ("unauthenticated", Outcome::Denied)] {
        let mut sources = Sources::new();
        sources.add("member.json", trust(amr));
        let inventory = read(&sources);
        let simulation = simulate(&inventory, &ask(Login::Token(&token)));
        assert_eq!(simulation.outcome, expected);
        assert!(simulation.assumptions[0].contains(POOL), "{:?}", simulation.assumptions);
    }
}

#[test]
fn a_token_of_the_pool_itself() {
    let token = |amr: &str| {
        Token::read(&format!(
            r#"{{"iss": "https://cognito-identity.amazonaws.com", "aud": "{POOL}", "sub": "eu-west-1:1", "amr": [{amr}]}}"#
        ))
        .unwrap()
    };
    with(&MAPPED, |inventory| {
        for (amr, expected) in [(r#""authenticated""#, Outcome::Allowed), (r#""unauthenticated""#, Outcome::Denied)] {
            let token = token(amr);
            let simulation = simulate(inventory, &Question { role: Some("member"), ..ask(Login::Token(&token)) });
            assert_eq!(simulation.outcome, expected, "{amr}: {}", simulation.why);
        }
    });
}

/// What nobody gave may be there, unless the call is known never to hold it: a Deny on it must not pass for harmless.
#[test]
fn keys_that_nobody_gave() {
    #[rustfmt::skip]
    let table = [
        ("ctx-source-ip", r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "", Outcome::Undecided),
        // in the enhanced flow the call comes from Cognito, wherever the user is
        ("ctx-source-ip", r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "203.0.113.9", Outcome::Undecided),
        ("ctx-source-ip", r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, "192.0.2.1", Outcome::Undecided),
        ("ctx-request-tags", r#""StringEquals": {"aws:RequestTag/team": "x"}"#, "", Outcome::Undecided),
        ("ctx-no-principal", r#""StringEquals": {"aws:PrincipalAccount": "111122223333"}"#, "", Outcome::Allowed),
        ("ctx-no-external-id", r#""StringEquals": {"sts:ExternalId": "x"}"#, "", Outcome::Allowed),
        ("ctx-aud", r#""StringEquals": {"accounts.google.com:aud": "x"}"#, "", Outcome::Allowed),
        ("ctx-session-name", r#""StringEquals": {"sts:RoleSessionName": "CognitoIdentityCredentials"}"#, "", Outcome::Denied),
    ];
    let token = Token::read(EDITOR).unwrap();
    for (id, condition, address, expected) in table {
        let deny = format!(
            r#", {{"Effect": "Deny", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{condition}}}}}]}}"#
        );
        let mut sources = Sources::new();
        sources.add("member.json", format!("{}{deny}", trust("authenticated").strip_suffix("]}").unwrap()));
        let context = if address.is_empty() { Vec::new() } else { vec![("aws:SourceIp", vec![address])] };
        let inventory = read(&sources);
        let simulation = simulate(&inventory, &Question { context, ..ask(Login::Token(&token)) });
        assert_eq!(simulation.outcome, expected, "{id}: {condition} {address}: {}", simulation.why);
    }
}

/// The trust policy is asked at the time of the question; what only the network knows is not taken to be absent.
#[test]
fn what_the_assume_call_holds() {
    let token = Token::read(&format!(
        r#"{{"iss": "https://cognito-identity.amazonaws.com", "aud": "{POOL}", "sub": "eu-west-1:1", "amr": ["authenticated"]}}"#
    ))
    .unwrap();
    #[rustfmt::skip]
    let table = [
        ("ctx-time", r#""DateLessThan": {"aws:CurrentTime": "2030-01-01"}"#, Outcome::Allowed),
        ("ctx-time", r#""DateLessThan": {"aws:CurrentTime": "2020-01-01"}"#, Outcome::Denied),
        ("ctx-source-ip", r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#, Outcome::Undecided),
        ("ctx-circumstances", r#""StringEquals": {"aws:RequestedRegion": "eu-west-1"}"#, Outcome::Undecided),
        ("gate-session-name", r#""StringLike": {"sts:RoleSessionName": "app-*"}"#, Outcome::Undecided),
        ("ctx-no-principal", r#""StringLike": {"aws:PrincipalArn": "*"}"#, Outcome::Denied),
    ];
    for (id, condition, expected) in table {
        let mut sources = Sources::new();
        sources.add("member.json", trust_with(condition));
        let inventory = read(&sources);
        let simulation = simulate(&inventory, &ask(Login::Token(&token)));
        assert_eq!(simulation.outcome, expected, "{id}: {condition}");
    }
}

/// Tags ask for one more action; they are keys of the call and of the session.
#[test]
fn a_token_with_session_tags() {
    let token = Token::read(&format!(
        r#"{{"iss": "https://cognito-identity.amazonaws.com", "aud": "{POOL}", "sub": "eu-west-1:1", "amr": ["authenticated"],
        "https://aws.amazon.com/tags": {{"principal_tags": {{"team": ["news"]}}}}}}"#
    ))
    .unwrap();
    let tagged = |condition: &str| {
        trust_with(condition)
            .replace(r#""sts:AssumeRoleWithWebIdentity""#, r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#)
    };
    #[rustfmt::skip]
    let table = [
        ("decide-tag-session", trust_with(""), Outcome::Denied),
        ("decide-tag-session", tagged(""), Outcome::Allowed),
        ("ctx-request-tags", tagged(r#""StringEquals": {"aws:RequestTag/Team": "news"}"#), Outcome::Allowed),
        ("ctx-request-tags", tagged(r#""StringEquals": {"aws:RequestTag/team": "sport"}"#), Outcome::Denied),
        ("ctx-request-tags", tagged(r#""ForAnyValue:StringEquals": {"aws:TagKeys": "team"}"#), Outcome::Allowed),
    ];
    for (id, policy, expected) in table {
        let mut sources = Sources::new();
        sources.add("member.json", policy.clone());
        let inventory = read(&sources);
        let simulation = simulate(&inventory, &ask(Login::Token(&token)));
        assert_eq!(simulation.outcome, expected, "{id}: {policy}");
    }
}

/// A key that holds any number of values does so also where the user gives one: plain operators on it are not documented.
#[test]
fn one_value_given_for_a_key_of_many() {
    let token = Token::read(&format!(r#"{{"iss": "https://cognito-identity.amazonaws.com", "aud": "{POOL}"}}"#)).unwrap();
    let mut sources = Sources::new();
    sources.add("member.json", trust_with(r#""StringEquals": {"cognito-identity.amazonaws.com:AMR": "authenticated"}"#));
    let context = vec![("cognito-identity.amazonaws.com:amr", vec!["authenticated"])];
    let inventory = read(&sources);
    let simulation = simulate(&inventory, &Question { context, ..ask(Login::Token(&token)) });
    assert_eq!(simulation.outcome, Outcome::Undecided);
}

/// Which pool a trust policy is for tells only a condition that names it.
#[test]
fn what_pins_no_pool() {
    let token = Token::read(EDITOR).unwrap();
    for condition in [
        r#""Null": {"cognito-identity.amazonaws.com:aud": "false"}"#,
        r#""StringNotEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:other"}"#,
        r#""StringLike": {"cognito-identity.amazonaws.com:aud": "eu-west-1:*"}"#,
    ] {
        let mut sources = Sources::new();
        sources.add("member.json", trust_of(condition));
        let inventory = read(&sources);
        let simulation = simulate(&inventory, &ask(Login::Token(&token)));
        assert_eq!(simulation.outcome, Outcome::Undecided, "{condition}: {:?}", simulation.assumptions);
    }
}

#[test]
fn when_a_token_ends() {
    #[rustfmt::skip]
    let table = [
        // AWS asks for whole numbers
        ("1700000000.5", GateState::Unknown), ("1.7e9", GateState::Unknown), ("2000000000.5", GateState::Unknown),
        ("\"1700000000\"", GateState::Unknown), ("[]", GateState::Unknown),
    ];
    for (end, expected) in table {
        let token = Token::read(&EDITOR.replace("2000000000", end)).unwrap();
        with(&PLAIN, |inventory| {
            let simulation = simulate(inventory, &ask(Login::Token(&token)));
            assert_eq!(state(&simulation, GateKind::Expiry), Some(expected), "{end}");
        });
    }
}

#[test]
fn an_audience_in_a_list() {
    for (audience, expected) in
        [(r#"["web"]"#, GateState::Pass), (r#"["web", "other"]"#, GateState::Unknown), ("[]", GateState::Fail)]
    {
        let token = Token::read(&EDITOR.replace(r#""web""#, audience)).unwrap();
        with(&MAPPED, |inventory| {
            let simulation = simulate(inventory, &ask(Login::Token(&token)));
            assert_eq!(state(&simulation, GateKind::Audience), Some(expected), "{audience}");
        });
    }
}

/// Who may take several roles is not told what may be done with none of them.
#[test]
fn actions_without_a_role() {
    let token = Token::read(EDITOR).unwrap();
    let access = vec![Access { action: "s3:DeleteBucket", resource: "*" }];
    with(&PLAIN, |inventory| {
        let simulation = simulate(inventory, &Question { flow: Flow::Classic, access, ..ask(Login::Token(&token)) });
        assert_eq!(simulation.outcome, Outcome::Undecided);
        assert!(simulation.why.contains("--role"), "{}", simulation.why);
    });
}

/// What was not given is not taken to be absent.
#[test]
fn inputs_that_were_not_given() {
    let token = Token::read(EDITOR).unwrap();
    let pool = format!(
        r#"{{"IdentityPoolId": "{POOL}", "IdentityPoolName": "p", "AllowClassicFlow": true, "CognitoIdentityProviders":
        [{{"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers", "ClientId": "web"}}]}}"#
    );
    let mut sources = Sources::new();
    sources.add("pool.json", pool.clone());
    sources.add("member.json", trust("authenticated"));
    let question = Question { flow: Flow::Classic, role: Some("member"), ..ask(Login::Token(&token)) };
    let inventory = read(&sources);
    let simulation = simulate(&inventory, &question);
    assert_eq!(state(&simulation, GateKind::Flow), Some(GateState::Unknown), "role mappings would close it");

    let github = Token::read(r#"{"iss": "https://token.actions.githubusercontent.com", "aud": "a", "sub": "s"}"#).unwrap();
    let mut sources = Sources::new();
    sources.add("pool.json", pool);
    let inventory = read(&sources);
    let simulation = simulate(&inventory, &ask(Login::Token(&github)));
    assert_eq!(simulation.outcome, Outcome::Undecided, "no trust policy was given");
}

fn ask(login: Login<'_>) -> Question<'_> {
    Question::new(login, Instant::from_seconds(1_795_435_200))
}

fn state(simulation: &Simulation<'_, '_>, kind: GateKind) -> Option<GateState> {
    simulation.gates.iter().find(|gate| gate.kind == kind).map(|gate| gate.state)
}

fn trust(amr: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"cognito-identity.amazonaws.com:aud": "{POOL}"}},
        "ForAnyValue:StringLike": {{"cognito-identity.amazonaws.com:amr": "{amr}"}}}}}}]}}"#
    )
}

/// The trust policy of a role for signed-in users, with one more condition.
fn trust_with(condition: &str) -> String {
    let more = if condition.is_empty() { String::new() } else { format!(", {condition}") };
    trust_of(&format!(r#""StringEqualsIgnoreCase": {{"cognito-identity.amazonaws.com:aud": "{POOL}"}}{more}"#))
}

/// A trust policy for tokens of identity pools, with these conditions.
fn trust_of(conditions: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{conditions}}}}}]}}"#
    )
}

/// A pool with its roles: `member` for signed-in users, `visitor` for guests.
fn with<T>(pool: &Pool, test: impl FnOnce(&Inventory<'_>) -> T) -> T {
    let role = |name: &str, amr: &str| {
        let arn = format!("arn:aws:iam::111122223333:role/{name}");
        format!(r#"{{"Role": {{"RoleName": "{name}", "Arn": "{arn}", "AssumeRolePolicyDocument": {}}}}}"#, trust(amr))
    };
    let mut sources = Sources::new();
    sources.add(
        "pool.json",
        format!(
            r#"{{"IdentityPoolId": "{POOL}", "IdentityPoolName": "p", "CognitoIdentityProviders": [{{"ProviderName":
            "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers", "ClientId": "web"}}] {}}}"#,
            pool.pool
        ),
    );
    sources.add(
        "roles.json",
        format!(
            r#"{{"IdentityPoolId": "{POOL}", "Roles": {{"authenticated": "arn:aws:iam::111122223333:role/member",
            "unauthenticated": "arn:aws:iam::111122223333:role/visitor"}} {}}}"#,
            pool.roles
        ),
    );
    sources.add("member.json", role("member", "authenticated"));
    sources.add("visitor.json", role("visitor", "unauthenticated"));
    sources.add(
        "visitor-policy.json",
        r#"{"RoleName": "visitor", "PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "ssm:GetParameter"], "Resource": "*"}]}}"#,
    );
    test(&read(&sources))
}

fn read(sources: &Sources) -> Inventory<'_> {
    let mut inventory = Inventory::new(None);
    sources.iter().for_each(|(id, _)| inventory.read(sources, id));
    inventory
}
