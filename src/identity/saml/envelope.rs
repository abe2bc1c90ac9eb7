//! What people and tools put around an assertion: base64, percent signs, the body of a form, the page with the form.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::AssertionError;

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
        } else if bare.contains('%') {
            Cow::Owned(percent(bare).ok_or(AssertionError::Form)?)
        } else {
            Cow::Owned(base64(bare)?)
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

/// Text in which bytes are written as `%2B`.
fn percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Base64 of text, in either alphabet, with or without its padding, on any number of lines.
fn base64(text: &str) -> Result<String, AssertionError> {
    let plain = |c: char| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    };
    let text: String = text.chars().filter(|c| !c.is_whitespace()).map(plain).collect();
    let text = text.trim_end_matches('=');
    if text.len() > LONGEST {
        return Err(AssertionError::TooLong);
    }
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| AssertionError::Form)?;
    String::from_utf8(bytes).map_err(|_| AssertionError::Form)
}
