//! What a token will say, for programs.

use serde_json::{Map, Value, json};

use super::super::Expected;
use super::{VERSION, page};
use crate::identity::{Holder, Subject};
use crate::reference;

/// What the tokens of somebody will say, and the statement that lets them in.
pub fn claims(expected: &Expected) -> String {
    let holder = &expected.holder;
    let host = holder.host();
    let keys = holder.keys().into_iter().map(|(key, value)| (format!("{host}:{}", key.name), Value::String(value)));
    page(&json!({
        "version": VERSION,
        "issuer": {
            "id": holder.issuer.id,
            "name": holder.issuer.name,
            "host": host,
            "asOf": reference::issuers_date(),
            "source": holder.issuer.source,
        },
        "audience": holder.audience(),
        "subjects": holder.subjects().iter().map(|own| subject(own, holder)).collect::<Vec<_>>(),
        "keys": keys.collect::<Map<_, _>>(),
        "unknownKeys": holder.unknown_keys().iter().map(|key| format!("{host}:{}", key.name)).collect::<Vec<_>>(),
        "statement": statement_of(expected),
        "notes": holder.issuer.notes,
    }))
}

/// The statement of a trust policy that lets somebody in, as text on several lines.
pub fn statement(expected: &Expected) -> String {
    page(&statement_of(expected))
}

fn subject(subject: &Subject, holder: &Holder) -> Value {
    let since = holder
        .issuer
        .immutable_since
        .as_deref()
        .filter(|_| holder.issuer.subject(subject.form).is_some_and(|own| own.immutable.is_some()));
    json!({
        "form": subject.form,
        "subject": subject.text,
        "pattern": subject.is_pattern,
        "immutable": subject.is_immutable,
        "immutableSince": since,
        "missing": subject.missing,
    })
}

fn statement_of(expected: &Expected) -> Value {
    let mut condition = Map::new();
    for wanted in expected.holder.conditions() {
        let value = match wanted.values.as_slice() {
            [only] => Value::String(only.clone()),
            values => json!(values),
        };
        let operator = condition.entry(wanted.operator).or_insert_with(|| Value::Object(Map::new()));
        if let Some(keys) = operator.as_object_mut() {
            keys.insert(wanted.key, value);
        }
    }
    json!({
        "Effect": "Allow",
        "Principal": { "Federated": expected.holder.principal(expected.account.as_deref()) },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    })
}
