//! The rules, by theme.

mod access;
mod cognito;
mod deputy;
pub mod grammar;
mod guardrail;
mod logic;
mod probe;
pub mod reference;
mod trust;

use crate::finding::Finding;
use crate::lint::{Check, Facts, Rule};

/// The themes whose rules have a function of their own.
pub static THEMES: [(&str, &[Check]); 6] = [
    ("trust", trust::CHECKS),
    ("cognito", cognito::CHECKS),
    ("access", access::CHECKS),
    ("deputy", deputy::CHECKS),
    ("logic", logic::CHECKS),
    ("guardrail", guardrail::CHECKS),
];

/// Every rule with the name of its theme, in the order of the themes.
pub fn themed() -> impl Iterator<Item = (&'static str, &'static Rule)> {
    let grammar = grammar::RULES.iter().map(|rule| ("grammar", *rule));
    let reference = reference::CHECKS.iter().map(|check| ("reference", check.rule));
    let subjects = trust::subjects::CHECKS.iter().map(|check| ("trust", check.rule));
    grammar
        .chain(reference)
        .chain(subjects)
        .chain(THEMES.iter().flat_map(|&(theme, checks)| checks.iter().map(move |check| (theme, check.rule))))
}

/// Every rule, in the order of the themes.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    themed().map(|(_, rule)| rule)
}

/// The rule of this name.
pub fn named(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name)
}

/// Runs every rule. Findings are sorted by path and position.
pub fn run(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let mut findings = grammar::findings(facts);
    reference::findings(facts, &mut findings);
    trust::subjects::findings(facts, &mut findings);
    for check in checks() {
        (check.run)(facts, &mut findings);
    }
    let place = |finding: &Finding| (facts.sources.get(finding.primary.span.source).name(), finding.primary.span, finding.rule);
    findings.sort_by(|one, other| place(one).cmp(&place(other)));
    // a managed policy is told once, however many roles it is attached to
    findings.dedup();
    findings
}

fn checks() -> impl Iterator<Item = &'static Check> {
    THEMES.iter().flat_map(|(_, checks)| *checks)
}
