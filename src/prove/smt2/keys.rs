//! The condition keys of a question: of which type each is, how many values it may hold, and how it is declared.

use std::fmt::Write as _;

use super::compare::relates;
use super::glob::{Reach, language, written};
use super::term::{all, any, equal, implies, in_language, literal, not, symbol, truth};
use crate::evaluate::holds_many;
use crate::pattern::{Part, Pattern};
use crate::policy::{Comparison, Condition, Relation, Value as Typed};
use crate::prove::{Held, Question, Values};
use crate::reference::{KeyType, Reference};

/// All condition keys of a question.
pub(super) struct Keys {
    list: Vec<Key>,
}

/// One condition key.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Key {
    /// As first written.
    pub(super) name: String,
    /// Whether a request may hold several values of it.
    pub(super) many: bool,
    pub(super) sort: Sort,
    /// Whether it is compared as things that no one sort takes in.
    pub(super) is_mixed: bool,
    /// Whether a pattern takes its value in, and no value that it is compared with holds a `*` or `?`.
    pub(super) without_wildcards: bool,
    /// Whether its values are ARNs.
    is_arn: bool,
    /// Whether it is of a tag, or compared with the empty text. Else no request is thought of that holds that.
    pub(super) may_be_empty: bool,
    /// Of a key of many values: how many places it has for them.
    places: usize,
}

/// What the values of a key are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Text,
    /// The text `true` or `false`.
    Switch,
    /// A decimal number.
    Number,
    /// Seconds since 1970.
    Date,
    /// The number of an address, and whether it is one of IPv6.
    Address,
    /// Bytes, in hexadecimal.
    Bytes,
}

/// A value of a request: the name of the constant that holds it.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) term: String,
    /// Of an address: whether it is one of IPv6.
    pub(super) is_v6: String,
    /// Whether the request holds it.
    pub(super) held: String,
}

impl Keys {
    pub(super) fn of(question: &Question<'_, '_>, reference: &Reference) -> Self {
        let mut found: Vec<Use> = Vec::new();
        let policies = question.allowed_by.iter().chain(&question.not_by);
        for statement in policies.flat_map(|policy| &policy.statements) {
            for condition in &statement.conditions {
                note(&mut found, condition);
            }
            for pattern in statement.resources.iter().flat_map(|resources| &resources.list) {
                note_variables(&mut found, pattern);
            }
        }
        let given = |own: &Use| {
            let held = question.among.keys.iter().find(|held| held.key.eq_ignore_ascii_case(&own.name));
            if let Some(Held { values: Values::Set(values), .. }) = held { values.len() } else { 0 }
        };
        let settled = found.into_iter().map(|own| {
            let given = given(&own);
            own.settle(reference, given)
        });
        Self { list: settled.collect() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.list.iter()
    }

    /// The key of a name, in any letter case.
    pub(super) fn get(&self, name: &str) -> Option<&Key> {
        self.list.iter().find(|own| own.name.eq_ignore_ascii_case(name))
    }

    /// What is known of keys before any policy is asked.
    pub(super) fn held(&self, held: &[Held]) -> Vec<String> {
        let known = held.iter().filter_map(|held| Some((self.get(&held.key)?, &held.values)));
        known.map(|(key, values)| key.holds(values)).collect()
    }

    /// The keys, declared, with what holds of each.
    pub(super) fn declarations(&self, out: &mut String) {
        for key in &self.list {
            key.declare(out);
        }
    }
}

impl Key {
    /// The places for its values: one, or as many as it may need.
    pub(super) fn values(&self) -> Vec<Value> {
        if !self.many {
            return vec![self.value("")];
        }
        (1..=self.places).map(|index| self.value(&format!(" {index}"))).collect()
    }

    /// Whether the request holds it.
    pub(super) fn present(&self) -> String {
        any(self.values().into_iter().map(|value| value.held))
    }

    /// That it holds these values.
    fn holds(&self, values: &Values) -> String {
        let places = self.values();
        let is = |place: &Value, text: &str| all([place.held.clone(), self.is(place, text).unwrap_or_else(|| truth(true))]);
        let these = |texts: &[String]| {
            let rest = places.iter().skip(texts.len()).map(|place| not(&place.held));
            all(places.iter().zip(texts).map(|(place, text)| is(place, text)).chain(rest))
        };
        match values {
            Values::None => not(self.present()),
            Values::One(text) => these(std::slice::from_ref(text)),
            Values::Set(texts) => these(texts),
            Values::Like { forms, except, or_none } => {
                let one_of = |forms: &[String], place: &Value| {
                    any(forms.iter().map(|form| in_language(&place.term, &language(&written(form), Reach::All, false))))
                };
                let fits = |place: &Value| all([one_of(forms, place), not(one_of(except, place))]);
                let text = matches!(self.sort, Sort::Text | Sort::Switch);
                let each = places.iter().filter(|_| text).map(|place| implies(&place.held, &fits(place)));
                let held = (!or_none).then(|| self.present());
                all(each.chain(held).collect::<Vec<_>>())
            }
        }
    }

    /// That a value is this one; `None` where it cannot be.
    pub(super) fn is(&self, place: &Value, text: &str) -> Option<String> {
        let comparison = match self.sort {
            Sort::Text | Sort::Switch => return Some(equal(&place.term, &literal(text))),
            Sort::Number => Comparison::Numeric(Relation::Equals),
            Sort::Date => Comparison::Date(Relation::Equals),
            Sort::Address => Comparison::IpAddress,
            Sort::Bytes => Comparison::Binary,
        };
        relates(comparison, &Typed::parse(comparison, text)?, place)
    }

    fn value(&self, place: &str) -> Value {
        let named = |what: &str| symbol(&format!("{what} {}{place}", self.name));
        Value { term: named("key"), is_v6: named("v6"), held: named("has") }
    }

    fn declare(&self, out: &mut String) {
        let (sort, what) = match self.sort {
            Sort::Text => ("String", "text"),
            Sort::Switch => ("String", "true or false"),
            Sort::Number => ("Real", "a number"),
            Sort::Date => ("Real", "seconds since 1970"),
            Sort::Address => ("Int", "the number of an address"),
            Sort::Bytes => ("String", "bytes, in hexadecimal"),
        };
        let many = if self.many { "; a set, of which each value has a place" } else { "" };
        let _ = writeln!(out, "; {}: {what}{many}", super::term::comment(&self.name));
        if self.is_mixed {
            out.push_str("; it is compared as texts and as something else, and what the one says of the other is left open\n");
        }
        if self.without_wildcards {
            out.push_str("; it stands as a variable in patterns, so that no value of it with `*` or `?` is looked at\n");
        }
        let values = self.values();
        for value in &values {
            let _ = writeln!(out, "(declare-const {} Bool)\n(declare-const {} {sort})", value.held, value.term);
            if self.sort == Sort::Address {
                let _ = writeln!(out, "(declare-const {} Bool)", value.is_v6);
            }
            let _ = writeln!(out, "(assert {})", self.domain(value));
        }
        for (one, next) in values.iter().zip(values.iter().skip(1)) {
            let _ = writeln!(out, "(assert {})", implies(&next.held, &one.held));
        }
    }

    /// What holds of a value whatever the policies say.
    fn domain(&self, value: &Value) -> String {
        let Value { term, is_v6, .. } = value;
        match self.sort {
            Sort::Text => {
                let is_user = self.name.eq_ignore_ascii_case("aws:username");
                let letter = if is_user {
                    "name-letter"
                } else if self.without_wildcards {
                    "tame"
                } else {
                    "letter"
                };
                let times = if self.may_be_empty && !self.many && !is_user { "*" } else { "+" };
                let arn = self.is_arn.then(|| in_language(term, "arn"));
                all([in_language(term, &format!("(re.{times} {letter})"))].into_iter().chain(arn))
            }
            Sort::Switch => format!("(or (= {term} \"true\") (= {term} \"false\"))"),
            // what the reader of numbers takes
            Sort::Number => {
                const MOST: &str = "170141183460469231731.687303715884105727";
                format!("(and (<= (- {MOST}) {term} {MOST}) (is_int (* 1000000000000000000.0 {term})))")
            }
            // from the year 0 to 9999 in nanoseconds, then in seconds
            Sort::Date => format!(
                "(and (<= (- 62167219200.0) {term} 9223372036854775807.0) (is_int (* 1000000000.0 {term})) (=> (< 253402300800.0 {term}) (is_int {term})))"
            ),
            Sort::Address => format!(
                "(and (<= 0 {term} (ite {is_v6} {} {})) (not (and {is_v6} (<= {} {term} {}))))",
                u128::MAX,
                u32::MAX,
                // what stands for an address of IPv4 is not documented, so no request is made of it
                0xffff_0000_0000_u128,
                0xffff_ffff_ffff_u128
            ),
            Sort::Bytes => in_language(term, "(re.* (re.++ digit digit))"),
        }
    }
}

/// How a key is used in a question.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Use {
    name: String,
    comparisons: Vec<Comparison>,
    is_variable: bool,
    all_of_sets: bool,
    has_wildcards: bool,
    has_empty: bool,
    conditions: Vec<String>,
}

impl Use {
    fn settle(self, reference: &Reference, given: usize) -> Key {
        let judged = self.comparisons.iter().any(|own| *own != Comparison::Null);
        let many = holds_many(reference, &self.name) || reference.key(&self.name).is_none() && judged && self.all_of_sets;
        let mut sorts: Vec<Sort> = Vec::new();
        for comparison in &self.comparisons {
            let sort = sort_of(*comparison);
            sorts.extend(sort.filter(|own| !sorts.contains(own)));
        }
        if self.is_variable && !sorts.contains(&Sort::Text) {
            sorts.push(Sort::Text);
        }
        let texts = sorts.iter().all(|sort| matches!(sort, Sort::Text | Sort::Switch));
        let sort = match sorts.as_slice() {
            [one] => *one,
            _ => Sort::Text,
        };
        let facts = reference.key(&self.name);
        let is_arn = facts.is_some_and(|own| own.kind == KeyType::Arn) || self.comparisons.contains(&Comparison::Arn);
        Key {
            is_arn: sort == Sort::Text && is_arn,
            // the value of a tag may be empty
            may_be_empty: sort == Sort::Text && (self.has_empty || self.name.to_ascii_lowercase().contains("tag/")),
            name: self.name,
            many,
            sort,
            is_mixed: !texts && sorts.len() > 1,
            without_wildcards: self.is_variable && !many && sort == Sort::Text && !self.has_wildcards,
            // each condition may need a value of its own to hold or to fail by; a set that none needs is a set all the same
            places: given.max(self.conditions.len() + 1),
        }
    }
}

fn sort_of(comparison: Comparison) -> Option<Sort> {
    match comparison {
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike | Comparison::Arn => {
            Some(Sort::Text)
        }
        Comparison::Numeric(_) => Some(Sort::Number),
        Comparison::Date(_) => Some(Sort::Date),
        Comparison::Bool => Some(Sort::Switch),
        Comparison::Binary => Some(Sort::Bytes),
        Comparison::IpAddress => Some(Sort::Address),
        Comparison::Null => None,
    }
}

fn note(found: &mut Vec<Use>, condition: &Condition<'_>) {
    if let (Some(name), Some(operator)) = (condition.key.known(), condition.operator) {
        // which of `LessThan` and `GreaterThan` it is makes no other sort
        let comparison = match operator.comparison {
            Comparison::Numeric(_) => Comparison::Numeric(Relation::Equals),
            Comparison::Date(_) => Comparison::Date(Relation::Equals),
            other => other,
        };
        let exact = matches!(comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase);
        let holds_wildcard = |pattern: &Pattern<'_>| {
            let symbols = pattern.parts().iter().any(|part| matches!(part, Part::Symbol('*' | '?')));
            symbols || exact && pattern.has_wildcard()
        };
        let has_wildcards = condition.values.iter().any(|operand| holds_wildcard(&operand.pattern));
        change(found, name, |own| {
            own.all_of_sets &= operator.set.is_some() || comparison == Comparison::Null;
            own.has_wildcards |= has_wildcards;
            own.has_empty |= condition.values.iter().any(|operand| operand.pattern.plain() == Some(""));
            if !own.comparisons.contains(&comparison) {
                own.comparisons.push(comparison);
            }
            let identity = identity(condition);
            if operator.set.is_some() && !own.conditions.contains(&identity) {
                own.conditions.push(identity);
            }
        });
    }
    for operand in &condition.values {
        note_variables(found, &operand.pattern);
    }
}

fn note_variables(found: &mut Vec<Use>, pattern: &Pattern<'_>) {
    for variable in pattern.variables() {
        change(found, &variable.key, |own| own.is_variable = true);
    }
}

fn change(found: &mut Vec<Use>, name: &str, change: impl FnOnce(&mut Use)) {
    if !found.iter().any(|own| own.name.eq_ignore_ascii_case(name)) {
        found.push(Use {
            name: name.to_owned(),
            comparisons: Vec::new(),
            is_variable: false,
            all_of_sets: true,
            has_wildcards: false,
            has_empty: false,
            conditions: Vec::new(),
        });
    }
    if let Some(own) = found.iter_mut().find(|own| own.name.eq_ignore_ascii_case(name)) {
        change(own);
    }
}

/// What a condition says, so that two that say the same are known to.
pub(super) fn identity(condition: &Condition<'_>) -> String {
    let operator = condition.operator.map_or_else(|| condition.operator_text.shown(), |own| own.name().into());
    let mut values: Vec<_> = condition.values.iter().map(|operand| told(&operand.pattern)).collect();
    values.sort_unstable();
    values.dedup();
    format!("{operator} {} {values:?}", condition.key.shown().to_ascii_lowercase())
}

/// A pattern in a few words. In a policy of 2008 a variable is plain text, and so another pattern than the one that looks like it.
pub(super) fn told(pattern: &Pattern<'_>) -> String {
    let plain = pattern.plain().is_some_and(|text| text.contains("${"));
    format!("`{}`{}", pattern.text.shown(), if plain { " as plain text" } else { "" })
}

/// Whether one of several places holds a value for which something is true.
pub(super) fn some(values: &[(Value, String)]) -> String {
    any(values.iter().map(|(value, holds)| all([value.held.clone(), holds.clone()])))
}
