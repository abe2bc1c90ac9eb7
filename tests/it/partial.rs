//! Answers where not all was given, where AWS does not say all, and where one part closes what another opens.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::folder;
use crate::transcript::{Run, finish};

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const USERS: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Users0000";

fn run(folder: &TempDir, arguments: &[&str]) -> Run {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    finish(tool.env_clear().stdin(Stdio::null()).current_dir(folder.path()).args(arguments))
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{name}")
}

fn role(arn: &str, statement: &Value) -> Value {
    let name = arn.rsplit('/').next().expect("a name");
    json!({"Role": {"RoleName": name, "Arn": arn,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}})
}

/// A role for those of the identity pool with this state.
fn of_pool(name: &str, state: &str) -> Value {
    role(
        &arn(name),
        &json!({"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": POOL},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": state}}}),
    )
}

/// What `simulate` answers, with what decides.
fn simulated(folder: &TempDir, arguments: &[&str]) -> (String, String) {
    let all: Vec<&str> = ["simulate", "--format", "json"].iter().chain(arguments).copied().collect();
    let told: Value = serde_json::from_str(&run(folder, &all).stdout).expect("JSON");
    let first = told["simulations"].get(0).unwrap_or(&told);
    (first["outcome"].as_str().expect("a word").to_owned(), first["why"].as_str().unwrap_or_default().to_owned())
}

/// What `reach` answers of each subject and role, as `who: role answer`.
fn reached(folder: &TempDir) -> Vec<String> {
    let told: Value = serde_json::from_str(&run(folder, &["reach", "--format", "json"]).stdout).expect("JSON");
    let text = |own: &Value, key: &str| own[key].as_str().unwrap_or_default().to_owned();
    let subjects = told["subjects"].as_array().expect("subjects").iter();
    let cells = subjects.flat_map(|subject| {
        let who = text(subject, "who");
        let cells = subject["reaches"].as_array().expect("cells").clone();
        cells.into_iter().map(move |cell| format!("{who}: {} {}", text(&cell, "role"), text(&cell, "answer")))
    });
    cells.collect()
}

/// The roles of a pool that was not given itself still tell which role it hands out, and whether the classic flow is open.
/// gate-pool-not-given
#[test]
fn the_roles_of_a_pool_count_without_the_pool() {
    let mapping = json!({"Type": "Token", "AmbiguousRoleResolution": "Deny"});
    let group =
        json!({"Groups": [{"GroupName": "A", "UserPoolId": "eu-west-1_Users0000", "RoleArn": arn("a"), "Precedence": 1}]});
    let roles = |mappings: &Value| {
        json!({"IdentityPoolId": POOL, "Roles": {"authenticated": arn("base"), "unauthenticated": arn("guest")},
            "RoleMappings": mappings})
    };
    let mapped = json!({format!("{USERS}:client"): mapping});
    let given = |mappings: &Value| {
        folder(&[
            ("groups.json", group.clone()),
            ("roles.json", roles(mappings)),
            ("a.json", of_pool("a", "authenticated")),
            ("base.json", of_pool("base", "authenticated")),
            ("guest.json", of_pool("guest", "unauthenticated")),
        ])
    };
    let claims = |groups: &Value| {
        json!({"iss": format!("https://{USERS}"), "aud": "client", "sub": "u", "token_use": "id", "exp": 4_000_000_000_u32,
            "cognito:roles": groups})
        .to_string()
    };
    for (mappings, arguments, expected, why) in [
        (&mapped, vec![], "denied", "ambiguous role mapping"),
        (&mapped, vec!["--role", "base"], "denied", "ambiguous role mapping"),
        (&mapped, vec!["--flow", "classic", "--role", "base"], "denied", "classic"),
        (&json!({}), vec!["--role", "a"], "denied", "hands out `base`"),
        (&json!({}), vec![], "allowed", "no role mapping"),
        (&json!({}), vec!["--flow", "classic", "--role", "a"], "allowed", ""),
    ] {
        let folder = given(mappings);
        let claims = claims(&json!([]));
        fs::write(folder.path().join("token.claims"), claims).expect("a file");
        let all: Vec<&str> = ["--claims", "token.claims"].into_iter().chain(arguments.iter().copied()).chain(["."]).collect();
        let (outcome, told) = simulated(&folder, &all);
        assert_eq!(outcome, expected, "{arguments:?}: {told}");
        assert!(told.contains(why), "{arguments:?}: {told}");
    }
    let guest = simulated(&given(&mapped), &["--guest", "--role", "guest", "."]);
    assert_eq!(guest.0, "allowed", "{}", guest.1);
    let other = simulated(&given(&mapped), &["--guest", "--role", "a", "."]);
    assert_eq!(other.0, "denied", "{}", other.1);
}

/// A Deny of the caller's own policies keeps him out, whoever the trust policy lets in; and he is one row, whichever account a role is of.
#[test]
fn a_session_that_may_not_take_a_role_does_not_reach_it() {
    let trusting = |own: &str| role(own, &json!({"Effect": "Allow", "Principal": {"AWS": arn("a")}, "Action": "sts:AssumeRole"}));
    let files = |denied: &str| {
        folder(&[
            (
                "a.json",
                role(
                    &arn("a"),
                    &json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}),
                ),
            ),
            ("b.json", trusting(&arn("b"))),
            ("c.json", trusting("arn:aws:iam::444455556666:role/c")),
            (
                "policy.json",
                json!({"RoleName": "a", "PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
                    {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": denied}]}}),
            ),
        ])
    };
    let who = format!("any session of the role `{}`", arn("a"));
    let answers = |denied: &str| -> Vec<String> {
        let own = format!("{who}: ");
        reached(&files(denied)).into_iter().filter_map(|told| told.strip_prefix(&own).map(str::to_owned)).collect()
    };
    assert_eq!(answers("*"), ["a not-reached", "b not-reached", "c not-reached"]);
    assert_eq!(answers("arn:aws:iam::444455556666:role/*"), ["a not-reached", "b reached", "c not-reached"]);
    assert_eq!(answers("arn:aws:iam::444455556666:role/other"), ["a not-reached", "b reached", "c reached"]);
}

/// select-guest-custom-role, select-no-mapping-custom-role
#[test]
fn a_role_that_somebody_may_ask_for_stays_open() {
    let folder = folder(&[
        (
            "pool.json",
            json!({"IdentityPoolId": POOL, "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": false,
                "SupportedLoginProviders": {"graph.facebook.com": "1"}}),
        ),
        ("roles.json", json!({"IdentityPoolId": POOL, "Roles": {"authenticated": arn("base"), "unauthenticated": arn("guest")}})),
        ("base.json", of_pool("base", "authenticated")),
        ("base2.json", of_pool("base2", "authenticated")),
        ("guest.json", of_pool("guest", "unauthenticated")),
        ("guest2.json", of_pool("guest2", "unauthenticated")),
    ]);
    let told = reached(&folder);
    for expected in [
        "a guest: guest reached",
        "a guest: guest2 undecided",
        "a guest: base not-reached",
        "a guest: base2 not-reached",
        "a user of `graph.facebook.com`: base reached",
        "a user of `graph.facebook.com`: base2 undecided",
        "a user of `graph.facebook.com`: guest2 not-reached",
    ] {
        assert!(told.iter().any(|own| own == expected), "`{expected}` is not among {told:#?}");
    }
}

/// What `simulate` says would let somebody in.
fn repairs(folder: &TempDir, arguments: &[&str]) -> Vec<String> {
    let all: Vec<&str> = ["simulate", "--format", "json"].iter().chain(arguments).copied().collect();
    let told: Value = serde_json::from_str(&run(folder, &all).stdout).expect("JSON");
    let repairs = told["simulations"][0]["repairs"].as_array().expect("repairs");
    repairs.iter().map(|own| format!("{}: {} {}", own["side"], own["words"], own["edits"])).collect()
}

/// A pool for users of a user pool.
fn pool(guests: bool) -> Value {
    json!({"IdentityPoolId": POOL, "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": guests,
        "CognitoIdentityProviders": [{"ProviderName": USERS, "ClientId": "client"}]})
}

fn defaults(authenticated: &str) -> Value {
    json!({"IdentityPoolId": POOL, "Roles": {"authenticated": arn(authenticated), "unauthenticated": arn("guest")}})
}

/// What changes one gate is not told where another stays closed.
#[test]
fn what_would_let_it_in_passes_the_other_gates() {
    let given = |guests: bool, state: &str| {
        folder(&[
            ("pool.json", pool(guests)),
            ("roles.json", defaults("member")),
            ("member.json", of_pool("member", state)),
            ("guest.json", of_pool("guest", "unauthenticated")),
        ])
    };
    // the pool hands out another role to guests
    let told = repairs(&given(true, "authenticated"), &["--guest", "--role", "member", "."]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("sign in"), "{told:?}");
    // a guest gets another role, or is no guest at all
    for guests in [true, false] {
        let told = repairs(&given(guests, "unauthenticated"), &["--no-group", "."]);
        assert!(!told.is_empty() && !told.iter().any(|own| own.contains("as a guest")), "{told:?}");
        assert!(!told.iter().any(|own| own.contains("00000000-aaaa")), "a user who was made up: {told:?}");
    }
}

/// A token that has expired is refused whatever the trust policy says.
#[test]
fn what_would_let_it_in_tells_of_the_time() {
    let provider = "arn:aws:iam::111122223333:oidc-provider/id.example";
    let trust = json!({"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"id.example:aud": "app"}}});
    let folder = folder(&[
        ("role.json", role(&arn("worker"), &trust)),
        (
            "token.claims",
            json!({"iss": "https://id.example", "sub": "u", "aud": "other", "iat": 1_000_000_000, "exp": 1_000_000_100}),
        ),
    ]);
    let told = repairs(&folder, &["--claims", "token.claims", "role.json"]);
    assert!(!told.is_empty(), "{told:?}");
    assert!(told.iter().all(|own| own.contains("bring a token whose times are good")), "{told:?}");
}

/// Many groups that tie are told by one pair of them, and by those that are named, in whatever order.
#[test]
fn many_groups_that_tie() {
    let given = |count: usize| {
        let group = |at: usize| json!({"GroupName": format!("g{at}"), "UserPoolId": "eu-west-1_Users0000", "RoleArn": arn(&format!("r{at}"))});
        let mapping = json!({format!("{USERS}:client"): {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}});
        let mut roles = defaults("member");
        roles["RoleMappings"] = mapping;
        folder(&[
            ("pool.json", pool(false)),
            ("roles.json", roles),
            ("groups.json", json!({"Groups": (0..count).map(group).collect::<Vec<_>>()})),
            ("member.json", of_pool("member", "authenticated")),
            ("r1.json", of_pool("r1", "authenticated")),
        ])
    };
    let names = |folder: &TempDir, more: &[&str]| -> Vec<String> {
        let all: Vec<&str> = ["reach", "--format", "json"].iter().chain(more).copied().collect();
        let told: Value = serde_json::from_str(&run(folder, &all).stdout).expect("JSON");
        let subjects = told["subjects"].as_array().expect("subjects").iter();
        subjects.filter_map(|own| own["who"].as_str()).filter(|own| own.contains(" and ")).map(str::to_owned).collect()
    };
    assert_eq!(names(&given(4), &[]).len(), 6 + 1, "each two, and all");
    let many = given(8);
    let told = names(&many, &[]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], "a member of `g0` and `g1` (like 27 other pairs of groups that tie)");
    for order in ["group:g3+g7", "group:g7+g3"] {
        assert_eq!(names(&many, &["--from", order]), ["a member of `g3` and `g7`"]);
    }
    fs::write(
        many.path().join("ways.rolecall.toml"),
        r#"
inputs = ["."]

[[never]]
name = "no member of two gets it"
from = "group:g5+g4"
to = "r1"

[[case]]
name = "the order of roles does not matter"
group = ["g2", "g1"]
expect-claims = { "cognito:roles" = ["arn:aws:iam::111122223333:role/r1", "arn:aws:iam::111122223333:role/r2"] }
"#,
    )
    .expect("a file");
    let tested = run(&many, &["test", "."]);
    assert!(tested.stdout.contains("2 passed"), "{}{}", tested.stdout, tested.stderr);
}

/// Why what somebody gives is no token.
#[test]
fn where_claims_are_wrong_is_told() {
    let folder = folder(&[("pool.json", pool(false))]);
    for (text, expected) in [
        ("{\"iss\": \"x\",\n \"aud\": ]}", "not a JSON object (line 2, column "),
        ("5", "neither a JSON object of claims nor a JWT"),
        ("", "the token is empty"),
    ] {
        fs::write(folder.path().join("claims"), text).expect("a file");
        let told = run(&folder, &["simulate", "--claims", "claims", "pool.json"]);
        assert!(told.stderr.contains(expected), "{text}: {}", told.stderr);
    }
}
