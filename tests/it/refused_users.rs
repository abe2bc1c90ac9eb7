//! Identity pools that let in somebody who gets nothing, and mappings that belong to nobody.

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::Sources;

use crate::cognito_rules::{GUESTS, HOST, POOL, SIGNED_IN, STAFF, arn, by_rules, by_token, groups, map, pool, role};

const RULES: [&str; 3] = ["mapping-without-provider", "pool-role-refuses", "pool-without-role"];

/// Severity, rule, the underlined text, and the message.
fn told(files: &[String]) -> Vec<String> {
    let mut sources = Sources::new();
    for (number, text) in files.iter().enumerate() {
        sources.add(format!("{number}.json"), text.clone());
    }
    let mut inventory = Inventory::new(None);
    sources.iter().for_each(|(id, _)| inventory.read(&sources, id));
    let config = Config::default();
    let reference = Reference::default();
    let facts = Facts { sources: &sources, inventory: &inventory, config: &config, reference: &reference };
    let own = rules::run(&facts).into_iter().filter(|own| RULES.contains(&own.rule));
    let line =
        |own: Finding| format!("{} {} `{}` {}", own.severity.name(), own.rule, sources.slice(own.primary.span), own.message);
    own.map(line).collect()
}

fn closed(more: &str) -> String {
    pool(&["web"], &format!(r#""AllowClassicFlow": false, {more}"#))
}

fn with_guests(roles: &str) -> [String; 2] {
    let pool = closed("").replace(r#""AllowUnauthenticatedIdentities": false"#, r#""AllowUnauthenticatedIdentities": true"#);
    [pool, format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{{roles}}}}}"#)]
}

#[test]
fn a_role_that_refuses_whom_it_is_given_to() {
    let [pool, roles] = with_guests(&format!(r#""authenticated": "{}", "unauthenticated": "{}""#, arn("editor"), arn("visitor")));
    let guest = [pool, roles, role("visitor", SIGNED_IN)];
    let found = told(&guest);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(
        "medium pool-role-refuses `authenticated` a guest gets no credentials: the identity pool picks `visitor`, but"
    ));
    let mended = [guest[0].clone(), guest[1].clone(), role("visitor", GUESTS)];
    assert!(told(&mended).is_empty());

    let members = groups(&[("Admin", "admin", 1), ("Editor", "editor", 2)]);
    let mapped = map("", &[("web", by_token("Deny"))]);
    let of_groups = [closed(""), mapped, members, role("admin", GUESTS), role("editor", STAFF)];
    let found = told(&of_groups);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("a member of `Admin` gets no credentials"), "{found:?}");

    let by_claim = map("", &[("web", by_rules("Deny", &[["custom:team", "Equals", "ops", "ops"]]))]);
    let found = told(&[closed(""), by_claim, role("ops", GUESTS)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("a user with `custom:team` `ops` gets no credentials"), "{found:?}");
}

#[test]
fn what_is_not_known_is_not_told() {
    // a guest gets in nowhere, the trust policy was not given, the role hangs on a hole
    assert!(told(&[closed(""), map("editor", &[]), role("visitor", SIGNED_IN)]).is_empty());
    let open = role("editor", SIGNED_IN).replace(POOL, "${pool}");
    assert!(told(&[closed(""), map("editor", &[]), open]).is_empty());
    // the pool's own call is shut out, which another rule tells
    let shut = role("editor", &format!(r#"{SIGNED_IN}, "IpAddress": {{"aws:SourceIp": "192.0.2.0/24"}}"#));
    assert!(told(&[closed(""), map("editor", &[]), shut]).is_empty());
}

#[test]
fn nobody_has_a_role_for_whoever_gets_in() {
    let without = with_guests(&format!(r#""authenticated": "{}""#, arn("editor")));
    let found = told(&without);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("low pool-without-role"), "{found:?}");
    // in the classic flow they name one themselves
    let classic = without[0].replace(r#""AllowClassicFlow": false"#, r#""AllowClassicFlow": true"#);
    assert!(told(&[classic, without[1].clone()]).is_empty());

    let found = told(&[closed(""), map("", &[])]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("a signed-in user gets into identity pool"), "{found:?}");
    // whom a mapping with `Deny` refuses is meant to get nothing
    assert!(told(&[closed(""), map("", &[("web", by_token("Deny"))])]).is_empty());
}

#[test]
fn a_mapping_of_no_provider() {
    let mapping = |key: &str| {
        let one = by_token("Deny");
        format!(
            r#"{{"IdentityPoolId": "{POOL}", "Roles": {{"authenticated": "{}"}}, "RoleMappings": {{"{key}": {one}}}}}"#,
            arn("editor")
        )
    };
    let line = |key: &str| told(&[closed(""), mapping(key)]);
    assert!(line(&format!("{HOST}:web")).is_empty());
    assert_eq!(
        line(HOST),
        [format!(
            "medium mapping-without-provider `{HOST}` the role mapping for `{HOST}` belongs to no provider of identity pool `{POOL}`"
        )]
    );
    assert_eq!(line(&format!("{HOST}:other-client-of-it")).len(), 1);
    assert_eq!(line(&format!("https://{HOST}")).len(), 1);
    assert_eq!(line("accounts.google.com").len(), 1);
    let social = closed(r#""SupportedLoginProviders": {"accounts.google.com": "app"},"#);
    assert!(told(&[social, mapping("accounts.google.com")]).is_empty());
    // a provider that is filled in later may be the one
    assert!(told(&[pool(&["${client}"], r#""AllowClassicFlow": false,"#), mapping(HOST)]).is_empty());
}
