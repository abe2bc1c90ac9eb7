//! `ForAllValues` on the way of signing in.

use super::guests::takes_both;
use crate::evaluate::{Context, Truth, compare};
use crate::finding::{Finding, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Condition, Operator, SetPrefix};
use crate::rules::mend::Mender;
use crate::rules::probe::{Door, SIGNED_IN, ask, pool_doors, pool_probe, signed_in};

pub(super) static RULE: Rule = Rule {
    name: "amr-for-all-values",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/amr-for-all-values.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for door in pool_doors(facts) {
        let condition = door.conditions("amr").into_iter().find(|condition| is_for_users(condition));
        let Some(condition) = condition.filter(|_| takes_both(&door, facts).is_none()) else { continue };
        let bare = door.without(facts, "amr");
        let locked_out = locks_users_out(&door, facts, condition);
        let (severity, message) = match (&bare, locked_out) {
            (Some(_), true) => {
                (Severity::High, "takes a token without `amr`, and no signed-in user, whose token holds three values")
            }
            (Some(_), false) => (Severity::High, "also takes a token that holds no `amr` at all"),
            (None, true) => {
                (Severity::Medium, "takes no signed-in user: all three values of their tokens would have to be listed")
            }
            (None, false) => continue,
        };
        let name = condition.operator_text.shown();
        let key = door.key("amr");
        let values: Vec<_> = condition.values.iter().map(|own| own.pattern.plain()).collect();
        let any = Operator {
            set: Some(SetPrefix::ForAnyValue),
            comparison: Comparison::StringEquals,
            negated: false,
            if_exists: false,
        };
        let mender = Mender::of(facts.sources, door.policy);
        findings.push(Finding {
            severity,
            fix: mender.operator(door.statement, condition, any).filter(|_| values == [Some(SIGNED_IN)]),
            help: Some(format!(
                "write `ForAnyValue:StringEquals` on `{key}` with `authenticated`: it lets in every signed-in user"
            )),
            witness: bare.map(|mut probe| {
                probe.who = format!("the holder of a token of `{}` without `amr`", probe.audience);
                probe.witness()
            }),
            ..RULE.finding(format!("`{name}` {message}"), condition.operator_text.span(), "all values, also where there is none")
        });
    }
}

/// Whether a condition is `ForAllValues` and means to let signed-in users in. On guests, who may be anybody, it keeps nobody out.
fn is_for_users(condition: &Condition<'_>) -> bool {
    let Some(operator) = condition.operator.filter(|operator| operator.set == Some(SetPrefix::ForAllValues)) else {
        return false;
    };
    let nothing = Context::new();
    let named = condition.values.iter().any(|operand| {
        let text = operand.pattern.plain();
        compare(operator.comparison, operand, SIGNED_IN, &nothing) == Truth::Yes
            || text.is_some_and(|text| text.contains(['.', '/', ':']))
    });
    operator.negated != named
}

/// Whether a statement would take signed-in users of a pool but for this condition.
fn locks_users_out(door: &Door<'_, '_>, facts: &Facts<'_, '_>, condition: &Condition<'_>) -> bool {
    let strange = door.strange_pools(facts).into_iter().map(|(pool, _)| pool);
    let pools = door.own_pools(facts).into_iter().chain(strange);
    let mut kept_out = false;
    for pool in pools {
        for login in signed_in(door.policy, door.host, &pool) {
            let judgement = ask(door.role, door.policy, &pool_probe(&pool, &login).token);
            let own = judgement.trace.statements.iter().find(|trace| std::ptr::eq(trace.statement, door.statement));
            let Some(own) = own else { continue };
            if own.applies == Truth::Yes {
                return false;
            }
            let (this, others): (Vec<_>, Vec<_>) =
                own.conditions.iter().partition(|trace| std::ptr::eq(trace.condition, condition));
            let refuses = this.iter().all(|trace| trace.holds == Truth::No);
            kept_out |= refuses && own.action == Truth::Yes && others.iter().all(|trace| trace.holds == Truth::Yes);
        }
    }
    kept_out
}
