//! Wildcards: against slow and obvious readings of the documentation, and against another crate.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rolecall::arn::Arn;
use rolecall::pattern::{Field, Mode, Shape, Unit, Without, arn_is_short, begins_like, classes, matches};

fn plain(pattern: &str, text: &str, mode: Mode) -> bool {
    matches(&[Unit::Wild(pattern)], text, mode)
}

/// One element of a pattern for the slow reference.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Char(char),
    /// `?`; whether it may be a colon.
    One(bool),
    /// `*`; whether it may take in colons.
    Star(bool),
}

/// All pairs of positions, nothing clever.
fn slowly(pattern: &[Step], text: &[char]) -> bool {
    let mut reached = vec![vec![false; text.len() + 1]; pattern.len() + 1];
    reached[0][0] = true;
    for (p, step) in pattern.iter().enumerate() {
        for t in 0..=text.len() {
            if !reached[p][t] {
                continue;
            }
            match step {
                Step::Char(own) if text.get(t) == Some(own) => reached[p + 1][t + 1] = true,
                Step::One(crosses) if t < text.len() && (*crosses || text[t] != ':') => reached[p + 1][t + 1] = true,
                Step::Star(crosses) => {
                    reached[p + 1][t] = true;
                    if t < text.len() && (*crosses || text[t] != ':') {
                        reached[p][t + 1] = true;
                    }
                }
                _ => {}
            }
        }
    }
    reached[pattern.len()][text.len()]
}

fn steps(pattern: &str) -> Vec<Step> {
    let step = |char| match char {
        '*' => Step::Star(true),
        '?' => Step::One(true),
        char => Step::Char(char),
    };
    pattern.chars().map(step).collect()
}

fn like_slowly(pattern: &str, text: &str) -> bool {
    slowly(&steps(pattern), &text.chars().collect::<Vec<_>>())
}

/// Within the first five parts `?` stays in its part, and so does `*` unless it ends it.
fn resource_slowly(pattern: &str, text: &str) -> bool {
    let mut all = steps(pattern);
    let mut colons = 0;
    for index in 0..all.len() {
        if all[index] == Step::Char(':') {
            colons += 1;
        }
        if colons < 5 && all[index] == Step::One(true) {
            all[index] = Step::One(false);
        }
        let ends_part = matches!(all.get(index + 1), None | Some(Step::Char(':')));
        if colons < 5 && all[index] == Step::Star(true) && !ends_part {
            all[index] = Step::Star(false);
        }
    }
    slowly(&all, &text.chars().collect::<Vec<_>>())
}

fn arn_slowly(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.splitn(6, ':').collect();
    let text: Vec<&str> = text.splitn(6, ':').collect();
    let any = pattern.len() == 1 && !pattern[0].is_empty() && pattern[0].chars().all(|char| char == '*');
    text.len() == 6
        && text[0] == "arn"
        && (any || pattern.len() == 6 && pattern.iter().zip(&text).all(|(pattern, text)| like_slowly(pattern, text)))
}

/// The encoding behind which `glob-match`, a matcher of paths, agrees with IAM on ASCII text.
fn through_glob_match(pattern: &str, text: &str) -> bool {
    let mut glob = String::new();
    for char in pattern.chars() {
        match char {
            '*' if glob.ends_with('*') => {}
            '/' => glob.push('\u{1}'),
            '\\' => glob.push('\u{2}'),
            '[' | ']' | '{' | '}' | '!' | ',' | '^' | '-' => glob.extend(['\\', char]),
            char => glob.push(char),
        }
    }
    glob_match::glob_match(&glob, &text.replace('/', "\u{1}").replace('\\', "\u{2}"))
}

/// Whether a text of both patterns is found by trying: letter by letter, with the sets of places where each may stand.
fn common_text(one: &str, other: &str, longest: usize) -> bool {
    let closed = |pattern: &[char], mut places: Vec<usize>| {
        let mut at = 0;
        while let Some(&place) = places.get(at) {
            if pattern.get(place) == Some(&'*') && !places.contains(&(place + 1)) {
                places.push(place + 1);
            }
            at += 1;
        }
        places.sort_unstable();
        places
    };
    let step = |pattern: &[char], places: &[usize], letter: char| {
        let next = places.iter().filter_map(|&place| match pattern.get(place) {
            Some('*') => Some(place),
            Some(&own) if own == '?' || own == letter => Some(place + 1),
            _ => None,
        });
        let mut next: Vec<usize> = next.collect();
        next.dedup();
        closed(pattern, next)
    };
    let [one, other] = [one, other].map(|pattern| pattern.chars().collect::<Vec<char>>());
    let mut states = vec![(closed(&one, vec![0]), closed(&other, vec![0]))];
    for _ in 0..=longest {
        if states.iter().any(|(own, others)| own.contains(&one.len()) && others.contains(&other.len())) {
            return true;
        }
        let mut next: Vec<_> = states
            .iter()
            .flat_map(|(own, others)| ['a', 'b'].map(|letter| (step(&one, own, letter), step(&other, others, letter))))
            .filter(|(own, others)| !own.is_empty() && !others.is_empty())
            .collect();
        next.sort();
        next.dedup();
        states = next;
    }
    false
}

/// Texts that agree often enough to be interesting.
fn parts(alphabet: &'static str) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(alphabet.chars().collect::<Vec<_>>()), 0..14)
        .prop_map(|chars| chars.into_iter().collect())
}

fn arn_like(alphabet: &'static str) -> impl Strategy<Value = String> {
    let part = || {
        proptest::collection::vec(proptest::sample::select(alphabet.chars().collect::<Vec<_>>()), 0..4)
            .prop_map(|chars| chars.into_iter().collect::<String>())
    };
    proptest::collection::vec(part(), 0..8).prop_map(|parts| {
        let mut text = String::from("arn");
        for part in parts {
            text.push(':');
            text.push_str(&part);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn like_is_the_quadratic_reference(pattern in parts("ab*?é"), text in parts("abé")) {
        prop_assert_eq!(plain(&pattern, &text, Mode::Like), like_slowly(&pattern, &text));
    }

    #[test]
    fn like_is_glob_match_behind_an_encoding(pattern in parts("ab*?/[]{}!\\,-"), text in parts("ab/[]{}!\\,-")) {
        prop_assert_eq!(plain(&pattern, &text, Mode::Like), through_glob_match(&pattern, &text));
    }

    #[test]
    fn like_does_not_see_how_its_pattern_is_cut(pattern in parts("ab*?é"), text in parts("abé"), at in 0_usize..14) {
        let at = (0..=at.min(pattern.len())).rev().find(|at| pattern.is_char_boundary(*at)).unwrap();
        let units = [Unit::Wild(&pattern[..at]), Unit::Exact(""), Unit::Wild(&pattern[at..])];
        for mode in [Mode::Like, Mode::Equal, Mode::EqualIgnoreCase, Mode::Action, Mode::Arn, Mode::Resource] {
            prop_assert_eq!(matches(&units, &text, mode), plain(&pattern, &text, mode));
        }
    }

    #[test]
    fn resource_is_the_reference(pattern in arn_like("ab*?:"), text in arn_like("ab:")) {
        prop_assert_eq!(plain(&pattern, &text, Mode::Resource), resource_slowly(&pattern, &text));
    }

    #[test]
    fn resource_is_the_reference_on_any_text(pattern in parts("a:*?"), text in parts("a:é")) {
        prop_assert_eq!(plain(&pattern, &text, Mode::Resource), resource_slowly(&pattern, &text));
    }

    #[test]
    fn arn_is_the_reference(pattern in arn_like("ab*?:"), text in arn_like("ab:")) {
        prop_assert_eq!(plain(&pattern, &text, Mode::Arn), arn_slowly(&pattern, &text));
    }

    #[test]
    fn narrower_modes_match_less(pattern in arn_like("ab*?:"), text in arn_like("ab:")) {
        let [like, resource, arn] = [Mode::Like, Mode::Resource, Mode::Arn].map(|mode| plain(&pattern, &text, mode));
        prop_assert!(like || !resource);
        prop_assert!(resource || !arn);
    }

    #[test]
    fn a_hole_matches_whatever_fills_it(before in arn_like("a*:"), filling in parts("ab:*"), text in arn_like("ab:")) {
        for mode in [Mode::Like, Mode::Equal, Mode::EqualIgnoreCase, Mode::Action, Mode::Arn, Mode::Resource] {
            let filled = format!("{before}{filling}");
            if plain(&filled, &text, mode) {
                prop_assert!(matches(&[Unit::Wild(&before), Unit::Any], &text, mode), "{mode:?}");
            }
        }
    }

    #[test]
    fn a_shape_meets_a_text_as_its_pattern_matches_it(pattern in arn_like("aB*?:é"), text in arn_like("abB:é")) {
        for mode in [Mode::Like, Mode::Equal, Mode::EqualIgnoreCase, Mode::Action, Mode::Resource, Mode::Arn] {
            let lower = text.to_lowercase();
            let text = if matches!(mode, Mode::Action | Mode::EqualIgnoreCase) { &lower } else { &text };
            if mode == Mode::Arn && Arn::parse(text).is_none() {
                continue;
            }
            let exact = Shape::of(&[Unit::Exact(text)], Mode::Equal);
            let shape = Shape::of(&[Unit::Wild(&pattern)], mode);
            prop_assert_eq!(shape.meets(&exact), plain(&pattern, text, mode), "{:?}", mode);
            prop_assert_eq!(exact.meets(&shape), shape.meets(&exact));
        }
    }

    #[test]
    fn shapes_meet_where_a_text_is_of_both(one in parts("ab*?"), other in parts("ab*?"), text in parts("ab")) {
        if plain(&one, &text, Mode::Like) && plain(&other, &text, Mode::Like) {
            let [one, other] = [one, other].map(|own| Shape::of(&[Unit::Wild(&own)], Mode::Like));
            prop_assert!(one.meets(&other) && other.meets(&one));
        }
    }

    #[test]
    fn shapes_that_meet_have_a_text_of_both(one in parts("ab*?"), other in parts("ab*?")) {
        let meet = Shape::of(&[Unit::Wild(&one)], Mode::Like).meets(&Shape::of(&[Unit::Wild(&other)], Mode::Like));
        // a shortest common text leaves nothing to a `*` but what the other pattern asks for there
        let longest = one.len() + other.len();
        prop_assert_eq!(meet, common_text(&one, &other, longest));
    }

    #[test]
    fn exact_text_is_no_wildcard(exact in parts("ab*?:"), text in parts("ab*?:")) {
        for mode in [Mode::Like, Mode::Equal, Mode::EqualIgnoreCase, Mode::Action] {
            prop_assert_eq!(matches(&[Unit::Exact(&exact)], &text, mode), exact == text, "{:?}", mode);
        }
    }
}

#[test]
fn table() {
    let bucket_page = [
        // reference_policies_elements_resource: "can expand to match beyond colon boundaries"
        (Mode::Resource, "arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y", true),
        (Mode::Resource, "arn:aws:s3:::b/*", "arn:aws:s3:::b", false),
        (Mode::Resource, "*", "*", true),
        (Mode::Resource, "*", "arn:aws:s3:::b", true),
        (Mode::Resource, "arn:aws:s3:::*", "*", false),
        (Mode::Resource, "arn:aws:s3*", "arn:aws:s3:::b/x:y", true),
        (Mode::Resource, "arn:aws:s3", "arn:aws:s3:::b", false),
        (Mode::Resource, "arn:*:b", "arn:aws:s3:::b", true),
        (Mode::Resource, "arn:a*s:s3:::b", "arn:aws:s3:::b", true),
        (Mode::Resource, "arn:a*3:::b", "arn:aws:s3:::b", false),
        (Mode::Resource, "arn:aws:logs:*:1:log-group:*:x", "arn:aws:logs:eu-west-1:1:log-group:a:b:x", true),
        (Mode::Resource, "arn:aws:logs:*:1:g", "arn:aws:logs:eu-west-1:2:1:g", true),
        (Mode::Resource, "arn:aws:logs:e*1:1:g", "arn:aws:logs:eu:x-1:1:g", false),
        // reference_policies_elements_condition_operators, Conditions_ARN: its own example
        (
            Mode::Arn,
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            false,
        ),
        (
            Mode::Like,
            "arn:aws:someservice:*:111122223333:finance/*",
            "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
            true,
        ),
        (Mode::Arn, "*", "arn:aws:s3:::b", true),
        (Mode::Arn, "*", "b", false),
        (Mode::Arn, "", "arn:aws:s3:::b", false),
        (Mode::Arn, "arn:aws:s3*", "arn:aws:s3:::b", false),
        (Mode::Arn, "arn:aws:s3:::b*", "arn:aws:s3:::b:c", true),
        // reference_policies_elements_action: "not case sensitive"
        (Mode::Action, "S3:getobject", "s3:GetObject", true),
        (Mode::Action, "iam:*accesskey*", "iam:CreateAccessKey", true),
        (Mode::Action, "s3:Get?bject", "s3:GetObject", true),
        // reference_policies_elements_condition_operators, Conditions_String
        (Mode::Equal, "a*", "a*", true),
        (Mode::Equal, "a*", "ab", false),
        (Mode::EqualIgnoreCase, "ÄB", "äb", true),
        (Mode::EqualIgnoreCase, "a?", "AB", false),
        (Mode::Like, "a?b", "aéb", true),
        (Mode::Like, "a?b", "ab", false),
        (Mode::Like, "Ab", "ab", false),
        (Mode::Like, "", "", true),
        (Mode::Like, "", "a", false),
        (Mode::Like, "*", "", true),
    ];
    for (mode, pattern, text, expected) in bucket_page {
        assert_eq!(plain(pattern, text, mode), expected, "{mode:?} `{pattern}` and `{text}`");
    }
}

#[test]
fn short_arn_patterns_are_told() {
    for (pattern, short) in [("*", false), ("**", false), ("", true), ("arn:aws:s3*", true), ("arn:a:b:c:d:e", false)] {
        assert_eq!(arn_is_short(&[Unit::Wild(pattern)]), short, "`{pattern}`");
    }
    assert!(!arn_is_short(&[Unit::Wild("arn:"), Unit::Any]), "the hole may hold the rest");
}

#[test]
fn a_blank_keeps_out_what_it_lists() {
    let bucket = || Shape::of_form([Field::Text("arn:aws:s3:::"), Field::Blank(Without::Slashes)]);
    let object = || {
        Shape::of_form([
            Field::Text("arn:aws:s3:::"),
            Field::Blank(Without::Slashes),
            Field::Text("/"),
            Field::Blank(Without::Nothing),
        ])
    };
    for (pattern, fits_bucket, fits_object) in [
        ("arn:aws:s3:::reports", true, false),
        ("arn:aws:s3:::reports/*", false, true),
        ("arn:aws:s3:::reports*", true, true),
        ("arn:aws:s3:::*", true, true),
        ("arn:aws:s3*", true, true),
        ("arn:aws:s3:::*/?", false, true),
        ("arn:aws:sns:::*", false, false),
        ("*", true, true),
    ] {
        let own = Shape::of(&[Unit::Wild(pattern)], Mode::Resource);
        assert_eq!((own.meets(&bucket()), own.meets(&object())), (fits_bucket, fits_object), "`{pattern}`");
    }
}

#[test]
fn shapes_of_hostile_patterns_are_instant() {
    let [one, other] = ["a*".repeat(500) + "b", "*a".repeat(500) + "c"].map(|own| Shape::of(&[Unit::Wild(&own)], Mode::Like));
    let start = Instant::now();
    assert!(!one.meets(&other));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

/// Few patterns that part early are told apart in full; many that overlap in ever new ways are given up soon.
#[test]
fn overlaps_of_hostile_patterns_are_given_up_soon() {
    let question = [Unit::Wild("arn:aws:s3:::*")];
    let apart: Vec<String> = (0..150).map(|number| format!("arn:aws:s3:::team-{number}-data/*")).collect();
    let patterns: Vec<Vec<Unit<'_>>> = apart.iter().map(|text| vec![Unit::Wild(text)]).collect();
    // each alone, and none
    assert_eq!(classes(&question, &patterns).map(|texts| texts.len()), Some(151));
    let start = Instant::now();
    let overlapping: Vec<String> = (0..300).map(|number| format!("arn:aws:s3:::*{}*{number}*", number % 7)).collect();
    let patterns: Vec<Vec<Unit<'_>>> = overlapping.iter().map(|text| vec![Unit::Wild(text)]).collect();
    assert_eq!(classes(&question, &patterns), None);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn hostile_patterns_are_instant() {
    let text = "a".repeat(10_000);
    let colons = "a:".repeat(5_000);
    let start = Instant::now();
    for mode in [Mode::Like, Mode::Action, Mode::Arn, Mode::Resource] {
        assert!(!plain("a*a*a*a*a*a*a*a*c", &text, mode));
        assert!(!plain("*a*:*a*:*a*:*a*:*a*:*a*b", &colons, mode));
        assert!(!plain("*:*:*:*:*:*a:*b", &colons, mode));
        assert!(!plain("*:a:a:a:a:a?a?a?a?*c", &colons, mode));
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

/// Texts of all lengths around eight bytes, with what differs in one bit from a letter of the other case, and with what is none.
#[test]
fn a_glance_at_the_beginning_agrees_with_a_look_at_each_byte() {
    let naive = |pattern: &str, text: &str, fold: bool| {
        let fixed = pattern.find(['*', '?']);
        let (own, text) = (&pattern.as_bytes()[..fixed.unwrap_or(pattern.len())], text.as_bytes());
        let same = |other: &[u8]| if fold { own.eq_ignore_ascii_case(other) } else { own == other };
        text.get(..own.len()).is_some_and(same) && (fixed.is_some() || own.len() == text.len())
    };
    let letters = ["a", "A", "b", "@", "`", "[", "{", "*", "?", ":", "\n", "J", "é"];
    let mut state = 7_u64;
    let mut pick = |count: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % count
    };
    let (mut alike, mut other) = (0, 0);
    for _ in 0..200_000 {
        let text: String = (0..pick(20)).map(|_| letters[pick(letters.len())]).collect();
        let changed = |letter: char, own: usize| match own {
            0 => letter.to_ascii_uppercase(),
            1 => (letter as u8 ^ 0x20) as char,
            2 => '*',
            3 => '?',
            _ => letter,
        };
        let mut pattern: String = text.chars().map(|c| if c.is_ascii() { changed(c, pick(24)) } else { c }).collect();
        pattern.truncate((0..=pattern.len()).rev().filter(|&at| pattern.is_char_boundary(at)).nth(pick(2)).unwrap_or(0));
        for fold in [false, true] {
            let told = begins_like(&pattern, &text, fold);
            assert_eq!(told, naive(&pattern, &text, fold), "{pattern:?} {text:?} {fold}");
            *(if told { &mut alike } else { &mut other }) += 1;
        }
    }
    assert!(alike > 50_000 && other > 50_000, "{alike} {other}");
}
