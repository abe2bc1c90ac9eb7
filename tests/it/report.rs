//! What people see: frames, windows, escapes. Pictures stand here as they are printed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rolecall::finding::{Finding, Label, Severity, Witness};
use rolecall::report::{Checked, Look, human, json, text, unified};
use rolecall::source::{SourceId, Sources, Span};
use serde_json::Value;

use crate::support;

const LOOK: Look = Look { width: 100, colour: false, unicode: true };

/// The span of the `nth` place, from 0, at which `part` stands in a text.
fn span_of(sources: &Sources, id: SourceId, part: &str, nth: usize) -> Span {
    let text = sources.get(id).text();
    let start = text.match_indices(part).nth(nth).unwrap_or_else(|| panic!("`{part}` stands in the text")).0;
    Span::new(id, start as u32, (start + part.len()) as u32)
}

fn finding(span: Span, label: &str) -> Finding {
    Finding {
        rule: "audience-not-pinned",
        severity: Severity::High,
        message: "any identity pool passes this trust policy".to_owned(),
        primary: Label::new(span, label),
        related: Vec::new(),
        help: None,
        witness: None,
        fix: None,
    }
}

/// The frames of a finding: what stands under its headline.
fn frames(finding: &Finding, sources: &Sources, look: Look) -> String {
    // short enough to stay on one line
    let finding = Finding { message: "wrong".to_owned(), ..finding.clone() };
    let shown = human::finding(&finding, sources, look);
    shown.split_once('\n').expect("a headline").1.to_owned()
}

fn one(name: &str, text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    (sources, id)
}

#[track_caller]
fn fits(shown: &str, columns: usize) {
    for line in shown.lines() {
        assert!(text::width(line) <= columns, "{} columns, not {columns}:\n{line}\n\n{shown}", text::width(line));
    }
}

#[test]
fn a_finding_with_all_its_parts() {
    let (sources, id) = one(
        "trust.json",
        "{\n  \"Principal\": {\n    \"Federated\": \"cognito-identity.amazonaws.com\"\n  },\n  \"Action\": \"sts:AssumeRoleWithWebIdentity\"\n}\n",
    );
    let mut finding = finding(span_of(&sources, id, "cognito-identity.amazonaws.com", 0), "no condition on the audience");
    finding.help = Some("require `cognito-identity.amazonaws.com:aud` to be the id of your identity pool".to_owned());
    finding.witness =
        Some(Witness { who: "a guest of any identity pool".to_owned(), claims: r#"{"aud": "eu-west-1:1"}"#.to_owned() });
    let expected = "\
high[audience-not-pinned] any identity pool passes this trust policy
   ╭─[trust.json:3:19]
 2 │   \"Principal\": {
 3 │     \"Federated\": \"cognito-identity.amazonaws.com\"
   ·                   ───────────────┬──────────────
   ·                                  ╰── no condition on the audience
   ╰────
   help: require `cognito-identity.amazonaws.com:aud` to be the id of your identity pool
   witness: a guest of any identity pool
            {\"aud\": \"eu-west-1:1\"}
";
    assert_eq!(human::finding(&finding, &sources, LOOK), expected);
}

#[test]
fn a_minified_policy_shows_a_window() {
    let text = support::read("fixtures/policies/minified-6k.json");
    let (sources, id) = one("minified.json", &text);
    let length = text.len() as u32;
    for width in [100, 60, 40] {
        for start in (0..length - 40).step_by(37) {
            for long in [0, 1, 17, 900] {
                let span = Span::new(id, start, (start + long).min(length));
                for label in ["", "here", "a somewhat longer explanation of what is wrong, as long as they come"] {
                    let shown = human::finding(&finding(span, label), &sources, Look { width, ..LOOK });
                    fits(&shown, width);
                    let words = text::escape(label);
                    assert!(words.split(' ').all(|word| shown.contains(word)), "{shown}");
                }
            }
        }
    }
}

#[test]
fn the_window_keeps_what_is_underlined_and_says_where_it_is() {
    let text = format!("{{\"x\":\"{}\",\"aud\":\"us-east-1:0000-0012\",\"y\":\"{}\"}}", "é".repeat(900), "z".repeat(900));
    let (sources, id) = one("role.json", &text);
    let span = span_of(&sources, id, "us-east-1:0000-0012", 0);
    let shown = frames(&finding(span, "the pool of the documentation"), &sources, Look { width: 60, ..LOOK });
    let expected = "   \
   ╭─[role.json:1:916]
 1 │ …éé\",\"aud\":\"us-east-1:0000-0012\",\"y\":\"zzzzzzzzzzzzzzzz…
   ·             ─────────┬─────────
   ·                      ╰── the pool of the documentation
   ╰────
";
    assert_eq!(shown, expected);
}

#[test]
fn a_span_longer_than_the_window_is_cut_short() {
    let text = format!("{{\"a\":\"{}\"}}", "long ".repeat(100));
    let (sources, id) = one("a.json", &text);
    let shown = frames(
        &finding(span_of(&sources, id, text[6..].trim_end_matches("\"}"), 0), "too long"),
        &sources,
        Look { width: 60, ..LOOK },
    );
    fits(&shown, 60);
    assert!(shown.contains("too long") && shown.contains('…'), "{shown}");
}

#[test]
fn two_files_show_both() {
    let mut sources = Sources::new();
    let pool = sources.add("pool.json", "{\n  \"IdentityPoolId\": \"eu-west-1:1\",\n  \"AllowClassicFlow\": true\n}\n");
    let role = sources.add("role.json", "{\n  \"RoleName\": \"admin\"\n}\n");
    let mut finding = finding(span_of(&sources, role, "admin", 0), "anybody may name this role");
    finding.related.push(Label::new(span_of(&sources, pool, "true", 0), "as the classic flow is open"));
    let expected = "   \
   ╭─[role.json:2:16]
 2 │   \"RoleName\": \"admin\"
   ·                ──┬──
   ·                  ╰── anybody may name this role
   ╰────
   ╭─[pool.json:3:23]
 2 │   \"IdentityPoolId\": \"eu-west-1:1\",
 3 │   \"AllowClassicFlow\": true
   ·                       ──┬─
   ·                         ╰── as the classic flow is open
   ╰────
";
    assert_eq!(frames(&finding, &sources, LOOK), expected);
}

#[test]
fn near_places_share_a_frame_and_far_ones_do_not() {
    let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4,\n  \"e\": 5,\n  \"f\": 6,\n  \"g\": 7,\n  \"h\": 8\n}\n";
    let (sources, id) = one("x.json", text);
    let mut finding = finding(span_of(&sources, id, "2", 0), "this");
    finding.related.push(Label::new(span_of(&sources, id, "3", 0), "and this"));
    finding.related.push(Label::new(span_of(&sources, id, "8", 0), "and that"));
    let expected = "   \
   ╭─[x.json:3:8]
 2 │   \"a\": 1,
 3 │   \"b\": 2,
   ·        ┬
   ·        ╰── this
 4 │   \"c\": 3,
   ·        ┬
   ·        ╰── and this
 5 │   \"d\": 4,
   ╰────
   ╭─[x.json:9:8]
 8 │   \"g\": 7,
 9 │   \"h\": 8
   ·        ┬
   ·        ╰── and that
   ╰────
";
    assert_eq!(frames(&finding, &sources, LOOK), expected);
}

#[test]
fn several_places_of_one_line() {
    let (sources, id) = one("x.json", r#"{"StringLike": {"aud": "a", "aud": "b"}}"#);
    let mut finding = finding(span_of(&sources, id, "aud", 1), "again");
    finding.related.push(Label::new(span_of(&sources, id, "aud", 0), "first here"));
    let expected = "   \
   ╭─[x.json:1:30]
 1 │ {\"StringLike\": {\"aud\": \"a\", \"aud\": \"b\"}}
   ·                  ─┬─         ─┬─
   ·                   │           ╰── again
   ·                   ╰── first here
   ╰────
";
    assert_eq!(frames(&finding, &sources, LOOK), expected);
    // one inside the other: an underline for each, in frames of their own
    finding.primary.span = span_of(&sources, id, r#"aud": "a"#, 0);
    assert_eq!(frames(&finding, &sources, LOOK).matches("╭─[").count(), 2);
}

#[test]
fn the_same_place_twice_is_underlined_once() {
    let (sources, id) = one("x.json", r#"{"a": 1}"#);
    let mut finding = finding(span_of(&sources, id, "1", 0), "one");
    finding.related.push(Label::new(span_of(&sources, id, "1", 0), "two"));
    assert!(frames(&finding, &sources, LOOK).contains("╰── one; two\n"));
}

#[test]
fn line_ends_tabs_and_wide_characters() {
    let (sources, id) = one("x.json", "\u{FEFF}{\r\n\t\"日本語😀é\": \"x\",\r\n\t\"b\": 1\r\n}\r\n");
    let shown = frames(&finding(span_of(&sources, id, "x", 0), "here"), &sources, LOOK);
    let expected = "   \
   ╭─[x.json:2:12]
 2 │     \"日本語😀é\": \"x\",
   ·                   ┬
   ·                   ╰── here
 3 │     \"b\": 1
   ╰────
";
    assert_eq!(shown, expected);
    let wide = frames(&finding(span_of(&sources, id, "日本語😀é", 0), "nine columns"), &sources, LOOK);
    assert!(wide.contains("   ·      ────┬────\n   ·          ╰── nine columns\n"), "{wide}");
}

#[test]
fn an_empty_place_is_marked_wherever_it_is() {
    let (sources, id) = one("x.json", "{\"a\": 1\n\"b\": 2");
    let at = |offset| frames(&finding(Span::new(id, offset, offset), "a comma"), &sources, LOOK);
    assert!(at(0).contains(" 1 │ {\"a\": 1\n   · ▲\n   · ╰── a comma\n"), "{}", at(0));
    assert!(at(7).contains(" 1 │ {\"a\": 1\n   ·        ▲\n   ·        ╰── a comma\n"), "{}", at(7));
    assert!(at(14).contains(" 2 │ \"b\": 2\n   ·       ▲\n   ·       ╰── a comma\n"), "{}", at(14));
    assert!(at(900).contains("x.json:2:7"), "{}", at(900));
}

#[test]
fn an_input_without_text_is_named() {
    let (sources, id) = one("gone.json", "");
    assert_eq!(frames(&finding(Span::new(id, 0, 0), ""), &sources, LOOK), "   ╶─[gone.json]\n");
}

#[test]
fn nothing_of_the_user_can_move_the_cursor_or_turn_the_direction() {
    let evil = "a\u{202E}b\u{1B}[31mc\u{200B}d\u{7}e\u{2066}\u{0}\u{9B}";
    let (sources, id) = one(&format!("x{evil}.json"), &format!("{{\"{evil}\": \"value\"}}"));
    let mut finding = finding(span_of(&sources, id, "value", 0), evil);
    finding.message = evil.to_owned();
    finding.help = Some(evil.to_owned());
    finding.witness = Some(Witness { who: evil.to_owned(), claims: evil.to_owned() });
    let shown = human::finding(&finding, &sources, LOOK);
    assert_eq!(shown.lines().map(text::escape).collect::<Vec<_>>().join("\n") + "\n", shown);
    assert!(shown.contains(r#"{"a\u{202E}b\u{1B}[31mc\u{200B}d\u{7}e\u{2066}\u{0}\u{9B}": "value"}"#), "{shown}");
    // the underline stands under what it means
    let lines: Vec<&str> = shown.lines().collect();
    let row = lines.iter().position(|line| line.contains("──┬──")).expect("an underline");
    let column = |line: &str, part: &str| text::width(&line[..line.find(part).expect("a part")]);
    assert_eq!(column(lines[row], "──┬──"), column(lines[row - 1], "value"));
}

#[test]
fn without_unicode_only_text_of_the_user_is_outside_ascii() {
    let text = format!("{{\"x\":\"{}\",\"aud\":\"y\"}}", "z".repeat(300));
    let (sources, id) = one("x.json", &text);
    let look = Look { unicode: false, width: 60, ..LOOK };
    let mut checked =
        Checked { findings: vec![finding(span_of(&sources, id, "aud", 0), "here")], looked_at: 1, ..Checked::default() };
    checked.pass_over("not JSON");
    let shown = human::checked(&checked, &sources, look);
    assert!(shown.is_ascii(), "{shown}");
    assert!(shown.contains("...zz") && shown.contains('^'), "{shown}");
    fits(&shown, 60);
}

#[test]
fn colours_do_not_change_what_is_said() {
    let (sources, id) = one("x.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
    let mut finding = finding(span_of(&sources, id, "2", 0), "this");
    finding.related.push(Label::new(span_of(&sources, id, "1", 0), "and this"));
    finding.help = Some("help".to_owned());
    let checked = Checked { findings: vec![finding], looked_at: 1, ..Checked::default() };
    let colourful = human::checked(&checked, &sources, Look { colour: true, ..LOOK });
    let mut plain = String::new();
    let mut rest = colourful.as_str();
    while let Some((before, behind)) = rest.split_once('\u{1B}') {
        plain.push_str(before);
        rest = behind.split_once('m').expect("a whole code").1;
    }
    plain.push_str(rest);
    assert!(colourful.contains("\u{1B}[31"), "{colourful}");
    assert_eq!(plain, human::checked(&checked, &sources, LOOK));
}

#[test]
fn the_last_line_sums_up() {
    let (sources, id) = one("x.json", "{}");
    let mut checked = Checked { looked_at: 9, ..Checked::default() };
    assert_eq!(human::checked(&checked, &sources, LOOK), "no findings in 9 files\n");
    checked.pass_over("without a policy");
    checked.pass_over("without a policy");
    checked.pass_over("over 1 GiB");
    checked.looked_at = 1;
    assert_eq!(
        human::checked(&checked, &sources, LOOK),
        "no findings in 1 file; not looked at: 2 (without a policy), 1 (over 1 GiB)\n"
    );
    let low = Finding { severity: Severity::Low, ..finding(Span::new(id, 0, 1), "") };
    checked.findings = vec![low.clone(), finding(Span::new(id, 0, 1), ""), low];
    let shown = human::checked(&checked, &sources, LOOK);
    assert!(shown.ends_with("\n\n1 high, 2 low in 1 file; not looked at: 2 (without a policy), 1 (over 1 GiB)\n"), "{shown}");
}

#[test]
fn text_is_broken_at_spaces_only() {
    let (sources, id) = one("x.json", "{}");
    let mut finding = finding(Span::new(id, 0, 1), "");
    let help = "require ForAnyValue:StringLike on cognito-identity.amazonaws.com:amr to be authenticated and nothing else at all";
    finding.help = Some(help.to_owned());
    let shown = human::finding(&finding, &sources, Look { width: 50, ..LOOK });
    fits(&shown, 50);
    assert!(shown.contains("cognito-identity.amazonaws.com:amr"), "{shown}");
}

#[test]
fn json_has_places_for_people_and_for_programs() {
    let mut sources = Sources::new();
    let id = sources.add("x.json", "{\n  \"é\": \"äb\"\n}\n");
    let mut finding = finding(span_of(&sources, id, "b", 0), "here");
    finding.witness = Some(Witness { who: "a guest".to_owned(), claims: r#"{"aud": "x"}"#.to_owned() });
    let checked =
        Checked { findings: vec![finding], looked_at: 1, passed_over: vec![("not JSON".to_owned(), 2)], ..Checked::default() };
    let report: Value = serde_json::from_str(&json::checked(&checked, &sources)).expect("JSON");
    assert_eq!(report["version"], 1);
    let finding = &report["findings"][0];
    for (name, wanted) in [("line", 2), ("column", 10), ("endLine", 2), ("endColumn", 11), ("start", 13), ("end", 14)] {
        assert_eq!(finding[name], wanted, "{name}");
    }
    assert_eq!((&finding["rule"], &finding["severity"]), (&Value::from("audience-not-pinned"), &Value::from("high")));
    assert_eq!((&finding["path"], &finding["label"]), (&Value::from("x.json"), &Value::from("here")));
    assert_eq!(finding["witness"]["claims"]["aud"], "x");
    assert_eq!(report["summary"]["findings"]["high"], 1);
    assert_eq!(report["summary"]["passedOver"][0]["files"], 2);
}

/// What a diff leaves in its place is as much as can be, and in both texts.
#[test]
fn a_diff_keeps_the_longest_list_of_lines() {
    let lines = |text: &str| text.chars().flat_map(|letter| [letter, '\n']).collect::<String>();
    for (old, new, kept) in
        [("abcabba", "cbabac", 4), ("x", "ab", 0), ("ab", "x", 0), ("xaby", "ab", 2), ("ab", "xaby", 2), ("abc", "abxc", 3)]
    {
        let told = unified("x", &lines(old), &lines(new), LOOK);
        let with = |mark: char| told.lines().skip(3).filter_map(|line| line.strip_prefix(mark)).collect::<String>();
        assert_eq!(with(' ').len(), kept, "{told}");
        assert_eq!((with('-').len() + kept, with('+').len() + kept), (old.len(), new.len()), "{told}");
        let side = |mark: char| {
            told.lines().skip(3).filter(|line| line.starts_with([' ', mark])).map(|line| &line[1..]).collect::<String>()
        };
        assert_eq!((side('-').as_str(), side('+').as_str()), (old, new), "{told}");
    }
}

proptest! {
    /// Whatever the text and the places: nothing panics, no line is too wide, every word of every label is there.
    #[test]
    fn any_text_with_any_places_is_drawn(
        parts in vec(select(&["a", " ", "\"", "é", "日", "😀", "e\u{301}", "\t", "\n", "\r\n", "\r", "\u{202E}", "\u{FEFF}", "\0", "{}", "word ", "long-long-long "][..]), 0..200),
        places in vec((any::<Index>(), any::<Index>(), "[a-z]{0,12}( [a-z]{1,12}){0,6}"), 1..6),
        width in 40_usize..120,
    ) {
        let text: String = parts.concat();
        let (sources, id) = one("x.json", &text);
        let bounds: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        let mut labels = places.iter().map(|(start, end, words)| {
            let (start, end) = (*start.get(&bounds), *end.get(&bounds));
            Label::new(Span::new(id, start.min(end), start.max(end)), words.clone())
        });
        let mut finding = finding(Span::new(id, 0, 0), "");
        finding.primary = labels.next().expect("one place at least");
        finding.related = labels.collect();
        let shown = frames(&finding, &sources, Look { width, ..LOOK });
        for line in shown.lines() {
            prop_assert!(text::width(line) <= width, "{} > {width}: {line}\n{shown}", text::width(line));
        }
        for word in places.iter().flat_map(|(_, _, words)| words.split(' ')) {
            prop_assert!(shown.contains(word), "{word} is missing:\n{shown}");
        }
    }
}
