//! `rolecall diff`: did this change let anybody do more?

mod git;
mod replay;
mod states;

use std::collections::HashSet;
use std::path::PathBuf;

use clap::ValueEnum;

use rolecall::compare::{self, Means, Pair, State};
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::PolicyKind;
use rolecall::prove::{Budget, Question, smt2_each};
use rolecall::reference::Reference;
use rolecall::report::{Compared, concise, human, json, text};
use rolecall::source::SourceId;

use super::check::kind;
use super::input::{Assumed, tell_unread};
use super::simulate::warn_of_faults_in;
use super::{Common, Ending, Exit, Failure, output, reference};
use replay::Replay;
use states::{HEAD, Place, States};

/// Fails where a policy is widened, and where that is not known. A state is a file, a directory, or `git:REV`: what the repository of the
/// working directory holds in a revision.
#[derive(clap::Args, Debug)]
#[command(override_usage = "rolecall diff [OPTIONS] <OLD> <NEW> [PATH]...\n       rolecall diff [OPTIONS] --staged [PATH]...")]
pub(super) struct Args {
    /// The state before: a file, a directory, or `git:REV`.
    #[arg(value_name = "OLD", required_unless_present = "staged")]
    old: Option<String>,
    /// The state now.
    #[arg(value_name = "NEW", required_unless_present = "staged")]
    new: Option<String>,
    /// Of a repository only what lies at or below these paths.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Compare the last commit with what is staged for the next one.
    #[arg(long)]
    staged: bool,
    /// Do not fail where it is not known whether a policy is widened.
    #[arg(long)]
    allow_undecided: bool,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
    /// What the policies are attached to, where that cannot be told from what they say.
    #[arg(long, value_parser = kind())]
    kind: Option<PolicyKind>,
    #[command(flatten)]
    assumed: Assumed,
    /// How many steps to try before a question is given up as undecided.
    #[arg(long, value_name = "STEPS", default_value_t = Budget::default().steps)]
    budget: u64,
    /// Write what was asked, whether each policy is widened, to a file that solvers read: SMT-LIB 2.6 with strings.
    #[arg(long, value_name = "FILE")]
    smt2: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// One line a policy.
    Concise,
    /// For programs.
    Json,
}

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let reference = reference::load(reference)?;
    let [old, new] = args.places()?;
    let states = states::read(&old, &new, &args.paths())?;
    let States { sources, old, new } = &states;
    let unreadable: Vec<_> = old.inputs.unreadable.iter().chain(&new.inputs.unreadable).collect();
    if !unreadable.is_empty() {
        // what cannot be read may be what is widened
        for finding in unreadable {
            output::warn(&format!("error: {}", text::escape(&finding.message)));
        }
        return Ok(Exit::Failed);
    }
    let inventories = args.assumed.inventories(sources, [&old.inputs, &new.inputs], args.kind)?;
    let [of_old, of_new] = &inventories;
    let side = |inventory, state: &states::State| compare::Side { inventory, paths: state.paths.clone() };
    let sides = [side(of_old, old), side(of_new, new)];
    let changed: Vec<HashSet<SourceId>> =
        sides.iter().zip(sides.iter().rev()).map(|(own, other)| own.changed(other, sources)).collect();
    let mut looked_at = 0;
    let mut told = Vec::new();
    let mut passed_over = Vec::new();
    let mut unread = Vec::new();
    for ((state, inventory), changed) in [old, new].into_iter().zip(&inventories).zip(&changed) {
        // what is as it was needs no warning twice, and mostly none at all
        warn_of_faults_in(sources, inventory, |id| changed.contains(&id));
        if std::ptr::eq(state, new) || inventory.snapshots.iter().any(|own| changed.contains(&own.source)) {
            unread.extend(tell_unread(inventory, sources, common));
        }
        let (mut checked, lines) = state.inputs.stock_in(sources, inventory);
        told.extend(lines);
        looked_at += checked.looked_at;
        if let Some((count, what)) = without_policies(inventory) {
            checked.passed_over.push((what.to_owned(), count));
        }
        passed_over = checked.passed_over;
    }
    told.sort();
    told.dedup();
    output::tell_passed_over(&told, common);
    let budget = Budget { steps: args.budget };
    let means = Means { sources, reference: &reference, budget };
    let [before, now] = &sides;
    let pairs = compare::compare(before, now, means);
    if let Some(file) = &args.smt2 {
        let questions: Vec<_> = pairs.iter().flat_map(|pair| asked(pair, &reference)).collect();
        output::write(file, &smt2_each(&questions, &reference))?;
    }
    let replay = Replay { sources, state: new, kind: args.kind, reference: &reference, at: super::now() };
    let replays = pairs.iter().map(|pair| replay.of(pair, of_new)).collect();
    let names = [old.name.clone(), new.name.clone()];
    let compared = Compared { names, pairs, replays, passed_over, unread, budget };
    output::print(&match args.format {
        Format::Human => human::compared(&compared, common.verbose, sources, output::look(common.color)),
        Format::Concise => concise::compared(&compared, common.verbose, sources, output::look(common.color)),
        Format::Json => json::compared(&compared, sources),
    })?;
    if looked_at == 0 && !args.staged && (old.inputs.searched || new.inputs.searched) {
        output::warn("error: nothing to compare: no policy, role or pool was recognised in either state");
        return Ok(Exit::Nothing);
    }
    let fails = |pair: &Pair<'_, '_>| pair.is_widened() || pair.may_be_widened() && !args.allow_undecided;
    Ok(if compared.pairs.iter().any(fails) { Exit::Found } else { Exit::Fine })
}

impl Args {
    fn places(&self) -> Result<[Place; 2], Failure> {
        if self.staged {
            return Ok([Place::Revision(HEAD.to_owned()), Place::Index]);
        }
        let place = |text: &Option<String>| Place::parse(text.as_deref().unwrap_or_default());
        Ok([place(&self.old)?, place(&self.new)?])
    }

    /// What is staged has its two states, so all that is named restricts them.
    fn paths(&self) -> Vec<PathBuf> {
        let staged = [&self.old, &self.new].into_iter().flatten().filter(|_| self.staged);
        staged.map(PathBuf::from).chain(self.paths.iter().cloned()).collect()
    }
}

/// What is asked of a policy to tell whether it is widened, each behind a title.
fn asked<'i, 's>(pair: &Pair<'i, 's>, reference: &Reference) -> impl Iterator<Item = (String, Question<'i, 's>)> {
    let title = pair.title();
    let titles = [title.clone(), format!("{title}, beside other policies")];
    titles.into_iter().zip(pair.questions(State::New, reference))
}

/// How many inputs decide on who gets which role without being policies: of these a change is not told.
fn without_policies(inventory: &Inventory<'_>) -> Option<(usize, &'static str)> {
    let is_other =
        |form: &Form| matches!(form, Form::AwsCli(command) if command.starts_with("cognito") || command.ends_with("-provider"));
    let count = inventory.documents.iter().filter(|document| is_other(&document.form)).count();
    (count > 0).then_some((count, "pools and providers, which are not compared"))
}
