//! A principal with an action that such a principal cannot call.

use crate::finding::{Finding, Fix, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::{Mode, Pattern, Unit, matches};
use crate::policy::{Effect, Patterns, Principal, PrincipalKind, Statement};
use crate::rules::mend::Mender;

pub(super) static RULE: Rule = Rule {
    name: "principal-action-mismatch",
    severity: Severity::Error,
    page: include_str!("../../../rules/trust/principal-action-mismatch.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for (_, policy) in facts.trust_policies().filter(|(_, policy)| policy.refusal().is_none()) {
        let mender = Mender::of(facts.sources, policy);
        findings.extend(policy.with_effect(Effect::Allow).filter_map(|own| judge(own, mender)));
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

/// An action, with those who can call it.
type Assuming<'p, 's> = (Vec<Caller>, &'p Pattern<'s>);

fn judge(statement: &Statement<'_>, mender: Mender<'_, '_>) -> Option<Finding> {
    let principals = statement.principals.as_ref().filter(|principals| !principals.negated)?;
    let actions = statement.actions.as_ref().filter(|actions| !actions.negated)?;
    let callers: Vec<(Caller, &Principal<'_>)> =
        principals.list.iter().map(|principal| Some((caller(principal)?, principal))).collect::<Option<_>>()?;
    let assuming: Vec<Assuming<'_, '_>> =
        actions.list.iter().map(|pattern| Some((callers_of(pattern)?, pattern))).collect::<Option<_>>()?;
    // tagging and the like go along with any of the three
    let assuming: Vec<_> = assuming.into_iter().filter(|(wanted, _)| !wanted.is_empty()).collect();
    let is_useless = |(wanted, _): &&Assuming<'_, '_>| !callers.iter().any(|(own, _)| wanted.contains(own));
    let useless: Vec<&Assuming<'_, '_>> = assuming.iter().filter(is_useless).collect();
    if let Some((&(_, action), others)) = useless.split_first() {
        let never = useless.len() == assuming.len();
        let mut finding = useless_action(statement, *callers.first()?, action, never);
        finding.fix = if never { instead(mender, &callers, &useless) } else { without(mender, actions, &useless) };
        finding.related.extend(others.iter().map(|(_, action)| Label::new(action.text.span(), "nor this")));
        return Some(finding);
    }
    let is_idle = |(own, _): &&(Caller, &Principal<'_>)| !assuming.iter().any(|(wanted, _)| wanted.contains(own));
    let (own, idle) = callers.iter().find(is_idle).filter(|_| !assuming.is_empty())?;
    let message = format!(
        "`{}` cannot take the role by {}: it would have to call `{}`",
        idle.value.shown(),
        statement.title(),
        own.action()
    );
    let help = format!("remove it, or, if it is to take the role, add a statement for it with `{}`", own.action());
    Some(Finding {
        severity: Severity::Low,
        help: Some(help),
        ..RULE.finding(message, idle.value.span(), "no action here fits it")
    })
}

/// The action that all principals call, in the place of the one that none can.
fn instead(mender: Mender<'_, '_>, callers: &[(Caller, &Principal<'_>)], useless: &[&Assuming<'_, '_>]) -> Option<Fix> {
    let (caller, _) = callers.first()?;
    let are_alike = callers.iter().all(|(own, _)| own == caller);
    match useless {
        [(_, action)] if are_alike => mender.write(action.text.span(), caller.action()),
        _ => None,
    }
}

/// The actions without those that no principal can call.
fn without(mender: Mender<'_, '_>, actions: &Patterns<'_>, useless: &[&Assuming<'_, '_>]) -> Option<Fix> {
    let is_useless = |own: &Pattern<'_>| useless.iter().any(|(_, action)| std::ptr::eq(*action, own));
    let gone: Vec<usize> = actions.list.iter().enumerate().filter(|(_, own)| is_useless(own)).map(|(at, _)| at).collect();
    mender.without(&actions.list.iter().map(|own| &own.text).collect::<Vec<_>>(), &gone)
}

/// An action that no principal of its statement can call. `never`: nor can they any other of it.
fn useless_action(
    statement: &Statement<'_>,
    (caller, principal): (Caller, &Principal<'_>),
    action: &Pattern<'_>,
    never: bool,
) -> Finding {
    let (title, named) = (statement.title(), action.text.shown());
    let (severity, message, help) = if never {
        let help = "if they are to take the role, with conditions that say who exactly; else remove the statement";
        (
            RULE.severity,
            format!("{title} can never let anybody in: {} cannot call `{named}`", caller.plural()),
            format!("write `{}` {help}", caller.action()),
        )
    } else {
        (
            Severity::Low,
            format!("`{named}` is of no use in {title}: none of its principals can call it"),
            "remove it: it grants nothing".to_owned(),
        )
    };
    Finding {
        severity,
        related: vec![Label::new(principal.value.span(), caller.singular())],
        help: Some(help),
        ..RULE.finding(message, action.text.span(), "does not fit")
    }
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

impl Caller {
    /// What it calls to take a role.
    fn action(self) -> &'static str {
        ACTIONS.iter().find(|(_, caller)| *caller == self).map_or("", |(action, _)| action)
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Aws => "principals of AWS",
            Self::WebIdentity => "holders of an OIDC token",
            Self::Saml => "holders of a SAML assertion",
        }
    }

    fn singular(self) -> &'static str {
        match self {
            Self::Aws => "signs its own calls",
            Self::WebIdentity => "comes with an OIDC token",
            Self::Saml => "comes with a SAML assertion",
        }
    }
}
