//! Folders with a `snapshot.json`: what it tells of the files beside it, and what lies in several of them.

use rolecall::inventory::{Form, Inventory, SnapshotFault, SnapshotPart, SnapshotState};
use rolecall::policy::PolicyKind;

use crate::support::with_inventory;

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
