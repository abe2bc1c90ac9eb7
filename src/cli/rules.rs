//! `rolecall rules` and `rolecall explain`: what is checked, and what does a name mean?

use rolecall::config::Known;
use rolecall::finding::Severity;
use rolecall::lint::Rule;
use rolecall::reference::Reference;
use rolecall::report::{Listing, human, json, text};
use rolecall::rules;
use rolecall::spelling::nearest;

use super::{Common, Ending, Exit, Failure, Format, output, reference};

/// The finding for what cannot be read. It is no matter of policy, so no page of the rules shows it.
pub(super) static UNREADABLE: Rule = Rule {
    name: "unreadable-input",
    severity: Severity::Error,
    page: "# unreadable-input\n\nA file or directory that was to be checked cannot be read, so nothing is known about what is in it.\n\n\
           The other inputs are checked all the same. Make it readable, or leave it out of the paths to check.\n",
};

#[derive(clap::Args, Debug)]
pub(super) struct ExplainArgs {
    /// A rule (`guest-can-assume`), an action (`s3:GetObject`, `s3:Get*`), a service (`s3`), a condition key (`aws:PrincipalOrgID`), a
    /// resource type (`s3:object`) or an ARN (`arn:aws:s3:::logs/*`).
    name: String,
    /// How to tell it.
    #[arg(long, default_value = "human")]
    format: Format,
}

#[derive(clap::Args, Debug)]
pub(super) struct ListArgs {
    /// How to list them.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn explain(args: &ExplainArgs, reference: &reference::Args, common: Common) -> Ending {
    let reference = reference::load(reference)?;
    let name = args.name.trim();
    if let Some((theme, rule)) = all().find(|(_, rule)| rule.name == name) {
        output::print(&match args.format {
            Format::Json => json::rule(theme, rule, &reference),
            Format::Human => rule.page.to_owned(),
        })?;
        return Ok(Exit::Fine);
    }
    let topics = reference.topics(name);
    if topics.is_empty() {
        return Err(unknown(name, &reference));
    }
    let listing = if common.verbose { Listing::All } else { Listing::Cut };
    output::print(&match args.format {
        Format::Json => json::topics(name, &topics, &reference),
        Format::Human => human::topics(name, &topics, &reference, listing, output::look(common.color)),
    })?;
    Ok(Exit::Fine)
}

/// How many names to suggest.
const SUGGESTIONS: usize = 4;

/// Why nothing can be told of a name, and which one may have been meant.
fn unknown(name: &str, reference: &Reference) -> Failure {
    let parts = name.split_once(':');
    let message = match parts {
        _ if name.starts_with("arn:") => format!("no resource type has ARNs like `{name}`"),
        None => format!("there is no rule and no service `{name}`"),
        Some((prefix, own)) => match reference.service(prefix) {
            Some(service) if own.contains(['*', '?']) => format!("`{}` has no action like `{own}`", service.prefix()),
            Some(service) => format!("`{}` has no action, resource type or condition key `{own}`", service.prefix()),
            None if reference.has_keys_of(prefix) => format!("there is no condition key `{name}`"),
            None => format!("there is no service `{prefix}`"),
        },
    };
    let rule = || nearest(name, all().map(|(_, rule)| rule.name)).map(str::to_owned);
    let meant: Vec<String> = if parts.is_none() { rule().into_iter().collect() } else { Vec::new() };
    let meant = if meant.is_empty() { reference.meant(name) } else { meant };
    let help = match meant.get(..SUGGESTIONS).unwrap_or(&meant) {
        shown @ [_, ..] => format!("did you mean `{}`?", shown.join("` or `")),
        [] if parts.is_none() => "`rolecall rules` lists the rules".to_owned(),
        [] => format!("{}; `--reference FILE` takes newer data", reference.as_of(parts.map_or("", |(prefix, _)| prefix))),
    };
    Failure::with_help(message, help)
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
