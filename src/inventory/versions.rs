//! Managed policies of which one answer tells the ARN and another one what they say.
//!
//! Neither names the other. What they have in common is the folder that they lie in, the id of the version, and the time: a policy was updated
//! last when its newest version was made, <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Policy.html>. Where that is the default
//! version, and no other policy or version has all three, they belong together.

use std::collections::HashMap;

use super::{Inventory, LoosePolicy};
use crate::policy::Policy;
use crate::syntax::{Node, Text};

/// What an answer on a policy and one on its version have in common.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Version {
    folder: String,
    id: String,
    time: String,
}

/// The answers that have the same in common.
#[derive(Debug, Default)]
pub(super) struct Halves<'s> {
    /// ARNs and names.
    heads: Vec<(Text<'s>, Text<'s>)>,
    policies: Vec<Policy<'s>>,
    joined: bool,
}

/// All such answers.
pub(super) type Versions<'s> = HashMap<Version, Halves<'s>>;

impl Version {
    /// Of an answer in this folder, with the members that hold the id and the time.
    pub(super) fn of(folder: &str, node: Node<'_, '_>, members: [&str; 2]) -> Option<Self> {
        let [id, time] = members.map(|member| node.get(member).and_then(Node::string));
        Some(Self { folder: folder.to_owned(), id: id?.into_owned(), time: time?.into_owned() })
    }
}

impl<'s> Inventory<'s> {
    /// Takes in the ARN and the name of a managed policy.
    pub(super) fn add_head(&mut self, version: Option<Version>, arn: Text<'s>, name: Text<'s>) {
        let Some(version) = version else { return };
        self.versions.entry(version.clone()).or_default().heads.push((arn, name));
        self.join_halves(&version);
    }

    /// Takes in what a managed policy says.
    pub(super) fn add_version(&mut self, version: Option<Version>, policy: Policy<'s>) {
        self.policies.push(alone(policy.clone()));
        let Some(version) = version else { return };
        self.versions.entry(version.clone()).or_default().policies.push(policy);
        self.join_halves(&version);
    }

    /// Joins two answers, or parts them where a third one fits as well.
    fn join_halves(&mut self, version: &Version) {
        let Some(halves) = self.versions.get_mut(version) else { return };
        let was_joined = std::mem::replace(&mut halves.joined, halves.heads.len() == 1 && halves.policies.len() == 1);
        let joined = halves.joined;
        let (Some((arn, name)), Some(policy)) = (halves.heads.first().cloned(), halves.policies.first().cloned()) else { return };
        if was_joined && !joined {
            self.take_back(&arn, &policy);
            self.policies.push(alone(policy));
        } else if joined {
            self.policies.retain(|loose| loose.policy.mark != policy.mark);
            self.add_managed(&arn, name, policy);
        }
    }
}

fn alone(policy: Policy<'_>) -> LoosePolicy<'_> {
    LoosePolicy { source: policy.mark.source, name: None, policy, sure: true, alone: false }
}
