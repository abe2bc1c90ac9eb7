//! Which allowing statement came nearest to taking a token, and where wanted and got part.

use super::{Difference, NearMiss};
use crate::evaluate::{ConditionTrace, Got, StatementTrace, Trace, Truth};
use crate::policy::{Comparison, Condition, Effect, Operand};

/// The statement for this provider and action of which the fewest conditions fail.
pub(super) fn find<'i, 's>(trace: &Trace<'i, 's>) -> Option<NearMiss<'i, 's>> {
    let candidates = trace.statements.iter().filter(|statement| {
        let allows = statement.statement.effect.is_some_and(|(effect, _)| effect == Effect::Allow);
        allows && statement.principal == Truth::Yes && statement.action == Truth::Yes && statement.applies == Truth::No
    });
    let nearest = candidates.min_by_key(|statement| failing(statement).count())?;
    Some(NearMiss {
        statement: nearest.statement.title(),
        place: nearest.statement.place(),
        failing: differences(nearest).collect(),
    })
}

/// The conditions of a statement that fail, each with where wanted and got part.
pub(super) fn differences<'i, 's>(trace: &StatementTrace<'i, 's>) -> impl Iterator<Item = Difference<'i, 's>> {
    failing(trace).map(difference)
}

impl NearMiss<'_, '_> {
    /// What fails, in one clause.
    pub fn clause(&self) -> String {
        let clauses: Vec<String> = self.failing.iter().map(Difference::clause).collect();
        format!("{} refuses: {}", self.statement, clauses.join("; "))
    }
}

impl Difference<'_, '_> {
    /// The difference in one clause.
    pub fn clause(&self) -> String {
        let key = self.condition.key.shown();
        match &self.got {
            Some(got) => format!("`{key}` is `{got}`, wanted is `{}` ({})", self.wanted, self.kind),
            None => format!("`{key}` is not in the request, wanted is `{}`", self.wanted),
        }
    }
}

/// The conditions of a statement that fail.
pub(super) fn failing<'t, 'i, 's>(statement: &'t StatementTrace<'i, 's>) -> impl Iterator<Item = &'t ConditionTrace<'i, 's>> {
    statement.conditions.iter().filter(|condition| condition.holds == Truth::No)
}

fn difference<'i, 's>(trace: &ConditionTrace<'i, 's>) -> Difference<'i, 's> {
    let condition = trace.condition;
    let got: &[String] = match &trace.got {
        Got::Absent | Got::Unknown => &[],
        Got::One(value) => std::slice::from_ref(value),
        Got::Many(values) | Got::Part(values) => values,
    };
    let negated = condition.operator.is_some_and(|operator| operator.negated);
    let nearest = got
        .iter()
        .flat_map(|got| condition.values.iter().map(move |wanted| (wanted, got)))
        .min_by_key(|(wanted, got)| distance(&wanted.pattern.text.shown(), got));
    let wanted = nearest.map(|(wanted, _)| wanted).or(condition.values.first());
    let shown = wanted.map_or_else(String::new, |wanted| wanted.pattern.text.shown().into_owned());
    Difference {
        condition,
        place: wanted.map_or(condition.key.span(), |wanted| wanted.pattern.text.span()),
        kind: match nearest {
            Some(_) if negated => "just what it may not be".to_owned(),
            Some((wanted, got)) => kind(condition, wanted, got),
            None => "not in the request".to_owned(),
        },
        wanted: if negated { format!("anything but {shown}") } else { shown },
        got: nearest.map(|(_, got)| got.clone()),
    }
}

/// How far two strings are apart, roughly: what is left when their common start and end are taken off.
fn distance(wanted: &str, got: &str) -> usize {
    let start = wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let end = wanted.chars().rev().zip(got.chars().rev()).take_while(|(a, b)| a == b).count();
    let longer = wanted.chars().count().max(got.chars().count());
    longer.saturating_sub(start.max(end))
}

/// The kind of difference, in the words of somebody who has to mend it.
fn kind(condition: &Condition<'_>, operand: &Operand<'_>, got: &str) -> String {
    let wanted = operand.pattern.text.shown();
    let key = condition.key.shown().to_ascii_lowercase();
    let equals = condition.operator.is_some_and(|operator| operator.comparison == Comparison::StringEquals);
    match condition.operator.map(|operator| operator.comparison) {
        Some(Comparison::IpAddress) => return "outside of this range".to_owned(),
        Some(Comparison::Numeric(_) | Comparison::Date(_)) => return "the comparison fails".to_owned(),
        Some(Comparison::Bool | Comparison::Null) => return "not this value".to_owned(),
        _ => {}
    }
    let text = if equals && wanted.contains(['*', '?']) {
        "`StringEquals` takes `*` and `?` literally"
    } else if wanted.eq_ignore_ascii_case(got) {
        "only the letter case differs"
    } else if wanted.trim_end_matches('/') == got.trim_end_matches('/') {
        "only the slash at the end differs"
    } else if key.ends_with(":amr") && &*wanted == "authenticated" {
        "a guest's token, and signed-in users are wanted"
    } else if key.ends_with(":amr") && &*wanted == "unauthenticated" {
        "a signed-in user's token, and guests are wanted"
    } else if key.starts_with("cognito-identity") && key.ends_with(":aud") {
        "another identity pool"
    } else {
        return format!("they part at character {}", wanted.chars().zip(got.chars()).take_while(|(a, b)| a == b).count() + 1);
    };
    text.to_owned()
}
