//! Which of the listed actions can be about none of the listed resources.

use std::borrow::Cow;

use super::address::{Address, SERVICE, Section};
use super::view::{Meaning, Named, View};
use super::{arn_form, malformed_arn};
use crate::pattern::Shape;
use crate::policy::PolicyKind;
use crate::reference::{Action, Form, Level, Service};

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
    let mut resources = Resources { listed: view.resources.iter().map(Listed::of).collect(), seen: Vec::new() };
    for named in view.actions.iter().filter(|named| is_own(view, named)) {
        let mut formats = Vec::new();
        let mut misses = |action: Action<'i>| match resources.formats(action) {
            Some(own) => {
                if formats.is_empty() {
                    formats = own;
                }
                true
            }
            None => false,
        };
        let all_miss = match named.meaning {
            Meaning::One(action) => misses(action),
            Meaning::Several(service, pattern) => service.matching(pattern).all(misses),
            _ => false,
        };
        // those without types are told by themselves
        if all_miss && !formats.is_empty() {
            misfits.push(Misfit { named, formats });
        }
    }
    // what fits no action because it is no resource is told once
    if !misfits.is_empty() && view.resources.iter().any(|own| arn_form::is_unknown(view, own)) {
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
        let none = !action.is_unsure() && action.resources().next().is_none();
        none && (matches!(action.level(), Level::List | Level::Read)
            || !view.resources.iter().any(|own| may_be_of(own, action.service)))
    };
    let none = view.actions.iter().filter(|named| {
        let (service, all) = match named.meaning {
            Meaning::One(action) => (action.service, has_none(action)),
            Meaning::Several(service, pattern) => {
                let mut actions = service.matching(pattern).peekable();
                (service, actions.peek().is_some() && actions.all(has_none))
            }
            _ => return false,
        };
        all && !view.resources.iter().any(|own| own.is_all_of(service))
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
    let (Meaning::One(Action { service, .. }) | Meaning::Several(service, _)) = named.meaning else { return false };
    view.policy.kind != PolicyKind::Resource || view.resources.iter().any(|own| may_be_of(own, service))
}

/// Whether a resource may be one of a service.
fn may_be_of(own: &Address<'_, '_>, service: &Service) -> bool {
    own.part(SERVICE).is_none_or(|part| !part.is_plain() || part.text == service.prefix())
}

/// The listed resources, and which forms they were found to have.
struct Resources<'v, 'i> {
    listed: Vec<Listed<'v>>,
    /// The types that were asked for; a statement asks for few.
    seen: Vec<(&'i Service, Cow<'i, str>, Fit)>,
}

/// How the listed resources and a resource type go together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// One may be of the type.
    Some,
    /// None is.
    None,
    /// The type has no form that is known.
    Untold,
}

/// A listed resource, to be compared with forms.
enum Listed<'v> {
    /// The service and the sixth part: partition, region and account tell no type.
    Parts(&'v str, Shape),
    /// What is not parted so far that its service is plain.
    Whole(Shape),
}

impl<'v> Listed<'v> {
    fn of(address: &'v Address<'_, '_>) -> Self {
        let parts = (address.parts() == 6).then(|| address.part(SERVICE).filter(Section::is_plain)).flatten();
        match parts.and_then(|service| Some((service.text, address.resource_shape()?))) {
            Some((service, shape)) => Self::Parts(service, shape),
            None => Self::Whole(address.shape()),
        }
    }

    fn may_be(&self, form: &Form) -> bool {
        match self {
            Self::Parts(service, shape) => (form.service == *service || form.service.contains('$')) && form.resource.meets(shape),
            Self::Whole(shape) => form.whole.meets(shape),
        }
    }
}

impl<'i> Resources<'_, 'i> {
    /// The formats that an action takes, where it is sure that no listed resource has one of them.
    fn formats(&mut self, action: Action<'i>) -> Option<Vec<&'i str>> {
        let service = action.service;
        if action.is_unsure() || action.resources().any(|kind| self.fit(service, kind.name()) != Fit::None) {
            return None;
        }
        let forms = action.resources().flat_map(|kind| service.forms_of(&kind.name()).collect::<Vec<_>>());
        Some(forms.map(|form| form.format.as_str()).collect())
    }

    fn fit(&mut self, service: &'i Service, kind: Cow<'i, str>) -> Fit {
        let is_same = |own: &&(&Service, Cow<'_, str>, Fit)| std::ptr::eq(own.0, service) && own.1 == kind;
        if let Some((_, _, fit)) = self.seen.iter().find(is_same) {
            return *fit;
        }
        let forms: Vec<&Form> = service.forms_of(&kind).collect();
        let fit = if forms.is_empty() {
            Fit::Untold
        } else if forms.iter().any(|form| self.listed.iter().any(|own| own.may_be(form))) {
            Fit::Some
        } else {
            Fit::None
        };
        self.seen.push((service, kind, fit));
        fit
    }
}
