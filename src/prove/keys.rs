//! The condition keys of a question: what is compared with each, and what a request may hold.

use std::collections::HashMap;

use super::value::representatives;
use crate::evaluate::is_many;
use crate::pattern::Pattern;
use crate::policy::{Comparison, Operand, Policy, Statement};
use crate::reference::{KeyType, Reference};

/// The condition keys of a question.
#[derive(Debug, Default)]
pub(super) struct Keys<'q, 's> {
    list: Vec<Key<'q, 's>>,
    by_name: HashMap<String, usize>,
    /// A letter that stands nowhere in the policies of the question, nor does its capital.
    pub(super) fresh: char,
}

/// A condition key.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Key<'q, 's> {
    /// As it is written first.
    pub(super) name: String,
    /// Whether a request may hold several values of it.
    pub(super) many: bool,
    /// Whether a request always holds it.
    pub(super) always: bool,
    /// Whether it is compared with text.
    pub(super) text: bool,
    /// Whether its values are ARNs.
    pub(super) arn: bool,
    /// Whether the empty string is among what it is compared with. Else no request is thought of that holds it.
    pub(super) empty: bool,
    /// Whether it stands in a text as a variable.
    pub(super) variable: bool,
    /// Values that are no text, one for each way in which they can be compared.
    pub(super) representatives: Vec<String>,
    /// Texts that it is compared with, where they hold no variable.
    pub(super) texts: Vec<&'q str>,
    /// What it is compared with that is no text.
    typed: Vec<&'q Operand<'s>>,
    /// Whether all operators on it are for sets.
    /// Whether all operators on it are for sets, where there are any.
    only_sets: Option<bool>,
}

impl<'q, 's> Keys<'q, 's> {
    /// The keys that these policies name.
    pub(super) fn of(policies: impl Iterator<Item = &'q Policy<'s>> + Clone, reference: &Reference) -> Self
    where
        's: 'q,
    {
        let mut keys = Self { fresh: fresh(policies.clone()), ..Self::default() };
        for statement in policies.flat_map(|policy| &policy.statements) {
            keys.add(statement, reference);
        }
        for key in &mut keys.list {
            key.representatives = representatives(&key.typed);
            // what the reference does not know holds several values where it is only asked as a set
            key.many |= key.only_sets == Some(true) && reference.key(&key.name).is_none();
        }
        keys
    }

    /// The number of a key.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        match self.by_name.get(name) {
            Some(at) => Some(*at),
            None => self.by_name.get(&name.to_ascii_lowercase()).copied(),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<&Key<'q, 's>> {
        self.list.get(at)
    }

    pub(super) fn is_many(&self, at: usize) -> bool {
        self.get(at).is_some_and(|key| key.many)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Key<'q, 's>> {
        self.list.iter()
    }

    fn add(&mut self, statement: &'q Statement<'s>, reference: &Reference) {
        let lists = statement.actions.iter().chain(&statement.resources).flat_map(|patterns| &patterns.list);
        for pattern in lists {
            self.add_variables(pattern, reference);
        }
        for condition in &statement.conditions {
            let Some(name) = condition.key.known() else { continue };
            let Some(key) = self.entry(name, reference) else { continue };
            let operator = condition.operator;
            let comparison = operator.map(|own| own.comparison);
            if comparison != Some(Comparison::Null) {
                let is_set = operator.is_some_and(|own| own.set.is_some());
                key.only_sets = Some(key.only_sets.unwrap_or(true) && is_set);
            }
            match comparison {
                Some(Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike) => key.text = true,
                Some(Comparison::Arn) => (key.text, key.arn) = (true, true),
                Some(Comparison::Null) | None => continue,
                Some(_) => key.typed.extend(&condition.values),
            }
            for operand in &condition.values {
                let plain = operand.pattern.plain();
                key.empty |= plain == Some("");
                key.texts.extend(plain);
            }
            for operand in &condition.values {
                self.add_variables(&operand.pattern, reference);
            }
        }
    }

    fn add_variables(&mut self, pattern: &'q Pattern<'s>, reference: &Reference) {
        for variable in pattern.variables() {
            if let Some(key) = self.entry(&variable.key, reference) {
                key.variable = true;
            }
        }
    }

    fn entry(&mut self, name: &str, reference: &Reference) -> Option<&mut Key<'q, 's>> {
        if let Some(at) = self.find(name) {
            return self.list.get_mut(at);
        }
        let facts = reference.key(name);
        self.by_name.insert(name.to_ascii_lowercase(), self.list.len());
        self.list.push(Key {
            name: name.to_owned(),
            many: is_many(facts, name),
            always: facts.and_then(|own| own.global).is_some_and(|own| own.always),
            text: false,
            arn: facts.is_some_and(|own| own.kind == KeyType::Arn),
            // the value of a tag may be empty
            empty: name.to_ascii_lowercase().contains("tag/"),
            variable: false,
            representatives: Vec::new(),
            texts: Vec::new(),
            typed: Vec::new(),
            only_sets: None,
        });
        self.list.last_mut()
    }
}

/// A letter that stands nowhere in these policies.
fn fresh<'q, 's: 'q>(policies: impl Iterator<Item = &'q Policy<'s>>) -> char {
    let mut used = [false; 128];
    let mut note = |pattern: &Pattern<'_>| {
        for byte in pattern.text.shown().bytes() {
            if let Some(own) = used.get_mut(usize::from(byte.to_ascii_lowercase())) {
                *own = true;
            }
        }
    };
    for statement in policies.flat_map(|policy| &policy.statements) {
        statement.actions.iter().chain(&statement.resources).flat_map(|patterns| &patterns.list).for_each(&mut note);
        statement.conditions.iter().flat_map(|condition| &condition.values).for_each(|operand| note(&operand.pattern));
    }
    let is_free = |letter: &char| used.get(*letter as usize).is_some_and(|used| !used);
    "zqxjkvwybpgumfhcldrnsiatoe0123456789~!^".chars().find(is_free).unwrap_or('\u{e000}')
}
