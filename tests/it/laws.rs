//! Laws of a decision over policies of all types, on questions that nobody thought of.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rolecall::arn::Arn;
use rolecall::evaluate::{Request, Trace, decide};
use rolecall::pattern::{Mode, Unit, classes, matches};
use rolecall::simulate::{Coverage, Inquiry, ask};

use crate::asked::{answer, put, told};
use crate::differential::{any_question, count};
use crate::questions::{Dice, turned, with_statement};

const PATTERNS: [&str; 12] = [
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::?/x",
    "arn:aws:s3*",
    "arn:aws:sqs:eu-west-1:111122223333:*",
    "arn:aws:sqs:eu-west-?:*:q",
    "arn:aws:sqs:*:q",
    "arn:aws:kms:eu-west-1:111122223333:*",
    "arn:aws:kms:eu-west-1:*:key/k",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*",
];

/// What stands in for a wildcard.
const FILLINGS: [&str; 16] = [
    "",
    "x",
    "b",
    "q",
    "k",
    "home/bob",
    "x:y",
    "b/x",
    "target",
    "role/target",
    "key/k",
    "111122223333",
    "444455556666",
    ":",
    "eu-west-1",
    "::b/x",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: count() / 8, failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn a_further_deny_never_allows(question in any_question(), bytes in bytes()) {
        let more = with_statement(&mut Dice::new(&bytes), &question, "Deny");
        prop_assume!(more.is_some());
        let (before, after) = (answer(&question), answer(&more.unwrap()));
        prop_assume!(before != "error" && after != "error");
        prop_assert!(after != "allowed" || before == "allowed", "{} turned into {}", before, after);
        prop_assert!(before != "denied-explicit" || after == before, "{} turned into {}", before, after);
    }

    #[test]
    fn a_further_allow_never_denies(question in any_question(), bytes in bytes()) {
        let more = with_statement(&mut Dice::new(&bytes), &question, "Allow");
        prop_assume!(more.is_some());
        let (before, after) = (answer(&question), answer(&more.unwrap()));
        prop_assume!(before != "error" && after != "error");
        prop_assert!(!after.starts_with("denied") || before.starts_with("denied"), "{} turned into {}", before, after);
        prop_assert!(before != "allowed" || after == before, "{} turned into {}", before, after);
        prop_assert!(before != "denied-explicit" || after == before, "{} turned into {}", before, after);
    }

    #[test]
    fn order_never_matters(question in any_question()) {
        prop_assert_eq!(answer(&turned(&question)), answer(&question));
    }

    #[test]
    fn it_does_not_matter_who_listens(question in any_question()) {
        put(&question, |request, setting, policies| {
            let quiet = decide(request, setting, policies, &mut ());
            let recorded = decide(request, setting, policies, &mut Trace::default());
            prop_assert_eq!(format!("{:?}", quiet.answer), format!("{:?}", recorded.answer));
            Ok(())
        })?;
    }

    #[test]
    fn all_of_a_pattern_is_each_of_it(mut question in any_question(), pattern in proptest::sample::select(&PATTERNS[..]), bytes in bytes()) {
        question["resource"] = pattern.into();
        put(&question, |request, setting, policies| {
            let inquiry = Inquiry {
                principal: request.principal,
                action: request.action,
                resource: pattern,
                context: request.context,
                setting: *setting,
            };
            let reply = ask::<()>(&inquiry, policies);
            let ways: Vec<String> = reply.ways.iter().map(|way| told(&way.decision)).collect();
            let dice = &mut Dice::new(&bytes);
            for _ in 0..8 {
                let Some(resource) = sample(dice, pattern) else { continue };
                let single = told(&decide(&Request { resource: &resource, ..*request }, setting, policies, &mut ()));
                prop_assert!(ways.is_empty() || ways.contains(&single), "{} is {}, and the ways are {:?}", resource, single, ways);
                match reply.coverage {
                    Some(Coverage::All) => prop_assert_eq!(&single, "allowed", "{}", resource),
                    Some(Coverage::None) => prop_assert!(single.starts_with("denied"), "{} is {}", resource, single),
                    Some(Coverage::Some) | None => {}
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn classes_are_all_ways(question in wild("arn:ab/*?"), patterns in proptest::collection::vec(wild("ab/:*?"), 0..4), bytes in bytes()) {
        let own = |text: &str, pattern: &str| matches(&[Unit::Wild(pattern)], text, Mode::Resource);
        let accepts = |text: &str| patterns.iter().map(|pattern| own(text, pattern)).collect::<Vec<bool>>();
        let units: Vec<Vec<Unit<'_>>> = patterns.iter().map(|pattern| vec![Unit::Wild(pattern.as_str())]).collect();
        let Some(witnesses) = classes(&[Unit::Wild(&question)], &units) else { return Ok(()) };
        let ways: Vec<Vec<bool>> = witnesses.iter().map(|witness| accepts(witness)).collect();
        for witness in &witnesses {
            prop_assert!(own(witness, &question), "`{}` is no text of `{}`", witness, question);
        }
        for (at, way) in ways.iter().enumerate() {
            prop_assert!(!ways[..at].contains(way), "two witnesses for one way: {:?}", witnesses);
        }
        let dice = &mut Dice::new(&bytes);
        for _ in 0..8 {
            let text = filled(dice, &question, &["", "a", "b", "ab", "/", "a/b", ":", "c", "ba"]);
            if own(&text, &question) {
                prop_assert!(ways.contains(&accepts(&text)), "`{}` is matched as none of {:?}", text, witnesses);
            }
        }
    }
}

fn wild(alphabet: &'static str) -> impl Strategy<Value = String> {
    let letter = proptest::sample::select(alphabet.chars().collect::<Vec<_>>());
    proptest::collection::vec(letter, 0..10).prop_map(|letters| letters.into_iter().collect())
}

/// A resource of a pattern, as there are: with the id of an account, or of S3.
fn sample(dice: &mut Dice<'_>, pattern: &str) -> Option<String> {
    let text = filled(dice, pattern, &FILLINGS);
    let arn = Arn::parse(&text)?;
    let is_id = arn.account.len() == 12 && arn.account.bytes().all(|byte| byte.is_ascii_digit());
    let is_of_bucket = arn.service == "s3" && arn.account.is_empty();
    (matches(&[Unit::Wild(pattern)], &text, Mode::Resource) && (is_id || is_of_bucket)).then_some(text)
}

fn filled(dice: &mut Dice<'_>, pattern: &str, fillings: &[&str]) -> String {
    let one = |dice: &mut Dice<'_>, letter: char| match letter {
        '*' => dice.of(fillings).to_owned(),
        '?' => dice.of(&["a", "b", "1", "q"]).to_owned(),
        own => own.to_string(),
    };
    pattern.chars().map(|letter| one(dice, letter)).collect()
}

/// A text ten times as long takes about as much time as ten texts, not as a hundred.
#[test]
fn hostile_patterns_take_time_by_the_letter() {
    let pattern = "arn:aws:s3:::a*a*a*a*a*a*a*a*c";
    for mode in [Mode::Like, Mode::Action, Mode::Arn, Mode::Resource] {
        let texts = [10_000, 100_000].map(|length| format!("arn:aws:s3:::{}", "a".repeat(length)));
        let time = |text: &str, times: usize| {
            let start = Instant::now();
            for _ in 0..times {
                assert!(!matches(&[Unit::Wild(pattern)], text, mode));
            }
            start.elapsed()
        };
        let least = |text: &str, times: usize| (0..5).map(|_| time(text, times)).min().unwrap_or_default();
        let (ten_short, long) = (least(&texts[0], 10), least(&texts[1], 1));
        assert!(ten_short < Duration::from_secs(2), "{mode:?}: {ten_short:?} for ten");
        assert!(2 * long < 5 * ten_short, "{mode:?}: {ten_short:?} for ten, {long:?} for one that is ten times as long");
    }
}
