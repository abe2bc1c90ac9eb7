//! `rolecall simulate --principal`: may this caller do that, by all policies that were given?

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rolecall::arn::{Arn, is_account_id};
use rolecall::evaluate::{Caller, Context, ContextValue, Setting, derive, holds_many, is_pattern};
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::{Instant, PolicyKind};
use rolecall::reference::{Reference, Service};
use rolecall::report::{Answered, Detail, Unread, human, json, text};
use rolecall::simulate::{Access, Bearing, Denial, Given, Inquiry, Outcome, ask};
use rolecall::spelling::nearest;

use super::super::input::Inputs;
use super::super::{Common, Ending, Exit, Failure, Format, output};
use super::{Args, Expected};

/// What is asked of a caller, beside the policies.
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) caller: Caller<'a>,
    pub(super) access: Vec<Access<'a>>,
    pub(super) context: Given<'a>,
    pub(super) at: Instant,
    pub(super) reference: &'a Reference,
}

/// Where the request is made, and how much of it is told.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who asks, without a sign-in")]
pub(super) struct Place {
    /// The account of the resource, where its ARN does not tell and it is not the caller's.
    #[arg(long, value_name = "ID", requires = "principal")]
    resource_account: Option<String>,
    /// The caller's account is the management account of its organization, which no service control policy limits.
    #[arg(long, requires = "principal")]
    management_account: bool,
    /// The caller is a service-linked role, which no policy of the organization limits. Told by itself where the ARN of a role has the path
    /// `aws-service-role/`.
    #[arg(long, requires = "principal")]
    service_linked_role: bool,
    /// A condition key that is not given may be there all the same.
    #[arg(long, requires = "principal")]
    partial_context: bool,
}

/// Answers each question and reports.
pub(super) fn run(
    args: &Args,
    asked: &Asked<'_>,
    (inputs, unread): (&Inputs, &[Unread]),
    inventory: &Inventory<'_>,
    common: Common,
) -> Ending {
    let settings: Vec<Setting<'_>> = asked.access.iter().map(|access| setting(args, asked, *access)).collect();
    let contexts: Vec<Context<'_>> =
        asked.access.iter().zip(&settings).map(|(access, setting)| context(args, asked, access.resource, setting)).collect();
    let answers: Vec<Answered<'_, '_, '_>> = asked
        .access
        .iter()
        .zip(settings.iter().zip(&contexts))
        .map(|(&Access { action, resource }, (&setting, context))| {
            let bearing = Bearing::of(inventory, &inputs.sources, asked.caller, action, resource);
            let inquiry = Inquiry { principal: asked.caller, action, resource, context, setting };
            let reply = ask(&inquiry, &bearing.policies);
            let mut assumptions = bearing.assumptions;
            assumptions.extend(taken(asked, &inquiry));
            Answered { principal: asked.name, inquiry, reply, assumptions, unknown: bearing.unknown }
        })
        .collect();
    let detail = Detail::of(answers.len(), common.verbose);
    output::print(&match args.format {
        Format::Human => human::requests(&answers, detail, &inputs.sources, output::look(common.color)),
        Format::Json => json::requests(&answers, unread, &inputs.sources),
    })?;
    let differing = answers.iter().filter(|answer| !is_expected(args, answer)).count();
    Ok(if differing == 0 { Exit::Fine } else { Exit::Found })
}

/// Reads who asks.
pub(super) fn caller(text: &str) -> Result<Caller<'_>, Failure> {
    Caller::parse(text).ok_or_else(|| {
        let forms = ["service", "federated", "canonical", "anonymous"];
        let arn = Arn::parse(text);
        let help = if arn.is_some_and(|arn| arn.resource.starts_with("group/")) {
            "a group asks for nothing itself; name a user of it".to_owned()
        } else if arn.is_none() && text.ends_with(".amazonaws.com") && !text.contains(':') {
            format!("a service is written `service:{text}`")
        } else if let Some((word, meant)) = misspelt(text, &forms) {
            format!("did you mean `{meant}{}`?", text.strip_prefix(word).unwrap_or(""))
        } else {
            "write the ARN of a user, a role, a session or a root user, an account id, `service:NAME`, `federated:HOST-OR-ARN`, \
             `canonical:ID` or `anonymous`"
                .to_owned()
        };
        Failure::with_help(format!("`{text}` is nobody who can ask for something"), help)
    })
}

/// Refuses questions that cannot be asked.
pub(super) fn refuse(args: &Args) -> Result<(), Failure> {
    if let Some(action) = args.action.iter().find(|action| !action.contains(':')) {
        return Err(Failure::with_help(format!("`{action}` is no action"), "write its service before it: `s3:GetObject`"));
    }
    match args.place.resource_account.as_ref().filter(|id| !is_account_id(id)) {
        Some(id) => Err(Failure::with_help(format!("`{id}` is no account"), "an account id has twelve digits")),
        None => Ok(()),
    }
}

/// Refuses files in which a policy of some kind should be and none is.
pub(super) fn refuse_empty(said: &[(PolicyKind, PathBuf)], inputs: &Inputs, inventory: &Inventory<'_>) -> Result<(), Failure> {
    let holds = |path: &PathBuf| {
        let sources = inventory.documents.iter().filter(|own| !matches!(own.form, Form::Nothing(_))).map(|own| own.source);
        let mut names = sources.map(|source| inputs.sources.get(source).name());
        names.any(|name| Path::new(name).starts_with(path))
    };
    match said.iter().find(|(_, path)| !holds(path)) {
        Some((kind, path)) => {
            Err(Failure::new(format!("`--policy {}={}`: no policy was recognised in it", kind.name(), path.to_string_lossy())))
        }
        None => Ok(()),
    }
}

/// Reads `KIND=FILE`.
pub(super) fn policy_file(text: &str) -> Result<(PolicyKind, PathBuf), String> {
    let Some((word, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err("it takes a kind and a file, such as `scp=FILE`".to_owned());
    };
    let kinds = PolicyKind::ALL.map(PolicyKind::name).join(", ");
    let kind = PolicyKind::named(word).ok_or_else(|| format!("there is no kind `{word}`, only {kinds}"))?;
    Ok((kind, file.into()))
}

/// The word before the first colon, and the one that was meant.
fn misspelt<'t>(text: &'t str, forms: &[&'static str]) -> Option<(&'t str, &'static str)> {
    let word = text.split(':').next()?;
    Some((word, nearest(word, forms.iter().copied())?))
}

fn setting<'a>(args: &'a Args, asked: &Asked<'_>, access: Access<'_>) -> Setting<'a> {
    let service = access.action.split(':').next().and_then(|prefix| asked.reference.service(prefix));
    Setting {
        resource_account: args.place.resource_account.as_deref(),
        management_account: args.place.management_account,
        service_linked_role: args.place.service_linked_role,
        rcps_cover: service.is_some_and(Service::has_rcps),
    }
}

/// The keys that were given, each with as many values as AWS knows it to have, and those that follow from the request.
fn context<'a>(args: &Args, asked: &Asked<'a>, resource: &'a str, setting: &Setting<'a>) -> Context<'a> {
    let mut context = Context::new();
    context.partial = args.place.partial_context;
    for (key, values) in asked.context {
        let value = match values.as_slice() {
            [only] if !holds_many(asked.reference, key) => ContextValue::One(Cow::Borrowed(*only)),
            several => ContextValue::Many(several.iter().map(|value| Cow::Borrowed(*value)).collect()),
        };
        context.set(*key, value);
    }
    derive(&mut context, asked.caller, resource, setting, asked.at);
    context
}

/// What the question itself leaves open and is taken for granted.
fn taken(asked: &Asked<'_>, inquiry: &Inquiry<'_>) -> Vec<String> {
    let mut taken = Vec::new();
    let has_resources = asked.reference.action(inquiry.action).is_some_and(|action| action.resources().next().is_some());
    if inquiry.resource == "*" {
        if has_resources {
            taken.push(format!(
                "no resource was named, so asked is for `*` itself, though `{}` takes resources (`--resource`)",
                inquiry.action
            ));
        }
    } else if inquiry.setting.account_of(inquiry.resource).is_none()
        && let Some(account) = asked.caller.account()
    {
        taken.push(format!("the resource is in the caller's account, {account} (`--resource-account`)"));
    }
    if is_pattern(inquiry.resource) {
        taken.push("all resources of the pattern have the same policy and lie in the same account".to_owned());
    }
    if !inquiry.context.partial {
        taken.push("a condition key that is neither given nor derived from the request is not in it (`--context`)".to_owned());
    }
    taken
}

fn is_expected(args: &Args, answer: &Answered<'_, '_, '_>) -> bool {
    let Some(expected) = args.expect else { return true };
    let (outcome, denial) = (answer.reply.outcome, answer.reply.denial());
    let is = match expected {
        Expected::Allowed => outcome == Outcome::Allowed,
        Expected::Denied => outcome == Outcome::Denied,
        Expected::DeniedImplicit => denial == Some(Denial::Implicit),
        Expected::DeniedExplicit => denial == Some(Denial::Explicit),
        Expected::Undecided => outcome == Outcome::Undecided,
        Expected::Error => outcome == Outcome::Error,
    };
    if !is {
        let got = denial.map_or_else(|| outcome.name().to_owned(), |denial| format!("{}-{}", outcome.name(), denial.name()));
        let asked = format!("{} on {}", answer.inquiry.action, answer.inquiry.resource);
        output::warn(&format!("error: {}: expected {}, got {got}", text::escape(&asked), expected.name()));
    }
    is
}
