//! The grammar rules: what each reports, and how the findings read.

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::PolicyKind;
use rolecall::reference::Reference;
use rolecall::rules::{self, grammar};
use rolecall::source::Sources;

use crate::support;

/// The examples of a page: the kind that they are taken for, and their text.
fn examples(page: &str) -> Vec<(Option<PolicyKind>, &str)> {
    let mut examples = Vec::new();
    let mut rest = page;
    while let Some((line, behind)) = rest.split_once('\n') {
        rest = behind;
        if let Some(name) = line.strip_prefix("```json ") {
            let (text, behind) = rest.split_once("\n```\n").unwrap();
            let kind = name.split_once(" --kind ").and_then(|(_, kind)| PolicyKind::named(kind));
            examples.push((kind, text));
            rest = behind;
        }
    }
    examples
}

fn check<T>(kind: Option<PolicyKind>, text: &str, look: impl FnOnce(Vec<Finding>, &Sources) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add("policy.json", text);
    let mut inventory = Inventory::new(kind);
    inventory.read(&sources, id);
    look(
        rules::run(&Facts {
            sources: &sources,
            inventory: &inventory,
            config: &Config::default(),
            reference: &Reference::default(),
        }),
        &sources,
    )
}

#[test]
fn findings_read_well() {
    let mut texts: Vec<_> = grammar::RULES.iter().flat_map(|rule| examples(rule.page)).collect();
    // the mistakes of form that are on no page
    let broken = [
        "{'Version': “2012-10-17”, Statement: [{\"Effect\" \"Allow\", \"Action\": Allow, \"Sid\": 007, \"Resource\": , }",
        "{\"Version\": \"2012-10-17\", \"Id\": \"\\x \t\", \"Statement\": [{\"Effect\": True, \"Action\": None]}} {} ~",
        "\"Version\": \"2012-10-17\",\n\"Statement\": [\n{\"Effect\": \"Allow\"\n\"Action\": [\"a\" \"Effect\": {",
        "// a\n{\"Version\": \"2012-10-17\", # b\n\"Statement\": [{'Effect': 'Allow', 'Action': a.b, \"Resource\": ${a}/*, {\"a\": [1}]}}",
        "```json\n{\"Version\": \"2012-10-17\", \"Statement\": \"Effect\": \"Allow\"}]}}}\n```",
    ];
    texts.extend(broken.map(|text| (None, text)));
    for (kind, text) in texts {
        check(kind, text, |findings, _| {
            for finding in findings {
                let labels = [&finding.primary].into_iter().chain(&finding.related).map(|label| label.text.as_str());
                assert!(!finding.message.is_empty() && finding.help.as_ref().is_some_and(|help| !help.is_empty()));
                for said in labels.chain([finding.message.as_str(), finding.help.as_deref().unwrap()]) {
                    let proper = said.starts_with("JSON") || said.starts_with("AWS");
                    assert!(proper || !said.starts_with(char::is_uppercase), "{said}");
                    assert!(!said.ends_with('.') && !said.contains('\n'), "{said}");
                }
            }
        });
    }
}

#[test]
fn one_mistake_of_form_is_one_finding() {
    let rules = |text: &str| check(None, text, |findings, _| findings.iter().map(|finding| finding.rule).collect::<Vec<_>>());
    // cut off in the middle of a key
    let cut =
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Acti"#;
    assert!(rules(cut).iter().all(|&rule| rule == "invalid-json"), "{:?}", rules(cut));
    // the bracket of the principal is lost: the action is not missing, but it is no principal
    let lost = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com", "Action": "sts:AssumeRole"}]}"#;
    let found = rules(lost);
    assert!(found.contains(&"unknown-principal-key") && !found.contains(&"missing-action"), "{found:?}");
}

/// What is found in a text: rule and severity, the underlined text, and the remedy.
fn found(kind: Option<PolicyKind>, text: &str) -> Vec<(String, String, String)> {
    check(kind, text, |findings, sources| {
        let told = |finding: Finding| {
            let own = sources.slice(finding.primary.span).to_owned();
            (format!("{} {}", finding.severity.name(), finding.rule), own, finding.help.unwrap_or_default())
        };
        findings.into_iter().map(told).collect()
    })
}

#[test]
fn values_that_no_request_holds() {
    let with = |operator: &str, key: &str, value: &str| {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {{"{operator}": {{"{key}": ["{value}"]}}}}}}}}"#
        );
        found(None, &text).into_iter().map(|(rule, own, _)| (rule, own)).collect::<Vec<_>>()
    };
    let kms = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    for (key, value) in [
        ("aws:SourceVpc", "vpc-123"),
        ("AWS:sourcevpce", "vpc-0a1b2c3d4e5f60718"),
        ("aws:SourceVpce", "VPCE-0a1b2c3d4e5f60718"),
        (kms, "1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("kms:ViaService", "ec2.amazonaws.com"),
        ("iam:PassedToService", "Lambda.amazonaws.com"),
        ("aws:CalledVia", "arn:aws:iam::aws:x"),
        ("aws:PrincipalArn", "arn:aws:sts::111122223333:assumed-role/app/s"),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:group/devs"),
        ("aws:PrincipalArn", "111122223333"),
        ("aws:userid", "AROAEXAMPLE1234567890"),
        ("aws:userId", "AIDAEXAMPLE1234567890:bob"),
        ("aws:userid", "arn:aws:iam::111122223333:user/bob"),
        ("aws:username", "arn:aws:iam::111122223333:user/bob"),
        ("aws:username", "team/bob"),
        ("aws:PrincipalOrgID", "o-abcdefg"),
        ("aws:ResourceOrgID", "MY_ORG_ID"),
        ("aws:ResourceOrgID", "O-A1B2C3D4E5"),
        ("aws:PrincipalAccount", "1111-2222-3333"),
        ("aws:ResourceAccount", "production"),
    ] {
        let expected = [("error impossible-value".to_owned(), value.to_owned())];
        // of several values
        let operator = if key == "aws:CalledVia" { "ForAnyValue:StringNotEquals" } else { "StringNotEquals" };
        assert_eq!(with(operator, key, value), expected, "{key} {value}");
    }
    for (operator, key, value) in [
        ("StringEquals", "aws:SourceVpc", "vpc-1a2b3c4d"),
        ("StringEquals", "aws:SourceVpc", "${vpc}"),
        ("StringEquals", "aws:SourceVpc", "vpc-${id}"),
        ("StringLike", "kms:ViaService", "ec2.*.amazonaws.com"),
        ("StringEquals", "aws:SourceVpc", "${aws:PrincipalTag/vpc}"),
        ("StringEqualsIgnoreCase", "iam:PassedToService", "Lambda.amazonaws.com"),
        ("StringEquals", "iam:PassedToService", "ec2.amazonaws.com.cn"),
        ("StringEquals", "kms:ViaService", "ec2.cn-north-1.amazonaws.com.cn"),
        ("ArnLike", kms, "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("StringEquals", "aws:RequestedRegion", "eu-west-1"),
        ("StringEquals", "aws:RequestedRegion", "${region}"),
        ("StringLike", "aws:RequestedRegion", "us-gov-*"),
        ("StringEqualsIgnoreCase", "aws:RequestedRegion", "EU-WEST-1"),
        ("Null", "aws:RequestedRegion", "false"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:root"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:sts::111122223333:federated-user/bob"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:sts::111122223333:*"),
        ("StringLike", "aws:PrincipalArn", "*role/app*"),
        ("StringLike", "aws:PrincipalArn", "${arn}"),
        ("StringEquals", "aws:PrincipalArn", "arn:aws:iam::${account}:role/app"),
        ("StringLike", "aws:userid", "AROAEXAMPLE1234567890:*"),
        ("StringLike", "aws:userid", "AROAEXAMPLE1234567890*"),
        ("StringLike", "aws:userid", "*:bob"),
        ("StringEquals", "aws:userid", "AIDAEXAMPLE1234567890"),
        ("StringEquals", "aws:userid", "111122223333"),
        ("StringEquals", "aws:username", "bob@example.com"),
        ("StringEquals", "aws:PrincipalOrgID", "${org}"),
        ("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "O-A1B2C3D4E5"),
        ("StringEquals", "aws:PrincipalAccount", "anonymous"),
    ] {
        assert_eq!(with(operator, key, value), [], "{operator} {key} {value}");
    }
    // by what they can match
    for (operator, key, value, fits) in [
        ("StringEquals", "aws:SourceOrgID", "123456789012", false),
        ("StringEquals", "aws:SourceAccount", "arn:aws:iam::111122223333:root", false),
        ("StringLike", "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/app/*", false),
        ("StringLike", "aws:PrincipalArn", "arn:*:sts::*:assumed-role/*", false),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:sts::${account}:assumed-role/app/*", false),
        ("StringLike", "aws:username", "*:bob", false),
        ("StringLike", "aws:userid", "arn:aws:sts::*", false),
        ("StringLike", "aws:PrincipalOrgID", "org-*", false),
        ("StringLike", "aws:PrincipalAccount", "1111*3", true),
        ("StringLike", "aws:PrincipalAccount", "11112222333344*", false),
        ("StringLike", "aws:PrincipalAccount", "11112222????", true),
        ("StringLike", "aws:PrincipalAccount", "11112222???", false),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "ou-ab12-11111111/*", false),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/ou-ab12-11111111/*", false),
        ("ForAnyValue:StringLike", "aws:ResourceOrgPaths", "o-a1b2c3d4e5/*/ou-ab12-11111111/*", true),
        ("ForAnyValue:StringLike", "aws:ResourceOrgPaths", "*/ou-ab12-11111111/*", true),
        ("ForAnyValue:StringLike", "aws:SourceOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*", true),
    ] {
        let told = with(operator, key, value).into_iter().any(|(rule, _)| rule == "error impossible-value");
        assert_eq!(told, !fits, "{operator} {key} {value}");
    }
    for value in ["eu-west1", "EU-WEST-1", "eu-west-11", "global"] {
        let expected = [("medium unknown-region".to_owned(), value.to_owned())];
        assert_eq!(with("StringEquals", "aws:RequestedRegion", value), expected, "{value}");
    }
}

#[test]
fn what_comes_of_values_that_no_request_holds() {
    let told = |effect: &str, operator: &str, values: &str| {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Action": "s3:GetObject", "Resource": "*",
            "Condition": {{"{operator}": {{"aws:PrincipalArn": [{values}]}}}}}}}}"#
        );
        let all = found(None, &text).into_iter().filter(|(rule, ..)| rule.ends_with("impossible-value"));
        all.map(|(rule, _, help)| format!("{rule}: {help}")).collect::<Vec<_>>().join("; ")
    };
    let (session, role) = (r#""arn:aws:sts::111122223333:assumed-role/app/*""#, r#""arn:aws:iam::111122223333:role/team/app""#);
    for (effect, operator, end) in [
        ("Allow", "ArnLike", "as it is, so the statement allows nothing"),
        ("Deny", "ArnLike", "as it is, so the statement denies nothing"),
        ("Deny", "ArnNotLike", "as it is, so the condition spares no request"),
        ("Deny", "ArnNotLikeIfExists", "as it is, so the condition spares no request"),
        ("Allow", "StringNotLike", "as it is, so the condition holds for every request"),
        ("Allow", "ArnLikeIfExists", "as it is"),
    ] {
        let own = told(effect, operator, session);
        assert!(own.ends_with(end) && own.contains("`arn:aws:iam::111122223333:role/app`"), "{operator} {own}");
    }
    // beside another value the statement still does something, and beside that of the role all that was meant
    let other = told("Deny", "ArnNotLike", &format!(r#"{session}, "arn:aws:iam::111122223333:role/other""#));
    assert!(other.starts_with("error") && other.ends_with("as it is"), "{other}");
    let beside = told("Deny", "ArnNotLike", &format!("{session}, {role}"));
    assert!(beside.starts_with("low impossible-value: take it out"), "{beside}");
    // the path of a role of a permission set is known
    let set = told("Deny", "ArnNotLike", r#""arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_*/*""#);
    assert!(set.contains("role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*`"), "{set}");
}

#[test]
fn inline_policies_of_a_role_share_a_quota() {
    let policy = |length: usize| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/{}"}}]}}"#,
            "b".repeat(length)
        )
    };
    let role = |lengths: [usize; 2]| {
        let list = lengths.map(|length| format!(r#"{{"PolicyName": "p{length}", "PolicyDocument": {}}}"#, policy(length)));
        format!(r#"{{"RoleDetailList": [{{"RoleName": "r", "RolePolicyList": [{}]}}]}}"#, list.join(", "))
    };
    let rules = |text: &str| found(None, text).into_iter().map(|(rule, own, _)| (rule, own)).collect::<Vec<_>>();
    assert_eq!(rules(&role([3_000, 6_900])), []);
    assert_eq!(rules(&role([3_000, 7_200])), [("error policy-too-long".to_owned(), "r".to_owned())]);
    // by itself nothing tells where it is attached
    assert_eq!(rules(&policy(6_500)), [("low policy-too-long".to_owned(), "{".to_owned())]);
    assert_eq!(rules(&policy(10_500)), [("medium policy-too-long".to_owned(), "{".to_owned())]);
    let boundary = found(Some(PolicyKind::Boundary), &policy(6_500));
    assert_eq!(boundary[0].0, "error policy-too-long");
}

#[test]
fn a_guessed_kind_is_said_to_be_one() {
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "a b", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
    let help = |kind| found(kind, text)[0].2.clone();
    assert!(help(None).ends_with("if this is not an identity policy, give its `--kind`"), "{}", help(None));
    assert!(!help(Some(PolicyKind::Identity)).contains("--kind"));
    // what the AWS CLI prints tells the kind
    let inside = text.replace('"', "\\\"");
    for (text, expected) in [
        (
            format!(r#"{{"Policy": {{"PolicySummary": {{"Type": "SERVICE_CONTROL_POLICY"}}, "Content": "{inside}"}}}}"#),
            "low sid-characters",
        ),
        (
            format!(r#"{{"Policy": {{"PolicySummary": {{"Type": "RESOURCE_CONTROL_POLICY"}}, "Content": "{inside}"}}}}"#),
            "error allow-in-rcp",
        ),
        (format!(r#"{{"PolicyVersion": {{"Document": {text}, "VersionId": "v1"}}}}"#), "error sid-characters"),
        (format!(r#"{{"UserName": "u", "PolicyName": "p", "PolicyDocument": {text}}}"#), "error sid-characters"),
        (format!(r#"{{"VpcEndpoints": [{{"PolicyDocument": "{inside}"}}]}}"#), "error missing-principal"),
        (format!(r#"{{"Policy": "{inside}"}}"#), "error missing-principal"),
    ] {
        let found = found(None, &text);
        assert!(found.iter().any(|(rule, _, _)| rule == expected), "{text}: {found:?}");
        assert!(found.iter().all(|(_, _, help)| !help.contains("--kind")), "{found:?}");
    }
    for other in [
        r#"{"Policy": "hello"}"#,
        r#"{"Policy": {"PolicySummary": {"Type": "TAG_POLICY"}, "Content": "{}"}}"#,
        r#"{"Policy": "{}"}"#,
    ] {
        assert_eq!(found(None, other), [], "{other}");
    }
}

#[test]
fn every_row_of_the_catalogue_is_accounted_for() {
    let text = support::read("docs/rules.md");
    let numbers = |rows: std::ops::RangeInclusive<u32>| rows.map(|row| row.to_string()).collect::<Vec<_>>();
    let lettered = |letter: &str, last: u32| (1..=last).map(|row| format!("{letter}{row:02}")).collect::<Vec<_>>();
    let federation = [numbers(112..=133), lettered("O", 25)].concat();
    let logic = [numbers(188..=204), lettered("L", 14)].concat();
    for (heading, rows, theme) in [
        ("A. ", numbers(1..=73), "grammar"),
        ("B. ", numbers(74..=111), "reference"),
        ("C. ", federation, "trust"),
        ("Cognito\n", lettered("C", 36), "cognito"),
        ("D. ", numbers(134..=172), "access"),
        ("E. ", numbers(173..=182), "escalation"),
        ("F. ", numbers(183..=187), "deputy"),
        ("G. ", logic, "logic"),
        ("H. ", numbers(205..=207), "guardrail"),
        ("I. ", numbers(208..=209), ""),
    ] {
        let (_, section) = text.split_once(&format!("\n## {heading}")).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let mut found = Vec::new();
        for line in section.lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let row = cells[0];
            if !row.ends_with(|last: char| last.is_ascii_digit()) {
                continue;
            }
            let [_, check, rules, remarks] = cells[..] else { panic!("{line}") };
            found.push(row.to_owned());
            let rules: Vec<&str> = rules.split(", ").filter(|name| !name.is_empty()).map(|name| name.trim_matches('`')).collect();
            assert!(!check.is_empty() && (!rules.is_empty() || !remarks.is_empty()), "row {row} says nothing");
            let gone: Vec<&&str> = rules.iter().filter(|name| rules::named(name).is_none()).collect();
            assert!(gone.is_empty(), "docs/rules.md: no rule {gone:?}");
        }
        assert_eq!(found, rows);
        let own = rules::themed().filter(|(own, _)| *own == theme);
        // rows on Cognito, on logic and on privilege escalation are covered by rules of several themes
        let place = if ["trust", "cognito", "access", "logic"].contains(&theme) { &text } else { section };
        let forgotten: Vec<_> = own.map(|(_, rule)| rule.name).filter(|name| !place.contains(&format!("`{name}`"))).collect();
        assert!(forgotten.is_empty(), "docs/rules.md names no row for {forgotten:?}");
    }
}
