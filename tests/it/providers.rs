//! Providers, session tags and what roles tell beside their policies, as the AWS CLI prints them.

use rolecall::identity::{MappingType, ProviderKind};
use rolecall::inventory::{Form, Inventory};

use crate::support::with_inventory;

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const GITHUB: &str = r#"{"Url": "token.actions.githubusercontent.com", "ClientIDList": ["sts.amazonaws.com"],
    "ThumbprintList": ["6938fd4d98bab03faadb97b34396831e3780aea1"], "CreateDate": "2026-01-01T00:00:00+00:00", "Tags": []}"#;

fn with<T>(files: &[(&str, String)], look: impl FnOnce(&Inventory<'_>) -> T) -> T {
    with_inventory(None, files.iter().cloned(), |_, inventory| look(inventory))
}

fn oidc_list(account: &str, hosts: &[&str]) -> String {
    let arns = hosts.iter().map(|host| format!(r#"{{"Arn": "arn:aws:iam::{account}:oidc-provider/{host}"}}"#));
    format!(r#"{{"OpenIDConnectProviderList": [{}]}}"#, arns.collect::<Vec<_>>().join(", "))
}

fn arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com")
}

#[test]
fn a_provider_has_no_account_until_a_list_names_it() {
    let github = || ("github.json", GITHUB.to_owned());
    let (one, two) = ("111122223333", "444455556666");
    let list = |account| oidc_list(account, &["gitlab.com", "token.actions.githubusercontent.com"]);
    let known = |files: &[(&str, String)]| {
        with(files, |inventory| {
            let provider = &inventory.oidc_providers[0];
            assert_eq!(provider.host(), Some("token.actions.githubusercontent.com"));
            assert_eq!(provider.clients[0].known(), Some("sts.amazonaws.com"));
            provider.arn.as_ref().and_then(|arn| arn.known()).map(ToOwned::to_owned)
        })
    };
    assert_eq!(known(&[github()]), None);
    assert_eq!(known(&[github(), ("list.json", list(one))]), Some(arn(one)));
    assert_eq!(known(&[("list.json", list(one)), github()]), Some(arn(one)));
    assert_eq!(known(&[github(), ("list.json", list(one)), ("again.json", list(one))]), Some(arn(one)));
    assert_eq!(known(&[github(), ("list.json", oidc_list(one, &["gitlab.com"]))]), None);
    assert_eq!(known(&[github(), ("1.json", list(one)), ("2.json", list(two))]), None);
    let apart = [("b/github.json", GITHUB.to_owned()), ("a/list.json", list(one)), ("b/list.json", list(two))];
    assert_eq!(known(&apart), Some(arn(two)));
}

/// A list is all that an account has; of other accounts, and of the other kind, it says nothing.
#[test]
fn what_is_not_listed_is_not_there() {
    let saml = r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::111122223333:saml-provider/staff",
        "ValidUntil": "2032-05-09T16:27:11Z", "CreateDate": "2012-05-09T16:27:03Z"}]}"#;
    let files = [("oidc.json", oidc_list("111122223333", &["gitlab.com"])), ("saml.json", saml.to_owned())];
    #[rustfmt::skip]
    let table = [
        ("arn:aws:iam::111122223333:oidc-provider/gitlab.com", Some(true)),
        ("arn:aws:iam::111122223333:oidc-provider/gitlab.com/", Some(false)),
        ("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", Some(false)),
        ("arn:aws:iam::444455556666:oidc-provider/gitlab.com", None),
        ("arn:aws:iam::111122223333:saml-provider/staff", Some(true)),
        ("arn:aws:iam::111122223333:saml-provider/guests", Some(false)),
        ("arn:aws:iam::444455556666:saml-provider/staff", None),
        ("arn:aws:iam::111122223333:role/staff", None),
        ("gitlab.com", None),
    ];
    with(&files, |inventory| {
        for (arn, there) in table {
            assert_eq!(inventory.has_provider(arn), there, "{arn}");
        }
    });
    with(&files[..1], |inventory| assert_eq!(inventory.has_provider("arn:aws:iam::111122223333:saml-provider/staff"), None));
}

#[test]
fn a_provider_is_found_by_its_arn() {
    let (one, two) = ("111122223333", "444455556666");
    with(&[("github.json", GITHUB.to_owned())], |inventory| {
        assert!(inventory.oidc_provider(&arn(one)).is_some(), "its account is not known");
        assert!(inventory.oidc_provider(&arn(one).replace("githubusercontent", "example")).is_none());
        assert!(inventory.oidc_provider(&arn(one).replace("oidc", "saml")).is_none());
    });
    let listed = oidc_list(one, &["token.actions.githubusercontent.com"]);
    with(&[("github.json", GITHUB.to_owned()), ("list.json", listed)], |inventory| {
        assert!(inventory.oidc_provider(&arn(one)).is_some());
        assert!(inventory.oidc_provider(&arn(two)).is_none(), "it is one of another account");
    });
    assert_eq!(ProviderKind::of("arn:aws-cn:iam::111122223333:saml-provider/a/b"), Some((ProviderKind::Saml, "a/b")));
    assert_eq!(ProviderKind::of("arn:aws:sts::111122223333:saml-provider/a"), None);
}

#[test]
fn session_tags() {
    let provider = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers";
    let map = format!(
        r#"{{"IdentityPoolId": "{POOL}", "IdentityProviderName": "{provider}", "UseDefaults": false,
        "PrincipalTags": {{"team": "custom:team", "who": "sub"}}}}"#
    );
    let pool = format!(
        r#"{{"IdentityPoolId": "{POOL}", "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true, "CognitoIdentityProviders":
        [{{"ProviderName": "{provider}", "ClientId": "web", "ServerSideTokenCheck": false}},
        {{"ProviderName": "{provider}", "ClientId": "app"}}]}}"#
    );
    with(&[("map.json", map), ("pool.json", pool)], |inventory| {
        assert_eq!(inventory.documents[0].form, Form::AwsCli("cognito-identity get-principal-tag-attribute-map"));
        let pool = &inventory.identity_pools[0];
        let checks: Vec<_> = pool.providers.iter().map(|own| own.server_side_check.map(|check| check.value)).collect();
        assert_eq!(checks, [Some(false), None]);
        let map = inventory.tag_map(pool, provider).unwrap();
        let tags: Vec<_> = map.tags.iter().map(|(tag, claim)| (tag.known().unwrap(), claim.known().unwrap())).collect();
        assert_eq!(tags, [("team", "custom:team"), ("who", "sub")]);
        assert_eq!(map.defaults.map(|own| own.value), Some(false));
        assert!(inventory.tag_map(pool, "accounts.google.com").is_none());
    });
}

/// `list-roles` leaves tags out, so that it names none says nothing.
#[test]
fn tags_and_sessions_of_roles() {
    let role = |more: &str| {
        format!(r#"{{"RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {{}}{more}}}"#)
    };
    let tags = r#", "Tags": [{"Key": "team", "Value": "desk"}]"#;
    let session = r#", "MaxSessionDuration": 7200"#;
    let get = |more: &str| ("get.json", format!(r#"{{"Role": {}}}"#, role(more)));
    let list = |more: &str| ("list.json", format!(r#"{{"Roles": [{}]}}"#, role(more)));
    let details = |more: &str| ("details.json", format!(r#"{{"RoleDetailList": [{}]}}"#, role(more)));
    #[rustfmt::skip]
    let table = [
        (vec![get("")], "known"),
        (vec![get(tags)], "known team=desk"),
        (vec![get(&format!("{session}{tags}"))], "known team=desk 7200"),
        (vec![list(session)], "unknown 7200"),
        (vec![list(session), get(tags)], "known team=desk 7200"),
        (vec![get(tags), list(session)], "known team=desk 7200"),
        (vec![get(tags), details(tags)], "known team=desk"),
        (vec![details("")], "unknown"),
        (vec![details(r#", "Tags": []"#)], "known"),
    ];
    for (files, expected) in table {
        let told = with(&files, |inventory| {
            let [role] = inventory.roles.as_slice() else { panic!("{files:?}") };
            let mut words = vec![if role.tags_known { "known".to_owned() } else { "unknown".to_owned() }];
            words.extend(role.tags.iter().map(|(key, value)| format!("{}={}", key.shown(), value.shown())));
            words.extend(role.max_session.map(|own| own.value.to_string()));
            words.join(" ")
        });
        assert_eq!(told, expected, "{files:?}");
    }
}

#[test]
fn user_pools_with_a_function_before_their_tokens() {
    let function = r#""arn:aws:lambda:eu-west-1:111122223333:function:claims""#;
    #[rustfmt::skip]
    let table = [
        (String::new(), None),
        (r#", "LambdaConfig": {}"#.to_owned(), None),
        (format!(r#", "LambdaConfig": {{"PreSignUp": {function}}}"#), None),
        (format!(r#", "LambdaConfig": {{"PreTokenGeneration": {function}}}"#), Some(function.trim_matches('"'))),
        (r#", "LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0"}}"#.to_owned(), Some("{\"LambdaVersion\": \"V2_0\"}")),
        (r#", "LambdaConfig": {"PreTokenGeneration": null}"#.to_owned(), None),
        (r#", "LambdaConfig": {"PreTokenGeneration": ""}"#.to_owned(), None),
    ];
    for (config, expected) in table {
        let text = format!(r#"{{"UserPool": {{"Id": "eu-west-1_A"{config}}}}}"#);
        with_inventory(None, [("pool.json", text)].into_iter(), |sources, inventory| {
            let place = inventory.user_pools[0].pre_token.map(|span| sources.slice(span));
            assert_eq!(place, expected, "{config}");
        });
    }
}

/// A rule that lacks a part stays in its place among the others.
#[test]
fn rules_of_a_mapping_are_all_kept() {
    let role = "arn:aws:iam::111122223333:role/a";
    let map = format!(
        r#"{{"IdentityPoolId": "{POOL}", "RoleMappings": {{"k": {{"Type": "Rules", "RulesConfiguration": {{"Rules": [
        {{}}, {{"Claim": "c"}}, {{"MatchType": "Like", "Value": "v"}}, {{"MatchType": "Equals", "RoleARN": "{role}"}}]}}}}}}}}"#
    );
    with(&[("map.json", map)], |inventory| {
        let MappingType::Rules(rules) = &inventory.role_maps[0].mappings[0].kind else { panic!("no rules") };
        let told: Vec<_> = rules.iter().map(|rule| (rule.claim(), rule.matching.is_some(), rule.value(), rule.role())).collect();
        let none = (None, false, None, None);
        assert_eq!(told, [none, (Some("c"), false, None, None), (None, false, Some("v"), None), (None, true, None, Some(role))]);
    });
}
