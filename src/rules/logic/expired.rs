//! Statements whose time is over.

use super::walk::{Line, lines};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Decimal, Instant, Operand, Relation, Value};
use crate::reference::Reference;

pub(super) static RULE: Rule =
    Rule { name: "expired-statement", severity: Severity::Low, page: include_str!("../../../rules/logic/expired-statement.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| line.is_of("aws:CurrentTime") || line.is_of("aws:EpochTime")) {
        let Some(last) = last(&line) else { continue };
        let what = if line.denies() { "denies" } else { "allows" };
        findings.push(Finding {
            help: Some("take the statement out, or set another end".to_owned()),
            ..RULE.finding(
                format!("the time of {} is over: it {what} nothing any more", line.statement.title()),
                last.pattern.text.span(),
                "in the past",
            )
        });
    }
}

/// The latest time that a condition takes, where all that it takes was before the service data was made: so no clock is asked.
fn last<'p, 's>(line: &Line<'p, 's>) -> Option<&'p Operand<'s>> {
    let relation = match line.operator.comparison {
        Comparison::Date(relation) | Comparison::Numeric(relation) if !line.operator.negated => relation,
        _ => return None,
    };
    if matches!(relation, Relation::GreaterThan | Relation::GreaterThanEquals) {
        return None;
    }
    let today = Instant::parse(Reference::date())?;
    let seconds = Decimal::parse(&today.seconds().to_string())?;
    let is_over = |own: &Operand<'_>| match own.value {
        Value::Date(own) => own < today,
        Value::Number(own) => own < seconds,
        _ => false,
    };
    let values = &line.condition.values;
    let later = |own: &Value, other: &Value| match (own, other) {
        (Value::Date(own), Value::Date(other)) => own.cmp(other),
        (Value::Number(own), Value::Number(other)) => own.cmp(other),
        _ => std::cmp::Ordering::Equal,
    };
    values.iter().all(is_over).then(|| values.iter().max_by(|own, other| later(&own.value, &other.value)))?
}
