//! The tool against the oracle.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::questions::{Dice, question};
use crate::{asked, oracle};

/// How many questions are asked in all, and an eighth of it for each law: `ROLECALL_QUESTIONS`, or as many as take a moment.
pub(crate) fn count() -> u32 {
    std::env::var("ROLECALL_QUESTIONS").map_or(20_000, |own| own.parse().expect("ROLECALL_QUESTIONS is a number"))
}

pub(crate) fn any_question() -> impl Strategy<Value = Value> {
    proptest::collection::vec(any::<u64>(), 0..48).prop_map(|words| {
        let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
        question(&mut Dice::new(&bytes))
    })
}

/// Asks a quarter of the questions, so that four tests run side by side.
fn a_quarter_agrees() {
    let config = Config { cases: count() / 4, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&any_question(), |question| {
        prop_assert_eq!(asked::answer(&question), oracle::answer(&question), "\n{:#}", question);
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}

#[test]
fn first_quarter() {
    a_quarter_agrees();
}

#[test]
fn second_quarter() {
    a_quarter_agrees();
}

#[test]
fn third_quarter() {
    a_quarter_agrees();
}

#[test]
fn fourth_quarter() {
    a_quarter_agrees();
}

/// Questions that hardly ever get an answer of some kind say little about it.
#[test]
fn every_answer_is_common() {
    let mut runner = TestRunner::deterministic();
    let mut counts = BTreeMap::new();
    for _ in 0..4_000 {
        let question = any_question().new_tree(&mut runner).expect("a question").current();
        let answer = oracle::answer(&question);
        *counts.entry(answer.split(':').next().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    for answer in ["allowed", "denied-implicit", "denied-explicit", "undecided", "error"] {
        assert!(counts.get(answer).is_some_and(|count| *count >= 200), "{answer} in {counts:?} of 4000");
    }
}
