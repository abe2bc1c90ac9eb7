//! The texts that are open in an editor, as it last told them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{Position, TextDocumentContentChangeEvent};

use super::Open;
use super::position::{Encoding, Lines, Point};
use super::uri::{path_of, uri_of};

/// All that are open, each by what its URI means: an editor may write one in several ways.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
}

/// A text that is open.
#[derive(Debug)]
pub(super) struct Document {
    /// Its URI as the editor writes it.
    pub(super) uri: String,
    /// Its file; its URI, where it is of none.
    pub(super) path: PathBuf,
    /// Whether it is of a file.
    pub(super) is_file: bool,
    /// The number of its state.
    pub(super) version: i32,
    /// The text.
    pub(super) text: String,
}

impl Documents {
    pub(super) fn open(&mut self, uri: String, version: i32, text: String) {
        let file = path_of(&uri);
        let is_file = file.is_some();
        let document = Document { path: file.unwrap_or_else(|| PathBuf::from(&uri)), is_file, version, text, uri };
        self.open.insert(key(&document.uri), document);
    }

    pub(super) fn close(&mut self, uri: &str) -> Option<Document> {
        self.open.remove(&key(uri))
    }

    pub(super) fn get(&self, uri: &str) -> Option<&Document> {
        self.open.get(&key(uri))
    }

    /// The one of this file.
    pub(super) fn of_file(&self, path: &Path) -> Option<&Document> {
        self.open.get(&uri_of(path))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Document)> {
        self.open.iter()
    }

    /// Makes changes, one after the other. Gives whether it is open.
    pub(super) fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.open.get_mut(&key(uri)) else { return false };
        document.version = version;
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => document.text = whole.text,
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let lines = Lines::of(&document.text);
                    let offset =
                        |at: Position| lines.offset(&document.text, Point { line: at.line, column: at.character }, encoding);
                    let (start, end) = (offset(part.range.start), offset(part.range.end));
                    // both lie on bounds of characters
                    document.text.replace_range(start..end.max(start), &part.text);
                }
            }
        }
        true
    }
}

impl Document {
    pub(super) fn as_open(&self) -> Open<'_> {
        Open { path: &self.path, text: &self.text, is_file: self.is_file }
    }
}

/// What a URI means: that of its file as it is written here, or itself.
pub(super) fn key(uri: &str) -> String {
    path_of(uri).map_or_else(|| uri.to_owned(), |path| uri_of(&path))
}
