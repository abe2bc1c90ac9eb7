//! What would let a token in, for people: each change with what it writes for what, and who else gets in by it.

use super::super::text::{self, Colour};
use super::address;
use super::page::Page;
use crate::finding::Edit;
use crate::repair::{Admitted, Repair, Side};

impl Page<'_> {
    /// The repairs under a heading; nothing where there is none. `role` is the one that they are for, where it is one of several.
    pub(super) fn repairs(&mut self, repairs: &[Repair], role: Option<&str>) {
        if repairs.is_empty() {
            return;
        }
        let role = role.map_or_else(String::new, |role| format!(", at `{}`", text::escape(role)));
        self.heading(&format!("what would let it in{role}"));
        let bullet = if self.look.unicode { "    · " } else { "    - " };
        for repair in repairs {
            let place = repair.edits.first().map_or_else(String::new, |edit| format!(" ({})", address(self.sources, edit.span)));
            let line = format!("{}: {}{place}", repair.side.name(), text::escape(&repair.words));
            self.hanging(bullet, bullet, &line);
            for (index, edit) in repair.edits.iter().enumerate() {
                if index > 0 {
                    let place = address(self.sources, edit.span);
                    self.line(&format!("      {}", self.paint(&place, Colour::Dim)));
                }
                self.edit(edit);
            }
            if repair.side == Side::Policy {
                self.hanging("      ", "      ", &text::escape(&admission(&repair.admits)));
            }
        }
    }

    fn edit(&mut self, edit: &Edit) {
        let old = self.sources.slice(edit.span);
        for (mark, colour, written) in [("-", Colour::Red, old), ("+", Colour::Green, &*edit.text)] {
            if !written.is_empty() {
                let line = format!("{mark} {}", text::escape(written));
                self.line(&format!("        {}", self.paint(&line, colour)));
            }
        }
    }
}

/// Who else gets in, as a sentence.
fn admission(admits: &[Admitted]) -> String {
    let who = |stranger: bool| {
        let those = admits.iter().filter(move |own| own.stranger == stranger);
        those.map(|own| own.who.as_str()).collect::<Vec<_>>().join("; ")
    };
    match (who(true), who(false)) {
        (strangers, others) if strangers.is_empty() && others.is_empty() => {
            "nobody else gets in of those who were tried".to_owned()
        }
        (strangers, others) if strangers.is_empty() => format!("it then also lets in: {others}"),
        (strangers, others) if others.is_empty() => format!("it then also lets strangers in: {strangers}"),
        (strangers, others) => format!("it then also lets strangers in: {strangers}; and {others}"),
    }
}
