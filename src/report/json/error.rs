//! What may be behind an error message, for programs.

use serde_json::{Value, json};

use super::super::{Diagnosed, Unread};
use super::trace::state;
use super::{VERSION, append, not_readable, page};
use crate::reference::{self, KnownError};
use crate::simulate::Holds;
use crate::source::Sources;

/// What is known of an error, and which of its causes hold for some logins. `title` is the text of it that was met.
pub fn error(error: &KnownError, title: &str, logins: &[Diagnosed<'_, '_>], (unread, sources): (&[Unread], &Sources)) -> String {
    let logins: Vec<Value> = logins.iter().map(|own| login(own, error)).collect();
    let mut value =
        json!({ "version": VERSION, "asOf": reference::errors_date(), "text": title, "error": known(error), "logins": logins });
    append(&mut value, json!({ "notReadable": not_readable(unread, sources) }));
    page(&value)
}

fn known(error: &KnownError) -> Value {
    let causes = error.causes.iter().map(|cause| json!({ "id": cause.id, "words": cause.words, "check": cause.check }));
    json!({
        "id": error.id,
        "saidBy": error.said_by,
        "exceptions": error.exceptions,
        "calls": error.calls,
        "gates": error.gates.iter().map(|gate| dashed(gate)).collect::<Vec<_>>(),
        "texts": error.texts,
        "about": error.about,
        "causes": causes.collect::<Vec<_>>(),
        "sources": error.sources,
    })
}

fn login(login: &Diagnosed<'_, '_>, error: &KnownError) -> Value {
    let causes = error.causes.iter().zip(&login.holds).map(|(cause, holds)| {
        let holds = match holds {
            Holds::Yes => Value::Bool(true),
            Holds::No => Value::Bool(false),
            Holds::Unknown => Value::Null,
        };
        json!({ "id": cause.id, "holds": holds })
    });
    let gates = login.gates(error);
    let gates = gates.map(|gate| json!({ "gate": dashed(gate.kind.name()), "state": state(gate.state), "text": gate.text }));
    json!({
        "subject": login.subject,
        "decision": login.simulation.outcome.name(),
        "why": login.simulation.why,
        "meets": login.may_meet(error),
        "gates": gates.collect::<Vec<_>>(),
        "causes": causes.collect::<Vec<_>>(),
    })
}

/// The name of a gate as programs have it.
fn dashed(gate: &str) -> String {
    gate.replace(' ', "-")
}
