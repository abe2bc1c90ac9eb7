//! The rules on what identity pools give to whom: to guests, to whoever signs up, to strangers of a shared issuer, by session tags.

use rolecall::config::Config;
use rolecall::evaluate::Verdict;
use rolecall::finding::Finding;
use rolecall::identity::{Claims, Token};
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::Instant;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::simulate::{Flow, Login, Outcome, Presented, Question, World, simulate, try_assume};
use rolecall::source::{SourceId, Sources};
use rolecall::syntax::json;

use crate::cognito_rules::{
    BUYERS, GUESTS, HOST, POOL, SIGNED_IN, STAFF, TAGGED, allows, arn, by_rules, by_token, client, groups, map, pool, role,
    user_pool,
};
use crate::support;

const RULES: [&str; 13] = [
    "developer-identity-of-any-pool",
    "developer-provider-beside-others",
    "enhanced-flow-shut",
    "open-pool-in-trust",
    "pool-role-takes-over",
    "precedence-overridden",
    "role-tag-shows",
    "same-role-for-guests",
    "shared-issuer-in-pool",
    "sign-out-unnoticed",
    "unlimited-guest",
    "unscoped-role-for-anybody",
    "user-writable-tag",
];

type Case = (&'static str, Vec<String>, &'static [&'static str]);

/// Each finding as severity, rule and underlined text; every finding is well put, and what its witness says is so.
fn assert_cases(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for (title, files, expected) in cases {
        let names: Vec<String> = (0..files.len()).map(|index| format!("{index}.json")).collect();
        let files = names.iter().map(String::as_str).zip(files);
        support::with_inventory(None, files, |sources, inventory| {
            let reference = Reference::default();
            let mut found = rules::run(&Facts { sources, inventory, config: &Config::default(), reference: &reference });
            found.retain(|finding| RULES.contains(&finding.rule));
            let line = |finding: &Finding| {
                format!("{} {} `{}`", finding.severity.name(), finding.rule, sources.slice(finding.primary.span))
            };
            let told: Vec<String> = found.iter().map(line).collect();
            if told != expected {
                wrong.push(format!("{title}: expected {expected:?}, found {told:?}"));
            }
            for finding in &found {
                let mut labels = finding.related.iter().chain([&finding.primary]);
                let is_well_put =
                    finding.help.is_some() && !finding.message.ends_with('.') && labels.all(|label| label.text.len() < 44);
                if !is_well_put || !is_true(finding, sources, inventory) {
                    wrong.push(format!("{title}: {finding:?}"));
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the witness of a finding gets in: a token of the pool at some trust policy, or another one at the pool.
fn is_true(finding: &Finding, sources: &Sources, inventory: &Inventory<'_>) -> bool {
    let Some(witness) = &finding.witness else { return true };
    let tree = json::read(SourceId::NONE, &witness.claims);
    let claims = Claims::read(tree.root()).expect("the claims are an object");
    let host = claims.text("iss").and_then(|issuer| issuer.strip_prefix("https://")).expect("an issuer").to_owned();
    if host.starts_with("cognito-identity.") {
        let token = Presented::new(host, claims);
        let trusts: Vec<_> =
            inventory.roles.iter().filter_map(|role| Some((role.arn.as_ref()?.known()?, role.trust.as_ref()?))).collect();
        return trusts.is_empty()
            || trusts.iter().any(|(arn, trust)| {
                matches!(try_assume(trust, Some(arn), &token, Flow::Classic, &[]).verdict, Verdict::Allowed(_))
            });
    }
    let reference = Reference::default();
    let token = Token::from_claims(claims);
    let question = Question::new(Login::Token(&token), Instant::from_seconds(0));
    simulate(World { inventory, sources, reference: &reference }, &question).outcome != Outcome::Denied
}

fn open_sign_up() -> String {
    user_pool(r#", "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": false}"#)
}

fn admin_only() -> String {
    user_pool(r#", "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}"#)
}

/// A pool without user pools, with these settings.
fn bare_pool(settings: &str) -> String {
    format!(r#"{{"IdentityPoolId": "{POOL}", {settings}}}"#)
}

/// `get-identity-pool-roles` with a role for guests.
fn guest_map(guest: &str) -> String {
    format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{"unauthenticated": "{}"}}}}"#, arn(guest))
}

/// A tag map of the user pool.
fn tags(tags: &str) -> String {
    format!(r#"{{"IdentityPoolId": "{POOL}", "IdentityProviderName": "{HOST}", "UseDefaults": false, "PrincipalTags": {tags}}}"#)
}

/// A role that also lets its users bring session tags.
fn with_tags(role: &str) -> String {
    role.replace(r#""sts:AssumeRoleWithWebIdentity""#, r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#)
}

const ANY: &str = r#""*""#;

#[test]
fn one_role_for_both() {
    let both = |name: &str| {
        format!(
            r#"{{"IdentityPoolId": "{POOL}", "Roles": {{"authenticated": "{}", "unauthenticated": "{}"}}}}"#,
            arn("r"),
            arn(name)
        )
    };
    let guests = |value: &str| bare_pool(&format!(r#""AllowUnauthenticatedIdentities": {value}"#));
    assert_cases(vec![
        ("both", vec![both("r"), guests("true")], &["medium same-role-for-guests `arn:aws:iam::111122223333:role/r`"]),
        ("the pool was not given", vec![both("r")], &["medium same-role-for-guests `arn:aws:iam::111122223333:role/r`"]),
        ("no guests", vec![both("r"), guests("false")], &["low same-role-for-guests `arn:aws:iam::111122223333:role/r`"]),
        ("two roles", vec![both("g"), guests("true")], &[]),
    ]);
}

#[test]
fn guests_of_the_classic_flow() {
    let open = |classic: &str| bare_pool(&format!(r#""AllowUnauthenticatedIdentities": true{classic}"#));
    let guest = || {
        vec![guest_map("g"), role("g", GUESTS), allows("g", r#"["s3:GetObject", "ssm:GetParameter"]"#, r#""arn:aws:s3:::a/*""#)]
    };
    let files = |pool: String| [guest(), vec![pool]].concat();
    assert_cases(vec![
        ("on", files(open(r#", "AllowClassicFlow": true"#)), &["high unlimited-guest `Allow`"]),
        ("not set", files(open("")), &["high unlimited-guest `Allow`"]),
        ("off", files(open(r#", "AllowClassicFlow": false"#)), &[]),
        ("no guests", files(bare_pool(r#""AllowUnauthenticatedIdentities": false"#)), &[]),
        (
            "the trust policy takes no guests",
            vec![guest_map("g"), role("g", SIGNED_IN), allows("g", r#""ssm:GetParameter""#, ANY), open("")],
            &[],
        ),
        (
            "within the limits",
            vec![guest_map("g"), role("g", GUESTS), allows("g", r#""s3:GetObject""#, r#""arn:aws:s3:::a/*""#), open("")],
            &[],
        ),
    ]);
}

#[test]
fn precedence_is_no_boundary() {
    let base = |first: (&'static str, i32), second: (&'static str, i32)| {
        vec![
            pool(&["web"], ""),
            map("", &[("web", by_token("Deny"))]),
            groups(&[(first.0, first.0, first.1), (second.0, second.0, second.1)]),
            allows("weak", r#""s3:GetObject""#, r#""arn:aws:s3:::a/*""#),
            allows("strong", r#"["s3:GetObject", "s3:PutObject"]"#, r#""arn:aws:s3:::a/*""#),
            allows("other", r#""sqs:SendMessage""#, r#""arn:aws:sqs:eu-west-1:111122223333:q""#),
        ]
    };
    assert_cases(vec![
        ("the weak one first", base(("weak", 1), ("strong", 2)), &["medium precedence-overridden `1`"]),
        ("no precedence comes last", base(("weak", 1), ("strong", -1)), &["medium precedence-overridden `1`"]),
        ("the strong one first", base(("strong", 1), ("weak", 2)), &[]),
        ("neither is stronger", base(("other", 1), ("strong", 2)), &[]),
        ("a tie", base(("weak", 1), ("strong", 1)), &[]),
    ]);
}

#[test]
fn tags_that_users_write() {
    let uses = || allows("r", r#""s3:GetObject""#, r#""arn:aws:s3:::a/${aws:PrincipalTag/team}/*""#);
    let plain = || allows("r", r#""s3:GetObject""#, r#""arn:aws:s3:::a/*""#);
    let files = |claim: &str, write: &str, policy: String| {
        vec![
            pool(&["web"], ""),
            map("r", &[("web", by_token("AuthenticatedRole"))]),
            tags(&format!(r#"{{"team": "{claim}"}}"#)),
            client("web", write),
            with_tags(&role("r", SIGNED_IN)),
            user_pool(""),
            policy,
        ]
    };
    assert_cases(vec![
        ("listed", files("custom:team", r#"["custom:team"]"#, uses()), &["high user-writable-tag `custom:team`"]),
        ("not used", files("custom:team", r#"["custom:team"]"#, plain()), &["low user-writable-tag `custom:team`"]),
        ("a standard one without a list", files("profile", "", uses()), &["medium user-writable-tag `profile`"]),
        ("not listed", files("custom:team", r#"["name"]"#, uses()), &[]),
        ("nobody's", files("sub", r#"["custom:team"]"#, uses()), &[]),
        (
            "the client was not given",
            files("custom:team", "", uses()).into_iter().filter(|own| !own.contains("ClientName")).collect(),
            &[],
        ),
    ]);
}

#[test]
fn tags_of_the_role() {
    let tagged = |condition: &str| {
        with_tags(&role("r", condition))
            .replace(r#""RoleName": "r""#, r#""RoleName": "r", "Tags": [{"Key": "Team", "Value": "admin"}]"#)
    };
    let files = |claim: &str, role: String, policy: String| {
        vec![
            pool(&["web"], ""),
            map("r", &[("web", by_token("AuthenticatedRole"))]),
            tags(&format!(r#"{{"team": "{claim}"}}"#)),
            role,
            policy,
        ]
    };
    let uses = || allows("r", r#""s3:GetObject""#, r#""arn:aws:s3:::a/${aws:PrincipalTag/team}/*""#);
    assert_cases(vec![
        ("shows", files("custom:team", tagged(SIGNED_IN), uses()), &["high role-tag-shows `Team`"]),
        (
            "no policy looks at it",
            files("custom:team", tagged(SIGNED_IN), allows("r", r#""s3:GetObject""#, r#""arn:aws:s3:::a/*""#)),
            &["low role-tag-shows `Team`"],
        ),
        ("the trust policy asks for it", files("custom:team", tagged(TAGGED), uses()), &[]),
        ("always there", files("sub", tagged(SIGNED_IN), uses()), &[]),
        ("another tag", files("custom:group", tagged(SIGNED_IN).replace("Team", "Cost"), uses()), &[]),
    ]);
}

#[test]
fn roles_that_take_over() {
    let default = |policy: String, user_pool: String| {
        vec![pool(&["web"], ""), map("r", &[("web", by_token("AuthenticatedRole"))]), user_pool, policy]
    };
    let group =
        |policy: String| vec![pool(&["web"], ""), map("", &[("web", by_token("Deny"))]), groups(&[("G", "r", 1)]), policy];
    let own = r#""arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Staff""#;
    assert_cases(vec![
        ("all", default(allows("r", r#""*""#, ANY), open_sign_up()), &["high pool-role-takes-over `Allow`"]),
        ("all, for chosen users", default(allows("r", r#""*""#, ANY), admin_only()), &["medium pool-role-takes-over `Allow`"]),
        (
            "the pool's groups",
            default(allows("r", r#""cognito-idp:Admin*""#, own), open_sign_up()),
            &["high pool-role-takes-over `Allow`"],
        ),
        (
            "another pool's groups",
            default(allows("r", r#""cognito-idp:Admin*""#, &own.replace("Staff", "Other")), open_sign_up()),
            &[],
        ),
        ("a group's role may administer users", group(allows("r", r#""cognito-idp:Admin*""#, own)), &[]),
        ("but no roles", group(allows("r", r#""iam:PutRolePolicy""#, ANY)), &["medium pool-role-takes-over `Allow`"]),
        ("roles without passing them", group(allows("r", r#""cognito-identity:SetIdentityPoolRoles""#, ANY)), &[]),
        ("one role only", group(allows("r", r#""sts:AssumeRole""#, r#""arn:aws:iam::111122223333:role/one""#)), &[]),
    ]);
}

#[test]
fn roles_for_anybody() {
    let default = |policy: String, user_pool: String| {
        vec![pool(&["web"], ""), map("r", &[("web", by_token("AuthenticatedRole"))]), user_pool, policy]
    };
    let every = || allows("r", r#""s3:GetObject""#, ANY);
    let social = |more: &str| {
        bare_pool(&format!(
            r#""AllowUnauthenticatedIdentities": false, "SupportedLoginProviders": {{"accounts.google.com": "app"}}{more}"#
        ))
    };
    let guests = || bare_pool(r#""AllowUnauthenticatedIdentities": true, "AllowClassicFlow": false"#);
    assert_cases(vec![
        ("sign-up", default(every(), open_sign_up()), &["high unscoped-role-for-anybody `Allow`"]),
        ("administrators", default(every(), admin_only()), &[]),
        ("the settings were not given", default(every(), user_pool("")), &[]),
        ("a bucket by name", default(allows("r", r#""s3:*""#, r#""arn:aws:s3:::a/*""#), open_sign_up()), &[]),
        (
            "who is in no group gets nothing",
            vec![pool(&["web"], ""), map("r", &[("web", by_token("Deny"))]), open_sign_up(), every()],
            &[],
        ),
        (
            "a public login",
            vec![social(""), map("r", &[]), role("r", SIGNED_IN), every()],
            &["high unscoped-role-for-anybody `Allow`"],
        ),
        (
            "a public login by rules",
            vec![
                social(""),
                map("r", &[]).replace(
                    r#""RoleMappings": {}"#,
                    &format!(
                        r#""RoleMappings": {{"accounts.google.com": {}}}"#,
                        by_rules("Deny", &[["sub", "Equals", "1", "r"]])
                    ),
                ),
                role("r", SIGNED_IN),
                every(),
            ],
            &[],
        ),
        ("guests", vec![guests(), guest_map("r"), every()], &["high unscoped-role-for-anybody `Allow`"]),
        ("a role that takes no guests", vec![guests(), guest_map("r"), role("r", SIGNED_IN), every()], &[]),
        ("Cognito keeps guests from it", vec![guests(), guest_map("r"), allows("r", r#""ssm:GetParameter""#, ANY)], &[]),
        (
            "more than reading is told once",
            default(allows("r", r#""*""#, ANY), open_sign_up()),
            &["high pool-role-takes-over `Allow`"],
        ),
    ]);
}

/// What is found of GitHub.
const FOUND: &[&str] =
    &["high shared-issuer-in-pool `arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com`"];

#[test]
fn strangers_of_a_shared_issuer() {
    let provider = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let pool = |provider: &str| {
        bare_pool(&format!(r#""AllowUnauthenticatedIdentities": false, "OpenIdConnectProviderARNs": ["{provider}"]"#))
    };
    let rules = |rules: &[[&str; 4]], other: &str| {
        map("r", &[])
            .replace(r#""RoleMappings": {}"#, &format!(r#""RoleMappings": {{"{provider}": {}}}"#, by_rules(other, rules)))
    };
    let tagged = || {
        let map = tags(r#"{"team": "repository"}"#).replace(HOST, provider);
        let role = with_tags(&role("r", TAGGED));
        vec![map, role]
    };
    assert_cases(vec![
        ("the default role", vec![pool(provider), map("r", &[]), role("r", SIGNED_IN)], FOUND),
        (
            "rules with Deny",
            vec![pool(provider), rules(&[["repository", "Equals", "o/r", "r"]], "Deny"), role("r", SIGNED_IN)],
            &[],
        ),
        (
            "rules with a fallback",
            vec![pool(provider), rules(&[["repository", "Equals", "o/r", "r"]], "AuthenticatedRole"), role("r", SIGNED_IN)],
            FOUND,
        ),
        (
            "a rule that takes all",
            vec![pool(provider), rules(&[["repository", "Contains", "/", "r"]], "Deny"), role("r", SIGNED_IN)],
            FOUND,
        ),
        ("the trust policy wants another provider", vec![pool(provider), map("r", &[]), role("r", STAFF)], &[]),
        ("it asks for a session tag", [vec![pool(provider), map("r", &[])], tagged()].concat(), &[]),
        ("the role was not given", vec![pool(provider), map("r", &[])], &[]),
        (
            "whose audience is one's own",
            vec![
                pool(&provider.replace("token.actions.githubusercontent.com", "accounts.google.com")),
                map("r", &[]),
                role("r", SIGNED_IN),
            ],
            &[],
        ),
        (
            "an issuer of one's own",
            vec![
                pool(&provider.replace("token.actions.githubusercontent.com", "idp.example.com")),
                map("r", &[]),
                role("r", SIGNED_IN),
            ],
            &[],
        ),
    ]);
}

#[test]
fn pools_of_different_doors() {
    let other = "eu-west-1:7a1c0f52-3be8-4d69-8a27-5f0e9c41d3b8";
    let shop = |settings: &str| pool(&["shop@"], settings).replace(POOL, other);
    let both = |condition: &str| role("r", condition).replace(&format!(r#""{POOL}""#), &format!(r#"["{POOL}", "{other}"]"#));
    let open = || open_sign_up().replace("Staff", "Buyers");
    let shop_map = |name: &str| map(name, &[]).replace(POOL, other);
    let files = |shop: String, map: String, role: String| vec![pool(&["web"], ""), admin_only(), shop, open(), map, role];
    let on = r#""AllowClassicFlow": true,"#;
    let off = r#""AllowClassicFlow": false,"#;
    assert_cases(vec![
        (
            "who signs up may ask",
            files(shop(on), shop_map("x"), both(SIGNED_IN)),
            &["high open-pool-in-trust `cognito-identity.amazonaws.com:aud`"],
        ),
        (
            "it is given",
            files(shop(off), shop_map("r"), both(SIGNED_IN)),
            &["medium open-pool-in-trust `cognito-identity.amazonaws.com:aud`"],
        ),
        (
            "nobody may ask",
            files(shop(off), shop_map("x"), both(SIGNED_IN)),
            &["low open-pool-in-trust `cognito-identity.amazonaws.com:aud`"],
        ),
        ("staff only", files(shop(on), shop_map("x"), both(STAFF)), &[]),
        ("the shop's users only", files(shop(on), shop_map("x"), both(BUYERS)), &[]),
        ("one pool", files(shop(on), shop_map("x"), role("r", SIGNED_IN)), &[]),
        ("both are open", vec![pool(&["web"], ""), open_sign_up(), shop(on), open(), shop_map("x"), both(SIGNED_IN)], &[]),
    ]);
}

#[test]
fn developers_and_sign_outs() {
    let developer = r#""DeveloperProviderName": "login.example","#;
    let call = "cognito-identity:GetOpenIdTokenForDeveloperIdentity";
    let one = format!(r#""arn:aws:cognito-identity:eu-west-1:111122223333:identitypool/{POOL}""#);
    assert_cases(vec![
        (
            "beside users of a user pool",
            vec![pool(&["web"], developer)],
            &["low developer-provider-beside-others `login.example`"],
        ),
        ("alone", vec![pool(&[], developer)], &[]),
        (
            "of any pool",
            vec![allows("r", &format!(r#""{call}""#), ANY)],
            &["medium developer-identity-of-any-pool `cognito-identity:GetOpenIdTokenForDeveloperIdentity`"],
        ),
        ("of one pool", vec![allows("r", &format!(r#""{call}""#), &one)], &[]),
        ("all of Cognito", vec![allows("r", r#""cognito-identity:*""#, ANY)], &[]),
        (
            "not asked",
            vec![pool(&["web"], "").replace(r#""web"}"#, r#""web", "ServerSideTokenCheck": false}"#)],
            &["low sign-out-unnoticed `false`"],
        ),
        ("asked", vec![pool(&["web"], "").replace(r#""web"}"#, r#""web", "ServerSideTokenCheck": true}"#)], &[]),
        ("not set", vec![pool(&["web"], "")], &[]),
    ]);
}

#[test]
fn what_the_call_of_cognito_lacks() {
    let ip = |addresses: &str| format!(r#"{SIGNED_IN}, "IpAddress": {{"aws:SourceIp": {addresses}}}"#);
    let files = |condition: &str, classic: &str| vec![pool(&["web"], classic), map("r", &[]), role("r", condition)];
    let off = r#""AllowClassicFlow": false,"#;
    let office = ip(r#""192.0.2.0/24""#);
    let name = format!(r#"{SIGNED_IN}, "StringLike": {{"sts:RoleSessionName": "me"}}"#);
    assert_cases(vec![
        ("an address", files(&office, off), &["medium enhanced-flow-shut `aws:SourceIp`"]),
        ("any address", files(&ip(r#""0.0.0.0/0""#), off), &[]),
        ("all addresses but some", files(&office.replace("IpAddress", "NotIpAddress"), off), &[]),
        ("the name", files(&name, off), &["medium enhanced-flow-shut `sts:RoleSessionName`"]),
        ("the name that Cognito gives", files(&name.replace("\"me\"", "\"CognitoIdentityCredentials\""), off), &[]),
        (
            "users may call themselves",
            files(&name, r#""AllowClassicFlow": true,"#),
            &["low enhanced-flow-shut `sts:RoleSessionName`"],
        ),
        (
            "for others too",
            files(&format!("{}, {BUYERS}", ip(r#""192.0.2.0/24""#).replace(SIGNED_IN, "").trim_start_matches(", ")), off),
            &[],
        ),
    ]);
}
