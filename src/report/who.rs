//! What every report on who can take a role says in the same words.

use super::diff::{open, span_of_gap};
use crate::finding::Fault;
use crate::policy::{Policy, PolicyFault};
use crate::prove::Doubt;
use crate::rules::grammar;
use crate::source::{Sources, Span};

/// Why it is not known, in one clause.
pub(super) fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Budget => "there is too much to look at".to_owned(),
        Doubt::Open(gap) => open(*gap),
        Doubt::Branch(_) => "it hangs on a condition of the template, or on which declaration counts".to_owned(),
        Doubt::Refused(_) => "AWS would refuse to store the trust policy".to_owned(),
        Doubt::Mixed => "a condition key is compared both as text and as something else".to_owned(),
        Doubt::Refuted => "the trust policy asks for what tokens of this form cannot all hold together".to_owned(),
    }
}

/// Where what is not known stands.
pub(super) fn place(doubt: &Doubt) -> Option<Span> {
    match doubt {
        Doubt::Open(gap) => span_of_gap(*gap),
        Doubt::Branch(span) => Some(*span),
        Doubt::Refused(fault) => Some(fault.span),
        Doubt::Budget | Doubt::Mixed | Doubt::Refuted => None,
    }
}

/// Why AWS would not store a trust policy.
pub(super) fn refusal(fault: &Fault<PolicyFault>, policy: &Policy<'_>, sources: &Sources) -> String {
    grammar::of_policy(fault, policy, sources).message
}
