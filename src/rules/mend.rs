//! Fixes that several rules have in common.

use crate::finding::{Edit, Fix};
use crate::policy::{Condition, Operator, Policy, Statement};
use crate::script::Script;
use crate::source::{Sources, Span};
use crate::syntax::Text;

/// A policy, and the texts in which it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mender<'m, 's> {
    sources: &'m Sources,
    policy: &'m Policy<'s>,
}

impl<'m, 's> Mender<'m, 's> {
    /// What mends this policy.
    pub(super) fn of(sources: &'m Sources, policy: &'m Policy<'s>) -> Self {
        Self { sources, policy }
    }

    /// How the policy is written.
    pub(super) fn script(self) -> Option<Script<'m, 's>> {
        Script::of(self.sources, self.policy)
    }

    /// Another text for what lies between the quotes of a string, or for a part of that.
    pub(super) fn write(self, place: Span, text: &str) -> Option<Fix> {
        self.write_all([(place, text)])
    }

    /// Another value of a condition, in quotes also where it has none.
    pub(super) fn value(self, place: Span, text: &str) -> Option<Fix> {
        Some(Fix::new(format!("write `{text}`"), [self.script()?.write_value(place, text)?]))
    }

    /// As [`Mender::write`], with what was meant most likely and not for sure: a name that is near.
    pub(super) fn likely(self, place: Span, text: &str) -> Option<Fix> {
        self.write(place, text).map(guess)
    }

    /// Nothing in the place of a part of a string.
    pub(super) fn empty(self, place: Span, what: &str) -> Option<Fix> {
        Some(Fix::new(what, [self.script()?.write(place, "")?]))
    }

    /// As [`Mender::write`], at several places at once; the order names the first text.
    pub(super) fn write_all<'t>(self, places: impl IntoIterator<Item = (Span, &'t str)>) -> Option<Fix> {
        let script = self.script()?;
        let mut places = places.into_iter().peekable();
        let what = format!("write `{}`", places.peek()?.1);
        let edits = places.map(|(place, text)| script.write(place, text)).collect::<Option<Vec<_>>>()?;
        Some(Fix::new(what, edits))
    }

    /// Another operator for a condition; `None` where it stands before further keys, which may not mean the same then.
    pub(super) fn operator(self, statement: &Statement<'_>, condition: &Condition<'_>, operator: Operator) -> Option<Fix> {
        let place = condition.operator_text.span();
        let keys = statement.conditions.iter().filter(|own| own.operator_text.span() == place);
        Some(operator.name()).filter(|name| keys.count() == 1 && !name.is_empty()).and_then(|name| self.write(place, name))
    }

    /// A list without some of its values, by their numbers.
    pub(super) fn without(self, values: &[&Text<'_>], gone: &[usize]) -> Option<Fix> {
        Self::removal(self.script()?.without(values, gone)?, gone.len())
    }

    /// The policy without a statement.
    pub(super) fn without_statement(self, statement: &Statement<'_>) -> Option<Fix> {
        Some(Fix::new("remove the statement", self.script()?.without_statement(statement.index)?))
    }

    /// A statement without an element, by the place of its key.
    pub(super) fn without_element(self, key: Span, name: &str) -> Option<Fix> {
        Some(Fix::new(format!("remove the `{name}`"), self.script()?.without_member(key)?))
    }

    /// A list with further values.
    pub(super) fn add(self, values: &[&Text<'_>], further: &[&str], what: String) -> Option<Fix> {
        Some(Fix::new(what, self.script()?.add(values, further)?))
    }

    fn removal(edits: Vec<Edit>, count: usize) -> Option<Fix> {
        let what = match count {
            1 => "remove it".to_owned(),
            2 => "remove both".to_owned(),
            _ => format!("remove all {count}"),
        };
        (!edits.is_empty()).then(|| Fix::new(what, edits))
    }
}

/// As what was meant most likely, and not for sure.
pub(super) fn guess(fix: Fix) -> Fix {
    Fix { safe: false, ..fix }
}
