//! How long a policy is, as AWS counts it, and how long it may be.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>,
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>

use super::{Policy, PolicyFault, PolicyKind};
use crate::syntax::{Node, Text};

/// The length of a policy in characters, without its holes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Size {
    /// With all white space, as services other than IAM count.
    pub written: usize,
    /// Without white space, as IAM counts.
    pub packed: usize,
}

/// A quota that a policy exceeds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Quota {
    /// The number of characters that count.
    pub size: usize,
    /// The number of characters that may be.
    pub limit: usize,
    /// Whether white space counts.
    pub written: bool,
    /// Whether AWS is sure to refuse the policy for it.
    pub refused: bool,
}

/// A policy of more bytes is not looked at: no service takes one of more than 131,072 characters.
pub(super) const LARGEST: usize = 1 << 18;

/// What all inline policies of a role may come to.
pub const INLINE_OF_ROLE: usize = 10_240;
/// What a managed policy may come to.
const MANAGED: usize = 6_144;

impl Size {
    /// The length of a document, of which these are the texts that hold a hole.
    pub(super) fn of(node: Node<'_, '_>, with_holes: &[Text<'_>]) -> Self {
        let all = count(node.written());
        // no quota is smaller, and most policies are
        if all.written <= 2_048 {
            return all;
        }
        let mut holes = Self::default();
        for hole in with_holes.iter().flat_map(Text::holes).map(|hole| count(&hole.written)) {
            holes = Self { written: holes.written + hole.written, packed: holes.packed + hole.packed };
        }
        Self { written: all.written - holes.written.min(all.written), packed: all.packed - holes.packed.min(all.packed) }
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
fn count(text: &str) -> Size {
    if text.is_ascii() {
        let white =
            |chunk: &[u8]| chunk.iter().map(|&byte| u8::from((byte.wrapping_sub(b'\t') < 5) | (byte == b' '))).sum::<u8>();
        let spaces: usize = text.as_bytes().chunks(128).map(|chunk| usize::from(white(chunk))).sum();
        return Size { written: text.len(), packed: text.len() - spaces };
    }
    Size { written: text.chars().count(), packed: text.chars().filter(|c| !c.is_whitespace()).count() }
}

/// The quota that a policy exceeds, as a fault.
pub(super) fn fault(policy: &Policy<'_>) -> Option<PolicyFault> {
    let Size { written, packed } = policy.size;
    let quota = |size: usize, limit: usize, written: bool, refused: bool| {
        (size > limit).then_some(PolicyFault::TooLong(Quota { size, limit, written, refused }))
    };
    // where white space counts, taking it out may be remedy enough
    let both = |limit| quota(packed, limit, true, true).or_else(|| quota(written, limit, true, false));
    match policy.kind {
        PolicyKind::Trust => quota(packed, 8_192, false, true).or_else(|| quota(packed, 2_048, false, false)),
        // inline policies of a role may be longer, and AWS's own managed policies are
        PolicyKind::Identity => quota(packed, INLINE_OF_ROLE, false, false).or_else(|| quota(packed, MANAGED, false, false)),
        PolicyKind::Boundary => quota(packed, MANAGED, false, true),
        PolicyKind::Session => both(2_048),
        PolicyKind::Scp => both(10_240),
        PolicyKind::Rcp => both(5_120),
        PolicyKind::Endpoint => both(20_480),
        PolicyKind::Resource if written > SMALLEST => both(of_service(policy)?),
        PolicyKind::Resource => None,
    }
}

/// The quota of the one service that the actions of a resource policy belong to.
///
/// Of a service with several kinds of policies it is the largest, and one that AWS raises on request is none. All characters count,
/// also where AWS is silent on white space.
fn of_service(policy: &Policy<'_>) -> Option<usize> {
    let actions = || policy.statements.iter().filter_map(|statement| statement.actions.as_ref()).flat_map(|own| &own.list);
    let (service, _) = actions().next()?.plain()?.split_once(':')?;
    let all_of = actions().all(|action| action.plain().is_some_and(|text| is_of(text, service)));
    let rows = QUOTAS.lines().filter(|_| all_of).filter_map(|line| {
        let mut words = line.split(' ');
        words.next().filter(|own| own.eq_ignore_ascii_case(service))?;
        let limit = words.next()?.parse().ok()?;
        (words.nth(1) != Some("adjustable")).then_some(limit)
    });
    rows.max()
}

/// The quotas of resource policies, a dated list.
static QUOTAS: &str = include_str!("../reference/policy-quotas.txt");

/// No resource policy has a smaller quota.
const SMALLEST: usize = 2_000;

fn is_of(action: &str, service: &str) -> bool {
    action.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(service))
}
