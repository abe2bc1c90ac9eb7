//! `rolecall simulate`: which role, why, and what then? Or, of any principal: may it do that?

mod principal;

use std::path::PathBuf;

use clap::ValueEnum;

use rolecall::finding::Fault;
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::PolicyKind;
use rolecall::reference::Reference;
use rolecall::repair;
use rolecall::report::{Detail, Simulated, Unread, human, json, text};
use rolecall::simulate::{self, Access, Outcome, Question, World};
use rolecall::source::{SourceId, Sources, Span};
use rolecall::syntax::SyntaxFault;

use super::config::Loaded;
use super::input::{Assumed, Inputs, gather_beside, gather_with, tell_unread};
use super::live::Live;
use super::login::{How, Subject, Who, refuse_names, refuse_roles};
use super::{Common, Ending, Exit, Failure, Format, output, reference, time};

/// Without any of the options on who signs in, every subject of the inputs is tried: each group, all groups together,
/// a user in no group, a guest.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories with policies, roles, groups and pools. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    who: Who,

    /// No sign-in: this caller asks, and all policies that were given are weighed. The ARN of a user, role, session or root user, an
    /// account id, `service:NAME`, `federated:HOST-OR-ARN`, `canonical:ID`, or `anonymous`.
    #[arg(
        long,
        value_name = "PRINCIPAL",
        requires = "action",
        conflicts_with_all = [
            "who", "login", "token_insecure_arg", "linked_token", "pre_token", "client", "pool", "pool_account", "flow", "custom_role", "role", "session_name", "duration",
            "then_role", "clock_tolerance", "expect_role",
        ],
        help_heading = "Who asks, without a sign-in"
    )]
    principal: Option<String>,
    #[command(flatten)]
    place: principal::Place,
    /// A policy of a kind that its text does not tell: `scp=FILE`, `boundary=FILE`, `session=FILE`. May be repeated.
    #[arg(
        long,
        value_name = "KIND=FILE",
        requires = "principal",
        value_parser = principal::policy_file,
        help_heading = "Who asks, without a sign-in"
    )]
    policy: Vec<(PolicyKind, PathBuf)>,

    #[command(flatten)]
    how: How,
    /// The time of the request; now, where it is not given.
    #[arg(long, value_name = "TIME", help_heading = "How")]
    at: Option<String>,

    /// What is then to be done: `service:Name`. May be repeated.
    #[arg(long, value_name = "ACTION", help_heading = "What then")]
    action: Vec<String>,
    /// To what: an ARN. One for all actions, or one for each; `*` where it is not given.
    #[arg(long, value_name = "ARN", requires = "action", help_heading = "What then")]
    resource: Vec<String>,
    /// A condition key of the request. May be repeated; one key several times is a list.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "What then")]
    context: Vec<String>,

    #[command(flatten)]
    assumed: Assumed,
    #[command(flatten)]
    live: Live,
    /// How to report.
    #[arg(long, default_value = "human", help_heading = "Answer")]
    format: Format,
    /// Fail unless this is the answer.
    #[arg(long, value_name = "ANSWER", help_heading = "Answer")]
    expect: Option<Expected>,
    /// Fail unless this role is got: a name or an ARN.
    #[arg(long, value_name = "ROLE", help_heading = "Answer")]
    expect_role: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Expected {
    Allowed,
    Denied,
    /// With `--principal`: what must allow does not.
    DeniedImplicit,
    /// With `--principal`: a statement denies.
    DeniedExplicit,
    Undecided,
    Error,
}

pub(super) fn run(args: &Args, reference: &reference::Args, common: Common) -> Ending {
    let caller = args.principal.as_deref().map(|name| Ok((name, principal::caller(name)?))).transpose()?;
    if caller.is_some() {
        principal::refuse(args)?;
    } else if let Some(expected @ (Expected::DeniedImplicit | Expected::DeniedExplicit)) = args.expect {
        let help = "expect `denied`, or ask by `--principal`";
        return Err(Failure::with_help(format!("a sign-in is not `{}`", expected.name()), help));
    }
    let access = access(&args.action, &args.resource)?;
    let reference = reference::load(reference)?;
    warn_of_names(&access, &reference);
    let context = context(&args.context)?;
    let at = time(args.at.as_deref())?;
    let tokens = args.who.tokens()?;
    let names_nothing = args.paths.is_empty() && args.policy.is_empty();
    let inputs = gather_beside(args.live.texts()?, names_nothing, &Loaded::default(), || {
        gather_with(&args.policy, &args.paths, &Loaded::default())
    })?;
    for finding in &inputs.unreadable {
        output::warn(&format!("error: {}", text::escape(&finding.message)));
    }
    if caller.is_some() && !inputs.unreadable.is_empty() {
        // a policy that cannot be read may be the one that denies
        return Ok(Exit::Failed);
    }
    let inventory = args.assumed.inventory(&inputs, None)?;
    principal::refuse_empty(&args.policy, &inputs, &inventory)?;
    let unread = match take_stock(&inputs, &inventory, "nothing to simulate with", common) {
        Ok(unread) => unread,
        Err(exit) => return Ok(exit),
    };
    if let Some((name, caller)) = caller {
        let asked = principal::Asked { name, caller, access, context: &context, at, reference: &reference };
        return principal::run(args, &asked, (&inputs, &unread), &inventory, common);
    }
    refuse_names(&args.how, &inventory)?;
    let world = World { inventory: &inventory, sources: &inputs.sources, reference: &reference };
    let subjects = args.who.subjects(tokens, &inventory)?;
    refuse_roles(&args.how, &subjects, &inventory, at)?;
    let answers = answers(world, &subjects, |subject| Question {
        access: access.clone(),
        context: context.clone(),
        ..subject.question(&args.how, at)
    });
    let detail = Detail::of(answers.len(), common.verbose);
    output::print(&match args.format {
        Format::Human => human::simulations(&answers, detail, &inputs.sources, output::look(common.color)),
        Format::Json => json::simulations(&answers, &unread, &inputs.sources),
    })?;
    // every answer that differs is told, not the first alone
    let differing = answers.iter().filter(|answer| !is_expected(args, answer)).count();
    Ok(if differing == 0 { Exit::Fine } else { Exit::Found })
}

/// Sends each of these through the gates, at each pool that fits.
pub(super) fn answers<'i, 's, 'q>(
    world: World<'i, 's>,
    subjects: &'q [Subject],
    question: impl Fn(&'q Subject) -> Question<'q>,
) -> Vec<Simulated<'i, 's>> {
    let mut answers: Vec<Simulated<'_, '_>> = Vec::new();
    for subject in subjects {
        let question = question(subject);
        let simulation = simulate::simulate(world, &question);
        if simulation.pools.is_empty() {
            let repairs = repair::of_simulation(world, &simulation, &question);
            answers.push(Simulated { subject: subject.name.clone(), simulation, repairs });
            continue;
        }
        // where several pools fit, each answers
        for pool in simulation.pools {
            let id = pool.id.shown();
            let subject = format!("{} at identity pool `{}`", subject.name, pool.name.as_ref().unwrap_or(&pool.id).shown());
            let question = Question { pool: Some(&id), ..question.clone() };
            let simulation = simulate::simulate(world, &question);
            let repairs = repair::of_simulation(world, &simulation, &question);
            answers.push(Simulated { subject, simulation, repairs });
        }
    }
    answers
}

fn is_expected(args: &Args, answer: &Simulated<'_, '_>) -> bool {
    let outcome = answer.simulation.outcome;
    let wanted = args.expect.map(|expected| match expected {
        Expected::Allowed => Outcome::Allowed,
        Expected::Denied | Expected::DeniedImplicit | Expected::DeniedExplicit => Outcome::Denied,
        Expected::Undecided => Outcome::Undecided,
        Expected::Error => Outcome::Error,
    });
    let complain = |what: &str| output::warn(&text::escape(&format!("error: {}: {what}", answer.subject)));
    if let Some(wanted) = wanted.filter(|&wanted| wanted != outcome) {
        complain(&format!("expected {}, got {}", wanted.name(), outcome.name()));
        return false;
    }
    if let Some(role) = args.expect_role.as_deref().filter(|role| !answer.simulation.gets(role)) {
        complain(&format!("does not get the expected role `{role}`"));
        return false;
    }
    true
}

pub(super) fn access<'a>(actions: &'a [String], resources: &'a [String]) -> Result<Vec<Access<'a>>, Failure> {
    match (actions, resources) {
        (actions, []) => Ok(actions.iter().map(|action| Access { action, resource: "*" }).collect()),
        (actions, [resource]) => Ok(actions.iter().map(|action| Access { action, resource }).collect()),
        ([action], resources) => Ok(resources.iter().map(|resource| Access { action, resource }).collect()),
        (actions, resources) if actions.len() == resources.len() => {
            Ok(actions.iter().zip(resources).map(|(action, resource)| Access { action, resource }).collect())
        }
        _ => Err(Failure::with_help(
            format!("{} actions and {} resources cannot be paired", actions.len(), resources.len()),
            "give one `--resource` for all, or one for each `--action`",
        )),
    }
}

/// Warns of actions and resources that no request has: the answer would be that it is denied, whatever the policies say.
pub(super) fn warn_of_names(access: &[Access<'_>], reference: &Reference) {
    let mut told: Vec<&str> = Vec::new();
    for (name, message) in access.iter().flat_map(|own| own.doubts(reference)) {
        if !told.contains(&name) {
            told.push(name);
            output::warn(&format!("warning: {}", text::escape(&message)));
        }
    }
}

pub(super) fn context(pairs: &[String]) -> Result<Vec<(&str, Vec<&str>)>, Failure> {
    let mut context: Vec<(&str, Vec<&str>)> = Vec::new();
    for pair in pairs {
        let (key, value) = pair
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| Failure::new(format!("`--context {pair}` is not of the form `KEY=VALUE`")))?;
        match context.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value),
            None => context.push((key, vec![value])),
        }
    }
    Ok(context)
}

/// Tells what was not looked at, what is not well formed and what a snapshot could not read, and gives the last; `Err` is how the run ends
/// where nothing was recognised.
pub(super) fn take_stock(inputs: &Inputs, inventory: &Inventory<'_>, nothing: &str, common: Common) -> Result<Vec<Unread>, Exit> {
    warn_of_faults(&inputs.sources, inventory);
    let (stock, passed_over) = inputs.stock(inventory);
    output::tell_passed_over(&passed_over, common);
    let unread = tell_unread(inventory, &inputs.sources, common);
    if stock.looked_at > 0 {
        return Ok(unread);
    }
    if !inputs.unreadable.is_empty() && inputs.read.is_empty() {
        return Err(Exit::Failed);
    }
    output::warn(&format!("error: {nothing}: no policy, role or pool was recognised"));
    Err(Exit::Nothing)
}

/// What is not well formed is read as well as can be; the answer may hang on it.
pub(super) fn warn_of_faults(sources: &Sources, inventory: &Inventory<'_>) {
    warn_of_faults_in(sources, inventory, |_| true);
}

/// As [`warn_of_faults`], of some of the inputs.
pub(super) fn warn_of_faults_in(sources: &Sources, inventory: &Inventory<'_>, is_told: impl Fn(SourceId) -> bool) {
    let recognised = inventory.documents.iter().filter(|document| !matches!(document.form, Form::Nothing(_)));
    for document in recognised.filter(|document| is_told(document.source)) {
        let is_twice = |fault: &&Fault<SyntaxFault>| matches!(fault.kind, SyntaxFault::DuplicateBlock(_));
        let (twice, faults): (Vec<&Fault<SyntaxFault>>, Vec<_>) = document.faults.iter().partition(is_twice);
        if let Some((fault, first)) = twice.first().and_then(|fault| Some((fault, fault.related?))) {
            let more = match twice.len() - 1 {
                0 => String::new(),
                1 => ", and another block is declared twice as well".to_owned(),
                count => format!(", and {count} other blocks are declared twice as well"),
            };
            let place = |span: Span| {
                let (name, place) = (text::escape(sources.get(span.source).name()), sources.place(span));
                format!("{name}:{}:{}", place.line, place.column)
            };
            let (name, own, other) = (text::escape(sources.slice(fault.span)), place(fault.span), place(first));
            output::warn(&format!(
                "warning: {own}: `{name}` is declared at {other}, too{more}; the answer may be wrong, and `rolecall check` tells more"
            ));
        }
        if let Some(fault) = faults.first() {
            let name = text::escape(sources.get(fault.span.source).name()).into_owned();
            let place = sources.place(fault.span);
            output::warn(&format!(
                "warning: {name}:{}:{}: not well-formed, so the answer may be wrong; `rolecall check` tells more",
                place.line, place.column
            ));
        }
    }
}

impl Expected {
    /// The word for it.
    fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::DeniedImplicit => "denied-implicit",
            Self::DeniedExplicit => "denied-explicit",
            Self::Undecided => "undecided",
            Self::Error => "error",
        }
    }
}
