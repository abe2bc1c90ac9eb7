//! Which subjects reach which roles, over every way that the inputs leave open.
//!
//! Every step is asked of the simulator: a subject is somebody who can log in in some ways, a way is a question to [`simulate`], and a role
//! that is got is where the next step starts. What is told as reached has been got there; what is told as not reached was asked in each way.

mod closing;
mod links;
mod starts;
mod ways;

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::{Distance, Sample, Takers, takers};
use crate::finding::Label;
use crate::inventory::{Inventory, Role};
use crate::policy::Instant;
use crate::simulate::{Access, Outcome, Permission, World, anybody_may, deciding, may};
use crate::source::{SourceId, Span};
use links::{Link, Links};
use starts::{Origin, Start};

pub use closing::{Closing, Rebuild, closings};

/// Which subjects reach what.
#[derive(Debug)]
pub struct Reach<'i, 's> {
    /// Who starts.
    pub subjects: Vec<Subject>,
    /// What may be reached: the roles that were given, in their order, and last the rights of an administrator, where somebody reaches them.
    pub targets: Vec<Target<'i, 's>>,
    /// A row for each subject, with a cell for each target.
    pub rows: Vec<Vec<Cell>>,
    /// Whether anybody may do what was asked for without credentials, where not no.
    pub anybody: Option<Permitted>,
    /// What was taken for granted, each in one clause.
    pub assumptions: Vec<String>,
}

/// Somebody who starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Who it is, as a phrase: "a member of `Editor`".
    pub name: String,
    /// By which words he can be named: `group:Editor`.
    pub words: Vec<String>,
    /// How far away he is.
    pub distance: Distance,
}

/// What may be reached.
#[derive(Clone, Copy, Debug)]
pub enum Target<'i, 's> {
    /// A role.
    Role(&'i Role<'s>),
    /// Any right that the account has.
    Everything,
}

/// Whether a subject reaches a target.
#[derive(Clone, Debug)]
pub enum Cell {
    /// He does, in these ways; the first is the shortest.
    Reached(Vec<Path>),
    /// It is not known, for these reasons.
    Open(Vec<Reason>),
    /// He does not, for these reasons.
    No(Vec<Reason>),
}

/// A way that was gone to its end.
#[derive(Clone, Debug)]
pub struct Path {
    /// The last step of it.
    pub way: Way,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The token with which STS lets the subject in, or who signs.
    pub sample: Option<Sample>,
    /// Whether Cognito narrows the session, as those of guests in the enhanced flow.
    pub narrowed: bool,
    /// The options with which `rolecall simulate` goes the same way, with the claims themselves behind `--claims`; none where it cannot.
    pub options: Vec<String>,
    /// Whether the session may do what was asked for.
    pub permitted: Option<Permitted>,
}

/// Whether a session may do something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permitted {
    /// Yes or no.
    pub outcome: Outcome,
    /// Why, in one clause.
    pub why: String,
    /// The place that decides, where it lies in a file that was given.
    pub place: Option<Label>,
}

/// How a role is got.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Way {
    /// The identity pool picks it.
    Enhanced,
    /// The caller names it, and the identity pool agrees.
    CustomRole,
    /// The caller takes the identity pool's token to STS and names it.
    Classic,
    /// The caller takes his own token to STS and names it.
    Direct,
    /// The trust policy lets the caller in.
    Trust,
    /// By the session of another role.
    Chain,
    /// By what the session of another role may change or start.
    Escalation,
    /// By the rights of an administrator of the account.
    Rights,
}

/// One step of a way.
#[derive(Clone, Debug)]
pub struct Step {
    /// The call or calls: `cognito-identity:GetId`; empty for what AWS has no part in.
    pub call: String,
    /// What it does, and why it is let through.
    pub text: String,
    /// The places that let it through.
    pub places: Vec<Label>,
}

/// Why a way is closed, or why it is not known whether it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The way.
    pub way: Way,
    /// Why, in one clause.
    pub text: String,
    /// The place that decides.
    pub place: Option<Span>,
}

/// Which questions are asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// When.
    pub at: Instant,
    /// Only of subjects of this name; a pattern, or a word of theirs.
    pub from: &'a [String],
    /// What is then to be done with each role.
    pub access: Option<Access<'a>>,
}

/// Asks of every subject whether he reaches each role.
pub fn reach<'i, 's>(world: World<'i, 's>, asked: Asked<'_>) -> Reach<'i, 's> {
    let is_meant = |subject: &Subject| asked.from.is_empty() || asked.from.iter().any(|own| subject.is(own));
    let takers: Vec<Takers<'i, 's>> = world.inventory.roles.iter().map(|role| takers(world, role)).collect();
    let starts: Vec<Start<'i, 's>> =
        starts::starts(world, &takers, asked.from).into_iter().filter(|start| is_meant(&start.subject)).collect();
    let mut walk =
        Walk { world, asked, takers, links: Links::new(world, asked.at), known: HashMap::new(), assumptions: assumed(world) };
    let mut rows: Vec<Vec<Cell>> = starts.iter().map(|start| walk.row(start)).collect();
    let mut targets: Vec<Target<'i, 's>> = world.inventory.roles.iter().map(Target::Role).collect();
    let is_closed = |cells: &Vec<Cell>| matches!(cells.last(), Some(Cell::No(_)) | None);
    if rows.iter().all(is_closed) {
        for cells in &mut rows {
            cells.pop();
        }
    } else {
        targets.push(Target::Everything);
    }
    let subjects = starts.into_iter().map(|start| start.subject).collect();
    let anybody = asked.access.and_then(|access| {
        let reply = anybody_may(world, access, asked.at);
        let labels = reply.ways.iter().flat_map(|way| deciding(&way.decision, &way.record)).flat_map(|own| own.labels);
        let place = labels.into_iter().find(|label| label.span.source != SourceId::NONE);
        let is_told = matches!(reply.outcome, Outcome::Allowed | Outcome::Undecided);
        is_told.then(|| Permitted { outcome: reply.outcome, why: reply.why(), place })
    });
    Reach { anybody, subjects, targets, rows, assumptions: walk.assumptions }
}

/// What is taken for granted of all subjects.
fn assumed(world: World<'_, '_>) -> Vec<String> {
    let unread = world.inventory.unread_groups();
    let unread = unread.map(|(pool, file)| format!("user pool `{pool}` has no other groups: not all were readable ({file})"));
    world.inventory.assumed().chain(unread).collect()
}

/// The subjects that these names may mean, without asking what they reach.
pub fn subjects(world: World<'_, '_>, named: &[String]) -> Vec<Subject> {
    let takers: Vec<Takers<'_, '_>> = world.inventory.roles.iter().map(|role| takers(world, role)).collect();
    starts::starts(world, &takers, named).into_iter().map(|start| start.subject).collect()
}

struct Walk<'a, 'i, 's> {
    world: World<'i, 's>,
    asked: Asked<'a>,
    /// Whom the trust policy of each role lets in.
    takers: Vec<Takers<'i, 's>>,
    links: Links<'i, 's>,
    /// What was found before: what the session of a role leads to.
    known: HashMap<usize, Rc<[(usize, Link)]>>,
    assumptions: Vec<String>,
}

impl<'i, 's> Walk<'_, 'i, 's> {
    /// What one subject reaches: each role, and last the rights of an administrator.
    fn row(&mut self, start: &Start<'i, 's>) -> Vec<Cell> {
        let roles = &self.world.inventory.roles;
        let mut cells: Vec<Cell> = roles.iter().enumerate().map(|(at, role)| self.direct(start, role, at)).collect();
        cells.push(Cell::No(Vec::new()));
        let mut account = None;
        let mut queue: VecDeque<usize> = (0..roles.len()).filter(|&at| is_reached(&cells, at)).collect();
        while let Some(at) = queue.pop_front() {
            // what Cognito leaves to guests holds neither STS nor IAM
            let Some(path) = cells.get(at).and_then(Cell::path_on).cloned() else { continue };
            let Some(role) = roles.get(at) else { continue };
            for &(to, ref link) in self.links_from(at).iter() {
                let Some(cell) = cells.get_mut(to).filter(|cell| !matches!(cell, Cell::Reached(_))) else { continue };
                match link {
                    Link::Open(reason) => cell.doubt(reason.clone()),
                    Link::Step(way, step) => {
                        let permitted = roles.get(to).map_or_else(|| self.any(), |target| self.permitted(target));
                        let options = roles.get(to).map_or_else(Vec::new, |target| path.options_on(*way, target));
                        *cell = Cell::Reached(vec![path.and(*way, step.clone(), options, permitted)]);
                        queue.push_back(to);
                        if to == roles.len() {
                            account = role.account();
                        }
                    }
                }
            }
        }
        self.doubt_on(&mut cells);
        self.with_any_right(&mut cells, account);
        let reasons = [(Way::Chain, "take it"), (Way::Escalation, "give itself any right")];
        let [chain, escalation] = reasons.map(|(way, what)| self.why_not_on(&cells, way, what));
        for (at, cell) in cells.iter_mut().enumerate() {
            if let Cell::No(reasons) = cell {
                reasons.push(if at < roles.len() { chain.clone() } else { escalation.clone() });
            }
        }
        cells
    }

    /// What the session of a role leads to, by the places of the cells.
    fn links_from(&mut self, at: usize) -> Rc<[(usize, Link)]> {
        if let Some(known) = self.known.get(&at) {
            return known.clone();
        }
        let roles = &self.world.inventory.roles;
        let mut all: Vec<(usize, Link)> = Vec::new();
        if let Some(role) = roles.get(at) {
            let others = roles.iter().enumerate().filter(|(to, _)| *to != at);
            all.extend(others.filter_map(|(to, target)| Some((to, self.links.chain(role, target)?))));
            let rights = self.links.rights(role).map(|step| (roles.len(), Link::Step(Way::Escalation, step)));
            for (to, link) in rights.into_iter().chain(self.links.escalations(role)) {
                if !all.iter().any(|(own, link)| *own == to && matches!(link, Link::Step(..))) {
                    all.push((to, link));
                }
            }
        }
        let all: Rc<[(usize, Link)]> = all.into();
        self.known.insert(at, all.clone());
        all
    }

    /// Where it is not known whether a role is reached, nor is what it leads to.
    fn doubt_on(&mut self, cells: &mut [Cell]) {
        let roles = &self.world.inventory.roles;
        let mut queue: VecDeque<usize> = (0..roles.len()).filter(|&at| matches!(cells.get(at), Some(Cell::Open(_)))).collect();
        while let Some(at) = queue.pop_front() {
            let Some(role) = roles.get(at) else { continue };
            for &(to, ref link) in self.links_from(at).iter() {
                let Some(cell) = cells.get_mut(to) else { continue };
                if matches!(cell, Cell::No(_)) {
                    queue.push_back(to);
                }
                let way = if let Link::Step(way, _) = link { *way } else { Way::Chain };
                let text =
                    format!("it would be by way of `{}`, of which it is not known whether it is reached", role.name.shown());
                cell.doubt(Reason { way, text, place: None });
            }
        }
    }

    /// Who has any right of an account has all its roles.
    fn with_any_right(&self, cells: &mut [Cell], account: Option<&str>) {
        let roles = &self.world.inventory.roles;
        let Some(path) = cells.get(roles.len()).and_then(Cell::path).cloned() else { return };
        let is_meant = |role: &Role<'_>, cell: &Cell| role.account() == account && !matches!(cell, Cell::Reached(_));
        for (role, cell) in roles.iter().zip(cells).filter(|(role, cell)| is_meant(role, cell)) {
            let step = Step {
                call: "iam:UpdateAssumeRolePolicy + sts:AssumeRole".to_owned(),
                text: format!("with any right of the account lets itself into `{}`", role.name.shown()),
                places: Vec::new(),
            };
            *cell = Cell::Reached(vec![path.and(Way::Rights, step, Vec::new(), self.any())]);
        }
    }

    /// Why a subject does not get on from the roles that he reaches.
    fn why_not_on(&mut self, cells: &[Cell], way: Way, what: &str) -> Reason {
        let roles = self.world.inventory.roles.iter().zip(cells);
        let reached: Vec<&Role<'s>> = roles.filter(|(_, cell)| cell.path_on().is_some()).map(|(role, _)| role).collect();
        for role in reached.iter().filter(|role| !role.complete) {
            let own = format!("`{}` may do no more than what was given of its policies", role.name.shown());
            if !self.assumptions.contains(&own) {
                self.assumptions.push(own);
            }
        }
        let names: Vec<String> = reached.iter().take(MOST_NAMES).map(|role| format!("`{}`", role.name.shown())).collect();
        let more = if reached.len() > MOST_NAMES { " and others" } else { "" };
        let text = match names.as_slice() {
            [] => "there is no role to go on from".to_owned(),
            [only] => format!("the session of {only} may not {what}"),
            all => format!("no session of {}{more} may {what}", all.join(", ")),
        };
        Reason { way, text, place: None }
    }

    /// Whether the session of a role, however it was got, may do what is asked.
    fn permitted(&self, role: &'i Role<'s>) -> Option<Permitted> {
        let access = self.asked.access?;
        Some(Permitted::of(may(self.world, role, access, &[], self.asked.at)))
    }

    /// Who has any right may do what is asked.
    fn any(&self) -> Option<Permitted> {
        let why = "whoever can get any right may do it".to_owned();
        self.asked.access.map(|_| Permitted { outcome: Outcome::Allowed, why, place: None })
    }

    /// Whether a role is got without the help of another.
    fn direct(&mut self, start: &Start<'i, 's>, role: &'i Role<'s>, at: usize) -> Cell {
        match &start.origin {
            Origin::Logins(entries) => ways::by_logins(self.world, entries, role, self.asked, &mut self.assumptions),
            Origin::Taker(taker) => match self.takers.get(at) {
                Some(own) => match self.links.denied(taker, role) {
                    Some(reason) => Cell::No(vec![reason]),
                    None => ways::by_trust(taker, role, own, self.permitted(role)),
                },
                None => Cell::No(Vec::new()),
            },
            Origin::Perhaps(who) => match self.takers.get(at) {
                Some(own) => ways::perhaps(who, role, own, self.permitted(role)),
                None => Cell::No(Vec::new()),
            },
            Origin::Nobody => match self.takers.get(at) {
                Some(own) => ways::closed(role, own),
                None => Cell::No(Vec::new()),
            },
            Origin::ForeignPool => match self.takers.get(at) {
                Some(own) => ways::from_foreign_pool(role, own, self.permitted(role)),
                None => Cell::No(Vec::new()),
            },
        }
    }
}

fn is_reached(cells: &[Cell], at: usize) -> bool {
    matches!(cells.get(at), Some(Cell::Reached(_)))
}

impl Subject {
    /// Whether a word or pattern names him: one of his words, his phrase, `anyone` for all whom anybody may become, or a pattern with `*`.
    pub fn is(&self, text: &str) -> bool {
        let fits = |own: &str| own == text || text.contains('*') && super::door::fits(own, text) || is_same_groups(own, text);
        text == "anyone" && self.distance == Distance::Anyone || fits(&self.name) || self.words.iter().any(|own| fits(own))
    }
}

/// Whether two words name the same groups, in whatever order: `group:A+B` and `group:B+A`.
fn is_same_groups(own: &str, text: &str) -> bool {
    let groups = |word: &str| {
        let mut names: Vec<String> = word.strip_prefix("group:")?.split('+').map(str::to_owned).collect();
        names.sort_unstable();
        Some(names)
    };
    own.len() == text.len() && groups(own).is_some_and(|names| Some(names) == groups(text))
}

impl Target<'_, '_> {
    /// What to call it.
    pub fn title(&self, inventory: &Inventory<'_>) -> String {
        match self {
            Self::Role(role) => inventory.title(role).into_owned(),
            Self::Everything => ADMINISTRATOR.to_owned(),
        }
    }

    /// Whether a name, ARN or pattern means it.
    pub fn is(&self, text: &str) -> bool {
        match self {
            Self::Role(role) => role.is(text) || text.contains('*') && super::door::fits(&role.name.shown(), text),
            Self::Everything => text == ADMINISTRATOR,
        }
    }
}

/// So many roles are named from which a subject does not get on.
const MOST_NAMES: usize = 5;

/// By what name the rights of an administrator are asked for.
pub const ADMINISTRATOR: &str = "administrator";

impl Cell {
    /// The first way, where he reaches it.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Reached(paths) => paths.first(),
            Self::Open(_) | Self::No(_) => None,
        }
    }

    /// The first way to a session that Cognito does not narrow.
    fn path_on(&self) -> Option<&Path> {
        match self {
            Self::Reached(paths) => paths.iter().find(|path| !path.narrowed),
            Self::Open(_) | Self::No(_) => None,
        }
    }

    /// It is not known any more that he does not reach it.
    fn doubt(&mut self, reason: Reason) {
        match self {
            Self::Reached(_) => {}
            Self::Open(reasons) => {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            Self::No(_) => *self = Self::Open(vec![reason]),
        }
    }
}

impl Path {
    /// The options with which `rolecall simulate` goes on to a role, where it can.
    fn options_on(&self, way: Way, target: &Role<'_>) -> Vec<String> {
        if way != Way::Chain || self.way >= Way::Chain || self.options.is_empty() {
            return Vec::new();
        }
        let then = ["--then-role".to_owned(), target.name.shown().into_owned()];
        self.options.iter().cloned().chain(then).collect()
    }

    /// This way and one step more.
    fn and(&self, way: Way, step: Step, options: Vec<String>, permitted: Option<Permitted>) -> Self {
        let steps = self.steps.iter().cloned().chain([step]).collect();
        Self { way, steps, sample: self.sample.clone(), narrowed: false, options, permitted }
    }
}

impl Permitted {
    fn of(permission: Permission<'_, '_>) -> Self {
        Self { outcome: permission.outcome, why: permission.why, place: permission.place }
    }
}

impl Reach<'_, '_> {
    /// The ways to a session that may do what was asked for, by their places in the table: of each cell the first.
    pub fn permitted(&self) -> impl Iterator<Item = (usize, usize, &Path)> {
        self.with_outcome(Outcome::Allowed)
    }

    /// As [`Reach::permitted`], where that is not known.
    pub fn perhaps_permitted(&self) -> impl Iterator<Item = (usize, usize, &Path)> {
        let is_sure = |row: usize, column: usize| self.permitted().any(|(own, other, _)| (own, other) == (row, column));
        self.with_outcome(Outcome::Undecided).filter(move |(row, column, _)| !is_sure(*row, *column))
    }

    fn with_outcome(&self, outcome: Outcome) -> impl Iterator<Item = (usize, usize, &Path)> {
        let cells = self
            .rows
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| cells.iter().enumerate().map(move |(column, cell)| (row, column, cell)));
        cells.filter_map(move |(row, column, cell)| {
            let Cell::Reached(paths) = cell else { return None };
            // what the rights of an administrator give is told with these
            let is = |path: &&Path| path.way != Way::Rights && path.permitted.as_ref().is_some_and(|own| own.outcome == outcome);
            paths.iter().find(is).map(|path| (row, column, path))
        })
    }
}

impl Way {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enhanced => "enhanced flow",
            Self::CustomRole => "CustomRoleArn",
            Self::Classic => "classic flow",
            Self::Direct => "own token to STS",
            Self::Trust => "trust policy",
            Self::Chain => "role chaining",
            Self::Escalation => "escalation",
            Self::Rights => "any right of the account",
        }
    }
}
