//! What is wrong with the grammar of a policy: the faults that the readers saw, as findings.

mod fix;
mod form;
mod placeholder;
mod value;
mod words;

use crate::finding::{Fault, Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Policy, PolicyFault, PolicyKind};
use crate::source::Sources;
use crate::syntax::SyntaxFault;
use words::Words;

/// The rules of this theme.
pub static RULES: &[&Rule] = &[
    &INVALID_JSON,
    &DUPLICATE_KEY,
    &DUPLICATE_BLOCK,
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
    &OLD_VERSION,
    &MALFORMED_ACTION,
    &FOREIGN_ACTION_IN_TRUST_POLICY,
    &SID_CHARACTERS,
    &DUPLICATE_SID,
    &EMPTY_SID,
    &UNSUPPORTED_CHARACTER,
    &WILDCARD_IN_PRINCIPAL,
    &FEDERATED_PRINCIPAL_OUTSIDE_TRUST_POLICY,
    &NULL_WITH_SET_OPERATOR,
    &SEVERAL_BOOLEANS,
    &MIXED_VALUE_TYPES,
    &EPOCH_DATE,
    &MALFORMED_CONDITION_KEY,
    &TAG_KEY_MISSING,
    &IMPOSSIBLE_VALUE,
    &UNKNOWN_REGION,
    &MALFORMED_VARIABLE,
    &VARIABLE_IN_WRONG_ELEMENT,
    &VARIABLE_WITHOUT_VERSION,
    &VARIABLE_WITH_WRONG_OPERATOR,
    &POLICY_TOO_LONG,
    &ALLOW_IN_RCP,
    &PRINCIPAL_IN_RCP,
    &ACTION_IN_RCP,
    &PRINCIPAL_IN_ENDPOINT_POLICY,
];

/// The findings of all faults that the readers saw, without those that only follow from another.
pub fn findings(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let forms: Vec<_> = facts.inventory.documents.iter().flat_map(|document| &document.faults).collect();
    let policies = facts.inventory.all_policies().flat_map(|(policy, role)| {
        // what is in a role is inline, and counted with its like, or attached, and so not too long
        let counts = move |fault: &PolicyFault| {
            !matches!(fault, PolicyFault::TooLong(_)) || role.is_none() || policy.kind != PolicyKind::Identity
        };
        policy.faults.iter().filter(move |fault| counts(&fault.kind)).map(move |fault| (fault, policy))
    });
    let own = policies.filter(|(fault, policy)| !follows(fault, policy, &forms));
    let of_policies: Vec<_> = own.map(|(fault, policy)| of_policy(fault, policy, facts.sources)).collect();
    let of_forms = facts.inventory.documents.iter().flat_map(|document| of_syntax(&document.faults, facts.sources));
    let of_roles = facts.inventory.roles.iter().filter_map(words::size::of_role);
    of_forms.chain(of_policies).chain(of_roles).chain(value::findings(facts)).chain(placeholder::findings(facts)).collect()
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
    Finding {
        related: places.map(|span| Label::new(span, related.as_str())).collect(),
        fix: fix::of_form(all, sources),
        ..finding(first, words)
    }
}

/// How many places beside its own a finding shows.
const MOST_PLACES: usize = 3;

/// The finding of a fault in the grammar of a policy.
pub fn of_policy(fault: &Fault<PolicyFault>, policy: &Policy<'_>, sources: &Sources) -> Finding {
    let mut words = words::words(fault, policy, sources);
    if policy.guessed && fault.kind.depends_on_kind() {
        words.help.push_str("; if this is not ");
        words.help.push_str(words::kind_name(policy.kind));
        words.help.push_str(", give its `--kind`");
    }
    Finding { fix: fix::of_policy(fault, policy, sources), ..finding(fault, words) }
}

/// Whether a fault most likely follows from a mistake of form: what stands in a torn string is not misspelt, and what is
/// missing where a bracket is lost may have ended up elsewhere.
fn follows(fault: &Fault<PolicyFault>, policy: &Policy<'_>, forms: &[&Fault<SyntaxFault>]) -> bool {
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
    if forms.is_empty() {
        return false;
    }
    let holder = policy.statement_at(fault.span).map_or(policy.range, |statement| statement.range);
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
        severity: words.severity.unwrap_or(words.rule.severity),
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
    DUPLICATE_BLOCK = "duplicate-block": Error;
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
    OLD_VERSION = "old-version": Error;
    MALFORMED_ACTION = "malformed-action": Error;
    FOREIGN_ACTION_IN_TRUST_POLICY = "foreign-action-in-trust-policy": Error;
    SID_CHARACTERS = "sid-characters": Error;
    DUPLICATE_SID = "duplicate-sid": Error;
    EMPTY_SID = "empty-sid": Style;
    UNSUPPORTED_CHARACTER = "unsupported-character": Error;
    WILDCARD_IN_PRINCIPAL = "wildcard-in-principal": Error;
    FEDERATED_PRINCIPAL_OUTSIDE_TRUST_POLICY = "federated-principal-outside-trust-policy": Medium;
    NULL_WITH_SET_OPERATOR = "null-with-set-operator": Medium;
    SEVERAL_BOOLEANS = "several-booleans": Medium;
    MIXED_VALUE_TYPES = "mixed-value-types": Low;
    EPOCH_DATE = "epoch-date": Style;
    MALFORMED_CONDITION_KEY = "malformed-condition-key": Error;
    TAG_KEY_MISSING = "tag-key-missing": Error;
    IMPOSSIBLE_VALUE = "impossible-value": Error;
    UNKNOWN_REGION = "unknown-region": Medium;
    MALFORMED_VARIABLE = "malformed-variable": Error;
    VARIABLE_IN_WRONG_ELEMENT = "variable-in-wrong-element": Error;
    VARIABLE_WITHOUT_VERSION = "variable-without-version": Error;
    VARIABLE_WITH_WRONG_OPERATOR = "variable-with-wrong-operator": Error;
    POLICY_TOO_LONG = "policy-too-long": Error;
    ALLOW_IN_RCP = "allow-in-rcp": Error;
    PRINCIPAL_IN_RCP = "principal-in-rcp": Error;
    ACTION_IN_RCP = "action-in-rcp": Error;
    PRINCIPAL_IN_ENDPOINT_POLICY = "principal-in-endpoint-policy": Low;
}
