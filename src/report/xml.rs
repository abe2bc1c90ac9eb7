//! Text in XML.

use std::fmt::{Arguments, Write as _};

/// The first line of each document.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Appends what `format_args!` makes.
pub(super) fn push(out: &mut String, text: Arguments<'_>) {
    // writing into a string cannot fail
    let _ = out.write_fmt(text);
}

/// A text as XML holds it, also in an attribute; what XML cannot hold at all becomes U+FFFD.
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
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
