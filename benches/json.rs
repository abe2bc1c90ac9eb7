//! How fast the JSON reader is, next to `serde_json::Value`, on policies printed with four spaces and minified.
//!
//! It reads the JSON files below `fixtures` and generated policies. Both readers take turns in short rounds, of which the median counts, so
//! that other work on the machine hardly does; what they build is dropped within the time.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use crate::support::measure::{median, print};
use crate::support::row::{Bound, Row};
use crate::{Options, root};
use rolecall::source::Sources;
use rolecall::syntax::json;
use serde_json::{Value, json};

const ROUNDS: usize = 101;

/// How much text a reader is given in one round, at least.
const BYTES_A_ROUND: usize = 4 << 20;

pub(crate) fn run(_: &Options) -> Vec<Row> {
    let documents = [read_folder(&root().join("fixtures")), generate()].concat();
    println!("{} documents, {ROUNDS} rounds\n", documents.len());
    println!("printing        MB   rolecall MB/s   serde_json MB/s   ratio");
    let row = |(what, spaces): (&'static str, bool)| {
        let texts: Vec<String> = documents.iter().map(|document| print(document, spaces)).collect();
        let bytes = texts.iter().map(String::len).sum::<usize>() as f64;
        let (ours, serde, found) = compare(&texts);
        let name = if spaces { "4 spaces" } else { "minified" };
        println!("{name}  {:9.2}  {:14.0}  {:16.0}  {found:6.2}", bytes / 1e6, bytes / 1e6 / ours, bytes / 1e6 / serde);
        Row { what, against: "`serde_json::Value`, speed", found, must: Bound::AtLeast(3.0), held: Bound::AtLeast(3.0) }
    };
    [("JSON with spans, printed with four spaces", true), ("JSON with spans, minified", false)].map(row).into()
}

/// Seconds for all texts with each reader, and how many times faster ours is: medians of all rounds.
fn compare(texts: &[String]) -> (f64, f64, f64) {
    let source = Sources::new().add("", "");
    let repeats = 1 + BYTES_A_ROUND / texts.iter().map(String::len).sum::<usize>().max(1);
    let round = |read: &dyn Fn(&str)| {
        let start = Instant::now();
        for _ in 0..repeats {
            for text in texts {
                read(black_box(text));
            }
        }
        start.elapsed().as_secs_f64() / repeats as f64
    };
    let ours = |text: &str| {
        black_box(json::read(source, text).len());
    };
    let serde = |text: &str| {
        black_box(serde_json::from_str::<Value>(text).is_ok());
    };
    let times: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (round(&ours), round(&serde))).collect();
    let of = |number: &dyn Fn(&(f64, f64)) -> f64| median(times.iter().map(number));
    (of(&|time| time.0), of(&|time| time.1), of(&|time| time.1 / time.0))
}

fn read_folder(folder: &Path) -> Vec<Value> {
    let mut documents = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                documents.extend(std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()));
            }
        }
    }
    documents
}

const SERVICES: [&str; 10] =
    ["s3", "ec2", "iam", "sts", "cognito-idp", "cognito-identity", "lambda", "logs", "dynamodb", "elasticloadbalancing"];

const VERBS: [&str; 8] =
    ["Get", "List*", "Describe", "CreateTags", "PutObject", "DeleteObject", "AssumeRoleWithWebIdentity", "*"];

/// One of some words.
fn pick<'w>(dice: &mut dyn FnMut(u64) -> u64, words: &[&'w str]) -> &'w str {
    words.get(dice(words.len() as u64) as usize).copied().unwrap_or("")
}

/// Policies of the kinds and sizes that AWS itself manages, the same in every run.
fn generate() -> Vec<Value> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut dice = move |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) % bound
    };
    let statement = |dice: &mut dyn FnMut(u64) -> u64| {
        let actions: Vec<String> = (0..=dice(24)).map(|_| format!("{}:{}", pick(dice, &SERVICES), pick(dice, &VERBS))).collect();
        let resource = format!("arn:aws:{}:*:{:012}:resource/{}/*", pick(dice, &SERVICES), dice(1_000_000_000_000), dice(1000));
        let condition = json!({
            "StringEquals": { "aws:ResourceAccount": ["${aws:PrincipalAccount}"], "aws:RequestedRegion": "eu-west-1" },
            "Bool": { "aws:SecureTransport": "true" },
        });
        match dice(3) {
            0 => json!({ "Effect": "Allow", "Action": actions, "Resource": "*" }),
            1 => {
                json!({ "Sid": format!("Statement{}", dice(100)), "Effect": "Allow", "Action": actions, "Resource": [resource] })
            }
            _ => json!({ "Effect": "Deny", "Action": actions, "Resource": resource, "Condition": condition }),
        }
    };
    let policy =
        |_| json!({ "Version": "2012-10-17", "Statement": (0..=dice(6)).map(|_| statement(&mut dice)).collect::<Vec<_>>() });
    (0..500).map(policy).collect()
}
