//! Conditions on TLS that are the wrong way round.

use super::walk::{Line, lines};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::Comparison;
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "secure-transport-inverted",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/secure-transport-inverted.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| line.is_of("aws:SecureTransport")) {
        let Some((secure, operand)) = asked(&line) else { continue };
        let mender = line.mender(facts);
        let title = line.statement.title();
        let (message, more) = match secure {
            false if line.allows() => {
                (format!("{title} allows only what comes without TLS"), "; or deny the others, which no Allow gets around")
            }
            // beside other conditions, as on the version of TLS, it may be meant
            true if line.denies() && line.is_alone() => (format!("{title} denies all that comes over TLS"), ""),
            _ => continue,
        };
        let right = line.allows() != line.operator.negated;
        findings.push(Finding {
            fix: mender.value(operand, if right { "true" } else { "false" }),
            help: Some(format!("write `{right}`, so that what comes without TLS stays out{more}")),
            ..RULE.finding(message, operand, "the wrong way round")
        });
    }
}

/// Whether a condition asks for TLS, and where it says so.
fn asked(line: &Line<'_, '_>) -> Option<(bool, Span)> {
    let [operand] = &*line.condition.values else { return None };
    let reads = matches!(line.operator.comparison, Comparison::Bool | Comparison::StringEquals | Comparison::StringLike);
    let text = operand.pattern.plain().filter(|_| reads)?;
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let value = if is("true") { true } else { is("false").then_some(false)? };
    Some((value != line.operator.negated, operand.pattern.text.span()))
}
