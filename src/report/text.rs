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

/// Control characters, marks that turn the reading direction, and characters that cannot be seen.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}
