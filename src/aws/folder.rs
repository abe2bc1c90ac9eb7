//! A folder on disk, in which a file is whole or absent.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::snapshot::{Halt, LIST};

/// The folder of a snapshot.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// What became of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Writing {
    New,
    Changed,
    Same,
}

/// What is written lies here until it is whole.
const UNFINISHED: &str = ".unfinished";

impl Folder {
    /// Opens a folder, or makes it. One with other things in it is refused: files of the user could be overwritten.
    pub(super) fn open(path: &Path) -> Result<Self, Halt> {
        let folder = Self { path: path.to_owned() };
        fs::create_dir_all(path).map_err(|error| folder.halt("", &error))?;
        let is_snapshot = path.join(LIST).exists();
        let entries = fs::read_dir(path).map_err(|error| folder.halt("", &error))?;
        let foreign = entries.flatten().any(|entry| entry.file_name() != UNFINISHED);
        if foreign && !is_snapshot {
            return Err(Halt::NoSnapshot(path.to_string_lossy().into_owned()));
        }
        folder.close()?;
        Ok(folder)
    }

    /// The text of the list, where there is one.
    pub(super) fn list(&mut self) -> Result<Option<String>, Halt> {
        match fs::read_to_string(self.path.join(LIST)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.halt(LIST, &error)),
        }
    }

    /// Whether a file is there.
    pub(super) fn has(&self, file: &str) -> bool {
        self.path.join(file).is_file()
    }

    /// Writes a file, unless it holds just this.
    pub(super) fn write(&mut self, file: &str, text: &str) -> Result<Writing, Halt> {
        let path = self.path.join(file);
        let before = fs::read(&path).ok();
        if before.as_deref() == Some(text.as_bytes()) {
            return Ok(Writing::Same);
        }
        let unfinished = self.path.join(UNFINISHED);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&unfinished, text));
        written.and_then(|()| fs::rename(&unfinished, &path)).map_err(|error| self.halt(file, &error))?;
        Ok(if before.is_some() { Writing::Changed } else { Writing::New })
    }

    /// Takes a file out, and the folders that are empty then. Whether there was one.
    pub(super) fn remove(&mut self, file: &str) -> Result<bool, Halt> {
        let path = self.path.join(file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.halt(file, &error)),
            Ok(()) => {}
        }
        let inside = path.ancestors().skip(1).take_while(|folder| *folder != self.path);
        // a folder with something in it stays
        let _ = inside.map(fs::remove_dir).take_while(Result::is_ok).count();
        Ok(true)
    }

    /// Takes out what a run that was cut off left.
    pub(super) fn close(&self) -> Result<(), Halt> {
        match fs::remove_file(self.path.join(UNFINISHED)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.halt(UNFINISHED, &error)),
            _ => Ok(()),
        }
    }

    fn halt(&self, file: &str, error: &io::Error) -> Halt {
        let text = error.to_string();
        let why = text.split(" (os error").next().unwrap_or(&text).to_lowercase();
        Halt::Io(self.path.join(file).to_string_lossy().into_owned(), why)
    }
}
