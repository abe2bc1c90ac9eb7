//! For build servers: the XML of `JUnit`, one suite a file.

use super::xml::{HEAD, escaped, push};
use super::{Checked, Judged, Suite, Tested, by_file, reason, remedies};
use crate::source::Sources;

/// What a check has to tell: each finding is a case that fails, each that is suppressed one that is skipped, and a file without any a case that
/// passes.
pub fn checked(checked: &Checked, sources: &Sources) -> String {
    let files = by_file(checked, sources);
    let failures = checked.findings.len();
    let tests: usize = files.iter().map(|(_, findings)| findings.len().max(1)).sum();
    let mut out = String::from(HEAD);
    push(&mut out, format_args!("<testsuites name=\"rolecall\" tests=\"{tests}\" failures=\"{failures}\">\n"));
    for (path, findings) in files {
        let path = escaped(path);
        let skipped = findings.iter().filter(|(_, by)| by.is_some()).count();
        push_suite(&mut out, &path, [findings.len().max(1), findings.len() - skipped, skipped]);
        if findings.is_empty() {
            push(&mut out, format_args!("    <testcase classname=\"{path}\" name=\"no findings\" file=\"{path}\"/>\n"));
        }
        for judged in findings {
            push_finding(&mut out, &path, judged, sources);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// What came of the questions of expectation files.
pub fn tests(suites: &[Suite]) -> String {
    let mut out = String::from(HEAD);
    let all = || suites.iter().flat_map(|suite| &suite.tests);
    push(&mut out, format_args!("<testsuites name=\"rolecall\" tests=\"{}\" failures=\"{}\">\n", all().count(), failures(all())));
    for suite in suites {
        let name = escaped(&suite.name);
        let (tests, failures) = (suite.tests.len(), failures(suite.tests.iter()));
        push_suite(&mut out, &name, [tests, failures, 0]);
        for test in &suite.tests {
            push_test(&mut out, &name, test, &suite.sources);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// The head of a suite, with its number of cases, and how many of them fail and are skipped.
fn push_suite(out: &mut String, name: &str, [tests, failures, skipped]: [usize; 3]) {
    push(
        out,
        format_args!(
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n"
        ),
    );
}

fn push_finding(out: &mut String, path: &str, (finding, by): Judged<'_>, sources: &Sources) {
    let place = sources.place(finding.primary.span);
    let (line, column, rule) = (place.line, place.column, finding.rule);
    let name = format!("{rule} at {line}:{column}");
    push(out, format_args!("    <testcase classname=\"{path}\" name=\"{name}\" file=\"{path}\" line=\"{line}\">\n"));
    if let Some(by) = by {
        let message = escaped(&format!("{}: {}", reason(by), finding.message));
        push(out, format_args!("      <skipped message=\"{message}\"/>\n    </testcase>\n"));
        return;
    }
    let (message, kind) = (escaped(&finding.message), finding.severity.name());
    let parts = remedies(finding).map(|(name, text)| format!("\n{name}: {text}"));
    let body = escaped(&parts.collect::<String>());
    push(
        out,
        format_args!(
            "      <failure message=\"{message}\" type=\"{kind}\">{path}:{line}:{column}{body}</failure>\n    </testcase>\n"
        ),
    );
}

fn failures<'t>(tests: impl Iterator<Item = &'t Tested>) -> usize {
    tests.filter(|test| !test.passes()).count()
}

fn push_test(out: &mut String, suite: &str, test: &Tested, sources: &Sources) {
    let line = sources.place(test.span).line;
    push(
        out,
        format_args!("    <testcase classname=\"{suite}\" name=\"{}\" file=\"{suite}\" line=\"{line}\"", escaped(&test.name)),
    );
    let Some(first) = test.ran.complaints.first() else {
        out.push_str("/>\n");
        return;
    };
    let complaints = test.ran.complaints.iter().map(|own| own.text.as_str());
    let reasons = test.ran.answer.reasons.iter().map(|(text, _)| text.as_str());
    let lines: Vec<&str> = complaints.chain(reasons).chain(test.why.as_deref()).collect();
    let (message, body) = (escaped(&first.text), escaped(&lines.join("\n")));
    push(out, format_args!(">\n      <failure message=\"{message}\">{body}</failure>\n    </testcase>\n"));
}
