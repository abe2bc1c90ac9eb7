//! SAML assertions: from the text that a user gives to what AWS reads in it.
//!
//! An assertion is a secret, as a token is. Nothing here keeps its text, and no error repeats a part of it.
//!
//! Sources: "Configure SAML assertions for the authentication response", "Troubleshoot SAML federation with IAM" and
//! `AssumeRoleWithSAML`.

mod envelope;
mod keys;

use std::fmt;

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::providers::ProviderKind;
use super::signature::digest;
use super::{Claim, Claims, Times};
use crate::arn::Arn;
use crate::policy::Instant;

/// What is known of an assertion.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// What tells it from other ones: the start of the SHA-256 of its XML.
    pub digest: String,
    /// What is known of its signature.
    pub signature: SamlSignature,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Who it is about: the `NameID`.
    pub subject: Option<String>,
    /// What kind of name that is.
    pub format: Option<String>,
    /// Where it is to be presented. AWS asks for exactly one `SubjectConfirmation`, with this and an end; `None` where it is otherwise.
    pub recipient: Option<String>,
    /// For whom it is.
    pub audiences: Vec<String>,
    /// The attributes by name: a text where one has one value, else a list.
    pub attributes: Claims,
    /// When it was issued.
    pub issued: Option<Instant>,
    /// From when on it counts.
    pub not_before: Option<Instant>,
    /// From when on it counts no more: the earliest of its ends.
    pub not_on_or_after: Option<Instant>,
    /// The end of a session that it gives.
    pub session_end: Option<Instant>,
    /// The part with a time that is none.
    malformed: Option<&'static str>,
}

/// What is known of the signature of an assertion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SamlSignature {
    /// There is one, on the assertion or on what is around it. It is never checked here.
    NotChecked,
    /// There is none. AWS takes no such assertion.
    Missing,
}

/// A role that an assertion allows, with the provider that vouches for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RolePair {
    /// The ARN of the role.
    pub role: String,
    /// The ARN of the SAML provider.
    pub provider: String,
}

/// Why a text is no assertion that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssertionError {
    /// There is nothing.
    Empty,
    /// It is neither XML nor base64 of XML.
    Form,
    /// It is longer than what STS takes, or holds more than any assertion does.
    TooLong,
    /// It is no well-formed XML.
    Xml,
    /// It defines entities, or has another document type.
    DocumentType,
    /// It is a request to sign in, not the answer.
    Request,
    /// It is SAML 1.
    Old,
    /// The provider tells that the sign-in failed.
    Refused,
    /// There is no assertion in it.
    None,
    /// There are several.
    Several,
    /// It is encrypted, or a part of it.
    Encrypted,
}

/// The namespaces of SAML 2.
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";

const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// More than any assertion has; what the reader of XML does for each is bounded so.
const NODES: u32 = 10_000;
const NAMESPACES: usize = 500;
const ATTRIBUTES: usize = 5_000;

/// Seconds after its issue within which STS wants an assertion.
const FRESH: i64 = 300;

impl Assertion {
    /// Reads an assertion, or the answer of a provider that holds one: XML, base64 of it, the body of the form that brings it, or the
    /// page with that form.
    pub fn read(text: &str) -> Result<Self, AssertionError> {
        let xml = envelope::open(text)?;
        if xml.matches("xmlns").count() > NAMESPACES || xml.matches('=').count() > ATTRIBUTES {
            return Err(AssertionError::TooLong);
        }
        let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(&xml, options).map_err(|error| match error {
            Error::DtdDetected => AssertionError::DocumentType,
            Error::NodesLimitReached | Error::AttributesLimitReached | Error::NamespacesLimitReached => AssertionError::TooLong,
            _ => AssertionError::Xml,
        })?;
        let mut assertion = Self::of(the_assertion(&document)?);
        assertion.digest = digest(&xml);
        let signed = document.descendants().any(|node| node.has_tag_name((SIGNATURE, "Signature")));
        assertion.signature = if signed { SamlSignature::NotChecked } else { SamlSignature::Missing };
        Ok(assertion)
    }

    fn of(node: Node<'_, '_>) -> Self {
        let subject = children(node, "Subject").next();
        let name = subject.and_then(|subject| children(subject, "NameID").next());
        let mut confirmations = subject.into_iter().flat_map(|subject| children(subject, "SubjectConfirmation"));
        let confirmation = confirmations.next().filter(|_| confirmations.next().is_none());
        let confirmed = confirmation.and_then(|own| children(own, "SubjectConfirmationData").next());
        let conditions = children(node, "Conditions").next();
        let restrictions = conditions.into_iter().flat_map(|own| children(own, "AudienceRestriction"));
        let mut clock = Clock { malformed: None };
        let ends = [clock.read(conditions, "NotOnOrAfter"), clock.read(confirmed, "NotOnOrAfter")];
        let starts = [clock.read(conditions, "NotBefore"), clock.read(confirmed, "NotBefore")];
        let sessions = children(node, "AuthnStatement").map(|own| clock.read(Some(own), "SessionNotOnOrAfter"));
        Self {
            digest: String::new(),
            signature: SamlSignature::Missing,
            issuer: children(node, "Issuer").next().map(text),
            subject: name.map(text),
            format: name.and_then(|name| name.attribute("Format")).map(str::to_owned),
            recipient: confirmed
                .filter(|own| own.has_attribute("NotOnOrAfter"))
                .and_then(|own| own.attribute("Recipient"))
                .map(str::to_owned),
            audiences: restrictions.flat_map(|own| children(own, "Audience")).map(text).collect(),
            attributes: attributes(node),
            session_end: sessions.flatten().min(),
            issued: clock.read(Some(node), "IssueInstant"),
            not_before: starts.into_iter().flatten().max(),
            not_on_or_after: ends.into_iter().flatten().min(),
            malformed: clock.malformed,
        }
    }

    /// Whether it is good at this time, where clocks may differ by so many seconds.
    pub fn times(&self, at: Instant, tolerance: i64) -> Times {
        let by = |from: Instant, to: Instant| to.seconds().saturating_sub(from.seconds());
        let late = self.not_on_or_after.filter(|end| *end <= at);
        let early = self.not_before.filter(|start| *start > at);
        match (self.malformed, late, early) {
            (Some(part), ..) => Times::Malformed(part),
            (_, Some(end), _) if by(end, at) >= tolerance => Times::Expired(end),
            (.., Some(start)) if by(at, start) >= tolerance => Times::NotYet(start),
            (_, Some(time), _) => Times::Within { claim: "NotOnOrAfter", time },
            (.., Some(time)) => Times::Within { claim: "NotBefore", time },
            _ => self.not_on_or_after.map_or(Times::None, |until| Times::Good { until }),
        }
    }

    /// Until when STS takes it: "Token must be redeemed within 5 minutes of issuance".
    pub fn fresh_until(&self) -> Option<Instant> {
        self.issued.map(|issued| Instant::from_seconds(issued.seconds().saturating_add(FRESH)))
    }

    /// The roles that it allows, each with its provider; why not, in one clause, where AWS does not say what the attribute means.
    pub fn roles(&self) -> Result<Vec<RolePair>, &'static str> {
        match self.own("Role") {
            Some(Claim::Unknown(why)) => Err(why),
            claim => claim.into_iter().flat_map(Claim::values).map(|value| pair(&value)).collect(),
        }
    }

    /// The name of the session.
    pub fn session_name(&self) -> Option<&Claim> {
        self.own("RoleSessionName")
    }

    /// The name of the person behind the session, for later ones too.
    pub fn source_identity(&self) -> Option<&Claim> {
        self.own("SourceIdentity")
    }

    /// How long a session lasts at most, in seconds.
    pub fn session_duration(&self) -> Option<&Claim> {
        self.own("SessionDuration")
    }

    /// The session tags: for each key its value.
    pub fn tags(&self) -> Claims {
        let mut tags = Claims::new();
        for (name, claim) in self.attributes.iter() {
            let Some(key) = name.strip_prefix(OWN).and_then(|name| name.strip_prefix("PrincipalTag:")) else { continue };
            let claim = match claim {
                Claim::Text(_) | Claim::Unknown(_) => claim.clone(),
                _ => Claim::Unknown("the tag has not exactly one value"),
            };
            tags.set(key, claim);
        }
        tags
    }

    /// The keys of the session tags that stay in later sessions.
    pub fn transitive_tags(&self) -> Option<&Claim> {
        self.own("TransitiveTagKeys")
    }

    /// The name of the first attribute that has a value with a space at its start or end, for which AWS may refuse the assertion.
    pub fn spaced(&self) -> Option<&str> {
        let is_spaced = |claim: &Claim| claim.values().iter().any(|value| value.trim() != value);
        self.attributes.iter().find(|(_, claim)| is_spaced(claim)).map(|(name, _)| name)
    }

    fn own(&self, name: &str) -> Option<&Claim> {
        self.attributes.iter().find(|(own, _)| own.strip_prefix(OWN) == Some(name)).map(|(_, claim)| claim)
    }
}

/// What the names of the attributes for AWS start with; letter case counts.
const OWN: &str = "https://aws.amazon.com/SAML/Attributes/";

/// The one assertion of a document.
fn the_assertion<'a, 'x>(document: &'a Document<'x>) -> Result<Node<'a, 'x>, AssertionError> {
    let root = document.root_element();
    match (root.tag_name().namespace(), root.tag_name().name()) {
        (Some(PROTOCOL), "AuthnRequest") => return Err(AssertionError::Request),
        (Some(old), _) if old.starts_with("urn:oasis:names:tc:SAML:1.") => return Err(AssertionError::Old),
        _ => {}
    }
    let of_saml = || document.descendants().filter(|node| node.tag_name().namespace() == Some(ASSERTION));
    if of_saml().any(|node| ["EncryptedAssertion", "EncryptedID", "EncryptedAttribute"].contains(&node.tag_name().name())) {
        return Err(AssertionError::Encrypted);
    }
    let mut assertions = of_saml().filter(|node| node.tag_name().name() == "Assertion");
    match (assertions.next(), assertions.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(AssertionError::Several),
        (None, _) => {
            let mut codes = document.descendants().filter(|node| node.has_tag_name((PROTOCOL, "StatusCode")));
            let failed = codes.next().is_some_and(|code| code.attribute("Value") != Some(SUCCESS));
            Err(if failed { AssertionError::Refused } else { AssertionError::None })
        }
    }
}

/// Reads times, and keeps in mind which is none.
struct Clock {
    malformed: Option<&'static str>,
}

impl Clock {
    fn read(&mut self, node: Option<Node<'_, '_>>, name: &'static str) -> Option<Instant> {
        let written = node?.attribute(name)?;
        let time = Instant::parse(written).filter(|_| written.contains('T'));
        if time.is_none() {
            self.malformed = Some(name);
        }
        time
    }
}

fn attributes(assertion: Node<'_, '_>) -> Claims {
    let mut claims = Claims::new();
    let statements = children(assertion, "AttributeStatement");
    for attribute in statements.flat_map(|statement| children(statement, "Attribute")) {
        let Some(name) = attribute.attribute("Name") else { continue };
        let mut values: Vec<Claim> = children(attribute, "AttributeValue").map(value).collect();
        let claim = match values.as_slice() {
            _ if claims.get(name).is_some() => Claim::Unknown("the assertion has several attributes of this name"),
            [_] => values.swap_remove(0),
            _ if values.iter().any(|value| matches!(value, Claim::Unknown(_))) => {
                values.into_iter().find(|value| matches!(value, Claim::Unknown(_))).unwrap_or(Claim::Null)
            }
            _ => Claim::List(values),
        };
        claims.set(name, claim);
    }
    claims
}

fn value(node: Node<'_, '_>) -> Claim {
    if node.children().any(|child| child.is_element()) {
        Claim::Unknown("the value of the attribute is no text")
    } else {
        Claim::Text(text(node))
    }
}

/// A role and its provider, in either order.
fn pair(value: &str) -> Result<RolePair, &'static str> {
    let (one, other) = value.split_once(',').ok_or(NO_PAIR)?;
    let is_role = |arn: &str| Arn::parse(arn).and_then(Arn::role_name).is_some();
    let is_provider = |arn: &str| ProviderKind::of(arn).is_some_and(|(kind, _)| kind == ProviderKind::Saml);
    let (role, provider) = if is_role(one) { (one, other) } else { (other, one) };
    let exact = |arn: &str| !arn.contains([',', ' ', '\t', '\r', '\n']);
    if is_role(role) && is_provider(provider) && exact(role) && exact(provider) {
        Ok(RolePair { role: role.to_owned(), provider: provider.to_owned() })
    } else {
        Err(NO_PAIR)
    }
}

const NO_PAIR: &str = "a value of the attribute `Role` is not the ARNs of a role and of a SAML provider with a comma between";

fn children<'a, 'x>(node: Node<'a, 'x>, name: &'static str) -> impl Iterator<Item = Node<'a, 'x>> {
    node.children().filter(move |child| child.has_tag_name((ASSERTION, name)))
}

/// The whole text: comments part it, and what stands behind one counts too.
fn text(node: Node<'_, '_>) -> String {
    node.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect()
}

impl fmt::Display for AssertionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Empty => "the assertion is empty",
            Self::Form => "the assertion is neither XML nor base64 of XML",
            Self::TooLong => {
                "the assertion is longer than the 100000 characters of base64 that STS takes, or holds more than any does"
            }
            Self::Xml => "the assertion is no well-formed XML",
            Self::DocumentType => "the assertion has a document type, in which entities can be defined; no assertion has one",
            Self::Request => "this is a request to sign in; give the answer of the identity provider, `SAMLResponse`",
            Self::Old => "this is SAML 1; AWS takes SAML 2.0",
            Self::Refused => "the identity provider answers that the sign-in failed, so there is no assertion",
            Self::None => "there is no SAML 2.0 assertion in this XML",
            Self::Several => "there are several assertions, and AWS does not say which counts",
            Self::Encrypted => {
                "the assertion, or a part of it, is encrypted, so it cannot be read; identity pools take no such assertion"
            }
        })
    }
}

impl std::error::Error for AssertionError {}
