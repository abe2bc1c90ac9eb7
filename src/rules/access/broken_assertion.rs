//! What the configuration says must never be so.

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::Claim;
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::Instant;
use crate::reach::{Goal, Never, Path, Reason, Sample, Subject, keep};
use crate::source::Span;

pub(super) static RULE: Rule =
    Rule { name: "broken-assertion", severity: Severity::High, page: include_str!("../../../rules/access/broken-assertion.md") };

/// One finding for each subject and role. Names that stand for nobody here are told by the command line: the inputs may be a part of all.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for never in &facts.config.asserts {
        // INVARIANT: the tokens asked with never expire, so that no finding hangs on the time
        let kept = keep(facts.world(), never, Instant::from_seconds(0));
        findings.extend(kept.broken.iter().filter_map(|(subject, target, path)| broken(facts, never, (subject, target), path)));
        findings.extend(kept.open.iter().filter_map(|(subject, target, reasons)| open(facts, never, (subject, target), reasons)));
    }
}

fn broken(facts: &Facts<'_, '_>, never: &Never, (subject, target): (&Subject, &str), path: &Path) -> Option<Finding> {
    let does = match &never.goal {
        Goal::Roles(_) => format!("reaches `{target}`"),
        Goal::Access { action, resource } => format!("may call `{action}` on `{resource}` with `{target}`"),
    };
    let message = format!("`{}` does not hold: {} {does} by {}", never.name, subject.name, path.way.name());
    let permitted = path.permitted.iter().filter_map(|own| own.place.clone());
    let places: Vec<Label> = path.steps.iter().flat_map(|step| step.places.iter().cloned()).chain(permitted).collect();
    let (primary, before) = match places.split_last() {
        Some((last, before)) => (last.clone(), before.to_vec()),
        None => (Label::new(place_of(facts, target)?, "this role"), Vec::new()),
    };
    let mut finding = RULE.finding(message, primary.span, primary.text);
    finding.related = before;
    finding.witness = witness(subject, path);
    finding.help = Some(help(never, subject, target));
    Some(finding)
}

/// The token with which the first step is taken, where all of it is known.
fn witness(subject: &Subject, path: &Path) -> Option<Witness> {
    let Some(Sample::Token(token)) = &path.sample else { return None };
    let is_known = token.claims.iter().all(|(_, claim)| !matches!(claim, Claim::Unknown(_)));
    is_known.then(|| Witness { who: subject.name.clone(), claims: token.claims.to_json() })
}

fn open(facts: &Facts<'_, '_>, never: &Never, (subject, target): (&Subject, &str), reasons: &[Reason]) -> Option<Finding> {
    let reason = reasons.first().map_or_else(String::new, |reason| format!(": {}", reason.text));
    let message = format!("whether `{}` holds is not known of {} and `{target}`{reason}", never.name, subject.name);
    let place = reasons.iter().find_map(|reason| reason.place).or_else(|| place_of(facts, target))?;
    let mut finding = RULE.finding(message, place, "hangs on this");
    finding.severity = Severity::Medium;
    finding.help = Some(help(never, subject, target));
    Some(finding)
}

fn help(never: &Never, subject: &Subject, target: &str) -> String {
    let from = subject.words.first().unwrap_or(&subject.name);
    let why = never.why.as_ref().map_or_else(String::new, |why| format!("{why}; "));
    format!("{why}`rolecall reach --from '{from}' --to {target}` tells the steps")
}

fn place_of(facts: &Facts<'_, '_>, target: &str) -> Option<Span> {
    facts.inventory.role(target).map(Role::span)
}
