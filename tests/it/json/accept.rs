//! What is JSON and what is not, row by row, in the spirit of `JSONTestSuite`.

use rolecall::syntax::SyntaxFault;
use serde_json::Value;

use super::{POLICIES, agrees_with_oracle, fixtures, with};

const ACCEPT: [&str; 62] = [
    "[]",
    "{}",
    "[ ]",
    "{ }",
    " [] ",
    "\t[]\r\n",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "123456789012345678901234567890",
    "0.1",
    "-0.0",
    "1.25",
    "1e1",
    "1E1",
    "1e+1",
    "1e-1",
    "0e0",
    "0e+0",
    "1.5e10",
    "1e00",
    "-1.5E-3",
    "\"\"",
    "\"a\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\u0022\\\"\"",
    "\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\uD834\\udd1e\"",
    "\"\\uFFFF\\ufdd0\"",
    "\"\\ud7ff\\ue000\"",
    "\"\u{7f}\"",
    "\"\u{2028}\u{2029}\"",
    "\"é𝄞\"",
    "\"\u{feff}\"",
    "\"'\"",
    "\"//\"",
    "\"/* a */\"",
    "\"# a\"",
    "\"“a”\"",
    "\"{[,:]}\"",
    "[null,true,false]",
    "[1,2]",
    "[1 , 2]",
    "[1\n,\n2\n]",
    "[[]]",
    "[[],[[]],{}]",
    "[\"\"]",
    "[1,null,\"a\",[],{}]",
    "{\"\":0}",
    "{\"a\":1,\"b\":2}",
    "{\"a\":[],\"b\":{}}",
    "{ \"a\" : 1 , \"b\" : 2 }",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "{\"a\\u0000b\":1}",
    "{\"\\u0061\":1,\"b\":{\"a\":2}}",
    "\u{feff}{\"a\":1}",
];

const REJECT: [&str; 122] = [
    "",
    " ",
    "\n\t",
    "[",
    "{",
    "]",
    "}",
    "[[",
    "[}",
    "{]",
    "[1",
    "[1,",
    "[1,]",
    "[,]",
    "[,1]",
    "[1,,2]",
    "[1 2]",
    "[1;2]",
    "[\"a\" \"b\"]",
    "[\"a\":1]",
    "[1]]",
    "[1],",
    "[1]x",
    "[][]",
    "{}{}",
    "{},{}",
    "1 2",
    "[1:2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{\"a\":1,,\"b\":2}",
    "{\"a\":1 \"b\":2}",
    "{,}",
    "{:1}",
    "{1:1}",
    "{null:1}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":'b'}",
    "{\"a\"::1}",
    "{\"a\":1:2}",
    "{\"a\",\"b\"}",
    "{[]:1}",
    "{{}:1}",
    "{\"a\"=1}",
    "{\"a\"=>1}",
    "{\"a\":1;\"b\":2}",
    "{(\"a\"):1}",
    "True",
    "NULL",
    "nul",
    "nulll",
    "tru",
    "truefalse",
    "undefined",
    "None",
    "NaN",
    "Infinity",
    "-Infinity",
    "-",
    "+",
    "+1",
    "--1",
    "- 1",
    "01",
    "-01",
    "00",
    "1.",
    "-1.",
    ".1",
    "-.1",
    "1.e1",
    "1e",
    "1e+",
    "1E-",
    "1ee1",
    "1e1.1",
    "1.2.3",
    "0x1",
    "0b1",
    "1_000",
    "1a",
    "1,000",
    "2012-10-17",
    "１",
    "*",
    "$",
    "\"",
    "\"a",
    "'a'",
    "a\"",
    "“a”",
    "‘a’",
    "`a`",
    "\"\\\"",
    "\"\\x\"",
    "\"\\'\"",
    "\"\\u\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"\\U0041\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud800\\u0041\"",
    "\"\\ud800\\ud800\\udc00\"",
    "\"\\udc00\\ud800\"",
    "\"\\é\"",
    "\"\\ \"",
    "\"\t\"",
    "\"\n\"",
    "\"\u{0}\"",
    "\"\u{1f}\"",
    "[1]// a",
    "/* a */ 1",
    "1 # a",
    "\u{a0}[]",
    "[\u{c}]",
    "[]\u{0}",
];

#[test]
fn accepted() {
    for text in ACCEPT {
        with(text, |_, tree| assert_eq!(tree.faults(), [], "of {text:?}"));
        agrees_with_oracle(text);
    }
}

#[test]
fn refused() {
    for text in REJECT {
        with(text, |_, tree| assert_ne!(tree.faults(), [], "of {text:?}"));
        agrees_with_oracle(text);
    }
}

#[test]
fn real_texts() {
    for text in fixtures().iter().map(String::as_str).chain(POLICIES) {
        agrees_with_oracle(text);
        // cut off anywhere, or with one byte lost; of long texts in fewer places
        let places = (200_000 / text.len().max(1)).clamp(20, 100);
        for at in (0..text.len()).filter(|&at| text.is_char_boundary(at)).step_by(1 + text.len() / places) {
            agrees_with_oracle(&text[..at]);
            let rest = text[at..].chars().next().map_or(0, char::len_utf8);
            agrees_with_oracle(&[&text[..at], &text[at + rest..]].concat());
        }
    }
}

#[test]
fn the_suite() {
    /// Holes, which may stand where a value is due.
    const HOLES: [&str; 1] = ["n_structure_angle_bracket_null"];
    let suite: Value = serde_json::from_str(include_str!("suite.json")).unwrap();
    let cases = suite["cases"].as_object().unwrap();
    assert!(cases.len() > 250);
    for (name, text) in cases {
        let text = text.as_str().unwrap();
        let accepted = with(text, |_, tree| tree.faults().iter().all(|fault| fault.kind == SyntaxFault::DuplicateKey));
        let expected = name.starts_with('y') || HOLES.contains(&name.as_str());
        assert_eq!(accepted, expected, "{name}: {text}");
        agrees_with_oracle(text);
    }
}

#[test]
fn intended_differences() {
    // a mark of the byte order
    with("\u{FEFF}[]", |_, tree| assert_eq!(tree.faults(), []));
    // a hole where a value is due
    with("{\"a\": ${b}, <C>: [%s]}", |_, tree| assert_eq!(tree.faults(), []));
    // equal keys, which AWS refuses
    with("{\"a\": 1, \"a\": 1}", |_, tree| assert_eq!(tree.faults()[0].kind, SyntaxFault::DuplicateKey));
    // a number beyond a double is a number; AWS is to judge
    with("1e999", |_, tree| assert_eq!(tree.faults(), []));
    // deeper than the oracle reads
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    with(&deep, |_, tree| assert_eq!(tree.faults(), []));
}
