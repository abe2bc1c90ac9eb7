//! Whether one statement applies.

use super::principal::Asked;
use super::{ConditionTrace, Gap, GapReason, Recorder, Request, StatementTrace, Truth, condition, fill, principal, undocumented};
use crate::pattern::{Mode, Part, Pattern, Variable, begins_like};
use crate::policy::{Effect, Patterns, Policy, PolicyKind, Statement};

/// Whether a statement applies: it names the caller, the action and the resource, and all its conditions hold.
///
/// INVARIANT: the answer is the same whether or not anybody listens. It is the first `No`, else the first unknown in the
/// order principal, action, resource, conditions; only the order of work differs.
pub(super) fn judge<'p, 's, R: Recorder<'p, 's>>(
    policy: &'p Policy<'s>,
    statement: &'p Statement<'s>,
    request: &Request<'_>,
    asked: Asked<'_>,
    recorder: &mut R,
) -> Truth {
    let hurried = |truth| !R::LISTENS && truth == Truth::No;
    let action = judge_actions(statement, request);
    if hurried(action) {
        return Truth::No;
    }
    let principal = judge_principal(policy.kind, statement, asked);
    if hurried(principal) {
        return Truth::No;
    }
    let resource = judge_resources(policy.kind, statement, request);
    if hurried(resource) {
        return Truth::No;
    }
    let mut applies = principal.and(action).and(resource).and(later(statement).unwrap_or(Truth::Yes));
    for own in &statement.conditions {
        let holds = condition::judge(own, request.context);
        applies = applies.and(holds);
        if hurried(applies) {
            return Truth::No;
        }
        if R::LISTENS {
            recorder.condition(ConditionTrace { condition: own, got: condition::got(own, request.context), holds });
        }
    }
    if R::LISTENS {
        let valueless = valueless(statement, request).filter(|_| resource == Truth::No);
        let conditions = Vec::new();
        recorder.statement(StatementTrace { policy, statement, principal, action, resource, valueless, conditions, applies });
    }
    applies
}

/// The first variable in the resources of a statement for which a request has no value.
fn valueless<'p, 's>(statement: &'p Statement<'s>, request: &Request<'_>) -> Option<&'p Variable<'s>> {
    let patterns = statement.resources.iter().flat_map(|resources| &resources.list);
    let mut variables = patterns.flat_map(Pattern::variables);
    variables.find(|variable| variable.default.is_none() && request.context.lacks(&variable.key))
}

/// Whether a statement may be about the action of a request.
pub(super) fn may_be_about(statement: &Statement<'_>, request: &Request<'_>) -> bool {
    judge_actions(statement, request) != Truth::No
}

pub(super) fn judge_principal(kind: PolicyKind, statement: &Statement<'_>, asked: Asked<'_>) -> Truth {
    match &statement.principals {
        Some(principals) => {
            let denies = matches!(statement.effect, Some((Effect::Deny, _)));
            principal::judge(principals, asked, kind, denies)
        }
        // Where a kind needs a principal, a policy without one is refused before it comes here.
        None => Truth::Yes,
    }
}

fn judge_actions(statement: &Statement<'_>, request: &Request<'_>) -> Truth {
    let Some(actions) = &statement.actions else {
        return later(statement).unwrap_or(Truth::No);
    };
    // nearly all are others, and begin otherwise
    let begins = |pattern: &&Pattern<'_>| pattern.plain().is_none_or(|own| begins_like(own, request.action, true));
    judge_list(actions, begins, |pattern| {
        let matched = fill::judge(pattern, request.context, request.action, Mode::Action);
        match matched {
            Truth::Yes if has_wild_prefix(pattern) => {
                Gap::undocumented(undocumented::ACTION_WILDCARD_PREFIX, pattern.text.span()).into()
            }
            _ => matched,
        }
    })
}

fn judge_resources(kind: PolicyKind, statement: &Statement<'_>, request: &Request<'_>) -> Truth {
    match &statement.resources {
        _ if kind == PolicyKind::Trust => Truth::Yes,
        // A resource-based policy may leave it out: it is attached to the one resource that it is about.
        None => Truth::Yes,
        Some(resources) => judge_list(
            resources,
            |_| true,
            |pattern| {
                let matched = fill::judge(pattern, request.context, request.resource, Mode::Resource);
                match misplaced_variable(pattern) {
                    Some(gap) if matched != Truth::No => Truth::Unknown(gap),
                    _ => matched,
                }
            },
        ),
    }
}

/// A wildcard before the colon of an action, other than the one `*` for all actions.
fn has_wild_prefix(pattern: &Pattern<'_>) -> bool {
    let prefix = pattern.plain().and_then(|text| text.split(':').next()).unwrap_or("");
    prefix.contains(['*', '?']) && pattern.plain() != Some("*")
}

/// The patterns that `may` match are judged; the others do not.
fn judge_list<'p, 's>(
    patterns: &'p Patterns<'s>,
    may: impl Fn(&&'p Pattern<'s>) -> bool,
    mut judge: impl FnMut(&'p Pattern<'s>) -> Truth,
) -> Truth {
    if patterns.list.is_empty() {
        return Gap::undocumented(undocumented::EMPTY_LIST, patterns.key).into();
    }
    let mut found = Truth::No;
    for pattern in patterns.list.iter().filter(may) {
        found = found.or(judge(pattern));
        if found == Truth::Yes {
            break;
        }
    }
    if patterns.negated { !found } else { found }
}

/// What a hole that may hold further elements or conditions leaves open.
fn later(statement: &Statement<'_>) -> Option<Truth> {
    statement.open().map(|span| Truth::Unknown(Gap { reason: GapReason::Hole, span }))
}

/// A variable in the first five parts of an ARN, where AWS says that none can stand.
fn misplaced_variable(pattern: &Pattern<'_>) -> Option<Gap> {
    let mut colons = 0;
    for part in pattern.parts() {
        match part {
            Part::Literal(text) => colons += text.bytes().filter(|&byte| byte == b':').count(),
            Part::Variable(variable) if colons < 5 => {
                return Some(Gap::undocumented(undocumented::RESOURCE_VARIABLE_PLACE, variable.span));
            }
            // What it holds may be the colons that are missing.
            Part::Hole(_) | Part::Malformed(..) => return None,
            _ => {}
        }
    }
    None
}
