//! What AWS asks of the names in a statement: its `Sid`, and its actions.

use std::collections::HashMap;

use super::Reader;
use crate::finding::Fault;
use crate::pattern::Pattern;
use crate::policy::{ActionFault, Patterns, PolicyFault, PolicyKind, Statement};
use crate::source::Span;
use crate::syntax::Text;

impl Reader {
    /// Sids: letters and digits, no two alike. IAM refuses others; other services take them.
    pub(super) fn sids(&mut self, statements: &[Statement<'_>]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for sid in statements.iter().filter_map(|statement| statement.sid.as_ref()) {
            let Some(known) = sid.known() else { continue };
            let strict = self.kind.is_of_iam();
            if known.is_empty() {
                self.fault(PolicyFault::EmptySid, sid.span());
                continue;
            }
            let documented = strict || matches!(self.kind, PolicyKind::Scp | PolicyKind::Rcp);
            if documented && !known.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                self.fault(PolicyFault::SidCharacters(strict), sid.span());
            }
            let first = *seen.entry(known).or_insert_with(|| sid.span());
            if first != sid.span() {
                self.faults.push(Fault::between(PolicyFault::DuplicateSid(strict), sid.span(), first));
            }
        }
    }

    /// The form of the actions, and in a trust policy their service.
    pub(super) fn actions(&mut self, actions: &Patterns<'_>) {
        for action in &actions.list {
            if self.has_variable(&action.text) {
                continue;
            }
            let Some(known) = action.plain() else { continue };
            if let Some(fault) = action_fault(known) {
                self.fault(PolicyFault::MalformedAction(fault), action.text.span());
            } else if self.kind == PolicyKind::Trust && !actions.negated && is_foreign(known) {
                self.fault(PolicyFault::ForeignActionInTrust, action.text.span());
            }
        }
    }

    /// Whether a text where none is filled in holds a variable; that is a fault.
    pub(super) fn has_variable(&mut self, text: &Text<'_>) -> bool {
        if !text.holds_reference() {
            return false;
        }
        let pattern = Pattern::new(text.clone(), true);
        let first = pattern.variables().next().map(|variable| variable.span);
        if let Some(span) = first {
            self.fault(PolicyFault::VariableInWrongElement, span);
        }
        first.is_some()
    }
}

impl PolicyKind {
    /// Whether IAM itself, or STS, stores or takes the policy.
    pub(super) fn is_of_iam(self) -> bool {
        matches!(self, Self::Trust | Self::Identity | Self::Boundary | Self::Session)
    }
}

fn action_fault(action: &str) -> Option<ActionFault> {
    let in_service = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*' | b'?');
    let in_name = |byte: u8| in_service(byte) || byte == b'_';
    // nearly every action is as it should be
    let mut bytes = action.bytes();
    let length = bytes.by_ref().take_while(|&byte| in_service(byte)).count();
    if length > 0 && action.as_bytes().get(length) == Some(&b':') && bytes.len() > 0 && bytes.all(in_name) {
        return None;
    }
    if action.bytes().all(|byte| byte == b'*') && !action.is_empty() {
        return None;
    }
    if action.contains(',') {
        return Some(ActionFault::List);
    }
    if action.contains(char::is_whitespace) && !action.trim().is_empty() {
        return Some(ActionFault::Blank);
    }
    let Some((service, name)) = action.split_once(':') else { return Some(ActionFault::NoService) };
    if service.is_empty() || name.is_empty() {
        return Some(ActionFault::Empty);
    }
    let is = |c: char, allowed: &dyn Fn(u8) -> bool| u8::try_from(c).is_ok_and(allowed);
    let strange = service.chars().find(|&c| !is(c, &in_service)).or_else(|| name.chars().find(|&c| !is(c, &in_name)));
    strange.map(ActionFault::Character)
}

/// Whether an action is of a service other than STS, for sure: what a wildcard in the service does is not said.
fn is_foreign(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or(action);
    !service.contains(['*', '?']) && !service.eq_ignore_ascii_case("sts")
}
