//! Variables: how they are written, and where none is filled in.

use std::ops::Range;

use super::Reader;
use crate::finding::Fault;
use crate::pattern::{Part, Pattern};
use crate::policy::{Comparison, Policy, PolicyFault, VariableFault, Version};
use crate::source::Span;
use crate::syntax::{Literal, Piece, Text};

impl Reader {
    /// Faults in how the variables of a resource or condition value are written.
    pub(super) fn variables_of(&mut self, text: &Text<'_>) {
        if !(self.variables && text.holds_reference()) {
            return;
        }
        for piece in text.pieces().iter() {
            match piece {
                Piece::Literal(literal) => {
                    for (fault, range) in flaws(literal) {
                        self.fault(PolicyFault::MalformedVariable(fault), literal.span_of(range));
                    }
                }
                // no template language has an empty expression
                Piece::Hole(hole) => {
                    let inside = hole.written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
                    if inside.is_some_and(|inside| inside.trim().is_empty()) {
                        self.fault(PolicyFault::MalformedVariable(VariableFault::Empty), hole.span);
                    }
                }
            }
        }
    }

    /// A variable in a value that its operator takes none for.
    pub(super) fn variable_for(&mut self, comparison: Comparison, operator: &Text<'_>, pattern: &Pattern<'_>) {
        use Comparison as C;
        let one_page_says_so = match comparison {
            C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike | C::Arn => return,
            C::Bool => true,
            C::Numeric(_) | C::Date(_) | C::Binary | C::IpAddress | C::Null => false,
        };
        if let Some(variable) = pattern.variables().next() {
            let kind = PolicyFault::VariableWithWrongOperator(one_page_says_so);
            self.faults.push(Fault::between(kind, variable.span, operator.span()));
        }
    }

    /// In a document of 2008 variables are plain text: one fault at the first, which takes the place of a missing version.
    pub(super) fn variables_of_2008(&mut self, policy: &Policy<'_>) {
        // where only the new version will do, that is told already
        if policy.version == Version::V2012 || self.kind.needs_2012() {
            return;
        }
        let resources = policy.statements.iter().filter_map(|statement| statement.resources.as_ref()).flat_map(|own| &own.list);
        let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
        let values = conditions.flat_map(|condition| &condition.values).map(|operand| &operand.pattern);
        let Some(first) = resources.chain(values).filter_map(|pattern| first_variable(&pattern.text)).min() else { return };
        self.faults.retain(|fault| fault.kind != PolicyFault::MissingVersion);
        let fault = Fault { kind: PolicyFault::VariableWithoutVersion, span: first, related: policy.version_span };
        self.faults.push(fault);
    }
}

/// The first variable of a text, were it one of 2012.
fn first_variable(text: &Text<'_>) -> Option<Span> {
    if !text.holds_reference() {
        return None;
    }
    let pattern = Pattern::new(text.clone(), true);
    let is_symbol = pattern.parts().iter().any(|part| matches!(part, Part::Symbol(_)));
    pattern.variables().next().map(|variable| variable.span).or_else(|| is_symbol.then(|| text.span()))
}

/// What is wrong with the variables of a stretch of text, and where.
fn flaws(literal: &Literal<'_>) -> Vec<(VariableFault, Range<usize>)> {
    let text: &str = &literal.value;
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        let rest = text.get(start + 2..).unwrap_or("");
        let Some(end) = end_of(rest) else {
            found.push((VariableFault::Unclosed, start..text.len()));
            break;
        };
        let inside = rest.get(..end).unwrap_or("");
        from = start + 2 + end + 1;
        found.extend(flaw(inside).map(|fault| (fault, start..from)));
    }
    found
}

/// Where the `}` stands; one within the quotes of a default value belongs to that.
fn end_of(rest: &str) -> Option<usize> {
    let first = rest.find('}')?;
    let quoted = rest.get(..first)?.find('\'').and_then(|open| {
        let close = open + 1 + rest.get(open + 1..)?.find('\'')?;
        Some(close + rest.get(close..)?.find('}')?)
    });
    Some(quoted.unwrap_or(first))
}

fn flaw(inside: &str) -> Option<VariableFault> {
    let (name, default) = inside.split_once(',').map_or((inside, None), |(name, default)| (name, Some(default.trim())));
    if name.trim().is_empty() {
        return Some(VariableFault::Empty);
    }
    // an expression of a template, or one of the three characters
    if name.contains(['(', '"', '{']) || matches!(name, "*" | "?" | "$") {
        return None;
    }
    // behind the slash stands the key of a tag, which may hold what it likes
    let key = name.split('/').next().unwrap_or(name);
    if key.contains(char::is_whitespace) || name.ends_with(char::is_whitespace) {
        return Some(VariableFault::Blank);
    }
    if let Some(strange) = key.chars().find(|&c| !c.is_ascii_alphanumeric() && !":._-".contains(c)) {
        return Some(VariableFault::Symbol(strange));
    }
    let is_quoted = |text: &str| text.len() > 1 && text.starts_with('\'') && text.ends_with('\'');
    default.is_some_and(|text| !is_quoted(text)).then_some(VariableFault::Unquoted)
}
