//! The audience is named, but not so that strangers stay out.

use super::audience_not_pinned::who_gets_in;
use crate::evaluate::{Context, Truth, compare};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Condition, SetPrefix};
use crate::rules::probe::{Door, Probe, Provider, doors};
use crate::source::Span;

pub(super) static RULE: Rule =
    Rule { name: "loose-audience", severity: Severity::High, page: include_str!("../../../rules/trust/loose-audience.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for door in doors(facts) {
        let conditions = door.conditions(door.audience_claim());
        if conditions.is_empty() {
            continue;
        }
        findings.extend(match door.stranger(facts) {
            Some(stranger) => lets_strangers_in(&door, &conditions, &stranger),
            None => lets_absence_in(facts, &door, &conditions),
        });
    }
}

/// Each of the conditions holds for the stranger: the first is told, the others are shown.
fn lets_strangers_in(door: &Door<'_, '_>, conditions: &[&Condition<'_>], stranger: &Probe) -> Option<Finding> {
    let mut causes = conditions.iter().filter_map(|condition| cause(door, condition, &stranger.audience));
    let Cause { span, message, label } = causes.next()?;
    let related = causes.map(|cause| Label::new(cause.span, "takes it too")).collect();
    let hard = stranger.fixed >= HARD_TO_GET;
    let help = match door.provider {
        Provider::Pools if hard => format!("{NAME_POOLS}; AWS draws these ids by chance, so one that fits is hard to get"),
        Provider::Pools => format!("{NAME_POOLS}; as it is, {}", who_gets_in(door)),
        Provider::Public { name, .. } => format!("name your applications at {name} in full, with `StringEquals`"),
    };
    let severity = if hard { Severity::Low } else { RULE.severity };
    Some(Finding { severity, related, help: Some(help), witness: Some(stranger.witness()), ..RULE.finding(message, span, label) })
}

/// An operator that holds where the key is absent. STS takes no token without `aud`, so nothing gets through today: that
/// rests on STS alone, and there is no witness.
fn lets_absence_in(facts: &Facts<'_, '_>, door: &Door<'_, '_>, conditions: &[&Condition<'_>]) -> Option<Finding> {
    let operator = |condition: &Condition<'_>| condition.operator;
    let holds_without = |condition: &&&Condition<'_>| {
        operator(condition).is_some_and(|own| own.if_exists || own.set == Some(SetPrefix::ForAllValues))
    };
    let condition = conditions.iter().find(holds_without)?;
    door.without(facts, door.audience_claim())?;
    let name = condition.operator_text.shown();
    let help =
        "write `StringEquals`, which holds only for a token that names it; STS takes none without today, so nothing is lost";
    Some(Finding {
        severity: Severity::Low,
        help: Some(help.to_owned()),
        ..RULE.finding(
            format!("`{name}` also takes a token without `{}`", condition.key.shown()),
            condition.operator_text.span(),
            "holds where the key is absent",
        )
    })
}

const NAME_POOLS: &str = "name the pools that may come in, in full, with `StringEquals`";

/// So many digits of a GUID are out of reach for who makes pools until one fits.
const HARD_TO_GET: usize = 8;

struct Cause {
    span: Span,
    message: String,
    label: &'static str,
}

fn cause(door: &Door<'_, '_>, condition: &Condition<'_>, audience: &str) -> Option<Cause> {
    let operator = condition.operator?;
    let name = condition.operator_text.shown();
    let thing = if door.provider == Provider::Pools { "identity pool" } else { "application" };
    let by_operator = |message: String, label| Some(Cause { span: condition.operator_text.span(), message, label });
    if operator.comparison == Comparison::Null {
        return by_operator(
            format!("`{name}` asks only whether the token names an {thing}, not which"),
            "says nothing of the value",
        );
    }
    if operator.negated {
        return by_operator(format!("`{name}` takes every {thing} but the ones that it lists"), "takes whatever is not listed");
    }
    let nothing = Context::new();
    let matching =
        condition.values.iter().find(|operand| compare(operator.comparison, operand, audience, &nothing) == Truth::Yes);
    if let Some(operand) = matching {
        let text = &operand.pattern.text;
        let message = format!("`{}` matches the ids of strangers' {thing}s", text.shown());
        return Some(Cause { span: text.span(), message, label: "matches more than your own" });
    }
    // what remains is a value that is filled from the token itself
    let operand = condition.values.iter().find(|operand| operand.pattern.variables().next().is_some())?;
    let text = &operand.pattern.text;
    let message = format!("`{}` is filled from the token, whatever that says", text.shown());
    Some(Cause { span: text.span(), message, label: "holds for every token" })
}
