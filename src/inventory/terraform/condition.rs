//! Conditions and what is computed of values, as far as these are known.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/operators>

use super::evaluate::{At, Branch, Evaluation, Value, is_null, is_unknown, known};
use super::path;
use crate::source::{SourceId, Span};
use crate::syntax::{Kind, Node, hole_text};

/// How deep two values are compared.
const DEEPEST: usize = 16;

impl<'t, 's> Evaluation<'_, 't, 's> {
    pub(super) fn conditional(&mut self, at: At, parts: &[Node<'t, 's>]) -> Option<Value<'t, 's>> {
        let [condition, first, second] = parts else { return None };
        let before = self.defaults.len();
        self.deciding += 1;
        let decided = self.truth(at, *condition);
        self.deciding -= 1;
        let rests_on = self.defaults.get(before..).unwrap_or_default().to_vec();
        if let Some(holds) = decided {
            // a module is called with other values, too
            let is_other = self.branch == Branch::Second && !rests_on.is_empty();
            self.met_open |= !rests_on.is_empty();
            self.varied.extend(rests_on);
            let failed = self.failed;
            let value = self.value(at, if holds == is_other { *second } else { *first });
            // the other one is taken
            self.failed = if is_other { failed } else { self.failed };
            return Some(value);
        }
        self.met_open = true;
        let written = self.written(*condition);
        let name = written.trim_start_matches("${").trim_end_matches('}');
        if self.branch == Branch::First {
            self.inventory.take_for(name, "true", &written);
        }
        self.undecided.push(name.to_owned());
        let failed = self.failed;
        let value = self.value(at, if self.branch == Branch::Second { *second } else { *first });
        // the other one may be taken
        self.failed = failed;
        Some(value)
    }

    /// Whether a condition holds, where that is known.
    pub(super) fn truth(&mut self, at: At, node: Node<'t, 's>) -> Option<bool> {
        self.known_at(at, node).as_deref().and_then(flag)
    }

    /// What a sign makes of its parts.
    pub(super) fn computation(&mut self, at: At, sign: &str, parts: &[Node<'t, 's>], place: Span) -> Option<Value<'t, 's>> {
        let holds = match (sign, parts) {
            ("&&", parts) => self.all_are(at, parts, true)?,
            ("||", parts) => !self.all_are(at, parts, false)?,
            ("!", [only]) => !self.truth(at, *only)?,
            ("==", [one, other]) => self.same(at, *one, *other)?,
            ("!=", [one, other]) => !self.same(at, *one, *other)?,
            (sign, parts) => return self.number_of(at, sign, parts, place),
        };
        Some(truth_value(holds, place))
    }

    /// Whether all conditions are as `wanted`.
    fn all_are(&mut self, at: At, parts: &[Node<'t, 's>], wanted: bool) -> Option<bool> {
        let found: Vec<_> = parts.iter().map(|own| self.truth(at, *own)).collect();
        if found.contains(&Some(!wanted)) { Some(false) } else { found.iter().all(Option::is_some).then_some(true) }
    }

    fn number_of(&mut self, at: At, sign: &str, parts: &[Node<'t, 's>], place: Span) -> Option<Value<'t, 's>> {
        let numbers = parts.iter().map(|own| self.known_at(at, *own)?.parse::<f64>().ok());
        let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
        let result = match (sign, &*numbers) {
            ("<", [one, other]) => return Some(truth_value(one < other, place)),
            ("<=", [one, other]) => return Some(truth_value(one <= other, place)),
            (">", [one, other]) => return Some(truth_value(one > other, place)),
            (">=", [one, other]) => return Some(truth_value(one >= other, place)),
            ("+", all) => all.iter().sum(),
            ("-", [only]) => -only,
            ("-", [one, other]) => one - other,
            ("*", [one, other]) => one * other,
            ("/", [one, other]) => one / other,
            ("%", [one, other]) => one % other,
            _ => return None,
        };
        result.is_finite().then(|| Value::Plain(Kind::Number, result.to_string(), place))
    }

    /// Whether two expressions come to the same.
    fn same(&mut self, at: At, one: Node<'t, 's>, other: Node<'t, 's>) -> Option<bool> {
        let is_made = |own: Node<'_, '_>| own.kind() == Kind::List;
        // a list between brackets is of no type that a variable may have
        if is_made(one) && self.is_list(at, other) || is_made(other) && self.is_list(at, one) {
            return Some(false);
        }
        let (one, other) = (self.value(at, one), self.value(at, other));
        self.equal(one, other, 0)
    }

    /// Whether an expression is a variable that is a list by its type.
    fn is_list(&self, at: At, node: Node<'t, 's>) -> bool {
        let name =
            node.written().strip_prefix("${var.").and_then(|rest| rest.strip_suffix('}')).filter(|_| node.kind() == Kind::Hole);
        let declared = name.and_then(|name| self.module(at.module)?.variables.get(name));
        let kind = declared.and_then(|own| own.get("type"));
        kind.is_some_and(|kind| kind.get("list()").is_some() || kind.get("set()").is_some())
    }

    /// Whether two values are the same, where that is known.
    pub(super) fn equal(&mut self, one: Value<'t, 's>, other: Value<'t, 's>, depth: usize) -> Option<bool> {
        if is_null(&one) || is_null(&other) {
            let are_both = is_null(&one) && is_null(&other);
            return if are_both { Some(true) } else { (!may_be_null(&one) || !may_be_null(&other)).then_some(false) };
        }
        if is_unknown(&one) || is_unknown(&other) || depth > DEEPEST {
            return None;
        }
        match (known(&one), known(&other)) {
            (Some(one), Some(other)) => return Some(one == other || is_same_number(&one, &other)),
            (Some(text), None) if text.is_empty() => return Some(false),
            (None, Some(text)) if text.is_empty() => return Some(false),
            _ => {}
        }
        if let (Some(one), Some(other)) = (self.entries(one.clone()), self.entries(other.clone())) {
            return self.equal_entries(one, &other, depth);
        }
        match (self.exact(one), self.exact(other)) {
            (Some(one), Some(other)) if one.len() != other.len() => Some(false),
            (Some(one), Some(other)) => {
                let pairs = one.into_iter().zip(other);
                all_hold(pairs.map(|(one, other)| self.equal(one, other, depth + 1)))
            }
            _ => None,
        }
    }

    fn equal_entries(
        &mut self,
        one: Vec<(super::evaluate::Part<'s>, Value<'t, 's>)>,
        other: &[(super::evaluate::Part<'s>, Value<'t, 's>)],
        depth: usize,
    ) -> Option<bool> {
        if one.iter().chain(other).any(|own| own.0.is_hole) {
            return None;
        }
        if one.len() != other.len() {
            return Some(false);
        }
        let pairs = one.into_iter().map(|(key, value)| {
            let found = other.iter().find(|own| own.0.literal.value == key.literal.value);
            found.map_or(Some(false), |own| self.equal(value, own.1.clone(), depth + 1))
        });
        all_hold(pairs)
    }

    /// What stands between the brackets of an index, where it is known.
    pub(super) fn term(&mut self, at: At, written: &str) -> Option<String> {
        let written = written.trim();
        if let Some(quoted) = path::quoted(written) {
            return Some(quoted.to_owned());
        }
        if !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(written.to_owned());
        }
        let hole = hole_text(written);
        let value = self.expression(at, &hole, Span::new(SourceId::NONE, 0, 0))?;
        known(&value)
    }
}

pub(super) fn truth_value<'t, 's>(holds: bool, place: Span) -> Value<'t, 's> {
    Value::Plain(Kind::Bool(holds), holds.to_string(), place)
}

/// Whether all of some hold, where that is known.
pub(super) fn all_hold(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let all: Vec<_> = all.collect();
    if all.contains(&Some(false)) { Some(false) } else { all.iter().all(Option::is_some).then_some(true) }
}

/// Whether a value may come to `null`: what is not known, or `null` itself.
fn may_be_null(value: &Value<'_, '_>) -> bool {
    is_null(value) || is_unknown(value)
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn is_same_number(one: &str, other: &str) -> bool {
    let is_number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let compared = || one.parse::<f64>().ok()?.partial_cmp(&other.parse::<f64>().ok()?);
    is_number(one) && is_number(other) && compared() == Some(std::cmp::Ordering::Equal)
}
