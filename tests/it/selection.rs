//! The role that an identity pool picks, step by step as `docs/semantics.md` section 7 lists them.

use rolecall::identity::{Assertion, Token};
use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::simulate::{GateKind, GateState, Login, Outcome, Question, Simulation};
use rolecall::source::Sources;
use rolecall::syntax::json;

use crate::support::simulate;

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";
const KEY: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers:web";
const DEFAULTS: &str =
    r#""authenticated": "arn:aws:iam::111122223333:role/default", "unauthenticated": "arn:aws:iam::111122223333:role/guest""#;
const TOKEN: &str = r#"{"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}"#;
const TOKEN_DENY: &str = r#"{"Type": "Token", "AmbiguousRoleResolution": "Deny"}"#;

/// One sign-in through app client `web`: the role map, the claims beside the usual ones, `CustomRoleArn`, the answer.
struct Case {
    id: &'static str,
    defaults: &'static str,
    mapping: Option<&'static str>,
    claims: &'static str,
    custom: Option<&'static str>,
    picked: &'static str,
}

const fn case(
    id: &'static str,
    mapping: Option<&'static str>,
    claims: &'static str,
    custom: Option<&'static str>,
    picked: &'static str,
) -> Case {
    Case { id, defaults: DEFAULTS, mapping, claims, custom, picked }
}

const ADMIN: &str = r#""cognito:roles": ["arn:aws:iam::111122223333:role/admin"], "cognito:preferred_role": "arn:aws:iam::111122223333:role/admin""#;
const BOTH: &str = r#""cognito:roles": ["arn:aws:iam::111122223333:role/editor", "arn:aws:iam::111122223333:role/admin"], "cognito:preferred_role": "arn:aws:iam::111122223333:role/admin""#;
const TIE: &str = r#""cognito:roles": ["arn:aws:iam::111122223333:role/editor", "arn:aws:iam::111122223333:role/admin"]"#;
const AS_TEXT: &str = r#""cognito:roles": "arn:aws:iam::111122223333:role/editor, arn:aws:iam::111122223333:role/admin""#;
const ONE_ROLE: &str = r#""cognito:roles": ["arn:aws:iam::111122223333:role/editor"]"#;
const RULES: &str = r#"{"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [
    {"Claim": "custom:team", "MatchType": "Equals", "Value": "board", "RoleARN": "arn:aws:iam::111122223333:role/admin"},
    {"Claim": "email", "MatchType": "Contains", "Value": "@articles.example", "RoleARN": "arn:aws:iam::111122223333:role/editor"},
    {"Claim": "custom:desk", "MatchType": "StartsWith", "Value": "news-", "RoleARN": "arn:aws:iam::111122223333:role/desk"},
    {"Claim": "custom:ban", "MatchType": "NotEqual", "Value": "yes", "RoleARN": "arn:aws:iam::111122223333:role/reader"}]}}"#;
const TORN: &str = r#"{"Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole", "RulesConfiguration": {"Rules": [
    {"Claim": "custom:team", "MatchType": "Equals", "Value": "board", "RoleARN": "arn:aws:iam::111122223333:role/admin"},
    {"Claim": "custom:team", "MatchType": "Equals", "Value": "staff"}]}}"#;

#[rustfmt::skip]
static CASES: &[Case] = &[
    case("select-token-preferred", Some(TOKEN), ADMIN, None, "admin"),
    case("select-token-preferred", Some(TOKEN), BOTH, None, "admin"),
    case("select-token-ambiguous", Some(TOKEN), TIE, None, "default"),
    case("select-token-ambiguous", Some(TOKEN), AS_TEXT, None, "default"),
    case("select-ambiguous-deny", Some(TOKEN_DENY), TIE, None, "refused"),
    case("select-token-no-claims", Some(TOKEN), "", None, "default"),
    case("select-token-no-claims", Some(TOKEN_DENY), "", None, "refused"),
    case("select-token-one-role", Some(TOKEN), ONE_ROLE, None, "undecided"),
    case("select-token-custom-role", Some(TOKEN), BOTH, Some("arn:aws:iam::111122223333:role/editor"), "editor"),
    case("select-token-custom-role", Some(TOKEN), AS_TEXT, Some("arn:aws:iam::111122223333:role/editor"), "editor"),
    case("select-token-custom-role", Some(TOKEN), BOTH, Some("editor"), "editor"),
    case("select-token-custom-role", Some(TOKEN), ADMIN, Some("editor"), "refused"),
    case("select-token-custom-role", Some(TOKEN), "", Some("default"), "refused"),
    case("select-ambiguous-unset", Some(r#"{"Type": "Token"}"#), TIE, None, "undecided"),
    case("select-ambiguous-unset", Some(r#"{"Type": "Token"}"#), ADMIN, None, "admin"),
    case("select-no-mapping", None, BOTH, None, "default"),
    case("select-no-mapping-custom-role", None, BOTH, Some("admin"), "undecided"),
    case("select-rules-order", Some(RULES), r#""custom:team": "board", "email": "a@articles.example""#, None, "admin"),
    case("select-rules-types", Some(RULES), r#""custom:team": "staff", "email": "a@articles.example""#, None, "editor"),
    case("select-rules-types", Some(RULES), r#""email": "a@articles.example.net""#, None, "editor"),
    case("select-rules-types", Some(RULES), r#""custom:desk": "news-north""#, None, "desk"),
    case("select-rules-types", Some(RULES), r#""custom:ban": "no""#, None, "reader"),
    case("select-rules-types", Some(RULES), r#""custom:ban": "yes""#, None, "refused"),
    case("select-rules-absent-notequal", Some(RULES), "", None, "refused"),
    case("select-rules-case", Some(RULES), r#""custom:team": "Board""#, None, "undecided"),
    case("select-rules-case", Some(RULES), r#""custom:ban": "YES""#, None, "undecided"),
    case("select-rules-array", Some(RULES), r#""custom:team": ["board"]"#, None, "undecided"),
    case("select-rules-custom-role", Some(RULES), r#""custom:team": "board", "email": "a@articles.example""#, Some("editor"), "editor"),
    case("select-rules-custom-other", Some(RULES), r#""custom:team": "board""#, Some("desk"), "undecided"),
    case("select-rules-incomplete", Some(TORN), r#""custom:team": "board""#, None, "admin"),
    case("select-rules-incomplete", Some(TORN), r#""custom:team": "staff""#, None, "undecided"),
    case("select-rules-incomplete", Some(TORN), "", Some("admin"), "undecided"),
    case("select-no-default", Some(TOKEN), "", None, "default"),
    Case { id: "select-no-default", defaults: "", mapping: Some(TOKEN), claims: "", custom: None, picked: "refused" },
    Case { id: "select-no-default", defaults: "", mapping: None, claims: BOTH, custom: None, picked: "refused" },
    Case { id: "select-token-preferred", defaults: "", mapping: Some(TOKEN), claims: ADMIN, custom: None, picked: "admin" },
];

#[test]
fn the_picked_role() {
    let failures: Vec<String> = CASES.iter().enumerate().filter_map(|(index, case)| wrong(index, case)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Every id of a case is a sentence of the document.
#[test]
fn the_cases_name_sentences() {
    let document = include_str!("../../docs/semantics.md");
    for case in CASES {
        assert!(document.contains(&format!("`{}`", case.id)), "docs/semantics.md has no `{}`", case.id);
    }
}

fn wrong(index: usize, case: &Case) -> Option<String> {
    let mapping = case.mapping.map_or_else(String::new, |mapping| format!(r#""{KEY}": {mapping}"#));
    let map = format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{{}}}, "RoleMappings": {{{mapping}}}}}"#, case.defaults);
    let claims = if case.claims.is_empty() { String::new() } else { format!(", {}", case.claims) };
    let token = format!(
        r#"{{"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers", "aud": "web", "sub": "u", "token_use": "id"{claims}}}"#
    );
    let got = with_inventory(&map, |inventory| {
        let token = Token::read(&token).unwrap();
        let question = question(Login::Token(&token), case.custom);
        picked(&simulate(inventory, &question))
    });
    (got != case.picked).then(|| format!("case {index} ({}): expected {}, got {got}", case.id, case.picked))
}

/// A guest gets the unauthenticated role, a developer's user the authenticated one whatever the mappings say.
#[test]
fn guests_and_developer_identities() {
    let map = |defaults: &str| {
        format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{{defaults}}}, "RoleMappings": {{"{KEY}": {TOKEN}}}}}"#)
    };
    let ask = |defaults: &str, login, custom| {
        with_inventory(&map(defaults), |inventory| picked(&simulate(inventory, &question(login, custom))))
    };
    assert_eq!(ask(DEFAULTS, Login::Guest, None), "guest");
    assert_eq!(ask("", Login::Guest, None), "refused");
    assert_eq!(ask(DEFAULTS, Login::Guest, Some("default")), "undecided");
    assert_eq!(ask(DEFAULTS, Login::Developer("u1", &[]), None), "default");
    assert_eq!(ask(DEFAULTS, Login::Developer("u1", &[]), Some("guest")), "undecided");
}

const SAML: &str = "arn:aws:iam::111122223333:saml-provider/staff";

/// Role names of the assertion (of another provider with `@`), the mapping of the provider, `CustomRoleArn`, the answer.
type SamlCase = (&'static str, &'static [&'static str], Option<&'static str>, Option<&'static str>, &'static str);

#[rustfmt::skip]
static SAML_CASES: &[SamlCase] = &[
    ("select-saml-one", &["admin"], None, None, "admin"),
    ("select-saml-one", &["admin", "other@partners"], None, None, "admin"),
    ("select-saml-one", &["admin", "admin"], None, None, "admin"),
    ("select-saml-no-default", &["admin"], Some(RULES), Some("admin"), "undecided"),
    ("select-saml-several", &["admin", "editor"], None, Some("editor"), "editor"),
    ("select-saml-several", &["admin"], None, Some("admin"), "admin"),
    ("select-saml-custom-other", &["admin", "editor"], None, Some("desk"), "refused"),
    ("select-saml-custom-other", &["admin", "other@partners"], None, Some("other"), "refused"),
    ("select-saml-unnamed", &["admin", "editor"], None, None, "undecided"),
    ("select-saml-mapping", &["admin"], Some(MAIL), None, "undecided"),
    ("select-saml-mapping", &["editor"], Some(MAIL), None, "editor"),
    ("select-saml-mapping", &["admin"], Some(RULES), None, "undecided"),
    ("select-saml-none", &[], Some(MAIL), None, "editor"),
    ("select-saml-none", &[], Some(RULES), None, "refused"),
    ("select-saml-none", &[], None, None, "default"),
    ("select-saml-none", &["other@partners"], None, None, "default"),
    ("select-saml-none", &[], None, Some("default"), "undecided"),
    ("saml-pair", &["no role"], None, None, "undecided"),
];
const MAIL: &str = r#"{"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": [
    {"Claim": "mail", "MatchType": "Equals", "Value": "ann@articles.example", "RoleARN": "arn:aws:iam::111122223333:role/editor"}]}}"#;

#[test]
fn the_role_of_an_assertion() {
    let document = include_str!("../../docs/semantics.md");
    for (id, roles, mapping, custom, expected) in SAML_CASES {
        let mapping = mapping.map_or_else(String::new, |mapping| format!(r#""{SAML}": {mapping}"#));
        let map = format!(r#"{{"IdentityPoolId": "{POOL}", "Roles": {{{DEFAULTS}}}, "RoleMappings": {{{mapping}}}}}"#);
        let assertion = Assertion::read(&assertion(roles)).unwrap();
        let got = with_inventory(&map, |inventory| {
            picked(&simulate(inventory, &question(Login::Saml(&assertion, Some(SAML)), *custom)))
        });
        assert_eq!(got, *expected, "{id}: {roles:?} {mapping} {custom:?}");
        assert!(document.contains(&format!("`{id}`")), "docs/semantics.md has no `{id}`");
    }
}

fn assertion(roles: &[&str]) -> String {
    let pair = |name: &&str| {
        let (name, provider) = name.split_once('@').unwrap_or((*name, "staff"));
        let account = "arn:aws:iam::111122223333";
        format!("<AttributeValue>{account}:role/{name},{account}:saml-provider/{provider}</AttributeValue>")
    };
    let pairs: String = roles.iter().map(pair).collect();
    let role = format!(r#"<Attribute Name="https://aws.amazon.com/SAML/Attributes/Role">{pairs}</Attribute>"#);
    format!(
        r#"<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>https://idp.example</Issuer><Subject><NameID>ann</NameID>
        <SubjectConfirmation><SubjectConfirmationData NotOnOrAfter="2100-01-01T00:00:00Z" Recipient="https://signin.aws.amazon.com/saml"/></SubjectConfirmation></Subject>
        <AttributeStatement>{role}<Attribute Name="mail"><AttributeValue>ann@articles.example</AttributeValue></Attribute>
        </AttributeStatement></Assertion>"#
    )
}

fn with_inventory<T>(map: &str, ask: impl FnOnce(&Inventory<'_>) -> T) -> T {
    let pool = format!(
        r#"{{"IdentityPoolId": "{POOL}", "AllowUnauthenticatedIdentities": true, "DeveloperProviderName": "login.example", "SamlProviderARNs": ["{SAML}"],
        "CognitoIdentityProviders": [{{"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Rb4cUsers", "ClientId": "web"}}]}}"#
    );
    let mut sources = Sources::new();
    let ids = [sources.add("pool.json", pool), sources.add("roles.json", map)];
    let mut inventory = Inventory::new(None);
    for id in ids {
        assert!(json::read(id, sources.get(id).text()).faults().is_empty(), "{}", sources.get(id).text());
        inventory.read(&sources, id);
    }
    ask(&inventory)
}

fn question<'a>(login: Login<'a>, custom_role: Option<&'a str>) -> Question<'a> {
    Question { custom_role, ..Question::new(login, Instant::from_seconds(1_795_435_200)) }
}

fn picked(simulation: &Simulation<'_, '_>) -> String {
    let gate = simulation.gates.iter().find(|gate| gate.kind == GateKind::RoleMapping).expect("the role mapping is asked");
    match gate.state {
        // the trust policies were not given, so the whole is open; the role is what counts here
        GateState::Pass => {
            assert_eq!(simulation.outcome, Outcome::Undecided);
            simulation.role.as_ref().unwrap().name.rsplit('/').next().unwrap().to_owned()
        }
        GateState::Fail => "refused".to_owned(),
        GateState::Unknown => "undecided".to_owned(),
        GateState::Skipped => "skipped".to_owned(),
    }
}
