//! Lists and blocks in which nothing stands.

use super::walk::{lines, statements};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::Patterns;
use crate::rules::mend::Mender;
use crate::source::Span;

pub(super) static LIST: Rule =
    Rule { name: "empty-list", severity: Severity::Medium, page: include_str!("../../../rules/logic/empty-list.md") };

pub(super) static CONDITION: Rule =
    Rule { name: "empty-condition", severity: Severity::Style, page: include_str!("../../../rules/logic/empty-condition.md") };

pub(super) fn list(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, statement) in statements(facts) {
        if let Some(own) = statement.actions.as_ref().filter(|own| own.list.is_empty()) {
            findings.push(finding(&format!("`{}Action` lists no action", not(own)), own.key));
        }
        if let Some(own) = statement.resources.as_ref().filter(|own| own.list.is_empty()) {
            findings.push(finding(&format!("`{}Resource` lists no resource", not(own)), own.key));
        }
        if let Some(own) = statement.principals.as_ref().filter(|own| own.list.is_empty()) {
            let not = if own.negated { "Not" } else { "" };
            findings.push(finding(&format!("`{not}Principal` names nobody"), own.key));
        }
    }
    for line in lines(facts).filter(|line| line.condition.values.is_empty()) {
        let operator = line.condition.operator_text.shown();
        findings.push(finding(&format!("`{operator}` compares `{}` with no value", line.key), line.condition.key.span()));
    }
}

pub(super) fn condition(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, statement) in statements(facts) {
        // what a hole stands for may be a condition
        let is_bare = statement.conditions.is_empty() && statement.later.is_none();
        let Some(key) = statement.condition_key.filter(|_| is_bare) else { continue };
        findings.push(Finding {
            fix: Mender::of(facts.sources, policy).without_element(key, "Condition"),
            help: Some("write the condition that was meant, or take the block out".to_owned()),
            ..CONDITION.finding(format!("the `Condition` of {} asks for nothing", statement.title()), key, "no key in it")
        });
    }
}

fn finding(message: &str, place: Span) -> Finding {
    Finding {
        help: Some("name one value at least, as the grammar asks; what none does AWS does not say".to_owned()),
        ..LIST.finding(message, place, "an empty list")
    }
}

fn not(patterns: &Patterns<'_>) -> &'static str {
    if patterns.negated { "Not" } else { "" }
}
