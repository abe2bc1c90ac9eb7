//! `rolecall simulate`: which role, why, and what then? Or, of any principal: may it do that?

mod principal;

use std::path::PathBuf;

use clap::ValueEnum;

use rolecall::identity::Token;
use rolecall::inventory::{Form, Inventory, SignInError};
use rolecall::policy::PolicyKind;
use rolecall::report::{Detail, Simulated, human, json, text};
use rolecall::simulate::{self, Access, Login, Outcome, Question};
use rolecall::spelling::nearest;

use super::config::Loaded;
use super::input::{Inputs, gather_with};
use super::{Common, Ending, Exit, Failure, Format, output, reference, secret};

/// Without any of the options on who signs in, every subject of the inputs is tried: each group, all groups together,
/// a user in no group, a guest.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files and directories with policies, roles, groups and pools. Without any: the working directory.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The holder of this token: a file, `-`, or `env:NAME`.
    #[arg(long, value_name = "T", group = "login", help_heading = "Who signs in")]
    token: Option<String>,
    /// Let `--token` be the token itself, where every process of the machine can read it.
    #[arg(long, help_heading = "Who signs in")]
    token_insecure_arg: bool,
    /// The holder of a token with the claims in this JSON file.
    #[arg(long, value_name = "FILE", group = "login", help_heading = "Who signs in")]
    claims: Option<PathBuf>,
    /// A user in this group; repeated, one who is in all of them.
    #[arg(long, value_name = "GROUP", group = "login", help_heading = "Who signs in")]
    group: Vec<String>,
    /// A user in no group.
    #[arg(long, group = "login", help_heading = "Who signs in")]
    no_group: bool,
    /// Nobody: a guest.
    #[arg(long, group = "login", help_heading = "Who signs in")]
    guest: bool,
    /// The user of this id, for whom the developer's own backend vouches.
    #[arg(long, value_name = "ID", group = "login", help_heading = "Who signs in")]
    developer: Option<String>,

    /// No sign-in: this caller asks, and all policies that were given are weighed. The ARN of a user, role, session or root user, an
    /// account id, `service:NAME`, `federated:HOST-OR-ARN`, `canonical:ID`, or `anonymous`.
    #[arg(
        long,
        value_name = "PRINCIPAL",
        requires = "action",
        conflicts_with_all = [
            "token", "token_insecure_arg", "claims", "group", "no_group", "guest", "developer",
            "client", "pool", "flow", "custom_role", "role", "expect_role",
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

    /// The app client through which users of groups sign in.
    #[arg(long, value_name = "ID", help_heading = "How")]
    client: Option<String>,
    /// The identity pool, where there are several.
    #[arg(long, value_name = "ID", help_heading = "How")]
    pool: Option<String>,
    /// The way in which credentials are asked for.
    #[arg(long, default_value = "enhanced", help_heading = "How")]
    flow: Flow,
    /// The `CustomRoleArn` of the call: a name or an ARN.
    #[arg(long, value_name = "ROLE", help_heading = "How")]
    custom_role: Option<String>,
    /// The role in question: a name or an ARN. In the classic flow the caller names it.
    #[arg(long, value_name = "ROLE", help_heading = "How")]
    role: Option<String>,
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
enum Flow {
    /// The identity pool picks the role.
    Enhanced,
    /// The caller names the role.
    Classic,
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

/// Somebody who signs in, with a phrase for them.
struct Subject {
    name: String,
    login: Own,
}

/// As [`Login`], but owning the token.
enum Own {
    Guest,
    Token(Token),
    Developer(String),
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
    let context = context(&args.context)?;
    let at = super::time(args.at.as_deref())?;
    let token = given_token(args)?;
    let inputs = gather_with(&args.policy, &args.paths, &Loaded::default())?;
    for finding in &inputs.unreadable {
        output::warn(&format!("error: {}", text::escape(&finding.message)));
    }
    if caller.is_some() && !inputs.unreadable.is_empty() {
        // a policy that cannot be read may be the one that denies
        return Ok(Exit::Failed);
    }
    let inventory = inputs.inventory(None);
    principal::refuse_empty(&args.policy, &inputs, &inventory)?;
    warn_of_faults(&inputs, &inventory);
    let (stock, passed_over) = inputs.stock(&inventory);
    output::tell_passed_over(&passed_over, common);
    if stock.looked_at == 0 {
        if !inputs.unreadable.is_empty() && inputs.read.is_empty() {
            return Ok(Exit::Failed);
        }
        output::warn("error: nothing to simulate with: no policy, role or pool was recognised");
        return Ok(Exit::Nothing);
    }
    if let Some((name, caller)) = caller {
        let reference = reference::load(reference)?;
        let asked = principal::Asked { name, caller, access, context: &context, at, reference: &reference };
        return principal::run(args, &asked, &inputs, &inventory, common);
    }
    refuse_names(args, &inventory)?;
    let subjects = subjects(args, token, &inventory)?;
    let answers: Vec<Simulated<'_, '_>> = subjects
        .iter()
        .map(|subject| {
            let question = Question {
                login: subject.login.borrow(),
                pool: args.pool.as_deref(),
                flow: if args.flow == Flow::Classic { simulate::Flow::Classic } else { simulate::Flow::Enhanced },
                custom_role: args.custom_role.as_deref(),
                role: args.role.as_deref(),
                access: access.clone(),
                context: context.clone(),
                at,
            };
            Simulated { subject: subject.name.clone(), simulation: simulate::simulate(&inventory, &question) }
        })
        .collect();
    let detail = Detail::of(answers.len(), common.verbose);
    output::print(&match args.format {
        Format::Human => human::simulations(&answers, detail, &inputs.sources, output::look(common.color)),
        Format::Json => json::simulations(&answers, &inputs.sources),
    })?;
    // every answer that differs is told, not the first alone
    let differing = answers.iter().filter(|answer| !is_expected(args, answer)).count();
    Ok(if differing == 0 { Exit::Fine } else { Exit::Found })
}

/// Names that stand for nothing that was given, or for more than one thing.
fn refuse_names(args: &Args, inventory: &Inventory<'_>) -> Result<(), Failure> {
    let pools = &inventory.identity_pools;
    if let Some(wanted) = args.pool.as_deref().filter(|wanted| !pools.is_empty() && !pools.iter().any(|pool| pool.is(wanted))) {
        let names = pools.iter().flat_map(|pool| [Some(&pool.id), pool.name.as_ref()]).flatten().filter_map(|name| name.known());
        let help = nearest(wanted, names).map_or_else(
            || "add the output of `aws cognito-identity describe-identity-pool` to the paths".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        return Err(Failure::with_help(format!("no identity pool `{wanted}` among the inputs"), help));
    }
    let named = |name: &&str| inventory.roles.iter().filter(|role| role.is(name)).count() > 1;
    match args.role.as_deref().filter(named) {
        Some(name) => {
            Err(Failure::with_help(format!("several roles are called `{name}`"), "name the one that is meant by its ARN"))
        }
        None => Ok(()),
    }
}

fn given_token(args: &Args) -> Result<Option<Token>, Failure> {
    match (&args.token, &args.claims) {
        (Some(token), _) => secret::token(token, args.token_insecure_arg, None).map(Some),
        (_, Some(path)) => secret::claims(path).map(Some),
        _ => Ok(None),
    }
}

fn subjects(args: &Args, token: Option<Token>, inventory: &Inventory<'_>) -> Result<Vec<Subject>, Failure> {
    if let Some(token) = token {
        return Ok(vec![Subject { name: "the holder of the token".to_owned(), login: Own::Token(token) }]);
    }
    if args.guest {
        return Ok(vec![guest()]);
    }
    if let Some(id) = &args.developer {
        return Ok(vec![Subject { name: format!("the developer's user `{id}`"), login: Own::Developer(id.clone()) }]);
    }
    let client = args.client.as_deref();
    if args.no_group || !args.group.is_empty() {
        let groups: Vec<&str> = args.group.iter().map(String::as_str).collect();
        return Ok(vec![member(inventory, &groups, client)?]);
    }
    Ok(everybody(inventory, client))
}

/// A user of each group, of all groups, and of none, for each user pool; and a guest.
fn everybody(inventory: &Inventory<'_>, client: Option<&str>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let hosts = inventory.user_pool_hosts();
    for host in &hosts {
        let names = inventory.group_names(host);
        let mut sets: Vec<&[&str]> = names.chunks(1).collect();
        if names.len() > 1 {
            sets.push(&names);
        }
        sets.push(&[]);
        let of_pool = host.rsplit('/').next().filter(|_| hosts.len() > 1);
        for groups in sets {
            let token = inventory.sign_in_to(host, groups, client);
            let name = of_pool.map_or_else(|| member_name(groups), |pool| format!("{} of `{pool}`", member_name(groups)));
            subjects.extend(token.map(|token| Subject { name, login: Own::Token(token) }));
        }
    }
    subjects.push(guest());
    subjects
}

fn guest() -> Subject {
    Subject { name: "a guest".to_owned(), login: Own::Guest }
}

/// A user of a user pool in exactly these groups.
fn member(inventory: &Inventory<'_>, groups: &[&str], client: Option<&str>) -> Result<Subject, Failure> {
    let token = inventory.sign_in(groups, client).map_err(|error| {
        let help = match &error {
            SignInError::NoGroup(name) => {
                let names = inventory.groups.iter().filter_map(|group| group.name.known());
                nearest(name, names).map_or_else(
                    || "add the output of `aws cognito-idp list-groups` to the paths".to_owned(),
                    |meant| format!("did you mean `{meant}`?"),
                )
            }
            SignInError::NoUserPool => "add the output of `aws cognito-idp describe-user-pool` to the paths".to_owned(),
            SignInError::Apart => "name groups of one user pool".to_owned(),
            SignInError::Several => "tell by `--client` whose app client it is".to_owned(),
        };
        Failure::with_help(error.to_string(), help)
    })?;
    Ok(Subject { name: member_name(groups), login: Own::Token(token) })
}

fn member_name(groups: &[&str]) -> String {
    match groups {
        [] => "a signed-in user in no group".to_owned(),
        [only] => format!("a member of `{only}`"),
        all => format!("a member of {}", all.iter().map(|group| format!("`{group}`")).collect::<Vec<_>>().join(" and ")),
    }
}

fn is_expected(args: &Args, answer: &Simulated<'_, '_>) -> bool {
    let outcome = answer.simulation.outcome;
    let wanted = args.expect.map(|expected| match expected {
        Expected::Allowed => Outcome::Allowed,
        Expected::Denied | Expected::DeniedImplicit | Expected::DeniedExplicit => Outcome::Denied,
        Expected::Undecided => Outcome::Undecided,
        Expected::Error => Outcome::Error,
    });
    let complain = |what: &str| output::warn(&format!("error: {}: {what}", text::escape(&answer.subject)));
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

fn access<'a>(actions: &'a [String], resources: &'a [String]) -> Result<Vec<Access<'a>>, Failure> {
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

fn context(pairs: &[String]) -> Result<Vec<(&str, Vec<&str>)>, Failure> {
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

/// What is not well formed is read as well as can be; the answer may hang on it.
fn warn_of_faults(inputs: &Inputs, inventory: &Inventory<'_>) {
    for document in inventory.documents.iter().filter(|document| !matches!(document.form, Form::Nothing(_))) {
        if let Some(fault) = document.faults.first() {
            let name = text::escape(inputs.sources.get(fault.span.source).name()).into_owned();
            let place = inputs.sources.place(fault.span);
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

impl Own {
    fn borrow(&self) -> Login<'_> {
        match self {
            Self::Guest => Login::Guest,
            Self::Token(token) => Login::Token(token),
            Self::Developer(id) => Login::Developer(id),
        }
    }
}
