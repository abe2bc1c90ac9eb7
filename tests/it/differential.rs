//! The tool against the oracle.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::questions::{Dice, question};
use crate::{asked, oracle};

/// How many questions are asked in all: `ROLECALL_QUESTIONS`, or as many as take a moment.
fn count() -> u32 {
    std::env::var("ROLECALL_QUESTIONS").map_or(20_000, |own| own.parse().expect("a number"))
}

pub(crate) fn any_question() -> impl Strategy<Value = Value> {
    proptest::collection::vec(any::<u64>(), 0..48).prop_map(|words| {
        let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
        question(&mut Dice::new(&bytes))
    })
}

fn compare(share: u32) {
    let config = Config { cases: count() / share, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&any_question(), |question| {
        prop_assert_eq!(asked::answer(&question), oracle::answer(&question), "\n{:#}", question);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn the_first_quarter_agrees() {
    compare(4);
}

#[test]
fn kinds() {
    use proptest::strategy::ValueTree;
    let mut runner = TestRunner::deterministic();
    let mut counts = std::collections::BTreeMap::new();
    let mut seen: std::collections::BTreeMap<(String, String), (usize, String)> = std::collections::BTreeMap::new();
    for _ in 0..count() {
        let mut tree = any_question().new_tree(&mut runner).unwrap();
        let question = tree.current();
        let (own, other) = (asked::answer(&question), oracle::answer(&question));
        *counts.entry(own.split(':').next().unwrap().to_owned()).or_insert(0) += 1;
        if own != other {
            let entry = seen.entry((own.clone(), other.clone())).or_insert((0, "x".repeat(100000)));
            entry.0 += 1;
            if entry.0 > 3 {
                continue;
            }
            let mut best = question;
            for _ in 0..3000 {
                let question = tree.current();
                if asked::answer(&question) == own && oracle::answer(&question) == other {
                    best = question;
                    if !tree.simplify() {
                        break;
                    }
                } else if !tree.complicate() {
                    break;
                }
            }
            let mut best = best;
            fn open(value: &mut Value) {
                match value {
                    Value::Array(list) => list.iter_mut().for_each(open),
                    Value::Object(map) => map.values_mut().for_each(open),
                    Value::String(text) => *value = serde_json::from_str(text).unwrap(),
                    _ => {}
                }
            }
            open(&mut best["policies"]);
            let text = serde_json::to_string(&best)
                .unwrap()
                .replace("arn:aws:", "a:")
                .replace("111122223333", "A")
                .replace("444455556666", "B");
            if text.len() < entry.1.len() {
                entry.1 = text;
            }
        }
    }
    println!("{counts:#?}");
    for ((own, other), (count, text)) in seen {
        println!("== {count} tool {own} / oracle {other}\n{text}");
    }
}
