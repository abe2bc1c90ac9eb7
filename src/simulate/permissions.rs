//! What may be done with the credentials that were got.

use super::{Access, Flow, Judgement, Login, Outcome, Permission, Question, gap, presented};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, ContextValue, Request, Trace, Verdict, evaluate};
use crate::finding::Label;
use crate::identity::Claims;
use crate::inventory::{Inventory, Role};
use crate::policy::{Policy, PolicyKind};
use crate::reference;

/// Whether the session is one that Cognito narrows: a guest's in the enhanced flow.
pub(super) fn is_scoped_down(question: &Question<'_>) -> bool {
    matches!(question.login, Login::Guest) && question.flow == Flow::Enhanced
}

/// The answer for one action on one resource. `pool_claims` are those of an identity pool's token.
pub(super) fn ask<'i, 's>(
    inventory: &'i Inventory<'s>,
    role: &'i Role<'s>,
    access: Access<'_>,
    pool_claims: Option<&Claims>,
    question: &Question<'_>,
) -> Permission<'i, 's> {
    let context = session_context(role, pool_claims, question);
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
                Verdict::Undecided(_) => outcome = Outcome::Undecided,
                _ => {
                    outcome = Outcome::Denied;
                    NARROWED.clone_into(&mut why);
                }
            }
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

/// The role's policies; of a bare trust policy the identity policies that were given beside it.
fn policies<'i, 's>(inventory: &'i Inventory<'s>, role: &'i Role<'s>) -> impl Iterator<Item = &'i Policy<'s>> {
    let loose = inventory.policies.iter().filter(|_| role.arn.is_none());
    let loose = loose.map(|loose| &loose.policy).filter(|policy| policy.kind == PolicyKind::Identity);
    role.permissions.iter().map(|named| &named.policy).chain(loose)
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

fn session_context(role: &Role<'_>, pool_claims: Option<&Claims>, question: &Question<'_>) -> Context<'static> {
    let mut context = match pool_claims {
        Some(claims) => {
            let host = presented::identity_pool_host(claims.text("aud").unwrap_or_default());
            let mut context = presented::token_keys(host, claims);
            if matches!(question.login, Login::Guest) {
                // ctx-after-assume-guest: the page promises these keys for signed-in users only
                for key in ["aud", "amr", "sub"] {
                    context.set(format!("{host}:{key}"), ContextValue::Unknown);
                }
            }
            context.set("aws:FederatedProvider", presented::one(host));
            context
        }
        None => Context::new(),
    };
    // what nobody gave may be there: an address, tags of the role or of the resource
    context.partial = true;
    context.never = Some(presented::is_of_issuer);
    if let Some(arn) = role.arn.as_ref().and_then(|arn| arn.known()) {
        context.set("aws:PrincipalArn", presented::one(arn));
        if let Some(parsed) = Arn::parse(arn) {
            context.set("aws:PrincipalAccount", presented::one(parsed.account));
        }
    }
    context.set("aws:PrincipalType", presented::one("AssumedRole"));
    context.set("aws:CurrentTime", presented::one(&question.at.to_string()));
    context.set("aws:EpochTime", presented::one(&question.at.seconds().to_string()));
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
