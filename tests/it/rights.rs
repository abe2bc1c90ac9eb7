//! The rules on rights by which their holder comes by others.

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::lint::Facts;
use rolecall::reference::{Escalation, EscalationAction, Gain, On, Reference, escalations};
use rolecall::rules;
use serde_json::{Value, json};

use crate::support;

/// The findings on whoever holds these statements.
fn findings(statements: &[Value]) -> Vec<Finding> {
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    support::with_inventory(None, [("policy.json", document)].into_iter(), |sources, inventory| {
        let facts = Facts { sources, inventory, config: &Config::default(), reference: &Reference::default() };
        rules::run(&facts)
    })
}

/// Whether these statements are told to give more by the set.
fn is_told(set: &Escalation, statements: &[Value]) -> bool {
    let names_all = |own: &Finding| set.actions.iter().all(|action| own.message.contains(&format!("`{}`", action.name)));
    findings(statements).iter().any(|own| own.rule == "privilege-escalation" && names_all(own))
}

fn statement(action: &EscalationAction) -> Value {
    json!({ "Effect": "Allow", "Action": action.name, "Resource": "*" })
}

/// Each set is told where all of it is allowed, and not where an action is missing or denied, unless what is left is a set, too.
#[test]
fn each_set_of_actions_is_told_as_a_whole() {
    // those of pools are told with the pools; the boundary of a role by itself is not known
    let is_meant = |gain: Gain| !matches!(gain, Gain::PoolRole | Gain::ClassicRole | Gain::Group | Gain::NoBoundary);
    let mut count = 0;
    for set in escalations().iter().filter(|set| is_meant(set.gain)) {
        let all: Vec<Value> = set.actions.iter().map(statement).collect();
        assert!(is_told(set, &all), "{set:?}");
        for (at, action) in set.actions.iter().enumerate() {
            let mut rest = all.clone();
            rest.remove(at);
            assert!(!is_told(set, &rest), "{set:?} without {}", action.name);
            let denied = [all.clone(), vec![json!({ "Effect": "Deny", "Action": action.name, "Resource": "*" })]].concat();
            assert!(!is_told(set, &denied), "{set:?} with a Deny of {}", action.name);
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

/// What is held to something that is named gives nothing that nobody meant.
#[test]
fn what_is_named_is_no_way_to_more() {
    for set in escalations() {
        let statements: Vec<Value> = set
            .actions
            .iter()
            .map(|action| {
                let resource = match action.on {
                    On::Role | On::Itself => "arn:aws:iam::111122223333:role/named",
                    On::OwnPolicy => "arn:aws:iam::111122223333:policy/named",
                    On::User => "arn:aws:iam::111122223333:user/named",
                    On::Group => "arn:aws:iam::111122223333:group/named",
                    On::Instance => "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718",
                    On::Any | On::Pool | On::UserPool => "*",
                };
                json!({ "Effect": "Allow", "Action": action.name, "Resource": resource })
            })
            .collect();
        if set.actions.iter().any(|action| action.on != On::Any) {
            assert!(!is_told(set, &statements), "{set:?}");
        }
    }
}
