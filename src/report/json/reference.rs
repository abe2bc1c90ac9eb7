//! What a name of AWS stands for, for programs. Nothing is cut.

use serde_json::{Value, json};

use super::{VERSION, append, page};
use crate::lint::Rule;
use crate::reference::{Action, ConditionKey, Reference, ResourceType, Service, Topic};

/// All that a name stands for.
pub fn topics(name: &str, topics: &[Topic<'_>], reference: &Reference) -> String {
    let topics: Vec<Value> = topics.iter().map(|own| topic(own, reference)).collect();
    page(&json!({ "version": VERSION, "name": name, "reference": data(reference), "topics": topics }))
}

/// A rule that was asked for by its name.
pub fn rule(theme: Option<&str>, rule: &Rule, reference: &Reference) -> String {
    let topic = json!({
        "kind": "rule",
        "name": rule.name,
        "theme": theme,
        "severity": rule.severity.name(),
        "summary": rule.summary(),
        "page": rule.page,
    });
    page(&json!({ "version": VERSION, "name": rule.name, "reference": data(reference), "topics": [topic] }))
}

/// The day of the service data, and what was laid over it.
fn data(reference: &Reference) -> Value {
    json!({ "date": Reference::date(), "overlays": reference.overlays().collect::<Vec<_>>() })
}

fn topic(topic: &Topic<'_>, reference: &Reference) -> Value {
    match topic {
        Topic::Service(service) => self::service(service, reference),
        Topic::Action(action) => self::action(*action, reference),
        Topic::Actions(service, actions) => {
            let of = |own: &Action<'_>| json!({ "name": full(*own), "level": own.level().name() });
            let actions: Vec<Value> = actions.iter().map(of).collect();
            json!({ "kind": "actions", "service": service.prefix(), "actions": actions })
        }
        Topic::Key(own) => {
            let actions: Vec<String> = own.actions.iter().flat_map(|(_, actions)| names(actions)).collect();
            let mut value = json!({ "kind": "key", "description": own.about });
            append(&mut value, key(own.key));
            let global = own.key.global.map(|global| {
                json!({
                    "always": global.always,
                    "signed": global.signed,
                    "deprecated": global.deprecated,
                    "unsupported": global.unsupported,
                    "ofPrincipal": global.of_principal,
                })
            });
            append(&mut value, json!({ "global": global, "actions": actions }));
            value
        }
        Topic::Resource(own, takers) => resource(*own, takers),
        Topic::Operation(operation, actions) => {
            json!({ "kind": "operation", "name": operation.name, "sure": operation.sure, "allowedBy": names(actions).collect::<Vec<_>>() })
        }
        Topic::Arn(kinds) => {
            let resources: Vec<Value> = kinds.iter().map(|(kind, takers)| resource(*kind, takers)).collect();
            json!({ "kind": "arn", "resources": resources })
        }
    }
}

fn service(service: &Service, reference: &Reference) -> Value {
    let actions = service.actions().map(|own| json!({ "name": full(own), "level": own.level().name() }));
    let resources = service.resources().map(|kind| json!({ "name": kind.name(), "arns": kind.formats().collect::<Vec<_>>() }));
    json!({
        "kind": "service",
        "name": service.prefix(),
        "title": service.title(),
        "page": service.page(),
        "overlay": reference.overlay_of(service.prefix()),
        "resourceControlPolicies": service.has_rcps(),
        "actions": actions.collect::<Vec<_>>(),
        "resources": resources.collect::<Vec<_>>(),
        "keys": service.keys().map(key).collect::<Vec<_>>(),
    })
}

fn action(action: Action<'_>, reference: &Reference) -> Value {
    let resources = action.resources().map(|own| {
        let formats: Vec<&str> = own.kind(action.service).into_iter().flat_map(ResourceType::formats).collect();
        json!({ "name": own.name(), "required": own.required, "arns": formats })
    });
    let keys = action.all_keys().into_iter().map(|(name, kinds)| {
        let mut value = reference.key(&name.to_string()).map_or_else(|| json!({ "name": name.to_string() }), key);
        append(&mut value, json!({ "resources": kinds }));
        value
    });
    json!({
        "kind": "action",
        "name": full(action),
        "level": action.level().name(),
        "description": action.about(),
        "page": action.service.page(),
        "resources": resources.collect::<Vec<_>>(),
        "unsure": action.is_unsure(),
        "keys": keys.collect::<Vec<_>>(),
        "needs": action.needs().collect::<Vec<_>>(),
    })
}

fn resource(kind: ResourceType<'_>, takers: &[Action<'_>]) -> Value {
    json!({
        "kind": "resource",
        "service": kind.service().prefix(),
        "name": kind.name(),
        "arns": kind.formats().collect::<Vec<_>>(),
        "keys": kind.keys().map(|key| key.to_string()).collect::<Vec<_>>(),
        "actions": names(takers).collect::<Vec<_>>(),
    })
}

fn key(key: ConditionKey<'_>) -> Value {
    json!({ "name": key.name.to_string(), "type": key.kind.aws_name(), "multivalued": key.many })
}

fn names<'a>(actions: &'a [Action<'_>]) -> impl Iterator<Item = String> + 'a {
    actions.iter().map(|own| full(*own))
}

fn full(action: Action<'_>) -> String {
    format!("{}:{}", action.service.prefix(), action.name)
}
