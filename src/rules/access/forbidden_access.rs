//! What the configuration says that no policy may allow.

use std::net::IpAddr;

use super::public_resource::request;
use crate::config::Forbid;
use crate::evaluate::action_for;
use crate::finding::{Finding, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::pattern::begins_like;
use crate::policy::{Comparison, Effect, Policy, PolicyKind, Value};
use crate::prove::{self, Among, Budget, Held, Proof, Question, Values, prove_each};

pub(super) static RULE: Rule =
    Rule { name: "forbidden-access", severity: Severity::High, page: include_str!("../../../rules/access/forbidden-access.md") };

/// One finding for each statement that allows what a table of the configuration forbids. What hangs on something that is not known is left
/// alone.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    if facts.config.forbids.is_empty() {
        return;
    }
    for (policy, _) in facts.inventory.all_policies().filter(|(policy, _)| policy.refusal().is_none()) {
        for forbid in facts.config.forbids.iter().filter(|own| is_about(own, policy)) {
            of_policy(facts, policy, forbid, findings);
        }
    }
}

fn of_policy(facts: &Facts<'_, '_>, policy: &Policy<'_>, forbid: &Forbid, findings: &mut Vec<Finding>) {
    let mut told: Vec<usize> = Vec::new();
    for (lacks, keys) in ways(forbid) {
        for action in actions(forbid, policy) {
            let among = Among {
                caller: forbid.principal.clone(),
                action,
                resource: forbid.resource.clone(),
                keys: keys.iter().cloned().collect(),
                ..Among::default()
            };
            let question = Question { allowed_by: vec![policy], not_by: Vec::new(), among };
            for (statement, proof) in prove_each(&question, facts.reference, Budget::default()) {
                let Proof::Witness(witness) = proof else { continue };
                if !told.contains(&statement.index) {
                    told.push(statement.index);
                    findings.push(finding(policy, forbid, lacks, &witness));
                }
            }
        }
    }
}

fn finding(policy: &Policy<'_>, forbid: &Forbid, lacks: Option<&str>, witness: &prove::Witness<'_, '_>) -> Finding {
    let statement = witness.allowed_by;
    let pattern = action_for(statement, &witness.action, &witness.context);
    let place = pattern.map_or_else(|| statement.place(), |own| own.text.span());
    let whom = forbid.principal.as_ref().map_or_else(String::new, |own| format!(" to `{own}`"));
    let without = lacks.map_or_else(String::new, |key| format!(" without the `{key}` that is asked for"));
    let why = forbid.why.as_ref().map_or_else(String::new, |why| format!("{why}; "));
    let fix = match lacks {
        Some(key) => format!("add a condition on `{key}` that asks for what `unless` lists, or deny all others"),
        None => "take it out, or deny it".to_owned(),
    };
    let has_principals = matches!(policy.kind, PolicyKind::Resource | PolicyKind::Trust);
    let told = Witness { who: "a forbidden request".to_owned(), claims: request(witness).to_json() };
    Finding {
        help: Some(format!("{why}{fix}")),
        witness: has_principals.then_some(told),
        ..RULE.finding(
            format!("`{}`: {} allows `{}`{whom}{without}", forbid.name, statement.title(), witness.action),
            place,
            "is forbidden",
        )
    }
}

/// Whether a policy may allow what is forbidden: it grants, and says for whom where that matters.
fn is_about(forbid: &Forbid, policy: &Policy<'_>) -> bool {
    match policy.kind {
        PolicyKind::Resource | PolicyKind::Trust => true,
        PolicyKind::Identity => forbid.principal.is_none(),
        _ => false,
    }
}

/// The actions to ask about that the policy may allow: those that are forbidden, or whatever it allows.
fn actions(forbid: &Forbid, policy: &Policy<'_>) -> Vec<Option<String>> {
    if forbid.actions.is_empty() {
        return vec![None];
    }
    let takes = |action: &str| {
        policy.with_effect(Effect::Allow).any(|own| {
            let actions = own.actions.as_ref();
            actions.is_some_and(|own| {
                own.negated || own.list.iter().any(|own| own.plain().is_none_or(|own| begins_like(own, action, true)))
            })
        })
    };
    forbid.actions.iter().filter(|own| takes(own)).map(|own| Some(own.clone())).collect()
}

/// What a forbidden request holds of each key that would excuse it: something else, or nothing. Without such keys every request is forbidden.
fn ways(forbid: &Forbid) -> Vec<(Option<&str>, Option<Held>)> {
    if forbid.unless.is_empty() {
        return vec![(None, None)];
    }
    let each = forbid.unless.iter().flat_map(|(key, values)| {
        let held = |values| (Some(key.as_str()), Some(Held { key: key.clone(), values }));
        other(values).into_iter().chain([Values::None]).map(held)
    });
    each.collect()
}

/// A value that is none of these: an address, the other truth, or any text that no pattern takes in.
fn other(values: &[String]) -> Option<Values> {
    let blocks: Option<Vec<Value>> = values.iter().map(|own| Value::parse(Comparison::IpAddress, own)).collect();
    if let Some(blocks) = blocks {
        let is_outside = |own: &&str| own.parse::<IpAddr>().is_ok_and(|own| !blocks.iter().any(|block| block.holds_address(own)));
        return ["203.0.113.9", "198.51.100.9", "2001:db8::9"]
            .iter()
            .find(|own| is_outside(own))
            .map(|own| Values::One((*own).to_owned()));
    }
    match values {
        [own] if own == "true" => Some(Values::One("false".to_owned())),
        [own] if own == "false" => Some(Values::One("true".to_owned())),
        _ => Some(Values::Like { forms: vec!["*".to_owned()], except: values.to_vec(), or_none: false }),
    }
}
