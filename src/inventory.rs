//! All that was given: roles, policies, user pools, identity pools, each recognised by its content.

mod aws_cli;
mod recognise;
mod sign_in;

use crate::arn::Arn;
use crate::finding::Fault;
use crate::identity::{Client, Group, IdentityPool, RoleMap, UserPool};
use crate::policy::{Policy, PolicyKind};
use crate::source::{SourceId, Span};
use crate::syntax::{SyntaxFault, Text};

pub use sign_in::SignInError;

/// All that was given.
#[derive(Debug, Default)]
pub struct Inventory<'s> {
    /// The roles. What lies in several files is joined by the role's name.
    pub roles: Vec<Role<'s>>,
    /// Policies that belong to nothing else that was given.
    pub policies: Vec<LoosePolicy<'s>>,
    /// User pools.
    pub user_pools: Vec<UserPool<'s>>,
    /// Groups of user pools.
    pub groups: Vec<Group<'s>>,
    /// App clients of user pools.
    pub clients: Vec<Client<'s>>,
    /// Identity pools.
    pub identity_pools: Vec<IdentityPool<'s>>,
    /// The roles of identity pools.
    pub role_maps: Vec<RoleMap<'s>>,
    /// What each input was recognised as, in the order in which they were read.
    pub documents: Vec<Document>,
    /// What kind every loose policy is said to be.
    kind: Option<PolicyKind>,
}

/// What an input was recognised as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// The input.
    pub source: SourceId,
    /// What it is.
    pub form: Form,
    /// What is wrong with its form; only of inputs in which something was recognised.
    pub faults: Vec<Fault<SyntaxFault>>,
}

/// The forms of input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A policy document, of a kind; whether that is sure.
    Policy(PolicyKind, bool),
    /// The output of an AWS CLI command, by its name: `iam get-role`.
    AwsCli(&'static str),
    /// Nothing that is looked at, and why.
    Nothing(&'static str),
}

/// A role.
#[derive(Debug)]
pub struct Role<'s> {
    /// Its name; of a bare trust policy the name of its file.
    pub name: Text<'s>,
    /// Its ARN; none where only the trust policy was given.
    pub arn: Option<Text<'s>>,
    /// Who may take it.
    pub trust: Option<Policy<'s>>,
    /// What it may do: its inline policies and the attached ones that were given.
    pub permissions: Vec<NamedPolicy<'s>>,
    /// The ARNs of attached policies whose document was not given.
    pub unread: Vec<Text<'s>>,
    /// The ARN of its permissions boundary.
    pub boundary: Option<Text<'s>>,
}

/// A policy with its name.
#[derive(Debug)]
pub struct NamedPolicy<'s> {
    /// Its name.
    pub name: Text<'s>,
    /// The document.
    pub policy: Policy<'s>,
    /// Whether it is inline, not attached.
    pub inline: bool,
}

/// A policy that belongs to nothing else that was given.
#[derive(Debug)]
pub struct LoosePolicy<'s> {
    /// Where it comes from.
    pub source: SourceId,
    /// The document.
    pub policy: Policy<'s>,
    /// Whether its kind is sure.
    pub sure: bool,
}

impl<'s> Inventory<'s> {
    /// Nothing yet. With a kind, every policy that belongs to nothing else is taken to be of it.
    pub fn new(kind: Option<PolicyKind>) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Every policy, with the role that it belongs to.
    pub fn all_policies(&self) -> impl Iterator<Item = (&Policy<'s>, Option<&Role<'s>>)> {
        let of_roles = self.roles.iter().flat_map(|role| {
            let permissions = role.permissions.iter().map(|named| &named.policy);
            role.trust.iter().chain(permissions).map(move |policy| (policy, Some(role)))
        });
        of_roles.chain(self.policies.iter().map(|loose| (&loose.policy, None)))
    }

    /// The role of this ARN, or of this name.
    pub fn role(&self, name_or_arn: &str) -> Option<&Role<'s>> {
        self.roles.iter().find(|role| role.is(name_or_arn))
    }

    /// The roles of an identity pool.
    pub fn role_map(&self, pool: &IdentityPool<'s>) -> Option<&RoleMap<'s>> {
        self.role_maps.iter().find(|map| map.pool.known().is_some() && map.pool.known() == pool.id.known())
    }
}

impl<'s> Role<'s> {
    /// A role of which only the name is known.
    fn new(name: Text<'s>) -> Self {
        Self { name, arn: None, trust: None, permissions: Vec::new(), unread: Vec::new(), boundary: None }
    }

    /// Its account, where its ARN tells.
    pub fn account(&self) -> Option<&str> {
        self.arn.as_ref().and_then(|arn| arn.known()).and_then(Arn::parse).map(|arn| arn.account)
    }

    /// Whether this is its ARN or its name.
    pub fn is(&self, name_or_arn: &str) -> bool {
        let is = |text: &Text<'_>| text.known() == Some(name_or_arn);
        is(&self.name) || self.arn.as_ref().is_some_and(is)
    }

    /// The place to point at when the role itself is meant.
    pub fn span(&self) -> Span {
        self.name.span()
    }
}
