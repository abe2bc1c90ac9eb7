//! `ForAllValues` and `ForAnyValue` where they do not belong, and where they are missing.

use std::ptr;

use super::Check;
use super::absence::holds_without;
use super::view::{Key, View, is_of_issuer};
use crate::finding::{Finding, Fix, Severity};
use crate::lint::Rule;
use crate::policy::{Comparison, Effect, Operator, PolicyKind, Principal, PrincipalKind, Principals, SetPrefix};
use crate::rules::mend::guess;

pub(super) const MANY_CHECK: Check = Check { rule: &MANY, run: many };

pub(super) const SINGLE_CHECK: Check = Check { rule: &SINGLE, run: single };

static MANY: Rule = Rule {
    name: "multivalued-key-without-set-operator",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/multivalued-key-without-set-operator.md"),
};

static SINGLE: Rule = Rule {
    name: "set-operator-on-single-valued-key",
    severity: Severity::Low,
    page: include_str!("../../../rules/reference/set-operator-on-single-valued-key.md"),
};

fn many(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let plain = |key: &&Key<'_, '_, '_>| key.operator.set.is_none() && key.operator.comparison != Comparison::Null;
    let found = view.keys.iter().filter(plain).filter(|key| key.known.is_some_and(|known| known.many));
    findings.extend(found.map(|key| {
        let name = key.condition.operator_text.shown();
        let with = |set| Operator { set: Some(set), ..key.operator }.name();
        let (any, all) = (with(SetPrefix::ForAnyValue), with(SetPrefix::ForAllValues));
        Finding {
            // where the values are such that must not be, either may be meant
            fix: (!key.operator.negated).then(|| operator(view, key, Some(SetPrefix::ForAnyValue)).map(guess)).flatten(),
            help: Some(format!(
                "write `{any}` if one value of the request is enough, or `{all}` if each must fit; the latter also holds without any value"
            )),
            ..MANY.finding(
                format!("`{}` may have several values, and AWS does not say what `{name}` then compares", key.name),
                key.condition.operator_text.span(),
                "for keys of one value",
            )
        }
    }));
}

fn single(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let found = view.keys.iter().filter(|key| key.operator.comparison != Comparison::Null);
    let found = found.filter(|key| key.known.is_some_and(|known| !known.many));
    findings.extend(found.filter_map(|key| finding(view, key, key.operator.set?)));
}

fn finding(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>, set: SetPrefix) -> Option<Finding> {
    let name = key.condition.operator_text.shown();
    let absent_matters = !key.operator.if_exists && may_be_absent(view, key);
    let opens = set == SetPrefix::ForAllValues && view.has_effect(Effect::Allow) && !key.operator.negated && absent_matters;
    // who gets in by the claims of a token is judged by other rules
    if is_of_issuer(key.name) && !opens {
        return None;
    }
    // without the set operator, the condition holds where the key is absent
    let spares = set == SetPrefix::ForAnyValue && key.operator.negated && absent_matters;
    let (severity, message) = match set {
        _ if opens => {
            (severity_of_opening(view), format!("`{name}` also lets a request through that does not hold `{}`", key.name))
        }
        _ if spares && view.has_effect(Effect::Deny) => {
            (Severity::Low, format!("`{name}` spares a request that does not hold `{}`", key.name))
        }
        SetPrefix::ForAllValues => (Severity::Low, format!("`{name}` on `{}`, which never has several values", key.name)),
        SetPrefix::ForAnyValue => (Severity::Style, format!("`{name}` on `{}`, which never has several values", key.name)),
    };
    let plain = Operator { set: None, ..key.operator };
    let also = if spares {
        format!(", which holds where the key is absent; to leave that out, add `\"Null\": {{ \"{}\": \"false\" }}`", key.name)
    } else {
        String::new()
    };
    let label = match () {
        () if opens => "true where the key is absent",
        () if spares => "false where the key is absent",
        () => "",
    };
    Some(Finding {
        severity,
        fix: operator(view, key, None).map(|fix| if spares { guess(fix) } else { fix }),
        help: Some(format!("write `{}`{also}; AWS warns of set operators on keys of one value", plain.name())),
        ..SINGLE.finding(message, key.condition.operator_text.span(), label)
    })
}

fn operator(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>, set: Option<SetPrefix>) -> Option<Fix> {
    view.mender().operator(view.statement, key.condition, Operator { set, ..key.operator })
}

/// Where the condition is what keeps others out, whoever sends no such key gets in; elsewhere a principal may do more than it seems.
fn severity_of_opening(view: &View<'_, '_, '_>) -> Severity {
    let guards_door = matches!(view.policy.kind, PolicyKind::Trust | PolicyKind::Resource);
    let is_crowd = |own: &Principal<'_>| match own.kind {
        PrincipalKind::Anyone | PrincipalKind::Federated => true,
        _ => own.value.known() == Some("*"),
    };
    let lets_crowd_in = |own: &Principals<'_>| own.negated || own.list.iter().any(is_crowd);
    let high = guards_door && view.statement.principals.as_deref().is_some_and(lets_crowd_in);
    if high { Severity::High } else { Severity::Medium }
}

/// Whether requests may lack a key by which the statement is asked.
fn may_be_absent(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>) -> bool {
    let is_global = key.known.and_then(|known| known.global).is_some_and(|global| global.always);
    // every token has a subject and an audience
    let always = is_global || is_of_issuer(key.name) && [":aud", ":sub"].iter().any(|claim| key.name.ends_with(claim));
    let is_other = |other: &Key<'_, '_, '_>| !ptr::eq(other, key) && other.name.eq_ignore_ascii_case(key.name);
    let is_there = view.keys.iter().any(|other| is_other(other) && asks_for_key(other));
    !always && !is_there
}

/// Whether a condition holds only where the request holds its key.
fn asks_for_key(key: &Key<'_, '_, '_>) -> bool {
    holds_without(key) == Some(false)
}
