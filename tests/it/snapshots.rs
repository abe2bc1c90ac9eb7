//! Folders with a `snapshot.json`: what it tells of the files beside it, and what lies in several of them.

use rolecall::identity::{Claim, Claims, Token};
use rolecall::inventory::{Form, Inventory, SnapshotFault, SnapshotPart, SnapshotState};
use rolecall::policy::{Instant, PolicyKind};
use rolecall::simulate::{Flow, GateKind, Login, Outcome, Question, Simulation};

use crate::support::{root, simulate, with_inventory};
use crate::transcript::{finish, tool};

const ONE: &str = "111122223333";
const TWO: &str = "444455556666";
const GITHUB: &str = "token.actions.githubusercontent.com";

fn with<T>(files: &[(&str, String)], look: impl FnOnce(&Inventory<'_>) -> T) -> T {
    with_inventory(None, files.iter().cloned(), |_, inventory| look(inventory))
}

/// The texts in every order that turning the list gives, and backwards.
fn in_any_order(files: &[(&str, String)], look: impl Fn(&Inventory<'_>)) {
    let mut files = files.to_vec();
    for _ in 0..2 {
        for _ in 0..files.len() {
            files.rotate_left(1);
            with(&files, &look);
        }
        files.reverse();
    }
}

fn snapshot(account: &str, entries: &[String]) -> String {
    format!(
        r#"{{"rolecall-snapshot": 1, "account": "{account}", "partition": "aws", "regions": ["eu-west-1"],
        "time": "2026-11-26T17:00:00Z", "files": [{}]}}"#,
        entries.join(", ")
    )
}

fn entry(file: &str, call: &str, arguments: &str, state: &str) -> String {
    let error = if state == "not readable" { r#", "error": "AccessDeniedException: no""# } else { "" };
    format!(
        r#"{{"file": "{file}", "call": "{call}", "arguments": {{{arguments}}}, "region": "eu-west-1", "time": "2026-11-26T17:00:00Z",
        "state": "{state}"{error}}}"#
    )
}

#[test]
fn a_snapshot_tells_which_call_a_file_is_of() {
    let pool = r#"{"UserPool": {"Id": "eu-west-1_A"}}"#.to_owned();
    let own = entry(
        "cognito-idp/eu-west-1/eu-west-1_A/user-pool.json",
        "cognito-idp describe-user-pool",
        r#""UserPoolId": "eu-west-1_A""#,
        "read",
    );
    let files = [
        ("aws/cognito-idp/eu-west-1/eu-west-1_A/user-pool.json", pool.clone()),
        ("aws/snapshot.json", snapshot(ONE, &[own])),
        ("aws/more.json", pool.clone()),
        ("elsewhere/cognito-idp/eu-west-1/eu-west-1_A/user-pool.json", pool),
    ];
    in_any_order(&files, |inventory| {
        assert!(inventory.documents.iter().any(|own| own.form == Form::Snapshot));
        let accounts = inventory.user_pools.iter().map(|pool| inventory.account_of(pool.id.span()));
        assert_eq!(accounts.flatten().collect::<Vec<_>>(), [ONE], "only a file that it lists is of its account");
        let pool = inventory.user_pools.iter().find_map(|pool| inventory.file_of(pool.id.span().source)).unwrap();
        assert_eq!(pool.1.asked(), "cognito-idp describe-user-pool of UserPoolId eu-west-1_A");
        assert_eq!((pool.0.folder.as_str(), pool.1.state), ("aws/", SnapshotState::Read));
        assert_eq!(inventory.not_readable().count(), 0);
    });
}

#[test]
fn what_is_wrong_in_a_snapshot_leaves_the_rest() {
    let entries = [
        entry("a/", "iam list-roles", "", "red"),
        r#"{"file": "b/", "state": "read"}"#.to_owned(),
        entry("iam/roles/", "iam list-roles", "", "not readable"),
    ];
    let text = snapshot("11112222333", &entries).replace("snapshot\": 1", "snapshot\": 2");
    with(&[("snapshot.json", text)], |inventory| {
        let snapshot = &inventory.snapshots[0];
        let faults: Vec<_> = snapshot.faults.iter().map(|fault| fault.kind.clone()).collect();
        let version = SnapshotFault::Version("2".to_owned());
        assert_eq!(faults, [version, SnapshotFault::Account, SnapshotFault::State, SnapshotFault::Lacks("call")]);
        assert_eq!(inventory.not_readable().count(), 2, "a state that is not known is not taken for read");
        assert!(inventory.unread(SnapshotPart::Roles(None)).is_some());
    });
    let cut_off = snapshot("111122223333", &[]).replace("\"files\"", "\"state\": \"cut off\", \"files\"");
    with(&[("snapshot.json", cut_off)], |inventory| {
        assert_eq!(inventory.snapshots[0].faults.iter().map(|fault| &fault.kind).collect::<Vec<_>>(), [&SnapshotFault::CutOff]);
    });
    for text in [r#"{"rolecall-snapshot": "1", "account": "111122223333", "files": {}}"#, r#"{"rolecall-snapshot": null}"#] {
        with(&[("snapshot.json", text.to_owned())], |inventory| {
            assert!(matches!(inventory.snapshots[0].faults[0].kind, SnapshotFault::Version(_)), "{text}");
            assert!(inventory.snapshots[0].faults.iter().any(|fault| fault.kind == SnapshotFault::Files), "{text}");
        });
    }
}

#[test]
fn what_was_not_readable_is_asked_for_by_what_it_would_tell() {
    let pool = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
    let map = |provider: &str| format!(r#""IdentityPoolId": "{pool}", "IdentityProviderName": "{provider}""#);
    let entries = [
        entry("cognito-idp/eu-west-1/", "cognito-idp list-user-pools", "", "not readable"),
        entry("g.json", "cognito-idp list-groups", r#""UserPoolId": "eu-west-1_A""#, "read"),
        entry("h.json", "cognito-idp list-groups", r#""UserPoolId": "eu-west-1_B""#, "not readable"),
        entry("c/", "cognito-idp list-user-pool-clients", r#""UserPoolId": "eu-west-1_A""#, "not readable"),
        entry("one.json", "cognito-identity get-principal-tag-attribute-map", &map("one"), "none"),
        entry("two.json", "cognito-identity get-principal-tag-attribute-map", &map("two"), "not readable"),
        entry("iam/roles/", "iam get-account-authorization-details", "", "not readable"),
        entry("iam/roles/", "iam list-roles", "", "read"),
        entry("iam/saml-providers.json", "iam list-saml-providers", "", "not readable"),
    ];
    with(&[("aws/snapshot.json", snapshot(ONE, &entries))], |inventory| {
        let file = |part| inventory.unread(part).map(|own| own.file.shown().into_owned());
        #[rustfmt::skip]
        let table = [
            (SnapshotPart::Groups("eu-west-1_A"), None),
            (SnapshotPart::Groups("eu-west-1_B"), Some("h.json")),
            // one of which there is no entry may be on the list that was not readable
            (SnapshotPart::Groups("eu-west-1_C"), Some("cognito-idp/eu-west-1/")),
            (SnapshotPart::Groups("eu-west-2_C"), None),
            (SnapshotPart::UserPool("eu-west-1_A"), Some("cognito-idp/eu-west-1/")),
            (SnapshotPart::UserPools, Some("cognito-idp/eu-west-1/")),
            (SnapshotPart::Client("eu-west-1_A", "web"), Some("c/")),
            (SnapshotPart::TagMap(pool, "one"), None),
            (SnapshotPart::TagMap(pool, "two"), Some("two.json")),
            (SnapshotPart::TagMap(pool, "three"), None),
            (SnapshotPart::IdentityPools, None),
            // the roles are known by the other call, and what they may do is not
            (SnapshotPart::Roles(Some(ONE)), None),
            (SnapshotPart::RoleDetails(Some(ONE)), Some("iam/roles/")),
            (SnapshotPart::RoleDetails(Some(TWO)), None),
            (SnapshotPart::SamlProviders(Some(ONE)), Some("iam/saml-providers.json")),
            (SnapshotPart::SamlProviders(Some(TWO)), None),
            (SnapshotPart::SamlProviders(None), Some("iam/saml-providers.json")),
        ];
        for (part, expected) in table {
            assert_eq!(file(part).as_deref(), expected, "{part:?}");
        }
        assert!(inventory.is_none(SnapshotPart::TagMap(pool, "one")));
        assert!(!inventory.is_none(SnapshotPart::TagMap(pool, "two")) && !inventory.is_none(SnapshotPart::TagMap(pool, "three")));
    });
}

/// Another snapshot, of another account or day, may know better.
#[test]
fn what_one_of_two_snapshots_tells_is_known() {
    let groups = |state| entry("g.json", "cognito-idp list-groups", r#""UserPoolId": "eu-west-1_A""#, state);
    let roles = |state| entry("iam/roles/", "iam list-roles", "", state);
    let files = [
        ("a/snapshot.json", snapshot(ONE, &[groups("not readable"), roles("not readable")])),
        ("b/snapshot.json", snapshot(TWO, &[groups("read"), roles("read")])),
    ];
    in_any_order(&files, |inventory| {
        assert!(inventory.unread(SnapshotPart::Groups("eu-west-1_A")).is_none());
        assert!(inventory.unread(SnapshotPart::Roles(None)).is_some());
        assert!(inventory.unread(SnapshotPart::Roles(Some(TWO))).is_none());
    });
}

fn policy(name: &str, action: &str) -> String {
    format!(
        r#"{{"Policies": [{{"PolicyName": "{name}", "Arn": "arn:aws:iam::{ONE}:policy/{name}", "DefaultVersionId": "v2", "PolicyVersionList":
        [{{"Document": {{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "s3:Old", "Resource": "*"}}}}, "VersionId": "v1",
        "IsDefaultVersion": false}}, {{"Document": {{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{action}",
        "Resource": "*"}}}}, "VersionId": "v2", "IsDefaultVersion": true}}]}}]}}"#
    )
}

fn role(name: &str, policies: &[&str], boundary: &str) -> String {
    let attached =
        policies.iter().map(|own| format!(r#"{{"PolicyName": "{own}", "PolicyArn": "arn:aws:iam::{ONE}:policy/{own}"}}"#));
    format!(
        r#"{{"RoleDetailList": [{{"RoleName": "{name}", "Arn": "arn:aws:iam::{ONE}:role/{name}", "RolePolicyList": [],
        "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": []}}, "MaxSessionDuration": 7200, "AttachedManagedPolicies": [{}],
        "PermissionsBoundary": {{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::{ONE}:policy/{boundary}"}}}}]}}"#,
        attached.collect::<Vec<_>>().join(", ")
    )
}

#[test]
fn managed_policies_reach_their_roles_across_files() {
    let files = [
        ("iam/policies/limit.json", policy("limit", "s3:*")),
        ("iam/policies/read.json", policy("read", "s3:GetObject")),
        ("iam/policies/stray.json", policy("stray", "s3:PutObject")),
        ("iam/roles/app.json", role("app", &["read", "gone"], "limit")),
        ("iam/roles/web.json", role("web", &["read", "limit"], "gone")),
    ];
    in_any_order(&files, |inventory| {
        let of = |name: &str| {
            let role = inventory.role(name).unwrap();
            let mut names: Vec<_> = role.permissions.iter().map(|own| own.name.known().unwrap()).collect();
            names.sort_unstable();
            (names.join(" "), role.unread.len(), role.limit.as_ref().map(|own| own.kind), role.max_session.unwrap().value)
        };
        assert_eq!(of("app"), ("read".to_owned(), 1, Some(PolicyKind::Boundary), 7200));
        assert_eq!(of("web"), ("limit read".to_owned(), 0, None, 7200));
        let loose: Vec<_> = inventory.policies.iter().map(|own| (own.alone, inventory.is_of_somebody(own))).collect();
        assert_eq!(loose, [(false, true)], "what no role has may be that of some user");
        assert!(inventory.documents.iter().all(|own| own.form == Form::AwsCli("iam get-account-authorization-details")));
    });
}

/// A boundary that no role has attached stands among the policies that are looked at.
#[test]
fn a_boundary_is_looked_at_itself() {
    let files = [("limit.json", policy("limit", "s3:*")), ("app.json", role("app", &[], "limit"))];
    in_any_order(&files, |inventory| {
        assert!(inventory.roles[0].limit.is_some());
        assert_eq!(inventory.policies.len(), 1);
    });
}

#[test]
fn what_is_told_twice_is_there_once() {
    let files = [
        ("a/read.json", policy("read", "s3:GetObject")),
        ("b/read.json", policy("read", "s3:*")),
        ("a/app.json", role("app", &["read"], "limit")),
        ("b/app.json", role("app", &["read"], "limit")),
    ];
    in_any_order(&files, |inventory| {
        assert_eq!(inventory.roles.len(), 1);
        assert_eq!(inventory.roles[0].permissions.len(), 1, "the first document counts");
        assert_eq!(inventory.roles[0].unread.len(), 0);
        assert_eq!(inventory.policies.len(), 1, "the other is looked at");
    });
}

/// A list of policies without their documents is none of these.
#[test]
fn a_list_of_policies_is_no_page_of_details() {
    let text =
        format!(r#"{{"Policies": [{{"PolicyName": "a", "Arn": "arn:aws:iam::{ONE}:policy/a", "DefaultVersionId": "v1"}}]}}"#);
    for text in [text, r#"{"Policies": []}"#.to_owned()] {
        with(&[("policies.json", text)], |inventory| {
            assert!(matches!(inventory.documents[0].form, Form::Nothing(_)));
        });
    }
}

fn arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:oidc-provider/{GITHUB}")
}

#[test]
fn providers_of_two_accounts_keep_their_arns() {
    let provider = |audience: &str| format!(r#"{{"Url": "{GITHUB}", "ClientIDList": ["{audience}"]}}"#);
    let list = |account: &str| format!(r#"{{"OpenIDConnectProviderList": [{{"Arn": "{}"}}]}}"#, arn(account));
    // by the arguments, and where these tell nothing by the list beside it
    for by_arguments in [true, false] {
        let own = |account: &str| {
            let arguments = format!(r#""OpenIDConnectProviderArn": "{}""#, arn(account));
            let arguments = if by_arguments { arguments } else { String::new() };
            [
                entry("iam/open-id-connect-providers.json", "iam list-open-id-connect-providers", "", "read"),
                entry("iam/open-id-connect-providers/gh.json", "iam get-open-id-connect-provider", &arguments, "read"),
            ]
        };
        let files = [
            ("a/iam/open-id-connect-providers.json", list(ONE)),
            ("a/iam/open-id-connect-providers/gh.json", provider("one")),
            ("a/snapshot.json", snapshot(ONE, &own(ONE))),
            ("b/iam/open-id-connect-providers.json", list(TWO)),
            ("b/iam/open-id-connect-providers/gh.json", provider("two")),
            ("b/snapshot.json", snapshot(TWO, &own(TWO))),
        ];
        in_any_order(&files, |inventory| {
            for (account, audience) in [(ONE, "one"), (TWO, "two")] {
                let provider = inventory.oidc_provider(&arn(account)).unwrap();
                assert_eq!(provider.clients[0].known(), Some(audience));
            }
        });
    }
}

/// Only the snapshot tells whose an empty list is, and one that was not readable tells of no provider that it is not there.
#[test]
fn lists_of_providers_in_snapshots() {
    let list = |state| entry("iam/saml-providers.json", "iam list-saml-providers", "", state);
    let staff = format!("arn:aws:iam::{ONE}:saml-provider/staff");
    let has = |text: &str, state| {
        let files = [("a/iam/saml-providers.json", text.to_owned()), ("a/snapshot.json", snapshot(ONE, &[list(state)]))];
        with(&files, |inventory| inventory.has_provider(&staff))
    };
    let empty = r#"{"SAMLProviderList": []}"#;
    let listed = format!(r#"{{"SAMLProviderList": [{{"Arn": "{staff}"}}]}}"#);
    assert_eq!((has(empty, "read"), has(&listed, "read")), (Some(false), Some(true)));
    assert_eq!((has(empty, "not readable"), has(&listed, "not readable")), (None, Some(true)));
    with(&[("list.json", empty.to_owned())], |inventory| assert_eq!(inventory.has_provider(&staff), None));
}

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const USERS: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers";
const TAG_MAP: &str = "cognito-identity get-principal-tag-attribute-map";

/// A sign-in to the pool: what came of it, the gate that decides, and what was taken for granted.
fn sign_in(files: &[(&str, String)], flow: Flow, role: Option<&str>) -> (Outcome, Option<GateKind>, Vec<String>) {
    with(files, |inventory| {
        let token = inventory.sign_in_to(USERS, &[], Some("web")).unwrap();
        let question = Question { flow, role, ..Question::new(Login::Token(&token), Instant::from_seconds(1_795_435_200)) };
        let Simulation { outcome, decided_by, assumptions, .. } = simulate(inventory, &question);
        (outcome, decided_by, assumptions)
    })
}

fn identity_pool() -> String {
    format!(
        r#"{{"IdentityPoolId": "{POOL}", "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": false, "CognitoIdentityProviders":
        [{{"ProviderName": "{USERS}", "ClientId": "web"}}]}}"#
    )
}

fn role_map() -> String {
    format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{"authenticated": "arn:aws:iam::{ONE}:role/member"}}}}"#)
}

fn member(actions: &str) -> String {
    format!(
        r#"{{"Role": {{"RoleName": "member", "Arn": "arn:aws:iam::{ONE}:role/member", "AssumeRolePolicyDocument": {{"Version": "2012-10-17",
        "Statement": {{"Effect": "Allow", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}}, "Action": [{actions}], "Condition":
        {{"StringEquals": {{"cognito-identity.amazonaws.com:aud": "{POOL}"}}}}}}}}}}}}"#
    )
}

const ASSUME: &str = r#""sts:AssumeRoleWithWebIdentity""#;

#[test]
fn session_tags_by_what_became_of_their_map() {
    let arguments = format!(r#""IdentityPoolId": "{POOL}", "IdentityProviderName": "{USERS}""#);
    let ask = |state: Option<&str>, role: String, flow, named| {
        let entries: Vec<_> = state.iter().map(|state| entry("tags/x.json", TAG_MAP, &arguments, state)).collect();
        let files = [
            ("pool.json", identity_pool()),
            ("map.json", role_map()),
            ("member.json", role),
            ("snapshot.json", snapshot(ONE, &entries)),
        ];
        sign_in(&files, flow, named)
    };
    let taken = |assumptions: &[String]| assumptions.iter().any(|own| own.contains("makes no session tags"));
    for (flow, named) in [(Flow::Enhanced, None), (Flow::Classic, Some("member")), (Flow::Classic, None)] {
        let (outcome, _, assumptions) = ask(None, member(ASSUME), flow, named);
        assert_eq!(
            (outcome, taken(&assumptions)),
            (Outcome::Allowed, true),
            "{flow:?}: it is taken for granted that there are none"
        );
        let (outcome, _, assumptions) = ask(Some("none"), member(ASSUME), flow, named);
        assert_eq!((outcome, taken(&assumptions)), (Outcome::Allowed, false), "{flow:?}: it is known that there are none");
        let (outcome, _, assumptions) = ask(Some("not readable"), member(ASSUME), flow, named);
        assert_eq!((outcome, taken(&assumptions)), (Outcome::Undecided, false), "{flow:?}: nothing is known");
        let both = format!(r#"{ASSUME}, "sts:TagSession""#);
        assert_eq!(ask(Some("not readable"), member(&both), flow, named).0, Outcome::Allowed, "{flow:?}: it does not matter");
    }
    let tagged = member(ASSUME).replace("\"StringEquals\": {", "\"StringEquals\": {\"aws:RequestTag/team\": \"red\", ");
    assert_eq!(ask(Some("none"), tagged.clone(), Flow::Enhanced, None).0, Outcome::Denied);
    assert_eq!(ask(Some("not readable"), tagged, Flow::Enhanced, None).0, Outcome::Undecided);
}

/// Each thing that a sign-in needs, left out: by a snapshot that could not read it the answer is open, at the gate that would ask for it.
#[test]
fn what_was_not_readable_leaves_the_answer_open() {
    let pool = format!(r#""IdentityPoolId": "{POOL}""#);
    let lacks = |left_out: &str, entries: &[String]| {
        let files = [
            ("pool.json", identity_pool()),
            ("map.json", role_map()),
            ("member.json", member(ASSUME)),
            ("snapshot.json", snapshot(ONE, entries)),
        ];
        let files: Vec<_> = files.into_iter().filter(|(name, _)| *name != left_out).collect();
        files
    };
    let roles = entry("x/roles.json", "cognito-identity get-identity-pool-roles", &pool, "not readable");
    let (outcome, gate, _) = sign_in(&lacks("map.json", std::slice::from_ref(&roles)), Flow::Enhanced, None);
    assert_eq!((outcome, gate), (Outcome::Undecided, Some(GateKind::RoleMapping)));
    let (outcome, gate, _) = sign_in(&lacks("map.json", &[roles]), Flow::Classic, Some("member"));
    assert_eq!((outcome, gate), (Outcome::Undecided, Some(GateKind::Flow)));
    // another pool, which does not take the login
    let other = identity_pool().replace("4f9d2c1e", "00000000").replace("Rb4cUsers", "Others");
    for call in ["list-identity-pools", "describe-identity-pool"] {
        let call = entry("x", &format!("cognito-identity {call}"), "", "not readable");
        let mut files = lacks("pool.json", &[call]);
        let user_pool = ("users.json", r#"{"UserPool": {"Id": "eu-west-1_Rb4cUsers"}}"#.to_owned());
        files.push(user_pool);
        let (outcome, gate, _) = sign_in(&files, Flow::Enhanced, None);
        assert_eq!((outcome, gate), (Outcome::Undecided, Some(GateKind::Provider)));
        files.push(("other.json", other.clone()));
        let (outcome, gate, _) = sign_in(&files, Flow::Enhanced, None);
        assert_eq!((outcome, gate), (Outcome::Undecided, Some(GateKind::Provider)));
        files.retain(|(name, _)| *name != "snapshot.json");
        assert_eq!(sign_in(&files, Flow::Enhanced, None).0, Outcome::Denied);
    }
    let list = entry("iam/roles/", "iam get-account-authorization-details", "", "not readable");
    let (outcome, gate, _) = sign_in(&lacks("member.json", std::slice::from_ref(&list)), Flow::Enhanced, None);
    assert_eq!((outcome, gate), (Outcome::Undecided, Some(GateKind::Trust)));
    // a role that does not take the token may not be the only one
    let mut files = lacks("", &[list]);
    files[2].1 = member(ASSUME).replace("4f9d2c1e", "00000000");
    assert_eq!(sign_in(&files, Flow::Classic, None).0, Outcome::Undecided);
    files.pop();
    assert_eq!(sign_in(&files, Flow::Classic, None).0, Outcome::Denied);
}

fn deploy(account: &str, audience: &str) -> String {
    format!(
        r#"{{"Role": {{"RoleName": "deploy", "Arn": "arn:aws:iam::{account}:role/deploy", "AssumeRolePolicyDocument": {{"Version": "2012-10-17",
        "Statement": {{"Effect": "Allow", "Principal": {{"Federated": "{}"}}, "Action": {ASSUME}, "Condition": {{"StringEquals":
        {{"{GITHUB}:aud": "{audience}", "{GITHUB}:sub": "repo:a/b:environment:c"}}}}}}}}}}}}"#,
        arn(account)
    )
}

fn bring(files: &[(&str, String)], role: Option<&str>) -> (Outcome, Option<GateKind>) {
    let mut claims = Claims::new();
    for (name, value) in
        [("iss", format!("https://{GITHUB}")), ("aud", "two".to_owned()), ("sub", "repo:a/b:environment:c".to_owned())]
    {
        claims.set(name, Claim::Text(value));
    }
    let token = Token::from_claims(claims);
    with(files, |inventory| {
        let question =
            Question { flow: Flow::Direct, role, ..Question::new(Login::Token(&token), Instant::from_seconds(1_795_435_200)) };
        let Simulation { outcome, decided_by, .. } = simulate(inventory, &question);
        (outcome, decided_by)
    })
}

/// What one account's provider does not take, another's may.
#[test]
fn each_account_answers_for_its_own_providers() {
    let own = |account: &str| {
        let arguments = format!(r#""OpenIDConnectProviderArn": "{}""#, arn(account));
        snapshot(account, &[entry("gh.json", "iam get-open-id-connect-provider", &arguments, "read")])
    };
    let provider = |audience: &str| format!(r#"{{"Url": "{GITHUB}", "ClientIDList": ["{audience}"]}}"#);
    let files = |audience: &str| {
        [
            ("a/deploy.json", deploy(ONE, "two")),
            ("a/gh.json", provider("one")),
            ("a/snapshot.json", own(ONE)),
            ("b/deploy.json", deploy(TWO, "two")),
            ("b/gh.json", provider(audience)),
            ("b/snapshot.json", own(TWO)),
        ]
    };
    assert_eq!(bring(&files("two"), None).0, Outcome::Allowed);
    assert_eq!(bring(&files("one"), None).0, Outcome::Denied, "no provider takes the audience");
    let role = |account: &str| format!("arn:aws:iam::{account}:role/deploy");
    assert_eq!(bring(&files("two"), Some(&role(ONE))), (Outcome::Denied, Some(GateKind::Audience)));
    assert_eq!(bring(&files("two"), Some(&role(TWO))).0, Outcome::Allowed);
}

#[test]
fn providers_that_were_not_readable() {
    let list = |state| entry("iam/open-id-connect-providers.json", "iam list-open-id-connect-providers", "", state);
    let listed = |hosts: &[&str]| {
        let arns = hosts.iter().map(|host| format!(r#"{{"Arn": "arn:aws:iam::{ONE}:oidc-provider/{host}"}}"#));
        format!(r#"{{"OpenIDConnectProviderList": [{}]}}"#, arns.collect::<Vec<_>>().join(", "))
    };
    let with_list = |entries: &[String], hosts: Option<&[&str]>| {
        let mut files = vec![("deploy.json", deploy(ONE, "two")), ("snapshot.json", snapshot(ONE, entries))];
        files.extend(hosts.map(|hosts| ("iam/open-id-connect-providers.json", listed(hosts))));
        bring(&files, None)
    };
    let open = (Outcome::Undecided, Some(GateKind::Provider));
    assert_eq!(with_list(&[list("not readable")], None), open);
    assert_eq!(with_list(&[list("not readable")], Some(&["token.actions.githubusercontent.com/other"])), open);
    assert_eq!(with_list(&[list("read")], Some(&[])), (Outcome::Denied, Some(GateKind::Provider)));
    assert_eq!(with_list(&[list("read")], Some(&[GITHUB])).0, Outcome::Allowed);
    let arguments = format!(r#""OpenIDConnectProviderArn": "{}""#, arn(ONE));
    let gone = entry("gh.json", "iam get-open-id-connect-provider", &arguments, "not readable");
    assert_eq!(with_list(&[list("read"), gone], Some(&[GITHUB])), (Outcome::Undecided, Some(GateKind::Audience)));
}

/// What an identity pool names tells its account only where neither the question nor its snapshot does.
#[test]
fn the_account_of_an_identity_pool() {
    let pool = entry("pool.json", "cognito-identity describe-identity-pool", "", "read");
    let files = |account: &str| {
        [
            ("pool.json", identity_pool()),
            ("map.json", role_map()),
            ("member.json", member(ASSUME)),
            ("snapshot.json", snapshot(account, std::slice::from_ref(&pool))),
        ]
    };
    assert_eq!(sign_in(&files(ONE), Flow::Enhanced, None).0, Outcome::Allowed);
    assert_eq!(sign_in(&files(TWO), Flow::Enhanced, None).0, Outcome::Denied, "the role is of another account");
}

/// A token that STS takes itself is brought there, and that no pool takes it is told as taken for granted.
#[test]
fn a_token_that_a_pool_might_take() {
    let list = entry("x/", "cognito-identity list-identity-pools", "", "not readable");
    let token = Token::from_claims({
        let mut claims = Claims::new();
        claims.set("iss", Claim::Text(format!("https://{GITHUB}")));
        claims
    });
    with(&[("deploy.json", deploy(ONE, "two")), ("snapshot.json", snapshot(ONE, &[list]))], |inventory| {
        let told = |flow| {
            let question = Question { flow, ..Question::new(Login::Token(&token), Instant::from_seconds(1_795_435_200)) };
            simulate(inventory, &question).assumptions.iter().any(|own| own.starts_with("no identity pool takes this login"))
        };
        assert!(told(Flow::Enhanced) && !told(Flow::Direct));
    });
}

/// The whole snapshot is that of the tutorial, and answers as it does.
#[test]
fn a_snapshot_answers_as_the_files_that_it_is_of() {
    let ask = |path: &str| {
        let run = finish(tool().args(["simulate", "--format", "json", path]).current_dir(root()));
        let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let simulations = answer["simulations"].as_array().unwrap().iter();
        let told = |own: &serde_json::Value| {
            ["subject", "outcome", "decidedBy"].map(|key| own[key].to_string()).join(" ") + &own["role"]["name"].to_string()
        };
        simulations.map(told).collect::<Vec<_>>()
    };
    assert_eq!(ask("fixtures/snapshots/whole"), ask("fixtures/scenarios/tutorial"));
}

#[test]
fn what_was_not_readable_in_sarif() {
    let run = finish(tool().args(["check", "--format", "sarif", "fixtures/snapshots/partly"]).current_dir(root()));
    assert_eq!(run.exit, 0);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let told = report["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(told.len(), 6);
    assert_eq!(told[0]["descriptor"]["id"], "not-readable");
    let place = &told[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "fixtures/snapshots/partly/snapshot.json");
    assert!(place["region"]["startLine"].is_u64());
}

/// What is wrong in a snapshot is told as a warning at its place, and nothing in it can move the cursor.
#[test]
fn warnings_of_a_snapshot() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = "{\n  \"rolecall-snapshot\": 2, \"account\": \"111122223333\",\n  \"files\": [{\"file\": \"a/\", \"call\": \"iam list-roles\",\n  \"state\": \"not readable\", \"error\": \"\\u001b[2J\"}]}";
    std::fs::write(folder.path().join("snapshot.json"), text).unwrap();
    let run = finish(tool().args(["check", "."]).current_dir(folder.path()));
    assert_eq!(run.exit, 0);
    assert_eq!(run.stdout, "no findings in 1 file; 1 call of the snapshot not readable; service data of 2026-09-26\n");
    assert_eq!(
        run.stderr,
        "warning: snapshot.json:2:24: a snapshot of version 2, and only 1 is known: it is read as well as can be\n\
         warning: snapshot.json:4:13: not readable when the snapshot was taken: iam list-roles: \\u{1B}[2J\n"
    );
}
