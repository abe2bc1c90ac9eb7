//! One line a finding: `path:line:column: severity[rule] message`. Then a line that sums up, as for people.

use super::human::{address, severity_colour, summary};
use super::text::{self, Colour, paint};
use super::{Checked, Look};
use crate::source::Sources;

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources, look: Look) -> String {
    let mut out = String::new();
    for finding in &checked.findings {
        let word = paint(finding.severity.name(), severity_colour(finding.severity), look.colour);
        let rule = format!("[{}]", finding.rule);
        let (place, rule) = (address(sources, finding.primary.span), paint(&rule, Colour::Bold, look.colour));
        out.extend([&*place, ": ", &*word, &*rule, " ", &*text::escape(&finding.message), "\n"]);
    }
    out.push_str(&summary(checked, look));
    out.push('\n');
    out
}
