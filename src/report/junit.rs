//! For build servers: the XML of `JUnit`, one suite a file.

use std::fmt::Write as _;

use super::{Suite, Tested};
use crate::source::Sources;

/// What came of the questions of expectation files.
pub fn tests(suites: &[Suite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = || suites.iter().flat_map(|suite| &suite.tests);
    push(&mut out, format_args!("<testsuites name=\"rolecall\" tests=\"{}\" failures=\"{}\">\n", all().count(), failures(all())));
    for suite in suites {
        let name = escaped(&suite.name);
        let (tests, failures) = (suite.tests.len(), failures(suite.tests.iter()));
        push(&mut out, format_args!("  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">\n"));
        for test in &suite.tests {
            push_test(&mut out, &name, test, &suite.sources);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
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

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // writing into a string cannot fail
    let _ = out.write_fmt(text);
}

/// A text as XML holds it, also in an attribute; what XML cannot hold at all becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
