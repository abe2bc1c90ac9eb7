//! Answers that could be too sure: what is filled in later, what was not given, what is told twice, and what is asked beside the
//! trust policy of every role.

use rolecall::identity::{Claims, Token};
use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::reference::{self, Cause, Reference};
use rolecall::repair;
use rolecall::simulate::{self, Access, Flow, GateKind, GateState, Holds, Login, Outcome, Question, Simulation, World};
use rolecall::source::{SourceId, Sources};
use serde_json::{Value, json};

const POOL: &str = "eu-west-1:6e0bd1f5-7a52-4b86-9d3c-0e4f81c2a7b9";
const OTHER_POOL: &str = "eu-west-1:0c1d8f7e-2b4a-4d53-8a61-5f9e3b7c2d10";
const COGNITO: &str = "cognito-identity.amazonaws.com";
const STAFF: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers";
const GUILD: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Zz9kGuild";
const GITHUB: &str = "token.actions.githubusercontent.com";
const NOW: i64 = 1_795_435_200;

/// Runs a question over these inputs, and looks at the answer with its sources.
fn ask<'q, T>(
    inputs: &[Value],
    login: Login<'q>,
    change: impl FnOnce(&mut Question<'q>),
    look: impl FnOnce(&Sources, World<'_, '_>, &Question<'_>, &Simulation<'_, '_>) -> T,
) -> T {
    let mut sources = Sources::new();
    let ids: Vec<SourceId> = inputs.iter().map(|input| sources.add("input.json", input.to_string())).collect();
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    let mut question = Question::new(login, Instant::from_seconds(NOW));
    change(&mut question);
    let reference = Reference::default();
    let world = World { inventory: &inventory, sources: &sources, reference: &reference };
    look(&sources, world, &question, &simulate::simulate(world, &question))
}

fn outcome<'q>(inputs: &[Value], login: Login<'q>, change: impl FnOnce(&mut Question<'q>)) -> Outcome {
    ask(inputs, login, change, |_, _, _, simulation| simulation.outcome)
}

/// A cause of what STS says where it refuses a token.
fn cause_of_refusal(id: &str) -> &'static Cause {
    let errors = reference::errors_like("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    errors.iter().flat_map(|error| &error.causes).find(|cause| cause.id == id).expect("a cause")
}

fn token(claims: &Value) -> Token {
    Token::read(&claims.to_string()).expect("claims")
}

fn user(host: &str, client: &str, team: &str) -> Token {
    token(&json!({"iss": format!("https://{host}"), "aud": client, "sub": "u-1", "token_use": "id", "custom:team": team}))
}

fn arn(role: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{role}")
}

fn pool(id: &str) -> Value {
    json!({
        "IdentityPoolId": id, "IdentityPoolName": id, "AllowUnauthenticatedIdentities": false, "AllowClassicFlow": true,
        "CognitoIdentityProviders": [{"ProviderName": STAFF, "ClientId": "web"}, {"ProviderName": GUILD, "ClientId": "app"}],
    })
}

fn roles(id: &str, role: &str) -> Value {
    json!({"IdentityPoolId": id, "Roles": {"authenticated": arn(role)}})
}

fn tag_map(provider: &str, tags: &Value) -> Value {
    json!({"IdentityPoolId": POOL, "IdentityProviderName": provider, "UseDefaults": false, "PrincipalTags": tags})
}

/// A statement for signed-in users of the pool.
fn members(action: &str) -> Value {
    json!({
        "Effect": "Allow", "Principal": {"Federated": COGNITO}, "Action": action, "Condition": {
            "StringEquals": {format!("{COGNITO}:aud"): POOL},
            "ForAnyValue:StringEquals": {format!("{COGNITO}:amr"): "authenticated"},
        },
    })
}

/// A statement for tokens of another issuer with this value of a claim.
fn of_issuer(host: &str, action: &str, claim: &str, value: &str) -> Value {
    json!({
        "Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::111122223333:oidc-provider/{host}")},
        "Action": action, "Condition": {"StringEquals": {format!("{host}:{claim}"): value}},
    })
}

fn role(name: &str, tags: &Value, statements: &[Value]) -> Value {
    json!({"Role": {
        "RoleName": name, "Arn": arn(name), "Tags": tags, "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }})
}

/// What a role may do.
fn grant(role: &str, statement: &Value) -> Value {
    json!({"RoleName": role, "PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}})
}

fn read_by_team(operator: &str) -> Value {
    let condition = json!({operator: {"aws:PrincipalTag/team": "red"}});
    grant("member", &json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}))
}

fn control_policy(statement: &Value) -> Value {
    let content = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    json!({"Policy": {"PolicySummary": {"Id": "p-1", "Name": "limits", "Type": "RESOURCE_CONTROL_POLICY"}, "Content": content}})
}

const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";
const TAG: &str = "sts:TagSession";

const READ: Access<'static> = Access { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };

#[test]
fn tags_on_which_linked_logins_differ() {
    let inputs = |condition: &str| {
        let map = |provider| tag_map(provider, &json!({"team": "custom:team"}));
        let trust = [members(ASSUME), members(TAG)];
        [pool(POOL), roles(POOL, "member"), role("member", &json!([]), &trust), read_by_team(condition), map(STAFF), map(GUILD)]
    };
    let (blue, red) = (user(STAFF, "web", "blue"), user(GUILD, "app", "red"));
    let same = user(STAFF, "web", "red");
    for condition in ["StringEquals", "StringNotEquals"] {
        let get = |first| {
            outcome(&inputs(condition), Login::Token(first), |question| {
                question.access = vec![READ];
                question.linked = vec![Login::Token(&red)];
            })
        };
        assert_eq!(get(&blue), Outcome::Undecided, "{condition}: AWS does not say which login's tag counts");
        assert_ne!(get(&same), Outcome::Undecided, "{condition}: both say the same");
    }
}

#[test]
fn tags_of_which_no_map_was_given() {
    let trust = [members(ASSUME), members(TAG)];
    let staff = user(STAFF, "web", "blue");
    let inputs = |tags: &Value, condition: &str, maps: &[Value]| {
        let mut all = vec![pool(POOL), roles(POOL, "member"), role("member", tags, &trust), read_by_team(condition)];
        all.extend(maps.iter().cloned());
        all
    };
    let get = |inputs: &[Value]| outcome(inputs, Login::Token(&staff), |question| question.access = vec![READ]);
    let red = json!([{"Key": "team", "Value": "red"}]);
    let of_others = [tag_map(GUILD, &json!({"team": "custom:team"}))];
    let open = [tag_map(STAFF, &json!({"team": "${var.claim}"}))];
    let unnamed = [tag_map(STAFF, &json!({"${var.tag}": "custom:team"}))];
    for (why, maps) in [("none", &[][..]), ("of another provider", &of_others), ("open", &open), ("unnamed", &unnamed)] {
        assert_eq!(
            get(&inputs(&red, "StringEquals", maps)),
            Outcome::Undecided,
            "{why}: a session tag may stand before the role's"
        );
        assert_eq!(get(&inputs(&json!([]), "StringNotEquals", maps)), Outcome::Undecided, "{why}: there may be a session tag");
    }
    let told = [tag_map(STAFF, &json!({"team": "custom:team"}))];
    assert_eq!(get(&inputs(&red, "StringEquals", &told)), Outcome::Denied, "the session tag stands before the role's");
    assert_eq!(get(&inputs(&json!([]), "StringNotEquals", &told)), Outcome::Allowed);
}

/// Where the trust policy lets no session tags in, there are none, and that is told.
#[test]
fn tags_that_the_trust_policy_keeps_out() {
    let staff = user(STAFF, "web", "blue");
    for maps in [vec![], vec![tag_map(GUILD, &json!({"team": "custom:team"}))]] {
        let mut inputs = vec![pool(POOL), roles(POOL, "member"), role("member", &json!([]), &[members(ASSUME)])];
        inputs.extend(maps);
        ask(
            &inputs,
            Login::Token(&staff),
            |_| {},
            |_, _, _, simulation| {
                assert_eq!(simulation.outcome, Outcome::Allowed);
                assert!(
                    simulation.assumptions.iter().any(|own| own.contains("makes no session tags")),
                    "{:?}",
                    simulation.assumptions
                );
            },
        );
    }
}

#[test]
fn what_is_filled_in_later() {
    let staff = user(STAFF, "web", "red");
    let member = role("member", &json!([]), &[members(ASSUME)]);
    let given = |pool: Value, map: Value| outcome(&[pool, map, member.clone()], Login::Token(&staff), |_| {});
    assert_eq!(given(pool(POOL), roles(POOL, "member")), Outcome::Allowed);

    let with = |name: &str, client: &str| {
        let mut pool = pool(POOL);
        pool["CognitoIdentityProviders"] = json!([{"ProviderName": name, "ClientId": client}]);
        pool
    };
    assert_eq!(given(with(STAFF, "${var.client}"), roles(POOL, "member")), Outcome::Undecided, "the app client");
    assert_eq!(given(with("${var.provider}", "web"), roles(POOL, "member")), Outcome::Undecided, "the provider");
    assert_eq!(given(with(GUILD, "web"), roles(POOL, "member")), Outcome::Denied, "another provider");

    let mut mapped = roles(POOL, "member");
    let rules = json!({"Rules": [{"Claim": "custom:team", "MatchType": "Equals", "Value": "red", "RoleARN": arn("red")}]});
    let mapping = json!({"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": rules});
    mapped["RoleMappings"] = json!({format!("{STAFF}:${{var.client}}"): mapping});
    assert_eq!(given(pool(POOL), mapped), Outcome::Undecided, "the app client of a role mapping");

    let group =
        json!({"Groups": [{"GroupName": "g", "UserPoolId": "eu-west-1_Rb4cUsers", "RoleArn": "${var.role}", "Precedence": 1}]});
    let mut by_token = roles(POOL, "member");
    by_token["RoleMappings"] = json!({format!("{STAFF}:web"): {"Type": "Token", "AmbiguousRoleResolution": "Deny"}});
    let inputs = [pool(POOL), by_token, member.clone(), group];
    let mut sources = Sources::new();
    let ids: Vec<SourceId> = inputs.iter().map(|input| sources.add("input.json", input.to_string())).collect();
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    let in_group = inventory.sign_in(&["g"], Some("web")).expect("a user of the group");
    for custom in [None, Some("red")] {
        let got = outcome(&inputs, Login::Token(&in_group), |question| question.custom_role = custom);
        assert_eq!(got, Outcome::Undecided, "the role of a group: {custom:?}");
    }
}

#[test]
fn two_pools_that_name_a_provider_by_two_accounts() {
    let of = |id: &str, account: &str| {
        json!({
            "IdentityPoolId": id, "IdentityPoolName": id, "AllowUnauthenticatedIdentities": false,
            "OpenIdConnectProviderARNs": [format!("arn:aws:iam::{account}:oidc-provider/id.tide.example")],
        })
    };
    let trust = |id: &str| {
        let mut statement = members(ASSUME);
        statement["Condition"]["StringEquals"] = json!({format!("{COGNITO}:aud"): id});
        statement
    };
    let mut second = role("second", &json!([]), &[trust(OTHER_POOL)]);
    second["Role"]["Arn"] = json!("arn:aws:iam::444455556666:role/second");
    let mut map = roles(OTHER_POOL, "second");
    map["Roles"]["authenticated"] = json!("arn:aws:iam::444455556666:role/second");
    let inputs = [
        of(POOL, "111122223333"),
        of(OTHER_POOL, "444455556666"),
        roles(POOL, "member"),
        map,
        role("member", &json!([]), &[trust(POOL)]),
        second,
    ];
    let token = token(&json!({"iss": "https://id.tide.example", "aud": "app", "sub": "u-1"}));
    for (pool, expected) in [(Some(POOL), Outcome::Allowed), (Some(OTHER_POOL), Outcome::Allowed), (None, Outcome::Undecided)] {
        assert_eq!(outcome(&inputs, Login::Token(&token), |question| question.pool = pool), expected, "{pool:?}");
    }
}

/// sts-rcp
#[test]
fn resource_control_policies_on_what_goes_along() {
    let limits = |action: &str| control_policy(&json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}));
    let inputs = |limits: Value| {
        let trust = [members(ASSUME), members(TAG)];
        let map = tag_map(STAFF, &json!({"team": "custom:team"}));
        [pool(POOL), roles(POOL, "member"), role("member", &json!([]), &trust), map, limits]
    };
    let staff = user(STAFF, "web", "red");
    for (action, expected) in [("sts:SetSourceIdentity", Outcome::Allowed), (TAG, Outcome::Denied), (ASSUME, Outcome::Denied)] {
        let got = ask(
            &inputs(limits(action)),
            Login::Token(&staff),
            |_| {},
            |_, world, question, simulation| {
                let cause = cause_of_refusal("organization-policy");
                (simulation.outcome, simulate::holds(world, question, simulation, cause))
            },
        );
        assert_eq!((got.0, got.1 == Holds::No), (expected, expected == Outcome::Allowed), "{action}: {got:?}");
    }
}

/// Where no role is named, each is asked as it would be if it were.
#[test]
fn each_of_several_roles() {
    let hcp = "app.terraform.io";
    let run = |more: &Value| {
        let mut claims =
            json!({"iss": format!("https://{GITHUB}"), "aud": "sts.amazonaws.com", "sub": "repo:tide/buoy:pull_request"});
        more.as_object().expect("an object").iter().for_each(|(name, value)| claims[name] = value.clone());
        token(&claims)
    };
    let plan = token(&json!({"iss": format!("https://{hcp}"), "aud": "aws.workload.identity", "sub": "organization:tide"}));
    let github = |name| {
        let trust = [ASSUME, TAG].map(|action| of_issuer(GITHUB, action, "aud", "sts.amazonaws.com"));
        role(name, &json!([]), &trust)
    };
    let terraform = |name, claim, value| role(name, &json!([]), &[of_issuer(hcp, ASSUME, claim, value)]);
    let deny_b = json!({"Effect": "Deny", "Principal": "*", "Action": ASSUME, "Resource": arn("b")});
    let long = json!({"https://aws.amazon.com/tags": {"principal_tags": {"t".repeat(129): ["v"]}}});
    #[rustfmt::skip]
    let table = [
        ("as they are", vec![github("a"), github("b")], run(&json!({})), [Outcome::Allowed, Outcome::Allowed]),
        ("the roles claim", vec![github("a"), github("b")], run(&json!({"https://aws.amazon.com/roles": [arn("a")]})), [Outcome::Allowed, Outcome::Denied]),
        ("a resource control policy", vec![github("a"), github("b"), control_policy(&deny_b)], run(&json!({})), [Outcome::Allowed, Outcome::Denied]),
        ("a tag too long", vec![github("a"), github("b")], run(&long), [Outcome::Denied, Outcome::Denied]),
        ("what is asked at run time", vec![terraform("a", "sub", "organization:tide"), terraform("b", "aud", "aws.workload.identity")], plan, [Outcome::Allowed, Outcome::Denied]),
    ];
    for (what, inputs, token, expected) in table {
        ask(
            &inputs,
            Login::Token(&token),
            |_| {},
            |_, _, _, simulation| {
                for (name, expected) in ["a", "b"].into_iter().zip(expected) {
                    let of_name = simulation.choices.iter().find(|choice| choice.role.name.known() == Some(name));
                    assert_eq!(of_name.map(|choice| choice.outcome), Some(expected), "{what}: {name}");
                }
            },
        );
        for (name, expected) in ["a", "b"].into_iter().zip(expected) {
            let named = outcome(&inputs, Login::Token(&token), |question| question.role = Some(name));
            assert_eq!(named, expected, "{what}: {name} by name");
        }
    }
}

/// token-iss-principal
#[test]
fn several_roles_for_a_pool_of_an_unclear_region() {
    let id = "ap-east-1:6e0bd1f5-7a52-4b86-9d3c-0e4f81c2a7b9";
    let mut trust = members(ASSUME);
    trust["Condition"]["StringEquals"] = json!({format!("{COGNITO}:aud"): id});
    let inputs = [pool(id), roles(id, "a"), role("a", &json!([]), &[trust.clone()]), role("b", &json!([]), &[trust])];
    let staff = user(STAFF, "web", "red");
    assert_eq!(outcome(&inputs, Login::Token(&staff), |question| question.flow = Flow::Classic), Outcome::Undecided);
}

/// session-tags-letters, session-tags-case, session-source-identity
#[test]
fn what_sts_takes_of_tags_and_source_identities() {
    let with = |claim: &str, value: Value| {
        let mut claims =
            json!({"iss": format!("https://{GITHUB}"), "aud": "sts.amazonaws.com", "sub": "repo:tide/buoy:pull_request"});
        claims[claim] = value;
        token(&claims)
    };
    let tags = |tags: Value| with("https://aws.amazon.com/tags", json!({"principal_tags": tags}));
    let identity = |name: &str| with("https://aws.amazon.com/source_identity", json!(name));
    #[rustfmt::skip]
    let table = [
        (tags(json!({"team": ["Sea & Co"]})), Outcome::Denied),
        (tags(json!({"team": ["a,b"]})), Outcome::Denied),
        (tags(json!({"te|am": ["a"]})), Outcome::Denied),
        (tags(json!({"": ["a"]})), Outcome::Denied),
        (tags(json!({"AWS:team": ["a"]})), Outcome::Denied),
        (tags(json!({"team": ["aws:a"]})), Outcome::Denied),
        (tags(json!({"team": [""]})), Outcome::Allowed),
        (tags(json!({"team 1": ["Zoë_.:/=+-@ 2"]})), Outcome::Allowed),
        (tags(json!({"team": ["a"], "Team": ["b"]})), Outcome::Undecided),
        (identity("ann@tide.example"), Outcome::Allowed),
        (identity("auth0|12"), Outcome::Denied),
        (identity("a"), Outcome::Denied),
        (identity(&"a".repeat(65)), Outcome::Denied),
    ];
    let trust = [ASSUME, TAG, "sts:SetSourceIdentity"].map(|action| of_issuer(GITHUB, action, "aud", "sts.amazonaws.com"));
    let inputs = [role("buoy", &json!([]), &trust)];
    for (token, expected) in table {
        let shown = token.claims.to_json();
        assert_eq!(outcome(&inputs, Login::Token(&token), |_| {}), expected, "{shown}");
    }
}

/// ctx-facebook-amazon: what a token that cannot be read holds is not absent.
#[test]
fn keys_of_a_token_that_cannot_be_read() {
    for (host, key) in [("www.amazon.com", "sub"), ("www.amazon.com", "app_id"), ("graph.facebook.com", "app_id")] {
        let condition = json!({"StringNotEquals": {format!("{host}:{key}"): "somebody"}});
        let statement = json!({"Effect": "Allow", "Principal": {"Federated": host}, "Action": ASSUME, "Condition": condition});
        let inputs = [role("buoy", &json!([]), &[statement])];
        let got = outcome(&inputs, Login::Social(host, Some("u-1")), |question| question.flow = Flow::Direct);
        assert_eq!(got, Outcome::Undecided, "{host}:{key}");
    }
}

/// The last role of a chain is not for the token, so nothing of it is to be mended.
#[test]
fn no_repair_of_the_second_role_of_a_chain() {
    let first = arn("member");
    let second = json!({"Effect": "Allow", "Principal": {"AWS": first}, "Action": "sts:AssumeRole"});
    let any = grant("member", &json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}));
    let inputs = [
        pool(POOL),
        roles(POOL, "member"),
        role("member", &json!([]), &[members(ASSUME)]),
        any,
        role("second", &json!([]), &[second]),
    ];
    let staff = user(STAFF, "web", "red");
    ask(
        &inputs,
        Login::Token(&staff),
        |question| question.then_role = Some("second"),
        |_, world, question, simulation| {
            assert_eq!(simulation.outcome, Outcome::Allowed, "{}", simulation.why);
            assert_eq!(repair::of_simulation(world, simulation, question), Vec::new());
        },
    );
}

/// A tag that must be there is what this call may hold, with any value.
#[test]
fn a_tag_that_is_wanted() {
    let mut wanting = members(ASSUME);
    wanting["Condition"]["Null"] = json!({"aws:RequestTag/team": "false"});
    let mut pool = pool(POOL);
    pool["DeveloperProviderName"] = json!("login.tide");
    let inputs = [pool, roles(POOL, "member"), role("member", &json!([]), &[wanting, members(TAG)])];
    ask(
        &inputs,
        Login::Developer("u-1", &[]),
        |_| {},
        |_, world, question, simulation| {
            assert_eq!(simulation.outcome, Outcome::Denied);
            assert!(!simulation.why.contains("never holds"), "{}", simulation.why);
            let repairs = repair::of_simulation(world, simulation, question);
            let words: Vec<&str> = repairs.iter().map(|repair| repair.words.as_str()).collect();
            assert_eq!(words, ["send the session tag `team`"]);
        },
    );
}

/// Which of the things beside the trust policy refuses is told as the cause, and no other.
#[test]
fn what_closes_beside_the_policy() {
    let hcp = "app.terraform.io";
    let plan = token(&json!({"iss": format!("https://{hcp}"), "aud": "aws.workload.identity", "sub": "organization:tide"}));
    let deny = control_policy(&json!({"Effect": "Deny", "Principal": "*", "Action": ASSUME, "Resource": "*"}));
    let of = |claim, value| role("a", &json!([]), &[of_issuer(hcp, ASSUME, claim, value)]);
    let table = [
        (vec![of("sub", "organization:tide"), deny.clone()], "organization-policy", "run-time-control"),
        (vec![of("aud", "aws.workload.identity")], "run-time-control", "organization-policy"),
    ];
    for (inputs, is_so, is_not) in table {
        ask(
            &inputs,
            Login::Token(&plan),
            |_| {},
            |_, world, question, simulation| {
                assert_eq!(simulation.outcome, Outcome::Denied);
                let holds = |id: &str| {
                    let cause = cause_of_refusal(id);
                    simulate::holds(world, question, simulation, cause)
                };
                assert_eq!((holds(is_so), holds(is_not)), (Holds::Yes, Holds::No), "{is_so}");
            },
        );
    }
}

/// A call that the trust policy refuses twice tells both causes, and of a list the value that it leaves out.
#[test]
fn what_is_refused_twice() {
    let staff = user(STAFF, "web", "red");
    let mut of_all = members(ASSUME);
    let condition = of_all["Condition"].as_object_mut().expect("conditions");
    let amr = condition.remove("ForAnyValue:StringEquals").expect("a condition on `amr`");
    condition.insert("ForAllValues:StringEquals".to_owned(), amr);
    let maps = tag_map(STAFF, &json!({"team": "custom:team"}));
    let inputs = [pool(POOL), roles(POOL, "member"), role("member", &json!([]), &[of_all]), maps];
    ask(
        &inputs,
        Login::Token(&staff),
        |_| {},
        |_, world, question, simulation| {
            assert_eq!(simulation.outcome, Outcome::Denied);
            let near = simulation.near_miss.as_ref().expect("a near miss");
            let got: Vec<Option<&str>> = near.failing.iter().map(|own| own.got.as_deref()).collect();
            assert_eq!(got, [Some(STAFF)]);
            let errors = reference::errors_like("Invalid identity pool configuration. Check assigned IAM roles for this pool.");
            let causes = errors.iter().flat_map(|error| &error.causes);
            let held = causes.filter(|cause| simulate::holds(world, question, simulation, cause) == Holds::Yes);
            let ids: Vec<&str> = held.map(|cause| &*cause.id).collect();
            assert_eq!(ids, ["tag-session-missing", "set-operator"]);
        },
    );
}

/// In the enhanced flow a role of another account is refused also where its trust policy names the pool.
#[test]
fn a_role_of_another_account() {
    let staff = user(STAFF, "web", "red");
    let inputs = [pool(POOL), roles(POOL, "member"), role("member", &json!([]), &[members(ASSUME)])];
    let elsewhere = |question: &mut Question<'_>| question.pool_account = Some("444455556666");
    ask(&inputs, Login::Token(&staff), elsewhere, |_, world, question, simulation| {
        let trust = simulation.gates.iter().find(|gate| gate.kind == GateKind::Trust).map(|gate| gate.state);
        assert_eq!((simulation.outcome, trust), (Outcome::Denied, Some(GateState::Fail)));
        let cause = cause_of_refusal("cross-account-pool");
        assert_eq!(simulate::holds(world, question, simulation, cause), Holds::No, "it has a condition on `:aud`");
    });
}

/// Claims that are given by themselves need not tell times.
#[test]
fn claims_without_times() {
    let inputs = [role("buoy", &json!([]), &[of_issuer(GITHUB, ASSUME, "aud", "sts.amazonaws.com")])];
    let causes = reference::errors_like("InvalidIdentityToken: Missing a required claim: exp");
    let lacks = |cause: &&Cause| cause.signs.iter().any(|sign| sign == "fact claim-missing");
    let cause = causes.iter().flat_map(|error| &error.causes).find(lacks).expect("a cause");
    let claims = json!({"iss": format!("https://{GITHUB}"), "aud": "sts.amazonaws.com", "sub": "repo:tide/buoy:pull_request"});
    let mut without = Claims::new();
    Token::read(&claims.to_string()).expect("claims").claims.iter().filter(|(name, _)| *name != "aud").for_each(
        |(name, claim)| {
            without.set(name, claim.clone());
        },
    );
    for (token, expected) in [(token(&claims), Holds::Unknown), (Token::from_claims(without), Holds::Yes)] {
        let got = ask(
            &inputs,
            Login::Token(&token),
            |_| {},
            |_, world, question, simulation| simulate::holds(world, question, simulation, cause),
        );
        assert_eq!(got, expected, "{}", token.claims.to_json());
    }
}

#[test]
fn settings_that_are_filled_in_later() {
    let staff = user(STAFF, "web", "red");
    let member = role("member", &json!([]), &[members(ASSUME)]);
    for (setting, expected) in [
        (json!(true), Outcome::Allowed),
        (json!("true"), Outcome::Allowed),
        (json!(null), Outcome::Allowed),
        (json!(false), Outcome::Denied),
        (json!("false"), Outcome::Denied),
        (json!("${var.classic}"), Outcome::Undecided),
    ] {
        let mut pool = pool(POOL);
        pool["AllowClassicFlow"] = setting.clone();
        let classic = |question: &mut Question<'_>| (question.flow, question.role) = (Flow::Classic, Some("member"));
        let got = outcome(&[pool, roles(POOL, "member"), member.clone()], Login::Token(&staff), classic);
        assert_eq!(got, expected, "{setting}");
    }

    let group = |name: &str, precedence: &Value| json!({"GroupName": name, "UserPoolId": "eu-west-1_Rb4cUsers", "RoleArn": arn(name), "Precedence": precedence});
    for (precedence, expected) in
        [(json!(0), Some("b")), (json!("0"), Some("b")), (json!(null), Some("a")), (json!("${var.p}"), None)]
    {
        let groups = json!({"Groups": [group("a", &json!(1)), group("b", &precedence)]});
        let mut sources = Sources::new();
        let id = sources.add("groups.json", groups.to_string());
        let mut inventory = Inventory::new(None);
        inventory.read(&sources, id);
        let token = inventory.sign_in(&["a", "b"], Some("web")).expect("a user of the groups");
        assert_eq!(token.claims.text("cognito:preferred_role"), expected.map(arn).as_deref(), "{precedence}");
        assert!(token.claims.get("cognito:preferred_role").is_some(), "{precedence}: it is not absent");
    }
}

/// sts-provider-account: a list of another account tells nothing of the role's.
#[test]
fn lists_of_providers_of_other_accounts() {
    let run =
        token(&json!({"iss": format!("https://{GITHUB}"), "aud": "sts.amazonaws.com", "sub": "repo:tide/buoy:pull_request"}));
    let buoy = |name| role(name, &json!([]), &[of_issuer(GITHUB, ASSUME, "aud", "sts.amazonaws.com")]);
    let list = |account: &str, host: &str| json!({"OpenIDConnectProviderList": [{"Arn": format!("arn:aws:iam::{account}:oidc-provider/{host}")}]});
    for (list, expected) in [
        (list("111122223333", GITHUB), GateState::Pass),
        (list("111122223333", "id.tide.example"), GateState::Fail),
        (list("444455556666", GITHUB), GateState::Skipped),
        (list("444455556666", "id.tide.example"), GateState::Skipped),
        (json!({"OpenIDConnectProviderList": []}), GateState::Fail),
    ] {
        for inputs in [vec![buoy("a"), list.clone()], vec![buoy("a"), buoy("b"), list.clone()]] {
            ask(
                &inputs,
                Login::Token(&run),
                |_| {},
                |_, _, _, simulation| {
                    let gate = simulation.gates.iter().find(|gate| gate.kind == GateKind::Provider);
                    assert_eq!(gate.map(|gate| gate.state), Some(expected), "{list}");
                },
            );
        }
    }
}

#[test]
fn two_answers_on_the_roles_of_a_pool() {
    let staff = user(STAFF, "web", "red");
    let member = role("member", &json!([]), &[members(ASSUME)]);
    let inputs = [pool(POOL), roles(POOL, "member"), roles(POOL, "other"), member];
    ask(
        &inputs,
        Login::Token(&staff),
        |_| {},
        |_, _, _, simulation| {
            assert!(simulation.assumptions.iter().any(|own| own.contains("the first holds")), "{:?}", simulation.assumptions);
        },
    );
}

/// An edit that takes a pattern as one lets in whoever has a name of that form, and tells so.
#[test]
fn whom_a_pattern_lets_in() {
    let table = [
        (GITHUB, "repo:tide/buoy:ref:refs/heads/main", "repo:ti*/buoy:*", "a run in a repository of another organisation", true),
        (GITHUB, "repo:tide/buoy:ref:refs/heads/main", "repo:*ide/buoy:*", "a run in a repository of another organisation", true),
        (GITHUB, "repo:tide/buoy:ref:refs/heads/main", "repo:tid?/buoy:*", "a run in a repository of another organisation", true),
        (
            GITHUB,
            "repo:tide/buoy:ref:refs/heads/main",
            "repo:tide/b*:*",
            "a run in another repository of the organisation",
            false,
        ),
        (GITHUB, "repo:tide/buoy:ref:refs/heads/main", "repo:tide/buoy:ref:refs/heads/ma*", "a run on another branch", false),
        (
            "gitlab.com",
            "project_path:tide/buoy:ref_type:branch:ref:main",
            "project_path:ti*/buoy:*",
            "a run of another project",
            true,
        ),
        (
            "gitlab.com",
            "project_path:tide/buoy:ref_type:branch:ref:main",
            "project_path:tide/b*:*",
            "a run of another project of the same group",
            false,
        ),
        ("id.tide.example", "auth0|12", "auth0|*", "the holder of a token of `id.tide.example` with another `sub`", false),
    ];
    for (host, subject, pattern, who, stranger) in table {
        let run = token(&json!({"iss": format!("https://{host}"), "aud": "sts.amazonaws.com", "sub": subject}));
        let inputs = [role("buoy", &json!([]), &[of_issuer(host, ASSUME, "sub", pattern)])];
        ask(
            &inputs,
            Login::Token(&run),
            |_| {},
            |_, world, question, simulation| {
                let repairs = repair::of_simulation(world, simulation, question);
                let like = repairs.iter().find(|repair| repair.words == "compare by `StringLike`");
                // what lets strangers in is not told where there is another way
                let admits =
                    like.map(|repair| repair.admits.iter().map(|own| (own.who.as_str(), own.stranger)).collect::<Vec<_>>());
                match admits {
                    Some(admits) => assert!(admits.contains(&(who, stranger)) && !stranger, "{pattern}: {admits:?}"),
                    None => assert!(stranger && !repairs.is_empty(), "{pattern}: {repairs:?}"),
                }
            },
        );
    }
}

/// ctx-source-ip: an address that is given is the caller's, and so no answer at the trust policy of the enhanced flow.
#[test]
fn an_address_that_is_not_the_callers() {
    let mut within = members(ASSUME);
    within["Condition"]["IpAddress"] = json!({"aws:SourceIp": "10.0.0.0/8"});
    let staff = user(STAFF, "web", "red");
    let inputs = [pool(POOL), roles(POOL, "member"), role("member", &json!([]), &[within])];
    for (flow, expected) in [(Flow::Enhanced, Outcome::Undecided), (Flow::Classic, Outcome::Allowed)] {
        let change = |question: &mut Question<'_>| {
            (question.flow, question.role) = (flow, Some("member"));
            question.context = vec![("aws:SourceIp", vec!["10.1.1.1"])];
        };
        ask(&inputs, Login::Token(&staff), change, |_, _, _, simulation| {
            assert_eq!(simulation.outcome, expected);
            assert!(!simulation.why.contains("--context"), "what was given need not be given: {}", simulation.why);
        });
    }
}
