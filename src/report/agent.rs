//! For language models: one line a finding with all that is to be known of it, nothing drawn, and at the end what to run next.

use super::human::{address, summary};
use super::text;
use super::{Checked, Look, remedies};
use crate::finding::{Finding, Label};
use crate::source::Sources;

/// How many rules are named to be looked up.
const NAMED: usize = 3;

/// What a check has to tell.
pub fn checked(checked: &Checked, sources: &Sources, look: Look) -> String {
    let mut lines: Vec<String> = checked.findings.iter().map(|finding| line(finding, sources)).collect();
    lines.push(summary(checked, Look { colour: false, ..look }));
    lines.extend(next(checked));
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// `path:line:column severity rule: message | help: … | fix: … | witness: …`, and the other places that make it wrong.
fn line(finding: &Finding, sources: &Sources) -> String {
    let place = address(sources, finding.primary.span);
    let mut line = format!("{place} {} {}: {}", finding.severity.name(), finding.rule, text::escape(&finding.message));
    for (name, words) in remedies(finding) {
        // lines of one text become one
        let words: Vec<&str> = words.lines().map(str::trim).filter(|words| !words.is_empty()).collect();
        line.extend([" | ", name, ": ", &*text::escape(&words.join(" "))]);
    }
    for Label { span, text } in &finding.related {
        let gap = if text.is_empty() { "" } else { " " };
        line.extend([" | see: ", &*address(sources, *span), gap, &*text::escape(text)]);
    }
    line
}

/// What to run next; nothing where nothing was found.
fn next(checked: &Checked) -> Option<String> {
    let mut rules: Vec<&Finding> = checked.findings.iter().collect();
    rules.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let mut names: Vec<&str> = Vec::new();
    for finding in rules {
        if names.len() < NAMED && !names.contains(&finding.rule) {
            names.push(finding.rule);
        }
    }
    let first = names.first()?;
    let [safe, others] = checked.fixable();
    let mends = (safe > 0).then(|| format!("`rolecall check --fix` mends {safe}, with no policy wider than before"));
    let shows =
        (others > 0).then(|| format!("`rolecall check --unsafe-fixes --diff` shows what would mend {others} more, to be judged"));
    let explains = match names.len() {
        1 => format!("`rolecall explain {first}` tells what is wrong and what mends it"),
        _ => format!("`rolecall explain RULE` tells what is wrong and what mends it, for each of {}", names.join(", ")),
    };
    let again = "then `rolecall check` again".to_owned();
    let steps: Vec<String> = mends.into_iter().chain(shows).chain([explains, again]).collect();
    Some(format!("next: {}", steps.join("; ")))
}
