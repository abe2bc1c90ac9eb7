//! A principal with an action that such a principal cannot call.

use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Effect, Principal, PrincipalKind, Statement};

pub(super) static RULE: Rule = Rule {
    name: "principal-action-mismatch",
    severity: Severity::Error,
    page: include_str!("../../../rules/trust/principal-action-mismatch.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, policy) in facts.trust_policies().filter(|(_, policy)| policy.refusal().is_none()) {
        findings.extend(policy.with_effect(Effect::Allow).filter_map(judge));
    }
}

/// Who can call what. <https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html>
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// An account, user, role or service: signs its call with credentials of AWS.
    Aws,
    /// The holder of a token of an OIDC provider.
    WebIdentity,
    /// The holder of a SAML assertion.
    Saml,
}

const ACTIONS: [(&str, Caller); 3] = [
    ("sts:AssumeRole", Caller::Aws),
    ("sts:AssumeRoleWithWebIdentity", Caller::WebIdentity),
    ("sts:AssumeRoleWithSAML", Caller::Saml),
];

fn judge(statement: &Statement<'_>) -> Option<Finding> {
    let principals = statement.principals.as_ref().filter(|principals| !principals.negated)?;
    let actions = statement.actions.as_ref().filter(|actions| !actions.negated)?;
    let callers: Vec<(Caller, &Principal<'_>)> =
        principals.list.iter().map(|principal| Some((caller(principal)?, principal))).collect::<Option<_>>()?;
    let assuming: Vec<(Vec<Caller>, &Pattern<'_>)> =
        actions.list.iter().map(|pattern| Some((callers_of(pattern)?, pattern))).collect::<Option<_>>()?;
    // tagging and the like go along with any of the three
    let assuming: Vec<_> = assuming.into_iter().filter(|(callers, _)| !callers.is_empty()).collect();
    let fits = |wanted: &[Caller]| callers.iter().any(|(own, _)| wanted.contains(own));
    let (first, principal) = callers.first()?;
    let useless: Vec<&(Vec<Caller>, &Pattern<'_>)> = assuming.iter().filter(|(wanted, _)| !fits(wanted)).collect();
    if let [(_, action), others @ ..] = useless.as_slice() {
        let never = useless.len() == assuming.len();
        let title = statement.title();
        let named = action.text.shown();
        let message = if never {
            format!("{title} can never let anybody in: {} cannot call `{named}`", plural(*first))
        } else {
            format!("`{named}` is of no use in {title}: none of its principals can call it")
        };
        let mut related = vec![Label::new(principal.value.span(), singular(*first))];
        related.extend(others.iter().map(|(_, action)| Label::new(action.text.span(), "nor this")));
        let help = if never {
            let right = ACTIONS.iter().find(|(_, caller)| caller == first).map_or("", |(action, _)| action);
            format!("if it is to take the role, write `{right}`, with conditions that say who exactly; else remove the statement")
        } else {
            "remove it: it grants nothing".to_owned()
        };
        let severity = if never { RULE.severity } else { Severity::Low };
        return Some(Finding {
            severity,
            related,
            help: Some(help),
            ..RULE.finding(message, action.text.span(), "does not fit")
        });
    }
    let (own, idle) =
        callers.iter().find(|(own, _)| !assuming.is_empty() && !assuming.iter().any(|(wanted, _)| wanted.contains(own)))?;
    let right = ACTIONS.iter().find(|(_, caller)| caller == own).map_or("", |(action, _)| action);
    Some(Finding {
        severity: Severity::Low,
        help: Some(format!("remove it, or, if it is to take the role, add a statement for it with `{right}`")),
        ..RULE.finding(
            format!("`{}` cannot take the role by {}: it would have to call `{right}`", idle.value.shown(), statement.title()),
            idle.value.span(),
            "no action here fits it",
        )
    })
}

/// What kind of caller a principal is; `None` where it may be of any kind.
fn caller(principal: &Principal<'_>) -> Option<Caller> {
    let name = principal.value.known().filter(|name| *name != "*")?;
    match principal.kind {
        PrincipalKind::Aws | PrincipalKind::Service => Some(Caller::Aws),
        PrincipalKind::Federated if name.contains(":saml-provider/") => Some(Caller::Saml),
        PrincipalKind::Federated if name.contains(":oidc-provider/") || !name.contains(':') => Some(Caller::WebIdentity),
        _ => None,
    }
}

/// Who can call the actions that a pattern names: nobody where none of them takes a role, `None` where that is not known.
fn callers_of(pattern: &Pattern<'_>) -> Option<Vec<Caller>> {
    let text = pattern.text.known()?;
    let named = ACTIONS.iter().filter(|(action, _)| matches(&[Unit::Wild(text)], action, Mode::Action));
    Some(named.map(|&(_, caller)| caller).collect())
}

fn plural(caller: Caller) -> &'static str {
    match caller {
        Caller::Aws => "principals of AWS",
        Caller::WebIdentity => "holders of an OIDC token",
        Caller::Saml => "holders of a SAML assertion",
    }
}

fn singular(caller: Caller) -> &'static str {
    match caller {
        Caller::Aws => "signs its own calls",
        Caller::WebIdentity => "comes with an OIDC token",
        Caller::Saml => "comes with a SAML assertion",
    }
}
