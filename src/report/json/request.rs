//! Requests for programs: the same tree as the one for people.

use serde_json::{Value, json};

use super::super::{Answered, Unread};
use super::trace::{reason, state, statement};
use super::{VERSION, label, not_readable, page, place};
use crate::evaluate::{Answer, ContextValue, Decision, Trace};
use crate::simulate::{Coverage, Denial, Way, deciding, outcome, says, why};
use crate::source::Sources;

/// One request, or several.
pub fn requests(list: &[Answered<'_, '_, '_>], unread: &[Unread], sources: &Sources) -> String {
    let requests: Vec<Value> = list.iter().map(|own| request(own, sources)).collect();
    page(&json!({ "version": VERSION, "requests": requests, "notReadable": not_readable(unread, sources) }))
}

fn request(answered: &Answered<'_, '_, '_>, sources: &Sources) -> Value {
    let (inquiry, reply) = (&answered.inquiry, &answered.reply);
    let key = |(key, value): (&str, &ContextValue<'_>)| {
        let values: Vec<&str> = value.values().collect();
        json!({ "key": key, "values": values, "many": matches!(value, ContextValue::Many(_)), "derived": inquiry.context.is_derived(key) })
    };
    json!({
        "principal": answered.principal,
        "action": inquiry.action,
        "resource": inquiry.resource,
        "decision": reply.outcome.name(),
        "kind": reply.denial().map(Denial::name),
        "blockedBy": reply.blocked_by().iter().map(|block| block.name()).collect::<Vec<_>>(),
        "coverage": reply.coverage.map(Coverage::name),
        "why": reply.why(),
        "ways": reply.ways.iter().map(|own| way(own, sources)).collect::<Vec<_>>(),
        "context": inquiry.context.iter().map(key).collect::<Vec<_>>(),
        "unused": reply.unused(inquiry.context),
        "unknown": answered.unknown,
        "assumptions": answered.assumptions,
    })
}

pub(super) fn way<'p, 's>(way: &Way<'p, 's, Trace<'p, 's>>, sources: &Sources) -> Value {
    let (decision, trace) = (&way.decision, &way.record);
    let policies = says(decision, trace).into_iter().map(|say| {
        let places = say.place.as_ref().map(|own| label(own, sources));
        json!({ "type": say.who.name(), "state": state(say.state), "text": say.text, "place": places })
    });
    let deciding = deciding(decision, trace).into_iter().map(|own| {
        let title = own.statement.map(|trace| trace.statement.title());
        let at = own.statement.map(|trace| place(trace.statement.range, sources));
        let labels: Vec<Value> = own.labels.iter().map(|own| label(own, sources)).collect();
        json!({ "statement": title, "place": at, "labels": labels })
    });
    json!({
        "resource": way.resource,
        "decision": outcome(decision).name(),
        "why": why(decision, trace),
        "because": because(decision),
        "policies": policies.collect::<Vec<_>>(),
        "deciding": deciding.collect::<Vec<_>>(),
        "statements": trace.statements.iter().map(|own| {
            let mut value = statement(own, sources);
            super::append(&mut value, json!({ "type": own.policy.kind.name() }));
            value
        }).collect::<Vec<_>>(),
    })
}

/// What an undecided answer hangs on.
fn because(decision: &Decision<'_, '_>) -> Option<Value> {
    match decision.answer {
        Answer::Undecided(gap) => Some(reason(gap)),
        _ => None,
    }
}
