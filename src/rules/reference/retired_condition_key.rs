//! A condition on a key that AWS gave up, or that only looks like one.

use super::Check;
use super::absence::consequence;
use super::view::{Key, View};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reference::Global;

pub(super) const DEPRECATED_CHECK: Check = Check { rule: &DEPRECATED, run: deprecated };

pub(super) const UNSUPPORTED_CHECK: Check = Check { rule: &UNSUPPORTED, run: unsupported };

static DEPRECATED: Rule = Rule {
    name: "deprecated-condition-key",
    severity: Severity::Low,
    page: include_str!("../../../rules/reference/deprecated-condition-key.md"),
};

static UNSUPPORTED: Rule = Rule {
    name: "unsupported-condition-key",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unsupported-condition-key.md"),
};

fn deprecated(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let message = |key: &Key<'_, '_, '_>| format!("the condition key `{}` is deprecated", key.name);
    findings.extend(with(view, |global| global.deprecated).map(|key| finding(&DEPRECATED, key, message(key))));
}

fn unsupported(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let message =
        |key: &Key<'_, '_, '_>| format!("AWS does not support the condition key `{}`{}", key.name, consequence(view, key));
    findings.extend(with(view, |global| global.unsupported).map(|key| finding(&UNSUPPORTED, key, message(key))));
}

fn with<'v, 'i, 'p, 's>(
    view: &'v View<'i, 'p, 's>,
    is: fn(Global) -> bool,
) -> impl Iterator<Item = &'v Key<'i, 'p, 's>> + use<'v, 'i, 'p, 's> {
    view.keys.iter().filter(move |key| key.known.and_then(|known| known.global).is_some_and(is))
}

/// No fix: who sends the old key does not send the new one for it, and who sends the new one may be others.
fn finding(rule: &Rule, key: &Key<'_, '_, '_>, message: String) -> Finding {
    let instead = INSTEAD.iter().find(|(own, _)| own.eq_ignore_ascii_case(key.name)).map(|&(_, instead)| instead);
    let help = instead.unwrap_or("take another one of the global condition keys");
    Finding { help: Some(help.to_owned()), ..rule.finding(message, key.condition.key.span(), "") }
}

/// What to write for a key.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>,
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>
static INSTEAD: [(&str, &str); 2] = [
    ("aws:ARN", "write `aws:PrincipalArn` for who asks, or `aws:SourceArn` for the resource on whose behalf a service asks"),
    ("aws:SourceOwner", "let newer services in by a statement with `aws:SourceAccount`, which they send in its place"),
];
