//! What holds for any value and for any text.

use proptest::prelude::*;
use rolecall::source::Sources;
use rolecall::syntax::yaml::MAX_ALIASED;
use rolecall::syntax::{Literal, Node, hcl, toml, yaml};
use serde_json::Value;

use super::{JSON, Read, TOML, YAML, lawful, value, with};

const HCL: &str = include_str!("../../../fixtures/hcl/running.tf");

/// Writes values in one of the ways of a form, which `dice` chooses.
struct Writer<D> {
    out: String,
    dice: D,
}

impl<D: FnMut(usize) -> usize> Writer<D> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A string in double quotes; the escapes are those that both forms have.
    fn quoted(&mut self, text: &str) {
        self.push("\"");
        for c in text.chars() {
            match (c, (self.dice)(8)) {
                ('"' | '\\', _) => self.out.extend(['\\', c]),
                ('\n', 0..4) => self.push("\\n"),
                ('\t', 0..4) => self.push("\\t"),
                (' '..='~' | 'à'..='ÿ', 1..) => self.out.push(c),
                (c, 0..4) if u32::from(c) < 0x100 => self.push(&format!("\\x{:02x}", u32::from(c))),
                (c, 0..6) if u32::from(c) < 0x10000 => self.push(&format!("\\u{:04X}", u32::from(c))),
                _ => self.push(&format!("\\U{:08x}", u32::from(c))),
            }
        }
        self.push("\"");
    }

    fn listed<T>(&mut self, brackets: [&str; 2], items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.push(brackets[0]);
        for (index, item) in items.into_iter().enumerate() {
            self.push(if index > 0 { "," } else { "" });
            let space = ["", " ", " "][(self.dice)(3)];
            self.push(space);
            write(self, item);
        }
        self.push(brackets[1]);
    }

    fn toml_string(&mut self, text: &str) {
        let printable = |c: char| c == '\t' || c >= ' ' && c != '\u{7f}';
        match (self.dice)(4) {
            0 if text.chars().all(|c| printable(c) && c != '\'') => self.push(&format!("'{text}'")),
            1 if text.chars().all(|c| (printable(c) || c == '\n') && c != '\'') => self.push(&format!("'''\n{text}'''")),
            2 if text.chars().all(|c| (printable(c) || c == '\n') && c != '"' && c != '\\') => {
                // lines that are one
                let line_end = |at: usize| {
                    text[..at].chars().next_back().is_some_and(|c| c == ' ') && !text[at..].starts_with([' ', '\t', '\n'])
                };
                let cut = (0..text.len()).find(|&at| text.is_char_boundary(at) && line_end(at)).unwrap_or(0);
                let (first, second) = text.split_at(cut);
                // a line end that opens the text is not part of it
                let joint = if cut > 0 { "\\\n   " } else { "" };
                self.push(&format!("\"\"\"\r\n{first}{joint}{second}\"\"\""));
            }
            _ => self.quoted(text),
        }
    }

    fn toml_key(&mut self, key: &str) {
        let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if bare { self.push(key) } else { self.quoted(key) }
    }

    fn toml_inline(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.toml_string(text),
            Value::Array(items) => self.listed(["[", "]"], items, Self::toml_inline),
            Value::Object(entries) => self.listed(["{", "}"], entries, |writer, (key, value)| {
                writer.toml_key(key);
                writer.push(" = ");
                writer.toml_inline(value);
            }),
            other => self.push(&other.to_string()),
        }
    }

    /// The entries of a table: scalars and inline ones first, as the form wants it.
    fn toml_table(&mut self, path: &[String], entries: &serde_json::Map<String, Value>) {
        let has_header = |value: &Value| match value {
            Value::Object(_) => true,
            Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
            _ => false,
        };
        for (key, value) in entries.iter().filter(|(_, value)| !has_header(value)) {
            self.toml_key(key);
            self.push("=");
            self.toml_inline(value);
            self.push("\n");
        }
        for (key, value) in entries.iter().filter(|(_, value)| has_header(value)) {
            let mut writer = Writer { out: String::new(), dice: |_| 1 };
            writer.toml_key(key);
            let path = [path, &[writer.out]].concat();
            let (tables, brackets) = match value {
                Value::Object(table) => (vec![table], ["[", "]"]),
                _ => (value.as_array().into_iter().flatten().filter_map(Value::as_object).collect(), ["[[", "]]"]),
            };
            for table in tables {
                self.push(&format!("{}{}{}\n", brackets[0], path.join(" . "), brackets[1]));
                self.toml_table(&path, table);
            }
        }
    }

    fn yaml_string(&mut self, text: &str, indent: usize, in_flow: bool) {
        let printable = |c: char| (' '..='~').contains(&c) || ('à'..='ÿ').contains(&c);
        let word = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().all(|c| printable(c) && !"#:,[]{}".contains(c))
                && !text.ends_with(' ')
                && !["true", "false", "null", "True", "False", "Null"].contains(&text)
        };
        let lines =
            || text.split('\n').all(|line| line.chars().all(printable)) && !text.starts_with([' ', '\n']) && !text.is_empty();
        let margin = " ".repeat(indent + 1);
        match (self.dice)(6) {
            0 if text.chars().all(printable) => self.push(&format!("'{}'", text.replace('\'', "''"))),
            1 | 2 if word(text) => self.push(text),
            3 if !in_flow && lines() => {
                let kept = text.len() - text.trim_end_matches('\n').len();
                let sign = ["-", "", "+"][kept.min(2)];
                let body = text.strip_suffix('\n').unwrap_or(text);
                self.push(&format!("|{sign}\n{margin}{}", body.replace('\n', &format!("\n{margin}"))));
            }
            4 if !in_flow && lines() && !text.contains("\n ") && !text.contains("\n\n") && !text.ends_with('\n') => {
                self.push(&format!(">-\n{margin}{}", text.replace('\n', &format!("\n\n{margin}"))));
            }
            _ => self.quoted(text),
        }
    }

    fn yaml_key(&mut self, key: &str) {
        // a plain key that looks like something else is a string all the same
        let plain = key.starts_with(|c: char| c.is_ascii_alphanumeric()) && key.bytes().all(|b| b.is_ascii_alphanumeric());
        if plain && key.len() < 20 { self.push(key) } else { self.quoted(key) }
    }

    fn yaml_flow(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.yaml_string(text, 0, true),
            Value::Array(items) => self.listed(["[", "]"], items, Self::yaml_flow),
            Value::Object(entries) => self.listed(["{", "}"], entries, |writer, (key, value)| {
                writer.yaml_key(key);
                writer.push(": ");
                writer.yaml_flow(value);
            }),
            Value::Null => {
                let null = ["null", "~"][(self.dice)(2)];
                self.push(null);
            }
            other => self.push(&other.to_string()),
        }
    }

    /// A value behind its key or dash, whose own lines are indented by `indent`.
    fn yaml_block(&mut self, value: &Value, indent: usize) {
        let margin = format!("\n{}", " ".repeat(indent));
        match value {
            Value::Array(items) if !items.is_empty() && (self.dice)(4) > 0 => {
                for item in items {
                    self.push(&format!("{margin}- "));
                    self.yaml_block(item, indent + 2);
                }
            }
            Value::Object(entries) if !entries.is_empty() && (self.dice)(4) > 0 => {
                for (key, value) in entries {
                    self.push(&margin);
                    self.yaml_key(key);
                    self.push(": ");
                    self.yaml_block(value, indent + 2);
                }
            }
            Value::String(text) => self.yaml_string(text, indent, false),
            other => self.yaml_flow(other),
        }
    }
}

/// A source of numbers below a bound, the same for the same seed.
fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed | 1;
    move |bound| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from((state >> 16) % bound as u64).unwrap()
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z ]{0,12}", "[ -~]{0,20}", "[ -~éü\n\t]{0,30}", "[a-z]{1,4}(\n{1,3}[a-z ]{1,6}){0,3}\n?", any::<String>()]
}

fn any_value(with_null: bool) -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        // eighths print and read without rounding
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        any_text().prop_map(Value::String),
    ];
    let leaf = if with_null { prop_oneof![Just(Value::Null), scalar.clone()].boxed() } else { scalar.boxed() };
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any_text(), inner), 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Maps without regard to the order of their entries.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(mut entries) => {
            entries.sort_keys();
            entries.into_iter().map(|(key, value)| (key, sorted(value))).collect()
        }
        other => other,
    }
}

fn read_lawfully(read: Read, text: &str) {
    with(read, text, |sources, tree| {
        lawful(sources, tree);
        assert!(tree.len() <= 2 * text.len() + 2 + MAX_ALIASED);
    });
}

/// Each character that is no white space is written where it is said to stand: as it is, or as an escape.
fn rereads_itself(sources: &Sources, literal: &Literal<'_>) {
    for (at, c) in literal.value.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let written = sources.slice(literal.span_of(at..at + c.len_utf8()));
        assert!(written.starts_with(c) || written.starts_with('\\'), "{c:?} is written {written:?}");
    }
}

fn rereads(read: Read, text: &str) -> Value {
    with(read, text, |sources, tree| {
        lawful(sources, tree);
        assert_eq!(tree.faults(), [], "in {text}");
        for literal in tree.root().within().filter_map(Node::literal) {
            rereads_itself(sources, &literal);
        }
        value(tree.root())
    })
}

const SCRAPS: [&str; 79] = [
    "a",
    "b: ",
    "- ",
    "? ",
    ": ",
    "\n",
    "\n  ",
    "\n    ",
    "\r\n",
    "\t",
    " ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!x ",
    "!!str ",
    "|",
    ">",
    "-",
    "+",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "\\",
    "\\\n",
    "\\n",
    "\\x41",
    "\\u00e9",
    "\\ud83d\\ude00",
    "#",
    "---",
    "...",
    "%YAML 1.2\n",
    "~",
    "null",
    "true",
    "1",
    "1.5",
    "0x1F",
    "é",
    "😀",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "=",
    " = ",
    ".",
    "[a]\n",
    "[[a]]\n",
    "[a.b]\n",
    "a = 1\n",
    "a.b = 2\n",
    "2012-10-17",
    "<<: ",
    "a {\n",
    "a \"b\" {\n",
    "${",
    "$${",
    "%{ if a }",
    "%{ endif }",
    "<<E\n",
    "<<-E\n",
    "\nE\n",
    "f(",
    ")",
    " ? ",
    "...",
    "/*",
    "*/",
    "~",
    "(",
    "resource \"a\" \"b\" {\n",
    "a = { a = 1, a = 2 }\n",
];

proptest! {
    #[test]
    fn any_value_as_toml(value in prop::collection::vec((any_text(), any_value(false)), 0..6), seed in any::<u64>()) {
        let entries: serde_json::Map<_, _> = value.into_iter().collect();
        let mut writer = Writer { out: String::new(), dice: dice(seed) };
        writer.toml_table(&[], &entries);
        prop_assert_eq!(sorted(rereads(toml::read, &writer.out)), sorted(Value::Object(entries)), "in {}", writer.out);
    }

    #[test]
    fn any_value_as_yaml(value in any_value(true), seed in any::<u64>()) {
        let mut writer = Writer { out: String::new(), dice: dice(seed) };
        writer.yaml_block(&value, 0);
        // the last line ends as those before it do
        writer.push("\n");
        let read = rereads(yaml::read, &writer.out);
        prop_assert_eq!(read.to_string(), value.to_string(), "in {}", writer.out);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for read in [toml::read as Read, |id, text| yaml::read(id, text), |id, text| hcl::read(id, text)] {
            let mut sources = Sources::new();
            let id = sources.add_bytes("bytes", bytes.clone());
            lawful(&sources, &read(id, sources.get(id).text()));
        }
    }

    #[test]
    fn any_scraps(picks in prop::collection::vec(0..SCRAPS.len(), 0..30)) {
        let text: String = picks.into_iter().map(|pick| SCRAPS[pick]).collect();
        read_lawfully(toml::read, &text);
        read_lawfully(yaml::read, &text);
        read_lawfully(hcl::read, &text);
    }

    #[test]
    fn mutants(pick in 0..4_usize, seed in any::<u64>()) {
        let mut dice = dice(seed);
        let mut text: Vec<char> = [JSON, TOML, YAML, HCL][pick].chars().collect();
        for _ in 0..=dice(4) {
            let at = dice(text.len());
            let end = (at + dice(4)).min(text.len());
            text.splice(at..end, SCRAPS[dice(SCRAPS.len())].chars());
        }
        let text: String = text.into_iter().collect();
        read_lawfully(toml::read, &text);
        read_lawfully(yaml::read, &text);
        read_lawfully(hcl::read, &text);
    }
}
