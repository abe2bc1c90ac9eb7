//! `rolecall completions`: what makes a shell complete the commands and flags.

use clap::{CommandFactory as _, ValueEnum};
use clap_complete::{Generator, Shell as Known};
use clap_complete_nushell::Nushell;

use super::output::{print_bytes, reason};
use super::{Cli, Ending, Exit, Failure};

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
    let mut tree = Cli::command();
    tree.set_bin_name("rolecall");
    // the arguments of each command too, which are put together late
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The scripts would show it: those who make them pass nothing over.
    #[test]
    fn nothing_is_hidden() {
        let mut tree = Cli::command();
        tree.build();
        let mut open = vec![&tree];
        while let Some(command) = open.pop() {
            assert!(!command.is_hide_set(), "{}", command.get_name());
            assert!(command.get_arguments().all(|argument| !argument.is_hide_set()), "{}", command.get_name());
            open.extend(command.get_subcommands());
        }
    }
}
