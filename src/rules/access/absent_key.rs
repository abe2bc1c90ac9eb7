//! Conditions that are to keep somebody out and hold for whoever lacks the key.

use crate::finding::{Finding, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::policy::{PolicyKind, SetPrefix, Statement};
use crate::prove::{Among, Budget, Held, Proof, Question, Values, prove};
use crate::rules::access::request;
use crate::rules::logic::alone::{allowing, beside_denies};
use crate::rules::logic::walk::{Line, lines};

pub(super) static RULE: Rule = Rule {
    name: "absent-key-passes",
    severity: Severity::Medium,
    page: include_str!("../../../rules/access/absent-key-passes.md"),
};

/// Keys that tell from which network a request comes. A request that lacks the ones holds the others.
const OF_ENDPOINT: [&str; 7] = [
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
];

const OF_ORGANIZATION: [&str; 2] = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];

const ADDRESS: &str = "aws:SourceIp";

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(|line| guards(line.key)) {
        let set = line.operator.set;
        let is_loose = line.allows() && (line.operator.if_exists || set == Some(SetPrefix::ForAllValues)) && !is_told(&line);
        if is_loose && line.statement.later.is_none() {
            findings.extend(of_allow(facts, &line));
        }
        let is_slack = line.denies() && set == Some(SetPrefix::ForAnyValue) && line.operator.negated && !line.operator.if_exists;
        if is_slack && line.is_of("aws:PrincipalOrgPaths") && line.statement.later.is_none() {
            findings.extend(of_deny(facts, &line));
        }
    }
}

fn of_allow(facts: &Facts<'_, '_>, line: &Line<'_, '_>) -> Option<Finding> {
    let among = Among { keys: lacking(line.statement, line.key), ..Among::default() };
    let alone = beside_denies(line.policy, line.statement.clone());
    let question = Question { allowed_by: vec![&alone], not_by: Vec::new(), among };
    let Proof::Witness(witness) = prove(&question, facts.reference, Budget::default()) else { return None };
    let has_principals = matches!(line.policy.kind, PolicyKind::Resource | PolicyKind::Trust);
    let told = Witness { who: "a request without the key".to_owned(), claims: request(&witness).to_json() };
    Some(Finding {
        help: Some("take `IfExists` or `ForAllValues` away, so that whoever lacks the key is not let in".to_owned()),
        witness: has_principals.then_some(told),
        ..RULE.finding(
            format!("{} also lets in whoever comes without `{}`", line.statement.title(), line.key),
            line.condition.operator_text.span(),
            "holds where the key is missing",
        )
    })
}

fn of_deny(facts: &Facts<'_, '_>, line: &Line<'_, '_>) -> Option<Finding> {
    let mut own = allowing(line.statement);
    let is_own = |key: &str| key.eq_ignore_ascii_case(line.key);
    own.conditions = own.conditions.iter().filter(|own| !own.key.known().is_some_and(is_own)).cloned().collect();
    let alone = beside_denies(line.policy, own);
    let among = Among { keys: vec![Held { key: line.key.to_owned(), values: Values::None }], ..Among::default() };
    let question = Question { allowed_by: vec![&alone], not_by: Vec::new(), among };
    matches!(prove(&question, facts.reference, Budget::default()), Proof::Witness(_)).then(|| Finding {
        help: Some("write `ForAllValues:StringNotLike`, which also holds for whoever is in no organization".to_owned()),
        ..RULE.finding(
            format!("{} does not deny whoever is in no organization", line.statement.title()),
            line.condition.operator_text.span(),
            "false where the key is missing",
        )
    })
}

/// Whether another rule tells of it: everybody is let in.
fn is_told(line: &Line<'_, '_>) -> bool {
    matches!(line.policy.kind, PolicyKind::Resource | PolicyKind::Trust)
        && line.statement.principals.as_ref().is_some_and(|own| own.list.iter().any(|own| own.value.known() == Some("*")))
}

fn guards(key: &str) -> bool {
    OF_ENDPOINT.iter().chain(&OF_ORGANIZATION).chain([&ADDRESS]).any(|own| own.eq_ignore_ascii_case(key))
}

/// What a request without the key holds: who does not come through an endpoint has an address, and the other way round.
fn lacking(statement: &Statement<'_>, key: &str) -> Vec<Held> {
    let is = |own: &str| own.eq_ignore_ascii_case(key);
    let none = |key: &str| Held { key: key.to_owned(), values: Values::None };
    if OF_ORGANIZATION.iter().any(|own| is(own)) {
        return OF_ORGANIZATION.map(none).to_vec();
    }
    if is(ADDRESS) {
        let other = |key: &&str| Held { key: (*key).to_owned(), values: another(statement, key) };
        return OF_ENDPOINT.iter().map(other).chain([none(ADDRESS)]).collect();
    }
    let address = elsewhere(statement).map(|own| Held { key: ADDRESS.to_owned(), values: Values::One(own.to_owned()) });
    OF_ENDPOINT.map(none).into_iter().chain(address).collect()
}

/// An address in no block that the statement names.
fn elsewhere(statement: &Statement<'_>) -> Option<&'static str> {
    let is_inside = |address: &str| {
        let address = address.parse().ok();
        let mut values = statement.conditions.iter().flat_map(|own| &own.values);
        values.any(|own| address.is_some_and(|address| own.value.holds_address(address)))
    };
    ["203.0.113.9", "198.51.100.9", "192.0.2.9"].into_iter().find(|own| !is_inside(own))
}

/// A value of a key that the statement does not name.
fn another(statement: &Statement<'_>, key: &str) -> Values {
    if key == "aws:VpcSourceIp" {
        return Values::One("10.99.99.99".to_owned());
    }
    let own = statement.conditions.iter().filter(|own| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
    let named = own.flat_map(|own| &own.values).filter_map(|own| own.pattern.plain());
    Values::Like { forms: vec!["*".to_owned()], except: named.map(str::to_owned).collect(), or_none: false }
}
