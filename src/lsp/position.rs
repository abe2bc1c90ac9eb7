//! Places in a text as editors count them: lines and columns from 0, columns in units that both sides agreed on.

use std::ops::Range;

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, where neither side says otherwise.
    Utf16,
}

/// A place: both from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Point {
    /// The line.
    pub line: u32,
    /// The column, in the units of an [`Encoding`].
    pub column: u32,
}

/// Where the lines of a text start. Lines end with LF, CR or both.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
}

/// The mark before the text of a file. An editor takes it off.
const MARK: char = '\u{FEFF}';

impl Lines {
    /// The lines of a text as an editor holds it.
    pub fn of(text: &str) -> Self {
        Self::from(text, 0)
    }

    /// The lines of a text as it stands in a file, with its byte order mark.
    pub fn of_file(text: &str) -> Self {
        Self::from(text, if text.starts_with(MARK) { MARK.len_utf8() } else { 0 })
    }

    /// The place of a byte. One past the end is that of the end, and one before the first line is that of its start.
    pub fn point(&self, text: &str, offset: usize, encoding: Encoding) -> Point {
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let range = self.line(text, line);
        let end = offset.clamp(range.start, range.end);
        let own = text.get(range.clone()).unwrap_or("").char_indices();
        // the middle of a character is its start
        let before = own.take_while(|(at, c)| range.start + at + c.len_utf8() <= end);
        let column: usize = before.map(|(_, c)| encoding.width(c)).sum();
        Point { line: line as u32, column: column as u32 }
    }

    /// The byte of a place. A column behind the end of a line is its end; a line behind the last is the end of the text.
    pub fn offset(&self, text: &str, point: Point, encoding: Encoding) -> usize {
        let line = point.line as usize;
        if line >= self.starts.len() {
            return text.len();
        }
        let range = self.line(text, line);
        let mut left = point.column as usize;
        let mut at = range.start;
        for c in text.get(range).unwrap_or("").chars() {
            let width = encoding.width(c);
            // here, too
            if left < width {
                break;
            }
            left -= width;
            at += c.len_utf8();
        }
        at
    }

    fn from(text: &str, first: usize) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![first];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The bytes of a line, from 0, without its end.
    fn line(&self, text: &str, line: usize) -> Range<usize> {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        let own = text.get(start..end).unwrap_or("");
        let own = own.strip_suffix('\n').unwrap_or(own);
        start..start + own.strip_suffix('\r').unwrap_or(own).len()
    }
}

impl Encoding {
    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }
}
