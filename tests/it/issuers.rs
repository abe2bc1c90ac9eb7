//! What is known of issuers of tokens, and what STS makes of their claims.

use std::collections::BTreeMap;

use rolecall::evaluate::ContextValue;
use rolecall::identity::{Becomes, Claim, Claims, becomes};
use rolecall::reference::{self, Issuer, KeyType, Partition, Reference, identity_pool_host, issuer, issuer_named, issuers};
use rolecall::simulate::Presented;

use crate::support;

/// The service data lists the condition keys of `sts:AssumeRoleWithWebIdentity` issuer by issuer. Both lists are kept; where they
/// part, one of them is old.
#[test]
fn the_service_data_has_the_same_keys() {
    let reference = Reference::default();
    let sts = reference.service("sts").expect("a service");
    let mut told: BTreeMap<String, BTreeMap<String, (KeyType, bool)>> = BTreeMap::new();
    for key in sts.keys() {
        let name = key.name.to_string();
        // `oidc.circleci.com/project-id` is the name of a claim
        let Some((host, claim)) = name.split_once(':').filter(|(host, _)| host.contains('.')) else { continue };
        told.entry(unnamed(host)).or_default().insert(claim.to_owned(), (key.kind, key.many));
    }
    let any = told.remove("{}.{}").expect("the keys of any provider");
    let mut complaints = Vec::new();
    for (host, keys) in &told {
        let Some(issuer) = issuers().iter().find(|issuer| issuer.hosts.iter().any(|own| unnamed(own) == *host)) else {
            complaints.push(format!("issuers.json: no issuer has the host `{host}`"));
            continue;
        };
        for (claim, told) in keys {
            let own = issuer.key(claim).map(|key| (key.kind, key.many));
            complaints.extend((own != Some(*told)).then(|| format!("`{host}:{claim}` is {told:?}, in issuers.json {own:?}")));
        }
    }
    for issuer in issuers() {
        let defaults = reference::default_issuer_keys();
        for key in issuer.keys.iter().filter(|key| !defaults.contains(key)) {
            let untold =
                issuer.hosts.iter().filter(|host| told.get(&unnamed(host)).is_none_or(|own| !own.contains_key(&key.name)));
            complaints.extend(untold.map(|host| format!("the service data has no `{host}:{}`", key.name)));
        }
    }
    for (claim, told) in any {
        let own = reference::default_issuer_keys().iter().find(|key| key.name == claim).map(|key| (key.kind, key.many));
        complaints.extend((own != Some(told)).then(|| format!("`{claim}` of any provider is {told:?}, in issuers.json {own:?}")));
    }
    support::none(complaints);
    assert!(told.len() > 10, "{told:#?}");
}

/// A host with nothing but the place of each of its parts that differ: `oidc.circleci.com/org/{}`.
fn unnamed(host: &str) -> String {
    let mut out = String::new();
    let mut rest = host;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before.trim_end_matches('$'));
        out.push_str("{}");
        rest = behind.split_once('}').expect("a closed placeholder").1;
    }
    out + rest
}

#[test]
fn every_issuer_reads_whole() {
    let mut complaints = Vec::new();
    for (at, own) in issuers().iter().enumerate() {
        let Issuer { id, name, hosts, keys, not_keys, source, .. } = own;
        let mut check = |holds: bool, what: &str| complaints.extend((!holds).then(|| format!("{id}: {what}")));
        check(!id.is_empty() && !name.is_empty() && !hosts.is_empty() && !keys.is_empty(), "something is missing");
        check(source.starts_with("https://"), "no source");
        check(issuer_named(id).is_some_and(|other| std::ptr::eq(own, other)), "another has the id too");
        check(!not_keys.iter().any(|(claim, _)| own.key(claim).is_some()), "a claim is and is no key");
        check(own.unclear.iter().all(|unclear| own.key(&unclear.key).is_some()), "an unclear claim becomes no key of it");
        check(own.is_shared || hosts.iter().all(|host| host.contains('{')), "not shared, and the host is one for all");
        check(own.required.is_empty() || own.is_shared, "IAM asks for a claim only where an issuer is shared");
        for host in hosts {
            check(!host.contains("//") && host.contains('.'), "a host has a scheme or is none");
            let filled = host.replace(['{', '}'], "");
            check(issuer(&filled).is_some_and(|other| std::ptr::eq(own, other)), &format!("`{filled}` is of another"));
            let others = issuers().iter().take(at).any(|other| other.hosts.contains(host));
            check(!others, "another has the host too");
        }
        for form in &own.subjects {
            check(!form.id.is_empty() && form.form.contains('{'), "a form of the subject is empty or one for all");
        }
        check(own.immutable_since.is_some() == own.subjects.iter().any(|form| form.immutable.is_some()), "immutable since when?");
    }
    support::none(complaints);
    assert!(issuers().len() > 25);
    assert_eq!(reference::issuers_date().len(), 10);
}

#[test]
fn an_issuer_is_found_by_its_host() {
    let id = |host: &str| issuer(host).map(|issuer| issuer.id.as_str());
    for (host, expected) in [
        ("token.actions.githubusercontent.com", Some("github")),
        ("Token.Actions.GitHubUserContent.com", Some("github")),
        ("token.actions.githubusercontent.com/acme", Some("github-enterprise")),
        ("token.actions.githubusercontent.com/", None),
        ("token.actions.githubusercontent.com/acme/x", None),
        ("token.actions.acme.ghe.com", Some("github-enterprise")),
        ("oidc.vercel.com", Some("vercel-global")),
        ("oidc.vercel.com/acme", Some("vercel")),
        ("oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF", Some("eks")),
        ("oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF", Some("eks")),
        ("oidc.eks.eu-west-1.amazonaws.com", None),
        ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123", Some("cognito")),
        ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", Some("bitbucket")),
        ("cognito-identity.eu-south-2.amazonaws.com", Some("cognito-identity")),
        ("gitlab.com", Some("gitlab")),
        ("gitlab.example.com", None),
        ("https://gitlab.com", None),
        ("", None),
    ] {
        assert_eq!(id(host), expected, "{host}");
    }
    assert!(issuer("accounts.google.com").is_some_and(|google| google.is_built_in && google.is_shared && !google.is_opaque));
    assert!(issuer("graph.facebook.com").is_some_and(|facebook| facebook.is_built_in && facebook.is_opaque));
    assert!(issuer("gitlab.com").is_some_and(|gitlab| gitlab.is_shared && !gitlab.is_built_in));
    assert!(issuer("oidc.vercel.com/acme").is_some_and(|vercel| !vercel.is_shared && vercel.required.is_empty()));
    assert_eq!(issuer("oidc.vercel.com").map(|vercel| vercel.required.clone()), Some(vec!["aud".to_owned()]));
}

#[test]
fn identity_pools_have_a_host_in_each_partition() {
    for name in ["aws", "aws-us-gov", "aws-cn"] {
        for region in Partition::named(name).expect("a partition").regions() {
            let host = identity_pool_host(region);
            assert_eq!(host, identity_pool_host(&format!("{region}:11111111-2222-3333-4444-555555555555")));
            assert!(issuer(host).is_some_and(|issuer| issuer.id == "cognito-identity"), "{region}: {host}");
            assert_eq!(host == "cognito-identity.amazonaws.com", name == "aws", "{region}: {host}");
            assert_eq!(host.ends_with("com.cn"), name == "aws-cn", "{region}: {host}");
        }
    }
}

fn claims(pairs: &[(&str, &str)]) -> Claims {
    let mut claims = Claims::new();
    for (name, value) in pairs {
        claims.set(*name, Claim::Text((*value).to_owned()));
    }
    claims
}

/// The names of the keys that a claim becomes, or the first word of what it becomes otherwise and what must stand in the reason.
fn made(host: &str, claims: &Claims, claim: &str) -> String {
    match becomes(host, claims, claim) {
        Becomes::Keys(keys) => keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(" "),
        Becomes::ReadBySts(purpose) => format!("read {purpose}"),
        Becomes::Unclear { key, .. } => format!("unclear {}", key.name),
        Becomes::Nothing(why) => format!("nothing: {why}"),
    }
}

#[test]
fn claims_become_the_keys_that_sts_registers() {
    let github = "token.actions.githubusercontent.com";
    let plain = claims(&[("aud", "a"), ("sub", "s")]);
    let for_party = claims(&[("aud", "a"), ("azp", "p")]);
    for (host, claims, claim, expected) in [
        (github, &plain, "aud", "aud oaud"),
        (github, &plain, "sub", "sub"),
        (github, &plain, "repository_id", "repository_id"),
        (
            github,
            &plain,
            "repository_owner",
            "nothing: STS makes no condition key of this claim of GitHub Actions; `repository_owner_id` is the key for the owner",
        ),
        (github, &plain, "never_heard_of", "nothing: STS makes no condition key of this claim of GitHub Actions"),
        (github, &plain, "exp", "read to tell whether the token is still good"),
        (github, &plain, "oaud", "nothing: STS makes no condition key of this claim of GitHub Actions"),
        ("idp.example.com", &for_party, "aud", "oaud"),
        ("idp.example.com", &for_party, "azp", "aud"),
        ("idp.example.com", &for_party, "email", "email"),
        ("idp.example.com", &for_party, "repository_id", "nothing: STS makes no condition key of this claim of this issuer"),
        ("gitlab.com", &plain, "ref_protected", "ref_protected"),
        ("gitlab.example.com", &plain, "ref_protected", "nothing: STS makes no condition key of this claim of this issuer"),
        ("www.amazon.com", &plain, "app_id", "app_id"),
        ("www.amazon.com", &plain, "email", "nothing: STS makes no condition key of this claim of Login with Amazon"),
        (
            github,
            &plain,
            "https://aws.amazon.com/tags/principal_tags/team",
            "read for session tags: `aws:RequestTag/…`, `aws:TagKeys` and `sts:TransitiveTagKeys`",
        ),
        ("accounts.google.com", &plain, "google", "unclear google/organization_number"),
        (
            "oidc.circleci.com/org/11111111-2222-3333-4444-555555555555",
            &plain,
            "oidc.circleci.com/project-id",
            "oidc.circleci.com/project-id",
        ),
    ] {
        assert_eq!(made(host, claims, claim), expected, "{host} {claim}");
    }
    let blank = claims(&[("aud", "a"), ("azp", "")]);
    assert_eq!([made(github, &blank, "azp"), made(github, &blank, "aud")], ["unclear aud", "oaud"]);
}

#[test]
fn a_claim_that_is_no_key_leaves_none() {
    let mut own = claims(&[("aud", "client"), ("sub", "repo:acme/site:pull_request"), ("repository_owner", "acme")]);
    own.set("ref_protected", Claim::Bool(true));
    own.set("amr", Claim::Text("one".to_owned()));
    let host = "token.actions.githubusercontent.com";
    let keys = Presented::new(host, own).keys();
    let one = |text: &'static str| Some(ContextValue::One(text.into()));
    let get = |claim: &str| keys.get(&format!("{host}:{claim}")).cloned();
    assert_eq!([get("aud"), get("oaud"), get("sub")], [one("client"), one("client"), one("repo:acme/site:pull_request")]);
    assert_eq!(get("amr"), Some(ContextValue::Many(vec!["one".into()])));
    assert_eq!([get("repository_owner"), get("ref_protected")], [None, None]);
}
