//! Facts about AWS that change, as dated data: services with their actions, resource types and condition keys, and small lists.

mod action;
mod error;
mod escalation;
mod form;
mod issuer;
mod key;
mod name;
mod operation;
mod overlay;
mod partition;
mod pool;
mod service;
mod services;
mod sought;
mod topic;
mod traits;
mod yields;

use std::borrow::Cow;
use std::sync::OnceLock;

use sought::Sought;

use crate::policy::Instant;
use crate::policy::{self, Policy, PolicyKind};
use crate::source::SourceId;
use crate::syntax::{Node, json};

pub use action::{Action, ActionResource, Level, ResourceType};
pub use error::{Cause, KnownError, errors, errors_date, errors_like};
pub use escalation::{Escalation, EscalationAction, Gain, On, escalations, made_role};
pub use form::{Form, Slot, Start};
pub use issuer::{
    Issuer, IssuerKey, SubjectForm, UnclearClaim, default_issuer_keys, host_parts, issuer, issuer_named, issuers, issuers_date,
};
pub use key::{ConditionKey, Global, KeyName, KeyType};
pub use operation::{Operation, old_action, operation, operations, operations_matching, products};
pub use overlay::{LONGEST, Refusal};
pub use partition::{Partition, partitions, regions, regions_date, service_principals, service_principals_date};
pub use pool::{brings_id_token, has_unclear_pool_principal, identity_pool_host};
pub use service::{Matching, Service};
pub use topic::{KeyTopic, Topic};
pub use traits::{Traits, Types, Verb};
pub use yields::{Yield, yields};

/// The services of AWS: those that are built in, and what was laid over them.
#[derive(Debug, Default)]
pub struct Reference {
    /// Sorted by prefix; each goes before the one that is built in.
    overlay: Vec<Service>,
    /// Where those come from, in the order in which they were laid over each other.
    overlays: Vec<Overlay>,
    /// Whether so much time has passed that much may be new since.
    old: bool,
}

impl Reference {
    /// What is built in, as seen on a day.
    pub fn new(today: Instant) -> Self {
        let day = Instant::parse(services::DATE).map_or(0, Instant::seconds);
        Self { old: today.seconds() - day > OLD_AFTER, ..Self::default() }
    }

    /// The day of the facts that are built in, as `2026-09-26`.
    pub fn date() -> &'static str {
        services::DATE
    }

    /// Whether the facts are so old that what they do not know may well exist by now.
    pub fn is_old(&self) -> bool {
        self.old
    }

    /// The names of what was laid over the facts that are built in, oldest first.
    pub fn overlays(&self) -> impl Iterator<Item = &str> {
        self.overlays.iter().map(|overlay| &*overlay.name)
    }

    /// The name of what the service of this prefix was taken from, where it is not the one that is built in. Letter case does not count.
    pub fn overlay_of(&self, prefix: &str) -> Option<&str> {
        let mut newest = self.overlays.iter().rev();
        newest.find(|overlay| overlay.prefixes.iter().any(|own| own.eq_ignore_ascii_case(prefix))).map(|overlay| &*overlay.name)
    }

    /// A few words on how far a name that is unknown to the service of this prefix may be known after all.
    pub fn as_of(&self, prefix: &str) -> String {
        match self.overlay_of(prefix) {
            Some(name) => format!("the service data is that of `{name}`"),
            None => format!("the service data is of {}", Self::date()),
        }
    }

    /// The service of this prefix, in any letter case.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let own = || self.overlay.binary_search_by(|own| name::fold_cmp(own.prefix(), prefix)).ok();
        if let Some(service) = (!self.overlay.is_empty()).then(own).flatten().and_then(|at| self.overlay.get(at)) {
            return Some(service);
        }
        built_in(services::SERVICES.binary_search_by(|(own, _)| name::fold_cmp(own, prefix)).ok()?)
    }

    /// The prefixes of all services, sorted; one that was laid over another stands twice.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        let built_in = services::SERVICES.iter().map(|&(prefix, _)| prefix);
        self.overlay.iter().map(Service::prefix).chain(built_in)
    }

    /// All services. Each is read for it, which takes a moment.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        let others = (0..services::SERVICES.len()).filter_map(|index| -> Option<&Service> { built_in(index) });
        self.overlay.iter().chain(others.filter(|own| !self.hides(own)))
    }

    /// The formats of ARNs whose third part is this: those of the service of that name that fit or, where none does, those of others.
    pub fn forms(&self, arn_service: &str, fits: impl Fn(&Form) -> bool) -> Vec<&Form> {
        let fitting = |form: &&Form| form.service == arn_service && fits(form);
        let own = self.service(arn_service).into_iter().flat_map(Service::forms);
        let found: Vec<_> = own.filter(fitting).collect();
        if !found.is_empty() {
            return found;
        }
        let first = services::IN_ARNS.partition_point(|(own, _)| *own < arn_service);
        let holders = services::IN_ARNS.iter().skip(first).take_while(|(own, _)| *own == arn_service);
        let holders = holders.filter_map(|(_, prefix)| self.service(prefix));
        let overlaid = self.overlay.iter().filter(|own| !services::IN_ARNS.contains(&(arn_service, own.prefix())));
        holders.chain(overlaid).filter(|own| own.prefix() != arn_service).flat_map(Service::forms).filter(fitting).collect()
    }

    /// The action of this name with its prefix, in any letter case: `s3:GetObject`.
    pub fn action(&self, name: &str) -> Option<Action<'_>> {
        let (prefix, name) = name.split_once(':')?;
        self.service(prefix)?.action(name)
    }

    /// The actions of this name, without a prefix and in any letter case, of all services.
    pub fn actions_named(&self, name: &str) -> impl Iterator<Item = Action<'_>> {
        let sought = Sought::of(name);
        let tag = u64::from(sought.tag());
        let first = tagged().partition_point(|own| own >> 32 < tag);
        let alike = tagged().iter().skip(first).take_while(move |own| **own >> 32 == tag);
        let others = alike.filter_map(|own| -> Option<&Service> { built_in(*own as u32 as usize) });
        let holders = self.overlay.iter().chain(others.filter(|own| !self.hides(own)));
        holders.filter_map(move |service| service.find(sought))
    }

    /// Whether something else was laid over a service that is built in.
    fn hides(&self, service: &Service) -> bool {
        self.overlay.iter().any(|own| own.prefix() == service.prefix())
    }

    /// The condition key of this name, in any letter case.
    pub fn key(&self, name: &str) -> Option<ConditionKey<'_>> {
        let (prefix, _) = name.split_once(':')?;
        if let Some(key) = key::global(name) {
            return Some(key);
        }
        let own = self.service(prefix).and_then(|service| service.key(name));
        own.or_else(|| {
            let holders = services::FOREIGN.iter().filter(|(own, _)| name::is_filled(own, prefix)).map(|&(_, holder)| holder);
            let holders = holders.filter_map(|holder| self.service(holder));
            self.overlay.iter().chain(holders).find_map(|service| service.key(name))
        })
    }

    /// Whether this is the prefix of some condition keys.
    pub fn has_keys_of(&self, prefix: &str) -> bool {
        prefix.eq_ignore_ascii_case("aws")
            || self.service(prefix).is_some()
            || services::FOREIGN.iter().any(|(own, _)| name::is_filled(own, prefix))
            || self.overlay.iter().flat_map(Service::keys).any(|key| key.name.has_prefix(prefix))
    }
}

/// A text that was laid over what is built in.
#[derive(Debug)]
struct Overlay {
    name: String,
    prefixes: Vec<String>,
}

/// The global condition keys, sorted by name.
pub fn global_keys() -> impl Iterator<Item = ConditionKey<'static>> {
    key::globals()
}

/// How long, in seconds, the facts on services are taken to be nearly complete: 180 days.
const OLD_AFTER: i64 = 180 * 86_400;

/// A service that is built in, by its place in the table.
fn built_in(index: usize) -> Option<&'static Service> {
    static READ: [OnceLock<Service>; services::SERVICES.len()] = [const { OnceLock::new() }; services::SERVICES.len()];
    let (_, text) = services::SERVICES.get(index)?;
    let cell = READ.get(index)?;
    if cell.get().is_none() {
        // a second thread that comes here at the same time reads the same
        let _ = cell.set(Service::read(Cow::Borrowed(text))?);
    }
    cell.get()
}

/// The actions of all services that are built in, sorted: the tag of the name in the upper half, the place of the service in the lower.
fn tagged() -> &'static [u64] {
    static TAGGED: OnceLock<Vec<u64>> = OnceLock::new();
    TAGGED.get_or_init(|| {
        let services = (0..services::SERVICES.len()).filter_map(|index| Some((index, built_in(index)?)));
        let tag = |name: &str| u64::from(Sought::of(name).tag()) << 32;
        let of = |(index, service): (usize, &'static Service)| service.actions().map(move |own| tag(own.name) | index as u64);
        let mut all: Vec<u64> = services.flat_map(of).collect();
        all.sort_unstable();
        // a tag that two names of a service share leads there once
        all.dedup();
        all
    })
}

/// A session policy with which Cognito narrows guests in the enhanced flow.
#[derive(Debug)]
pub struct SessionPolicy {
    /// Its name.
    pub name: String,
    /// The document.
    pub policy: Policy<'static>,
}

/// The session policies of guests in the enhanced flow. They are a union: what any of them allows is allowed.
///
/// Source: "IAM roles" of the Cognito developer guide.
pub fn guest_session_policies() -> &'static [SessionPolicy] {
    static POLICIES: OnceLock<Vec<SessionPolicy>> = OnceLock::new();
    POLICIES.get_or_init(|| {
        let tree = json::read(SourceId::NONE, GUEST_SESSION_POLICIES);
        let list = tree.root().get("policies");
        list.into_iter().flat_map(Node::items).filter_map(session_policy).collect()
    })
}

/// The day on which the session policies of guests were read, as `2026-11-23`.
pub fn guest_session_policies_date() -> String {
    let tree = json::read(SourceId::NONE, GUEST_SESSION_POLICIES);
    tree.root().get("as-of").and_then(Node::string).unwrap_or_default().into_owned()
}

/// Whether an identity pool id is one that AWS's own pages use as a sample. The region is often changed and so is letter case,
/// so neither counts.
pub fn is_sample_pool_id(id: &str) -> bool {
    let behind_region = |id: &'_ str| id.split_once(':').map(|(_, rest)| rest.to_ascii_lowercase());
    behind_region(id).is_some_and(|own| sample_pool_ids().any(|sample| behind_region(sample).as_ref() == Some(&own)))
}

/// The identity pool ids that AWS's own pages use as samples.
pub fn sample_pool_ids() -> impl Iterator<Item = &'static str> {
    SAMPLE_IDS.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

static SAMPLE_IDS: &str = include_str!("reference/sample-ids.txt");

static GUEST_SESSION_POLICIES: &str = include_str!("reference/guest-session-policies.json");

fn session_policy(node: Node<'_, 'static>) -> Option<SessionPolicy> {
    let name = node.get("name")?.string()?.into_owned();
    Some(SessionPolicy { name, policy: policy::read(node.get("document")?, PolicyKind::Session) })
}
