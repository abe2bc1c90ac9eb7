//! Questions about all resources of a pattern.

use super::fill::{self, Units};
use super::{Policies, Request, Setting, statement};
use crate::arn::Arn;
use crate::pattern::{Unit, classes};
use crate::policy::Statement;

/// Whether a question is about all resources that a pattern covers, not about one. A lone `*` is what actions without resources ask for.
pub fn is_pattern(resource: &str) -> bool {
    resource.len() > 1 && is_wild(resource)
}

/// One resource for each way in which those that a pattern covers can match what the policies list, and be what a decision tells
/// apart by itself, so that what holds for these holds for all. `None` where there are too many ways to look at.
pub fn resources(request: &Request<'_>, setting: &Setting<'_>, policies: &Policies<'_, '_>) -> Option<Vec<String>> {
    let levels = policies.scps.iter().chain(&policies.rcps).flatten();
    let unions = [&policies.identity, &policies.boundaries, &policies.session, &policies.endpoint];
    let all = policies.resource.iter().chain(unions.into_iter().flatten()).chain(levels);
    let statements = all.flat_map(|policy| &policy.statements);
    let statements: Vec<&Statement<'_>> = statements.filter(|own| statement::may_be_about(own, request)).collect();
    let apart = told_apart(request, setting);
    let mut patterns: Vec<Vec<Unit<'_>>> = apart.iter().map(|own| vec![Unit::Wild(own)]).collect();
    for pattern in statements.iter().filter_map(|own| own.resources.as_ref()).flat_map(|resources| &resources.list) {
        let mut units = Units::new();
        let Ok(filled) = fill::fill(pattern, request.context, &mut units) else { continue };
        patterns.push(units.as_slice().to_vec());
        if filled.holds_wildcards() {
            units.make_wild(pattern);
            patterns.push(units.as_slice().to_vec());
        }
    }
    patterns.sort();
    patterns.dedup();
    classes(&[Unit::Wild(request.resource)], &patterns)
}

/// Patterns of what a decision tells apart whatever the policies list, as far as the one in question leaves it open: the resources
/// of the caller's account and of another, and those whose own policy must allow.
///
/// A `*?` keeps to its part, as no `*` at the end of one does.
fn told_apart(request: &Request<'_>, setting: &Setting<'_>) -> Vec<String> {
    let arn = Arn::parse(request.resource);
    let is_open = |part: fn(Arn<'_>) -> &str| arn.is_none_or(|arn| is_wild(part(arn)));
    let mut patterns = Vec::new();
    if setting.resource_account.is_none()
        && is_open(|arn| arn.account)
        && let Some(own) = request.principal.account()
    {
        let other = another_account(arn.map_or("*", |arn| arn.account), own);
        for account in [own, &other] {
            patterns.extend(["", "*?"].map(|region| format!("arn:*?:*?:{region}:{account}:*")));
        }
    }
    if is_open(|arn| arn.service) || is_open(|arn| arn.resource) {
        patterns.push("arn:*?:kms:*?:*?:key/*".to_owned());
        patterns.push("arn:*?:iam::*?:role/*".to_owned());
    }
    patterns
}

/// An account id of a pattern that is not this one.
fn another_account(pattern: &str, own: &str) -> String {
    let filled = |digit: char| {
        let known = pattern.chars().filter(|char| *char != '*').count();
        let missing = digit.to_string().repeat(ID_LENGTH.saturating_sub(known));
        pattern.replacen('*', &missing, 1).replace('*', "").replace('?', &digit.to_string())
    };
    let first = filled('0');
    if first == own { filled('1') } else { first }
}

const ID_LENGTH: usize = 12;

fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}
