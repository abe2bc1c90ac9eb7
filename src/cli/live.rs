//! A live account beside files, or in place of them.

use super::Failure;

/// Whose account, and which regions of it.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "A live account")]
pub(super) struct Live {
    /// Read a live account, as `rolecall pull` does, but into memory. Without any path, nothing else is read.
    #[arg(long)]
    live: bool,
    /// The profile in the settings of the AWS tools.
    #[arg(long, value_name = "NAME", requires = "live")]
    profile: Option<String>,
    /// A region whose pools are read; may be repeated. Without any, the one that is set for the AWS tools.
    #[arg(long, value_name = "REGION", requires = "live", value_delimiter = ',')]
    region: Vec<String>,
}

impl Live {
    /// The files of the account with their names, where it is asked for.
    pub(super) fn texts(&self) -> Result<Option<Vec<(String, String)>>, Failure> {
        if !self.live {
            return Ok(None);
        }
        read(self.profile.as_deref(), &self.region).map(Some)
    }
}

#[cfg(feature = "aws")]
pub(super) use with_sdk::{open, progress};

#[cfg(feature = "aws")]
use with_sdk::read;

#[cfg(not(feature = "aws"))]
fn read(_: Option<&str>, _: &[String]) -> Result<Vec<(String, String)>, Failure> {
    Err(without_sdk())
}

/// Why there is no live account.
#[cfg(not(feature = "aws"))]
pub(super) fn without_sdk() -> Failure {
    Failure::with_help(
        "this rolecall is built without the feature `aws`, so it reads no live account",
        "`cargo install rolecall --features aws` builds one that does; `docs/live.md` tells what it costs",
    )
}

#[cfg(feature = "aws")]
mod with_sdk {
    use std::io::{IsTerminal as _, Write as _, stderr};
    use std::time::{Duration, Instant};

    use rolecall::aws::{Account, OpenError, Part};
    use rolecall::reference;
    use rolecall::report::text;
    use rolecall::spelling::nearest;

    use crate::cli::{Failure, output};

    pub(in crate::cli) fn open(profile: Option<&str>, regions: &[String]) -> Result<Account, Failure> {
        for region in regions.iter().filter(|own| !reference::regions().any(|known| known == *own)) {
            // it may be newer than what is known
            let meant =
                nearest(region, reference::regions()).map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
            output::warn(&text::escape(&format!(
                "warning: no region `{region}` was known on {}{meant}",
                reference::regions_date()
            )));
        }
        Account::open(profile, regions).map_err(|error| {
            let help = match &error {
                OpenError::NoRegion => "name one by `--region`, or set it: `AWS_REGION`, or `region` of the profile",
                OpenError::NoCredentials(_) | OpenError::NoCaller(_) => {
                    "rolecall takes them from where the AWS CLI does, or of a profile by `--profile`; `aws sts get-caller-identity` tells \
                     whether they work"
                }
                OpenError::NoRuntime(_) => "too many files may be open",
            };
            Failure::with_help(error.to_string(), help)
        })
    }

    /// The files of an account with their names.
    pub(super) fn read(profile: Option<&str>, regions: &[String]) -> Result<Vec<(String, String)>, Failure> {
        let account = open(profile, regions)?;
        let (tell, clear) = progress();
        let done = account.read(&Part::ALL, account.in_memory(&Part::ALL, tell));
        clear();
        let done = done.map_err(|error| Failure::new(error.to_string()))?;
        Ok(done.texts.into_iter().map(|(name, text)| (format!("live/{name}"), text)).collect())
    }

    /// Two functions: one shows what is going on, on a terminal, after a second and not too often, and one takes that away.
    pub(in crate::cli) fn progress() -> (impl FnMut(&str) + 'static, impl FnOnce()) {
        const BETWEEN: Duration = Duration::from_millis(100);
        const FIRST: Duration = Duration::from_secs(1);
        let is_shown = stderr().is_terminal();
        let mut next = Instant::now() + FIRST;
        let tell = move |what: &str| {
            if is_shown && Instant::now() >= next {
                next = Instant::now() + BETWEEN;
                show(&format!("\r\x1b[K{}", text::escape(what)));
            }
        };
        (tell, move || {
            if is_shown {
                show("\r\x1b[K");
            }
        })
    }

    fn show(text: &str) {
        let mut out = stderr().lock();
        // nobody is there to be told
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
