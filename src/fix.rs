//! Which fixes may be made unseen, and making them.
//!
//! What a rule thinks of its fix is not enough: the edits are made in the text of the policy, that is read again, and the prover is asked
//! whether it is wider then.

mod again;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::compare::{Means, has_same_statements, is_within};
use crate::finding::{Edit, Finding, Fix};
use crate::lint::Facts;
use crate::policy::Policy;
use crate::prove::Budget;
use crate::script::Script;
use crate::source::{SourceId, Span};
use crate::syntax::SyntaxFault;
use again::Again;

/// Which fixes are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// Those that may be made unseen.
    Safe,
    /// All.
    All,
}

/// Asks of every fix whether it may be made unseen. One whose edits do not make a policy of what they change is taken away; so are those
/// beyond what can be looked at in reasonable time, which come when others are made.
pub fn settle(findings: &mut [Finding], facts: &Facts<'_, '_>) {
    let bench = Bench::of(facts);
    let mut read: HashMap<Span, usize> = HashMap::new();
    // what is but likely comes last
    let mut fixed: Vec<&mut Finding> = findings.iter_mut().filter(|finding| finding.fix.is_some()).collect();
    fixed.sort_by_key(|finding| finding.fix.as_ref().is_some_and(|fix| !fix.safe));
    for finding in fixed {
        let is_meant = |fix: &Fix| !is_for_a_shell(fix, facts) && changes_something(fix, facts);
        let Some(fix) = finding.fix.take().filter(is_meant) else { continue };
        finding.fix = bench.shown(&fix.edits, &mut read).map(|shown| Fix { safe: fix.safe && shown, ..fix });
    }
}

/// Whether something in a fix would mean more than it says to the program in whose text it is put.
fn is_for_a_shell(fix: &Fix, facts: &Facts<'_, '_>) -> bool {
    let means_more = |edit: &Edit| edit.text.contains(['$', '`', '\'', '!']);
    fix.edits.iter().any(|edit| means_more(edit) && facts.inventory.is_script(edit.span.source))
}

/// Whether something else stands there after a fix: where brackets or quotes are lost, what a rule would write may be what is written already.
fn changes_something(fix: &Fix, facts: &Facts<'_, '_>) -> bool {
    fix.edits.iter().any(|edit| facts.sources.slice(edit.span) != edit.text)
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
    let mut taken: Vec<(usize, &Fix)> = Vec::new();
    let mut places: BTreeSet<Span> = BTreeSet::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe || chosen == Chosen::All) else { continue };
        // one that goes over several policies is made in a round of its own
        let is_wide = bench.policies_of(&fix.edits).is_none_or(|policies| policies.len() > 1);
        if is_wide && taken.is_empty() && fix.edits.iter().all(|edit| may_change(edit.span.source)) {
            return vec![at];
        }
        if !is_wide && fix.edits.iter().all(|edit| may_change(edit.span.source) && is_free(&places, edit.span)) {
            places.extend(fix.edits.iter().map(|edit| edit.span));
            taken.push((at, fix));
        }
    }
    for (policy, fixes) in bench.by_policy(&taken) {
        let good = bench.good(policy, fixes, chosen);
        let is_good = |fix: &Fix| good.iter().any(|own| std::ptr::eq(*own, fix));
        taken.retain(|(_, fix)| is_good(fix) || !fix.edits.iter().any(|edit| bench.reach(policy).contains(edit.span)));
    }
    if !bench.are_good_in_templates(&taken, chosen) {
        // what one of them changes bears on what the others do
        let mut met = None;
        taken.retain(|(_, fix)| !bench.is_in_template(fix) || *met.get_or_insert(*fix) == *fix);
    }
    taken.into_iter().map(|(at, _)| at).collect()
}

/// How many bytes of a policy are read again for all fixes in it: each reads all of it.
const MOST_BYTES: usize = 1 << 25;

/// How many fixes of a policy are tried together one by one.
const MOST_TRIED: usize = 50;

/// How much is tried for one fix: lists of findings may be long.
const BUDGET: Budget = Budget { steps: 500_000 };

/// The policies by their places, to try edits on.
struct Bench<'f, 'i, 's> {
    facts: &'f Facts<'i, 's>,
    policies: Vec<&'i Policy<'s>>,
    again: Again<'f, 'i, 's>,
}

impl<'f, 'i, 's> Bench<'f, 'i, 's> {
    fn of(facts: &'f Facts<'i, 's>) -> Self {
        let mut policies: Vec<&Policy<'_>> = facts.inventory.all_policies().map(|(policy, _)| policy).collect();
        policies.sort_by_key(|policy| policy.range);
        policies.dedup_by_key(|policy| policy.range);
        Self { facts, policies, again: Again::of(facts, BUDGET) }
    }

    /// Whether it is shown that no policy is wider with these edits; `None` where they make no policy of one, and where so much of it was read
    /// that it has to wait.
    fn shown(&self, edits: &[Edit], read: &mut HashMap<Span, usize>) -> Option<bool> {
        let mut shown = true;
        for policy in self.policies_of(edits)? {
            let (key, cost) = self.cost(policy);
            let read = read.entry(key).or_default();
            *read += cost;
            shown &= if *read > MOST_BYTES { None } else { self.judge(policy, edits) }?;
        }
        Some(shown)
    }

    /// How many bytes are read again for a fix of a policy, and what they are counted under.
    fn cost(&self, policy: &Policy<'s>) -> (Span, usize) {
        if !self.again.is_for(policy) && !self.again.is_in_template(policy) {
            return (policy.range, policy.range.len());
        }
        let id = if self.again.is_in_template(policy) { SourceId::NONE } else { policy.range.source };
        (Span::new(id, 0, 0), self.again.cost(policy.range.source))
    }

    /// Where edits of a policy lie: in it, or behind it in its last line, where nothing but a comment stands.
    fn reach(&self, policy: &Policy<'s>) -> Span {
        let text = self.facts.sources.get(policy.range.source).text();
        let rest = text.get(policy.range.end as usize..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        let is_free = line.trim().is_empty() || line.trim_start().starts_with('#');
        Span { end: policy.range.end + if is_free { line.len() as u32 } else { 0 }, ..policy.range }
    }

    fn is_in_template(&self, fix: &Fix) -> bool {
        let policies = self.policies_of(&fix.edits).unwrap_or_default();
        policies.iter().any(|policy| self.again.is_in_template(policy))
    }

    /// Whether the fixes of templates can be made at once.
    fn are_good_in_templates(&self, fixes: &[(usize, &Fix)], chosen: Chosen) -> bool {
        let own: Vec<&Fix> = fixes.iter().map(|own| own.1).filter(|fix| self.is_in_template(fix)).collect();
        let edits: Vec<Edit> = own.iter().flat_map(|fix| fix.edits.iter().cloned()).collect();
        own.len() < 2 || self.again.judge(&edits).is_some_and(|shown| shown || chosen == Chosen::All)
    }

    /// The policies with the fixes that lie in each, in the order of both.
    fn by_policy<'x>(&self, fixes: &[(usize, &'x Fix)]) -> Vec<(&'i Policy<'s>, Vec<&'x Fix>)> {
        let mut groups: BTreeMap<Span, (&Policy<'_>, Vec<&Fix>)> = BTreeMap::new();
        for (_, fix) in fixes {
            for policy in self.policies_of(&fix.edits).unwrap_or_default() {
                groups.entry(policy.range).or_insert_with(|| (policy, Vec::new())).1.push(fix);
            }
        }
        groups.into_values().collect()
    }

    /// Those of the fixes of a policy that can be made at once: all, or else what goes with those before it. The first by itself is good.
    fn good<'x>(&self, policy: &Policy<'s>, fixes: Vec<&'x Fix>, chosen: Chosen) -> Vec<&'x Fix> {
        if fixes.len() < 2 || self.is_good(policy, &fixes, chosen) {
            return fixes;
        }
        let mut good: Vec<&Fix> = Vec::new();
        for fix in fixes.into_iter().take(MOST_TRIED) {
            good.push(fix);
            if good.len() > 1 && !self.is_good(policy, &good, chosen) {
                good.pop();
            }
        }
        good
    }

    /// Whether fixes can be made in a policy at once.
    fn is_good(&self, policy: &Policy<'s>, fixes: &[&Fix], chosen: Chosen) -> bool {
        let edits: Vec<Edit> = fixes.iter().flat_map(|fix| fix.edits.iter().cloned()).collect();
        self.judge(policy, &edits).is_some_and(|shown| shown || chosen == Chosen::All)
    }

    /// Whether it is shown that a policy is no wider with those of the edits that lie in it; `None` where they make none of it.
    fn judge(&self, policy: &Policy<'s>, edits: &[Edit]) -> Option<bool> {
        let own: Vec<Edit> = edits.iter().filter(|edit| self.reach(policy).contains(edit.span)).cloned().collect();
        self.judge_in(policy, &own)
    }

    fn judge_in(&self, policy: &Policy<'s>, edits: &[Edit]) -> Option<bool> {
        let Facts { sources, reference, .. } = *self.facts;
        let source = sources.get(policy.range.source);
        if source.is_utf16() || source.not_utf8().is_some() || self.is_torn(policy) {
            return None;
        }
        if self.again.is_for(policy) {
            return self.again.judge(edits);
        }
        let judged = Script::of(sources, policy)?.before_and_after(edits, |texts, old, new| {
            // what was put in for a hole is not what stands in the file
            let is_read_again = has_same_statements((policy, sources), (old.policy, texts));
            let means = Means { sources: texts, reference, budget: BUDGET };
            is_read_again.then(|| new.faults.are_no_more_than(old.faults).then(|| is_within(old.policy, new.policy, means)))
        })?;
        match judged {
            Some(judged) => judged,
            // in a template, it is what all of that comes to
            None if self.again.is_in_template(policy) && !self.fills_in(edits) => self.again.judge(edits),
            None => None,
        }
    }

    /// Whether it is not told where the parts of a document end: quotes, brackets or colons are lost in it. With an edit they may end elsewhere, so
    /// that is to be mended first, by whoever knows what was meant.
    fn is_torn(&self, policy: &Policy<'s>) -> bool {
        use SyntaxFault as F;
        let own = self.facts.inventory.documents.iter().filter(|own| own.source == policy.range.source);
        own.flat_map(|own| &own.faults).any(|fault| match fault.kind {
            F::MissingColon | F::MissingValue | F::UnclosedString | F::ControlCharacter | F::UnclosedBracket => true,
            F::LostBracket | F::StrayBracket | F::StrayText | F::TooDeep | F::TooMany => true,
            F::SecondDocument => !policy.range.contains(fault.span),
            _ => false,
        })
    }

    /// Whether an edit writes something where a reference stands.
    fn fills_in(&self, edits: &[Edit]) -> bool {
        let is_filled = |edit: &Edit| ["${", "%{"].iter().any(|mark| self.facts.sources.slice(edit.span).contains(mark));
        edits.iter().any(|edit| !edit.text.is_empty() && is_filled(edit))
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
        self.reach(policy).contains(span).then_some(policy)
    }
}

/// Whether an edit shares no place with others, and so much lies between that it is told which comes first.
fn is_free(places: &BTreeSet<Span>, span: Span) -> bool {
    let touches = |other: &Span| other.source == span.source && span.start <= other.end && other.start <= span.end;
    // INVARIANT: the places share nothing with each other, so only the next ones on both sides may touch
    let before = places.range(..span).next_back();
    let behind = places.range(span..).next();
    !before.into_iter().chain(behind).any(touches)
}
