//! What a statement of an identity policy allows without naming it: everything, all but some, all of a service, all resources.
//!
//! A statement is told of once, by the widest that it says. What a condition limits is left alone, and what a Deny takes back.

mod action_pattern;
mod any_resource;
mod attached;
mod everything;
mod exception;
mod purchase;
mod whole_service;

use std::cell::{OnceCell, RefCell};
use std::ptr;
use std::sync::LazyLock;

use crate::arn::Arn;
use crate::evaluate::{Caller, Context, ContextValue, Request, Truth, Verdict, evaluate, judge};
use crate::finding::Finding;
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Effect, Patterns, Policy, PolicyKind};
use crate::reference::{Action, Form, Service, Traits, Types};
use crate::rules::address::{Address, RESOURCE, SERVICE};
use crate::rules::view::{Meaning, Named, View};

pub(in crate::rules) use attached::find as find_attached;

pub(in crate::rules) static RULES: [&Rule; 11] = [
    &everything::ALL,
    &everything::ACTIONS,
    &exception::RULE,
    &whole_service::RULE,
    &any_resource::PERMISSIONS,
    &any_resource::DATA,
    &any_resource::CREDENTIALS,
    &any_resource::ANY,
    &any_resource::LINKED_ROLE,
    &action_pattern::RULE,
    &purchase::RULE,
];

/// A statement that allows, whose conditions any usual request fulfils.
struct Grant<'f, 'v, 'i, 'p, 's> {
    facts: &'f Facts<'i, 's>,
    view: &'v View<'i, 'p, 's>,
    /// Whose policy it stands in.
    role: Option<&'p Role<'s>>,
    actions: &'p Patterns<'s>,
    resources: &'p Patterns<'s>,
    /// Whether any policy of the holder denies anything, once that was asked.
    denies: OnceCell<bool>,
    /// The types of which some resource takes in all, of the services that were asked for.
    unlimited: RefCell<Vec<(&'i Service, Types)>>,
}

/// The findings in one statement.
pub(in crate::rules) fn look<'i, 'p, 's>(
    facts: &Facts<'i, 's>,
    view: &View<'i, 'p, 's>,
    role: Option<&'p Role<'s>>,
    findings: &mut Vec<Finding>,
) {
    let Some(grant) = Grant::of(facts, view, role) else { return };
    let before = findings.len();
    if view.policy.kind == PolicyKind::Resource {
        findings.extend(everything::on_some(&grant));
    } else if grant.actions.negated || grant.resources.negated {
        findings.extend(exception::find(&grant));
    } else if view.actions.iter().any(|own| matches!(own.meaning, Meaning::Every)) {
        findings.extend(everything::find(&grant));
    } else {
        whole_service::find(&grant, findings);
        any_resource::find(&grant, findings.len() > before, findings);
        action_pattern::find(&grant, findings.len() > before, findings);
        purchase::find(&grant, findings);
    }
    if findings.len() > before {
        grant.spare(findings, before);
    }
}

impl<'f, 'v, 'i, 'p, 's> Grant<'f, 'v, 'i, 'p, 's> {
    fn of(facts: &'f Facts<'i, 's>, view: &'v View<'i, 'p, 's>, role: Option<&'p Role<'s>>) -> Option<Self> {
        let (policy, statement) = (view.policy, view.statement);
        let is_meant = matches!(policy.kind, PolicyKind::Identity | PolicyKind::Resource)
            && view.has_effect(Effect::Allow)
            && statement.later.is_none()
            && policy.refusal().is_none();
        // what a role may do within a boundary that was not given nobody can tell
        let is_known = role.is_none_or(|role| role.boundary.is_none() || role.limit.is_some());
        if !is_meant || !is_known || !statement.conditions.iter().all(|own| matches!(judge(own, &USUAL), Truth::Yes)) {
            return None;
        }
        let (actions, resources) = (statement.actions.as_ref()?, statement.resources.as_ref()?);
        (!actions.list.is_empty()).then_some(Self {
            facts,
            view,
            role,
            actions,
            resources,
            denies: OnceCell::new(),
            unlimited: RefCell::default(),
        })
    }

    /// Takes back what was told from a place of the list on: all of a policy that is but a boundary, and of one that AWS manages, which is
    /// not the reader's to change, all but that somebody is an administrator.
    fn spare(&self, findings: &mut Vec<Finding>, before: usize) {
        let own = self.view.policy;
        let is_own = |policy: &Policy<'_>| policy.range == own.range;
        let of_role = self.role.and_then(|role| role.permissions.iter().find(|named| is_own(&named.policy)));
        let loose = || self.facts.inventory.policies.iter().find(|loose| is_own(&loose.policy))?.name.as_ref();
        let Some(name) = of_role.map(|named| &named.name).or_else(loose).and_then(|name| name.known()) else { return };
        if self.role.is_none() && self.facts.inventory.is_boundary(name) {
            findings.truncate(before);
        } else if Arn::parse(name).is_some_and(|arn| arn.account == "aws") {
            let own = findings.split_off(before);
            findings.extend(own.into_iter().filter(|own| own.rule == everything::ALL.name));
        }
    }

    /// Whether a request gets through that all policies of the holder are asked of; what hangs on something that is not known does not.
    fn is_allowed(&self, request: impl FnOnce() -> (String, String)) -> bool {
        let of_role = self.role.map_or(&[][..], |role| &role.permissions).iter().map(|named| &named.policy);
        let policies = || of_role.clone().chain(self.role.is_none().then_some(self.view.policy));
        let limit = self.role.and_then(|role| role.limit.as_deref());
        let denies = || policies().any(|policy| policy.with_effect(Effect::Deny).next().is_some());
        if limit.is_none() && !self.denies.get_or_init(denies) {
            return true;
        }
        let (action, resource) = request();
        let principal = Caller::Aws("arn:aws:iam::111122223333:role/somebody");
        let request = Request { principal, action: &action, resource: &resource, context: &USUAL };
        let within = limit.is_none_or(|limit| matches!(evaluate([limit], &request, &mut ()), Verdict::Allowed(_)));
        within && matches!(evaluate(policies(), &request, &mut ()), Verdict::Allowed(_))
    }

    /// A glance at whether some resource may take in all of some type.
    fn has_wide_resource(&self) -> bool {
        let is_wide =
            |own: &Address<'_, '_, '_>| own.is_every() || own.part(RESOURCE).is_some_and(|part| part.text.contains('*'));
        self.view.resources.iter().any(is_wide)
    }

    /// Whether some resource takes in all of some type that an action takes.
    fn is_unlimited(&self, action: Action<'i>) -> bool {
        let traits = action.traits();
        if self.has_every_resource() { !traits.unsure && traits.takes_resources } else { self.may_be_unlimited(action, traits) }
    }

    fn has_every_resource(&self) -> bool {
        self.view.resources.iter().any(Address::is_every)
    }

    /// The same, but for types of which an account has but one.
    fn may_be_unlimited(&self, action: Action<'i>, traits: Traits) -> bool {
        !traits.unsure && traits.types.meets(self.unlimited_types(action.service))
    }

    /// The types of a service of which some resource takes in all.
    fn unlimited_types(&self, service: &'i Service) -> Types {
        if self.has_every_resource() {
            return service.several_types();
        }
        let mut seen = self.unlimited.borrow_mut();
        if let Some((_, types)) = seen.iter().find(|(own, _)| ptr::eq(*own, service)) {
            return *types;
        }
        let types = self.view.resources.iter().fold(Types::default(), |types, own| types.with(own.types_in_whole(service)));
        seen.push((service, types));
        types
    }

    /// A resource that takes in all of some type that an action takes, and the form of that type.
    fn unlimited(&self, action: Action<'i>) -> Option<(&'v Address<'i, 'p, 's>, &'i str)> {
        if !self.may_be_unlimited(action, action.traits()) {
            return None;
        }
        let taken = |form: &Form| self.view.resources.iter().find(|own| own.is_every() || own.is_all_of_form(form));
        let found = action.resources().filter_map(|kind| {
            let forms = action.service.forms_of(kind.name()).filter(|form| form.several && taken(form).is_some());
            Some((Form::meant(forms)?, !kind.required))
        });
        // what it always takes is what people know
        let (form, _) = found.min_by_key(|(form, optional)| (*optional, form.rarity(action.service.prefix())))?;
        Some((taken(form)?, form.format.as_str()))
    }
}

impl Address<'_, '_, '_> {
    /// Whether it is all resources of its service, by `*` in their place.
    fn is_whole_service(&self, service: &Service) -> bool {
        let is_star = self.part(RESOURCE).is_some_and(|part| part.text == "*");
        self.is_every() || (is_star && self.part(SERVICE).is_some_and(|part| part.text == service.prefix() || !part.is_plain()))
    }
}

impl Named<'_, '_, '_> {
    /// Whether it is all actions of a service.
    fn is_whole_service(&self) -> bool {
        let Meaning::Several(_) = self.meaning else { return false };
        self.text().split_once(':').is_some_and(|(_, name)| name.bytes().all(|byte| byte == b'*'))
    }
}

/// A request as most are: with TLS, and whatever else is not known.
static USUAL: LazyLock<Context<'static>> = LazyLock::new(|| {
    let mut context = Context::new();
    context.set("aws:SecureTransport", ContextValue::One("true".into()));
    context.partial = true;
    context
});

/// ``"`s3:GetObject` and 3 others"``.
fn with_others(first: &str, others: usize) -> String {
    match others {
        0 => format!("`{first}`"),
        1 => format!("`{first}` and another"),
        _ => format!("`{first}` and {others} others"),
    }
}

/// A resource of a type that nobody named.
pub(in crate::rules) fn unnamed(format: &str) -> String {
    let mut parts = format.splitn(6, ':');
    let filled =
        ["arn", "aws"].into_iter().map(str::to_owned).chain(parts.by_ref().skip(2).enumerate().map(|(at, part)| {
            match (at, part.contains("${")) {
                (1, true) => "eu-west-1".to_owned(),
                (2, true) => "111122223333".to_owned(),
                _ => fill(part),
            }
        }));
    filled.collect::<Vec<_>>().join(":")
}

/// A text with a name in the place of each `${…}`.
fn fill(text: &str) -> String {
    let mut pieces = text.split("${");
    let first = pieces.next().unwrap_or("").to_owned();
    pieces.fold(first, |filled, piece| filled + "unrelated-7f3c" + piece.split_once('}').map_or("", |(_, rest)| rest))
}
