//! What an editor can do and where it works, as it says at the start. What it does not say it cannot.

use std::path::PathBuf;

use gen_lsp_types::{
    ChangeNotifications, CodeActionKind, CodeActionOptions, CodeLensOptions, ExecuteCommandOptions, PositionEncodingKind, Save,
    ServerCapabilities, TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use serde_json::{Value, json};

use super::actions::FIX_ALL;
use super::lenses::COMMANDS;
use super::position::Encoding;
use super::uri::path_of;

/// An editor.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Client {
    /// What its columns count.
    pub(super) encoding: Encoding,
    /// The folders that it works in.
    pub(super) folders: Vec<PathBuf>,
    /// Whether it opens a document when asked.
    pub(super) shows_documents: bool,
    /// Whether it asks the user.
    pub(super) asks: bool,
    /// Whether an edit may name the version of the document that it is for.
    pub(super) takes_versions: bool,
    /// Whether it lets itself be asked to watch files.
    pub(super) watches: bool,
    /// Whether it draws Markdown.
    pub(super) draws_markdown: bool,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub(super) fn of(params: &Value) -> Self {
        let says = |path: &str| params.pointer(path).and_then(Value::as_bool).unwrap_or(false);
        let texts = |path: &str| -> Vec<&str> {
            let list = params.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(Value::as_str).collect()
        };
        let encodings = texts("/capabilities/general/positionEncodings");
        // no conversion, where that is possible
        let encoding = if encodings.contains(&"utf-8") { Encoding::Utf8 } else { Encoding::Utf16 };
        let formats = texts("/capabilities/textDocument/hover/contentFormat");
        Self {
            encoding,
            folders: folders(params),
            shows_documents: says("/capabilities/window/showDocument/support"),
            asks: params.pointer("/capabilities/window/showMessage").is_some_and(Value::is_object),
            takes_versions: says("/capabilities/workspace/workspaceEdit/documentChanges"),
            watches: says("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            draws_markdown: formats.is_empty() || formats.contains(&"markdown"),
        }
    }

    /// The answer to `initialize`.
    pub(super) fn welcome(&self) -> Value {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        };
        let kinds = vec![CodeActionKind::QuickFix, CodeActionKind::Custom(FIX_ALL.into())];
        let folders = WorkspaceFoldersServerCapabilities::new(Some(true), Some(ChangeNotifications::Bool(true)));
        let capabilities = ServerCapabilities {
            position_encoding: Some(match self.encoding {
                Encoding::Utf8 => PositionEncodingKind::UTF8,
                Encoding::Utf16 => PositionEncodingKind::UTF16,
            }),
            text_document_sync: Some(sync.into()),
            hover_provider: Some(true.into()),
            code_action_provider: Some(
                CodeActionOptions { code_action_kinds: Some(kinds), ..CodeActionOptions::default() }.into(),
            ),
            code_lens_provider: Some(CodeLensOptions::default()),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: COMMANDS.map(str::to_owned).to_vec(),
                ..ExecuteCommandOptions::default()
            }),
            workspace: Some(WorkspaceOptions { workspace_folders: Some(folders), ..WorkspaceOptions::default() }),
            ..ServerCapabilities::default()
        };
        json!({
            "capabilities": capabilities,
            "serverInfo": { "name": "rolecall", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// The innermost folder that a file lies in.
    pub(super) fn folder_of(&self, path: &std::path::Path) -> Option<&PathBuf> {
        let around = self.folders.iter().filter(|folder| path.starts_with(folder));
        around.max_by_key(|folder| folder.components().count())
    }
}

/// The folders of a list of workspace folders.
pub(super) fn folders_in(list: Option<&Value>) -> Vec<PathBuf> {
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|folder| path_of(folder.get("uri")?.as_str()?)).collect()
}

/// The folders that the editor works in, in whichever of the three ways it names them.
fn folders(params: &Value) -> Vec<PathBuf> {
    let folders = folders_in(params.get("workspaceFolders"));
    if !folders.is_empty() {
        return folders;
    }
    let of_uri = || params.get("rootUri").and_then(Value::as_str).and_then(path_of);
    let of_path = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from).filter(|path| path.is_absolute());
    of_uri().or_else(of_path).into_iter().collect()
}
