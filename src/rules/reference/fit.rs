//! Which of the listed actions can be about none of the listed resources.

use std::ptr;

use super::address::{Address, SERVICE};
use super::view::{Named, View};
use super::{arn_form, foreign_action_in_resource_policy as foreign_action, impossible_resource, malformed_arn};
use crate::policy::PolicyKind;
use crate::reference::{Action, Form, Level, Service, Types};

/// An action that can be about none of the listed resources.
#[derive(Debug)]
pub(super) struct Misfit<'v, 'i, 'p, 's> {
    /// As it is written.
    pub(super) named: &'v Named<'i, 'p, 's>,
    /// The formats that it takes; of one with wildcards those of its first action that takes any.
    pub(super) formats: Vec<&'i str>,
}

/// The listed actions that take resources, but of other types than the listed ones. None where the statement does not tell both its
/// actions and its resources, or where a resource is wrong in itself.
pub(super) fn of_other_types<'v, 'i, 'p, 's>(view: &'v View<'i, 'p, 's>) -> Vec<Misfit<'v, 'i, 'p, 's>> {
    let mut misfits = Vec::new();
    if !lists_arns(view) {
        return misfits;
    }
    let mut listed = Listed { resources: &view.resources, seen: Vec::new() };
    for named in view.actions.iter().filter(|named| is_own(view, named)) {
        let mut actions = named.meaning.actions();
        if !actions.clone().all(|action| listed.are_missed(action)) {
            continue;
        }
        let first = actions.find(|action| action.resources().next().is_some());
        let formats: Vec<&str> = first.into_iter().flat_map(formats).collect();
        // those without types are told by themselves
        if !formats.is_empty() {
            misfits.push(Misfit { named, formats });
        }
    }
    // what fits no action because it is no resource is told once
    let is_none = |own| arn_form::is_unknown(view, own) || impossible_resource::is_impossible(view, own);
    if !misfits.is_empty() && view.resources.iter().any(is_none) {
        misfits.clear();
    }
    misfits
}

/// The listed actions that take no resource but `*`, while only ARNs are listed. In the policy of a resource an ARN does no harm: the
/// policy of an MSK cluster holds `kafka:GetBootstrapBrokers` for it. Nor is there anything to say of an action that makes or changes
/// something of the service that an ARN is of: refusals show that some are held against that ARN, as `eks:CreateCluster` is.
pub(super) fn without_types<'v, 'i, 'p, 's>(view: &'v View<'i, 'p, 's>) -> Vec<Misfit<'v, 'i, 'p, 's>> {
    if view.policy.kind == PolicyKind::Resource || !lists_arns(view) {
        return Vec::new();
    }
    let has_none = |action: Action<'_>| {
        let traits = action.traits();
        !(traits.unsure || traits.takes_resources)
            && (matches!(traits.level, Level::List | Level::Read)
                || !view.resources.iter().any(|own| may_be_of(own, action.service)))
    };
    let none = view.actions.iter().filter(|named| {
        let mut actions = named.meaning.actions().peekable();
        let service = actions.peek().map(|action| action.service);
        service.is_some_and(|service| actions.all(has_none) && !view.resources.iter().any(|own| own.is_all_of(service)))
    });
    none.map(|named| Misfit { named, formats: Vec::new() }).collect()
}

/// Whether a statement lists its actions, and resources that are ARNs.
fn lists_arns(view: &View<'_, '_, '_>) -> bool {
    view.names_actions()
        && view.statement.resources.as_ref().is_some_and(|resources| !resources.negated)
        && view.policy.kind != PolicyKind::Trust
        && !view.resources.is_empty()
        && !view.resources.iter().any(|own| own.is_every() || own.known().is_empty() || malformed_arn::is_malformed(own))
}

/// Whether an action may be of the service whose policy this is; that one of another service has no place in the policy of a resource
/// is told by itself.
fn is_own(view: &View<'_, '_, '_>, named: &Named<'_, '_, '_>) -> bool {
    view.policy.kind != PolicyKind::Resource
        || named.meaning.service().is_some_and(|service| {
            view.resources.iter().any(|own| may_be_of(own, service)) || foreign_action::is_all_of(view.policy, service)
        })
}

/// Whether a resource may be one of a service.
fn may_be_of(own: &Address<'_, '_, '_>, service: &Service) -> bool {
    own.part(SERVICE).is_none_or(|part| !part.is_plain() || part.text == service.prefix())
}

/// A format of each resource type that an action takes, the likeliest first.
fn formats(action: Action<'_>) -> Vec<&str> {
    let mut forms: Vec<_> = action.resources().filter_map(|kind| Form::meant(action.service.forms_of(kind.name()))).collect();
    forms.sort_by_key(|form| form.rarity(action.service.prefix()));
    forms.into_iter().map(|form| form.format.as_str()).collect()
}

/// The listed resources, and of which types some of them may be.
struct Listed<'v, 'i, 'p, 's> {
    resources: &'v [Address<'i, 'p, 's>],
    /// Of the services that were asked for: the types that were, and those of them that are there. A statement asks for few.
    seen: Vec<(&'i Service, Types, Types)>,
}

impl<'i> Listed<'_, 'i, '_, '_> {
    /// Whether it is sure that no listed resource is of a type that an action takes.
    fn are_missed(&mut self, action: Action<'i>) -> bool {
        let traits = action.traits();
        !traits.unsure && traits.told && self.among(action.service, traits.types) == Types::default()
    }

    /// Those of these types that some of them may be of.
    fn among(&mut self, service: &'i Service, types: Types) -> Types {
        let at = self.seen.iter().position(|(own, ..)| ptr::eq(*own, service)).unwrap_or_else(|| {
            self.seen.push((service, Types::default(), Types::default()));
            self.seen.len() - 1
        });
        let Some((_, asked, held)) = self.seen.get_mut(at) else { return types };
        let new = types.without(*asked);
        if new != Types::default() {
            *held = self.resources.iter().fold(*held, |held, own| held.with(own.types_among(service, new)));
            *asked = asked.with(new);
        }
        types.both(*held)
    }
}
