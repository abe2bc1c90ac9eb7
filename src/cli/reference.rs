//! Reads the service data that the user lays over what is built in.

use std::fs;
use std::path::{Path, PathBuf};

use rolecall::reference::{LONGEST, Reference};

use super::output::reason;
use super::secret::mask;
use super::{Failure, now};

#[derive(clap::Args, Debug)]
#[group(skip)]
pub(super) struct Args {
    /// Let `check`, `test`, `explain` and `simulate --principal` take the services of this file in place of those that are built in; may be
    /// repeated. It is JSON of AWS's service reference, or text as in `src/reference/services`.
    #[arg(long, global = true, value_name = "FILE")]
    reference: Vec<PathBuf>,
}

/// What is known of services: what is built in, and over it the files in their order.
pub(super) fn load(args: &Args) -> Result<Reference, Failure> {
    let mut reference = Reference::new(now());
    for file in &args.reference {
        let name = file.to_string_lossy();
        let text = read(file)?;
        reference.overlay(&name, &text).map_err(|refusal| {
            let help = "a file holds services as AWS's service reference gives them in JSON, or as text";
            Failure::with_help(format!("{name}:{}: {}", refusal.line, refusal.message), help)
        })?;
    }
    Ok(reference)
}

fn read(file: &Path) -> Result<String, Failure> {
    let cannot = |why: &str| Failure::new(format!("cannot read the service data `{}`: {why}", file.to_string_lossy()));
    let metadata = fs::metadata(file).map_err(|error| cannot(&reason(&error)))?;
    if !metadata.is_file() {
        return Err(cannot("it is not a regular file"));
    }
    if metadata.len() > LONGEST as u64 {
        return Err(cannot("it is over 64 MiB"));
    }
    let bytes = fs::read(file).map_err(|error| cannot(&reason(&error)))?;
    String::from_utf8(mask(bytes).bytes).map_err(|_| cannot("it is not UTF-8"))
}
