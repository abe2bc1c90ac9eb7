//! Gathers what an editor has open, and the files around it.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rolecall::lsp::{Extent, Scope, Trouble};

use super::super::config::Loaded;
use super::{ALL, Bounds, Content, EXCLUDED, Gathering, Inputs, content, read_file};

/// Of a folder with more files than this, or more bytes to look at, not the whole is read at each key.
const MOST: Bounds = Bounds { depth: None, files: 10_000, bytes: 8 << 20 };

/// Files as they were read before, by their paths.
#[derive(Default)]
pub(in crate::cli) struct Shelf(HashMap<PathBuf, Kept>);

struct Kept {
    size: u64,
    time: Option<SystemTime>,
    content: Content,
}

/// Reads what a scope holds, with the open texts in the places of files; what is asked for at each key only where it is not too large.
pub(in crate::cli) fn gather_open(
    scope: &Scope<'_>,
    config: &Loaded,
    shelf: &mut Shelf,
    at_each_key: bool,
) -> Result<Inputs, Trouble> {
    let mut gathering = Gathering::new(&[], config);
    gathering.base = Some(scope.home.to_owned());
    let depth = matches!(scope.extent, Extent::Folder(_)).then_some(1);
    gathering.bounds = Bounds { depth, ..if at_each_key { MOST } else { ALL } };
    gathering.read = Box::new(|path| match scope.open.iter().find(|open| open.path == path) {
        Some(open) => content(&path.to_string_lossy(), open.text.as_bytes(), open.text.len()),
        None => shelf.read(path),
    });
    if let Extent::Tree(folder) | Extent::Folder(folder) = scope.extent {
        gathering.walk(folder);
        if gathering.bounds.files == 0 {
            return Err(Trouble::TooLarge);
        }
    }
    // of a part it is not known what is needed in the rest
    gathering.inputs.searched &= matches!(scope.extent, Extent::Tree(_));
    // what is not stored yet is in no folder, and what a folder passes over is wanted where it is open
    for open in scope.open {
        let name = scope.name_of(open.path);
        let inputs = &gathering.inputs;
        let is_there = inputs.read.iter().any(|&id| inputs.sources.get(id).name() == name)
            || inputs.passed_over.iter().any(|(own, _)| *own == name);
        if is_there {
            continue;
        }
        if open.is_file && config.excludes(open.path) {
            gathering.pass_over(&name, EXCLUDED);
        } else {
            gathering.file(open.path, Path::new(&*name));
        }
    }
    gathering.tell_left_out();
    Ok(gathering.inputs)
}

impl Shelf {
    /// A file as it is, read only where it looks changed.
    fn read(&mut self, path: &Path) -> io::Result<Content> {
        let metadata = fs::metadata(path)?;
        if let Some(kept) = self.0.get(path).filter(|kept| kept.is_of(&metadata)) {
            return Ok(kept.content.clone());
        }
        let content = read_file(path)?;
        let (size, time) = (metadata.len(), metadata.modified().ok());
        if size <= MOST.bytes as u64 {
            self.0.insert(path.to_owned(), Kept { size, time, content: content.clone() });
        }
        Ok(content)
    }
}

impl Kept {
    fn is_of(&self, metadata: &Metadata) -> bool {
        self.size == metadata.len() && self.time.is_some() && self.time == metadata.modified().ok()
    }
}
