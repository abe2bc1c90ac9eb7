//! Files as URIs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The file of a URI; `None` where it is of none, or of another machine.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let path = match rest.strip_prefix("//") {
        Some(behind) => {
            let (host, _) = behind.split_once('/')?;
            let path = behind.strip_prefix(host)?;
            (host.is_empty() || host.eq_ignore_ascii_case("localhost")).then_some(path)?
        }
        None => rest,
    };
    let bytes = decoded(path);
    // a zero ends every path
    (bytes.starts_with(b"/") && !bytes.contains(&0)).then(|| local(bytes))
}

/// The URI of a file.
pub(super) fn uri_of(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let mut uri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in bytes(path, &text) {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(byte.into()),
            // a string takes any write
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

/// What `%` and two digits stand for; a `%` without them is itself.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(behind.first()), digit(behind.get(1))) {
            bytes.push((high * 16 + low) as u8);
            rest = behind.get(2..).unwrap_or(&[]);
        } else {
            bytes.push(first);
            rest = behind;
        }
    }
    bytes
}

#[cfg(unix)]
fn local(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

/// `/c:/policies` is `c:\policies`.
#[cfg(not(unix))]
fn local(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes);
    let drive = text.strip_prefix('/').filter(|rest| rest.as_bytes().get(1) == Some(&b':'));
    PathBuf::from(drive.unwrap_or(&text).replace('/', std::path::MAIN_SEPARATOR_STR))
}

#[cfg(unix)]
fn bytes<'p>(path: &'p Path, _: &'p str) -> impl Iterator<Item = u8> + use<'p> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().iter().copied()
}

#[cfg(not(unix))]
fn bytes<'p>(_: &'p Path, text: &'p str) -> impl Iterator<Item = u8> + use<'p> {
    text.bytes()
}
