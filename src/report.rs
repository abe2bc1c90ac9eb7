//! Findings and simulations for people and for programs: one renderer a file. Renderers are leaves; nothing depends on them.

pub mod agent;
pub mod checkstyle;
pub mod concise;
mod diff;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
mod parts;
pub mod rdjson;
mod reach;
pub mod sarif;
pub mod text;
mod unified;
mod unread;
mod who;
mod xml;

use crate::compare::Pair;
use crate::evaluate::Trace;
use crate::expect::Ran;
use crate::finding::{Finding, Severity};
use crate::identity::{Becomes, Claim, Holder, Times, Token, Use, becomes, traded, uses};
use crate::inventory::{Form, NOTHING, Role};
use crate::lint::Rule;
use crate::prove::Budget;
use crate::reach::{Closing, Reach, Takers};
use crate::reference::{KnownError, Reference};
use crate::repair::Repair;
use crate::simulate::{Gate, GateKind, GateState, Holds, Inquiry, Reply, Simulation};
use crate::source::{Sources, Span};
use crate::suppress::Suppressed;

use parts::{Judged, by_file, portable, reason, remedies};

pub use unified::{is_exact, unified};
pub use unread::{Unread, UnreadCall, count as count_unread, not_known, unread};

/// The formats that the report of a check can take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people: code frames in a terminal.
    Human,
    /// One line a finding.
    Concise,
    /// For programs: versioned JSON.
    Json,
    /// For programs: a line of JSON a finding.
    Ndjson,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For GitHub Actions: annotations.
    Github,
    /// For GitLab: a report of code quality.
    Gitlab,
    /// For build servers: the XML of `JUnit`.
    Junit,
    /// For build servers: the XML of Checkstyle.
    Checkstyle,
    /// For reviewdog: its diagnostic format.
    Rdjson,
    /// For language models: one line a finding.
    Agent,
}

/// What may be used to draw a report for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Columns; only text of the user that cannot be parted is ever wider.
    pub width: usize,
    /// Whether colours may be used. What they say, words say too.
    pub colour: bool,
    /// Whether characters outside ASCII may be used to draw. Text of the user is never changed by it.
    pub unicode: bool,
}

/// What a check has to tell.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The findings, in the order in which they are to be shown.
    pub findings: Vec<Finding>,
    /// What is found and not reported, and why.
    pub suppressed: Vec<Suppressed>,
    /// The number of inputs in which something was recognised and looked at.
    pub looked_at: usize,
    /// Their names.
    pub files: Vec<String>,
    /// What was not looked at: the reason, and the number of inputs.
    pub passed_over: Vec<(String, usize)>,
    /// What the snapshots among the inputs could not read.
    pub unread: Vec<Unread>,
    /// Where in policies something stands of which nothing is known.
    pub not_known: Vec<Span>,
    /// The rules that were asked.
    pub rules: Vec<Run>,
    /// The service data that the rules asked.
    pub data: Option<ServiceData>,
    /// What makes each finding the same one in the next run; none where nobody wants to know.
    pub fingerprints: Vec<String>,
    /// How many findings were mended before.
    pub fixed: usize,
    /// Whether nothing at all could be read.
    pub failed: bool,
}

/// Where the facts on services are from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceData {
    /// The day of those that are built in, as `2026-09-26`.
    pub date: &'static str,
    /// The names of what was laid over them.
    pub overlays: Vec<String>,
}

/// A rule that was asked, as it was set.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The rule.
    pub rule: &'static Rule,
    /// Its theme, if it is of any.
    pub theme: Option<&'static str>,
    /// How much its findings matter.
    pub severity: Severity,
}

/// An input, and what it was recognised as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name.
    pub path: String,
    /// What it is, or why it is not looked at.
    pub form: Result<Form, String>,
}

/// Which configuration file holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holding {
    /// Its path; `None` where there is none.
    pub file: Option<String>,
    /// Why that one, or why none.
    pub why: &'static str,
}

/// A live account that was read into a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pulled {
    /// The account's id.
    pub account: String,
    /// The folder.
    pub folder: String,
    /// What was asked for: `roles`, `pools`.
    pub parts: Vec<&'static str>,
    /// The regions whose pools were asked for.
    pub regions: Vec<String>,
    /// How many there are of each kind of thing, with the word for one and for several.
    pub counts: Vec<(usize, [&'static str; 2])>,
    /// How many files are new, changed, removed, and as before.
    pub files: [usize; 4],
    /// The calls that gave no answer: of what, and why.
    pub not_readable: Vec<String>,
}

/// A simulation with the name of its subject.
#[derive(Debug)]
pub struct Simulated<'i, 's> {
    /// Who signs in, as a phrase: "a member of `Editor`".
    pub subject: String,
    /// What came of it.
    pub simulation: Simulation<'i, 's>,
    /// Where the trust policy refuses: what would let the sign-in in.
    pub repairs: Vec<Repair>,
}

/// Somebody who will get tokens, and the account whose role they are for.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Who.
    pub holder: Holder,
    /// The account's id, where it was told.
    pub account: Option<String>,
}

/// A login that was sent through the gates to see which causes of an error hold for it.
#[derive(Debug)]
pub struct Diagnosed<'i, 's> {
    /// Who signs in, as a phrase.
    pub subject: String,
    /// What came of it.
    pub simulation: Simulation<'i, 's>,
    /// Whether each cause of the error holds, in the order of the causes.
    pub holds: Vec<Holds>,
}

/// A request with its answer.
#[derive(Debug)]
pub struct Answered<'q, 'i, 's> {
    /// Who asks, as it was given.
    pub principal: &'q str,
    /// What was asked.
    pub inquiry: Inquiry<'q>,
    /// What came of it.
    pub reply: Reply<'i, 's, Trace<'i, 's>>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What bears on it too but is not known.
    pub unknown: Vec<String>,
}

/// A role, and who can take it.
#[derive(Debug)]
pub struct WhoCan<'i, 's> {
    /// What to call the role.
    pub title: String,
    /// The role.
    pub role: &'i Role<'s>,
    /// Who can take it.
    pub takers: Takers<'i, 's>,
}

/// Which subjects reach which roles, and how much of that is told.
#[derive(Debug)]
pub struct Reached<'r, 'i, 's> {
    /// All of it.
    pub reach: &'r Reach<'i, 's>,
    /// What to call each target.
    pub titles: Vec<String>,
    /// The targets that are told, by their places.
    pub columns: Vec<usize>,
    /// Whether it is told why something is not reached.
    pub reasons: bool,
    /// The inputs, as they were named.
    pub inputs: Vec<String>,
    /// Whether it was looked for what closes a way.
    pub closes: bool,
    /// What closes the shortest way of a cell, by its places in the table.
    pub closings: Vec<((usize, usize), Vec<Closing>)>,
}

/// Who may do something, through which roles.
#[derive(Debug)]
pub struct WhoMay<'r, 'i, 's> {
    /// `service:Name`.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// Who reaches which roles.
    pub reached: Reached<'r, 'i, 's>,
}

/// Two states that were compared, policy by policy.
#[derive(Debug)]
pub struct Compared<'i, 's> {
    /// What to call the state before, and the one now.
    pub names: [String; 2],
    /// The policies, in the order in which they are to be shown.
    pub pairs: Vec<Pair<'i, 's>>,
    /// For each policy and each request that it allows now and did not before: the command that asks for it again, where there is one.
    pub replays: Vec<Vec<Option<String>>>,
    /// What was not looked at in the new state: the reason, and the number of inputs.
    pub passed_over: Vec<(String, usize)>,
    /// What the snapshots among the inputs could not read.
    pub unread: Vec<Unread>,
    /// How much was tried for each question.
    pub budget: Budget,
}

/// The questions of one expectation file, answered.
#[derive(Debug)]
pub struct Suite {
    /// The name of the file.
    pub name: String,
    /// The questions in the order of the file.
    pub tests: Vec<Tested>,
    /// What the snapshots among its inputs could not read.
    pub unread: Vec<Unread>,
    /// The texts that its places lie in.
    pub sources: Sources,
}

/// A question of an expectation file, answered.
#[derive(Debug)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// Why the answer is expected.
    pub why: Option<String>,
    /// Its place.
    pub span: Span,
    /// What came of it.
    pub ran: Ran,
}

/// A token, and what AWS sees of it.
#[derive(Clone, Debug)]
pub struct Inspected<'t> {
    /// The token.
    pub token: &'t Token,
    /// Whether it is good at the time that was asked for.
    pub times: Times,
    /// Each claim with what STS makes of it; none where nobody issued the token.
    pub claims: Vec<(&'t str, &'t Claim, Option<Becomes>)>,
    /// The condition keys of the token for which an identity pool trades it: the host before them, and their names with their values.
    pub traded: Option<(&'static str, [(&'static str, String); 3])>,
    /// What takes it.
    pub uses: [Use; 2],
}

/// How much of a long list is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listing {
    /// The first few, and how many more there are.
    Cut,
    /// All of it.
    All,
}

/// How much a report of simulations tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Detail {
    /// The answer and the gates that decide it.
    Short,
    /// Every gate, the deciding place, its conditions.
    Full,
    /// The claims that STS sees, too.
    Verbose,
}

impl Detail {
    /// As much as so many answers leave room for, and a step more where that is asked for.
    pub fn of(answers: usize, verbose: bool) -> Self {
        match (answers, verbose) {
            (1, true) => Self::Verbose,
            (1, false) | (_, true) => Self::Full,
            _ => Self::Short,
        }
    }
}

impl<'t> Inspected<'t> {
    /// What is to be told of a token.
    pub fn new(token: &'t Token, times: Times) -> Self {
        let host = token.host();
        let seen = |name: &str| host.map(|host| becomes(host, &token.claims, name));
        let claims = token.claims.iter().map(|(name, claim)| (name, claim, seen(name))).collect();
        Self { token, times, claims, traded: traded(token), uses: uses(token) }
    }
}

impl Expected {
    /// The words in capitals that stand in the statement for what was not told, each with what it stands for.
    pub fn blanks(&self) -> Vec<String> {
        let account = (self.account.is_none() && !self.holder.issuer.is_built_in).then(|| "`ACCOUNT` (`--account`)".to_owned());
        let audience = self.holder.audience().is_none().then(|| "`AUDIENCE` (`--audience`)".to_owned());
        let subjects = self.holder.subjects();
        let untold = subjects.first().filter(|_| self.holder.amr.is_none() && subjects.iter().all(|own| !own.missing.is_empty()));
        let parts = untold.into_iter().flat_map(|own| &own.missing);
        let parts = parts.map(|part| format!("`{}` (`--{part}`)", part.to_ascii_uppercase()));
        account.into_iter().chain(audience).chain(parts).collect()
    }
}

impl Diagnosed<'_, '_> {
    /// The gates of an error as this login met them.
    pub fn gates<'d>(&'d self, error: &'d KnownError) -> impl Iterator<Item = &'d Gate> {
        self.simulation.gates.iter().filter(|gate| error.gates.iter().any(|own| own == gate.kind.name()))
    }

    /// Whether AWS may answer this login with the error. The gates of provider, flow and role mapping have several messages, so that one of
    /// them that is closed tells only with a cause that holds; and so it is where sign-in works and gives something else.
    pub fn may_meet(&self, error: &KnownError) -> bool {
        let tells = |gate: &Gate| match gate.kind {
            GateKind::Provider | GateKind::Flow | GateKind::RoleMapping => gate.state == GateState::Unknown,
            _ => matches!(gate.state, GateState::Fail | GateState::Unknown),
        };
        self.holds.contains(&Holds::Yes) || !error.texts.is_empty() && self.gates(error).any(tells)
    }
}

impl Tested {
    /// Whether the answer is as expected.
    pub fn passes(&self) -> bool {
        self.ran.complaints.is_empty()
    }
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 11] = [
        Self::Human,
        Self::Concise,
        Self::Json,
        Self::Ndjson,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Rdjson,
        Self::Agent,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Rdjson => "rdjson",
            Self::Agent => "agent",
        }
    }

    /// Who it is for.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Human => "For people: the offending text underlined",
            Self::Concise => "One line a finding",
            Self::Json => "For programs",
            Self::Ndjson => "For programs: one line a finding, and one for the rest",
            Self::Sarif => "For code scanning: SARIF 2.1.0",
            Self::Github => "For GitHub Actions: annotations",
            Self::Gitlab => "For GitLab: a report of code quality",
            Self::Junit => "For build servers: JUnit, each finding a case that fails",
            Self::Checkstyle => "For build servers: Checkstyle",
            Self::Rdjson => "For reviewdog",
            Self::Agent => "For language models: one line a finding, and what to run next",
        }
    }

    /// Whether it tells what makes a finding the same one in the next run.
    pub fn has_fingerprints(self) -> bool {
        matches!(self, Self::Sarif | Self::Gitlab)
    }
}

impl From<&Reference> for ServiceData {
    fn from(reference: &Reference) -> Self {
        Self { date: Reference::date(), overlays: reference.overlays().map(str::to_owned).collect() }
    }
}

impl Checked {
    /// The report in a format.
    pub fn report(&self, format: Format, sources: &Sources, look: Look) -> String {
        match format {
            Format::Human => human::checked(self, sources, look),
            Format::Concise => concise::checked(self, sources, look),
            Format::Json => json::checked(self, sources),
            Format::Ndjson => json::checked_by_line(self, sources),
            Format::Sarif => sarif::checked(self, sources),
            Format::Github => github::checked(self, sources, look),
            Format::Gitlab => gitlab::checked(self, sources),
            Format::Junit => junit::checked(self, sources),
            Format::Checkstyle => checkstyle::checked(self, sources),
            Format::Rdjson => rdjson::checked(self, sources),
            Format::Agent => agent::checked(self, sources, look),
        }
    }

    /// The number of findings of each severity that has any, worst first.
    pub fn counts(&self) -> Vec<(Severity, usize)> {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        Severity::ALL.into_iter().rev().map(|severity| (severity, count(severity))).filter(|&(_, count)| count > 0).collect()
    }

    /// The number of findings that can be mended unseen, and of those that can be where somebody looks at it.
    pub fn fixable(&self) -> [usize; 2] {
        let count =
            |safe| self.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe == safe)).count();
        [count(true), count(false)]
    }

    /// Notes that an input was not looked at.
    pub fn pass_over(&mut self, reason: &str) {
        if let Some((_, count)) = self.passed_over.iter_mut().find(|(own, _)| own == reason) {
            *count += 1;
            return;
        }
        // what holds nothing comes last, behind what there may be something in
        let is_last = |own: &(String, usize)| own.0 == NOTHING;
        let at = self.passed_over.iter().position(is_last).unwrap_or(self.passed_over.len());
        self.passed_over.insert(at, (reason.to_owned(), 1));
    }
}
