//! SAML assertions: what is read from them, in whichever wrapping, and texts that are none or mean harm.

use std::fs;
use std::time::{Duration, Instant as Stopwatch};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rolecall::identity::{Assertion, AssertionError, Claim, RolePair, SamlSignature, Times};
use rolecall::policy::Instant;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{finish, tool};

const NAMESPACES: &str = r#"xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion""#;
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/staff";

/// The parts of an answer that a test changes.
#[derive(Clone, Copy)]
struct Answer<'a> {
    subject: &'a str,
    conditions: &'a str,
    /// What stands in the statement of attributes.
    attributes: &'a str,
}

const ANSWER: Answer<'static> = Answer {
    subject: r#"<NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">_cbb88bf5</NameID>
        <SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <SubjectConfirmationData NotOnOrAfter="2026-11-26T12:05:00Z" Recipient="https://eu-west-1.signin.aws.amazon.com/saml"/>
        </SubjectConfirmation>"#,
    conditions: r#"NotBefore="2026-11-26T11:59:55.5Z" NotOnOrAfter="2026-11-26T12:10:00.876Z""#,
    attributes: "",
};

impl Answer<'_> {
    fn xml(self) -> String {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response {NAMESPACES} ID="_r1" Version="2.0"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<Assertion ID="_a1" IssueInstant="2026-11-26T12:00:00Z" Version="2.0"><Issuer>https://idp.example/saml</Issuer>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>c2lnbmF0dXJl</ds:SignatureValue></ds:Signature>
<Subject>{}</Subject><Conditions {}><AudienceRestriction><Audience>urn:amazon:webservices</Audience></AudienceRestriction></Conditions>
<AttributeStatement>{}</AttributeStatement><AuthnStatement SessionNotOnOrAfter="2026-11-26T20:00:00Z"/></Assertion></samlp:Response>"#,
            self.subject, self.conditions, self.attributes
        )
    }

    fn read(self) -> Assertion {
        Assertion::read(&self.xml()).unwrap()
    }
}

fn attribute(name: &str, values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("<AttributeValue>{value}</AttributeValue>")).collect();
    format!(r#"<Attribute Name="{name}">{}</Attribute>"#, values.concat())
}

fn own(name: &str, values: &[&str]) -> String {
    attribute(&format!("https://aws.amazon.com/SAML/Attributes/{name}"), values)
}

fn with(attributes: &str) -> Assertion {
    Answer { attributes, ..ANSWER }.read()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

#[test]
fn the_parts_of_an_assertion() {
    let assertion = ANSWER.read();
    assert_eq!(assertion.issuer.as_deref(), Some("https://idp.example/saml"));
    assert_eq!(assertion.subject.as_deref(), Some("_cbb88bf5"));
    assert_eq!(assertion.recipient.as_deref(), Some("https://eu-west-1.signin.aws.amazon.com/saml"));
    assert_eq!(assertion.audiences, ["urn:amazon:webservices"]);
    assert_eq!(assertion.signature, SamlSignature::NotChecked);
    assert_eq!(assertion.session_end, Some(at("2026-11-26T20:00:00Z")));
    assert_eq!(assertion.fresh_until(), Some(at("2026-11-26T12:05:00Z")));
    assert_eq!(assertion.roles(), Ok(Vec::new()));
}

/// AWS asks for one confirmation, with a recipient and an end.
#[test]
fn confirmations_of_the_subject() {
    let data = r#"<SubjectConfirmation><SubjectConfirmationData NotOnOrAfter="2026-11-26T12:05:00Z" Recipient="https://a"/></SubjectConfirmation>"#;
    let recipient = |confirmations: &str| {
        let subject = format!("<NameID>a</NameID>{confirmations}");
        Answer { subject: &subject, ..ANSWER }.read().recipient
    };
    assert_eq!(recipient(data).as_deref(), Some("https://a"));
    assert_eq!(recipient(&data.repeat(2)), None);
    assert_eq!(recipient(&data.replace("NotOnOrAfter", "NotBefore")), None);
    assert_eq!(recipient(&data.replace("Recipient", "Address")), None);
    assert_eq!(recipient("<SubjectConfirmation/>"), None);
    assert_eq!(recipient(""), None);
}

#[test]
fn forms_of_assertions() {
    let xml = ANSWER.xml();
    let standard = STANDARD.encode(&xml);
    let escaped = standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let lines: Vec<&str> = standard.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let page =
        |tag: &str| format!("<!DOCTYPE html><html><body><form method=\"post\">{tag}<input type=submit></form></body></html>");
    let forms = [
        xml.clone(),
        format!("\u{FEFF}\n{xml}\n"),
        standard.clone(),
        standard.trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(&xml),
        lines.join("\r\n"),
        escaped.clone(),
        format!("SAMLResponse={escaped}&RelayState=x"),
        format!("RelayState=x&SAMLResponse={standard}"),
        format!("\"{standard}\""),
        page(&format!(r#"<input type="hidden" name="SAMLResponse" value="{standard}"/>"#)),
        page(&format!(r"<input value='{}' type='hidden' name='SAMLResponse'>", standard.replace('+', "&#x2b;"))),
    ];
    let digest = Assertion::read(&xml).unwrap().digest;
    for form in forms {
        let assertion = Assertion::read(&form).unwrap_or_else(|error| panic!("{error}: {form}"));
        assert_eq!(assertion.subject.as_deref(), Some("_cbb88bf5"), "{form}");
        assert_eq!(assertion.digest, digest, "{form}");
    }
    let bare = xml.split_once("<Assertion").unwrap().1.split_once("</Assertion>").unwrap().0;
    let bare = Assertion::read(&format!("<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"{bare}</Assertion>")).unwrap();
    assert_eq!(bare.subject.as_deref(), Some("_cbb88bf5"));
    assert_ne!(bare.digest, digest);
}

/// select-saml-encrypted, and what else is none
#[test]
fn texts_that_are_no_assertion() {
    let answer = |inside: &str| format!("<samlp:Response {NAMESPACES}>{inside}</samlp:Response>");
    let failed = r#"<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></samlp:Status>"#;
    let laughs = r#"<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>"#;
    #[rustfmt::skip]
    let table = [
        (String::new(), AssertionError::Empty),
        (" \n".to_owned(), AssertionError::Empty),
        ("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln".to_owned(), AssertionError::Form),
        (STANDARD.encode("plain text"), AssertionError::Form),
        (STANDARD.encode([0xFF, 0xFE, 0x00]), AssertionError::Form),
        ("%zz".to_owned(), AssertionError::Form),
        (ANSWER.xml().replace("</Subject>", ""), AssertionError::Xml),
        (ANSWER.xml().replace("_cbb88bf5", "&nbsp;"), AssertionError::Xml),
        (laughs.to_owned(), AssertionError::DocumentType),
        (r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#.to_owned(), AssertionError::DocumentType),
        (format!("<samlp:AuthnRequest {NAMESPACES}/>"), AssertionError::Request),
        ("SAMLRequest=fZJNT8MwDIbv".to_owned(), AssertionError::Request),
        (r#"<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/>"#.to_owned(), AssertionError::Old),
        (answer(failed), AssertionError::Refused),
        (answer(""), AssertionError::None),
        ("<html><body>sign in</body></html>".to_owned(), AssertionError::None),
        ("<Assertion/>".to_owned(), AssertionError::None),
        (answer("<Assertion/><Assertion/>"), AssertionError::Several),
        (answer("<Assertion><Advice><Assertion/></Advice></Assertion>"), AssertionError::Several),
        (answer("<EncryptedAssertion/>"), AssertionError::Encrypted),
        (answer("<Assertion><Subject><EncryptedID/></Subject></Assertion>"), AssertionError::Encrypted),
        (answer("<Assertion><AttributeStatement><EncryptedAttribute/></AttributeStatement></Assertion>"), AssertionError::Encrypted),
    ];
    for (text, error) in table {
        assert_eq!(Assertion::read(&text).unwrap_err(), error, "{text}");
    }
}

/// What is made to take long, or a lot of memory, is refused before it does: saml-size.
#[test]
fn texts_that_mean_harm() {
    let nested = |open: &str, times: usize| format!("{}{}", open.repeat(times), "</a>".repeat(times));
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().concat();
    let attributes = many(9_000, &|number| format!(" a{number}=''"));
    let namespaces = many(1_400, &|number| format!("<a xmlns:a{number}='b'>"));
    let fitting = many(400, &|number| format!("<a xmlns:a{number}='b'>"));
    #[rustfmt::skip]
    let table = [
        ("long", "A".repeat(100_001), AssertionError::TooLong),
        ("very long", "A".repeat(10_000_000), AssertionError::TooLong),
        ("long XML", format!("<a>{}</a>", " ".repeat(75_000)), AssertionError::TooLong),
        ("deep", nested("<a>", 9_000), AssertionError::None),
        ("deep and torn", "<a>".repeat(20_000), AssertionError::TooLong),
        ("many nodes", format!("<a>{}</a>", "<b/>".repeat(12_000)), AssertionError::TooLong),
        ("many attributes", format!("<a{attributes}/>"), AssertionError::TooLong),
        ("many namespaces", format!("{namespaces}{}", "</a>".repeat(1_400)), AssertionError::TooLong),
        ("namespaces in each other", format!("{fitting}{}", "</a>".repeat(400)), AssertionError::None),
    ];
    for (what, text, error) in table {
        let started = Stopwatch::now();
        assert_eq!(Assertion::read(&text).unwrap_err(), error, "{what}");
        assert!(started.elapsed() < Duration::from_secs(5), "{what} takes {:?}", started.elapsed());
    }
    // each is opened anew
    let wrapped = (0..8).fold(ANSWER.xml(), |text, _| STANDARD.encode(text));
    assert_eq!(Assertion::read(&wrapped).unwrap_err(), AssertionError::Form);
}

/// A comment in a name parts its text in two; who reads only the first part takes it for another name.
#[test]
fn a_comment_in_a_name_hides_nothing() {
    let subject = "<NameID>admin@corp.example<!-- -->.attacker.example</NameID>";
    assert_eq!(Answer { subject, ..ANSWER }.read().subject.as_deref(), Some("admin@corp.example.attacker.example"));
    let mail = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
    let assertion = with(&attribute(mail, &["a<!-- x -->b<![CDATA[<c>]]>&amp;d"]));
    assert_eq!(assertion.attributes.text(mail), Some("ab<c>&d"));
}

#[test]
fn times_of_an_assertion() {
    let told = |answer: Answer<'_>, time: &str| answer.read().times(at(time), 300);
    let (start, end) = (at("2026-11-26T11:59:55.5Z"), at("2026-11-26T12:05:00Z"));
    #[rustfmt::skip]
    let table = [
        ("2026-11-26T12:00:00Z", Times::Good { until: end }),
        ("2026-11-26T12:04:59Z", Times::Good { until: end }),
        ("2026-11-26T12:05:00Z", Times::Within { claim: "NotOnOrAfter", time: end }),
        ("2026-11-26T12:10:00Z", Times::Expired(end)),
        ("2026-11-26T11:59:55Z", Times::Within { claim: "NotBefore", time: start }),
        ("2026-11-26T11:50:00Z", Times::NotYet(start)),
    ];
    for (time, expected) in table {
        assert_eq!(told(ANSWER, time), expected, "{time}");
    }
    let conditions = r#"NotOnOrAfter="2026-11-26T12:01:00Z""#;
    let sooner = Answer { conditions, ..ANSWER };
    assert_eq!(told(sooner, "2026-11-26T12:00:00Z"), Times::Good { until: at("2026-11-26T12:01:00Z") });
    for conditions in [r#"NotOnOrAfter="tomorrow""#, r#"NotOnOrAfter="2026-11-26T12:01:00""#, r#"NotOnOrAfter="1795435200""#] {
        assert_eq!(told(Answer { conditions, ..ANSWER }, "2026-11-26T12:00:00Z"), Times::Malformed("NotOnOrAfter"));
    }
    let endless = Answer { conditions: "", subject: "<NameID>a</NameID>", ..ANSWER };
    assert_eq!(told(endless, "2026-11-26T12:00:00Z"), Times::None);
}

/// saml-attribute-case, and the pairs themselves
#[test]
fn roles_and_their_providers() {
    let role = |name: &str| format!("arn:aws:iam::111122223333:role/{name}");
    let both = |names: &[&str]| {
        let pairs = names.iter().map(|name| RolePair { role: role(name), provider: PROVIDER.to_owned() });
        Ok::<_, &str>(pairs.collect::<Vec<_>>())
    };
    let (one, other) = (format!("{},{PROVIDER}", role("one")), format!("{PROVIDER},{}", role("team/other")));
    let roles = |values: &[&str]| with(&own("Role", values)).roles();
    assert_eq!(roles(&[&one]), both(&["one"]));
    assert_eq!(roles(&[&one, &other]), both(&["one", "team/other"]));
    let spaced = format!("{}, {PROVIDER}", role("one"));
    let oidc = format!("{},arn:aws:iam::111122223333:oidc-provider/staff", role("one"));
    let three = format!("{one},{PROVIDER}");
    for value in [&role("one"), PROVIDER, "", &format!("{PROVIDER},{PROVIDER}"), &spaced, &oidc, &three] {
        assert!(roles(&[&one, value]).is_err(), "{value}");
    }
    let twice = own("Role", &[&one]) + &own("Role", &[&other]);
    assert!(with(&twice).roles().is_err());
    let case = attribute("https://aws.amazon.com/SAML/Attributes/role", &[&one]);
    assert_eq!(with(&case).roles(), Ok(Vec::new()));
}

#[test]
fn what_an_assertion_says_of_the_session() {
    let attributes = [
        own("RoleSessionName", &["diego@example.com"]),
        own("SessionDuration", &["1800"]),
        own("SourceIdentity", &["Diego"]),
        own("PrincipalTag:Project", &["Marketing"]),
        own("PrincipalTag:CostCenter", &["1", "2"]),
        own("TransitiveTagKeys", &["Project", "CostCenter"]),
        own("PrincipalTag", &["none"]),
    ];
    let assertion = with(&attributes.concat());
    let text = |text: &str| Claim::Text(text.to_owned());
    assert_eq!(assertion.session_name(), Some(&text("diego@example.com")));
    assert_eq!(assertion.session_duration(), Some(&text("1800")));
    assert_eq!(assertion.source_identity(), Some(&text("Diego")));
    assert_eq!(assertion.transitive_tags(), Some(&Claim::list(["Project", "CostCenter"])));
    let tags = assertion.tags();
    assert_eq!(tags.get("Project"), Some(&text("Marketing")));
    assert!(matches!(tags.get("CostCenter"), Some(Claim::Unknown(_))));
    assert_eq!(tags.iter().count(), 2);
    assert_eq!(assertion.spaced(), None);
    assert_eq!(
        with(&own("PrincipalTag:Team", &["a "])).spaced(),
        Some("https://aws.amazon.com/SAML/Attributes/PrincipalTag:Team")
    );
}

/// saml-key-lists, saml-key-twice
#[test]
fn condition_keys() {
    let affiliation = "urn:oid:1.3.6.1.4.1.5923.1.1.1.1";
    let attributes = [
        attribute(affiliation, &["staff"]),
        attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", &["staff"]),
        attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", &["a", "b"]),
        attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", &["<NameID>a</NameID>"]),
        attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", &["a@example.com"]),
        attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", &["One"]),
        attribute("2.5.4.4", &["Other"]),
        attribute("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", &["One", "Other"]),
        attribute("urn:oid:2.5.4.42", &["Ann"]),
        attribute("http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", &["S-1"]),
        attribute("department", &["desk"]),
    ];
    let keys = with(&attributes.concat()).keys(Some(PROVIDER));
    let text = |text: &str| Some(Claim::Text(text.to_owned()));
    let get = |key: &str| keys.get(&format!("saml:{key}")).cloned();
    assert_eq!(get("aud"), text("https://eu-west-1.signin.aws.amazon.com/saml"));
    assert_eq!(get("iss"), text("https://idp.example/saml"));
    assert_eq!(get("sub"), text("_cbb88bf5"));
    assert_eq!(get("sub_type"), text("persistent"));
    assert_eq!(get("doc"), text("111122223333/staff"));
    assert_eq!(get("namequalifier"), text("NylD8tldErLO4sTLDlgR9oE2YcQ="));
    assert_eq!(get("edupersonaffiliation"), Some(Claim::list(["staff"])));
    assert_eq!(get("edupersonprimaryaffiliation"), text("staff"));
    assert_eq!(get("mail"), Some(Claim::list(["a@example.com"])));
    assert_eq!(get("name"), Some(Claim::list(["One", "Other"])));
    for unknown in ["edupersonprincipalname", "edupersontargetedid", "surname", "givenName", "uid", "primaryGroupSID"] {
        assert!(matches!(get(unknown), Some(Claim::Unknown(_))), "{unknown}");
    }
    for absent in ["cn", "x500UniqueIdentifier", "department", "eduorglegalname"] {
        assert_eq!(get(absent), None, "{absent}");
    }
}

/// Every key that AWS lists for `AssumeRoleWithSAML` is one that is made here.
#[test]
fn the_condition_keys_are_those_of_the_service_data() {
    let data = include_str!("../../src/reference/services/sts.txt");
    let action = data.lines().find(|line| line.starts_with("AssumeRoleWithSAML W ")).unwrap();
    let listed: Vec<&str> = action.split(' ').filter_map(|word| word.strip_prefix("saml:")).collect();
    assert_eq!(listed.len(), 32);
    let attributes: String = listed.iter().map(|key| attribute(&format!("urn:example:{key}"), &["x"])).collect();
    let keys = with(&attributes).keys(Some(PROVIDER));
    let made: Vec<&str> = keys.iter().map(|(name, _)| name.strip_prefix("saml:").unwrap()).collect();
    let missing: Vec<&&str> = listed.iter().filter(|key| !made.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(made.len(), listed.len());
}

#[test]
fn condition_keys_that_the_assertion_does_not_give() {
    let keys = Answer { subject: "", ..ANSWER }.read().keys(None);
    for key in ["aud", "sub", "sub_type", "doc", "namequalifier"] {
        assert!(matches!(keys.get(&format!("saml:{key}")), Some(Claim::Unknown(_))), "{key}");
    }
    let format = |format: &str| {
        let subject = format!(r#"<NameID Format="{format}">a</NameID>"#);
        Answer { subject: &subject, ..ANSWER }.read().keys(None).text("saml:sub_type").unwrap().to_owned()
    };
    assert_eq!(format("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"), "transient");
    let mail = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    assert_eq!(format(mail), mail);
}

/// Nothing that is kept, shown or said holds a part of what makes an assertion worth stealing.
#[test]
fn nothing_keeps_the_text() {
    let xml = ANSWER.xml();
    let assertion = Assertion::read(&STANDARD.encode(&xml)).unwrap();
    let shown = format!("{assertion:?}");
    for secret in ["c2lnbmF0dXJl", "_a1", "_r1", "<Assertion", &STANDARD.encode(&xml)[..24]] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let torn = STANDARD.encode(xml.replace("</Subject>", ""));
    let said = Assertion::read(&torn).unwrap_err().to_string();
    assert!(said.is_ascii() && !said.contains("cbb88bf5") && !said.contains("example"), "{said}");
}

/// Whatever way an assertion comes in, and wherever somebody puts it by mistake, nothing that is printed holds a part of it.
#[test]
fn no_output_holds_a_part_of_an_assertion() {
    const SECRET: &str = "Zq7xVw3kLmT9pRbYc2HnJd8sFgA5uEiO";
    const INPUTS: &str = "fixtures/issuers/saml";
    let role = own("Role", &[&format!("arn:aws:iam::111122223333:role/slip-saml,{PROVIDER}")]);
    let xml = Answer { attributes: &role, ..ANSWER }.xml().replace("c2lnbmF0dXJl", SECRET);
    let base64 = STANDARD.encode(&xml);
    let torn = xml.replace("</Subject>", "");
    let texts =
        [xml.clone(), base64.clone(), format!("SAMLResponse={base64}"), torn.clone(), STANDARD.encode(&torn), xml.repeat(2)];
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("assertion");
    let secrets: Vec<String> = texts.iter().map(|text| STANDARD.encode(text)).chain([base64]).collect();
    let is_leak = |output: &str| {
        output.contains(&SECRET[4..20])
            || secrets
                .iter()
                .any(|secret| secret.as_bytes().windows(16).any(|part| output.contains(std::str::from_utf8(part).unwrap())))
    };
    let mut complaints = Vec::new();
    for text in &texts {
        fs::write(&path, text).unwrap();
        let file = path.to_str().unwrap();
        let given = format!("--saml={text}");
        #[rustfmt::skip]
        let commands: [&[&str]; 14] = [
            &["simulate", "--saml", file, INPUTS],
            &["simulate", "--saml", file, "--flow", "direct", "--format", "json", INPUTS],
            &["simulate", "--saml", file, "--login", PROVIDER, "--pool", "no-such-pool", INPUTS],
            &["simulate", "--saml", "env:SECRET", "-v", INPUTS],
            &["simulate", "--saml", text, INPUTS],
            &["simulate", &given, INPUTS],
            &["simulate", "--token", text, INPUTS],
            &["simulate", "--token", file, INPUTS],
            &["simulate", "--role", text, INPUTS],
            &["simulate", text],
            &["check", text],
            &["test", text],
            &["explain", text],
            &["files", file],
        ];
        for command in commands {
            let run = finish(tool().args(command).env("SECRET", text).current_dir(support::root()));
            let output = format!("{}{}", run.stdout, run.stderr);
            if is_leak(&output) {
                complaints.push(format!("{} … of {}…: {output}", command[..2].join(" "), &text[..12]));
            }
        }
    }
    support::none(complaints);
}
