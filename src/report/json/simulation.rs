//! Simulations for programs: the same tree as the one for people. A token never stands in it, the claims that STS sees do.

use serde_json::{Value, json};

use super::super::{Simulated, Unread};
use super::repair::repair;
use super::request::way;
use super::trace::{reason, state, statement};
use super::{VERSION, append, label, not_readable, page, place};
use crate::evaluate::Verdict;
use crate::simulate::{Choice, Denial, Difference, DifferenceKind, Gate, Judgement, NearMiss, Part, Permission, Simulation};
use crate::source::Sources;

/// One simulation, or several.
pub fn simulations(list: &[Simulated<'_, '_>], unread: &[Unread], sources: &Sources) -> String {
    let simulations: Vec<Value> = list
        .iter()
        .map(|simulated| {
            let mut value = json!({ "subject": simulated.subject });
            append(&mut value, simulation(&simulated.simulation, sources));
            let repairs: Vec<Value> = simulated.repairs.iter().map(|own| repair(own, sources)).collect();
            append(&mut value, json!({ "repairs": repairs }));
            value
        })
        .collect();
    page(&json!({ "version": VERSION, "simulations": simulations, "notReadable": not_readable(unread, sources) }))
}

fn simulation(simulation: &Simulation<'_, '_>, sources: &Sources) -> Value {
    let role = simulation
        .role
        .as_ref()
        .map(|role| json!({ "name": role.name, "place": role.role.map(|role| place(role.span(), sources)) }));
    let presented = simulation.presented.as_ref().map(|token| {
        let text = token.claims.to_json();
        serde_json::from_str::<Value>(&text).unwrap_or(Value::String(text))
    });
    json!({
        "outcome": simulation.outcome.name(),
        "decidedBy": simulation.decided_by.map(|kind| kind.name().replace(' ', "-")),
        "role": role,
        "why": simulation.why,
        "tokens": simulation.digests,
        "gates": simulation.gates.iter().map(|own| gate(own, sources)).collect::<Vec<_>>(),
        "presented": presented,
        "trust": simulation.trust.as_ref().map(|own| judgement(own, sources)),
        "sessionTags": simulation.tags.as_ref().map(|own| judgement(own, sources)),
        "notStored": simulation.not_stored.iter().map(|own| label(own, sources)).collect::<Vec<_>>(),
        "choices": simulation.choices.iter().map(|own| choice(own, sources)).collect::<Vec<_>>(),
        "permissions": simulation.permissions.iter().map(|own| permission(own, sources)).collect::<Vec<_>>(),
        "nearMiss": simulation.near_miss.as_ref().map(|own| near_miss(own, sources)),
        "nearMissOfTags": simulation.tags_near_miss.as_ref().map(|own| near_miss(own, sources)),
        "assumptions": simulation.assumptions,
    })
}

fn gate(gate: &Gate, sources: &Sources) -> Value {
    let kind = gate.kind.name().replace(' ', "-");
    let places: Vec<Value> = gate.places.iter().map(|own| label(own, sources)).collect();
    json!({ "gate": kind, "state": state(gate.state), "text": gate.text, "places": places })
}

fn judgement(judgement: &Judgement<'_, '_>, sources: &Sources) -> Value {
    let (verdict, at, because) = match judgement.verdict {
        Verdict::Allowed(statement) => ("allowed", Some(statement.place()), None),
        Verdict::NotAllowed => ("not-allowed", None, None),
        Verdict::Denied(statement) => ("denied", Some(statement.place()), None),
        Verdict::Undecided(gap) => ("undecided", Some(gap.span), Some(reason(gap))),
        Verdict::Refused(fault) => ("refused", Some(fault.span), None),
    };
    json!({
        "verdict": verdict,
        "place": at.map(|span| place(span, sources)),
        "because": because,
        "statements": judgement.trace.statements.iter().map(|own| statement(own, sources)).collect::<Vec<_>>(),
    })
}

fn choice(choice: &Choice<'_, '_>, sources: &Sources) -> Value {
    json!({
        "role": choice.role.arn.as_ref().unwrap_or(&choice.role.name).shown(),
        "outcome": choice.outcome.name(),
        "place": choice.place.map(|span| place(span, sources)),
        "nearMiss": choice.near_miss.as_ref().map(|own| near_miss(own, sources)),
    })
}

fn permission(permission: &Permission<'_, '_>, sources: &Sources) -> Value {
    json!({
        "action": permission.action,
        "resource": permission.resource,
        "outcome": permission.outcome.name(),
        "why": permission.why,
        "place": permission.place.as_ref().map(|own| label(own, sources)),
        "kind": permission.reply.denial().map(Denial::name),
        "blockedBy": permission.reply.blocked_by().iter().map(|block| block.name()).collect::<Vec<_>>(),
        "ways": permission.reply.ways.iter().map(|own| way(own, sources)).collect::<Vec<_>>(),
    })
}

fn near_miss(near: &NearMiss<'_, '_>, sources: &Sources) -> Value {
    json!({
        "statement": near.statement,
        "place": place(near.place, sources),
        "failing": near.failing.iter().map(|own| difference(own, sources)).collect::<Vec<_>>(),
    })
}

fn difference(difference: &Difference<'_, '_>, sources: &Sources) -> Value {
    let operator = match difference.part {
        Part::Condition(condition, _) => Some(condition.operator_text.shown()),
        Part::Principal(_) | Part::Action(_) => None,
    };
    json!({
        "operator": operator,
        "key": difference.subject(),
        "place": place(difference.place, sources),
        "wanted": difference.wanted,
        "got": difference.got,
        "kind": difference.words(),
        "kinds": difference.kinds.iter().map(DifferenceKind::id).collect::<Vec<_>>(),
    })
}
