//! Which values somebody else may have that a mapping rule matches as well.

use crate::identity::{MatchRule, MatchType};

/// An address, a domain or any other text of somebody else that a rule matches; `None` where the rule is for one value, or compares a part of
/// what is neither an address nor a domain.
pub(crate) fn stranger(rule: &MatchRule<'_>) -> Option<String> {
    let (claim, value) = (rule.claim()?, rule.value()?);
    match rule.matching? {
        MatchType::Equals => None,
        MatchType::NotEqual if is_address(claim, value) => Some("mallory@attacker.example".to_owned()),
        MatchType::NotEqual => rule.sample(),
        MatchType::StartsWith => beyond(claim, value, true),
        MatchType::Contains => beyond(claim, value, false),
    }
}

/// An address or a domain that goes on beyond a value.
fn beyond(claim: &str, value: &str, at_start: bool) -> Option<String> {
    if !is_address(claim, value) && !is_domain(claim, value) {
        return None;
    }
    let end = match value.chars().last() {
        Some('@' | '.') => "attacker.example",
        _ => ".attacker.example",
    };
    Some(match value.find('@') {
        // no address starts so
        Some(0) if at_start => return None,
        Some(0) => format!("mallory{value}{end}"),
        Some(_) => format!("{value}{end}"),
        None if !is_address(claim, value) => format!("{value}{end}"),
        None if at_start => format!("{value}@attacker.example"),
        None if value.starts_with('.') => format!("mallory@mail{value}{end}"),
        None => format!("mallory@{value}{end}"),
    })
}

fn is_address(claim: &str, value: &str) -> bool {
    value.contains('@') || ["mail", "upn"].iter().any(|name| claim.ends_with(name))
}

/// A name with a point in it and nothing that no domain has.
fn is_domain(claim: &str, value: &str) -> bool {
    let of_domain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    claim == "hd" || claim.ends_with("domain") || (value.contains('.') && value.chars().all(of_domain))
}
