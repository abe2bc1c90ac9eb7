//! `rolecall who`: who can take this role, or do this?

use std::path::PathBuf;

use rolecall::inventory::{Inventory, Role};
use rolecall::pattern::{Mode, Unit, matches};
use rolecall::reach::{Asked, reach, takers};
use rolecall::report::{WhoCan, WhoMay, human, json, text};
use rolecall::simulate::{Access, World};
use rolecall::spelling::nearest;

use super::config::Loaded;
use super::input::{Assumed, gather_beside, gather_with};
use super::live::Live;
use super::reach::{refuse_names, told};
use super::simulate::{take_stock, warn_of_names};
use super::{Common, Ending, Exit, Failure, Format, output, reference, time};

/// Of a role: tells every kind of caller whom the trust policy lets in, each with one who gets through; and of whom that is not known.
///
/// With `--action`: tells who can do that, through the roles that they reach, with the steps of each.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The role: its name or ARN; `*` and `?` stand for any text and any character. With `--action` there is none.
    #[arg(value_name = "ROLE", required_unless_present = "action")]
    role: Option<String>,
    /// Files and directories with roles, pools and providers. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Who can do this: `service:Name`.
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// To what: an ARN; `*` where it is not given.
    #[arg(long, value_name = "ARN", requires = "action")]
    resource: Option<String>,
    /// With `--action`: only these, as `rolecall reach --from` takes them. May be repeated.
    #[arg(long, value_name = "WHO", requires = "action")]
    from: Vec<String>,
    /// With `--action`: the time of the requests; now, where it is not given.
    #[arg(long, value_name = "TIME", requires = "action")]
    at: Option<String>,
    #[command(flatten)]
    assumed: Assumed,
    #[command(flatten)]
    live: Live,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let at = time(args.at.as_deref())?;
    if let Some(action) = args.action.as_ref().filter(|action| !action.contains(':')) {
        return Err(Failure::with_help(format!("`{action}` is no action"), "write its service before it: `s3:GetObject`"));
    }
    // what would be the role is a path where there is none
    let first = args.role.as_ref().filter(|_| args.action.is_some()).map(PathBuf::from);
    let paths: Vec<PathBuf> = first.into_iter().chain(args.paths.iter().cloned()).collect();
    let inputs =
        gather_beside(args.live.texts()?, paths.is_empty(), &Loaded::default(), || gather_with(&[], &paths, &Loaded::default()))?;
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
    let page = match (&args.action, &args.role) {
        (Some(action), _) => {
            let resource = args.resource.as_deref().unwrap_or("*");
            refuse_names(world, &args.from, &[])?;
            warn_of_names(&[Access { action, resource }], &reference);
            let reach = reach(world, Asked { at, from: &args.from, access: Some(Access { action, resource }) });
            let told =
                WhoMay { action: action.clone(), resource: resource.to_owned(), reached: told(&reach, &inventory, &paths) };
            match args.format {
                Format::Human => human::who_may(&told, &inputs.sources, output::look(common.color)),
                Format::Json => json::who_may(&told, &unread, &inputs.sources),
            }
        }
        (None, role) => {
            let answers = answers(world, roles(&inventory, role.as_deref().unwrap_or_default())?);
            let assumptions: Vec<String> = inventory.assumed().collect();
            match args.format {
                Format::Human => human::who(&answers, &assumptions, &inputs.sources, output::look(common.color)),
                Format::Json => json::who(&answers, &assumptions, &unread, &inputs.sources),
            }
        }
    };
    output::print(&page)?;
    Ok(Exit::Fine)
}

/// Who can take each of these roles.
pub(super) fn answers<'i, 's>(world: World<'i, 's>, roles: Vec<&'i Role<'s>>) -> Vec<WhoCan<'i, 's>> {
    let answer = |role| WhoCan { title: world.inventory.title(role).into_owned(), role, takers: takers(world, role) };
    roles.into_iter().map(answer).collect()
}

/// The roles that a name or pattern means.
pub(super) fn roles<'i, 's>(inventory: &'i Inventory<'s>, wanted: &str) -> Result<Vec<&'i Role<'s>>, Failure> {
    let is_wild = wanted.contains(['*', '?']);
    let fits = |text: &str| matches(&[Unit::Wild(wanted)], text, Mode::Like);
    let is_meant = |role: &&Role<'_>| if is_wild { fits(&role.name.shown()) || fits(&role.id()) } else { role.is(wanted) };
    let roles: Vec<&Role<'_>> = inventory.roles.iter().filter(is_meant).collect();
    if roles.is_empty() {
        let names = inventory.roles.iter().filter_map(|role| role.name.known());
        let help = nearest(wanted, names).map_or_else(
            || "`rolecall files` lists what was read; `rolecall who '*'` tells of every role".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        return Err(Failure::with_help(format!("no role `{wanted}` among the inputs"), help));
    }
    Ok(roles)
}
