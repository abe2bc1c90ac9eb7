//! For programs: versioned JSON. Lines and columns count from 1, columns in Unicode scalar values; offsets are bytes from 0.

mod claims;
mod config;
mod diff;
mod error;
mod expectations;
mod reach;
mod reference;
mod repair;
mod request;
mod simulation;
mod token;
mod trace;
mod who;

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::text::is_unsafe;
use super::{Checked, Listed, Pulled, Unread};
use crate::finding::{Finding, Fix, Label, Witness};
use crate::inventory::Form;
use crate::lint::Rule;
use crate::source::{SourceId, Sources, Span};
use crate::suppress::{Baseline, Entry};

pub use claims::{claims, statement};
pub use config::{config_schema, settings};
pub use diff::compared;
pub use error::error;
pub use expectations::{tests, tests_by_line};
pub use reach::{reach, who_may};
pub use reference::{rule, topics};
pub use request::requests;
pub use simulation::simulations;
pub use token::token;
pub use who::who;

/// The version of the form of every JSON report. It grows when a field changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let findings: Vec<Value> = checked.findings.iter().map(|finding| self::finding(finding, sources)).collect();
    let [head, tail] = around(checked, sources);
    let mut report = head;
    append(&mut report, json!({ "findings": findings, "suppressed": suppressed(checked, sources).collect::<Vec<_>>() }));
    append(&mut report, tail);
    page(&report)
}

/// As [`checked`], but each finding is a line, and what else there is to tell the last one.
pub fn checked_by_line(checked: &Checked, sources: &Sources) -> String {
    let [mut last, tail] = around(checked, sources);
    append(&mut last, tail);
    let findings = checked.findings.iter().map(|finding| self::finding(finding, sources));
    findings.chain(suppressed(checked, sources)).chain([last]).map(|value| line(&value)).collect()
}

/// What stands before the findings of a check, and what behind them.
fn around(checked: &Checked, sources: &Sources) -> [Value; 2] {
    let counts: serde_json::Map<String, Value> =
        checked.counts().into_iter().map(|(severity, count)| (severity.name().to_owned(), json!(count))).collect();
    let passed_over: Vec<Value> =
        checked.passed_over.iter().map(|(reason, files)| json!({ "reason": reason, "files": files })).collect();
    let [safe, others] = checked.fixable();
    let head = json!({
        "version": VERSION,
        "reference": checked.data.as_ref().map(|data| json!({ "date": data.date, "overlays": data.overlays })),
    });
    let tail = json!({
        "notReadable": not_readable(&checked.unread, sources),
        "summary": {
            "findings": counts,
            "suppressed": checked.suppressed.len(),
            "files": checked.looked_at,
            "fixed": checked.fixed,
            "fixable": { "safe": safe, "unsafe": others },
            "passedOver": passed_over,
            "notKnown": checked.not_known.len(),
        },
    });
    [head, tail]
}

/// Findings that are known, as a file that is read again.
pub fn baseline(entries: &[Entry]) -> String {
    let findings = entries
        .iter()
        .map(|own| json!({ "path": own.path, "rule": own.rule, "message": own.message, "fingerprint": own.fingerprint }));
    page(&json!({ "version": Baseline::VERSION, "findings": findings.collect::<Vec<_>>() }))
}

/// The list of rules, each with its theme.
pub fn rules<'r>(rules: impl Iterator<Item = (Option<&'r str>, &'r Rule)>) -> String {
    let rules = rules.map(
        |(theme, rule)| json!({ "name": rule.name, "theme": theme, "severity": rule.severity.name(), "summary": rule.summary() }),
    );
    page(&json!({ "version": VERSION, "rules": rules.collect::<Vec<_>>() }))
}

/// The inputs, with what each was recognised as.
pub fn files(listed: &[Listed], unread: &[Unread], sources: &Sources) -> String {
    let files = listed.iter().map(|own| {
        let (form, kind, sure) = match own.form {
            Ok(Form::Policy(kind, sure)) => (Some("policy"), Some(kind.name()), Some(sure)),
            Ok(Form::AwsCli(name) | Form::Template(name) | Form::Holding(name)) => (Some(name), None, None),
            Ok(Form::Snapshot) => (Some("snapshot"), None, None),
            Ok(Form::Nothing(_)) | Err(_) => (None, None, None),
        };
        let why = own.form.as_ref().err();
        json!({ "path": own.path, "form": form, "kind": kind, "sure": sure, "notLookedAt": why })
    });
    let files: Vec<Value> = files.collect();
    page(&json!({ "version": VERSION, "files": files, "notReadable": not_readable(unread, sources) }))
}

/// What a live account gave.
pub fn pulled(pulled: &Pulled) -> String {
    let [new, changed, removed, same] = pulled.files;
    let counts: serde_json::Map<String, Value> =
        pulled.counts.iter().map(|(count, [_, many])| ((*many).to_owned(), json!(count))).collect();
    page(&json!({
        "version": VERSION,
        "account": pulled.account,
        "folder": pulled.folder,
        "parts": pulled.parts,
        "regions": pulled.regions,
        "read": counts,
        "files": { "new": new, "changed": changed, "removed": removed, "same": same },
        "notReadable": pulled.not_readable,
    }))
}

/// What the snapshots among the inputs could not read; without a call, what is wrong with them.
fn not_readable(unread: &[Unread], sources: &Sources) -> Vec<Value> {
    let own = unread.iter().map(|own| {
        let mut value = json!({ "message": own.message });
        append(&mut value, place(own.span, sources));
        let call = own.call.as_ref().map(|call| {
            let arguments: serde_json::Map<String, Value> =
                call.arguments.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({ "name": call.name, "arguments": arguments, "region": call.region, "error": call.error })
        });
        append(&mut value, json!({ "call": call }));
        value
    });
    own.collect()
}

fn finding(finding: &Finding, sources: &Sources) -> Value {
    let mut value = json!({
        "rule": finding.rule,
        "severity": finding.severity.name(),
        "message": finding.message,
    });
    append(&mut value, label(&finding.primary, sources));
    let related: Vec<Value> = finding.related.iter().map(|own| label(own, sources)).collect();
    append(&mut value, json!({ "related": related, "help": finding.help, "witness": finding.witness.as_ref().map(witness) }));
    append(&mut value, json!({ "fix": finding.fix.as_ref().map(|own| fix(own, sources)) }));
    value
}

/// The findings that are not reported, each with the reason.
fn suppressed(checked: &Checked, sources: &Sources) -> impl Iterator<Item = Value> {
    checked.suppressed.iter().map(|own| {
        let mut value = finding(&own.finding, sources);
        let mut by = json!({ "means": own.by.means.name(), "reason": own.by.reason });
        append(&mut by, place(own.by.place, sources));
        append(&mut value, json!({ "suppression": by }));
        value
    })
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        let mut value = place(edit.span, sources);
        append(&mut value, json!({ "text": edit.text }));
        value
    });
    json!({ "what": fix.what, "safe": fix.safe, "edits": edits.collect::<Vec<_>>() })
}

fn witness(witness: &Witness) -> Value {
    // what a rule wrote by hand may not be JSON; then it stands as the text it is
    let claims = serde_json::from_str(&witness.claims).unwrap_or_else(|_| Value::String(witness.claims.clone()));
    json!({ "who": witness.who, "claims": claims })
}

fn label(label: &Label, sources: &Sources) -> Value {
    let mut value = place(label.span, sources);
    append(&mut value, json!({ "label": label.text }));
    value
}

fn place(span: Span, sources: &Sources) -> Value {
    let source = sources.get(span.source);
    let (start, end) = (source.place(span.start), source.place(span.end));
    json!({
        "path": (span.source != SourceId::NONE).then(|| source.name()),
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "start": span.start,
        "end": span.end,
    })
}

fn append(value: &mut Value, more: Value) {
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
}

/// A document with the line end that text files have.
pub(super) fn page(value: &Value) -> String {
    // writing a value into a string cannot fail
    let mut page = quiet(serde_json::to_string_pretty(value).unwrap_or_default());
    page.push('\n');
    page
}

/// A document on one line, with the end of that.
fn line(value: &Value) -> String {
    let mut line = quiet(value.to_string());
    line.push('\n');
    line
}

/// The same document, in which what could command a terminal or hide is escaped, as strings of JSON may have it. It stands in strings only.
fn quiet(json: String) -> String {
    let is_loud = |c: char| c != '\n' && is_unsafe(c);
    if json.is_ascii() && !json.contains('\u{7F}') || !json.contains(is_loud) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_loud(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // a string takes any write
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
