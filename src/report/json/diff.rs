//! Changes for programs.

use serde_json::{Value, json};

use super::super::{Compared, diff};
use super::{VERSION, append, not_readable, page, place};
use crate::compare::{Direction, Pair, Sample, Subject};
use crate::evaluate::ContextValue;
use crate::policy::{Policy, Statement};
use crate::source::{SourceId, Sources};

/// What a change changed.
pub fn compared(compared: &Compared<'_, '_>, sources: &Sources) -> String {
    let [old, new] = &compared.names;
    let none = Vec::new();
    let pairs = compared.pairs.iter().enumerate().map(|(index, own)| {
        let replays = compared.replays.get(index).unwrap_or(&none);
        pair(own, replays, compared, sources)
    });
    let pairs: Vec<Value> = pairs.collect();
    let counts: serde_json::Map<String, Value> =
        diff::counts(compared).into_iter().map(|(change, count)| (word(change.name()), json!(count))).collect();
    let passed_over: Vec<Value> =
        compared.passed_over.iter().map(|(reason, files)| json!({ "reason": reason, "files": files })).collect();
    page(&json!({
        "version": VERSION,
        "old": old,
        "new": new,
        "level": "policy",
        "budget": compared.budget.steps,
        "policies": pairs,
        "notReadable": not_readable(&compared.unread, sources),
        "summary": { "policies": counts, "passedOver": passed_over },
    }))
}

fn pair(pair: &Pair<'_, '_>, replays: &[Option<String>], compared: &Compared<'_, '_>, sources: &Sources) -> Value {
    let is_policy = matches!(pair.subject, Subject::Policy(_));
    let places = |policies: &[&Policy<'_>]| -> Vec<Value> {
        let given = policies.iter().filter(|policy| policy.mark.source != SourceId::NONE);
        given.map(|policy| place(policy.range, sources)).collect()
    };
    let mut value = json!({
        "change": word(pair.change.name()),
        "title": pair.title(),
        "subject": pair.subject.name(),
        "kind": pair.subject.kind().name(),
        "role": pair.name.as_ref().filter(|_| !is_policy),
        "name": pair.name.as_ref().filter(|_| is_policy),
        "presence": pair.presence.name(),
    });
    append(&mut value, place(diff::main_place(pair), sources));
    append(
        &mut value,
        json!({
            "old": places(&pair.old),
            "new": places(&pair.new),
            "widened": direction(&pair.widened, replays, pair, compared, sources),
            "narrowed": direction(&pair.narrowed, &[], pair, compared, sources),
            "notes": pair.notes,
        }),
    );
    value
}

fn direction(
    direction: &Direction<'_, '_>,
    replays: &[Option<String>],
    pair: &Pair<'_, '_>,
    compared: &Compared<'_, '_>,
    sources: &Sources,
) -> Value {
    let samples = direction.samples.iter().enumerate().map(|(index, own)| {
        let replay = replays.get(index).and_then(Option::as_deref);
        sample(own, replay, sources)
    });
    let doubts = direction.doubts.iter().map(|own| {
        let mut value = json!({ "reason": diff::doubt(own, pair, compared, sources) });
        if let Some((span, _)) = diff::place(own) {
            append(&mut value, place(span, sources));
        }
        value
    });
    json!({ "requests": samples.collect::<Vec<_>>(), "undecided": doubts.collect::<Vec<_>>() })
}

fn sample(sample: &Sample<'_, '_>, replay: Option<&str>, sources: &Sources) -> Value {
    let key = |(key, value): (&str, &ContextValue<'_>)| {
        let values: Vec<&str> = value.values().collect();
        json!({ "key": key, "values": values, "many": matches!(value, ContextValue::Many(_)) })
    };
    let statement = |own: &Statement<'_>| {
        let mut value = json!({ "statement": own.title() });
        append(&mut value, place(own.range, sources));
        value
    };
    json!({
        "news": word(sample.news.name()),
        "principal": sample.principal,
        "action": sample.action,
        "resource": sample.resource,
        "context": sample.context.iter().map(key).collect::<Vec<_>>(),
        "hangsOn": sample.keys,
        "allowedBy": sample.allowed_by.map(statement),
        "place": sample.place.map(|span| place(span, sources)),
        "deniedBy": sample.denied_by.map(statement),
        "replay": replay,
    })
}

/// Words as one: `looser-condition`.
fn word(words: &str) -> String {
    words.replace(' ', "-")
}
