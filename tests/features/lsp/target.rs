//! The language server: whatever an editor sends, it goes on to the end, speaks the protocol, and answers each request once.
//!
//! An input that begins with `{` is a message a line, each sent with its length; any other is sent as it is.

#![allow(unreachable_pub, reason = "the package of the fuzz targets takes this file in, and hands it on")]

use std::collections::BTreeMap;
use std::io::Cursor;

use rolecall::config::Config;
use rolecall::finding::Problem;
use rolecall::fix;
use rolecall::inventory::Inventory;
use rolecall::lint::{Facts, Rule};
use rolecall::lsp::{Caller, Desk, Encoding, Lines, Looked, Scope, Trouble, serve};
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::{SourceId, Sources, Span};
use serde_json::Value;

/// Longer inputs show no more, and take long.
const LONGEST: usize = 8192;

pub fn lsp(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let sent =
        if bytes.starts_with(b"{") { bytes.split(|byte| *byte == b'\n').flat_map(framed).collect() } else { bytes.to_vec() };
    let mut said = Vec::new();
    let mut desk = Hasty { reference: Reference::default() };
    let ended = serve(&mut desk, Cursor::new(sent.clone()), &mut said);
    assert!(ended.is_ok(), "nothing that it reads or writes fails: {ended:?}");
    let (said, rest) = messages(&said);
    assert!(rest.is_empty(), "not the protocol: {:?}", String::from_utf8_lossy(rest));
    let said: Vec<Value> = said.into_iter().map(|body| serde_json::from_slice(body).expect("JSON")).collect();
    said.iter().filter(|own| own["method"] == "textDocument/publishDiagnostics").for_each(diagnostics);
    let (asked, rest) = messages(&sent);
    each_answered_once(&asked, rest.is_empty(), &said);
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    message
}

/// The messages at the beginning that are written as simply as can be, and what comes behind them.
fn messages(bytes: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let next = |rest: &'_ [u8]| -> Option<(usize, usize)> {
        let at = rest.windows(4).position(|window| window == b"\r\n\r\n")?;
        let length = str::from_utf8(&rest[..at]).ok()?.strip_prefix("Content-Length: ")?;
        let length = Some(length).filter(|own| own.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<usize>().ok()?;
        (length <= rest.len() - at - 4).then_some((at + 4, length))
    };
    let (mut rest, mut found) = (bytes, Vec::new());
    while let Some((at, length)) = next(rest) {
        found.push(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    (found, rest)
}

/// Asserts that ranges do not end before they begin.
fn diagnostics(told: &Value) {
    for own in told["params"]["diagnostics"].as_array().expect("a list") {
        let [start, end] = ["start", "end"].map(|end| {
            let place = &own["range"][end];
            (place["line"].as_u64().expect("a line"), place["character"].as_u64().expect("a column"))
        });
        assert!(start <= end, "a range that ends before it begins: {own}");
        assert!(own["message"].as_str().is_some_and(|message| !message.is_empty()), "{own}");
    }
}

/// Asserts that a request has one answer, and what is none has none. `is_all` tells whether these are all messages.
fn each_answered_once(asked: &[&[u8]], is_all: bool, said: &[Value]) {
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for own in said.iter().filter(|own| own.get("method").is_none()) {
        assert_ne!(own.get("result").is_some(), own.get("error").is_some(), "an answer is one of two: {own}");
        *answers.entry(own["id"].to_string()).or_default() += 1;
    }
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    let mut least: BTreeMap<String, usize> = BTreeMap::new();
    let mut ended = false;
    for body in asked {
        let Ok(own) = serde_json::from_slice::<Value>(body) else { continue };
        let is_request = is_request(&own) && own.to_string().as_bytes() == *body;
        if own.get("method").is_some() && own.get("id").is_some() {
            *most.entry(own["id"].to_string()).or_default() += 1;
        }
        ended |= !is_request && own["method"] == "exit";
        // the user may be asked who signs in, and never answer
        if is_request && !ended && own["method"] != "workspace/executeCommand" {
            *least.entry(own["id"].to_string()).or_default() += 1;
        }
    }
    for (id, count) in least {
        assert!(answers.get(&id).is_some_and(|own| *own >= count), "request {id} has no answer: {said:#?}");
    }
    for (id, count) in answers.into_iter().filter(|_| is_all) {
        assert!(most.get(&id).is_some_and(|own| *own >= count), "nobody asked as often for {id}: {said:#?}");
    }
}

/// Whether something is a request, and surely so.
fn is_request(own: &Value) -> bool {
    let Value::Object(members) = own else { return false };
    let has_id = match &own["id"] {
        Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => false,
    };
    has_id && own["method"].is_string() && members.keys().all(|key| ["jsonrpc", "id", "method", "params"].contains(&key.as_str()))
}

/// Reads what is open and nothing else, so that no input reaches a file.
struct Hasty {
    reference: Reference,
}

impl Desk for Hasty {
    fn reference(&self) -> &Reference {
        &self.reference
    }

    fn rule(&self, name: &str) -> Option<&'static Rule> {
        rules::named(name)
    }

    fn look(&mut self, scope: &Scope<'_>, then: &mut dyn FnMut(&Looked<'_, '_, '_>)) -> Result<(), Trouble> {
        if let Some(open) = scope.open.iter().find(|open| open.path.ends_with("rolecall.toml")) {
            let lines = Lines::of_file(open.text);
            lines.point(open.text, open.text.len(), Encoding::Utf8);
            let span = Span::new(SourceId::NONE, 0, u32::try_from(open.text.len()).expect("a short text"));
            let mistakes = vec![Problem { span, message: open.text.to_owned(), help: None }];
            return Err(Trouble::Mistakes { file: open.path.to_owned(), text: open.text.to_owned(), mistakes });
        }
        if scope.open.iter().any(|open| open.text.contains("too large")) {
            return Err(Trouble::TooLarge);
        }
        read(scope, |sources, inventory| {
            let config = Config::default();
            let facts = Facts { sources, inventory, config: &config, reference: &self.reference };
            let mut findings = rules::run(&facts);
            fix::settle(&mut findings, &facts);
            then(&Looked { facts: &facts, findings: &findings, is_as_read: &|_| true });
        });
        Ok(())
    }

    fn who(&mut self, scope: &Scope<'_>, role: &str) -> Result<String, Trouble> {
        read(scope, |_, inventory| match inventory.role(role) {
            Some(own) => Ok(own.id().into_owned()),
            None => Err(Trouble::Told { message: format!("no role `{role}`"), help: None }),
        })
    }

    fn callers(&mut self, scope: &Scope<'_>) -> Result<Vec<String>, Trouble> {
        Ok(read(scope, |_, inventory| inventory.groups.iter().map(|group| group.name.shown().into_owned()).collect()))
    }

    fn simulate(&mut self, scope: &Scope<'_>, role: &str, caller: Caller<'_>) -> Result<String, Trouble> {
        let who = self.who(scope, role)?;
        Ok(format!("# {who}\n\n{caller:?}"))
    }
}

fn read<T>(scope: &Scope<'_>, look: impl FnOnce(&Sources, &Inventory<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let ids: Vec<SourceId> = scope.open.iter().map(|open| sources.add(scope.name_of(open.path), open.text)).collect();
    let mut inventory = Inventory::new(None);
    for id in ids {
        inventory.read(&sources, id);
    }
    inventory.complete(&sources);
    look(&sources, &inventory)
}
