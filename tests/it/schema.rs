//! The schema of the JSON reports of `rolecall check` holds all that is in them, and nothing that is not.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support;
use crate::transcript::{finish, tool};

const SCHEMA: &str = "docs/schema/check.schema.json";

/// The words of JSON Schema that this reads; a schema with another one would be taken to hold more than it does.
const KNOWN: [&str; 14] = [
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "anyOf",
    "const",
    "description",
    "enum",
    "items",
    "minItems",
    "minimum",
    "properties",
    "required",
    "title",
];

/// Holds a value to a schema, and notes which parts of it were needed.
struct Checker<'s> {
    root: &'s Value,
    needed: BTreeSet<String>,
}

impl<'s> Checker<'s> {
    /// What is wrong with a value, at its path.
    fn complaints(&mut self, schema: &'s Value, value: &Value, path: &str) -> Vec<String> {
        let Some(words) = schema.as_object() else {
            return if schema == &Value::Bool(false) { vec![format!("{path}: it is not allowed")] } else { Vec::new() };
        };
        if let Some(name) = schema["$ref"].as_str() {
            let own = self.root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{SCHEMA}: {name} leads nowhere"));
            self.needed.insert(name.to_owned());
            return self.complaints(own, value, path);
        }
        let mut found = Vec::new();
        for (word, own) in words {
            let fits = match word.as_str() {
                "type" => own.as_str().into_iter().chain(list(own).iter().filter_map(Value::as_str)).any(|name| is(name, value)),
                "const" => own == value,
                "enum" => list(own).contains(value),
                "minimum" => value.as_f64() >= own.as_f64(),
                "minItems" => list(value).len() as u64 >= own.as_u64().expect("a number"),
                "required" => {
                    list(own).iter().all(|key| !value.is_object() || value.get(key.as_str().expect("a name")).is_some())
                }
                "anyOf" => list(own).iter().any(|one| self.complaints(one, value, path).is_empty()),
                "items" => {
                    for (at, item) in list(value).iter().enumerate() {
                        found.extend(self.complaints(own, item, &format!("{path}/{at}")));
                    }
                    true
                }
                "properties" => {
                    for (key, own) in own.as_object().expect("an object") {
                        if let Some(value) = value.get(key) {
                            found.extend(self.complaints(own, value, &format!("{path}/{key}")));
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    let others =
                        value.as_object().into_iter().flatten().filter(|(key, _)| schema["properties"].get(key).is_none());
                    for (key, value) in others {
                        found.extend(self.complaints(own, value, &format!("{path}/{key}")));
                    }
                    true
                }
                other => {
                    assert!(KNOWN.contains(&other), "{SCHEMA}: the test does not know `{other}`");
                    true
                }
            };
            if !fits {
                found.push(format!("{path}: `{word}` does not hold of {value}"));
            }
        }
        found
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{SCHEMA}: there is no type `{other}`"),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn reports_fit_the_schema() {
    let schema = json(&support::read(SCHEMA));
    let mut checker = Checker { root: &schema, needed: BTreeSet::new() };
    let mut complaints = Vec::new();
    let inputs: [&[&str]; 6] = [
        &["fixtures/formats/policies", "fixtures/formats/policies/gone.json"],
        &["fixtures/scenarios", "--pedantic"],
        &["fixtures/broken"],
        &["fixtures/snapshots"],
        &[
            "fixtures/policies",
            "fixtures/templates",
            "fixtures/terraform",
            "--pedantic",
            "--reference",
            "fixtures/reference/lantern.json",
        ],
        &["fixtures/embedded", "--markdown"],
    ];
    for arguments in inputs {
        let run = |format| finish(tool().args(["check", "--format", format]).args(arguments).current_dir(support::root())).stdout;
        let report = json(&run("json"));
        complaints.extend(checker.complaints(&schema, &report, ""));
        for line in run("ndjson").lines() {
            complaints.extend(checker.complaints(&schema["$defs"]["line"], &json(line), ""));
        }
    }
    complaints.truncate(10);
    support::none(complaints);
    let unneeded = schema["$defs"].as_object().expect("an object").keys();
    let unneeded = unneeded.filter(|name| *name != "line" && !checker.needed.contains(&format!("#/$defs/{name}")));
    support::none(unneeded.map(|name| format!("{SCHEMA}: no report has a `{name}`")));
}

#[test]
fn a_field_that_the_schema_lacks_is_found() {
    let schema = json(&support::read(SCHEMA));
    let report =
        finish(tool().args(["check", "--format", "json", "fixtures/formats/policies"]).current_dir(support::root())).stdout;
    let mut checker = Checker { root: &schema, needed: BTreeSet::new() };
    for (from, to) in [
        ("\"rule\":", "\"rules\":"),
        ("\"version\": 1", "\"version\": 2"),
        ("\"line\": 5", "\"line\": \"5\""),
        ("\"what\":", "\"what\": 1, \"more\":"),
    ] {
        let changed = report.replace(from, to);
        assert_ne!(changed, report, "{from}");
        assert!(!checker.complaints(&schema, &json(&changed), "").is_empty(), "{to}");
    }
}
