//! What a rule is, and what rules look at.

use crate::config::Config;
use crate::finding::{Finding, Label, Severity};
use crate::inventory::{Inventory, Role};
use crate::policy::Policy;
use crate::reference::Reference;
use crate::simulate::World;
use crate::source::{Sources, Span};

/// One check: its name, how much it matters, and its page.
#[derive(Debug)]
pub struct Rule {
    /// Its name in kebab case; it is the id.
    pub name: &'static str,
    /// How much a finding of it matters, unless the place makes it matter more or less.
    pub severity: Severity,
    /// Its page in Markdown: documentation, `rolecall explain`, and test.
    pub page: &'static str,
}

/// What rules look at. It is computed once for all of them.
#[derive(Debug)]
pub struct Facts<'i, 's> {
    /// The texts.
    pub sources: &'i Sources,
    /// All that was read from them.
    pub inventory: &'i Inventory<'s>,
    /// What the user set.
    pub config: &'i Config,
    /// What is known of the services of AWS.
    pub reference: &'i Reference,
}

/// A rule with the function that looks for what it reports.
#[derive(Debug)]
pub struct Check {
    /// The rule.
    pub rule: &'static Rule,
    /// Adds a finding for each place.
    pub run: fn(&Facts<'_, '_>, &mut Vec<Finding>),
}

impl<'i, 's> Facts<'i, 's> {
    /// Whether a rule reports what needs judgement, too.
    pub fn is_pedantic(&self, rule: &Rule) -> bool {
        self.config.check.is_pedantic(rule.name)
    }

    /// What a simulation asks.
    pub fn world(&self) -> World<'i, 's> {
        World { inventory: self.inventory, sources: self.sources, reference: self.reference }
    }

    /// The trust policies, each with its role.
    pub fn trust_policies(&self) -> impl Iterator<Item = (&'i Role<'s>, &'i Policy<'s>)> + use<'i, 's> {
        self.inventory.roles.iter().flat_map(|role| role.trusts().map(move |trust| (role, trust)))
    }
}

impl Rule {
    /// What it reports, in one sentence: the first paragraph of its page, on one line.
    pub fn summary(&self) -> String {
        let paragraph = self.page.lines().skip_while(|line| line.starts_with('#') || line.trim().is_empty());
        paragraph.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// A finding of this rule, still without remedy and related places.
    pub fn finding(&self, message: impl Into<String>, span: Span, label: impl Into<String>) -> Finding {
        Finding {
            rule: self.name,
            severity: self.severity,
            message: message.into(),
            primary: Label::new(span, label),
            related: Vec::new(),
            help: None,
            witness: None,
            fix: None,
        }
    }
}
