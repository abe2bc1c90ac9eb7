//! Signatures: whether a key of the issuer made that of a token.
//!
//! Sources: RFC 7515, RFC 7517 and RFC 7518; for the algorithms that STS takes
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::{Claim, Claims};
use crate::source::SourceId;
use crate::syntax::json;

/// What is known of the signature of a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signature {
    /// There is none: claims were given, not a token.
    Claims,
    /// There is one, and no key to check it with.
    NotChecked,
    /// A key of the set made it; the key's `kid`, where it has one.
    Verified(Option<String>),
    /// No key of the set made it; why, in one clause.
    Bad(&'static str),
    /// The set holds no key of this `kid` or, where the token names none, none of its kind.
    KeyMissing(Option<String>),
    /// `alg` is `none`.
    Unsigned,
    /// A shared secret made it: no issuer that AWS takes signs so.
    SharedSecret,
    /// STS takes no signature of this algorithm, or the token names none.
    WrongAlgorithm,
    /// It cannot be checked here; why, in one clause.
    Unsupported(&'static str),
}

/// The public keys of an issuer, as its JWKS document lists them.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// Why a text is no key set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeySetError {
    /// It is not JSON.
    Json,
    /// It is no object with a list `keys`, and no single key.
    Form,
    /// It lists no key.
    Empty,
}

#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, where it says so.
    algorithm: Option<String>,
    /// Whether it is for signatures.
    signs: bool,
    material: Material,
}

#[derive(Clone, Debug)]
enum Material {
    /// Modulus and exponent, without leading zeros.
    Rsa(Vec<u8>, Vec<u8>),
    /// The point, uncompressed.
    P256(Vec<u8>),
    P384(Vec<u8>),
    /// A kind that no algorithm here uses, or one that lacks a part.
    Other,
}

/// The algorithms of STS that can be checked here.
#[derive(Clone, Copy)]
enum Algorithm {
    Rsa(&'static RsaParameters),
    Es256,
    Es384,
}

/// The parts of a token that its signature is about.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) header: &'a Claims,
    /// Header and payload as they stand, with the point between.
    pub(super) text: &'a str,
    /// The third part, as it stands.
    pub(super) signature: &'a str,
}

/// So many keys of RSA, and as many of curves, STS reads of a set.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>
const MOST: usize = 100;

impl KeySet {
    /// Reads a JWKS document, or one key of it.
    pub fn read(text: &str) -> Result<Self, KeySetError> {
        let tree = json::read(SourceId::NONE, text.trim_start_matches('\u{FEFF}'));
        if !tree.faults().is_empty() {
            return Err(KeySetError::Json);
        }
        let document = Claims::read(tree.root()).ok_or(KeySetError::Form)?;
        let keys: Vec<Key> = match document.get("keys") {
            Some(Claim::List(keys)) => {
                keys.iter().filter_map(|key| if let Claim::Map(key) = key { Some(Key::of(key)) } else { None }).collect()
            }
            None if document.get("kty").is_some() => vec![Key::of(&document)],
            _ => return Err(KeySetError::Form),
        };
        if keys.is_empty() { Err(KeySetError::Empty) } else { Ok(Self { keys }) }
    }

    /// The key is found by its `kid`, and must be of the kind of the algorithm: what the token says of itself never decides how a
    /// key is used. Without a `kid` every key that fits is tried.
    fn verify(&self, algorithm: Algorithm, name: &str, signed: Signed<'_>) -> Signature {
        let wanted = signed.header.text("kid");
        let named: Vec<&Key> = self.keys.iter().filter(|key| wanted.is_none() || key.id.as_deref() == wanted).collect();
        let fitting: Vec<&Key> = named.iter().copied().filter(|key| key.fits(algorithm, name)).collect();
        if fitting.is_empty() {
            return match wanted {
                Some(_) if !named.is_empty() => {
                    Signature::Bad("the key of this `kid` is not for the algorithm that the token names")
                }
                _ => Signature::KeyMissing(wanted.map(str::to_owned)),
            };
        }
        if self.keys.iter().filter(|key| key.material.is_of(algorithm)).count() > MOST {
            return Signature::Bad("the set has more than 100 keys of this kind, so STS takes no token of the issuer");
        }
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signed.signature) else {
            return Signature::Bad("it is not base64url");
        };
        if let Some(key) = fitting.iter().find(|key| key.made(algorithm, signed.text.as_bytes(), &signature)) {
            return Signature::Verified(key.id.clone());
        }
        match fitting.iter().find_map(|key| key.unsupported()) {
            Some(why) => Signature::Unsupported(why),
            None => Signature::Bad("header and payload are not what the issuer's key signed"),
        }
    }
}

impl Key {
    fn of(key: &Claims) -> Self {
        let text = |name: &str| key.text(name).map(str::to_owned);
        let operations = key.get("key_ops").map(Claim::values);
        Self {
            id: text("kid"),
            algorithm: text("alg"),
            signs: key.text("use").is_none_or(|own| own == "sig")
                && operations.is_none_or(|own| own.iter().any(|own| own == "verify")),
            material: Material::of(key).unwrap_or(Material::Other),
        }
    }

    fn fits(&self, algorithm: Algorithm, name: &str) -> bool {
        let kind = matches!(
            (algorithm, &self.material),
            (Algorithm::Rsa(_), Material::Rsa(..))
                | (Algorithm::Es256, Material::P256(_))
                | (Algorithm::Es384, Material::P384(_))
        );
        kind && self.signs && self.algorithm.as_deref().is_none_or(|own| own == name)
    }

    fn made(&self, algorithm: Algorithm, text: &[u8], signature: &[u8]) -> bool {
        match (algorithm, &self.material) {
            (Algorithm::Rsa(parameters), Material::Rsa(n, e)) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, text, signature).is_ok()
            }
            (Algorithm::Es256, Material::P256(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature).is_ok()
            }
            (Algorithm::Es384, Material::P384(point)) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(text, signature).is_ok()
            }
            _ => false,
        }
    }

    /// Why nothing that it signed can be checked here.
    fn unsupported(&self) -> Option<&'static str> {
        let Material::Rsa(modulus, _) = &self.material else { return None };
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        (!(2048..=8192).contains(&bits)).then_some("the RSA key has fewer than 2048 bits or more than 8192")
    }
}

impl Material {
    /// Whether it is of RSA, or of a curve, as the algorithm is.
    fn is_of(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa(..) => matches!(algorithm, Algorithm::Rsa(_)),
            Self::P256(_) | Self::P384(_) => matches!(algorithm, Algorithm::Es256 | Algorithm::Es384),
            Self::Other => false,
        }
    }

    fn of(key: &Claims) -> Option<Self> {
        let part = |name: &str| URL_SAFE_NO_PAD.decode(key.text(name)?.trim_end_matches('=')).ok();
        let point = |size: usize| {
            let (x, y) = (part("x")?, part("y")?);
            (x.len() == size && y.len() == size).then(|| [&[4], x.as_slice(), y.as_slice()].concat())
        };
        let number = |name: &str| Some(part(name)?.into_iter().skip_while(|&byte| byte == 0).collect());
        match (key.text("kty")?, key.text("crv")) {
            ("RSA", _) => Some(Self::Rsa(number("n")?, number("e")?)),
            ("EC", Some("P-256")) => Some(Self::P256(point(32)?)),
            ("EC", Some("P-384")) => Some(Self::P384(point(48)?)),
            _ => None,
        }
    }
}

impl Signature {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::NotChecked => "not-checked",
            Self::Verified(_) => "verified",
            Self::Bad(_) => "bad",
            Self::KeyMissing(_) => "key-missing",
            Self::Unsigned => "unsigned",
            Self::SharedSecret => "shared-secret",
            Self::WrongAlgorithm => "wrong-algorithm",
            Self::Unsupported(_) => "unsupported",
        }
    }

    pub(super) fn of(signed: Signed<'_>, keys: Option<&KeySet>) -> Self {
        let Some(name) = signed.header.text("alg") else { return Self::WrongAlgorithm };
        let algorithm = match name {
            "RS256" => Algorithm::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            "RS384" => Algorithm::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            "RS512" => Algorithm::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            "ES256" => Algorithm::Es256,
            "ES384" => Algorithm::Es384,
            "ES512" if keys.is_some() => return Self::Unsupported("STS takes `ES512`, which is not checked here"),
            "ES512" => return Self::NotChecked,
            _ if name.eq_ignore_ascii_case("none") => return Self::Unsigned,
            _ if name.starts_with("HS") => return Self::SharedSecret,
            _ => return Self::WrongAlgorithm,
        };
        match keys {
            None => Self::NotChecked,
            Some(_) if signed.header.get("crit").is_some() => Self::Unsupported("its header names extensions (`crit`)"),
            Some(keys) => keys.verify(algorithm, name, signed),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims => out.write_str("nothing to check: claims were given, not a signed token"),
            Self::NotChecked => out.write_str("not checked: the claims are taken as they are"),
            Self::Verified(Some(id)) => write!(out, "verified: made by the key `{id}`"),
            Self::Verified(None) => out.write_str("verified: made by a key of the issuer"),
            Self::Bad(why) => write!(out, "the signature is wrong: {why}"),
            Self::KeyMissing(Some(id)) => write!(out, "not checked: the key set holds no key `{id}`"),
            Self::KeyMissing(None) => out.write_str("not checked: the key set holds no key for the token's algorithm"),
            Self::Unsigned => out.write_str("the token is not signed (`alg` is `none`)"),
            Self::SharedSecret => out.write_str("the token is signed with a shared secret; AWS takes public-key signatures only"),
            Self::WrongAlgorithm => {
                out.write_str("STS takes signatures of `RS256`, `RS384`, `RS512`, `ES256`, `ES384` and `ES512` only")
            }
            Self::Unsupported(why) => write!(out, "not checked: {why}"),
        }
    }
}

impl fmt::Display for KeySetError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Json => "the key set is not JSON",
            Self::Form => "the key set is no object with a list `keys`",
            Self::Empty => "the key set lists no key",
        })
    }
}

impl std::error::Error for KeySetError {}

/// The algorithm that a header names, where it is one that STS takes.
pub(super) fn algorithm(header: &Claims) -> Option<&'static str> {
    let named = header.text("alg")?;
    ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"].into_iter().find(|own| *own == named)
}

/// The first twelve hexadecimal digits of the SHA-256 of a token: they tell two tokens apart, and nothing of what is in them.
pub(super) fn digest(token: &str) -> String {
    let mut shown = String::new();
    for byte in digest::digest(&digest::SHA256, token.as_bytes()).as_ref().iter().take(6) {
        // a string takes any write
        let _ = write!(shown, "{byte:02x}");
    }
    shown
}

/// Base64 of the SHA-1 of a text: AWS makes a name of it that is no secret.
pub(super) fn sha1_base64(text: &str) -> String {
    STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}
