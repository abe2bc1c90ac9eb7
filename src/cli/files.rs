//! `rolecall files`: what would be read, as what, and what not?

use std::path::PathBuf;

use rolecall::policy::PolicyKind;
use rolecall::report::{Listing, human, json};

use super::check::kind;
use super::input::{gather, tell_unread};
use super::{Common, Ending, Exit, Format, config, output};

/// Hidden files and those that an ignore file names are not looked for, and not listed.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories; `-` is standard input. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to list them.
    #[arg(long, default_value = "human")]
    format: Format,
    /// What the policies are attached to, where that cannot be told from what they say.
    #[arg(long, value_parser = kind())]
    kind: Option<PolicyKind>,
    /// Look at the policies in the fences of Markdown, too.
    #[arg(long)]
    markdown: bool,
    /// The name to show for standard input.
    #[arg(long, value_name = "PATH")]
    stdin_path: Option<String>,
}

pub(super) fn run(args: &Args, config: &config::Args, common: Common) -> Ending {
    let mut loaded = config::load(config)?;
    loaded.config.check.markdown |= args.markdown;
    let inputs = gather(&args.paths, args.stdin_path.as_deref(), &loaded)?;
    let inventory = inputs.inventory(args.kind);
    let listed = inputs.listed(&inventory);
    let unread = tell_unread(&inventory, &inputs.sources, common);
    output::print(&match args.format {
        Format::Human => {
            human::files(&listed, if common.verbose { Listing::All } else { Listing::Cut }, output::look(common.color))
        }
        Format::Json => json::files(&listed, &unread, &inputs.sources),
    })?;
    Ok(if inputs.all_unreadable() { Exit::Failed } else { Exit::Fine })
}
