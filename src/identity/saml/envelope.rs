//! What people and tools put around an assertion: base64, percent signs, the body of a form, the page with the form.

use std::borrow::Cow;

use super::AssertionError;
use crate::identity::wrapping::{base64, percent};

/// The longest assertion that STS takes, in characters of base64.
const LONGEST: usize = 100_000;

/// So many wrappings are taken off.
const MOST: usize = 5;

/// Takes off what is around the XML.
pub(super) fn open(text: &str) -> Result<String, AssertionError> {
    // a page or a body holds more than the assertion
    if text.len() > 4 * LONGEST {
        return Err(AssertionError::TooLong);
    }
    let mut text = Cow::Borrowed(text);
    for _ in 0..MOST {
        let bare = text.trim_start_matches('\u{FEFF}').trim().trim_matches(['"', '\'']);
        text = if bare.is_empty() {
            return Err(AssertionError::Empty);
        } else if let Some(value) = field(bare) {
            Cow::Owned(value)
        } else if bare.starts_with('<') {
            let fits = bare.len() <= LONGEST / 4 * 3;
            return if fits { Ok(bare.to_owned()) } else { Err(AssertionError::TooLong) };
        } else if let Some(value) = body(bare)? {
            Cow::Owned(value.to_owned())
        } else if let Some(plain) = percent(bare) {
            Cow::Owned(plain)
        } else {
            let bare: String = bare.split_whitespace().collect();
            if bare.len() > LONGEST {
                return Err(AssertionError::TooLong);
            }
            Cow::Owned(base64(&bare).ok_or(AssertionError::Form)?)
        };
    }
    Err(AssertionError::Form)
}

/// The value of the hidden field in the page with which a provider sends the browser on.
fn field(page: &str) -> Option<String> {
    let at = ["name=\"SAMLResponse\"", "name='SAMLResponse'"].iter().find_map(|name| page.find(name))?;
    let (before, behind) = page.split_at_checked(at)?;
    let start = before.rfind('<')?;
    let tag = page.get(start..at + behind.find('>')?)?;
    let (_, value) = tag.split_once("value=")?;
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let value = value.strip_prefix(quote)?.split(quote).next()?;
    Some(value.replace("&#x2b;", "+").replace("&#x2B;", "+").replace("&#43;", "+").replace("&#x3d;", "=").replace("&#61;", "="))
}

/// What the body of a form has under the name of the answer.
fn body(text: &str) -> Result<Option<&str>, AssertionError> {
    let value = |name: &str| text.split(['&', '?', '\n']).find_map(|part| part.trim_start().strip_prefix(name));
    match value("SAMLResponse=").or_else(|| value("SAMLAssertion=")) {
        Some(value) => Ok(Some(value)),
        None if value("SAMLRequest=").is_some() => Err(AssertionError::Request),
        None => Ok(None),
    }
}
