//! `rolecall who`: who can take this role?

use std::path::PathBuf;

use rolecall::inventory::Role;
use rolecall::pattern::{Mode, Unit, matches};
use rolecall::reach::takers;
use rolecall::report::{WhoCan, human, json, text};
use rolecall::simulate::World;
use rolecall::spelling::nearest;

use super::config::Loaded;
use super::input::{Assumed, gather_beside, gather_with};
use super::live::Live;
use super::simulate::take_stock;
use super::{Common, Ending, Exit, Failure, Format, output, reference};

/// Tells every kind of caller whom the trust policy lets in, each with one who gets through; and of whom that is not known.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The role: its name or ARN; `*` and `?` stand for any text and any character.
    #[arg(value_name = "ROLE")]
    role: String,
    /// Files and directories with roles, pools and providers. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    assumed: Assumed,
    #[command(flatten)]
    live: Live,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let inputs = gather_beside(args.live.texts()?, args.paths.is_empty(), || gather_with(&[], &args.paths, &Loaded::default()))?;
    for finding in &inputs.unreadable {
        output::warn(&format!("error: {}", text::escape(&finding.message)));
    }
    let inventory = args.assumed.inventory(&inputs, None)?;
    let unread = match take_stock(&inputs, &inventory, "nobody to ask about", common) {
        Ok(unread) => unread,
        Err(exit) => return Ok(exit),
    };
    let is_wild = args.role.contains(['*', '?']);
    let fits = |text: &str| matches(&[Unit::Wild(&args.role)], text, Mode::Like);
    let is_meant = |role: &&Role<'_>| if is_wild { fits(&role.name.shown()) || fits(&role.id()) } else { role.is(&args.role) };
    let roles: Vec<&Role<'_>> = inventory.roles.iter().filter(is_meant).collect();
    if roles.is_empty() {
        let names = inventory.roles.iter().filter_map(|role| role.name.known());
        let help = nearest(&args.role, names).map_or_else(
            || "`rolecall files` lists what was read; `rolecall who '*'` tells of every role".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        return Err(Failure::with_help(format!("no role `{}` among the inputs", args.role), help));
    }
    let reference = reference::load(reference)?;
    let world = World { inventory: &inventory, sources: &inputs.sources, reference: &reference };
    let answers: Vec<WhoCan<'_, '_>> = roles
        .into_iter()
        .map(|role| WhoCan { title: inventory.title(role).into_owned(), role, takers: takers(world, role) })
        .collect();
    output::print(&match args.format {
        Format::Human => human::who(&answers, &inputs.sources, output::look(common.color)),
        Format::Json => json::who(&answers, &unread, &inputs.sources),
    })?;
    Ok(Exit::Fine)
}
