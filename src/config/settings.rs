//! What a configuration sets, value by value, with the place of each.

use std::fmt::Write as _;

use super::keys::{Shape, TABLES};
use crate::source::{SourceId, Span};
use crate::syntax::{self, Kind, Node};

/// A value that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// Its key with that of its table: `check.fail-on`, `ignore[0].path`.
    pub key: String,
    /// The value as it is written; `None` where nothing is set and nothing holds.
    pub value: Option<String>,
    /// Where it stands; `None` where nobody set it.
    pub place: Option<Span>,
}

/// Every value of a configuration file, those that nobody set among them.
pub fn settings(source: SourceId, text: &str) -> Vec<Setting> {
    let tree = syntax::toml::read(source, text);
    let mut settings = Vec::new();
    for table in TABLES {
        let own = tree.root().get(table.name);
        if table.is_list {
            for (at, item) in own.into_iter().flat_map(Node::items).enumerate() {
                let entries =
                    item.entries().map(|entry| set(format!("{}[{at}].{}", table.name, entry.key.written()), entry.value));
                settings.extend(entries);
            }
            continue;
        }
        for key in table.keys {
            let name = format!("{}.{}", table.name, key.name);
            match own.and_then(|own| own.get(key.name)) {
                Some(value) if key.shape == Shape::Severities => {
                    settings.extend(value.entries().map(|entry| set(format!("{name}.{}", entry.key.written()), entry.value)));
                }
                Some(value) => settings.push(set(name, value)),
                None => settings.push(Setting { key: name, value: key.default.map(str::to_owned), place: None }),
            }
        }
    }
    settings
}

fn set(key: String, value: Node<'_, '_>) -> Setting {
    let span = value.outer();
    Setting { key, value: Some(written(value)), place: Some(span) }
}

/// A value on one line, as TOML takes it.
fn written(value: Node<'_, '_>) -> String {
    let list = |open: &str, items: Vec<String>, close: &str| [open, &items.join(", "), close].concat();
    if let Some(text) = value.string() {
        return quoted(&text);
    }
    match value.kind() {
        Kind::List => list("[", value.items().map(written).collect(), "]"),
        Kind::Map => {
            let entries = value
                .entries()
                .map(|entry| format!("{} = {}", quoted(&entry.key.string().unwrap_or_default()), written(entry.value)));
            list("{ ", entries.collect(), " }")
        }
        _ => value.written().to_owned(),
    }
}

/// A text as a basic string of TOML.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // a string takes any write
            c if c.is_control() => drop(write!(out, "\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
