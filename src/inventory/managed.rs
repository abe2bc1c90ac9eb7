//! Managed policies, and the roles that have them: both may lie in several files, in any order.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Inventory, LoosePolicy, NamedPolicy, Role};
use crate::policy::{Policy, PolicyKind};
use crate::source::Span;
use crate::syntax::Text;

/// Managed policies by their ARNs, so that no role has to be looked for among all others.
#[derive(Debug, Default)]
pub(super) struct Managed<'s> {
    given: HashMap<Box<str>, Given<'s>>,
    /// The roles that have a policy which was not given yet.
    waiting: HashMap<Box<str>, Vec<usize>>,
    /// The roles that have one as their boundary which was not given yet.
    limited: HashMap<Box<str>, Vec<usize>>,
    /// What was given of late, for the roles that waited for it: one look at a role takes in all of it.
    arrived: BTreeMap<usize, Vec<Box<str>>>,
    /// The ARNs of permissions boundaries.
    boundaries: HashSet<Box<str>>,
}

/// Up to so many policies of a role, no room is taken for more.
const FEW: usize = 16;

#[derive(Debug)]
struct Given<'s> {
    name: Text<'s>,
    policy: Policy<'s>,
    /// Whether some role has it. One that no role has stands among the loose ones.
    held: bool,
}

impl Managed<'_> {
    /// Whether a policy is the permissions boundary of some role.
    pub(super) fn is_boundary(&self, arn: &str) -> bool {
        self.boundaries.contains(arn)
    }
}

impl<'s> Inventory<'s> {
    /// Takes in a managed policy and gives it to the roles that have it. Of several documents for one ARN the first counts, and the others
    /// are looked at as well.
    pub(super) fn add_managed(&mut self, arn: &Text<'s>, name: Text<'s>, policy: Policy<'s>) {
        let Some(known) = arn.known().filter(|known| !self.managed.given.contains_key(*known)) else {
            return self.add_loose(arn, policy);
        };
        let waiting = self.managed.waiting.remove(known).unwrap_or_default();
        let held = !waiting.is_empty();
        for index in waiting {
            self.managed.arrived.entry(index).or_default().push(known.into());
        }
        for index in self.managed.limited.remove(known).unwrap_or_default() {
            if let Some(role) = self.roles.get_mut(index) {
                role.limit_by(known, &policy);
            }
        }
        if !held {
            self.add_loose(arn, policy.clone());
        }
        self.managed.given.insert(known.into(), Given { name, policy, held });
    }

    /// Gives the roles what they waited for and what arrived since. INVARIANT: this is done behind each input, and before anything is taken back.
    pub(super) fn attach_arrived(&mut self) {
        while let Some((index, arns)) = self.managed.arrived.pop_first() {
            self.attach_these(index, &arns);
        }
    }

    fn attach_these(&mut self, index: usize, arns: &[Box<str>]) {
        let Some(role) = self.roles.get_mut(index) else { return };
        let new: HashSet<&str> = arns.iter().map(|arn| &**arn).collect();
        role.unread.retain(|own| own.known().is_none_or(|known| !new.contains(known)));
        role.unread.shrink_to_fit();
        let mut marks = role.marks(arns.len());
        for own in arns.iter().filter_map(|arn| self.managed.given.get(arn)) {
            role.attach(&own.name, &own.policy, &mut marks);
        }
    }

    /// Gives a role the managed policies that it names, as far as they were given; the others it waits for.
    pub(super) fn attach_given(&mut self, index: usize) {
        if let Some(arns) = self.managed.arrived.remove(&index) {
            self.attach_these(index, &arns);
        }
        let Self { roles, managed: Managed { given, waiting, limited, boundaries, .. }, .. } = self;
        let Some(role) = roles.get_mut(index) else { return };
        let mut taken: HashMap<Span, Vec<Box<str>>> = HashMap::new();
        let mut marks = role.marks(role.unread.len());
        for arn in std::mem::take(&mut role.unread) {
            if let Some((known, own)) = arn.known().and_then(|known| Some((known, given.get_mut(known)?))) {
                role.attach(&own.name, &own.policy, &mut marks);
                if !std::mem::replace(&mut own.held, true) {
                    taken.entry(own.policy.mark).or_default().push(known.into());
                }
            } else {
                wait(waiting, &arn, index);
                role.unread.push(arn);
            }
        }
        if let Some(arn) = &role.boundary {
            if let Some(known) = arn.known().filter(|known| !boundaries.contains(*known)) {
                boundaries.insert(known.into());
            }
            match arn.known().and_then(|known| Some((known, given.get(known)?))) {
                Some((known, own)) => {
                    let known = known.to_owned();
                    role.limit_by(&known, &own.policy);
                }
                None => wait(limited, arn, index),
            }
        }
        if !taken.is_empty() {
            // of one document, a module may make several policies
            let is_taken = |loose: &LoosePolicy<'_>| {
                let name = loose.name.as_ref().and_then(Text::known);
                taken.get(&loose.policy.mark).is_some_and(|arns| arns.iter().any(|arn| name == Some(&**arn)))
            };
            self.policies.retain(|loose| !is_taken(loose));
        }
    }

    /// Takes a managed policy from all that have it, as if it had not been given.
    pub(super) fn take_back(&mut self, arn: &Text<'s>, policy: &Policy<'s>) {
        self.attach_arrived();
        let known = arn.known().unwrap_or_default();
        if self.managed.given.get(known).is_some_and(|own| own.policy.mark == policy.mark) {
            self.managed.given.remove(known);
        }
        self.policies.retain(|loose| loose.policy.mark != policy.mark);
        for (index, role) in self.roles.iter_mut().enumerate() {
            let before = role.permissions.len();
            role.permissions.retain(|own| own.policy.mark != policy.mark);
            if role.permissions.len() < before {
                role.unread.push(arn.clone());
                wait(&mut self.managed.waiting, arn, index);
            }
            if role.limit.as_ref().is_some_and(|limit| limit.mark == policy.mark) {
                role.limit = None;
                wait(&mut self.managed.limited, arn, index);
            }
        }
    }

    /// A policy of a list, of which it is not told whose it is.
    fn add_loose(&mut self, arn: &Text<'s>, policy: Policy<'s>) {
        if !policy.says_nothing() {
            let name = Some(arn.clone());
            self.policies.push(LoosePolicy { source: policy.mark.source, name, policy, sure: true, alone: false });
        }
    }
}

impl<'s> Role<'s> {
    /// The places of its policies, where so many more are to come that it is worth the room.
    fn marks(&self, more: usize) -> Option<HashSet<Span>> {
        (more > FEW).then(|| self.permissions.iter().map(|own| own.policy.mark).collect())
    }

    /// Takes in a managed policy. What another input told before is not taken in twice.
    fn attach(&mut self, name: &Text<'s>, policy: &Policy<'s>, marks: &mut Option<HashSet<Span>>) {
        let is_new = marks.as_mut().is_some_and(|marks| marks.insert(policy.mark));
        // of one document, a module may make several policies
        let is_it = |own: &NamedPolicy<'_>| own.policy.mark == policy.mark && own.name.known() == name.known();
        if is_new || !self.permissions.iter().any(is_it) {
            // of thousands of roles, each has a few
            if self.permissions.len() < FEW {
                self.permissions.reserve_exact(1);
            }
            self.permissions.push(NamedPolicy { name: name.clone(), policy: policy.clone(), inline: false });
        }
    }

    fn limit_by(&mut self, arn: &str, policy: &Policy<'s>) {
        if self.boundary.as_ref().is_some_and(|own| own.known() == Some(arn)) {
            self.limit = Some(Box::new(Policy { kind: PolicyKind::Boundary, ..policy.clone() }));
        }
    }
}

fn wait(waiting: &mut HashMap<Box<str>, Vec<usize>>, arn: &Text<'_>, index: usize) {
    let Some(known) = arn.known() else { return };
    match waiting.get_mut(known) {
        Some(roles) if roles.last() == Some(&index) => {}
        Some(roles) => roles.push(index),
        None => drop(waiting.insert(known.into(), vec![index])),
    }
}
