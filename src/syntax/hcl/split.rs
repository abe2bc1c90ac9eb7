//! The blocks and attributes that a text of HCL is made of, told apart by brackets, quotes and line ends alone: also where one is broken.

use std::ops::Range;

use crate::syntax::Mistake;

/// How many keys a map may have; the crate compares each with all others.
const MOST_KEYS: usize = 4096;

/// One block or attribute.
pub(super) struct Chunk {
    pub(super) range: Range<usize>,
    /// What is seen to be wrong with it from here, and where.
    pub(super) mistake: Option<(Mistake, Range<usize>)>,
}

/// What each module is made of: words that start a block, and that never stand at the start of a line inside of one.
const BLOCKS: [&str; 13] = [
    "resource",
    "data",
    "variable",
    "output",
    "locals",
    "module",
    "provider",
    "terraform",
    "moved",
    "removed",
    "import",
    "check",
    "ephemeral",
];

/// The blocks and attributes of a text in their order. What is not closed ends where the next block starts.
pub(super) fn chunks(text: &str) -> Vec<Chunk> {
    let mut scan = Scan { text, at: 0, start: 0, open: Vec::new(), mistake: None, chunks: Vec::new() };
    while scan.at < text.len() {
        scan.step();
    }
    scan.cut(text.len());
    scan.chunks
}

/// Whether a map of the text has more keys than are read.
pub(super) fn has_too_many_keys(chunk: &Chunk) -> bool {
    matches!(chunk.mistake, Some((Mistake::TooManyKeys, _)))
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// Where the block starts that is being read.
    start: usize,
    open: Vec<Open<'t>>,
    mistake: Option<(Mistake, Range<usize>)>,
    chunks: Vec<Chunk>,
}

/// A bracket, string or heredoc that is not closed yet.
struct Open<'t> {
    at: usize,
    kind: Kind<'t>,
}

enum Kind<'t> {
    /// With the bracket that closes it, and how many line ends and commas stand in it.
    Bracket(u8, usize),
    String,
    /// With the word that ends it.
    Heredoc(&'t str),
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn step(&mut self) {
        let Some(&byte) = self.text.as_bytes().get(self.at) else { return };
        match self.open.last().map(|open| &open.kind) {
            Some(Kind::String) => self.in_string(byte),
            Some(&Kind::Heredoc(word)) => self.in_heredoc(byte, word),
            _ => self.in_code(byte),
        }
    }

    fn in_string(&mut self, byte: u8) {
        match byte {
            b'"' => drop(self.open.pop()),
            b'\\' if !self.rest().starts_with("\\\n") => self.at += 1,
            b'\n' => {
                let at = self.open.pop().map_or(self.at, |open| open.at);
                self.note(Mistake::UnclosedString, at..at + 1);
                return;
            }
            _ if self.interpolation() => return,
            _ => {}
        }
        self.at += 1;
    }

    fn in_heredoc(&mut self, byte: u8, word: &str) {
        if byte == b'\n' && ends_heredoc(self.text.get(self.at + 1..).unwrap_or(""), word) {
            self.open.pop();
            let line = self.text.get(self.at + 1..).unwrap_or("");
            self.at += 1 + line.find(word).unwrap_or(0) + word.len();
        } else if !self.interpolation() {
            self.at += 1;
        }
    }

    /// Steps over the start of an interpolation or directive, or over what would be one.
    fn interpolation(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
            return true;
        }
        let starts = rest.starts_with("${") || rest.starts_with("%{");
        if starts {
            self.open.push(Open { at: self.at + 1, kind: Kind::Bracket(b'}', 0) });
            self.at += 2;
        }
        starts
    }

    fn in_code(&mut self, byte: u8) {
        let rest = self.rest();
        match byte {
            b'#' => self.at += line_length(rest),
            b'/' if rest.starts_with("//") => self.at += line_length(rest),
            b'/' if rest.starts_with("/*") => self.at += rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'"' => self.opening(Kind::String),
            b'{' => self.opening(Kind::Bracket(b'}', 0)),
            b'[' => self.opening(Kind::Bracket(b']', 0)),
            b'(' => self.opening(Kind::Bracket(b')', 0)),
            b'}' | b']' | b')' => self.closing(byte),
            b',' => self.separator(),
            b'\n' => self.line_end(),
            b'<' if rest.starts_with("<<") => self.heredoc(),
            _ => self.at += 1,
        }
    }

    fn opening(&mut self, kind: Kind<'t>) {
        self.open.push(Open { at: self.at, kind });
        self.at += 1;
    }

    fn closing(&mut self, byte: u8) {
        let closes = |open: &Open<'_>| matches!(open.kind, Kind::Bracket(closing, _) if closing == byte);
        if self.open.last().is_some_and(closes) {
            self.open.pop();
        } else {
            self.note(Mistake::StrayBracket, self.at..self.at + 1);
            // what a bracket farther out closes ends there; a string around it is not left
            let around = self.open.iter().rev().take_while(|open| matches!(open.kind, Kind::Bracket(..)));
            if let Some(inside) = around.take(16).position(closes) {
                self.open.truncate(self.open.len() - inside - 1);
            }
        }
        self.at += 1;
    }

    fn separator(&mut self) {
        if let Some(Open { at, kind: Kind::Bracket(b'}', count) }) = self.open.last_mut() {
            *count += 1;
            if *count > MOST_KEYS {
                let place = *at..*at + 1;
                self.mistake = Some((Mistake::TooManyKeys, place));
            }
        }
        self.at += 1;
    }

    fn line_end(&mut self) {
        self.separator();
        if self.open.is_empty() {
            self.cut(self.at);
        } else if starts_block(self.rest()) {
            let at = self.open.first().map_or(self.start, |open| open.at);
            self.note(Mistake::UnclosedBracket, at..at + 1);
            self.cut(self.at);
        }
    }

    fn heredoc(&mut self) {
        let start = self.at;
        self.at += 2;
        let word = self.rest().strip_prefix('-').unwrap_or(self.rest());
        let length = word.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-').count();
        let (word, behind) = word.split_at_checked(length).unwrap_or((word, ""));
        if length > 0 && (behind.starts_with('\n') || behind.starts_with("\r\n")) {
            self.at = self.text.len() - behind.len() + usize::from(behind.starts_with('\r'));
            self.open.push(Open { at: start, kind: Kind::Heredoc(word) });
        }
    }

    fn note(&mut self, mistake: Mistake, place: Range<usize>) {
        self.mistake.get_or_insert((mistake, place));
    }

    /// Ends what is being read.
    fn cut(&mut self, end: usize) {
        if let Some(open) = self.open.iter().rev().find(|open| !matches!(open.kind, Kind::Bracket(..))).or(self.open.first()) {
            let (at, is_bracket) = (open.at, matches!(open.kind, Kind::Bracket(..)));
            self.note(if is_bracket { Mistake::UnclosedBracket } else { Mistake::UnclosedString }, at..at + 1);
        }
        self.open.clear();
        let mistake = self.mistake.take();
        if self.text.get(self.start..end).is_some_and(|chunk| !chunk.trim().is_empty()) {
            self.chunks.push(Chunk { range: self.start..end, mistake });
        }
        self.start = end;
    }
}

fn ends_heredoc(line: &str, word: &str) -> bool {
    let behind = line.trim_start_matches([' ', '\t']).strip_prefix(word);
    behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// Whether a line starts with the head of a block of a module.
fn starts_block(line: &str) -> bool {
    let word = line.bytes().take_while(u8::is_ascii_lowercase).count();
    let (word, behind) = line.split_at_checked(word).unwrap_or((line, ""));
    BLOCKS.contains(&word) && behind.trim_start_matches(' ').starts_with(['"', '{'])
}
