//! For code scanning: SARIF 2.1.0 (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), one run.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::json::page;
use super::{Checked, Run};
use crate::finding::{Finding, Fix, Label, Severity, Witness};
use crate::source::{SourceId, Sources, Span};
use crate::suppress::Suppression;

/// The name of the fingerprint; it changes when what goes into it does.
const FINGERPRINT: &str = "rolecall/v1";

/// The folder that paths are relative to. Where it lies, only who reads the report can know.
const FOLDER: &str = "%SRCROOT%";

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let rules: Vec<Value> = checked.rules.iter().map(rule).collect();
    let reported = checked.findings.iter().enumerate().map(|(at, own)| {
        let mut value = result(own, checked.fingerprints.get(at), checked, sources);
        // either all results tell of suppressions, or none does (3.27.23)
        if !checked.suppressed.is_empty() {
            set(&mut value, "suppressions", json!([]));
        }
        value
    });
    let suppressed = checked.suppressed.iter().map(|own| {
        let mut value = result(&own.finding, own.fingerprint.as_ref(), checked, sources);
        set(&mut value, "suppressions", json!([suppression(&own.by, sources)]));
        value
    });
    let results: Vec<Value> = reported.chain(suppressed).collect();
    let mut driver = json!({
        "name": "rolecall",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    if let (Some(driver), Some(data)) = (driver.as_object_mut(), &checked.data) {
        let properties = json!({ "serviceData": { "date": data.date, "overlays": data.overlays } });
        driver.insert("properties".to_owned(), properties);
    }
    page(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                FOLDER: { "description": { "text": "The folder in which rolecall was run." } },
            },
            "invocations": [{
                "executionSuccessful": !checked.failed,
                "toolExecutionNotifications": notifications(checked, sources),
            }],
            "results": results,
        }],
    }))
}

fn rule(run: &Run) -> Value {
    let summary = run.rule.summary();
    let mut properties = Map::new();
    let tags = std::iter::once("iam").chain(run.theme);
    // what AWS refuses to store, and what is a matter of style, endangers nobody
    let score = match run.severity {
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.5"),
        Severity::Error | Severity::Style => None,
    };
    let tags: Vec<&str> = tags.chain(score.map(|_| "security")).collect();
    properties.insert("tags".to_owned(), json!(tags));
    if let Some(score) = score {
        properties.insert("security-severity".to_owned(), json!(score));
    }
    json!({
        "id": run.rule.name,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": remedy(run.rule.page), "markdown": run.rule.page },
        "defaultConfiguration": { "level": level(run.severity) },
        "properties": properties,
    })
}

/// What a page has to say on the remedy; the whole page where it does not say it apart.
fn remedy(page: &str) -> &str {
    let behind = page.split_once("\n## Remedy\n").map(|(_, behind)| behind);
    behind.map_or(page, |behind| behind.split("\n## ").next().unwrap_or(behind)).trim()
}

fn suppression(own: &Suppression, sources: &Sources) -> Value {
    let mut value = json!({
        "kind": if own.means.is_in_source() { "inSource" } else { "external" },
        "status": "accepted",
        "location": location(&Label::new(own.place, ""), None, sources),
        "properties": { "means": own.means.name() },
    });
    if let Some(reason) = &own.reason {
        set(&mut value, "justification", json!(reason));
    }
    value
}

fn set(value: &mut Value, key: &str, own: Value) {
    if let Some(value) = value.as_object_mut() {
        value.insert(key.to_owned(), own);
    }
}

fn result(finding: &Finding, print: Option<&String>, checked: &Checked, sources: &Sources) -> Value {
    let mut value = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": message(finding) },
        "locations": [location(&finding.primary, None, sources)],
        "properties": { "severity": finding.severity.name() },
    });
    let mut set = |key: &str, own: Value| set(&mut value, key, own);
    if let Some(index) = checked.rules.iter().position(|run| run.rule.name == finding.rule) {
        set("ruleIndex", json!(index));
    }
    if !finding.related.is_empty() {
        let related: Vec<Value> =
            finding.related.iter().enumerate().map(|(id, label)| location(label, Some(id), sources)).collect();
        set("relatedLocations", json!(related));
    }
    if let Some(fix) = &finding.fix {
        set("fixes", json!([of_fix(fix, sources)]));
    }
    if let Some(print) = print {
        set("partialFingerprints", json!({ FINGERPRINT: print }));
    }
    value
}

/// What mends it: by file the ranges that are deleted, with what is put there.
fn of_fix(fix: &Fix, sources: &Sources) -> Value {
    let mut files: Vec<SourceId> = fix.edits.iter().map(|edit| edit.span.source).collect();
    files.dedup();
    let changes = files.into_iter().map(|file| {
        let own = fix.edits.iter().filter(|edit| edit.span.source == file);
        let replacements =
            own.map(|edit| json!({ "deletedRegion": region(edit.span, sources), "insertedContent": { "text": edit.text } }));
        json!({ "artifactLocation": artifact(sources.get(file).name()), "replacements": replacements.collect::<Vec<_>>() })
    });
    json!({
        "description": { "text": literal(&fix.what) },
        "artifactChanges": changes.collect::<Vec<_>>(),
        "properties": { "safe": fix.safe },
    })
}

/// The message with the remedy and with who gets through, in plain text.
fn message(finding: &Finding) -> String {
    let help = finding.help.as_ref().map(|help| format!("\n\nhelp: {help}"));
    let witness = finding.witness.as_ref().map(|witness| format!("\n\nwitness: {}", of_witness(witness)));
    literal(&[Some(finding.message.clone()), help, witness].into_iter().flatten().collect::<String>())
}

/// Who gets through, with the claims of the token. The braces around these are left out, as SARIF would have them doubled.
fn of_witness(witness: &Witness) -> String {
    let claims = witness.claims.trim();
    let bare = claims.strip_prefix('{').and_then(|claims| claims.strip_suffix('}')).unwrap_or(claims);
    format!("{}\n{}", witness.who, bare.trim())
}

/// A text that stands for itself: in SARIF braces hold placeholders (3.11.5), and a bracket may begin a link (3.11.6).
fn literal(text: &str) -> String {
    let text = text.replace('{', "{{").replace('}', "}}");
    if text.contains("](") { text.replace('[', "\\[") } else { text }
}

fn location(label: &Label, id: Option<usize>, sources: &Sources) -> Value {
    let source = sources.get(label.span.source);
    let mut physical = json!({ "artifactLocation": artifact(source.name()) });
    // what could not be read has no places
    if let Some(physical) = physical.as_object_mut().filter(|_| !source.text().is_empty()) {
        physical.insert("region".to_owned(), region(label.span, sources));
    }
    let mut value = json!({ "physicalLocation": physical });
    if let Some(value) = value.as_object_mut() {
        if let Some(id) = id {
            value.insert("id".to_owned(), json!(id + 1));
        }
        if !label.text.is_empty() {
            value.insert("message".to_owned(), json!({ "text": literal(&label.text) }));
        }
    }
    value
}

fn region(span: Span, sources: &Sources) -> Value {
    let source = sources.get(span.source);
    let (start, end) = (source.place(span.start), source.place(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.len(),
    })
}

fn artifact(path: &str) -> Value {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    match path.strip_prefix('/') {
        Some(absolute) => json!({ "uri": format!("file:///{}", encoded(absolute)) }),
        None => json!({ "uri": encoded(&path), "uriBaseId": FOLDER }),
    }
}

/// A path as a part of a URI.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(byte.into()),
            // a string takes any write
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Style => "note",
    }
}

/// What was not looked at: one notification a reason. What a snapshot could not read: one each. What is not known: one for all.
fn notifications(checked: &Checked, sources: &Sources) -> Vec<Value> {
    let text = |reason: &str, count: usize| format!("{count} input{} not looked at: {reason}", if count == 1 { "" } else { "s" });
    let own = checked.passed_over.iter().map(|(reason, count)| {
        json!({
            "descriptor": { "id": "not-looked-at" },
            "level": "note",
            "message": { "text": literal(&text(reason, *count)) },
        })
    });
    let unread = checked.unread.iter().map(|own| {
        json!({
            "descriptor": { "id": if own.call.is_some() { "not-readable" } else { "malformed-snapshot" } },
            "level": "warning",
            "message": { "text": literal(&own.message) },
            "locations": [location(&Label::new(own.span, ""), None, sources)],
        })
    });
    let not_known = (!checked.not_known.is_empty()).then(|| {
        let (count, s) = (checked.not_known.len(), if checked.not_known.len() == 1 { "" } else { "s" });
        let locations: Vec<Value> =
            checked.not_known.iter().map(|span| location(&Label::new(*span, ""), None, sources)).collect();
        json!({
            "descriptor": { "id": "not-known" },
            "level": "note",
            "message": { "text": format!("{count} value{s} in policies not known: what hangs on them is not judged") },
            "locations": locations,
        })
    });
    own.chain(unread).chain(not_known).collect()
}
