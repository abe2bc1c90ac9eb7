//! The conversation: what the editor says, in its order, and when the texts are looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gen_lsp_types::{
    CodeActionRequest, CodeLensRequest, Contents, DidChangeTextDocumentNotification, DidCloseTextDocumentNotification,
    DidOpenTextDocumentNotification, ExecuteCommandRequest, Hover, HoverRequest, MarkupContent, MarkupKind, Position,
    PublishDiagnosticsParams, Range as Place,
};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId};
use serde_json::{Value, json};

use super::client::{Client, folders_in};
use super::commands::{Asked, Pages};
use super::documents::{Document, Documents, key};
use super::lenses::Lens;
use super::position::{Lines, Point};
use super::view::{self, Places, View};
use super::wire::{CANCELLED, Next, Wire, cancelled};
use super::{Desk, Extent, Scope, Trouble, actions, hover};

/// One editor.
pub(super) struct Server<'d, W> {
    pub(super) desk: &'d mut dyn Desk,
    pub(super) wire: Wire<W>,
    state: State,
    pub(super) client: Client,
    pub(super) documents: Documents,
    views: BTreeMap<String, View>,
    /// The documents that changed since they were looked at.
    changed: BTreeSet<String>,
    /// Since when something is to be looked at again.
    stale: Option<Instant>,
    /// How long the last look took.
    took: Duration,
    /// What turned out to be too much to be read at once.
    too_large: BTreeSet<Group>,
    /// What was told that goes wrong, by what is read together.
    complaints: BTreeMap<Group, String>,
    /// What the editor was asked, and has not answered.
    pub(super) asked: BTreeMap<RequestId, Asked>,
    pub(super) pages: Pages,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// The editor did not say yet what it can do.
    New,
    Running,
    /// Only the end is waited for.
    ShutDown,
}

/// Why a request is refused.
pub(super) type Refusal = (ErrorCode, String);

/// What is read together, as it is kept between two looks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Group {
    home: PathBuf,
    part: Part,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    Tree,
    Folder(PathBuf),
    /// This text alone.
    Alone(PathBuf),
}

/// So long nothing may come before the texts are looked at, and as long as the last look took.
const PAUSE: Duration = Duration::from_millis(120);
/// So long it is waited for that at most.
const PATIENCE: Duration = Duration::from_secs(1);

impl<'d, W: Write> Server<'d, W> {
    pub(super) fn new(desk: &'d mut dyn Desk, wire: Wire<W>) -> Self {
        Self {
            desk,
            wire,
            state: State::New,
            client: Client::of(&Value::Null),
            documents: Documents::default(),
            views: BTreeMap::new(),
            changed: BTreeSet::new(),
            stale: None,
            took: Duration::ZERO,
            too_large: BTreeSet::new(),
            complaints: BTreeMap::new(),
            asked: BTreeMap::new(),
            pages: Pages::default(),
        }
    }

    /// Goes on until the end. Gives whether that was in order.
    pub(super) fn run(mut self) -> io::Result<bool> {
        loop {
            let within = self.stale.map(|since| PAUSE.max(self.took).min(PATIENCE.saturating_sub(since.elapsed())));
            match self.wire.next(within)? {
                Next::Message(Message::Request(request)) => self.request(request)?,
                Next::Message(Message::Notification(own)) if own.method == "exit" => return Ok(self.state == State::ShutDown),
                Next::Message(Message::Notification(own)) => self.notification(own)?,
                Next::Message(Message::Response(response)) => self.answered(response)?,
                Next::Silence => self.look()?,
                Next::End => return Ok(self.state == State::ShutDown),
            }
        }
    }

    fn request(&mut self, request: Request) -> io::Result<()> {
        let Request { id, method, params } = request;
        match (self.state, method.as_str()) {
            (State::New, "initialize") => {
                self.client = Client::of(&params);
                self.state = State::Running;
                let welcome = self.client.welcome();
                return self.wire.answer(id, welcome);
            }
            (State::New, _) => return self.wire.refuse(id, ErrorCode::ServerNotInitialized, "the first request is `initialize`"),
            (State::ShutDown, _) => return self.wire.refuse(id, ErrorCode::InvalidRequest, "the server was shut down"),
            (State::Running, "shutdown") => {
                self.state = State::ShutDown;
                return self.wire.answer(id, Value::Null);
            }
            (State::Running, "initialize") => {
                return self.wire.refuse(id, ErrorCode::InvalidRequest, "`initialize` came before");
            }
            (State::Running, "workspace/executeCommand") => {
                self.look()?;
                return match read::<ExecuteCommandRequest>(&method, params) {
                    Ok(params) => self.execute(id, &params.command, &params.arguments.unwrap_or_default()),
                    Err((code, message)) => self.wire.refuse(id, code, &message),
                };
            }
            (State::Running, _) => {}
        }
        let answer = match method.as_str() {
            "textDocument/hover" => {
                self.look()?;
                read::<HoverRequest>(&method, params).map(|params| {
                    let at = params.text_document_position_params;
                    self.hover(&at.text_document.uri.0, at.position)
                })
            }
            "textDocument/codeAction" => {
                self.look()?;
                read::<CodeActionRequest>(&method, params).map(|params| {
                    let view = self.views.get(&key(&params.text_document.uri.0));
                    let only = params.context.only.as_deref();
                    json!(view.map(|view| actions::actions(view, params.range, only)).unwrap_or_default())
                })
            }
            "textDocument/codeLens" => {
                self.look()?;
                read::<CodeLensRequest>(&method, params).map(|params| {
                    let view = self.views.get(&key(&params.text_document.uri.0));
                    json!(view.map(|view| view.lenses.iter().map(Lens::shown).collect::<Vec<_>>()).unwrap_or_default())
                })
            }
            _ => Err((ErrorCode::MethodNotFound, format!("there is no method `{method}`"))),
        };
        match answer {
            Ok(result) => self.wire.answer(id, result),
            Err((code, message)) => self.wire.refuse(id, code, &message),
        }
    }

    fn notification(&mut self, own: Notification) -> io::Result<()> {
        if self.state != State::Running {
            return Ok(());
        }
        if let Some(id) = cancelled(&own) {
            return self.cancel(&id);
        }
        let Notification { method, params } = own;
        // what cannot be read is passed over: a notification has no answer
        match method.as_str() {
            "initialized" => self.watch()?,
            "textDocument/didOpen" => {
                if let Some(params) = told::<DidOpenTextDocumentNotification>(params) {
                    let own = params.text_document;
                    self.changed.insert(key(&own.uri.0));
                    self.documents.open(own.uri.0, own.version, own.text);
                    self.touch();
                }
            }
            "textDocument/didChange" => {
                if let Some(params) = told::<DidChangeTextDocumentNotification>(params) {
                    let own = params.text_document;
                    let uri = own.text_document_identifier.uri.0;
                    if self.documents.change(&uri, own.version, params.content_changes, self.client.encoding) {
                        self.changed.insert(key(&uri));
                        self.touch();
                    }
                }
            }
            "textDocument/didClose" => {
                if let Some(params) = told::<DidCloseTextDocumentNotification>(params)
                    && let Some(closed) = self.documents.close(&params.text_document.uri.0)
                {
                    self.views.remove(&key(&closed.uri));
                    self.publish(&closed.uri, None, Vec::new())?;
                    // what is beside it meets the file again
                    self.touch_all();
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" | "workspace/didChangeConfiguration" => self.touch_all(),
            "workspace/didChangeWorkspaceFolders" => {
                let event = params.get("event");
                let removed = folders_in(event.and_then(|event| event.get("removed")));
                self.client.folders.retain(|folder| !removed.contains(folder));
                self.client.folders.extend(folders_in(event.and_then(|event| event.get("added"))));
                self.touch_all();
            }
            _ => {}
        }
        Ok(())
    }

    /// Asks to be told when files change.
    fn watch(&mut self) -> io::Result<()> {
        if !self.client.watches {
            return Ok(());
        }
        let pattern = "**/*.{json,yaml,yml,template,tf,tfvars,toml}";
        let registration = json!({
            "registrations": [{
                "id": "rolecall-files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": [{ "globPattern": pattern }] },
            }],
        });
        let id = self.wire.ask("client/registerCapability", registration)?;
        self.asked.insert(id, Asked::Nothing);
        Ok(())
    }

    fn touch(&mut self) {
        self.stale.get_or_insert_with(Instant::now);
    }

    fn touch_all(&mut self) {
        self.changed.extend(self.documents.all().map(|(key, _)| key.clone()));
        self.touch();
    }

    /// Looks at what changed with all that belongs to it, where something did.
    pub(super) fn look(&mut self) -> io::Result<()> {
        if self.stale.take().is_none() {
            return Ok(());
        }
        let started = Instant::now();
        let mut changed = std::mem::take(&mut self.changed);
        let mut troubles: Vec<(Group, String)> = Vec::new();
        // a folder that turns out to be too large falls apart into smaller ones
        loop {
            let groups = self.groups();
            let stale: Vec<Group> = groups
                .iter()
                .filter(|(_, keys)| keys.iter().any(|key| changed.contains(key)))
                .map(|(group, _)| group.clone())
                .collect();
            let too_large: Vec<Group> = stale.iter().filter(|group| !self.look_at(group, &mut troubles)).cloned().collect();
            if too_large.is_empty() {
                for group in &stale {
                    self.publish_group(group)?;
                }
                break;
            }
            for group in too_large {
                changed.extend(groups.get(&group).into_iter().flatten().cloned());
                self.narrow(&group)?;
            }
        }
        for (group, trouble) in troubles {
            if self.complaints.get(&group) != Some(&trouble) {
                self.say(MESSAGE_ERROR, &trouble)?;
                self.complaints.insert(group, trouble);
            }
        }
        self.took = started.elapsed();
        Ok(())
    }

    /// Looks at a group. Gives whether it was not too large.
    fn look_at(&mut self, group: &Group, troubles: &mut Vec<(Group, String)>) -> bool {
        let Self { desk, client, documents, views, too_large, complaints, .. } = self;
        let own: Vec<(&String, &Document)> =
            documents.all().filter(|(_, document)| group_of(document, client, too_large) == *group).collect();
        let open: Vec<_> = own.iter().map(|(_, document)| document.as_open()).collect();
        let scope = Scope { home: &group.home, extent: group.extent(), open: &open };
        let mut found: Vec<(String, View)> = Vec::new();
        let looked = desk.look(&scope, &mut |looked| {
            let places = Places::new(client, documents, looked.facts.sources, &group.home);
            found = own.iter().map(|(key, document)| ((*key).clone(), View::of(document, looked, &places))).collect();
        });
        if let Err(trouble) = looked {
            if trouble == Trouble::TooLarge && !matches!(group.part, Part::Alone(_)) {
                return false;
            }
            found = own.iter().map(|(key, _)| ((*key).clone(), View::default())).collect();
            let open = match &trouble {
                Trouble::Mistakes { file, mistakes, .. } => documents.of_file(file).map(|own| (own, mistakes)),
                _ => None,
            };
            match open {
                // it is shown there
                Some((document, wrong)) => found.push((key(&document.uri), view::mistakes(document, wrong, client))),
                None => troubles.push((group.clone(), trouble.to_string())),
            }
        } else {
            complaints.remove(group);
        }
        views.extend(found);
        true
    }

    /// The open texts by what is read together.
    fn groups(&self) -> BTreeMap<Group, Vec<String>> {
        let mut groups: BTreeMap<Group, Vec<String>> = BTreeMap::new();
        for (key, document) in self.documents.all() {
            groups.entry(group_of(document, &self.client, &self.too_large)).or_default().push(key.clone());
        }
        groups
    }

    /// From now on less is read at once.
    fn narrow(&mut self, group: &Group) -> io::Result<()> {
        let (folder, rest) = match &group.part {
            Part::Tree => (&group.home, "only the folder of an open file is read with it"),
            Part::Folder(folder) => (folder, "only what is open in it is read, each text alone"),
            Part::Alone(_) => return Ok(()),
        };
        let line = format!("`{}` is too large to be read at each key: {rest}", folder.to_string_lossy());
        self.too_large.insert(group.clone());
        self.say(MESSAGE_INFO, &line)
    }

    fn publish_group(&mut self, group: &Group) -> io::Result<()> {
        let Self { client, documents, views, too_large, .. } = self;
        let own = documents.all().filter(|(_, document)| group_of(document, client, too_large) == *group);
        let all: Vec<_> = own
            .filter_map(|(key, document)| Some((document.uri.clone(), document.version, views.get(key)?.diagnostics.clone())))
            .collect();
        for (uri, version, diagnostics) in all {
            self.publish(&uri, Some(version), diagnostics)?;
        }
        Ok(())
    }

    fn publish(&mut self, uri: &str, version: Option<i32>, diagnostics: Vec<gen_lsp_types::Diagnostic>) -> io::Result<()> {
        let params = PublishDiagnosticsParams { uri: uri.into(), version, diagnostics };
        self.wire.tell("textDocument/publishDiagnostics", json!(params))
    }

    pub(super) fn say(&mut self, kind: u8, message: &str) -> io::Result<()> {
        self.wire.tell("window/showMessage", json!({ "type": kind, "message": message }))
    }

    fn hover(&self, uri: &str, at: Position) -> Value {
        let (Some(document), Some(view)) = (self.documents.get(uri), self.views.get(&key(uri))) else { return Value::Null };
        let lines = Lines::of(&document.text);
        let offset = lines.offset(&document.text, Point { line: at.line, column: at.character }, self.client.encoding);
        let Some((page, range)) = hover::at(view, offset, self.desk) else { return Value::Null };
        let position = |offset: usize| {
            let point = lines.point(&document.text, offset, self.client.encoding);
            Position { line: point.line, character: point.column }
        };
        let kind = if self.client.draws_markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        let place = Place { start: position(range.start), end: position(range.end) };
        json!(Hover { contents: Contents::MarkupContent(MarkupContent { kind, value: page }), range: Some(place) })
    }

    /// Asks of all that belongs to a document.
    pub(super) fn within<T>(
        &mut self,
        uri: &str,
        ask: impl FnOnce(&mut dyn Desk, &Scope<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Refusal> {
        let Self { desk, client, documents, too_large, .. } = self;
        let Some(document) = documents.get(uri) else {
            return Err((ErrorCode::InvalidParams, "the document is not open".to_owned()));
        };
        let group = group_of(document, client, too_large);
        let own = documents.all().filter(|(_, document)| group_of(document, client, too_large) == group);
        let open: Vec<_> = own.map(|(_, document)| document.as_open()).collect();
        let scope = Scope { home: &group.home, extent: group.extent(), open: &open };
        ask(*desk, &scope).map_err(|trouble| (ErrorCode::RequestFailed, trouble.to_string()))
    }

    /// Takes back a request that waits for an answer of the user.
    fn cancel(&mut self, id: &RequestId) -> io::Result<()> {
        let waits = |asked: &Asked| matches!(asked, Asked::Caller { request, .. } if request == id);
        let Some(question) = self.asked.iter().find(|(_, asked)| waits(asked)).map(|(question, _)| question.clone()) else {
            return Ok(());
        };
        self.asked.insert(question, Asked::Nothing);
        self.wire.refuse(id.clone(), ErrorCode::RequestCanceled, CANCELLED)
    }
}

/// Kinds of messages to the user.
pub(super) const MESSAGE_ERROR: u8 = 1;
pub(super) const MESSAGE_INFO: u8 = 3;

/// What a document is read with: as much as is not too large. What is no file is read alone.
fn group_of(document: &Document, client: &Client, too_large: &BTreeSet<Group>) -> Group {
    let alone = |home: PathBuf| Group { home, part: Part::Alone(document.path.clone()) };
    if !document.is_file {
        return alone(client.folders.first().cloned().unwrap_or_default());
    }
    let folder = document.path.parent().unwrap_or(&document.path).to_owned();
    let around = client.folder_of(&document.path);
    let tree = around.map(|home| Group { home: home.clone(), part: Part::Tree });
    let home = around.unwrap_or(&folder).clone();
    let beside = Group { home: home.clone(), part: Part::Folder(folder) };
    tree.into_iter().chain([beside]).find(|group| !too_large.contains(group)).unwrap_or_else(|| alone(home))
}

impl Group {
    fn extent(&self) -> Extent<'_> {
        match &self.part {
            Part::Tree => Extent::Tree(&self.home),
            Part::Folder(folder) => Extent::Folder(folder),
            Part::Alone(_) => Extent::Alone,
        }
    }
}

/// The parameters of a request. What is wrong in them is not repeated: a token may stand there.
fn read<R: gen_lsp_types::Request>(method: &str, params: Value) -> Result<R::Params, Refusal> {
    serde_json::from_value(params).map_err(|_| (ErrorCode::InvalidParams, format!("these are no parameters of `{method}`")))
}

/// The parameters of a notification.
fn told<N: gen_lsp_types::Notification>(params: Value) -> Option<N::Params> {
    serde_json::from_value(params).ok()
}
