//! Every action, on everything or on some resources.

use super::Grant;
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::rules::view::{Meaning, Named};

pub(super) static ALL: Rule = Rule {
    name: "everything-allowed",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/access/everything-allowed.md"),
};

pub(super) static ACTIONS: Rule =
    Rule { name: "any-action", severity: Severity::Low, page: include_str!("../../../../rules/access/any-action.md") };

/// What a Deny beside would have to take back for this not to be everything.
const TELLING: [(&str, &str); 3] = [
    ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/unrelated-7f3c"),
    ("s3:GetObject", "arn:aws:s3:::unrelated-7f3c/unrelated-7f3c"),
    ("ec2:TerminateInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-07f3c00000000000a"),
];

pub(super) fn find(grant: &Grant<'_, '_, '_, '_, '_>) -> Option<Finding> {
    let Some(every) = grant.view.resources.iter().find(|own| own.is_every()) else { return on_some(grant) };
    if !TELLING.iter().any(|&(action, resource)| grant.is_allowed(|| (action.to_owned(), resource.to_owned()))) {
        return None;
    }
    Some(Finding {
        related: vec![Label::new(every.pattern.text.span(), "and every resource")],
        help: Some(
            "list the actions and the resources that are used, or keep this to one role that only administrators may take"
                .to_owned(),
        ),
        ..ALL.finding(format!("{} allows everything", grant.view.statement.title()), star(grant)?.span(), "every action")
    })
}

/// Every action on the resources that are listed.
pub(super) fn on_some(grant: &Grant<'_, '_, '_, '_, '_>) -> Option<Finding> {
    let resource = grant.view.resources.first().filter(|_| !grant.resources.negated)?;
    Some(Finding {
        related: vec![Label::new(resource.pattern.text.span(), "on this")],
        help: Some("list the actions that are used".to_owned()),
        ..ACTIONS.finding(
            format!("{} allows every action that there is and will be on what it lists", grant.view.statement.title()),
            star(grant)?.span(),
            "every action",
        )
    })
}

fn star<'v, 'i, 'p, 's>(grant: &Grant<'_, 'v, 'i, 'p, 's>) -> Option<&'v Named<'i, 'p, 's>> {
    grant.view.actions.iter().find(|own| matches!(own.meaning, Meaning::Every)).filter(|_| !grant.actions.negated)
}
