//! The condition keys that an assertion becomes.
//!
//! Sources: "Available keys for SAML-based AWS STS federation", and the tables of "Configure SAML assertions for the authentication
//! response".

use super::Assertion;
use crate::arn::Arn;
use crate::identity::providers::ProviderKind;
use crate::identity::signature::sha1_base64;
use crate::identity::{Claim, Claims};

impl Assertion {
    /// The `saml:` condition keys of `sts:AssumeRoleWithSAML` through this provider, by its ARN: a text where a key has one value, a
    /// list where it may have several. What is not in it, the request does not hold.
    pub fn keys(&self, provider: Option<&str>) -> Claims {
        let mut keys = Claims::new();
        let text = |value: Option<&String>, why| value.map_or(Claim::Unknown(why), |value| Claim::Text(value.clone()));
        keys.set(
            "saml:aud",
            text(self.recipient.as_ref(), "the assertion has no single confirmation with a recipient and an end"),
        );
        keys.set("saml:iss", text(self.issuer.as_ref(), "the assertion names no issuer"));
        keys.set("saml:sub", text(self.subject.as_ref(), "the assertion names no subject"));
        let format = self.format.as_deref().map(|format| format.strip_prefix(FORMATS).unwrap_or(format).to_owned());
        keys.set("saml:sub_type", text(format.as_ref(), "the assertion does not say what kind of name its subject has"));
        let doc = provider.and_then(|arn| Some(format!("{}/{}", Arn::parse(arn)?.account, ProviderKind::of(arn)?.1)));
        let qualifier = self.issuer.as_ref().zip(doc.as_ref()).map(|(issuer, doc)| sha1_base64(&format!("{issuer}{doc}")));
        keys.set("saml:doc", text(doc.as_ref(), "the provider is not known"));
        keys.set("saml:namequalifier", text(qualifier.as_ref(), "the provider, or the issuer, is not known"));
        for (key, values) in KEYS {
            if let Some(claim) = self.attribute(key, *values) {
                keys.set(format!("saml:{key}"), claim);
            }
        }
        keys
    }

    /// What one key is made of.
    fn attribute(&self, key: &str, values: Values) -> Option<Claim> {
        let documented = |name: &str| ATTRIBUTES.iter().any(|(own, of)| *own == name && *of == key);
        let mut own = self.attributes.iter().filter(|(name, _)| documented(name));
        match (own.next(), own.next()) {
            (Some((_, claim)), None) => Some(values.of(claim)),
            (Some(_), Some(_)) => Some(Claim::Unknown("several attributes stand for this key, and AWS takes one of them")),
            (None, _) => {
                let meant = self.attributes.iter().any(|(name, _)| means(name, key));
                meant.then_some(Claim::Unknown("AWS does not say whether an attribute of this name becomes a key"))
            }
        }
    }
}

/// How many values a key has.
#[derive(Clone, Copy)]
enum Values {
    One,
    Many,
}

impl Values {
    fn of(self, claim: &Claim) -> Claim {
        let values = claim.values();
        match (self, claim, values.as_slice()) {
            (_, Claim::Unknown(why), _) => Claim::Unknown(why),
            (_, _, []) => Claim::Unknown("the attribute has no value"),
            (Self::One, _, [value]) => Claim::Text(value.to_string()),
            (Self::One, ..) => Claim::Unknown("the attribute has several values, and the key has one"),
            (Self::Many, _, values) => Claim::list(values.iter().map(AsRef::as_ref)),
        }
    }
}

/// What formats of names start with that lose it.
const FORMATS: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/// The keys that attributes become.
#[rustfmt::skip]
const KEYS: &[(&str, Values)] = &[
    ("cn", Values::Many),
    ("commonName", Values::Many),
    ("eduorghomepageuri", Values::Many),
    ("eduorgidentityauthnpolicyuri", Values::Many),
    ("eduorglegalname", Values::Many),
    ("eduorgsuperioruri", Values::Many),
    ("eduorgwhitepagesuri", Values::Many),
    ("edupersonaffiliation", Values::Many),
    ("edupersonassurance", Values::Many),
    ("edupersonentitlement", Values::Many),
    ("edupersonnickname", Values::Many),
    ("edupersonorgdn", Values::One),
    ("edupersonorgunitdn", Values::Many),
    ("edupersonprimaryaffiliation", Values::One),
    ("edupersonprimaryorgunitdn", Values::One),
    ("edupersonprincipalname", Values::One),
    ("edupersonscopedaffiliation", Values::Many),
    ("edupersontargetedid", Values::Many),
    ("givenName", Values::Many),
    ("mail", Values::Many),
    ("name", Values::Many),
    ("organizationStatus", Values::Many),
    ("primaryGroupSID", Values::Many),
    ("surname", Values::Many),
    ("uid", Values::Many),
    ("x500UniqueIdentifier", Values::Many),
];

/// The attributes that AWS lists, as its page spells them, and the key of each; without the one that is [`UNCLEAR`].
#[rustfmt::skip]
const ATTRIBUTES: &[(&str, &str)] = &[
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "edupersonaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "edupersonnickname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "edupersonorgdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "edupersonorgunitdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "edupersonprimaryaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "edupersonprincipalname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "edupersonentitlement"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "edupersonprimaryorgunitdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "edupersonscopedaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "edupersontargetedid"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "edupersonassurance"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "eduorghomepageuri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "eduorgidentityauthnpolicyuri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "eduorglegalname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "eduorgsuperioruri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "eduorgwhitepagesuri"),
    ("urn:oid:2.5.4.3", "cn"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "name"),
    ("http://schemas.xmlsoap.org/claims/CommonName", "commonName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "givenName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "surname"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "mail"),
    ("2.5.4.3", "commonName"),
    ("2.5.4.4", "surname"),
    ("2.4.5.42", "givenName"),
    ("2.5.4.45", "x500UniqueIdentifier"),
    ("0.9.2342.19200300100.1.1", "uid"),
    ("0.9.2342.19200300100.1.3", "mail"),
    ("0.9.2342.19200300.100.1.45", "organizationStatus"),
];

/// Attributes that the page lists for another key than their name says, spells in another way, or has without `urn:oid:` only.
const UNCLEAR: [(&str, &str); 8] = [
    ("http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "uid"),
    ("2.5.4.3", "commonName"),
    ("2.5.4.4", "surname"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.45", "x500UniqueIdentifier"),
    ("0.9.2342.19200300.100.1.1", "uid"),
    ("0.9.2342.19200300.100.1.3", "mail"),
    ("0.9.2342.19200300.100.1.45", "organizationStatus"),
];

/// Whether an attribute may become a key though the page does not clearly say so.
fn means(name: &str, key: &str) -> bool {
    let number = name.strip_prefix("urn:oid:").unwrap_or(name);
    let last = name.rsplit(['/', ':', '#']).next().unwrap_or(name);
    last.eq_ignore_ascii_case(key) || UNCLEAR.contains(&(number, key))
}
