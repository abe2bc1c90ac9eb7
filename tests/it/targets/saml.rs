//! Assertions: any bytes give one or one of a few errors, no error repeats a part of the text, and what is made of an assertion is made
//! of any.

use rolecall::identity::Assertion;
use rolecall::policy::Instant;

pub fn saml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Assertion::read(&text) {
        Ok(assertion) => {
            let keys = assertion.keys(Some("arn:aws:iam::111122223333:saml-provider/staff"));
            assert!(keys.iter().all(|(name, _)| name.starts_with("saml:")));
            assert!(assertion.tags().iter().count() <= assertion.attributes.iter().count());
            for pair in assertion.roles().unwrap_or_default() {
                assert!(pair.role.contains(":role/") && pair.provider.contains(":saml-provider/"), "{pair:?}");
            }
            let _ = assertion.times(Instant::from_seconds(1_795_435_200), 300).to_string();
            let spaced = assertion.spaced().map(|name| assertion.attributes.get(name).is_some());
            assert_ne!(spaced, Some(false));
        }
        Err(error) => assert!(error.to_string().is_ascii(), "an error is one of a few sentences"),
    }
}
