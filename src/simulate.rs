//! From an identity to a role to a session to a decision, as a list of steps.

mod access;
mod bearing;
mod diagnose;
mod gap;
mod known_roles;
mod near_miss;
mod presented;
mod reasons;
mod request;
mod selection;
mod session;
mod stored;
mod subject;
mod trust;
mod walk;

use crate::arn::Arn;
use crate::evaluate::{Trace, Verdict};
use crate::finding::Label;
use crate::identity::{Assertion, IdentityPool, TOLERANCE, Token};
use crate::inventory::{Inventory, Role};
use crate::policy::Instant;
use crate::reference::Reference;
use crate::source::{Sources, Span};

pub use bearing::Bearing;
pub use diagnose::{Fact, Holds, Sign, holds};
pub use known_roles::UnknownRole;
pub use near_miss::{Difference, DifferenceKind, NearMiss, Part, expected_provider, part_word};
pub use presented::{Presented, never_held_with_token};
pub use reasons::{Deciding, Say, deciding, says, why};
pub use request::{Coverage, Denial, Inquiry, Reply, Way, ask, outcome};
pub use session::{anybody_may, may};
pub use stored::{Unasked, unasked};
pub use subject::Subject;
pub use trust::{near_misses, try_assume};

/// Condition keys that the user gave, each with its values.
pub type Given<'a> = &'a [(&'a str, Vec<&'a str>)];

/// All that is known, whoever asks.
#[derive(Clone, Copy, Debug)]
pub struct World<'i, 's> {
    /// All that was given.
    pub inventory: &'i Inventory<'s>,
    /// The texts that it was read from.
    pub sources: &'i Sources,
    /// What is known of the services of AWS.
    pub reference: &'i Reference,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Who signs in.
    pub login: Login<'a>,
    /// Further logins of the same identity, in the same call.
    pub linked: Vec<Login<'a>>,
    /// The identity pool; needed where more than one would take the login.
    pub pool: Option<&'a str>,
    /// The account of the identity pool; else that of the roles and providers that it names.
    pub pool_account: Option<&'a str>,
    /// How credentials are asked for.
    pub flow: Flow,
    /// `CustomRoleArn` of `GetCredentialsForIdentity`: a name or an ARN.
    pub custom_role: Option<&'a str>,
    /// The role in question: a name or an ARN. Where the caller brings the token to STS, he names it; else it is asked whether it is got.
    pub role: Option<&'a str>,
    /// The name that the caller gives to the session, where he can.
    pub session_name: Option<&'a str>,
    /// For how many seconds the caller asks.
    pub duration: Option<u32>,
    /// A second role, to be taken with the credentials of the first: a name or an ARN.
    pub then_role: Option<&'a str>,
    /// What is then to be done with the credentials.
    pub access: Vec<Access<'a>>,
    /// Condition keys of the later request, and of the assume-role call.
    pub context: Vec<(&'a str, Vec<&'a str>)>,
    /// The time of the request.
    pub at: Instant,
    /// By how many seconds the clocks of AWS and of an issuer may differ before a token counts as expired, or as not good yet. Within
    /// them the answer is open.
    pub tolerance: i64,
}

/// Who signs in.
#[derive(Clone, Copy, Debug)]
pub enum Login<'a> {
    /// Nobody: a guest.
    Guest,
    /// The holder of this token.
    Token(&'a Token),
    /// The bearer of this SAML assertion; with the ARN of the provider, where the assertion does not tell it.
    Saml(&'a Assertion, Option<&'a str>),
    /// A user of a public provider whose tokens cannot be read, as those of Facebook: its host, and the user's id there.
    Social(&'a str, Option<&'a str>),
    /// A user for whom the pool's developer provider vouches, by the developer's own id, with the session tags that the developer gives.
    Developer(&'a str, &'a [(String, String)]),
}

/// How credentials are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// `GetCredentialsForIdentity`: the identity pool picks the role.
    Enhanced,
    /// `GetOpenIdToken`, then `sts:AssumeRoleWithWebIdentity`: the caller names the role.
    Classic,
    /// The token goes to `sts:AssumeRoleWithWebIdentity` as it is, or the assertion to `sts:AssumeRoleWithSAML`, past any identity pool: the
    /// caller names the role.
    Direct,
}

/// Something to be done with the credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access<'a> {
    /// `service:Name`.
    pub action: &'a str,
    /// The ARN, or `*`.
    pub resource: &'a str,
}

/// The answer.
#[derive(Debug)]
pub struct Simulation<'i, 's> {
    /// Whether the role is got, and where asked whether everything may be done with it.
    pub outcome: Outcome,
    /// The role that it is about.
    pub role: Option<RoleRef<'i, 's>>,
    /// Why, in one clause.
    pub why: String,
    /// The gate that decides; of several closed ones the trust policy, which no other way gets past.
    pub decided_by: Option<GateKind>,
    /// The gates in the order in which AWS applies them.
    pub gates: Vec<Gate>,
    /// What tells the tokens or the assertion apart that were brought: the starts of their digests.
    pub digests: Vec<String>,
    /// How the token came to STS.
    pub flow: Flow,
    /// The token that STS sees, and so the trust policy.
    pub presented: Option<Presented>,
    /// What the trust policy says.
    pub trust: Option<Judgement<'i, 's>>,
    /// What it says to the session tags, or to the source identity, that the token sets.
    pub tags: Option<Judgement<'i, 's>>,
    /// Where several identity pools fit and none was named: they.
    pub pools: Vec<&'i IdentityPool<'s>>,
    /// In the classic flow without a role named: each role and whether its trust policy takes the token, the nearest first.
    pub choices: Vec<Choice<'i, 's>>,
    /// What may be done, one answer for each that was asked.
    pub permissions: Vec<Permission<'i, 's>>,
    /// Where the trust policy refuses: what came nearest, or the statement that denies.
    pub near_miss: Option<NearMiss<'i, 's>>,
    /// Where it refuses the call itself as well: what came nearest to letting the session tags be set, or the source identity.
    pub tags_near_miss: Option<NearMiss<'i, 's>>,
    /// Why IAM would not store the trust policy today, though it may stand from before: this has no part in the answer.
    pub not_stored: Vec<Label>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// Whether something is got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Yes.
    Allowed,
    /// No.
    Denied,
    /// It hangs on something that is not known.
    Undecided,
    /// AWS would refuse to store a policy on which it hangs.
    Error,
}

/// A role: one that was given, or only its ARN.
#[derive(Debug)]
pub struct RoleRef<'i, 's> {
    /// Its ARN or, where none is known, its name.
    pub name: String,
    /// The role, where it was given.
    pub role: Option<&'i Role<'s>>,
}

/// One gate on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gate {
    /// Which.
    pub kind: GateKind,
    /// Whether it lets the caller pass.
    pub state: GateState,
    /// What it saw, in one clause.
    pub text: String,
    /// The places that make it so; the first is the decisive one.
    pub places: Vec<Label>,
}

/// The gates in the order in which AWS applies them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum GateKind {
    /// The form of the token.
    Token,
    /// The signature.
    Signature,
    /// The time.
    Expiry,
    /// Whether the identity pool takes logins of this provider, or guests.
    Provider,
    /// Whether the token was made for the app client that the identity pool knows.
    Audience,
    /// Whether this flow is open.
    Flow,
    /// The role that the identity pool picks.
    RoleMapping,
    /// Whether the token itself names the roles that it may be used for.
    RolesClaim,
    /// Whether the role's trust policy takes the token.
    Trust,
    /// Whether it takes the session tags and the source identity that the token carries.
    Tags,
    /// How long the session lasts, under which name, and what narrows it.
    Session,
    /// Whether a second role is got with it.
    Chain,
    /// What the role may do.
    Permissions,
}

/// Whether a gate lets the caller pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GateState {
    /// ✓
    Pass,
    /// ✗
    Fail,
    /// ?
    Unknown,
    /// Not reached, or nothing to check.
    Skipped,
}

/// What a trust policy says to a token, with everything it looked at.
#[derive(Debug)]
pub struct Judgement<'i, 's> {
    /// The answer.
    pub verdict: Verdict<'i, 's>,
    /// The statements and conditions on the way.
    pub trace: Trace<'i, 's>,
}

/// A role that the caller might name.
#[derive(Debug)]
pub struct Choice<'i, 's> {
    /// The role.
    pub role: &'i Role<'s>,
    /// Its name; its ARN where several roles have that name.
    pub name: String,
    /// Whether its trust policy takes the token, and its account the issuer.
    pub outcome: Outcome,
    /// The statement that decides.
    pub place: Option<Span>,
    /// Where the trust policy refuses: what came nearest.
    pub near_miss: Option<NearMiss<'i, 's>>,
}

/// Whether one thing may be done.
#[derive(Debug)]
pub struct Permission<'i, 's> {
    /// `service:Name`.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// Yes or no.
    pub outcome: Outcome,
    /// Why, in one clause.
    pub why: String,
    /// What the policies say that bear on it.
    pub reply: Reply<'i, 's, Trace<'i, 's>>,
    /// The place that decides, where it lies in a file that was given.
    pub place: Option<Label>,
}

/// Runs one login through all gates. Every question gets an answer.
pub fn simulate<'i, 's>(world: World<'i, 's>, question: &Question<'_>) -> Simulation<'i, 's> {
    walk::walk(world, question)
}

impl<'a> Question<'a> {
    /// What role does this login get, in the enhanced flow, at this time?
    pub fn new(login: Login<'a>, at: Instant) -> Self {
        Self {
            login,
            linked: Vec::new(),
            pool: None,
            pool_account: None,
            flow: Flow::Enhanced,
            custom_role: None,
            role: None,
            session_name: None,
            duration: None,
            then_role: None,
            access: Vec::new(),
            context: Vec::new(),
            at,
            tolerance: TOLERANCE,
        }
    }
}

impl RoleRef<'_, '_> {
    /// Whether this is its ARN or its name.
    pub fn is(&self, name_or_arn: &str) -> bool {
        self.name == name_or_arn
            || self.role.is_some_and(|role| role.is(name_or_arn))
            || Arn::parse(&self.name).and_then(Arn::role_name) == Some(name_or_arn)
    }
}

impl Simulation<'_, '_> {
    /// Whether this role is got, whatever may then be done with it.
    pub fn gets(&self, name_or_arn: &str) -> bool {
        let closed = |state| matches!(state, GateState::Fail | GateState::Unknown);
        self.role.as_ref().is_some_and(|role| role.is(name_or_arn))
            && !self.gates.iter().any(|gate| gate.kind < GateKind::Permissions && closed(gate.state))
    }
}

impl Outcome {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Undecided => "undecided",
            Self::Error => "error",
        }
    }
}

impl GateKind {
    /// All gates, in order.
    pub const ALL: [Self; 13] = [
        Self::Token,
        Self::Signature,
        Self::Expiry,
        Self::Provider,
        Self::Audience,
        Self::Flow,
        Self::RoleMapping,
        Self::RolesClaim,
        Self::Trust,
        Self::Tags,
        Self::Session,
        Self::Chain,
        Self::Permissions,
    ];

    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Signature => "signature",
            Self::Expiry => "expiry",
            Self::Provider => "provider",
            Self::Audience => "audience",
            Self::Flow => "flow",
            Self::RoleMapping => "role mapping",
            Self::RolesClaim => "roles claim",
            Self::Trust => "trust",
            Self::Tags => "session tags",
            Self::Session => "session",
            Self::Chain => "role chaining",
            Self::Permissions => "permissions",
        }
    }
}
