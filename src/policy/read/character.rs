//! The characters that IAM takes in a policy: tab, line ends, and U+0020 to U+00FF.

use super::Reader;
use crate::finding::Fault;
use crate::pattern::VariableFault;
use crate::policy::{ActionFault, PolicyFault};
use crate::source::Span;
use crate::syntax::{Kind, Node, Piece};

impl Reader {
    /// One fault for each string that holds another character as it is. Of an escaped one the page does not speak.
    pub(super) fn characters(&mut self, node: Node<'_, '_>) {
        // what is JSON holds no bare control character
        let is_plain = node.tree().faults().is_empty() && node.written().is_ascii();
        if !self.kind.is_of_iam() || is_plain || !holds_strange(node.written()) {
            return;
        }
        for string in node.within().filter(|node| node.kind() == Kind::String && holds_strange(node.written())) {
            self.string_with_one(string);
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

/// Whether such a character stands in a text: a control character, or one whose first byte is beyond that of U+00FF.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
fn holds_strange(text: &str) -> bool {
    let strange = |byte: u8| (byte > 0xC3) | (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') & (byte != 0x1A);
    text.as_bytes().chunks(128).any(|chunk| chunk.iter().fold(false, |any, &byte| any | strange(byte)))
}

/// U+001A stands for bytes that are not UTF-8, and that is told as a mistake of form, as a bare control character is.
fn is_strange(c: char) -> bool {
    !matches!(c, '\t' | '\n' | '\r' | '\u{1A}' | '\u{20}'..='\u{FF}')
}
