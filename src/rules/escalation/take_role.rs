//! Every role that lets its account in.

use super::holder::{ANYTHING, Holder};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;

pub(super) static RULE: Rule = Rule {
    name: "any-role-assumed",
    severity: Severity::Medium,
    page: include_str!("../../../rules/escalation/any-role-assumed.md"),
};

const TAKE: &str = "sts:AssumeRole";

pub(super) fn check(holder: &Holder<'_, '_>, findings: &mut Vec<Finding>) {
    if !holder.mentions(TAKE) {
        return;
    }
    let Some(place) = holder.allows(TAKE, &holder.in_iam(&format!("role/{ANYTHING}")), None) else { return };
    // who may do everything is told of as a whole
    if !holder.may_do_everything() {
        findings.push(Finding {
            help: Some("list the roles that are meant".to_owned()),
            ..RULE.finding(
                format!("{} can take every role whose trust policy leaves that to its account", holder.title()),
                place,
                "of whatever role",
            )
        });
    }
}
