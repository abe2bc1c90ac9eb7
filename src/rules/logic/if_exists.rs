//! `IfExists` on keys that every request holds.

use super::walk::{Line, lines};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::Operator;

pub(super) static RULE: Rule = Rule {
    name: "needless-if-exists",
    severity: Severity::Style,
    page: include_str!("../../../rules/logic/needless-if-exists.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    // a Deny does with it what is to be done where the key is missing after all
    let is_open = |line: &Line<'_, '_>| line.operator.if_exists && line.operator.set.is_none() && line.allows();
    for line in lines(facts).filter(is_open) {
        let global = facts.reference.key(line.key).and_then(|key| key.global);
        if !global.is_some_and(|global| global.always) {
            continue;
        }
        let operator = &line.condition.operator_text;
        let plain = Operator { if_exists: false, ..line.operator };
        findings.push(Finding {
            fix: line.with_operator(facts, plain),
            help: Some(format!("write `{}`: were the key ever missing, the statement would allow", plain.name())),
            ..RULE.finding(format!("`{}` on `{}`, which every request holds", operator.shown(), line.key), operator.span(), "")
        });
    }
}
