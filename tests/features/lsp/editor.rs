//! What an editor does: it starts the server, talks to it, and makes the edits that it is given.

#![expect(clippy::needless_pass_by_value, reason = "calls read better with the values in them")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rolecall::lsp::{Encoding, Lines, Point};
use serde_json::{Value, json};

use crate::transcript::tool;

pub(crate) const NOTHING: Value = Value::Null;

/// More than any answer takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// An editor with its server.
pub(crate) struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    /// What came and was not waited for.
    kept: Vec<Value>,
    /// All that came.
    heard: String,
    asked: i64,
}

impl Editor {
    /// One that says nothing yet.
    pub(crate) fn silent() -> Self {
        let mut tool = tool();
        let mut server = tool
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the server starts");
        let mut from = BufReader::new(server.stdout.take().expect("its output"));
        let (sender, output) = channel();
        thread::spawn(move || {
            loop {
                let mut length = None;
                loop {
                    let mut line = String::new();
                    if from.read_line(&mut line).expect("a line") == 0 {
                        return;
                    }
                    // nothing but the protocol stands there
                    match line.trim_end().split_once(": ") {
                        Some(("Content-Length", own)) => length = Some(own.parse().expect("a number")),
                        Some(_) => {}
                        None => {
                            assert_eq!(line, "\r\n", "no header of the protocol");
                            break;
                        }
                    }
                }
                let mut body = vec![0; length.expect("a length")];
                from.read_exact(&mut body).expect("a message");
                if sender.send(serde_json::from_slice(&body).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take();
        Self { server, input, output, kept: Vec::new(), heard: String::new(), asked: 0 }
    }

    /// One that works in a folder.
    pub(crate) fn start(capabilities: Value, folder: &Path) -> Self {
        let mut editor = Self::silent();
        let folders = json!([{ "uri": uri(folder), "name": "work" }]);
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders });
        let welcome = editor.ask("initialize", params);
        assert_eq!(welcome["serverInfo"]["name"], json!("rolecall"));
        editor.tell("initialized", json!({}));
        editor
    }

    /// Ends the server as the protocol asks for, and gives its exit code.
    pub(crate) fn end(&mut self) -> i32 {
        assert_eq!(self.ask("shutdown", NOTHING), NOTHING);
        self.tell("exit", NOTHING);
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> i32 {
        while let Ok(message) = self.output.recv_timeout(PATIENCE) {
            self.hear(message);
        }
        self.server.wait().expect("it ends").code().expect("a code")
    }

    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// All that the server said.
    pub(crate) fn heard(&self) -> &str {
        &self.heard
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server listens");
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        self.bytes(&message(&json!({ "jsonrpc": "2.0", "method": method, "params": params })));
    }

    /// Sends a request, and gives its number.
    pub(crate) fn send(&mut self, method: &str, params: Value) -> i64 {
        self.asked += 1;
        self.bytes(&message(&json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params })));
        self.asked
    }

    /// Sends several at once, the last of them about the request of that place; gives the numbers of the first two.
    pub(crate) fn together(&mut self, all: &[(&str, Value, Option<i64>)]) -> (i64, i64) {
        let first = self.asked + 1;
        let mut bytes = Vec::new();
        for (method, params, about) in all {
            bytes.extend(message(&if let Some(at) = about {
                json!({ "jsonrpc": "2.0", "method": method, "params": { "id": first + at } })
            } else {
                self.asked += 1;
                json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params })
            }));
        }
        self.bytes(&bytes);
        (first, first + 1)
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer(id)
    }

    pub(crate) fn answer(&mut self, id: i64) -> Value {
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{response}");
        response["result"].clone()
    }

    /// The code with which a request is refused.
    pub(crate) fn refusal(&mut self, id: i64) -> i64 {
        let response = self.response(id);
        response["error"]["code"].as_i64().unwrap_or_else(|| panic!("no refusal: {response}"))
    }

    /// What the server asks, with the number of the question.
    pub(crate) fn asked(&mut self, method: &str) -> (Value, Value) {
        let question = self.find(|own| own["method"] == method && own.get("id").is_some());
        (question["id"].clone(), question["params"].clone())
    }

    pub(crate) fn reply(&mut self, id: &Value, result: &Value) {
        self.bytes(&message(&json!({ "jsonrpc": "2.0", "id": id, "result": result })));
    }

    /// What is told next by this method.
    pub(crate) fn told(&mut self, method: &str) -> Value {
        self.find(|own| own["method"] == method)["params"].clone()
    }

    /// What was told by this method and not waited for.
    pub(crate) fn taken(&mut self, method: &str) -> Vec<Value> {
        let (own, rest) = std::mem::take(&mut self.kept).into_iter().partition(|own| own["method"] == method);
        self.kept = rest;
        let own: Vec<Value> = own;
        own.into_iter().map(|own| own["params"].clone()).collect()
    }

    pub(crate) fn open(&mut self, uri: &str, version: i64, text: &str) {
        let document = json!({ "uri": uri, "languageId": "plaintext", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, uri: &str, version: i64, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    pub(crate) fn replace(&mut self, uri: &str, version: i64, text: &str) {
        self.change(uri, version, json!([{ "text": text }]));
    }

    /// The findings of a document, as they are told next.
    pub(crate) fn diagnostics(&mut self, uri: &str) -> Value {
        let told = self.find(|own| own["method"] == "textDocument/publishDiagnostics" && own["params"]["uri"] == uri);
        told["params"]["diagnostics"].clone()
    }

    /// What is told where the pointer rests on the first of these words in a text.
    pub(crate) fn hover(&mut self, uri: &str, text: &str, words: &str) -> String {
        let at = text.find(words).expect(words) + 1;
        let place = Lines::of(text).point(text, at, Encoding::Utf16);
        let position = json!({ "line": place.line, "character": place.column });
        let told = self.ask("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }));
        assert_eq!(told["contents"]["kind"], json!("markdown"), "{told}");
        assert!(text_at(text, &told["range"]).contains(words), "{told}");
        told["contents"]["value"].as_str().expect("a page").to_owned()
    }

    pub(crate) fn actions(&mut self, uri: &str, range: &Value, only: Option<&str>) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
        self.ask("textDocument/codeAction", params).as_array().expect("a list").clone()
    }

    /// The page with which a command is answered.
    pub(crate) fn command(&mut self, command: &Value) -> String {
        let params = json!({ "command": command["command"], "arguments": command["arguments"] });
        self.ask("workspace/executeCommand", params).as_str().expect("a page").to_owned()
    }

    fn response(&mut self, id: i64) -> Value {
        self.find(|own| own["id"] == id && own.get("method").is_none())
    }

    /// The first message of a kind, among those that came and those that come.
    fn find(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&is_it) {
            return self.kept.remove(at);
        }
        loop {
            let message = self.output.recv_timeout(PATIENCE).expect("the server answers");
            self.hear(message);
            if self.kept.last().is_some_and(&is_it) {
                return self.kept.pop().expect("it is there");
            }
        }
    }

    fn hear(&mut self, message: Value) {
        self.heard.push_str(&message.to_string());
        self.kept.push(message);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // a test that failed leaves nothing behind
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The URI of a file.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A text with edits made, as an editor makes them: all in the text as it was.
pub(crate) fn apply(text: &str, edits: &Value) -> String {
    let mut edits: Vec<_> = edits.as_array().expect("edits").iter().map(|edit| (range(text, &edit["range"]), edit)).collect();
    edits.sort_by_key(|(range, _)| range.start);
    let mut text = text.to_owned();
    for (range, edit) in edits.into_iter().rev() {
        text.replace_range(range, edit["newText"].as_str().expect("a text"));
    }
    text
}

/// What stands in a range of a text.
pub(crate) fn text_at<'t>(text: &'t str, place: &Value) -> &'t str {
    &text[range(text, place)]
}

fn range(text: &str, place: &Value) -> std::ops::Range<usize> {
    let number = |value: &Value| u32::try_from(value.as_u64().expect("a number")).expect("a small one");
    let offset = |own: &Value| {
        let point = Point { line: number(&own["line"]), column: number(&own["character"]) };
        Lines::of(text).offset(text, point, Encoding::Utf16)
    };
    offset(&place["start"])..offset(&place["end"])
}

fn message(value: &Value) -> Vec<u8> {
    let body = value.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
