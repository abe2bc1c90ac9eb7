//! `[[ignore]]`: what is not reported, and why.

use ::toml::de::DeValue;

use super::{Reader, Value};
use crate::config::{Ignore, pointer_parts};
use crate::policy::Instant;

impl Reader<'_> {
    pub(super) fn ignore(&mut self, value: &Value<'_>) -> Option<Ignore> {
        let table = self.table(value, "ignore")?;
        let (mut path, mut rules, mut reason) = (None, None, None);
        let (mut sid, mut pointer, mut text, mut until) = (None, None, None, None);
        let known = self.problems.len();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "path" => {
                    let glob = self.text(value, "a path").and_then(|text| self.glob(value.span(), text));
                    path = glob.map(|glob| (glob, value.span()));
                }
                "rule" => rules = Some(self.rules(value)),
                "reason" => reason = self.reason(value),
                "sid" => sid = self.text(value, "a `Sid`").map(str::to_owned),
                "pointer" => pointer = self.pointer(value),
                "value" => text = self.text(value, "a value").map(str::to_owned),
                "until" => until = self.until(value),
                name => self.unknown_key(key.span(), name, "ignore"),
            }
        }
        let is_given = |name: &str| table.iter().any(|(key, _)| key.get_ref().as_ref() == name);
        for needed in ["path", "rule", "reason"].into_iter().filter(|needed| !is_given(needed)) {
            let help = match needed {
                "path" => "say where: `path = \"roles/*.json\"`",
                "rule" => {
                    "say what: `rule = \"guest-can-assume\"`; to leave a rule out everywhere, `ignore` in `[check]` is meant"
                }
                _ => "say why it is right as it is",
            };
            self.problem(value.span(), format!("`{needed}` is missing"), Some(help.to_owned()));
        }
        if self.problems.len() > known {
            return None;
        }
        let (path, span) = path?;
        Some(Ignore { path, rules: rules?, sid, pointer, value: text, reason: reason?, until, span: self.place(span) })
    }

    fn rules(&mut self, value: &Value<'_>) -> Vec<&'static str> {
        let named = match value.get_ref() {
            DeValue::String(text) => vec![text.to_string()],
            _ => self.list(value, "rule", |_, _, text| Some(text.to_owned())),
        };
        if named.is_empty() && matches!(value.get_ref(), DeValue::Array(_)) {
            self.problem(value.span(), "no rule is named".to_owned(), Some("name at least one".to_owned()));
        }
        let all = self.known.rules.clone();
        let mut rules = Vec::new();
        for name in named {
            match all.iter().find(|own| **own == name) {
                Some(rule) => rules.push(*rule),
                None if self.known.themes.contains(&name.as_str()) => {
                    let help = "name its rules; `rolecall rules` lists them".to_owned();
                    self.problem(value.span(), format!("`{name}` is a theme, not a rule"), Some(help));
                }
                None => self.unknown(value.span(), &format!("there is no rule `{name}`"), &name, &all),
            }
        }
        rules
    }

    fn reason(&mut self, value: &Value<'_>) -> Option<String> {
        let text = self.text(value, "a reason")?.trim();
        if text.is_empty() {
            self.problem(value.span(), "the reason is empty".to_owned(), Some("say why it is right as it is".to_owned()));
            return None;
        }
        Some(text.to_owned())
    }

    fn pointer(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let text = self.text(value, "a pointer")?;
        let parts = pointer_parts(text);
        if parts.is_none() {
            let help = "a JSON pointer starts with a slash: `/Statement/0`".to_owned();
            self.problem(value.span(), format!("`{text}` points nowhere"), Some(help));
        }
        parts
    }

    /// A day, up to whose end something holds.
    fn until(&mut self, value: &Value<'_>) -> Option<Instant> {
        let written = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong_type(value, "a date is due here", Some("write `2027-01-31`".to_owned()));
                return None;
            }
        };
        let day = Instant::last_of_day(&written);
        if day.is_none() {
            self.problem(value.span(), format!("`{written}` is no day"), Some("write `2027-01-31`".to_owned()));
        }
        day
    }
}
