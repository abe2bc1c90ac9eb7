//! What may be behind an error message, on a few lines.

use super::super::text::{self, Colour, paint};
use super::super::{Diagnosed, Listing, Look};
use super::page::gate_mark;
use crate::reference::{self, Cause, KnownError};
use crate::simulate::Holds;

/// What is known of an error, and which of its causes hold for some logins. `title` is the text of it that was met. Where some hold, those
/// of which it is not known are counted only, unless all is asked for.
pub fn error(error: &KnownError, title: &str, logins: &[Diagnosed<'_, '_>], listing: Listing, look: Look) -> String {
    let mut page = Page { out: String::new(), listing, look };
    page.head(error, title);
    page.out.push('\n');
    if logins.is_empty() {
        for cause in &error.causes {
            page.cause("", cause);
        }
        page.out.push('\n');
    }
    let (meeting, others): (Vec<_>, Vec<_>) = logins.iter().partition(|own| own.may_meet(error));
    for own in &meeting {
        page.login(own, error);
    }
    match others.as_slice() {
        [] => {}
        [only] if meeting.is_empty() => page.other(only, error),
        others => {
            let (count, more) = (others.len().to_string(), if meeting.is_empty() { "" } else { " more" });
            page.out.extend([
                &*count,
                more,
                if others.len() == 1 { " login does" } else { " logins do" },
                " not meet it here\n\n",
            ]);
        }
    }
    page.part("pages", &error.sources);
    page.part("data of", &[reference::errors_date().to_owned()]);
    page.out
}

/// The columns of what stands before each part, without the blanks around.
const LABEL: usize = 7;

struct Page {
    out: String,
    listing: Listing,
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

    /// A login that may meet the error: its gates, what holds, and what is not known.
    fn login(&mut self, login: &Diagnosed<'_, '_>, error: &KnownError) {
        self.out.extend([&*paint(&text::escape(&login.subject), Colour::Bold, self.look.colour), "\n"]);
        for gate in login.gates(error) {
            let (mark, colour) = gate_mark(gate.state, self.look);
            let head = format!("  {mark} {}  ", gate.kind.name());
            let painted = format!("  {} {}  ", paint(mark, colour, self.look.colour), gate.kind.name());
            text::push_hanging(&mut self.out, &head, &painted, &text::escape(&gate.text), self.look.width);
        }
        if let Some(near) = &login.simulation.near_miss {
            text::push_hanging(&mut self.out, "    ", "    ", &text::escape(&near.clause()), self.look.width);
        }
        self.causes(login, error);
    }

    /// The causes that hold, and those of which it is not known.
    fn causes(&mut self, login: &Diagnosed<'_, '_>, error: &KnownError) {
        let of = |wanted: Holds| {
            error.causes.iter().zip(&login.holds).filter(move |(_, holds)| **holds == wanted).map(|(cause, _)| cause)
        };
        let (yes, unknown): (Vec<&Cause>, Vec<&Cause>) = (of(Holds::Yes).collect(), of(Holds::Unknown).collect());
        let is_cut = !yes.is_empty() && self.listing == Listing::Cut;
        let listed = if is_cut { &[][..] } else { &unknown[..] };
        for (title, causes) in [("this holds", &yes[..]), ("not known from the inputs", listed)] {
            if !causes.is_empty() {
                self.out.extend(["  ", &*paint(title, Colour::Bold, self.look.colour), "\n"]);
            }
            for cause in causes {
                self.cause("  ", cause);
            }
        }
        if is_cut && !unknown.is_empty() {
            self.out.extend(["  ", &*unknown.len().to_string(), " more not known from the inputs (`-v` lists them)\n"]);
        }
        let none = of(Holds::No).count();
        if yes.is_empty() && unknown.is_empty() {
            self.out.push_str("  none of the causes that are known of this message is behind it\n");
        } else if none > 0 {
            let verb = if none == 1 { "cause does" } else { "causes do" };
            self.out.extend(["  ", &*none.to_string(), " more ", verb, " not hold\n"]);
        }
        self.out.push('\n');
    }

    /// A login that does not meet the error with what was given.
    fn other(&mut self, login: &Diagnosed<'_, '_>, error: &KnownError) {
        let answer = format!("does not meet it here: {}, {}", login.simulation.outcome.name(), login.simulation.why);
        let head = format!("{}  ", text::escape(&login.subject));
        let painted = paint(&head, Colour::Bold, self.look.colour).into_owned();
        text::push_hanging(&mut self.out, &head, &painted, &text::escape(&answer), self.look.width);
        self.causes(login, error);
    }

    /// What may be wrong, and what to look at.
    fn cause(&mut self, indent: &str, cause: &Cause) {
        let bullet = format!("{indent}{}", if self.look.unicode { "  · " } else { "  - " });
        text::push_hanging(&mut self.out, &bullet, &bullet, &cause.words, self.look.width);
        let head = format!("{indent}    check ");
        let painted = paint(&head, Colour::Cyan, self.look.colour).into_owned();
        text::push_hanging(&mut self.out, &head, &painted, &cause.check.join("; "), self.look.width);
    }

    fn part(&mut self, label: &str, lines: &[String]) {
        for (at, line) in lines.iter().enumerate() {
            let head = format!("  {:LABEL$}  ", if at == 0 { label } else { "" });
            let painted = paint(&head, Colour::Cyan, self.look.colour);
            text::push_hanging(&mut self.out, &head, &painted, line, self.look.width);
        }
    }
}
