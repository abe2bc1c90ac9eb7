//! `rolecall man`: the manual pages.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use rolecall::reference::Reference;

use super::output::{self, print_bytes, reason};
use super::{Cli, Ending, Exit, Failure};

/// Prints the manual page of rolecall, or writes one of it and of each command into a folder.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Write the pages of rolecall and of each command into this folder, which is made where it is not there.
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Ending {
    let mut tree = Cli::command();
    // the arguments of each command too, which are put together late
    tree.build();
    let Some(folder) = &args.output else {
        print_bytes(&page(&tree)?)?;
        return Ok(Exit::Fine);
    };
    let failure = |error| Failure::new(format!("cannot make `{}`: {}", folder.to_string_lossy(), reason(&error)));
    fs::create_dir_all(folder).map_err(failure)?;
    let mut open = vec![&tree];
    while let Some(command) = open.pop() {
        write(folder, command)?;
        open.extend(command.get_subcommands());
    }
    Ok(Exit::Fine)
}

fn write(folder: &Path, command: &Command) -> Result<(), Failure> {
    let file = folder.join(format!("{}.1", name(command)));
    output::write_bytes(&file, &page(command)?)
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let man = Man::new(command.clone()).title(name(command)).date(Reference::date());
    let failure = |error| Failure::new(format!("cannot write the page of `{}`: {}", name(command), reason(&error)));
    man.source(concat!("rolecall ", env!("CARGO_PKG_VERSION"))).manual("rolecall").render(&mut page).map_err(failure)?;
    Ok(page)
}

/// `rolecall`, `rolecall-check`.
fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}
