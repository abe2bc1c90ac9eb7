//! Values that a condition key never has, and regions that there are not.

mod keys;
mod principal_arn;

use std::ptr;

use super::words::quoted;
use super::{IMPOSSIBLE_VALUE, UNKNOWN_REGION};
use crate::arn::Arn;
use crate::finding::{Finding, Label, Severity};
use crate::lint::Facts;
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Comparison, Condition, Effect, Operand, SetPrefix, Statement};
use crate::reference::{Partition, partitions, regions, regions_date};
use crate::rules::mend::Mender;
use crate::spelling;
use keys::{Asked, Form, Remedy, Wrong};

/// The findings of all conditions and resources.
pub(super) fn findings(facts: &Facts<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (policy, _) in facts.inventory.all_policies() {
        let mender = Mender::of(facts.sources, policy);
        for statement in &policy.statements {
            findings.extend(statement.conditions.iter().flat_map(|own| of_condition(statement, own, mender)));
            findings.extend(statement.resources.iter().flat_map(|own| &own.list).filter_map(|own| of_resource(own, mender)));
        }
    }
    findings
}

/// A region of no partition, or of another one, in an ARN.
fn of_resource(pattern: &Pattern<'_>, mender: Mender<'_, '_>) -> Option<Finding> {
    let text = pattern.plain()?;
    let arn = Arn::parse(text).filter(|arn| !["", "*", "aws-global"].contains(&arn.region))?;
    // what is no region at all is no ARN, which is told as such
    let form = |byte: u8| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte);
    if !arn.region.bytes().all(form) || arn.region.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is = |region: &str| matches(&[Unit::Wild(arn.region)], region, Mode::Like);
    let partition = Partition::named(arn.partition);
    if partition.map_or_else(|| regions().any(is), |own| own.regions().any(is)) {
        return None;
    }
    let start = text.len() - arn.resource.len() - arn.account.len() - arn.region.len() - 2;
    let span = pattern.text.span_of(start..start + arn.region.len());
    let date = regions_date();
    if let Some(other) = partitions().find(|own| own.regions().any(is)) {
        return Some(Finding {
            help: Some(format!("write `arn:{}:…`, or a region of `{}`; the list is of {date}", other.name, arn.partition)),
            ..UNKNOWN_REGION.finding(
                format!("the partition `{}` has no region {}", arn.partition, quoted(arn.region)),
                span,
                format!("of `{}`", other.name),
            )
        });
    }
    let near = spelling::nearest(arn.region, regions());
    let (label, fix) = (did_you_mean(near), near.and_then(|near| mender.likely(span, near)));
    let help = Some(format!("write the code of a region, such as `eu-west-1`; the list that was looked at is of {date}"));
    Some(Finding { help, fix, ..UNKNOWN_REGION.finding(format!("no region {}", quoted(arn.region)), span, label) })
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("did you mean `{name}`?"))
}

fn of_condition(statement: &Statement<'_>, condition: &Condition<'_>, mender: Mender<'_, '_>) -> Vec<Finding> {
    let comparison = condition.operator.map(|operator| operator.comparison);
    let texts = [Comparison::StringEquals, Comparison::StringEqualsIgnoreCase, Comparison::StringLike, Comparison::Arn];
    let (Some(key), Some(comparison)) = (condition.key.known(), comparison.filter(|own| texts.contains(own))) else {
        return Vec::new();
    };
    if REGION_KEYS.iter().any(|own| own.eq_ignore_ascii_case(key)) {
        return condition.values.iter().filter_map(|operand| region(condition, operand, comparison, mender)).collect();
    }
    let Some(form) = Form::of(key) else { return Vec::new() };
    let asked = condition.values.iter().map(|operand| Asked { condition, operand, comparison });
    let wrong: Vec<_> = asked.filter_map(|asked| Some((form.wrong(&asked)?, asked))).collect();
    let all = wrong.len() == condition.values.len();
    let consequence = if all { consequence(statement, condition) } else { "" };
    wrong.into_iter().map(|(wrong, asked)| of_form(wrong, &asked, consequence, mender)).collect()
}

/// What comes of a condition of which no value is ever there, as the end of a sentence.
fn consequence(statement: &Statement<'_>, condition: &Condition<'_>) -> &'static str {
    let (Some(operator), Some((effect, _))) = (condition.operator, statement.effect) else { return "" };
    match (operator.negated, operator.set, operator.if_exists) {
        (false, None | Some(SetPrefix::ForAnyValue), false) => match effect {
            Effect::Allow => ", so the statement allows nothing",
            Effect::Deny => ", so the statement denies nothing",
        },
        (true, None | Some(SetPrefix::ForAllValues), _) => match effect {
            Effect::Allow => ", so the condition holds for every request",
            Effect::Deny => ", so the condition spares no request",
        },
        _ => "",
    }
}

static REGION_KEYS: [&str; 2] = ["aws:RequestedRegion", "ec2:Region"];

fn of_form(wrong: Wrong, asked: &Asked<'_, '_>, consequence: &str, mender: Mender<'_, '_>) -> Finding {
    let place = asked.operand.pattern.text.span();
    let (severity, help, fix) = match wrong.remedy {
        Remedy::Write(meant) => {
            let fix = wrong.likely.and_then(|likely| mender.likely(place, &likely));
            (IMPOSSIBLE_VALUE.severity, format!("write {meant}; no request holds the value as it is{consequence}"), fix)
        }
        Remedy::TakeOut(why) => {
            let values: Vec<_> = asked.condition.values.iter().map(|own| &own.pattern.text).collect();
            let gone = asked.condition.values.iter().position(|own| ptr::eq(own, asked.operand));
            (Severity::Low, format!("take it out: {why}"), gone.and_then(|gone| mender.without(&values, &[gone])))
        }
    };
    Finding {
        severity,
        fix,
        related: vec![Label::new(asked.condition.key.span(), "the key")],
        help: Some(help),
        ..IMPOSSIBLE_VALUE.finding(
            format!(
                "{} is no value that {} ever has",
                quoted(&asked.operand.pattern.text.shown()),
                quoted(&asked.condition.key.shown())
            ),
            place,
            wrong.label,
        )
    }
}

fn region(condition: &Condition<'_>, operand: &Operand<'_>, comparison: Comparison, mender: Mender<'_, '_>) -> Option<Finding> {
    let text = operand.pattern.plain().filter(|text| !text.is_empty())?;
    let like = matches!(comparison, Comparison::StringLike | Comparison::Arn);
    // a wildcard that the operator does not take is a mistake of its own
    if text.contains(['*', '?']) && !like {
        return None;
    }
    let mode = match comparison {
        Comparison::StringEqualsIgnoreCase => Mode::EqualIgnoreCase,
        _ if like => Mode::Like,
        _ => Mode::Equal,
    };
    if regions().any(|region| matches(&[Unit::Wild(text)], region, mode)) {
        return None;
    }
    let (near, date) = (spelling::nearest(text, regions()), regions_date());
    let label = did_you_mean(near);
    Some(Finding {
        fix: near.and_then(|near| mender.likely(operand.pattern.text.span(), near)),
        related: vec![Label::new(condition.key.span(), "the key")],
        help: Some(format!("write the code of a region, such as `eu-west-1`; the list that was looked at is of {date}")),
        ..UNKNOWN_REGION.finding(format!("no region {}", quoted(text)), operand.pattern.text.span(), label)
    })
}
