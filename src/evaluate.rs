//! Whether policies allow a request: AWS's documented order, with three answers.
//!
//! There is one code path. It is generic over a [`Recorder`]: with `()` it allocates nothing, with a
//! [`Trace`] every statement and condition tells what it wanted and what it got.

mod condition;
mod context;
mod statement;
mod trace;

use crate::finding::Fault;
use crate::policy::{Policy, PolicyFault, Statement};
use crate::source::Span;

pub use context::{Context, ContextValue};
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

/// Who asks, as far as a `Principal` element can tell callers apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caller<'a> {
    /// The holder of a token of this provider: a host (`cognito-identity.amazonaws.com`) or a provider's ARN.
    Federated(&'a str),
    /// An account, user, role or session, by ARN.
    Aws(&'a str),
    /// An AWS service: `lambda.amazonaws.com`.
    Service(&'a str),
    /// Nobody that AWS knows.
    Anonymous,
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
pub fn evaluate<'p, 's: 'p>(
    policies: impl IntoIterator<Item = &'p Policy<'s>>,
    request: &Request<'_>,
    recorder: &mut impl Recorder<'p, 's>,
) -> Verdict<'p, 's> {
    let _ = (policies, request, recorder);
    todo!()
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
            unknown => unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}
