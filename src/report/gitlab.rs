//! For GitLab: a report of code quality (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use serde_json::{Value, json};

use super::json::page;
use super::{Checked, portable};
use crate::finding::{Finding, Severity};
use crate::source::Sources;

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let issues = checked.findings.iter().enumerate().map(|(at, finding)| {
        // whoever did not ask for fingerprints gets such as last as long as nothing moves
        let print = checked.fingerprints.get(at).cloned();
        issue(finding, &print.unwrap_or_else(|| format!("{}:{at}:{}", finding.rule, finding.primary.span.start)), sources)
    });
    page(&Value::Array(issues.collect()))
}

fn issue(finding: &Finding, fingerprint: &str, sources: &Sources) -> Value {
    let span = finding.primary.span;
    let source = sources.get(span.source);
    let (start, end) = (source.place(span.start), source.place(span.end));
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
    json!({
        "description": format!("{}{help}", finding.message),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": severity(finding.severity),
        "location": {
            "path": portable(source.name()),
            "positions": {
                "begin": { "line": start.line, "column": start.column },
                "end": { "line": end.line, "column": end.column },
            },
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Style => "info",
    }
}
