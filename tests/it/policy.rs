//! Reading policies: what is wrong with them, and what their values are.

use std::net::IpAddr;

use proptest::prelude::*;
use rolecall::pattern::Part;
use rolecall::pattern::VariableFault;
use rolecall::policy::{
    self, ActionFault, Comparison, Decimal, Effect, Instant, Operator, Policy, PolicyFault, PolicyKind, PrincipalKind, SetPrefix,
    Value, Version,
};
use rolecall::source::Sources;
use rolecall::syntax::json;

/// Reads a text as a policy of a kind and hands it on with its sources.
fn with<T>(text: &str, kind: PolicyKind, look: impl FnOnce(&Policy<'_>, &Sources) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add("policy.json", text);
    let tree = json::read(id, sources.get(id).text());
    look(&policy::read(tree.root(), kind), &sources)
}

/// The faults of a text, each with what it underlines, and with the related text behind `<`.
fn faults(text: &str, kind: PolicyKind) -> Vec<(PolicyFault, String)> {
    with(text, kind, |policy, sources| {
        let shown = |fault: &rolecall::finding::Fault<PolicyFault>| {
            let own = sources.slice(fault.span).to_owned();
            let related = fault.related.map(|span| format!(" < {}", sources.slice(span)));
            (fault.kind, own + &related.unwrap_or_default())
        };
        policy.faults.iter().map(shown).collect()
    })
}

/// A document with one statement.
fn statement(inside: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{{inside}}}]}}"#)
}

const IDENTITY: &str = r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*""#;
const TRUST: &str = r#""Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}"#;

#[track_caller]
fn one(text: &str, kind: PolicyKind, fault: PolicyFault, underlined: &str) {
    assert_eq!(faults(text, kind), [(fault, underlined.to_owned())], "{text}");
}

#[track_caller]
fn none(text: &str, kind: PolicyKind) {
    assert_eq!(faults(text, kind), [], "{text}");
}

#[test]
fn sound_policies_have_no_fault() {
    none(&statement(IDENTITY), PolicyKind::Identity);
    none(&statement(TRUST), PolicyKind::Trust);
    none(
        r#"{"Statement": {"NotAction": ["a:b"], "Effect": "Deny", "NotResource": "*"}, "Version": "2008-10-17", "Id": "x"}"#,
        PolicyKind::Boundary,
    );
    none(
        &statement(r#""Effect": "Allow", "Principal": {"AWS": 111122223333}, "Action": ["ecr:GetDownloadUrlForLayer"]"#),
        PolicyKind::Resource,
    );
    let condition = r#", "Condition": {"Bool": {"aws:SecureTransport": true, "aws:ViaAWSService": ["false"]}, "NumericLessThan": {"s3:max-keys": 10}}"#;
    none(&statement(&(IDENTITY.to_owned() + condition)), PolicyKind::Identity);
    for empty in [r#""Condition": {}"#, r#""Condition": {"StringEquals": {}}"#, r#""Condition": {"StringEquals": {"a:b": []}}"#] {
        none(&statement(&format!("{IDENTITY}, {empty}")), PolicyKind::Identity);
    }
}

#[test]
fn the_fixtures_have_no_fault() {
    for entry in std::fs::read_dir("fixtures/policies").unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut sources = Sources::new();
        let id = sources.add("fixture.json", text.as_str());
        let tree = json::read(id, sources.get(id).text());
        assert!(policy::looks_like(tree.root()), "{text}");
        // that one is there for its one long line with a fault in it
        let expected = usize::from(path.ends_with("minified-6k.json"));
        assert_eq!(faults(&text, policy::kind_of(tree.root()).0).len(), expected, "{text}");
    }
}

#[test]
fn faults_of_the_document() {
    use PolicyFault as F;
    let identity = |text: &str, fault, underlined| one(text, PolicyKind::Identity, fault, underlined);
    identity(r#"[{"Effect": "Allow"}]"#, F::WrongType("an object"), "[");
    identity(r#"{"Version": "2012-10-17"}"#, F::MissingStatement, "{");
    identity(&format!(r#"{{"Version": "2012-10-17", {IDENTITY}}}"#), F::MissingStatement, "{");
    identity(r#"{"Version": "2012-10-17", "Statement": []}"#, F::EmptyStatement, "[ < Statement");
    identity(r#"{"Version": "2012-10-17", "Statement": [{}]}"#, F::EmptyStatement, "{");
    identity(r#"{"Version": "2012-10-17", "Statement": "x"}"#, F::WrongType("a list of objects"), "x < Statement");
    identity(
        &format!(r#"{{"Version": "2012-10-17", "Statement": [{{{IDENTITY}}}, 1]}}"#),
        F::WrongType("an object"),
        "1 < Statement",
    );
    identity(&format!(r#"{{"Statement": {{{IDENTITY}}}}}"#), F::MissingVersion, "{");
    identity(&format!(r#"{{"Version": "2010-09-09", "Statement": {{{IDENTITY}}}}}"#), F::UnknownVersion, "2010-09-09");
    identity(&format!(r#"{{"Version": 2012, "Statement": {{{IDENTITY}}}}}"#), F::WrongType("a string"), "2012 < Version");
    identity(
        &format!(r#"{{"version": "2012-10-17", "Statement": {{{IDENTITY}}}}}"#),
        F::UnknownElement(Some("Version")),
        "version",
    );
    identity(
        &format!(r#"{{"Version": "2012-10-17", "Statements": {{{IDENTITY}}}}}"#),
        F::UnknownElement(Some("Statement")),
        "Statements",
    );
    let extra = format!(r#"{{"Version": "2012-10-17", "Statement": {{{IDENTITY}}}, "Description": "x"}}"#);
    identity(&extra, F::UnknownElement(None), "Description");
}

#[test]
fn faults_of_a_statement() {
    use PolicyFault as F;
    let identity = |inside: &str, fault, underlined| one(&statement(inside), PolicyKind::Identity, fault, underlined);
    identity(r#""Action": "a:b", "Resource": "*""#, F::MissingEffect, "{");
    identity(r#""Effect": "Allow", "Resource": "*""#, F::MissingAction, "{");
    identity(r#""Effect": "Allow", "Action": "a:b""#, F::MissingResource, "{");
    identity(r#""Effect": "allow", "Action": "a:b", "Resource": "*""#, F::UnknownEffect(Some("Allow")), "allow");
    identity(r#""Effect": "Permit", "Action": "a:b", "Resource": "*""#, F::UnknownEffect(None), "Permit");
    identity(r#""Effect": ["Allow"], "Action": "a:b", "Resource": "*""#, F::WrongType("a string"), "[ < Effect");
    identity(r#""Effect": "Allow", "Actions": "a:b", "Resource": "*""#, F::UnknownStatementElement(Some("Action")), "Actions");
    identity(
        r#""Effect": "Allow", "Action": {"a": 1}, "Resource": "*""#,
        F::WrongType("a string or a list of strings"),
        "{ < Action",
    );
    identity(r#""Effect": "Allow", "Action": ["a:b", null], "Resource": "*""#, F::WrongType("a string"), "null < Action");
    identity(&format!(r#"{IDENTITY}, "Sid": 1"#), F::WrongType("a string"), "1 < Sid");
    identity(&format!(r#"{IDENTITY}, "Comment": "x""#), F::UnknownStatementElement(None), "Comment");
    identity(&format!(r#"{IDENTITY}, "NotAction": "a:c""#), F::ExclusiveElements, "NotAction < Action");
    identity(&format!(r#"{IDENTITY}, "Principal": "*""#), F::PrincipalNotAllowed, "Principal");
}

#[test]
fn faults_of_principals() {
    use PolicyFault as F;
    let trust = |principal: &str, fault, underlined| {
        let text = statement(&format!(r#""Effect": "Allow", "Action": "sts:AssumeRole"{principal}"#));
        one(&text, PolicyKind::Trust, fault, underlined);
    };
    trust("", F::MissingPrincipal, "{");
    trust(r#", "NotPrincipal": {"AWS": "111122223333"}"#, F::NotPrincipalInTrust, "NotPrincipal");
    trust(r#", "Principal": "*""#, F::StarInTrust, "*");
    trust(r#", "Principal": "arn:aws:iam::111122223333:root""#, F::PrincipalShape, "arn:aws:iam::111122223333:root");
    trust(r#", "Principal": ["*"]"#, F::PrincipalShape, "[");
    trust(r#", "Principal": null"#, F::PrincipalShape, "null");
    trust(r#", "Principal": {"aws": "*"}"#, F::UnknownPrincipalKey(Some("AWS")), "aws");
    trust(r#", "Principal": {"Services": "x"}"#, F::UnknownPrincipalKey(Some("Service")), "Services");
    trust(r#", "Principal": {"*": "*"}"#, F::UnknownPrincipalKey(None), "*");
    trust(r#", "Principal": {"AWS": {"x": 1}}"#, F::WrongType("a string or a list of strings"), "{ < AWS");
    trust(r#", "Principal": {"AWS": "*"}, "Resource": "*""#, F::ResourceInTrust, "Resource");
    none(&statement(&format!(r#"{IDENTITY}, "Principal": "*""#)), PolicyKind::Resource);
    one(&statement(IDENTITY), PolicyKind::Resource, F::MissingPrincipal, "{");
    let both = format!(r#"{IDENTITY}, "NotPrincipal": "*", "Principal": "*""#);
    one(&statement(&both), PolicyKind::Resource, F::ExclusiveElements, "Principal < NotPrincipal");
}

#[test]
fn faults_of_conditions() {
    use PolicyFault as F;
    let condition = |condition: &str, fault, underlined| {
        one(&statement(&format!(r#"{IDENTITY}, "Condition": {condition}"#)), PolicyKind::Identity, fault, underlined);
    };
    condition(r#""x""#, F::ConditionShape, "x");
    condition(r#"[{"Bool": {"a:b": "true"}}]"#, F::ConditionShape, "[");
    condition(r#"{"StringEquals": "x"}"#, F::ConditionShape, "x");
    condition(r#"{"StringEquals": {"a:b": {"c": "d"}}}"#, F::ConditionShape, "{");
    condition(r#"{"StringEquals": {"a:b": null}}"#, F::ConditionShape, "null");
    condition(r#"{"StringLikes": {"a:b": "c"}}"#, F::UnknownOperator(Some("StringLike")), "StringLikes");
    condition(
        r#"{"ForAllValue:StringLike": {"a:b": "c"}}"#,
        F::UnknownOperator(Some("ForAllValues:StringLike")),
        "ForAllValue:StringLike",
    );
    condition(r#"{"NumberEquals": {"a:b": "1"}}"#, F::UnknownOperator(Some("NumericEquals")), "NumberEquals");
    condition(r#"{"Boolean": {"a:b": "true"}}"#, F::UnknownOperator(Some("Bool")), "Boolean");
    condition(r#"{"a:b": {"StringEquals": "c"}}"#, F::UnknownOperator(None), "a:b");
    condition(r#"{"Stringlike": {"a:b": "c"}}"#, F::OperatorCase("StringLike"), "Stringlike");
    condition(r#"{"forAnyValue:StringLike": {"a:b": "c"}}"#, F::OperatorCase("ForAnyValue:StringLike"), "forAnyValue:StringLike");
    condition(r#"{"NullIfExists": {"a:b": "true"}}"#, F::NullIfExists, "NullIfExists");
    condition(r#"{"StringEquals": {"a:b": "c", "A:B": "d"}}"#, F::DuplicateConditionKey, "A:B < a:b");
    condition(r#"{"ForAnyValue:Null": {"a:b": "true"}}"#, F::NullWithSet, "ForAnyValue:Null");
    condition(r#"{"Bool": {"a:b": ["true", false]}}"#, F::SeveralBooleans, "false < true");
    condition(r#"{"Null": {"a:b": ["true", "true"]}}"#, F::SeveralBooleans, "true < true");
    condition(r#"{"StringEquals": {"a:b": ["x", 1]}}"#, F::MixedTypes, "1 < x");
    condition(r#"{"NumericEquals": {"a:b": [1, "2"]}}"#, F::MixedTypes, "2 < 1");
    condition(r#"{"DateLessThan": {"a:b": "1700000000"}}"#, F::EpochDate, "1700000000");
    condition(r#"{"StringEquals": {"SourceIp": "x"}}"#, F::MalformedConditionKey, "SourceIp");
    condition(r#"{"StringEquals": {":x": "x"}}"#, F::MalformedConditionKey, ":x");
    condition(r#"{"StringEquals": {"aws:x ": "x"}}"#, F::MalformedConditionKey, "aws:x ");
    condition(r#"{"StringEquals": {"aws:principaltag": "x"}}"#, F::MissingTagKey, "aws:principaltag");
    condition(r#"{"StringEquals": {"aws:RequestTag/": "x"}}"#, F::MissingTagKey, "aws:RequestTag/");
    condition(r#"{"StringEquals": {"a:b/${aws:x}": "x"}}"#, F::VariableInWrongElement, "${aws:x}");
    for sound in [
        r#"{"DateLessThan": {"a:b": "2026"}, "Bool": {"a:b": ["true", "${x}"]}, "NumericEquals": {"a:b": [1, "${x}"]}}"#,
        r#"{"StringEquals": {"aws:ResourceTag/a b": "x", "${key}": "x", "SAML:aud": "x", "host.example/a:sub": "x"}}"#,
    ] {
        none(&statement(&format!(r#"{IDENTITY}, "Condition": {sound}"#)), PolicyKind::Identity);
    }
    let unreadable = |operator: &str, value: &str| {
        let text = statement(&format!(r#"{IDENTITY}, "Condition": {{"{operator}": {{"a:b": ["{value}"]}}}}"#));
        let found = faults(&text, PolicyKind::Identity);
        assert!(matches!(found.as_slice(), [(F::UnreadableValue(_), own)] if own == value), "{text}: {found:?}");
    };
    unreadable("DateLessThan", "tomorrow");
    unreadable("NumericEquals", "ten");
    unreadable("Bool", "yes");
    unreadable("Null", "0");
    unreadable("IpAddress", "10.0.0.0/33");
    unreadable("NotIpAddress", "10.0.0.*");
    unreadable("BinaryEquals", "*");
    unreadable("ArnLike", "role/x");
}

#[test]
fn faults_of_names() {
    use PolicyFault as F;
    let action = |action: &str, fault| {
        let text = statement(&format!(r#""Effect": "Deny", "Action": ["{action}"], "Resource": "*""#));
        one(&text, PolicyKind::Identity, F::MalformedAction(fault), if action.is_empty() { "\"\"" } else { action });
    };
    action("GetObject", ActionFault::NoService);
    action("", ActionFault::NoService);
    action("s3*", ActionFault::NoService);
    action("s3:", ActionFault::Empty);
    action(":Get", ActionFault::Empty);
    action("s3:Get,s3:Put", ActionFault::List);
    action("s3:Get ", ActionFault::Blank);
    action("s3:a:b", ActionFault::Character(':'));
    action("s3:Gét", ActionFault::Character('é'));
    action("s3:[Get]", ActionFault::Character('['));
    for sound in ["*", "**", "s3:*", "*:*", "S3:get?bject*", "execute-api:Invoke", "s?:x", "${service}:Get", "s3:<NAME>"] {
        none(&statement(&format!(r#""Effect": "Allow", "Action": "{sound}", "Resource": "*""#)), PolicyKind::Identity);
    }
    let trust = |action: &str| faults(&statement(&TRUST.replace("sts:AssumeRole", action)), PolicyKind::Trust);
    for sound in ["sts:AssumeRole", "STS:tagsession", "sts:*", "*", "${a}"] {
        assert_eq!(trust(sound), [], "{sound}");
    }
    assert_eq!(trust("s3:*"), [(F::ForeignActionInTrust, "s3:*".to_owned())]);
    assert_eq!(trust("iam:PassRole"), [(F::ForeignActionInTrust, "iam:PassRole".to_owned())]);

    let sid = |sid: &str, kind| faults(&statement(&format!(r#"{IDENTITY}, "Principal": "*", "Sid": "{sid}""#)), kind);
    assert_eq!(sid("a b_c-d", PolicyKind::Resource), []);
    assert_eq!(sid("${sid} x", PolicyKind::Resource), []);
    let rcp = sid("a b", PolicyKind::Rcp).into_iter().map(|(fault, _)| fault).collect::<Vec<_>>();
    assert!(rcp.contains(&F::SidCharacters(false)), "{rcp:?}");
    one(&statement(&format!(r#"{IDENTITY}, "Sid": "a-b""#)), PolicyKind::Identity, F::SidCharacters(true), "a-b");
    one(&statement(&format!(r#"{IDENTITY}, "Sid": """#)), PolicyKind::Identity, F::EmptySid, "\"\"");
    let twice = |kind| {
        let own = format!(r#"{{{IDENTITY}, "Sid": "A"}}"#);
        faults(&format!(r#"{{"Version": "2012-10-17", "Statement": [{own}, {own}, {{{IDENTITY}, "Sid": "a"}}]}}"#), kind)
    };
    assert_eq!(twice(PolicyKind::Session), [(F::DuplicateSid(true), "A < A".to_owned())]);
    assert_eq!(twice(PolicyKind::Scp), [(F::DuplicateSid(false), "A < A".to_owned())]);

    let character = statement(&IDENTITY.replace('*', "a’b – c"));
    one(&character, PolicyKind::Identity, F::UnsupportedCharacter, "’");
    one(&statement(&format!(r#"{IDENTITY}, "Sid": "a–b""#)), PolicyKind::Identity, F::UnsupportedCharacter, "–");
    for kind in [PolicyKind::Scp, PolicyKind::Endpoint] {
        assert!(!faults(&character, kind).iter().any(|(fault, _)| *fault == F::UnsupportedCharacter));
    }
    none(&statement(&IDENTITY.replace('*', r"é ÿ \u2019")), PolicyKind::Identity);
}

#[test]
fn faults_of_variables() {
    use PolicyFault as F;
    use VariableFault as V;
    let resource = |value: &str, expected: &[(PolicyFault, &str)]| {
        let text = statement(&format!(r#""Effect": "Allow", "Action": "a:b", "Resource": "arn:aws:s3:::{value}""#));
        let expected: Vec<_> = expected.iter().map(|&(fault, own)| (fault, own.to_owned())).collect();
        assert_eq!(faults(&text, PolicyKind::Identity), expected, "{value}");
    };
    resource("${aws:username/*", &[(F::MalformedVariable(V::Unclosed), "${aws:username/*")]);
    resource("${aws:username}/${", &[(F::MalformedVariable(V::Unclosed), "${")]);
    resource("${}", &[(F::MalformedVariable(V::Empty), "${}")]);
    resource("${ }x", &[(F::MalformedVariable(V::Empty), "${ }")]);
    resource("${aws: username}", &[(F::MalformedVariable(V::Blank), "${aws: username}")]);
    resource("${ aws:username }", &[(F::MalformedVariable(V::Blank), "${ aws:username }")]);
    resource("${aws:userid, none}", &[(F::MalformedVariable(V::Unquoted), "${aws:userid, none}")]);
    resource("${aws:userid, 'none}", &[(F::MalformedVariable(V::Unquoted), "${aws:userid, 'none}")]);
    resource("${aws:user!id}", &[(F::MalformedVariable(V::Symbol('!')), "${aws:user!id}")]);
    for sound in [
        "${aws:username}",
        "${aws:PrincipalTag/cost center}",
        "${aws:PrincipalTag/a:b, 'x}y z'}",
        "${cognito-identity.amazonaws.com:sub}",
        "${oidc.eks.eu-west-1.amazonaws.com/id/AB:sub}",
        "${*}${?}${$}",
        "${var.name}",
        "${lookup(a, \\\"x:y\\\")}",
        "$x{y}",
    ] {
        resource(sound, &[]);
    }
    let condition = |operator: &str, value: &str| {
        faults(&statement(&format!(r#"{IDENTITY}, "Condition": {{"{operator}": {{"a:b": "{value}"}}}}"#)), PolicyKind::Identity)
    };
    for operator in ["StringLike", "ForAnyValue:StringNotEqualsIfExists", "ArnLike"] {
        assert_eq!(condition(operator, "${aws:x}"), [], "{operator}");
    }
    for operator in ["NumericEquals", "DateLessThan", "BinaryEquals", "NotIpAddress", "Null"] {
        let expected = (F::VariableWithWrongOperator(false), format!("${{aws:x}} < {operator}"));
        assert_eq!(condition(operator, "${aws:x}"), [expected], "{operator}");
    }
    assert_eq!(condition("Bool", "${aws:x}"), [(F::VariableWithWrongOperator(true), "${aws:x} < Bool".to_owned())]);
    assert_eq!(condition("Bool", "${x}"), []);
    let old = |inside: &str| faults(&statement(inside).replace("2012", "2008"), PolicyKind::Identity);
    let in_resource = IDENTITY.replace('*', "${aws:username}${aws:username");
    assert_eq!(old(&in_resource), [(F::VariableWithoutVersion, "${aws:username} < 2008-10-17".to_owned())]);
    let none_at_all = format!(r#"{{"Statement": [{{{in_resource}}}]}}"#);
    one(&none_at_all, PolicyKind::Identity, F::VariableWithoutVersion, "${aws:username}");
    assert_eq!(old(&IDENTITY.replace('*', "${name}")), []);
}

#[test]
fn faults_of_some_kinds_only() {
    use PolicyFault as F;
    use PolicyKind::{Endpoint, Rcp, Resource, Trust};
    let kinds = |text: &str, kind| faults(text, kind).into_iter().map(|(fault, _)| fault).collect::<Vec<_>>();
    let principal = |principal: &str, kind| {
        let resource = if kind == PolicyKind::Trust { "" } else { r#", "Resource": "*""# };
        let action = if kind == PolicyKind::Trust { "sts:AssumeRole" } else { "s3:GetObject" };
        let effect = if kind == PolicyKind::Rcp { "Deny" } else { "Allow" };
        let text = format!(r#""Effect": "{effect}", "Action": "{action}", {principal}{resource}"#);
        kinds(&statement(&text), kind)
    };
    for (text, kind, expected) in [
        (r#""Principal": {"AWS": "arn:aws:iam::111122223333:role/x*"}"#, Trust, Some(F::WildcardInPrincipal)),
        (r#""Principal": {"AWS": "arn:aws:iam::${account}:role/x?"}"#, Trust, Some(F::WildcardInPrincipal)),
        (r#""Principal": {"Service": "*.amazonaws.com"}"#, Trust, Some(F::WildcardInPrincipal)),
        (r#""Principal": {"Federated": "*"}"#, Trust, Some(F::StarPrincipal)),
        (r#""Principal": {"AWS": "*"}"#, Trust, None),
        (r#""Principal": {"AWS": "${role}"}"#, Trust, None),
        (r#""Principal": {"AWS": "${aws:username}"}"#, Trust, Some(F::VariableInWrongElement)),
        (r#""Principal": {"Federated": "accounts.google.com"}"#, Trust, None),
        (r#""Principal": {"Federated": "accounts.google.com"}"#, Resource, Some(F::FederatedOutsideTrust)),
        (r#""Principal": {"Federated": "${provider}"}"#, Resource, Some(F::FederatedOutsideTrust)),
        (r#""Principal": "*""#, Rcp, None),
        (r#""Principal": "${p}""#, Rcp, None),
        (r#""Principal": {"AWS": "*"}"#, Rcp, Some(F::PrincipalInRcp)),
        (r#""NotPrincipal": {"AWS": "111122223333"}"#, Rcp, Some(F::PrincipalInRcp)),
        (r#""Principal": {"AWS": "*"}"#, Endpoint, None),
        (r#""Principal": {"AWS": "111122223333"}"#, Endpoint, Some(F::PrincipalInEndpoint)),
        (r#""NotPrincipal": {"AWS": "111122223333"}"#, Endpoint, Some(F::PrincipalInEndpoint)),
    ] {
        assert_eq!(principal(text, kind), Vec::from_iter(expected), "{text} {kind:?}");
    }
    for kind in [PolicyKind::Scp, Rcp] {
        let text = r#"{"Version": "2008-10-17", "Statement": []}"#;
        assert!(kinds(text, kind).contains(&F::OldVersion));
        assert!(kinds(r#"{"Statement": []}"#, kind).contains(&F::OldVersion));
    }
    let rcp = |effect: &str, action: &str| {
        let text = format!(r#""Effect": "{effect}", "Principal": "*", {action}, "Resource": "*""#);
        kinds(&statement(&text), Rcp)
    };
    assert_eq!(rcp("Deny", r#""Action": ["s3:*", "sqs:Get?"]"#), []);
    assert_eq!(rcp("Deny", r#""Action": "*""#), [F::ActionInRcp]);
    assert_eq!(rcp("Deny", r#""NotAction": "s3:*""#), [F::ActionInRcp]);
    assert_eq!(rcp("Allow", r#""Action": "s3:*""#), [F::AllowInRcp]);
    assert_eq!(rcp("Allow", r#""Action": "*""#), []);
}

#[test]
fn lengths() {
    use PolicyKind::{Boundary, Endpoint, Identity, Rcp, Resource, Scp, Session, Trust};
    // a policy of exactly so many characters without white space
    let of = |kind, packed: usize, white: usize| {
        let inside = match kind {
            Trust => TRUST.to_owned(),
            Resource | Endpoint => format!(r#"{IDENTITY}, "Principal": "*""#),
            Rcp => format!(r#"{IDENTITY}, "Principal": "*""#).replace("Allow", "Deny"),
            _ => IDENTITY.to_owned(),
        };
        let text = statement(&format!(r#"{inside}, "Sid": "S""#)).replace(' ', "");
        let text = text.replace(r#""S""#, &format!("\"{}\"", "S".repeat(packed + 1 - text.len())));
        // white space within the document
        format!("{{{}{}", " ".repeat(white), &text[1..])
    };
    let quota = |text: &str, kind| {
        faults(text, kind).into_iter().find_map(|(fault, _)| match fault {
            PolicyFault::TooLong(quota) => Some((quota.size, quota.limit, quota.refused)),
            _ => None,
        })
    };
    for (kind, limit, refused) in [
        (Trust, 2_048, false),
        (Trust, 8_192, true),
        (Identity, 6_144, false),
        (Identity, 10_240, false),
        (Boundary, 6_144, true),
        (Session, 2_048, true),
        (Scp, 10_240, true),
        (Rcp, 5_120, true),
        (Endpoint, 20_480, true),
        (Resource, 20_480, true),
    ] {
        assert_eq!(quota(&of(kind, limit + 1, 0), kind), Some((limit + 1, limit, refused)), "{kind:?}");
        assert_ne!(quota(&of(kind, limit, 0), kind).map(|(_, own, _)| own), Some(limit), "{kind:?}");
        let spaced = quota(&of(kind, limit, 100), kind).filter(|(_, own, _)| *own == limit);
        let counts = !matches!(kind, Trust | Identity | Boundary);
        assert_eq!(spaced, counts.then_some((limit + 100, limit, false)), "{kind:?}");
    }
    // each service has its own; the largest where it has several, and none where AWS raises it
    let of_service = |action: &str, length: usize| quota(&of(Resource, length, 0).replace("s3:GetObject", action), Resource);
    assert_eq!(of_service("sqs:SendMessage", 8_193).map(|(_, limit, _)| limit), Some(8_192));
    assert_eq!(of_service("kms:Decrypt", 32_770).map(|(_, limit, _)| limit), Some(32_768));
    assert_eq!(of_service("events:PutEvents", 20_000), None);
    assert_eq!(of_service("nothing:Known", 40_000), None);
    let hole = of(Rcp, 5_100, 0).replace("SSSS\"", &format!("${{{}}}\"", "x".repeat(500)));
    assert_eq!(quota(&hole, Rcp), None);
}

#[test]
fn holes_have_no_consequences() {
    for text in [
        r#"{"Version": "${version}", "Statement": [{"Effect": "${effect}", "Action": "${action}", "Resource": "arn:aws:s3:::${bucket}/*"}]}"#,
        r#"{"Version": "2012-10-17", "Statement": ["${statement}"]}"#,
        r#"{"Version": "2012-10-17", "Statement": ${statements}}"#,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": "${condition}"}}"#,
        r#"{"Version": "2012-10-17", "Statement": {"${element}": "Allow"}}"#,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ${jsonencode(actions)}, "Resource": "*", "Condition": {"${operator}": {"${key}": "x"}, "NumericEquals": {"a:b": "${n}"}}}]}"#,
    ] {
        none(text, PolicyKind::Identity);
    }
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "${e}", "Action": "sts:AssumeRole", "Principal": "${p}"}]}"#;
    with(text, PolicyKind::Trust, |policy, _| {
        assert_eq!(policy.faults, []);
        let statement = &policy.statements[0];
        assert_eq!(statement.effect, None);
        assert_eq!(statement.principals.as_ref().unwrap().list[0].kind, PrincipalKind::Later);
    });
}

#[test]
fn everything_is_read() {
    let text = r#"{
      "Statement": {
        "Sid": "One", "Effect": "Deny", "NotPrincipal": {"AWS": ["111122223333", "444455556666"], "Federated": "x"},
        "Action": "s3:${aws:username}", "NotResource": ["arn:aws:s3:::b/${aws:PrincipalTag/team, 'a}b'}/${*}", "*"],
        "Condition": {"ForAnyValue:StringNotLikeIfExists": {"a:b": ["c", "d"], "e:f": true}}
      },
      "Id": "p", "Version": "2012-10-17"
    }"#;
    with(text, PolicyKind::Resource, |policy, sources| {
        let faults: Vec<PolicyFault> = policy.faults.iter().map(|fault| fault.kind).collect();
        assert_eq!(faults, [PolicyFault::FederatedOutsideTrust, PolicyFault::VariableInWrongElement]);
        assert_eq!(policy.version, Version::V2012);
        assert_eq!(sources.slice(policy.version_span.unwrap()), "2012-10-17");
        assert_eq!(policy.id.as_ref().unwrap().known(), Some("p"));
        let statement = &policy.statements[0];
        assert_eq!(statement.title(), "statement `One`");
        assert_eq!(statement.effect.unwrap().0, Effect::Deny);
        let principals = statement.principals.as_ref().unwrap();
        assert!(principals.negated);
        let kinds: Vec<_> = principals.list.iter().map(|principal| principal.kind).collect();
        assert_eq!(kinds, [PrincipalKind::Aws, PrincipalKind::Aws, PrincipalKind::Federated]);
        assert_eq!(statement.actions.as_ref().unwrap().list[0].plain(), Some("s3:${aws:username}"));
        let resource = &statement.resources.as_ref().unwrap().list[0];
        let [Part::Literal(first), Part::Variable(variable), Part::Literal(slash), Part::Symbol('*')] = resource.parts() else {
            panic!("{resource:?}")
        };
        assert_eq!((first.as_ref(), slash.as_ref()), ("arn:aws:s3:::b/", "/"));
        assert_eq!((variable.key.as_ref(), variable.default.as_deref()), ("aws:PrincipalTag/team", Some("a}b")));
        assert_eq!(sources.slice(variable.span), "${aws:PrincipalTag/team, 'a}b'}");
        let operator = statement.conditions[0].operator.unwrap();
        assert_eq!(operator.name(), "ForAnyValue:StringNotLikeIfExists");
        let values: Vec<_> =
            statement.conditions.iter().flat_map(|condition| &condition.values).map(|value| value.pattern.plain()).collect();
        assert_eq!(values, [Some("c"), Some("d"), Some("true")]);
    });
    let old = text.replace("2012-10-17", "2008-10-17");
    with(&old, PolicyKind::Resource, |policy, _| {
        assert_eq!(policy.statements[0].resources.as_ref().unwrap().list[0].parts(), []);
    });
}

#[test]
fn operators() {
    let parse = |name: &str| Operator::parse(name).unwrap();
    let operator = parse("forallvalues:stringnotequalsignorecaseifexists");
    assert_eq!(operator.set, Some(SetPrefix::ForAllValues));
    assert_eq!(operator.comparison, Comparison::StringEqualsIgnoreCase);
    assert!(operator.negated && operator.if_exists);
    assert_eq!(operator.name(), "ForAllValues:StringNotEqualsIgnoreCaseIfExists");
    assert_eq!(parse("ArnEquals"), parse("arnlike"));
    assert_eq!(parse("ArnNotEqualsIfExists").name(), "ArnNotLikeIfExists");
    for wrong in
        ["", "StringEqual", "ForAllValues", "IfExists", "ForAnyValue:", "ForAllValues:ForAnyValue:Bool", "BoolIfExistsIfExists"]
    {
        assert_eq!(Operator::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn numbers() {
    for (text, shown) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("007", "7"),
        ("-12", "-12"),
        ("3.50", "3.5"),
        ("1e3", "1000"),
        ("1.25E+1", "12.5"),
        ("5e-18", "0.000000000000000005"),
        ("100000000000000000000", "100000000000000000000"),
        ("1.0000000000000000000000000", "1"),
        ("-0.5", "-0.5"),
    ] {
        assert_eq!(Decimal::parse(text).unwrap().to_string(), shown, "{text}");
    }
    for text in
        ["", "-", "+1", ".5", "5.", "1e", "1e5.0", "0x10", "1_000", " 1", "NaN", "inf", "1e-19", "1e21", "1e999999999999", "١"]
    {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
    assert!(Decimal::parse("-1.5") < Decimal::parse("-1") && Decimal::parse("2") < Decimal::parse("10"));
}

#[test]
fn dates() {
    for (text, shown) in [
        ("2026", "2026-01-01T00:00:00Z"),
        ("2026-11", "2026-11-01T00:00:00Z"),
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ("2026-11-23T21:00Z", "2026-11-23T21:00:00Z"),
        ("2026-11-23T21:00:00.5+01:00", "2026-11-23T20:00:00.5Z"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("2000-02-29T23:59:59Z", "2000-02-29T23:59:59Z"),
        ("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.25Z"),
        ("0000-03-01", "0000-03-01T00:00:00Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("1700000000", "2023-11-14T22:13:20Z"),
        ("12026", "1970-01-01T03:20:26Z"),
    ] {
        assert_eq!(Instant::parse(text).unwrap().to_string(), shown, "{text}");
    }
    for text in [
        "",
        "-1",
        "2026-",
        "2026-13",
        "2026-00-01",
        "2026-02-30",
        "2100-02-29",
        "2026-1-1",
        "2026-11-23T",
        "2026-11-23T21:00",
        "2026-11-23T21Z",
        "2026-11-23T24:00Z",
        "2026-11-23T21:00:60Z",
        "2026-11-23T21:00:00.Z",
        "2026-11-23 21:00Z",
        "2026T21:00Z",
        "2026-11T21:00Z",
        "2026-11-23T21:00Z ",
        "2026-11-23T21:00+1:00",
        "1.5",
        "99999999999999999999999",
        "２０２６",
        "*",
    ] {
        assert_eq!(Instant::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn every_second_is_shown_as_it_is_read(seconds in -62_167_219_200_i64..253_402_300_800) {
        let instant = Instant::from_seconds(seconds);
        prop_assert_eq!(Instant::parse(&instant.to_string()), Some(instant));
    }

    #[test]
    fn every_number_is_shown_as_it_is_read(mantissa: i64, exponent in -18_i32..0) {
        let number = Decimal::parse(&format!("{mantissa}e{exponent}")).unwrap();
        prop_assert_eq!(Decimal::parse(&number.to_string()), Some(number));
    }
}

#[test]
fn values_by_operator() {
    let value = |operator: &str, value: &str| {
        let text = statement(&format!(r#"{IDENTITY}, "Condition": {{"{operator}": {{"a:b": {value}}}}}"#));
        with(&text, PolicyKind::Identity, |policy, _| policy.statements[0].conditions[0].values[0].value.clone())
    };
    let network = |address: &str, length| Value::Network(address.parse::<IpAddr>().unwrap(), length);
    assert_eq!(value("IpAddress", r#""203.0.113.77/24""#), network("203.0.113.0", 24));
    assert_eq!(value("IpAddress", r#""203.0.113.77""#), network("203.0.113.77", 32));
    assert_eq!(value("NotIpAddress", r#""2001:DB8::1""#), network("2001:db8::1", 128));
    assert_eq!(value("IpAddress", r#""::/0""#), network("::", 0));
    assert_eq!(value("Bool", "true"), Value::Bool(true));
    assert_eq!(value("Null", r#""False""#), Value::Bool(false));
    assert_eq!(value("BinaryEquals", r#""cm9sZWNhbGw=""#), Value::Binary((*b"rolecall").into()));
    assert_eq!(value("BinaryEquals", r#""cm9sZWNhbGw""#), Value::Binary((*b"rolecall").into()));
    assert_eq!(value("NumericEquals", "10"), Value::Number(Decimal::parse("10").unwrap()));
    assert_eq!(value("DateEquals", r#""2026""#), Value::Date(Instant::parse("2026").unwrap()));
    assert_eq!(value("StringEquals", r#""10""#), Value::Text);
    assert_eq!(value("NumericEquals", r#""${aws:x}""#), Value::Later);
    assert_eq!(value("Bool", r#""${flag}""#), Value::Later);
    assert_eq!(value("Strings", r#""x""#), Value::Text);
}

#[test]
fn the_kind_is_told_from_the_content() {
    let kind = |text: &str| {
        let mut sources = Sources::new();
        let id = sources.add("x.json", text);
        let tree = json::read(id, sources.get(id).text());
        policy::kind_of(tree.root())
    };
    assert_eq!(kind(&statement(TRUST)), (PolicyKind::Trust, true));
    assert_eq!(kind(&statement(&format!(r#"{TRUST}, "Resource": "*""#))), (PolicyKind::Trust, false));
    assert_eq!(
        kind(&statement(r#""Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"]"#)),
        (PolicyKind::Trust, false)
    );
    assert_eq!(kind(&statement(r#""Effect": "Allow", "Action": "*", "Principal": {"AWS": "1"}"#)), (PolicyKind::Trust, false));
    assert_eq!(
        kind(&statement(r#""Effect": "Allow", "Action": "s3:Get*", "Principal": {"Federated": "x"}"#)),
        (PolicyKind::Trust, false)
    );
    assert_eq!(
        kind(&statement(r#""Effect": "Allow", "Actions": "STS:AssumeRole", "Principals": "*""#)),
        (PolicyKind::Trust, true)
    );
    assert_eq!(kind(&statement(IDENTITY)), (PolicyKind::Identity, false));
    assert_eq!(
        kind(&statement(r#""Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*""#)),
        (PolicyKind::Identity, false)
    );
    assert_eq!(kind(&statement(&format!(r#"{IDENTITY}, "Principal": "*""#))), (PolicyKind::Resource, false));
    assert_eq!(kind(&statement(&format!(r#"{IDENTITY}, "Principal": {{"AWS": "1"}}"#))), (PolicyKind::Resource, true));
    let endpoint = r#""Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*""#;
    assert_eq!(kind(&statement(endpoint)), (PolicyKind::Resource, false));
    assert_eq!(kind(&statement(&endpoint.replace(r#""*", "Res"#, r#""sts:*", "Res"#))), (PolicyKind::Resource, false));
    assert_eq!(kind("{}"), (PolicyKind::Identity, false));
    assert_eq!(kind("[1]"), (PolicyKind::Identity, false));
}

#[test]
fn policies_are_recognised() {
    let is_policy = |text: &str| {
        let mut sources = Sources::new();
        let id = sources.add("x.json", text);
        let tree = json::read(id, sources.get(id).text());
        policy::looks_like(tree.root())
    };
    for text in [
        &statement(IDENTITY),
        &statement(TRUST),
        r#"{"Version": "2012-10-17"}"#,
        r#"{"Version": "2012-10-17", "Effect": "Allow"}"#,
        r#"{"Statements": [{"effect": "Allow", "action": "s3:*"}]}"#,
        r#"{"statement": {"effect": "Allow", "action": "s3:*"}}"#,
        r#"{"Version": "2010-09-09", "Statement": [{"Effect": "Allow", "Actions": "*"}]}"#,
    ] {
        assert!(is_policy(text), "{text}");
    }
    for text in [
        "[]",
        "{}",
        r#"{"Version": "1.0", "Statement": "none"}"#,
        r#"{"Statement": [{"id": 1, "actions": ["a"]}]}"#,
        r#"{"statement": [{"effect": "Allow", "actions": ["s3:*"], "resources": ["*"]}]}"#,
        r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]}"#,
        r#"{"version": "2.0", "statement": [{"effect": "allow", "action": ["x"], "resource": ["*"]}]}"#,
        r#"{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}"#,
        r#"{"name": "x", "version": "2012-10-17"}"#,
        r#"{"effect": "permit", "principal": {}, "action": {}, "resource": {}}"#,
    ] {
        assert!(!is_policy(text), "{text}");
    }
}

/// JSON that looks like a policy, with something odd in any place.
fn policy_like() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("Version"),
        Just("2012-10-17"),
        Just("Statement"),
        Just("Statements"),
        Just("Effect"),
        Just("Allow"),
        Just("Action"),
        Just("NotAction"),
        Just("Resource"),
        Just("Principal"),
        Just("AWS"),
        Just("Federated"),
        Just("*"),
        Just("sts:AssumeRole"),
        Just("Condition"),
        Just("StringEquals"),
        Just("forallvalues:DateLessThanIfExists"),
        Just("NullIfExists"),
        Just("IpAddress"),
        Just("${aws:username}"),
        Just("${x, 'y"),
        Just("${}"),
        Just("${"),
        Just("<HOLE>"),
        Just("10.0.0.0/8"),
        Just("2026-11-23T2"),
        Just(""),
        Just("é\\u00e9\\n"),
    ];
    let string = word.prop_map(|word| format!("\"{word}\""));
    let leaf = prop_oneof![8 => string.clone(), 1 => Just("true".into()), 1 => Just("-1e9".into()), 1 => Just("null".into()), 1 => Just("None".into()), 1 => Just("${x}".into()), 1 => Just(String::new())];
    leaf.prop_recursive(6, 96, 6, move |inner| {
        let entry = (string.clone(), inner.clone()).prop_map(|(key, value)| format!("{key}: {value}"));
        prop_oneof![
            3 => prop::collection::vec(entry, 0..6).prop_map(|entries| format!("{{{}}}", entries.join(", "))),
            1 => prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
        ]
    })
}

proptest! {
    #[test]
    fn reading_never_panics(text in policy_like()) {
        for kind in PolicyKind::ALL {
            let inside = format!(r#"{{"Version": "2012-10-17", "Statement": [{text}]}}"#);
            for text in [&text, &inside] {
                with(text, kind, |policy, sources| {
                    let whole = sources.get(policy.mark.source).text();
                    for fault in &policy.faults {
                        assert!(whole.is_char_boundary(fault.span.start as usize) && whole.is_char_boundary(fault.span.end as usize));
                    }
                    assert!(policy.faults.is_sorted_by_key(|fault| fault.span));
                    assert!(policy.statements.iter().enumerate().all(|(index, statement)| statement.index == index));
                });
            }
        }
    }
}
