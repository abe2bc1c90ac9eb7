//! What a name of AWS stands for, with what belongs to it: the answer to "what is this?".

use std::borrow::Cow;

use super::action::{Action, ResourceType};
use super::key::{ConditionKey, KeyName};
use super::name::{fold_cmp, literals};
use super::operation::{Operation, operation, products};
use super::service::Service;
use super::{Form, Reference, global_keys};
use crate::pattern::{Mode, Shape, Unit};
use crate::spelling::nearest;

/// One thing that a name stands for.
#[derive(Debug)]
pub enum Topic<'r> {
    /// A service: `s3`.
    Service(&'r Service),
    /// An action: `s3:GetObject`.
    Action(Action<'r>),
    /// Several actions of one service: `s3:Get*`.
    Actions(&'r Service, Vec<Action<'r>>),
    /// A condition key: `s3:prefix`.
    Key(KeyTopic<'r>),
    /// A resource type with the actions that take it: `s3:object`.
    Resource(ResourceType<'r>, Vec<Action<'r>>),
    /// An API operation that is no action, with the actions that allow it: `s3:ListObjectsV2`.
    Operation(Operation, Vec<Action<'r>>),
    /// The resource types that an ARN or a pattern of ARNs may be, each with the actions that take it.
    Arn(Vec<(ResourceType<'r>, Vec<Action<'r>>)>),
}

/// A condition key, and where it counts.
#[derive(Debug)]
pub struct KeyTopic<'r> {
    /// The key.
    pub key: ConditionKey<'r>,
    /// The service whose reference tells of it; none for a global one.
    pub service: Option<&'r Service>,
    /// What it is for, in the words of AWS.
    pub about: Option<&'r str>,
    /// The actions whose requests may hold it, by service. Of global keys that are no tags, the reference does not tell them.
    pub actions: Vec<(&'r Service, Vec<Action<'r>>)>,
}

impl Reference {
    /// All that a name stands for; nothing where it is not known.
    pub fn topics(&self, name: &str) -> Vec<Topic<'_>> {
        if name.starts_with("arn:") {
            let kinds = self.kinds_of(name);
            return if kinds.is_empty() { Vec::new() } else { vec![Topic::Arn(kinds)] };
        }
        let Some((prefix, rest)) = name.split_once(':') else {
            return self.service(name).map(Topic::Service).into_iter().collect();
        };
        let service = self.service(prefix);
        if rest.contains(['*', '?']) && !rest.contains('/') {
            let actions = service.map(|service| (service, service.matching(rest).actions().collect::<Vec<_>>()));
            return actions.filter(|(_, all)| !all.is_empty()).map(|(own, all)| Topic::Actions(own, all)).into_iter().collect();
        }
        let mut topics = Vec::new();
        topics.extend(service.and_then(|service| service.action(rest)).map(Topic::Action));
        topics.extend(service.and_then(|service| service.resource(rest)).map(|kind| Topic::Resource(kind, takers(kind))));
        // `aws:ResourceTag` stands for the tags of every name
        let key = self.key(name).or_else(|| self.key(&format!("{}/${{TagKey}}", name.trim_end_matches('/'))));
        topics.extend(key.map(|key| Topic::Key(self.key_topic(key))));
        if topics.is_empty() {
            let found = operation(name).map(|own| (own, own.actions().filter_map(|action| self.action(action)).collect()));
            topics.extend(found.map(|(own, actions)| Topic::Operation(own, actions)));
        }
        topics
    }

    /// The names that may have been meant by one that stands for nothing; several only for an action without its service.
    pub fn meant(&self, name: &str) -> Vec<String> {
        if name.contains(':') {
            return self.meant_whole(name).into_iter().collect();
        }
        if let Some((_, prefix)) = products().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            return vec![prefix.to_owned()];
        }
        let holders = self.actions_named(name);
        let actions: Vec<String> = holders.map(|action| format!("{}:{}", action.service.prefix(), action.name)).collect();
        if actions.is_empty() { nearest(name, self.prefixes()).map(str::to_owned).into_iter().collect() } else { actions }
    }

    /// The name that was meant by one with a colon, where one is near enough.
    fn meant_whole(&self, name: &str) -> Option<String> {
        let (prefix, rest) = name.split_once(':')?;
        if prefix.eq_ignore_ascii_case("aws") {
            let keys: Vec<String> = global_keys().map(|key| key.name.to_string()).collect();
            return nearest(name, keys.iter().map(String::as_str)).map(str::to_owned);
        }
        let rest = rest.trim_end_matches('*');
        let Some(service) = self.service(prefix) else {
            let holds = |own: &&str| self.service(own).is_some_and(|service| service.action(rest).is_some());
            let near = nearest(prefix, self.prefixes().filter(holds));
            let holder = || self.prefixes().filter(|own| own.contains(prefix) || prefix.contains(*own)).find(holds);
            return near.or_else(holder).map(|prefix| format!("{prefix}:{rest}"));
        };
        let keys: Vec<String> = service.keys().map(|key| key.name.to_string()).collect();
        let keys =
            keys.iter().filter_map(|key| key.split_once(':').filter(|(own, _)| *own == service.prefix()).map(|(_, key)| key));
        let kinds: Vec<Cow<'_, str>> = service.resources().map(ResourceType::name).collect();
        let all = service.actions().map(|own| own.name).chain(keys).chain(kinds.iter().map(|kind| &**kind));
        nearest(rest, all).map(|meant| format!("{}:{meant}", service.prefix()))
    }

    /// The resource types that an ARN or a pattern of ARNs may be.
    fn kinds_of(&self, arn: &str) -> Vec<(ResourceType<'_>, Vec<Action<'_>>)> {
        // what a variable stands for is not known
        let arn = literals(arn).collect::<Vec<_>>().join("*");
        if arn.len() > LONGEST_ARN || arn.ends_with(':') {
            return Vec::new();
        }
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let part = |number: usize| parts.get(number).copied().unwrap_or("*");
        let shape = Shape::of(&[Unit::Wild(&arn)], if parts.len() == 6 { Mode::Arn } else { Mode::Resource });
        // a format of whatever service fits nearly all ARNs and tells nothing
        let of_one_service = |form: &Form| !form.service.contains('$');
        let slots = |form: &Form| form.region.may_be(part(3)) && form.account.may_be(part(4));
        let fits = |form: &&Form| of_one_service(form) && slots(form) && form.whole().meets(&shape);
        // where a name ends is told by the types of the service that the ARN names: other services repeat its formats
        let own = self.service(part(2)).into_iter().flat_map(Service::forms);
        let unfit: Vec<&str> = own.filter(|form| !fits(form)).map(|form| &*form.format).collect();
        let mut kinds = Vec::new();
        for service in self.services() {
            let fitting = service.forms().iter().filter(|form| !unfit.contains(&&*form.format) && fits(form));
            let mut names: Vec<&str> = fitting.map(|form| &*form.kind).collect();
            names.dedup();
            kinds.extend(names.into_iter().filter_map(|name| service.resource(name)).map(|kind| (kind, takers(kind))));
        }
        // other services take resources of the one that the ARN names
        kinds.sort_by_key(|(kind, _)| kind.service().prefix() != part(2));
        kinds
    }

    fn key_topic<'r>(&'r self, key: ConditionKey<'r>) -> KeyTopic<'r> {
        let name = key.name.to_string();
        let taking = |service: &'r Service| {
            let actions: Vec<_> = service.actions().filter(|action| action.takes_key(&name)).collect();
            (!actions.is_empty()).then_some((service, actions))
        };
        let mut actions: Vec<_> = self.services().filter_map(taking).collect();
        actions.sort_by(|(a, _), (b, _)| fold_cmp(a.prefix(), b.prefix()));
        let service = key.global.is_none().then(|| self.service(key.name.holder())).flatten();
        let about = service.and_then(|service| service.description(key.name.written()));
        KeyTopic { key, service, about, actions }
    }
}

impl<'r> Action<'r> {
    /// Every condition key that a request for it may hold, with the resource types that it goes with; none of these where it goes with
    /// the action itself.
    pub fn all_keys(self) -> Vec<(KeyName<'r>, Vec<Cow<'r, str>>)> {
        let mut all: Vec<(KeyName<'r>, Vec<Cow<'r, str>>)> = self.keys().map(|key| (key, Vec::new())).collect();
        let own = all.len();
        for kind in self.resources() {
            let of_type = kind.kind(self.service).into_iter().flat_map(ResourceType::keys);
            for key in kind.keys(self.service).chain(of_type) {
                let name = key.to_string();
                match all.iter().position(|(known, _)| known.is(&name)) {
                    Some(at) if at < own => {}
                    Some(at) => {
                        let kinds = all.get_mut(at).map(|(_, kinds)| kinds);
                        kinds.into_iter().filter(|kinds| !kinds.contains(&kind.name())).for_each(|kinds| kinds.push(kind.name()));
                    }
                    None => all.push((key, vec![kind.name()])),
                }
            }
        }
        all
    }

    /// What it is for, in the words of AWS.
    pub fn about(self) -> Option<&'r str> {
        self.service.description(self.name)
    }
}

/// No resource of a policy is longer.
const LONGEST_ARN: usize = 2048;

/// The actions that take a resource type.
fn takers(kind: ResourceType<'_>) -> Vec<Action<'_>> {
    let name = kind.name();
    let actions = kind.service().actions();
    actions.filter(|action| action.resources().any(|own| own.name().eq_ignore_ascii_case(&name))).collect()
}
