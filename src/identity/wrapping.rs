//! What people and tools put around a token: `Bearer`, quotes, line breaks, encodings, the JSON of an answer.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Claim, Claims};
use crate::policy::Instant;
use crate::source::SourceId;
use crate::syntax::json;

/// Why a text is no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenError {
    /// There is nothing.
    Empty,
    /// It is neither a JSON object nor three parts with points between.
    Form,
    /// A part of it is not base64url.
    Base64,
    /// Its header or payload is not a JSON object.
    Json,
    /// What stands for claims is not a JSON object, as shows at this line and column, counted from 1.
    Claims(usize, usize),
    /// It is encrypted (five parts), so its claims cannot be read.
    Encrypted,
    /// An access token of Facebook, which is no JWT.
    Facebook,
    /// An access token of Login with Amazon, which is no JWT.
    Amazon,
    /// An access token of Google, which is no JWT.
    Google,
}

/// What stands inside.
pub(super) enum Inside {
    /// A text with points in it, without spaces.
    Jwt(String),
    /// Claims that nobody signed.
    Claims(Claims),
}

impl fmt::Display for TokenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Claims(line, column) => {
                return write!(out, "the claims are not a JSON object (line {line}, column {column})");
            }
            Self::Empty => "the token is empty",
            Self::Form => "the token is neither a JSON object of claims nor a JWT: three parts with points between",
            Self::Base64 => "a part of the token is not base64url",
            Self::Json => "the token's header or payload is not a JSON object",
            Self::Encrypted => {
                "the token is encrypted, so its claims cannot be read; a user pool's refresh token looks so, and AWS takes it for no \
                 credentials"
            }
            Self::Facebook => {
                "this is an access token of Facebook, which only Facebook can read; give the claims that become condition keys: \
                 `app_id` and `id`, with `iss` `graph.facebook.com`"
            }
            Self::Amazon => {
                "this is an access token of Login with Amazon, which only Amazon can read; give the claims that become condition \
                 keys: `app_id` and `user_id`, with `iss` `www.amazon.com`"
            }
            Self::Google => "this is an access token of Google; identity pools and STS take the ID token that Google gave beside it",
        })
    }
}

impl std::error::Error for TokenError {}

/// Takes off what is around a token.
pub(super) fn unwrap(text: &str) -> Result<Inside, TokenError> {
    let mut text = Cow::Borrowed(text);
    for round in 0..MOST {
        let bare = peel(&text);
        if bare.is_empty() {
            return Err(TokenError::Empty);
        }
        text = if let Some(own) = string(bare) {
            Cow::Owned(own)
        } else if bare.starts_with('{') {
            let read = claims(bare).map_err(|error| if round == 0 { place_in(&text, bare).unwrap_or(error) } else { error })?;
            match answer(read) {
                Answer::Claims(claims) => return Ok(Inside::Claims(typed(&claims))),
                Answer::Token(token) => Cow::Owned(token),
            }
        } else if let Some(plain) = percent(bare) {
            Cow::Owned(plain)
        } else {
            let bare: String = bare.split_whitespace().collect();
            if let Some(error) = opaque(&bare) {
                return Err(error);
            }
            if bare.contains('.') {
                return Ok(Inside::Jwt(bare));
            }
            let plain = base32(&bare).or_else(|| base64(&bare)).filter(|plain| !plain.trim().is_empty());
            Cow::Owned(plain.ok_or(TokenError::Form)?)
        };
    }
    Err(TokenError::Form)
}

/// The claims of a JSON object.
pub(super) fn claims(text: &str) -> Result<Claims, TokenError> {
    let tree = json::read(SourceId::NONE, text);
    if tree.faults().is_empty() { Claims::read(tree.root()).ok_or(TokenError::Json) } else { Err(TokenError::Json) }
}

/// Where a part of a text that should be a JSON object is none.
fn place_in(text: &str, part: &str) -> Option<TokenError> {
    let tree = json::read(SourceId::NONE, part);
    let at = tree.faults().first().map_or(0, |fault| fault.span.start as usize);
    let before = text.get(..text.find(part)? + at)?;
    let line = before.rsplit('\n').next().unwrap_or(before);
    Some(TokenError::Claims(before.matches('\n').count() + 1, line.chars().count() + 1))
}

/// So many wrappings are taken off: more than anybody puts on, and few enough that no text takes long.
const MOST: usize = 8;

/// What answers with a token call it, the better one first.
const TOKENS: [&str; 10] = [
    "id_token",
    "IdToken",
    "idToken",
    "Token",
    "token",
    "WebIdentityToken",
    "value",
    "access_token",
    "AccessToken",
    "accessToken",
];

/// The parts of answers in which tokens or claims stand.
const PARTS: [&str; 10] =
    ["AuthenticationResult", "requestContext", "authorizer", "jwt", "claims", "payload", "status", "tokens", "idToken", "data"];

/// Claims that every token has; what is an answer has none of them.
const OWN: [&str; 4] = ["iss", "sub", "aud", "token_use"];

enum Answer {
    Claims(Claims),
    Token(String),
}

/// Without a byte order mark, spaces, the name of the header, `Bearer`, quotes and what ends a line of a program.
fn peel(mut text: &str) -> &str {
    loop {
        let bare = text.trim_start_matches('\u{FEFF}').trim().trim_end_matches([',', ';']);
        let bare = without(without(bare, "authorization:").trim_start(), "bearer ").trim_start();
        let bare = bare.trim_matches(['\'', '`']);
        if bare.len() == text.len() {
            break;
        }
        text = bare;
    }
    // what double quotes stand around is for the reader of JSON; a single one is left over
    match text.strip_suffix('"') {
        Some(bare) if !bare.contains('"') => bare,
        _ => text,
    }
}

fn without<'t>(text: &'t str, prefix: &str) -> &'t str {
    match text.split_at_checked(prefix.len()) {
        Some((head, rest)) if head.eq_ignore_ascii_case(prefix) => rest,
        _ => text,
    }
}

/// What a text in double quotes says, as JSON where it is that.
fn string(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?;
    let tree = json::read(SourceId::NONE, text);
    let read = tree.root().string().filter(|_| tree.faults().is_empty());
    Some(read.map_or_else(|| inside.strip_suffix('"').unwrap_or(inside).to_owned(), Cow::into_owned))
}

/// The token in the answer of a tool, or its claims; an object that is no such answer is claims itself.
fn answer(object: Claims) -> Answer {
    let mut part = &object;
    loop {
        if OWN.iter().any(|name| part.get(name).is_some()) {
            return Answer::Claims(part.clone());
        }
        if let Some(token) = TOKENS.iter().find_map(|name| part.text(name)) {
            return Answer::Token(token.to_owned());
        }
        let inner = PARTS.iter().find_map(|name| if let Some(Claim::Map(map)) = part.get(name) { Some(map) } else { None });
        match inner {
            Some(inner) => part = inner,
            None => return Answer::Claims(object),
        }
    }
}

/// Claims as the token had them, where an API Gateway hands all of them on as strings: lists, and numbers of seconds.
fn typed(claims: &Claims) -> Claims {
    let strings = claims.get("iat").is_some() && claims.iter().all(|(_, claim)| matches!(claim, Claim::Text(_)));
    let typed = claims.iter().map(|(name, claim)| {
        let list = |text: &str| {
            let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
            let parted = inside.map(|inside| Claim::list(words(inside, &[',', ' '])));
            parted.or_else(|| name.starts_with("cognito:").then(|| Claim::list(words(text, &[',']))))
        };
        let own = match (name, claim) {
            ("cognito:groups" | "cognito:roles" | "amr" | "aud", Claim::Text(text)) => list(text),
            ("exp" | "iat" | "nbf" | "auth_time", Claim::Text(text)) if strings => seconds(text).map(Claim::Number),
            _ => None,
        };
        (name.to_owned(), own.unwrap_or_else(|| claim.clone()))
    });
    typed.collect()
}

fn words<'t>(text: &'t str, between: &[char]) -> impl Iterator<Item = &'t str> {
    text.split(between).map(|word| word.trim().trim_matches('"')).filter(|word| !word.is_empty())
}

/// Seconds since 1970, also of `Tue Jul 02 18:37:03 UTC 2019`.
fn seconds(text: &str) -> Option<String> {
    if text.parse::<i64>().is_ok() {
        return Some(text.to_owned());
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, clock, "UTC", year] = words.as_slice() else { return None };
    let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(month).filter(|at| at % 3 == 0 && month.len() == 3)? / 3 + 1;
    Some(Instant::parse(&format!("{year}-{month:02}-{day}T{clock}Z"))?.seconds().to_string())
}

/// A text in which every `%` stands before two hexadecimal digits, and some does, without them.
pub(super) fn percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    let plain = bytes.len();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    if plain == text.len() { None } else { String::from_utf8(bytes).ok() }
}

/// Base64 of text, in either alphabet, with or without its padding.
pub(super) fn base64(text: &str) -> Option<String> {
    let text = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    String::from_utf8(STANDARD_NO_PAD.decode(text).ok()?).ok()
}

/// Base32 of text, in letters of one case.
fn base32(text: &str) -> Option<String> {
    let text = text.trim_end_matches('=');
    let first = if text.bytes().any(|byte| byte.is_ascii_lowercase()) { b'a' } else { b'A' };
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.bytes() {
        let value = match byte {
            b'2'..=b'7' => byte - b'2' + 26,
            _ => byte.checked_sub(first).filter(|value| *value < 26)?,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Access tokens that only their issuer can read, by how they start.
fn opaque(text: &str) -> Option<TokenError> {
    let words = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if text.len() < 24 {
        None
    } else if text.starts_with("EAA") && words {
        Some(TokenError::Facebook)
    } else if text.starts_with("Atza|") {
        Some(TokenError::Amazon)
    } else if text.starts_with("ya29.") {
        Some(TokenError::Google)
    } else {
        None
    }
}
