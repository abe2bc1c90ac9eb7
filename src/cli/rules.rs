//! `rolecall rules` and `rolecall explain`: what is checked, and what does it mean?

use rolecall::lint::Rule;
use rolecall::report::{self, json, text};
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
    all().find(|rule| rule.name == name).ok_or_else(|| {
        let help = nearest(name, all().map(|rule| rule.name))
            .map_or_else(|| "`rolecall rules` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
        Failure::with_help(format!("there is no rule `{name}`"), help)
    })
}

pub(super) fn list(args: &ListArgs, common: Common) -> Ending {
    output::print(&match args.format.into() {
        report::Format::Json => json::rules(all()),
        report::Format::Human => {
            let look = output::look(common.color);
            let column = all().map(|rule| rule.name.len()).max().unwrap_or(0);
            let mut table = String::new();
            for rule in all() {
                let head = format!("{:column$}  {:6}  ", rule.name, rule.severity.name());
                let painted = text::paint(&head, text::Colour::Bold, look.colour);
                text::push_hanging(&mut table, &head, &painted, &rule.summary(), look.width);
            }
            table
        }
    })?;
    Ok(Exit::Fine)
}

/// Everything that a finding can be of.
fn all() -> impl Iterator<Item = &'static Rule> {
    rules::all().chain([&UNREADABLE])
}
