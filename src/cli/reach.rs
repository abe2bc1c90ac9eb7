//! `rolecall reach`: which subjects reach which roles?

use std::path::PathBuf;

use clap::ValueEnum;

use rolecall::inventory::Inventory;
use rolecall::reach::{ADMINISTRATOR, Asked, Reach, Target, closings, everybody, reach};
use rolecall::report::{Reached, html, human, json, text};
use rolecall::simulate::World;
use rolecall::source::Sources;
use rolecall::spelling::nearest;

use super::config::Loaded;
use super::input::{Assumed, gather_beside, gather_with};
use super::live::Live;
use super::simulate::take_stock;
use super::{Common, Ending, Exit, Failure, output, reference, time};

/// Tells which subjects reach which roles, over every way that the inputs leave open, and the steps of each way.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories with roles, groups, pools and providers. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only from whom: `guest`, `user`, `group:NAME`, `foreign-pool`, `anyone`, the phrase that the table shows, or a pattern with `*`. May be
    /// repeated.
    #[arg(long, value_name = "WHO")]
    from: Vec<String>,
    /// Only to this role: a name, an ARN, a pattern with `*`, or `administrator`. May be repeated.
    #[arg(long, value_name = "ROLE")]
    to: Vec<String>,
    /// The time of the requests; now, where it is not given.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    assumed: Assumed,
    #[command(flatten)]
    live: Live,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// One page to hand on.
    Html,
}

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let at = time(args.at.as_deref())?;
    let inputs = gather_beside(args.live.texts()?, args.paths.is_empty(), &Loaded::default(), || {
        gather_with(&[], &args.paths, &Loaded::default())
    })?;
    for finding in &inputs.unreadable {
        output::warn(&format!("error: {}", text::escape(&finding.message)));
    }
    let inventory = args.assumed.inventory(&inputs, None)?;
    let unread = match take_stock(&inputs, &inventory, "nobody to ask about", common) {
        Ok(unread) => unread,
        Err(exit) => return Ok(exit),
    };
    let reference = reference::load(reference)?;
    let world = World { inventory: &inventory, sources: &inputs.sources, reference: &reference };
    let asked = Asked { at, from: &args.from, access: None };
    refuse_names(world, &args.from, &args.to)?;
    let reach = reach(world, asked);
    let mut told = told(&reach, &inventory, &args.paths);
    told.columns.retain(|&at| args.to.is_empty() || reach.targets.get(at).is_some_and(|own| args.to.iter().any(|to| own.is(to))));
    told.reasons = !args.from.is_empty() || !args.to.is_empty() || common.verbose;
    let cells: Vec<(usize, usize)> = told.reached().collect();
    let rebuild = of_any_texts(|sources| args.assumed.again(&inputs, sources));
    told.closes = inputs.size() <= LARGEST && cells.len() * reach.targets.len() <= MOST_CELLS;
    if told.closes {
        told.closings = cells.into_iter().map(|at| (at, closings(world, &reach, at, asked, &rebuild))).collect();
    }
    output::print(&match args.format {
        Format::Human => human::reach(&told, &inputs.sources, output::look(common.color)),
        Format::Json => json::reach(&told, &unread, &inputs.sources),
        Format::Html => html::reach(&told, &inputs.sources),
    })?;
    Ok(Exit::Fine)
}

/// Each way is asked again with each edit, and for that all is read again: in inputs of so many bytes at most, and for so many ways times
/// roles.
const LARGEST: usize = 1 << 20;
const MOST_CELLS: usize = 1000;

/// Lets the compiler see that the stock is of the texts that are given.
fn of_any_texts<F: for<'x> Fn(&'x Sources) -> Inventory<'x>>(rebuild: F) -> F {
    rebuild
}

/// All of it, without reasons and without what closes a way.
pub(super) fn told<'r, 'i, 's>(reach: &'r Reach<'i, 's>, inventory: &Inventory<'_>, paths: &[PathBuf]) -> Reached<'r, 'i, 's> {
    Reached {
        titles: reach.targets.iter().map(|target| target.title(inventory)).collect(),
        columns: (0..reach.targets.len()).collect(),
        reasons: false,
        inputs: paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        closes: true,
        closings: Vec::new(),
        reach,
    }
}

/// Refuses names that stand for nobody, or for no role.
pub(super) fn refuse_names(world: World<'_, '_>, from: &[String], to: &[String]) -> Result<(), Failure> {
    if !from.is_empty() {
        let all = everybody(world, from);
        if let Some(wanted) = from.iter().find(|own| !all.iter().any(|subject| subject.is(own)) && **own != "anyone") {
            let words = all.iter().flat_map(|subject| &subject.words).map(String::as_str);
            let help = nearest(wanted, words).map_or_else(
                || "without `--from` all are listed who start".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            return Err(Failure::with_help(format!("nobody `{wanted}` among those who start"), help));
        }
    }
    let roles = &world.inventory.roles;
    let is_known = |own: &str| own == ADMINISTRATOR || roles.iter().any(|role| Target::Role(role).is(own));
    match to.iter().find(|own| !is_known(own)) {
        Some(wanted) => {
            let help = nearest(wanted, roles.iter().filter_map(|role| role.name.known()))
                .map_or_else(|| "`rolecall files` lists what was read".to_owned(), |meant| format!("did you mean `{meant}`?"));
            Err(Failure::with_help(format!("no role `{wanted}` among the inputs"), help))
        }
        None => Ok(()),
    }
}
