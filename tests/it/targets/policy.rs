//! The policy model: any bytes, read as a policy of any kind, checked by every rule and drawn.

use rolecall::inventory::Inventory;
use rolecall::policy::{self, Policy, PolicyKind};
use rolecall::source::Sources;
use rolecall::syntax::json;

use super::laws::{check, fault_lies_inside, lies_inside, source};

const KINDS: [PolicyKind; 8] = [
    PolicyKind::Trust,
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Scp,
    PolicyKind::Rcp,
    PolicyKind::Endpoint,
];

pub fn policy(bytes: &[u8]) {
    let (sources, id) = source(bytes);
    let tree = json::read(id, sources.get(id).text());
    policy::looks_like(tree.root());
    policy::kind_of(tree.root());
    for kind in KINDS {
        lawful(&sources, &policy::read(tree.root(), kind));
    }
    // the rules take longer than all else, so they see one kind; which one, the input decides
    let mut inventory = Inventory::new(KINDS.get(bytes.len() % KINDS.len()).copied());
    inventory.read(&sources, id);
    check(&sources, &inventory);
}

fn lawful(sources: &Sources, policy: &Policy<'_>) {
    for fault in &policy.faults {
        fault_lies_inside(sources, fault);
    }
    assert!(policy.faults.is_sorted_by_key(|fault| fault.span), "{:?}", policy.faults);
    let mut spans = vec![policy.mark, policy.range];
    spans.extend(policy.version_span.iter().chain(&policy.later));
    for statement in &policy.statements {
        let whole = statement.range;
        assert!(policy.range.contains(whole) && whole.contains(statement.mark), "{statement:?} leaves its policy");
        spans.extend([whole, statement.mark, statement.place()]);
        spans.extend(statement.condition_key.iter().chain(&statement.later));
        spans.extend(statement.effect.map(|(_, span)| span));
        spans.extend(statement.sid.iter().map(rolecall::syntax::Text::span));
        if let Some(principals) = &statement.principals {
            spans.push(principals.key);
            spans.extend(principals.list.iter().map(|principal| principal.value.span()));
        }
        spans.extend([&statement.actions, &statement.resources].into_iter().flatten().map(|patterns| patterns.key));
        assert!(!statement.title().is_empty());
    }
    for span in spans {
        lies_inside(sources, span);
    }
}
