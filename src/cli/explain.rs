//! `rolecall explain`: what does this rule, name or error message mean?

use std::io::{self, Read as _};
use std::path::PathBuf;

use rolecall::reference::{KnownError, Reference, errors_like};
use rolecall::report::{Diagnosed, Listing, Unread, human, json, text};
use rolecall::simulate::{self, Question, World};
use rolecall::source::Sources;
use rolecall::spelling::nearest;

use super::config::Loaded;
use super::input::{gather, tell_unread};
use super::login::{How, Who, refuse_names, refuse_roles};
use super::simulate::{access, context, warn_of_faults};
use super::{Common, Ending, Exit, Failure, Format, output, reference, rules, time};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A rule (`guest-can-assume`), an action (`s3:GetObject`, `s3:Get*`), a service (`s3`), a condition key (`aws:PrincipalOrgID`), a
    /// resource type (`s3:object`), an ARN (`arn:aws:s3:::logs/*`), or an error message of AWS, with whatever stands around it; `-`
    /// reads it from standard input.
    name: String,
    /// Files and directories with policies, roles, groups and pools: the login is sent through the gates, to tell which causes of the
    /// error hold.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to tell it.
    #[arg(long, default_value = "human")]
    format: Format,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    how: How,
    /// The time of the request; now, where it is not given.
    #[arg(long, value_name = "TIME", help_heading = "How")]
    at: Option<String>,
    /// What is then done with the credentials: `service:Name`. May be repeated.
    #[arg(long, value_name = "ACTION", help_heading = "What then")]
    action: Vec<String>,
    /// On what: an ARN. Once for all actions, or once for each.
    #[arg(long, value_name = "ARN", requires = "action", help_heading = "What then")]
    resource: Vec<String>,
    /// A condition key of the request. May be repeated, also for a key with several values.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "What then")]
    context: Vec<String>,
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
        refuse_paths(args)?;
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
        return explain_error(args, error, title, &reference, common);
    }
    refuse_paths(args)?;
    output::print(&match args.format {
        Format::Json => json::topics(name, &topics, &reference),
        Format::Human => human::topics(name, &topics, &reference, listing(common), output::look(common.color)),
    })?;
    Ok(Exit::Fine)
}

fn listing(common: Common) -> Listing {
    if common.verbose { Listing::All } else { Listing::Cut }
}

/// Files are asked of an error only.
fn refuse_paths(args: &Args) -> Result<(), Failure> {
    let message = "paths are given, and what is to be explained is no error message";
    if args.paths.is_empty() { Ok(()) } else { Err(Failure::with_help(message, "put a message of several words in quotes")) }
}

/// Tells what may be behind an error and, with paths, what of it holds.
fn explain_error(args: &Args, error: &KnownError, title: &str, reference: &Reference, common: Common) -> Ending {
    let show = |logins: &[Diagnosed<'_, '_>], unread: &[Unread], sources: &Sources| match args.format {
        Format::Json => json::error(error, title, logins, (unread, sources)),
        Format::Human => human::error(error, title, logins, listing(common), output::look(common.color)),
    };
    if args.paths.is_empty() || error.gates.is_empty() {
        if !args.paths.is_empty() {
            output::warn("warning: no sign-in meets this error, so nothing is asked of the paths");
        }
        output::print(&show(&[], &[], &Sources::new()))?;
        return Ok(Exit::Fine);
    }
    let access = access(&args.action, &args.resource)?;
    let context = context(&args.context)?;
    let at = time(args.at.as_deref())?;
    let tokens = args.who.tokens()?;
    let inputs = gather(&args.paths, None, &Loaded::default())?;
    for finding in &inputs.unreadable {
        output::warn(&format!("error: {}", text::escape(&finding.message)));
    }
    let inventory = inputs.inventory(None);
    warn_of_faults(&inputs.sources, &inventory);
    let (stock, passed_over) = inputs.stock(&inventory);
    output::tell_passed_over(&passed_over, common);
    let unread = tell_unread(&inventory, &inputs.sources, common);
    if stock.looked_at == 0 {
        output::warn("error: nothing to simulate with: no policy, role or pool was recognised");
        return Ok(if inputs.all_unreadable() { Exit::Failed } else { Exit::Nothing });
    }
    refuse_names(&args.how, &inventory)?;
    let world = World { inventory: &inventory, sources: &inputs.sources, reference };
    let subjects = args.who.subjects(tokens, &inventory)?;
    refuse_roles(&args.how, &subjects, &inventory, at)?;
    let mut logins: Vec<Diagnosed<'_, '_>> = Vec::new();
    let diagnosed = |subject: String, question: &Question<'_>, simulation| {
        let holds = error.causes.iter().map(|cause| simulate::holds(world, question, &simulation, cause)).collect();
        Diagnosed { subject, simulation, holds }
    };
    for subject in &subjects {
        let question = Question { access: access.clone(), context: context.clone(), ..subject.question(&args.how, at) };
        let simulation = simulate::simulate(world, &question);
        if simulation.pools.is_empty() {
            logins.push(diagnosed(subject.name.clone(), &question, simulation));
            continue;
        }
        // where several pools fit, each answers
        for pool in simulation.pools {
            let id = pool.id.shown();
            let name = format!("{} at identity pool `{}`", subject.name, pool.name.as_ref().unwrap_or(&pool.id).shown());
            let question = Question { pool: Some(&id), ..question.clone() };
            let simulation = simulate::simulate(world, &question);
            logins.push(diagnosed(name, &question, simulation));
        }
    }
    output::print(&show(&logins, &unread, &inputs.sources))?;
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

fn is_every(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'*')
}

/// How many names to suggest.
const SUGGESTIONS: usize = 4;

/// Why nothing can be told of a name, and which one may have been meant.
fn unknown(name: &str, reference: &Reference) -> Failure {
    let parts = name.split_once(':');
    let message = match parts {
        _ if name.starts_with("arn:") => format!("no resource type has ARNs like `{name}`"),
        None if is_every(name) => format!("`{name}` stands for every action, and for every resource"),
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
        _ if is_every(name) => "ask for those of one service, as `s3:*`".to_owned(),
        shown @ [_, ..] => format!("did you mean `{}`?", shown.join("` or `")),
        [] if parts.is_none() => "`rolecall rules` lists the rules".to_owned(),
        [] => format!("{}; `--reference FILE` takes newer data", reference.as_of(parts.map_or("", |(prefix, _)| prefix))),
    };
    Failure::with_help(message, help)
}
