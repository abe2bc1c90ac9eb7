//! How long a pattern of ten stars takes on a value of 100 kB that it nearly fits.

use std::hint::black_box;

use rolecall::pattern::{Mode, Unit, matches};

use crate::Options;
use crate::support::measure::{median, seconds};
use crate::support::row::{Bound, Row};

const ROUNDS: usize = 101;

pub(crate) fn run(_: &Options) -> Vec<Row> {
    let value = "a".repeat(100_000);
    let pattern = format!("{}b", "*a".repeat(10));
    let found = median((0..ROUNDS).map(|_| seconds(|| assert!(!black_box(fits(&pattern, &value)))))) * 1e3;
    // one that fits only at the last try
    let split = format!("{}b", "ab".repeat(50_000));
    let pattern = "*ab*ab*ab*ab*ab*ab*ab*ab*ab*abb".to_owned();
    let late = median((0..ROUNDS).map(|_| seconds(|| assert!(black_box(fits(&pattern, &split)))))) * 1e3;
    println!("ten stars and 100 kB: {found:.3} ms where it does not fit, {late:.3} ms where it fits at the end");
    vec![Row {
        what: "a hostile wildcard: ten stars, a value of 100 kB",
        against: "ms",
        found: found.max(late),
        must: Bound::AtMost(5.0),
        held: Bound::AtMost(5.0),
    }]
}

fn fits(pattern: &str, value: &str) -> bool {
    matches(&[Unit::Wild(black_box(pattern))], black_box(value), Mode::Like)
}
