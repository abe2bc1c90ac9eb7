//! What a live account gave.

use crate::report::{Look, Pulled, text};

/// What was read, how the folder changed, and what is not known.
pub fn pulled(pulled: &Pulled, look: Look) -> String {
    let mut out = String::new();
    let parts: Vec<&str> = pulled.parts.clone();
    let regions = if parts.contains(&"pools") { format!(" of {}", pulled.regions.join(", ")) } else { String::new() };
    let head = format!("account {}: {}{regions}, in `{}`", pulled.account, parts.join(", "), pulled.folder);
    text::push_hanging(&mut out, "", "", &text::escape(&head), look.width);
    out.extend(pulled.counts.iter().map(|(count, what)| format!("{count:>6} {what}\n")));
    let [new, changed, removed, same] = pulled.files;
    out.extend([format!("files: {new} new, {changed} changed, {removed} removed, {same} as before\n")]);
    let calls = match pulled.not_readable.len() {
        0 => return out,
        1 => "1 call".to_owned(),
        count => format!("{count} calls"),
    };
    let last = format!("not readable: {calls}, so what they would tell is not known; `--resume` asks for that again");
    text::push_hanging(&mut out, "", "", &last, look.width);
    out
}
