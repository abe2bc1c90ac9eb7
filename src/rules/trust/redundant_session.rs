//! A session of a role beside the role itself.

use crate::arn::Arn;
use crate::finding::Fix;
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Principal, PrincipalKind, Statement};
use crate::rules::mend::Mender;
use crate::rules::probe::{principals_of, storable};
use crate::syntax::Text;

pub(super) static RULE: Rule = Rule {
    name: "redundant-session",
    severity: Severity::Style,
    page: include_str!("../../../rules/trust/redundant-session.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, policy) in storable(facts) {
        let mender = Mender::of(facts.sources, policy);
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
                    fix: without(mender, statement, principal),
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

/// The principals of the statement without one of them.
fn without(mender: Mender<'_, '_>, statement: &Statement<'_>, principal: &Principal<'_>) -> Option<Fix> {
    let list: Vec<&Principal<'_>> =
        statement.principals.iter().flat_map(|own| &own.list).filter(|own| own.kind == principal.kind).collect();
    let at = list.iter().position(|own| std::ptr::eq(*own, principal))?;
    let texts: Vec<&Text<'_>> = list.iter().map(|own| &own.value).collect();
    mender.without(&texts, &[at])
}
