//! Statements and policies as terms.

use super::callers::Callers;
use super::keys::{Key, Sort, identity, some};
use super::term::{all, all_in_lines, any, choose, equal, implies, literal, not, truth};
use super::writer::{HOLE, Writer};
use crate::evaluate::undocumented;
use crate::policy::{Comparison, Condition, Effect, Operator, Patterns, Policy, PolicyKind, SetPrefix, Statement, Value};

/// What one statement comes to.
pub(super) struct Applies {
    pub(super) allows: String,
    pub(super) denies: String,
}

impl Writer<'_> {
    /// When a statement applies, and whether it then allows or denies.
    pub(super) fn statement(&mut self, policy: &Policy<'_>, statement: &Statement<'_>, callers: &Callers) -> Applies {
        let principal = callers.named_by(policy, statement, self);
        let later = statement.open().map(|span| self.open(&format!("a hole of a statement {span:?}"), HOLE));
        let action = match &statement.actions {
            Some(actions) => self.list(actions, Self::action, "actions"),
            None => later.clone().unwrap_or_else(|| truth(false)),
        };
        let resource = match &statement.resources {
            Some(resources) if policy.kind != PolicyKind::Trust => self.list(resources, Self::resource, "resources"),
            _ => truth(true),
        };
        let mut holds = vec![principal, action, resource];
        holds.extend(later);
        holds.extend(statement.conditions.iter().map(|condition| self.condition(condition)));
        let applies = all_in_lines(holds);
        match statement.effect {
            Some((Effect::Allow, _)) => Applies { allows: applies, denies: truth(false) },
            Some((Effect::Deny, _)) => Applies { allows: truth(false), denies: applies },
            None => {
                let open = self.open(&format!("the effect of a statement {:?}", statement.mark), HOLE);
                Applies { allows: all([applies.clone(), open.clone()]), denies: all([applies, not(open)]) }
            }
        }
    }

    /// What a policy may allow and deny beyond its statements.
    pub(super) fn further(&mut self, policy: &Policy<'_>) -> Option<Applies> {
        let span = policy.later?;
        let mut open = |what: &str| self.open(&format!("{what} {span:?}"), HOLE);
        Some(Applies { allows: open("what a hole of a policy allows"), denies: open("what a hole of a policy denies") })
    }

    fn list(
        &mut self,
        patterns: &Patterns<'_>,
        judge: fn(&mut Self, &crate::pattern::Pattern<'_>) -> String,
        what: &str,
    ) -> String {
        if patterns.list.is_empty() {
            return self.open(&format!("an empty list of {what}, negated: {}", patterns.negated), undocumented::EMPTY_LIST);
        }
        let found = any(patterns.list.iter().map(|pattern| judge(self, pattern)).collect::<Vec<_>>());
        if patterns.negated { not(found) } else { found }
    }

    /// Whether a condition holds.
    fn condition(&mut self, condition: &Condition<'_>) -> String {
        let identity = identity(condition);
        let (Some(operator), Some(name)) = (condition.operator, condition.key.known()) else {
            return self.open(&identity, "a name that is no operator, or a hole");
        };
        if condition.values.is_empty() {
            return self.open(&identity, undocumented::EMPTY_LIST);
        }
        let keys = self.keys;
        let Some(key) = keys.get(name) else { return truth(false) };
        if operator.comparison == Comparison::Null {
            return self.null(condition, operator, &identity);
        }
        let absent = self.absent(operator, &identity);
        if operator.set.is_none() && key.many {
            return choose(key.present(), self.open(&identity, undocumented::SET_PLAIN_ON_MANY), absent);
        }
        let judged: Vec<_> = key
            .values()
            .into_iter()
            .map(|value| {
                let each = condition.values.iter().map(|operand| self.compare(operator.comparison, operand, key, &value));
                let found = any(each.collect::<Vec<_>>());
                (value, if operator.negated { not(found) } else { found })
            })
            .collect();
        let held = match operator.set {
            _ if !key.many => any(judged.iter().map(|(_, holds)| holds.clone())),
            Some(SetPrefix::ForAllValues) => {
                all(judged.iter().map(|(value, holds)| if holds == "true" { truth(true) } else { implies(&value.held, holds) }))
            }
            _ => some(&judged),
        };
        let mut present = key.present();
        if let (Some(_), true, Some((value, _))) = (operator.set, may_be_empty(key), judged.first()) {
            // a set of the empty string is as good as none
            present = all([present, not(equal(&value.term, &literal("")))]);
        }
        choose(present, held, absent)
    }

    fn absent(&mut self, operator: Operator, identity: &str) -> String {
        match operator.set {
            Some(SetPrefix::ForAllValues) => truth(true),
            Some(SetPrefix::ForAnyValue) if operator.if_exists => self.open(identity, undocumented::COND_IFEXISTS_SET),
            Some(SetPrefix::ForAnyValue) => truth(false),
            None => truth(operator.if_exists || operator.negated),
        }
    }

    fn null(&mut self, condition: &Condition<'_>, operator: Operator, identity: &str) -> String {
        if operator.set.is_some() {
            return self.open(identity, undocumented::NULL_SET_OPERATOR);
        }
        let keys = self.keys;
        let Some(key) = condition.key.known().and_then(|name| keys.get(name)) else { return truth(false) };
        let mut asks = |null: bool| {
            any(condition.values.iter().map(|operand| match (&operand.value, operand.pattern.plain()) {
                (Value::Bool(wanted), Some("true" | "false")) => truth(*wanted == null),
                (Value::Later, _) => self.open(&format!("Null {}", super::keys::told(&operand.pattern)), HOLE),
                _ => self.open(&format!("Null {}", super::keys::told(&operand.pattern)), undocumented::NULL_OTHER_VALUE),
            }))
        };
        let (null, there) = (asks(true), asks(false));
        let mut held = there.clone();
        if let (true, true, Some(value)) = (may_be_empty(key), null != there, key.values().first()) {
            let empty = equal(&value.term, &literal(""));
            held = choose(empty, self.open(&format!("{identity}, of the empty text"), undocumented::NULL_EMPTY_STRING), held);
        }
        choose(key.present(), held, null)
    }
}

/// Whether a request may hold the empty text for a key. A set holds none.
fn may_be_empty(key: &Key) -> bool {
    !key.many && (key.sort == Sort::Text && key.may_be_empty || key.sort == Sort::Bytes)
}
