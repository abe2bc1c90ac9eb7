//! Lengths.

use super::{Words, kind_name};
use crate::finding::{Finding, Label, Severity};
use crate::inventory::Role;
use crate::policy::{INLINE_OF_ROLE, Policy, PolicyKind, Quota};
use crate::rules::grammar::POLICY_TOO_LONG;

pub(super) fn too_long(quota: Quota, policy: &Policy<'_>) -> Words {
    let Quota { size, limit, written, refused } = quota;
    let counted = if written { "" } else { ", white space not counted" };
    let message = format!("{} of {} characters{counted}, where {} may be", kind_name(policy.kind), grouped(size), grouped(limit));
    let (severity, label, help) = match policy.kind {
        PolicyKind::Trust if refused => {
            let help = "put principals with the same conditions into one statement, or spread them over several roles; no quota is larger";
            (Severity::Error, "too long", help.to_owned())
        }
        PolicyKind::Trust => {
            let help = "have the quota `Role trust policy length` raised, up to 8,192, or put principals with the same conditions into one statement";
            (Severity::Low, "too long unless the account's quota is raised", help.to_owned())
        }
        PolicyKind::Identity if limit == INLINE_OF_ROLE => (
            Severity::Medium,
            "too long for a policy of your own",
            "split it; only AWS's own managed policies may be longer".to_owned(),
        ),
        PolicyKind::Identity => {
            let help = "split it into several; only inline policies of a role may come to more: 10,240 in all";
            (Severity::Low, "too long for a managed policy", help.to_owned())
        }
        _ if written && !refused => {
            let help = format!("take the white space out: then it has {} characters", grouped(policy.size.packed));
            (Severity::Low, "too long as it is written", help)
        }
        _ => (Severity::Error, "too long", "split it into several, or use wildcards and shorter lists".to_owned()),
    };
    Words::new(&POLICY_TOO_LONG, message, label, help).rated(severity)
}

pub(super) fn too_large(bytes: usize, policy: &Policy<'_>) -> Words {
    let message = format!("{} of {} bytes, of which nothing is looked at", kind_name(policy.kind), grouped(bytes));
    let help = "no service of AWS takes a policy of more than 131,072 characters: split it into several";
    Words::new(&POLICY_TOO_LONG, message, "too large", help).rated(Severity::Error)
}

/// The inline policies of a role, which share one quota.
pub(in crate::rules::grammar) fn of_role(role: &Role<'_>) -> Option<Finding> {
    let inline = || role.permissions.iter().filter(|named| named.inline);
    let sum: usize = inline().map(|named| named.policy.size.packed).sum();
    let message = format!(
        "inline policies of {} characters in all, white space not counted, where {} may be",
        grouped(sum),
        grouped(INLINE_OF_ROLE)
    );
    (sum > INLINE_OF_ROLE).then(|| Finding {
        related: inline()
            .map(|named| Label::new(named.name.span(), format!("{} characters", grouped(named.policy.size.packed))))
            .collect(),
        help: Some("make managed policies of some: each may have 6,144 characters, and a role may have several".to_owned()),
        ..POLICY_TOO_LONG.finding(message, role.span(), "the role that they belong to")
    })
}

/// A number as `10,240`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
