//! Tags that open a resource, and that whoever is to be kept out may set himself.

use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::pattern::begins_like;
use crate::policy::{Condition, Effect, Policy, PolicyKind, Statement};
use crate::prove::{self, Among, Budget, Held, Proof, Question, Values, prove};
use crate::reference::Level;
use crate::rules::logic::alone::beside_denies;

pub(super) static RULE: Rule =
    Rule { name: "self-granted-tag", severity: Severity::Low, page: include_str!("../../../rules/access/self-granted-tag.md") };

/// A statement asks for a tag of the resource; the same policy, which one principal has, lets him set that tag there. Told where that is
/// asked for: who tags what he makes by an action that tags other things, too, often means to trust himself.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if !facts.is_pedantic(&RULE) {
        return;
    }
    let policies = facts.inventory.all_policies().map(|(policy, _)| policy);
    for policy in policies.filter(|own| own.kind == PolicyKind::Identity && own.refusal().is_none() && may_tag(own)) {
        let guarded = policy.with_effect(Effect::Allow).filter(|own| own.later.is_none());
        for (statement, condition, tag) in guarded.filter_map(|own| tag_of(own).map(|(at, tag)| (own, at, tag))) {
            findings.extend(finding(facts, policy, (statement, condition, tag)));
        }
    }
}

fn finding(
    facts: &Facts<'_, '_>,
    policy: &Policy<'_>,
    (statement, condition, tag): (&Statement<'_>, &Condition<'_>, &str),
) -> Option<Finding> {
    let alone = beside_denies(policy, statement.clone());
    let question = Question { allowed_by: vec![&alone], not_by: Vec::new(), among: Among::default() };
    let Proof::Witness(opened) = prove(&question, facts.reference, Budget::default()) else { return None };
    let key = condition.key.known()?;
    let value = opened.context.get(key)?.values().next()?.to_owned();
    if opened.resource == "*" || is_open_anyway(facts, policy, &opened, key) {
        return None;
    }
    let service = facts.reference.service(opened.action.split(':').next()?)?;
    let tagging = service.actions().filter(|own| own.level() == Level::Tagging && sets_tags(own.name));
    let tagging = tagging.map(|own| format!("{}:{}", service.prefix(), own.name));
    let (action, setting) = tagging.filter(|own| takes(policy, own)).find_map(|action| {
        let among = Among {
            action: Some(action.clone()),
            resource: Some(opened.resource.clone()),
            keys: untagged(&opened, key, (tag, &value)),
            ..Among::default()
        };
        let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
        match prove(&question, facts.reference, Budget::default()) {
            Proof::Witness(witness) => Some((action, witness.allowed_by.place())),
            _ => None,
        }
    })?;
    Some(Finding {
        related: vec![Label::new(setting, format!("lets him call `{action}` with that tag"))],
        help: Some(format!(
            "keep `{tag}` out of what may be set: a Deny of `{action}` with `ForAnyValue:StringEquals` on `aws:TagKeys`"
        )),
        ..RULE.finding(
            format!("whoever has {} may set the tag `{tag}`, and then call `{}`", statement.title(), opened.action),
            condition.key.span(),
            "asks for a tag that its holder may set",
        )
    })
}

/// Whether the same request is allowed without the tag.
fn is_open_anyway(facts: &Facts<'_, '_>, policy: &Policy<'_>, opened: &prove::Witness<'_, '_>, key: &str) -> bool {
    let among = Among {
        action: Some(opened.action.clone()),
        resource: Some(opened.resource.clone()),
        keys: vec![Held { key: key.to_owned(), values: Values::None }],
        ..Among::default()
    };
    let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
    !matches!(prove(&question, facts.reference, Budget::default()), Proof::Holds)
}

/// What the request holds that sets a tag on a resource which does not have it: the same caller, from the same place.
fn untagged(opened: &prove::Witness<'_, '_>, key: &str, (tag, value): (&str, &str)) -> Vec<Held> {
    let same = opened.context.iter().filter(|(own, _)| {
        let own = own.to_ascii_lowercase();
        own.strip_prefix("aws:").is_some_and(|own| ["principal", "source", "user"].iter().any(|start| own.starts_with(start)))
    });
    let same =
        same.filter_map(|(own, held)| Some(Held { key: own.to_owned(), values: Values::One(held.values().next()?.to_owned()) }));
    let held = |key: String, values| Held { key, values };
    let none = |key: &str| held(key.to_owned(), Values::None);
    let set = [
        held(format!("aws:RequestTag/{tag}"), Values::One(value.to_owned())),
        held("aws:TagKeys".to_owned(), Values::Set(vec![tag.to_owned()])),
    ];
    // made together with the resource it would not be this one
    same.chain(set).chain([none(key), none(&format!("aws:ResourceTag/{tag}")), none("ec2:CreateAction")]).collect()
}

/// The condition of a statement on one tag of the resource, with the name of the tag.
fn tag_of<'p, 's>(statement: &'p Statement<'s>) -> Option<(&'p Condition<'s>, &'p str)> {
    statement.conditions.iter().filter(|own| own.operator.is_some_and(|own| !own.negated && !own.if_exists)).find_map(|own| {
        let (name, tag) = own.key.known()?.split_once('/')?;
        // tags of this start only AWS sets
        let is_own =
            name.rsplit(':').next().is_some_and(|own| own.eq_ignore_ascii_case("ResourceTag")) && !tag.starts_with("aws:");
        is_own.then_some((own, tag))
    })
}

/// A look before the questions, which cost more: whether the policy names an action that sets tags, or one that may.
fn may_tag(policy: &Policy<'_>) -> bool {
    policy.with_effect(Effect::Allow).any(|own| {
        own.actions.as_ref().is_some_and(|own| {
            own.negated || own.list.iter().any(|own| own.plain().is_some_and(|own| own.contains('*') || own.contains("Tag")))
        })
    }) && policy.with_effect(Effect::Allow).any(|own| tag_of(own).is_some())
}

fn takes(policy: &Policy<'_>, action: &str) -> bool {
    policy.with_effect(Effect::Allow).any(|own| {
        let actions = own.actions.as_ref();
        actions.is_some_and(|own| {
            own.negated || own.list.iter().any(|own| own.plain().is_none_or(|own| begins_like(own, action, true)))
        })
    })
}

/// Whether an action on tags sets them.
fn sets_tags(name: &str) -> bool {
    !["Un", "Delete", "Remove"].iter().any(|own| name.starts_with(own))
}
