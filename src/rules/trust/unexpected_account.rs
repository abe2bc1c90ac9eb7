//! An account takes the role that is neither one's own nor a partner's.

use super::foreign_account::{Owner, foreigners};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unexpected-account",
    severity: Severity::High,
    page: include_str!("../../../rules/trust/unexpected-account.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for foreigner in foreigners(facts).iter().filter(|own| own.owner(facts) == Owner::Other && own.may_get_in()) {
        let title = foreigner.statement.title();
        findings.push(Finding {
            related: foreigner.statement.condition_key.map(|key| Label::new(key, "only this limits it")).into_iter().collect(),
            // where it hangs on something that is not known there is no call to show
            witness: [None, Some("made-up")].into_iter().find(|id| foreigner.gets_in(*id)).map(|id| foreigner.witness(id)),
            help: Some(format!("take it out, or add {} to `own-accounts` or `partners` in `rolecall.toml`", foreigner.account)),
            ..RULE.finding(
                format!("{title} lets account {} take the role, which is neither yours nor a partner's", foreigner.account),
                foreigner.principal.value.span(),
                "an account that is not listed",
            )
        });
    }
}
