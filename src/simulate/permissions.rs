//! What may be done with the credentials that were got.

use super::{Access, Flow, Judgement, Login, Outcome, Permission, Presented, Question, gap, presented};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, ContextValue, Request, Trace, Verdict, evaluate};
use crate::finding::Label;
use crate::inventory::{Inventory, Role};
use crate::policy::Policy;
use crate::reference;

/// Whether the session is one that Cognito narrows: a guest's in the enhanced flow.
pub(super) fn is_scoped_down(question: &Question<'_>) -> bool {
    matches!(question.login, Login::Guest) && question.flow == Flow::Enhanced
}

/// The answer for one action on one resource, in the session that was got with this token.
pub(super) fn ask<'i, 's>(
    inventory: &'i Inventory<'s>,
    role: &'i Role<'s>,
    access: Access<'_>,
    token: &Presented,
    question: &Question<'_>,
) -> Permission<'i, 's> {
    let context = session_context(role, token, question);
    let arn = role.arn.as_ref().and_then(|arn| arn.known()).unwrap_or_default();
    let request = Request { principal: Caller::Aws(arn), action: access.action, resource: access.resource, context: &context };
    let mut trace = Trace::default();
    let verdict = evaluate(policies(inventory, role), &request, &mut trace);
    let (mut outcome, mut why, place) = tell(&verdict, &trace);
    if outcome != Outcome::Error {
        if is_scoped_down(question) && outcome != Outcome::Denied {
            let session = reference::guest_session_policies().iter().map(|session| &session.policy);
            match evaluate(session, &request, &mut ()) {
                Verdict::Allowed(_) => {}
                Verdict::Undecided(_) => {
                    outcome = Outcome::Undecided;
                    NARROWED_PERHAPS.clone_into(&mut why);
                }
                _ => {
                    outcome = Outcome::Denied;
                    NARROWED.clone_into(&mut why);
                }
            }
        }
        if matches!(verdict, Verdict::NotAllowed) && policies(inventory, role).next().is_none() && role.lacks_policies() {
            outcome = Outcome::Undecided;
            UNGIVEN.clone_into(&mut why);
        }
        if let Some((gap, unread)) =
            unread(role).filter(|_| !matches!(verdict, Verdict::Denied(_)) && outcome != Outcome::Undecided)
        {
            // an unread policy may allow what the others do not, or deny what they allow; a boundary only narrows
            if outcome == Outcome::Allowed || gap == Unread::Policy && matches!(verdict, Verdict::NotAllowed) {
                outcome = Outcome::Undecided;
                why = format!("{why}, but `{unread}` was not among the inputs");
            }
        }
    }
    Permission {
        action: access.action.to_owned(),
        resource: access.resource.to_owned(),
        outcome,
        why,
        role: Judgement { verdict, trace },
        place,
    }
}

const NARROWED: &str =
    "the role allows it, but Cognito narrows guests in the enhanced flow, and this is not among what it leaves";

const NARROWED_PERHAPS: &str = "the role allows it, but it is not known whether Cognito leaves it to guests";

const UNGIVEN: &str = "none of the policies given is known to be the role's (`aws iam get-role-policy`, `aws iam get-account-authorization-details`)";

/// The role's policies, or what was given beside the only role that has none.
fn policies<'i, 's>(inventory: &'i Inventory<'s>, role: &'i Role<'s>) -> impl Iterator<Item = &'i Policy<'s>> {
    role.permissions.iter().map(|named| &named.policy).chain(inventory.beside(role))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unread {
    Policy,
    Boundary,
}

fn unread(role: &Role<'_>) -> Option<(Unread, String)> {
    let policy = role.unread.first().map(|arn| (Unread::Policy, arn.shown().into_owned()));
    policy.or_else(|| role.boundary.as_ref().map(|arn| (Unread::Boundary, arn.shown().into_owned())))
}

fn session_context(role: &Role<'_>, token: &Presented, question: &Question<'_>) -> Context<'static> {
    let mut context = token.keys();
    let is_pool = token.host.starts_with("cognito-identity");
    let is_guest = token.claims.get("amr").is_some_and(|amr| amr.values().iter().any(|own| own == "unauthenticated"));
    if !is_pool || is_guest {
        // ctx-after-assume-guest: the page promises these keys for signed-in users of identity pools only
        let keys: Vec<String> = context.iter().map(|(key, _)| key.to_owned()).collect();
        for key in keys {
            context.set(key, ContextValue::Unknown);
        }
    }
    context.set("aws:FederatedProvider", if is_pool { presented::one(&token.host) } else { ContextValue::Unknown });
    for (key, value) in token.tags() {
        context.set(format!("aws:PrincipalTag/{key}"), value);
    }
    if let Some(arn) = role.arn.as_ref().and_then(|arn| arn.known()) {
        context.set("aws:PrincipalArn", presented::one(arn));
        if let Some(parsed) = Arn::parse(arn) {
            context.set("aws:PrincipalAccount", presented::one(parsed.account));
        }
    }
    context.set("aws:PrincipalType", presented::one("AssumedRole"));
    // what nobody gave may be there: an address, tags of the role or of the resource
    context.partial = true;
    context.never = Some(presented::is_of_issuer);
    presented::set_time(&mut context, Some(question.at));
    presented::add_given(&mut context, &question.context);
    context
}

fn tell(verdict: &Verdict<'_, '_>, trace: &Trace<'_, '_>) -> (Outcome, String, Option<Label>) {
    match verdict {
        Verdict::Allowed(statement) => {
            (Outcome::Allowed, format!("{} allows it", statement.title()), Some(Label::new(statement.place(), "allows it")))
        }
        Verdict::Denied(statement) => {
            (Outcome::Denied, format!("{} denies it", statement.title()), Some(Label::new(statement.place(), "denies it")))
        }
        Verdict::NotAllowed => (Outcome::Denied, "no statement of the role's policies allows it".to_owned(), None),
        Verdict::Undecided(gap) => {
            let why = gap::words(*gap, trace);
            (Outcome::Undecided, why, Some(Label::new(gap.span, "hangs on this")))
        }
        Verdict::Refused(fault) => {
            (Outcome::Error, "AWS would refuse to store the policy".to_owned(), Some(Label::new(fault.span, "refused for this")))
        }
    }
}
