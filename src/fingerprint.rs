//! What makes a finding the same one in the next run, also where lines have moved.

use std::collections::HashMap;

use crate::finding::Finding;
use crate::lint::Facts;

/// A fingerprint for each finding: of its rule, of the role or file that it is in, of the statement, and of the place in it, whatever
/// the white space. Line numbers and folders do not count. Findings that are alike in all that are told apart by their order.
pub fn fingerprints(findings: &[Finding], facts: &Facts<'_, '_>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let prints = findings.iter().map(|finding| {
        let content = content(finding, facts);
        let print = |number| format!("{:032x}", hash(format!("{content}\0{number}").as_bytes()));
        let number = seen.get(&content).copied().unwrap_or(0) + 1;
        let own = print(number);
        seen.insert(content, number);
        own
    });
    prints.collect()
}

fn content(finding: &Finding, facts: &Facts<'_, '_>) -> String {
    let span = finding.primary.span;
    let holder = facts.inventory.all_policies().find(|(policy, _)| policy.range.contains(span));
    let role = holder.and_then(|(_, role)| role).and_then(|role| role.name.known());
    let path = facts.sources.get(span.source).name();
    let owner = role.unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or(path));
    let statement = holder.and_then(|(policy, _)| policy.statements.iter().find(|statement| statement.range.contains(span)));
    let statement = statement.map_or(String::new(), |statement| normalised(facts.sources.slice(statement.range)));
    [finding.rule, owner, &statement, &normalised(facts.sources.slice(span))].join("\0")
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
