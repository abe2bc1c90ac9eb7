//! Plain text for terminals: what may not be shown as it is, how wide the rest is, where to break it, and colours.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

/// A colour of the terminal's own palette.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    /// Something is wrong.
    Red,
    /// All is well.
    Green,
    /// Not sure.
    Yellow,
    /// Worth a look.
    Magenta,
    /// Places and remedies.
    Cyan,
    /// No colour, but heavier.
    Bold,
    /// No colour, but lighter.
    Dim,
}

/// Colours a text, where colours may be used.
pub fn paint(text: &str, colour: Colour, allowed: bool) -> Cow<'_, str> {
    let code = match colour {
        Colour::Red => "31;1",
        Colour::Green => "32",
        Colour::Yellow => "33;1",
        Colour::Magenta => "35;1",
        Colour::Cyan => "36",
        Colour::Bold => "1",
        Colour::Dim => "2",
    };
    if allowed && !text.is_empty() { Cow::Owned(format!("\u{1B}[{code}m{text}\u{1B}[0m")) } else { Cow::Borrowed(text) }
}

/// A text in which nothing can move the cursor, turn the reading direction or hide: such characters become `\u{202E}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    text.chars().for_each(|c| push_escaped(&mut safe, c));
    Cow::Owned(safe)
}

/// A whole page as [`escape`] has it, but for its lines, its tabs and the colours of [`paint`]: what goes to people goes through here last, so that
/// nothing of the user's commands the terminal wherever it stands.
pub fn settle(page: &str) -> Cow<'_, str> {
    if page.bytes().all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~')) || !page.chars().any(|c| c != '\n' && is_unsafe(c)) {
        return Cow::Borrowed(page);
    }
    let mut safe = String::with_capacity(page.len() + 8);
    let mut rest = page;
    while let Some(c) = rest.chars().next() {
        let (own, behind) = rest.split_at(own_layout(rest).unwrap_or(c.len_utf8()));
        match own_layout(rest) {
            Some(_) => safe.push_str(own),
            None => push_escaped(&mut safe, c),
        }
        rest = behind;
    }
    Cow::Owned(safe)
}

/// As [`escape`], for one character.
pub fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // a string takes any write
        c if is_unsafe(c) => drop(write!(out, "\\u{{{:X}}}", c as u32)),
        c => out.push(c),
    }
}

/// The columns that a text takes. Codes for colours must not stand in it.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The columns that a character takes.
pub fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Breaks a text at its spaces into lines of at most `columns`; what holds no space stays whole, so it can be copied.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let wide = width(word);
            if used > 0 && used + 1 + wide > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += wide;
        }
        lines.push(line);
    }
    lines
}

/// Appends a text broken at its spaces, the first line behind `head` and the others under it.
/// `columns` is the width of the whole; `painted` is `head` as it is to be printed.
pub fn push_hanging(out: &mut String, head: &str, painted: &str, text: &str, columns: usize) {
    let indent = width(head);
    for (index, line) in wrap(text, columns.saturating_sub(indent)).iter().enumerate() {
        if index == 0 {
            out.push_str(painted);
        } else if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(line);
        out.push('\n');
    }
}

/// A word as a shell takes it.
pub fn shell_word(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', "'\\''")))
    }
}

/// Control characters, marks that turn the reading direction, and characters that cannot be seen
/// (`Default_Ignorable_Code_Point` of <https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt>).
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// The bytes of what [`settle`] leaves as it is and that is no character of its own: the end of a line, a tab, a colour.
fn own_layout(rest: &str) -> Option<usize> {
    match rest.as_bytes() {
        [b'\n' | b'\t', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        [0x1B, b'[', ..] => {
            let (codes, _) = rest.get(2..)?.split_once('m')?;
            codes.split(';').all(|code| STYLES.contains(&code)).then_some(codes.len() + 3)
        }
        _ => None,
    }
}

/// What colours are made of: none that hides, blinks, or paints in the colour of the ground.
const STYLES: [&str; 13] = ["0", "1", "2", "3", "4", "22", "31", "32", "33", "34", "35", "36", "39"];
