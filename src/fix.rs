//! Which fixes may be made unseen, and making them.
//!
//! What a rule thinks of its fix is not enough: the edits are made in the text of the policy, that is read again, and the prover is asked
//! whether it is wider then.

use crate::compare::{Means, has_same_statements, is_within};
use crate::finding::{Edit, Finding, Fix};
use crate::lint::Facts;
use crate::policy::Policy;
use crate::prove::Budget;
use crate::script::Script;
use crate::source::{SourceId, Span};

/// Which fixes are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// Those that may be made unseen.
    Safe,
    /// All.
    All,
}

/// Asks of every fix whether it may be made unseen. One whose edits do not make a policy of what they change is taken away.
pub fn settle(findings: &mut [Finding], facts: &Facts<'_, '_>) {
    let bench = Bench::of(facts);
    for finding in findings {
        let shown = finding.fix.as_ref().and_then(|fix| bench.judge(&fix.edits));
        finding.fix = finding.fix.take().zip(shown).map(|(fix, shown)| Fix { safe: fix.safe && shown, ..fix });
    }
}

/// The fixes to make at once, by the places of their findings in the list: the first of those that lie at one place, and in one policy only
/// such as are no wider together either. The others follow when that was looked at again.
pub fn together(
    findings: &[Finding],
    facts: &Facts<'_, '_>,
    chosen: Chosen,
    may_change: impl Fn(SourceId) -> bool,
) -> Vec<usize> {
    let bench = Bench::of(facts);
    let mut taken: Vec<usize> = Vec::new();
    let mut edits: Vec<&Edit> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe || chosen == Chosen::All) else { continue };
        let is_free = |own: &Edit| may_change(own.span.source) && !edits.iter().any(|other| touch(own.span, other.span));
        if !fix.edits.iter().all(is_free) {
            continue;
        }
        let policies = bench.policies_of(&fix.edits).unwrap_or_default();
        let inside = |edit: &Edit| policies.iter().any(|policy| policy.range.contains(edit.span));
        let mut all: Vec<Edit> = edits.iter().filter(|own| inside(own)).map(|own| (*own).clone()).collect();
        if !all.is_empty() {
            all.extend_from_slice(&fix.edits);
            let shown = bench.judge(&all);
            if shown.is_none() || shown == Some(false) && chosen == Chosen::Safe {
                continue;
            }
        }
        taken.push(at);
        edits.extend(&fix.edits);
    }
    taken
}

/// How much is tried for one fix: lists of findings may be long.
const BUDGET: Budget = Budget { steps: 500_000 };

/// The policies by their places, to try edits on.
struct Bench<'f, 'i, 's> {
    facts: &'f Facts<'i, 's>,
    policies: Vec<&'i Policy<'s>>,
}

impl<'f, 'i, 's> Bench<'f, 'i, 's> {
    fn of(facts: &'f Facts<'i, 's>) -> Self {
        let mut policies: Vec<&Policy<'_>> = facts.inventory.all_policies().map(|(policy, _)| policy).collect();
        policies.sort_by_key(|policy| policy.range);
        policies.dedup_by_key(|policy| policy.range);
        Self { facts, policies }
    }

    /// Whether it is shown that no policy is wider with these edits; `None` where one of them lies in no policy, or makes none of what it
    /// changes.
    fn judge(&self, edits: &[Edit]) -> Option<bool> {
        let mut shown = true;
        for policy in self.policies_of(edits)? {
            let own: Vec<Edit> = edits.iter().filter(|edit| policy.range.contains(edit.span)).cloned().collect();
            shown &= self.judge_in(policy, &own)?;
        }
        Some(shown)
    }

    fn judge_in(&self, policy: &Policy<'s>, edits: &[Edit]) -> Option<bool> {
        let Facts { sources, reference, .. } = *self.facts;
        let source = sources.get(policy.range.source);
        if source.is_utf16() || source.not_utf8().is_some() {
            return None;
        }
        Script::of(sources, policy)?.before_and_after(edits, |texts, old, new| {
            // what was put in for a hole is not what stands in the file
            let is_read_again = has_same_statements((policy, sources), (old.policy, texts));
            let means = Means { sources: texts, reference, budget: BUDGET };
            (is_read_again && new.faults <= old.faults).then(|| is_within(old.policy, new.policy, means))
        })?
    }

    /// The policies that edits lie in, each once; `None` where one lies in none.
    fn policies_of(&self, edits: &[Edit]) -> Option<Vec<&'i Policy<'s>>> {
        let mut found: Vec<&Policy<'_>> = Vec::new();
        for edit in edits {
            let policy = self.holding(edit.span)?;
            if !found.iter().any(|own| own.range == policy.range) {
                found.push(policy);
            }
        }
        (!found.is_empty()).then_some(found)
    }

    fn holding(&self, span: Span) -> Option<&'i Policy<'s>> {
        let before =
            self.policies.partition_point(|policy| (policy.range.source, policy.range.start) <= (span.source, span.start));
        let policy = *self.policies.get(before.checked_sub(1)?)?;
        policy.range.contains(span).then_some(policy)
    }
}

/// Whether two edits cannot be made at once: they share a place, or it is not told which comes first.
fn touch(one: Span, other: Span) -> bool {
    one.source == other.source && one.start <= other.end && other.start <= one.end
}
