//! The rules on user pools and identity pools: on the scenarios, and on many small variations.

use std::fs;
use std::path::Path;

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::Sources;

#[test]
fn scenarios() {
    let low_shared = "low shared-group-trust `SignedInUsers` takes any signed-in user of the pool";
    let high_shared = "high shared-group-trust `SignedInUsers` takes any signed-in user of the pool";
    let low_fallback = "low ambiguous-role-falls-back `AuthenticatedRole` decides where the token does not";
    let unmapped = "low ambiguous-role-falls-back `arn:aws:iam::111122223333:role/rbac-users-editor-role` everybody gets this: no role mapping";
    for (folder, expected) in [
        ("tutorial", vec![low_fallback, low_shared]),
        ("tutorial-custom-role", vec![low_fallback, low_shared]),
        ("tutorial-guest", vec![low_fallback, low_shared]),
        ("tutorial-classic-open", vec![unmapped, high_shared]),
        ("tutorial-missing-amr", vec![unmapped, high_shared]),
        ("tutorial-deny-ambiguous", vec![low_shared]),
        (
            "tutorial-ambiguous",
            vec![
                "high ambiguous-role-falls-back `AuthenticatedRole` decides where the token does not",
                low_shared,
                "medium precedence-tie `10` neither comes first",
            ],
        ),
        (
            "tutorial-second-client",
            vec![
                low_fallback,
                "medium client-without-mapping `3n4example5mob6client7rbac` no role mapping names this client",
                low_shared,
            ],
        ),
        (
            "tutorial-rules",
            vec![
                "high user-writable-claim `custom:department` users write this claim themselves",
                "medium loose-mapping-rule `@articles.example` matches other addresses too",
                low_shared,
            ],
        ),
    ] {
        let mut sources = Sources::new();
        add_folder(&mut sources, &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios").join(folder));
        let found: Vec<String> = of_theme(&sources).iter().map(|finding| told(&sources, finding)).collect();
        let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
        let mut expected = expected;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{folder}");
    }
}

/// Severity, rule, the underlined text, and its label.
fn told(sources: &Sources, finding: &Finding) -> String {
    let label = &finding.primary;
    format!("{} {} `{}` {}", finding.severity.name(), finding.rule, sources.slice(label.span), label.text)
}

fn of_theme(sources: &Sources) -> Vec<Finding> {
    let mut inventory = Inventory::new(None);
    sources.iter().for_each(|(id, _)| inventory.read(sources, id));
    let mut findings =
        rules::run(&Facts { sources, inventory: &inventory, config: &Config::default(), reference: &Reference::default() });
    findings.retain(|finding| RULES.contains(&finding.rule));
    findings
}

const RULES: [&str; 6] = [
    "shared-group-trust",
    "ambiguous-role-falls-back",
    "precedence-tie",
    "client-without-mapping",
    "user-writable-claim",
    "loose-mapping-rule",
];

fn add_folder(sources: &mut Sources, folder: &Path) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add_folder(sources, &path);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            sources.add(path.display().to_string(), fs::read_to_string(&path).unwrap());
        }
    }
}

pub(crate) const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
pub(crate) const HOST: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Staff";
pub(crate) const OTHER_HOST: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Buyers";

/// `describe-identity-pool`, with these clients of the user pool and more settings.
pub(crate) fn pool(clients: &[&str], more: &str) -> String {
    let of_host = clients.iter().map(|client| match client.split_once('@') {
        Some((client, _)) => format!(r#"{{"ProviderName": "{OTHER_HOST}", "ClientId": "{client}"}}"#),
        None => format!(r#"{{"ProviderName": "{HOST}", "ClientId": "{client}"}}"#),
    });
    let providers = of_host.collect::<Vec<_>>().join(", ");
    format!(
        r#"{{"IdentityPoolId": "{POOL}", "AllowUnauthenticatedIdentities": false, {more} "CognitoIdentityProviders": [{providers}]}}"#
    )
}

/// `get-identity-pool-roles`, with a default role (or none, for `""`) and mappings of clients.
pub(crate) fn map(default: &str, mappings: &[(&str, String)]) -> String {
    let roles = if default.is_empty() { String::new() } else { format!(r#""authenticated": "{}""#, arn(default)) };
    let of_client = mappings.iter().map(|(client, mapping)| match client.split_once('@') {
        Some((client, _)) => format!(r#""{OTHER_HOST}:{client}": {mapping}"#),
        None => format!(r#""{HOST}:{client}": {mapping}"#),
    });
    let mappings = of_client.collect::<Vec<_>>().join(", ");
    format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{{roles}}}, "RoleMappings": {{{mappings}}}}}"#)
}

pub(crate) fn by_token(ambiguous: &str) -> String {
    format!(r#"{{"Type": "Token", "AmbiguousRoleResolution": "{ambiguous}"}}"#)
}

/// A mapping by rules, each `claim`, `type`, `value`, `role`.
pub(crate) fn by_rules(ambiguous: &str, rules: &[[&str; 4]]) -> String {
    let rules = rules.iter().map(|[claim, kind, value, role]| {
        let role = arn(role);
        format!(r#"{{"Claim": "{claim}", "MatchType": "{kind}", "Value": "{value}", "RoleARN": "{role}"}}"#)
    });
    let rules = rules.collect::<Vec<_>>().join(", ");
    format!(r#"{{"Type": "Rules", "AmbiguousRoleResolution": "{ambiguous}", "RulesConfiguration": {{"Rules": [{rules}]}}}}"#)
}

/// `list-groups`; a role `""` is none, a negative precedence is none.
pub(crate) fn groups(groups: &[(&str, &str, i32)]) -> String {
    let groups = groups.iter().map(|(name, role, precedence)| {
        let role = if role.is_empty() { String::new() } else { format!(r#", "RoleArn": "{}""#, arn(role)) };
        let precedence = if *precedence < 0 { String::new() } else { format!(r#", "Precedence": {precedence}"#) };
        let (name, pool) = name.split_once('@').map_or((*name, "Staff"), |(name, _)| (name, "Buyers"));
        format!(r#"{{"GroupName": "{name}", "UserPoolId": "eu-west-1_{pool}"{role}{precedence}}}"#)
    });
    format!(r#"{{"Groups": [{}]}}"#, groups.collect::<Vec<_>>().join(", "))
}

/// `get-role`, with a trust policy that asks for this in addition to the pool.
pub(crate) fn role(name: &str, condition: &str) -> String {
    let arn = arn(name);
    format!(
        r#"{{"Role": {{"RoleName": "{name}", "Arn": "{arn}", "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": [{{
            "Effect": "Allow",
            "Principal": {{"Federated": "cognito-identity.amazonaws.com"}},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {{"StringEquals": {{"cognito-identity.amazonaws.com:aud": "{POOL}"}}, {condition}}}
        }}]}}}}}}"#
    )
}

/// `get-role-policy` that allows these actions, as JSON.
pub(crate) fn allows(name: &str, actions: &str, resources: &str) -> String {
    format!(
        r#"{{"RoleName": "{name}", "PolicyName": "own", "PolicyDocument": {{"Version": "2012-10-17", "Statement": [
            {{"Effect": "Allow", "Action": {actions}, "Resource": {resources}}}]}}}}"#
    )
}

/// `describe-user-pool-client`, with its `WriteAttributes` as JSON, or none.
pub(crate) fn client(id: &str, write: &str) -> String {
    let write = if write.is_empty() { String::new() } else { format!(r#", "WriteAttributes": {write}"#) };
    format!(
        r#"{{"UserPoolClient": {{"UserPoolId": "eu-west-1_Staff", "ClientId": "{id}", "ClientName": "the {id} client"{write}}}}}"#
    )
}

/// `describe-user-pool`.
pub(crate) fn user_pool(more: &str) -> String {
    format!(r#"{{"UserPool": {{"Id": "eu-west-1_Staff"{more}}}}}"#)
}

pub(crate) fn arn(role: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{role}")
}

pub(crate) const SIGNED_IN: &str = r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}"#;
pub(crate) const GUESTS: &str = r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"}"#;
pub(crate) const STAFF: &str = r#""ForAnyValue:StringEquals": {"cognito-identity.amazonaws.com:amr": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Staff"}"#;
pub(crate) const BUYERS: &str = r#""ForAnyValue:StringEquals": {"cognito-identity.amazonaws.com:amr": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Buyers"}"#;
pub(crate) const TAGGED: &str = r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}, "StringLike": {"aws:RequestTag/team": "admin"}"#;

type Case = (&'static str, Vec<String>, &'static [&'static str]);

/// Each finding as severity, rule and underlined text, whatever the order; and every finding is well put.
fn assert_cases(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for (title, files, expected) in cases {
        let mut sources = Sources::new();
        for (index, file) in files.into_iter().enumerate() {
            sources.add(format!("{index}.json"), file);
        }
        let findings = of_theme(&sources);
        let line =
            |finding: &Finding| format!("{} {} `{}`", finding.severity.name(), finding.rule, sources.slice(finding.primary.span));
        let mut found: Vec<String> = findings.iter().map(line).collect();
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        if found != expected {
            wrong.push(format!("{title}: expected {expected:?}, found {found:?}"));
        }
        for finding in &findings {
            let labels: Vec<_> = std::iter::once(&finding.primary).chain(&finding.related).collect();
            if let Some(label) = labels.iter().find(|label| label.text.chars().count() >= 40) {
                wrong.push(format!("{title}: the label `{}` is long", label.text));
            }
            let is_well_put =
                finding.help.is_some() && !finding.message.ends_with('.') && labels.iter().all(|label| !label.span.is_empty());
            if !is_well_put {
                wrong.push(format!("{title}: {finding:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn roles_that_one_token_takes() {
    let two = || groups(&[("Admin", "admin", 1), ("Editor", "editor", 2)]);
    let by_groups = || map("", &[("web", by_token("Deny"))]);
    let low: &[&str] = &["low shared-group-trust `Allow`"];
    let high: &[&str] = &["high shared-group-trust `Allow`"];
    assert_cases(vec![
        (
            "one trust, mapped",
            vec![pool(&["web"], ""), by_groups(), two(), role("admin", SIGNED_IN), role("editor", SIGNED_IN)],
            low,
        ),
        (
            "mapped, and the classic flow is allowed, which the mapping closes",
            vec![
                pool(&["web"], r#""AllowClassicFlow": true,"#),
                by_groups(),
                two(),
                role("admin", SIGNED_IN),
                role("editor", SIGNED_IN),
            ],
            low,
        ),
        (
            "not mapped, flow unset",
            vec![pool(&["web"], ""), map("", &[]), two(), role("admin", SIGNED_IN), role("editor", SIGNED_IN)],
            high,
        ),
        (
            "not mapped, flow off",
            vec![
                pool(&["web"], r#""AllowClassicFlow": false,"#),
                map("", &[]),
                two(),
                role("admin", SIGNED_IN),
                role("editor", SIGNED_IN),
            ],
            low,
        ),
        (
            "the pool's roles were not given",
            vec![pool(&["web"], ""), two(), role("admin", SIGNED_IN), role("editor", SIGNED_IN)],
            low,
        ),
        ("no trust policy was given", vec![pool(&["web"], ""), by_groups(), two()], &[]),
        ("only one was given", vec![pool(&["web"], ""), by_groups(), two(), role("admin", SIGNED_IN)], &[]),
        (
            "one asks for a session tag",
            vec![pool(&["web"], ""), map("", &[]), two(), role("admin", TAGGED), role("editor", SIGNED_IN)],
            &[],
        ),
        (
            "one is for guests",
            vec![pool(&["web"], ""), map("", &[]), two(), role("admin", SIGNED_IN), role("editor", GUESTS)],
            &[],
        ),
        (
            "one role for both",
            vec![pool(&["web"], ""), by_groups(), groups(&[("A", "a", 1), ("B", "a", 2)]), role("a", SIGNED_IN)],
            &[],
        ),
    ]);
}

#[test]
fn roles_of_several_places() {
    let low: &[&str] = &["low shared-group-trust `Allow`"];
    let high: &[&str] = &["high shared-group-trust `Allow`"];
    assert_cases(vec![
        (
            "a user pool each",
            vec![
                pool(&["web", "shop@"], ""),
                map("", &[]),
                groups(&[("Admin", "admin", 1), ("Buyer@", "buyer", 1)]),
                role("admin", STAFF),
                role("buyer", BUYERS),
            ],
            &[],
        ),
        (
            "a user pool each, but two roles in one",
            vec![
                pool(&["web", "shop@"], ""),
                map("", &[]),
                groups(&[("Admin", "admin", 1), ("Buyer@", "buyer", 1), ("Editor", "editor", 2)]),
                role("admin", STAFF),
                role("editor", STAFF),
                role("buyer", BUYERS),
            ],
            high,
        ),
        (
            "a group's role and the default",
            vec![
                pool(&["web"], ""),
                map("basic", &[("web", by_token("Deny"))]),
                groups(&[("Admin", "admin", 1)]),
                role("admin", SIGNED_IN),
                role("basic", SIGNED_IN),
            ],
            low,
        ),
        (
            "the roles of rules",
            vec![
                pool(&["web"], ""),
                map(
                    "",
                    &[(
                        "web",
                        by_rules("Deny", &[["custom:team", "Equals", "a", "admin"], ["custom:team", "Equals", "e", "editor"]]),
                    )],
                ),
                role("admin", SIGNED_IN),
                role("editor", SIGNED_IN),
            ],
            low,
        ),
    ]);
}

#[test]
fn the_strongest_of_shared_roles_is_underlined() {
    let mut sources = Sources::new();
    sources.add("pool.json", pool(&["web"], ""));
    sources.add("map.json", map("", &[]));
    sources.add("groups.json", groups(&[("Reader", "reader", 1), ("Owner", "owner", 2)]));
    sources.add("reader.json", role("reader", SIGNED_IN));
    sources.add("owner.json", role("owner", SIGNED_IN));
    sources.add("reader-policy.json", allows("reader", r#""s3:GetObject""#, r#""arn:aws:s3:::site/*""#));
    sources.add("owner-policy.json", allows("owner", r#""s3:*""#, r#""*""#));
    let findings = of_theme(&sources);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(sources.get(finding.primary.span.source).name(), "owner.json");
    let witness = finding.witness.as_ref().unwrap();
    assert!(witness.who.contains("`owner`") && witness.claims.contains(HOST), "{witness:?}");
}

#[test]
fn fallbacks() {
    let admin = || allows("admin", r#""s3:*""#, r#"["arn:aws:s3:::site", "arn:aws:s3:::site/*"]"#);
    let editor = || allows("editor", r#"["s3:GetObject", "s3:PutObject"]"#, r#""arn:aws:s3:::site/drafts/*""#);
    let basic = || allows("basic", r#""s3:GetObject""#, r#""arn:aws:s3:::site/drafts/*""#);
    let two = || groups(&[("Admin", "admin", 1), ("Editor", "editor", 2)]);
    let web = || pool(&["web"], "");
    let mapped = |default: &str, ambiguous: &str| map(default, &[("web", by_token(ambiguous))]);
    let low: &[&str] = &["low ambiguous-role-falls-back `AuthenticatedRole`"];
    let medium: &[&str] = &["medium ambiguous-role-falls-back `AuthenticatedRole`"];
    let high: &[&str] = &["high ambiguous-role-falls-back `AuthenticatedRole`"];
    assert_cases(vec![
        ("a group's role", vec![web(), mapped("editor", "AuthenticatedRole"), two()], low),
        ("a group's role, refused", vec![web(), mapped("editor", "Deny"), two()], &[]),
        (
            "a group's role, the setting missing",
            vec![web(), map("editor", &[("web", r#"{"Type": "Token"}"#.to_owned())]), two()],
            &[],
        ),
        ("no default role", vec![web(), mapped("", "AuthenticatedRole"), two()], &[]),
        ("a role of nobody", vec![web(), mapped("basic", "AuthenticatedRole"), two()], &[]),
        ("the strongest", vec![web(), mapped("admin", "AuthenticatedRole"), two(), admin(), editor()], high),
        ("the strongest, its policies unknown", vec![web(), mapped("admin", "AuthenticatedRole"), two(), editor()], low),
        ("the weakest of the groups'", vec![web(), mapped("editor", "AuthenticatedRole"), two(), admin(), editor()], low),
        ("a weak role of its own", vec![web(), mapped("basic", "AuthenticatedRole"), two(), admin(), editor(), basic()], &[]),
        (
            "a role of its own as strong as a group's",
            vec![
                web(),
                mapped("basic", "AuthenticatedRole"),
                two(),
                admin(),
                editor(),
                allows("basic", r#"["s3:PutObject", "s3:GetObject"]"#, r#""arn:aws:s3:::site/drafts/*""#),
            ],
            &[],
        ),
        (
            "a role of its own that may what no group may",
            vec![
                web(),
                mapped("basic", "AuthenticatedRole"),
                two(),
                admin(),
                editor(),
                allows("basic", r#""sqs:SendMessage""#, r#""*""#),
            ],
            medium,
        ),
        (
            "neither is stronger",
            vec![
                web(),
                mapped("basic", "AuthenticatedRole"),
                two(),
                allows("admin", r#""*""#, r#""*""#),
                editor(),
                allows("basic", r#""s3:GetObject""#, r#""arn:aws:s3:::site/published/*""#),
            ],
            &[],
        ),
        (
            "stronger but for a deny",
            vec![
                web(),
                mapped("basic", "AuthenticatedRole"),
                groups(&[("Editor", "editor", 2)]),
                editor(),
                allows("basic", r#""s3:*""#, r#""*""#),
                allows("basic", r#""*""#, r#""*""#).replace("Allow", "Deny").replace("own", "brake"),
            ],
            &[],
        ),
        (
            "stronger, by a condition of which nothing is known",
            vec![
                web(),
                mapped("basic", "AuthenticatedRole"),
                groups(&[("Editor", "editor", 2)]),
                editor(),
                allows("basic", r#""s3:*""#, r#""*", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#),
            ],
            &[],
        ),
        (
            "the default role's trust refuses users",
            vec![web(), mapped("editor", "AuthenticatedRole"), two(), role("editor", GUESTS)],
            &[],
        ),
        ("no group has a role", vec![web(), mapped("basic", "AuthenticatedRole"), groups(&[("Admin", "", 1)])], &[]),
        (
            "not mapped at all",
            vec![web(), map("editor", &[]), two()],
            &["low ambiguous-role-falls-back `arn:aws:iam::111122223333:role/editor`"],
        ),
        (
            "not mapped at all, and strong",
            vec![web(), map("admin", &[]), two(), admin(), editor()],
            &["high ambiguous-role-falls-back `arn:aws:iam::111122223333:role/admin`"],
        ),
        (
            "a rule's role",
            vec![web(), map("editor", &[("web", by_rules("AuthenticatedRole", &[["custom:team", "Equals", "e", "editor"]]))])],
            low,
        ),
        (
            "stronger than a rule's role",
            vec![
                web(),
                map("admin", &[("web", by_rules("AuthenticatedRole", &[["custom:team", "Equals", "e", "editor"]]))]),
                admin(),
                editor(),
            ],
            high,
        ),
        (
            "two clients, one finding",
            vec![
                pool(&["web", "phone"], ""),
                map("editor", &[("web", by_token("AuthenticatedRole")), ("phone", by_token("AuthenticatedRole"))]),
                two(),
            ],
            low,
        ),
    ]);
}

#[test]
fn ties() {
    let web = || pool(&["web"], "");
    let deny = || map("", &[("web", by_token("Deny"))]);
    let tie = || groups(&[("Editor", "editor", 5), ("Publisher", "publisher", 5)]);
    let medium: &[&str] = &["medium precedence-tie `5`"];
    assert_cases(vec![
        ("two groups", vec![web(), deny(), tie()], medium),
        ("groups alone", vec![tie()], medium),
        ("three groups, one finding", vec![web(), deny(), groups(&[("A", "a", 5), ("B", "b", 5), ("C", "c", 5)])], medium),
        (
            "two ties",
            vec![groups(&[("A", "a", 5), ("B", "b", 5), ("C", "c", 6), ("D", "d", 6)])],
            &["medium precedence-tie `5`", "medium precedence-tie `6`"],
        ),
        ("one role", vec![web(), deny(), groups(&[("A", "a", 5), ("B", "a", 5)])], &[]),
        ("one without a role", vec![web(), deny(), groups(&[("A", "a", 5), ("B", "", 5)])], &[]),
        (
            "neither has a precedence",
            vec![web(), deny(), groups(&[("A", "a", -1), ("B", "b", -1)])],
            &["medium precedence-tie `B`"],
        ),
        ("one has none", vec![web(), deny(), groups(&[("A", "a", 5), ("B", "b", -1)])], &[]),
        ("different precedences", vec![web(), deny(), groups(&[("A", "a", 0), ("B", "b", 1)])], &[]),
        ("two user pools", vec![web(), deny(), groups(&[("A", "a", 5), ("B@", "b", 5)])], &[]),
        ("one group twice", vec![web(), deny(), groups(&[("A", "a", 5)]), groups(&[("A", "b", 5)])], &[]),
        (
            "the mapping looks at rules only",
            vec![web(), map("", &[("web", by_rules("Deny", &[["custom:team", "Equals", "e", "editor"]]))]), tie()],
            &[],
        ),
        ("no mapping", vec![web(), map("basic", &[]), tie()], &[]),
    ]);
}

#[test]
fn clients() {
    let two = || groups(&[("Admin", "admin", 1), ("Editor", "editor", 2)]);
    let both = || pool(&["web", "phone"], "");
    let found: &[&str] = &["medium client-without-mapping `phone`"];
    assert_cases(vec![
        ("one is mapped", vec![both(), map("basic", &[("web", by_token("Deny"))]), two()], found),
        ("no default role", vec![both(), map("", &[("web", by_token("Deny"))]), two()], found),
        ("both are mapped", vec![both(), map("basic", &[("web", by_token("Deny")), ("phone", by_token("Deny"))]), two()], &[]),
        ("neither is mapped", vec![both(), map("basic", &[]), two()], &[]),
        (
            "the other is of another user pool",
            vec![pool(&["web", "shop@"], ""), map("basic", &[("web", by_token("Deny"))]), two()],
            &[],
        ),
        ("no groups were given", vec![both(), map("basic", &[("web", by_token("Deny"))])], found),
        ("no groups, and the same fallback", vec![both(), map("basic", &[("web", by_token("AuthenticatedRole"))])], &[]),
        (
            "mapped by rules",
            vec![both(), map("basic", &[("web", by_rules("AuthenticatedRole", &[["custom:team", "Equals", "e", "editor"]]))])],
            found,
        ),
        (
            "mapped by rules that give the default role",
            vec![both(), map("basic", &[("web", by_rules("AuthenticatedRole", &[["custom:team", "Equals", "e", "basic"]]))])],
            // the rule is as good as the fallback, which is told on its own
            &["low ambiguous-role-falls-back `AuthenticatedRole`"],
        ),
        (
            "two are not mapped",
            vec![pool(&["web", "phone", "desk"], ""), map("basic", &[("web", by_token("Deny"))]), two()],
            &["medium client-without-mapping `desk`", "medium client-without-mapping `phone`"],
        ),
    ]);
}

#[test]
fn writable_claims() {
    let web = || pool(&["web"], "");
    let rule = |claim: &'static str| map("", &[("web", by_rules("Deny", &[[claim, "Equals", "board", "admin"]]))]);
    let fixed =
        |name: &str, more: &str| user_pool(&format!(r#", "SchemaAttributes": [{{"Name": "{name}", "Mutable": false}}]{more}"#));
    let admins_only = r#", "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}"#;
    let verified = r#", "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}"#;
    let found: &[&str] = &["high user-writable-claim `custom:team`"];
    assert_cases(vec![
        ("listed", vec![web(), rule("custom:team"), client("web", r#"["email", "custom:team"]"#)], found),
        ("not listed", vec![web(), rule("custom:team"), client("web", r#"["email"]"#)], &[]),
        ("no list, custom", vec![web(), rule("custom:team"), client("web", "")], &[]),
        ("no client", vec![web(), rule("custom:team")], &[]),
        ("another client", vec![web(), rule("custom:team"), client("phone", r#"["custom:team"]"#)], &[]),
        ("no list, standard", vec![web(), rule("profile"), client("web", "")], &["medium user-writable-claim `profile`"]),
        (
            "standard, listed",
            vec![web(), rule("profile"), client("web", r#"["profile"]"#)],
            &["high user-writable-claim `profile`"],
        ),
        ("the subject", vec![web(), rule("sub"), client("web", "")], &[]),
        ("a claim of Cognito", vec![web(), rule("cognito:username"), client("web", "")], &[]),
        ("whether an address is verified", vec![web(), rule("email_verified"), client("web", r#"["email_verified"]"#)], &[]),
        (
            "fixed, and set at sign-up",
            vec![web(), rule("custom:team"), client("web", r#"["custom:team"]"#), fixed("custom:team", "")],
            found,
        ),
        (
            "fixed, and set by an administrator",
            vec![web(), rule("custom:team"), client("web", r#"["custom:team"]"#), fixed("custom:team", admins_only)],
            &[],
        ),
        ("an address, verified first", vec![web(), rule("email"), client("web", r#"["email"]"#), user_pool(verified)], &[]),
        (
            "an address, not verified first",
            vec![web(), rule("email"), client("web", r#"["email"]"#), user_pool("")],
            &["high user-writable-claim `email`"],
        ),
        (
            "an address, the user pool unknown",
            vec![web(), rule("email"), client("web", r#"["email"]"#)],
            &["medium user-writable-claim `email`"],
        ),
        (
            "what everybody gets",
            vec![
                web(),
                map("admin", &[("web", by_rules("AuthenticatedRole", &[["custom:team", "Equals", "board", "admin"]]))]),
                client("web", r#"["custom:team"]"#),
            ],
            &["low ambiguous-role-falls-back `AuthenticatedRole`"],
        ),
        (
            "two rules on one claim",
            vec![
                web(),
                map(
                    "",
                    &[("web", by_rules("Deny", &[["custom:team", "Equals", "a", "a"], ["custom:team", "StartsWith", "b", "b"]]))],
                ),
                client("web", r#"["custom:team"]"#),
            ],
            found,
        ),
        ("by token", vec![web(), map("", &[("web", by_token("Deny"))]), client("web", r#"["custom:team"]"#)], &[]),
    ]);
}

#[test]
fn loose_rules() {
    let web = || pool(&["web"], "");
    let rule = |claim: &'static str, kind: &'static str, value: &'static str| {
        map("", &[("web", by_rules("Deny", &[[claim, kind, value, "editor"]]))])
    };
    assert_cases(vec![
        ("a domain", vec![web(), rule("email", "Contains", "@site.example")], &["medium loose-mapping-rule `@site.example`"]),
        ("a domain, bare", vec![web(), rule("email", "Contains", "site.example")], &["medium loose-mapping-rule `site.example`"]),
        ("a part of a domain", vec![web(), rule("email", "Contains", ".site.")], &["medium loose-mapping-rule `.site.`"]),
        (
            "the name before the domain",
            vec![web(), rule("email", "StartsWith", "admin@")],
            &["medium loose-mapping-rule `admin@`"],
        ),
        ("the start of a name", vec![web(), rule("email", "StartsWith", "admin")], &["medium loose-mapping-rule `admin`"]),
        (
            "a whole address",
            vec![web(), rule("email", "StartsWith", "a@site.example")],
            &["medium loose-mapping-rule `a@site.example`"],
        ),
        ("what no address starts with", vec![web(), rule("email", "StartsWith", "@site.example")], &[]),
        (
            "an address in another claim",
            vec![web(), rule("custom:login", "Contains", "@site.example")],
            &["medium loose-mapping-rule `@site.example`"],
        ),
        (
            "a domain in another claim",
            vec![web(), rule("custom:company", "StartsWith", "site.example")],
            &["medium loose-mapping-rule `site.example`"],
        ),
        ("a word in another claim", vec![web(), rule("custom:team", "Contains", "eng")], &[]),
        ("equal", vec![web(), rule("email", "Equals", "a@site.example")], &[]),
        ("all but one", vec![web(), rule("custom:state", "NotEqual", "suspended")], &["medium loose-mapping-rule `suspended`"]),
        (
            "all but one address",
            vec![web(), rule("email", "NotEqual", "a@site.example")],
            &["medium loose-mapping-rule `a@site.example`"],
        ),
        (
            "all but one, who get what everybody gets",
            vec![web(), map("editor", &[("web", by_rules("AuthenticatedRole", &[["custom:state", "NotEqual", "x", "editor"]]))])],
            &["low ambiguous-role-falls-back `AuthenticatedRole`"],
        ),
        (
            "an earlier rule takes the stranger",
            vec![
                web(),
                map(
                    "",
                    &[(
                        "web",
                        by_rules(
                            "Deny",
                            &[["email", "Contains", "attacker", "none"], ["email", "Contains", "@site.example", "editor"]],
                        ),
                    )],
                ),
            ],
            &["medium loose-mapping-rule `attacker`"],
        ),
        (
            "only an administrator writes it",
            vec![
                web(),
                rule("email", "Contains", "@site.example"),
                client("web", r#"["name"]"#),
                user_pool(r#", "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}"#),
            ],
            &["low loose-mapping-rule `@site.example`"],
        ),
        (
            "a group's name in another",
            vec![web(), rule("cognito:groups", "Contains", "Admin"), groups(&[("Admin", "", 1), ("NoAdmin", "", 2)])],
            &["medium loose-mapping-rule `Admin`"],
        ),
        (
            "a group's name in no other",
            vec![web(), rule("cognito:groups", "Contains", "Admin"), groups(&[("Admin", "", 1), ("Editor", "", 2)])],
            &[],
        ),
        ("a type that does not exist", vec![web(), rule("email", "EndsWith", "@site.example")], &[]),
    ]);
}
