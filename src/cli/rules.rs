//! `rolecall rules`: what is checked?

use rolecall::config::Known;
use rolecall::finding::Severity;
use rolecall::lint::Rule;
use rolecall::report::{json, text};
use rolecall::rules;

use super::{Common, Ending, Exit, Format, output};

/// The finding for what cannot be read. It is no matter of policy, so no page of the rules shows it.
pub(super) static UNREADABLE: Rule = Rule {
    name: "unreadable-input",
    severity: Severity::Error,
    page: "# unreadable-input\n\nA file or directory that was to be checked cannot be read, so nothing is known about what is in it.\n\n\
           The other inputs are checked all the same. Make it readable, or leave it out of the paths to check.\n",
};

#[derive(clap::Args, Debug)]
pub(super) struct ListArgs {
    /// How to list them.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn list(args: &ListArgs, common: Common) -> Ending {
    output::print(&match args.format {
        Format::Json => json::rules(all()),
        Format::Human => {
            let look = output::look(common.color);
            let column = all().map(|(_, rule)| rule.name.len()).max().unwrap_or(0);
            let mut table = String::new();
            for (theme, rule) in all() {
                let head = format!("{:column$}  {:7}  {:6}  ", rule.name, theme.unwrap_or(""), rule.severity.name());
                let painted = text::paint(&head, text::Colour::Bold, look.colour);
                text::push_hanging(&mut table, &head, &painted, &rule.summary(), look.width);
            }
            table
        }
    })?;
    Ok(Exit::Fine)
}

/// Everything that a finding can be of, with its theme; what could not be read is no matter of policy, and of none.
pub(super) fn all() -> impl Iterator<Item = (Option<&'static str>, &'static Rule)> {
    rules::themed().map(|(theme, rule)| (Some(theme), rule)).chain([(None, &UNREADABLE)])
}

/// The names that stand for rules: their own, and those of their themes.
pub(super) fn known() -> Known {
    let mut themes: Vec<&str> = all().filter_map(|(theme, _)| theme).collect();
    themes.dedup();
    Known { rules: all().map(|(_, rule)| rule.name).collect(), themes }
}
