//! A Deny whose key only some of the resources have that each request names.

use super::absence::holds_without;
use super::view::{Key, Named, View};
use super::{Check, MOST_PLACES};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::policy::{Effect, PolicyKind};
use crate::reference::{Action, ActionResource, Form};

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "key-of-another-resource-type",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/key-of-another-resource-type.md"),
};

/// The service of which AWS says that each resource of a request is asked about by itself. The reference marks resources of others as required
/// of which a request names either.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/ec2-api-permissions.html>
const SERVICE: &str = "ec2";

/// An action that is denied by a resource that has no such key.
struct Hit<'v, 'i, 'p, 's> {
    named: &'v Named<'i, 'p, 's>,
    action: Action<'i>,
    /// The type of that resource.
    lacking: ActionResource<'i>,
}

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let is_meant = view.has_effect(Effect::Deny)
        && view.names_actions()
        && view.policy.kind != PolicyKind::Trust
        && view.statement.resources.as_ref().is_some_and(|own| !own.negated)
        && view.actions.iter().any(|own| own.meaning.service().is_some_and(|own| own.prefix() == SERVICE));
    if !is_meant {
        return;
    }
    for key in view.keys.iter().filter(|key| holds_without(key) == Some(true) && !is_of_existing(key)) {
        let hits: Vec<Hit<'_, '_, '_, '_>> = view.actions.iter().filter_map(|named| hit(view, named, key)).collect();
        findings.extend(finding(key, &hits));
    }
}

/// Whether a key is of what exists: while a resource is made, the tags that it gets may count as those that it has.
fn is_of_existing(key: &Key<'_, '_, '_>) -> bool {
    let behind = key.name.split_once(':').map_or("", |(_, name)| name);
    behind.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("ResourceTag/"))
}

/// The first action that a name stands for of which each request is denied for a resource without the key.
fn hit<'v, 'i, 'p, 's>(
    view: &View<'i, 'p, 's>,
    named: &'v Named<'i, 'p, 's>,
    key: &Key<'_, '_, '_>,
) -> Option<Hit<'v, 'i, 'p, 's>> {
    let mut actions = named.meaning.actions().filter(|action| action.service.prefix() == SERVICE && !action.is_unsure());
    actions.find_map(|action| {
        if action.keys().any(|own| own.is(key.name)) || !action.takes_key(key.name) {
            return None;
        }
        let lacking =
            action.resources().find(|kind| kind.required && lacks(action, *kind, key) && is_hit(view, action, *kind, key))?;
        Some(Hit { named, action, lacking })
    })
}

/// Whether a type of resource has keys with an action, but not this one. Those of the type itself may go with other actions only.
fn lacks(action: Action<'_>, kind: ActionResource<'_>, key: &Key<'_, '_, '_>) -> bool {
    let mut own = kind.keys(action.service).peekable();
    own.peek().is_some() && !own.any(|own| own.is(key.name))
}

/// Whether the statement is about all resources of a type, and no other condition spares those that lack its key.
fn is_hit(view: &View<'_, '_, '_>, action: Action<'_>, kind: ActionResource<'_>, key: &Key<'_, '_, '_>) -> bool {
    let mut forms = action.service.forms_of(kind.name());
    let is_spared = |own: &Key<'_, '_, '_>| {
        let is_other = !own.name.eq_ignore_ascii_case(key.name) && !action.keys().any(|known| known.is(own.name));
        let is_of_service = own.known.is_none_or(|known| known.global.is_none());
        holds_without(own) != Some(true) && (!is_other || is_of_service && lacks(action, kind, own))
    };
    forms.any(|form| view.resources.iter().any(|own| own.is_every() || own.is_all_of_form(form)))
        && !view.keys.iter().any(is_spared)
}

fn finding(key: &Key<'_, '_, '_>, hits: &[Hit<'_, '_, '_, '_>]) -> Option<Finding> {
    let (first, others) = hits.split_first()?;
    let name = format!("{}:{}", first.action.service.prefix(), first.action.name);
    let has = |kind: &ActionResource<'_>| {
        !lacks(first.action, *kind, key) && kind.keys(first.action.service).any(|own| own.is(key.name))
    };
    let forms = first.action.resources().filter(has).flat_map(|kind| first.action.service.forms_of(kind.name()));
    let named: Vec<String> = forms.map(|form| format!("`{}`", all_of(form))).take(MOST_PLACES).collect();
    Some(Finding {
        related: others.iter().take(MOST_PLACES).map(|own| Label::new(own.named.span(), "so is this")).collect(),
        help: Some(format!("list what has the key: {}", named.join(", "))),
        ..RULE.finding(
            format!(
                "`{name}` is denied whatever its `{}`: it also names a resource of type `{}`, which has none",
                key.name,
                first.lacking.name(),
            ),
            key.condition.key.span(),
            "holds where the key is absent",
        )
    })
}

/// A pattern for all resources of a form.
fn all_of(form: &Form) -> String {
    let mut parts = form.format.splitn(6, ':');
    let filled = parts.by_ref().map(|part| match part.split_once("${") {
        Some((before, _)) if before.is_empty() || before.ends_with('/') => format!("{before}*"),
        _ => part.to_owned(),
    });
    filled.collect::<Vec<_>>().join(":").replacen("arn:*:", "arn:aws:", 1)
}
