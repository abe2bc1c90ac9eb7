//! Actions that commit to a payment.

use super::Grant;
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reference::{Action, Types, Yield, yields};

pub(super) static RULE: Rule = Rule {
    name: "unlimited-purchase",
    severity: Severity::Low,
    page: include_str!("../../../../rules/access/unlimited-purchase.md"),
};

pub(super) fn find(grant: &Grant<'_, '_, '_, '_, '_>, findings: &mut Vec<Finding>) {
    if !grant.facts.is_pedantic(&RULE) {
        return;
    }
    for named in &grant.view.actions {
        let Some(service) = named.meaning.service() else { continue };
        let bought = yields(service.prefix()).iter().filter(|(_, own)| *own == Yield::Purchase);
        let bought = bought.filter_map(|(name, _)| named.meaning.actions().find(|action| action.name == *name));
        for action in bought.filter(|own| is_on(grant, *own)).take(1) {
            let name = format!("{}:{}", service.prefix(), action.name);
            if grant.is_allowed(|| (name.clone(), "*".to_owned())) {
                findings.push(Finding {
                    help: Some("leave it to those who hold the budget, or deny it in a service control policy".to_owned()),
                    ..RULE.finding(
                        format!("{} allows `{name}`, which commits to a payment", grant.view.statement.title()),
                        named.span(),
                        "commits to a payment",
                    )
                });
            }
        }
    }
}

/// Whether a resource of the statement is one that an action takes: some take none but `*`.
fn is_on<'i>(grant: &Grant<'_, '_, 'i, '_, '_>, action: Action<'i>) -> bool {
    let taken = action.traits().types;
    let mut resources = grant.view.resources.iter();
    resources.any(|own| own.is_every() || own.types_among(action.service, taken) != Types::default())
}
