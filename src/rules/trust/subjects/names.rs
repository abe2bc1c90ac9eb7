//! A pattern goes on behind a name, so that longer names fit it too.

use super::{Check, Opening};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reach::{Breadth, words};

static OPEN_OWNER_RULE: Rule =
    Rule { name: "open-owner-name", severity: Severity::High, page: include_str!("../../../../rules/trust/open-owner-name.md") };

static OPEN_MEMBER_RULE: Rule = Rule {
    name: "open-member-name",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/trust/open-member-name.md"),
};

static OPEN_ENDED_RULE: Rule = Rule {
    name: "open-ended-subject",
    severity: Severity::Low,
    page: include_str!("../../../../rules/trust/open-ended-subject.md"),
};

pub(super) const OPEN_OWNER: Check = Check { rule: &OPEN_OWNER_RULE, run: open_owner };
pub(super) const OPEN_MEMBER: Check = Check { rule: &OPEN_MEMBER_RULE, run: open_member };
pub(super) const OPEN_ENDED: Check = Check { rule: &OPEN_ENDED_RULE, run: open_ended };

/// Owners of whom only a part of the name is asked for.
fn open_owner(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    let Breadth::OwnersLike(pattern) = opening.breadth else { return None };
    let (owners, _) = words(opening.issuer());
    let (message, severity) = if opening.is_anyone() {
        (format!("{}, and anybody may register such a name", opening.message()), Severity::High)
    } else {
        (opening.message(), Severity::Medium)
    };
    let begun = pattern.split(['*', '?', '@']).next().unwrap_or_default();
    let so = match opening.form() {
        _ if opening.is_issuer("github") && !begun.is_empty() => {
            format!(": `repo:{begun}/…`, and `repo:{begun}@NUMBER/…` for repositories whose subjects hold numbers")
        }
        Some(form) => format!(", as `{form}`"),
        None => String::new(),
    };
    let help = format!("write the name of the {owners} to its end{so}");
    Some(Finding { severity, ..opening.finding(&OPEN_OWNER_RULE, message, opening.place("takes longer names, too"), help) })
}

/// What somebody has, of which only a part of the name is asked for.
fn open_member(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    let Breadth::MembersLike(pattern) = opening.breadth else { return None };
    let (_, members) = words(opening.issuer());
    let begun = pattern.split(['*', '?']).next().unwrap_or_default();
    let so = match opening.form() {
        _ if opening.is_issuer("github") && begun.ends_with(char::is_alphanumeric) => {
            format!(", as `repo:{begun}:…`; or list the repositories")
        }
        Some(form) => format!(", as `{form}`"),
        None => String::new(),
    };
    let help = format!("write the name of the {members} to its end{so}");
    Some(opening.finding(&OPEN_MEMBER_RULE, opening.message(), opening.place("takes longer names, too"), help))
}

/// A subject of which the last name goes on.
fn open_ended(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    let Breadth::Like(pattern) = opening.breadth else { return None };
    let is_strangers = opening.is_anyone() && opening.is_issuer("github");
    if is_strangers || opening.is_narrowed() || !goes_on(pattern, opening.form().is_some()) {
        return None;
    }
    let help = format!("write the subject to its end: longer names than `{}` fit as well", begun(pattern));
    Some(opening.finding(&OPEN_ENDED_RULE, opening.message(), opening.place("takes longer names, too"), help))
}

/// Whether the last wildcard of a pattern goes on with a name: where the form is known that of a branch or an environment. Names of tags are
/// mostly versions, of which the first letter is enough.
fn goes_on(pattern: &str, is_known: bool) -> bool {
    let begun = begun(pattern);
    let is_circumstance = !is_known || begun.contains(":ref") || begun.contains(":environment:");
    let is_tag = begun.contains(":ref:refs/tags/") || begun.contains(":ref_type:tag:");
    is_circumstance && begun.ends_with(char::is_alphanumeric) && !is_tag
}

/// What stands before the last wildcards of a pattern.
fn begun(pattern: &str) -> &str {
    let end = pattern.rfind(['*', '?']).unwrap_or(pattern.len());
    pattern.get(..end).unwrap_or(pattern).trim_end_matches(['*', '?'])
}
