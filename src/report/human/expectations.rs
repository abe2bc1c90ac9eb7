//! What came of the questions of expectation files, as a test runner tells it.

use super::super::text::{self, Colour, paint};
use super::super::{Look, Suite, Tested};
use super::{address, frames};
use crate::finding::Label;

/// Each question whose answer is another than expected, a line a file, and one line that sums up. In full also what passed.
pub fn tests(suites: &[Suite], full: bool, look: Look) -> String {
    let mut out = String::new();
    for suite in suites {
        let failed = suite.tests.iter().filter(|test| !test.passes()).count();
        let passed = suite.tests.len() - failed;
        out.extend([&text::escape(&suite.name), ": ", &counts(passed, failed, look), "\n"]);
        for test in suite.tests.iter().filter(|test| full || !test.passes()) {
            push_test(&mut out, test, suite, full, look);
        }
    }
    let all = || suites.iter().flat_map(|suite| &suite.tests);
    let failed = all().filter(|test| !test.passes()).count();
    let files = format!("{} file{}", suites.len(), if suites.len() == 1 { "" } else { "s" });
    out.extend([&*counts(all().count() - failed, failed, look), " in ", &files, "\n"]);
    out
}

fn counts(passed: usize, failed: usize, look: Look) -> String {
    let own = format!("{passed} passed");
    if failed == 0 {
        return paint(&own, Colour::Green, look.colour).into_owned();
    }
    format!("{own}, {}", paint(&format!("{failed} failed"), Colour::Red, look.colour))
}

fn push_test(out: &mut String, test: &Tested, suite: &Suite, full: bool, look: Look) {
    let (mark, colour) = match (test.passes(), look.unicode) {
        (true, true) => ("✓", Colour::Green),
        (true, false) => ("ok", Colour::Green),
        (false, true) => ("✗", Colour::Red),
        (false, false) => ("FAILED", Colour::Red),
    };
    let head = format!("  {mark} ");
    let painted = format!("  {} ", paint(mark, colour, look.colour));
    text::push_hanging(out, &head, &painted, &text::escape(&test.name), look.width);
    if test.passes() {
        return;
    }
    let labels: Vec<&Label> = test.ran.complaints.iter().collect();
    out.push_str(&frames(&suite.sources, &labels, Colour::Red, look));
    let most = if full { usize::MAX } else { MOST_REASONS };
    for (reason, place) in test.ran.answer.reasons.iter().take(most) {
        let place = place.map(|span| format!(" ({})", address(&suite.sources, span))).unwrap_or_default();
        push_part(out, "because", &format!("{}{place}", text::escape(reason)), look);
    }
    if let Some(rest) = test.ran.answer.reasons.len().checked_sub(most).filter(|rest| *rest > 0) {
        push_part(out, "because", &format!("and {rest} more"), look);
    }
    if !test.ran.answer.unused.is_empty() {
        push_part(out, "not used", &text::escape(&test.ran.answer.unused.join(", ")), look);
    }
    if let Some(why) = &test.why {
        push_part(out, "expected for", &text::escape(why), look);
    }
}

/// How many reasons of an answer are shown, unless all are asked for.
const MOST_REASONS: usize = 6;

fn push_part(out: &mut String, name: &str, body: &str, look: Look) {
    let head = format!("   {name}: ");
    let painted = format!("   {} ", paint(&format!("{name}:"), Colour::Cyan, look.colour));
    text::push_hanging(out, &head, &painted, body, look.width);
}
