//! Expectation files: questions with the answers that are expected of the policies.

mod read;
mod run;

use crate::evaluate::ContextValue;
use crate::finding::Problem;
use crate::identity::Claim;
use crate::policy::{Instant, Policy, PolicyKind};
use crate::reach::Never;
use crate::simulate::{Flow, Outcome};
use crate::source::Span;

pub use read::{Files, Paths, assumptions, paths, read};
pub use run::{Answer, Ran, run};

/// What an expectation file is called: something and one of these.
pub const ENDINGS: [&str; 4] = [".rolecall.toml", ".rolecall.json", ".rolecall.yaml", ".rolecall.yml"];

/// What an expectation file holds.
#[derive(Debug)]
pub struct Expectations<'s> {
    /// The questions, in the order of the text.
    pub tests: Vec<Test>,
    /// The policies that requests name.
    policies: Vec<Policy<'s>>,
}

/// A question with the answer that is expected.
#[derive(Debug)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Where the name stands; else where the question does.
    pub span: Span,
    /// Why it is so: a few words or a link.
    pub why: Option<String>,
    /// What it names that no request has: the answer would be the same whatever the policies say.
    doubts: Vec<Problem>,
    question: Question,
    expected: Expected,
}

#[derive(Debug)]
enum Question {
    /// `[[case]]`: a sign-in, which role it gets, and what may then be done.
    Case(Box<Case>),
    /// `[[request]]`: a request of any principal.
    Request(Box<Request>),
    /// `[[never]]`: what must never be so, and the time of the requests.
    Never(Box<Never>, Option<Instant>),
}

/// A sign-in.
#[derive(Debug)]
struct Case {
    who: Who,
    /// The texts of further tokens of the same user.
    linked: Vec<String>,
    /// Claims as a pre token generation Lambda sets them; none where it takes one out.
    pre_token: Vec<(String, Option<Claim>)>,
    client: Option<String>,
    pool: Option<String>,
    pool_account: Option<String>,
    flow: Flow,
    custom_role: Option<String>,
    role: Option<String>,
    /// The roles that it names, and where.
    roles: Vec<(String, Span)>,
    session_name: Option<String>,
    duration: Option<u32>,
    then_role: Option<String>,
    at: Option<Instant>,
    access: Option<(String, String)>,
    context: Vec<(String, Vec<String>)>,
}

/// Who signs in.
#[derive(Debug)]
enum Who {
    Guest,
    Groups(Vec<String>),
    /// The claims of a token, as JSON text.
    Claims(String),
    /// The text of the file in which the token is.
    Token(String),
    /// The text of the file in which a SAML assertion is, and the ARN of the provider.
    Saml(String, Option<String>),
    /// A public provider whose tokens cannot be read, and the user's id there.
    Social(String, Option<String>),
    /// The developer's own id, and the session tags that the developer gives.
    Developer(String, Vec<(String, String)>),
}

/// A request of any principal.
#[derive(Debug)]
struct Request {
    principal: String,
    action: String,
    resource: String,
    resource_account: Option<String>,
    resource_org: Option<String>,
    management_account: bool,
    service_linked_role: bool,
    context: Vec<(String, ContextValue<'static>)>,
    partial: bool,
    tags: Vec<(String, String)>,
    at: Option<Instant>,
    /// None where those of the inputs are meant that bear on it.
    policies: Option<Given>,
}

/// The policies of a request, by their places in [`Expectations::policies`].
#[derive(Debug, Default)]
struct Given {
    identity: Vec<usize>,
    resource: Option<usize>,
    boundaries: Vec<usize>,
    session: Vec<usize>,
    scps: Vec<Vec<usize>>,
    rcps: Vec<Vec<usize>>,
    endpoint: Vec<usize>,
}

/// What is expected.
#[derive(Debug, Default)]
struct Expected {
    answer: Option<(Wanted, Span)>,
    blocked_by: Option<(Vec<String>, Span)>,
    role: Option<(String, Span)>,
    gate: Option<(String, Span)>,
    claims: Vec<(String, Option<String>, Span)>,
}

/// An answer that can be expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Wanted {
    outcome: Outcome,
    /// Of a denial: whether a statement must deny, or nothing allow.
    explicit: Option<bool>,
}

impl Wanted {
    const ALL: [(&'static str, Self); 6] = [
        ("allowed", Self { outcome: Outcome::Allowed, explicit: None }),
        ("denied", Self { outcome: Outcome::Denied, explicit: None }),
        ("denied-implicit", Self { outcome: Outcome::Denied, explicit: Some(false) }),
        ("denied-explicit", Self { outcome: Outcome::Denied, explicit: Some(true) }),
        ("undecided", Self { outcome: Outcome::Undecided, explicit: None }),
        ("error", Self { outcome: Outcome::Error, explicit: None }),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(own, _)| *own == name).map(|(_, wanted)| wanted)
    }

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, wanted)| *wanted == self).map_or("", |(name, _)| name)
    }
}

/// The types of policy that a request may name, each with its kind.
const TYPES: [(&str, PolicyKind); 8] = [
    ("identity", PolicyKind::Identity),
    ("resource", PolicyKind::Resource),
    ("trust", PolicyKind::Trust),
    ("boundaries", PolicyKind::Boundary),
    ("session", PolicyKind::Session),
    ("scps", PolicyKind::Scp),
    ("rcps", PolicyKind::Rcp),
    ("endpoint", PolicyKind::Endpoint),
];
