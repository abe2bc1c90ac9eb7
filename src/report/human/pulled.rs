//! What a live account gave.

use crate::report::{Look, Pulled, text};

/// What was read, how the folder changed, and what is not known.
pub fn pulled(pulled: &Pulled, look: Look) -> String {
    let mut out = String::new();
    let parts = pulled.parts.join(", ");
    let regions = if pulled.parts.contains(&"pools") { format!(" of {}", pulled.regions.join(", ")) } else { String::new() };
    let whole = if pulled.not_readable.is_empty() { "" } else { "only partly readable: " };
    let head = format!("{whole}account {}: {parts}{regions}, in `{}`", pulled.account, pulled.folder);
    text::push_hanging(&mut out, "", "", &text::escape(&head), look.width);
    for (count, [one, many]) in pulled.counts.iter().filter(|(count, _)| *count > 0) {
        out.extend([format!("{count:>6} {}\n", if *count == 1 { one } else { many })]);
    }
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
