//! An action with wildcards that matches no action.

use super::Check;
use super::unknown_action::allowed_by;
use super::view::{Meaning, Named, View};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reference::{Operation, Service, operations_matching};
use crate::spelling::nearest;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "wildcard-without-action",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/wildcard-without-action.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    for own in &view.actions {
        match own.meaning {
            Meaning::Several(matching) if matching.is_empty() => {
                findings.push(finding(view, own, matching.service, matching.pattern));
            }
            _ => {}
        }
    }
}

fn finding(view: &View<'_, '_, '_>, own: &Named<'_, '_, '_>, service: &Service, pattern: &str) -> Finding {
    let mut actions: Vec<_> = operations_matching(own.text()).flat_map(Operation::actions).collect();
    actions.sort_unstable();
    actions.dedup();
    let (label, help) = if actions.is_empty() {
        match meant(service, pattern) {
            Some(meant) => (format!("did you mean `{meant}`?"), format!("write `{}:{meant}`", service.prefix())),
            None => (String::new(), "write names that the service has, or leave it out".to_owned()),
        }
    } else {
        ("fits API operations only".to_owned(), allowed_by(&actions))
    };
    let message = format!("`{}` matches no action of {}", own.text(), service.title());
    Finding {
        severity: view.severity_of_unknown(RULE.severity),
        help: Some(format!("{help}; {}", view.if_unknown(service.prefix()))),
        ..RULE.finding(message, own.span(), label)
    }
}

/// The beginning of names that was meant, with its star, where the pattern is a beginning: `Get*` for `Gett*`.
fn meant(service: &Service, pattern: &str) -> Option<String> {
    let begin = pattern.trim_end_matches('*');
    if begin.len() == pattern.len() || begin.contains(['*', '?']) {
        return None;
    }
    let near = nearest(begin, service.actions().flat_map(|action| beginnings(action.name)))?;
    Some(format!("{near}*"))
}

/// The beginnings of a name, word by word: `Get`, `GetObject`, `GetObjectAcl`.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.char_indices().skip(1).filter(|(_, c)| c.is_ascii_uppercase()).map(|(at, _)| at);
    ends.chain([name.len()]).filter_map(|end| name.get(..end))
}
