//! `rolecall completions`: what makes a shell complete the commands and flags.

use clap::builder::Resettable;
use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::{Generator, Shell as Known};
use clap_complete_nushell::Nushell;

use super::output::{print_bytes, reason};
use super::{Cli, Ending, Exit, Failure, version};

/// Prints a script that makes a shell complete the commands, flags and their values; `docs/install.md` tells where each shell takes it from.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Nushell,
    #[value(name = "powershell")]
    PowerShell,
    Elvish,
}

pub(super) fn run(args: &Args) -> Ending {
    let mut whole = Cli::command();
    // the arguments of each command too, which are put together late
    whole.build();
    let mut tree = shown(&whole);
    tree.set_bin_name("rolecall");
    tree.build();
    let generator: &dyn Generator = match args.shell {
        Shell::Bash => &Known::Bash,
        Shell::Zsh => &Known::Zsh,
        Shell::Fish => &Known::Fish,
        Shell::Nushell => &Nushell,
        Shell::PowerShell => &Known::PowerShell,
        Shell::Elvish => &Known::Elvish,
    };
    let mut script = Vec::new();
    let failure = |error| Failure::new(format!("cannot write the script: {}", reason(&error)));
    generator.try_generate(&tree, &mut script).map_err(failure)?;
    print_bytes(&script)?;
    Ok(Exit::Fine)
}

/// A command without the arguments and commands that its help hides, for the makers of scripts pass over nothing.
fn shown(command: &Command) -> Command {
    // the parser takes names that last as long as the program, and this one ends with the script
    let name: &'static str = Box::leak(command.get_name().to_owned().into_boxed_str());
    let own = Command::new(name)
        .about(Resettable::from(command.get_about().cloned()))
        // these are among the arguments
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .args(command.get_arguments().filter(|argument| !argument.is_hide_set()).cloned())
        .subcommands(command.get_subcommands().filter(|command| !command.is_hide_set()).map(shown));
    if command.get_version().is_some() { own.version(version()) } else { own }
}
