//! Documents inside strings of other documents.

use rolecall::source::Sources;
use rolecall::syntax::{Kind, SyntaxFault, json};

use super::with;

/// Reads the document inside the value of `doc`, and shows what each character of the first item of its `a` was written as.
fn parts(text: &str, percent: bool) -> (String, Vec<String>) {
    with(text, |sources, outer| {
        let doc = outer.root().get("doc").unwrap();
        let inner = json::read_inside(&doc.literal().unwrap(), percent);
        assert_eq!(inner.faults(), []);
        assert_eq!(inner.root().kind(), Kind::Map);
        let literal = inner.root().get("a").unwrap().items().next().unwrap().literal().unwrap();
        let part = |(at, c): (usize, char)| sources.slice(literal.span_of(at..at + c.len_utf8())).to_owned();
        (literal.value.to_string(), literal.value.char_indices().map(part).collect())
    })
}

#[test]
fn escaped() {
    let (value, parts) = parts(r#"{"doc": "{\"a\": [\"\u0073\u00e9\\n\\u0041\"]}"}"#, false);
    assert_eq!(value, "sé\nA");
    assert_eq!(parts, [r"\u0073", r"\u00e9", r"\\n", r"\\u0041"]);
}

#[test]
fn percent_encoded() {
    let (value, parts) = parts(r#"{"doc": "%7B%22a%22%3A%5B%22s%C3%A9%5Cn%5Cu0041%F0%9F%98%80%zz%C3%%41%22%5D%7D"}"#, true);
    assert_eq!(value, "sé\nA😀%zz%C3%A");
    assert_eq!(parts, ["s", "%C3%A9", "%5Cn", "%5Cu0041", "%F0%9F%98%80", "%", "z", "z", "%", "C", "3", "%", "%41"]);
}

/// In a text as long as policies are, with places that follow each other closely, and with such as lie far apart.
#[test]
fn every_letter_of_a_long_text_has_its_place() {
    let letters: Vec<char> = ('a'..='z').cycle().take(1_000).collect();
    let close =
        |(at, letter): (usize, &char)| if at % 5 == 0 { format!("%{:02X}", u32::from(*letter)) } else { letter.to_string() };
    let far =
        |(at, letter): (usize, &char)| if at % 40 == 0 { format!("\\u{:04x}", u32::from(*letter)) } else { letter.to_string() };
    let (close, far): (Vec<_>, Vec<_>) =
        (letters.iter().enumerate().map(close).collect(), letters.iter().enumerate().map(far).collect());
    let told = parts(&format!(r#"{{"doc": "%7B%22a%22:[%22{}%22]%7D"}}"#, close.concat()), true);
    assert_eq!(told, (letters.iter().collect(), close));
    let escaped = far.concat().replace('\\', r"\\");
    let told = parts(&format!(r#"{{"doc": "{{\"a\": [\"{escaped}\"]}}"}}"#), false);
    let far = far.iter().map(|own| own.replace('\\', r"\\")).collect();
    assert_eq!(told, (letters.iter().collect(), far));
}

#[test]
fn percent_encoded_inside_an_escaped_document() {
    let (value, parts) = parts(r#"{"doc": "\u007b%22a%22:[%22\u0025\u0034\u0031%22]}"}"#, true);
    assert_eq!(value, "A");
    assert_eq!(parts, [r"\u0025\u0034\u0031"]);
}

#[test]
fn faults_and_marks_lie_in_the_outer_file() {
    with(r#"{"doc": "{\"a\": [1, 2}"}"#, |sources, outer| {
        let doc = outer.root().get("doc").unwrap();
        let inner = json::read_inside(&doc.literal().unwrap(), false);
        let [fault] = inner.faults() else { panic!("{:?}", inner.faults()) };
        assert_eq!(fault.kind, SyntaxFault::UnclosedBracket);
        assert_eq!(sources.place(fault.span).column, 23);
        assert_eq!(fault.related.map(|span| sources.place(span).column), Some(18));
        let key = inner.root().entries().next().unwrap().key;
        assert_eq!(sources.slice(key.outer()), r#"\"a\""#);
        assert_eq!(sources.slice(key.span()), "a");
    });
}

#[test]
fn a_policy_with_holes_inside() {
    with(r#"{"doc": "{\"a\": \"arn:aws:iam::${account}:root\"}"}"#, |sources, outer| {
        let doc = outer.root().get("doc").unwrap();
        assert_eq!(doc.text().unwrap().known(), None);
        let inner = json::read_inside(&doc.literal().unwrap(), false);
        let text = inner.root().get("a").unwrap().text().unwrap();
        assert_eq!(sources.slice(text.holes().next().unwrap().span), "${account}");
        assert_eq!(sources.slice(text.span()), "arn:aws:iam::${account}:root");
    });
}

#[test]
fn a_text_without_escapes_is_borrowed() {
    let mut sources = Sources::new();
    let id = sources.add("policy.json", r#"["s3:Get*", "s3:\u0047et*"]"#);
    let tree = json::read(id, sources.get(id).text());
    let borrowed = tree.root().items().map(|item| matches!(item.literal().unwrap().value, std::borrow::Cow::Borrowed(_)));
    assert_eq!(borrowed.collect::<Vec<_>>(), [true, false]);
}
