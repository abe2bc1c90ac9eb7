//! Tokens: any bytes give claims or one of a few errors, and no error repeats a part of the token.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::identity::{Claims, Token};
use rolecall::source::SourceId;
use rolecall::syntax::json;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    match Token::read(&text) {
        Ok(token) => {
            let again = Token::from_claims(token.claims.clone());
            assert_eq!(again.issuer, token.issuer);
        }
        Err(error) => assert!(error.to_string().is_ascii(), "an error is one of a few sentences"),
    }
    let claims = Claims::read(json::read(SourceId::NONE, &text).root());
    drop(claims);
});
