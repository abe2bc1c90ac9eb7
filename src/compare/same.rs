//! What is the same whatever its form: white space, order of keys and of statements, a list of one or its value, names of statements.

use std::collections::HashMap;

use crate::pattern::Pattern;
use crate::policy::{Condition, Effect, Patterns, Policy, PrincipalKind, Principals, Statement, Version};
use crate::source::Sources;

/// The statements of policies that are a union, each as a text that is the same for all forms of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Forms {
    /// What may allow.
    allows: HashMap<String, usize>,
    /// What may deny.
    denies: HashMap<String, usize>,
    /// What is wrong with them.
    faults: Vec<String>,
}

impl Forms {
    /// Those of some policies.
    pub(super) fn of(policies: &[&Policy<'_>], sources: &Sources) -> Self {
        let mut forms = Self::default();
        for policy in policies {
            for statement in &policy.statements {
                let effect = statement.effect.map(|(effect, _)| effect);
                forms.add(effect, form(policy, statement, sources));
            }
            if let Some(later) = policy.later {
                forms.add(None, format!("later {}", sources.slice(later)));
            }
            let refused = policy.faults.iter().filter(|fault| fault.kind.is_refused());
            forms.faults.extend(refused.map(|fault| format!("{:?} {}", fault.kind, sources.slice(fault.span))));
        }
        forms.faults.sort();
        forms
    }

    /// Whether the others have the same statements.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.has_statements_of(other) && self.faults == other.faults
    }

    /// Whether the others have the same statements, whatever else is wrong with them.
    pub(super) fn has_statements_of(&self, other: &Self) -> bool {
        self.allows == other.allows && self.denies == other.denies
    }

    /// Whether these allow nothing that the others do not: they have no other statement that allows, and all that denies.
    pub(super) fn are_within(&self, other: &Self) -> bool {
        self.allows.keys().all(|own| other.allows.contains_key(own))
            && other.denies.keys().all(|own| self.denies.contains_key(own))
    }

    /// Whether a statement that denies is among them.
    pub(super) fn deny(&self, form: &str) -> bool {
        self.denies.contains_key(form)
    }

    /// All of them in one text.
    pub(super) fn text(&self) -> String {
        let sorted = |map: &HashMap<String, usize>| {
            let mut list: Vec<String> = map.iter().map(|(form, count)| format!("{count} {form}")).collect();
            list.sort();
            list.join("\n\n\n")
        };
        [sorted(&self.allows), sorted(&self.denies), self.faults.join("\n")].join("\n\n\n\n")
    }

    fn add(&mut self, effect: Option<Effect>, form: String) {
        // what may turn out to be either counts as both
        if effect != Some(Effect::Deny) {
            *self.allows.entry(form.clone()).or_default() += 1;
        }
        if effect != Some(Effect::Allow) {
            *self.denies.entry(form).or_default() += 1;
        }
    }
}

/// A statement as a text that is the same for all forms of it.
pub(super) fn form(policy: &Policy<'_>, statement: &Statement<'_>, sources: &Sources) -> String {
    let effect = match statement.effect {
        Some((Effect::Allow, _)) => "allow",
        Some((Effect::Deny, _)) => "deny",
        None => "either",
    };
    let mut conditions: Vec<String> = statement.conditions.iter().map(condition).collect();
    conditions.sort();
    let parts = [
        effect.to_owned(),
        statement.principals.as_deref().map_or_else(String::new, principals),
        list("action", statement.actions.as_ref()),
        list("resource", statement.resources.as_ref()),
        conditions.join("\n"),
        statement.open().map_or_else(String::new, |later| format!("later {}", sources.slice(later))),
    ];
    let form = parts.join("\n\n");
    // the version tells what a variable is, and nothing else
    let old = policy.version == Version::V2008 && form.contains("${");
    if old { format!("{form}\n\nplain") } else { form }
}

fn principals(principals: &Principals<'_>) -> String {
    let mut list: Vec<String> = principals
        .list
        .iter()
        .map(|own| {
            let kind = match own.kind {
                PrincipalKind::Anyone => "anyone",
                PrincipalKind::Aws => "aws",
                PrincipalKind::Service => "service",
                PrincipalKind::Federated => "federated",
                PrincipalKind::CanonicalUser => "canonical",
                PrincipalKind::Later => "later",
            };
            format!("{kind} {:?}", own.value.shown())
        })
        .collect();
    list.sort();
    list.dedup();
    format!("principal {} {}", principals.negated, list.join(" "))
}

fn list(name: &str, patterns: Option<&Patterns<'_>>) -> String {
    patterns.map_or_else(String::new, |own| format!("{name} {} {}", own.negated, texts(own.list.iter())))
}

fn condition(condition: &Condition<'_>) -> String {
    // an operator in other letter case may be refused, so it is not the same
    let (operator, key) = (condition.operator_text.shown(), condition.key.shown());
    let values = texts(condition.values.iter().map(|value| &value.pattern));
    format!("{operator:?} {:?} {values}", key.to_ascii_lowercase())
}

fn texts<'p, 's: 'p>(patterns: impl Iterator<Item = &'p Pattern<'s>>) -> String {
    let mut texts: Vec<String> = patterns.map(|pattern| format!("{:?}", pattern.text.shown())).collect();
    texts.sort();
    texts.dedup();
    texts.join(" ")
}
