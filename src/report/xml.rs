//! Text in XML.

use std::fmt::{Arguments, Write as _};

use super::text::is_unsafe;

/// The first line of each document.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Appends what `format_args!` makes.
pub(super) fn push(out: &mut String, text: Arguments<'_>) {
    // writing into a string cannot fail
    let _ = out.write_fmt(text);
}

/// A text as XML holds it, also in an attribute; what could command a terminal or hide is a reference. What XML cannot hold at all becomes
/// `\u{1B}`, as it does for people.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            // XML 1.0 has neither these characters nor references to them
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => push(&mut out, format_args!("\\u{{{:X}}}", c as u32)),
            c if is_unsafe(c) => push(&mut out, format_args!("&#x{:X};", c as u32)),
            c => out.push(c),
        }
    }
    out
}
