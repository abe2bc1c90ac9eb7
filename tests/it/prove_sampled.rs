//! Every answer of the prover against requests: of what it says is never allowed none may be, and what it shows must be.
//!
//! The policies are made of few words, so that two of them often have to do with each other, and the second is mostly the first with a
//! small change.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rolecall::policy::{self, Policy, PolicyKind};
use rolecall::prove::{Among, Budget, Proof, Question, prove, prove_each};
use rolecall::reference::Reference;
use rolecall::source::Sources;
use rolecall::syntax::json;
use serde_json::{Value, json};

use crate::differential::count;
use crate::oracle;
use crate::pairs::{Maker, check_witness, said};
use crate::questions::Dice;

/// How many requests are made for each pair of policies.
const REQUESTS: usize = 25;

/// What the oracle says of a request; it knows the policies of an identity only together with all others; here there are none.
fn allows_by_oracle(policy: &Value, request: &Value) -> Option<bool> {
    let mut question = request.clone();
    question["policies"]["identity"] = json!([policy.to_string()]);
    match oracle::answer(&question).as_str() {
        "allowed" => Some(true),
        "undecided" => None,
        other if other.starts_with("denied") => Some(false),
        other => panic!("{other}: {question:#}"),
    }
}

/// Whether a request of the sample shows that there is something that the first allows and the second does not.
fn shows(policies: [&Policy<'_>; 2], texts: [&Value; 2], request: &Value) -> bool {
    let said = said(policies, request);
    if policies[0].kind == PolicyKind::Identity {
        let oracle = texts.map(|text| allows_by_oracle(text, request));
        assert_eq!(said, oracle, "evaluator and oracle differ\n{request:#}\n{:#}\n{:#}", texts[0], texts[1]);
    }
    said == [Some(true), Some(false)]
}

#[test]
fn no_request_speaks_against_an_answer() {
    let counts: Cell<BTreeMap<&str, u32>> = Cell::default();
    let strategy = (proptest::collection::vec(any::<u8>(), 0..300), proptest::collection::vec(any::<u8>(), 1_500));
    let pairs = count() / 100;
    let config = Config { cases: pairs, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&strategy, |(bytes, more)| {
        let mut dice = Dice::new(&bytes);
        let kind = [PolicyKind::Identity, PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust][dice.below(4)];
        let mut maker = Maker { dice: &mut dice, kind };
        let old = maker.policy();
        let new = if maker.chance(15) { maker.policy() } else { maker.changed(&old) };
        let mut sources = Sources::new();
        for text in [&new, &old] {
            sources.add("policy.json", text.to_string());
        }
        let trees: Vec<_> = sources.iter().map(|(id, source)| json::read(id, source.text())).collect();
        let policies: Vec<Policy<'_>> = trees.iter().map(|tree| policy::read(tree.root(), kind)).collect();
        let question = Question { allowed_by: vec![&policies[0]], not_by: vec![&policies[1]], among: Among::default() };
        let reference = Reference::default();
        let mut dice = Dice::new(&more);
        let mut maker = Maker { dice: &mut dice, kind };
        let requests: Vec<Value> = (0..REQUESTS).map(|_| maker.request()).collect();
        let shown = requests.iter().find(|request| shows([&policies[0], &policies[1]], [&new, &old], request));
        let answer = match prove(&question, &reference, Budget::default()) {
            Proof::Witness(witness) => {
                check_witness(&question, &witness);
                if shown.is_some() { "witness, and one in the sample" } else { "witness" }
            }
            Proof::Holds => {
                if let Some(request) = shown {
                    prop_assert!(false, "said to hold, but\n{:#}\nis allowed by\n{:#}\nand not by\n{:#}", request, new, old);
                }
                "holds"
            }
            Proof::Undecided(_) => "undecided",
        };
        for (_, proof) in prove_each(&question, &reference, Budget::default()) {
            if let Proof::Witness(witness) = proof {
                check_witness(&question, &witness);
            }
        }
        let mut own = counts.take();
        *own.entry(answer).or_default() += 1;
        counts.set(own);
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    let counts = counts.take();
    let share = |answer: &str| counts.get(answer).copied().unwrap_or_default() * 100 / pairs;
    assert!(share("holds") >= 20 && share("undecided") <= 15, "answers of {pairs}: {counts:?}");
    // a sample that does not find what there is would not find what should not be
    assert!(share("witness, and one in the sample") >= 10, "answers of {pairs}: {counts:?}");
}
