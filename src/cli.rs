//! What a user types: the commands, what they have in common, and how they end.

mod adopt;
mod baseline;
mod check;
mod claims;
mod completions;
mod config;
mod diff;
mod explain;
mod files;
mod fix;
mod input;
mod judge;
mod later;
mod live;
mod login;
mod lsp;
mod man;
mod output;
mod pull;
mod reach;
mod reference;
mod rules;
mod secret;
mod simulate;
mod test;
mod token;
mod walk;
mod who;
mod whole;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand, ValueEnum};

use rolecall::policy::Instant;
use rolecall::reference::Reference;
use rolecall::report::text;

use later::Later;

/// Lints AWS IAM trust and permission policies, and simulates web-identity and Cognito role selection, offline.
#[derive(Parser, Debug)]
#[command(name = "rolecall", version = version(), max_term_width = 100, infer_long_args = false, disable_help_subcommand = true)]
struct Cli {
    /// Tell more: what was not looked at and why, every gate, the token that STS sees.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Whether to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: When,
    #[command(flatten)]
    config: config::Args,
    #[command(flatten)]
    reference: reference::Args,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Finds what is wrong in policies, roles and pools.
    Check(Later<check::Args>),
    /// Tells which role a sign-in gets, why, and what it may then do; or whether a principal may do something.
    Simulate(Later<simulate::Args>),
    /// Tells which policies a change widened or narrowed, with a request that is now allowed and was not.
    Diff(Later<diff::Args>),
    /// Tells who can take a role: every kind of caller, with one who gets through.
    Who(Later<who::Args>),
    /// Tells which subjects reach which roles: guests, groups, outsiders and principals, with the steps of each way.
    Reach(Later<reach::Args>),
    /// Asks the questions of expectation files, and fails where an answer is another than expected.
    Test(Later<test::Args>),
    /// Tells what is in a token, what takes it, and which of its claims a policy can see.
    Token(Later<token::Args>),
    /// Tells what the token of a job, a pod or a user will say, and the trust policy that lets it in.
    Claims(Later<claims::Args>),
    /// Writes what a live account holds into a folder that the other commands read.
    Pull(Later<pull::Args>),
    /// Writes a `rolecall.toml` in which every key stands in a comment.
    Init(Later<adopt::InitArgs>),
    /// Adds a row to the configuration: a finding that is not to be reported, and why.
    Ignore(Later<adopt::IgnoreArgs>),
    /// Tells which configuration holds, and what may stand in one.
    Config(Later<config::ShowArgs>),
    /// Writes down what is found now, so that `check` reports only what is new.
    Baseline(Later<baseline::Args>),
    /// Lists what `check` would read, as what, and what not and why.
    Files(Later<files::Args>),
    /// Prints the page of a rule, what is known of an action, a service, a condition key, a resource type or an ARN, or what may be behind an
    /// error message.
    Explain(Later<explain::Args>),
    /// Lists the rules.
    Rules(Later<rules::ListArgs>),
    /// Prints a script that makes a shell complete commands, flags and their values.
    Completions(Later<completions::Args>),
    /// Prints the manual page, or writes one for each command.
    Man(Later<man::Args>),
    /// Tells an editor the same of what is open in it.
    Lsp(Later<lsp::Args>),
}

/// When to do something that fits terminals only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum When {
    /// On a terminal; `NO_COLOR` and `FORCE_COLOR` count.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// What ends a run: the exit code, or why it could not run.
type Ending = Result<Exit, Failure>;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Exit {
    /// Nothing to complain about.
    Fine = 0,
    /// Findings, or another answer than the expected one.
    Found = 1,
    /// It could not run.
    Failed = 2,
    /// Nothing was recognised.
    Nothing = 3,
}

/// Why the tool could not run.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Failure {
    message: String,
    help: Option<String>,
}

/// What every command is told.
#[derive(Clone, Copy, Debug)]
struct Common {
    verbose: bool,
    color: When,
}

/// Runs the tool on the arguments of the process.
pub(crate) fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let ending = match secret::refuse(&arguments) {
        Some(failure) => Err(failure),
        None => match Cli::try_parse_from(&arguments) {
            Ok(cli) => dispatch(cli),
            Err(error) => return usage(&telling(error, &arguments), &arguments),
        },
    };
    let exit = ending.unwrap_or_else(|failure| {
        output::complain(&failure);
        Exit::Failed
    });
    ExitCode::from(exit as u8)
}

fn dispatch(cli: Cli) -> Ending {
    let common = Common { verbose: cli.verbose, color: cli.color };
    match cli.command {
        Command::Check(args) => check::run(&args, &cli.config, &cli.reference, common),
        Command::Simulate(args) => simulate::run(&args, &cli.reference, common),
        Command::Diff(args) => diff::run(&args, &cli.reference, common),
        Command::Who(args) => who::run(&args, &cli.reference, common),
        Command::Reach(args) => reach::run(&args, &cli.reference, common),
        Command::Test(args) => test::run(&args, &cli.reference, common),
        Command::Token(args) => token::run(&args, common),
        Command::Claims(args) => claims::run(&args, common),
        Command::Pull(args) => pull::run(&args, common),
        Command::Init(args) => adopt::init(&args),
        Command::Ignore(args) => adopt::ignore(&args, &cli.config),
        Command::Config(args) => config::run(&args, &cli.config, common),
        Command::Baseline(args) => baseline::run(&args, &cli.config, &cli.reference),
        Command::Files(args) => files::run(&args, &cli.config, common),
        Command::Explain(args) => explain::run(&args, &cli.reference, common),
        Command::Rules(args) => rules::list(&args, common),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Lsp(args) => lsp::run(&args, &cli.config, &cli.reference, common),
    }
}

/// The version of the tool, with the day of what it knows of services.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| format!("{} (service data of {})", env!("CARGO_PKG_VERSION"), Reference::date()))
}

/// The time of this run.
fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// The time that `--at` names; that of this run, where it is not given.
fn time(text: Option<&str>) -> Result<Instant, Failure> {
    let Some(text) = text else { return Ok(now()) };
    Instant::parse(text).ok_or_else(|| {
        Failure::with_help(
            format!("`--at {text}` is no point in time"),
            "write `2026-11-23`, `2026-11-23T21:00Z`, or seconds since 1970",
        )
    })
}

/// The same error in words that may be printed: what was typed may hold anything.
fn telling(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let safe = |argument: &OsString| text::escape(&argument.to_string_lossy()).into_owned();
    if arguments.iter().all(|argument| safe(argument).as_str() == argument) {
        return error;
    }
    Cli::try_parse_from(arguments.iter().map(safe)).err().unwrap_or(error)
}

/// Prints what clap has to say: help on standard output, or what is wrong with the arguments.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let code = if error.use_stderr() { Exit::Failed } else { Exit::Fine };
    match secret::redact(&error.to_string(), arguments) {
        Some(redacted) => output::warn(redacted.trim_end()),
        // a closed stream is no reason to complain about the complaint
        None => drop(error.print()),
    }
    ExitCode::from(code as u8)
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()) }
    }
}
