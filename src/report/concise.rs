//! One line a finding: `path:line:column: severity[rule] message`; of a change one line a policy. Then a line that sums up, as for people.

use super::diff;
use super::human::{address, change_colour, severity_colour, summary};
use super::text::{self, Colour, paint};
use super::{Checked, Compared, Look};
use crate::compare::{Change, Pair};
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

/// What a change changed. `all`: also the policies that it did not.
pub fn compared(compared: &Compared<'_, '_>, all: bool, sources: &Sources, look: Look) -> String {
    let mut out = String::new();
    for pair in compared.pairs.iter().filter(|pair| all || pair.change != Change::Same) {
        let place = address(sources, diff::main_place(pair));
        let word = paint(pair.change.name(), change_colour(pair.change), look.colour);
        let title = format!("[{}]", text::escape(&pair.title()));
        let title = paint(&title, Colour::Bold, look.colour);
        let about = about(pair, compared, sources);
        out.extend([&*place, ": ", &*word, &*title, if about.is_empty() { "" } else { " " }, &*text::escape(&about), "\n"]);
    }
    out.push_str(&text::escape(&diff::summary(compared)));
    out.push('\n');
    out
}

fn about(pair: &Pair<'_, '_>, compared: &Compared<'_, '_>, sources: &Sources) -> String {
    let more = |count: usize| if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
    let (widened, narrowed) = (&pair.widened.samples, &pair.narrowed.samples);
    if let Some(first) = widened.first() {
        return format!("{}{}", diff::line(first), more(widened.len()));
    }
    let mut doubts = pair.widened.doubts.iter().chain(&pair.narrowed.doubts);
    if let Some(doubt) = doubts.next().filter(|_| pair.change == Change::Undecided) {
        let known = if pair.may_be_widened() { "" } else { "not widened, and the rest is not known: " };
        return format!("{known}{}", diff::doubt(doubt, pair, compared, sources));
    }
    narrowed.first().map_or_else(String::new, |first| format!("no longer {}{}", diff::request(first), more(narrowed.len())))
}
