//! Several roles that the same tokens take.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::Opening;
use crate::evaluate::Verdict;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::reach::{Breadth, Kind, Sample, Taker};
use crate::rules::probe::ask;
use crate::simulate::Presented;

pub(super) static RULE: Rule = Rule {
    name: "same-subject-several-roles",
    severity: Severity::Low,
    page: include_str!("../../../../rules/trust/same-subject-several-roles.md"),
};

/// Of how many roles that are not written alike each is asked whether it takes the same.
const ASKED: usize = 100;

/// How many roles are shown; further ones are counted.
const SHOWN: usize = 4;

/// A role with the kinds of holders who take it.
type Taken<'i, 's> = (&'i Role<'s>, Vec<Taker<'i, 's>>);

/// The roles of which each takes whoever takes the others.
pub(super) fn findings(facts: &Facts<'_, '_>, all: &[Taken<'_, '_>], findings: &mut Vec<Finding>) {
    let mut by_likeness: BTreeMap<String, Vec<&Taken<'_, '_>>> = BTreeMap::new();
    for taken in all.iter().filter(|(_, takers)| takers.iter().all(is_of_somebody)) {
        by_likeness.entry(likeness(taken)).or_default().push(taken);
    }
    for alike in by_likeness.into_values() {
        let mut classes: Vec<Vec<&Taken<'_, '_>>> = Vec::new();
        let mut by_words: HashMap<String, usize> = HashMap::new();
        for taken in alike {
            let takes_same = |first: &&Taken<'_, '_>| takes_all_of(first, taken) && takes_all_of(taken, first);
            // what is written alike is alike; the others are asked of one another
            let words = words(taken);
            let of_words = by_words.get(&words).copied();
            let class = of_words.or_else(|| classes.iter().take(ASKED).position(|class| class.first().is_some_and(takes_same)));
            let class = class.unwrap_or(classes.len());
            by_words.insert(words, class);
            match classes.get_mut(class) {
                Some(class) => class.push(taken),
                None => classes.push(vec![taken]),
            }
        }
        findings.extend(classes.iter().filter(|class| class.len() > 1).filter_map(|class| told(facts, class)));
    }
}

/// What the trust policy of a role says, word by word.
fn words((role, _): &Taken<'_, '_>) -> String {
    let mut words = String::new();
    for statement in role.trust.iter().flat_map(|trust| &trust.statements) {
        // a string takes any write
        let _ = write!(words, "{:?}", statement.effect.map(|(effect, _)| effect));
        if let Some(own) = &statement.principals {
            let _ = write!(words, " {} {:?}", own.negated, own.list.iter().map(|own| own.value.shown()).collect::<Vec<_>>());
        }
        if let Some(own) = &statement.actions {
            let _ = write!(words, " {} {:?}", own.negated, own.list.iter().map(|own| own.text.shown()).collect::<Vec<_>>());
        }
        for own in &statement.conditions {
            let values: Vec<_> = own.values.iter().map(|value| value.pattern.text.shown()).collect();
            let _ = write!(words, " {:?} {:?} {values:?}", own.operator_text.shown(), own.key.shown());
        }
        words.push('\n');
    }
    words
}

/// Whom everybody may be, other rules tell.
fn is_of_somebody(taker: &Taker<'_, '_>) -> bool {
    match &taker.kind {
        Kind::Subject { breadth, .. } => !matches!(breadth, Breadth::All | Breadth::OfApplication(_)),
        _ => false,
    }
}

/// What roles have in common of which each takes whoever takes the others: account, providers, and kinds of holders.
fn likeness((role, takers): &Taken<'_, '_>) -> String {
    let mut kinds: Vec<String> = takers.iter().map(|taker| format!("{:?}", taker.kind)).collect();
    let principals = takers.iter().flat_map(|taker| &taker.statement.principals).flat_map(|principals| &principals.list);
    kinds.extend(principals.map(|principal| principal.value.shown().into_owned()));
    kinds.sort();
    kinds.dedup();
    format!("{:?} {}", role.account(), kinds.join(" "))
}

fn takes_all_of((_, takers): &Taken<'_, '_>, (role, _): &Taken<'_, '_>) -> bool {
    let Some(policy) = &role.trust else { return false };
    takers.iter().filter_map(token).all(|token| matches!(ask(role, policy, token).verdict, Verdict::Allowed(_)))
}

fn token<'t>(taker: &'t Taker<'_, '_>) -> Option<&'t Presented> {
    match &taker.sample {
        Sample::Token(token) => Some(token),
        Sample::Principal(_) => None,
    }
}

fn told(facts: &Facts<'_, '_>, class: &[&Taken<'_, '_>]) -> Option<Finding> {
    let (role, takers) = class.first()?;
    let first = takers.first()?;
    let opening = Opening::of(role, first)?;
    let place = |(_, takers): &&Taken<'_, '_>| takers.first().map(|taker| taker.place.unwrap_or_else(|| taker.statement.place()));
    let names: Vec<String> = class.iter().take(SHOWN).map(|(role, _)| format!("`{}`", facts.inventory.title(role))).collect();
    let names = match (names.as_slice(), class.len().saturating_sub(SHOWN)) {
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (all, more) => format!("{} and {more} more", all.join(", ")),
    };
    let message = format!("{names} let in the same tokens, so whoever has one chooses among them");
    let mut finding = RULE.finding(message, place(class.first()?)?, "lets in the same tokens");
    finding.related = class.iter().skip(1).take(SHOWN).filter_map(place).map(|span| Label::new(span, "as this does")).collect();
    finding.help = Some(format!(
        "let each role ask for something of its own in `{}`, as an environment or a branch; if one is enough, delete the others",
        opening.key("sub")
    ));
    let who = format!("{}, who names one of the roles", first.who);
    finding.witness = Some(Witness { who, claims: opening.token.claims.to_json() });
    Some(finding)
}
