//! What an evaluation told on its way, for programs.

use serde_json::{Value, json};

use super::place;
use crate::evaluate::{ConditionTrace, Gap, GapReason, Got, StatementTrace, Truth};
use crate::simulate::GateState;
use crate::source::Sources;

pub(super) fn state(state: GateState) -> &'static str {
    match state {
        GateState::Pass => "pass",
        GateState::Fail => "fail",
        GateState::Unknown => "unknown",
        GateState::Skipped => "skipped",
    }
}

pub(super) fn statement(trace: &StatementTrace<'_, '_>, sources: &Sources) -> Value {
    json!({
        "statement": trace.statement.title(),
        "place": place(trace.statement.range, sources),
        "principal": truth(trace.principal),
        "action": truth(trace.action),
        "resource": truth(trace.resource),
        "conditions": trace.conditions.iter().map(|own| condition(own, sources)).collect::<Vec<_>>(),
        "applies": truth(trace.applies),
    })
}

fn condition(trace: &ConditionTrace<'_, '_>, sources: &Sources) -> Value {
    let condition = trace.condition;
    let (state, values) = match &trace.got {
        Got::Absent => ("absent", Vec::new()),
        Got::Unknown => ("unknown", Vec::new()),
        Got::One(value) => ("one", vec![value.as_str()]),
        Got::Many(values) => ("many", values.iter().map(String::as_str).collect()),
        Got::Part(values) => ("part", values.iter().map(String::as_str).collect()),
    };
    json!({
        "operator": condition.operator_text.shown(),
        "key": condition.key.shown(),
        "place": place(condition.key.span(), sources),
        "wanted": condition.values.iter().map(|value| value.pattern.text.shown()).collect::<Vec<_>>(),
        "got": { "state": state, "values": values },
        "holds": truth(trace.holds),
    })
}

fn truth(truth: Truth) -> Value {
    match truth {
        Truth::Yes => json!(true),
        Truth::No => json!(false),
        Truth::Unknown(gap) => json!({ "unknown": reason(gap) }),
    }
}

pub(super) fn reason(gap: Gap) -> Value {
    match gap.reason {
        GapReason::Hole => json!("hole"),
        GapReason::Key => json!("key"),
        GapReason::Caller => json!("caller"),
        GapReason::Policy => json!("policy"),
        GapReason::Undocumented(sentence) => json!({ "undocumented": sentence }),
    }
}
