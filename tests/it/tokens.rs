//! Tokens, read from text: what is put around them, their signatures and times.

use std::time::{Duration, Instant as Clock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use rolecall::identity::{Claim, Claims, Issuer, KeySet, KeySetError, Signature, Times, Token, TokenError, TokenKind, times};
use rolecall::policy::Instant;
use serde_json::{Value, json};

use crate::support;

const PAYLOAD: &str = r#"{"iss": "https://token.example/a/", "sub": "s"}"#;

/// Ways to put something around a token.
pub(crate) type Wrap = fn(&str) -> String;

#[rustfmt::skip]
pub(crate) const WRAPPINGS: &[(&str, Wrap)] = &[
    ("nothing",               |token| token.to_owned()),
    ("Bearer",                |token| format!("Bearer {token}")),
    ("bearer, spaces",        |token| format!("  bearer   {token}\n")),
    ("a header",              |token| format!("Authorization: Bearer {token}\r\n")),
    ("a byte order mark",     |token| format!("\u{FEFF} {token}")),
    ("double quotes",         |token| format!("\"{token}\"")),
    ("single quotes",         |token| format!("'{token}'")),
    ("a line of a program",   |token| format!("\"{token}\",\n")),
    ("Bearer in quotes",      |token| format!("\"Bearer {token}\"")),
    ("percent-encoding",      |token| percent(token, false)),
    ("Bearer%20",             |token| format!("Bearer%20{token}")),
    ("all percent-encoded",   |token| percent(token, true)),
    ("base64",                |token| STANDARD.encode(token)),
    ("base64, no padding",    |token| STANDARD_NO_PAD.encode(token)),
    ("base64url",             |token| URL_SAFE.encode(token)),
    ("base64url, no padding", |token| URL_SAFE_NO_PAD.encode(token)),
    ("base64 on lines",       |token| lines(&STANDARD.encode(token), 76)),
    ("base64 twice",          |token| STANDARD.encode(STANDARD.encode(token) + "\n")),
    ("base64 of Bearer",      |token| STANDARD.encode(format!("Bearer {token}"))),
    ("base32",                |token| base32(token)),
    ("base32, small letters", |token| base32(token).to_lowercase()),
    ("OpenID Connect",        |token| json!({"access_token": "x.y.z", "id_token": token, "expires_in": 3600}).to_string()),
    ("initiate-auth",         |token| json!({"AuthenticationResult": {"AccessToken": "x", "IdToken": token}}).to_string()),
    ("get-open-id-token",     |token| json!({"IdentityId": "i", "Token": token}).to_string()),
    ("GitHub",                |token| json!({"count": 1, "value": token}).to_string()),
    ("Kubernetes",            |token| json!({"kind": "TokenRequest", "status": {"token": token}}).to_string()),
    ("JSON in a string",      |token| json!(json!({"token": token}).to_string()).to_string()),
    ("JSON in base64",        |token| STANDARD.encode(json!({"token": token}).to_string())),
];

#[test]
fn whatever_is_around_a_token() {
    let bare = jwt(r#"{"alg": "RS256"}"#, PAYLOAD);
    let wanted = Token::read(&bare).unwrap();
    assert_eq!(wanted.issuer, Issuer::Other("token.example/a/".to_owned()));
    for (what, wrap) in WRAPPINGS {
        let token = Token::read(&wrap(&bare)).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(token.claims, wanted.claims, "{what}");
        assert_eq!(token.digest, wanted.digest, "{what}: the digest is that of the bare token");
    }
    for (what, text) in
        [("two lines", lines(&bare, 40)), ("spaces", bare.replace('.', " . ")), ("tabs", bare.replace('.', "\t."))]
    {
        assert_eq!(Token::read(&text).unwrap().digest, wanted.digest, "{what}");
    }
}

#[test]
fn whatever_is_around_claims() {
    let wanted = Token::read(PAYLOAD).unwrap();
    assert_eq!((wanted.signature, wanted.digest), (Signature::Claims, None));
    let claims: Value = serde_json::from_str(PAYLOAD).unwrap();
    let wrapped = [
        ("base64", STANDARD.encode(PAYLOAD)),
        ("the payload of a token", URL_SAFE_NO_PAD.encode(PAYLOAD)),
        ("claims", json!({ "claims": claims }).to_string()),
        ("REST API", json!({"authorizer": {"claims": claims}}).to_string()),
        ("HTTP API", json!({"requestContext": {"authorizer": {"jwt": {"claims": claims, "scopes": null}}}}).to_string()),
        ("decoded", json!({"header": {"alg": "RS256"}, "payload": claims}).to_string()),
        ("a string", json!(PAYLOAD).to_string()),
        ("percent-encoding", percent(PAYLOAD, true)),
    ];
    for (what, text) in wrapped {
        let token = Token::read(&text).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((token.claims, token.digest), (wanted.claims.clone(), None), "{what}");
    }
}

/// A claim that has the name of a part of an answer stays a claim.
#[test]
fn claims_that_look_like_an_answer() {
    for text in [r#"{"iss": "i", "token": "t", "claims": {"iss": "other"}}"#, r#"{"sub": "s", "status": {"token": "t"}}"#] {
        let token = Token::read(text).unwrap();
        assert_eq!(
            token.claims.iter().count(),
            serde_json::from_str::<Value>(text).unwrap().as_object().unwrap().len(),
            "{text}"
        );
    }
}

/// An API Gateway hands claims on as strings.
#[test]
fn claims_in_strings() {
    #[rustfmt::skip]
    let table = [
        ("cognito:groups", "[Admin Editor]",     Claim::list(["Admin", "Editor"])),
        ("cognito:groups", "[Admin, Editor]",    Claim::list(["Admin", "Editor"])),
        ("cognito:groups", "Admin,Editor",       Claim::list(["Admin", "Editor"])),
        ("cognito:groups", "Admin",              Claim::list(["Admin"])),
        ("cognito:groups", "[\"Admin\"]",        Claim::list(["Admin"])),
        ("cognito:groups", "[]",                 Claim::List(Vec::new())),
        ("cognito:roles",  "[arn:a arn:b]",      Claim::list(["arn:a", "arn:b"])),
        ("amr",            "[pwd, mfa]",         Claim::list(["pwd", "mfa"])),
        ("aud",            "[web]",              Claim::list(["web"])),
        ("aud",            "web",                Claim::Text("web".to_owned())),
        ("name",           "[Somebody]",         Claim::Text("[Somebody]".to_owned())),
        ("exp",            "1562092623",         Claim::Number("1562092623".to_owned())),
        ("exp",            "Tue Jul 02 18:37:03 UTC 2019", Claim::Number("1562092623".to_owned())),
        ("exp",            "Tue Jul 02 18:37:03 CET 2019", Claim::Text("Tue Jul 02 18:37:03 CET 2019".to_owned())),
        ("exp",            "soon",               Claim::Text("soon".to_owned())),
    ];
    for (name, text, wanted) in table {
        let token =
            Token::read(&json!({"authorizer": {"claims": {"iss": "https://i.example", "iat": "1", name: text}}}).to_string())
                .unwrap();
        assert_eq!(token.claims.get(name), Some(&wanted), "{name}: {text}");
    }
    let mixed = Token::read(r#"{"iss": "https://i.example", "iat": "1", "exp": "1562092623", "email_verified": true}"#).unwrap();
    assert_eq!(mixed.claims.text("exp"), Some("1562092623"), "only where all are strings did a gateway make them so");
    let signed = Token::read(&jwt("{}", r#"{"cognito:groups": "[a b]"}"#)).unwrap();
    assert_eq!(signed.claims.text("cognito:groups"), Some("[a b]"), "what was signed stays as it is");
}

#[test]
fn kinds_of_tokens() {
    #[rustfmt::skip]
    let table = [
        (r#"{"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A", "token_use": "id"}"#, TokenKind::UserPoolId),
        (r#"{"iss": "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A"}"#, TokenKind::UserPoolId),
        (r#"{"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A", "token_use": "access"}"#, TokenKind::UserPoolAccess),
        (r#"{"iss": "https://cognito-identity.amazonaws.com"}"#, TokenKind::IdentityPool),
        (r#"{"iss": "https://cognito-identity-us-gov.amazonaws.com"}"#, TokenKind::IdentityPool),
        (r#"{"iss": "https://cognito-identity.us-gov-east-1.amazonaws.com"}"#, TokenKind::IdentityPool),
        (r#"{"iss": "https://token.actions.githubusercontent.com"}"#, TokenKind::Oidc),
        (r#"{"iss": "https://cognito-idp.evil.example/eu-west-1_A"}"#, TokenKind::Oidc),
        (r#"{"iss": "http://cognito-identity.amazonaws.com"}"#, TokenKind::Oidc),
        (r#"{"iss": "https://cognito-identity.amazonaws.com/x"}"#, TokenKind::Oidc),
        (r#"{"iss": 1}"#, TokenKind::NoIssuer),
        ("{}", TokenKind::NoIssuer),
    ];
    for (claims, kind) in table {
        assert_eq!(Token::read(claims).unwrap().kind, kind, "{claims}");
    }
}

#[test]
fn texts_that_are_no_token() {
    let good = jwt("{}", PAYLOAD);
    #[rustfmt::skip]
    let table = [
        ("", TokenError::Empty),
        ("  \n", TokenError::Empty),
        ("Bearer ", TokenError::Form),
        ("Bearer ''", TokenError::Empty),
        ("\"\"", TokenError::Empty),
        ("abc", TokenError::Form),
        ("a.b", TokenError::Form),
        ("a.b.c.d", TokenError::Form),
        ("a.b.c.d.e", TokenError::Form),
        ("roles/../roles/c.test.json", TokenError::Form),
        ("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.b.c.d.e", TokenError::Encrypted),
        ("a.b.c.d.e.f", TokenError::Form),
        ("!!.e30.x", TokenError::Base64),
        ("e30.W10.x", TokenError::Json),
        ("{\"iss\": ", TokenError::Claims(1, 8)),
        ("[1, 2]", TokenError::Form),
        ("%zz", TokenError::Form),
        ("EAAGm0PX4ZCpsBAKZCexampleexample", TokenError::Facebook),
        ("Atza|IQEBLjAsAhRmHjNgHpiexample", TokenError::Amazon),
        ("ya29.a0AfH6SMBexampleexample", TokenError::Google),
    ];
    for (text, error) in table {
        assert_eq!(Token::read(text).unwrap_err(), error, "{text}");
    }
    let cut = good.get(..good.len() - 12).unwrap();
    assert!(Token::read(cut).is_err(), "a payload that is cut off");
}

/// Each is read in the time of a few passes over it.
#[test]
fn hostile_texts() {
    let million = 1 << 20;
    let texts = [
        ".".repeat(million),
        "eyJ.".repeat(million / 4),
        "%25".repeat(million / 3),
        "%".repeat(million),
        "\"".repeat(million),
        "=".repeat(million),
        "A".repeat(million),
        "7".repeat(million),
        "{".repeat(million),
        "{\"data\":".repeat(million / 8),
        " ".repeat(million),
        "bearer ".repeat(million / 7),
        "\",".repeat(million / 2),
        "\u{FEFF}".repeat(million / 3),
        (0..40).fold(PAYLOAD.to_owned(), |text, _| if text.len() < million { STANDARD.encode(text) } else { text }),
        (0..10).fold("e30".to_owned(), |text, _| json!({ "token": text }).to_string()),
        format!("{}.{}.", "e30", "A".repeat(million)),
        jwt("{}", &format!("{}1{}", "[".repeat(million / 2), "]".repeat(million / 2))),
    ];
    let many: Vec<String> = (0..million / 10).map(|number| format!("\"{number:06}\":1")).collect();
    let start = Clock::now();
    assert!(Token::read(&format!("{{{}}}", many.join(","))).is_ok());
    assert!(start.elapsed() < Duration::from_secs(10), "many claims: {:?}", start.elapsed());
    for text in texts {
        let (start, head) = (Clock::now(), text.get(..20).unwrap_or(&text));
        assert!(Token::read(&text).is_err(), "{head}");
        assert!(start.elapsed() < Duration::from_secs(10), "{head}: {:?}", start.elapsed());
    }
}

#[test]
fn signatures_of_all_algorithms() {
    #[rustfmt::skip]
    let table = [
        ("github", "rsa"), ("rs384", "any-rsa"), ("identity-pool", "any-rsa"), ("es256", "p256"), ("es384", "p384"), ("no-kid", "p256"),
    ];
    for (name, kid) in table {
        assert_eq!(checked(&fixture(name), &keys()), Signature::Verified(Some(kid.to_owned())), "{name}");
        assert_eq!(Token::read(&fixture(name)).unwrap().signature, Signature::NotChecked, "{name}: no keys");
        let (head, payload, signature) = parts(&fixture(name));
        let other = URL_SAFE_NO_PAD.encode(decoded(&payload).replace("sub", "sup"));
        assert!(matches!(checked(&format!("{head}.{other}.{signature}"), &keys()), Signature::Bad(_)), "{name}: another payload");
        let other = fixture(if name == "github" { "google" } else { "github" });
        let other = format!("{head}.{payload}.{}", parts(&other).2);
        assert!(matches!(checked(&other, &keys()), Signature::Bad(_)), "{name}: another token's signature");
        assert!(matches!(checked(&format!("{head}.{payload}."), &keys()), Signature::Bad(_)), "{name}: no signature");
        assert!(matches!(checked(&format!("{head}.{payload}.!"), &keys()), Signature::Bad(_)), "{name}: no base64url");
    }
}

#[test]
fn tokens_that_name_another_algorithm() {
    let (_, payload, signature) = parts(&fixture("github"));
    let with = |header: Value| {
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        checked(&format!("{header}.{payload}.{signature}"), &keys())
    };
    let bad = |got: Signature| matches!(got, Signature::Bad(_));
    assert!(bad(with(json!({"alg": "ES256", "kid": "rsa"}))), "an RSA key is for no curve");
    assert!(bad(with(json!({"alg": "RS512", "kid": "rsa"}))), "the key is for RS256 alone");
    assert!(bad(with(json!({"alg": "RS256", "kid": "p256"}))));
    assert!(bad(with(json!({"alg": "ES384", "kid": "p256"}))), "another curve");
    assert!(bad(with(json!({"alg": "RS256", "kid": "encrypting"}))), "the key is not for signatures");
    assert!(bad(with(json!({"alg": "RS256", "kid": "shared"}))), "a shared secret is no public key");
    assert!(bad(with(json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"}))), "the header is signed too");
    for none in ["none", "None", "NONE"] {
        assert_eq!(with(json!({"alg": none, "kid": "rsa"})), Signature::Unsigned);
    }
    for shared in ["HS256", "HS512"] {
        assert_eq!(with(json!({"alg": shared, "kid": "rsa"})), Signature::SharedSecret);
    }
    for wrong in [json!({"alg": "PS256", "kid": "rsa"}), json!({"alg": "EdDSA"}), json!({"alg": "rs256"}), json!({"kid": "rsa"})]
    {
        assert_eq!(with(wrong.clone()), Signature::WrongAlgorithm, "{wrong}");
    }
    assert!(matches!(with(json!({"alg": "ES512", "kid": "rsa"})), Signature::Unsupported(_)));
    assert_eq!(Token::read(&jwt(r#"{"alg": "ES512"}"#, PAYLOAD)).unwrap().signature, Signature::NotChecked);
    assert!(matches!(with(json!({"alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false})), Signature::Unsupported(_)));
}

/// The classic confusion: a token whose author used the public key, which everybody has, as a shared secret.
#[test]
fn a_public_key_is_never_a_secret() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"rsa"}"#);
    let token = format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(PAYLOAD), URL_SAFE_NO_PAD.encode([7; 32]));
    assert_eq!(checked(&token, &keys()), Signature::SharedSecret);
    assert_eq!(Token::read(&token).unwrap().signature, Signature::SharedSecret, "that needs no keys to be seen");
}

#[test]
fn which_key_of_the_set() {
    let all: Value = serde_json::from_str(&support::read("fixtures/tokens/keys.json")).unwrap();
    let key = |kid: &str| all["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).unwrap().clone();
    let without = |mut key: Value, name: &str| {
        key.as_object_mut().unwrap().remove(name);
        key
    };
    let set = |keys: Value| json!({ "keys": keys }).to_string();
    let verified = |kid: &str| Signature::Verified(Some(kid.to_owned()));
    let missing = |kid: &str| Signature::KeyMissing(Some(kid.to_owned()));
    let (github, no_kid) = (fixture("github"), fixture("no-kid"));

    assert_eq!(checked(&github, &key("rsa").to_string()), verified("rsa"), "a single key");
    assert_eq!(checked(&github, &set(json!([key("p256"), key("any-rsa")]))), missing("rsa"), "none of this id");
    assert_eq!(
        checked(&github, &set(json!([without(key("rsa"), "kid")]))),
        missing("rsa"),
        "a key without an id is no key of this id"
    );
    let mut namesake = key("any-rsa");
    namesake["kid"] = json!("rsa");
    assert_eq!(checked(&github, &set(json!([namesake, key("rsa")]))), verified("rsa"), "two of this id");
    assert!(matches!(checked(&github, &set(json!([namesake]))), Signature::Bad(_)), "another key of this id");

    assert_eq!(
        checked(&no_kid, &set(json!([key("p384"), key("rsa"), key("p256")]))),
        verified("p256"),
        "each that fits is tried"
    );
    assert_eq!(checked(&no_kid, &set(json!([without(key("p256"), "kid")]))), Signature::Verified(None));
    assert_eq!(checked(&no_kid, &set(json!([key("rsa"), key("p384")]))), Signature::KeyMissing(None));
    let mut cut = key("p256");
    cut["x"] = json!("AAAA");
    assert_eq!(checked(&no_kid, &set(json!([cut]))), Signature::KeyMissing(None), "no point of the curve");
    let mut zeros = key("rsa");
    zeros["n"] =
        json!(URL_SAFE_NO_PAD.encode([&[0][..], &URL_SAFE_NO_PAD.decode(zeros["n"].as_str().unwrap()).unwrap()].concat()));
    assert_eq!(checked(&github, &set(json!([zeros]))), verified("rsa"), "a modulus with a zero before it");

    // sts-token-keys
    let hundred = |kid: &str| vec![key(kid); 100];
    assert_eq!(checked(&github, &set(json!(hundred("rsa")))), verified("rsa"));
    assert_eq!(
        checked(&github, &set(json!([hundred("p256"), hundred("rsa")].concat()))),
        verified("rsa"),
        "the kinds count apart"
    );
    let more = set(json!([hundred("any-rsa"), hundred("rsa")].concat()));
    assert!(matches!(checked(&github, &more), Signature::Bad(_)), "more keys than STS reads");

    assert!(matches!(checked(&fixture("short-key"), &keys()), Signature::Unsupported(_)), "a key of 1024 bits");
    assert!(matches!(checked(&fixture("encrypting-key"), &keys()), Signature::Bad(_)), "a key for encryption");
}

#[test]
fn texts_that_are_no_key_set() {
    #[rustfmt::skip]
    let table = [
        ("", KeySetError::Json), ("{", KeySetError::Json), ("[]", KeySetError::Form), ("{}", KeySetError::Form), ("7", KeySetError::Form),
        (r#"{"keys": {}}"#, KeySetError::Form), (r#"{"keys": []}"#, KeySetError::Empty), (r#"{"keys": [1]}"#, KeySetError::Empty),
    ];
    for (text, error) in table {
        assert_eq!(KeySet::read(text).unwrap_err(), error, "{text}");
    }
    assert!(KeySet::read(r#"{"keys": [{}]}"#).is_ok(), "a key of a kind that nobody knows");
}

#[test]
fn times_of_tokens() {
    let at = |seconds| Instant::from_seconds(seconds);
    #[rustfmt::skip]
    let table = [
        (json!({}),                           Times::None),
        (json!({"exp": 1001}),                Times::Good { until: at(1001) }),
        (json!({"exp": 1000}),                Times::Late(at(1000))),
        (json!({"exp": 701}),                 Times::Late(at(701))),
        (json!({"exp": 700}),                 Times::Expired(at(700))),
        (json!({"exp": -1}),                  Times::Expired(at(-1))),
        (json!({"nbf": 1000, "exp": 2000}),   Times::Good { until: at(2000) }),
        (json!({"nbf": 1001, "exp": 2000}),   Times::NotYet(at(1001))),
        (json!({"nbf": 1300, "exp": 2000}),   Times::NotYet(at(1300))),
        (json!({"nbf": 9000}),                Times::NotYet(at(9000))),
        (json!({"nbf": 1001, "exp": 1}),      Times::Expired(at(1))),
        (json!({"nbf": 9000, "exp": 999}),    Times::NotYet(at(9000))),
        (json!({"iat": 1001, "exp": 2000}),   Times::NotYet(at(1001))),
        (json!({"iat": 1000, "exp": 2000}),   Times::Good { until: at(2000) }),
        (json!({"iat": 1001, "nbf": 999}),    Times::NotYet(at(1001))),
        (json!({"iat": 1.5, "exp": 2000}),    Times::Malformed("iat")),
        (json!({"exp": "2000"}),              Times::Malformed("exp")),
        (json!({"exp": 2000.5}),              Times::Malformed("exp")),
        (json!({"exp": null}),                Times::Malformed("exp")),
        (json!({"nbf": [], "exp": 2000}),     Times::Malformed("nbf")),
    ];
    for (claims, wanted) in table {
        assert_eq!(times(&Token::read(&jwt("{}", &claims.to_string())).unwrap().claims, at(1000), 300), wanted, "{claims}");
    }
    let strict = |claims: Value| times(&Token::read(&jwt("{}", &claims.to_string())).unwrap().claims, at(1000), 0);
    assert_eq!(strict(json!({"exp": 1000})), Times::Expired(at(1000)));
    assert_eq!(strict(json!({"nbf": 1001})), Times::NotYet(at(1001)));
    assert_eq!(strict(json!({"nbf": i64::MIN, "exp": i64::MAX})), Times::Good { until: at(i64::MAX) });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a token is wrapped, and wrapped again, it stays the same token.
    #[test]
    fn a_wrapped_token_is_the_token(sub in "\\PC{0,40}", list in proptest::collection::vec("\\PC{0,12}", 0..4), wraps in
        proptest::collection::vec(0..WRAPPINGS.len(), 0..3)) {
        let claims = json!({"iss": "https://token.example", "sub": sub, "list": list});
        let bare = jwt(r#"{"alg": "RS256"}"#, &claims.to_string());
        let wanted = Token::read(&bare).unwrap();
        prop_assert_eq!(wanted.claims.text("sub"), Some(sub.as_str()));
        let wrapped = wraps.iter().fold(bare, |text, &index| WRAPPINGS[index].1(&text));
        let token = Token::read(&wrapped);
        prop_assert!(token.is_ok(), "{wraps:?}: {:?}", token.err());
        let token = token.unwrap();
        prop_assert_eq!(token.claims, wanted.claims);
        prop_assert_eq!(token.digest, wanted.digest);
    }

    /// Claims are read as they are written.
    #[test]
    fn written_claims_are_read(sub in "\\PC{0,40}", words in proptest::collection::vec("[a-z]{1,8}", 0..4)) {
        let mut claims = Claims::new();
        claims.set("iss", Claim::Text("https://token.example".to_owned()));
        claims.set("sub", Claim::Text(sub));
        claims.set("amr", Claim::list(words));
        let token = Token::read(&claims.to_json()).unwrap();
        prop_assert_eq!(token.claims, claims);
    }
}

pub(crate) fn jwt(header: &str, payload: &str) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

fn fixture(name: &str) -> String {
    support::read(&format!("fixtures/tokens/{name}.jwt")).trim_end().to_owned()
}

fn keys() -> String {
    support::read("fixtures/tokens/keys.json")
}

fn checked(token: &str, keys: &str) -> Signature {
    Token::read_with(token, Some(&KeySet::read(keys).unwrap())).unwrap().signature
}

fn parts(token: &str) -> (String, String, String) {
    let parts: Vec<&str> = token.split('.').collect();
    (parts[0].to_owned(), parts[1].to_owned(), parts[2].to_owned())
}

fn decoded(part: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

pub(crate) fn lines(text: &str, width: usize) -> String {
    let lines = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// Percent-encoding of everything, or of what may not stand in an address.
pub(crate) fn percent(text: &str, all: bool) -> String {
    let plain = |byte: u8| !all && (byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    text.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn base32(text: &str) -> String {
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(5) {
        let mut bytes = [0; 8];
        bytes[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(bytes);
        let letters = (chunk.len() * 8).div_ceil(5);
        for index in 0..8 {
            let value = (bits >> (35 - 5 * index)) as usize & 31;
            out.push(if index < letters { b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value] as char } else { '=' });
        }
    }
    out
}
