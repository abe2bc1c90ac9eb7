//! For reviewdog: its diagnostic format (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>), of which columns count bytes of UTF-8
//! and ends are exclusive.

use serde_json::{Value, json};

use super::json::page;
use super::{Checked, portable, remedies};
use crate::finding::{Finding, Fix, Severity};
use crate::source::{Source, Sources, Span};

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let diagnostics: Vec<Value> = checked.findings.iter().map(|finding| diagnostic(finding, sources)).collect();
    page(&json!({ "source": { "name": "rolecall" }, "diagnostics": diagnostics }))
}

fn diagnostic(finding: &Finding, sources: &Sources) -> Value {
    let span = finding.primary.span;
    let source = sources.get(span.source);
    let parts = remedies(finding).map(|(name, text)| format!("\n\n{name}: {text}"));
    let mut location = json!({ "path": portable(source.name()) });
    // what could not be read has no places
    if let Some(location) = location.as_object_mut().filter(|_| !source.text().is_empty()) {
        location.insert("range".to_owned(), range(span, source));
    }
    let mut value = json!({
        "message": std::iter::once(finding.message.clone()).chain(parts).collect::<String>(),
        "location": location,
        "severity": severity(finding.severity),
        "code": { "value": finding.rule },
    });
    let suggestion = finding.fix.as_ref().and_then(|fix| suggestion(fix, source, span));
    if let (Some(value), Some(suggestion)) = (value.as_object_mut(), suggestion) {
        value.insert("suggestions".to_owned(), json!([suggestion]));
    }
    value
}

/// The fix as one replacement, for each suggestion is taken by itself. None where it reaches into another file.
fn suggestion(fix: &Fix, source: &Source, span: Span) -> Option<Value> {
    let (first, last) = (fix.edits.first()?, fix.edits.last()?);
    let whole = first.span.to(last.span);
    let mut text = String::new();
    let mut at = whole.start;
    for edit in &fix.edits {
        if edit.span.source != span.source {
            return None;
        }
        text.push_str(source.text().get(at as usize..edit.span.start as usize)?);
        text.push_str(&edit.text);
        at = edit.span.end;
    }
    Some(json!({ "range": range(whole, source), "text": text }))
}

fn range(span: Span, source: &Source) -> Value {
    json!({ "start": position(span.start, source), "end": position(span.end, source) })
}

fn position(offset: u32, source: &Source) -> Value {
    let line = source.place(offset).line;
    json!({ "line": line, "column": (offset as usize).saturating_sub(source.line(line).start) + 1 })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::High => "ERROR",
        Severity::Medium => "WARNING",
        Severity::Low | Severity::Style => "INFO",
    }
}
