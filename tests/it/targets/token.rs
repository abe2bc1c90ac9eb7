//! Tokens: any bytes give claims or one of a few errors, and no error repeats a part of the token.

use rolecall::identity::{Claims, KeySet, Signature, Token, times};
use rolecall::policy::Instant;
use rolecall::source::SourceId;
use rolecall::syntax::json;

/// The public keys of the fixtures: nobody has the private ones, so nothing but the fixtures themselves is verified.
const KEYS: &str = include_str!("../../../fixtures/tokens/keys.json");

pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let keys = KeySet::read(KEYS).expect("a key set");
    match Token::read(&text) {
        Ok(token) => {
            let again = Token::from_claims(token.claims.clone());
            assert_eq!((again.issuer, again.kind), (token.issuer, token.kind));
            assert_eq!(token.digest.is_none(), token.signature == Signature::Claims, "claims alone have no digest");
            let checked = Token::read_with(&text, Some(&keys)).expect("a key changes nothing in what is read");
            assert_eq!((&checked.claims, &checked.digest), (&token.claims, &token.digest));
            assert_ne!(checked.signature, Signature::NotChecked);
            let told = times(&token.claims, Instant::from_seconds(0), 300).to_string();
            assert!(!told.is_empty());
            // what is around a token changes nothing in it
            if token.digest.is_some() {
                let wrapped = Token::read(&format!("Bearer\u{20}{text}"));
                assert!(wrapped.is_ok_and(|wrapped| wrapped.digest == token.digest), "behind `Bearer`");
            }
        }
        Err(error) => assert!(error.to_string().is_ascii(), "an error is one of a few sentences"),
    }
    let _ = KeySet::read(&text).map(|keys| Token::read_with(&text, Some(&keys)));
    let claims = Claims::read(json::read(SourceId::NONE, &text).root());
    drop(claims);
}
