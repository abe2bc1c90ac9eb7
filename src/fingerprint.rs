//! What makes a finding the same one in the next run, also where lines have moved.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::inventory::Role;
use crate::lint::Facts;
use crate::policy::{Policy, Statement};
use crate::source::Span;

/// A fingerprint for each finding: of its rule, of the role or file that it is in, of the statement, and of the place in it, whatever
/// the white space. Line numbers and folders do not count. Findings that are alike in all that are told apart by their order.
pub fn fingerprints(findings: &[Finding], facts: &Facts<'_, '_>, holders: &Holders<'_, '_>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let prints = findings.iter().map(|finding| {
        let content = content(finding, facts, holders);
        let print = |number| format!("{:032x}", hash(format!("{content}\0{number}").as_bytes()));
        let number = seen.get(&content).copied().unwrap_or(0) + 1;
        let own = print(number);
        seen.insert(content, number);
        own
    });
    prints.collect()
}

fn content(finding: &Finding, facts: &Facts<'_, '_>, holders: &Holders<'_, '_>) -> String {
    let span = finding.primary.span;
    let holder = holders.policy_at(span);
    let role = holder.and_then(|(_, role)| role).and_then(|role| role.name.known());
    let path = facts.sources.get(span.source).name();
    let owner = role.unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or(path));
    let statement = holders.statement_at(span).map_or(String::new(), |own| normalised(facts.sources.slice(own.range)));
    [finding.rule, owner, &statement, &normalised(facts.sources.slice(span))].join("\0")
}

/// Which policy a place lies in.
#[derive(Debug)]
pub struct Holders<'i, 's> {
    /// The policies by where they start, each with the end of the longest up to it.
    list: Vec<(Span, Span, &'i Policy<'s>, Option<&'i Role<'s>>)>,
}

impl<'i, 's> Holders<'i, 's> {
    /// Those of all policies.
    pub fn new(facts: &Facts<'i, 's>) -> Self {
        let policies = facts.inventory.all_policies();
        let mut list: Vec<_> = policies.map(|(policy, role)| (policy.range, policy.range, policy, role)).collect();
        list.sort_by_key(|(range, ..)| *range);
        // a managed policy is that of each role that has it
        list.dedup_by_key(|(range, ..)| *range);
        let mut longest: Option<Span> = None;
        for (range, upto, ..) in &mut list {
            let before = longest.filter(|own| own.source == range.source && own.end > range.end);
            *upto = before.unwrap_or(*range);
            longest = Some(*upto);
        }
        Self { list }
    }

    /// The innermost policy that a place lies in, and the role that has it.
    pub fn policy_at(&self, place: Span) -> Option<(&'i Policy<'s>, Option<&'i Role<'s>>)> {
        let behind = self.list.partition_point(|(range, ..)| (range.source, range.start) <= (place.source, place.start));
        let before = self.list.get(..behind)?.iter().rev();
        let mut near = before.take_while(|(_, upto, ..)| upto.source == place.source && upto.end >= place.end);
        near.find(|(range, ..)| range.contains(place)).map(|&(_, _, policy, role)| (policy, role))
    }

    /// The statement that a place lies in.
    pub fn statement_at(&self, place: Span) -> Option<&'i Statement<'s>> {
        self.policy_at(place)?.0.statements.iter().find(|statement| statement.range.contains(place))
    }
}

/// A text of JSON without the white space between its values.
fn normalised(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |c: &char| {
        let kept = quoted || !c.is_whitespace();
        quoted ^= *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        kept
    };
    text.chars().filter(keep).collect()
}

/// FNV-1a: short, and the same for ever. Nothing here has to withstand somebody who wants two texts to agree.
fn hash(bytes: &[u8]) -> u128 {
    const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(START, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}
