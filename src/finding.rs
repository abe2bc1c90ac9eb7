//! What is told of an input: faults, as a reader saw them, and findings, as a rule reports them. Plain data.

use crate::source::Span;

/// Something a reader noticed: what, and where. It carries no advice.
///
/// `K` is the reader's own list of what can be noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault<K> {
    /// What was noticed.
    pub kind: K,
    /// The offending text.
    pub span: Span,
    /// The place that makes it wrong: an opening bracket, the first of two equal keys.
    pub related: Option<Span>,
}

impl<K> Fault<K> {
    /// A fault at one place.
    pub fn at(kind: K, span: Span) -> Self {
        Self { kind, span, related: None }
    }

    /// A fault with the place that makes it one.
    pub fn between(kind: K, span: Span, related: Span) -> Self {
        Self { kind, span, related: Some(related) }
    }
}

/// Something wrong in a file that tells the tool what to do: its configuration, its expectations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
}

/// How much a finding matters, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Works, but is not how it should be written.
    Style,
    /// Worth a look.
    Low,
    /// Should be mended.
    Medium,
    /// Lets somebody in who should not be.
    High,
    /// AWS refuses it, or it can never work.
    Error,
}

impl Severity {
    /// All, least first.
    pub const ALL: [Self; 5] = [Self::Style, Self::Low, Self::Medium, Self::High, Self::Error];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Style => "style",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Error => "error",
        }
    }
}

/// A place with a few words on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be seen there; short, may be empty.
    pub text: String,
}

impl Label {
    /// A place with a few words on it.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// A replacement of one range of an input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What to replace; empty to insert.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// What mends what a finding is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What to do, as an order: "write `StringEquals`".
    pub what: String,
    /// The edits, in the order of the text; they go together, and none cuts another.
    pub edits: Vec<Edit>,
    /// Whether it may be made unseen. A rule says with it that nothing else can have been meant; whether the policy is not wider then,
    /// [`settle`](crate::fix::settle) asks.
    pub safe: bool,
}

impl Fix {
    /// The one thing that can have been meant.
    pub fn new(what: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self { what: what.into(), edits: edits.into_iter().collect(), safe: true }
    }

    /// What was meant most likely.
    pub fn guess(what: impl Into<String>, edits: impl IntoIterator<Item = Edit>) -> Self {
        Self { safe: false, ..Self::new(what, edits) }
    }
}

/// The token or request that gets through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// Who holds it, as a phrase: "a guest of any identity pool".
    pub who: String,
    /// The claims of the token, as JSON text.
    pub claims: String,
}

/// One report of one rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How much it matters here.
    pub severity: Severity,
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// The offending text.
    pub primary: Label,
    /// Other places, in this file or another, that make it wrong.
    pub related: Vec<Label>,
    /// The remedy.
    pub help: Option<String>,
    /// The token that gets through, where the finding is about reach.
    pub witness: Option<Witness>,
    /// What mends it, where that is told.
    pub fix: Option<Fix>,
}
