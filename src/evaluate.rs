//! Whether policies allow a request: AWS's documented order, with three answers.
//!
//! There is one code path. It is generic over a [`Recorder`]: with `()` it allocates nothing, with a
//! [`Trace`] every statement and condition tells what it wanted and what it got.

mod caller;
mod condition;
mod context;
mod cover;
mod decide;
mod derive;
mod fill;
mod principal;
mod statement;
mod taking;
mod trace;
pub mod undocumented;

use crate::finding::Fault;
use crate::policy::{Effect, Policy, PolicyFault, PolicyKind, Principal, Statement};
use crate::source::Span;
use principal::{Asked, Reach};

pub use caller::{Caller, Standing};
pub use condition::{compare, judge};
pub use context::{Context, ContextValue};
pub use cover::{is_pattern, resources};
pub use decide::{Answer, Block, Blocks, Decision, Missing, Policies, Setting, Weight, decide, resource_must_grant, takes_role};
pub use derive::{OF_CALLER, derive, holds_many, is_many};
pub use taking::{action_for, principal_for, resource_for, value_for};
pub use trace::{ConditionTrace, Got, Recorder, StatementTrace, Trace};

/// What is asked: may this principal do this to that, under these circumstances?
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: Caller<'a>,
    /// `service:Name`.
    pub action: &'a str,
    /// The ARN of the resource, or `*` for an action that takes none. Of a trust policy it is the role's.
    pub resource: &'a str,
    /// The condition keys of the request.
    pub context: &'a Context<'a>,
}

/// Yes, no, or not known for a reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// No.
    No,
    /// Yes.
    Yes,
    /// It hangs on something that is not known.
    Unknown(Gap),
}

/// Something that is not known, and on which an answer hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// Why it is not known.
    pub reason: GapReason,
    /// Where it stands.
    pub span: Span,
}

/// Why something is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GapReason {
    /// A hole of a template.
    Hole,
    /// A condition key of which the request does not say whether it is there.
    Key,
    /// What is said of the caller does not tell whether it is this one: the name of a session, the user behind a federated one.
    Caller,
    /// A policy that bears on the request is not known: that of a role or of a KMS key, which each of them has, or one that is named but
    /// was not given.
    Policy,
    /// AWS does not document it; the id of the sentence in `docs/semantics.md`.
    Undocumented(&'static str),
}

/// The answer of one policy, or of several that are a union, to a request.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'p, 's> {
    /// This statement allows, and none denies.
    Allowed(&'p Statement<'s>),
    /// No statement allows.
    NotAllowed,
    /// This statement denies.
    Denied(&'p Statement<'s>),
    /// It hangs on something that is not known.
    Undecided(Gap),
    /// AWS refuses to store one of the policies.
    Refused(Fault<PolicyFault>),
}

/// The answer of policies of one type taken together: a deny in any wins, else an allow in any.
///
/// What is not known makes the answer undecided only where it could change it: an unknown deny where something allows, an
/// unknown allow where nothing does. The order of the statements does not matter but for which of several is named: the
/// first.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>
pub fn evaluate<'p, 's: 'p, R: Recorder<'p, 's>>(
    policies: impl IntoIterator<Item = &'p Policy<'s>>,
    request: &Request<'_>,
    recorder: &mut R,
) -> Verdict<'p, 's> {
    match tally(policies, request, asked(request.principal, request.context), recorder) {
        Ok(tally) => tally.verdict(),
        Err(fault) => Verdict::Refused(fault),
    }
}

/// Whether a statement of a policy of this kind names a caller; yes where it has no principals.
pub fn names(kind: PolicyKind, statement: &Statement<'_>, caller: Caller<'_>, context: &Context<'_>) -> Truth {
    statement::judge_principal(kind, statement, asked(caller, context))
}

/// Whether one of the principals of a statement names a caller.
pub fn names_one(
    kind: PolicyKind,
    statement: &Statement<'_>,
    principal: &Principal<'_>,
    caller: Caller<'_>,
    context: &Context<'_>,
) -> Truth {
    let denies = matches!(statement.effect, Some((Effect::Deny, _)));
    principal::judge_one(principal, asked(caller, context), kind, kind == PolicyKind::Trust && !denies)
}

/// What the statements of policies come to for a caller who must be named as directly as is asked; `Err` where AWS refuses to store one.
fn tally<'p, 's: 'p, R: Recorder<'p, 's>>(
    policies: impl IntoIterator<Item = &'p Policy<'s>>,
    request: &Request<'_>,
    asked: Asked<'_>,
    recorder: &mut R,
) -> Result<Tally<'p, 's>, Fault<PolicyFault>> {
    let mut tally = Tally::default();
    for policy in policies {
        // INVARIANT: also behind a deny, since a policy that AWS refuses makes the question itself wrong.
        if let Some(fault) = policy.refusal() {
            return Err(*fault);
        }
        if let Some(span) = policy.later {
            tally.count_either(Gap { reason: GapReason::Hole, span });
        }
        for statement in &policy.statements {
            if !R::LISTENS && tally.is_settled() {
                break;
            }
            let applies = statement::judge(policy, statement, request, asked, recorder);
            tally.count(statement, applies);
        }
    }
    Ok(tally)
}

/// What the statements of policies of one type come to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally<'p, 's> {
    denied: Option<&'p Statement<'s>>,
    allowed: Option<&'p Statement<'s>>,
    maybe_denied: Option<Gap>,
    maybe_allowed: Option<Gap>,
}

impl<'p, 's> Tally<'p, 's> {
    /// The answer that they give by themselves.
    pub fn verdict(self) -> Verdict<'p, 's> {
        match (self.denied, self.allowed, self.maybe_denied, self.maybe_allowed) {
            (Some(statement), ..) => Verdict::Denied(statement),
            (None, Some(_), Some(gap), _) => Verdict::Undecided(gap),
            (None, Some(statement), None, _) => Verdict::Allowed(statement),
            (None, None, _, Some(gap)) => Verdict::Undecided(gap),
            (None, None, _, None) => Verdict::NotAllowed,
        }
    }

    /// The first statement that allows.
    pub fn allowing(&self) -> Option<&'p Statement<'s>> {
        self.allowed
    }

    /// The first statement that denies.
    pub fn denying(&self) -> Option<&'p Statement<'s>> {
        self.denied
    }

    /// Whether a statement allows, whatever others deny.
    pub fn allows(&self) -> Truth {
        truth(self.allowed.is_some(), self.maybe_allowed)
    }

    /// Whether a statement denies.
    pub fn denies(&self) -> Truth {
        truth(self.denied.is_some(), self.maybe_denied)
    }

    fn count(&mut self, statement: &'p Statement<'s>, applies: Truth) {
        match (applies, statement.effect) {
            (Truth::No, _) => {}
            (Truth::Yes, Some((Effect::Allow, _))) => self.allowed = self.allowed.or(Some(statement)),
            (Truth::Yes, Some((Effect::Deny, _))) => self.denied = self.denied.or(Some(statement)),
            (Truth::Unknown(gap), Some((Effect::Allow, _))) => self.maybe_allowed = self.maybe_allowed.or(Some(gap)),
            (Truth::Unknown(gap), Some((Effect::Deny, _))) => self.maybe_denied = self.maybe_denied.or(Some(gap)),
            // The effect is a hole: what has none at all, AWS refuses.
            (Truth::Yes, None) => self.count_either(Gap { reason: GapReason::Hole, span: statement.mark }),
            (Truth::Unknown(gap), None) => self.count_either(gap),
        }
    }

    /// Something that may turn out to allow or to deny.
    fn count_either(&mut self, gap: Gap) {
        self.maybe_allowed = self.maybe_allowed.or(Some(gap));
        self.maybe_denied = self.maybe_denied.or(Some(gap));
    }

    /// What two levels come to that must both allow.
    fn and(self, other: Self) -> Self {
        let allows = self.allows().and(other.allows());
        Self {
            denied: self.denied.or(other.denied),
            allowed: other.allowed.filter(|_| allows == Truth::Yes),
            maybe_denied: self.maybe_denied.or(other.maybe_denied),
            maybe_allowed: match allows {
                Truth::Unknown(gap) => Some(gap),
                Truth::Yes | Truth::No => None,
            },
        }
    }

    /// What two parts of a union come to.
    fn or(self, other: Self) -> Self {
        Self {
            denied: self.denied.or(other.denied),
            allowed: self.allowed.or(other.allowed),
            maybe_denied: self.maybe_denied.or(other.maybe_denied),
            maybe_allowed: self.maybe_allowed.or(other.maybe_allowed),
        }
    }

    /// Whether no further statement can change the verdict.
    fn is_settled(&self) -> bool {
        self.denied.is_some()
    }
}

/// A caller who may be named in any way.
fn asked<'a>(caller: Caller<'a>, context: &'a Context<'a>) -> Asked<'a> {
    Asked { caller, reach: Reach::Account, bounded: false, context, through_gateway: false }
}

fn truth(yes: bool, maybe: Option<Gap>) -> Truth {
    if yes { Truth::Yes } else { maybe.map_or(Truth::No, Truth::Unknown) }
}

impl Gap {
    fn undocumented(id: &'static str, span: Span) -> Self {
        Self { reason: GapReason::Undocumented(id), span }
    }
}

impl From<Gap> for Truth {
    fn from(gap: Gap) -> Self {
        Self::Unknown(gap)
    }
}

impl Truth {
    /// Both: no if either is no.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, other) => other,
            (unknown, _) => unknown,
        }
    }

    /// Either: yes if one is yes.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, other) => other,
            (unknown, _) => unknown,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Unknown(gap) => Self::Unknown(gap),
        }
    }
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}
