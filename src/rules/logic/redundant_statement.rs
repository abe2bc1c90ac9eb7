//! Statements that another one makes needless.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::alone::{holds, may_cover, only};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern};
use crate::policy::{Patterns, Policy, PrincipalKind, Statement};
use crate::rules::mend::Mender;

pub(super) static RULE: Rule = Rule {
    name: "redundant-statement",
    severity: Severity::Style,
    page: include_str!("../../../rules/logic/redundant-statement.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut services: Vec<u64> = Vec::new();
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy).filter(|policy| policy.statements.len() > 1);
    for policy in policies.filter(|policy| policy.refusal().is_none()) {
        // most pairs differ in their services
        services.clear();
        services.extend(policy.statements.iter().map(|own| marks(own.actions.as_ref())));
        let by_action = ByAction::of(policy);
        let mut gone: HashSet<usize> = HashSet::new();
        for (statement, own) in policy.statements.iter().zip(&services) {
            let places = by_action.may_take_in(statement);
            let wide = places.iter().filter_map(|at| policy.statements.get(*at).zip(services.get(*at)));
            let wide = wide.filter(|(_, other)| own & !**other == 0).map(|(wide, _)| wide);
            let mut others = wide.filter(|wide| wide.index != statement.index && !gone.contains(&wide.index));
            let Some(wider) = others.find(|own| is_wider(facts, policy, own, statement)) else { continue };
            gone.insert(statement.index);
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

/// A mark for each service of a list of actions, some with the same, and all marks where it may be any. What takes in another list has all
/// of its marks.
fn marks(actions: Option<&Patterns<'_>>) -> u64 {
    let Some(actions) = actions.filter(|own| !own.negated) else { return u64::MAX };
    let mark = |own: &Pattern<'_>| {
        let mut sum = 0_u32;
        for byte in own.plain().unwrap_or("*").bytes() {
            match byte {
                b':' => return 1 << (sum % 64),
                b'*' | b'?' => break,
                _ => sum = sum.wrapping_mul(31).wrapping_add(u32::from(byte.to_ascii_lowercase())),
            }
        }
        u64::MAX
    };
    actions.list.iter().fold(0, |marks, own| marks | mark(own))
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
    may && holds(&only(policy, narrow), Some(&only(policy, wide)), facts.reference)
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
