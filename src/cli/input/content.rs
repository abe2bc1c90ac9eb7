//! Reads what an input holds, unless it is not worth it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::Utf8Error;

use rolecall::inventory::{NOTHING, look_at, may_hold_json};
use rolecall::source::utf16;

/// Offsets are counted in 32 bits.
const MAX_SIZE: u64 = 1 << 30;
/// A text longer than this that is no JSON is written by no person.
const MAX_TEXT: u64 = 64 << 20;
/// A file with more white space than this before its first word is not worth more.
pub(in crate::cli) const HEAD: usize = 4096;

const TOO_LARGE: &str = "over 1 GiB";
const TOO_LONG: &str = "over 64 MiB and no JSON";

/// What an input holds.
#[derive(Clone)]
pub(super) enum Content {
    Text(Vec<u8>),
    /// Nothing that is looked at, and why.
    Nothing(&'static str),
}

/// Reads a file, unless it shows that it is not worth it.
pub(super) fn read_file(path: &Path) -> io::Result<Content> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_SIZE { Ok(Content::Nothing(TOO_LARGE)) } else { content(&path.to_string_lossy(), file, size as usize) }
}

/// Reads to the end, unless the head shows that it is not worth it.
pub(super) fn content(name: &str, mut from: impl Read, size: usize) -> io::Result<Content> {
    let mut bytes = Vec::with_capacity(size.max(HEAD) + 1);
    from.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
    let most = match most(&bytes) {
        Ok(most) => most,
        Err(why) => return Ok(Content::Nothing(why)),
    };
    from.take(most + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
    let why = if bytes.len() as u64 > most { Some(too_large(most)) } else { no_reason(name, &bytes, most) };
    Ok(why.map_or(Content::Text(bytes), Content::Nothing))
}

/// How large a file that starts like this may be, or why it is not looked at.
pub(in crate::cli) fn most(head: &[u8]) -> Result<u64, &'static str> {
    if is_json(head) {
        return Ok(MAX_SIZE);
    }
    // a zero stands in no text
    if head.contains(&0) { Err(NOTHING) } else { Ok(MAX_TEXT) }
}

/// Why a file that is larger than it may be is not looked at.
pub(in crate::cli) fn too_large(most: u64) -> &'static str {
    if most == MAX_SIZE { TOO_LARGE } else { TOO_LONG }
}

/// Why a whole file is not looked at, by the size that it may have; none where it is.
pub(in crate::cli) fn no_reason(name: &str, bytes: &[u8], most: u64) -> Option<&'static str> {
    if most == MAX_SIZE { None } else { look_at(name, &String::from_utf8_lossy(bytes)).err() }
}

/// Whether a file that starts like this may be JSON.
fn is_json(head: &[u8]) -> bool {
    let valid = |error: Utf8Error| head.get(..error.valid_up_to()).and_then(|valid| str::from_utf8(valid).ok());
    let text = str::from_utf8(head).or_else(|error| valid(error).ok_or(error)).unwrap_or("");
    may_hold_json(text) || utf16(head).is_some()
}
