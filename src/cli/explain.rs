//! `rolecall explain`: what does this rule, name or error message mean?

use std::io::{self, Read as _};

use rolecall::reference::{KnownError, Reference, errors_like};
use rolecall::report::{Listing, human, json};
use rolecall::spelling::nearest;

use super::{Common, Ending, Exit, Failure, Format, output, reference, rules};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A rule (`guest-can-assume`), an action (`s3:GetObject`, `s3:Get*`), a service (`s3`), a condition key (`aws:PrincipalOrgID`), a
    /// resource type (`s3:object`), an ARN (`arn:aws:s3:::logs/*`), or an error message of AWS, with whatever stands around it; `-`
    /// reads it from standard input.
    name: String,
    /// How to tell it.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let reference = reference::load(reference)?;
    let read;
    let name = if args.name == "-" {
        read = standard_input()?;
        read.trim()
    } else {
        args.name.trim()
    };
    if let Some((theme, rule)) = rules::all().find(|(_, rule)| rule.name == name) {
        output::print(&match args.format {
            Format::Json => json::rule(theme, rule, &reference),
            Format::Human => rule.page.to_owned(),
        })?;
        return Ok(Exit::Fine);
    }
    let topics = reference.topics(name);
    if topics.is_empty() {
        let error = told(name, &reference)?;
        let title = error.text_in(name).unwrap_or(error.title());
        output::print(&match args.format {
            Format::Json => json::error(error, title),
            Format::Human => human::error(error, title, output::look(common.color)),
        })?;
        return Ok(Exit::Fine);
    }
    let listing = if common.verbose { Listing::All } else { Listing::Cut };
    output::print(&match args.format {
        Format::Json => json::topics(name, &topics, &reference),
        Format::Human => human::topics(name, &topics, &reference, listing, output::look(common.color)),
    })?;
    Ok(Exit::Fine)
}

/// More than any message; what is longer is a whole log.
const LONGEST: u64 = 1 << 20;

fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let done = io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    done.map_err(|error| Failure::new(format!("cannot read standard input: {}", output::reason(&error))))?;
    Ok(text)
}

/// The error that a message tells of. No failure repeats a message: people paste much around it.
fn told(text: &str, reference: &Reference) -> Result<&'static KnownError, Failure> {
    match errors_like(text).as_slice() {
        [only] => Ok(only),
        [] if text.is_empty() || text.contains(char::is_whitespace) => Err(Failure::with_help(
            "this is neither a rule, nor a name of AWS, nor an error message that is known",
            "give the message whole, as the SDK or the command line printed it",
        )),
        [] => Err(unknown(text, reference)),
        several => {
            let titles: Vec<String> = several.iter().map(|error| format!("`{}`", error.title().replace("{}", "…"))).collect();
            let message = format!("this fits {} errors", several.len());
            Err(Failure::with_help(message, format!("give the message whole; it may be one of {}", titles.join(", "))))
        }
    }
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
    let rule = || nearest(name, rules::all().map(|(_, rule)| rule.name)).map(str::to_owned);
    let meant: Vec<String> = if parts.is_none() { rule().into_iter().collect() } else { Vec::new() };
    let meant = if meant.is_empty() { reference.meant(name) } else { meant };
    let help = match meant.get(..SUGGESTIONS).unwrap_or(&meant) {
        shown @ [_, ..] => format!("did you mean `{}`?", shown.join("` or `")),
        [] if parts.is_none() => "`rolecall rules` lists the rules".to_owned(),
        [] => format!("{}; `--reference FILE` takes newer data", reference.as_of(parts.map_or("", |(prefix, _)| prefix))),
    };
    Failure::with_help(message, help)
}
