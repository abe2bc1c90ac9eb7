//! A value for subjects that no token of its issuer has.

use super::foreign_issuer_key::{is_key_of, issuer_of, providers};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Condition, Effect, Operand, Statement};
use crate::reference::{self, Issuer};
use crate::rules::probe::storable;

pub(super) static RULE: Rule = Rule {
    name: "impossible-subject",
    severity: Severity::Medium,
    page: include_str!("../../../rules/trust/impossible-subject.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            for condition in &statement.conditions {
                let Some(issuer) = asked_of(statement, condition) else { continue };
                let told = condition.values.iter().filter_map(|value| finding(condition, value, issuer));
                findings.extend(told);
            }
        }
    }
}

/// The issuer whose subjects a condition asks for.
fn asked_of(statement: &Statement<'_>, condition: &Condition<'_>) -> Option<&'static Issuer> {
    let operator = condition.operator.filter(|own| !own.negated)?;
    let is_of_text =
        matches!(operator.comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike);
    let (_, claim) = condition.key.known()?.rsplit_once(':').filter(|_| is_of_text)?;
    let asked = issuer_of(condition).filter(|_| claim.eq_ignore_ascii_case("sub"))?;
    let hosts = providers(statement)?;
    reference::issuer(hosts.into_iter().find(|host| is_key_of(host, asked))?)
}

fn finding(condition: &Condition<'_>, value: &Operand<'_>, issuer: &Issuer) -> Option<Finding> {
    let text = value.pattern.plain()?;
    let why = issuer.never(text)?;
    let form = issuer.subjects.first().map_or("", |own| own.form.as_str());
    let others = if condition.values.len() > 1 { "it lets nobody in" } else { "nobody gets in by it" };
    Some(Finding {
        help: Some(format!("write it as `{form}`, or as another form of theirs")),
        ..RULE.finding(
            format!("no subject of {} is like `{text}`, so {others}: {why}", issuer.name),
            value.pattern.text.span(),
            "in no token",
        )
    })
}
