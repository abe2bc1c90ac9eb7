//! Inputs that nobody wrote by hand: large, deep, repeated. Each is read and looked at in bounded time and memory, and told of in few words.

use std::time::{Duration, Instant};

use rolecall::config::Config;
use rolecall::inventory::{Form, Inventory};
use rolecall::lint::Facts;
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::source::Sources;
use rolecall::syntax::{json, yaml};

/// The length of a large file; much less where nothing is made fast.
const LARGE: usize = if cfg!(debug_assertions) { 300_000 } else { 50_000_000 };

/// The length of a policy that is just not too large to be looked at; less where nothing is made fast.
const WHOLE: usize = if cfg!(debug_assertions) { 12_000 } else { 200_000 };

/// Far more than any of this takes, and far less than what grows with the square of its size.
const LONGEST: Duration = Duration::from_secs(60);

/// What was found in one file.
struct Looked {
    forms: Vec<Form>,
    /// Each rule with the first words of its message.
    findings: Vec<String>,
    roles: usize,
}

/// Reads the bytes of a file and runs all rules.
fn look(bytes: Vec<u8>) -> Looked {
    let start = Instant::now();
    let mut looked = None;
    let size = bytes.len() as u64;
    let memory = allocation_counter::measure(|| {
        let mut sources = Sources::new();
        let id = sources.add_bytes("hostile.json", bytes);
        let mut inventory = Inventory::new(None);
        inventory.read(&sources, id);
        let (config, reference) = (Config::default(), Reference::default());
        let found = rules::run(&Facts { sources: &sources, inventory: &inventory, config: &config, reference: &reference });
        looked = Some(Looked {
            forms: inventory.documents.iter().map(|document| document.form).collect(),
            findings: found.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect(),
            roles: inventory.roles.len(),
        });
    });
    let time = start.elapsed();
    assert!(time < LONGEST, "{time:?}");
    assert!(memory.bytes_max < 40 * size + 50_000_000, "{} bytes for {size}", memory.bytes_max);
    looked.unwrap()
}

fn statement(index: usize) -> String {
    format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{index}/*"}}"#)
}

fn policy(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// As many as make a large text of it, with commas between.
fn repeated(of: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for index in 0.. {
        if text.len() >= LARGE {
            break;
        }
        if index > 0 {
            text.push(',');
        }
        text.push_str(&of(index));
    }
    text
}

fn is_too_large(looked: &Looked) -> bool {
    matches!(&looked.findings[..], [one] if one.starts_with("policy-too-long: ") && one.ends_with("of which nothing is looked at"))
}

#[test]
fn one_policy_of_many_statements() {
    let looked = look(policy(&repeated(statement)).into());
    assert!(is_too_large(&looked), "{:?}", looked.findings);
    assert!(matches!(looked.forms[..], [Form::Policy(..)]));
}

#[test]
fn a_million_empty_statements() {
    let looked = look(policy(&vec!["{}"; 1_000_000].join(",")).into());
    assert!(is_too_large(&looked), "{:?}", looked.findings);
}

/// As a file of its own, in a role, as a string in the policy of a bucket.
#[test]
fn a_large_policy_is_told_wherever_it_stands() {
    let large = policy(&(0..20_000).map(statement).collect::<Vec<_>>().join(","));
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let string = serde_json::Value::from(large.as_str());
    for text in [
        large.clone(),
        format!(r#"{{"RoleName":"a","PolicyName":"p","PolicyDocument":{large}}}"#),
        format!(
            r#"{{"Role":{{"RoleName":"a","Arn":"arn:aws:iam::111122223333:role/a","AssumeRolePolicyDocument":{trust}}}}}{{"RoleName":"a","PolicyName":"p","PolicyDocument":{string}}}"#
        ),
        format!(r#"{{"Policy":{string}}}"#),
        format!(r#"{{"PolicyVersion":{{"Document":{large},"VersionId":"v1","IsDefaultVersion":true,"CreateDate":"x"}}}}"#),
    ] {
        let looked = look(text.into());
        assert!(looked.findings.iter().any(|own| own.ends_with("of which nothing is looked at")), "{:?}", looked.findings);
        assert!(looked.findings.len() < 5, "{:?}", looked.findings);
    }
}

#[test]
fn many_policies() {
    let inline = |index: usize| {
        format!(r#"{{"RoleName":"role-{index}","PolicyName":"p","PolicyDocument":{}}}"#, policy(&statement(index)))
    };
    let looked = look(repeated(inline).replace("}},{", "}}\n{").into());
    assert_eq!(looked.forms, [Form::AwsCli("iam get-role-policy")]);
    assert!(looked.roles > 1_000);
}

#[test]
fn deep_nesting() {
    for (open, close) in [("[", "]"), (r#"{"Statement":"#, "}"), (r#"[{"a":"#, "}]")] {
        let count = LARGE / open.len() / 2;
        look(format!("{}1{}", open.repeat(count), close.repeat(count)).into());
        look(open.repeat(count).into());
    }
    let condition = format!(
        r#"{{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{}{}}}"#,
        r#"{"a":"#.repeat(50_000),
        "}".repeat(50_000)
    );
    look(policy(&condition).into());
}

/// A policy in a string in a string: no output is like that, and nothing is undone more often than services do.
#[test]
fn strings_in_strings() {
    let mut text = policy(&statement(0));
    for _ in 0..12 {
        text = format!(r#"{{"Policy":{}}}"#, serde_json::Value::from(text));
    }
    assert!(look(text.into()).findings.is_empty());
    let mut encoded = policy(&statement(0)).replace('"', "%22");
    for _ in 0..20 {
        encoded = encoded.replace('%', "%25");
    }
    look(format!(r#"{{"RoleName":"a","PolicyName":"p","PolicyDocument":"{encoded}"}}"#).into());
    // twice, of what is encoded once
    let twice = policy(&statement(0)).replace('"', "%22").replace('%', "%25").replace('{', "%7B");
    look(format!(r#"{{"RoleName":"a","PolicyName":"p","PolicyDocument":"{twice}"}}"#).into());
}

#[test]
fn one_long_string() {
    let long = "a".repeat(LARGE);
    for text in [
        format!(r#"{{"Version":"2012-10-17","Statement":"{long}"}}"#),
        format!(r#""{long}""#),
        format!(r#"{{"Policy":"{long}"}}"#),
        format!(r#"{{"Policy":"{{{long}"}}"#),
        format!(r#"{{"Policy":"%{long}"}}"#),
        format!(r#"{{"{long}":1}}"#),
        format!(r#"{{"Version":"2012-10-17","Statement":"{long}"#),
        format!(r#"{{"Policy":"{}"}}"#, "%7B".repeat(LARGE / 3)),
        format!(r#"{{"Policy":"{}"}}"#, "\\\\".repeat(LARGE / 4)),
        format!(r#"{{"Policy":"{}"}}"#, "${".repeat(LARGE / 2)),
    ] {
        assert!(look(text.into()).findings.len() < 10);
    }
}

#[test]
fn many_equal_keys() {
    let keys = |key: &str| vec![format!(r#""{key}":1"#); 100_000].join(",");
    for key in ["Statement", "Statemant", "Version", "x"] {
        let looked = look(format!("{{{}}}", keys(key)).into());
        assert!(looked.findings.len() < 50, "{}", looked.findings.len());
    }
    let looked = look(format!(r#"{{"Version":"2012-10-17","Statement":[{{{}}}]}}"#, keys("Action")).into());
    assert!(looked.findings.len() < 50, "{}", looked.findings.len());
}

/// What fits into one policy that is not too large.
#[test]
fn as_much_as_one_policy_may_hold() {
    let fill = |of: &dyn Fn(usize) -> String| {
        let mut parts = String::new();
        for index in 0.. {
            let part = of(index);
            if parts.len() + part.len() > WHOLE {
                break;
            }
            parts.push_str(if index > 0 { "," } else { "" });
            parts.push_str(&part);
        }
        parts
    };
    let with = |element: &str| policy(&format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",{element}}}"#));
    for text in [
        policy(&fill(&statement)),
        policy(&fill(&|_| "{}".to_owned())),
        policy(&fill(&|index| format!(r#"{{"Effect":"Deny","Action":"s3:Get{index}","Resource":"*"}}"#))),
        with(&format!(r#""Condition":{{"StringLike":{{{}}}}}"#, fill(&|index| format!(r#""aws:Key{index}":"a*""#)))),
        with(&format!(r#""Condition":{{{}}}"#, fill(&|index| format!(r#""StringLike{index}":{{"aws:a":"b"}}"#)))),
        with(&format!(r#""NotAction":[{}]"#, fill(&|index| format!(r#""s3:Get{index}*""#)))),
        with(&format!(r#""NotResource":[{}]"#, fill(&|index| format!(r#""arn:aws:s3:::*{index}*""#)))),
        with(&fill(&|index| format!(r#""Actoin{index}":"a""#))),
        with(&format!(r#""NotResource":"{}""#, "*a".repeat(WHOLE / 4))),
        with(&format!(r#""NotResource":"{}""#, "${aws:username}".repeat(WHOLE / 20))),
    ] {
        look(text.into());
    }
}

#[test]
fn patterns_of_many_wildcards() {
    let long = "*a".repeat(WHOLE / 4);
    for text in [
        policy(&format!(r#"{{"Effect":"Allow","Action":"s3:{long}","Resource":"*"}}"#)),
        policy(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{long}"}}"#)),
        policy(&format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"cognito-identity.amazonaws.com"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringLike":{{"cognito-identity.amazonaws.com:aud":"{long}"}}}}}}"#
        )),
    ] {
        look(text.into());
    }
}

fn role(index: usize, attached: &str) -> String {
    format!(
        r#"{{"RoleName":"role-{index}","Arn":"arn:aws:iam::111122223333:role/role-{index}","AssumeRolePolicyDocument":{{"Version":"2012-10-17",
        "Statement":{{"Effect":"Allow","Principal":{{"Service":"ec2.amazonaws.com"}},"Action":"sts:AssumeRole"}}}},"RolePolicyList":[],"AttachedManagedPolicies":[{attached}]}}"#
    )
}

fn attached(index: usize) -> String {
    format!(r#"{{"PolicyName":"p{index}","PolicyArn":"arn:aws:iam::111122223333:policy/p{index}"}}"#)
}

#[test]
fn a_role_with_many_policies() {
    let all: Vec<String> = (0..100_000).map(attached).collect();
    let given: Vec<String> = (0..2_000)
        .map(|index| {
            format!(
                r#"{{"Arn":"arn:aws:iam::111122223333:policy/p{index}","PolicyName":"p{index}","PolicyVersionList":[{{"IsDefaultVersion":true,"Document":{}}}]}}"#,
                policy(&statement(index))
            )
        })
        .collect();
    let looked = look(format!(r#"{{"RoleDetailList":[{}],"Policies":[{}]}}"#, role(0, &all.join(",")), given.join(",")).into());
    assert_eq!(looked.roles, 1);
    assert!(looked.findings.len() < 5_000, "{}", looked.findings.len());
}

#[test]
fn many_roles_with_one_policy_that_is_missing() {
    let roles: Vec<String> = (0..20_000).map(|index| role(index, &attached(0))).collect();
    let looked = look(format!(r#"{{"RoleDetailList":[{}]}}"#, roles.join(",")).into());
    assert_eq!(looked.roles, 20_000);
}

#[test]
fn other_encodings() {
    let text = policy(&repeated(statement));
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(look(utf16).findings.iter().any(|own| own.starts_with("policy-too-long")));
    let nuls = format!("{}{}", policy(&statement(0)), "\0".repeat(LARGE));
    look(nuls.into());
    look(vec![0; LARGE]);
    look(vec![0xFF; LARGE]);
    look([b"{".as_slice(), &vec![0xFF; LARGE]].concat());
    look([br#"{"Statement":""#.as_slice(), &vec![0; LARGE], b"\"}"].concat());
}

/// Each document of a stream costs what it holds, however long the stream is.
#[test]
fn streams_are_read_in_one_go() {
    let time = |count: usize| {
        let mut sources = Sources::new();
        let outputs = (0..count).map(|index| format!(r#"{{"RoleName":"role-{index}","PolicyArn":"arn:aws:iam::aws:policy/p"}}"#));
        let id = sources.add("all.json", outputs.collect::<Vec<_>>().join("\n"));
        let start = Instant::now();
        let mut inventory = Inventory::new(None);
        inventory.read(&sources, id);
        assert_eq!(inventory.roles.len(), count);
        start.elapsed()
    };
    let [small, large] = [2_000, 32_000].map(time);
    assert!(large < small * 80 + Duration::from_millis(500), "{small:?}, and {large:?} for sixteen times as much");
}

/// Many documents, of which none is an output, or none ends.
#[test]
fn streams_of_nothing() {
    for part in ["{}", "[]", "[[]]\n", "{\"a\":{}}", "{", "}{", "[{", "{]", "{\"Policy\":{}}\n"] {
        let looked = look(part.repeat(LARGE / part.len()).into());
        assert!(looked.findings.len() < 100, "{}", looked.findings.len());
    }
}

/// Anchors that stand for more and more: the reader has a bound.
#[test]
fn anchors_of_anchors() {
    let mut list = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    let mut map = String::from("a0: &a0 {k: x}\n");
    for level in 1..40 {
        let before = level - 1;
        list.extend([format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", "))]);
        let merged: Vec<String> = (0..10).map(|key| format!("k{key}: {{<<: *a{before}}}")).collect();
        map.extend([format!("a{level}: &a{level} {{{}}}\n", merged.join(", "))]);
    }
    let wide: Vec<String> = (0..20_000).map(|index| format!("k{index}: {{<<: *all}}\n")).collect();
    let wide = wide.concat();
    let wide = format!("all: &all {{{}}}\n{wide}", (0..1_000).map(|key| format!("a{key}: 1")).collect::<Vec<_>>().join(", "));
    for text in [list, map, wide] {
        let start = Instant::now();
        let mut nodes = 0;
        let memory = allocation_counter::measure(|| {
            let mut sources = Sources::new();
            let id = sources.add("bomb.yaml", text.as_str());
            nodes = yaml::read(id, sources.get(id).text()).len();
        });
        assert!(start.elapsed() < LONGEST);
        assert!(memory.bytes_max < 400_000_000, "{} bytes, {nodes} nodes", memory.bytes_max);
    }
}

/// Reading alone, of forms that the rules do not see.
#[test]
fn reading_is_linear() {
    let time = |text: &str| {
        let mut sources = Sources::new();
        let id = sources.add("a.json", text);
        let start = Instant::now();
        drop(json::read(id, sources.get(id).text()));
        start.elapsed()
    };
    for part in ["\"a\":1,", "{\"a\":", "[1,", "'a',", "\"\\u0041\",", "// x\n", "“a”,", "${a", "<A", "{{ a }},"] {
        let [small, large] = [200_000, 1_600_000].map(|size| time(&format!("{{{}", part.repeat(size / part.len()))));
        assert!(large < small * 64 + Duration::from_millis(500), "`{part}`: {small:?}, and {large:?} for eight times as much");
    }
}
