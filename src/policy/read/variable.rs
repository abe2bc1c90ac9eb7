//! Variables: how they are written, and where none is filled in.

use super::Reader;
use crate::finding::Fault;
use crate::pattern::{Part, Pattern, VariableFault};
use crate::policy::{Comparison, Policy, PolicyFault, Version};
use crate::source::Span;
use crate::syntax::Text;

impl Reader {
    /// Faults in how the variables of a resource or condition value are written.
    pub(super) fn variables_of(&mut self, pattern: &Pattern<'_>) {
        if !(self.variables && pattern.text.holds_reference()) {
            return;
        }
        for part in pattern.parts() {
            if let Part::Malformed(fault, span) = *part {
                self.fault(PolicyFault::MalformedVariable(fault), span);
            }
        }
        // no template language has an empty expression
        for hole in pattern.text.holes() {
            let inside = hole.written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            if inside.is_some_and(|inside| inside.trim().is_empty()) {
                self.fault(PolicyFault::MalformedVariable(VariableFault::Empty), hole.span);
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
