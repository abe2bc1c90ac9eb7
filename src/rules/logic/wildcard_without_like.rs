//! `*` or `?` under an operator that takes it literally.

use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Condition, Effect, Operand, Operator, Policy, PolicyKind, SetPrefix, Statement};
use crate::rules::mend::Mender;

pub(super) static RULE: Rule = Rule {
    name: "wildcard-without-like",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/wildcard-without-like.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, _) in facts.inventory.all_policies() {
        for statement in &policy.statements {
            findings.extend(statement.conditions.iter().filter_map(|condition| judge(facts, policy, statement, condition)));
        }
    }
}

fn judge(facts: &Facts<'_, '_>, policy: &Policy<'_>, statement: &Statement<'_>, condition: &Condition<'_>) -> Option<Finding> {
    let exact = [Comparison::StringEquals, Comparison::StringEqualsIgnoreCase];
    let operator = condition.operator.filter(|operator| exact.contains(&operator.comparison))?;
    let key = condition.key.known().unwrap_or_default();
    let wild: Vec<&Operand<'_>> = condition.values.iter().filter(|operand| is_meant_as_pattern(key, operand)).collect();
    let (first, others) = wild.split_first()?;
    let text = &first.pattern.text;
    let name = condition.operator_text.shown();
    let consequence = consequence(statement, operator, wild.len() == condition.values.len());
    let like = like(operator, &text.shown());
    // what strangers come in by is not to be opened in passing, and letter case is not to matter of a sudden
    let is_plain = operator.comparison == Comparison::StringEquals && (operator.negated || policy.kind != PolicyKind::Trust);
    let fix = is_plain.then(|| Mender::of(facts.sources, policy).operator(statement, condition, like)).flatten();
    Some(Finding {
        fix,
        related: others.iter().map(|operand| Label::new(operand.pattern.text.span(), "nor is this")).collect(),
        help: Some(help(operator, like)),
        ..RULE.finding(
            format!("`{name}` takes the wildcard in `{}` literally, {consequence}", text.shown()),
            text.span(),
            "not a pattern here",
        )
    })
}

/// Whether the value holds a `*` or `?` that is not the character itself. Nearly no key has values that hold one.
fn is_meant_as_pattern(key: &str, operand: &Operand<'_>) -> bool {
    let pattern = &operand.pattern;
    if !pattern.has_wildcard() {
        return false;
    }
    let shown = pattern.text.shown();
    // in a document of 2008 these are plain text, which is another mistake
    let symbol = shown.contains("${*}") || shown.contains("${?}");
    let names_itself = match shown.as_ref() {
        // whoever opens a function to everybody names this principal
        "*" => key.eq_ignore_ascii_case("lambda:Principal"),
        // certificates for `*.example.com` are asked for by that very name
        _ => key.eq_ignore_ascii_case("acm:DomainNames"),
    };
    // the `?` before the query of an address, as in `aws:Referer`
    let query = shown.contains("://") && !shown.contains('*');
    !symbol && !names_itself && !query
}

/// What comes of it. `all`: no value of the condition can match.
fn consequence(statement: &Statement<'_>, operator: Operator, all: bool) -> &'static str {
    let deny = statement.effect.is_some_and(|(effect, _)| effect == Effect::Deny);
    let absence_holds = operator.if_exists || operator.set == Some(SetPrefix::ForAllValues);
    match (operator.negated, all, deny) {
        (_, false, _) => "so this value matches nothing",
        (true, true, false) => "so the condition always holds and guards nothing",
        (true, true, true) => "so the condition always holds and the statement denies more than it seems to",
        (false, true, _) if absence_holds => "so the condition holds only where the key is absent",
        (false, true, false) => "so the statement allows nothing",
        (false, true, true) => "so the statement never denies anything",
    }
}

/// The operator that takes the value for a pattern.
fn like(operator: Operator, value: &str) -> Operator {
    let comparison = if value.starts_with("arn:") { Comparison::Arn } else { Comparison::StringLike };
    Operator { comparison, ..operator }
}

fn help(operator: Operator, like: Operator) -> String {
    let like = like.name();
    let case = if operator.comparison == Comparison::StringEqualsIgnoreCase { ", which minds letter case" } else { "" };
    format!(
        "to match every value of that form, write `{like}`{case}; to match one, write it out; `${{*}}` is the character itself"
    )
}
