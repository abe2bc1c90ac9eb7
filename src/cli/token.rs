//! `rolecall token`: what is in a token, what takes it, and what do policies see of it?

use std::path::PathBuf;

use rolecall::identity::{Signature, times};
use rolecall::report::{Inspected, human, json};

use super::{Common, Ending, Exit, Format, output, secret};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The token: a file, `-`, or `env:NAME`. Whatever is around it is taken off: `Bearer`, quotes, line breaks, base64, the JSON of an
    /// answer. Claims as JSON will do, too.
    #[arg(value_name = "T")]
    token: String,
    /// Let the token stand here itself, behind `token`, where every process of the machine can read it.
    #[arg(long)]
    token_insecure_arg: bool,
    /// Check the signature by the public keys in this file, as the issuer serves them. Fail unless one of them made it.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The time at which it is to be good; now, where it is not given.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// How far clocks may differ: so long past its end the token is taken all the same.
    #[arg(long, value_name = "SECONDS", default_value_t = times::TOLERANCE, value_parser = clap::value_parser!(i64).range(0..))]
    clock_tolerance: i64,
    /// How to tell it.
    #[arg(long, default_value = "human")]
    format: Format,
}

pub(super) fn run(args: &Args, common: Common) -> Ending {
    let at = super::time(args.at.as_deref())?;
    let keys = args.jwks.as_deref().map(secret::key_set).transpose()?;
    let token = secret::token(&args.token, args.token_insecure_arg, keys.as_ref())?;
    let inspected = Inspected::new(&token, times::times(&token.claims, at, args.clock_tolerance));
    output::print(&match args.format {
        Format::Human => human::token(&inspected, output::look(common.color)),
        Format::Json => json::token(&inspected),
    })?;
    let verified = matches!(token.signature, Signature::Verified(_));
    Ok(if keys.is_none() || verified { Exit::Fine } else { Exit::Found })
}
