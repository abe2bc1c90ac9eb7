//! What the prover answers, case by case. Each case is a pair of policies; the other direction of many is asked too.

use rolecall::evaluate::{Caller, Request, Verdict, evaluate};
use rolecall::policy::{self, Instant, Policy, PolicyKind};
use rolecall::prove::{Among, Budget, Doubt, Proof, Question, prove, prove_each};
use rolecall::reference::Reference;
use rolecall::source::Sources;
use rolecall::syntax::json as reader;
use serde_json::{Value, json};

use crate::support;

/// What is asked of a pair, and what comes out: `holds`, `witness ACTION RESOURCE KEYS`, or `undecided WHY`.
fn ask(kind: PolicyKind, new: &str, old: &str) -> String {
    with(kind, new, old, |new, old| {
        let question = Question { allowed_by: vec![new], not_by: vec![old], among: Among::default() };
        let proof = prove(&question, &reference(), Budget::default());
        if let Proof::Witness(witness) = &proof {
            let principal = witness.principal.as_deref().and_then(Caller::parse).unwrap_or(Caller::Anonymous);
            let request = Request { principal, action: &witness.action, resource: &witness.resource, context: &witness.context };
            assert!(matches!(evaluate([new], &request, &mut ()), Verdict::Allowed(_)));
            assert!(matches!(evaluate([old], &request, &mut ()), Verdict::NotAllowed | Verdict::Denied(_)));
        }
        told(&proof)
    })
}

fn with<T>(kind: PolicyKind, new: &str, old: &str, look: impl FnOnce(&Policy<'_>, &Policy<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let ids = [new, old].map(|text| sources.add("policy.json", text));
    let trees = ids.map(|id| reader::read(id, sources.get(id).text()));
    let [new, old] = [&trees[0], &trees[1]].map(|tree| policy::read(tree.root(), kind));
    look(&new, &old)
}

fn reference() -> Reference {
    Reference::new(Instant::from_seconds(0))
}

fn told(proof: &Proof<'_, '_>) -> String {
    match proof {
        Proof::Holds => "holds".to_owned(),
        Proof::Witness(witness) => {
            let mut told = String::from("witness");
            for part in witness.principal.iter().chain([&witness.action, &witness.resource]) {
                told = format!("{told} {part}");
            }
            for (key, value) in witness.context.iter() {
                told = format!("{told} {key}={}", value.values().collect::<Vec<_>>().join(","));
            }
            told
        }
        Proof::Undecided(Doubt::Open(gap)) => format!("undecided {:?}", gap.reason),
        Proof::Undecided(doubt) => format!("undecided {doubt:?}"),
    }
}

/// A policy of these statements, each without its braces, in single quotes.
fn policy_of(statements: &[&str]) -> String {
    let all: Vec<String> = statements.iter().map(|own| format!("{{{}}}", own.replace('\'', "\""))).collect();
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, all.join(", "))
}

fn identity(new: &[&str], old: &[&str]) -> String {
    ask(PolicyKind::Identity, &policy_of(new), &policy_of(old))
}

/// An Allow of one action on all resources with these conditions.
fn given(conditions: &str) -> String {
    format!("'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': '*', 'Condition': {{{conditions}}}")
}

fn conditions(new: &str, old: &str) -> String {
    identity(&[&given(new)], &[&given(old)])
}

const NOTHING: &str = "'Effect': 'Deny', 'Action': '*', 'Resource': '*'";

const GET: &str = "'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': '*'";

#[test]
fn actions() {
    let allow = |actions: &str| format!("'Effect': 'Allow', 'Action': {actions}, 'Resource': '*'");
    let ask = |new: &str, old: &str| identity(&[&allow(new)], &[&allow(old)]);
    assert_eq!(ask("'s3:GetObject'", "'s3:*'"), "holds");
    assert_eq!(ask("'S3:getobject'", "'s3:Get*'"), "holds");
    assert_eq!(ask("['s3:GetObject', 's3:PutObject']", "'s3:Get*'"), "witness s3:PutObject arn:aws:s3:::example/example");
    assert!(ask("'s3:Get*'", "'s3:GetObject'").starts_with("witness s3:GetAccelerateConfiguration "));
    assert_eq!(ask("'s3:Get*'", "['s3:G*', 's3:Put*']"), "holds");
    assert_eq!(ask("'s3:?etObject'", "['s3:GetObject', 's3:?etObject']"), "holds");
    assert!(ask("'*'", "'s3:*'").starts_with("witness "));
    // together they cover all that begins with `Get`
    assert_eq!(ask("'s3:Get*'", "['s3:Get', 's3:Get?*']"), "holds");
    assert!(ask("'s3:Get*'", "['s3:Get', 's3:Get??*']").starts_with("witness s3:Get"));
}

#[test]
fn not_action_and_not_resource() {
    let not = |actions: &str| format!("'Effect': 'Allow', 'NotAction': {actions}, 'Resource': '*'");
    assert_eq!(identity(&[GET], &[&not("'iam:*'")]), "holds");
    assert!(identity(&[&not("'iam:*'")], &[&not("['iam:*', 'sts:*']")]).starts_with("witness sts:"));
    assert_eq!(identity(&[&not("['iam:*', 'sts:*']")], &[&not("'iam:*'")]), "holds");
    let all_but = "'Effect': 'Allow', 'Action': 's3:GetObject', 'NotResource': 'arn:aws:s3:::secret/*'";
    assert_eq!(identity(&[all_but], &[GET]), "holds");
    assert_eq!(identity(&[GET], &[all_but]), "witness s3:GetObject arn:aws:s3:::secret/example");
}

#[test]
fn resources() {
    let on = |resource: &str| format!("'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': {resource}");
    let ask = |new: &str, old: &str| identity(&[&on(new)], &[&on(old)]);
    assert_eq!(ask("'arn:aws:s3:::a/b'", "'arn:aws:s3:::a/*'"), "holds");
    assert_eq!(ask("'arn:aws:s3:::a*'", "'arn:aws:s3:::a/*'"), "witness s3:GetObject arn:aws:s3:::aexample");
    assert_eq!(ask("'arn:aws:s3:::a/*'", "['arn:aws:s3:::a/b*', 'arn:aws:s3:::a/*']"), "holds");
    // a star that ends a part reaches over colons, and so takes in what has more parts
    assert_eq!(ask("'arn:aws:s3:::a:b:c'", "'arn:aws:s3:*'"), "holds");
    assert_eq!(ask("'arn:aws:s3:*:*:a'", "'arn:aws:s3:*'"), "holds");
    // a resource has six parts
    assert_eq!(ask("'arn:aws:s3:*'", "'arn:aws:s3:*:*:*'"), "holds");
    // two patterns side by side: no single one covers it
    assert_eq!(ask("'arn:aws:s3:::?'", "['arn:aws:s3:::?*', 'arn:aws:s3:::']"), "holds");
}

#[test]
fn denies() {
    let deny = "'Effect': 'Deny', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::secret/*'";
    assert_eq!(identity(&[GET, deny], &[GET]), "holds");
    assert_eq!(identity(&[GET], &[GET, deny]), "witness s3:GetObject arn:aws:s3:::secret/example");
    let wider = "'Effect': 'Deny', 'Action': 's3:*', 'Resource': 'arn:aws:s3:::secret*'";
    assert_eq!(identity(&[GET, wider], &[GET, deny]), "holds");
    assert_eq!(identity(&[GET, deny], &[GET, wider]), "witness s3:GetObject arn:aws:s3:::secretexample");
    // it denies all that is allowed
    let all = "'Effect': 'Deny', 'Action': '*', 'Resource': '*'";
    assert_eq!(identity(&[GET, all], &[NOTHING]), "holds");
}

#[test]
fn effects_that_are_filled_in_later() {
    let open = "'Effect': '${effect}', 'Action': 's3:*', 'Resource': '*'";
    let send = "'Effect': 'Allow', 'Action': 'sqs:SendMessage', 'Resource': '*'";
    // it may deny, and it may allow more
    assert_eq!(identity(&[GET], &[open]), "undecided Hole");
    assert_eq!(identity(&[open], &[GET]), "undecided Hole");
    assert_eq!(identity(&[open], &[NOTHING]), "undecided Hole");
    // the same one does the same on both sides
    assert_eq!(identity(&[open], &[open]), "holds");
    assert_eq!(identity(&[GET, open], &[open, GET]), "holds");
    // what it is not about is known all the same
    assert_eq!(identity(&[send, open], &[open]), "witness sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:example");
    assert_eq!(identity(&[send, open], &[open, send]), "holds");
}

#[test]
fn texts() {
    let equals = |values: &str| format!("'StringEquals': {{'aws:PrincipalOrgID': {values}}}");
    let like = |values: &str| format!("'StringLike': {{'aws:PrincipalOrgID': {values}}}");
    assert_eq!(conditions(&equals("'o-a'"), &like("'o-*'")), "holds");
    assert_eq!(conditions(&equals("'o-a'"), &like("'o-a'")), "holds");
    assert!(conditions(&like("'o-*'"), &equals("'o-a'")).starts_with("witness s3:GetObject "));
    // a star under StringEquals is a star
    assert!(conditions(&equals("'o-*'"), &equals("'o-a'")).ends_with("aws:PrincipalOrgID=o-*"));
    assert_eq!(conditions(&equals("'o-*'"), &like("'o-*'")), "holds");
    let not = "'StringNotEquals': {'aws:PrincipalOrgID': 'o-a'}";
    assert_eq!(conditions(&equals("'o-b'"), not), "holds");
    // a negated operator holds for requests without the key
    assert_eq!(conditions(not, &like("'*'")), "witness s3:GetObject arn:aws:s3:::example/example");
    let ignoring = "'StringEqualsIgnoreCase': {'aws:PrincipalOrgID': 'O-A'}";
    assert_eq!(conditions(&equals("'o-a'"), ignoring), "holds");
    assert!(conditions(ignoring, &equals("['O-A', 'o-a']")).starts_with("witness "));
    // both at once
    let both = "'StringLike': {'aws:PrincipalOrgID': 'o-*'}, 'StringNotLike': {'aws:PrincipalOrgID': '*x'}";
    assert_eq!(conditions(both, &like("'o-*'")), "holds");
    assert!(conditions(&like("'o-*'"), both).ends_with('x'));
    let never = "'StringLike': {'aws:PrincipalOrgID': 'o-*'}, 'StringNotLike': {'aws:PrincipalOrgID': 'o*'}";
    assert_eq!(conditions(never, &equals("'z'")), "holds");
}

#[test]
fn presence() {
    let equals = "'StringEquals': {'aws:PrincipalOrgID': 'o-a'}";
    let if_exists = "'StringEqualsIfExists': {'aws:PrincipalOrgID': 'o-a'}";
    assert_eq!(conditions(equals, if_exists), "holds");
    assert_eq!(conditions(if_exists, equals), "witness s3:GetObject arn:aws:s3:::example/example");
    let there = "'Null': {'aws:PrincipalOrgID': 'false'}";
    assert_eq!(conditions(&format!("{if_exists}, {there}"), equals), "holds");
    assert_eq!(conditions(equals, there), "holds");
    let gone = "'Null': {'aws:PrincipalOrgID': 'true'}";
    assert_eq!(conditions(gone, if_exists), "holds");
    assert_eq!(conditions(&format!("{equals}, {gone}"), "'Bool': {'aws:SecureTransport': 'true'}"), "holds");
}

#[test]
fn values_that_are_no_text() {
    let ip = |operator: &str, values: &str| format!("'{operator}': {{'aws:SourceIp': {values}}}");
    assert_eq!(conditions(&ip("IpAddress", "'10.1.0.0/16'"), &ip("IpAddress", "'10.0.0.0/8'")), "holds");
    let halves = ip("IpAddress", "['10.0.0.0/9', '10.128.0.0/9']");
    assert_eq!(conditions(&ip("IpAddress", "'10.0.0.0/8'"), &halves), "holds");
    let some = ip("IpAddress", "['10.0.0.0/9', '10.128.0.0/10']");
    assert!(conditions(&ip("IpAddress", "'10.0.0.0/8'"), &some).contains("aws:SourceIp=10."));
    assert_eq!(conditions(&ip("IpAddress", "'2001:db8::/33'"), &ip("IpAddress", "'2001:db8::/32'")), "holds");
    assert!(conditions(&ip("NotIpAddress", "'0.0.0.0/0'"), &ip("NotIpAddress", "'::/0'")).contains("witness"));
    let number = |operator: &str, value: &str| format!("'{operator}': {{'s3:max-keys': '{value}'}}");
    assert_eq!(conditions(&number("NumericLessThan", "5"), &number("NumericLessThanEquals", "5")), "holds");
    assert!(conditions(&number("NumericLessThanEquals", "5"), &number("NumericLessThan", "5")).ends_with("s3:max-keys=5"));
    assert!(conditions(&number("NumericGreaterThan", "5"), &number("NumericGreaterThan", "6")).ends_with("s3:max-keys=6"));
    let date = |operator: &str, value: &str| format!("'{operator}': {{'aws:CurrentTime': '{value}'}}");
    let before = date("DateLessThan", "2026-01-01T00:00:00Z");
    assert_eq!(conditions(&before, &date("DateLessThan", "2026-06-01T00:00:00Z")), "holds");
    let window = format!("{before}, {}", date("DateGreaterThan", "2026-01-01T00:00:00Z"));
    assert_eq!(conditions(&window, &number("NumericEquals", "1")), "holds");
    let secure = |value: &str| format!("'Bool': {{'aws:SecureTransport': '{value}'}}");
    assert_eq!(identity(&[GET], &[&given(&secure("true")), &given(&secure("false"))]).split(' ').next(), Some("witness"));
    assert!(conditions(&secure("false"), &secure("true")).ends_with("aws:SecureTransport=false"));
}

#[test]
fn arns() {
    let like = |values: &str| format!("'ArnLike': {{'aws:SourceArn': {values}}}");
    assert_eq!(conditions(&like("'arn:aws:sns:eu-west-1:1:a'"), &like("'arn:aws:sns:*:1:a'")), "holds");
    // here no star reaches over colons
    assert!(conditions(&like("'arn:aws:sns:*:*:*'"), &like("'arn:aws:sns:*:1:*'")).contains("aws:SourceArn=arn:aws:sns:"));
    assert_eq!(conditions(&like("'arn:aws:sns:*:1:*'"), &like("'arn:aws:*:*:*:*'")), "holds");
    assert_eq!(conditions(&like("'arn:aws:sns:*:1:*'"), &like("'arn:aws:s*'")), "undecided Undocumented(\"op-arn-short\")");
}

#[test]
fn sets() {
    let on = |operator: &str, values: &str| format!("'{operator}': {{'aws:TagKeys': {values}}}");
    let all = on("ForAllValues:StringEquals", "['a', 'b']");
    let any = on("ForAnyValue:StringEquals", "['a', 'b']");
    assert_eq!(conditions(&on("ForAllValues:StringEquals", "'a'"), &all), "holds");
    assert!(conditions(&all, &on("ForAllValues:StringEquals", "'a'")).ends_with("aws:TagKeys=b"));
    // the one holds where there is no tag, the other where there are others beside
    assert_eq!(conditions(&all, &any), "witness s3:GetObject arn:aws:s3:::example/example");
    assert!(conditions(&any, &all).contains("aws:TagKeys=a,"));
    let there = "'Null': {'aws:TagKeys': 'false'}";
    assert_eq!(conditions(&format!("{all}, {there}"), &any), "holds");
    let two = format!("{}, {}", on("ForAnyValue:StringEquals", "'a'"), on("ForAnyValue:StringLike", "'b*'"));
    assert!(conditions(&two, &all).contains("aws:TagKeys=a,bexample"));
    let none = format!("{}, {}", on("ForAnyValue:StringEquals", "'a'"), on("ForAllValues:StringNotEquals", "'a'"));
    assert_eq!(conditions(&none, there), "holds");
    let plain = on("StringEquals", "'a'");
    assert_eq!(conditions(&plain, &any), "undecided Undocumented(\"set-plain-on-many\")");
    assert_eq!(conditions(&plain, &plain), "holds");
}

#[test]
fn variables() {
    let on = |resource: &str| format!("'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': '{resource}'");
    let ask = |new: &str, old: &str| identity(&[&on(new)], &[&on(old)]);
    assert_eq!(ask("arn:aws:s3:::a/${aws:username}/*", "arn:aws:s3:::a/*"), "holds");
    assert_eq!(ask("arn:aws:s3:::a/${aws:username}/*", "arn:aws:s3:::a/${aws:username}/*"), "holds");
    assert_eq!(ask("arn:aws:s3:::a/*", "arn:aws:s3:::a/${aws:username}/*"), "witness s3:GetObject arn:aws:s3:::a/example");
    assert_eq!(
        ask("arn:aws:s3:::a/${aws:username}/*", "arn:aws:s3:::a/bob/*"),
        "witness s3:GetObject arn:aws:s3:::a/alice/example aws:username=alice"
    );
    let home = "'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::a/${aws:username}/*', \
                'Condition': {'StringEquals': {'aws:username': 'bob'}}";
    assert_eq!(identity(&[home], &[&on("arn:aws:s3:::a/*")]), "holds");
    assert_eq!(identity(&[home], &[&on("arn:aws:s3:::b/*")]), "witness s3:GetObject arn:aws:s3:::a/bob/example aws:username=bob");
    // the same hole is the same in both
    assert_eq!(ask("${bucket_arn}/*", "${bucket_arn}/*"), "holds");
    assert_eq!(ask("${bucket_arn}/*", "${other_arn}/*"), "undecided Hole");
}

#[test]
fn principals() {
    let bucket = |principal: &str, more: &str| {
        let statement = format!(
            "'Effect': 'Allow', 'Principal': {principal}, 'Action': 's3:GetObject', 'Resource': 'arn:aws:s3:::a/*'{more}"
        );
        policy_of(&[&statement])
    };
    let ask = |new: &str, old: &str| ask(PolicyKind::Resource, new, old);
    let account = bucket("{'AWS': '111122223333'}", "");
    let role = bucket("{'AWS': 'arn:aws:iam::111122223333:role/app'}", "");
    assert_eq!(ask(&role, &account), "holds");
    assert!(ask(&account, &role).starts_with("witness arn:aws:iam::111122223333:user/example s3:GetObject"));
    assert!(ask(&bucket("'*'", ""), &account).contains("999999999999"));
    let org = ", 'Condition': {'StringEquals': {'aws:PrincipalAccount': '111122223333'}}";
    assert_eq!(ask(&bucket("'*'", org), &account), "holds");
    let admins = ", 'Condition': {'ArnLike': {'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/admin*'}}";
    assert_eq!(ask(&bucket("'*'", admins), &account), "holds");
    assert!(
        ask(&bucket("'*'", admins), &role).starts_with("witness arn:aws:sts::111122223333:assumed-role/admin"),
        "{}",
        ask(&bucket("'*'", admins), &role)
    );
    let lambda = bucket("{'Service': 'lambda.amazonaws.com'}", "");
    assert_eq!(ask(&lambda, &bucket("{'Service': ['lambda.amazonaws.com', 'ec2.amazonaws.com']}", "")), "holds");
    assert!(ask(&lambda, &account).starts_with("witness service:lambda.amazonaws.com "));
}

#[test]
fn trusts() {
    let trust = |conditions: &str| {
        let statement = format!(
            "'Effect': 'Allow', 'Principal': {{'Federated': 'cognito-identity.amazonaws.com'}}, 'Action': 'sts:AssumeRoleWithWebIdentity', \
             'Condition': {{{conditions}}}"
        );
        policy_of(&[&statement])
    };
    let ask = |new: &str, old: &str| ask(PolicyKind::Trust, &trust(new), &trust(old));
    let audience = "'StringEquals': {'cognito-identity.amazonaws.com:aud': 'eu-west-1:p'}";
    let signed_in = "'ForAnyValue:StringLike': {'cognito-identity.amazonaws.com:amr': 'authenticated'}";
    assert_eq!(ask(&format!("{audience}, {signed_in}"), audience), "holds");
    assert!(ask(audience, &format!("{audience}, {signed_in}")).starts_with("witness federated:cognito-identity.amazonaws.com "));
}

#[test]
fn each_statement_has_an_answer_of_its_own() {
    let new = policy_of(&[GET, "'Effect': 'Allow', 'Action': 's3:PutObject', 'Resource': 'arn:aws:s3:::a/*'"]);
    let told = with(PolicyKind::Identity, &new, &policy_of(&[GET]), |new, old| {
        let question = Question { allowed_by: vec![new], not_by: vec![old], among: Among::default() };
        let proofs = prove_each(&question, &reference(), Budget::default());
        proofs.iter().map(|(statement, proof)| format!("{}: {}", statement.index, told(proof))).collect::<Vec<_>>()
    });
    assert_eq!(told, ["0: holds", "1: witness s3:PutObject arn:aws:s3:::a/example"]);
}

#[test]
fn a_question_may_be_about_some_requests_only() {
    let new = policy_of(&[GET]);
    let told = |action: &str| {
        with(PolicyKind::Identity, &new, &policy_of(&[NOTHING]), |new, old| {
            let among = Among { action: Some(action.to_owned()), ..Among::default() };
            told(&prove(&Question { allowed_by: vec![new], not_by: vec![old], among }, &reference(), Budget::default()))
        })
    };
    assert_eq!(told("s3:PutObject"), "holds");
    assert_eq!(told("s3:GetObject"), "witness s3:GetObject arn:aws:s3:::example/example");
}

#[test]
fn what_runs_out_of_budget_is_undecided() {
    let many: Vec<String> = (0..12).map(|at| format!("'arn:aws:s3:::*w{at}*'")).collect();
    let on = |resources: &str| format!("'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': {resources}");
    let new = policy_of(&[&on("'arn:aws:s3:::*?a'")]);
    let old = policy_of(&[&on(&format!("[{}, 'arn:aws:s3:::?*a']", many.join(", ")))]);
    let told = with(PolicyKind::Identity, &new, &old, |new, old| {
        let question = Question { allowed_by: vec![new], not_by: vec![old], among: Among::default() };
        told(&prove(&question, &reference(), Budget { steps: 50 }))
    });
    assert_eq!(told, "undecided Budget");
}

/// Pairs on which a solver of the same question once had another answer, or none was given.
#[test]
fn hard_pairs() {
    let pairs: Value = serde_json::from_str(&support::read("fixtures/proofs/pairs.json")).unwrap();
    let pairs = pairs.as_array().unwrap();
    assert!(pairs.len() > 15);
    let mut wrong = Vec::new();
    for pair in pairs {
        let kind = PolicyKind::ALL.into_iter().find(|kind| pair["kind"] == kind.name()).unwrap();
        let policy = |side: &str| json!({ "Version": "2012-10-17", "Statement": pair[side] }).to_string();
        let told = ask(kind, &policy("new"), &policy("old"));
        if told.split(' ').next() != pair["answer"].as_str() {
            wrong.push(format!("{}: {told}", pair["about"]));
        }
    }
    support::none(wrong);
}
