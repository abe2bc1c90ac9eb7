//! What AWS asks of the names in a statement: its `Sid`, and its actions.

use super::Reader;
use crate::finding::Fault;
use crate::pattern::Pattern;
use crate::policy::{ActionFault, Patterns, PolicyFault, PolicyKind, Statement};
use crate::source::Span;
use crate::syntax::Text;

impl Reader {
    /// Sids: letters and digits, no two alike. IAM refuses others; other services take them.
    pub(super) fn sids(&mut self, statements: &[Statement<'_>]) {
        let strict = self.kind.is_of_iam();
        let documented = strict || matches!(self.kind, PolicyKind::Scp | PolicyKind::Rcp);
        let mut seen: Vec<(&str, Span)> = Vec::with_capacity(statements.len());
        for sid in statements.iter().filter_map(|statement| statement.sid.as_ref()) {
            let Some(known) = sid.known() else { continue };
            if known.is_empty() {
                self.fault(PolicyFault::EmptySid, sid.span());
                continue;
            }
            if documented && !known.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                self.fault(PolicyFault::SidCharacters(strict), sid.span());
            }
            seen.push((known, sid.span()));
        }
        seen.sort_unstable();
        for alike in seen.chunk_by(|(name, _), (other, _)| name == other) {
            let Some((&(_, first), others)) = alike.split_first() else { continue };
            let twice = others.iter().map(|&(_, span)| Fault::between(PolicyFault::DuplicateSid(strict), span, first));
            self.faults.extend(twice);
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
    // nearly every action is as it should be
    let service = action.bytes().position(|byte| !in_service(byte)).unwrap_or(action.len());
    if let Some((b':', name)) = action.as_bytes().get(service..).and_then(<[u8]>::split_first)
        && service > 0
        && !name.is_empty()
        && are_in_name(name)
    {
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
    let is = |c: char, allowed: fn(u8) -> bool| u8::try_from(c).is_ok_and(allowed);
    let strange = service.chars().find(|&c| !is(c, in_service)).or_else(|| name.chars().find(|&c| !is(c, in_name)));
    strange.map(ActionFault::Character)
}

/// Whether all of these stand in names: sixteen at a time, the last of which may overlap.
fn are_in_name(bytes: &[u8]) -> bool {
    let all = |chunk: &[u8; 16]| chunk.iter().fold(true, |all, &byte| all & stands_in_name(byte));
    match bytes.last_chunk() {
        Some(last) => all(last) && bytes.as_chunks().0.iter().all(all),
        None => bytes.iter().all(|&byte| in_name(byte)),
    }
}

fn in_service(byte: u8) -> bool {
    in_name(byte) && byte != b'_'
}

fn in_name(byte: u8) -> bool {
    const IN_NAME: [bool; 256] = {
        let mut table = [false; 256];
        let mut rest: &mut [bool] = &mut table;
        let mut byte = 0_u8;
        while let Some((own, behind)) = rest.split_first_mut() {
            *own = stands_in_name(byte);
            (rest, byte) = (behind, byte.wrapping_add(1));
        }
        table
    };
    IN_NAME.get(usize::from(byte)).is_some_and(|&own| own)
}

/// For the table, and for many bytes at once.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
const fn stands_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'*') | (byte == b'?') | (byte == b'_')
}

/// Whether an action is of a service other than STS, for sure: what a wildcard in the service does is not said.
fn is_foreign(action: &str) -> bool {
    let service = action.split(':').next().unwrap_or(action);
    !service.contains(['*', '?']) && !service.eq_ignore_ascii_case("sts")
}
