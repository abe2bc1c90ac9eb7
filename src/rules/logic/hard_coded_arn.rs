//! ARNs in templates that spell out what the template would fill in.

use crate::arn::{Arn, is_account_id};
use crate::finding::{Finding, Severity};
use crate::inventory::Form;
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::source::{SourceId, Span};

pub(super) static RULE: Rule =
    Rule { name: "hard-coded-arn", severity: Severity::Style, page: include_str!("../../../rules/logic/hard-coded-arn.md") };

/// One finding an ARN, and only where that is asked for: many a template is for one account and region.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if !facts.is_pedantic(&RULE) {
        return;
    }
    let documents = facts.inventory.documents.iter();
    let templates: Vec<(SourceId, &'static str)> = documents
        .filter_map(|own| match own.form {
            Form::Template(name) => Some((own.source, name)),
            _ => None,
        })
        .collect();
    for (policy, _) in facts.inventory.all_policies() {
        let Some((_, form)) = templates.iter().find(|own| own.0 == policy.mark.source) else { continue };
        let resources = policy.statements.iter().filter_map(|own| own.resources.as_ref());
        for pattern in resources.flat_map(|own| own.list.iter()) {
            findings.extend(finding(facts, form, pattern));
        }
    }
}

fn finding(facts: &Facts<'_, '_>, form: &str, pattern: &Pattern<'_>) -> Option<Finding> {
    let text = pattern.text.known()?;
    let arn = Arn::parse(text)?;
    let parts = [(1, arn.partition, "partition"), (3, arn.region, "region"), (4, arn.account, "account")];
    let written: Vec<(Span, &str)> = parts
        .into_iter()
        .filter(|&(index, value, _)| is_one(index, value))
        .filter_map(|(index, value, name)| Some((place(facts, pattern, text, index, value)?, name)))
        .collect();
    let &(first, _) = written.first()?;
    let names: Vec<&str> = written.iter().map(|own| own.1).collect();
    let listed = match &*names {
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
        [] => return None,
    };
    let known = if form.starts_with("Terraform") {
        "take them from `data.aws_partition`, `data.aws_region` and `data.aws_caller_identity`"
    } else {
        "put `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}` in, by `Fn::Sub`"
    };
    Some(Finding {
        help: Some(format!("{known}, so that the template is right wherever it is deployed")),
        ..RULE.finding(format!("`{text}` spells out its {listed}"), first, "the template knows it")
    })
}

/// Whether a part of an ARN is a value, rather than none or any.
fn is_one(index: usize, value: &str) -> bool {
    match index {
        4 => is_account_id(value),
        _ => !value.is_empty() && !value.contains(['*', '?', '$']),
    }
}

/// Where a part of an ARN is written, as long as it is written out there.
fn place(facts: &Facts<'_, '_>, pattern: &Pattern<'_>, text: &str, index: usize, value: &str) -> Option<Span> {
    let start: usize = text.split(':').take(index).map(|part| part.len() + 1).sum();
    let span = pattern.text.span_of(start..start + value.len());
    (facts.sources.slice(span) == value).then_some(span)
}
