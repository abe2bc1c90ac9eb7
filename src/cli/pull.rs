//! `rolecall pull`: a snapshot of a live account.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Common, Ending, Exit, Format, output};

/// Writes what an account holds into a folder that every command reads: roles, managed policies, identity providers, user pools and identity
/// pools. Nothing in the account is changed, and nothing secret is written.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The profile in the settings of the AWS tools.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// A region whose pools are read; may be repeated. Without any, the one that is set for the AWS tools.
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    region: Vec<String>,
    /// The folder: a new one, an empty one, or that of an earlier snapshot. Without it, `aws-` with the account's id behind it.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Read these parts only, and leave the others in the folder as they are; may be repeated.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<Part>,
    /// Go on where an earlier run was cut off or refused: what it has read is not asked for again.
    #[arg(long)]
    resume: bool,
    /// How to report.
    #[arg(long, default_value = "human")]
    format: Format,
    /// Print the policy that allows all that this command does, and nothing else.
    #[arg(long, conflicts_with_all = ["profile", "region", "out", "only", "resume"])]
    print_policy: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Part {
    /// Roles with their policies, and managed policies.
    Roles,
    /// Identity providers in IAM.
    Providers,
    /// User pools and identity pools.
    Pools,
}

pub(super) fn run(args: &Args, common: Common) -> Ending {
    if args.print_policy {
        output::print(include_str!("../aws/policy.json"))?;
        return Ok(Exit::Fine);
    }
    pull(args, common)
}

#[cfg(not(feature = "aws"))]
fn pull(_: &Args, _: Common) -> Ending {
    Err(super::live::without_sdk())
}

#[cfg(feature = "aws")]
fn pull(args: &Args, common: Common) -> Ending {
    use super::{Failure, live};
    use rolecall::aws::{self, Halt};
    use rolecall::report::text::escape;
    use rolecall::report::{Pulled, human, json};

    let parts: Vec<aws::Part> = aws::Part::ALL.into_iter().filter(|part| args.is_asked(*part)).collect();
    let account = live::open(args.profile.as_deref(), &args.region)?;
    let folder = args.out.clone().unwrap_or_else(|| format!("aws-{}", account.id()).into());
    let (tell, clear) = live::progress();
    let done = account.in_folder(&folder, &parts, args.resume, tell).and_then(|snapshot| account.read(&parts, snapshot));
    clear();
    let done = done.map_err(|halt| match &halt {
        Halt::NoSnapshot(_) | Halt::OtherAccount(..) => {
            Failure::with_help(halt.to_string(), "give a folder of its own: `--out DIR`")
        }
        Halt::BadList(..) => Failure::with_help(halt.to_string(), "restore it, or take the folder away"),
        Halt::Io(..) => Failure::with_help(halt.to_string(), "what was read until then is there; `--resume` goes on"),
    })?;
    for line in &done.not_readable {
        output::warn(&format!("warning: not readable: {}", escape(line)));
    }
    let exit = if done.not_readable.is_empty() { Exit::Fine } else { Exit::Found };
    let aws::Tally { new, changed, removed, same } = done.tally;
    let pulled = Pulled {
        account: account.id().to_owned(),
        folder: folder.to_string_lossy().into_owned(),
        parts: parts.iter().map(|part| part.name()).collect(),
        regions: account.regions().to_vec(),
        counts: done.counts,
        files: [new, changed, removed, same],
        not_readable: done.not_readable,
    };
    output::print(&match args.format {
        Format::Human => human::pulled(&pulled, output::look(common.color)),
        Format::Json => json::pulled(&pulled),
    })?;
    Ok(exit)
}

#[cfg(feature = "aws")]
impl Args {
    fn is_asked(&self, part: rolecall::aws::Part) -> bool {
        let own = match part {
            rolecall::aws::Part::Roles => Part::Roles,
            rolecall::aws::Part::Providers => Part::Providers,
            rolecall::aws::Part::Pools => Part::Pools,
        };
        self.only.is_empty() || self.only.contains(&own)
    }
}
