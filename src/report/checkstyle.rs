//! For build servers and review tools that read what Checkstyle writes: its XML, one element a file with findings.

use super::xml::{HEAD, escaped, push};
use super::{Checked, by_file};
use crate::finding::{Finding, Severity};
use crate::source::{Source, Sources};

/// The form of the reports of Checkstyle that this is; it tells those who read them apart by it.
const VERSION: &str = "8.0";

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let mut out = String::from(HEAD);
    push(&mut out, format_args!("<checkstyle version=\"{VERSION}\">\n"));
    for (path, findings) in by_file(checked, sources) {
        push(&mut out, format_args!("  <file name=\"{}\">\n", escaped(path)));
        for finding in findings {
            push_error(&mut out, finding, sources.get(finding.primary.span.source));
        }
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out
}

fn push_error(out: &mut String, finding: &Finding, source: &Source) {
    let place = source.place(finding.primary.span.start);
    let help = finding.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
    let message = escaped(&format!("{}{help}", finding.message));
    let (line, column, severity) = (place.line, place.column, severity(finding.severity));
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
