//! The commands of lenses and actions: what they ask, and how the answer is shown.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::PathBuf;

use lsp_server::{ErrorCode, RequestId, Response};
use serde_json::{Value, json};

use super::lenses::{EXPLAIN, SIMULATE, WHO};
use super::server::{MESSAGE_INFO, Refusal, Server};
use super::uri::{path_of, uri_of};
use super::{Caller, Desk, Scope};

/// What the editor was asked.
#[derive(Debug)]
pub(super) enum Asked {
    /// Something of which the answer does not matter.
    Nothing,
    /// To open a page; where it cannot, this is told.
    Page(String),
    /// Who signs in: one of these.
    Caller { request: RequestId, uri: String, role: String, choices: Vec<String> },
}

/// The choice of one of each kind.
const EVERYBODY: &str = "one of each kind";

impl<W: Write> Server<'_, W> {
    /// Runs a command, and answers.
    pub(super) fn execute(&mut self, id: RequestId, command: &str, arguments: &[Value]) -> io::Result<()> {
        let text = |at: usize| arguments.get(at).and_then(Value::as_str);
        let missing = |what: &str| Err((ErrorCode::InvalidParams, format!("`{command}` takes {what}")));
        let (name, answer) = match command {
            WHO => {
                let Some((uri, role)) = text(0).zip(text(1)) else {
                    return self.finish(id, "", missing("the URI of a document and a role"));
                };
                (named("who", role), self.within(uri, |desk, scope| desk.who(scope, role)))
            }
            SIMULATE => {
                let Some((uri, role)) = text(0).zip(text(1)) else {
                    return self.finish(id, "", missing("the URI of a document, a role and, optionally, a token"));
                };
                match arguments.get(2).filter(|own| !own.is_null()) {
                    None if self.client.asks => return self.choose(id, uri, role),
                    None => (named("simulate", role), self.simulate(uri, role, Caller::Everybody)),
                    Some(Value::String(own)) if own.trim_start().starts_with('{') => {
                        (named("simulate", role), self.simulate(uri, role, Caller::Claims(own)))
                    }
                    Some(Value::String(path)) => (
                        named("simulate", role),
                        self.simulate(uri, role, Caller::File(&path_of(path).unwrap_or_else(|| path.into()))),
                    ),
                    Some(own @ Value::Object(_)) => {
                        (named("simulate", role), self.simulate(uri, role, Caller::Claims(&own.to_string())))
                    }
                    Some(_) => return self.finish(id, "", missing("a path or claims as its token")),
                }
            }
            EXPLAIN => match text(0).and_then(|name| self.desk.rule(name)) {
                Some(rule) => (rule.name.to_owned(), Ok(rule.page.to_owned())),
                None => return self.finish(id, "", missing("the name of a rule")),
            },
            _ => (String::new(), Err((ErrorCode::InvalidParams, format!("there is no command `{command}`")))),
        };
        self.finish(id, &name, answer)
    }

    /// Takes the answer of the editor to what it was asked.
    pub(super) fn answered(&mut self, response: Response) -> io::Result<()> {
        let result = response.response_result.unwrap_or(Value::Null);
        match self.asked.remove(&response.id) {
            Some(Asked::Page(page)) if result.get("success").and_then(Value::as_bool) != Some(true) => {
                self.say(MESSAGE_INFO, &page)
            }
            Some(Asked::Caller { request, uri, role, choices }) => {
                let title = result.get("title").and_then(Value::as_str);
                let Some(choice) = title.filter(|title| choices.iter().any(|own| own == title)) else {
                    // the user wants none
                    return self.wire.answer(request, Value::Null);
                };
                self.look()?;
                let caller = if choice == EVERYBODY { Caller::Everybody } else { Caller::Named(choice) };
                let answer = self.simulate(&uri, &role, caller);
                self.finish(request, &named("simulate", &role), answer)
            }
            _ => Ok(()),
        }
    }

    fn simulate(&mut self, uri: &str, role: &str, caller: Caller<'_>) -> Result<String, Refusal> {
        self.within(uri, |desk: &mut dyn Desk, scope: &Scope<'_>| desk.simulate(scope, role, caller))
    }

    /// Asks the user who signs in.
    fn choose(&mut self, request: RequestId, uri: &str, role: &str) -> io::Result<()> {
        let callers = match self.within(uri, |desk, scope| desk.callers(scope)) {
            Ok(callers) => callers,
            Err(refusal) => return self.finish(request, "", Err(refusal)),
        };
        let choices: Vec<String> = std::iter::once(EVERYBODY.to_owned()).chain(callers).collect();
        let actions: Vec<Value> = choices.iter().map(|title| json!({ "title": title })).collect();
        let message = format!("who signs in, and wants `{role}`?");
        let question = json!({ "type": MESSAGE_INFO, "message": message, "actions": actions });
        let id = self.wire.ask("window/showMessageRequest", question)?;
        self.asked.insert(id, Asked::Caller { request, uri: uri.to_owned(), role: role.to_owned(), choices });
        Ok(())
    }

    /// Answers with a page, and shows it.
    fn finish(&mut self, id: RequestId, name: &str, answer: Result<String, Refusal>) -> io::Result<()> {
        let page = match answer {
            Ok(page) => page,
            Err((code, message)) => return self.wire.refuse(id, code, &message),
        };
        self.wire.answer(id, json!(page))?;
        // where there is no place for a file, the editor shows it itself
        let file = if self.client.shows_documents { self.pages.write(name, &page).ok() } else { None };
        match file {
            Some(file) => {
                let params = json!({ "uri": uri_of(&file), "takeFocus": true });
                let asked = self.wire.ask("window/showDocument", params)?;
                self.asked.insert(asked, Asked::Page(page));
                Ok(())
            }
            None => self.say(MESSAGE_INFO, &page),
        }
    }
}

/// How a page on a role is called.
fn named(command: &str, role: &str) -> String {
    format!("{command}-{}", role.rsplit(['/', ':']).next().unwrap_or(role))
}

/// Pages that were shown, in a folder of their own that goes when the server does.
#[derive(Debug, Default)]
pub(super) struct Pages {
    folder: Option<PathBuf>,
}

/// How many names for the folder are tried.
const TRIES: u32 = 100;
/// The longest name of a page, in characters.
const LONGEST: usize = 80;

impl Pages {
    fn write(&mut self, name: &str, page: &str) -> io::Result<PathBuf> {
        let folder = match &self.folder {
            Some(folder) => folder,
            None => self.folder.insert(new_folder()?),
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).take(LONGEST).collect();
        let ending = if page.starts_with("# ") { "md" } else { "txt" };
        let file = folder.join(format!("{plain}.{ending}"));
        fs::write(&file, page)?;
        Ok(file)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // what cannot be taken away is in a place that is cleared anyway
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// A new folder in the place for what does not last, which nobody else may look into.
fn new_folder() -> io::Result<PathBuf> {
    let mut last = None;
    for number in 0..TRIES {
        let folder = std::env::temp_dir().join(format!("rolecall-{}-{number}", std::process::id()));
        match private(&mut DirBuilder::new()).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
}

#[cfg(unix)]
fn private(builder: &mut DirBuilder) -> &mut DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    builder.mode(0o700)
}

#[cfg(not(unix))]
fn private(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder
}
