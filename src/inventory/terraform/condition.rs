//! Conditions, as far as they are decided.

use super::evaluate::{At, Branch, Evaluation, Value, known};
use super::path;
use crate::source::{SourceId, Span};
use crate::syntax::{Kind, Node, hole_text};

impl<'t, 's> Evaluation<'_, 't, 's> {
    pub(super) fn conditional(&mut self, at: At, parts: &[Node<'t, 's>]) -> Option<Value<'t, 's>> {
        let [condition, first, second] = parts else { return None };
        let taken = self.truth(at, *condition).unwrap_or_else(|| {
            self.met_open = true;
            if self.branch == Branch::First {
                let written = hole_text(self.sources.slice(condition.span()));
                self.inventory.take_for(written.trim_start_matches("${").trim_end_matches('}'), "true", &written);
            }
            self.branch == Branch::First
        });
        Some(self.value(at, if taken { *first } else { *second }))
    }

    /// Whether a condition holds, where that is known.
    fn truth(&mut self, at: At, node: Node<'t, 's>) -> Option<bool> {
        match node.kind() {
            Kind::Bool(holds) => Some(holds),
            Kind::Hole => {
                let inside = node.written().strip_prefix("${")?.strip_suffix('}')?;
                self.holds(at, inside, 0)
            }
            _ => self.known_at(at, node).as_deref().and_then(flag),
        }
    }

    fn holds(&mut self, at: At, text: &str, depth: usize) -> Option<bool> {
        let text = text.trim();
        // what stands in brackets or holds an operator in quotes is not taken apart
        if depth > 16 || text.contains('(') {
            return None;
        }
        if let Some((one, other)) = text.split_once("||") {
            let both = [self.holds(at, one, depth + 1), self.holds(at, other, depth + 1)];
            return if both.contains(&Some(true)) { Some(true) } else { both.iter().all(Option::is_some).then_some(false) };
        }
        if let Some((one, other)) = text.split_once("&&") {
            let both = [self.holds(at, one, depth + 1), self.holds(at, other, depth + 1)];
            return if both.contains(&Some(false)) { Some(false) } else { both.iter().all(Option::is_some).then_some(true) };
        }
        for (operator, equal) in [("==", true), ("!=", false)] {
            if let Some((one, other)) = text.split_once(operator) {
                return Some((self.term(at, one)? == self.term(at, other)?) == equal);
            }
        }
        if let Some(negated) = text.strip_prefix('!') {
            return self.holds(at, negated, depth + 1).map(|holds| !holds);
        }
        flag(&self.term(at, text)?)
    }

    /// What stands on one side of a comparison or between the brackets of an index, where it is known.
    pub(super) fn term(&mut self, at: At, written: &str) -> Option<String> {
        let written = written.trim();
        if let Some(quoted) = path::quoted(written) {
            return Some(quoted.to_owned());
        }
        if matches!(written, "true" | "false") || !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(written.to_owned());
        }
        let hole = hole_text(written);
        let value = self.expression(at, &hole, Span::new(SourceId::NONE, 0, 0))?;
        known(&value)
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
