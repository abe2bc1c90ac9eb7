//! For build servers and review tools that read what Checkstyle writes: its XML, one element a file with findings.

use super::xml::{HEAD, escaped, push};
use super::{Checked, Judged, by_file, reason};
use crate::finding::Severity;
use crate::source::Sources;

/// The form of the reports of Checkstyle that this is; it tells those who read them apart by it.
const VERSION: &str = "8.0";

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let mut out = String::from(HEAD);
    push(&mut out, format_args!("<checkstyle version=\"{VERSION}\">\n"));
    for (path, findings) in by_file(checked, sources) {
        push(&mut out, format_args!("  <file name=\"{}\">\n", escaped(path)));
        for judged in findings {
            push_error(&mut out, judged, sources);
        }
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out
}

fn push_error(out: &mut String, (finding, by): Judged<'_>, sources: &Sources) {
    let place = sources.place(finding.primary.span);
    let behind = by.map(|by| format!(" (suppressed: {})", reason(by))).or(finding.help.as_ref().map(|help| format!("; {help}")));
    let message = escaped(&format!("{}{}", finding.message, behind.unwrap_or_default()));
    let severity = if by.is_some() { "ignore" } else { severity(finding.severity) };
    let (line, column) = (place.line, place.column);
    push(
        out,
        format_args!(
            "    <error line=\"{line}\" column=\"{column}\" severity=\"{severity}\" message=\"{message}\" source=\"rolecall.{}\"/>\n",
            finding.rule
        ),
    );
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Style => "info",
    }
}
