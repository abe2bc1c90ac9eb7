//! What is wrong with the grammar of a policy: the faults that the readers saw, as findings.

mod form;
mod placeholder;
mod words;

use crate::finding::{Fault, Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Policy, PolicyFault};
use crate::source::Sources;
use crate::syntax::SyntaxFault;
use words::Words;

/// The rules of this theme.
pub static RULES: &[&Rule] = &[
    &INVALID_JSON,
    &DUPLICATE_KEY,
    &WRONG_TYPE,
    &UNKNOWN_ELEMENT,
    &MISSING_STATEMENT,
    &EMPTY_STATEMENT,
    &MISSING_VERSION,
    &UNKNOWN_VERSION,
    &MISSING_EFFECT,
    &UNKNOWN_EFFECT,
    &MISSING_ACTION,
    &MISSING_RESOURCE,
    &MISSING_PRINCIPAL,
    &EXCLUSIVE_ELEMENTS,
    &PRINCIPAL_NOT_ALLOWED,
    &RESOURCE_IN_TRUST_POLICY,
    &NOT_PRINCIPAL_IN_TRUST_POLICY,
    &STAR_PRINCIPAL_IN_TRUST_POLICY,
    &PRINCIPAL_SHAPE,
    &UNKNOWN_PRINCIPAL_KEY,
    &CONDITION_SHAPE,
    &UNKNOWN_OPERATOR,
    &OPERATOR_CASE,
    &NULL_IF_EXISTS,
    &UNREADABLE_VALUE,
    &UNFILLED_PLACEHOLDER,
];

/// The findings of all faults that the readers saw, without those that only follow from another.
pub fn findings(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let forms: Vec<_> = facts.inventory.documents.iter().flat_map(|document| &document.faults).collect();
    let policies = facts.inventory.all_policies().flat_map(|(policy, _)| policy.faults.iter().map(move |fault| (fault, policy)));
    let own = policies.filter(|(fault, policy)| !follows(fault, policy, &forms));
    let of_policies: Vec<_> = own.map(|(fault, policy)| of_policy(fault, policy, facts.sources)).collect();
    let of_forms = facts.inventory.documents.iter().flat_map(|document| of_syntax(&document.faults, facts.sources));
    of_forms.chain(of_policies).chain(placeholder::findings(facts)).collect()
}

/// The findings of the faults in the form of a text: one for what is to be done at one place, and one for what comes of one
/// habit.
pub fn of_syntax(faults: &[Fault<SyntaxFault>], sources: &Sources) -> Vec<Finding> {
    form::groups(faults, sources).iter().filter_map(|all| Some(of_form(all, all.first()?, sources))).collect()
}

fn of_form(all: &[&Fault<SyntaxFault>], first: &Fault<SyntaxFault>, sources: &Sources) -> Finding {
    let words = form::words(all, first, sources);
    let related = words.related.clone();
    let places = form::places(all).filter(|_| !related.is_empty()).take(MOST_PLACES);
    Finding { related: places.map(|span| Label::new(span, related.as_str())).collect(), ..finding(first, words) }
}

/// How many places beside its own a finding shows.
const MOST_PLACES: usize = 3;

/// The finding of a fault in the grammar of a policy.
pub fn of_policy(fault: &Fault<PolicyFault>, policy: &Policy<'_>, sources: &Sources) -> Finding {
    finding(fault, words::words(fault, policy, sources))
}

/// Whether a fault most likely follows from a mistake of form: what stands in a torn string is not misspelt, and what is
/// missing where a bracket is lost may have ended up elsewhere.
fn follows(fault: &Fault<PolicyFault>, policy: &Policy<'_>, forms: &[&Fault<SyntaxFault>]) -> bool {
    let holder =
        policy.statements.iter().find(|statement| statement.mark == fault.span).map_or(policy.range, |statement| statement.range);
    let misses = matches!(
        fault.kind,
        PolicyFault::MissingStatement
            | PolicyFault::MissingVersion
            | PolicyFault::MissingEffect
            | PolicyFault::MissingAction
            | PolicyFault::MissingResource
            | PolicyFault::MissingPrincipal
    );
    // that it is no JSON the reader of the text has told already, and better
    if fault.kind == PolicyFault::NotJson {
        return true;
    }
    // where a bracket is lost, the one that stays open tells best whose it was
    let inside = |form: &Fault<SyntaxFault>| holder.contains(form.related.unwrap_or(form.span));
    forms.iter().any(|form| match form.kind {
        SyntaxFault::UnclosedString => form.span.contains(fault.span) || misses && inside(form),
        SyntaxFault::UnclosedBracket
        | SyntaxFault::LostBracket
        | SyntaxFault::StrayBracket
        | SyntaxFault::StrayText
        | SyntaxFault::MissingColon
        | SyntaxFault::KeyNotString
        | SyntaxFault::TooDeep => misses && inside(form),
        _ => false,
    })
}

fn finding<K>(fault: &Fault<K>, words: Words) -> Finding {
    let related = fault.related.or(words.place).filter(|_| !words.related.is_empty());
    Finding {
        related: related.map(|span| Label::new(span, words.related)).into_iter().collect(),
        help: Some(words.help),
        ..words.rule.finding(words.message, fault.span, words.label)
    }
}

macro_rules! rules {
    ($($rule:ident = $name:literal: $severity:ident;)*) => {
        $(static $rule: Rule = Rule {
            name: $name,
            severity: Severity::$severity,
            page: include_str!(concat!("../../rules/grammar/", $name, ".md")),
        };)*
    };
}

rules! {
    INVALID_JSON = "invalid-json": Error;
    DUPLICATE_KEY = "duplicate-key": Error;
    WRONG_TYPE = "wrong-type": Error;
    UNKNOWN_ELEMENT = "unknown-element": Error;
    MISSING_STATEMENT = "missing-statement": Error;
    EMPTY_STATEMENT = "empty-statement": Error;
    MISSING_VERSION = "missing-version": Low;
    UNKNOWN_VERSION = "unknown-version": Error;
    MISSING_EFFECT = "missing-effect": Error;
    UNKNOWN_EFFECT = "unknown-effect": Error;
    MISSING_ACTION = "missing-action": Error;
    MISSING_RESOURCE = "missing-resource": Error;
    MISSING_PRINCIPAL = "missing-principal": Error;
    EXCLUSIVE_ELEMENTS = "exclusive-elements": Error;
    PRINCIPAL_NOT_ALLOWED = "principal-not-allowed": Error;
    RESOURCE_IN_TRUST_POLICY = "resource-in-trust-policy": Error;
    NOT_PRINCIPAL_IN_TRUST_POLICY = "not-principal-in-trust-policy": Error;
    STAR_PRINCIPAL_IN_TRUST_POLICY = "star-principal-in-trust-policy": High;
    PRINCIPAL_SHAPE = "principal-shape": Error;
    UNKNOWN_PRINCIPAL_KEY = "unknown-principal-key": Error;
    CONDITION_SHAPE = "condition-shape": Error;
    UNKNOWN_OPERATOR = "unknown-operator": Error;
    OPERATOR_CASE = "operator-case": Low;
    NULL_IF_EXISTS = "null-if-exists": Error;
    UNREADABLE_VALUE = "unreadable-value": Error;
    UNFILLED_PLACEHOLDER = "unfilled-placeholder": Low;
}
