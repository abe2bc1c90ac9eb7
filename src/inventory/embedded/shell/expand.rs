//! What the shell makes of a text: escapes undone, and a hole for each value that it fills in.

use std::ops::Range;

use crate::syntax::Literal;

/// How far to look for the end of what is filled in, in bytes.
const LONGEST: usize = 1024;

/// A text that the shell has expanded.
#[derive(Debug)]
pub(super) struct Expanded {
    pub(super) value: String,
    /// For each byte of the value, and its end, where it stands in the script.
    places: Vec<usize>,
    /// Where that ends in the script which was last taken over.
    end: usize,
}

impl Expanded {
    /// Nothing yet, of what starts at `at`.
    pub(super) fn new(at: usize) -> Self {
        Self { value: String::new(), places: Vec::new(), end: at }
    }

    /// Its text in the script.
    pub(super) fn of<'s>(mut self, script: &Literal<'s>) -> Literal<'s> {
        self.places.push(self.end);
        script.rewritten(self.value, &self.places)
    }

    /// Puts in what does not stand there, at a place.
    pub(super) fn put(&mut self, text: &str, at: usize) {
        self.value.push_str(text);
        self.places.resize(self.value.len(), at);
        self.end = at;
    }

    /// Where what was last taken over ends.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Where it starts in the script.
    pub(super) fn start(&self) -> usize {
        self.places.first().copied().unwrap_or(self.end)
    }

    /// Puts in another one behind it.
    pub(super) fn append(&mut self, other: &Self) {
        self.value.push_str(&other.value);
        self.places.extend(&other.places);
        self.end = other.end;
    }

    /// Notes that what was put in stands for everything up to a place.
    pub(super) fn go_on(&mut self, at: usize) {
        self.end = at;
    }

    pub(super) fn copy(&mut self, text: &str, range: Range<usize>) {
        let part = text.get(range.clone()).unwrap_or("");
        if !part.is_empty() {
            self.value.push_str(part);
            self.end = range.end;
            self.places.extend(range);
        }
    }

    /// What the escape at `at`, of two bytes, stands for.
    fn escape(&mut self, text: &str, at: usize) {
        self.copy(text, at + 1..at + 2);
        if let Some(place) = self.places.last_mut() {
            *place = at;
        }
    }

    /// What the expansion at `at` stands for; gives where it ends. Quotes that are closed before it and opened behind it lie in it.
    fn expansion(&mut self, text: &str, at: usize) -> usize {
        let Some((length, value)) = expansion(text.get(at..).unwrap_or("")) else {
            self.copy(text, at..at + 1);
            return at + 1;
        };
        self.value.push_str(&value);
        self.places.resize(self.value.len(), self.end);
        self.end = at + length;
        self.end
    }
}

/// The body of a here-document; whether values are filled in.
pub(super) fn here_document(text: &str, body: Range<usize>, expands: bool) -> Expanded {
    let mut document = Expanded::new(body.start);
    let mut at = body.start;
    while at < body.end {
        let rest = text.get(at..body.end).unwrap_or("");
        let plain = if expands { rest.find(['$', '`', '\\']).unwrap_or(rest.len()) } else { rest.len() };
        document.copy(text, at..at + plain);
        at += plain;
        at = match text.as_bytes().get(at..body.end.min(at + 2)) {
            None | Some([]) => break,
            Some([b'\\', b'\n']) => at + 2,
            Some([b'\\', b'$' | b'`' | b'\\']) => {
                document.escape(text, at);
                at + 2
            }
            Some([b'\\', ..]) => {
                document.copy(text, at..at + 1);
                at + 1
            }
            Some(_) => document.expansion(text, at),
        };
    }
    document
}

/// The word that starts at `at` with a quote, and where it ends; `None` where a quote is not closed.
pub(super) fn word(text: &str, mut at: usize) -> Option<(Expanded, usize)> {
    let mut word = Expanded::new(at + 1);
    loop {
        at = match text.as_bytes().get(at) {
            Some(b'\'') => {
                let length = text.get(at + 1..)?.find('\'')?;
                word.copy(text, at + 1..at + 1 + length);
                at + length + 2
            }
            Some(b'"') => double_quoted(&mut word, text, at + 1)?,
            Some(b'$' | b'`') => word.expansion(text, at),
            Some(b'\\') if text.as_bytes().get(at + 1).is_some_and(|&next| next == b'\'' || next == b'"') => {
                word.escape(text, at);
                at + 2
            }
            Some(byte) if byte.is_ascii_alphanumeric() || b"_-./:*".contains(byte) => {
                word.copy(text, at..at + 1);
                at + 1
            }
            _ => return Some((word, at)),
        };
    }
}

/// What stands in double quotes, behind the first of them at `at`; gives where it ends.
fn double_quoted(word: &mut Expanded, text: &str, mut at: usize) -> Option<usize> {
    loop {
        let plain = text.get(at..)?.find(['"', '$', '`', '\\'])?;
        word.copy(text, at..at + plain);
        at += plain;
        at = match (text.as_bytes().get(at), text.as_bytes().get(at + 1)) {
            (Some(b'"'), _) => return Some(at + 1),
            (Some(b'\\'), Some(b'\n')) => at + 2,
            (Some(b'\\'), Some(b'"' | b'$' | b'`' | b'\\')) => {
                word.escape(text, at);
                at + 2
            }
            (Some(b'\\'), _) => {
                word.copy(text, at..at + 1);
                at + 1
            }
            _ => word.expansion(text, at),
        };
    }
}

/// What a text starts with that the shell fills in: its length, and a hole that says what it is.
fn expansion(text: &str) -> Option<(usize, String)> {
    let name = |text: &str| text.bytes().take_while(|&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
    match text.as_bytes() {
        [b'$', b'{', ..] => {
            let inside = text.get(2..)?;
            let length = closed(inside, '{', '}')?;
            let named = inside.get(..name(inside)).filter(|name| !name.is_empty());
            // `${NAME:-default}` holds a colon, and is no variable of a policy
            Some((length + 3, format!("${{{}}}", named.unwrap_or("value"))))
        }
        [b'$', b'(', ..] => {
            let inside = text.get(2..)?;
            let length = closed(inside, '(', ')')?;
            Some((length + 3, format!("$({})", plain(inside.get(..length)?))))
        }
        [b'`', ..] => {
            let inside = text.get(1..)?;
            let length = inside.find('`').filter(|&length| length <= LONGEST)?;
            Some((length + 2, format!("$({})", plain(inside.get(..length)?))))
        }
        [b'$', first, ..] if first.is_ascii_alphabetic() || *first == b'_' => {
            let length = name(text.get(1..)?);
            Some((length + 1, format!("${{{}}}", text.get(1..=length)?)))
        }
        [b'$', digit @ b'0'..=b'9', ..] => Some((2, format!("${{{}}}", char::from(*digit)))),
        // `*` and the like alone mean something else in a policy
        [b'$', b'@' | b'*', ..] => Some((2, "${arguments}".to_owned())),
        _ => None,
    }
}

/// How far it is to the bracket that closes, where that is near.
fn closed(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().take_while(|&(at, _)| at <= LONGEST) {
        if c == open {
            depth += 1;
        } else if c == close && depth == 0 {
            return Some(at);
        } else if c == close {
            depth -= 1;
        }
    }
    None
}

/// A command as it may stand in a string of JSON.
fn plain(command: &str) -> String {
    let plain = |c: char| match c {
        '"' | '`' => '\'',
        '\\' => '/',
        '(' => '[',
        ')' => ']',
        c if c.is_control() => ' ',
        c => c,
    };
    command.chars().map(plain).collect()
}
