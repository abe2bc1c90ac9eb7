//! What may be behind an error message, on a few lines.

use super::super::Look;
use super::super::text::{self, Colour, paint};
use crate::reference::{self, Cause, KnownError};

/// What is known of an error. `title` is the text of it that was met.
pub fn error(error: &KnownError, title: &str, look: Look) -> String {
    let mut page = Page { out: String::new(), look };
    page.head(error, title);
    page.out.push('\n');
    for cause in &error.causes {
        page.cause(cause);
    }
    page.out.push('\n');
    page.part("pages", &error.sources);
    page.part("data of", &[reference::errors_date().to_owned()]);
    page.out
}

/// The columns of what stands before each part, without the blanks around.
const LABEL: usize = 7;

struct Page {
    out: String,
    look: Look,
}

impl Page {
    /// The message, who tells it, and which gates may be closed.
    fn head(&mut self, error: &KnownError, title: &str) {
        let title = title.replace("{}", if self.look.unicode { "…" } else { "..." });
        self.out.extend([&*paint(&title, Colour::Bold, self.look.colour), "\n"]);
        self.part("by", std::slice::from_ref(&error.said_by));
        self.part("to", &error.calls);
        if !error.gates.is_empty() {
            self.part("gates", &[error.gates.join(", ")]);
        }
        self.part("note", error.about.as_slice());
    }

    /// What may be wrong, and what to look at.
    fn cause(&mut self, cause: &Cause) {
        let bullet = if self.look.unicode { "  · " } else { "  - " };
        text::push_hanging(&mut self.out, bullet, bullet, &cause.words, self.look.width);
        let painted = paint("    check ", Colour::Cyan, self.look.colour);
        text::push_hanging(&mut self.out, "    check ", &painted, &cause.check.join("; "), self.look.width);
    }

    fn part(&mut self, label: &str, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            let head = format!("  {:LABEL$}  ", if at == 0 { label } else { "" });
            let painted = paint(&head, Colour::Cyan, self.look.colour);
            text::push_hanging(&mut self.out, &head, &painted, line, self.look.width);
        }
    }
}
