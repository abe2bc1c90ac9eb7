//! What is known of error messages, and which message tells of which error.

use std::collections::HashSet;

use rolecall::reference::{errors, errors_like};
use rolecall::simulate::GateKind;

use crate::support;

/// The messages of `fixtures/errors`, each with the id of its error.
fn messages() -> Vec<(String, String)> {
    let text = support::read("fixtures/errors/messages.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once('\t').expect("an id and a message"))
        .map(|(id, own)| (id.to_owned(), own.to_owned()))
        .collect()
}

fn ids(text: &str) -> Vec<&'static str> {
    errors_like(text).iter().map(|error| error.id.as_str()).collect()
}

/// Each message is found as it is, in a log, in other letter case, as JSON, broken into lines and without its last point.
#[test]
fn a_message_leads_to_its_error() {
    let messages = messages();
    let mut wrong = Vec::new();
    for (id, message) in &messages {
        let forms = [
            message.clone(),
            format!("2026-11-26T10:00:00Z ERROR [main] {message} (attempt 3 of 3)\n    at handler (index.js:1)"),
            message.to_uppercase(),
            format!("{{\"__type\":\"X\",\"message\":{:?}}}", message),
            message.replace(' ', "\n  "),
            message.trim_end_matches('.').to_owned(),
        ];
        wrong
            .extend(forms.iter().filter(|form| ids(form) != [id]).map(|form| format!("{id}: `{form}` leads to {:?}", ids(form))));
    }
    support::none(wrong);
    let met: HashSet<&String> = messages.iter().map(|(id, _)| id).collect();
    let unmet = errors().iter().filter(|error| !error.texts.is_empty() && !met.contains(&error.id));
    support::none(unmet.map(|error| format!("fixtures/errors/messages.txt has no message of `{}`", error.id)));
    assert!(messages.len() > 80, "{}", messages.len());
}

#[test]
fn what_people_describe_leads_to_its_error() {
    let mut wrong = Vec::new();
    for error in errors() {
        let misled = error.phrases.iter().filter(|phrase| !ids(phrase).contains(&error.id.as_str()));
        wrong.extend(misled.map(|phrase| format!("{}: `{phrase}` leads to {:?}", error.id, ids(phrase))));
    }
    support::none(wrong);
    assert_eq!(ids("since yesterday the user gets the wrong role, why?"), ["default-role-used"]);
    assert_eq!(ids("InvalidIdentityPoolConfigurationException"), ["pool-roles-invalid"]);
    assert!(ids("AccessDenied").len() > 3);
    assert_eq!(ids(""), [""; 0]);
    assert_eq!(ids("s3:GetObject"), [""; 0]);
    assert_eq!(ids("all is well"), [""; 0]);
}

#[test]
fn every_error_reads_whole() {
    let gates: HashSet<&str> = GateKind::ALL.iter().map(|kind| kind.name()).collect();
    let mut complaints = Vec::new();
    let mut seen = HashSet::new();
    for error in errors() {
        let id = &error.id;
        let mut check = |holds: bool, what: &str| complaints.extend((!holds).then(|| format!("{id}: {what}")));
        check(seen.insert(id), "stands twice");
        check(!error.said_by.is_empty() && !error.sources.is_empty(), "something is missing");
        check(!error.texts.is_empty() || !error.phrases.is_empty(), "nobody would find it");
        check(error.exceptions.is_empty() == error.texts.is_empty(), "a text has an exception, and an exception a text");
        check(error.gates.iter().all(|gate| gates.contains(gate.as_str())), "a gate is none");
        let causes: HashSet<&String> = error.causes.iter().map(|cause| &cause.id).collect();
        check(causes.len() == error.causes.len() && !causes.is_empty(), "a cause stands twice, or there is none");
        for cause in &error.causes {
            check(cause.words.ends_with('.') && !cause.check.is_empty(), "a cause is no sentence, or nothing is to be checked");
            check(cause.check.iter().all(|own| !own.is_empty()), "a check is empty");
        }
    }
    support::none(complaints);
    assert!(errors().len() >= 20);
}
