//! Who can take a role: trust policies, and the sentences that are said of them. Whoever is told gets in, by the evaluator.

use rolecall::config::Config;
use rolecall::evaluate::{Caller, Context, ContextValue, Request, Setting, Verdict, derive, evaluate};
use rolecall::identity::Claims;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::policy::{Instant, Policy};
use rolecall::reach::{Sample, Taker, holders, takers};
use rolecall::reference::Reference;
use rolecall::rules;
use rolecall::simulate::{Flow, Presented, World, try_assume};
use rolecall::source::{SourceId, Sources};
use rolecall::syntax::json;

/// The kinds of callers who take the role of a trust policy. Each sample is brought to it.
fn who(text: &str) -> Vec<String> {
    with(text, |world, policy| {
        let role = &world.inventory.roles[0];
        let all = takers(world, role);
        assert!(all.open.is_empty() && all.refused.is_none(), "{text}: {:?} {:?}", all.open, all.refused);
        for taker in &all.takers {
            assert!(gets_in(taker, policy), "{text}: {taker:?}");
        }
        let of_tokens = holders(world, role).takers.len();
        let own = all.takers.iter().filter(|taker| matches!(taker.kind, rolecall::reach::Kind::Subject { .. })).count();
        assert_eq!(of_tokens, own, "{text}");
        all.takers.into_iter().map(|taker| taker.who).collect()
    })
}

fn with<T>(text: &str, look: impl FnOnce(World<'_, '_>, &Policy<'_>) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add("role.json", text);
    let mut inventory = Inventory::default();
    inventory.read(&sources, id);
    let reference = Reference::default();
    let policy = inventory.roles[0].trust.as_ref().expect("a trust policy");
    look(World { inventory: &inventory, sources: &sources, reference: &reference }, policy)
}

fn gets_in(taker: &Taker<'_, '_>, policy: &Policy<'_>) -> bool {
    let verdict = match &taker.sample {
        Sample::Token(token) => {
            let given: Vec<(&str, Vec<&str>)> =
                taker.given.iter().map(|(key, value)| (key.as_str(), vec![value.as_str()])).collect();
            try_assume(policy, None, token, Flow::Classic, &given).verdict
        }
        Sample::Principal(caller) => {
            let mut context = Context::new();
            for (key, value) in &taker.given {
                context.set(key.clone(), ContextValue::One(value.as_str().into()));
            }
            let principal = Caller::parse(caller).expect("a caller");
            derive(&mut context, principal, "*", &Setting::default(), Instant::from_seconds(1_795_000_000));
            let request = Request { principal, action: taker.call, resource: "*", context: &context };
            evaluate([policy], &request, &mut ())
        }
    };
    matches!(verdict, Verdict::Allowed(statement) if std::ptr::eq(statement, taker.statement))
}

/// A trust policy for an issuer; in conditions `:sub` is the issuer's key. Statements in `deny` are conditions of statements that deny.
fn trust(provider: &str, condition: &str, deny: &[&str]) -> String {
    let host = provider.split_once("oidc-provider/").map_or(provider, |(_, host)| host);
    let statement = |effect: &str, condition: &str| {
        let condition = condition.replace("\":", &format!("\"{host}:")).replace(&format!("\"{host}: "), "\": ");
        format!(
            r#"{{"Effect": "{effect}", "Principal": {{"Federated": "{provider}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {condition}}}"#
        )
    };
    let all: Vec<String> =
        std::iter::once(statement("Allow", condition)).chain(deny.iter().map(|own| statement("Deny", own))).collect();
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, all.join(", "))
}

fn oidc(host: &str) -> String {
    format!("arn:aws:iam::111122223333:oidc-provider/{host}")
}

fn github(condition: &str) -> Vec<String> {
    who(&trust(&oidc("token.actions.githubusercontent.com"), condition, &[]))
}

const ANYONE: &str = "anyone with a token of GitHub Actions, of any owner";

#[test]
fn at_github_whoever_the_conditions_leave() {
    let cases: &[(&str, &[&str])] = &[
        (r#"{"StringEquals": {":aud": "sts.amazonaws.com"}}"#, &[ANYONE]),
        (r#"{"StringLike": {":sub": "repo:*:ref:refs/heads/main"}}"#, &[ANYONE]),
        (r#"{"StringLike": {":sub": ["repo:o/r:pull_request", "repo:*/*"]}}"#, &[ANYONE]),
        (r#"{"StringNotLike": {":sub": "repo:o/*"}}"#, &[ANYONE]),
        (r#"{"StringEquals": {":actor": "alice", ":ref": "refs/heads/main"}}"#, &[ANYONE]),
        (r#"{"StringLike": {":sub": "repo:o*"}}"#, &["any owner of GitHub Actions whose name fits `o*`"]),
        (r#"{"StringLike": {":sub": "repo:o*/r*:ref:*"}}"#, &["any owner of GitHub Actions whose name fits `o*`"]),
        // nothing longer fits
        (
            r#"{"StringLike": {":sub": "repo:o*:environment:e"}, "StringNotLike": {":sub": "repo:o?*/*"}}"#,
            &["any repository of owner `o` of GitHub Actions"],
        ),
        (r#"{"StringLike": {":sub": ["repo:o/*", "repo:o@*"]}}"#, &["any repository of owner `o` of GitHub Actions"]),
        (r#"{"StringLike": {":sub": "repo:o@12/*"}}"#, &["any repository of owner `o@12` of GitHub Actions"]),
        (r#"{"StringLike": {":repository": "o/*"}}"#, &["any repository of owner `o` of GitHub Actions"]),
        (
            r#"{"StringEquals": {":repository_owner_id": "12"}}"#,
            &["any repository of the owner whose `repository_owner_id` is `12`, of GitHub Actions"],
        ),
        (r#"{"StringLike": {":sub": "repo:o/a*"}}"#, &["any repository of GitHub Actions whose name fits `o/a*`"]),
        (
            r#"{"StringLike": {":sub": "repo:o/a*:ref:refs/heads/main"}, "StringNotLike": {":sub": "repo:o/a?*:ref:*"}}"#,
            &["the subject `repo:o/a:ref:refs/heads/main` of GitHub Actions"],
        ),
        (
            r#"{"StringLike": {":sub": ["repo:o/a*", "repo:p/*"]}}"#,
            &["any repository of GitHub Actions whose name fits `o/a*`", "any repository of owner `p` of GitHub Actions"],
        ),
        (
            r#"{"StringLike": {":sub": "repo:o/r:*"}}"#,
            &["`o/r` of GitHub Actions, by any branch, tag, environment, pull request"],
        ),
        (
            r#"{"StringLike": {":sub": "repo:o/r:*"}, "StringEquals": {":environment": "production"}}"#,
            &["the subject `repo:o/r:environment:production` of GitHub Actions"],
        ),
        (
            r#"{"StringEquals": {":repository": "o/r", ":ref": "refs/heads/main"}}"#,
            &["`o/r` of GitHub Actions, by any environment", "the subject `repo:o/r:ref:refs/heads/main` of GitHub Actions"],
        ),
        (
            r#"{"StringEquals": {":repository_id": "7"}, "StringLike": {":sub": "repo:*:ref:refs/heads/main"}}"#,
            &[
                "whoever has a token of GitHub Actions with a subject like `repo:*:ref:refs/heads/main`, whose `repository_id` is `7`",
            ],
        ),
        (
            r#"{"StringLike": {":sub": "repo:*:ref:refs/heads/main"}, "StringEquals": {":repository": "o/r"}}"#,
            &["the subject `repo:o/r:ref:refs/heads/main` of GitHub Actions"],
        ),
        (
            r#"{"StringLike": {":sub": "repo:o/r:environment:prod*"}}"#,
            &["whoever has a token of GitHub Actions with a subject like `repo:o/r:environment:prod*`"],
        ),
        (
            r#"{"StringEqualsIgnoreCase": {":sub": "repo:o/r:pull_request"}}"#,
            &["the subject `repo:o/r:pull_request` of GitHub Actions"],
        ),
        (
            r#"{"ForAllValues:StringEquals": {":sub": ["repo:o/r:pull_request"]}}"#,
            &["the subject `repo:o/r:pull_request` of GitHub Actions"],
        ),
        // a star that is a letter
        (r#"{"StringEquals": {":sub": "repo:o/*"}}"#, &[]),
        // one of an owner of whom all is let in, but in fewer circumstances
        (
            r#"{"StringLike": {":sub": ["repo:art*:ref:refs/heads/main", "repo:arts/a:*", "repo:arts/b:ref:refs/heads/main"]}}"#,
            &[
                "any owner of GitHub Actions whose name fits `art*`",
                "any repository of owner `arts` of GitHub Actions",
                "`arts/a` of GitHub Actions, by any branch, tag, environment, pull request",
            ],
        ),
        // subjects of one's own making
        (
            r#"{"StringEquals": {":sub": "repository_owner:o:environment:e"}}"#,
            &["the subject `repository_owner:o:environment:e` of GitHub Actions"],
        ),
        (
            r#"{"StringLike": {":sub": "repo:o/r:job_workflow_ref:o/w/*"}}"#,
            &["whoever has a token of GitHub Actions with a subject like `repo:o/r:job_workflow_ref:o/w/*`"],
        ),
    ];
    for (condition, expected) in cases {
        assert_eq!(github(condition), *expected, "{condition}");
    }
}

#[test]
fn whoever_is_not_denied() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            r#"{"StringLike": {":sub": "repo:*"}}"#,
            &[r#"{"StringNotLike": {":sub": "repo:o/r:*"}}"#, r#"{"StringLike": {":sub": "*:pull_request"}}"#],
            &["`o/r` of GitHub Actions, by any branch, tag, environment"],
        ),
        (
            r#"{"StringEquals": {":aud": "sts.amazonaws.com"}}"#,
            &[r#"{"StringNotEquals": {":sub": "repo:o/r:pull_request"}}"#],
            &["the subject `repo:o/r:pull_request` of GitHub Actions"],
        ),
        (
            r#"{"StringLike": {":sub": "repo:*"}}"#,
            &[r#"{"StringNotEquals": {":repository_owner_id": "12"}}"#],
            &["any repository of the owner whose `repository_owner_id` is `12`, of GitHub Actions"],
        ),
    ];
    for (condition, deny, expected) in cases {
        let text = trust(&oidc("token.actions.githubusercontent.com"), condition, deny);
        assert_eq!(who(&text), *expected, "{condition} {deny:?}");
    }
}

#[test]
fn at_other_issuers_too() {
    let cluster = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE";
    let of_cluster = |who: &str| format!("{who} of `{cluster}`");
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "gitlab.com",
            r#"{"StringLike": {":sub": "project_path:*:ref:main"}}"#,
            &["anyone with a token of GitLab.com, of any group or user"],
        ),
        ("gitlab.com", r#"{"StringLike": {":sub": "project_path:g/*"}}"#, &["any project of group or user `g` of GitLab.com"]),
        (
            "gitlab.com",
            r#"{"StringLike": {":sub": "project_path:g/s/*"}}"#,
            &["any project of group or user `g/s` of GitLab.com"],
        ),
        ("gitlab.com", r#"{"StringLike": {":sub": "project_path:g/s/p:*"}}"#, &["`g/s/p` of GitLab.com, by any branch, tag"]),
        (
            "gitlab.com",
            r#"{"StringEquals": {":project_id": "20", ":ref_protected": "true"}}"#,
            &["the project of GitLab.com whose `project_id` is `20`, by any protected branch, protected tag"],
        ),
        (
            "app.terraform.io",
            r#"{"StringLike": {":sub": "organization:o:*"}}"#,
            &["any workspace of organization `o` of HCP Terraform"],
        ),
        (
            "app.terraform.io",
            r#"{"StringLike": {":sub": "organization:o:project:p:workspace:*:run_phase:apply"}}"#,
            &["any workspace of project `p` of organization `o` of HCP Terraform"],
        ),
        (
            "app.terraform.io",
            r#"{"StringLike": {":sub": "organization:o:project:p:workspace:w:*"}}"#,
            &["`o:project:p:workspace:w` of HCP Terraform, by any plan, apply"],
        ),
        (
            "app.terraform.io",
            r#"{"StringLike": {":sub": "organization:o:project:*:workspace:w:run_phase:apply"}}"#,
            &["whoever has a token of HCP Terraform with a subject like `organization:o:project:*:workspace:w:run_phase:apply`"],
        ),
        (
            "agent.buildkite.com",
            r#"{"StringEquals": {":organization_slug": "o", ":pipeline_slug": "p"}}"#,
            &["`o:pipeline:p` of Buildkite, by any branch"],
        ),
        (
            "oidc.circleci.com/org/a1",
            r#"{"StringEquals": {":oidc.circleci.com/project-id": "p"}}"#,
            &["`p` of `oidc.circleci.com/org/a1`, by any job, job v2"],
        ),
        (
            "oidc.vercel.com",
            r#"{"StringEquals": {":aud": "https://vercel.com/t"}}"#,
            &["anyone with a token of Vercel, global issuer for `https://vercel.com/t`"],
        ),
        (
            "appleid.apple.com",
            r#"{"StringEquals": {":aud": "org.example.app"}}"#,
            &["anyone who signs in with Apple to `org.example.app`"],
        ),
        ("scalr.io", r#"{"StringEquals": {":sub": "account:a"}}"#, &["the subject `account:a` of Scalr"]),
        ("scalr.io", r#"{"StringEquals": {":aud": "a"}}"#, &["anyone with a token of Scalr for `a`"]),
        (
            "login.example.org",
            r#"{"StringLike": {":sub": "team-*"}}"#,
            &["whoever has a token of `login.example.org` with a subject like `team-*`"],
        ),
        ("login.example.org", r#"{"StringEquals": {":aud": "a", ":sub": "s"}}"#, &["the subject `s` of `login.example.org`"]),
        // no provider is named with its scheme
        ("https://login.example.org", r#"{"StringEquals": {":aud": "a", ":sub": "s"}}"#, &[]),
    ];
    for (host, condition, expected) in cases {
        assert_eq!(who(&trust(&oidc(host), condition, &[])), *expected, "{condition}");
    }
    let of_pods = [
        (
            r#"{"StringLike": {":sub": "system:serviceaccount:*:a"}}"#,
            format!("anyone with a token of `{cluster}`, of any namespace"),
        ),
        (r#"{"StringLike": {":sub": "system:serviceaccount:n:*"}}"#, of_cluster("any service account of namespace `n`")),
        (r#"{"StringEquals": {":sub": "system:serviceaccount:n:a"}}"#, of_cluster("the subject `system:serviceaccount:n:a`")),
    ];
    for (condition, expected) in of_pods {
        assert_eq!(who(&trust(&oidc(cluster), condition, &[])), [expected], "{condition}");
    }
    let google = |condition: &str| who(&trust("accounts.google.com", condition, &[]));
    assert_eq!(google(r#"{"StringEquals": {":aud": "app"}}"#), ["anyone who signs in with Google to `app`"]);
    assert_eq!(google(r#"{"StringEquals": {":aud": "app", ":sub": "10"}}"#), ["the subject `10` of Google"]);
    // a further condition does not make more of the application's users
    assert_eq!(google(r#"{"StringEquals": {":aud": "app", ":oaud": "backend"}}"#), ["anyone who signs in with Google to `app`"]);
    assert_eq!(google(r#"{"StringEquals": {":oaud": "backend"}}"#), ["anyone with a token of Google"]);
    // the audience of a service account is its own id
    let account = "104857600000000000001";
    for oaud in ["", r#", ":oaud": "backend""#] {
        let condition = format!(r#"{{"StringEquals": {{":aud": "{account}"{oaud}}}}}"#);
        assert_eq!(google(&condition), [format!("the subject `{account}` of Google")]);
    }
    let by_address = [
        ("*@example.com", "whoever has a token of Google with an `email` like `*@example.com`"),
        ("*.example.com", "whoever has a token of Google with an `email` like `*.example.com`"),
        ("*example.com", "anyone with a token of Google"),
        ("*@gmail.com", "anyone with a token of Google"),
        ("*.gserviceaccount.com", "anyone with a token of Google"),
        ("*@here.iam.gserviceaccount.com", "whoever has a token of Google with an `email` like `*@here.iam.gserviceaccount.com`"),
        ("alice@example.com", "whoever has a token of Google with the `email` `alice@example.com`"),
    ];
    for (address, expected) in by_address {
        assert_eq!(google(&format!(r#"{{"StringLike": {{":email": "{address}"}}}}"#)), [expected], "{address}");
    }
    assert_eq!(
        google(r#"{"StringEquals": {":aud": "app"}, "NumericEquals": {":google/organization_number": "55"}}"#),
        ["holders of tokens of Google"]
    );
}

/// The function of a user pool may make session tags of what it likes; where a pool is given without one, its tokens tell none (`token-tags-user-pool`).
#[test]
fn session_tags_of_a_user_pool_hang_on_its_function() {
    let host = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123456";
    let trust = trust(
        &format!("arn:aws:iam::111122223333:oidc-provider/{host}"),
        r#"{"StringEquals": {":aud": "client"}, "StringLike": {"aws:RequestTag/tenant": "*"}}"#,
        &[],
    )
    .replace(r#""sts:AssumeRoleWithWebIdentity""#, r#"["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]"#);
    let role = format!(
        r#"{{"Role": {{"RoleName": "tenant", "Arn": "arn:aws:iam::111122223333:role/tenant", "AssumeRolePolicyDocument": {trust}}}}}"#
    );
    let function = r#""PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"}"#;
    let pool = |config: &str| format!(r#", {{"UserPool": {{"Id": "eu-west-1_Abc123456", "LambdaConfig": {{{config}}}}}}}"#);
    for (beside, open) in [(String::new(), 1), (pool(function), 1), (pool(""), 0)] {
        let text = format!("[{role}{beside}]");
        let found = with(&text, |world, _| {
            let found = takers(world, &world.inventory.roles[0]);
            (found.takers.len(), found.open.len())
        });
        assert_eq!(found, (0, open), "{text}");
    }
}

const POOL: &str = "eu-west-1:4f9d2c1e-7b3a-4e58-9c06-d1a2b3c4e5f6";

#[test]
fn of_identity_pools() {
    let of = |condition: &str| who(&trust("cognito-identity.amazonaws.com", &condition.replace("POOL", POOL), &[]));
    let signed_in = format!("any signed-in user of identity pool `{POOL}`");
    let guest = format!("any guest of identity pool `{POOL}`");
    assert_eq!(
        of(r#"{"StringEquals": {":aud": "POOL"}, "ForAnyValue:StringEquals": {":amr": "authenticated"}}"#),
        std::slice::from_ref(&signed_in)
    );
    assert_eq!(of(r#"{"StringEquals": {":aud": "POOL"}}"#), [guest, signed_in]);
    assert_eq!(
        of(r#"{"StringLike": {":aud": "*"}, "ForAnyValue:StringLike": {":amr": "unauth*"}}"#),
        ["any guest of any other identity pool of whatever account"]
    );
}

#[test]
fn of_principals_and_saml() {
    let statement = |principal: &str, action: &str, condition: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": "{action}", "Condition": {condition}}}]}}"#
        )
    };
    let cases = [
        (statement(r#"{"AWS": "*"}"#, "sts:AssumeRole", "{}"), vec!["any principal of any account"]),
        // whom only the conditions name
        (
            statement(
                r#"{"AWS": "*"}"#,
                "sts:AssumeRole",
                r#"{"StringEquals": {"aws:PrincipalAccount": ["222222222222", "333333333333"]}}"#,
            ),
            vec!["any principal of account `222222222222`", "any principal of account `333333333333`"],
        ),
        (
            statement(r#"{"AWS": "*"}"#, "sts:AssumeRole", r#"{"StringLike": {"aws:PrincipalAccount": "2222*"}}"#),
            vec!["any principal of account `2222*`"],
        ),
        (
            statement(
                r#"{"AWS": "*"}"#,
                "sts:AssumeRole",
                r#"{"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::222222222222:role/ci-*", "arn:aws:iam::222222222222:role/path/run", "arn:aws:iam::*:user/ana"]}}"#,
            ),
            vec![
                "any session of a role like `arn:aws:iam::222222222222:role/ci-*`",
                "any session of the role `arn:aws:iam::222222222222:role/path/run`",
                "a principal like `arn:aws:iam::*:user/ana`",
            ],
        ),
        (
            statement(r#"{"AWS": "*"}"#, "sts:AssumeRole", r#"{"StringEquals": {"aws:username": "ana"}}"#),
            vec!["a user `ana` of any account"],
        ),
        (
            statement(r#"{"AWS": "*"}"#, "sts:AssumeRole", r#"{"StringEquals": {"aws:PrincipalType": "AssumedRole"}}"#),
            vec!["any session of any role of any account"],
        ),
        (
            statement(r#"{"AWS": "*"}"#, "sts:AssumeRole", r#"{"StringEquals": {"sts:ExternalId": "x1"}}"#),
            vec!["any principal of any account, with `sts:ExternalId` `x1`"],
        ),
        (
            statement(r#"{"AWS": "arn:aws:iam::444455556666:root"}"#, "sts:AssumeRole", "{}"),
            vec!["whomever account `444455556666` lets call `sts:AssumeRole`"],
        ),
        (statement(r#"{"Service": "lambda.amazonaws.com"}"#, "sts:AssumeRole", "{}"), vec!["the service `lambda.amazonaws.com`"]),
        (
            statement(
                r#"{"Federated": "arn:aws:iam::111122223333:saml-provider/staff"}"#,
                "sts:AssumeRoleWithSAML",
                r#"{"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}"#,
            ),
            vec![
                "whoever `arn:aws:iam::111122223333:saml-provider/staff` vouches for, with `SAML:aud` `https://signin.aws.amazon.com/saml`",
            ],
        ),
        (statement(r#"{"Service": "lambda.amazonaws.com"}"#, "sts:TagSession", "{}"), vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(who(&text), expected, "{text}");
    }
}

/// The rules on subjects tell of tokens that get in.
#[test]
fn witnesses_of_the_rules_get_in() {
    let cases = [
        ("token.actions.githubusercontent.com", r#"{"StringLike": {":sub": "repo:*"}}"#, "any-tenant-can-assume"),
        ("token.actions.githubusercontent.com", r#"{"StringEquals": {":aud": "sts.amazonaws.com"}}"#, "shared-issuer-control"),
        ("token.actions.githubusercontent.com", r#"{"StringLike": {":sub": "repo:o*"}}"#, "open-owner-name"),
        ("token.actions.githubusercontent.com", r#"{"StringLike": {":sub": "repo:o/a*"}}"#, "open-member-name"),
        ("token.actions.githubusercontent.com", r#"{"StringLike": {":sub": "repo:o/*"}}"#, "whole-organization"),
        ("token.actions.githubusercontent.com", r#"{"StringLike": {":sub": "repo:o/r:*"}}"#, "any-context-of-repository"),
        (
            "token.actions.githubusercontent.com",
            r#"{"StringLike": {":sub": "repo:o/r:ref:refs/heads/main*"}}"#,
            "open-ended-subject",
        ),
        ("app.terraform.io", r#"{"StringLike": {":sub": "organization:o:project:p:workspace:w:*"}}"#, "plan-can-apply"),
        ("oidc.circleci.com/org/a1", r#"{"StringEquals": {":aud": "a1"}}"#, "any-workload-can-assume"),
        ("appleid.apple.com", r#"{"StringEquals": {":aud": "org.example.app"}}"#, "any-user-of-application"),
    ];
    for (host, condition, rule) in cases {
        let text = trust(&oidc(host), condition, &[]);
        with(&text, |world, policy| {
            let World { inventory, sources, reference } = world;
            let found = rules::run(&Facts { sources, inventory, config: &Config::default(), reference });
            let finding = found.iter().find(|finding| finding.rule == rule).unwrap_or_else(|| panic!("no {rule}: {text}"));
            let labels = finding.related.iter().chain([&finding.primary]);
            labels.for_each(|label| assert!(label.text.len() < 44 && !sources.slice(label.span).is_empty(), "{label:?}"));
            let witness = finding.witness.as_ref().expect("a witness");
            let claims = Claims::read(json::read(SourceId::NONE, &witness.claims).root()).expect("an object");
            let verdict = try_assume(policy, None, &Presented::new(host, claims), Flow::Classic, &[]).verdict;
            assert!(matches!(verdict, Verdict::Allowed(_)), "{rule}: {}", witness.claims);
        });
    }
}
