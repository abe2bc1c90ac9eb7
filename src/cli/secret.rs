//! Tokens and assertions are secrets: what looks like one may not stand in the arguments, and is never repeated.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rolecall::identity::{Assertion, AssertionError, KeySet, Token, TokenError};

use super::Failure;
use super::output::reason;

/// The flag that lets a token stand in the arguments.
pub(super) const ALLOWED: &str = "--token-insecure-arg";

/// More than any token; what is longer is some other file.
const LONGEST: u64 = 1 << 20;

/// How tokens start: `{"` in base64, plain, behind `Bearer`, or with the whole wrapped in base64 once more.
const HEADS: [&str; 3] = ["eyJ", "ZXlK", "QmVhcmVy"];
/// So much of a token that is crossed out is left, to tell what it was.
const HEAD: usize = 3;
/// What is shorter is no token in a file of something else.
const SHORTEST: usize = 40;

/// Refuses arguments in which a token stands, for every process of the machine can read them. Where that is asked for, it may
/// stand behind `--token` or `token`, but nowhere else: any other argument may be repeated.
pub(super) fn refuse(arguments: &[OsString]) -> Option<Failure> {
    let allowed = arguments.iter().any(|argument| argument == ALLOWED);
    let previous = std::iter::once(None).chain(arguments.iter().map(Some));
    let in_place = |argument: &OsString, previous: Option<&OsString>| {
        previous.is_some_and(|previous| previous == "--token" || previous == "token")
            || argument.to_string_lossy().starts_with("--token=")
    };
    let misplaced = arguments
        .iter()
        .zip(previous)
        .any(|(argument, previous)| secret_part(argument).is_some() && !(allowed && in_place(argument, previous)));
    misplaced.then(|| {
        Failure::with_help(
            "a token stands in the arguments, where every process of this machine can read it",
            format!("give a file, `-` or `env:NAME` in its place, or add `{ALLOWED}`"),
        )
    })
}

/// A text without the tokens that stand in the arguments; `None` where it repeats none.
pub(super) fn redact(text: &str, arguments: &[OsString]) -> Option<String> {
    let secrets: Vec<String> = arguments.iter().filter_map(secret_part).collect();
    let repeats = secrets.iter().any(|secret| text.contains(secret));
    repeats.then(|| secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "TOKEN")))
}

/// A file of something else without its tokens.
#[derive(Debug)]
pub(super) struct Masked {
    pub(super) bytes: Vec<u8>,
    /// Whether one was crossed out.
    pub(super) crossed: bool,
}

/// A file of something else with the tokens in it crossed out, byte for byte: messages show parts of such files.
pub(super) fn mask(mut bytes: Vec<u8>) -> Masked {
    let mut crossed = false;
    if str::from_utf8(&bytes).is_ok_and(|text| !HEADS.iter().any(|head| text.contains(head))) {
        return Masked { bytes, crossed };
    }
    let is_part = |byte: &&mut u8| byte.is_ascii_alphanumeric() || b"-_.+/=".contains(byte);
    let mut at = 0;
    while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
        if !HEADS.iter().any(|head| rest.starts_with(head.as_bytes())) {
            at += 1;
            continue;
        }
        let length = rest.iter_mut().take_while(is_part).count();
        if length >= SHORTEST {
            rest.iter_mut().take(length).skip(HEAD).for_each(|byte| *byte = b'x');
            crossed = true;
        }
        at += length;
    }
    Masked { bytes, crossed }
}

/// Reads the token that an argument names: a file, `-`, `env:NAME`, or the token itself where that is asked for.
///
/// No error repeats the argument, for it may be a token that does not look like one.
pub(super) fn token(argument: &str, itself: bool, keys: Option<&KeySet>) -> Result<Token, Failure> {
    let text = if itself && looks_like_token(argument) { argument.to_owned() } else { named(argument, "the token")? };
    Token::read_with(&text, keys).map(without_inner).map_err(|error| Failure::new(error.to_string()))
}

/// A token with the tokens among its claims crossed out.
fn without_inner(token: Token) -> Token {
    let masked = |text: String| String::from_utf8_lossy(&mask(text.into_bytes()).bytes).into_owned();
    Token { claims: token.claims.with_texts(&masked), ..token }
}

/// Reads the assertion that `--saml` names: a file, `-`, or `env:NAME`.
pub(super) fn assertion(argument: &str) -> Result<Assertion, Failure> {
    Assertion::read(&named(argument, "the assertion")?).map_err(|error| Failure::new(error.to_string()))
}

/// Reads the public keys of an issuer: its JWKS document, from a file or, for `-`, from standard input.
pub(super) fn key_set(path: &Path) -> Result<KeySet, Failure> {
    KeySet::read(&read(path, "the key set")?).map_err(|error| {
        Failure::with_help(
            error.to_string(),
            "it is what the issuer serves at the `jwks_uri` of its `/.well-known/openid-configuration`",
        )
    })
}

/// Reads the claims of a token from a file or, for `-`, from standard input.
pub(super) fn claims(path: &Path) -> Result<Token, Failure> {
    Token::read(&read(path, "the claims")?).map(without_inner).map_err(|error| Failure::new(error.to_string()))
}

/// Reads the claims of a token that stand in a text.
#[cfg(feature = "lsp")]
pub(super) fn claims_in(text: &str) -> Result<Token, Failure> {
    Token::read(text).map(without_inner).map_err(|error| Failure::new(error.to_string()))
}

/// The text of a secret that an argument names.
fn named(argument: &str, what: &str) -> Result<String, Failure> {
    match argument.strip_prefix("env:") {
        Some(name) => std::env::var(name).map_err(|_| Failure::new("the variable that `env:` names is not set, or is not text")),
        None => read(Path::new(argument), what),
    }
}

fn read(path: &Path, what: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let done = if path == Path::new("-") {
        io::stdin().lock().take(LONGEST).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
    };
    done.map_err(|error| Failure::new(format!("cannot read {what}: {}", reason(&error))))?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("{what} is not text")))
}

/// The part of an argument that looks like a token: the whole, or what stands behind `=`.
fn secret_part(argument: &OsString) -> Option<String> {
    let argument = argument.to_string_lossy();
    let looks = |value: &&str| looks_like_jwt(value) || looks_like_assertion(value);
    let behind = argument.split_once('=').map(|(_, value)| value).filter(looks);
    if let Some(value) = behind {
        return Some(value.to_owned());
    }
    if looks_like_token(&argument) || looks_like_assertion(&argument) {
        return Some(argument.into_owned());
    }
    let own = ["--token=", "--claims="].iter().find_map(|flag| argument.strip_prefix(flag));
    own.filter(|value| looks_like_token(value)).map(str::to_owned)
}

/// Whether a text is a token, in any wrapping, or claims; or starts as one that is cut off.
fn looks_like_token(text: &str) -> bool {
    let secret = |error| {
        !matches!(error, TokenError::Empty | TokenError::Form | TokenError::Base64 | TokenError::Json | TokenError::Claims(..))
    };
    looks_like_jwt(text) || text.trim_start().starts_with('{') || Token::read(text).map_or_else(secret, |_| true)
}

fn looks_like_jwt(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'));
    let bare = text.get(..7).filter(|head| head.eq_ignore_ascii_case("bearer ")).and(text.get(7..)).unwrap_or(text).trim_start();
    bare.len() > 20 && HEADS.iter().any(|head| bare.starts_with(head))
}

/// Whether a text is an assertion, in any wrapping, or starts as one that is cut off.
fn looks_like_assertion(text: &str) -> bool {
    const STARTS: [&str; 8] = ["PHNhbWw", "PD94bWw", "PFJlc3Bv", "PEFzc2Vy", "<saml", "<?xml", "<Respo", "<Asser"];
    let bare = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'));
    let no_secret = |error| {
        use AssertionError as E;
        matches!(error, E::Empty | E::Form | E::TooLong | E::Xml | E::None | E::DocumentType)
    };
    bare.len() > 20 && STARTS.iter().any(|start| bare.starts_with(start))
        || Assertion::read(text).map_or_else(|error| !no_secret(error), |_| true)
}
