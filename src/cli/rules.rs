//! `rolecall rules` and `rolecall explain`: what is checked, and what does it mean?

use rolecall::config::Known;
use rolecall::lint::Rule;
use rolecall::report::{json, text};
use rolecall::rules;
use rolecall::spelling::nearest;

use super::input::UNREADABLE;
use super::{Common, Ending, Exit, Failure, Format, output};

#[derive(clap::Args, Debug)]
pub(super) struct ExplainArgs {
    /// The name of a rule, as it stands in brackets in a finding.
    rule: String,
}

#[derive(clap::Args, Debug)]
pub(super) struct ListArgs {
    /// How to list them.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn explain(args: &ExplainArgs) -> Ending {
    output::print(named(&args.rule)?.page)?;
    Ok(Exit::Fine)
}

/// The rule of this name; where there is none, the failure tells which may have been meant.
pub(super) fn named(name: &str) -> Result<&'static Rule, Failure> {
    let mut rules = all().map(|(_, rule)| rule);
    rules.find(|rule| rule.name == name).ok_or_else(|| {
        let help = nearest(name, all().map(|(_, rule)| rule.name))
            .map_or_else(|| "`rolecall rules` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
        Failure::with_help(format!("there is no rule `{name}`"), help)
    })
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
