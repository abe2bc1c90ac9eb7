//! What ten times the work costs: instructions where callgrind is there, for they are the same on each run, else time.

use std::hint::black_box;

use crate::Options;
use crate::support::instructions::instructions;
use crate::support::lint::{Named, lint};
use crate::support::measure::{median, seconds};
use crate::support::row::{Bound, Row};
use crate::support::trusts::trusts;

const ROUNDS: usize = 5;

/// What grows: its name in a part, what a row calls it, and so many of it.
type Growing = (&'static str, &'static str, fn(usize) -> Vec<Named>, usize);

const GROWING: [Growing; 4] = [
    ("policies", "ten times as many policies: 2,000 for 200", trusts, 200),
    ("statements", "ten times as many statements in one policy: 90 for 9", statements, 9),
    ("actions", "ten times as many actions in one statement: 5,000 for 500", actions, 500),
    ("values", "ten times as many values in one condition: 10,000 for 1,000", values, 1_000),
];

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let Some(part) = options.part.as_deref() else { return GROWING.iter().map(measure).collect() };
    if let Some((_, _, make, small)) = GROWING.iter().find(|(name, ..)| part.starts_with(name)) {
        let policies = make(if part.ends_with("10") { small * 10 } else { *small });
        drop(black_box(lint(&policies)));
    }
    Vec::new()
}

fn measure((name, what, make, small): &Growing) -> Row {
    let counted = instructions("growth", &format!("{name}-10")).zip(instructions("growth", &format!("{name}-1")));
    let time = |policies: &[Named]| median((0..ROUNDS).map(|_| seconds(|| drop(black_box(lint(policies))))));
    let (many, few) = counted.unwrap_or_else(|| (time(&make(small * 10)), time(&make(*small))));
    println!("{what}: {:.2}", many / few);
    let against = if counted.is_some() { "instructions" } else { "time" };
    Row { what, against, found: many / few, must: Bound::AtMost(12.0), held: Bound::AtMost(12.0) }
}

fn one(statements: &str) -> Vec<Named> {
    vec![(
        "policy.json".to_owned(),
        format!("{{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n{statements}\n    ]\n}}\n"),
    )]
}

fn statements(count: usize) -> Vec<Named> {
    let statement = |at: usize| {
        // AWS refuses a policy that is longer than 6,144 characters, and of one that it refuses less is looked at
        format!("        {{\"Effect\":\"Allow\",\"Action\":\"s3:Get{at}\",\"Resource\":\"*\"}}")
    };
    one(&(0..count).map(statement).collect::<Vec<_>>().join(",\n"))
}

fn actions(count: usize) -> Vec<Named> {
    let services = ["ec2", "s3", "rds", "lambda", "glue", "ssm", "ecs"];
    let actions: Vec<String> = (0..count).map(|at| format!("\"{}:DescribeThing{at}\"", services[at % services.len()])).collect();
    one(&format!("{{ \"Effect\": \"Allow\", \"Action\": [{}], \"Resource\": \"*\" }}", actions.join(", ")))
}

fn values(count: usize) -> Vec<Named> {
    let values: Vec<String> = (0..count).map(|at| format!("\"vpc-{at:08x}\"")).collect();
    one(&format!(
        "{{ \"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::bucket/*\", \"Condition\": {{ \"StringEquals\": {{ \"aws:SourceVpc\": [{}] }} }} }}",
        values.join(", ")
    ))
}
