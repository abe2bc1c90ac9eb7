//! `rolecall claims`: what will the token of this job, pod or user say, and which trust policy lets it in?

use rolecall::identity::{Holder, Naming};
use rolecall::policy::Instant;
use rolecall::reference::{self, Issuer};
use rolecall::report::{Expected, human, json};

use super::{Common, Ending, Exit, Failure, Format, output};

#[derive(clap::Args, Debug)]
#[command(subcommand_value_name = "PROVIDER", subcommand_help_heading = "Providers")]
pub(super) struct Args {
    #[command(subcommand)]
    provider: Provider,
    /// The account that the role is in, for the provider's ARN.
    #[arg(long, global = true, value_name = "ID")]
    account: Option<String>,
    /// What `aud` will be, where it is not what it usually is.
    #[arg(long, global = true)]
    audience: Option<String>,
    /// How to tell it.
    #[arg(long, global = true, default_value = "human")]
    format: Format,
}

#[derive(clap::Subcommand, Debug)]
enum Provider {
    /// A job of GitHub Actions.
    Github(Github),
    /// A job of GitLab CI.
    Gitlab(Gitlab),
    /// A pod of an EKS cluster (IRSA).
    Eks(Eks),
    /// A user or guest of a Cognito identity pool, or a user of a user pool without one.
    Cognito(Cognito),
    #[command(about = "A job of CircleCI")]
    Circleci(Circleci),
    /// A job of Buildkite.
    Buildkite(Buildkite),
    /// A run of HCP Terraform.
    TerraformCloud(TerraformCloud),
    /// A step of Bitbucket Pipelines.
    Bitbucket(Bitbucket),
    /// A deployment of Vercel.
    Vercel(Vercel),
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Github {
    /// The repository.
    #[arg(long, value_name = "OWNER/REPOSITORY")]
    repository: String,
    /// The branch that the workflow runs on.
    #[arg(long, conflicts_with = "tag")]
    branch: Option<String>,
    /// The tag that the workflow runs on.
    #[arg(long)]
    tag: Option<String>,
    /// The environment of the job.
    #[arg(long)]
    environment: Option<String>,
    /// A pull request triggers the workflow.
    #[arg(long, conflicts_with_all = ["branch", "tag"])]
    pull_request: bool,
    /// The number of the owner: `gh api repos/OWNER/REPOSITORY --jq .owner.id`.
    #[arg(long, value_name = "N", requires = "repository_id")]
    owner_id: Option<String>,
    /// The number of the repository: `gh api repos/OWNER/REPOSITORY --jq .id`.
    #[arg(long, value_name = "N", requires = "owner_id")]
    repository_id: Option<String>,
    /// The day on which the repository was created, or last renamed or transferred: it decides which form its subjects have.
    #[arg(long, value_name = "DAY")]
    created: Option<String>,
    /// The enterprise, where it has an issuer of its own.
    #[arg(long, value_name = "NAME")]
    enterprise: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Gitlab {
    /// The project with its groups.
    #[arg(long, value_name = "GROUP/PROJECT")]
    project: String,
    /// The branch that the pipeline runs on.
    #[arg(long, conflicts_with = "tag", required_unless_present = "tag")]
    branch: Option<String>,
    /// The tag that the pipeline runs on.
    #[arg(long)]
    tag: Option<String>,
    /// The project's number.
    #[arg(long, value_name = "N")]
    project_id: Option<String>,
    /// The group's number.
    #[arg(long, value_name = "N")]
    namespace_id: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Eks {
    /// The cluster's issuer: `aws eks describe-cluster --name CLUSTER --query cluster.identity.oidc.issuer`.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// The namespace of the service account.
    #[arg(long)]
    namespace: String,
    /// The service account of the pod.
    #[arg(long, value_name = "NAME")]
    service_account: String,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Cognito {
    /// The identity pool.
    #[arg(long, value_name = "ID", required_unless_present = "user_pool", conflicts_with_all = ["user_pool", "client", "user"])]
    pool: Option<String>,
    /// A guest of the identity pool.
    #[arg(long, requires = "pool")]
    guest: bool,
    /// The user pool, where its tokens go to STS without an identity pool.
    #[arg(long, value_name = "ID", requires = "client")]
    user_pool: Option<String>,
    /// The app client of the user pool.
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// The `sub` of the user.
    #[arg(long, value_name = "SUB")]
    user: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Circleci {
    /// The organization's id.
    #[arg(long, value_name = "UUID")]
    organization_id: String,
    /// The project's id.
    #[arg(long, value_name = "UUID")]
    project_id: String,
    /// The user who triggers the job; without one, anybody.
    #[arg(long, value_name = "UUID")]
    user_id: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Buildkite {
    /// The organization.
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// The pipeline.
    #[arg(long, value_name = "NAME")]
    pipeline: String,
    /// The branch that the build runs on.
    #[arg(long)]
    branch: String,
    /// The key of the step; without one, any.
    #[arg(long, value_name = "KEY")]
    step: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct TerraformCloud {
    /// The organization.
    #[arg(long, value_name = "NAME")]
    organization: String,
    /// The project.
    #[arg(long, value_name = "NAME", default_value = "Default Project")]
    project: String,
    /// The workspace.
    #[arg(long, value_name = "NAME")]
    workspace: String,
    /// What the run does: `plan` or `apply`.
    #[arg(long, value_name = "PHASE")]
    run_phase: String,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Bitbucket {
    /// The workspace.
    #[arg(long, value_name = "NAME")]
    workspace: String,
    /// The workspace's id, without braces.
    #[arg(long, value_name = "UUID")]
    workspace_uuid: String,
    /// The repository's id, without braces.
    #[arg(long, value_name = "UUID")]
    repository_uuid: String,
    /// The id of the deployment environment, where the step deploys, without braces.
    #[arg(long, value_name = "UUID")]
    environment_uuid: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Who holds the token")]
struct Vercel {
    /// The team.
    #[arg(long, value_name = "NAME")]
    team: String,
    /// The project.
    #[arg(long, value_name = "NAME")]
    project: String,
    /// The environment: `production`, `preview`, `development` or one of your own.
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// The project has the global issuer mode.
    #[arg(long)]
    global: bool,
}

pub(super) fn run(args: &Args, common: Common) -> Ending {
    if args.account.as_ref().is_some_and(|account| account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Failure::with_help("what `--account` names is no account id", "an account id has twelve digits"));
    }
    let mut holder = match &args.provider {
        Provider::Github(args) => github(args),
        Provider::Gitlab(args) => gitlab(args),
        Provider::Eks(args) => eks(args),
        Provider::Cognito(args) => cognito(args),
        Provider::Circleci(args) => circleci(args),
        Provider::Buildkite(args) => buildkite(args),
        Provider::TerraformCloud(args) => terraform_cloud(args),
        Provider::Bitbucket(args) => bitbucket(args),
        Provider::Vercel(args) => vercel(args),
    }?;
    holder.audience.clone_from(&args.audience);
    let expected = Expected { holder, account: args.account.clone() };
    output::print(&match args.format {
        Format::Human => human::claims(&expected, output::look(common.color)),
        Format::Json => json::claims(&expected),
    })?;
    Ok(Exit::Fine)
}

fn github(args: &Github) -> Result<Holder, Failure> {
    let mut holder = holder(if args.enterprise.is_some() { "github-enterprise" } else { "github" })?;
    let Some((owner, repository)) = args.repository.split_once('/') else {
        return Err(Failure::with_help(
            format!("`{}` is no repository", args.repository),
            "give the owner and the name, as `octo-org/octo-repo`",
        ));
    };
    tell(&mut holder, "owner", owner)?;
    tell(&mut holder, "repository", repository)?;
    let told = [
        ("enterprise", &args.enterprise),
        ("branch", &args.branch),
        ("tag", &args.tag),
        ("environment", &args.environment),
        ("owner-id", &args.owner_id),
        ("repository-id", &args.repository_id),
    ];
    tell_given(&mut holder, &told)?;
    // an environment takes the place of everything else, a pull request that of the branch
    holder.forms = vec![match (&args.environment, args.pull_request, &args.tag, &args.branch) {
        (Some(_), ..) => "environment",
        (None, true, ..) => "pull-request",
        (None, false, Some(_), _) => "tag",
        (None, false, None, Some(_)) => "branch",
        (None, false, None, None) => {
            let what = "the subject hangs on what the job runs on, and that is not told";
            return Err(Failure::with_help(what, "give `--branch`, `--tag`, `--environment` or `--pull-request`"));
        }
    }];
    if let Some(day) = &args.created {
        holder.naming = naming(holder.issuer, day)?;
    }
    Ok(holder)
}

/// Which form the subjects of a repository have that was last created, renamed or transferred on a day.
fn naming(issuer: &Issuer, day: &str) -> Result<Naming, Failure> {
    let Some(created) = Instant::parse(day) else {
        return Err(Failure::with_help("what `--created` names is no day", "give it as `2026-07-15`"));
    };
    let since = issuer.immutable_since.as_deref().and_then(Instant::parse);
    Ok(if since.is_some_and(|since| created >= since) { Naming::Immutable } else { Naming::Names })
}

fn gitlab(args: &Gitlab) -> Result<Holder, Failure> {
    let mut holder = holder("gitlab")?;
    tell(&mut holder, "project-path", &args.project)?;
    let told = [
        ("branch", &args.branch),
        ("tag", &args.tag),
        ("project-number", &args.project_id),
        ("namespace-number", &args.namespace_id),
    ];
    tell_given(&mut holder, &told)?;
    holder.forms = vec![if args.tag.is_some() { "tag" } else { "branch" }];
    Ok(holder)
}

fn eks(args: &Eks) -> Result<Holder, Failure> {
    let mut holder = holder("eks")?;
    let host = args.issuer.strip_prefix("https://").unwrap_or(&args.issuer).trim_end_matches('/');
    if reference::issuer(host).is_none_or(|issuer| issuer.id != holder.issuer.id) {
        return Err(Failure::with_help(
            format!("`{}` is no issuer of an EKS cluster", args.issuer),
            "`aws eks describe-cluster --name CLUSTER --query cluster.identity.oidc.issuer` tells it",
        ));
    }
    host.clone_into(&mut holder.host);
    tell(&mut holder, "namespace", &args.namespace)?;
    tell(&mut holder, "service-account", &args.service_account)?;
    Ok(holder)
}

fn cognito(args: &Cognito) -> Result<Holder, Failure> {
    let of_pool = args.pool.as_ref();
    let mut holder = holder(if of_pool.is_some() { "cognito-identity" } else { "cognito" })?;
    let pool = of_pool.or(args.user_pool.as_ref()).map_or("", String::as_str);
    let mark = if of_pool.is_some() { ':' } else { '_' };
    let Some((region, _)) = pool.split_once(mark) else {
        let wanted = "the id of an identity pool is `REGION:UUID`, that of a user pool `REGION_NAME`";
        return Err(Failure::with_help(format!("`{pool}` is no id of such a pool"), wanted));
    };
    tell(&mut holder, "region", region)?;
    tell(&mut holder, "pool", pool)?;
    tell_given(&mut holder, &[("client", &args.client), ("user", &args.user)])?;
    if of_pool.is_some() {
        reference::identity_pool_host(pool).clone_into(&mut holder.host);
        holder.amr = Some(if args.guest { "unauthenticated" } else { "authenticated" });
    }
    Ok(holder)
}

fn circleci(args: &Circleci) -> Result<Holder, Failure> {
    let mut holder = holder("circleci")?;
    tell(&mut holder, "organization-id", &args.organization_id)?;
    tell(&mut holder, "project-id", &args.project_id)?;
    tell_given(&mut holder, &[("user-id", &args.user_id)])?;
    Ok(holder)
}

fn buildkite(args: &Buildkite) -> Result<Holder, Failure> {
    let mut holder = holder("buildkite")?;
    tell(&mut holder, "organization", &args.organization)?;
    tell(&mut holder, "pipeline", &args.pipeline)?;
    tell(&mut holder, "branch", &args.branch)?;
    tell_given(&mut holder, &[("step", &args.step)])?;
    Ok(holder)
}

fn terraform_cloud(args: &TerraformCloud) -> Result<Holder, Failure> {
    let mut holder = holder("terraform-cloud")?;
    tell(&mut holder, "organization", &args.organization)?;
    tell(&mut holder, "project", &args.project)?;
    tell(&mut holder, "workspace", &args.workspace)?;
    tell(&mut holder, "phase", &args.run_phase)?;
    Ok(holder)
}

fn bitbucket(args: &Bitbucket) -> Result<Holder, Failure> {
    let mut holder = holder("bitbucket")?;
    tell(&mut holder, "workspace", &args.workspace)?;
    // in the issuer's own words the ids of things stand in braces, that of the workspace in `aud` does not
    tell(&mut holder, "workspace-uuid", args.workspace_uuid.trim_matches(['{', '}']))?;
    let braced = |uuid: &str| format!("{{{}}}", uuid.trim_matches(['{', '}']));
    tell(&mut holder, "repository-uuid", &braced(&args.repository_uuid))?;
    tell_given(&mut holder, &[("environment-uuid", &args.environment_uuid.as_deref().map(braced))])?;
    holder.forms = vec![if args.environment_uuid.is_some() { "deployment" } else { "step" }];
    Ok(holder)
}

fn vercel(args: &Vercel) -> Result<Holder, Failure> {
    let mut holder = holder(if args.global { "vercel-global" } else { "vercel" })?;
    tell(&mut holder, "team", &args.team)?;
    tell(&mut holder, "project", &args.project)?;
    tell(&mut holder, "environment", &args.environment)?;
    Ok(holder)
}

/// A holder of tokens of the issuer of this id.
fn holder(id: &str) -> Result<Holder, Failure> {
    reference::issuer_named(id).map(Holder::of).ok_or_else(|| Failure::new(format!("nothing is known of the issuer `{id}`")))
}

fn tell_given(holder: &mut Holder, told: &[(&'static str, &Option<String>)]) -> Result<(), Failure> {
    told.iter().try_for_each(|(part, value)| value.as_ref().map_or(Ok(()), |value| tell(holder, part, value)))
}

fn tell(holder: &mut Holder, part: &'static str, value: &str) -> Result<(), Failure> {
    holder.tell(part, value).map_err(|fault| Failure::with_help(fault.to_string(), fault.wanted))
}
