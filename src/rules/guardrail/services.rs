//! Resource control policies that deny the calls which services of AWS make for one's own organization.

use super::of_rcps;
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::Pattern;
use crate::policy::{Condition, Statement};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove};
use crate::rules::logic::alone::{lacking_principal, only};

pub(super) static RULE: Rule = Rule {
    name: "rcp-denies-services",
    severity: Severity::Medium,
    page: include_str!("../../../rules/guardrail/rcp-denies-services.md"),
};

/// Keys by which one's own are told from others, and which no call of a service by itself holds.
const BOUNDARY: [&str; 9] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

/// Who asks for one of these has thought of services, or speaks of tags that no service sets.
const ELSEWHERE: [&str; 3] = ["aws:principalservicename", "aws:principalservicenameslist", "aws:tagkeys"];

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (policy, statement) in of_rcps(facts) {
        let is_boundary = |own: &&Condition<'_>| own.operator.is_some_and(|own| own.negated) && is_one_of(own, &BOUNDARY);
        let Some(boundary) = statement.conditions.iter().find(is_boundary) else { continue };
        if is_of_sign_in(statement)
            || statement.later.is_some()
            || statement.conditions.iter().any(|own| is_one_of(own, &ELSEWHERE))
        {
            continue;
        }
        let among = Among { caller: Some(format!("service:{SERVICE}")), keys: call(facts, statement), ..Among::default() };
        let alone = only(policy, statement);
        let question = Question { allowed_by: vec![&alone], not_by: Vec::new(), among };
        if !matches!(prove(&question, facts.reference, Budget::default()), Proof::Witness(_)) {
            continue;
        }
        findings.push(Finding {
            help: Some(
                "add `\"BoolIfExists\": { \"aws:PrincipalIsAWSService\": \"false\" }`; for whom services may call, a statement on \
                 `aws:SourceOrgID` says"
                    .to_owned(),
            ),
            ..RULE.finding(
                format!("{} also denies services of AWS that call for your own accounts", statement.title()),
                boundary.key.span(),
                "no call of a service holds it",
            )
        });
    }
}

/// Whether a statement is about signing in alone, which nobody calls: it is asked at each sign-in to the console.
///
/// <https://docs.aws.amazon.com/signin/latest/userguide/console-access-control.html>
fn is_of_sign_in(statement: &Statement<'_>) -> bool {
    let is_own = |own: &Pattern<'_>| own.plain().and_then(|text| text.split_once(':')).is_some_and(|(own, _)| own == "signin");
    statement.actions.as_ref().is_some_and(|own| !own.negated && own.list.iter().all(is_own))
}

/// What the call of a service for one's own account holds.
fn call(facts: &Facts<'_, '_>, statement: &Statement<'_>) -> Vec<Held> {
    let mut held = lacking_principal([statement], facts.reference);
    let own = statement.conditions.iter().filter(|own| is_one_of(own, &BOUNDARY));
    let own = own.filter_map(|own| own.key.known()).map(|key| Held { key: key.to_owned(), values: Values::None });
    held.extend(own);
    for key in ["aws:SourceOrgID", "aws:SourceAccount"] {
        let named = statement.conditions.iter().filter(|own| is_one_of(own, &[&key.to_ascii_lowercase()]));
        if let Some(value) = named.flat_map(|own| &own.values).find_map(|own| own.pattern.plain()) {
            held.push(Held { key: key.to_owned(), values: Values::One(value.to_owned()) });
        }
    }
    held
}

fn is_one_of(condition: &Condition<'_>, keys: &[&str]) -> bool {
    condition.key.known().is_some_and(|key| keys.contains(&key.to_ascii_lowercase().as_str()))
}

const SERVICE: &str = "cloudtrail.amazonaws.com";
