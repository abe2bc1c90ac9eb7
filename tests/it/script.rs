//! Edits of policies as they are written: what was around them stays as it was.

use proptest::prelude::*;
use rolecall::finding::Edit;
use rolecall::policy::{Policy, PolicyKind, read};
use rolecall::script::{Script, apply, without_twin};
use rolecall::source::{Sources, Span};
use rolecall::syntax::{Text, json};
use serde_json::{Value, json};

/// The text with the edits that `edit` makes of a policy in it; none where it makes none.
fn edited(text: &str, edit: impl FnOnce(&Script<'_, '_>, &Policy<'_>) -> Option<Vec<Edit>>) -> Option<String> {
    let mut sources = Sources::new();
    let id = sources.add("policy.json", text);
    let tree = json::read(id, sources.get(id).text());
    let policy = read(tree.root(), PolicyKind::Identity);
    let edits = edit(&Script::of(&sources, &policy).expect("a policy in JSON"), &policy)?;
    Some(apply(text, Span::new(id, 0, text.len() as u32), &edits).expect("edits that fit"))
}

fn actions<'p, 's>(policy: &'p Policy<'s>) -> Vec<&'p Text<'s>> {
    policy.statements[0].actions.as_ref().expect("actions").list.iter().map(|own| &own.text).collect()
}

#[test]
fn items_go_with_what_parts_them_from_others() {
    for (list, gone, left) in [
        (r#"["a:b","c:d","e:f"]"#, &[0][..], r#"["c:d","e:f"]"#),
        (r#"["a:b","c:d","e:f"]"#, &[1], r#"["a:b","e:f"]"#),
        (r#"["a:b","c:d","e:f"]"#, &[2], r#"["a:b","c:d"]"#),
        (r#"["a:b","c:d","e:f"]"#, &[0, 1], r#"["e:f"]"#),
        (r#"["a:b","c:d","e:f"]"#, &[1, 2], r#"["a:b"]"#),
        (r#"["a:b","c:d","e:f"]"#, &[0, 2], r#"["c:d"]"#),
        (r#"[ "a:b" , "c:d" ]"#, &[0], r#"[ "c:d" ]"#),
        (r#"[ "a:b" , "c:d" ]"#, &[1], r#"[ "a:b" ]"#),
        ("[\n    \"a:b\",\n    \"c:d\"\n  ]", &[0], "[\n    \"c:d\"\n  ]"),
        ("[\n    \"a:b\",\n    \"c:d\"\n  ]", &[1], "[\n    \"a:b\"\n  ]"),
        ("[\r\n\t\"a:b\",\r\n\t\"c:d\"\r\n]", &[1], "[\r\n\t\"a:b\"\r\n]"),
        // commas that are too many stay, and comments of what goes away go with it
        (r#"["a:b","c:d",]"#, &[1], r#"["a:b",]"#),
        ("[\"a:b\", // the first\n \"c:d\"]", &[0], "[\"c:d\"]"),
    ] {
        let policy = |list: &str| {
            format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{list},"Resource":"*"}}]}}"#)
        };
        let new = edited(&policy(list), |script, policy| script.without(&actions(policy), gone));
        assert_eq!(new, Some(policy(left)), "{list} without {gone:?}");
    }
    let all = edited(r#"{"Statement":[{"Action":["a:b"]}]}"#, |script, policy| script.without(&actions(policy), &[0]));
    assert_eq!(all, None);
}

#[test]
fn members_go_with_what_parts_them_from_others() {
    for (statement, left) in [
        (r#"{"Sid":"","Effect":"Allow"}"#, r#"{"Effect":"Allow"}"#),
        (r#"{"Effect":"Allow","Sid":""}"#, r#"{"Effect":"Allow"}"#),
        (r#"{ "Effect": "Allow", "Sid": "", "Action": [] }"#, r#"{ "Effect": "Allow", "Action": [] }"#),
        ("{\n  \"Sid\": \"\",\n  \"Effect\": \"Allow\"\n}", "{\n  \"Effect\": \"Allow\"\n}"),
        ("{\r\n  \"Effect\": \"Allow\",\r\n  \"Sid\": \"\"\r\n}", "{\r\n  \"Effect\": \"Allow\"\r\n}"),
        (r#"{"Sid":""}"#, "{}"),
    ] {
        let policy = |statement: &str| format!(r#"{{"Statement":[{statement}]}}"#);
        let new = edited(&policy(statement), |script, policy| {
            let own = &policy.statements[0];
            script.without_member_before(own.range, own.sid.as_ref()?.span())
        });
        assert_eq!(new, Some(policy(left)), "{statement}");
    }
}

#[test]
fn a_member_comes_with_the_white_space_of_its_neighbours() {
    for (old, new) in [
        (r#"{"Statement":[]}"#, r#"{"Version":"2012-10-17","Statement":[]}"#),
        (r#"{"Statement": []}"#, r#"{"Version": "2012-10-17", "Statement": []}"#),
        (r#"{ "Statement": [] }"#, r#"{ "Version": "2012-10-17", "Statement": [] }"#),
        ("{\n    \"Statement\": []\n}", "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": []\n}"),
        ("{\r\n\t\"Statement\" : []\r\n}", "{\r\n\t\"Version\" : \"2012-10-17\",\r\n\t\"Statement\" : []\r\n}"),
    ] {
        assert_eq!(edited(old, |script, _| script.with_first_member("Version", "2012-10-17")).as_deref(), Some(new));
    }
    assert_eq!(edited("{ // mine\n \"Statement\": [] }", |script, _| script.with_first_member("Version", "x")), None);
}

#[test]
fn strings_are_written_as_strings() {
    let sid = |value: &str| format!(r#"{{"Statement":[{{"Sid":"{value}"}}]}}"#);
    for (old, value, new) in
        [("a", "b", "b"), ("", "b", "b"), ("a", "q\"\\\n", "q\\\"\\\\\\n"), ("\\u0041x", "b", "b"), ("é", "ü", "ü")]
    {
        let written = edited(&sid(old), |script, policy| {
            script.write(policy.statements[0].sid.as_ref()?.span(), value).map(|edit| vec![edit])
        });
        assert_eq!(written, Some(sid(new)));
    }
    let parts = edited(r#"{"Statement":[{"Action":"a:b, c:d"}]}"#, |script, policy| {
        script.split(actions(policy)[0].span(), &["a:b", "c:d"]).map(|edit| vec![edit])
    });
    assert_eq!(parts.as_deref(), Some(r#"{"Statement":[{"Action":["a:b", "c:d"]}]}"#));
    let packed = edited("{ \"Statement\" : [ { \"Sid\": \"a \\\" b\" } ] }\n", |script, _| script.packed());
    assert_eq!(packed.as_deref(), Some("{\"Statement\":[{\"Sid\":\"a \\\" b\"}]}\n"));
}

#[test]
fn twins_go_where_they_say_the_same() {
    let twin = |text: &str, key: &str| {
        let mut sources = Sources::new();
        let id = sources.add("a.json", text);
        let at = |from: usize| text[from..].find(key).map(|at| Span::new(id, (from + at) as u32, (from + at + key.len()) as u32));
        let first = at(0)?;
        let edits = without_twin(&sources, at(first.end as usize)?, first)?;
        apply(text, Span::new(id, 0, text.len() as u32), &edits)
    };
    assert_eq!(twin(r#"{"Sid": "a", "x": 1, "Sid": "a"}"#, "Sid").as_deref(), Some(r#"{"Sid": "a", "x": 1}"#));
    assert_eq!(twin(r#"{"Sid": "a", "x": 1, "Sid": "b"}"#, "Sid"), None);
}

/// Ways to write JSON: between parts, behind colons, and at the ends of lines.
const STYLES: [[&str; 3]; 5] =
    [["", "", ""], [" ", " ", ""], ["\n    ", " ", "\n"], ["\r\n\t", " ", "\r\n"], ["\n", "  ", "\n\n"]];

fn policy_of(actions: &[String], [part, colon, end]: [&str; 3]) -> String {
    let list = actions.iter().map(|own| Value::from(own.as_str()).to_string()).collect::<Vec<_>>().join(&format!(",{part}"));
    format!(
        "{{{part}\"Statement\":{colon}[{{{part}\"Sid\":{colon}\"a\",{part}\"Action\":{colon}[{part}{list}{end}]{end}}}]{end}}}{end}"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is left after some items are taken out is the same list without them, whatever they hold and however they are written.
    #[test]
    fn the_others_stay(
        items in proptest::collection::vec(("[ -~é\"\\\\,\\]\\[]{0,8}", any::<bool>()), 1..8),
        style in proptest::sample::select(&STYLES[..]),
    ) {
        let texts: Vec<String> = items.iter().map(|(text, _)| text.clone()).collect();
        let old = policy_of(&texts, style);
        let gone: Vec<usize> = items.iter().enumerate().filter(|(_, (_, gone))| *gone).map(|(at, _)| at).collect();
        let new = edited(&old, |script, policy| {
            (actions(policy).len() == texts.len()).then(|| script.without(&actions(policy), &gone)).flatten()
        });
        let kept: Vec<&String> = items.iter().filter(|(_, gone)| !gone).map(|(text, _)| text).collect();
        match new {
            Some(new) => {
                let left: Value = serde_json::from_str(&new).expect("JSON");
                prop_assert_eq!(&left["Statement"][0]["Action"], &json!(kept));
                // nothing but items and what parts them is gone
                let same: Vec<String> = kept.into_iter().cloned().collect();
                prop_assert_eq!(new, policy_of(&same, style));
            }
            None => prop_assert!(gone.is_empty() || kept.is_empty()),
        }
    }
}
