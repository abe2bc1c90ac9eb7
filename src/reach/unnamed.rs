//! Callers whom a trust policy names by what is known only once a template was deployed.

use super::{Kind, Perhaps};
use crate::evaluate::{Gap, GapReason};
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Effect, Policy, Principal, PrincipalKind, Statement};
use crate::prove::Doubt;
use crate::source::Span;

/// Callers whom a trust policy may let in without saying who they are, in the order of the text.
pub(super) fn unnamed(policy: &Policy<'_>) -> Vec<Perhaps> {
    let mut found: Vec<Perhaps> = Vec::new();
    let mut add = |who: String, span: Span| {
        if !found.iter().any(|own| own.who == who) {
            let doubt = Doubt::Open(Gap { reason: GapReason::Hole, span });
            found.push(Perhaps { who, kind: Kind::Unnamed, doubt });
        }
    };
    for statement in policy.statements.iter().filter(|statement| may_let_in(statement)) {
        let title = statement.title();
        match (statement.effect, &statement.principals) {
            (None, _) => add(format!("whoever {title} is about"), statement.mark),
            (_, Some(principals)) => {
                for principal in principals.list.iter().filter(|principal| principal.value.known().is_none()) {
                    add(who(principal), principal.value.span());
                }
            }
            (_, None) => add(format!("whoever {title} names"), statement.later.unwrap_or(statement.mark)),
        }
    }
    if let Some(span) = policy.later {
        add("whoever further statements let in".to_owned(), span);
    }
    found
}

fn who(principal: &Principal<'_>) -> String {
    let written = principal.value.shown();
    match principal.kind {
        PrincipalKind::Federated => format!("whoever the provider `{written}` vouches for"),
        PrincipalKind::Service => format!("the service `{written}`"),
        _ => format!("whoever `{written}` stands for"),
    }
}

/// Whether a statement may be one that lets somebody take the role.
fn may_let_in(statement: &Statement<'_>) -> bool {
    const CALLS: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
    let takes = statement.actions.as_ref().is_none_or(|own| {
        let is_meant = |text: &str| CALLS.iter().any(|call| matches(&[Unit::Wild(text)], call, Mode::Action));
        own.negated || own.list.iter().any(|pattern| pattern.plain().is_none_or(is_meant))
    });
    takes && statement.effect.is_none_or(|(effect, _)| effect == Effect::Allow)
}
