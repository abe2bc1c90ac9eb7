//! What a policy is attached to.

use crate::syntax::Node;

/// What a policy is attached to, and so what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PolicyKind {
    /// Who may take a role.
    Trust,
    /// What a user, group or role may do.
    Identity,
    /// Who may do what to a resource.
    Resource,
    /// The most that an identity's policies can grant.
    Boundary,
    /// Passed in when a session is made; narrows it.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// Of a VPC endpoint.
    Endpoint,
}

/// The kind as far as the content alone tells it, and whether that is sure.
///
/// A document with a principal whose actions are all of STS is a trust policy; with another principal a resource
/// policy; without, an identity policy, which boundaries, session and service control policies look like too.
pub fn kind_of(policy: Node<'_, '_>) -> (PolicyKind, bool) {
    let _ = policy;
    todo!()
}
