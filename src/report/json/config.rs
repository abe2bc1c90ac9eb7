//! The configuration: what holds, and the schema of the file.

use serde_json::{Map, Value, json};

use super::{VERSION, append, page, place};
use crate::config::{Key, Known, Setting, Shape, TABLES, Table};
use crate::finding::Severity;
use crate::report::Holding;
use crate::source::Sources;

/// Every value that holds, with its place.
pub fn settings(holding: &Holding, settings: &[Setting], sources: &Sources) -> String {
    let rows = settings.iter().map(|own| {
        let mut value = json!({ "key": own.key, "value": own.value, "isDefault": own.place.is_none() });
        if let Some(span) = own.place {
            append(&mut value, place(span, sources));
        }
        value
    });
    page(&json!({ "version": VERSION, "file": holding.file, "why": holding.why, "settings": rows.collect::<Vec<_>>() }))
}

/// The JSON Schema (draft 2020-12) of a configuration file.
pub fn config_schema(known: &Known) -> String {
    let tables: Map<String, Value> = TABLES.iter().map(|table| (table.name.to_owned(), of_table(table))).collect();
    page(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rolecall.toml",
        "description": "The configuration of rolecall.",
        "type": "object",
        "properties": tables,
        "additionalProperties": false,
        "$defs": {
            "rule": { "enum": known.rules },
            "theme": { "enum": known.themes },
            "severity": { "enum": Severity::ALL.map(Severity::name) },
        },
    }))
}

fn of_table(table: &Table) -> Value {
    let keys: Map<String, Value> = table.keys.iter().map(|key| (key.name.to_owned(), of_key(key))).collect();
    let needed: Vec<&str> = table.keys.iter().filter(|key| key.is_needed).map(|key| key.name).collect();
    let mut value = json!({ "type": "object", "properties": keys, "additionalProperties": false });
    if !needed.is_empty() {
        append(&mut value, json!({ "required": needed }));
    }
    if !table.one_of.is_empty() {
        append(&mut value, json!({ "anyOf": table.one_of.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>() }));
    }
    if table.is_list {
        value = json!({ "type": "array", "items": value });
    }
    append(&mut value, json!({ "description": table.says }));
    value
}

fn of_key(key: &Key) -> Value {
    let text = json!({ "type": "string" });
    let texts = || json!({ "oneOf": [text, { "type": "array", "items": text }] });
    let named = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let (rule, severity) = (named("rule"), named("severity"));
    let mut value = match key.shape {
        Shape::Names => json!({ "type": "array", "items": { "anyOf": [rule, named("theme")] } }),
        Shape::Rules => json!({ "oneOf": [rule, { "type": "array", "items": rule, "minItems": 1 }] }),
        Shape::Severity => severity,
        Shape::Severities => json!({ "type": "object", "propertyNames": rule, "additionalProperties": severity }),
        Shape::Truth => json!({ "type": "boolean" }),
        Shape::Glob | Shape::Path => json!({ "type": "string", "minLength": 1 }),
        Shape::Globs => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        Shape::Accounts => json!({ "type": "array", "items": { "type": "string", "pattern": "^[0-9]{12}$" } }),
        Shape::Providers => json!({ "type": "array", "items": text }),
        Shape::Text => text,
        Shape::Texts => texts(),
        Shape::Pointer => json!({ "type": "string", "pattern": "^/" }),
        Shape::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Conditions => {
            json!({ "type": "object", "propertyNames": { "pattern": ":" }, "additionalProperties": texts() })
        }
    };
    append(&mut value, json!({ "description": key.says }));
    if let Some(default) = key.default {
        let default = match default {
            "true" | "false" => json!(default == "true"),
            text => json!(text.trim_matches('"')),
        };
        append(&mut value, json!({ "default": default }));
    }
    value
}
