//! What is known of issuers of tokens, and what STS makes of their claims.

use std::collections::BTreeMap;

use rolecall::evaluate::{ContextValue, Verdict};
use rolecall::identity::{Becomes, Claim, Claims, Holder, Naming, becomes};
use rolecall::policy::{self, PolicyKind};
use rolecall::reference::{self, Issuer, KeyType, Partition, Reference, identity_pool_host, issuer, issuer_named, issuers};
use rolecall::report::{Expected, json};
use rolecall::simulate::{Flow, Presented, try_assume};
use rolecall::source::SourceId;
use rolecall::syntax;

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
        // issuer-private
        check(own.is_shared || hosts.iter().all(|host| host.contains('{')), "not shared, and the host is one for all");
        check(own.required.is_empty() || own.is_shared, "IAM asks for a claim only where an issuer is shared");
        for host in hosts {
            check(!host.contains("//") && host.contains('.'), "a host has a scheme or is none");
            let filled = host.replace(['{', '}'], "");
            check(issuer(&filled).is_some_and(|other| other.id == *id), &format!("`{filled}` is of another"));
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

/// A holder of tokens of an issuer, with one part told for each place of its forms.
fn sample(id: &str) -> Holder {
    let mut holder = Holder::of(issuer_named(id).expect("an issuer"));
    let parts = [
        ("owner", "acme"),
        ("repository", "site"),
        ("owner-id", "12"),
        ("repository-id", "34"),
        ("branch", "release/1.0"),
        ("tag", "v1.0"),
        ("environment", "production"),
        ("enterprise", "acme"),
        ("project-path", "acme/tools/site"),
        ("project-number", "7"),
        ("organization", "acme"),
        ("project", "Default Project"),
        ("workspace", "site"),
        ("phase", "apply"),
        ("pipeline", "site"),
        ("organization-id", "11111111-2222-3333-4444-555555555555"),
        ("project-id", "11111111-2222-3333-4444-555555555556"),
        ("workspace-uuid", "11111111-2222-3333-4444-555555555557"),
        ("repository-uuid", "{11111111-2222-3333-4444-555555555558}"),
        ("environment-uuid", "{11111111-2222-3333-4444-555555555559}"),
        ("team", "acme"),
        ("namespace", "web"),
        ("service-account", "api"),
        ("region", "eu-west-1"),
        ("pool", "eu-west-1_Abc123"),
        ("client", "3n4example"),
        ("user", "11111111-2222-3333-4444-55555555555a"),
        ("cluster", "0123456789ABCDEF"),
    ];
    for (part, value) in parts {
        holder.tell(part, value).unwrap_or_else(|fault| panic!("{part}: {fault}"));
    }
    holder
}

/// Whether the statement for a holder lets in a token with this subject.
fn lets_in(holder: &Holder, subject: &str) -> bool {
    let expected = Expected { holder: holder.clone(), account: Some("111122223333".to_owned()) };
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{}]}}", json::statement(&expected));
    let tree = syntax::json::read(SourceId::NONE, &text);
    let trust = policy::read(tree.root(), PolicyKind::Trust);
    let audience = holder.audience().expect("an audience");
    let claims = claims(&[("iss", &format!("https://{}", holder.host())), ("aud", &audience), ("sub", subject)]);
    let token = Presented::new(holder.host(), claims);
    let judgement = try_assume(&trust, Some("arn:aws:iam::111122223333:role/deploy"), &token, Flow::Classic, &[]);
    matches!(judgement.verdict, Verdict::Allowed(_))
}

/// Each statement is asked with the tokens that it is made for, and with those of neighbours.
#[test]
fn a_statement_lets_in_its_holder_and_no_neighbour() {
    let mut complaints = Vec::new();
    for id in [
        "github",
        "github-enterprise",
        "gitlab",
        "buildkite",
        "terraform-cloud",
        "circleci",
        "bitbucket",
        "vercel",
        "eks",
        "cognito",
    ] {
        let all = sample(id);
        for form in &all.issuer.subjects {
            let mut holder = all.clone();
            holder.forms = vec![&form.id];
            holder.audience = holder.audience().is_none().then(|| "sts.amazonaws.com".to_owned());
            let subjects = holder.subjects();
            for subject in &subjects {
                let text = subject.text.replace('*', "x1");
                let id = format!("{id} {}: {text}", form.id);
                complaints.extend((!subject.missing.is_empty()).then(|| format!("{id}: lacks {:?}", subject.missing)));
                complaints.extend((!lets_in(&holder, &text)).then(|| format!("{id}: is not let in")));
                complaints.extend(lets_in(&holder, &format!("x{text}")).then(|| format!("{id}: so is what ends in it")));
                if !subject.is_pattern {
                    complaints.extend(lets_in(&holder, &format!("{text}x")).then(|| format!("{id}: so is what starts with it")));
                }
            }
            assert!(!subjects.is_empty(), "{id} {}", form.id);
        }
    }
    support::none(complaints);
}

#[test]
fn subjects_of_github_have_two_forms() {
    let mut holder = sample("github");
    holder.forms = vec!["branch"];
    let texts = |holder: &Holder| holder.subjects().iter().map(|own| own.text.clone()).collect::<Vec<_>>();
    let (names, immutable) = ("repo:acme/site:ref:refs/heads/release/1.0", "repo:acme@12/site@34:ref:refs/heads/release/1.0");
    assert_eq!(texts(&holder), [names, immutable]);
    assert!(lets_in(&holder, names) && lets_in(&holder, immutable));
    holder.naming = Naming::Names;
    assert_eq!(texts(&holder), [names]);
    assert!(!lets_in(&holder, immutable));
    holder.naming = Naming::Immutable;
    assert_eq!(texts(&holder), [immutable]);
    assert!(!lets_in(&holder, names));
}

#[test]
fn what_was_not_told_stands_in_capitals() {
    let mut holder = Holder::of(issuer_named("github").expect("an issuer"));
    holder.tell("owner", "acme").expect("an owner");
    holder.tell("repository", "site").expect("a repository");
    holder.tell("environment", "Prod: 1").expect("an environment");
    holder.forms = vec!["environment"];
    let texts: Vec<String> = holder.subjects().into_iter().map(|own| own.text).collect();
    assert_eq!(texts, ["repo:acme/site:environment:Prod%3A 1", "repo:acme@OWNER-ID/site@REPOSITORY-ID:environment:Prod%3A 1"]);
    // the subject that cannot be told does not stand in the statement
    assert_eq!(holder.conditions()[1].values, ["repo:acme/site:environment:Prod%3A 1"]);
    let keys: Vec<(&str, String)> = holder.keys().into_iter().map(|(key, value)| (key.name.as_str(), value)).collect();
    assert_eq!(keys, [("environment", "Prod: 1".to_owned()), ("repository", "acme/site".to_owned())]);
    assert_eq!(holder.principal(None), "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com");
}

#[test]
fn parts_that_cannot_be_are_refused() {
    let mut wrong = Vec::new();
    for (part, good, bad) in [
        ("owner", &["octo-org", "a", "acme_corp"][..], &["", "octo-org/site", "acme@12", "a:b", "a b", "*", "é"][..]),
        ("repository", &["site", ".github", "a_b.c-d"], &["", "a/b", "site@34", "si*te"]),
        ("owner-id", &["1", "0042"], &["", "acme", "1a", "-1"]),
        (
            "branch",
            &["main", "release/1.0", "lock", "a-b_c"],
            &["", "refs/heads/main", "/a", "a/", "a//b", "a..b", "a.lock", ".a", "a b", "rel*", "a:b", "a?", "a."],
        ),
        ("environment", &["production", "Prod:V1", "a b/c"], &["", "prod*", "a\nb", "?"]),
        ("project-path", &["acme/site", "a/b/c.d"], &["site", "/site", "acme/", "a//b", "https://gitlab.com/a/b"]),
        ("namespace", &["web", "a-1"], &["", "Web", "a.b", "-a", "a-", "web:api"]),
        ("service-account", &["api", "a.b-c"], &["", "web:api", "Api", "a..b", "*"]),
        ("phase", &["plan", "apply"], &["", "destroy", "Plan", "*"]),
        (
            "project-id",
            &["11111111-2222-3333-4444-555555555555"],
            &["", "site", "11111111222233334444555555555555", "{11111111-2222-3333-4444-555555555555"],
        ),
        ("workspace-uuid", &["{11111111-2222-3333-4444-555555555555}"], &["acme", "11111111-2222-3333-4444-55555555555g"]),
        ("user", &["anything goes"], &["", "*", "a?b"]),
    ] {
        let mut holder = Holder::of(issuer_named("github").expect("an issuer"));
        wrong.extend(
            good.iter().filter(|value| holder.tell(part, value).is_err()).map(|value| format!("{part}: `{value}` is refused")),
        );
        wrong.extend(
            bad.iter().filter(|value| holder.tell(part, value).is_ok()).map(|value| format!("{part}: `{value}` is taken")),
        );
    }
    support::none(wrong);
}

/// The page on issuers is prose down to its first table, and the rest is made from the data.
#[test]
fn the_page_on_issuers_is_that_of_the_data() {
    let path = "docs/issuers.md";
    let page = support::read(path);
    let prose = page.split_once("\n## ").map_or(page.as_str(), |(prose, _)| prose).trim_end();
    support::none(support::settle(path, &page, &format!("{prose}\n{}", described())));
}

fn described() -> String {
    let mut lines =
        vec![String::new(), "## Any issuer".to_owned(), String::new(), format!("As of {}.", reference::issuers_date())];
    lines.extend(["", "| key | claim | values | in the session |", "| --- | --- | --- | --- |"].map(str::to_owned));
    let defaults = reference::default_issuer_keys();
    lines.extend(defaults.iter().map(|key| {
        let claim = match key.name.as_str() {
            "aud" => "`azp`, else `aud`".to_owned(),
            "oaud" => "`aud`".to_owned(),
            name => format!("`{name}`"),
        };
        let (values, session) = (if key.many { "several" } else { "one" }, if key.in_session { "yes" } else { "no" });
        format!("| `{}` | {claim} | {values} | {session} |", key.name)
    }));
    for issuer in issuers() {
        lines.extend([String::new(), format!("## {}", issuer.name), String::new()]);
        let facts = facts(issuer).into_iter().filter(|(_, words)| !words.is_empty());
        lines.extend(facts.map(|(name, words)| format!("- {name}: {words}")));
    }
    lines.join("\n") + "\n"
}

/// What is known of an issuer, each under its name.
fn facts(issuer: &Issuer) -> Vec<(String, String)> {
    let code = |text: &String| format!("`{text}`");
    let codes = |list: &mut dyn Iterator<Item = &String>| list.map(code).collect::<Vec<_>>().join(", ");
    let named =
        if issuer.is_built_in { "host, without a provider in the account" } else { "the ARN of a provider in the account" };
    let mut facts = vec![
        ("id", code(&issuer.id)),
        ("host", codes(&mut issuer.hosts.iter())),
        ("shared", if issuer.is_shared { "yes" } else { "no, each customer has a host of its own" }.to_owned()),
        ("named by", named.to_owned()),
        ("tokens", if issuer.is_opaque { "opaque: STS asks the issuer what they say" } else { "" }.to_owned()),
        ("`aud`", issuer.audience.as_ref().map(code).unwrap_or_default()),
    ];
    facts.extend(
        issuer.subjects.iter().map(|form| {
            (form.id.as_str(), format!("`sub` is {}", codes(&mut std::iter::once(&form.form).chain(&form.immutable))))
        }),
    );
    let defaults: Vec<&str> = reference::default_issuer_keys().iter().map(|key| key.name.as_str()).collect();
    let is_default = |key: &str| defaults.contains(&key);
    let more = codes(&mut issuer.keys.iter().map(|key| &key.name).filter(|key| !is_default(key)));
    let has_all = defaults.iter().all(|name| issuer.key(name).is_some());
    let keys = match (has_all, more.is_empty()) {
        (true, true) => "those of any issuer".to_owned(),
        (true, false) => format!("those of any issuer, and {more}"),
        (false, _) => format!("only {}", codes(&mut issuer.keys.iter().map(|key| &key.name))),
    };
    let asked = issuer.required.iter().map(code).collect::<Vec<_>>().join(" or ");
    let at = if issuer.required_by_sts { ", also by STS each time that the role is taken" } else { "" };
    facts.extend([
        ("immutable forms since", issuer.immutable_since.clone().unwrap_or_default()),
        ("keys", keys),
        ("no keys", codes(&mut issuer.not_keys.iter().map(|(claim, _)| claim))),
        ("asked for", if asked.is_empty() { asked } else { asked + at }),
    ]);
    facts.extend(
        issuer.unclear.iter().map(|own| ("unclear", format!("whether `{}` becomes `{}`; {}", own.claim, own.key, own.why))),
    );
    facts.extend(issuer.notes.iter().map(|note| ("note", note.clone())));
    facts.push(("page", format!("<{}>", issuer.source)));
    facts.into_iter().map(|(name, words)| (name.to_owned(), words)).collect()
}
