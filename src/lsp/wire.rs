//! Messages in and out: JSON behind a length. They are read by a thread of their own, so that what waits can be looked at.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::Value;

/// Both directions.
pub(super) struct Wire<W> {
    arriving: Receiver<Message>,
    /// What has arrived and was not looked at.
    waiting: VecDeque<Message>,
    out: W,
    /// How many requests went out.
    asked: i32,
}

/// What comes next.
pub(super) enum Next {
    Message(Message),
    /// Nothing in the time that was given.
    Silence,
    /// Nothing any more.
    End,
}

impl<W: Write> Wire<W> {
    /// Starts to read.
    pub(super) fn new(mut from: impl BufRead + Send + 'static, out: W) -> Self {
        let (sender, arriving) = channel();
        thread::spawn(move || read(&mut from, &sender));
        Self { arriving, waiting: VecDeque::new(), out, asked: 0 }
    }

    /// The next message; waits for it so long, or for ever.
    pub(super) fn next(&mut self, within: Option<Duration>) -> io::Result<Next> {
        self.collect()?;
        if let Some(message) = self.waiting.pop_front() {
            return Ok(Next::Message(message));
        }
        let arrived = match within {
            Some(within) => self.arriving.recv_timeout(within),
            None => self.arriving.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        Ok(match arrived {
            Ok(message) => Next::Message(message),
            Err(RecvTimeoutError::Timeout) => Next::Silence,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        })
    }

    /// Asks the editor something, and tells under which number.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> io::Result<RequestId> {
        self.asked = self.asked.wrapping_add(1);
        let id = RequestId::from(self.asked);
        self.send(&Request { id: id.clone(), method: method.to_owned(), params }.into())?;
        Ok(id)
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.send(&Notification { method: method.to_owned(), params }.into())
    }

    pub(super) fn answer(&mut self, id: RequestId, result: Value) -> io::Result<()> {
        self.send(&Response { id, response_result: Ok(result) }.into())
    }

    pub(super) fn refuse(&mut self, id: RequestId, code: ErrorCode, message: &str) -> io::Result<()> {
        self.send(&Response::new_err(id, code as i32, message.to_owned()).into())
    }

    /// Takes what has arrived. A request that is taken back while it waits is answered at once; one that was looked at before is the
    /// reader's business.
    fn collect(&mut self) -> io::Result<()> {
        while let Ok(message) = self.arriving.try_recv() {
            let cancelled = match &message {
                Message::Notification(own) => cancelled(own),
                _ => None,
            };
            let is_meant = |own: &Message| matches!(own, Message::Request(own) if Some(&own.id) == cancelled.as_ref());
            match self.waiting.iter().position(is_meant) {
                Some(at) => {
                    self.waiting.remove(at);
                    if let Some(id) = cancelled {
                        self.refuse(id, ErrorCode::RequestCanceled, CANCELLED)?;
                    }
                }
                None => self.waiting.push_back(message),
            }
        }
        Ok(())
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        message.write(&mut self.out)
    }
}

/// What is said of a request that was taken back.
pub(super) const CANCELLED: &str = "the request was cancelled";

/// The request that a notification takes back.
pub(super) fn cancelled(notification: &Notification) -> Option<RequestId> {
    if notification.method != "$/cancelRequest" {
        return None;
    }
    serde_json::from_value(notification.params.get("id")?.clone()).ok()
}

/// Reads to the end. What is no message is passed over, and not repeated anywhere: it may hold a token.
fn read(from: &mut impl BufRead, to: &Sender<Message>) {
    while let Some(body) = body(from) {
        if let Ok(message) = serde_json::from_slice(&body)
            && to.send(message).is_err()
        {
            return;
        }
    }
}

/// No line before a message is longer.
const LONGEST_LINE: u64 = 4096;

/// The bytes of the next message, behind lines of which one tells how many these are; `None` at the end.
fn body(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length: Option<u64> = None;
    loop {
        let mut line = Vec::new();
        if from.take(LONGEST_LINE).read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_ascii();
        if let Some(length) = length.filter(|_| line.is_empty()) {
            let mut body = Vec::new();
            from.take(length).read_to_end(&mut body).ok()?;
            return (body.len() as u64 == length).then_some(body);
        }
        let header = str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
        if let Some((_, value)) = header.filter(|(name, _)| name.eq_ignore_ascii_case("Content-Length")) {
            length = value.trim().parse().ok();
        }
    }
}
