//! What policies answer, case by case, each with the documentation page that says so; and laws over policies at large.

mod cases;

use std::fmt::Write as _;

use proptest::prelude::*;
use rolecall::evaluate::{
    Answer, Context, ContextValue, GapReason, Policies, Request, Setting, Trace, Verdict, decide, evaluate, undocumented,
};
use rolecall::policy::{self, PolicyKind};
use rolecall::source::Sources;
use rolecall::syntax::json;

use crate::support;
use cases::{BOB, COGNITO, Case, TRUST, cases};

fn context(text: &str) -> Context<'_> {
    let mut context = Context::new();
    for entry in text.split("; ").filter(|entry| !entry.is_empty()) {
        let Some((key, value)) = entry.split_once(" = ") else {
            assert_eq!(entry, "partial");
            context.partial = true;
            continue;
        };
        let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let value = match list {
            Some("") => ContextValue::Many(Vec::new()),
            Some(list) => ContextValue::Many(list.split(", ").map(Into::into).collect()),
            None if value == "?" => ContextValue::Unknown,
            None => ContextValue::One(value.into()),
        };
        context.set(key, value);
    }
    context
}

/// The verdict in words, asked with and without a recorder.
fn answer(policies: &[&str], kind: PolicyKind, request: &Request<'_>) -> String {
    let mut sources = Sources::new();
    for text in policies {
        sources.add("policy.json", *text);
    }
    let trees: Vec<_> = sources.iter().map(|(id, source)| json::read(id, source.text())).collect();
    for tree in &trees {
        assert!(tree.faults().is_empty(), "{:?} in {policies:?}", tree.faults());
    }
    let policies: Vec<_> = trees.iter().map(|tree| policy::read(tree.root(), kind)).collect();
    let told = |verdict: Verdict<'_, '_>| match verdict {
        Verdict::Allowed(statement) => format!("allowed@{:?}", statement.mark),
        Verdict::NotAllowed => "not allowed@".to_owned(),
        Verdict::Denied(statement) => format!("denied@{:?}", statement.mark),
        Verdict::Refused(fault) => format!("refused@{fault:?}"),
        Verdict::Undecided(gap) => {
            let reason = match gap.reason {
                GapReason::Hole => "hole",
                GapReason::Key => "key",
                GapReason::Caller => "caller",
                GapReason::Policy => "policy",
                GapReason::Undocumented(id) => id,
            };
            format!("undecided: {reason}@{:?}", gap.span)
        }
    };
    let quiet = told(evaluate(&policies, request, &mut ()));
    let mut trace = Trace::default();
    let recorded = told(evaluate(&policies, request, &mut trace));
    assert_eq!(quiet, recorded, "with and without a recorder");
    quiet.split('@').next().unwrap_or_default().to_owned()
}

#[test]
fn documented_answers() {
    let cases = cases();
    let mut wrong = String::new();
    for case in &cases {
        let context = context(case.context);
        let request = Request { principal: case.caller, action: case.action, resource: case.resource, context: &context };
        let got = answer(&[&case.policy], case.kind, &request);
        if got != case.expected {
            let Case { page, policy, context, expected, .. } = case;
            writeln!(wrong, "{page}\n  {policy}\n  context: {context}\n  expected {expected}, got {got}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(cases.len() >= 300, "{}", cases.len());
}

#[test]
fn every_open_point_has_a_case() {
    let cases = cases();
    let document = include_str!("../../docs/semantics.md");
    let shown = support::files("fixtures/conformance", "toml").iter().map(|path| support::read(path)).collect::<String>();
    for id in undocumented::ALL {
        assert!(document.contains(&format!("\n| `{id}` |")), "docs/semantics.md has no `{id}`");
        let has_case = cases.iter().any(|case| case.expected == format!("undecided: {id}"));
        assert!(has_case || shown.contains(&format!("why = \"{id}")), "no case for `{id}`");
    }
}

/// A Deny for everybody holds for the holder of a token too, whatever an Allow for everybody does.
#[test]
fn a_deny_for_everybody_in_a_trust_policy() {
    for star in [r#""*""#, r#"{"AWS": "*"}"#] {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [
                {{"Effect": "Allow", "Principal": {{"Federated": "cognito-identity.amazonaws.com"}}, "Action": "sts:*"}},
                {{"Effect": "Deny", "Principal": {star}, "Action": "sts:TagSession"}}
            ]}}"#
        );
        let context = Context::new();
        let ask = |action| {
            let request = Request { principal: COGNITO, action, resource: "arn:aws:iam::1:role/r", context: &context };
            answer(&[&text], TRUST, &request)
        };
        assert_eq!(ask("sts:TagSession"), "denied");
        assert_eq!(ask("sts:AssumeRoleWithWebIdentity"), "allowed");
    }
}

/// The trace holds every condition, also behind the one that already settles the statement.
#[test]
fn the_recorder_hears_everything() {
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "Condition": {"StringEquals": {"k:a": "x", "k:b": "y"}}},
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*"}
    ]}"#;
    let mut sources = Sources::new();
    let id = sources.add("policy.json", text);
    let tree = json::read(id, sources.get(id).text());
    let policy = policy::read(tree.root(), PolicyKind::Identity);
    let context = context("k:b = y");
    let request = Request { principal: BOB, action: "s3:GetObject", resource: "*", context: &context };
    let mut trace = Trace::default();
    let verdict = evaluate([&policy], &request, &mut trace);
    assert!(matches!(verdict, Verdict::Denied(statement) if statement.index == 1));
    let heard: Vec<_> = trace.statements.iter().map(|own| (own.statement.index, own.conditions.len())).collect();
    assert_eq!(heard, [(0, 2), (1, 0), (2, 0)]);
}

fn pick(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(values)
}

fn a_statement(effect: &'static [&'static str]) -> impl Strategy<Value = String> {
    let action = pick(&[
        r#""Action": "*""#,
        r#""Action": "s3:Get*""#,
        r#""Action": ["S3:PUTOBJECT", "sqs:*"]"#,
        r#""NotAction": "s3:GetObject""#,
        r#""Action": "${service}:GetObject""#,
    ]);
    let resource = pick(&[
        r#""Resource": "*""#,
        r#""Resource": "arn:aws:s3:::b/*""#,
        r#""NotResource": "arn:aws:s3:::b/x""#,
        r#""Resource": "arn:aws:s3:::b/${aws:username}""#,
        r#""Resource": ["arn:aws:s3:::c", "arn:aws:s3:::${bucket}/x"]"#,
    ]);
    let condition = pick(&[
        "",
        r#""StringEquals": {"k:a": ["x", "y"]}"#,
        r#""StringNotLike": {"k:a": "x*"}, "Null": {"k:b": "false"}"#,
        r#""ForAllValues:StringLike": {"k:b": ["x", "*z"]}"#,
        r#""ForAnyValue:StringNotEquals": {"k:b": "x"}"#,
        r#""StringEqualsIfExists": {"k:a": "${aws:username}"}"#,
        r#""StringEquals": {"k:b": "x"}"#,
        r#""NumericLessThan": {"k:a": "10"}"#,
        r#""ArnLike": {"k:a": "arn:aws:s3*"}"#,
    ]);
    (pick(effect), action, resource, condition).prop_map(|(effect, action, resource, condition)| {
        format!(r#"{{"Effect": "{effect}", {action}, {resource}, "Condition": {{{condition}}}}}"#)
    })
}

fn a_context() -> impl Strategy<Value = String> {
    let key = |name: &'static str, values: &'static [&'static str]| {
        pick(values).prop_map(move |value| if value == "-" { String::new() } else { format!("{name} = {value}; ") })
    };
    (
        key("k:a", &["-", "x", "y", "xy", "7", "", "arn:aws:s3:::b"]),
        key("k:b", &["-", "[]", "[x]", "[x, yz]", "[q]"]),
        key("aws:username", &["-", "x", "y"]),
        pick(&["", "partial"]),
    )
        .prop_map(|(a, b, name, partial)| format!("{a}{b}{name}{partial}"))
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn laws(
        statements in proptest::collection::vec(a_statement(&["Allow", "Deny", "Allow", "${effect}"]), 1..5),
        deny in a_statement(&["Deny"]),
        allow in a_statement(&["Allow"]),
        at in 0_usize..5,
        known in a_context(),
        action in pick(&["s3:GetObject", "s3:PutObject", "iam:CreateUser"]),
        resource in pick(&["arn:aws:s3:::b/x", "arn:aws:s3:::c", "*"]),
    ) {
        let context = context(known.trim_end_matches("; "));
        let request = Request { principal: BOB, action, resource, context: &context };
        let ask = |policies: &[&str]| answer(policies, PolicyKind::Identity, &request);
        let before = ask(&[&document(&statements)]);
        let word = |answer: &str| answer.split(':').next().unwrap_or_default().to_owned();

        let mut turned = statements.clone();
        turned.reverse();
        turned.rotate_left(at % statements.len());
        prop_assert_eq!(word(&ask(&[&document(&turned)])), word(&before), "the order of statements");

        let (one, other) = turned.split_at(at % statements.len());
        if !one.is_empty() {
            prop_assert_eq!(word(&ask(&[&document(one), &document(other)])), word(&before), "two policies or one");
        }

        let with = |more: &String| {
            let mut all = statements.clone();
            all.insert(at.min(statements.len()), more.clone());
            ask(&[&document(&all)])
        };
        prop_assert!(with(&deny) != "allowed" || before == "allowed", "a deny allowed");
        prop_assert!(before != "allowed" || with(&allow) == "allowed", "an allow denied");
        prop_assert!(before != "denied" || with(&allow) == "denied", "an allow undid a deny");
    }
}

/// One statement for each family of operators, with wildcards, variables and holes in them.
const EVERYTHING: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:Get*", "sqs:*"], "Resource": ["arn:aws:s3:::a/*/b", "arn:aws:s3:::home/${aws:username}/*"],
     "Condition": {"StringEquals": {"k:a": ["x", "y"]}, "StringNotLike": {"k:b": "${aws:username}*"},
                   "StringEqualsIgnoreCase": {"k:c": "ABC"}, "NumericLessThan": {"k:n": "10"}}},
    {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::c*",
     "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}, "Bool": {"aws:SecureTransport": "true"},
                   "IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}, "Null": {"k:gone": "true"}}},
    {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
     "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}, "BinaryEquals": {"k:bin": "cm9sZWNhbGw="},
                   "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "ForAnyValue:StringLike": {"aws:TagKeys": "a*"}}}
]}"#;

/// Without a recorder nothing is allocated, and with one nothing stays.
#[test]
fn decisions_leave_no_memory_behind() {
    let mut sources = Sources::new();
    let id = sources.add("policy.json", EVERYTHING);
    let tree = json::read(id, sources.get(id).text());
    let policy = policy::read(tree.root(), PolicyKind::Identity);
    assert!(policy.faults.is_empty(), "{:?}", policy.faults);
    let own = vec![&policy];
    let policies =
        Policies { identity: own.clone(), boundaries: own.clone(), scps: vec![own.clone(), own], ..Policies::default() };
    let context = context(
        "aws:username = bob; k:a = y; k:b = z; k:c = abc; k:n = 5; aws:CurrentTime = 2026-11-26T12:00:00Z; \
         aws:SecureTransport = true; aws:SourceIp = 203.0.113.9; k:bin = cm9sZWNhbGw=; aws:TagKeys = [a, b]; \
         aws:PrincipalArn = arn:aws:iam::111122223333:user/bob",
    );
    let mut answers = std::collections::BTreeSet::new();
    let mut all = |count: usize| {
        for (action, resource) in ["s3:GetObject", "sqs:SendMessage", "iam:GetUser", "sns:Publish"]
            .into_iter()
            .flat_map(|action| ["arn:aws:s3:::a/1/b", "arn:aws:s3:::home/bob/x", "arn:aws:s3:::c", "*"].map(|own| (action, own)))
            .cycle()
            .take(count)
        {
            let request = Request { principal: BOB, action, resource, context: &context };
            let decision = decide(&request, &Setting::default(), &policies, &mut ());
            answers.insert(matches!(decision.answer, Answer::Allowed));
        }
    };
    all(16);
    let quiet = allocation_counter::measure(|| all(10_000));
    assert_eq!(quiet.count_total, 0);
    assert_eq!(answers.len(), 2, "some are allowed, some are not");
    let recorded = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            let request = Request { principal: BOB, action: "s3:GetObject", resource: "arn:aws:s3:::a/1/b", context: &context };
            let mut trace = Trace::default();
            decide(&request, &Setting::default(), &policies, &mut trace);
            assert!(!trace.statements.is_empty());
        }
    });
    assert!(recorded.count_total > 0);
    assert_eq!(recorded.bytes_current, 0);
}
