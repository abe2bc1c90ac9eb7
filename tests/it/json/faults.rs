//! What is said of texts that are not quite JSON: each mistake once, at its place; and what is read all the same.

use rolecall::syntax::{Kind, Node};

use super::{shown, with};

/// Asserts every row of [`TEXTS`]; tells all rows that differ at once.
#[test]
fn faults() {
    let mut wrong = String::new();
    for (text, faults, reading) in TEXTS {
        with(text, |sources, tree| {
            let found: Vec<_> = tree.faults().iter().map(|fault| shown(sources, fault)).collect();
            let read = sketch(tree.root());
            if found != *faults || read != *reading {
                wrong.extend([format!("{text}\nis read as {read}\nwith {found:#?}\n\n")]);
            }
        });
    }
    assert_eq!(wrong, "");
}

/// A tree without quotes: `?` is nothing, `?word` something that is no value, guillemets hold a hole.
fn sketch(node: Node<'_, '_>) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match node.kind() {
        Kind::List => format!("[{}]", list(node.items().map(sketch).collect())),
        Kind::Map => format!("{{{}}}", list(node.entries().map(|e| format!("{}: {}", sketch(e.key), sketch(e.value))).collect())),
        Kind::Hole => format!("«{}»", node.written()),
        Kind::Wrong => format!("?{}", node.written()),
        _ => node.string().unwrap_or(node.written().into()).into_owned(),
    }
}

/// A text, its faults as ``line:column Kind `underlined` of line:column `related` ``, and what is read.
#[rustfmt::skip]
const TEXTS: &[(&str, &[&str], &str)] = &[
    // a comma too few or too many
    (r#"{
  "Version": "2012-10-17"
  "Statement": []
}"#, &[
        "2:26 MissingComma ``",
    ], "{Version: 2012-10-17, Statement: []}"),
    (r#"{
  "Statement": [
    { "Effect": "Allow" }
    { "Effect": "Deny" }
  ]
}"#, &[
        "3:26 MissingComma ``",
    ], "{Statement: [{Effect: Allow}, {Effect: Deny}]}"),
    (r#"{
  "Action": ["s3:GetObject" "s3:PutObject"],
  "Resource": "*",
}"#, &[
        "2:28 MissingComma ``",
        "3:18 ExtraComma `,`",
    ], "{Action: [s3:GetObject, s3:PutObject], Resource: *}"),
    (r#"{
  "Action": ["s3:GetObject",, "s3:PutObject",],
}"#, &[
        "2:29 ExtraComma `,`",
        "2:45 ExtraComma `,`",
        "2:47 ExtraComma `,`",
    ], "{Action: [s3:GetObject, s3:PutObject]}"),
    (r#"{"a": "b" "c": "d"}"#, &[
        "1:10 MissingComma ``",
    ], "{a: b, c: d}"),
    (r#"{"a": 1 b: 2}"#, &[
        "1:8 MissingComma ``",
        "1:9 KeyNotString `b`",
    ], "{a: 1, b: 2}"),
    (r#"["a" true null 1]"#, &[
        "1:5 MissingComma ``",
        "1:10 MissingComma ``",
        "1:15 MissingComma ``",
    ], "[a, true, null, 1]"),
    (r#"{ , "a": 1}"#, &[
        "1:3 ExtraComma `,`",
    ], "{a: 1}"),
    (r#"{"a": "b", }"#, &[
        "1:10 ExtraComma `,`",
    ], "{a: b}"),
    (r#"{ "Effect": "Allow"; "Action": "*" }"#, &[
        "1:20 MissingComma `;`",
    ], "{Effect: Allow, Action: *}"),
    // a bracket too few
    (r#"{
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "*"
  ]
}"#, &[
        "6:22 UnclosedBracket `` of 3:5 `{`",
    ], "{Statement: [{Effect: Allow, Action: s3:GetObject, Resource: *}]}"),
    (r#"{
  "Statement": [
    {
      "Effect": "Allow",
      "Condition": {
        "StringEquals": {
          "aws:SourceVpc": "vpc-1"
      }
    }
  ]
}"#, &[
        "7:35 UnclosedBracket `` of 6:25 `{`",
    ], "{Statement: [{Effect: Allow, Condition: {StringEquals: {aws:SourceVpc: vpc-1}}}]}"),
    (r#"{
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [ "s3:GetObject", "s3:PutObject",
      "Resource": "*"
    }
  ]
}"#, &[
        "5:49 UnclosedBracket `` of 5:17 `[`",
    ], "{Statement: [{Effect: Allow, Action: [s3:GetObject, s3:PutObject], Resource: *}]}"),
    (r#"{"Principal": {"AWS": "arn:aws:iam::1:root", "Effect": "Allow"}"#, &[
        "1:64 UnclosedBracket `` of 1:1 `{`",
    ], "{Principal: {AWS: arn:aws:iam::1:root, Effect: Allow}}"),
    (r#"{
  "Statement": [
    "Effect": "Allow",
    "Action": "s3:*"
  ]
}"#, &[
        "3:5 LostBracket `` of 3:6 `Effect`",
        "4:21 UnclosedBracket `` of 3:5 ``",
    ], "{Statement: [{Effect: Allow, Action: s3:*}]}"),
    (r#"{
  "Statement": [
      "Effect": "Allow",
      "Action": "s3:*"
    },
    {
      "Effect": "Deny",
      "Action": "s3:*"
    }
  ]
}"#, &[
        "3:7 LostBracket `` of 3:8 `Effect`",
    ], "{Statement: [{Effect: Allow, Action: s3:*}, {Effect: Deny, Action: s3:*}]}"),
    (r#""Version": "2012-10-17",
"Statement": []"#, &[
        "1:1 LostBracket `` of 1:2 `Version`",
        "2:16 UnclosedBracket `` of 1:1 ``",
    ], "{Version: 2012-10-17, Statement: []}"),
    ("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    { \"Effect\": \"Allow\" }\n  ]\n", &[
        "5:4 UnclosedBracket `` of 1:1 `{`",
    ], "{Version: 2012-10-17, Statement: [{Effect: Allow}]}"),
    // braces lost on the way to a web page
    (r#"  "Version": "2012-10-17",
  "Statement": [
      "Effect": "Allow",
      "Principal": {
        "Federated": ""
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "": "us-east-1:6f2d9b40-3c1e-4a57-9d08-b1c7e2a4f935"
        "ForAnyValue:StringLike": {
          "": "authenticated"
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::111122223333:role/service-role/orders-api"
      "Action": "sts:AssumeRole""#, &[
        "1:3 LostBracket `` of 1:4 `Version`",
        "3:7 LostBracket `` of 3:8 `Effect`",
        "5:24 UnclosedBracket `` of 4:20 `{`",
        "9:63 UnclosedBracket `` of 8:25 `{`",
        "11:30 UnclosedBracket `` of 10:35 `{`",
        "11:30 UnclosedBracket `` of 7:20 `{`",
        "11:30 UnclosedBracket `` of 3:7 ``",
        "12:7 LostBracket `` of 12:8 `Effect`",
        "14:72 UnclosedBracket `` of 13:20 `{`",
        "15:33 UnclosedBracket `` of 12:7 ``",
        "15:33 UnclosedBracket `` of 2:16 `[`",
        "15:33 UnclosedBracket `` of 1:3 ``",
    ], "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Federated: }, Action: sts:AssumeRoleWithWebIdentity, Condition: {StringEquals: {: us-east-1:6f2d9b40-3c1e-4a57-9d08-b1c7e2a4f935}, ForAnyValue:StringLike: {: authenticated}}}, {Effect: Allow, Principal: {AWS: arn:aws:iam::111122223333:role/service-role/orders-api}, Action: sts:AssumeRole}]}"),
    // what the columns tell
    (r#"{
  "Statement": [
    {
      "Principal": {
        "Service": "lambda.amazonaws.com",
      "Action": "sts:AssumeRole"
    }
  ]
}"#, &[
        "5:42 UnclosedBracket `` of 4:20 `{`",
    ], "{Statement: [{Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}"),
    (r#"{
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:*"
    {
      "Effect": "Deny",
      "Action": "s3:*"
    }
  ]
}"#, &[
        "5:23 UnclosedBracket `` of 3:5 `{`",
    ], "{Statement: [{Effect: Allow, Action: s3:*}, {Effect: Deny, Action: s3:*}]}"),
    (r#"{
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:*"]
      "Effect": "Deny",
      "Action": ["s3:*"]
    }
  ]
}"#, &[
        "5:25 UnclosedBracket `` of 3:5 `{`",
        "6:7 LostBracket `` of 6:8 `Effect`",
    ], "{Statement: [{Effect: Allow, Action: [s3:*]}, {Effect: Deny, Action: [s3:*]}]}"),
    (r#"{
  "Statement": [
    {
      "Principal":
        "Service": "lambda.amazonaws.com"
      },
      "Effect":
      "Action": "sts:AssumeRole"
    }
  ]
}"#, &[
        "5:9 LostBracket `` of 5:10 `Service`",
        "7:16 MissingValue ``",
    ], "{Statement: [{Principal: {Service: lambda.amazonaws.com}, Effect: ?, Action: sts:AssumeRole}]}"),
    (r#"{
  "Statement": [
    {
      "Principal": {"AWS": "*"}},
      "Action": "sts:AssumeRole"
    }
  ]
}"#, &[
        "4:32 StrayBracket `}`",
    ], "{Statement: [{Principal: {AWS: *}, Action: sts:AssumeRole}]}"),
    // the columns tell nothing
    (r#"{"Statement": {"Effect": "Allow"}, {"Effect": "Deny"}], "Version": "2012-10-17"}"#, &[
        "1:15 LostBracket `` of 1:15 `{`",
    ], "{Statement: [{Effect: Allow}, {Effect: Deny}], Version: 2012-10-17}"),
    (r#"{"Statement": {"Effect": "Allow"}, {"Effect": "Deny"}}"#, &[
        "1:15 LostBracket `` of 1:15 `{`",
        "1:54 UnclosedBracket `` of 1:15 ``",
    ], "{Statement: [{Effect: Allow}, {Effect: Deny}]}"),
    (r#"{
"Statement": [
{
"Effect": "Allow",
"Action": "s3:*"
]
}"#, &[
        "5:17 UnclosedBracket `` of 3:1 `{`",
    ], "{Statement: [{Effect: Allow, Action: s3:*}]}"),
    (r#"{"Statement": [{"Action": "s3:*", "Resource": "*" {"Action": "s3:*"}]}"#, &[
        "1:50 UnclosedBracket `` of 1:16 `{`",
    ], "{Statement: [{Action: s3:*, Resource: *}, {Action: s3:*}]}"),
    (r#"{"Statement": [{"Action": "s3:*", "Resource": "*", {"Action": "s3:*"}]}"#, &[
        "1:50 UnclosedBracket `` of 1:16 `{`",
    ], "{Statement: [{Action: s3:*, Resource: *}, {Action: s3:*}]}"),
    (r#"{"Action": ["a", "b" "Resource": "*"}"#, &[
        "1:21 UnclosedBracket `` of 1:12 `[`",
    ], "{Action: [a, b], Resource: *}"),
    (r#"{"Resource": [${b.arn}, ${b.arn}/*, arn:aws:s3:::${b}/*]}"#, &[
        "1:25 BareWord `${b.arn}/*`",
        "1:37 BareWord `arn:aws:s3:::${b}/*`",
    ], "{Resource: [«${b.arn}», «${b.arn}/*», ?arn:aws:s3:::${b}/*]}"),
    // the text is cut off
    (r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "s3:Get"#, &[
        r#"6:17 UnclosedString `"s3:Get`"#,
        "6:24 UnclosedBracket `` of 4:5 `{`",
        "6:24 UnclosedBracket `` of 3:16 `[`",
        "6:24 UnclosedBracket `` of 1:1 `{`",
    ], "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: s3:Get}]}"),
    (r#"{"a": 1,"#, &[
        "1:9 UnclosedBracket `` of 1:1 `{`",
    ], "{a: 1}"),
    (r#"{"a""#, &[
        "1:5 UnclosedBracket `` of 1:1 `{`",
    ], "{a: ?}"),
    (r#""a"#, &[
        r#"1:1 UnclosedString `"a`"#,
    ], "a"),
    (r#"{"a": "b"#, &[
        r#"1:7 UnclosedString `"b`"#,
        "1:9 UnclosedBracket `` of 1:1 `{`",
    ], "{a: b}"),
    // a bracket too many, or another
    (r#"{
  "Statement": [
    { "Effect": "Allow" }
  ]
}
}"#, &[
        "6:1 StrayBracket `}`",
    ], "{Statement: [{Effect: Allow}]}"),
    (r#"{
  "Statement": [
    { "Effect": "Allow" }}
  ]
}"#, &[
        "3:26 StrayBracket `}`",
    ], "{Statement: [{Effect: Allow}]}"),
    ("[1, 2]]", &[
        "1:7 StrayBracket `]`",
    ], "[1, 2]"),
    (r#"{"a": [1, 2, {"b": 3 }"#, &[
        "1:23 UnclosedBracket `` of 1:7 `[`",
        "1:23 UnclosedBracket `` of 1:1 `{`",
    ], "{a: [1, 2, {b: 3}]}"),
    (r#"{"a": [1, 2}"#, &[
        "1:12 UnclosedBracket `` of 1:7 `[`",
    ], "{a: [1, 2]}"),
    (r#"{"a": 1]"#, &[
        "1:8 StrayBracket `]` of 1:1 `{`",
    ], "{a: 1}"),
    (r#"{"a": [1]], "b": 2}"#, &[
        "1:10 StrayBracket `]`",
    ], "{a: [1], b: 2}"),
    ("[[1, 2}, 3]", &[
        "1:7 StrayBracket `}` of 1:2 `[`",
    ], "[[1, 2], 3]"),
    (r#"{ "a": {"b": [1, 2}} "#, &[
        "1:19 UnclosedBracket `` of 1:14 `[`",
    ], "{a: {b: [1, 2]}}"),
    (r#"{"Action": ["s3:Get"}, "Effect": "Allow"}"#, &[
        "1:21 StrayBracket `}` of 1:12 `[`",
    ], "{Action: [s3:Get], Effect: Allow}"),
    (r#"{"a": {"b": 1}}, "c": 2}"#, &[
        "1:15 StrayBracket `}`",
    ], "{a: {b: 1}, c: 2}"),
    (r#"{"a": 1}}}}}}"#, &[
        "1:9 StrayBracket `}}}}}`",
    ], "{a: 1}"),
    (r#"{ "a": [1, 2), "b": (3) }"#, &[
        "1:12 BareWord `2)`",
        "1:14 UnclosedBracket `` of 1:8 `[`",
        "1:21 BareWord `(3)`",
    ], "{a: [1, ?2)], b: ?(3)}"),
    // a quote too few
    (r#"{
  "Effect": "Allow,
  "Action": "s3:*",
  "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*]
}"#, &[
        r#"2:13 UnclosedString `"Allow`"#,
        r#"4:39 UnclosedString `"arn:aws:s3:::bucket/*`"#,
    ], "{Effect: Allow, Action: s3:*, Resource: [arn:aws:s3:::bucket, arn:aws:s3:::bucket/*]}"),
    (r#"{
  "Effect: "Allow",
  "Action: ["s3:Get*"],
  "Resource: "*"
}"#, &[
        r#"2:3 UnclosedString `"Effect`"#,
        r#"3:3 UnclosedString `"Action`"#,
        r#"4:3 UnclosedString `"Resource`"#,
    ], "{Effect: Allow, Action: [s3:Get*], Resource: *}"),
    (r#"{
  "Effect: Allow",
  Action": "s3:*",
  "Resource": *"
}"#, &[
        "2:18 MissingColon ``",
        r#"3:3 KeyNotString `Action"`"#,
        r#"4:15 BareWord `*"`"#,
    ], "{Effect: Allow: ?, Action: s3:*, Resource: ?*}"),
    (r#"{
  "Resource": "arn:aws:s3:::bucket
    /path/*",
  "Effect": "Allow"
}"#, &[
        r#"2:15 UnclosedString `"arn:aws:s3:::bucket`"#,
    ], "{Resource: arn:aws:s3:::bucket, Effect: Allow}"),
    (r#"{"Action": ["s3:Get, "s3:Put", "s3:List"]}"#, &[
        r#"1:13 UnclosedString `"s3:Get`"#,
    ], "{Action: [s3:Get, s3:Put, s3:List]}"),
    (r#"{"Action": "s3:Get", s3:Put"}"#, &[
        "1:22 KeyNotString `s3`",
        r#"1:25 BareWord `Put"`"#,
    ], "{Action: s3:Get, s3: ?Put}"),
    // other quotes
    (r#"{
  'Effect': 'Allow',
  'Action': 'it"s',
  'Resource': 'arn
}"#, &[
        "2:3 SingleQuotes `'Effect'`",
        "2:13 SingleQuotes `'Allow'`",
        "3:3 SingleQuotes `'Action'`",
        r#"3:13 SingleQuotes `'it"s'`"#,
        "4:15 UnclosedString `'arn`",
    ], r#"{Effect: Allow, Action: it"s, Resource: arn}"#),
    (r#"{
  “Effect”: “Allow”,
  "Action”: "s3:*",
  ‘Resource’: “*"
}"#, &[
        "2:3 SmartQuotes `“Effect”`",
        "2:13 SmartQuotes `“Allow”`",
        r#"3:3 SmartQuotes `"Action”`"#,
        "4:3 SmartQuotes `‘Resource’`",
    ], "{Effect: Allow, Action: s3:*, Resource: *}"),
    (r#"{"a": "he said "hi" to me", "b": 1}"#, &[
        r#"1:17 StrayText `hi" to me"`"#,
    ], "{a: he said , b: 1}"),
    (r#"{"a": @, "b": `c`, "d": a b}"#, &[
        "1:7 StrayText `@`",
        "1:15 BareWord ``c``",
        "1:25 BareWord `a`",
        "1:27 TooMany ``",
    ], "{a: ?@, b: ?`c`, d: ?a}"),
    // no quotes
    (r#"{ Effect: "Allow", "Action": s3:*, "Resource": arn:aws:s3:::b/* }"#, &[
        "1:3 KeyNotString `Effect`",
        "1:30 BareWord `s3:*`",
        "1:48 BareWord `arn:aws:s3:::b/*`",
    ], "{Effect: Allow, Action: ?s3:*, Resource: ?arn:aws:s3:::b/*}"),
    (r#"{ "a": True, "b": None, "c": undefined }"#, &[
        "1:8 BareWord `True`",
        "1:19 BareWord `None`",
        "1:30 BareWord `undefined`",
    ], "{a: ?True, b: ?None, c: ?undefined}"),
    (r#"{ "Version": 2012-10-17, "cidr": 10.0.0.0/8, "v": 1.2.3 }"#, &[
        "1:14 BareWord `2012-10-17`",
        "1:34 BareWord `10.0.0.0/8`",
        "1:51 BareWord `1.2.3`",
    ], "{Version: ?2012-10-17, cidr: ?10.0.0.0/8, v: ?1.2.3}"),
    ("Error: not found", &[
        "1:1 BareWord `Error:`",
        "1:8 SecondDocument `not`",
    ], "?Error:"),
    // numbers
    (r#"{ "Account": 012345678901, "n": +1, "h": 0xFF, "f": .5 }"#, &[
        "1:14 BadNumber `012345678901`",
        "1:33 BadNumber `+1`",
        "1:42 BadNumber `0xFF`",
        "1:53 TooMany ``",
    ], "{Account: 012345678901, n: +1, h: 0xFF, f: .5}"),
    // no colon, no value, no key
    (r#"{ "Effect" = "Allow", "Action" => "*", "Resource" "x" }"#, &[
        "1:12 MissingColon `=`",
        "1:32 MissingColon `=>`",
        "1:50 MissingColon ``",
    ], "{Effect: Allow, Action: *, Resource: x}"),
    (r#"{ "Effect", "Action": }"#, &[
        "1:11 MissingColon ``",
        "1:22 MissingValue ``",
    ], "{Effect: ?, Action: ?}"),
    (r#"{ : 1, "a":: 2, null: 3, 4: 5 }"#, &[
        "1:3 KeyNotString `:`",
        "1:12 StrayText `:`",
        "1:17 KeyNotString `null`",
        "1:26 TooMany ``",
    ], "{?: 1, a: 2, null: 3, 4: 5}"),
    (r#"{ {"Effect": "Allow"} }"#, &[
        "1:3 KeyNotString `{`",
    ], "{?: {Effect: Allow}}"),
    (r#"{ ["Effect", "Allow"] }"#, &[
        "1:3 KeyNotString `[`",
    ], "{?: [Effect, Allow]}"),
    // not doubled throughout, as in a format string
    (r#"{{ "Version": {"a": 1} }}"#, &[
        "1:1 KeyNotString `{{`",
    ], "{?: {Version: {a: 1}}}"),
    (r#"{{ "Version": {{"a": "{b}"}} }}"#, &[], "{Version: {a: ${b}}}"),
    (r#"{"a": "b": "c"}"#, &[
        "1:7 LostBracket `` of 1:8 `b`",
        "1:16 UnclosedBracket `` of 1:1 `{`",
    ], "{a: {b: c}}"),
    (r#"{"a": "b", "c"}"#, &[
        "1:15 MissingColon ``",
    ], "{a: b, c: ?}"),
    (r#"{"a": ${x}, ${y}, "b": 1}"#, &[
        "1:17 MissingColon ``",
    ], "{a: «${x}», «${y}»: ?, b: 1}"),
    (r#"{"a": "${x", "b": ${x}"#, &[
        "1:23 UnclosedBracket `` of 1:1 `{`",
    ], "{a: ${x, b: «${x}»}"),
    // inside strings
    (r#"{ "path": "C:\dir\x", "u": "\u12", "s": "\ud800" }"#, &[
        r"1:14 BadEscape `\d`",
        r"1:18 BadEscape `\x`",
        r"1:29 BadEscape `\u12`",
        "1:42 TooMany ``",
    ], r"{path: C:\dir\x, u: \u12, s: �}"),
    ("{ \"tab\": \"a\tb\" }", &[
        "1:12 ControlCharacter `\t`",
    ], "{tab: a\tb}"),
    // equal keys
    (r#"{ "Effect": "Allow", "Effect": "Deny", "\u0045ffect": "Allow" }"#, &[
        "1:23 DuplicateKey `Effect` of 1:4 `Effect`",
        r"1:41 DuplicateKey `\u0045ffect` of 1:4 `Effect`",
    ], "{Effect: Allow, Effect: Deny, Effect: Allow}"),
    (r#"{"a":1,"a":2,"a":3,"a":4,"a":5}"#, &[
        "1:9 DuplicateKey `a` of 1:3 `a`",
        "1:15 DuplicateKey `a` of 1:3 `a`",
        "1:21 DuplicateKey `a` of 1:3 `a`",
        "1:27 DuplicateKey `a` of 1:3 `a`",
    ], "{a: 1, a: 2, a: 3, a: 4, a: 5}"),
    // comments and other text
    (r#"{
  // who may
  "Effect": "Allow", /* all
  of them */ "Action": "*" # everything
}"#, &[
        "2:3 Comment `// who may`",
        "3:22 Comment `/* all\n  of them */`",
        "4:28 Comment `# everything`",
    ], "{Effect: Allow, Action: *}"),
    (r#"{"a": "x" garbage, "b": 1}"#, &[
        "1:11 StrayText `garbage`",
    ], "{a: x, b: 1}"),
    (r#"["a" b "c"]"#, &[
        "1:6 StrayText `b`",
    ], "[a, c]"),
    (r#"```json
{ "Version": "2012-10-17" }
```"#, &[
        "1:1 StrayText ````json`",
        "3:1 StrayText `````",
    ], "{Version: 2012-10-17}"),
    (r#"policy = {
  "Version": "2012-10-17"
}"#, &[
        "1:1 StrayText `policy =`",
    ], "{Version: 2012-10-17}"),
    (r#"{ "Version": "2012-10-17" };"#, &[
        "1:28 StrayText `;`",
    ], "{Version: 2012-10-17}"),
    (r#"{ "Version": "2012-10-17" },"#, &[
        "1:28 ExtraComma `,`",
    ], "{Version: 2012-10-17}"),
    (r#"{ "Version": "2012-10-17" },
{ "Version": "2012-10-17" }"#, &[
        "2:1 SecondDocument `{`",
    ], "{Version: 2012-10-17}"),
    (r#"{ "Version": "2012-10-17" }
{ "Version": "2012-10-17" }"#, &[
        "2:1 SecondDocument `{`",
    ], "{Version: 2012-10-17}"),
    ("<html><body>{}</body></html>", &[
        "1:13 SecondDocument `{`",
    ], "«<html><body>»"),
    ("---
Version: 2012-10-17
Statement:
  - Effect: Allow", &[
        "1:1 StrayText `---`",
        "2:1 SecondDocument `Version:`",
    ], "?---"),
    (")", &[
        "1:1 StrayText `)`",
    ], "?)"),
    (",", &[
        "1:1 ExtraComma `,`",
    ], "?"),
    (":", &[
        "1:1 StrayText `:`",
    ], "?:"),
    // white space
    ("{\r\n\t\"a\": 1\r\n\t\"b\": \"c\r\n}\r\n", &[
        "2:8 MissingComma ``",
        r#"3:7 UnclosedString `"c`"#,
    ], "{a: 1, b: c}"),
    ("{\n\u{a0}\u{a0}\"a\":\u{a0}1}", &[
        "2:1 StrayText `\u{a0}\u{a0}`",
        "2:7 StrayText `\u{a0}`",
    ], "{a: 1}"),
    ("\u{feff}{\u{feff}\"é😀\": 1 2}", &[
        "1:3 StrayText `\u{feff}`",
        "1:12 StrayText `2`",
    ], "{é😀: 1}"),
    ("{\"a\":\u{c}1}\u{0}", &[
        "1:6 StrayText `\u{c}`",
        "1:9 StrayText `\0`",
    ], "{a: 1}"),
    ("", &[
        "1:1 Empty ``",
    ], "?"),
    (" \n\t", &[
        "2:2 Empty ``",
    ], "?"),
    ("// nothing", &[
        "1:1 Comment `// nothing`",
    ], "?"),
];
