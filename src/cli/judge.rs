//! What is found in the inputs and reported: the rules that report, what they find, and what is suppressed.

use std::path::{Path, PathBuf};

use rolecall::finding::Finding;
use rolecall::fingerprint::{Holders, fingerprints};
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::Instant;
use rolecall::reference::Reference;
use rolecall::report::Run;
use rolecall::rules;
use rolecall::source::Sources;
use rolecall::suppress::{Baseline, Scope, Sifted, sift};

use super::config::Loaded;
use super::input::Inputs;

/// What inputs are looked at by.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) reference: &'a Reference,
    /// The rules that report, each as it is set.
    pub(super) rules: Vec<Run>,
    /// The paths that were named.
    pub(super) paths: &'a [PathBuf],
    pub(super) baseline: Option<Baseline>,
    /// Whether what is suppressed is reported, too.
    pub(super) ignores_suppressions: bool,
    /// Whether fingerprints are asked for.
    pub(super) prints: bool,
    pub(super) at: Instant,
}

impl Judge<'_> {
    /// What rules look at.
    pub(super) fn facts<'i, 's>(&'i self, inputs: &'i Inputs, inventory: &'i Inventory<'s>) -> Facts<'i, 's> {
        Facts { sources: &inputs.sources, inventory, config: &self.loaded.config, reference: self.reference }
    }

    /// What is found and asked for, beside what was found before, sorted, and apart from it what is suppressed.
    pub(super) fn sifted(&self, facts: &Facts<'_, '_>, inputs: &Inputs, mut findings: Vec<Finding>) -> Sifted {
        findings.extend(rules::run(facts));
        findings.retain(|finding| self.rules.iter().any(|run| run.rule.name == finding.rule));
        findings.sort_by(|one, other| place(one, facts.sources).cmp(&place(other, facts.sources)));
        let mut sifted = if self.ignores_suppressions {
            self.bare(findings, facts)
        } else {
            self.scoped(inputs, |scope| sift(findings, self.prints, facts, scope))
        };
        sifted.reported.sort_by(|(one, _), (other, _)| place(one, facts.sources).cmp(&place(other, facts.sources)));
        let suppressed = sifted.suppressed.iter_mut().map(|own| &mut own.finding);
        for finding in sifted.reported.iter_mut().map(|(finding, _)| finding).chain(suppressed) {
            if let Some(severity) = self.loaded.config.check.severity_of(finding.rule) {
                finding.severity = severity;
            }
        }
        sifted
    }

    /// What may suppress findings here.
    pub(super) fn scoped<T>(&self, inputs: &Inputs, look: impl FnOnce(&Scope<'_>) -> T) -> T {
        let rules: Vec<&str> = self.rules.iter().map(|run| run.rule.name).collect();
        look(&Scope {
            path: &|name| self.loaded.relative(Path::new(name)),
            baseline: self.baseline.as_ref(),
            rules: &rules,
            searched: inputs.searched,
            searched_all: inputs.searched && self.loaded.is_below(self.paths),
            at: self.at,
        })
    }

    /// All findings as they are.
    fn bare(&self, findings: Vec<Finding>, facts: &Facts<'_, '_>) -> Sifted {
        let prints = if self.prints { fingerprints(&findings, facts, &Holders::new(facts)) } else { Vec::new() };
        let prints = prints.into_iter().map(Some).chain(std::iter::repeat(None));
        Sifted { reported: findings.into_iter().zip(prints).collect(), suppressed: Vec::new() }
    }
}

/// What findings are sorted by.
fn place<'f>(finding: &'f Finding, sources: &'f Sources) -> (&'f str, u32, u32, &'static str) {
    let span = finding.primary.span;
    (sources.get(span.source).name(), span.start, span.end, finding.rule)
}
