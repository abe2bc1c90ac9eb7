//! The characters that IAM takes in a policy: tab, line ends, and U+0020 to U+00FF.

use super::Reader;
use crate::finding::Fault;
use crate::policy::{ActionFault, PolicyFault, VariableFault};
use crate::source::Span;
use crate::syntax::{Kind, Node, Piece};

impl Reader {
    /// One fault for each string that holds another character as it is. Of an escaped one the page does not speak.
    pub(super) fn characters(&mut self, node: Node<'_, '_>) {
        if !self.kind.is_of_iam() || !node.written().contains(is_strange) {
            return;
        }
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            match node.kind() {
                Kind::Map => open.extend(node.entries().flat_map(|entry| [entry.key, entry.value])),
                Kind::List => open.extend(node.items()),
                Kind::String if node.written().contains(is_strange) => self.string_with_one(node),
                _ => {}
            }
        }
        // such a character is in no name either: that is the same mistake
        let is_one = |fault: &&Fault<PolicyFault>| fault.kind == PolicyFault::UnsupportedCharacter;
        let mut told: Vec<Span> = self.faults.iter().filter(is_one).map(|fault| fault.span).collect();
        told.sort_unstable();
        self.faults.retain(|fault| {
            let of_characters = matches!(
                fault.kind,
                PolicyFault::SidCharacters(_)
                    | PolicyFault::MalformedAction(ActionFault::Character(_))
                    | PolicyFault::MalformedVariable(VariableFault::Symbol(_))
            );
            let next = told.partition_point(|span| span.start < fault.span.start);
            !of_characters || !told.get(next).is_some_and(|&span| fault.span.contains(span))
        });
    }

    fn string_with_one(&mut self, node: Node<'_, '_>) {
        let Some(text) = node.text() else { return };
        let first = text.pieces().iter().find_map(|piece| match piece {
            Piece::Literal(literal) => {
                let (start, c) = literal.value.char_indices().find(|&(_, c)| is_strange(c))?;
                Some(literal.span_of(start..start + c.len_utf8()))
            }
            Piece::Hole(_) => None,
        });
        if let Some(span) = first {
            self.fault(PolicyFault::UnsupportedCharacter, span);
        }
    }
}

/// U+001A stands for bytes that are not UTF-8, and that is told as a mistake of form, as a bare control character is.
fn is_strange(c: char) -> bool {
    !matches!(c, '\t' | '\n' | '\r' | '\u{1A}' | '\u{20}'..='\u{FF}')
}
