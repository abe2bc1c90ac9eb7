//! A session of a role beside the role itself.

use crate::arn::Arn;
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, PrincipalKind};
use crate::rules::probe::{principals_of, storable};

pub(super) static RULE: Rule = Rule {
    name: "redundant-session",
    severity: Severity::Style,
    page: include_str!("../../../rules/trust/redundant-session.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, policy) in storable(facts) {
        for statement in policy.with_effect(Effect::Allow) {
            let arns = || {
                let named = principals_of(statement, PrincipalKind::Aws);
                named.filter_map(|(principal, name)| Some((principal, Arn::parse(name)?)))
            };
            for (principal, arn) in arns() {
                let Some((name, _)) = arn.resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/')) else {
                    continue;
                };
                let is_role = |own: &Arn<'_>| own.account == arn.account && own.role_name() == Some(name);
                let Some((role, _)) = arns().find(|(_, own)| is_role(own)) else { continue };
                findings.push(Finding {
                    related: vec![Label::new(role.value.span(), "all sessions of it")],
                    help: Some("remove it, or remove the role where only this session is meant".to_owned()),
                    ..RULE.finding(
                        format!(
                            "{} names a session of `{name}` and the role itself, which stands for each of its sessions",
                            statement.title()
                        ),
                        principal.value.span(),
                        "a session of the role",
                    )
                });
            }
        }
    }
}
