//! How many decisions a second of the processor makes, one thread, policies read once.
//!
//! A thousand of the policies that AWS manages are asked ten questions each: for actions that they name, wildcards filled in, for other actions
//! of the same services, and for actions of others, with a resource of the policy or another one, and a context of ten keys.
//!
//! With `--questions FILE` other policies are asked other questions: `{"policies": [POLICY, …], "questions": [[NUMBER, ACTION, RESOURCE], …]}`.
//! That is how `benches/peers.py` asks a peer the same.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use crate::Options;
use crate::support::instructions::instructions;
use crate::support::managed::{file, newest};
use crate::support::measure::{Clock, median};
use crate::support::row::{Bound, Row};
use rolecall::evaluate::{Caller, Context, ContextValue, Policies, Recorder, Request, Setting, Trace, decide};
use rolecall::policy::{self, Policy, PolicyKind};
use rolecall::simulate::{Outcome, outcome};
use rolecall::source::Sources;
use rolecall::syntax::json;
use serde_json::Value;

const POLICIES: usize = 1_000;
const ROUNDS: usize = 11;

/// How many thousands of instructions a decision may take.
const MOST: f64 = 20.0;
const PRINCIPAL: &str = "arn:aws:iam::111122223333:user/ana";

/// A question to one of the policies.
struct Asked {
    policy: usize,
    action: String,
    resource: String,
}

pub(crate) fn run(options: &Options) -> Vec<Row> {
    let (texts, questions) = options.questions.as_ref().map_or_else(|| made_up(&file(options)), |file| given(file));

    let mut sources = Sources::new();
    let ids: Vec<_> = texts.iter().map(|(name, text)| sources.add(name.as_str(), text.as_str())).collect();
    let trees: Vec<_> = ids.iter().map(|&id| json::read(id, sources.get(id).text())).collect();
    let own: Vec<Policy<'_>> = trees.iter().map(|tree| policy::read(tree.root(), PolicyKind::Identity)).collect();
    let policies: Vec<Policies<'_, '_>> =
        own.iter().map(|policy| Policies { identity: vec![policy], ..Policies::default() }).collect();
    let context = context();

    if let Some(part) = options.part.as_deref() {
        if part == "decide" {
            black_box(decide_all::<()>(&policies, &questions, &context));
        }
        return Vec::new();
    }
    let bare = rate(|| decide_all::<()>(&policies, &questions, &context).len());
    let recorded = rate(|| decide_all::<Trace<'_, '_>>(&policies, &questions, &context).len());
    let answers = decide_all::<()>(&policies, &questions, &context);
    let allowed = answers.iter().filter(|answer| **answer == Outcome::Allowed).count();
    println!("{} policies, {} questions, {allowed} allowed", policies.len(), questions.len());
    println!("{bare:12.0} decisions a second without a recorder");
    println!("{recorded:12.0} decisions a second with the full recorder");
    let rate = |what, found, must, held| {
        let (must, held) = (Bound::AtLeast(must), Bound::AtLeast(held));
        Row { what, against: "a second", found, must, held }
    };
    let mut rows = vec![
        rate("decisions", bare, 300_000.0, 250_000.0),
        rate("decisions with the full recorder", recorded, 100_000.0, 100_000.0),
    ];
    // another process would not know questions that were given to this one
    let counted = if options.questions.is_none() { instructions("decide", "decide") } else { None };
    if let Some(count) = counted {
        let found = count / questions.len() as f64 / 1e3;
        let (must, held) = (Bound::AtMost(MOST), Bound::AtMost(MOST));
        rows.push(Row { what: "one decision, instructions", against: "thousands", found, must, held });
    }
    rows
}

fn decide_all<'p, R: Recorder<'p, 'p> + Default>(
    policies: &[Policies<'p, 'p>],
    questions: &[Asked],
    context: &Context<'_>,
) -> Vec<Outcome> {
    let setting = Setting::default();
    let answer = |asked: &Asked| {
        let request = Request { principal: Caller::Aws(PRINCIPAL), action: &asked.action, resource: &asked.resource, context };
        let mut recorder = R::default();
        let answer = outcome(&decide(&request, &setting, &policies[asked.policy], &mut recorder));
        black_box(recorder);
        answer
    };
    questions.iter().map(answer).collect()
}

/// Decisions a second, the median of the rounds.
fn rate(run: impl Fn() -> usize) -> f64 {
    median((0..ROUNDS).map(|_| {
        let clock = Clock::start();
        let count = black_box(run());
        count as f64 / clock.seconds()
    }))
}

/// Policies with their names, and questions to them.
type Put = (Vec<(String, String)>, Vec<Asked>);

fn made_up(file: &Path) -> Put {
    let texts: Vec<(String, String)> = newest(file).into_iter().take(POLICIES).collect();
    let questions = texts.iter().enumerate().flat_map(|(policy, (_, text))| questions(policy, text)).collect();
    (texts, questions)
}

/// Those of a file.
fn given(file: &Path) -> Put {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    let put: Value = serde_json::from_str(&text).expect("a file of JSON");
    let named = |(number, policy): (usize, &&Value)| (number.to_string(), policy.to_string());
    let texts = many(&put["policies"]).iter().enumerate().map(named).collect();
    let word = |value: &Value| value.as_str().expect("a string").to_owned();
    let asked = |question: &&Value| Asked {
        policy: question[0].as_u64().and_then(|number| usize::try_from(number).ok()).expect("the number of a policy"),
        action: word(&question[1]),
        resource: word(&question[2]),
    };
    (texts, many(&put["questions"]).iter().map(asked).collect())
}

/// Ten questions to a policy.
fn questions(policy: usize, text: &str) -> Vec<Asked> {
    let document: Value = serde_json::from_str(text).expect("a policy");
    let listed = |name: &str| -> Vec<String> {
        let statements = many(&document["Statement"]).into_iter();
        statements.flat_map(|statement| many(&statement[name])).filter_map(|own| own.as_str().map(str::to_owned)).collect()
    };
    let (actions, resources) = (listed("Action"), listed("Resource"));
    let filled = |text: &str| text.replace("${*}", "x").replace(['*', '?'], "x");
    let pick = |list: &[String], at: usize, other: &str| match list.len() {
        0 => other.to_owned(),
        count => filled(&list[(at * 7919) % count]),
    };
    let question = |number: usize| {
        let own = pick(&actions, number, "s3:GetObject");
        let own = if own.contains(':') { own } else { "s3:GetObject".to_owned() };
        let service = own.split(':').next().unwrap_or("s3").to_owned();
        let action = match number {
            0..=5 => own,
            6 | 7 => format!("{service}:DescribeNothing"),
            _ => "sns:Publish".to_owned(),
        };
        let other = format!("arn:aws:{service}:eu-west-1:111122223333:thing/one");
        let resource = if number.is_multiple_of(2) { pick(&resources, number, &other) } else { other.clone() };
        let resource = if resource.starts_with("arn:") { resource } else { other };
        Asked { policy, action, resource }
    };
    (0..10).map(question).collect()
}

fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

const CONTEXT: [(&str, &str); 10] = [
    ("aws:PrincipalArn", PRINCIPAL),
    ("aws:PrincipalAccount", "111122223333"),
    ("aws:PrincipalType", "User"),
    ("aws:username", "ana"),
    ("aws:SourceIp", "203.0.113.9"),
    ("aws:SecureTransport", "true"),
    ("aws:RequestedRegion", "eu-west-1"),
    ("aws:CurrentTime", "2026-11-26T12:00:00Z"),
    ("aws:ResourceAccount", "111122223333"),
    ("aws:PrincipalTag/team", "red"),
];

fn context() -> Context<'static> {
    let mut context = Context::new();
    for (key, value) in CONTEXT {
        context.set(key, ContextValue::One(value.into()));
    }
    context
}
