//! Input texts, and byte ranges in them.

use std::any::Any;
use std::num::NonZeroU32;
use std::sync::OnceLock;

/// The number of one input text among all that were read.
///
/// It counts from 1, so that a place which may be missing takes no more room than one which is there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(NonZeroU32);

impl SourceId {
    /// The number of no input: of a token, which is never shown, and of what is built in.
    pub const NONE: Self = Self(NonZeroU32::MAX);

    fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A byte range `start..end` in one input text.
///
/// INVARIANT: both ends lie on character boundaries of that text, and `start <= end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The text that the range lies in.
    pub source: SourceId,
    /// First byte of the range.
    pub start: u32,
    /// One past the last byte of the range.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`.
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        Self { source, start, end: end.max(start) }
    }

    /// The range from the start of this one to the end of `other`, in the text of this one.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.source, self.start, if other.source == self.source { other.end } else { self.end })
    }

    /// The empty range just behind this one.
    #[must_use]
    pub fn after(self) -> Self {
        Self { start: self.end, ..self }
    }

    /// Its length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// A place as people count it: both from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in Unicode scalar values.
    pub column: usize,
}

/// One input text with its name.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    not_utf8: Option<u32>,
    utf16: bool,
    index: OnceLock<Index>,
    /// What a reader made of it.
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// What makes places quick to find, also in a file of one very long line.
#[derive(Debug)]
struct Index {
    /// Where each line starts.
    lines: Box<[u32]>,
    /// How many characters stand before each block of [`BLOCK`] bytes.
    characters: Box<[u32]>,
}

const BLOCK: usize = 1024;

impl Source {
    const fn new(name: String, text: String) -> Self {
        Self { name, text, not_utf8: None, utf16: false, index: OnceLock::new(), kept: OnceLock::new() }
    }

    /// The name to show: a path as the user gave it, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the first byte lies that is not UTF-8, if any. Such bytes stand in the text as U+001A.
    pub fn not_utf8(&self) -> Option<u32> {
        self.not_utf8
    }

    /// Whether the file is UTF-16. The text is then what it says, and offsets are those of the text, not of the file.
    pub fn is_utf16(&self) -> bool {
        self.utf16
    }

    /// What `make` makes of the text, kept for whoever asks again. Of each text one thing is kept; asked for another one, there is none.
    pub fn once<T: Any + Send + Sync>(&self, make: impl FnOnce(&str) -> T) -> Option<&T> {
        self.kept.get_or_init(|| Box::new(make(&self.text))).downcast_ref()
    }

    /// Line and column of a byte offset; an offset past the end is that of the end.
    pub fn place(&self, offset: u32) -> Place {
        let starts = &self.index().lines;
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.characters_before(end).saturating_sub(self.characters_before(start)) + 1;
        Place { line, column }
    }

    /// The byte range of a line (from 1), without its line end.
    pub fn line(&self, line: usize) -> std::ops::Range<usize> {
        let starts = &self.index().lines;
        let start = starts.get(line.saturating_sub(1)).map_or(self.text.len(), |&start| start as usize);
        let end = starts.get(line).map_or(self.text.len(), |&next| next as usize);
        let line = self.text.get(start..end).unwrap_or("");
        start..start + line.trim_end_matches(['\n', '\r']).len()
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let lines = std::iter::once(0).chain(newlines.map(|at| at as u32 + 1)).collect();
            let mut counts = vec![0];
            let mut before = 0;
            for block in self.text.as_bytes().chunks(BLOCK) {
                before += characters(block) as u32;
                counts.push(before);
            }
            Index { lines, characters: counts.into() }
        })
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let before = self.index().characters.get(block).map_or(0, |&count| count as usize);
        before + self.text.as_bytes().get(block * BLOCK..offset).map_or(0, characters)
    }
}

/// How many characters start in these bytes.
fn characters(bytes: &[u8]) -> usize {
    // so few that a byte counts them
    let few = |bytes: &[u8]| bytes.iter().map(|&byte| u8::from(byte & 0b1100_0000 != 0b1000_0000)).sum::<u8>();
    bytes.chunks(128).map(|bytes| usize::from(few(bytes))).sum()
}

/// All input texts of a run.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// No text yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a text in under a name.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(Source::new(name.into(), text.into()))
    }

    /// Takes bytes in under a name. Every byte that is not UTF-8 becomes U+001A, so offsets stay those of the file. UTF-16 is
    /// decoded.
    pub fn add_bytes(&mut self, name: impl Into<String>, bytes: Vec<u8>) -> SourceId {
        if let Some(unit) = utf16(&bytes) {
            let (pairs, _) = bytes.as_chunks();
            let units = pairs.iter().map(|pair| unit(*pair));
            let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            return self.push(Source { utf16: true, ..Source::new(name.into(), text) });
        }
        let (text, not_utf8) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let first = error.utf8_error().valid_up_to() as u32;
                (replace_foreign_bytes(error.as_bytes()), Some(first))
            }
        };
        self.push(Source { not_utf8, ..Source::new(name.into(), text) })
    }

    /// The text of a number. Numbers come only from [`Sources::add`], so it is there.
    pub fn get(&self, id: SourceId) -> &Source {
        static NOTHING: Source = Source::new(String::new(), String::new());
        self.list.get(id.index()).unwrap_or(&NOTHING)
    }

    /// Puts another text in the place of one that was taken in.
    pub fn replace(&mut self, id: SourceId, text: String) {
        if let Some(own) = self.list.get_mut(id.index()) {
            *own = Source::new(std::mem::take(&mut own.name), text);
        }
    }

    /// All texts in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list.iter().enumerate().map(|(index, source)| (SourceId::at(index), source))
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column where a span starts.
    pub fn place(&self, span: Span) -> Place {
        self.get(span.source).place(span.start)
    }

    fn push(&mut self, source: Source) -> SourceId {
        let id = SourceId::at(self.list.len());
        self.list.push(source);
        id
    }
}

/// How to read two bytes of a text in UTF-16: told by its mark, or by the zero beside its first character, which in JSON is one
/// of ASCII.
pub fn utf16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        [0xFF, 0xFE, ..] => Some(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => Some(u16::from_be_bytes),
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => Some(u16::from_le_bytes),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn replace_foreign_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1A}'));
    }
    text
}
