//! Statements that another one makes needless.

use std::borrow::Cow;
use std::collections::HashMap;

use super::alone::{holds, may_cover, only};
use crate::evaluate::{Context, ContextValue, Truth, judge};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Condition, Patterns, Policy, PrincipalKind, Statement};
use crate::rules::mend::Mender;
use crate::rules::tag::Tag;

pub(super) static RULE: Rule = Rule {
    name: "redundant-statement",
    severity: Severity::Style,
    page: include_str!("../../../rules/logic/redundant-statement.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut all_marks: Vec<Marks> = Vec::new();
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy).filter(|policy| policy.statements.len() > 1);
    for policy in policies.filter(|policy| policy.refusal().is_none()) {
        all_marks.clear();
        all_marks.extend(policy.statements.iter().map(Marks::of));
        let by_action = ByAction::of(policy);
        let mut gone = vec![false; all_marks.len()];
        for (at, (statement, own)) in policy.statements.iter().zip(&all_marks).enumerate() {
            let is_left = |wide: &&usize| **wide != at && gone.get(**wide) == Some(&false);
            let places = by_action.may_take_in(statement);
            let wide = places.iter().filter(is_left).filter_map(|at| policy.statements.get(*at).zip(all_marks.get(*at)));
            let mut others = wide.filter(|(_, other)| other.may_take_in(*own)).map(|(wide, _)| wide);
            let Some(wider) = others.find(|own| is_wider(facts, policy, own, statement)) else { continue };
            if let Some(gone) = gone.get_mut(at) {
                *gone = true;
            }
            findings.push(Finding {
                related: vec![Label::new(wider.place(), "says as much")],
                help: Some("take it out".to_owned()),
                fix: Mender::of(facts.sources, policy).without_statement(statement),
                ..RULE.finding(format!("{} adds nothing to {}", statement.title(), wider.title()), statement.place(), "needless")
            });
        }
    }
}

/// The statements of a policy by the actions that they list: one that is written out is taken in by itself or by a pattern.
struct ByAction<'p> {
    written: HashMap<Cow<'p, str>, Vec<usize>>,
    /// Those with patterns, or with all actions but some.
    patterns: Vec<usize>,
    all: Vec<usize>,
}

/// Shorter policies are looked through whole.
const SHORT: usize = 32;

impl<'p> ByAction<'p> {
    fn of(policy: &'p Policy<'_>) -> Self {
        let all: Vec<usize> = (0..policy.statements.len()).collect();
        let mut own = Self { written: HashMap::new(), patterns: Vec::new(), all };
        for (at, statement) in policy.statements.iter().enumerate().filter(|_| policy.statements.len() > SHORT) {
            let listed = statement.actions.as_ref().filter(|actions| !actions.negated).map(|actions| &actions.list);
            let mut is_pattern = listed.is_none();
            for action in listed.into_iter().flatten() {
                match written(action) {
                    Some(name) => own.written.entry(name).or_default().push(at),
                    None => is_pattern = true,
                }
            }
            own.patterns.extend(is_pattern.then_some(at));
        }
        own
    }

    /// The places of the statements that may take in another one.
    fn may_take_in(&self, statement: &Statement<'_>) -> Cow<'_, [usize]> {
        let listed = statement.actions.as_ref().filter(|actions| !actions.negated).and_then(|actions| actions.list.first());
        let (Some(first), true) = (listed, self.all.len() > SHORT) else { return Cow::Borrowed(&self.all) };
        // what has variables is left to the question
        let Some(name) = written(first) else {
            return Cow::Borrowed(if first.plain().is_some() { &self.patterns } else { &self.all });
        };
        let mut places = [self.written.get(&name).map_or(&[][..], Vec::as_slice), &self.patterns].concat();
        places.sort_unstable();
        places.dedup();
        Cow::Owned(places)
    }
}

/// An action that is written out, in small letters.
fn written<'p>(action: &'p Pattern<'_>) -> Option<Cow<'p, str>> {
    let text = action.plain().filter(|_| !action.has_wildcard())?;
    let is_small = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    Some(if is_small { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) })
}

/// The actions and resources of a statement as bits, some with the same: what takes in another list has all bits of that.
#[derive(Clone, Copy)]
struct Marks {
    /// Of the services of the actions.
    services: u64,
    names: Bits,
    resources: Bits,
}

/// The bits of a list.
#[derive(Clone, Copy)]
struct Bits {
    /// Of what is written out; in a list of patterns all.
    all: u64,
    /// Of what is written out.
    written: u64,
}

impl Marks {
    fn of(statement: &Statement<'_>) -> Self {
        let (services, names) = Self::of_actions(statement.actions.as_ref()).unwrap_or((u64::MAX, Bits::ANY));
        Self { services, names, resources: Bits::of_resources(statement.resources.as_ref()).unwrap_or(Bits::ANY) }
    }

    fn of_actions(actions: Option<&Patterns<'_>>) -> Option<(u64, Bits)> {
        let (mut services, mut names) = (0, Bits::NONE);
        let actions = actions.filter(|own| !own.negated)?;
        for text in actions.list.iter().map(Pattern::plain) {
            let text = text?;
            let (is_wild, is_wild_service) = if actions.wild { wildcards(text) } else { (false, false) };
            let tag = Tag::of(text);
            services |= if is_wild_service { u64::MAX } else { tag.service_bit() };
            names.add(if is_wild { None } else { Some(tag.bit()) });
        }
        Some((services, names))
    }

    /// Whether a statement with these may take in one with others.
    fn may_take_in(self, other: Self) -> bool {
        other.services & !self.services == 0 && self.names.may_take_in(other.names) && self.resources.may_take_in(other.resources)
    }
}

impl Bits {
    const NONE: Self = Self { all: 0, written: 0 };
    /// Those of a list that may be any.
    const ANY: Self = Self { all: u64::MAX, written: 0 };

    fn of_resources(resources: Option<&Patterns<'_>>) -> Option<Self> {
        let mut own = Self::NONE;
        let resources = resources.filter(|own| !own.negated)?;
        for pattern in &resources.list {
            let text = pattern.plain()?;
            if resources.wild && pattern.has_wildcard() {
                own.add(None);
                continue;
            }
            // ARNs differ at their ends
            own.add(Some(Tag::of(text).bit()));
        }
        Some(own)
    }

    /// Takes in the bit of what is written out; none of a pattern.
    fn add(&mut self, bit: Option<u64>) {
        self.all |= bit.unwrap_or(u64::MAX);
        self.written |= bit.unwrap_or(0);
    }

    fn may_take_in(self, other: Self) -> bool {
        other.written & !self.all == 0
    }
}

/// Whether an action has a wildcard, and whether it has one in its service.
fn wildcards(action: &str) -> (bool, bool) {
    let first = action.bytes().position(|byte| matches!(byte, b'*' | b'?'));
    let is_in_service = |at: usize| !action.bytes().take(at).any(|byte| byte == b':');
    (first.is_some(), first.is_some_and(is_in_service))
}

/// Whether one statement applies to all that another does, so that the policy is the same without that.
fn is_wider<'s>(facts: &Facts<'_, '_>, policy: &Policy<'s>, wide: &Statement<'s>, narrow: &Statement<'s>) -> bool {
    let effect = |own: &Statement<'_>| own.effect.map(|(effect, _)| effect);
    let may = effect(wide).is_some()
        && effect(wide) == effect(narrow)
        && !grants_more(narrow, wide)
        && asks_no_more(wide, narrow)
        && may_cover(wide.actions.as_ref(), narrow.actions.as_ref(), Mode::Action)
        && may_cover(wide.resources.as_ref(), narrow.resources.as_ref(), Mode::Resource);
    // of two with the same effect, what the one takes in the other does not change
    may && (is_wider_as_written(wide, narrow)
        || !tells_apart(wide, narrow) && holds(&only(policy, narrow), Some(&only(policy, wide)), facts.reference))
}

/// Whether a value that the one asks for, alone, is none that the other takes: a look before the question, which costs more.
fn tells_apart(wide: &Statement<'_>, narrow: &Statement<'_>) -> bool {
    wide.conditions.iter().any(|own| {
        let Some(key) = own.key.known() else { return false };
        let is_of_key = |other: &&Condition<'_>| other.key.known().is_some_and(|other| other.eq_ignore_ascii_case(key));
        let others = || narrow.conditions.iter().filter(is_of_key);
        others().flat_map(|other| &other.values).filter(|value| !value.pattern.has_wildcard()).any(|value| {
            let Some(value) = value.pattern.plain() else { return false };
            let mut context = Context::new();
            context.set(key.to_owned(), ContextValue::One(value.into()));
            judge(own, &context) == Truth::No && others().all(|other| judge(other, &context) == Truth::Yes)
        })
    })
}

/// Whether one statement says so by its words that it applies to all that another does: a look before the question, which costs more.
fn is_wider_as_written(wide: &Statement<'_>, narrow: &Statement<'_>) -> bool {
    let is_same = |own: &Condition<'_>, other: &Condition<'_>| {
        let values = own.values.iter().zip(&other.values);
        own.operator.is_some()
            && own.operator == other.operator
            && own.key.known() == other.key.known()
            && own.values.len() == other.values.len()
            && values
                .into_iter()
                .all(|(own, other)| own.pattern.plain().is_some() && own.pattern.plain() == other.pattern.plain())
    };
    wide.open().or(narrow.open()).is_none()
        && wide.principals.is_none()
        && narrow.principals.is_none()
        && wide
            .conditions
            .iter()
            .all(|own| own.key.known().is_some() && narrow.conditions.iter().any(|other| is_same(own, other)))
        && covers_as_written(wide.actions.as_ref(), narrow.actions.as_ref(), Mode::Action)
        && covers_as_written(wide.resources.as_ref(), narrow.resources.as_ref(), Mode::Resource)
}

/// Whether each pattern of the one list is a name that the other lists or matches, or stands there as it is.
fn covers_as_written(wide: Option<&Patterns<'_>>, narrow: Option<&Patterns<'_>>, mode: Mode) -> bool {
    let (Some(wide), Some(narrow)) = (wide, narrow) else { return wide.is_none() && narrow.is_none() };
    // what a wildcard in the service of an action stands for is not documented
    let is_clear = |own: &str| mode != Mode::Action || !own.split(':').next().is_some_and(|service| service.contains(['*', '?']));
    let is_covered = |own: &Pattern<'_>| {
        let Some(text) = own.plain() else { return false };
        let takes = |wide: &str| {
            wide == "*" || is_clear(wide) && (wide == text || !own.has_wildcard() && matches(&[Unit::Wild(wide)], text, mode))
        };
        wide.list.iter().any(|own| own.plain().is_some_and(takes))
    };
    !wide.negated && !narrow.negated && narrow.list.iter().all(is_covered)
}

/// Whether a statement names somebody of whom another names but the account: that leaves it to the account's own policies whom it means.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn grants_more(narrow: &Statement<'_>, wide: &Statement<'_>) -> bool {
    let named = |own: &Statement<'_>| {
        let principals = own.principals.as_ref().map_or(&[][..], |own| &own.list);
        let known = principals.iter().filter(|own| own.kind == PrincipalKind::Aws).filter_map(|own| own.value.known());
        known.map(str::to_owned).collect::<Vec<_>>()
    };
    let is_account = |name: &str| name.ends_with(":root") || name.bytes().all(|byte| byte.is_ascii_digit());
    let wide = named(wide);
    wide.iter().any(|own| is_account(own)) && named(narrow).iter().any(|own| !is_account(own) && !wide.contains(own))
}

/// Whether each key that the one has a condition on the other has one on, too: else a request without it, or with any value, tells them
/// apart, as a rule.
fn asks_no_more(wide: &Statement<'_>, narrow: &Statement<'_>) -> bool {
    let has = |key: &str| narrow.conditions.iter().any(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
    wide.conditions.iter().all(|own| own.key.known().is_some_and(has))
}
