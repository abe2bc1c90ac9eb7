//! For GitHub Actions: workflow commands, one a finding, that become annotations of the lines they are on
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>). Then a line that sums up, for the log.

use super::human::summary;
use super::text;
use super::{Checked, Look, portable, remedies};
use crate::finding::{Finding, Severity};
use crate::source::Sources;

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources, look: Look) -> String {
    let commands = checked.findings.iter().map(|finding| command(finding, sources));
    commands.chain([summary(checked, Look { colour: false, ..look })]).flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn command(finding: &Finding, sources: &Sources) -> String {
    let span = finding.primary.span;
    let source = sources.get(span.source);
    let mut properties = vec![("file", portable(source.name()).into_owned())];
    // what could not be read has no places
    if !source.text().is_empty() {
        let (start, end) = (source.place(span.start), source.place(span.end));
        properties.extend([("line", start.line.to_string()), ("endLine", end.line.to_string())]);
        // an annotation of several lines has no columns
        if start.line == end.line {
            properties.extend([("col", start.column.to_string()), ("endColumn", end.column.to_string())]);
        }
    }
    properties.push(("title", format!("{} ({})", finding.rule, finding.severity.name())));
    let properties: Vec<String> = properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{} {}::{}", level(finding.severity), properties.join(","), data(&message(finding)))
}

/// The message with the remedies and with who gets through; nothing in it can command the terminal that a log is read in.
fn message(finding: &Finding) -> String {
    let parts = std::iter::once(("", finding.message.as_str().into())).chain(remedies(finding));
    let lines = parts.flat_map(|(name, text)| {
        let head = if name.is_empty() { String::new() } else { format!("{name}: ") };
        let text = text.lines().map(|line| text::escape(line).into_owned()).collect::<Vec<_>>().join("\n");
        [head, text, "\n".to_owned()]
    });
    lines.collect::<String>().trim_end().to_owned()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Style => "notice",
    }
}

/// A message as a command holds it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property as a command holds it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
