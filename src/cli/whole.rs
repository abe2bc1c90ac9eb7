//! Writes files whole or not at all: first beside the name, then in its place. Neither a full disk nor the end of the run leaves half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::output::reason;

/// Writes a file. What is no regular file, such as a pipe or a device, is written to as it is.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_there = fs::symlink_metadata(path).is_ok();
    let target = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return fs::write(path, bytes),
        Ok(metadata) if metadata.permissions().readonly() => return Err(ErrorKind::ReadOnlyFilesystem.into()),
        Ok(_) => fs::canonicalize(path)?,
        // a link to what is not there yet
        Err(_) if is_there => return fs::write(path, bytes),
        Err(_) => path.to_owned(),
    };
    match put(&target, bytes) {
        // a file may be open to a user to whom its folder is not, and stand where nothing else can be put in its place
        Err(error) if is_there && is_of_the_folder(&error) => fs::write(path, bytes),
        done => done,
    }
}

/// As [`write`], of a file that must still hold `old`. Where the name is a link, it stays one.
pub(super) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), String> {
    let words = |error: io::Error| reason(&error);
    let path = fs::canonicalize(path).map_err(words)?;
    if fs::metadata(&path).map_err(words)?.permissions().readonly() {
        return Err("it is read-only".to_owned());
    }
    if fs::read(&path).map_err(words)? != old {
        return Err("it was changed meanwhile".to_owned());
    }
    put(&path, new).map_err(words)
}

/// Puts a file in its place, with the permissions of the one that was there.
fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _whole = Whole::begin();
    let (beside, mut file) = open_beside(path)?;
    let mut put = || {
        file.write_all(bytes)?;
        if let Ok(before) = fs::metadata(path) {
            file.set_permissions(before.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    put().inspect_err(|_| {
        // what is left of it is of no use
        let _ = fs::remove_file(&beside);
    })
}

/// After so many names something else is wrong.
const TRIES: u32 = 100;

/// A new file beside a name. A run that was ended by force may have left one.
fn open_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut last = None;
    for number in 0..TRIES {
        let beside = path.with_file_name(format!(".rolecall-{}-{number}.unfinished", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| ErrorKind::AlreadyExists.into()))
}

fn is_of_the_folder(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::ResourceBusy | ErrorKind::CrossesDevices
    )
}

#[cfg(unix)]
use signals::Whole;

#[cfg(not(unix))]
struct Whole;

#[cfg(not(unix))]
impl Whole {
    fn begin() -> Self {
        Self
    }
}

#[cfg(unix)]
mod signals {
    use std::ffi::c_int;
    use std::fs;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, OnceLock};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::{flag, low_level};

    /// While this is there, what ends a run waits until a file is whole. Then the run ends as if nothing had held it up.
    pub(super) struct Whole;

    struct Held {
        /// Whether a signal ends the run at once.
        ends: Arc<AtomicBool>,
        /// The last signal that came; 0 is none.
        came: Arc<AtomicUsize>,
    }

    static HELD: OnceLock<Held> = OnceLock::new();

    impl Whole {
        pub(super) fn begin() -> Self {
            HELD.get_or_init(held).ends.store(false, Ordering::SeqCst);
            Self
        }
    }

    impl Drop for Whole {
        fn drop(&mut self) {
            let Some(held) = HELD.get() else { return };
            held.ends.store(true, Ordering::SeqCst);
            let came = held.came.load(Ordering::SeqCst);
            if let Some(signal) = c_int::try_from(came).ok().filter(|signal| *signal != 0) {
                // one that cannot be sent again has not come
                let _ = low_level::emulate_default_handler(signal);
            }
        }
    }

    fn held() -> Held {
        let held = Held { ends: Arc::new(AtomicBool::new(true)), came: Arc::new(AtomicUsize::new(0)) };
        for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)) {
            // where a signal cannot be held up, it ends the run as ever
            let _ = flag::register_conditional_default(signal, Arc::clone(&held.ends));
            let _ = flag::register_usize(signal, Arc::clone(&held.came), usize::try_from(signal).unwrap_or(0));
        }
        // a file that gets larger than may be is an error like any other
        let _ = flag::register(SIGXFSZ, Arc::default());
        held
    }

    /// Whether whoever started the run wants a signal to be ignored, as `nohup` does. Only Linux tells.
    fn is_ignored(signal: c_int) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        mask >> (signal - 1) & 1 == 1
    }
}
