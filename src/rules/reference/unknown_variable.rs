//! A variable that no request fills in.

use super::Check;
use super::unknown_condition_key::near;
use super::view::{View, is_of_issuer};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::pattern::{Variable, attribute_of_thing};
use crate::reference::ConditionKey;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "unknown-variable",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-variable.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    for (variable, key) in &view.variables {
        findings.extend(finding(view, variable, *key));
    }
}

fn finding(view: &View<'_, '_, '_>, variable: &Variable<'_>, key: Option<ConditionKey<'_>>) -> Option<Finding> {
    let name = variable.key.as_ref();
    if is_of_issuer(name) || is_malformed(name) {
        return None;
    }
    let Some(key) = key else {
        let (prefix, own) = name.split_once(':').unwrap_or(("", name));
        let near = near(view.reference, prefix, own);
        let label = near.as_ref().map_or_else(String::new, |near| format!("did you mean `${{{near}}}`?"));
        // what stands behind a comma is written as before
        let edit = near.as_ref().filter(|_| variable.default.is_none());
        let fix = edit.and_then(|near| view.mender().likely(variable.span, &format!("${{{near}}}")));
        let help = match near {
            Some(near) => format!("write `${{{near}}}`"),
            None => "write the name of a condition key, as in `${aws:username}`".to_owned(),
        };
        return Some(Finding {
            fix,
            severity: view.severity_of_unknown(RULE.severity),
            help: Some(format!("{help}; {}", view.reference.as_of(prefix))),
            ..RULE.finding(format!("no request fills in `${{{name}}}`: there is no such condition key"), variable.span, label)
        });
    };
    key.many.then(|| Finding {
        help: Some("take a key of one value; AWS fills in no others".to_owned()),
        ..RULE.finding(format!("no request fills in `${{{name}}}`: the key may have several values"), variable.span, "")
    })
}

/// Whether a character stands in the name that no key has; that is a fault of its own.
fn is_malformed(name: &str) -> bool {
    let own = name.split('/').next().unwrap_or(name);
    let own = attribute_of_thing(own).unwrap_or(own);
    !own.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":._-".contains(&byte))
}
