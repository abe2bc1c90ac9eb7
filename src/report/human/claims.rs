//! What a token will say, on a few lines.

use super::super::text::{self, Colour, paint};
use super::super::{Expected, Look, json};
use crate::identity::Subject;
use crate::reference;

/// What the tokens of somebody will say, and the statement that lets them in.
pub fn claims(expected: &Expected, look: Look) -> String {
    let holder = &expected.holder;
    let mut page = Page { out: String::new(), look };
    page.out.extend([&*paint(&holder.issuer.name, Colour::Bold, look.colour), "\n"]);
    page.line("iss", &format!("https://{}", holder.host()));
    page.line("aud", &holder.audience().unwrap_or_else(|| "AUDIENCE".to_owned()));
    if let Some(amr) = holder.amr {
        page.line("amr", amr);
    }
    let since = holder.issuer.immutable_since.as_deref();
    for (at, subject) in holder.subjects().iter().enumerate() {
        page.line(if at == 0 { "sub" } else { "" }, &subject.text);
        for remark in remarks(subject, since) {
            page.hang(&format!("  {:LABEL$}    ", ""), &remark);
        }
    }
    let known = holder.keys();
    for (at, (key, value)) in known.iter().enumerate() {
        page.line(if at == 0 { "keys" } else { "" }, &format!("{} = {value}", key.name));
    }
    let unknown: Vec<&str> = holder.unknown_keys().iter().map(|key| key.name.as_str()).collect();
    if !unknown.is_empty() {
        page.part(if known.is_empty() { "keys" } else { "more keys" }, &unknown.join(", "));
    }
    page.out.push('\n');
    for line in json::statement(expected).lines() {
        page.out.extend([&*text::escape(line), "\n"]);
    }
    page.out.push('\n');
    let blanks = expected.blanks();
    if !blanks.is_empty() {
        page.part("fill in", &blanks.join(", "));
    }
    for note in &holder.issuer.notes {
        page.part("note", note);
    }
    page.part("page", &holder.issuer.source);
    page.part("data of", reference::issuers_date());
    page.out
}

/// The columns of what stands before each part, without the blanks around.
const LABEL: usize = 9;

/// What is good to know of a subject.
fn remarks(subject: &Subject, since: Option<&str>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(since) = since {
        remarks.push(if subject.is_immutable {
            format!(
                "of a repository that was created, renamed or transferred on {since} or later, or opted in to immutable subjects"
            )
        } else {
            format!("of any other: before {since}, and not opted in")
        });
    }
    if subject.is_immutable && !subject.missing.is_empty() {
        let missing: Vec<String> = subject.missing.iter().map(|part| format!("`--{part}`")).collect();
        remarks.push(format!("{} fill it in", missing.join(" and ")));
    }
    if subject.is_pattern {
        remarks.push("`*` stands for what is another in each run".to_owned());
    }
    remarks
}

struct Page {
    out: String,
    look: Look,
}

impl Page {
    /// A value that is to be copied, so it is never broken.
    fn line(&mut self, label: &str, value: &str) {
        let head = format!("  {label:LABEL$}  ");
        self.out.extend([&*paint(&head, Colour::Cyan, self.look.colour), &*text::escape(value), "\n"]);
    }

    fn part(&mut self, label: &str, words: &str) {
        let head = format!("  {label:LABEL$}  ");
        let painted = paint(&head, Colour::Cyan, self.look.colour);
        text::push_hanging(&mut self.out, &head, &painted, &text::escape(words), self.look.width);
    }

    fn hang(&mut self, head: &str, words: &str) {
        text::push_hanging(&mut self.out, head, head, words, self.look.width);
    }
}
